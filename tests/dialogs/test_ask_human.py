"""Ask a human: from every answer and every "I don't know", one form away, by name or discreetly."""

from dataclasses import replace

import pytest

from dialogs.actions import NoneOfThese, NotMine, ReportWrong, Show, ShowFunction, WriteQuestion
from dialogs.ask_human import QUESTION, choose
from dialogs.catalog import Catalogue
from dialogs.events import Event, FormSubmitted
from dialogs.facts import ExchangeOpened, RequestKept
from dialogs.messages import Choice, Form, Input, Place, Text
from dialogs.request import Party, Request, RequestStatus, Step
from dialogs.request_actions import AddToRequest, AskHuman, ListRequests, WithdrawRequest
from dialogs.router import decide
from dialogs.search.match import Detail, FunctionAsked, Talk, Understood
from dialogs.turn import Context, Turn, exchange_id
from tests.company import ALICE, CATALOGUE, COMPANY, DANA
from tests.conversation import CHANNEL, asks_form, said, submits, taps
from tests.dialogs.alice_asked import CLIENT, DESK, KARIM, ROOM, about, asked, form_of, kept, planned, refusals, request_id, to_experts
from tests.dialogs.told import buttons, context, found, message, words

TO_IT = AskHuman(question="who has my cable?", slug="it", id="it_laptop", exchange="e1")
ANSWERS = {"question": "Who has my cable?", "way": "named"}
NOBODY = Catalogue(company=COMPANY, functions=())


def human(turn: Turn) -> AskHuman:
    """What the button on a card carries."""
    action = buttons(turn)["Ask a human"].action
    assert isinstance(action, AskHuman)
    return action


def hands(action: AskHuman = TO_IT, at: Context | None = None, **values: str) -> tuple[FormSubmitted, Turn]:
    """Submit the form."""
    event = submits(action, ANSWERS | values)
    return event, decide(None, event, at or about())


# --- the button ----------------------------------------------------------------------------------------------------------------------------------


def test_an_answer_brings_a_human_with_all_that_is_known() -> None:
    event = said("my laptop died")
    turn = decide(None, event, context(language="en", understood=found("sure", "it_laptop", question="my laptop died")))
    assert human(turn) == AskHuman(question="my laptop died", slug="it", id="it_laptop", exchange=exchange_id(event))
    assert next(iter(buttons(turn))) == "Ask a human", "beside the link"


def test_an_i_dont_know_brings_one_and_leaves_the_function_open() -> None:
    event = said("the price of gold?")
    turn = decide(None, event, context(language="en", understood=found("none", "it_laptop", question="the price of gold?")))
    assert human(turn) == AskHuman(question="the price of gold?", exchange=exchange_id(event))


def test_a_question_written_to_a_function_stays_with_it() -> None:
    event = submits(WriteQuestion(slug="finance"), {"question": "gold?"})
    turn = decide(None, event, context(language="en", understood=found("none", "it_laptop", question="gold?")))
    assert human(turn).slug == "finance"


@pytest.mark.parametrize(("ids", "slug"), [(("it_laptop", "it_password"), "it"), (("it_laptop", "fin_expenses"), None)])
def test_the_way_out_of_a_choice_is_a_human(ids: tuple[str, ...], slug: str | None) -> None:
    event = said("pc")
    turn = decide(None, event, context(language="en", understood=found("likely", *ids, question="pc")))
    assert human(turn) == AskHuman(question="pc", slug=slug, exchange=exchange_id(event))
    assert human(decide(None, taps(NoneOfThese(exchange="e1", question="pc")), context(language="en"))) == AskHuman(question="pc", exchange="e1")


def test_a_chosen_answer_still_knows_what_was_asked() -> None:
    event = said("pc")
    offered = decide(None, event, context(language="en", understood=found("likely", "it_laptop", "it_password", question="my pc died")))
    turn = decide(offered.state, taps(Show(id="it_laptop", exchange=exchange_id(event))), context(language="en"))
    assert human(turn).question == "my pc died"
    assert human(decide(None, taps(Show(id="it_laptop")), context(language="en"))).question == "", "opened from a list: nothing was asked"


@pytest.mark.parametrize("sheet", ["it_laptop", "it_password"])
def test_an_answer_that_was_not_the_one_leaves_the_function_open(sheet: str) -> None:
    turn = decide(None, taps(NotMine(id=sheet, exchange="e1")), context(language="en"))
    assert human(turn) == AskHuman(id=sheet, exchange="e1")


def test_whoever_says_that_an_answer_is_wrong_may_ask_a_human_too() -> None:
    turn = decide(None, submits(ReportWrong(id="it_laptop", exchange="e1"), {"comment": "it's two weeks"}), context(language="en"))
    assert human(turn) == AskHuman(slug="it", id="it_laptop", exchange="e1")


def test_a_profile_and_a_referral_bring_a_human_of_that_function() -> None:
    assert human(decide(None, taps(ShowFunction(slug="it")), context(language="en"))).slug == "it"
    asked_who = Understood(question="who handles laptops?", function=FunctionAsked(slug="it", aspect="handles", sheet="it_laptop"))
    event = said("who handles laptops?")
    turn = decide(None, event, context(language="en", understood=asked_who))
    assert human(turn) == AskHuman(question="who handles laptops?", slug="it", id="it_laptop", exchange=exchange_id(event))


def test_a_short_answer_brings_one_too() -> None:
    first = decide(None, said("my laptop died"), context(language="en", understood=found("sure", "it_laptop", question="my laptop died")))
    more = replace(found("sure", "it_laptop", question="how long?"), detail=Detail.DELAY, follows=True)
    assert human(decide(first.state, said("how long?"), context(language="en", understood=more))).question == "my laptop died how long?"


def test_in_a_channel_a_tap_opens_an_exchange_of_its_own() -> None:
    turn = decide(
        None, said("my laptop died", where=CHANNEL), context(language="en", understood=found("sure", "it_laptop", question="my laptop died"))
    )
    assert human(turn) == AskHuman(question="my laptop died", slug="it", id="it_laptop"), "anybody may tap it: the exchange is the asker's"


def test_home_offers_a_human_and_ones_requests_where_there_are_any() -> None:
    greeting = Understood(question="hello", talk=Talk.GREETING)
    assert "Your requests" not in buttons(decide(None, said("hello"), replace(about(), understood=greeting)))
    turn = decide(None, said("hello"), replace(about(asked()), understood=greeting))
    assert human(turn) == AskHuman()
    assert buttons(turn)["Your requests"].action == ListRequests()
    public = decide(None, said("hello", where=CHANNEL), replace(about(asked()), understood=greeting))
    assert "Your requests" not in buttons(public), "what somebody asked isn't the others' business"


def test_help_says_what_a_human_is_for_and_the_words_that_bring_one() -> None:
    text = words(decide(None, said("help"), context(language="en")))
    assert "Ask a human: your question goes to the people of the function, by name or discreetly" in text
    assert "home, functions, preferences, human, requests, say, plan, pause, help" in text


# --- the command ---------------------------------------------------------------------------------------------------------------------------------


def test_the_command_leads_to_the_form_of_any_function() -> None:
    turn = decide(None, said("human"), about())
    assert human(turn) == AskHuman()
    assert buttons(turn)["Your requests"].action == ListRequests()


def test_the_command_with_a_function_leads_to_its_own() -> None:
    turn = decide(None, said("humain dsi"), about())
    assert buttons(turn)["Write to IT"].action == AskHuman(slug="it")
    assert buttons(turn)["Another function"].action == AskHuman()


def test_before_the_first_catalogue_there_is_nobody_to_ask() -> None:
    nobody = replace(about(), catalogue=NOBODY)
    events: list[Event] = [asks_form(AskHuman()), submits(AskHuman(), ANSWERS)]
    for turn in (choose(said("human"), nobody, None), *(decide(None, event, nobody) for event in events)):
        assert "The catalogue is empty so far" in words(turn)
        assert turn.facts == ()


# --- the form ------------------------------------------------------------------------------------------------------------------------------------


def fields(form: Form) -> dict[str, Input | Choice]:
    return {block.id: block for block in form.blocks if not isinstance(block, Text)}


def test_the_form_asks_only_for_what_is_not_known() -> None:
    form = form_of(decide(None, asks_form(TO_IT), about()))
    assert list(fields(form)) == ["question", "way"]
    assert fields(form)["question"].value == "who has my cable?"
    assert fields(form)["way"].value == "named", "nobody is discreet by accident, nor named by surprise"
    assert "IT · Information Technology" in str(form.blocks)
    assert "pourqui knows, so that the answer comes back to you" in str(form.blocks)
    assert form.action == TO_IT


@pytest.mark.parametrize("action", [AskHuman(), AskHuman(slug="gone")])
def test_the_form_asks_for_the_function_and_suggests_none(action: AskHuman) -> None:
    chosen = fields(form_of(decide(None, asks_form(action, where=CHANNEL), about(person=DANA))))["function"]
    assert isinstance(chosen, Choice)
    assert [option.value for option in chosen.options] == ["it", "finance"]
    assert chosen.value is None


@pytest.mark.parametrize(
    ("action", "values", "expected"),
    [
        (TO_IT, {"question": " \x00 "}, {"question": "Write your question, even in two words."}),
        (AskHuman(), {}, {"function": "Choose the function that this is for."}),
        (AskHuman(slug="gone"), {"function": "gone too"}, {"function": "Choose the function that this is for."}),
    ],
)
def test_what_is_missing_is_asked_for_again(action: AskHuman, values: dict[str, str], expected: dict[str, str]) -> None:
    assert refusals(decide(None, submits(action, ANSWERS | values), about())) == expected


def test_a_question_too_long_for_a_card_comes_back_whole() -> None:
    long = "x" * (QUESTION + 1)
    _, turn = hands(AskHuman(), question=long, function="finance", way="discreet")
    assert "2001 characters, and a question holds 2000" in refusals(turn)["question"]
    (errors,) = turn.replies
    again = {block.id: block.value for block in errors.form.blocks if not isinstance(block, Text)}  # type: ignore[union-attr]
    assert again == {"function": "finance", "question": long, "way": "discreet"}


# --- handed ----------------------------------------------------------------------------------------------------------------------------------------


def test_a_question_becomes_a_request_whose_card_goes_to_the_channel() -> None:
    event, turn = hands()
    request = kept(turn)
    assert (request.id, request.exchange, request.function, request.client) == (request_id(event), "e1", "it", CLIENT)
    assert (request.question, request.language, request.status, request.discreet) == ("Who has my cable?", "en", RequestStatus.OPEN, False)
    assert (request.sheet, request.tried, request.desk) == ("it_laptop", ("it_laptop",), ROOM)
    assert turn.facts[0] == RequestKept(request=request, step=Step.OPENED, by="alice")
    (card,) = planned(turn)
    assert (card.key, card.to, card.urgent) == (request.card, ROOM, True)
    assert not any(isinstance(fact, ExchangeOpened) for fact in turn.facts), "it belongs to the exchange it comes from"


def test_the_client_reads_to_whom_it_went_by_when_and_what_comes_next() -> None:
    event, turn = hands(AskHuman(question="?", slug="it"))
    text = words(turn)
    assert "[IT · Information Technology] A human takes over" in text
    assert "Your question is sent to IT." in text
    assert "“Who has my cable?”" in text
    assert "Somebody should take it before Friday 20 November, 17:00." in text, "four working hours, by alice's own clock"
    assert "They see who asks." in text
    assert buttons(turn)["Add something"].action == AddToRequest(request=request_id(event))
    assert buttons(turn)["I don't need it any more"].action == WithdrawRequest(request=request_id(event))


def test_the_time_is_said_by_the_persons_own_clock() -> None:
    action = AskHuman(question="?", slug="it")
    tokyo = replace(ALICE, timezone="Asia/Tokyo")
    assert "before Saturday 21 November, 01:00" in words(hands(action, about(person=tokyo))[1])
    for unknown in (None, "Europe/Nowhere", "../etc/passwd"):
        assert "before Friday 20 November, 17:00" in words(hands(action, about(person=replace(ALICE, timezone=unknown)))[1])


def test_what_comes_from_nowhere_opens_its_own_exchange() -> None:
    event, turn = hands(AskHuman(), function="finance")
    opened, request = turn.facts[0], kept(turn)
    assert opened == ExchangeOpened(
        exchange=exchange_id(event), question="Who has my cable?", language="en", outcome="none", function="finance", ids=(), confidence=None
    )
    assert (request.exchange, request.sheet, request.tried) == (exchange_id(event), None, ())


def test_nobody_goes_on_from_somebody_elses_exchange() -> None:
    event, turn = hands(at=replace(about(), shown=None))
    request = kept(turn)
    assert isinstance(turn.facts[0], ExchangeOpened)
    assert request.exchange == turn.facts[0].exchange == exchange_id(event)
    assert request.tried == ("it_laptop",)


def test_an_answer_that_was_not_the_one_is_told_but_sends_it_nowhere() -> None:
    request = kept(hands(AskHuman(id="it_laptop", exchange="e1"), function="it")[1])
    assert (request.sheet, request.tried) == (None, ("it_laptop",))
    assert kept(hands(AskHuman(slug="it", id="gone"))[1]).sheet is None
    assert kept(hands(AskHuman(slug="it", id="fin_expenses"))[1]).sheet is None, "another function's sheet doesn't route to this one"


def test_whoever_is_not_in_the_directory_may_ask_too() -> None:
    assert kept(hands(at=about(person=DANA))[1]).client == Party(id="dana", name="Dana")


def test_asked_in_a_channel_the_rest_is_private() -> None:
    assert message(decide(None, submits(TO_IT, ANSWERS, where=CHANNEL), about())).place is Place.PRIVATE


def test_discreetly_is_said_and_kept() -> None:
    _, turn = hands(way="discreet")
    assert kept(turn).discreet
    assert "They don't see who asks. I know it, so that the answer comes back to you." in words(turn)
    assert not any("Alice" in told for told in to_experts(turn))


@pytest.mark.parametrize("question", ["Who has my cable?", "  who has MY cable? "])
def test_the_same_question_is_not_sent_twice(question: str) -> None:
    _, turn = hands(at=about(asked()), question=question)
    assert turn.facts == ()
    assert words(turn).startswith("You have asked this already: here is where it stands.")
    assert "Sent to IT. Somebody should take it before Tuesday 24 November, 11:00." in words(turn)


@pytest.mark.parametrize(
    "before",
    [asked(function="finance"), asked(status=RequestStatus.CLOSED), asked(question="another"), asked(client=KARIM)],
)
def test_another_question_function_person_or_a_closed_one_is_no_obstacle(before: Request) -> None:
    event, turn = hands(at=about(before))
    assert kept(turn).id == request_id(event)


# --- without a channel -----------------------------------------------------------------------------------------------------------------------------


def test_without_a_channel_it_goes_to_whoever_answers_for_the_function() -> None:
    owner = {"it": (Party(id="malik", name="Malik Benali"),), "": (Party(id="carol"),)}
    _, turn = hands(at=about(desks=(), keepers=owner))
    assert "Your question is sent to Malik Benali, who answers for IT." in words(turn)
    assert (kept(turn).keeper, planned(turn)[0].to) == ("malik", "malik")
    nameless = about(desks=(), keepers={"it": (Party(id="malik"),)})
    assert "Your question is sent to the person who answers for IT." in words(hands(at=nameless)[1])


def test_without_them_it_goes_to_an_admin_and_that_is_said() -> None:
    _, turn = hands(at=about(desks=(), keepers={"": (Party(id="carol", name="Carol"),)}))
    assert "your question is sent to an admin, who passes it on" in words(turn)
    assert kept(turn).keeper == "carol"


def test_whoever_answers_for_a_function_is_not_sent_their_own_question() -> None:
    owner, admin = Party(id=ALICE.id, name="Alice Martin"), Party(id="carol", name="Carol")
    assert kept(hands(at=about(desks=(), keepers={"it": (owner, Party(id="malik"))}))[1]).keeper == "malik"
    assert kept(hands(at=about(desks=(), keepers={"it": (owner,), "": (owner, admin)}))[1]).keeper == "carol"
    assert "Your question is kept" in words(hands(at=about(desks=(), keepers={"it": (owner,), "": (owner,)}))[1])


def test_a_dead_channel_counts_as_none() -> None:
    dead = replace(DESK, dead="channel_not_found")
    assert kept(hands(at=about(desks=(dead,), keepers={"": (Party(id="carol"),)}))[1]).keeper == "carol"


def test_when_nobody_can_be_reached_that_is_said_and_the_question_is_kept() -> None:
    _, turn = hands(at=about(desks=()))
    text = words(turn)
    assert "Nobody at IT can be reached through me for now. Your question is kept, and goes out as soon as somebody can." in text
    assert "Your contact at IT: Malik Benali, malik.benali@vaubert.example" in text
    assert "Somebody should take it before" not in text, "nothing is promised that nobody has read"
    assert kept(turn).status is RequestStatus.OPEN
    assert planned(turn) == []
    assert "Your contact" not in words(hands(AskHuman(slug="finance"), about(desks=()))[1])


def test_every_function_of_the_company_can_be_asked() -> None:
    for function in CATALOGUE.functions:
        assert kept(hands(AskHuman(), function=function.slug)[1]).function == function.slug
