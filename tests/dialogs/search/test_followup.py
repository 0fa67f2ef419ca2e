"""Follow-ups: what goes on from the answer just before, what stands by itself, and where it leads."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue, Company, is_for
from dialogs.search.followup import Leaning, blended, is_mentioned, leaning, own_terms, together
from dialogs.search.index import Index
from dialogs.search.match import Asked, Candidate, Detail, FunctionAsked, Match, Previous, Talk, Understood
from dialogs.search.understanding import Understanding
from tests.dialogs.search.conftest import CATALOGUE, EVERYBODY, HR, MANAGERS, Encoding, Vector
from tests.dialogs.search.conftest import REVIEW as REVIEW_SHEET

BADGE = Previous(question="mon badge ne marche plus", function="facilities", sheet="fac_badge")
LEAVE = Previous(question="how do I book holidays?", function="hr", sheet="hr_leave")
REVIEW = Previous(question="préparer l'entretien annuel de mon équipe", function="hr", sheet="hr_review")
SHEETS = {sheet.id: sheet for _, sheet in CATALOGUE.sheets()}


@pytest.fixture(scope="session")
def go_on(understanding: Understanding, encode: Encoding) -> "GoOn":
    return GoOn(understanding, encode)


class GoOn:
    def __init__(self, understanding: Understanding, encode: Encoding) -> None:
        self._understanding = understanding
        self._encode = encode

    def __call__(self, text: str, previous: Previous, segments: frozenset[str] = EVERYBODY) -> Understood:
        return self._understanding.understand(Asked(text=text, previous=previous), self._encode, segments)


@pytest.mark.parametrize(
    ("message", "detail"),
    [
        ("how long?", Detail.DELAY),
        ("how long does it take?", Detail.DELAY),
        ("et ça prend combien de temps ?", Detail.DELAY),
        ("sous quel délai ?", Detail.DELAY),
        ("when will it be ready?", Detail.DELAY),
        ("c'est pour quand ?", Detail.DELAY),
        ("combien ça coûte ?", Detail.PRICE),
        ("c'est gratuit ?", Detail.PRICE),
        ("does it cost anything?", Detail.PRICE),
        ("how much is it?", Detail.PRICE),
        ("who pays?", Detail.PRICE),
        ("who is that?", Detail.WHO),
        ("c'est qui ?", Detail.WHO),
        ("who do I call?", Detail.WHO),
        ("et je contacte qui ?", Detail.WHO),
        ("which department is that?", Detail.WHO),
        ("comment on demande ?", Detail.HOW),
        ("where do I ask?", Detail.HOW),
        ("how does it work?", Detail.HOW),
        ("le lien ?", Detail.HOW),
    ],
)
def test_a_question_of_nothing_but_a_detail(message: str, detail: Detail) -> None:
    assert leaning(message) == Leaning(detail=detail, firm=True)


@pytest.mark.parametrize(
    "message",
    [
        "et pour un stagiaire ?",
        "et si…",
        "et si j'ai perdu l'ancien ?",
        "what about my husband?",
        "what if I opened it?",
        "and at 15,000?",
        "same for Spain?",
        "même un échantillon ?",
        "dans ce cas, qui décide ?",
        "qui décide ?",
        "and my phone?",
        "how often?",
        "what's the limit?",
    ],
)
def test_what_begins_as_a_continuation_or_says_nothing_of_its_own(message: str) -> None:
    assert leaning(message) == Leaning(detail=None, firm=True)


@pytest.mark.parametrize("message", ["is it confidential?", "avec mon salaire ?", "should I fix it myself?", "je peux l'envoyer à un fournisseur ?"])
def test_what_stands_for_something_said_before_goes_on_unless_it_is_sure_alone(message: str) -> None:
    assert leaning(message) == Leaning(detail=None, firm=False)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "???",
        "oui",
        "why?",
        "pourquoi ?",
        "non",
        "what",
        "badge",
        "mon badge ne marche plus",
        "norme ISO 2768",
        "combien font 17 fois 23",
        "who wrote Hamlet?",
        "et je voudrais aussi savoir où trouver le bulletin de paie du mois dernier, avec la prime de vacances",
        "I need a certificate of origin for a shipment to Morocco",
    ],
)
def test_what_stands_by_itself(message: str) -> None:
    assert leaning(message) is None


@pytest.mark.parametrize(
    ("text", "previous", "sheet", "detail"),
    [
        ("combien de temps ?", BADGE, "fac_badge", Detail.DELAY),
        ("c'est qui ?", BADGE, "fac_badge", Detail.WHO),
        ("how long?", LEAVE, "hr_leave", Detail.DELAY),
        ("does it cost anything?", BADGE, "fac_badge", Detail.PRICE),
        ("comment ça marche ?", BADGE, "fac_badge", Detail.HOW),
        ("how does it work?", LEAVE, "hr_leave", Detail.HOW),
        ("et pour un stagiaire ?", LEAVE, "hr_leave", None),
        ("what about two weeks?", LEAVE, "hr_leave", None),
        ("and for my car park card?", BADGE, "fac_badge", None),
    ],
)
def test_a_follow_up_goes_on_from_the_sheet_shown(go_on: GoOn, text: str, previous: Previous, sheet: str, detail: Detail | None) -> None:
    understood = go_on(text, previous)
    assert understood.follows
    assert understood.question == text
    assert understood.detail is detail
    assert understood.match is not None
    assert understood.match.candidates[0].id == sheet


def test_a_follow_up_may_lead_to_a_neighbour(go_on: GoOn) -> None:
    understood = go_on("et ma fiche de paye ?", Previous(question="combien de jours de vacances me reste-t-il", function="hr", sheet="hr_leave"))
    assert understood.match is not None
    assert understood.match.candidates[0].id == "hr_payslip"


@pytest.mark.parametrize(
    ("text", "sheet"),
    [
        ("j'ai oublié mon mot de passe", "it_password"),
        ("I want a new PC", "it_laptop"),
        ("j'ai perdu mon badge", "fac_badge"),
        ("my salary slip is wrong", "hr_payslip"),
    ],
)
@pytest.mark.parametrize("previous", [BADGE, LEAVE])
def test_a_new_question_leaves_what_came_before(go_on: GoOn, text: str, sheet: str, previous: Previous) -> None:
    understood = go_on(text, previous)
    assert not understood.follows
    assert understood.match is not None
    assert understood.match.candidates[0].id == sheet


def test_a_new_question_that_begins_as_a_follow_up_still_gets_its_own_sheet(go_on: GoOn) -> None:
    understood = go_on("et mon mot de passe oublié ?", BADGE)
    assert not understood.follows
    assert understood.match is not None
    assert understood.match.candidates[0].id == "it_password"


@pytest.mark.parametrize(("text", "other"), [("et en août ?", "hr_leave"), ("et la porte ?", "fac_badge"), ("and if it is broken?", "it_laptop")])
def test_what_may_go_on_or_be_new_is_offered_either_way(go_on: GoOn, text: str, other: str) -> None:
    understood = go_on(text, Previous(question="où en est mon budget", function="finance", sheet="fin_budget"))
    assert understood.match is not None
    assert understood.match.outcome == "likely"
    assert {other, "fin_budget"} <= {candidate.id for candidate in understood.match.candidates}


def test_what_is_about_the_world_outside_is_no_follow_up(go_on: GoOn) -> None:
    understood = go_on("et la capitale de la Mongolie ?", BADGE)
    assert not understood.follows


def test_thanks_greetings_and_questions_to_the_bot_stay_what_they_are(go_on: GoOn) -> None:
    assert go_on("merci", BADGE).talk is Talk.THANKS
    assert go_on("et bonjour", BADGE).talk is Talk.GREETING
    assert go_on("tu es qui ?", BADGE).talk is Talk.HELP
    assert go_on("how do you work?", BADGE).talk is Talk.HELP


def test_a_follow_up_is_in_the_language_of_the_question_before(go_on: GoOn) -> None:
    assert go_on("how long?", LEAVE).language == "en"
    assert go_on("combien ?", BADGE).language == "fr"
    strange = Previous(question="wo ist meine Karte und was kostet das hier bitte", function="facilities", sheet="fac_badge")
    assert go_on("how long?", strange).language is None


def test_a_detail_needs_no_vector_and_another_follow_up_three_at_once(go_on: GoOn, encode: Encoding) -> None:
    asked, texts = encode.asked, encode.texts
    go_on("how long?", LEAVE)
    assert encode.asked == asked
    go_on("et pour un stagiaire ?", LEAVE)
    assert encode.asked == asked + 1
    assert encode.texts >= texts + 3


def test_what_is_offered_and_not_chosen_yet_is_offered_again(go_on: GoOn) -> None:
    offered = Previous(question="badge", function="facilities", offered=("fac_badge", "it_password", "hr_review"))
    understood = go_on("how long?", offered)
    assert understood.match is not None
    assert understood.match.outcome == "likely"
    assert [candidate.id for candidate in understood.match.candidates] == ["fac_badge", "it_password"]
    further = go_on("et pour un stagiaire ?", offered)
    assert further.match is not None
    assert further.match.candidates[0].id == "fac_badge"


def test_after_a_profile_who_and_how_are_about_the_function(go_on: GoOn) -> None:
    profile = Previous(question="à quoi sert la DRH ?", function="hr")
    for text in ("who do I call?", "c'est qui ?", "comment les joindre ?"):
        understood = go_on(text, profile)
        assert understood.follows, text
        assert understood.function == FunctionAsked(slug="hr", aspect="work_with")
    assert go_on("how long?", profile).function is None
    tapped = Previous(question="", function="hr")
    assert go_on("et pour les congés ?", tapped).match is not None
    assert go_on("et pour les congés ?", Previous(question="", function="gone")).match is not None


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        ("how do I contact HR?", "and Legal?", FunctionAsked(slug="legal", aspect="work_with")),
        ("what does HR do?", "and Legal?", FunctionAsked(slug="legal", aspect="purpose")),
        ("", "et la DAF ?", FunctionAsked(slug="finance", aspect="purpose")),
    ],
)
def test_the_next_function_is_asked_what_the_former_was(go_on: GoOn, before: str, text: str, expected: FunctionAsked) -> None:
    assert go_on(text, Previous(question=before, function="hr")).function == expected


def test_a_sheet_that_is_gone_or_that_one_may_not_see_is_not_gone_on_from(go_on: GoOn) -> None:
    assert go_on("how long?", Previous(question="q", function="hr", sheet="gone")).follows is False
    assert go_on("combien de temps ?", REVIEW).follows is False
    assert go_on("combien de temps ?", REVIEW, MANAGERS).follows
    assert go_on("et pour un stagiaire ?", Previous(question="poser des congés", function="hr", sheet="gone")).follows is False
    assert go_on("how long?", Previous(question="q", function="hr", offered=("gone", "hr_review"))).follows is False


def test_what_finds_nothing_either_way_is_no_follow_up(go_on: GoOn) -> None:
    understood = go_on("et pour un astronaute ?", Previous(question="réparer la fusée lunaire", function="hr", sheet="hr_leave"))
    assert not understood.follows
    assert understood.match is not None
    assert understood.match.outcome == "none"


def test_where_nothing_is_open_to_somebody_nothing_goes_on(encode: Encoding) -> None:
    only = Catalogue(company=Company(name="x"), functions=(replace(HR, services=(REVIEW_SHEET,), entries=()),))
    understanding = Understanding.build(only, Index.build(only, encode.vectors_of(only)))
    before = Previous(question="à quoi sert la DRH ?", function="hr")
    for text in ("et pour les entretiens ?", "who handles annual reviews?"):
        understood = understanding.understand(Asked(text=text, previous=before), encode, EVERYBODY)
        assert understood.match == Match(outcome="none")


def nowhere(texts: Sequence[str]) -> Vector:
    vectors: Vector = np.full((len(texts), 512), 512**-0.5, dtype=np.float32)
    return vectors


SAID = st.lists(
    st.sampled_from(("et", "pour", "how", "long", "combien", "who", "it", "ça", "le", "entretien", "équipe", "review", "congés", "badge", "?", "15")),
    max_size=7,
).map(" ".join)
BEFORE = st.builds(
    Previous,
    question=SAID,
    function=st.sampled_from(("hr", "it", "gone")),
    sheet=st.none() | st.sampled_from((*SHEETS, "gone")),
    offered=st.lists(st.sampled_from((*SHEETS, "gone")), max_size=3).map(tuple),
)


@given(text=SAID, previous=BEFORE, segments=st.frozensets(st.sampled_from(("managers", "interns", "sales"))))
def test_a_follow_up_never_leads_outside_the_audience(understanding: Understanding, text: str, previous: Previous, segments: frozenset[str]) -> None:
    understood = understanding.understand(Asked(text=text, previous=previous), nowhere, segments)
    assert sum(each is not None for each in (understood.talk, understood.function, understood.match)) == 1
    found = understood.match.candidates if understood.match else ()
    assert all(is_for(SHEETS[candidate.id], segments) for candidate in found)


@given(text=SAID, previous=BEFORE)
def test_in_an_empty_catalogue_nothing_goes_on(text: str, previous: Previous) -> None:
    nothing = Catalogue(company=Company(name="x"), functions=())
    understood = Understanding.build(nothing, Index.build(nothing, {})).understand(Asked(text=text, previous=previous), nowhere, EVERYBODY)
    assert understood.match is None or not understood.match.candidates


def ranking(**odds: float) -> tuple[Candidate, ...]:
    return tuple(Candidate(id=sheet, score=score) for sheet, score in odds.items())


def test_what_a_message_says_itself_weighs_more_than_each_thing_that_came_before() -> None:
    before = ranking(b=3.0, a=-3.0)
    assert blended(ranking(a=3.0, b=-3.0), [before, before])[0].id == "a"
    assert blended(ranking(a=1.0, b=-1.0), [before, before])[0].id == "b"
    assert [candidate.score for candidate in blended(before, [before])] == pytest.approx([-0.0486, -3.0486], abs=1e-4)


def test_a_sheet_that_a_ranking_leaves_out_is_as_unlikely_as_its_last() -> None:
    assert [candidate.id for candidate in blended(ranking(a=2.0, b=-2.0), [ranking(c=1.0, a=0.5)])] == ["a", "c", "b"]


def test_a_message_that_nothing_in_the_catalogue_explains_is_not_mentioned() -> None:
    assert is_mentioned("et la capitale de la Mongolie ?", ranking(a=-1.0, b=-2.0))
    assert not is_mentioned("et la capitale de la Mongolie ?", ranking(a=-3.0, b=-4.0))
    assert is_mentioned("et pour un stagiaire ?", ranking(a=-3.0, b=-4.0))


@given(before=st.text(max_size=700), message=st.text(max_size=QUESTION_LIMIT))
def test_a_follow_up_stays_whole_beside_the_question_before(before: str, message: str) -> None:
    whole = together(before, message)
    assert len(whole) <= QUESTION_LIMIT
    assert message.strip() in whole


@pytest.mark.parametrize(
    ("message", "stems"),
    [("et pour les stagiaires, c'est combien ?", {"stagiair"}), ("and how much for the interns?", {"intern"}), ("how much?", set())],
)
def test_the_words_of_its_own_leave_out_those_that_ask(message: str, stems: set[str]) -> None:
    assert stems <= set(own_terms(message))
    assert bool(own_terms(message)) == bool(stems)
