"""Moves: what keeps a campaign from being moved on, whoever wants it and wherever they ask."""

from collections.abc import Collection, Iterator, Mapping, Set
from datetime import date
from typing import Final

from dialogs.audience import beyond
from dialogs.campaign import ALIVE, OVER, CampaignStatus, Kept
from dialogs.campaign_actions import Move
from dialogs.campaign_rules import obstacles
from dialogs.campaign_words import slice_in_words, status_in_words
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Catalogue
from dialogs.catalog_rules import sentences
from dialogs.rights import Act
from dialogs.texts import Texts

NEEDS: Final[Mapping[Move, Act]] = {
    "test": Act.WRITE_CAMPAIGNS,
    "submit": Act.WRITE_CAMPAIGNS,
    "approve": Act.APPROVE_CAMPAIGNS,
    "return": Act.APPROVE_CAMPAIGNS,
    "schedule": Act.RUN_CAMPAIGNS,
    "pause": Act.RUN_CAMPAIGNS,
    "resume": Act.RUN_CAMPAIGNS,
    "cancel": Act.RUN_CAMPAIGNS,
    "correct": Act.RUN_CAMPAIGNS,
    "recall": Act.RUN_CAMPAIGNS,
}
FROM: Final[Mapping[Move, Collection[CampaignStatus]]] = {
    "test": tuple(CampaignStatus),
    "submit": (CampaignStatus.DRAFT, *ALIVE),
    "approve": (CampaignStatus.DRAFT, *ALIVE),
    "return": (CampaignStatus.DRAFT, *ALIVE),
    "schedule": (CampaignStatus.DRAFT,),
    "pause": (CampaignStatus.RUNNING,),
    "resume": (CampaignStatus.PAUSED,),
    "cancel": (CampaignStatus.DRAFT, *ALIVE),
    "correct": (CampaignStatus.RUNNING, CampaignStatus.PAUSED),
    "recall": (CampaignStatus.RUNNING, CampaignStatus.PAUSED, *OVER),
}
_SEEN: Final = ("submit", "approve", "return", "schedule", "correct")  # what was changed since isn't sent off unseen


def is_unapproved(kept: Kept, approval: Set[str]) -> bool:
    """Tell whether a second person has to approve a campaign as it is now, and hasn't yet."""
    return kept.campaign.function in approval and kept.approved != kept.version


def hindrances(
    t: Texts,
    kept: Kept,
    move: Move,
    *,
    version: int | None,
    me: str,
    approval: Set[str],
    granted: Set[AudienceGrant],
    catalogue: Catalogue,
    today: date,
) -> tuple[str, ...]:
    """Return what keeps a campaign from being moved so, in sentences that say how to go on; none where nothing does.

    `version` is the one that was looked at, `me` what is kept of who moves it, `granted` the audiences that they may reach in its function's name.
    Whether they have the right (`NEEDS`) is the caller's question.
    """
    if kept.status not in FROM[move]:
        return (t("This campaign is {status}, so that can't be done with it.", status=status_in_words(t, kept.status)),)
    if move in _SEEN and version != kept.version:
        return (t("It was changed since. Look at it as it is now, then go on from there."),)
    match move:
        case "submit":
            if not is_unapproved(kept, approval):
                return (t("Nobody else has to approve it: an owner can schedule it as it is."),)
            return tuple(_of_content(t, kept, granted, catalogue, today))
        case "approve":
            return (*_of_approval(t, kept, me), *_of_content(t, kept, granted, catalogue, today))
        case "return":
            return () if kept.asked_by else (t("Nobody has asked for an approval of it as it is now."),)
        case "schedule":
            waits = (t("A second person has to approve it first. Ask for it."),) if is_unapproved(kept, approval) else ()
            return (*waits, *_of_content(t, kept, granted, catalogue, today))
        case "correct" if is_unapproved(kept, approval):
            return (t("A second person has to approve what was changed first. Ask for it."),)
        case _:
            return ()


def _of_approval(t: Texts, kept: Kept, me: str) -> Iterator[str]:
    if kept.asked_by is None:
        yield t("Nobody has asked for an approval of it as it is now.")
    elif me in (kept.edited_by, kept.asked_by):
        yield t("You wrote it last, or asked for the approval, so somebody else approves it.")


def _of_content(t: Texts, kept: Kept, granted: Set[AudienceGrant], catalogue: Catalogue, today: date) -> Iterator[str]:
    for fault in obstacles(kept.campaign, t, catalogue, today):
        yield sentences(fault.what, fault.fix)
    include = kept.campaign.audience.include
    numbers = {next(key for key in place if isinstance(key, int)) for place in beyond(kept.campaign.audience, granted)}
    if numbers:
        yield t(
            "You may not reach these people in its name: {people}. Narrow its audience, or ask an admin of pourqui for them.",
            people=t(", or ").join(slice_in_words(t, include[number], catalogue.company) for number in sorted(numbers)),
        )
