"""The form of a campaign, in a test's words: opened, filled in, kept."""

from dataclasses import replace

from dialogs.campaign import (
    Campaign,
    Kept,
)
from dialogs.campaign_actions import WriteCampaign
from dialogs.campaigning import Reach
from dialogs.catalog import Localized
from dialogs.facts import CampaignEdited
from dialogs.messages import Form, Text
from dialogs.rights import Grant
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.conversation import asks_form, submits
from tests.dialogs.authors import AUTHOR, as_, opened, shown
from tests.dialogs.campaigns import campaigning, kept
from tests.dialogs.told import fact

NEW = {
    "title_fr": "Un mot de passe solide",
    "title_en": "A strong password",
    "task_fr": "Que chacun ait une phrase de passe.",
    "task_en": "That everybody has a passphrase.",
    "stage": "action",
    "benchmark": "declared",
    "share": "20 %",
    "source_fr": "Enquête de mars 2026",
    "source_en": "Survey of March 2026",
    "target": "40",
    "whom": "some",
    "for_segments": "sales teams, field",
    "not_segments": "Managers",
    "starts": "01/12/2026",
    "ends": "2026-12-18",
    "control": "20%",
    "drawn": "person",
    "priority": "normal",
}


WRITE = WriteCampaign(slug="it")


READY_SOURCE = Localized(fr="Enquête de mars 2026", en="Survey of March 2026")


def at(*every: Kept, grants: frozenset[Grant] = AUTHOR, reach: Reach | None = None) -> Context:
    return replace(as_(grants), campaigning=campaigning(*every, reach=reach))


def correct(campaign: Campaign, changes: dict[str, str], *, context: Context | None = None) -> Turn:
    """Open the form of a campaign, change something in it and keep it."""
    here = context or at(kept(campaign))
    form = opened(asks_form(WriteCampaign(slug="it", name=campaign.name)), here)
    values = {name: value for name, value in (shown(form) | changes).items() if value}
    return decide(None, submits(form.action, values), here)


def written(changes: dict[str, str], *, context: Context | None = None) -> Turn:
    """Write a new campaign."""
    here = context or at()
    form = opened(asks_form(WRITE), here)
    return decide(None, submits(form.action, {name: value for name, value in (shown(form) | changes).items() if value}), here)


def edited(turn: Turn) -> Campaign:
    found = fact(turn)
    assert isinstance(found, CampaignEdited)
    return found.campaign


def texts(form: Form) -> str:
    return "\n".join(block.text for block in form.blocks if isinstance(block, Text))


def opened_at(campaign: Campaign) -> Form:
    return opened(asks_form(WriteCampaign(slug="it", name=campaign.name)), at(kept(campaign)))


def reopened(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form)
    assert turn.facts == ()
    return reply
