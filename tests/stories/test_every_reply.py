"""Every reply of every dialog, in French and in English, to one person and to a channel, is one that Slack and Teams take, uncut.

The answers are the sample company's: what a company may well write. The platforms' own rules decide, as their documentation tells them.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

import pytest
from structlog.testing import capture_logs

from bot.knowledge import NOTHING, Knowledge
from bot.metrics import Metrics
from bot.packs import PackReading, read_pack, sample_folder
from bot.po import both_languages
from dialogs.actions import (
    Action,
    Help,
    Home,
    ListFunctions,
    ListServices,
    NotMine,
    Preferences,
    ReportWrong,
    Show,
    WriteQuestion,
)
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event, Reference
from dialogs.messages import Form, FormErrors, Reply
from dialogs.people import Person, person_of
from dialogs.router import decide
from dialogs.search.match import Candidate, Detail, FunctionAsked, Match, Talk, Understood
from dialogs.turn import Context, State
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.company import CHARLIE, DANA
from tests.conversation import CHANNEL, DIRECT, asks_form, opens_home, said, starts, submits, taps
from tests.stories.every_action import GONE, LONG, PLAIN_TAPS
from tests.stories.shown_whole import problems

TEXTS = both_languages()
PLACES: dict[str, Reference] = {"private": DIRECT, "channel": CHANNEL}
LONG_NAME = "Maëlys-Clémentine de La Rochefoucauld-Montbel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who speaks, where, in which language, and to which catalogue."""

    person: Person
    where: Reference
    language: Language
    catalogue: Catalogue

    def replies(self, event: Event, understood: Understood | None = None, *, state: State | None = None) -> list[tuple[Event, Reply]]:
        context = Context(person=self.person, catalogue=self.catalogue, texts=TEXTS, language=self.language, understood=understood)
        return [(event, reply) for reply in decide(state, event, context).replies]

    def says(self, understood: Understood, *, private: bool = False) -> list[tuple[Event, Reply]]:
        return self.replies(said("?", where=self.where, private=private), understood)

    def taps(self, action: Action, understood: Understood | None = None) -> list[tuple[Event, Reply]]:
        return self.replies(taps(action, where=self.where), understood)


@pytest.fixture(scope="module")
def solane() -> PackReading:
    """The sample company."""
    return read_pack(sample_folder())


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=list(PLACES))
def where(request: pytest.FixtureRequest) -> Reference:
    """To one person, or to a channel."""
    return PLACES[request.param]


@pytest.fixture
def scenes(solane: PackReading, language: Language, where: Reference) -> list[Scene]:
    """The one who sees most, somebody whom the directory doesn't know, and in private somebody of the sample company."""
    assert solane.catalogue is not None
    everywhere = Person(
        id="p", name=LONG_NAME, email="maelys@solane.example", department="Recherche et innovation", site="Nantes", timezone="Europe/Paris",
        linked=True, greeted=True, segments=frozenset(solane.catalogue.company.segments),
    )  # fmt: skip
    people = [everywhere, DANA] + ([person_of(solane.people[-1])] if where is DIRECT else [])
    return [Scene(person=person, where=where, language=language, catalogue=solane.catalogue) for person in people]


@pytest.fixture
def scene(scenes: list[Scene]) -> Scene:
    """The one who sees most."""
    return scenes[0]


def found(outcome: str, *ids: str, question: str = LONG[:512]) -> Understood:
    candidates = tuple(Candidate(id=id_, score=1.0) for id_ in ids)
    match outcome:
        case "sure":
            return Understood(question=question, match=Match(outcome="sure", candidates=candidates, confidence=0.9))
        case "likely":
            return Understood(question=question, match=Match(outcome="likely", candidates=candidates, confidence=0.5))
        case _:
            return Understood(question=question, match=Match(outcome="none", candidates=candidates, confidence=0.1))


def ids(catalogue: Catalogue) -> list[str]:
    return [sheet.id for _, sheet in catalogue.sheets()]


# --- what was asked ------------------------------------------------------------------------------------------------------------------------------


def test_the_answer_of_every_sheet(scene: Scene) -> None:
    assert problems(reply for id_ in ids(scene.catalogue) for reply in scene.says(found("sure", id_))) == []


def test_the_answer_to_somebody_unknown_and_the_one_asked_for_in_private(scenes: list[Scene]) -> None:
    first = ids(scenes[0].catalogue)[0]
    assert problems(reply for scene in scenes for private in (False, True) for reply in scene.says(found("sure", first), private=private)) == []


def test_a_choice_of_one_two_and_any_three_neighbours(scene: Scene) -> None:
    every = ids(scene.catalogue)
    offered = [every[:1], every[:2], *(every[at : at + 3] for at in range(0, len(every), 3))]
    assert problems(reply for some in offered for reply in scene.says(found("likely", *some))) == []


def test_what_is_not_known_near_no_function_one_or_two(scenes: list[Scene]) -> None:
    near = [function.sheets[0].id for function in scenes[0].catalogue.functions]
    for scene in scenes:
        assert problems(reply for some in ((), near[:1], *pairwise(near)) for reply in scene.says(found("none", *some))) == []


def test_a_question_written_to_each_function(scene: Scene) -> None:
    slugs = [None, *(function.slug for function in scene.catalogue.functions)]
    events = [submits(WriteQuestion(slug=slug), {"question": LONG}, where=scene.where) for slug in slugs]
    assert problems(reply for event in events for reply in scene.replies(event, found("none"))) == []


@pytest.mark.parametrize("aspect", ["purpose", "work_with"])
def test_every_profile(scenes: list[Scene], aspect: str) -> None:
    for scene in scenes:
        slugs = [function.slug for function in scene.catalogue.functions]
        asked = [FunctionAsked(slug=slug, aspect="purpose" if aspect == "purpose" else "work_with") for slug in slugs]
        assert problems(reply for one in asked for reply in scene.says(Understood(question=LONG[:512], function=one))) == []


def test_who_takes_care_of_it_because_of_any_sheet(scene: Scene) -> None:
    asked = [FunctionAsked(slug=function.slug, aspect="handles", sheet=sheet.id) for function, sheet in scene.catalogue.sheets()]
    assert problems(reply for one in asked for reply in scene.says(Understood(question=LONG[:512], function=one))) == []


def test_a_question_about_two_or_three_functions(scene: Scene) -> None:
    slugs = [function.slug for function in scene.catalogue.functions]
    asked = [FunctionAsked(slug=slugs[at], aspect="purpose", others=tuple(slugs[at + 1 : at + 3])) for at in range(len(slugs) - 1)]
    assert problems(reply for one in asked for reply in scene.says(Understood(question=LONG[:512], function=one))) == []


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("follows", [True, False])
def test_a_part_of_every_answer(scene: Scene, detail: Detail, follows: bool) -> None:
    every = ids(scene.catalogue)
    for outcome, size in (("sure", 1), ("likely", 3)):
        for at in range(0, len(every), size * 3):
            match = found(outcome, *every[at : at + size]).match
            understood = Understood(question=LONG[:512], match=match, detail=detail, follows=follows)
            assert problems(scene.says(understood)) == []


@pytest.mark.parametrize("talk", Talk)
def test_what_is_no_question(scenes: list[Scene], talk: Talk) -> None:
    assert problems(reply for scene in scenes for reply in scene.says(Understood(question="", talk=talk))) == []


# --- what was tapped -----------------------------------------------------------------------------------------------------------------------------


def test_no_action_is_forgotten() -> None:
    assert {type(action) for action in (*PLAIN_TAPS, *GONE)} == set(get_args(Action))


@pytest.mark.parametrize("action", PLAIN_TAPS, ids=lambda action: action.kind)
def test_every_tap(scenes: list[Scene], action: Action) -> None:
    first = ids(scenes[0].catalogue)[0]
    assert problems(reply for scene in scenes for reply in scene.taps(action, found("sure", first))) == []


@pytest.mark.parametrize("action", GONE, ids=lambda action: action.kind)
def test_every_tap_on_what_is_gone(scene: Scene, action: Action) -> None:
    assert problems(scene.taps(action)) == []


def test_every_list_of_services(scenes: list[Scene]) -> None:
    slugs = [function.slug for function in scenes[0].catalogue.functions]
    assert problems(reply for scene in scenes for slug in slugs for reply in scene.taps(ListServices(slug=slug))) == []


def test_every_sheet_opened_from_a_list_or_chosen(scene: Scene) -> None:
    shown = [Show(id=id_, exchange=exchange) for id_ in ids(scene.catalogue)[::5] for exchange in (None, "5a1e0000-0000-4000-8000-000000000000")]
    assert problems(reply for action in shown for reply in scene.taps(action)) == []


def test_what_the_quiet_buttons_do(scenes: list[Scene]) -> None:
    for scene in scenes:
        for id_ in ids(scene.catalogue)[::10]:
            wrong = ReportWrong(id=id_, exchange="e")
            assert problems(scene.taps(NotMine(id=id_, exchange="e"))) == []
            assert problems(scene.replies(asks_form(wrong, where=scene.where))) == []
            assert problems(scene.replies(submits(wrong, {"comment": "Le délai est faux."}, where=scene.where))) == []


def test_every_form_and_what_is_wrong_with_it(scene: Scene) -> None:
    slugs = [None, *(function.slug for function in scene.catalogue.functions)]
    asked: list[Event] = [asks_form(WriteQuestion(slug=slug), where=scene.where) for slug in slugs]
    empty: list[Event] = [submits(WriteQuestion(slug=slug), {}, where=scene.where) for slug in slugs]
    empty += [submits(ReportWrong(id=id_, exchange="e"), {"comment": " "}, where=scene.where) for id_ in (*ids(scene.catalogue)[::20], "gone")]
    forms, errors = ([reply for event in events for reply in scene.replies(event)] for events in (asked, empty))
    assert {type(reply) for _, reply in forms} == {Form}
    assert {type(reply) for _, reply in errors} == {FormErrors}
    assert problems(forms + errors) == []


def test_a_remark_on_what_is_gone(scene: Scene) -> None:
    assert problems(scene.replies(submits(ReportWrong(id="gone", exchange="e"), {"comment": "faux"}, where=scene.where))) == []


# --- what nobody asked, and what nobody wants ----------------------------------------------------------------------------------------------------


def test_home_and_the_first_words(scenes: list[Scene]) -> None:
    for scene in scenes:
        newcomer = replace(scene, person=replace(scene.person, greeted=False))
        for one in (scene, newcomer):
            events: list[Event] = [opens_home(), said("", where=one.where, private=True), said("home", where=one.where)]
            assert problems(reply for event in events for reply in one.replies(event)) == []
        assert problems(newcomer.replies(starts(where=scene.where))) == []


def test_before_the_first_catalogue(where: Reference, language: Language) -> None:
    scene = Scene(person=DANA, where=where, language=language, catalogue=NOTHING)
    for action in (Home(), Help(), ListFunctions(), Preferences()):
        assert problems(scene.taps(action)) == []
    assert problems([*scene.replies(opens_home()), *scene.replies(starts(where=where)), *scene.says(found("none"))]) == []


def test_a_stranger(scene: Scene) -> None:
    stranger, where, form = replace(scene, person=CHARLIE), scene.where, WriteQuestion()
    heard: list[Event] = [said("bonjour", where=where), taps(Home(), where=where), opens_home()]
    heard += [asks_form(form, where=where), submits(form, {}, where=where)]
    assert problems(reply for event in heard for reply in stranger.replies(event)) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_apology(database: Database, where: Reference, language: Language) -> None:
    known = Knowledge(database, LetterEncoder(), Metrics())
    turns = engine(database, known, language=language)
    await database.close()
    form = WriteQuestion()
    events: list[Event] = [said("bonjour", where=where), asks_form(form, where=where), submits(form, {"question": "?"}, where=where), opens_home()]
    with capture_logs():
        replies = [(event, reply) for event in events for reply in (await turns.take(event)).replies]
    known.close()
    assert problems(replies) == []
