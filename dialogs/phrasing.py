"""Phrasings: one more way to ask, added to a sheet by somebody who writes for its function."""

from dataclasses import dataclass

from dialogs.actions import FormAction, ForMe
from dialogs.catalog import Catalogue, Function, Language, Phrasings, Sheet, is_for
from dialogs.catalog_rules import PHRASING_LIMIT, Rules, sentences
from dialogs.edits import with_phrasing
from dialogs.events import FormSubmitted
from dialogs.facts import CatalogueEdited
from dialogs.messages import Button, Choice, FieldError, Form, FormErrors, Input, Note, Option, Text
from dialogs.rights import Act
from dialogs.search.likeness import alike, wordings
from dialogs.search.text import folded
from dialogs.turn import Context
from dialogs.written import UNSHOWABLE

_PHRASING, _LANGUAGE = "phrasing", "language"  # the form's inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A phrasing that may be added."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What was typed, and what is wrong with it."""

    typed: str
    language: Language | None
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What adding a phrasing leaves behind, and what its author reads."""

    fact: CatalogueEdited
    blocks: tuple[Note, ...]
    buttons: tuple[Button, ...]


def form(context: Context, action: FormAction, sheet: Sheet, *, phrasing: str, language: Language) -> Form:
    """Return the form that adds a phrasing to a sheet; `phrasing` and its `language` are what it shows."""
    t, languages = context.t, context.catalogue.company.languages
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
                value=phrasing,
                multiline=True,
                required=True,
                limit=PHRASING_LIMIT,
            ),
            Choice(
                id=_LANGUAGE,
                label=t("In which language?"),
                options=tuple(Option(value=each, label=names[each]) for each in languages),
                value=language if language in languages else languages[0],
                required=True,
            ),
        ),
        action=action,
        submit=t("Add"),
        cancel=t("Cancel"),
    )


def read(event: FormSubmitted, context: Context, sheet: Sheet) -> Said | Wrong:
    """Return the phrasing that the form holds, or what is wrong with it."""
    typed = event.values.get(_PHRASING, "")
    text = " ".join(typed.split())
    language = next((each for each in context.catalogue.company.languages if each == event.values.get(_LANGUAGE)), None)
    errors = _errors(context, sheet, text, language)
    return Wrong(typed=typed, language=language, errors=errors) if errors or language is None else Said(text=text, language=language)


def asked_again(context: Context, action: FormAction, sheet: Sheet, language: Language, wrong: Wrong) -> FormErrors:
    """Return the form with what was typed, and what is to be mended; `language` is shown where none was chosen."""
    return FormErrors(form=form(context, action, sheet, phrasing=wrong.typed, language=wrong.language or language), errors=wrong.errors)


def taught(context: Context, function: Function, sheet: Sheet, said: Said) -> Taught:
    """Add a way to ask to a sheet, and say what it changes."""
    t = context.t
    edited = with_phrasing(context.catalogue, sheet.id, said.language, said.text)
    added = t(
        "Added to “{title}”: “{phrasing}”. Whoever asks it this way is understood from now on.", title=_title(context, sheet), phrasing=said.text
    )
    blocks = [Note(text=added)]
    if (other := _nearly_the_same(edited, sheet, said.text, said.language)) is not None:
        also = t("“{title}” is asked in nearly the same words: one of the two may answer in place of the other.", title=_title(context, other))
        blocks.append(Note(text=also))
    buttons: tuple[Button, ...] = ()
    if context.person.linked and is_for(sheet, context.person.segments):
        buttons = (Button(label=t("Ask it now"), action=ForMe(question=said.text), primary=True),)
    else:
        blocks.append(Note(text=t("It isn't meant for you, so it wouldn't answer you.")))
    fact = CatalogueEdited(catalogue=edited, act=Act.WRITE_CONTENT, function=function.slug, subject=sheet.id)
    return Taught(fact=fact, blocks=tuple(blocks), buttons=buttons)


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


def _title(context: Context, sheet: Sheet) -> str:
    return sheet.title.to(context.language)
