"""The one question more: which one a response gets, and its words."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, assert_never

from dialogs.feedback import BAD_REASONS, GOOD_REASONS, POSTURE, Feedback, Item, Occasion, values_of
from dialogs.feedback_actions import AnswerItem, On
from dialogs.messages import Block, Button, Buttons, Rating, Text
from dialogs.texts import Texts

_HALF_A_YEAR: Final = timedelta(days=182)  # between two times that somebody is asked whether they'd recommend
_GOOD: Final = 4  # the least trace that is a good one
_REASONS: Final = 5  # shown at most
_OF_A_HUMAN: Final = frozenset({Item.EMPATHY, Item.TANGIBLES})  # what a written answer has none of


def choose(feedback: Feedback, recommended_at: datetime | None, at: datetime) -> Item | None:
    """Return the one question more, the same each time for one closing and what was said of it; None once it was answered.

    `recommended_at` is when that person was last asked whether they'd recommend a function, None for never.
    """
    if feedback.value is not None:
        return None
    if feedback.item is not None:
        return feedback.item  # who changes the trace is asked the same again: one question more, not two
    items = tuple(_fitting(feedback, recommended_at, at))
    return items[_drawn(feedback.id, "item") % len(items)]


def _fitting(feedback: Feedback, recommended_at: datetime | None, at: datetime) -> Iterator[Item]:
    yield Item.EFFORT
    postures = [item for item in POSTURE if feedback.occasion is not Occasion.ANSWER or item not in _OF_A_HUMAN]
    yield postures[_drawn(feedback.id, "posture") % len(postures)]
    if feedback.trace is not None:
        yield Item.REASON
    if feedback.solved in ("no", "partly"):
        yield Item.ELSEWHERE
        yield Item.LOST_TIME
    elif feedback.trace is not None and feedback.trace < _GOOD:
        yield Item.LOST_TIME
    if recommended_at is None or at - recommended_at > _HALF_A_YEAR:
        yield Item.RECOMMENDATION


def question(t: Texts, feedback: Feedback, item: Item, function: str, on: On) -> tuple[Block, ...]:
    """Return the blocks that ask an item; `function` is how it's called on a button."""
    asked = Text(text=_asked(t, feedback, item, function))
    if (words := _words(t, item)) is not None:
        buttons = tuple(_button(feedback, item, value, words[value], on) for value in _shown(feedback, item))
        return asked, Buttons(buttons=buttons)
    low, high = _ends(t, item)
    return asked, Rating(buttons=tuple(_button(feedback, item, value, value, on) for value in values_of(item)), low=low, high=high)


def said(t: Texts, item: Item, value: str) -> str:
    """Say what was answered to an item."""
    words = _words(t, item)
    return words[value] if words is not None else value


def _button(feedback: Feedback, item: Item, value: str, label: str, on: On) -> Button:
    return Button(label=label, action=AnswerItem(feedback=feedback.id, item=item.value, value=value, on=on))


def _shown(feedback: Feedback, item: Item) -> tuple[str, ...]:
    """Return the values that are offered: of the reasons those that go with the trace, in an order drawn anew for each closing."""
    if item is not Item.REASON:
        return values_of(item)
    reasons = GOOD_REASONS if _is_good(feedback) else BAD_REASONS
    return tuple(sorted(reasons, key=lambda reason: _drawn(feedback.id, reason))[:_REASONS])


def _is_good(feedback: Feedback) -> bool:
    return feedback.trace is not None and feedback.trace >= _GOOD


def _drawn(feedback_id: str, what: str) -> int:
    """Return a number that is as good as drawn at random, and always the same."""
    return int.from_bytes(sha256(f"{feedback_id}|{what}".encode()).digest()[:8])


def _asked(t: Texts, feedback: Feedback, item: Item, function: str) -> str:
    match item:
        case Item.EFFORT:
            return t("Did {function} make it easy for you to get what you needed?", function=function)
        case Item.RECOMMENDATION:
            return t("Would you tell a colleague to turn to {function}?", function=function)
        case Item.REASON:
            return t("What made it good?") if _is_good(feedback) else t("What was wrong with it?")
        case Item.LOST_TIME:
            return t("How much time has it cost you?")
        case Item.ELSEWHERE:
            return t("Did you have to go elsewhere?")
        case _:
            return _posture(t, feedback, item, function)


def _posture(t: Texts, feedback: Feedback, item: Item, function: str) -> str:
    """Return one of the five statements of SERVQUAL; of a written answer, it's the writing that is spoken of."""
    written = feedback.occasion is Occasion.ANSWER
    match item:
        case Item.RELIABILITY if written:
            return t("“What {function} has written is right.”", function=function)
        case Item.RELIABILITY:
            return t("“{function} did what they had promised.”", function=function)
        case Item.ASSURANCE if written:
            return t("“I can rely on what {function} has written.”", function=function)
        case Item.ASSURANCE:
            return t("“At {function} they know their work, and I felt in good hands.”", function=function)
        case Item.RESPONSIVENESS if written:
            return t("“I had what I needed from {function} at once.”", function=function)
        case Item.RESPONSIVENESS:
            return t("“{function} was quick, and willing to help.”", function=function)
        case Item.TANGIBLES:
            return t("“What {function} gave me was clear and well made.”", function=function)
        case _:
            return t("“{function} took the time to understand my own case.”", function=function)


def _ends(t: Texts, item: Item) -> tuple[str, str]:
    match item:
        case Item.EFFORT:
            return t("not at all"), t("very easy")
        case Item.RECOMMENDATION:
            return t("certainly not"), t("certainly")
        case _:
            return t("I disagree"), t("I agree")


def _words(t: Texts, item: Item) -> Mapping[str, str] | None:
    """Return the words of an item that is answered in words, in the order of its values; None for a scale."""
    match item:
        case Item.REASON:
            return {
                "clear": t("It was clear"),
                "fast": t("It was fast"),
                "kind": t("They were kind"),
                "complete": t("All of it was there"),
                "competent": t("They know their subject"),
                "slow": t("Too slow"),
                "unclear": t("Not clear"),
                "sent_around": t("Sent from one to another"),
                "unsolved": t("It's still not solved"),
                "tone": t("The tone"),
                "incomplete": t("Some of it was missing"),
            }
        case Item.LOST_TIME:
            return {
                "none": t("No time"),
                "under_hour": t("Less than an hour"),
                "half_day": t("Half a day"),
                "day": t("A day"),
                "more": t("More than a day"),
            }
        case Item.ELSEWHERE:
            return {
                "no": t("No, nowhere else"),
                "colleague": t("To a colleague"),
                "outside": t("Outside the company"),
                "gave_up": t("I gave up"),
            }
        case Item.EFFORT | Item.RECOMMENDATION | Item.RELIABILITY | Item.ASSURANCE | Item.TANGIBLES | Item.EMPATHY | Item.RESPONSIVENESS:
            return None
        case _:
            assert_never(item)
