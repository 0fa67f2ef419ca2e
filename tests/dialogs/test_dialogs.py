"""The dialogs, told as the product: what somebody says or taps, and what they get."""

from dataclasses import replace

import pytest

from bot.po import texts
from dialogs.actions import (
    ForMe,
    Help,
    Home,
    ListFunctions,
    ListServices,
    NoneOfThese,
    NotMine,
    Preferences,
    ReportWrong,
    SetLanguage,
    Show,
    ShowFunction,
    WriteQuestion,
)
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.events import Event
from dialogs.facts import Chosen, ExchangeOpened, Greeted, LanguageChosen, LanguageSpoken, NotMineSaid, WrongSaid
from dialogs.messages import Button, Buttons, Form, FormErrors, Items, Message, Place, plain_text
from dialogs.people import Person
from dialogs.router import decide, question_of
from dialogs.search.match import Candidate, FunctionAsked, Match, Talk, Understood
from dialogs.texts import Texts
from dialogs.turn import Context, State, Turn, exchange_id
from tests.company import ALICE, BOB, CATALOGUE, CHARLIE, COMPANY, DANA
from tests.conversation import CHANNEL, asks_form, opens_home, said, starts, submits, taps

TEXTS: dict[Language, Texts] = {"fr": texts("fr"), "en": texts("en")}


def context(person: Person = ALICE, *, language: Language = "fr", understood: Understood | None = None, catalogue: Catalogue = CATALOGUE) -> Context:
    return Context(person=person, catalogue=catalogue, texts=TEXTS, language=language, understood=understood)


def found(outcome: str, *ids: str, question: str = "q") -> Understood:
    candidates = tuple(Candidate(id=sheet, score=1.0 - rank / 10) for rank, sheet in enumerate(ids))
    return Understood(question=question, match=Match(outcome=outcome, candidates=candidates, confidence=0.9))  # type: ignore[arg-type]


def profile_of(slug: str, aspect: str = "purpose") -> Understood:
    return Understood(question="à quoi ça sert ?", function=FunctionAsked(slug=slug, aspect=aspect))  # type: ignore[arg-type]


def message(turn: Turn) -> Message:
    (reply,) = turn.replies
    assert isinstance(reply, Message)
    return reply


def words(turn: Turn) -> str:
    return plain_text(message(turn)).replace("\N{NO-BREAK SPACE}", " ")


def buttons(turn: Turn) -> dict[str, Button]:
    rows = [block for block in message(turn).blocks if isinstance(block, Buttons)]
    return {button.label: button for row in rows for button in row.buttons if isinstance(button, Button)}


def lines(turn: Turn) -> list[str]:
    return [item.title for block in message(turn).blocks if isinstance(block, Items) for item in block.items]


def fact(turn: Turn) -> object:
    (only,) = turn.facts
    return only


# --- ask -----------------------------------------------------------------------------------------------------------------------------------------


def test_a_sure_question_gets_the_answer_card() -> None:
    event = said("mon portable est mort")
    turn = decide(None, event, context(understood=found("sure", "it_laptop", question="mon portable est mort")))
    text = words(turn)
    assert text.startswith("[DSI · Direction des systèmes d'information] Remplacer un ordinateur portable\nVotre portable est renouvelé")
    assert "Promesse : 5 jours ouvrés (livraison)" in text
    assert "Tarif : gratuit" in text
    assert "Non compris : les accessoires" in text
    assert "Nouveau depuis le 1 oct. 2026" in text
    assert "Vérifié le 1 sept. 2026 par Malik Benali" in text
    assert "[Faire la demande] https://guichet.vaubert.example/portable" in text
    assert buttons(turn)["Ce n’est pas ma question"].action == NotMine(id="it_laptop", exchange=exchange_id(event))
    assert fact(turn) == ExchangeOpened(
        exchange=exchange_id(event),
        question="mon portable est mort",
        language="fr",
        outcome="answer",
        function="it",
        ids=("it_laptop",),
        confidence=0.9,
    )
    assert message(turn).place is Place.HERE


@pytest.mark.parametrize(
    ("sheet", "language", "expected"),
    [
        ("it_demo_kit", "fr", "120 € par semaine"),
        ("it_demo_kit", "en", "€120 per week"),
        ("it_demo_kit", "en", "Written by equipe-kit@vaubert.example"),
        ("it_demo_kit", "en", "Your contact at IT: Malik Benali, malik.benali@vaubert.example"),
        ("it_password", "en", "Written by Malik Benali"),
        ("fin_expenses", "fr", "1 jour ouvré"),
        ("fin_closing", "en", "This text exists only in French so far."),
        ("fin_closing", "en", "Checked on 1 Jul 2026"),
        ("fin_audit", "fr", "Ce texte n’existe pour l’instant qu’en anglais."),
    ],
)
def test_an_answer_says_what_its_sheet_holds(sheet: str, language: Language, expected: str) -> None:
    assert expected in words(decide(None, said("?"), context(language=language, understood=found("sure", sheet))))


def test_a_price_in_time_is_said_in_time() -> None:
    assert "1,5 heure de votre temps" in words(decide(None, said("?"), context(BOB, understood=found("sure", "it_tablet"))))
    assert "1.5 hours of your time" in words(decide(None, said("?"), context(BOB, language="en", understood=found("sure", "it_tablet"))))


def test_a_doubt_offers_at_most_three_questions_and_none() -> None:
    event = said("ordi")
    turn = decide(None, event, context(understood=found("likely", "it_laptop", "it_password", "it_demo_kit", "fin_expenses")))
    assert list(buttons(turn)) == [
        "1. Remplacer un ordinateur portable",
        "2. Comment changer mon mot de passe ?",
        "3. Kit de démonstration",
        "Aucune de celles-ci",
    ]
    assert "Est-ce l’une de ces questions" in words(turn)
    assert turn.state is not None
    assert turn.state.kept["ids"] == ["it_laptop", "it_password", "it_demo_kit"]


def test_one_doubt_is_asked_in_the_singular() -> None:
    assert "Is it this question?" in words(decide(None, said("pc"), context(language="en", understood=found("likely", "it_laptop"))))


@pytest.mark.parametrize(("answer", "expected"), [("2", "Comment changer mon mot de passe ?"), ("La première.", "Remplacer un ordinateur portable")])
def test_a_choice_can_be_typed(answer: str, expected: str) -> None:
    state = decide(None, said("ordi"), context(understood=found("likely", "it_laptop", "it_password"))).state
    turn = decide(state, said(answer), context())
    assert expected in words(turn)
    assert message(turn).place is Place.HERE
    assert isinstance(fact(turn), Chosen)


def test_none_can_be_typed_too() -> None:
    state = decide(None, said("ordi"), context(understood=found("likely", "it_laptop", "it_password"))).state
    turn = decide(state, said("aucune"), context())
    assert "Je ne sais pas répondre à cela." in words(turn)
    assert isinstance(fact(turn), Chosen)


@pytest.mark.parametrize(
    "state",
    [
        State(dialog="ask", version=0, kept={"exchange": "e", "question": "q", "ids": ["it_laptop"]}),
        State(dialog="another", version=1, kept={}),
        State(dialog="ask", version=1, kept={"exchange": 3, "question": "q", "ids": []}),
        State(dialog="ask", version=1, kept={"exchange": "e", "question": None, "ids": []}),
        State(dialog="ask", version=1, kept={"exchange": "e", "question": "q", "ids": "it_laptop"}),
        State(dialog="ask", version=1, kept={"exchange": "e", "question": "q", "ids": ["it_laptop"]}),
        None,
    ],
)
def test_a_number_without_its_choice_is_a_question_like_another(state: State | None) -> None:
    turn = decide(state, said("2"), context(understood=found("none", question="2")))
    assert "Je ne sais pas répondre à cela." in words(turn)


def test_nothing_near_enough_is_said_with_who_can_help() -> None:
    turn = decide(None, said("le cours de l'euro ?"), context(understood=found("none", "it_laptop", "it_password", "fin_expenses")))
    assert "Je ne sais pas répondre à cela." in words(turn)
    assert "Votre contact (DSI) : Malik Benali, malik.benali@vaubert.example" in words(turn)
    assert buttons(turn)["DSI"].action == ShowFunction(slug="it")
    assert buttons(turn)["DAF"].action == ShowFunction(slug="finance")
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert (opened.outcome, opened.function, opened.ids) == ("none", "it", ())


def test_nothing_at_all_still_says_where_to_look() -> None:
    turn = decide(None, said("xyzzy"), context(DANA, understood=found("none")))
    assert "Toutes les fonctions" in buttons(turn)
    assert "Je ne vous retrouve pas encore dans l’annuaire" in words(turn)


def test_a_question_written_to_a_function_that_nothing_answers_goes_to_it() -> None:
    turn = decide(None, submits(WriteQuestion(slug="finance"), {"question": "xyzzy"}), context(understood=found("none", "it_laptop")))
    assert list(buttons(turn))[:2] == ["DAF", "DSI"]


def test_a_sheet_gone_since_the_search_is_not_offered() -> None:
    assert "Je ne sais pas répondre" in words(decide(None, said("?"), context(understood=found("sure", "gone"))))
    assert "Je ne sais pas répondre" in words(decide(None, said("?"), context(understood=found("likely", "gone"))))


def test_in_a_channel_the_answer_is_impersonal_with_a_way_to_private() -> None:
    question = "mon portable " + "x" * 600
    turn = decide(None, said(question, where=CHANNEL), context(DANA, understood=found("sure", "it_laptop", question=question)))
    for_me = buttons(turn)["Pour moi"].action
    assert isinstance(for_me, ForMe)
    assert len(for_me.question) == 512
    assert "annuaire" not in words(turn)
    assert message(turn).place is Place.HERE


def test_for_me_answers_again() -> None:
    event = taps(ForMe(question="mon portable est mort"), where=CHANNEL)
    assert question_of(event) == "mon portable est mort"
    turn = decide(None, event, context(understood=found("sure", "it_demo_kit")))
    assert message(turn).place is Place.PRIVATE
    assert "Kit de démonstration" in words(turn)


def test_a_private_question_in_a_channel_is_answered_in_private() -> None:
    turn = decide(None, said("kit", where=CHANNEL, private=True), context(understood=found("sure", "it_demo_kit")))
    assert message(turn).place is Place.PRIVATE


# --- taps ----------------------------------------------------------------------------------------------------------------------------------------


def test_a_chosen_question_replaces_the_choice() -> None:
    turn = decide(None, taps(Show(id="it_password", exchange="e1")), context())
    assert message(turn).place is Place.UPDATE
    assert words(turn).startswith("Vous avez choisi : Comment changer mon mot de passe ?")
    assert fact(turn) == Chosen(exchange="e1", id="it_password")


def test_a_line_of_a_list_opens_beside_it_and_is_an_exchange() -> None:
    turn = decide(None, taps(Show(id="it_password")), context())
    assert message(turn).place is Place.HERE
    opened = fact(turn)
    assert isinstance(opened, ExchangeOpened)
    assert (opened.question, opened.ids) == ("Comment changer mon mot de passe ?", ("it_password",))


@pytest.mark.parametrize("action", [Show(id="gone"), Show(id="it_tablet"), ShowFunction(slug="gone"), ListServices(slug="gone")])
def test_what_an_old_card_points_to_may_be_gone_or_not_for_you(action: Show | ShowFunction | ListServices) -> None:
    turn = decide(None, taps(action), context())
    assert "Ceci n’est plus au catalogue" in words(turn)
    assert "Poser une question" in buttons(turn)


def test_not_what_i_asked_is_noted_on_the_card_itself() -> None:
    turn = decide(None, taps(NotMine(id="it_laptop", exchange="e1")), context())
    assert message(turn).place is Place.UPDATE
    assert "Remplacer un ordinateur portable" in words(turn)
    assert "C’est noté" in words(turn)
    assert "Ce n’est pas ma question" not in buttons(turn)
    assert fact(turn) == NotMineSaid(exchange="e1", id="it_laptop")


def test_in_a_channel_a_quiet_button_leaves_the_card_to_the_others() -> None:
    turn = decide(None, taps(NotMine(id="it_laptop", exchange="e1"), where=CHANNEL), context())
    assert message(turn).place is Place.PRIVATE
    assert words(turn).startswith("Remplacer un ordinateur portable\nC’est noté")
    thanks = decide(None, submits(ReportWrong(id="it_laptop", exchange="e1"), {"comment": "faux"}, where=CHANNEL), context())
    assert message(thanks).place is Place.PRIVATE


def test_a_function_is_called_by_the_acronym_in_its_name() -> None:
    named = replace(CATALOGUE.functions[0], names=Localized(fr="Engagement et RSE", en="Sustainability"), also=("ESG", "RSE"))
    turn = decide(None, taps(ListFunctions()), context(catalogue=Catalogue(company=COMPANY, functions=(named,))))
    assert lines(turn) == ["Engagement et RSE"]


def test_not_what_i_asked_counts_even_when_the_sheet_is_gone() -> None:
    turn = decide(None, taps(NotMine(id="gone", exchange="e1")), context())
    assert fact(turn) == NotMineSaid(exchange="e1", id="gone")
    assert "Ceci n’est plus au catalogue" in words(turn)


def test_a_card_that_is_no_longer_for_its_reader_shows_only_what_the_tap_did() -> None:
    turn = decide(None, taps(NotMine(id="it_tablet", exchange="e1")), context())
    assert "Tablette" not in words(turn)
    assert "C’est noté" in words(turn)


def test_none_of_these_replaces_the_choice_with_who_can_help() -> None:
    turn = decide(None, taps(NoneOfThese(exchange="e1")), context())
    assert message(turn).place is Place.UPDATE
    assert fact(turn) == Chosen(exchange="e1", id=None)


def test_this_is_wrong_opens_a_form_about_the_answer() -> None:
    action = ReportWrong(id="it_laptop", exchange="e1")
    (form,) = decide(None, asks_form(action), context()).replies
    assert isinstance(form, Form)
    assert form.action == action
    assert (form.title, form.submit, form.cancel) == ("Faux ou incomplet", "Envoyer", "Annuler")
    assert decide(None, taps(action), context()).replies == (form,)


def test_this_is_wrong_is_kept_with_the_persons_words() -> None:
    action = ReportWrong(id="it_laptop", exchange="e1")
    turn = decide(None, submits(action, {"comment": "  c'est 10 jours  "}), context())
    assert fact(turn) == WrongSaid(exchange="e1", id="it_laptop", comment="c'est 10 jours")
    assert "Merci : votre remarque est gardée avec cette réponse (DSI)." in words(turn)
    assert message(turn).place is Place.UPDATE


def test_an_empty_remark_is_asked_for_again() -> None:
    turn = decide(None, submits(ReportWrong(id="it_laptop", exchange="e1"), {"comment": "  "}), context())
    (errors,) = turn.replies
    assert isinstance(errors, FormErrors)
    assert errors.errors[0].input == "comment"
    assert turn.facts == ()


def test_a_remark_about_a_sheet_that_is_gone_is_kept_all_the_same() -> None:
    action = ReportWrong(id="gone", exchange="e1")
    (form,) = decide(None, asks_form(action), context()).replies
    assert isinstance(form, Form)
    turn = decide(None, submits(action, {"comment": "faux"}), context())
    assert fact(turn) == WrongSaid(exchange="e1", id="gone", comment="faux")
    assert "votre remarque est gardée." in words(turn)


def test_a_question_can_be_written_in_a_form_to_all_or_to_one_function() -> None:
    (form,) = decide(None, asks_form(WriteQuestion()), context()).replies
    assert isinstance(form, Form)
    assert "Votre question" in str(form.blocks)
    (form,) = decide(None, asks_form(WriteQuestion(slug="it")), context()).replies
    assert isinstance(form, Form)
    assert "Votre question (DSI)" in str(form.blocks)


def test_a_question_written_in_a_form_is_answered() -> None:
    event = submits(WriteQuestion(), {"question": "mon portable"})
    assert question_of(event) == "mon portable"
    assert "Remplacer un ordinateur portable" in words(decide(None, event, context(understood=found("sure", "it_laptop"))))


def test_an_empty_question_is_asked_for_again() -> None:
    event = submits(WriteQuestion(slug="it"), {})
    assert question_of(event) == ""
    (errors,) = decide(None, event, context(understood=Understood(question="", talk=Talk.EMPTY))).replies
    assert isinstance(errors, FormErrors)
    assert errors.errors[0].text == "Écrivez votre question, même en deux mots."


def test_forms_can_be_typed_as_commands_never_but_taps_open_them() -> None:
    assert question_of(taps(Home())) is None
    assert question_of(said("bonjour")) == "bonjour"


# --- profile -------------------------------------------------------------------------------------------------------------------------------------


def test_two_people_of_different_departments_see_different_services() -> None:
    asked = said("à quoi sert la DSI ?")
    alice = decide(None, asked, context(understood=profile_of("it")))
    bob = decide(None, asked, context(BOB, understood=profile_of("it")))
    assert lines(alice) == ["Kit de démonstration", "Remplacer un ordinateur portable"]
    assert lines(bob) == ["Tablette de terrain", "Remplacer un ordinateur portable"]
    assert "Pour vous (Ventes, Lyon)" in words(alice)
    assert "Pour vous (Exploitation, Lille)" in words(bob)


def test_a_profile_says_what_it_is_for_and_how_to_work_with_it() -> None:
    text = words(decide(None, said("à quoi sert la DSI ?"), context(understood=profile_of("it"))))
    for expected in (
        "À quoi sert-on ?",
        "Donner à chacun des outils fiables.",
        "Nous rappelons toujours.",
        "Malik Benali, Responsable du support (malik.benali@vaubert.example) · Claire Vasseur",
        "Tous les salariés",
        "DAF, nos opérateurs",
        "Équipes commerciales, unknown-slug",
        "9 demandes sur 10",
        "[Poser une question]",
    ):
        assert expected in text


def test_how_do_i_work_with_starts_with_how_to_work_with_us() -> None:
    turn = decide(None, said("how do I work with IT?"), context(language="en", understood=profile_of("it", "work_with")))
    text = words(turn)
    assert text.index("How to work with us") < text.index("We always call back.") < text.index("For you (Ventes, Lyon)")


def test_a_profile_is_recorded_with_the_services_shown() -> None:
    opened = fact(decide(None, said("DSI ?"), context(understood=profile_of("it"))))
    assert isinstance(opened, ExchangeOpened)
    assert (opened.outcome, opened.function, opened.ids, opened.confidence) == ("profile", "it", ("it_demo_kit", "it_laptop"), None)


def test_a_function_that_says_little_still_has_a_card() -> None:
    bare = replace(CATALOGUE.functions[1], services=(), entries=())
    turn = decide(None, said("DAF"), context(understood=profile_of("finance"), catalogue=Catalogue(company=COMPANY, functions=(bare,))))
    assert "Cette fonction n’a encore rien d’ouvert pour vous." in words(turn)
    assert "Tout voir" not in buttons(turn)
    everything = decide(None, taps(ListServices(slug="finance")), context(catalogue=Catalogue(company=COMPANY, functions=(bare,))))
    assert "Cette fonction n’a encore rien d’ouvert pour vous." in words(everything)


def test_a_function_without_purpose_or_posture_shows_what_there_is() -> None:
    only_contacts = replace(CATALOGUE.functions[0], purpose=None, posture=None, proof=())
    only_posture = replace(CATALOGUE.functions[0], contacts=(), clients=(), partners=(), co_built_with=())
    for function, expected in ((only_contacts, "Malik Benali"), (only_posture, "Nous rappelons toujours.")):
        text = words(decide(None, said("DSI"), context(understood=profile_of("it"), catalogue=Catalogue(company=COMPANY, functions=(function,)))))
        assert expected in text


def test_a_function_without_contacts_is_offered_by_its_button_only() -> None:
    turn = decide(None, said("?"), context(understood=found("sure", "fin_closing")))
    assert "Votre contact" not in words(turn)


def test_somebody_without_department_or_site_is_simply_you() -> None:
    nobody = replace(ALICE, department=None, site=None)
    assert "\nPour vous\n" in words(decide(None, said("DSI"), context(nobody, understood=profile_of("it"))))


def test_until_linked_only_what_is_open_to_all_is_offered_and_it_says_so() -> None:
    turn = decide(None, said("DSI"), context(DANA, understood=profile_of("it")))
    assert lines(turn) == ["Remplacer un ordinateur portable"]
    assert "Ouvert à tous" in words(turn)
    assert "Je ne vous retrouve pas encore dans l’annuaire" in words(turn)


def test_an_answer_to_somebody_unlinked_says_so() -> None:
    assert "Je ne vous retrouve pas encore dans l’annuaire" in words(decide(None, said("?"), context(DANA, understood=found("sure", "it_laptop"))))


def test_a_service_without_promise_or_price_is_listed_by_its_title() -> None:
    bare = replace(CATALOGUE.functions[1].services[0], promise=None, tarif=None)
    function = replace(CATALOGUE.functions[1], services=(bare,))
    turn = decide(None, taps(ListServices(slug="finance")), context(catalogue=Catalogue(company=COMPANY, functions=(function,))))
    assert "• Notes de frais\n" in words(turn)


def test_in_a_channel_a_profile_is_impersonal_whoever_asks() -> None:
    turn = decide(None, said("DSI", where=CHANNEL), context(understood=profile_of("it")))
    assert lines(turn) == ["Remplacer un ordinateur portable"]
    assert "Pour moi" in buttons(turn)
    assert "Ventes" not in words(turn)


def test_a_tap_on_a_function_in_a_channel_has_no_question_to_take_along() -> None:
    assert "Pour moi" not in buttons(decide(None, taps(ShowFunction(slug="it"), where=CHANNEL), context()))


def test_see_everything_lists_services_and_questions() -> None:
    turn = decide(None, taps(ListServices(slug="it")), context())
    assert lines(turn) == ["Kit de démonstration", "Remplacer un ordinateur portable", "Comment changer mon mot de passe ?"]
    assert "nouveau · 5 jours ouvrés · gratuit" in words(turn)


# --- home, help, preferences ---------------------------------------------------------------------------------------------------------------------


def test_home_greets_by_name_and_needs_no_typing() -> None:
    turn = decide(None, said("bonjour"), context(understood=Understood(question="bonjour", talk=Talk.GREETING)))
    assert words(turn).startswith("Bonjour Alice. Que peut-on faire pour vous ?")
    assert lines(turn) == ["Kit de démonstration"]
    assert {"DSI", "DAF", "Toutes les fonctions", "Poser une question", "Aide", "Vos préférences"} <= set(buttons(turn))
    assert turn.facts == ()


def test_the_first_time_it_introduces_itself_once() -> None:
    turn = decide(None, starts(), context(BOB))
    assert "Je suis pourqui. Je sais ce que chaque fonction de Vaubert fait pour vous" in words(turn)
    assert turn.facts == (Greeted(),)
    assert decide(None, starts(), context(replace(BOB, greeted=True))).replies == ()


def test_a_team_is_told_once_what_the_bot_is() -> None:
    first = decide(None, starts(where=CHANNEL), context(BOB))
    assert "Mentionnez-moi avec votre question" in words(first)
    assert first.facts == ()
    assert decide(first.state, starts(where=CHANNEL), context(BOB)).replies == ()


def test_the_home_tab_goes_to_the_home_tab() -> None:
    turn = decide(None, opens_home(), context(DANA, language="en"))
    assert message(turn).place is Place.HOME
    assert words(turn).startswith("Hello Dana.")
    assert "I can't place you in the directory yet" in words(turn)


def test_a_nameless_person_and_a_channel_are_greeted_without_a_name() -> None:
    assert words(decide(None, taps(Home()), context(replace(ALICE, name=None)))).startswith("Bonjour. Que peut-on")
    assert words(decide(None, taps(Home(), where=CHANNEL), context())).startswith("Bonjour. Que peut-on")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accueil", "Que peut-on faire pour vous"),
        ("Fonctions", "Qui travaille pour vous"),
        ("préférences", "Vos préférences"),
        ("help", "Ce que je sais faire"),
    ],
)
def test_commands_can_be_typed(text: str, expected: str) -> None:
    assert expected in words(decide(None, said(text), context()))


def test_a_bare_slash_command_is_home() -> None:
    assert "Que peut-on faire pour vous" in words(decide(None, said("  ", private=True), context()))


def test_all_functions_are_listed_with_what_they_are_for() -> None:
    turn = decide(None, taps(ListFunctions()), context())
    assert lines(turn) == ["DSI · Direction des systèmes d'information", "DAF · Direction financière"]


def test_a_long_purpose_is_cut_between_words() -> None:
    long = replace(CATALOGUE.functions[0], purpose=replace(CATALOGUE.functions[0].purpose, fr="mot " * 80))  # type: ignore[type-var]
    text = words(decide(None, taps(ListFunctions()), context(catalogue=Catalogue(company=COMPANY, functions=(long,)))))
    assert "mot mot…" in text
    assert "mo…" not in text.replace("mot…", "")


def test_an_empty_catalogue_says_so() -> None:
    empty = Catalogue(company=COMPANY, functions=())
    assert "Le catalogue est encore vide" in words(decide(None, taps(ListFunctions()), context(catalogue=empty)))
    assert "Par exemple" not in words(decide(None, taps(Help()), context(catalogue=empty)))


def test_help_shows_examples_that_work_here() -> None:
    text = words(decide(None, taps(Help()), context()))
    assert "DSI : à quoi ça sert ?" in text
    assert "DAF : comment travailler ensemble ?" in text
    assert "Remplacer un ordinateur portable" in text


def test_preferences_are_private_and_show_what_is_known() -> None:
    turn = decide(None, taps(Preferences(), where=CHANNEL), context())
    assert message(turn).place is Place.PRIVATE
    for expected in ("Alice Martin", "alice.martin@solane.example", "Ventes", "Lyon", "Équipes commerciales", "l’annuaire de Vaubert"):
        assert expected in words(turn)
    unknown = decide(None, taps(Preferences()), context(replace(DANA, name=None)))
    assert "Je ne vous retrouve pas" in words(unknown)


@pytest.mark.parametrize(("language", "expected"), [("en", "From now on I answer in English."), ("fr", "Désormais, je réponds en français.")])
def test_the_language_chosen_is_used_at_once(language: Language, expected: str) -> None:
    turn = decide(None, taps(SetLanguage(language=language)), context())
    assert expected in words(turn)
    assert message(turn).place is Place.UPDATE
    assert fact(turn) == LanguageChosen(language=language)


def test_the_language_can_follow_the_messages_again() -> None:
    turn = decide(None, taps(SetLanguage(language=None), message=None), context())
    assert "Désormais, je réponds dans la langue de votre message." in words(turn)
    assert message(turn).place is Place.HERE
    assert message(decide(None, taps(SetLanguage(language=None), where=CHANNEL), context())).place is Place.PRIVATE


def test_the_language_that_somebody_writes_in_is_noted_when_it_changes() -> None:
    english = Understood(question="thanks a lot", language="en", talk=Talk.THANKS)
    assert fact(decide(None, said("thanks a lot"), context(understood=english))) == LanguageSpoken(language="en")
    assert decide(None, said("thanks a lot"), context(replace(ALICE, spoken_language="en"), understood=english)).facts == ()


# --- talk ----------------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (Talk.THANKS, "Avec plaisir."),
        (Talk.HELP, "Ce que je sais faire"),
        (Talk.INSULT, "Je comprends que ce soit agaçant."),
        (Talk.EMPTY, "sans mots"),
        (Talk.EMOJI, "émojis"),
        (Talk.FOREIGN, "Je ne lis pour l’instant que le français et l’anglais."),
    ],
)
def test_what_is_not_a_question_gets_a_fitting_reply(talk: Talk, expected: str) -> None:
    assert expected in words(decide(None, said("…"), context(understood=Understood(question="…", talk=talk))))


def test_a_language_we_do_not_read_is_answered_in_both_of_ours() -> None:
    text = words(decide(None, said("…"), context(understood=Understood(question="…", talk=Talk.FOREIGN))))
    assert "I only read French and English so far." in text


def test_a_message_that_could_not_be_understood_is_treated_as_empty() -> None:
    assert "sans mots" in words(decide(None, said("…"), context(understood=Understood(question="…"))))


# --- strangers -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", [said("mon portable ?"), taps(Preferences()), submits(ReportWrong(id="it_laptop", exchange="e"), {"comment": "x"})])
def test_a_stranger_gets_a_refusal_with_its_reason_and_leaves_no_fact(event: Event) -> None:
    turn = decide(None, event, context(CHARLIE, understood=found("sure", "it_laptop")))
    assert "votre compte appartient à une autre organisation" in words(turn)
    assert turn.facts == ()


def test_a_stranger_opening_the_home_tab_reads_why_and_an_install_by_one_says_nothing() -> None:
    assert message(decide(None, opens_home(), context(CHARLIE))).place is Place.HOME
    assert decide(None, starts(), context(CHARLIE)).replies == ()
