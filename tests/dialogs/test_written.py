"""What somebody has written is told apart from what it's meant to be, and a value is written as people write it."""

from datetime import date

import pytest

from bot.po import texts
from dialogs.catalog import Company, Localized, Money, Promise
from dialogs.catalog_rules import sentences
from dialogs.written import as_written, quoted
from tests.company import COMPANY, IT, LAPTOP


def test_a_value_is_written_in_the_order_of_the_form_without_its_defaults() -> None:
    assert as_written(LAPTOP) == {
        "id": "it_laptop",
        "title": {"fr": "Remplacer un ordinateur portable", "en": "Replace a laptop"},
        "body": {"fr": LAPTOP.body.fr, "en": LAPTOP.body.en},
        "included": [{"fr": "le transfert des données", "en": "moving your data"}],
        "not_included": [{"fr": "les accessoires", "en": "accessories"}],
        "promise": {"time": 5, "unit": "working_days", "of": {"fr": "livraison", "en": "delivery"}},
        "tarif": {"kind": "free"},
        "ask": {"fr": "Une demande dans Guichet", "en": "A request in Guichet"},
        "link": "https://guichet.vaubert.example/portable",
        "owner": "malik.benali@vaubert.example",
        "checked": "2026-09-01",
        "new_since": "2026-10-01",
        "phrasings": {"fr": list(LAPTOP.phrasings.fr), "en": list(LAPTOP.phrasings.en)},
    }
    assert as_written(IT.partners) == ["finance", {"fr": "nos opérateurs", "en": "our carriers"}]
    assert as_written(IT.contacts[0]) == {
        "name": "Malik Benali",
        "email": "malik.benali@vaubert.example",
        "role": {"fr": "Responsable du support", "en": "Head of support"},
        "mandate": True,
    }


def test_a_company_without_segments_has_none_to_write() -> None:
    assert as_written(Company(name="Nord")) == {"name": "Nord"}
    assert as_written(COMPANY.segments)["sales"] == {"fr": "Équipes commerciales", "en": "Sales teams"}  # type: ignore[call-overload,index]


def test_a_number_is_whole_where_it_can_be() -> None:
    assert as_written(Money(kind="money", amount=12.5, currency="EUR")) == {"kind": "money", "amount": 12.5, "currency": "EUR"}
    assert as_written(Promise(time=2.0, unit="days")) == {"time": 2, "unit": "days"}


def test_what_no_pack_holds_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="a pack holds no frozenset"):
        as_written(Localized(fr=frozenset({date(2026, 1, 1)})))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a  b\nc", '"a b c"'),
        ("x" * 61, f'"{"x" * 59}…"'),
        (True, "true"),
        (False, "false"),
        ([], "a list"),
        ({}, "a set of keys"),
        (5, "5"),
    ],
)
def test_a_wrong_value_is_quoted_short(value: str | bool | int | list[object] | dict[str, object], shown: str) -> None:
    assert quoted(value, texts("en")) == shown  # type: ignore[arg-type]


def test_what_a_check_says_on_a_line_is_said_in_sentences_in_a_form() -> None:
    assert sentences("the text is too long", "shorten it") == "The text is too long. Shorten it."
    assert sentences("“sale” isn't a segment", "did you mean sales?") == "“sale” isn't a segment. Did you mean sales?"
