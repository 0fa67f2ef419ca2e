"""Cards of campaigns, in a test's words: what stands on one, for whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from dialogs.campaign import (
    Histogram,
    Kept,
)
from dialogs.campaign_actions import ListCampaigns, ShowCampaign
from dialogs.campaigning import Campaigning, Known, Reach, Tally
from dialogs.catalog import Catalogue
from dialogs.events import Event
from dialogs.ladder import Stage
from dialogs.messages import Items
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from dialogs.verdict import Arm, Lift, Verdict
from tests.company import CATALOGUE, NOON
from tests.conversation import taps
from tests.dialogs.authors import OWNER, as_
from tests.dialogs.campaigns import campaigning
from tests.dialogs.told import message

EXPERT = frozenset({Grant(role=Role.EXPERT, function="it")})
AUDITOR = frozenset({Grant(role=Role.AUDITOR)})
SHOW = ShowCampaign(name="passwords")
LIST = ListCampaigns(slug="it")
REACH = Reach(
    people=400,
    held_out=80,
    unreachable=12,
    paused=1,
    there=3,
    teams=40,
    stages=Histogram(unaware=200, awareness=200),
    left_out={"excluded": 5, "outside": 40, "guest": 2},
)
TALLY = Tally(
    targeted=10,
    by={("sent", ""): 6, ("planned", ""): 2, ("skipped", "already_there"): 1, ("failed", "refused"): 1},
    to_come=7,
    members=8,
    held_out=2,
    responses={("learn", "more"): 2, ("change", "done"): 1},
    sent_by_step={"learn": 6},
    recalled=1,
    corrected=2,
    ends_about=NOON + timedelta(days=3),
)
VERDICT = Verdict(
    stage=Stage.ACTION,
    benchmark=0.2,
    target=0.4,
    treated=Arm(people=320, there=160, before=64),
    control=Arm(people=80, there=16, before=16),
    by="person",
    lift=Lift(difference=0.3, low=0.19, high=0.4),
    conclusion="reached",
    at=NOON,
    controlled=True,
)


def at(gathered: Campaigning | None, grants: frozenset[Grant] = OWNER, catalogue: Catalogue = CATALOGUE) -> Context:
    return replace(as_(grants, catalogue=catalogue), campaigning=gathered)


def shown(event: Event, gathered: Campaigning | None, grants: frozenset[Grant] = OWNER) -> Turn:
    return decide(None, event, at(gathered, grants))


def card(
    known: Kept | Known,
    grants: frozenset[Grant] = OWNER,
    *,
    approval: frozenset[str] = frozenset(),
    histogram: Mapping[str, Histogram] | None = None,
) -> Turn:
    one = known if isinstance(known, Known) else Known(kept=known)
    gathered = replace(campaigning(), known=(one,), approval=approval, histogram=histogram or {})
    return decide(None, taps(ShowCampaign(name=one.kept.campaign.name)), at(gathered, grants))


def details(turn: Turn) -> list[str | None]:
    return [item.detail for block in message(turn).blocks if isinstance(block, Items) for item in block.items]


# --- the list ------------------------------------------------------------------------------------------------------------------------------------
