"""The posture linter: what it finds, and what it leaves alone."""

from dataclasses import replace

import pytest

from dialogs.campaign import Campaign, Objective, Question, Step, StepButton, Variant
from dialogs.catalog import Language, Localized
from dialogs.ladder import Stage
from dialogs.posture import remarks, remarks_on
from tests.dialogs.told import TEXTS

EN = TEXTS["en"]

AMISS: tuple[tuple[Language, str, str, str], ...] = (
    ("fr", "blame", "Vous n’avez pas mis à jour votre poste.", "Vous n’avez pas mis"),
    ("fr", "blame", "Une erreur humaine est à l’origine de la panne.", "erreur humaine"),
    ("fr", "blame", "Vous auriez dû nous prévenir.", "Vous auriez dû"),
    ("fr", "blame", "Vous oubliez votre badge.", "Vous oubliez"),
    ("fr", "blame", "Vous ne lisez jamais nos messages.", "Vous ne lisez jamais"),
    ("fr", "pity", "Nous sommes débordés en ce moment.", "Nous sommes débordés"),
    ("fr", "pity", "Merci de votre patience, nous revenons vers vous.", "Merci de votre patience"),
    ("fr", "pity", "Malheureusement, c’est complet.", "Malheureusement"),
    ("fr", "complaint", "Encore une fois, le dossier est incomplet.", "Encore une fois"),
    ("fr", "complaint", "Nous recevons trop de demandes.", "trop de demandes"),
    ("fr", "complaint", "Personne ne lit la procédure.", "Personne ne lit"),
    ("fr", "misunderstanding", "Les utilisateurs ne comprennent pas l’outil.", "Les utilisateurs ne comprennent pas"),
    ("fr", "misunderstanding", "Vous n’avez pas compris la règle.", "Vous n’avez pas compris"),
    ("fr", "jargon", "Le nouveau process est en ligne.", "process"),
    ("fr", "jargon", "Nous allons digitaliser vos notes de frais.", "digitaliser"),
    ("fr", "shouting", "IMPORTANT : changez votre mot de passe.", "IMPORTANT"),
    ("fr", "shouting", "Faites-le maintenant !!", "!!"),
    ("fr", "acronym", "Passez par la GMAO.", "GMAO"),
    ("en", "blame", "You forgot to lock your screen.", "You forgot"),
    ("en", "blame", "You didn’t fill in the form.", "You didn’t fill"),
    ("en", "blame", "It comes from human error.", "human error"),
    ("en", "pity", "We’re understaffed, please bear with us.", "We’re understaffed"),
    ("en", "pity", "Unfortunately, we can’t.", "Unfortunately"),
    ("en", "complaint", "Once again, the file is incomplete.", "Once again"),
    ("en", "complaint", "Nobody reads the guide.", "Nobody reads"),
    ("en", "misunderstanding", "Users don’t understand the portal.", "Users don’t understand"),
    ("en", "misunderstanding", "You don't get it.", "You don't get it"),
    ("en", "jargon", "Leverage the new portal.", "Leverage"),
    ("en", "jargon", "Our stakeholders asked for it.", "stakeholders"),
    ("en", "shouting", "URGENT: read this.", "URGENT"),
    ("en", "shouting", "READ THIS NOW please.", "READ THIS NOW"),
    ("en", "acronym", "Ask it in the CMMS.", "CMMS"),
)
WELL: tuple[tuple[Language, str], ...] = (
    ("fr", "Un mot de passe se change en trois minutes, depuis n’importe quel téléphone."),
    ("fr", "Voici pourquoi nous demandons une facture : sans elle, la TVA (taxe sur la valeur ajoutée) ne revient pas à l’entreprise."),
    ("fr", "Vous pouvez nous appeler au 3300, de 7 h à 19 h."),
    ("fr", "Vous n’avez rien à payer : c’est compris."),
    ("fr", "Votre budget du mois est prêt. Ouvrez le PDF, tout tient en une page."),
    ("en", "Your password can be changed in three minutes, from any phone."),
    ("en", "Here is why we ask for the invoice: it lets us pay your supplier on time."),
    ("en", "Ring 3300 from 7 am to 7 pm. A person answers, and gives you their name."),
    ("en", "You don’t need a form: a photo of the receipt is enough."),
)


@pytest.mark.parametrize(("language", "flaw", "text", "quote"), AMISS)
def test_what_is_amiss_is_found_with_its_reason(language: Language, flaw: str, text: str, quote: str) -> None:
    found = {(each.flaw, each.quote) for each in remarks(text, language, EN)}
    assert (flaw, quote) in found
    assert all(each.why and each.instead for each in remarks(text, language, EN))


@pytest.mark.parametrize(("language", "text"), WELL)
def test_what_is_well_said_is_left_alone(language: Language, text: str) -> None:
    assert remarks(text, language, EN) == ()


def test_jargon_comes_with_the_everyday_words() -> None:
    (remark,) = remarks("Notre reporting est prêt.", "fr", EN)
    assert remark.instead == "write “compte rendu”"


def test_an_acronym_is_left_alone_where_its_readers_know_it_or_it_is_explained() -> None:
    assert remarks("Appelez la DSI.", "fr", EN, known=frozenset({"DSI"})) == ()
    assert remarks("La gestion de maintenance (GMAO) vous guide.", "fr", EN) == ()
    assert remarks("La GMAO (gestion de maintenance) vous guide.", "fr", EN) == ()
    assert [each.flaw for each in remarks("Le SLA est tenu.", "fr", EN)] == ["jargon"]


def test_a_long_sentence_and_a_long_message_are_told_of() -> None:
    long = " ".join(["mot"] * 36)
    assert [(each.flaw, each.quote) for each in remarks(f"{long}. Court.", "fr", EN)] == [("too_long", long[:60])]
    message = "Une phrase de six mots ici. " * 25
    assert [(each.flaw, each.quote) for each in remarks(message, "fr", EN)] == [("too_long", "")]


def test_the_same_words_twice_are_told_of_where_they_stand_in_order() -> None:
    found = remarks("Unfortunately, URGENT things, unfortunately.", "en", EN)
    assert [each.quote for each in found] == ["Unfortunately", "URGENT", "unfortunately"]


def test_a_campaign_is_read_whole() -> None:
    step = Step(
        id="one",
        stage=Stage.COMPREHENSION,
        kind="quiz",
        title=Localized(fr="Le process", en="The steps"),
        content=Localized(fr="Bonjour.", en="Hello."),
        variants=(Variant(id="v", content=Localized(fr="Bonjour vous.", en="You forgot it."), segments=("sales",)),),
        question=Question(
            kind="quiz",
            ask=Localized(fr="Qui ?", en="Who?"),
            options=(Localized(fr="Le helpdesk", en="Support"), Localized(fr="Vous", en="You")),
            right=1,
            explain=Localized(fr="Voilà.", en="Once again, support."),
        ),
        buttons=(StepButton(does="done", label=Localized(fr="Fait !!", en="Done")), StepButton(does="later")),
    )
    bare = Step(id="two", stage=Stage.ACTION, kind="offer")
    opinion = Question(kind="opinion", ask=Localized(fr="Utile ?", en="Useful?"))
    asked = Step(id="three", stage=Stage.CONVICTION, kind="opinion", question=opinion)
    campaign = Campaign(
        name="n", function="it", titles=Localized(en="A title"), objective=Objective(task=Localized(fr="Tâche", en="Task")), steps=(step, bare, asked)
    )
    found = [(each.place, each.flaw) for each in remarks_on(campaign, EN)]
    assert found == [
        (("titles", "fr"), "one_language"),
        (("steps", 0, "title", "fr"), "jargon"),
        (("steps", 0, "variants", 0, "content", "en"), "blame"),
        (("steps", 0, "question", "options", 0, "fr"), "jargon"),
        (("steps", 0, "question", "explain", "en"), "complaint"),
        (("steps", 0, "buttons", 0, "label", "fr"), "shouting"),
        (("steps", 1), "no_next_step"),
    ]
    english_only = replace(campaign, titles=Localized(fr="Un titre"), steps=())
    assert [(each.place, each.flaw) for each in remarks_on(english_only, EN)] == [(("titles", "en"), "one_language")]
    assert remarks_on(Campaign(name="n", function="it", titles=Localized(fr="Un titre", en="A title")), EN) == ()
