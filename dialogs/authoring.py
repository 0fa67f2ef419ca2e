"""Authoring: what a function has written, corrected, added to and removed from in chat, by those who may; always in private."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from dialogs import sheet_form
from dialogs.actions import ListContent, RemoveSheet, WriteSheet
from dialogs.catalog import ALL, LANGUAGES, Catalogue, Entry, Function, Language, Localized, Sheet
from dialogs.catalog_advice import few_phrasings, untranslated
from dialogs.catalog_rules import sentences
from dialogs.edits import with_sheet, without_sheet
from dialogs.events import ActionTaken, Event, FormSubmitted, MessageReceived, Scope
from dialogs.facts import CatalogueEdited, Fact, GapSettled
from dialogs.gap import Gap
from dialogs.messages import Block, Bullets, Button, Buttons, Form, FormErrors, Item, Items, Message, Note, Place, Text, Title
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.request_answer import answered_for, question_of, reply_of
from dialogs.rights import Act, functions_for, may
from dialogs.search.likeness import alike, wordings
from dialogs.search.text import SAID_EVERYWHERE, words
from dialogs.sheet import answer, badge, short_name
from dialogs.turn import Context, Turn
from dialogs.written import as_written, quoted

PAGE: Final = 10  # lines of a list; Slack's 50 blocks and Teams' 28 KB hold them whatever their titles
REVIEWED_AGAIN: Final = timedelta(days=365)  # after a correction, where the sheet doesn't say how often it's reviewed
_ID_LENGTH: Final = 40  # characters of a new id, its function's prefix left out; a pack's rule allows 64 in all
_PREFIX: Final = re.compile(r"[a-z0-9]{1,16}[_-]")
_ADVICE: Final = 5  # pieces of advice at once
_BLANK: Final = Entry(id="new", question=Localized(), reply=Localized())


def list_content(event: Event, context: Context, action: ListContent) -> Turn:
    """List a page of what a function has written; without a function, choose one, unless there's only one."""
    t = context.t
    slugs = functions_for(context.grants, Act.WRITE_CONTENT, tuple(function.slug for function in context.catalogue.functions))
    if action.slug is None and not slugs:
        nothing = (Text(text=t("Nothing is written here yet.")),)
        return _private(event, context, nothing) if may(context.grants, Act.WRITE_CONTENT) else refused(event, context, Act.WRITE_CONTENT, None)
    if action.slug is None and len(slugs) > 1:
        offered = [function for function in context.catalogue.functions if function.slug in slugs]
        buttons = tuple(Button(label=short_name(function, context.language), action=ListContent(slug=function.slug)) for function in offered)
        return _private(event, context, (Title(text=t("Whose answers do you want to see?")), Buttons(buttons=buttons)))
    slug = action.slug or slugs[0]
    function = context.catalogue.function(slug)
    if function is None:
        return _gone(event, context)
    act = Act.WRITE_CONTENT if action.to == "correct" else Act.REMOVE_CONTENT
    if not may(context.grants, act, slug):
        return refused(event, context, act, slug, slug)
    return _private(event, context, tuple(_page(event, context, function, action)), update=action.after is not None)


def open_sheet(event: Event, context: Context, action: WriteSheet) -> Turn:
    """Open the form of a sheet to correct it, or of a new entry; where no form can be opened (a typed command), offer the button that does."""
    if action.id is None:
        function, sheet = context.catalogue.function(action.slug), None
    else:
        found = context.catalogue.sheet(action.id)
        function, sheet = found or (None, None)
    if function is None:
        return _gone(event, context)
    if not may(context.grants, Act.WRITE_CONTENT, function.slug):
        return refused(event, context, Act.WRITE_CONTENT, function.slug, action.id)
    if isinstance(event, MessageReceived):
        button = Button(label=context.t("Write a new answer"), action=WriteSheet(slug=function.slug), primary=True)
        return _private(event, context, (Title(text=context.t("A new answer"), badge=badge(function, context.language)), Buttons(buttons=(button,))))
    languages = context.catalogue.company.languages
    if sheet is None:
        values = sheet_form.values_of(_BLANK, languages)
        notes: tuple[Text, ...] = ()
        if gap := _gap(context, action):
            values = sheet_form.with_gap(values, gap)
        elif request := answered_for(context, action.request, function.slug):
            values = sheet_form.with_answer(values, question_of(request), reply_of(context.t, request), request.language)
            notes = (Text(text=context.t("What names people is taken out of these words. Read them as somebody who wasn't there, then publish.")),)
        shown = sheet_form.form(context, _BLANK, values, replace(action, base=None), notes)
    else:
        values = sheet_form.values_of(sheet, languages)
        shown = sheet_form.form(context, sheet, values, replace(action, slug=function.slug, base=sheet_form.base_of(values)))
    return Turn(replies=(shown,))


def sheet_written(event: FormSubmitted, context: Context, action: WriteSheet) -> Turn:
    """Publish what was written, unless something in it is wrong, or somebody else changed the same thing meanwhile."""
    catalogue, languages = context.catalogue, context.catalogue.company.languages
    found = catalogue.sheet(action.id) if action.id else None
    function = found[0] if found else catalogue.function(action.slug)
    if function is None:
        return _gone(event, context)
    if not may(context.grants, Act.WRITE_CONTENT, function.slug):
        return refused(event, context, Act.WRITE_CONTENT, function.slug, action.id)
    if found is None and action.id is not None:
        return _removed_meanwhile(event, context, action)
    former = found[1] if found else replace(_BLANK, id=_new_id(catalogue, function, event.values, languages))
    values = event.values
    if found is not None:
        now = sheet_form.values_of(former, languages)
        both = sheet_form.merged(event.values, now, action.base)
        values = dict(both.values)
        if both.clashes:
            again = replace(action, slug=function.slug, base=sheet_form.base_of(now))
            return Turn(replies=(sheet_form.form(context, former, values, again, sheet_form.clash_notes(context, now, former, both.clashes)),))
    sheet = _checked(sheet_form.sheet_of(values, former, languages), event.at.date(), context.person.email)
    if errors := sheet_form.errors(values, sheet, catalogue.company, context.t):
        return Turn(replies=(FormErrors(form=sheet_form.form(context, former, values, action), errors=errors),))
    edited = with_sheet(catalogue, function.slug, sheet)
    facts: list[Fact] = [CatalogueEdited(catalogue=edited, act=Act.WRITE_CONTENT, function=function.slug, subject=sheet.id)]
    if gap := _gap(context, action):
        facts.append(GapSettled(gap=gap.id, function=function.slug, decision="written", subject=sheet.id))
    turn = _private(event, context, tuple(_published(event, context, edited, function, sheet)))
    return replace(turn, facts=tuple(facts))


def ask_removal(event: Event, context: Context, action: RemoveSheet) -> Turn:
    """Ask whether a sheet is really to go."""
    found = _removable(event, context, action)
    if isinstance(found, Turn):
        return found
    _, sheet = found
    t = context.t
    blocks = (
        Text(text=sheet.title.to(context.language), strong=True),
        Text(text=t("Nobody will find it any more, from the moment you remove it.")),
        Text(text=_kept(context)),
    )
    shown = Form(language=context.language, title=t("Remove this answer?"), blocks=blocks, action=action, submit=t("Remove"), cancel=t("Cancel"))
    return Turn(replies=(shown,))


def _removable(event: Event, context: Context, action: RemoveSheet) -> tuple[Function, Sheet] | Turn:
    """Return the sheet that is to go, with its function; else what to reply."""
    found = context.catalogue.sheet(action.id)
    if found is None:
        return _gone(event, context)
    if not may(context.grants, Act.REMOVE_CONTENT, found[0].slug):
        return refused(event, context, Act.REMOVE_CONTENT, found[0].slug, action.id)
    return found


def removal_confirmed(event: FormSubmitted, context: Context, action: RemoveSheet) -> Turn:
    """Remove a sheet."""
    found = _removable(event, context, action)
    if isinstance(found, Turn):
        return found
    function, sheet = found
    t = context.t
    fact = CatalogueEdited(catalogue=without_sheet(context.catalogue, action.id), act=Act.REMOVE_CONTENT, function=function.slug, subject=action.id)
    blocks = (
        Text(text=t("Removed: {title}", title=sheet.title.to(context.language)), strong=True),
        Note(text=_kept(context)),
        Buttons(buttons=(Button(label=t("All we have written"), action=ListContent(slug=function.slug)),)),
    )
    return replace(_private(event, context, blocks), facts=(fact,))


def _private(event: Event, context: Context, blocks: tuple[Block, ...], *, update: bool = False) -> Turn:
    personal = event.reference.scope is Scope.PERSONAL
    tapped = update and isinstance(event, ActionTaken) and event.message_id is not None
    place = (Place.UPDATE if tapped else Place.HERE) if personal else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),))


def _gone(event: Event, context: Context) -> Turn:
    (said,) = gone(event, context).replies
    return _private(event, context, said.blocks if isinstance(said, Message) else ())


def _page(event: Event, context: Context, function: Function, action: ListContent) -> Iterator[Block]:
    t, sheets = context.t, function.sheets
    start = next((place + 1 for place, sheet in enumerate(sheets) if sheet.id == action.after), 0)
    shown = sheets[start : start + PAGE]
    removing = action.to == "remove"
    yield Title(text=t("What may go?") if removing else t("What we have written"), badge=badge(function, context.language))
    if len(sheets) > PAGE:
        yield Note(text=t("{first} to {last} of {number}", first=start + 1, last=start + len(shown), number=len(sheets)))
    if shown:
        yield Items(items=tuple(_item(context, function, sheet, event.at.date(), removing=removing) for sheet in shown))
    else:
        yield Text(text=t("Nothing is written here yet."))
    turns = []
    if start > 0:
        before = sheets[start - PAGE - 1].id if start > PAGE else ""
        turns.append(Button(label=t("Previous page"), action=replace(action, slug=function.slug, after=before)))
    if start + PAGE < len(sheets):
        turns.append(Button(label=t("Next page"), action=replace(action, slug=function.slug, after=shown[-1].id)))
    if turns:
        yield Buttons(buttons=tuple(turns))
    if not removing:
        yield Buttons(buttons=(Button(label=t("Write a new answer"), action=WriteSheet(slug=function.slug), primary=True),))
    if shown and may(context.grants, Act.REMOVE_CONTENT, function.slug):
        here = sheets[start - 1].id if start else ""
        other = ListContent(slug=function.slug, after=here, to="correct" if removing else "remove")
        yield Buttons(buttons=(Button(label=t("Correct instead") if removing else t("Remove one of these"), action=other),), quiet=True)


def _item(context: Context, function: Function, sheet: Sheet, today: date, *, removing: bool) -> Item:
    t = context.t
    _, language = sheet.title.said_in(context.language)
    details = [t("question") if isinstance(sheet, Entry) else t("service")]
    details.append(t("for {audience}", audience=sheet_form.audience_words(context, sheet)))
    if language != context.language:
        details.append(t("only in French") if language == "fr" else t("only in English"))
    if sheet.review_by and sheet.review_by < today:
        details.append(t("to be read again since {day}", day=t.day(sheet.review_by)))
    elif sheet.checked:
        details.append(t("checked on {day}", day=t.day(sheet.checked)))
    else:
        details.append(t("never checked"))
    action = RemoveSheet(id=sheet.id) if removing else WriteSheet(slug=function.slug, id=sheet.id)
    return Item(title=sheet.title.to(context.language), detail=" · ".join(details), open=t("Remove") if removing else t("Correct"), action=action)


def _gap(context: Context, action: WriteSheet) -> Gap | None:
    """Return the open gap that is being answered, if it's still open and this function's."""
    return next((gap for gap in context.gaps if gap.id == action.gap and gap.function in (None, action.slug)), None)


def _removed_meanwhile(event: FormSubmitted, context: Context, action: WriteSheet) -> Turn:
    """Show the form again, as that of a new entry: the one that it was opened on was removed."""
    note = Text(text=context.t("Somebody removed this since you opened the form. What you wrote is below: publish it as a new answer, or leave it."))
    again = WriteSheet(slug=action.slug, gap=action.gap)
    chosen = event.values.get("audience", sheet_form.AS_IT_IS)
    values = {**event.values, "audience": ALL if chosen == sheet_form.AS_IT_IS else chosen}
    return Turn(replies=(sheet_form.form(context, _BLANK, values, again, (note,)),))


def _checked(sheet: Sheet, today: date, email: str | None) -> Sheet:
    """Return the sheet as checked today by its owner; its next review comes as long after as it did before."""
    review = sheet.review_by
    if review is not None and review <= today:
        review = today + max(review - sheet.checked if sheet.checked else REVIEWED_AGAIN, timedelta(days=1))
    return replace(sheet, checked=today, review_by=review, owner=sheet.owner or email)


def _published(event: Event, context: Context, edited: Catalogue, function: Function, sheet: Sheet) -> Iterator[Block]:
    t = context.t
    yield Note(text=t("Published: this is what I answer from now on."))
    after = replace(context, catalogue=edited)
    yield from answer(after, function, sheet, exchange="", today=event.at.date(), public=False, quiet=False)
    yield Note(text=t("For {audience}", audience=sheet_form.audience_words(context, sheet)))
    if advice := tuple(dict.fromkeys(_advice(context, edited, sheet)))[:_ADVICE]:
        yield Text(text=t("Worth a look"), strong=True)
        yield Bullets(items=advice)
    yield Note(text=_kept(context))
    buttons = [Button(label=t("Correct"), action=WriteSheet(slug=function.slug, id=sheet.id))]
    if may(context.grants, Act.REMOVE_CONTENT, function.slug):
        buttons.append(Button(label=t("Remove"), action=RemoveSheet(id=sheet.id)))
    buttons.append(Button(label=t("All we have written"), action=ListContent(slug=function.slug)))
    yield Buttons(buttons=tuple(buttons))


def _advice(context: Context, edited: Catalogue, sheet: Sheet) -> Iterator[str]:
    """Yield what a pack's check would warn of in this sheet."""
    t, languages = context.t, edited.company.languages
    for language in languages:
        every = [wording for _, each in edited.sheets() for wording in wordings(each, language)]
        for pair in alike(every, frozenset({sheet.id})):
            mine, other = sorted(pair, key=lambda wording: wording.sheet != sheet.id)
            said = t("{text} is nearly the same as {other} of {sheet}", text=quoted(mine.text, t), other=quoted(other.text, t), sheet=other.sheet)
            yield sentences(said, t("make them differ, or keep one of the two sheets"))
    for fault in (*few_phrasings(sheet, languages, t), *untranslated(as_written(sheet), type(sheet), languages, t)):
        yield sentences(fault.what, fault.fix)


def _kept(context: Context) -> str:
    return context.t("Every former version is kept: an admin can go back to one.")


def _new_id(catalogue: Catalogue, function: Function, values: dict[str, str], languages: tuple[Language, ...]) -> str:
    """Return an id for a new entry, readable and free: its title's words in English, else in French, after the prefix that the others share."""
    prefixes = {found[0] if (found := _PREFIX.match(sheet.id)) else "" for sheet in function.sheets}
    prefix = prefixes.pop() if len(prefixes) == 1 else ""
    titles = (values.get(f"title_{language}", "") for language in sorted(languages, key=LANGUAGES.index, reverse=True))
    title = next((title for title in titles if title.strip()), "")
    said = [word for word in words(title) if re.fullmatch(r"[a-z0-9]+", word)]
    stem = ""
    for word in [word for word in said if word not in SAID_EVERYWHERE] or said:
        longer = f"{stem}_{word}" if stem else word
        if len(longer) > _ID_LENGTH:
            break
        stem = longer
    first = f"{prefix}{stem or 'answer'}"
    number, free = 2, first
    while catalogue.sheet(free) is not None:
        number, free = number + 1, f"{first}_{number}"
    return free
