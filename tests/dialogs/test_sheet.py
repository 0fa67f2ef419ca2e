"""The answer card: an answer past its review says so, and to whom to turn."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.catalog import Entry, Function, Service
from dialogs.messages import Buttons, Message, Note, plain_text
from dialogs.sheet import answer
from tests.company import DANA, FINANCE, IT, LAPTOP, NOON, PASSWORD
from tests.dialogs.told import context

TODAY = NOON.date()


def notes(sheet: Service | Entry, function: Function = IT) -> list[str]:
    blocks = answer(context(language="en"), function, sheet, exchange="e1", today=TODAY, public=False)
    return [block.text for block in blocks if isinstance(block, Note)]


@pytest.mark.parametrize("sheet", [LAPTOP, PASSWORD])
def test_an_answer_past_its_review_says_whom_to_check_with(sheet: Service | Entry) -> None:
    stale = replace(sheet, review_by=TODAY - timedelta(days=1))
    assert "Its review was due on 19 Nov 2026: check with Malik Benali before relying on it." in notes(stale)


@pytest.mark.parametrize("days", [0, 1, 30])
def test_an_answer_whose_review_is_near_but_not_past_says_nothing(days: int) -> None:
    assert not any("review" in note for note in notes(replace(LAPTOP, review_by=TODAY + timedelta(days=days))))


def test_without_a_review_date_nothing_is_due() -> None:
    assert not any("review" in note for note in notes(LAPTOP))


@pytest.mark.parametrize(
    ("owner", "function", "expected"),
    [
        ("jo@vaubert.example", IT, "check with jo@vaubert.example before relying on it."),
        (None, IT, "check with Malik Benali before relying on it."),
        (None, FINANCE, "check with the function before relying on it."),
    ],
)
def test_who_to_check_with_is_the_owner_else_the_first_contact_else_the_function(owner: str | None, function: Function, expected: str) -> None:
    stale = replace(LAPTOP, owner=owner, review_by=TODAY - timedelta(days=100))
    assert any(note.endswith(expected) for note in notes(stale, function))


def test_the_quiet_row_says_what_one_may_do_about_an_answer() -> None:
    def quiet(question: str, *, used: bool = False) -> str:
        blocks = answer(context(language="en"), IT, LAPTOP, exchange="e1", today=TODAY, public=False, question=question, quiet=not used)
        rows = tuple(block for block in blocks if isinstance(block, Buttons) and block.quiet)
        return plain_text(Message(language="en", blocks=rows))

    assert quiet("my laptop died") == "[Not what I asked] [This is wrong] [Why this answer?]"
    assert quiet("") == "[Not what I asked] [This is wrong]"
    assert quiet("my laptop died", used=True) == ""


def test_whom_the_directory_does_not_know_reads_why_only_what_is_open_to_all_is_shown() -> None:
    blocks = answer(context(DANA, language="en"), IT, LAPTOP, exchange="e1", today=TODAY, public=False)
    assert Note(text="I can't place you in the directory yet, so I only show what is open to everyone.") in blocks
