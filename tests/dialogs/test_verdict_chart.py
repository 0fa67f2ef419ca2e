"""The chart of a verdict: the stages before and after, of both arms, and the target; what is drawn can be told apart, and is said in words."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from dialogs.chart import INK
from dialogs.ladder import Stage
from dialogs.verdict import Verdict
from dialogs.verdict_chart import COLOURS, TARGET, chart
from tests.dialogs.judged import ALONE, FEW, REACHED
from tests.dialogs.told import TEXTS


def spec(verdict: Verdict) -> Mapping[str, Any]:
    drawn = chart(TEXTS["en"], "A strong password", verdict)
    assert drawn is not None
    return drawn.spec


def parts(verdict: Verdict) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec(verdict)["layer"][0]["data"]["values"]
    return found


def luminance(colour: str) -> float:
    linear = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_each_column_is_all_of_its_people_the_furthest_at_the_bottom() -> None:
    columns = list(dict.fromkeys(part["column"] for part in parts(REACHED)))
    assert columns == [
        "With the messages|before|n = 500",
        "With the messages|after|n = 500",
        "Comparison group|before|n = 240",
        "Comparison group|after|n = 240",
    ]
    for column in columns:
        stacked = [part for part in parts(REACHED) if part["column"] == column]
        assert [part["stage"] for part in stacked] == ["action", "conviction", "comprehension", "awareness", "unaware"]
        assert stacked[0]["low"] == 0
        assert stacked[-1]["high"] == pytest.approx(1)
        assert all(lower["high"] == upper["low"] for lower, upper in pairwise(stacked))


def test_without_a_comparison_group_there_are_two_columns() -> None:
    assert len({part["column"] for part in parts(ALONE)}) == 2


def test_of_few_people_nothing_is_drawn() -> None:
    assert chart(TEXTS["en"], "A strong password", FEW) is None


def test_the_words_say_all_that_is_drawn() -> None:
    drawn = chart(TEXTS["en"], "A strong password", REACHED)
    assert drawn is not None
    assert drawn.alt.startswith(
        "Stacked bar chart: A strong password: where people stood, and stand; With the messages, before: unaware 24%, awareness 20%"
    )
    assert drawn.alt.endswith("action 34%; the target: 45% at “action” or beyond.")


def test_it_loads_nothing() -> None:
    assert json.dumps(spec(REACHED)).count("http") == 1  # which schema it follows


@pytest.mark.parametrize("stage", Stage)
def test_every_part_stands_out_from_the_page_and_its_number_from_the_part(stage: Stage) -> None:
    assert contrast(COLOURS[stage], "#ffffff") >= 3
    (ink,) = {part["ink"] for part in parts(REACHED) if part["stage"] == stage.value}
    assert contrast(COLOURS[stage], "#ffffff" if ink == "white" else INK) >= 4.5


def test_the_line_at_the_target_stands_out_from_the_white_around_it() -> None:
    assert contrast(TARGET, "#ffffff") >= 4.5


@pytest.mark.parametrize("target", [0.3, 0.45, 0.5, 0.7])
def test_the_line_strikes_no_number_out(target: float) -> None:
    for part in parts(replace(REACHED, target=target)):
        assert not part["told"] or abs(part["middle"] - target) > 0.025
        assert part["low"] <= part["middle"] <= part["high"]


def test_what_has_no_room_has_no_number() -> None:
    small = replace(REACHED, target=0.95, before=replace(REACHED.before, unaware=245, awareness=5, comprehension=50))
    assert [part["told"] for part in parts(small)][:5] == ["30%", "10%", "10%", "", "49%"]
