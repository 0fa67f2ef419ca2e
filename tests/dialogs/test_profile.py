"""The profile: what a function is for, for this person."""

from dataclasses import replace

from dialogs.actions import ListServices, ShowFunction
from dialogs.catalog import Catalogue
from dialogs.facts import ExchangeOpened
from dialogs.router import decide
from tests.company import ALICE, BOB, CATALOGUE, COMPANY, DANA
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import buttons, context, fact, found, lines, profile_of, words


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
