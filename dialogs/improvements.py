"""Improvements: what an owner will do about a result."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import uuid5

from dialogs.change import since
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import told
from dialogs.facts import ImprovementKept
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowTraces
from dialogs.improvement import Improvement
from dialogs.messages import Button, Buttons, Choice, FieldError, Form, FormErrors, Input, Note, Option, Text, Title
from dialogs.periods import day_of
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.scores import Published
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

LIMIT: Final = 500  # characters of what will be done, and of what was
_TEXT, _DUE, _DONE = "text", "due", "done"  # the forms' inputs
_DELAYS: Final = {"two_weeks": timedelta(weeks=2), "month": timedelta(days=30), "quarter": timedelta(weeks=13)}


def open_form(event: Event, context: Context, action: NoteImprovement) -> Turn:
    """Open the form: what will be done, and by when."""
    wrong = _refusal(event, context, action.slug)
    return wrong or Turn(replies=(_form(context, action),))


def noted(event: FormSubmitted, context: Context, action: NoteImprovement) -> Turn:
    """Keep what will be done, and by when; what isn't right yet is asked for again."""
    if wrong := _refusal(event, context, action.slug):
        return wrong
    t, text, delay = context.t, readable(event.values.get(_TEXT, "")), event.values.get(_DUE, "")
    errors = [*_wrong(t, _TEXT, text, t("Write what you will do, even in a few words."))]
    if delay not in _DELAYS:
        errors.append(FieldError(input=_DUE, text=t("Choose by when it will be done.")))
    if errors:
        return Turn(replies=(FormErrors(form=_form(context, action, text=text, delay=delay), errors=tuple(errors)),))
    reading = context.readings.get(action.slug)
    improvement = Improvement(
        id=str(uuid5(event.key, "improvement")),
        function=action.slug,
        text=text,
        due=day_of(event.at, context.hours.timezone) + _DELAYS[delay],
        noted_at=event.at,
        by=context.person.id,
        before=next((period.begins for period in reading.published if period.shown), None) if reading else None,
    )
    return told(
        event,
        context,
        Title(text=t("Noted"), badge=_badge(context, action.slug)),
        Text(text=promise(t, improvement)),
        Note(text=t("The function's weekly digest reminds you of it, and says what it changes.")),
        _back(context, action.slug),
        facts=(ImprovementKept(improvement=improvement),),
    )


def open_end(event: Event, context: Context, action: EndImprovement) -> Turn:
    """Open the form that says what was done."""
    found = _under_way(event, context, action)
    return found if isinstance(found, Turn) else Turn(replies=(_end_form(context, action, found),))


def ended(event: FormSubmitted, context: Context, action: EndImprovement) -> Turn:
    """Keep what was done; what isn't right yet is asked for again."""
    found = _under_way(event, context, action)
    if isinstance(found, Turn):
        return found
    t, text = context.t, readable(event.values.get(_DONE, ""))
    errors = tuple(_wrong(t, _DONE, text, t("Write what was done, even in a few words.")))
    if errors:
        return Turn(replies=(FormErrors(form=_end_form(context, action, found, text=text), errors=errors),))
    done = replace(found, done_at=event.at, done=text)
    return told(
        event,
        context,
        Title(text=t("Done, and noted"), badge=_badge(context, found.function)),
        Text(text=promise(t, found)),
        Text(text=t("What was done: {text}", text=text)),
        Note(text=t("What it changed shows in the traces of the periods to come.")),
        _back(context, found.function),
        facts=(ImprovementKept(improvement=done),),
    )


def promise(t: Texts, improvement: Improvement) -> str:
    """Say what will be done, and by when."""
    return t("“{text}”, by {day}", text=improvement.text, day=t.day(improvement.due))


def changed_in_words(t: Texts, improvement: Improvement, published: Sequence[Published], today: date) -> str:
    """Say what became of an improvement: what was done or that its day has gone by, and what changed since; empty where nothing can be said.

    `published` are the periods of its function, the latest first.
    """
    said: list[str] = []
    if improvement.done:
        said.append(t("done: {text}", text=improvement.done))
    elif improvement.due < today:
        said.append(t("that day has gone by: say what was done, or note what comes next"))
    change = since(improvement, published)
    if change is not None:
        sure = t("more than chance") if change.sure else t("too little to tell")
        said.append(t("since: trace {before} → {after} ({sure})", before=t.decimal(change.before), after=t.decimal(change.after), sure=sure))
    return " · ".join(said)


def _refusal(event: Event, context: Context, slug: str) -> Turn | None:
    if context.catalogue.function(slug) is None:
        return gone(event, context)
    if not may(context.grants, Act.NOTE_IMPROVEMENTS, slug):
        return refused(event, context, Act.NOTE_IMPROVEMENTS, slug)
    return None


def _under_way(event: Event, context: Context, action: EndImprovement) -> Improvement | Turn:
    """Return the improvement that one may end, else what to reply."""
    t = context.t
    every = (improvement for reading in context.readings.values() for improvement in reading.improvements)
    found = next((each for each in every if each.id == action.improvement), None)
    if found is None:
        return told(
            event,
            context,
            Text(text=t("I don't find this improvement among those that you may change. See what your functions have noted:")),
            _back(context),
        )
    if not may(context.grants, Act.NOTE_IMPROVEMENTS, found.function):
        return refused(event, context, Act.NOTE_IMPROVEMENTS, found.function, found.id)
    if found.done is not None:
        done = Text(text=t("What was done: {text}", text=found.done))
        return told(event, context, Text(text=t("This one is noted as done already.")), done, _back(context, found.function))
    return found


def _wrong(t: Texts, name: str, text: str, missing: str) -> Sequence[FieldError]:
    if not text:
        return (FieldError(input=name, text=missing),)
    if len(text) > LIMIT:
        long = t("That's {count} characters, and {limit} fit here. Keep the essential.", count=len(text), limit=LIMIT)
        return (FieldError(input=name, text=long),)
    return ()


def _form(context: Context, action: NoteImprovement, *, text: str = "", delay: str | None = None) -> Form:
    t = context.t
    labels = {"two_weeks": t("In two weeks"), "month": t("In a month"), "quarter": t("In three months")}
    options = tuple(Option(value=value, label=labels[value]) for value in _DELAYS)
    hint = t("One thing that whoever asks you for help will notice")
    return Form(
        language=context.language,
        title=t("An improvement"),
        blocks=(
            Text(text=_badge(context, action.slug), strong=True),
            Input(id=_TEXT, label=t("What will you do?"), placeholder=hint, value=text, multiline=True, required=True, limit=LIMIT),
            Choice(id=_DUE, label=t("By when?"), options=options, value=delay if delay in _DELAYS else None, required=True),
        ),
        action=action,
        submit=t("Note it"),
        cancel=t("Cancel"),
    )


def _end_form(context: Context, action: EndImprovement, improvement: Improvement, *, text: str = "") -> Form:
    t = context.t
    return Form(
        language=context.language,
        title=t("What was done"),
        blocks=(
            Text(text=promise(t, improvement)),
            Input(id=_DONE, label=t("What was done?"), value=text, multiline=True, required=True, limit=LIMIT),
        ),
        action=action,
        submit=t("Note it"),
        cancel=t("Cancel"),
    )


def _badge(context: Context, slug: str) -> str:
    function = context.catalogue.function(slug)
    return badge(function, context.language) if function else slug


def _back(context: Context, slug: str | None = None) -> Buttons:
    return Buttons(buttons=(Button(label=context.t("See the traces"), action=ShowTraces(slug=slug)),))
