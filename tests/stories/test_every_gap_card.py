"""Every card and form of the gaps, at its fullest, in both languages, in private and from a channel, is one that Slack and Teams take, uncut."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.packs import read_pack, sample_folder
from bot.po import both_languages
from dialogs.actions import AddPhrasing, IgnoreGap, SendGap, ShowGap, ShowGaps
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event, Reference
from dialogs.gap import KINDS, Gap, GapQuestion
from dialogs.messages import Reply
from dialogs.people import Person
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.turn import Context
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits, taps
from tests.stories.shown_whole import problems

LONG = "Bonjour, où en est ⟨name⟩ du remboursement de mes frais de mission à Nantes ? " * 6
ADMIN = Person(id="p", name="Maëlys", email="maelys@solane.example", linked=True, greeted=True)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The sample company, every sheet past its review."""
    read = read_pack(sample_folder()).catalogue
    assert read is not None
    late = (NOON - timedelta(days=90)).date()
    functions = tuple(
        replace(
            function,
            services=tuple(replace(sheet, review_by=late) for sheet in function.services),
            entries=tuple(replace(sheet, review_by=late) for sheet in function.entries),
        )
        for function in read.functions
    )
    return replace(read, functions=functions)


@pytest.fixture
def gaps(catalogue: Catalogue) -> tuple[Gap, ...]:
    """As full as they get: long questions, each kind, long remarks on different answers."""
    sheets = [sheet.id for _, sheet in catalogue.sheets()]
    held = []
    for number, function in enumerate([None, *[catalogue.functions[0].slug] * 20, *(each.slug for each in catalogue.functions[1:])]):
        questions = tuple(
            GapQuestion(
                text=f"{number} {each} {kind} {LONG}"[:512],
                language="fr" if each % 2 else "en",
                kind=kind,
                asked_at=NOON - timedelta(hours=each),
                sheet=sheets[each] if kind in ("not_mine", "wrong") else None,
                comment=LONG * 4 if kind == "wrong" else None,
            )
            for kind in KINDS
            for each in range(5)
        )
        kinds = tuple((kind, 1234) for kind in KINDS)
        held.append(Gap(id=f"{number:036}", function=function, questions=questions, count=4936, kinds=kinds, nearest=tuple(sheets[:3])))
    return tuple(held)


def told(
    events: Iterable[Event], catalogue: Catalogue, gaps: tuple[Gap, ...], language: Language, *, admin: bool = True
) -> list[tuple[Event, Reply]]:
    grants = frozenset({Grant(role=Role.ADMIN)}) if admin else frozenset[Grant]()
    context = Context(person=ADMIN, catalogue=catalogue, texts=both_languages(), language=language, grants=grants, gaps=gaps)
    return [(event, reply) for event in events for reply in decide(None, event, context).replies]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("where", [DIRECT, CHANNEL], ids=["private", "channel"])
def test_every_card_and_form_is_shown_whole(catalogue: Catalogue, gaps: tuple[Gap, ...], where: Reference, language: Language) -> None:
    nobodys, own = gaps[0].id, gaps[1].id
    sheet = catalogue.functions[0].sheets[0].id
    phrasing, sending = AddPhrasing(gap=own, id=sheet), SendGap(gap=own)
    events: list[Event] = [said("lacunes", where=where), said("gaps", where=where, private=True)]
    events += [
        taps(ShowGaps(slug=slug, start=start), where=where) for slug in (None, "", "gone", catalogue.functions[0].slug) for start in (None, "8")
    ]
    events += [taps(ShowGap(gap=gap), where=where) for gap in (nobodys, own, gaps[-1].id, "gone")]
    events += [taps(IgnoreGap(gap=gap), where=where) for gap in (nobodys, own, "gone")]
    for form in (phrasing, sending, AddPhrasing(gap=own, id="gone"), SendGap(gap="gone"), SendGap(gap=nobodys)):
        events += [asks_form(form, where=where), taps(form, where=where), submits(form, {}, where=where)]
    events += [submits(phrasing, {"phrasing": "x" * 600, "language": "fr"}, where=where), submits(sending, {"function": "gone"}, where=where)]
    events += [submits(phrasing, {"phrasing": "à l'aide " * 56, "language": "fr"}, where=where)]
    events += [submits(sending, {"function": catalogue.functions[1].slug}, where=where)]
    assert problems(told(events, catalogue, gaps, language)) == []
    assert problems(told(events, catalogue, (), language)) == []
    assert problems(told(events, catalogue, gaps, language, admin=False)) == []
