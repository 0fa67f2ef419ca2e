"""Intents as a catalogue: their names title them, as far as they're words."""

import pytest

from bot.intents import catalogue_of
from dialogs.catalog import Phrasings


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("card_arrival", "card arrival"),
        ("Refund_not_showing_up", "refund not showing up"),
        ("reverted_card_payment?", "reverted card payment"),
        ("orderCoffee", "order coffee"),
        ("FAQ", "faq"),
        ("congés payés", "congés payés"),
        ("41", ""),
        ("w_2", ""),
        ("", ""),
    ],
)
def test_a_name_is_a_title_in_words(name: str, title: str) -> None:
    catalogue = catalogue_of("set", {name: Phrasings(en=("anything",))})
    ((_, sheet),) = catalogue.sheets()
    assert (sheet.id, sheet.title.to("fr"), sheet.phrasings.en) == (name, title, ("anything",))
