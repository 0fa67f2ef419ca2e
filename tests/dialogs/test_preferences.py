"""Where the bot writes of its own accord is the person's choice: one platform, or wherever they last wrote."""

from dataclasses import replace

import pytest

from dialogs.actions import Preferences
from dialogs.catalog import LANGUAGES, Language
from dialogs.events import Platform
from dialogs.facts import ReachChosen
from dialogs.messages import Place
from dialogs.request_actions import SetReach
from dialogs.router import decide
from tests.company import ALICE
from tests.conversation import CHANNEL, taps
from tests.dialogs.told import buttons, context, fact, message, words

LABELS = {"slack": "Slack", "teams": "Teams", None: "Where I last wrote"}


@pytest.mark.parametrize(
    ("platform", "told"),
    [
        ("slack", "When I have something for you, I write in Slack, if you have spoken to me there."),
        ("teams", "When I have something for you, I write in Teams, if you have spoken to me there."),
        (None, "When I have something for you, I write where you last spoke to me."),
    ],
)
def test_the_platform_chosen_is_kept_and_shown(platform: Platform | None, told: str) -> None:
    other = replace(ALICE, reach="teams" if platform == "slack" else "slack")
    turn = decide(None, taps(SetReach(platform=platform)), context(other, language="en"))
    assert fact(turn) == ReachChosen(platform=platform)
    assert words(turn).endswith(told)
    assert message(turn).place is Place.UPDATE
    shown = buttons(turn)
    assert [label for label in LABELS.values() if shown[label].primary] == [LABELS[platform]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_which_one_holds(language: Language) -> None:
    turn = decide(None, taps(Preferences()), context(replace(ALICE, reach="teams"), language=language))
    chosen = {button.action.platform: button.primary for button in buttons(turn).values() if isinstance(button.action, SetReach)}
    assert chosen == {"slack": False, "teams": True, None: False}


def test_nobody_else_reads_it() -> None:
    assert message(decide(None, taps(SetReach(platform="slack"), where=CHANNEL), context())).place is Place.PRIVATE
