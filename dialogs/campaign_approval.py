"""An approval: those who may give it are told that it's asked for, and whoever asked what became of it."""

from collections.abc import Iterator
from typing import Final
from uuid import uuid5

from dialogs.campaign import Kept
from dialogs.campaign_actions import Move, ShowCampaign, SteerCampaign
from dialogs.catalog import Function
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event
from dialogs.facts import DeliveryPlanned
from dialogs.messages import Block, Button, Buttons, Message, Text, Title
from dialogs.request import Party
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context

APPROVAL: Final = "campaign_approval"  # the cause of what is said about an approval; the cause's id is the campaign's name


def deciders(context: Context) -> tuple[Party, ...]:
    """Return those who may approve it, without the person who asks."""
    found = context.campaigning.deciders if context.campaigning else ()
    return tuple(party for party in found if party.id != context.person.id)


def told_of_approval(event: Event, context: Context, kept: Kept, function: Function, action: SteerCampaign) -> Iterator[DeliveryPlanned]:
    """Tell the others what concerns them of an approval that's asked for, given or refused; nothing for another move."""
    for party in _concerned(context, action.move):
        t = context.texts[party.language or context.language]
        name, title = context.person.name or t("Somebody"), kept.campaign.titles.to(t.language)
        heading, said = _words(t, action.move, name, title)
        blocks: tuple[Block, ...] = (Title(text=heading, badge=badge(function, t.language)), Text(text=said), back(t, kept))
        delivery = Delivery(
            key=uuid5(event.key, f"{APPROVAL}|{party.id}"),
            kind=Kind.REPLY,
            cause_kind=APPROVAL,
            cause_id=kept.campaign.name,
            to=party.id,
            message=Message(language=t.language, blocks=blocks),
        )
        yield DeliveryPlanned(delivery=delivery)


def back(t: Texts, kept: Kept) -> Buttons:
    """Return the way back to a campaign's card."""
    return Buttons(buttons=(Button(label=t("See the campaign"), action=ShowCampaign(name=kept.campaign.name)),))


def _concerned(context: Context, move: Move) -> tuple[Party, ...]:
    if move == "submit":
        return deciders(context)
    asker = context.campaigning.asker if context.campaigning else None
    return (asker,) if move in ("approve", "return") and asker is not None and asker.id != context.person.id else ()


def _words(t: Texts, move: Move, name: str, title: str) -> tuple[str, str]:
    match move:
        case "submit":
            said = t("{name} asks you to approve the campaign “{title}”. Nothing of it is sent before.", name=name, title=title)
            return t("An approval is asked for"), said
        case "approve":
            return t("Approved"), t("{name} approved the campaign “{title}”.", name=name, title=title)
        case _:
            said = t("{name} gave the campaign “{title}” back. Ask them what to change, then ask for the approval again.", name=name, title=title)
            return t("Given back"), said
