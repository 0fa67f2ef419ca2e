"""Themes: what the comments about a function speak of."""

from collections.abc import Iterator
from typing import Final

from dialogs.catalog import Function
from dialogs.events import Event
from dialogs.expert_gesture import told
from dialogs.feedback_actions import ShowThemes, ShowTraces
from dialogs.masking import shown
from dialogs.messages import Block, Bullets, Button, Buttons, Note, Text, Title, clipped
from dialogs.periods import name
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.scores import COMMENT_FLOOR, SCORE_FLOOR, Published, Reading, Theme
from dialogs.sheet import badge
from dialogs.statistics import mean
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

SHOWN: Final = 10  # comments on a card
_QUOTED: Final = 250  # characters of a comment


def show(event: Event, context: Context, action: ShowThemes) -> Turn:
    """Show the themes of a period, and the comments that may be shown."""
    function = context.catalogue.function(action.slug)
    if function is None:
        return gone(event, context)
    if not may(context.grants, Act.READ_TRACES, function.slug):
        return refused(event, context, Act.READ_TRACES, function.slug)
    reading = context.readings.get(function.slug, Reading(function=function.slug))
    return told(event, context, *_card(context, function, reading, _period(reading, action.begins)))


def _period(reading: Reading, begins: str | None) -> Published | None:
    """Return the period that begins on that day, else the latest one."""
    named = (period for period in reading.published if period.begins.isoformat() == begins)
    return next(named, None) if begins is not None else next(iter(reading.published), None)


def _card(context: Context, function: Function, reading: Reading, period: Published | None) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("What people speak of"), badge=badge(function, context.language))
    if period is None:
        yield Text(text=t("Nothing of that is published yet: it is, once a period is over and its last question has expired."))
    else:
        yield Text(text=t("Published: {period}", period=name(t, period.grain, period.begins)), strong=True)
        yield from _themes(t, period)
        yield from _comments(t, reading, period)
    begins = period.begins.isoformat() if period else None
    yield Buttons(buttons=(Button(label=t("See the traces"), action=ShowTraces(slug=function.slug, begins=begins)),))


def _themes(t: Texts, period: Published) -> Iterator[Block]:
    if not period.shown:
        yield Text(
            text=t("Fewer than {floor} people responded in this period. Nothing of it is shown, so that nobody is recognised.", floor=SCORE_FLOOR)
        )
        return
    if period.themes:
        yield Bullets(items=tuple(_theme(t, theme) for theme in period.themes))
        yield Note(
            text=t(
                "A theme is shown from {floor} people on, by the words that its comments use most. Both languages are together.", floor=SCORE_FLOOR
            )
        )


def _theme(t: Texts, theme: Theme) -> str:
    named = ", ".join(theme.words) if theme.words else t("Everything else")
    comments = t.many("{number} comment", "{number} comments", theme.comments)
    middle = mean(theme.traces)
    if middle is None:
        return t("{theme}: {comments}", theme=named, comments=comments)
    number = sum(theme.traces.values())
    return t("{theme}: {comments}, mean trace {mean} (n = {number})", theme=named, comments=comments, mean=t.decimal(middle), number=number)


def _comments(t: Texts, reading: Reading, period: Published) -> Iterator[Block]:
    if not period.shown:
        return
    if not reading.comments:
        yield Text(text=t("Comments are shown from {floor} people on who wrote one; this period has fewer.", floor=COMMENT_FLOOR))
        return
    if not period.themes:
        yield Text(text=t("No {floor} people speak of the same thing, so there's no theme to show.", floor=SCORE_FLOOR))
    yield Text(text=t("In people's own words"), strong=True)
    yield Bullets(items=tuple(t("“{words}”", words=clipped(" ".join(shown(t, each).split()), _QUOTED)) for each in reading.comments[:SHOWN]))
    if (left := len(reading.comments) - SHOWN) > 0:
        yield Note(text=t.many("{number} more is in the export.", "{number} more are in the export.", left))
