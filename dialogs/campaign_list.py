"""The campaigns of a function, for those who write them."""

from collections.abc import Iterator, Sequence
from typing import Final

from dialogs import campaign_card
from dialogs.campaign import OVER, CampaignStatus
from dialogs.campaign_actions import ListCampaigns, ShowCampaign, WriteCampaign
from dialogs.campaign_words import period_in_words, stage_in_words, status_in_words
from dialogs.campaigning import Campaigning, Known
from dialogs.catalog import Function
from dialogs.delivery import Status
from dialogs.events import Event
from dialogs.expert_gesture import told
from dialogs.messages import Block, Button, Buttons, Item, Items, Note, Text, Title
from dialogs.periods import day_of
from dialogs.profile import gone as function_gone
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.scores import SCORE_FLOOR
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

SHOWN: Final = 10  # campaigns on one card
FUNCTIONS: Final = 20  # to choose among


def list_campaigns(event: Event, context: Context, action: ListCampaigns) -> Turn:
    """List them; without a function, choose one, unless there's only one."""
    readable = functions_for(context.grants, Act.READ_CAMPAIGNS, tuple(function.slug for function in context.catalogue.functions))
    slug = action.slug or (readable[0] if len(readable) == 1 else None)
    if slug is None:
        return told(event, context, *_choice(context, readable)) if readable else refused(event, context, Act.READ_CAMPAIGNS, None)
    function = context.catalogue.function(slug)
    if function is None:
        return function_gone(event, context)
    if not may(context.grants, Act.READ_CAMPAIGNS, slug):
        return refused(event, context, Act.READ_CAMPAIGNS, slug, slug)
    return told(event, context, *_list(context, function))


def show(event: Event, context: Context, action: ShowCampaign) -> Turn:
    """Show one campaign, with what can be done with it."""
    known = (context.campaigning or Campaigning()).find(action.name)
    function = context.catalogue.function(known.kept.campaign.function) if known else None
    if known is None or function is None:
        return gone(event, context)
    if not may(context.grants, Act.READ_CAMPAIGNS, function.slug):
        return refused(event, context, Act.READ_CAMPAIGNS, function.slug, action.name)
    return told(event, context, *campaign_card.card(context, known, function, day_of(event.at, context.hours.timezone)))


def gone(event: Event, context: Context) -> Turn:
    """Say that there's no such campaign, any more or yet."""
    t = context.t
    text = Text(text=t("I don't find this campaign. It may have been removed, or its function left the catalogue. Here are those that you may see:"))
    return told(event, context, text, Buttons(buttons=(Button(label=t("All campaigns"), action=ListCampaigns()),)))


def in_order(known: Sequence[Known]) -> Sequence[Known]:
    """Return campaigns in the order in which they matter: what runs, what's to come, what is over; each as it was."""
    return sorted(known, key=lambda each: (each.kept.status in OVER, each.kept.status is CampaignStatus.DRAFT))


def _choice(context: Context, readable: Sequence[str]) -> Iterator[Block]:
    t, known = context.t, (context.campaigning or Campaigning()).known
    yield Title(text=t("Campaigns"))
    items = []
    for function in (each for each in context.catalogue.functions if each.slug in readable[:FUNCTIONS]):
        number = sum(each.kept.campaign.function == function.slug for each in known)
        detail = t.many("{number} campaign", "{number} campaigns", number) if number else t("none yet")
        items.append(Item(title=badge(function, t.language), detail=detail, open=t("Open"), action=ListCampaigns(slug=function.slug)))
    yield Items(items=tuple(items))
    if len(readable) > FUNCTIONS:
        yield Note(text=t("For any other function, write “campaigns” and its name."))


def _list(context: Context, function: Function) -> Iterator[Block]:
    t = context.t
    theirs = in_order([each for each in (context.campaigning or Campaigning()).known if each.kept.campaign.function == function.slug])
    yield Title(text=t("Campaigns"), badge=badge(function, t.language))
    if theirs:
        yield Items(items=tuple(_line(t, each) for each in theirs[:SHOWN]))
    else:
        yield Text(text=t("No campaign yet. A campaign says first what shall have moved, for whom and by when; the messages come after."))
    if (more := len(theirs) - SHOWN) > 0:
        yield Note(text=t.many("and {number} more: pourqui campaign list", "and {number} more: pourqui campaign list", more))
    if may(context.grants, Act.WRITE_CAMPAIGNS, function.slug):
        yield Buttons(buttons=(Button(label=t("New campaign"), action=WriteCampaign(slug=function.slug), primary=True),))


def _line(t: Texts, known: Known) -> Item:
    campaign = known.kept.campaign
    wanted = campaign.objective.stage
    details = [status_in_words(t, known.kept.status), period_in_words(t, campaign.period)]
    details += [t("towards “{stage}”", stage=stage_in_words(t, wanted))] if wanted else []
    if known.tally is not None and known.tally.targeted and known.tally.members + known.tally.held_out >= SCORE_FLOOR:
        details.append(t("{sent} of {targeted} sent", sent=known.tally.count(Status.SENT), targeted=known.tally.targeted))
    return Item(title=campaign.titles.to(t.language), detail=" · ".join(details), open=t("Open"), action=ShowCampaign(name=campaign.name))
