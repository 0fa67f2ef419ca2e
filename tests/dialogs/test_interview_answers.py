"""What the answers of an interview become: a profile in the words of the person, and in the language of each answer."""

from dataclasses import replace

import pytest

from dialogs.catalog import Catalogue, Contact, Function, Language, Localized
from dialogs.interview_answers import Answer, Question, contact_of, drafted, function_named
from tests.company import ALICE, CATALOGUE, COMPANY, DANA, FINANCE, IT
from tests.dialogs.told import context

ME = Contact(name="Alice Martin", email="alice.martin@solane.example")
MALIK, CLAIRE = IT.contacts
SAFETY = Function(slug="hse", names=Localized(fr="Santé, sécurité et environnement", en="Health and Safety"), also=("HSE",))
WITH_SAFETY = Catalogue(company=COMPANY, functions=(IT, FINANCE, SAFETY))


def draft(known: Function = FINANCE, language: Language = "fr", catalogue: Catalogue = WITH_SAFETY, **answers: str) -> Function:
    said = {Question(name): Answer(text=text, language=language) for name, text in answers.items()}
    return drafted(context(catalogue=catalogue), known, said)


def clients(answer: str, language: Language = "fr") -> list[str]:
    return [client.to(language) for client in draft(language=language, clients=answer).clients]


def test_six_answers_make_a_profile_in_their_language() -> None:
    made = draft(
        language="en",
        clients="We work for sales people, site managers and everyone who travels",
        missed="nobody would be paid back in time",
        done="we pay back expenses and follow the budgets",
        partners="IT, our bank",
        posture="a first answer within a day",
        contacts="Claire Morel, claire.morel@solane.example",
    )
    assert made.purpose == Localized(
        en="We work for sales people, site managers and everyone who travels. We pay back expenses and follow the budgets. "
        "Without us: nobody would be paid back in time."
    )
    assert made.clients == (Localized(en="Sales people"), Localized(en="Site managers"), Localized(en="Everyone who travels"))
    assert made.partners == ("it", Localized(en="Our bank"))
    assert made.posture == Localized(en="A first answer within a day.")
    assert made.contacts == (Contact(name="Claire Morel", email="claire.morel@solane.example"),)


def test_a_draft_holds_no_service_and_no_entry_and_keeps_what_no_question_asks() -> None:
    made = draft(IT, clients="les chefs de site")
    assert (made.services, made.entries) == ((), ())
    assert (made.names, made.also, made.proof, made.co_built_with) == (IT.names, IT.also, IT.proof, IT.co_built_with)


def test_the_other_language_stays_as_it_was() -> None:
    made = draft(IT, clients="Les chefs de site", missed="tout s'arrête", done="Des outils qui marchent", posture="On rappelle.")
    assert made.purpose is not None
    assert made.posture is not None
    assert (made.purpose.en, made.posture.en) == ("To give everybody dependable tools.", "We always call back.")
    assert made.posture.fr == "On rappelle."
    assert made.clients == (Localized(fr="Les chefs de site"), Localized(en="All employees"))


def test_answers_in_two_languages_fill_two_languages() -> None:
    said = {Question.CLIENTS: Answer(text="les commerciaux", language="fr"), Question.DONE: Answer(text="we pay you back", language="en")}
    made = drafted(context(), FINANCE, said)
    assert made.clients == (Localized(fr="Les commerciaux"),)
    assert made.purpose == Localized(en="We pay you back.")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Tous les salariés", ["Tous les salariés"]),
        ("les commerciaux, les managers et les chefs de site", ["Les commerciaux", "Les managers", "Les chefs de site"]),
        ("les commerciaux et les managers", ["Les commerciaux", "Les managers"]),
        ("les commerciaux et techniciens", ["Les commerciaux et techniciens"]),
        ("commerciaux et techniciens", ["Commerciaux", "Techniciens"]),
        ("Nous travaillons d'abord pour les achats ; les usines", ["Les achats", "Les usines"]),
        ("On bosse pour : les usines, les magasins, etc.", ["Les usines", "Les magasins"]),
        ("Pour les usines", ["Les usines"]),
        ("- les usines\n- les magasins et entrepôts\n\n3. le siège", ["Les usines", "Les magasins et entrepôts", "Le siège"]),
        ("les sites (Lyon, Nantes et Lille), le siège", ["Les sites (Lyon, Nantes et Lille)", "Le siège"]),
        ("les usines, Les Usines", ["Les Usines"]),
        ("Santé, sécurité et environnement, les usines", ["Santé, sécurité et environnement", "Les usines"]),
        ("\ue0000\ue001, les usines", ["0", "Les usines"]),
    ],
)
def test_clients_are_told_apart_as_people_enumerate_them(answer: str, expected: list[str]) -> None:
    assert clients(answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("for the sales teams and the plants", ["The sales teams", "The plants"]), ("Health and Safety and Finance", ["Health and Safety", "Finance"])],
)
def test_clients_are_told_apart_in_english_too(answer: str, expected: list[str]) -> None:
    assert clients(answer, "en") == expected


def test_an_answer_that_names_nobody_changes_nobody() -> None:
    made = draft(IT, clients=", ;", partners="…")
    assert (made.clients, made.partners) == (IT.clients, IT.partners)


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("Sans nous, rien ne part.", "Sans nous, rien ne part."),
        ("Rien ne partirait", "rien ne partirait."),
        ("Lyon s'arrête !", "Lyon s'arrête !"),
    ],
)
def test_what_they_would_miss_says_so(missed: str, expected: str) -> None:
    purpose = draft(missed=missed).purpose
    assert purpose is not None
    assert purpose.to("fr").endswith(expected)
    assert "Sans nous" in purpose.to("fr") or "Without us" in purpose.to("fr")


def test_one_half_of_the_purpose_is_added_to_the_one_there_is_and_only_once() -> None:
    once = draft(IT, done="nous dépannons")
    assert once.purpose is not None
    assert once.purpose.fr == "Donner à chacun des outils fiables. Nous dépannons."
    assert draft(once, done="Nous dépannons").purpose == once.purpose


def test_both_halves_make_the_purpose_anew_with_the_clients_known_before() -> None:
    purpose = draft(IT, language="en", done="we mend", missed="without us, screens stay black").purpose
    assert purpose is not None
    assert purpose.en == "We work for all employees. We mend. Without us, screens stay black."


def test_partners_that_are_functions_are_known_by_any_of_their_names() -> None:
    made = draft(IT, partners="avec la compta, Santé, sécurité et environnement, les HSE, l'IT et nos opérateurs")
    assert made.partners == ("finance", "hse", Localized(fr="L'IT"), Localized(fr="Nos opérateurs", en="our carriers"))


@pytest.mark.parametrize(("name", "slug"), [("DAF", "finance"), ("la Direction financière", "finance"), ("it", None), ("the accounting", "finance")])
def test_a_function_is_found_by_what_people_call_it(name: str, slug: str | None) -> None:
    assert function_named(name, CATALOGUE, but="it") == slug


@pytest.mark.parametrize(
    ("answer", "contacts"),
    [
        ("Écrivez à malik.benali@vaubert.example", (MALIK,)),
        ("Karim Alaoui <karim.alaoui@solane.example>; support-it@solane.example.", None),
        ("moi : alice.martin@solane.example", (ME,)),
        ("claire.vasseur@vaubert.example, CLAIRE.VASSEUR@vaubert.example", (CLAIRE,)),
        ("au guichet, de 9 h à 17 h", (MALIK, CLAIRE, ME)),
    ],
)
def test_contacts_are_the_addresses_that_were_told_else_the_person_beside_those_known(answer: str, contacts: tuple[Contact, ...] | None) -> None:
    others = (
        Contact(name="Karim Alaoui", email="karim.alaoui@solane.example"),
        Contact(name="Support It", email="support-it@solane.example"),
    )
    assert draft(IT, contacts=answer).contacts == (contacts or others)


def test_somebody_without_an_address_or_known_already_changes_no_contact() -> None:
    said = {Question.CONTACTS: Answer(text="au guichet", language="fr")}
    assert drafted(context(DANA), IT, said).contacts == IT.contacts
    malik = replace(ALICE, name="Malik Benali", email=MALIK.email)
    assert drafted(context(malik), IT, said).contacts == IT.contacts


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Contactez Élodie Da Silva : e.dasilva@solane.example", "Élodie Da Silva"),
        ("Ask Bob : bob@solane.example", "Ask Bob"),
        ("(mailto:it@solane.example)", "It"),
        ("Malik Benali-Roy, malik.benali@vaubert.example", "Malik Benali-Roy"),
        ("-@solane.example", "-@solane.example"),
    ],
)
def test_a_contact_is_named_as_written_else_by_the_address(line: str, name: str) -> None:
    contact = contact_of(line, IT.contacts)
    assert contact is not None
    assert contact.name == name
    assert contact.mandate == (contact.email == MALIK.email)


def test_a_line_without_an_address_is_no_contact() -> None:
    assert contact_of("Malik Benali", IT.contacts) is None
