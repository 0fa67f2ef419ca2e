"""What the gestures of those who write campaigns share: the campaign they're about, whether they may, what is wrong in it."""

from collections.abc import Iterator

from dialogs.audience import beyond
from dialogs.campaign import ALIVE, OVER, Campaign, CampaignStatus, Kept
from dialogs.campaign_actions import ShowCampaign, WriteCampaign
from dialogs.campaign_list import gone
from dialogs.campaign_rules import Places, faults, fixed, obstacles
from dialogs.campaign_words import status_in_words
from dialogs.campaigning import Campaigning, Known
from dialogs.catalog import Function
from dialogs.catalog_rules import Fault
from dialogs.events import Event
from dialogs.expert_gesture import told
from dialogs.messages import Button, Buttons, Text, Title
from dialogs.periods import day_of
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.sheet import badge
from dialogs.turn import Context, Turn
from dialogs.written import as_written


def gathered(context: Context) -> Campaigning:
    """Return what was gathered of campaigns."""
    return context.campaigning or Campaigning()


def campaign_for(event: Event, context: Context, name: str) -> tuple[Function, Known] | Turn:
    """Return the campaign that an author's gesture is about, with its function; else what to reply: it's gone, or they don't write for it."""
    known = gathered(context).find(name)
    if known is None:
        slugs = tuple(function.slug for function in context.catalogue.functions)
        if not functions_for(context.grants, Act.WRITE_CAMPAIGNS, slugs):
            return refused(event, context, Act.WRITE_CAMPAIGNS, None, name)
        return gone(event, context)
    slug = known.kept.campaign.function
    if not may(context.grants, Act.WRITE_CAMPAIGNS, slug):
        return refused(event, context, Act.WRITE_CAMPAIGNS, slug, name)
    function = context.catalogue.function(slug)
    return (function, known) if function else gone(event, context)


def editable(event: Event, context: Context, name: str) -> tuple[Function, Known] | Turn:
    """Return the campaign that is to be changed, with its function; else what to reply, as above, or that it's over."""
    found = campaign_for(event, context, name)
    if isinstance(found, Turn):
        return found
    function, known = found
    kept = known.kept
    if kept.status not in OVER:
        return found
    t = context.t
    over = t(
        "This campaign is {status}: what it said stays as it was. What you'd like to change can begin a new one.",
        status=status_in_words(t, kept.status),
    )
    return told(
        event,
        context,
        Title(text=kept.campaign.titles.to(context.language), badge=badge(function, context.language)),
        Text(text=over),
        Buttons(
            buttons=(
                Button(label=t("New campaign"), action=WriteCampaign(slug=function.slug), primary=True),
                Button(label=t("Show the campaign"), action=ShowCampaign(name=name)),
            )
        ),
    )


def faults_of(context: Context, campaign: Campaign, kept: Kept | None = None) -> Iterator[Fault]:
    """Yield what is wrong in a campaign, by the same rules as a file's, and what can't change any more of the one that is `kept`."""
    known = gathered(context)
    places = Places(departments=frozenset(known.departments), sites=frozenset(known.sites))
    yield from faults(as_written(campaign), context.t, context.catalogue, places)
    if kept is not None and has_started(kept):
        yield from fixed(kept.campaign, campaign, context.t)


def hindrances_of(event: Event, context: Context, campaign: Campaign, kept: Kept | None) -> tuple[Fault, ...]:
    """Return what keeps a campaign from being scheduled, or (one that runs) from running on, as far as this person may reach its people."""
    t, granted = context.t, gathered(context).granted.get(campaign.function, frozenset())
    today = day_of(event.at, context.hours.timezone)
    what, fix = t("you may not reach all these people in its name"), t("narrow the audience, or ask an admin of pourqui for them")
    return (
        *obstacles(campaign, t, context.catalogue, today, started=kept is not None and has_started(kept)),
        *(Fault(place=place, what=what, fix=fix) for place in beyond(campaign.audience, granted)[:1]),
    )


def new_faults(event: Event, context: Context, campaign: Campaign, kept: Kept | None) -> Iterator[tuple[Fault, bool]]:
    """Yield what is wrong in a campaign as it was written, and whether it wasn't so before.

    Of one that's scheduled, or runs, what would have kept it from being scheduled is wrong too: nobody would see it any more.
    """
    before = set(faults_of(context, kept.campaign)) if kept else set()
    yield from ((fault, fault not in before) for fault in faults_of(context, campaign, kept))
    if kept is not None and kept.status in ALIVE:
        hindered = set(hindrances_of(event, context, kept.campaign, kept))
        # where nobody has to approve it, what they write goes out: so it's for those alone whom they may reach, whoever wrote the audience
        goes_out = campaign != kept.campaign and campaign.function not in gathered(context).approval
        further = beyond(campaign.audience, gathered(context).granted.get(campaign.function, frozenset())) if goes_out else ()
        yield from ((fault, True) for fault in hindrances_of(event, context, campaign, kept) if fault not in hindered or fault.place in further)


def has_started(kept: Kept) -> bool:
    """Tell whether a campaign's messages go out already."""
    return kept.status in (CampaignStatus.RUNNING, CampaignStatus.PAUSED)
