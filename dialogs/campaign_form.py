"""The form of a campaign: its objective, whom it's for, its period."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dialogs import campaign_size, campaign_values
from dialogs.campaign import Campaign, CampaignStatus, Kept
from dialogs.campaign_actions import ListCampaigns, ShowCampaign, WriteCampaign, WriteStep
from dialogs.campaign_gesture import editable, gathered, hindrances_of, new_faults
from dialogs.campaigning import Known
from dialogs.catalog import LANGUAGES, Function, Language, Localized
from dialogs.catalog_rules import sentences
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import told
from dialogs.facts import CampaignEdited
from dialogs.form_values import base_of, clash_notes, merged, with_withheld
from dialogs.messages import Block, Bullets, Button, Buttons, FieldError, FormErrors, Note, Text, Title
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.search.text import SAID_EVERYWHERE, words
from dialogs.sheet import badge
from dialogs.turn import Context, Turn

OBSTACLES: Final = 5  # told at once
_STEM: Final = 40  # characters of a new name, its function's left out; the rules allow 64 in all
_PREFIX: Final = 18
_NEW: Final = ""  # the name of a campaign that isn't kept yet


def open_form(event: Event, context: Context, action: WriteCampaign) -> Turn:
    """Open the form, or say why it can't be opened."""
    found = _found(event, context, action)
    if isinstance(found, Turn):
        return found
    function, known = found
    former, version = _former(function, known)
    values = campaign_values.values_of(context, former)
    again = replace(action, slug=function.slug, base=base_of(version, values))
    return Turn(replies=(campaign_values.form(context, former, values, again),))


def written(event: FormSubmitted, context: Context, action: WriteCampaign) -> Turn:
    """Keep what was written, or say what to mend, by the same rules as a file's."""
    found = _found(event, context, action)
    if isinstance(found, Turn):
        return found
    function, known = found
    former, version = _former(function, known)
    now = campaign_values.values_of(context, former)
    both = merged(with_withheld(event.values, now, campaign_values.LIMITS), now, action.base, version)
    values = both.values
    if both.clashes:
        again = replace(action, base=base_of(version, now))
        notes = clash_notes(context.t, campaign_values.form(context, former, now, again), both.clashes)
        return Turn(replies=(campaign_values.form(context, former, values, again, notes),))
    campaign, mistakes = campaign_values.campaign_of(context, values, former)
    if known is None:
        campaign = replace(campaign, name=_new_name(context, function, campaign.titles))
    if errors := (*mistakes, *_errors(event, context, campaign, known.kept if known else None)):
        return Turn(replies=(FormErrors(form=campaign_values.form(context, former, values, action), errors=errors),))
    facts = (CampaignEdited(campaign=campaign, base=known.kept.version if known else None),) if campaign != former else ()
    return told(event, context, *_kept(event, context, function, campaign, known), facts=facts)


def obstacle_blocks(event: Event, context: Context, campaign: Campaign, known: Known | None) -> Iterator[Block]:
    """Yield what still keeps a campaign from being scheduled, or from running on: the first few of it."""
    t, found = context.t, hindrances_of(event, context, campaign, known.kept if known else None)
    if not found:
        if known is None or known.kept.status is CampaignStatus.DRAFT:
            yield Note(text=t("Nothing is missing: it can be scheduled."))
        return
    yield Text(text=t("What it still needs to be scheduled"), strong=True)
    yield Bullets(items=tuple(sentences(fault.what, fault.fix) for fault in found[:OBSTACLES]))
    if len(found) > OBSTACLES:
        yield Note(text=t.many("and {number} more", "and {number} more", len(found) - OBSTACLES))


def version_words(context: Context, campaign: Campaign, known: Known | None) -> str:
    """Say what was kept, and what becomes of what was planned."""
    t = context.t
    if known is None:
        return t("Kept as a draft. Nobody gets anything before it's scheduled.")
    kept, version = known.kept, known.kept.version + 1
    if campaign == kept.campaign:
        return t("Nothing was changed: it's still version {number}.", number=kept.version)
    if kept.status is CampaignStatus.DRAFT:
        return t("Kept: this is version {number} of the draft.", number=version)
    return t("Kept: this is version {number}. What isn't sent yet goes out as it is now; what was sent stays as it was.", number=version)


def _found(event: Event, context: Context, action: WriteCampaign) -> tuple[Function, Known | None] | Turn:
    if action.name is not None:
        return editable(event, context, action.name)
    function = context.catalogue.function(action.slug)
    if not may(context.grants, Act.WRITE_CAMPAIGNS, action.slug):
        return refused(event, context, Act.WRITE_CAMPAIGNS, function.slug if function else None, action.slug)
    return (function, None) if function else gone(event, context)


def _former(function: Function, known: Known | None) -> tuple[Campaign, int]:
    if known is None:
        return Campaign(name=_NEW, function=function.slug, titles=Localized()), 0
    return known.kept.campaign, known.kept.version


def _errors(event: Event, context: Context, campaign: Campaign, kept: Kept | None) -> Iterator[FieldError]:
    """Yield what is wrong, each beside its input; what no input of the form holds counts only if it wasn't wrong before."""
    for fault, is_new in new_faults(event, context, campaign, kept):
        error = campaign_values.error(context, fault, campaign)
        if error is not None:
            yield error
        elif is_new:
            yield FieldError(input="ends", text=sentences(fault.what, fault.fix))


def _kept(event: Event, context: Context, function: Function, campaign: Campaign, known: Known | None) -> Iterator[Block]:
    t = context.t
    yield Title(text=campaign.titles.to(context.language), badge=badge(function, context.language))
    yield Note(text=version_words(context, campaign, known))
    yield from obstacle_blocks(event, context, campaign, known)
    same = known is not None and known.kept.campaign.audience == campaign.audience
    reach = known.reach if known and same else None
    if reach is not None:
        yield Text(text=campaign_size.headcount(t, reach))
    if said := campaign_size.said(context, campaign, reach):
        yield Text(text=said)
    if not campaign.steps:
        yield from campaign_size.mix(context, campaign)
    first = t("Write the first message") if not campaign.steps else t("Write the next message")
    yield Buttons(
        buttons=(
            Button(label=first, action=WriteStep(name=campaign.name), primary=not campaign.steps),
            Button(label=t("Show the campaign"), action=ShowCampaign(name=campaign.name), primary=bool(campaign.steps)),
            Button(label=t("All campaigns"), action=ListCampaigns(slug=function.slug)),
        )
    )


def _new_name(context: Context, function: Function, titles: Localized) -> str:
    """Return a name for a new campaign, readable and free: its title's words in English, else in French, after its function's."""
    title = next((said for language in reversed(LANGUAGES) if (said := _own(titles, language))), "")
    spoken = [word for word in words(title) if re.fullmatch(r"[a-z0-9]+", word)]
    stem = ""
    for word in [word for word in spoken if word not in SAID_EVERYWHERE] or spoken:
        longer = f"{stem}_{word}" if stem else word
        if len(longer) > _STEM:
            break
        stem = longer
    first = f"{function.slug[:_PREFIX]}_{stem or 'campaign'}"
    taken = gathered(context).taken.union(known.kept.campaign.name for known in gathered(context).known)
    number, free = 2, first
    while free in taken:
        number, free = number + 1, f"{first}_{number}"
    return free


def _own(titles: Localized, language: Language) -> str | None:
    return titles.fr if language == "fr" else titles.en
