"""The form that asks for an export: of which function, in which form, from when to when, and how much of it one may see."""

from collections.abc import Iterator, Mapping
from typing import Final
from uuid import uuid5

from dialogs import export_filters
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import told
from dialogs.export import DEPTHS, EXPORT, FORMS, REASON, Depth, Export, Form
from dialogs.export_filters import FROM, FUNCTION, TO, Mistake
from dialogs.facts import ExportAsked
from dialogs.feedback_actions import ExportFeedback
from dialogs.messages import Button, Buttons, Choice, FieldError, FormErrors, Input, Note, Option, Text
from dialogs.messages import Form as Opened
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

EVERY: Final = "*"  # no function's slug: the option that is all functions together
_FORM, _DEPTH, _REASON = "form", "depth", "reason"  # the form's inputs, besides the filters
_PROTECTED: Final = "protected"
_REASON_LIMIT: Final = 500
_DAY_LIMIT: Final = 20


def offer(event: Event, context: Context, action: ExportFeedback) -> Turn:
    """Offer the form, where it was asked for in words."""
    if not _functions(context):
        return refused(event, context, Act.EXPORT_FEEDBACK, None)
    t = context.t
    what = t("What clients gave back, as a file for a spreadsheet: the responses of the published periods, in groups that nobody can be told from.")
    return told(event, context, Text(text=what), Buttons(buttons=(Button(label=t("Export the feedback"), action=action, primary=True),)))


def open_form(event: Event, context: Context, action: ExportFeedback) -> Turn:
    """Open the form, for those who may."""
    if not _functions(context):
        return refused(event, context, Act.EXPORT_FEEDBACK, None)
    return Turn(replies=(_form(context, action, {}),))


def asked(event: FormSubmitted, context: Context, action: ExportFeedback) -> Turn:
    """Keep what is asked for: a job makes the file, and the ledger sends it. What isn't right yet is asked for again."""
    t, values = context.t, {name: readable(value) for name, value in event.values.items()}
    chosen, depth = values.get(FUNCTION, ""), next((depth for depth in DEPTHS if depth == values.get(_DEPTH, _PROTECTED)), None)
    function = None if chosen == EVERY else chosen
    if not _functions(context) or (chosen not in _functions(context) and (function is None or context.catalogue.function(function))):
        return refused(event, context, Act.EXPORT_FEEDBACK, function)
    if depth not in (_PROTECTED, None) and not _may_whole(context):
        return refused(event, context, Act.EXPORT_RESPONSES, function)
    form = next((form for form in FORMS if form == values.get(_FORM)), None)
    filters = {name: values[name] for name in (FROM, TO) if values.get(name)} | ({FUNCTION: function} if function else {})
    errors = tuple(_errors(t, context, values, form, depth))
    if errors or form is None or depth is None:
        return Turn(replies=(FormErrors(form=_form(context, action, values), errors=errors),))
    export = Export(
        id=str(uuid5(event.key, EXPORT)),
        person=context.person.id,
        language=context.language,
        form=form,
        depth=depth,
        asked_at=event.at,
        filters=filters,
        reason=values[_REASON] if depth != _PROTECTED else None,
    )
    soon = t("I'm making your export. It comes to our private conversation, in a minute or so.")
    noted = () if depth == _PROTECTED else (Note(text=t("Your reason is kept in the audit log, with your name.")),)
    return told(event, context, Text(text=soon), *noted, facts=(ExportAsked(export=export),))


def _errors(t: Texts, context: Context, values: Mapping[str, str], form: Form | None, depth: Depth | None) -> Iterator[FieldError]:
    if values.get(FUNCTION) not in _functions(context):
        yield FieldError(input=FUNCTION, text=t("Choose the function."))
    if form is None:
        yield FieldError(input=_FORM, text=t("Choose the kind of file."))
    if isinstance(mistake := export_filters.read({name: values.get(name, "") for name in (FROM, TO)}, t), Mistake):
        yield FieldError(input=mistake.filter, text=mistake.text)
    if depth is None:
        yield FieldError(input=_DEPTH, text=t("Choose what it shows."))
    elif depth != _PROTECTED and len(values.get(_REASON, "")) < REASON:
        yield FieldError(input=_REASON, text=t("Say why you need it, in {number} characters or more.", number=REASON))
    if (length := len(values.get(_REASON, ""))) > _REASON_LIMIT:
        yield FieldError(
            input=_REASON, text=t("That's {count} characters, and {limit} fit here. Keep the essential.", count=length, limit=_REASON_LIMIT)
        )


def _form(context: Context, action: ExportFeedback, values: Mapping[str, str]) -> Opened:
    t, options = context.t, tuple(_option(context, slug) for slug in _functions(context))
    only = options[0].value if len(options) == 1 else None
    kinds = (
        Option(value="xlsx", label=t("Excel workbook (.xlsx)")),
        Option(value="csv", label=t("CSV files in an archive (.zip)")),
        Option(value="jsonl", label=t("JSON Lines, for a program (.jsonl)")),
    )
    day = t("such as 2026-01-31; empty for all")
    return Opened(
        language=context.language,
        title=t("Export the feedback"),
        blocks=(
            Text(text=t("Published responses, without names. Comments are in a part of their own, personal data masked.")),
            Choice(id=FUNCTION, label=t("Which function?"), options=options, value=_among(options, values.get(FUNCTION)) or only, required=True),
            Choice(id=_FORM, label=t("Which kind of file?"), options=kinds, value=_among(kinds, values.get(_FORM)), required=True),
            Input(id=FROM, label=t("From which day?"), placeholder=day, value=values.get(FROM, ""), limit=_DAY_LIMIT),
            Input(id=TO, label=t("To which day?"), placeholder=day, value=values.get(TO, ""), limit=_DAY_LIMIT),
            *(_whole(t, values) if _may_whole(context) else ()),
        ),
        action=action,
        submit=t("Export"),
        cancel=t("Cancel"),
    )


def _whole(t: Texts, values: Mapping[str, str]) -> tuple[Choice, Input]:
    """Return what is asked of whoever may see more than groups."""
    depths = (
        Option(value="protected", label=t("Published responses, in groups")),
        Option(value="full", label=t("Every response, without names")),
        Option(value="named", label=t("Every response, with names")),
    )
    return (
        Choice(id=_DEPTH, label=t("What does it show?"), options=depths, value=_among(depths, values.get(_DEPTH)) or _PROTECTED, required=True),
        Input(
            id=_REASON,
            label=t("Why, if it's every response?"),
            placeholder=t("It's kept in the audit log"),
            value=values.get(_REASON, ""),
            multiline=True,
            limit=_REASON_LIMIT,
        ),
    )


def _among(options: tuple[Option, ...], value: str | None) -> str | None:
    return next((option.value for option in options if option.value == value), None)


def _option(context: Context, slug: str) -> Option:
    function = context.catalogue.function(slug)
    return Option(value=slug, label=badge(function, context.language) if function else context.t("All functions together"))


def _functions(context: Context) -> tuple[str, ...]:
    """Return the functions whose feedback the person may export, `EVERY` first for those who may export it all."""
    slugs = functions_for(context.grants, Act.EXPORT_FEEDBACK, tuple(function.slug for function in context.catalogue.functions))
    return (EVERY, *slugs) if may(context.grants, Act.EXPORT_FEEDBACK) else slugs


def _may_whole(context: Context) -> bool:
    return may(context.grants, Act.EXPORT_RESPONSES)
