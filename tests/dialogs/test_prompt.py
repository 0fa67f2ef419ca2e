"""What is asked apart: who asks, about what, in whose words; and about which exchanges at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.po import texts
from dialogs.delivery import Delivery, Kind
from dialogs.feedback import Feedback, Occasion
from dialogs.feedback_actions import ChoosePause, SaySolved
from dialogs.messages import Button, Buttons, Note, Text, Title
from dialogs.prompt import (
    Reader,
    is_asked_apart,
    is_looked_at_again,
    prompt,
    prompt_key,
    reminder,
    reminder_key,
    second_look,
)
from tests.company import CATALOGUE

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LATER = TUESDAY + timedelta(hours=1)
IT = next(function for function in CATALOGUE.functions if function.slug == "it")
CLOSING = Feedback(
    id="f1",
    exchange="x1",
    occasion=Occasion.ANSWER,
    function="it",
    client="alice",
    question="My laptop\n died",
    language="en",
    channel="personal",
    opened_at=TUESDAY,
    asked_at=TUESDAY + timedelta(minutes=30),
    expires_at=TUESDAY + timedelta(days=7),
)
OUTSIDE = replace(CLOSING, occasion=Occasion.OUTSIDE, question="", channel="outside", tool="guichet")
ALICE = Reader(t=texts("en"), timezone="Europe/Paris")


def asked(closing: Feedback) -> Delivery:
    return prompt(ALICE, IT, "alice", closing, LATER)


def says(delivery: Delivery) -> list[str]:
    return [block.text for block in delivery.message.blocks if isinstance(block, Title | Text | Note)]


def buttons(delivery: Delivery) -> list[Button]:
    rows = (block for block in delivery.message.blocks if isinstance(block, Buttons))
    return [button for row in rows for button in row.buttons if isinstance(button, Button)]


def test_a_prompt_is_the_functions_about_the_exchange_until_it_expires() -> None:
    delivery = asked(CLOSING)
    assert (delivery.kind, delivery.cause_kind, delivery.cause_id, delivery.key) == (Kind.PROMPT, "feedback", "x1", prompt_key("x1", "f1"))
    assert (delivery.to, delivery.function, delivery.not_before, delivery.deadline) == ("alice", "it", LATER, CLOSING.expires_at)
    assert not delivery.urgent


def test_it_names_the_function_and_the_question_in_the_clients_words_and_time() -> None:
    delivery = asked(CLOSING)
    title = delivery.message.blocks[0]
    assert isinstance(title, Title)
    assert title.badge is not None
    assert "IT" in title.badge
    assert "About your question “My laptop died” of Tuesday 24 November, 11:00." in says(delivery)


def test_one_tap_answers_it_and_one_leads_to_peace() -> None:
    actions = [button.action for button in buttons(asked(CLOSING))]
    solved = [action for action in actions if isinstance(action, SaySolved)]
    assert [(action.feedback, action.solved, action.on) for action in solved] == [("f1", said, "prompt") for said in ("yes", "partly", "no")]
    assert actions[-1] == ChoosePause(slug="it")
    last = asked(CLOSING).message.blocks[-1]
    assert isinstance(last, Buttons)
    assert last.quiet


def test_a_long_question_is_cut_short() -> None:
    (about,) = (block.text for block in asked(replace(CLOSING, question="portable " * 60)).message.blocks if isinstance(block, Text))
    assert len(about) < 200


def test_about_what_happened_elsewhere_no_question_is_known() -> None:
    assert "About your exchange with IT, closed on Tuesday 24 November, 11:30." in says(asked(OUTSIDE))


def test_a_month_on_it_asks_whether_it_still_is() -> None:
    known, unknown = (second_look(closing, TUESDAY + timedelta(days=30)) for closing in (CLOSING, OUTSIDE))
    assert "About your question “My laptop died” of Tuesday 24 November, 11:00: a month on, is it still solved?" in says(asked(known))
    assert "About your exchange with IT of Tuesday 24 November, 11:00: a month on, is it still solved?" in says(asked(unknown))


def test_the_second_look_keeps_what_was_recorded_and_nothing_of_the_response() -> None:
    given = replace(CLOSING, helper="bob", solved="no", trace=2, comment="bof", answered_at=LATER)
    at = TUESDAY + timedelta(days=30)
    again = second_look(given, at)
    assert again == replace(CLOSING, id=again.id, occasion=Occasion.LATER, helper="bob", asked_at=at, expires_at=at + timedelta(days=7))
    assert again.id not in (CLOSING.id, second_look(replace(CLOSING, id="f2"), at).id)
    assert second_look(given, LATER).id == again.id


def test_a_reminder_says_that_it_is_the_last() -> None:
    delivery = reminder(ALICE, IT, "alice", CLOSING, LATER)
    assert (delivery.kind, delivery.key) == (Kind.REMINDER, reminder_key("x1", "f1"))
    assert set(says(delivery)) - set(says(asked(CLOSING))) == {"One tap is enough. I won't ask again about this one."}


@pytest.mark.parametrize(("volume", "share"), [(0, 1), (99, 1), (100, 1 / 3), (999, 1 / 3), (1_000, 1 / 10)])
def test_the_more_a_function_closes_the_fewer_are_asked_about(volume: int, share: float) -> None:
    sampled = sum(is_asked_apart(f"closing {number}", volume) for number in range(6_000))
    assert sampled / 6_000 == pytest.approx(share, abs=0.02)


def test_one_in_ten_is_looked_at_again() -> None:
    assert sum(is_looked_at_again(f"closing {number}") for number in range(6_000)) / 6_000 == pytest.approx(0.1, abs=0.02)
