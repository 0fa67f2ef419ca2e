"""Early warnings: a trace that falls, a problem that more people mention than usual; each told once, to the function's channel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID, uuid5

from dialogs.actions import ShowGap, ShowGaps
from dialogs.catalog import Function
from dialogs.change import COMPARED, Change, change
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.feedback_actions import NoteImprovement, ShowTraces
from dialogs.messages import Button, Buttons, Field, Fields, Message, Note, Text, Title
from dialogs.periods import name, week_of
from dialogs.scores import Published
from dialogs.sheet import badge
from dialogs.statistics import jump
from dialogs.texts import Texts

WARNING: Final = "warning"  # the cause of a warning's delivery; the cause's id is the function's slug
WEEKS: Final = 8  # that came before the one looked at
FALL: Final = 0.3  # of the mean trace: less isn't felt
FALL_P: Final = 0.01
FALL_PEOPLE: Final = 10  # in the period, and in each that it's compared with: of five, one who had a bad week makes a fall
JUMP_P: Final = 0.001  # smaller than for a fall: far more sheets are looked at, each day
MENTIONS: Final = 5  # in the week, from as many people: one person who says it five times is no jump
_VERY_SURE: Final = 0.001
_NAMESPACE: Final = UUID("7d2a9a35-8f0b-5c61-9a44-2f6b0a1d7e58")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """The trace of a period is below that of the periods before."""

    period: Published
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """How often something was complained of: `times` in the last seven days, from so many `people`; `before` in the `weeks` before, 8 at most.

    It's an answer (`sheet`) that was said to be wrong, or not what was asked; or a question that found no answer (`gap`).
    """

    about: Literal["sheet", "gap"]
    id: str
    times: int
    people: int
    before: int
    weeks: float


def fallen(published: Sequence[Published], begins: date) -> Fall | None:
    """Return the fall of the period that begins then, below up to `COMPARED` before it together; `published` come the latest first.

    None where it isn't a fall of `FALL` that chance alone makes less often than `FALL_P`; periods of fewer than `FALL_PEOPLE` aren't looked at.
    """
    shown = [period for period in published if period.shown and period.people >= FALL_PEOPLE]
    period = next((each for each in shown if each.begins == begins), None)
    if period is None:
        return None
    changed = change([each for each in shown if each.begins < begins][:COMPARED], (period,))
    if changed is None or changed.p >= FALL_P or round(changed.before - changed.after, 6) < FALL:
        return None
    return Fall(period=period, change=changed)


def jumped(mentions: Mentions) -> bool:
    """Tell whether something is mentioned far more than in the weeks before; never before there has been one such week to compare with."""
    if mentions.weeks < 1 or min(mentions.times, mentions.people) < MENTIONS:
        return False
    # as if there had been one mention, where there was none: a short time in which nothing was said tells little
    return jump(mentions.times, max(mentions.before, 1) / mentions.weeks) < JUMP_P


def told_of_fall(t: Texts, function: Function, fall: Fall) -> Message:
    """Say what fell, by how much, and how sure that is."""
    changed = fall.change
    sure = t("less than 1 time in 1,000") if changed.p < _VERY_SURE else t("less than 1 time in 100")
    return Message(
        language=t.language,
        blocks=(
            Title(text=t("Early warning: the trace you leave is falling"), badge=badge(function, t.language)),
            Text(
                text=t(
                    "{after} out of 5 ({period}), after {before} before.",
                    period=name(t, fall.period.grain, fall.period.begins),
                    after=t.decimal(changed.after),
                    before=t.decimal(changed.before),
                )
            ),
            Fields(
                fields=(
                    Field(label=t("Responses"), value=t("{after}, compared with {before}", after=changed.asked_after, before=changed.asked_before)),
                    Field(label=t("Chance alone does that"), value=sure),
                )
            ),
            _traces(t, function),
            Note(text=t("It says that something changed, not what. The comments and your own days may tell.")),
        ),
    )


def told_of_jump(t: Texts, function: Function, mentions: Mentions, title: str) -> Message:
    """Say what more people mention than usual: the answer of that title, or that question."""
    if mentions.about == "sheet":
        said = t.many(
            "{number} time in seven days, people said of “{title}” that it's wrong or not what they asked.",
            "{number} times in seven days, people said of “{title}” that it's wrong or not what they asked.",
            mentions.times,
            title=title,
        )
    else:
        said = t.many(
            "{number} time in seven days, people asked this or the like, and found no answer: “{title}”",
            "{number} times in seven days, people asked this or the like, and found no answer: “{title}”",
            mentions.times,
            title=title,
        )
    usual = t("In a week before: {number} on average.", number=t.decimal(mentions.before / mentions.weeks))
    see = ShowGaps(slug=function.slug) if mentions.about == "sheet" else ShowGap(gap=mentions.id)
    return Message(
        language=t.language,
        blocks=(
            Title(text=t("Early warning: more people than usual mention this"), badge=badge(function, t.language)),
            Text(text=said),
            Text(text=usual),
            Buttons(buttons=(Button(label=t("See what people say"), action=see, primary=True),)),
        ),
    )


def planned_fall(function: Function, to: str | Reference, message: Message, fall: Fall) -> Delivery:
    """Return the warning's delivery: one a period, however often it's planned."""
    return _planned(function, to, message, f"fall|{function.slug}|{fall.period.begins.isoformat()}")


def planned_jump(function: Function, to: str | Reference, message: Message, mentions: Mentions, today: date) -> Delivery:
    """Return the warning's delivery: one a week and sheet, or gap."""
    return _planned(function, to, message, f"jump|{mentions.about}|{mentions.id}|{week_of(today).isoformat()}")


def _planned(function: Function, to: str | Reference, message: Message, cause: str) -> Delivery:
    key = uuid5(_NAMESPACE, cause)
    return Delivery(key=key, kind=Kind.ALERT, cause_kind=WARNING, cause_id=function.slug, to=to, message=message, function=function.slug)


def _traces(t: Texts, function: Function) -> Buttons:
    see = Button(label=t("See the traces"), action=ShowTraces(slug=function.slug), primary=True)
    return Buttons(buttons=(see, Button(label=t("Note an improvement"), action=NoteImprovement(slug=function.slug))))
