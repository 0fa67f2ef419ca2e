"""Small talk is heard as such, and only when the message is nothing else."""

import pytest

from dialogs.search.match import Talk
from dialogs.search.talk import talk_of
from tests.dialogs.search.conftest import Ask


@pytest.mark.parametrize(
    "message",
    ["bonjour", "Bonjour !", "salut ça va ?", "Bnojour", "helloooo", "hi there", "Good morning everyone", "coucou toi", "bonsoir à tous 👋"],
)
def test_a_greeting(message: str) -> None:
    assert talk_of(message) is Talk.GREETING


@pytest.mark.parametrize(
    "message",
    [
        "merci",
        "merci beaucoup !",
        "ok merci",
        "Mercii pour votre aide",
        "thanks a lot",
        "thx",
        "super, merci bien",
        "Thank you so much!",
        "parfait",
        "merci, au revoir",
        "super, bonne journée !",
    ],
)
def test_thanks(message: str) -> None:
    assert talk_of(message) is Talk.THANKS


@pytest.mark.parametrize(
    "message", ["au revoir", "bye", "Au revoir et bonne journée !", "goodbye", "À bientôt", "bonne soirée à tous", "see you soon, bye"]
)
def test_a_goodbye(message: str) -> None:
    assert talk_of(message) is Talk.GOODBYE


@pytest.mark.parametrize(
    "message",
    [
        "aide",
        "help",
        "?",
        "???",
        "Aide-moi stp",
        "bonjour, j'ai besoin d'aide",
        "what can you do?",
        "à quoi tu sers ?",
        "que sais tu fairre",
        "a l'aide !",
    ],
)
def test_a_call_for_help(message: str) -> None:
    assert talk_of(message) is Talk.HELP


@pytest.mark.parametrize(
    "message",
    [
        "t'es nul",
        "connard",
        "Ce bot est complètement inutile",
        "you are useless",
        "shut up you stupid bot",
        "bonjour connard",
        "vous êtes nuls",
        "bande de cons",
        "Vous êtes des cons !",
        "tu me fais chier",
        "tu sers à rien",
        "ce bot ne sert à rien",
        "enfoiré",
        "nique ta mère",
        "casse-toi",
        "go to hell",
        "Screw you",
        "dickhead",
        "you bloody idiot",
        "you are pathetic",
    ],
)
def test_an_insult(message: str) -> None:
    assert talk_of(message) is Talk.INSULT


@pytest.mark.parametrize("message", ["", "   ", "...", "!", "\u200b", "—"])
def test_nothing(message: str) -> None:
    assert talk_of(message) is Talk.EMPTY


@pytest.mark.parametrize("message", ["👍", "😀 😀", "🇫🇷", "🏳️‍🌈", ":thumbsup:", ":wave::skin-tone-2:", ":)", "<3", "❤️ ?"])
def test_only_emoji(message: str) -> None:
    assert talk_of(message) is Talk.EMOJI


@pytest.mark.parametrize(
    "message",
    [
        "bonjour, mon badge ne marche plus",
        "merci, et pour les congés ?",
        "help with my laptop",
        "aide au logement",
        "mon imprimante est nulle",
        "my boss is an idiot",
        "ça ne fait rien",
        "c'est cassé",
        "c'est trop cher",
        "les ordures",
        "I get lost",
        "la casse de mon écran",
        "mon ancien badge ne sert à rien",
        "what the hell is my leave balance",
        "go to the medical check",
        "comment ça marche le télétravail ?",
        "hello I lost my card",
        "123",
        "bonjour " * 20,
    ],
)
def test_a_question_in_polite_clothes_stays_a_question(message: str) -> None:
    assert talk_of(message) is None


def test_a_word_of_the_catalogue_is_no_misspelt_greeting() -> None:
    assert talk_of("mercu") is Talk.THANKS
    assert talk_of("mercu", frozenset({"mercu"})) is None
    assert talk_of("aides", frozenset({"aides"})) is None


def test_talk_needs_no_vector_and_tells_its_language(ask: Ask) -> None:
    understood = ask("Merci beaucoup pour votre aide !")
    assert (understood.talk, understood.language, understood.function, understood.match) == (Talk.THANKS, "fr", None, None)
