"""What is decided upon a gap: ignored, added to a sheet as one of its phrasings, or sent to another function. (Writing a new answer: `authoring`.)

Nothing is learnt without this yes of somebody who answers for the function.
"""

from dialogs.actions import AddPhrasing, ForMe, IgnoreGap, SendGap
from dialogs.catalog import Catalogue, Function, Language, Phrasings, Sheet, is_for
from dialogs.catalog_rules import PHRASING_LIMIT, Rules, sentences
from dialogs.edits import with_phrasing
from dialogs.events import Event, FormSubmitted
from dialogs.facts import CatalogueEdited, GapSettled
from dialogs.gap import Gap
from dialogs.gaps import done, find, may_see, quote, refused_or_sent, settled, slug_of
from dialogs.masking import bare
from dialogs.messages import Button, Choice, FieldError, Form, FormErrors, Input, Note, Option, Text
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.search.likeness import alike, wordings
from dialogs.search.text import folded
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn
from dialogs.written import UNSHOWABLE

_PHRASING, _LANGUAGE, _FUNCTION = "phrasing", "language", "function"  # the forms' inputs


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
    return found if isinstance(found, Turn) else Turn(replies=(_phrasing_form(context, action, found[2], found[1]),))


def phrasing_added(event: FormSubmitted, context: Context, action: AddPhrasing) -> Turn:
    """Add a way to ask to a sheet, and settle the gap; what isn't right yet is asked for again."""
    found = _sheet_and_gap(event, context, action)
    if isinstance(found, Turn):
        return found
    function, sheet, gap = found
    t = context.t
    text = " ".join(event.values.get(_PHRASING, "").split())
    language = next((each for each in context.catalogue.company.languages if each == event.values.get(_LANGUAGE)), None)
    errors = _errors(context, sheet, text, language)
    if errors or language is None:
        form = _phrasing_form(context, action, gap, sheet, phrasing=event.values.get(_PHRASING, ""), language=language)
        return Turn(replies=(FormErrors(form=form, errors=errors),))
    edited = with_phrasing(context.catalogue, sheet.id, language, text)
    added = t("Added to “{title}”: “{phrasing}”. Whoever asks it this way is understood from now on.", title=_title(context, sheet), phrasing=text)
    blocks = [Note(text=added)]
    if (other := _nearly_the_same(edited, sheet, text, language)) is not None:
        also = t("“{title}” is asked in nearly the same words: one of the two may answer in place of the other.", title=_title(context, other))
        blocks.append(Note(text=also))
    buttons = []
    if context.person.linked and is_for(sheet, context.person.segments):
        buttons.append(Button(label=t("Ask it now"), action=ForMe(question=text), primary=True))
    else:
        blocks.append(Note(text=t("It isn't meant for you, so it wouldn't answer you.")))
    facts = (
        CatalogueEdited(catalogue=edited, act=Act.WRITE_CONTENT, function=function.slug, subject=sheet.id),
        GapSettled(gap=gap.id, function=slug_of(context, gap), decision="phrasing", subject=sheet.id),
    )
    return Turn(replies=(done(event, context, gap, tuple(blocks), *buttons),), facts=facts)


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


def _phrasing_form(
    context: Context, action: AddPhrasing, gap: Gap, sheet: Sheet, *, phrasing: str | None = None, language: Language | None = None
) -> Form:
    t, languages = context.t, context.catalogue.company.languages
    asked = gap.questions[0]
    names = {"fr": t("French"), "en": t("English")}
    return Form(
        language=context.language,
        title=t("Add a phrasing"),
        blocks=(
            Text(text=_title(context, sheet), strong=True),
            Input(
                id=_PHRASING,
                label=t("How people ask for it"),
                placeholder=t("As they'd say it to a colleague, without names or numbers"),
                value=bare(asked.text)[:PHRASING_LIMIT] if phrasing is None else phrasing,
                multiline=True,
                required=True,
                limit=PHRASING_LIMIT,
            ),
            Choice(
                id=_LANGUAGE,
                label=t("In which language?"),
                options=tuple(Option(value=each, label=names[each]) for each in languages),
                value=language or (asked.language if asked.language in languages else languages[0]),
                required=True,
            ),
        ),
        action=action,
        submit=t("Add"),
        cancel=t("Cancel"),
    )


def _errors(context: Context, sheet: Sheet, text: str, language: Language | None) -> tuple[FieldError, ...]:
    """Return what the pack's own rules say of a phrasing, and whether the sheet has it already."""
    t = context.t
    if not text:
        return (FieldError(input=_PHRASING, text=t("Write it as people ask it.")),)
    if UNSHOWABLE.search(text):
        return (FieldError(input=_PHRASING, text=sentences(t("a character that can't be shown"), t("remove it"))),)
    if language is None:
        return (FieldError(input=_LANGUAGE, text=t("Choose a language.")),)
    faults = Rules(t=t, segments=None).faults({language: [text]}, Phrasings)
    if wrong := tuple(FieldError(input=_PHRASING, text=sentences(fault.what, fault.fix)) for fault in faults):
        return wrong
    known = sheet.phrasings.fr if language == "fr" else sheet.phrasings.en
    if folded(text) in map(folded, known):
        twice = t("It's one of its phrasings already. Perhaps it isn't meant for those who asked: look at its audience.")
        return (FieldError(input=_PHRASING, text=twice),)
    return ()


def _nearly_the_same(edited: Catalogue, sheet: Sheet, text: str, language: Language) -> Sheet | None:
    """Return another sheet that is asked in nearly these words: worth a word, as in a pack, but no mistake."""
    every = [wording for _, each in edited.sheets() for wording in wordings(each, language)]
    for pair in alike(every, frozenset({sheet.id})):
        mine, other = sorted(pair, key=lambda wording: wording.sheet != sheet.id)
        if mine.text == text and (found := edited.sheet(other.sheet)) is not None:
            return found[1]
    return None


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


def _title(context: Context, sheet: Sheet) -> str:
    return sheet.title.to(context.language)
