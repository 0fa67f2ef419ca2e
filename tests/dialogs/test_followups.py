"""Follow-ups: the part of an answer that is asked for, with the whole of it one tap away."""

from dataclasses import replace

import pytest

from dialogs.actions import ForMe, NotMine, Show
from dialogs.catalog import Catalogue, Entry, Function, Language, Localized, Service
from dialogs.events import MessageReceived
from dialogs.facts import ExchangeOpened
from dialogs.messages import Link
from dialogs.router import decide
from dialogs.search.match import Candidate, Detail, FunctionAsked, Match, Understood
from dialogs.turn import Turn, exchange_id
from tests.company import COMPANY, DEMO_KIT, FINANCE, IT, LAPTOP, PASSWORD
from tests.conversation import CHANNEL, said
from tests.dialogs.told import buttons, context, fact, found, message, words

WAREHOUSE = Entry(
    id="log_storage",
    question=Localized(fr="Stocker du matériel", en="Storing equipment"),
    reply=Localized(
        fr="Une place de palette coûte 6 € par mois. Les deux premières semaines sont offertes. Les archives vont aux moyens généraux.",
        en="A pallet space costs €6 a month. The first two weeks are free. Archives go to Facilities.",
    ),
)
SHY = Entry(id="log_shy", question=Localized(en="Dock doors"), reply=Localized(en="The doors are at the back."), owner="dock@vaubert.example")
LOGISTICS = Function(slug="logistics", names=Localized(fr="Logistique", en="Logistics"), entries=(WAREHOUSE, SHY))
CATALOGUE = Catalogue(company=COMPANY, functions=(IT, FINANCE, LOGISTICS))


def went_on(
    text: str,
    detail: Detail | None,
    *,
    after: str,
    to: str | None = None,
    language: Language = "en",
    event: MessageReceived | None = None,
    question: str = "my laptop died",
    catalogue: Catalogue = CATALOGUE,
) -> Turn:
    """Take a turn that goes on from an answer."""
    event = event or said(text)
    before = decide(
        None, replace(event, id="before", text=question), context(understood=found("sure", after, question=question), catalogue=catalogue)
    )
    match = Match(outcome="sure", candidates=(Candidate(id=to or after, score=1),), confidence=0.7)
    understood = Understood(question=text, match=match, detail=detail, follows=True)
    return decide(before.state, event, context(language=language, understood=understood, catalogue=catalogue))


@pytest.mark.parametrize(
    ("text", "detail", "language", "expected"),
    [
        ("how long?", Detail.DELAY, "en", "Promise: 5 working days (delivery)"),
        ("combien de temps ?", Detail.DELAY, "fr", "Promesse : 5 jours ouvrés (livraison)"),
        ("does it cost anything?", Detail.PRICE, "en", "Price: free"),
        ("combien ça coûte ?", Detail.PRICE, "fr", "Tarif : gratuit"),
        ("who is that?", Detail.WHO, "en", "Contact: Malik Benali, Head of support (malik.benali@vaubert.example)"),
        ("c'est qui ?", Detail.WHO, "fr", "Malik Benali, Responsable du support (malik.benali@vaubert.example)"),
        ("where do I ask?", Detail.HOW, "en", "How to ask: A request in Guichet"),
        ("comment on demande ?", Detail.HOW, "fr", "Comment demander : Une demande dans Guichet"),
    ],
)
def test_a_detail_is_answered_by_that_detail_alone(text: str, detail: Detail, language: Language, expected: str) -> None:
    event = said(text)
    turn = went_on(text, detail, after="it_laptop", language=language, event=event)
    assert expected in words(turn)
    assert LAPTOP.body.to(language) not in words(turn)
    assert Show(id="it_laptop", exchange=exchange_id(event)) in [button.action for button in buttons(turn).values()]
    assert NotMine(id="it_laptop", exchange=exchange_id(event)) in [button.action for button in buttons(turn).values()]


def test_how_to_ask_comes_with_the_link() -> None:
    rows = [block for block in message(went_on("how?", Detail.HOW, after="it_laptop")).blocks if hasattr(block, "buttons")]
    links = [button for row in rows for button in row.buttons if isinstance(button, Link)]
    assert [link.url for link in links] == [LAPTOP.link]


@pytest.mark.parametrize(
    ("text", "detail", "language", "expected"),
    [
        ("how long is it free?", Detail.DELAY, "en", "The first two weeks are free."),
        ("combien ça coûte ?", Detail.PRICE, "fr", "Une place de palette coûte 6 € par mois. Les deux premières semaines sont offertes."),
    ],
)
def test_what_an_entry_tells_in_a_sentence_is_quoted(text: str, detail: Detail, language: Language, expected: str) -> None:
    shown = words(went_on(text, detail, after="log_storage", language=language))
    assert expected in shown
    assert "Archives" not in shown
    assert "archives" not in shown


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (Detail.DELAY, "This answer doesn't say how long it takes."),
        (Detail.PRICE, "This answer doesn't say what it costs."),
    ],
)
def test_what_a_sheet_does_not_tell_is_said_with_who_can(detail: Detail, expected: str) -> None:
    turn = went_on("?", detail, after="it_password")
    assert expected in words(turn)
    assert "Your contact at IT: Malik Benali, malik.benali@vaubert.example" in words(turn)
    assert PASSWORD.body.to("en") not in words(turn)


def test_who_it_is_may_be_known_by_an_address_only_or_not_at_all() -> None:
    assert "Contact: dock@vaubert.example" in words(went_on("who?", Detail.WHO, after="log_shy"))
    assert "This answer doesn't say whom to turn to." in words(went_on("who?", Detail.WHO, after="log_storage"))
    first = replace(IT, entries=(replace(PASSWORD, owner="somebody@else.example"),))
    catalogue = Catalogue(company=COMPANY, functions=(first,))
    assert "Contact: Malik Benali" in words(went_on("who?", Detail.WHO, after="it_password", catalogue=catalogue))


def test_how_to_get_what_an_entry_is_about_is_the_entry_itself() -> None:
    assert PASSWORD.body.to("en") in words(went_on("how does it work?", Detail.HOW, after="it_password"))


def test_a_contact_needs_no_role() -> None:
    claire = replace(IT, contacts=IT.contacts[1:], entries=(PASSWORD,))
    turn = went_on("who?", Detail.WHO, after="it_password", catalogue=Catalogue(company=COMPANY, functions=(claire,)))
    assert "Contact: Claire Vasseur (claire.vasseur@vaubert.example)" in words(turn)


@pytest.mark.parametrize(
    ("text", "language", "expected", "left_out"),
    [
        ("and our archives?", "en", "Archives go to Facilities.", "pallet"),
        ("et pour les archives ?", "fr", "Les archives vont aux moyens généraux.", "palette"),
    ],
)
def test_a_case_of_it_is_answered_by_the_sentence_that_tells(text: str, language: Language, expected: str, left_out: str) -> None:
    shown = words(went_on(text, None, after="log_storage", language=language))
    assert expected in shown
    assert left_out not in shown


def test_a_case_that_no_sentence_names_gets_the_whole_answer_and_what_it_goes_on_from() -> None:
    shown = words(went_on("what about my husband?", None, after="log_storage", question="can I store two machines?"))
    assert "This goes on from “can I store two machines?”." in shown
    assert WAREHOUSE.body.to("en") in shown


def test_a_follow_up_may_lead_to_a_neighbour() -> None:
    turn = went_on("and for a demo at a customer's?", None, after="it_laptop", to="it_demo_kit")
    assert DEMO_KIT.body.to("en") in words(turn)
    assert turn.state is not None
    assert turn.state.kept["question"] == "my laptop died and for a demo at a customer's?"
    assert turn.state.kept["sheet"] == "it_demo_kit"


def test_the_next_follow_up_goes_on_from_the_question_not_from_the_one_between() -> None:
    turn = went_on("how long?", Detail.DELAY, after="it_laptop")
    assert turn.state is not None
    assert turn.state.kept["question"] == "my laptop died"


def test_a_follow_up_is_recorded_with_the_question_that_it_goes_on_from() -> None:
    event = said("how long?")
    assert fact(went_on("how long?", Detail.DELAY, after="it_laptop", event=event)) == ExchangeOpened(
        exchange=exchange_id(event),
        question="my laptop died how long?",
        language="en",
        outcome="answer",
        function="it",
        ids=("it_laptop",),
        confidence=0.7,
    )


def test_in_a_thread_the_whole_question_goes_along_to_private() -> None:
    event = said("how long?", where=CHANNEL)
    turn = went_on("how long?", Detail.DELAY, after="it_laptop", event=event)
    assert buttons(turn)["For me"].action == ForMe(question="my laptop died how long?")


def test_a_detail_of_what_is_still_to_choose_asks_which() -> None:
    offering = decide(None, said("pc"), context(understood=found("likely", "it_laptop", "it_password", question="pc")))
    match = Match(outcome="likely", candidates=(Candidate(id="it_laptop", score=0), Candidate(id="it_password", score=0)))
    understood = Understood(question="how long?", match=match, detail=Detail.DELAY, follows=True)
    turn = decide(offering.state, said("how long?"), context(language="en", understood=understood))
    assert list(buttons(turn)) == ["1. Replace a laptop", "2. How do I change my password?", "None of these", "Ask a human"]
    assert "Is it one of these questions?" in words(turn)


def test_a_follow_up_whose_answer_was_forgotten_meanwhile_is_answered_by_itself() -> None:
    match = Match(outcome="sure", candidates=(Candidate(id="it_laptop", score=1),))
    turn = decide(None, said("how long?"), context(language="en", understood=Understood(question="how long?", match=match, follows=True)))
    assert LAPTOP.body.to("en") in words(turn)


def test_how_to_reach_a_function_after_its_profile() -> None:
    understood = Understood(question="who do I call?", function=FunctionAsked(slug="it", aspect="work_with"), follows=True)
    assert "How to work with us" in words(decide(None, said("who do I call?"), context(language="en", understood=understood)))


def test_a_service_without_link_or_way_to_ask_says_all_it_has() -> None:
    bare = replace(IT, services=(Service(id="bare", title=Localized(en="Bare"), body=Localized(en="Just come by.")),))
    turn = went_on("how?", Detail.HOW, after="bare", catalogue=Catalogue(company=COMPANY, functions=(bare,)))
    assert "Just come by." in words(turn)


def test_what_is_quoted_in_the_other_language_is_said_to_be() -> None:
    shown = words(went_on("how long?", Detail.DELAY, after="fin_closing"))
    assert "Le troisième jour ouvré du mois." in shown
    assert "This text exists only in French so far." in shown
