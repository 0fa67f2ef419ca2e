"""The few words that are an order, alone or with a function's name."""

from dataclasses import replace

import pytest

from dialogs.actions import Action, Help, Home, Interview, ListContent, ListFunctions, Preferences, ShowGaps, WriteSheet
from dialogs.catalog import Localized
from dialogs.commands import command_of
from dialogs.feedback_actions import ChoosePause, ListVoices, NoteImprovement, Say, ShowTraces
from dialogs.request_actions import AskHuman, BindChannel, ListRequests, UnbindChannel
from tests.company import CATALOGUE, FINANCE


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
        ("humain", AskHuman()),
        ("Human DSI", AskHuman(slug="it")),
        ("human resources", None),
        ("demandes", ListRequests()),
        ("requests finance", ListRequests(slug="finance")),
        ("demandes de congés", None),
        ("améliorer it", NoteImprovement(slug="it")),
        ("improve", ShowTraces()),
        ("pause it", ChoosePause(slug="it")),
        ("traces DSI", ShowTraces(slug="it")),
        ("dire", Say()),
        ("say finance", Say(slug="finance")),
        ("voices it", ListVoices(slug="it")),
        ("lier", BindChannel()),
        ("Lier DSI", BindChannel(slug="it")),
        ("bind information  technology", BindChannel(slug="it")),
        ("bind it it_laptop", BindChannel(slug="it", service="it_laptop")),
        ("lier Direction financière Notes de  frais", BindChannel(slug="finance", service="fin_expenses")),
        ("bind DAF expense claims", BindChannel(slug="finance", service="fin_expenses")),
        ("bind it Dépannage", BindChannel(slug="it", service="depannage")),
        ("bind italy", None),
        ("bind nowhere it", None),
        ("délier", UnbindChannel()),
        ("UNBIND", UnbindChannel()),
        ("gaps nowhere", None),
        ("helping hands", None),
        ("", None),
    ],
)
def test_words_are_an_order_or_a_question(words: str, action: Action | None) -> None:
    assert command_of(words, CATALOGUE) == action


def test_of_two_names_that_begin_alike_the_longer_one_is_meant() -> None:
    group = replace(FINANCE, slug="group", names=Localized(en="Finance Group"), also=())
    both = replace(CATALOGUE, functions=(FINANCE, group))
    assert command_of("bind finance group", both) == BindChannel(slug="group")
    assert command_of("bind finance group Expense claims", both) == BindChannel(slug="group", service="fin_expenses")
    assert command_of("bind finance grouping", both) == BindChannel(slug="finance", service="grouping")
