"""Every card and form of authors, at its fullest, in both languages, in private and from a channel, is one that Slack and Teams take, uncut."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.packs import read_pack, sample_folder
from bot.po import both_languages
from dialogs.actions import ListContent, RemoveSheet, WriteSheet
from dialogs.catalog import Catalogue, Language, Localized, Phrasings, Sheet
from dialogs.edits import with_sheet
from dialogs.events import Event, Reference
from dialogs.messages import Form, FormErrors, Reply
from dialogs.people import Person
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.sheet_form import base_of, values_of
from dialogs.turn import Context
from tests.company import ENGLISH_ONLY
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits, taps
from tests.stories.shown_whole import problems

TITLE = ("Où en est le remboursement de mes frais de mission à Nantes, envoyés avant-hier à la comptabilité ? " * 2)[:150]
ADMIN = Person(id="p", name="Maëlys", email="maelys@solane.example", linked=True, greeted=True)


def full(sheet: Sheet, function: str, catalogue: Catalogue) -> Catalogue:
    """Put an entry as long as a pack may have it into the catalogue."""
    phrasings = tuple(f"{place} {TITLE}" for place in range(30))
    text = Localized(fr="Réponse « entière » à l’été.\n" * 100, en='A "whole" answer, as it is.\n' * 100)
    entry = replace(
        ENGLISH_ONLY,
        id="full",
        question=Localized(fr=TITLE, en=TITLE),
        reply=text,
        phrasings=Phrasings(fr=phrasings, en=phrasings),
        audience=tuple(catalogue.company.segments),
        not_for=sheet.not_for,
    )
    return with_sheet(catalogue, function, entry)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The sample company, with one answer as long as can be."""
    read = read_pack(sample_folder()).catalogue
    assert read is not None
    return full(read.functions[0].sheets[0], read.functions[0].slug, read)


def told(events: Iterable[Event], catalogue: Catalogue, language: Language) -> list[tuple[Event, Reply]]:
    grants = frozenset({Grant(role=Role.ADMIN)})
    context = Context(person=ADMIN, catalogue=catalogue, texts=both_languages(), language=language, grants=grants)
    return [(event, reply) for event in events for reply in decide(None, event, context).replies]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("where", [DIRECT, CHANNEL], ids=["private", "channel"])
def test_every_list_is_shown_whole(catalogue: Catalogue, where: Reference, language: Language) -> None:
    pages = [
        ListContent(slug=function.slug, after=after, to=to)
        for function in catalogue.functions
        for after in (None, "", function.sheets[len(function.sheets) // 2].id)
        for to in ("correct", "remove")
    ]
    events: list[Event] = [said("contenu", where=where), said("écrire finance", where=where), *(taps(page, where=where) for page in pages)]
    assert problems(told(events, catalogue, language)) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_form_is_shown_whole_with_its_mistakes_and_with_what_another_wrote(catalogue: Catalogue, language: Language) -> None:
    first = catalogue.functions[0]
    sheets = [*first.sheets, *(sheet for function in catalogue.functions for sheet in function.sheets[::8])]
    events: list[Event] = [asks_form(WriteSheet(slug=first.slug))]
    for sheet in sheets:
        events += [asks_form(WriteSheet(slug=first.slug, id=sheet.id)), asks_form(RemoveSheet(id=sheet.id))]
    forms = told(events, catalogue, language)
    assert {type(reply) for _, reply in forms} == {Form}
    everything = dict.fromkeys(("title_fr", "title_en", "body_fr", "body_en", "phrasings_fr", "phrasings_en"), f"\x07{'mot ' * 700}")
    clash = submits(WriteSheet(slug=first.slug, id="full"), everything | {"audience": "all"})
    wrong = submits(WriteSheet(slug=first.slug), everything | {"audience": "all"})
    gone = submits(WriteSheet(slug=first.slug, id="gone"), everything)
    answers = told([clash, wrong, gone], catalogue, language)
    assert [type(reply) for _, reply in answers] == [Form, FormErrors, Form]
    assert problems(forms + answers) == []


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("where", [DIRECT, CHANNEL], ids=["private", "channel"])
def test_every_answer_as_published_is_shown_whole(catalogue: Catalogue, where: Reference, language: Language) -> None:
    events: list[Event] = []
    for function in catalogue.functions:
        for sheet in function.sheets[::6]:
            values = values_of(sheet, catalogue.company.languages)
            events.append(submits(WriteSheet(slug=function.slug, id=sheet.id, base=base_of(values)), values, where=where))
            events.append(submits(RemoveSheet(id=sheet.id), {}, where=where))
    assert problems(told(events, catalogue, language)) == []
