"""Pictures: drawn once, in both languages, from nothing but what the specification holds."""

import struct

import pytest

from bot.pictures import Pictures
from dialogs.chart import Chart, satisfaction
from tests.dialogs.published import left
from tests.dialogs.told import TEXTS

PERIODS = (left(1, five=6, two=2), left(0, four=5, one=5))


def chart() -> Chart:
    made = satisfaction(TEXTS["fr"], "DSI", PERIODS)
    assert made is not None
    return made


async def test_a_chart_is_drawn_sharp_enough_for_a_phone() -> None:
    pictures = Pictures()
    try:
        drawn = await pictures.png(chart().spec, "fr")
    finally:
        pictures.close()
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", drawn[16:24])
    assert width > 2 * 480
    assert height > 2 * 240


async def test_the_same_again_isnt_drawn_anew_and_each_language_writes_numbers_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = Pictures()
    monkeypatch.setattr("bot.pictures._KEPT", 1)
    try:
        drawn = await pictures.png(chart().spec, "fr")
        assert await pictures.png(chart().spec, "fr") is drawn
        english = await pictures.png(chart().spec, "en")
        assert english != drawn
        again = await pictures.png(chart().spec, "fr")  # there was room for one
        assert again is not drawn
        assert again == drawn
    finally:
        pictures.close()


async def test_nothing_is_loaded_from_anywhere() -> None:
    pictures = Pictures()
    spec = dict(chart().spec) | {"data": {"url": "http://127.0.0.1:9/values.json"}}
    try:
        with pytest.raises(ValueError, match="127"):
            await pictures.png(spec, "en")
    finally:
        pictures.close()
