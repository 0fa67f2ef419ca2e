"""A comment that is detached from its exchange: read without who wrote it, nor about which question."""

from dataclasses import replace
from datetime import timedelta

from dialogs.detached import detached, not_now
from dialogs.feedback import EXPIRES, Feedback, Occasion
from dialogs.feedback_actions import WriteComment
from dialogs.feedback_comment import COMMENT, DETACHED, LIMIT, WAY
from dialogs.messages import Choice, FormErrors, Input, Message, Reply, plain_text
from dialogs.turn import Context
from dialogs.voice import Unnamed, VoiceKind
from tests.company import NOON
from tests.conversation import submits
from tests.dialogs.told import context

ACTION = WriteComment(feedback="f1")
HERS = Feedback(
    id="f1",
    exchange="e1",
    occasion=Occasion.REQUEST,
    function="it",
    client="alice",
    question="Who has my cable?",
    language="en",
    channel="personal",
    opened_at=NOON - timedelta(hours=2),
    asked_at=NOON - timedelta(hours=1),
    expires_at=NOON - timedelta(hours=1) + EXPIRES,
)


def about(feedback: Feedback | None = HERS) -> Context:
    return replace(context(language="en"), feedback=feedback)


def writes(text: str, at: Context | None = None) -> Unnamed | tuple[Reply, ...]:
    return detached(submits(ACTION, {COMMENT: text, WAY: DETACHED}), at or about(), ACTION)


def form_again(replies: Unnamed | tuple[Reply, ...]) -> FormErrors:
    """The form as it comes back: detached still, with what was typed."""
    assert isinstance(replies, tuple)
    (errors,) = replies
    assert isinstance(errors, FormErrors)
    assert [block.value for block in errors.form.blocks if isinstance(block, Choice) and block.id == WAY] == [DETACHED]
    return errors


def test_it_goes_to_the_function_with_nothing_of_the_exchange() -> None:
    assert writes("\u200b They were rude. ") == Unnamed(function="it", kind=VoiceKind.OTHER, text="They were rude.")


def test_what_has_to_be_mended_comes_back_with_what_was_typed() -> None:
    errors = form_again(writes("x" * (LIMIT + 1)))
    assert [error.input for error in errors.errors] == [COMMENT]
    assert [len(block.value) for block in errors.form.blocks if isinstance(block, Input)] == [LIMIT + 1]
    assert [error.input for error in form_again(writes("  ")).errors] == [COMMENT]


def test_what_is_not_theirs_or_is_gone_or_past_isnt_taken_and_the_words_are_given_back() -> None:
    for feedback in (None, replace(HERS, client="bob"), replace(HERS, expires_at=NOON - timedelta(minutes=1))):
        replies = writes("They were rude.", about(feedback))
        assert isinstance(replies, tuple)
        (message,) = replies
        assert isinstance(message, Message)
        assert "“They were rude.”" in plain_text(message)


def test_where_nothing_can_be_taken_without_a_name_that_is_said() -> None:
    event = submits(ACTION, {COMMENT: "They were rude.", WAY: DETACHED})
    errors = form_again(not_now(event, about(), ACTION))
    assert [(error.input, "I can't take anything anonymously for now" in error.text) for error in errors.errors] == [(WAY, True)]
    (message,) = not_now(event, about(None), ACTION)
    assert isinstance(message, Message)


def test_beside_what_was_said_in_confidence_nothing_is_detached() -> None:
    for text, inputs in (("They were rude.", [WAY]), ("  ", [COMMENT, WAY])):
        replies = writes(text, about(replace(HERS, comment="They were rude.")))
        assert isinstance(replies, tuple)
        (errors,) = replies
        assert isinstance(errors, FormErrors)
        assert [error.input for error in errors.errors] == inputs
        assert "it'd be plain whose these are" in errors.errors[-1].text
        assert [block.value for block in errors.form.blocks if isinstance(block, Choice) and block.id == WAY] == [None]
