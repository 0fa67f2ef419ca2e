"""Asking for an export in chat: who may, of which function, how much of it; a bad answer comes back with what was typed."""

import pytest

from dialogs.events import Reference
from dialogs.export import Export
from dialogs.facts import ExportAsked, Refused
from dialogs.feedback_actions import ExportFeedback
from dialogs.messages import Choice, Form, FormErrors, Input, Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits
from tests.dialogs.authors import ADMIN, AUTHOR, MALIK, OWNER, as_, errors, opened
from tests.dialogs.told import buttons, fact, message, words

AUDITOR = frozenset({Grant(role=Role.AUDITOR)})
EXPORT = ExportFeedback()
ASKED = {"function": "it", "form": "csv", "from": "2026-09-28", "to": "", "depth": "protected", "reason": ""}


def asks(values: dict[str, str], at: Context, where: Reference = DIRECT) -> Turn:
    return decide(None, submits(EXPORT, values, where=where), at)


def export(turn: Turn) -> Export:
    found = fact(turn)
    assert isinstance(found, ExportAsked)
    return found.export


def options(form: Form, name: str) -> list[str]:
    return [option.value for block in form.blocks if isinstance(block, Choice) and block.id == name for option in block.options]


def values(form: Form) -> dict[str, str | None]:
    return {block.id: block.value for block in form.blocks if isinstance(block, Input | Choice)}


@pytest.mark.parametrize(("where", "place"), [(DIRECT, Place.HERE), (CHANNEL, Place.PRIVATE)])
def test_it_is_offered_in_words_so_that_nobody_else_reads_it(where: Reference, place: Place) -> None:
    turn = decide(None, said("export", where=where), as_(OWNER))
    assert message(turn).place is place
    assert buttons(turn)["Export the feedback"].action == EXPORT


def test_an_owner_is_asked_for_their_function_and_not_what_they_may_not_see() -> None:
    form = opened(asks_form(EXPORT), as_(OWNER))
    assert (options(form, "function"), options(form, "form")) == (["it"], ["xlsx", "csv", "jsonl"])
    assert values(form) == {"function": "it", "form": None, "from": "", "to": ""}


def test_an_admin_is_asked_for_any_function_and_how_much_of_it() -> None:
    form = opened(asks_form(EXPORT), as_(ADMIN))
    assert options(form, "function") == ["*", "it", "finance"]
    assert options(form, "depth") == ["protected", "full", "named"]
    assert values(form) == {"function": None, "form": None, "from": "", "to": "", "depth": "protected", "reason": ""}
    assert "depth" not in values(opened(asks_form(EXPORT), as_(AUDITOR)))


def test_what_is_asked_is_kept_and_the_answer_is_private() -> None:
    turn = asks(ASKED, as_(OWNER), CHANNEL)
    assert export(turn) == Export(
        id=export(turn).id,
        person=MALIK.id,
        language="en",
        form="csv",
        depth="protected",
        asked_at=NOON,
        filters={"function": "it", "from": "2026-09-28"},
    )
    assert message(turn).place is Place.PRIVATE
    assert words(turn) == "I'm making your export. It comes to our private conversation, in a minute or so."


def test_all_functions_are_those_of_whoever_may_read_the_whole_company() -> None:
    assert export(asks(ASKED | {"function": "*", "to": "2026-11-01"}, as_(AUDITOR))).filters == {"from": "2026-09-28", "to": "2026-11-01"}


def test_every_response_needs_an_admin_and_a_reason_and_says_that_its_kept() -> None:
    turn = asks(ASKED | {"depth": "named", "reason": " a dispute with a carrier "}, as_(ADMIN))
    assert (export(turn).depth, export(turn).reason) == ("named", "a dispute with a carrier")
    assert words(turn).endswith("Your reason is kept in the audit log, with your name.")


def test_a_reason_that_nothing_needs_isnt_kept() -> None:
    assert export(asks(ASKED | {"reason": "for the fun of it"}, as_(ADMIN))).reason is None


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"function": ""}, {"function": "Choose the function."}),
        ({"function": "gone"}, {"function": "Choose the function."}),
        ({"form": "pdf"}, {"form": "Choose the kind of file."}),
        ({"depth": "everything"}, {"depth": "Choose what it shows."}),
        ({"from": "last week"}, {"from": "last week isn't a day: write it as 2026-01-31."}),
        ({"to": "2026-W41-2"}, {"to": "2026-W41-2 isn't a day: write it as 2026-01-31."}),
        ({"to": "2026-09-01"}, {"to": "The last day comes before the first one: swap them."}),
        ({"depth": "full", "reason": "because"}, {"reason": "Say why you need it, in 10 characters or more."}),
        ({"depth": "full", "reason": "x" * 501}, {"reason": "That's 501 characters, and 500 fit here. Keep the essential."}),
    ],
)
def test_what_isnt_right_yet_is_asked_for_again_with_what_was_typed(typed: dict[str, str], wrong: dict[str, str]) -> None:
    turn = asks(ASKED | typed, as_(ADMIN))
    assert errors(turn) == wrong
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    kept = values(reply.form)
    assert {name: kept[name] for name in ("from", "to", "reason")} == {name: (ASKED | typed)[name] for name in ("from", "to", "reason")}


def test_nothing_filled_in_is_said_for_each_input() -> None:
    assert errors(asks({}, as_(OWNER))).keys() == {"function", "form"}


@pytest.mark.parametrize(
    ("grants", "typed", "act", "function"),
    [
        (AUTHOR, {}, Act.EXPORT_FEEDBACK, "it"),
        (OWNER, {"function": "finance"}, Act.EXPORT_FEEDBACK, "finance"),
        (OWNER, {"function": "*"}, Act.EXPORT_FEEDBACK, None),
        (OWNER, {"depth": "full", "reason": "out of curiosity"}, Act.EXPORT_RESPONSES, "it"),
        (AUDITOR, {"depth": "named", "reason": "out of curiosity"}, Act.EXPORT_RESPONSES, "it"),
    ],
)
def test_a_forged_form_is_refused_and_audited(grants: frozenset[Grant], typed: dict[str, str], act: Act, function: str | None) -> None:
    assert fact(asks(ASKED | typed, as_(grants))) == Refused(act=act, function=function, subject=None)


def test_who_may_not_is_told_so_wherever_they_ask() -> None:
    for event in (said("exporter"), asks_form(EXPORT)):
        assert fact(decide(None, event, as_(AUTHOR))) == Refused(act=Act.EXPORT_FEEDBACK, function=None, subject=None)
