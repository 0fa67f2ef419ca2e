"""The few words that are an order, alone or with a function's name."""

import pytest

from dialogs.actions import Action, Help, Home, Interview, ListContent, ListFunctions, Preferences, ShowGaps, WriteSheet
from dialogs.commands import command_of
from tests.company import CATALOGUE


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("Accueil", Home()),
        (" HELP ", Help()),
        ("toutes  les fonctions", ListFunctions()),
        ("préférences", Preferences()),
        ("lacunes", ShowGaps()),
        ("gaps it", ShowGaps(slug="it")),
        ("lacunes DSI", ShowGaps(slug="it")),
        ("contenu Finance", ListContent(slug="finance")),
        ("content", ListContent()),
        ("écrire finance", WriteSheet(slug="finance")),
        ("write", ListContent()),
        ("interview", Interview()),
        ("#pourquitubosses direction financière", Interview(slug="finance")),
        ("gaps nowhere", None),
        ("helping hands", None),
        ("", None),
    ],
)
def test_words_are_an_order_or_a_question(words: str, action: Action | None) -> None:
    assert command_of(words, CATALOGUE) == action
