"""The buttons of a campaign's card: what its reader may do with it, from where it stands."""

from collections.abc import Iterator

from dialogs.campaign import ALIVE, OVER, CampaignStatus
from dialogs.campaign_actions import ListCampaigns, Move, SteerCampaign, WriteCampaign, WriteStep
from dialogs.campaign_moves import FROM, is_unapproved
from dialogs.campaigning import Campaigning, Known
from dialogs.messages import Block, Button, Buttons
from dialogs.rights import Act, may
from dialogs.turn import Context

ASK = ""  # in place of the version: the button asks before it does anything


def ways(context: Context, known: Known, *, complete: bool) -> Iterator[Block]:
    """Yield the buttons; what can't be undone, or reaches people at once, asks first. `complete` tells that nothing is missing to schedule it."""
    first = tuple(_first(context, known, complete=complete))
    if first:
        yield Buttons(buttons=first)
    quiet = tuple(_quiet(context, known))
    others = Button(label=context.t("All campaigns"), action=ListCampaigns(slug=known.kept.campaign.function))
    yield Buttons(buttons=(*quiet, others), quiet=True)


def _first(context: Context, known: Known, *, complete: bool) -> Iterator[Button]:
    t, kept, gathered = context.t, known.kept, context.campaigning or Campaigning()
    slug, name = kept.campaign.function, kept.campaign.name
    if kept.status in OVER:
        return
    writes, runs = may(context.grants, Act.WRITE_CAMPAIGNS, slug), may(context.grants, Act.RUN_CAMPAIGNS, slug)
    approves = may(context.grants, Act.APPROVE_CAMPAIGNS, slug) and gathered.me not in (kept.edited_by, kept.asked_by)
    waits = is_unapproved(kept, gathered.approval)
    if waits and kept.asked_by is not None and approves:
        yield _button(known, "approve", t("Approve"), primary=True)
        yield _button(known, "return", t("Give back"))
    elif writes:
        yield Button(label=t("Correct"), action=WriteCampaign(slug=slug, name=name))
        yield Button(label=t("Add a step"), action=WriteStep(name=name))
    if waits and kept.asked_by is None and writes and complete:
        yield _button(known, "submit", t("Ask for approval"), primary=True)
    if not waits and runs and complete and kept.status is CampaignStatus.DRAFT:
        yield _button(known, "schedule", t("Schedule"), primary=True)
    if runs and kept.status is CampaignStatus.RUNNING:
        yield _button(known, "pause", t("Pause"))
    if runs and kept.status is CampaignStatus.PAUSED:
        yield _button(known, "resume", t("Resume"), primary=True)


def _quiet(context: Context, known: Known) -> Iterator[Button]:
    t, kept = context.t, known.kept
    if not may(context.grants, Act.RUN_CAMPAIGNS, kept.campaign.function):
        return
    if known.tally is not None and any(known.tally.sent_by_step.values()):
        if kept.status in FROM["correct"]:
            yield _button(known, "correct", t("Correct what was sent"), version=ASK)
        yield _button(known, "recall", t("Take messages back"), version=ASK)
    if kept.status in (CampaignStatus.DRAFT, *ALIVE):
        yield _button(known, "cancel", t("Cancel it"), version=ASK)


def _button(known: Known, move: Move, label: str, *, primary: bool = False, version: str | None = None) -> Button:
    kept = known.kept
    shown = str(kept.version) if version is None else version
    return Button(label=label, action=SteerCampaign(name=kept.campaign.name, move=move, version=shown), primary=primary)
