"""The sample company's campaigns, moved to these days: the first one begins tomorrow, so that it can be lived through."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from bot.campaign_files import read_campaign
from bot.clock import now
from dialogs.campaign import Campaign, Period
from dialogs.campaign_rules import Places
from dialogs.catalog import Catalogue
from dialogs.facts import CampaignEdited, CampaignSteered
from storage import Session, campaigns

_FIRST: Final = "security_reflexes"  # lived through in the demo; the others follow, and are to be prepared
_BY: Final = "demo"


def sample_campaigns(folder: Path, catalogue: Catalogue, today: date) -> tuple[Campaign, ...]:
    """Return the campaigns of a pack's folder, if any: first the one to be lived through, which begins on the day after `today`."""
    read = [read_campaign(file, catalogue, Places(), language="en", today=today).campaign for file in sorted((folder / "campaigns").glob("*.yaml"))]
    found = [campaign for campaign in read if campaign is not None and campaign.period is not None]
    return tuple(sorted((_moved(campaign, today) for campaign in found), key=lambda each: (each.name != _FIRST, each.name)))


def bring(session: Session, several: tuple[Campaign, ...], timezone: str) -> None:
    """Keep them, unless they're there already, and schedule the first; the others are drafts."""
    at = now()
    for campaign in several:
        kept = None if campaigns.load(session, campaign.name) else campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), _BY, at)
        if kept is not None and campaign.name == _FIRST:
            campaigns.steer(session, CampaignSteered(name=campaign.name, move="schedule", version=kept.version), _BY, at, timezone=timezone)


def _moved(campaign: Campaign, today: date) -> Campaign:
    """Return a campaign as if its period began tomorrow, or, where it isn't the first, in five weeks."""
    period = campaign.period or Period(starts=today, ends=today)
    by = today - period.starts + (timedelta(days=1) if campaign.name == _FIRST else timedelta(weeks=5))
    steps = tuple(replace(step, at=step.at + by if step.at else None) for step in campaign.steps)
    return replace(campaign, period=Period(starts=period.starts + by, ends=period.ends + by), steps=steps)
