"""Ask: what a question gets, and what the taps on its cards do."""

from dataclasses import replace

import pytest

from dialogs.actions import ForMe, Home, ListFunctions, ListServices, NoneOfThese, NotMine, ReportWrong, Show, ShowFunction, WriteQuestion
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.facts import Chosen, ExchangeOpened, NotMineSaid, WrongSaid
from dialogs.messages import Form, FormErrors, Place
from dialogs.router import asked_of, decide
from dialogs.search.match import Asked, Detail, Talk, Understood
from dialogs.turn import State, exchange_id
from tests.company import BOB, CATALOGUE, COMPANY, DANA
from tests.conversation import CHANNEL, asks_form, said, submits, taps
from tests.dialogs.told import buttons, context, fact, found, lines, message, words


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
        "Demander à un humain",
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


@pytest.mark.parametrize("shown", [("it_laptop", "fin_expenses"), ("it_laptop",)])
@pytest.mark.parametrize("detail", [None, Detail.WHO])
def test_in_a_channel_a_choice_has_a_way_to_private(shown: tuple[str, ...], detail: Detail | None) -> None:
    understood = replace(found("likely", *shown, question="mon portable"), detail=detail)
    in_public = buttons(decide(None, said("mon portable", where=CHANNEL), context(understood=understood)))
    assert in_public["Pour moi"].action == ForMe(question="mon portable")
    assert "Pour moi" not in buttons(decide(None, said("mon portable"), context(understood=understood)))


def test_in_a_channel_what_is_not_known_may_be_known_in_private() -> None:
    nothing = found("none", question="mon portable")
    turn = decide(None, said("mon portable", where=CHANNEL), context(understood=nothing))
    assert buttons(turn)["Pour moi"].action == ForMe(question="mon portable")
    assert "Rien de ce qui est ouvert à tous ne s’en approche assez" in words(turn)
    alone = decide(None, said("mon portable"), context(understood=nothing))
    assert "Pour moi" not in buttons(alone)
    assert "Rien de ce que les fonctions ont écrit ne s’en approche assez" in words(alone)


def test_for_me_answers_again() -> None:
    event = taps(ForMe(question="mon portable est mort"), where=CHANNEL)
    assert asked_of(event, None) == Asked(text="mon portable est mort")
    turn = decide(None, event, context(understood=found("sure", "it_demo_kit")))
    assert message(turn).place is Place.PRIVATE
    assert "Kit de démonstration" in words(turn)


def test_a_private_question_in_a_channel_is_answered_in_private() -> None:
    turn = decide(None, said("kit", where=CHANNEL, private=True), context(understood=found("sure", "it_demo_kit")))
    assert message(turn).place is Place.PRIVATE


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
    offering = decide(None, said("ordi"), context(understood=found("likely", "it_laptop", "fin_expenses", "it_password")))
    none = buttons(offering)["Aucune de celles-ci"].action
    assert isinstance(none, NoneOfThese)
    turn = decide(None, taps(none), context())
    assert message(turn).place is Place.UPDATE
    assert fact(turn) == Chosen(exchange=none.exchange, id=None)
    assert "Malik Benali" in words(turn), "a contact of the nearest function"
    assert [buttons(turn)[name].action for name in ("DSI", "DAF")] == [ShowFunction(slug="it"), ShowFunction(slug="finance")]
    typed = decide(offering.state, said("aucune"), context())
    assert typed.facts == turn.facts
    assert words(typed) == words(turn)


def test_none_of_these_on_a_card_that_names_no_function_says_who_can_help_all_the_same() -> None:
    turn = decide(None, taps(NoneOfThese(exchange="e1")), context())
    assert "Toutes les fonctions" in buttons(turn)
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
    assert asked_of(event, None) == Asked(text="mon portable")
    assert "Remplacer un ordinateur portable" in words(decide(None, event, context(understood=found("sure", "it_laptop"))))


def test_an_empty_question_is_asked_for_again() -> None:
    event = submits(WriteQuestion(slug="it"), {})
    assert asked_of(event, None) == Asked(text="")
    (errors,) = decide(None, event, context(understood=Understood(question="", talk=Talk.EMPTY))).replies
    assert isinstance(errors, FormErrors)
    assert errors.errors[0].text == "Écrivez votre question, même en deux mots."


def test_forms_can_be_typed_as_commands_never_but_taps_open_them() -> None:
    assert asked_of(taps(Home()), None) is None
    assert asked_of(said("bonjour"), None) == Asked(text="bonjour")
