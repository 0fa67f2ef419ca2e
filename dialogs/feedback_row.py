"""The one-tap row of a closing message, and the blocks of the steps that follow a tap on it."""

from typing import Final, Literal, assert_never
from uuid import UUID, uuid5

from dialogs.catalog import Function
from dialogs.feedback import Feedback, Occasion, Solved
from dialogs.feedback_actions import On, RateTrace, Say, SaySolved, WriteComment
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Note, Rating, Text, clipped
from dialogs.texts import Texts

_NAMESPACE: Final = UUID("c2b0a4de-53a8-5a0a-9d43-0f6f1c0b7a55")
_QUOTED: Final = 100  # characters of the question, where a message says what it's about
_SOLVED: Final[tuple[Solved, ...]] = ("yes", "partly", "no")
_TRACES: Final[tuple[Literal["1", "2", "3", "4", "5"], ...]] = ("1", "2", "3", "4", "5")


def feedback_id(cause: str, occasion: Occasion, n: int = 0) -> str:
    """Return the id of a closing: `cause` is the exchange's id, or the request's, and `n` then counts how often it was reopened before."""
    return str(uuid5(_NAMESPACE, f"{cause}|{occasion}|{n}"))


def solved_row(t: Texts, feedback_id: str, on: On) -> tuple[Block, ...]:
    """Ask whether it's solved, in one tap."""
    buttons = tuple(Button(label=solved_label(t, solved), action=SaySolved(feedback=feedback_id, solved=solved, on=on)) for solved in _SOLVED)
    return Note(text=t("Is it solved?")), Buttons(buttons=buttons)


def solved_label(t: Texts, solved: Solved) -> str:
    """Say on a button, and after it was tapped, whether it's solved."""
    match solved:
        case "yes":
            return t("Yes")
        case "partly":
            return t("Partly")
        case "no":
            return t("No")
        case _:
            assert_never(solved)


def trace_scale(t: Texts, feedback_id: str, on: On) -> tuple[Block, ...]:
    """Ask for the trace, from 1 to 5; none of them is chosen beforehand."""
    steps = tuple(Button(label=trace, action=RateTrace(feedback=feedback_id, trace=trace, on=on)) for trace in _TRACES)
    return Text(text=t("And how did it feel: what trace did it leave?")), Rating(buttons=steps, low=t("a bad one"), high=t("an excellent one"))


def add_word(t: Texts, feedback_id: str, on: On) -> Buttons:
    """Return the way to say more, in one's own words."""
    return Buttons(buttons=(Button(label=t("Add a word"), action=WriteComment(feedback=feedback_id, on=on)),), quiet=True)


def about(t: Texts, feedback: Feedback) -> Text:
    """Say what is asked about, in the client's own words; by its day where none are known."""
    question = clipped(" ".join(feedback.question.split()), _QUOTED)
    if not question:
        return Text(text=t("About the help that you had on {day}", day=t.day(feedback.opened_at.date())), strong=True)
    return Text(text=t("About your question “{question}”", question=question), strong=True)


def noted(t: Texts, said: str, *, changed: bool) -> Note:
    """Say that a tap was understood, and as what: in the words of its button."""
    return Note(text=t("Changed: it's “{said}” now.", said=said) if changed else t("Thank you, it's noted: “{said}”.", said=said))


def say_button(t: Texts, function: Function | None, name: str) -> Button:
    """Return the way to say something at any time: to a function, whose `name` it bears, or to any, where it has left the catalogue."""
    if function is None:
        return Button(label=t("Say something to a function"), action=Say())
    return Button(label=clipped(t("Say something to {function}", function=name), BUTTON_LIMIT), action=Say(slug=function.slug))
