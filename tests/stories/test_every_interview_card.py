"""Every card and form of the interview, the drafted profile and "why this answer?", at its fullest, is one that Slack and Teams take, uncut."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.packs import read_pack, sample_folder
from bot.po import both_languages
from dialogs.actions import EditProfile, Help, Home, Interview, InterviewStep, PublishProfile, ReportWrong, Why
from dialogs.catalog import Catalogue, Contact, Function, Language, Localized
from dialogs.events import Event, Reference
from dialogs.interview import ANSWER_LIMIT
from dialogs.interview_answers import Question
from dialogs.messages import Reply
from dialogs.people import Person
from dialogs.profile_form import digest
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.search.match import Candidate, Grounds, Match, Understood
from dialogs.turn import Context, State
from tests.conversation import CHANNEL, DIRECT, asks_form, opens_home, said, submits, taps
from tests.stories.shown_whole import problems

ADMIN = Person(id="p", name="Maëlys-Clémentine de La Rochefoucauld", email="maelys@solane.example", linked=True, greeted=True)
LONG = "les équipes commerciales de toutes les agences, et ceux qui partent chez un client " * 20
THIN = Function(slug="thin", names=Localized(fr="Rien"))
WHERE = pytest.mark.parametrize("where", [DIRECT, CHANNEL], ids=["private", "channel"])
LANGUAGE = pytest.mark.parametrize("language", ["fr", "en"])


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The sample company."""
    read = read_pack(sample_folder()).catalogue
    assert read is not None
    return read


def full(function: Function) -> Function:
    """Draft a profile that says as much as people write."""
    texts = tuple(Localized(fr=f"{number} {LONG[:120]}") for number in range(8))
    return replace(
        function,
        purpose=Localized(fr=LONG[:1_500]),
        clients=texts,
        partners=texts[:5],
        posture=Localized(en=LONG[:900]),
        contacts=tuple(Contact(name=f"Maëlys de La Rochefoucauld {number}", email=f"maelys.{number}@solane.example") for number in range(6)),
        services=(),
        entries=(),
    )


def told(
    events: Iterable[Event],
    catalogue: Catalogue,
    language: Language,
    *,
    role: Role | None = Role.ADMIN,
    drafts: tuple[Function, ...] = (),
    state: State | None = None,
    understood: Understood | None = None,
) -> list[tuple[Event, Reply]]:
    """Return what somebody who may do everything (or, with another role, only that for the first function) is told."""
    function = None if role is Role.ADMIN else catalogue.functions[0].slug
    context = Context(
        person=replace(ADMIN, segments=frozenset(catalogue.company.segments)),
        catalogue=catalogue,
        texts=both_languages(),
        language=language,
        understood=understood,
        grants=frozenset({Grant(role=role, function=function)}) if role else frozenset(),
        drafts={draft.slug: draft for draft in drafts},
    )
    return [(event, reply) for event in events for reply in decide(state, event, context).replies]


@WHERE
@LANGUAGE
@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUTHOR, Role.EXPERT, None])
def test_the_way_in_and_who_may_not(catalogue: Catalogue, where: Reference, language: Language, role: Role | None) -> None:
    slug = catalogue.functions[0].slug
    events: list[Event] = [said("interview", where=where), opens_home(), taps(Home(), where=where), taps(Help(), where=where)]
    events += [taps(Interview(slug=each), where=where) for each in (None, slug, "gone")]
    events += [taps(InterviewStep(slug=each, move=move), where=where) for each in (slug, "gone") for move in ("start", "skip")]
    assert problems(told(events, catalogue, language, role=role)) == []
    assert problems(told(events, catalogue, language, role=role, drafts=(full(catalogue.functions[0]),))) == []


@LANGUAGE
def test_every_question_with_a_long_answer_before_it(catalogue: Catalogue, language: Language) -> None:
    slug = catalogue.functions[0].slug
    heard = Understood(question="", language=language)
    state = decide_state(taps(InterviewStep(slug=slug, move="start")), catalogue, language, None)
    for question in Question:
        answer = said(LONG[:ANSWER_LIMIT])
        shown: list[Event] = [said(" "), said(LONG), answer]
        shown += [taps(InterviewStep(slug=slug, move=move, question=question.value)) for move in ("back", "stop")]
        assert problems(told(shown, catalogue, language, state=state, drafts=(full(catalogue.functions[0]),), understood=heard)) == []
        last, state = state, decide_state(answer, catalogue, language, state)
    assert state is None
    late = replace(answer, at=answer.at.replace(year=answer.at.year + 1))
    assert problems(told([late], catalogue, language, state=last, understood=heard)) == []
    outdated = State(dialog="interview", version=0, kept={"function": slug})
    assert problems(told([late], catalogue, language, state=outdated)) == []


def decide_state(event: Event, catalogue: Catalogue, language: Language, state: State | None) -> State | None:
    """Return what is remembered after this event."""
    context = Context(person=ADMIN, catalogue=catalogue, texts=both_languages(), language=language, grants=frozenset({Grant(role=Role.ADMIN)}))
    return decide(state, event, context).state


@WHERE
@LANGUAGE
@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUTHOR, None])
def test_a_draft_its_form_and_its_publication(catalogue: Catalogue, where: Reference, language: Language, role: Role | None) -> None:
    for function, draft in ((catalogue.functions[0], full(catalogue.functions[0])), (catalogue.functions[1], THIN)):
        form = EditProfile(slug=function.slug)
        long = replace(draft, purpose=Localized(fr="x" * 3_001))
        events: list[Event] = [taps(Interview(slug=function.slug), where=where), asks_form(form, where=where), taps(form, where=where)]
        events += [submits(form, {}, where=where), submits(form, {"purpose_fr": LONG, "contacts": "personne"}, where=where)]
        events += [taps(PublishProfile(slug=function.slug, base=base), where=where) for base in (digest(draft), digest(long), "")]
        for drafts in ((replace(draft, slug=function.slug, names=function.names),), (long,)):
            assert problems(told(events, catalogue, language, role=role, drafts=drafts)) == []
    gone: list[Event] = [asks_form(EditProfile(slug="gone"), where=where), submits(EditProfile(slug="gone"), {}, where=where)]
    assert problems(told([*gone, taps(PublishProfile(slug="gone", base=""), where=where)], catalogue, language, role=role)) == []


@WHERE
@LANGUAGE
def test_why_an_answer_of_each_function(catalogue: Catalogue, where: Reference, language: Language) -> None:
    for sheet in [sheet for _, sheet in catalogue.sheets()][::15]:
        match = Match(outcome="sure", candidates=(Candidate(id=sheet.id, score=1.0),), confidence=0.96)
        words = tuple(LONG.split()[:20])
        grounds = Grounds(id=sheet.id, nearest=LONG, kind="sentence", words=words, confidence=0.96, segment=True)
        why = taps(Why(id=sheet.id, exchange="5a1e0000-0000-4000-8000-000000000000", question=LONG[:512]), where=where)
        for found in (grounds, replace(grounds, confidence=None), None):
            understood = Understood(question=LONG[:512], match=match, follows=True, grounds=found)
            assert problems(told([why], catalogue, language, role=None, understood=understood)) == []
    gone = taps(Why(id="gone", exchange="e", question="?"), where=where)
    assert problems(told([gone, asks_form(ReportWrong(id="gone", exchange="e"), where=where)], catalogue, language, role=None)) == []
