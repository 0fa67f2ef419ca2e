"""What is decided upon a gap: ignored, added to a sheet as one of its phrasings, or sent to another function. (Writing a new answer: `authoring`.)

Nothing is learnt without this yes of somebody who answers for the function.
"""

from dialogs import phrasing
from dialogs.actions import AddPhrasing, IgnoreGap, SendGap
from dialogs.catalog import Function, Sheet
from dialogs.catalog_rules import PHRASING_LIMIT
from dialogs.events import Event, FormSubmitted
from dialogs.facts import GapSettled
from dialogs.gap import Gap
from dialogs.gaps import done, find, may_see, quote, refused_or_sent, settled, slug_of
from dialogs.masking import bare
from dialogs.messages import Choice, FieldError, Form, FormErrors, Note, Option, Text
from dialogs.phrasing import Wrong
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn

_FUNCTION = "function"  # the form's input


def ignore(event: Event, context: Context, action: IgnoreGap) -> Turn:
    """Settle a gap without doing anything about it."""
    gap = _mine(event, context, action.gap)
    if isinstance(gap, Turn):
        return gap
    note = Note(text=context.t("Ignored: these questions have left the list. Should somebody ask again, it comes back."))
    fact = GapSettled(gap=gap.id, function=slug_of(context, gap), decision="ignored")
    return Turn(replies=(done(event, context, gap, (note,)),), facts=(fact,))


def open_phrasing(event: Event, context: Context, action: AddPhrasing) -> Turn:
    """Open the form that adds a gap's question to a sheet."""
    found = _sheet_and_gap(event, context, action)
    if isinstance(found, Turn):
        return found
    asked = found[2].questions[0]
    return Turn(replies=(phrasing.form(context, action, found[1], phrasing=bare(asked.text)[:PHRASING_LIMIT], language=asked.language),))


def phrasing_added(event: FormSubmitted, context: Context, action: AddPhrasing) -> Turn:
    """Add a way to ask to a sheet, and settle the gap; what isn't right yet is asked for again."""
    found = _sheet_and_gap(event, context, action)
    if isinstance(found, Turn):
        return found
    function, sheet, gap = found
    read = phrasing.read(event, context, sheet)
    if isinstance(read, Wrong):
        return Turn(replies=(phrasing.asked_again(context, action, sheet, gap.questions[0].language, read),))
    taught = phrasing.taught(context, function, sheet, read)
    settling = GapSettled(gap=gap.id, function=slug_of(context, gap), decision="phrasing", subject=sheet.id)
    return Turn(replies=(done(event, context, gap, taught.blocks, *taught.buttons),), facts=(taught.fact, settling))


def open_sending(event: Event, context: Context, action: SendGap) -> Turn:
    """Open the form that sends a gap to another function."""
    gap = _mine(event, context, action.gap)
    if isinstance(gap, Turn):
        return gap
    if not _others(context, gap):
        note = Note(text=context.t("There's no other function in the catalogue."))
        return Turn(replies=(done(event, context, gap, (note,)),))
    return Turn(replies=(_sending_form(context, action, gap),))


def sent(event: FormSubmitted, context: Context, action: SendGap) -> Turn:
    """Send a gap to the function that was chosen."""
    t = context.t
    gap = _mine(event, context, action.gap)
    if isinstance(gap, Turn):
        return gap
    chosen = next((each for each in _others(context, gap) if each.slug == event.values.get(_FUNCTION)), None)
    if chosen is None:
        error = FieldError(input=_FUNCTION, text=t("Choose the function that this is for."))
        return Turn(replies=(FormErrors(form=_sending_form(context, action, gap), errors=(error,)),))
    note = Note(text=t("Sent to {function}: it's among their questions now.", function=short_name(chosen, context.language)))
    fact = GapSettled(gap=gap.id, function=slug_of(context, gap), decision="sent", subject=chosen.slug)
    return Turn(replies=(done(event, context, gap, (note,)),), facts=(fact,))


def _mine(event: Event, context: Context, gap_id: str) -> Gap | Turn:
    """Return an open gap that the person may settle, else what to reply."""
    gap = find(context, gap_id)
    if gap is None:
        return settled(event, context)
    if not may_see(context, Act.SETTLE_GAPS, slug_of(context, gap)):
        return refused_or_sent(event, context, gap, Act.SETTLE_GAPS)
    return gap


def _sheet_and_gap(event: Event, context: Context, action: AddPhrasing) -> tuple[Function, Sheet, Gap] | Turn:
    """Return the sheet to add to, with its function, and the gap; else what to reply."""
    gap = _mine(event, context, action.gap)
    if isinstance(gap, Turn):
        return gap
    found = context.catalogue.sheet(action.id)
    if found is None:
        return gone(event, context)
    function, sheet = found
    if not may(context.grants, Act.WRITE_CONTENT, function.slug):
        return refused(event, context, Act.WRITE_CONTENT, function.slug, sheet.id)
    return function, sheet, gap


def _sending_form(context: Context, action: SendGap, gap: Gap) -> Form:
    t = context.t
    options = tuple(Option(value=function.slug, label=badge(function, context.language)) for function in _others(context, gap))
    return Form(
        language=context.language,
        title=t("For another function"),
        blocks=(Text(text=quote(t, gap.questions[0])), Choice(id=_FUNCTION, label=t("Whom is it for?"), options=options, required=True)),
        action=action,
        submit=t("Send"),
        cancel=t("Cancel"),
    )


def _others(context: Context, gap: Gap) -> list[Function]:
    return [function for function in context.catalogue.functions if function.slug != gap.function]
