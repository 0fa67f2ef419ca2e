"""Reached: a campaign's message as the one who got it stands to it, and what they did with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from dialogs.campaign import Campaign, CampaignStatus
from dialogs.ladder import Stage

Does: TypeAlias = Literal["answer", "done", "more", "later", "reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A step of a campaign, in the words that this person got (`variant`, None for the default), and what they did with it so far.

    `answers` are the answers that they gave, by step, `did` when they did what with this one (`Response.does`); `picture` is the key of its picture's
    attachment. `sent` tells whether the ledger sent them this step at all (a button may be forged, or be shown on to somebody else).
    """

    campaign: Campaign
    version: int
    status: CampaignStatus
    step: str
    variant: str | None
    sent: bool
    stage: Stage
    answers: Mapping[str, str]
    did: Mapping[str, datetime] = field(default_factory=dict)
    picture: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What somebody did with a step's message: one row for each person, step and `does`; doing it again changes the answer, never the count."""

    campaign: str
    step: str
    person: str
    does: Does
    answer: str | None
    at: datetime
