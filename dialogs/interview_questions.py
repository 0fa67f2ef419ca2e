"""The six questions of the interview: each with its number, why it's asked, an example, and what is known so far."""

from collections.abc import Iterator
from typing import Final, Literal, assert_never

from dialogs.actions import InterviewStep
from dialogs.bilingual import own
from dialogs.catalog import Function
from dialogs.interview_answers import Question
from dialogs.messages import Block, Button, Buttons, Note, Text, Title, clipped
from dialogs.profile_draft import drafted_or_published
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts
from dialogs.turn import Context

QUESTIONS: Final = tuple(Question)
_SHOWN: Final = 300  # characters of what was said before, below a question


def asked(context: Context, function: Function, question: Question, said: str | None) -> Iterator[Block]:
    """Yield the card of a question; `said` is what was answered to it already, in an interview that went back."""
    t = context.t
    place = QUESTIONS.index(question)
    title, why, example = _words(t, question)
    yield Title(text=f"{place + 1}/{len(QUESTIONS)} · {title}", badge=badge(function, context.language))
    yield Text(text=why)
    yield Note(text=t("For example: {example}", example=example))
    if said is not None:
        yield Note(text=t("You said: “{words}” Skip to keep it.", words=clipped(" ".join(said.split()), _SHOWN)))
    elif known := _known(context, drafted_or_published(context, function), question):
        yield Note(text=t("It says so far: “{words}” Skip to keep it.", words=clipped(" ".join(known.split()), _SHOWN)))
    buttons = [Button(label=t("Skip"), action=_step(function, question, "skip"))]
    if place > 0:
        buttons.append(Button(label=t("Back"), action=_step(function, question, "back")))
    buttons.append(Button(label=t("Stop here"), action=_step(function, question, "stop")))
    yield Buttons(buttons=tuple(buttons))


def _step(function: Function, question: Question, move: Literal["skip", "back", "stop"]) -> InterviewStep:
    return InterviewStep(slug=function.slug, move=move, question=question.value)


def _words(t: Texts, question: Question) -> tuple[str, str, str]:
    """Return a question, why it's asked, and an example of an answer."""
    match question:
        case Question.CLIENTS:
            return (
                t("For whom do we work?"),
                t("People look for themselves: whoever finds their own job here knows that they are at the right door."),
                t("sales people, site managers, and everyone who travels"),
            )
        case Question.MISSED:
            return (
                t("What would they miss without us?"),
                t("It's why you are there, said from their side: more telling than a list of tasks."),
                t("nobody would be paid back in time, and nobody would know what is left to spend"),
            )
        case Question.DONE:
            return (
                t("What do we do for them?"),
                t("Most people know your name better than your work: two or three sentences are enough."),
                t("we pay back expenses, follow the budgets, and prepare the figures that decisions rest on"),
            )
        case Question.PARTNERS:
            return (
                t("With whom do we do it?"),
                t("People then know who else is involved, and needn't tell it twice."),
                t("Human Resources, Procurement, our bank"),
            )
        case Question.POSTURE:
            return (
                t("What do we promise?"),
                t("How one was received is remembered longer than what one got. Promise only what you keep."),
                t("a first answer within a day, from somebody with a name, without jargon"),
            )
        case Question.CONTACTS:
            return (
                t("How can they reach us?"),
                t("A name and an e-mail address turn a function into somebody. Without an address, I put yours."),
                t("Claire Morel, claire.morel@example.com"),
            )
        case _:
            assert_never(question)


def _known(context: Context, function: Function, question: Question) -> str | None:
    """Return what the profile says so far where an answer to this question goes, in the reader's language."""
    language = context.language
    match question:
        case Question.CLIENTS:
            return ", ".join(client for each in function.clients if (client := own(each, language)))
        case Question.MISSED | Question.DONE:
            return own(function.purpose, language)
        case Question.PARTNERS:
            functions = (context.catalogue.function(partner) if isinstance(partner, str) else None for partner in function.partners)
            outside = (own(partner, language) for partner in function.partners if not isinstance(partner, str))
            names = [short_name(each, language) for each in functions if each]
            return ", ".join([*names, *(partner for partner in outside if partner)])
        case Question.POSTURE:
            return own(function.posture, language)
        case Question.CONTACTS:
            return ", ".join(f"{contact.name} ({contact.email})" for contact in function.contacts)
        case _:
            assert_never(question)
