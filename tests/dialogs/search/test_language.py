"""The language of a message, and those that are neither French nor English."""

import pytest

from dialogs.search.language import language_of
from dialogs.search.match import Talk
from tests.dialogs.search.conftest import Ask


@pytest.mark.parametrize(
    "message",
    ["mon badge ne marche plus", "ou est ma fiche de paie svp", "j'ai perdu mon badge", "combien de devis", "salut ça va ?", "jeter des néons"],
)
def test_french(message: str) -> None:
    assert language_of(message) == "fr"


@pytest.mark.parametrize(
    "message", ["my badge stopped working", "where is my payslip pls", "reimburse my taxi", "new machine, 60k", "who wrote Hamlet?"]
)
def test_english(message: str) -> None:
    assert language_of(message) == "en"


@pytest.mark.parametrize("message", ["", "DSI", "badge perdu", "VPN ?"])
def test_fewer_than_three_words_tell_nothing(message: str) -> None:
    assert language_of(message) is None


@pytest.mark.parametrize("message", ["Oracle HCM export", "plan action mission", "asdkjh qsd lkjqsd"])
def test_a_narrow_lead_tells_nothing(message: str) -> None:
    assert language_of(message) is None


@pytest.mark.parametrize(
    "message",
    [
        "¿Cómo puedo pedir un ordenador nuevo?",
        "Wie kann ich einen neuen Laptop beantragen?",
        "Come posso richiedere un nuovo computer?",
        "Esqueci a minha senha do e-mail",
        "Ik ben mijn wachtwoord vergeten",
        "Zapomniałem hasła do poczty",
        "Bilgisayarım bozuldu, ne yapmalıyım?",
        "Привет",
        "كيف أطلب حاسوبا جديدا؟",
        "如何申请新电脑",
    ],
)
def test_another_language(message: str, ask: Ask) -> None:
    assert language_of(message) == "foreign"
    understood = ask(message)
    assert (understood.talk, understood.language) == (Talk.FOREIGN, None)


def test_a_few_common_words_are_never_foreign() -> None:
    assert language_of("yes i am") is None


def test_what_is_made_of_the_catalogues_words_is_never_foreign() -> None:
    message = "Necesito cambiar mi contraseña"
    assert language_of(message) == "foreign"
    assert language_of(message, frozenset({"necesito", "cambiar"})) is None
