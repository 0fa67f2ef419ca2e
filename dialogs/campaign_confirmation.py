"""What is asked before a campaign is cancelled, or what it sent is changed: which message, how many people it concerns, whether it's really meant."""

from collections.abc import Iterator
from typing import Final

from dialogs.campaign import Campaign
from dialogs.campaign_actions import Move, ShowCampaign, SteerCampaign
from dialogs.campaign_ways import ASK
from dialogs.campaign_words import step_title
from dialogs.campaigning import Known, Tally
from dialogs.catalog import Function
from dialogs.delivery import Status
from dialogs.messages import Block, Button, Buttons, Item, Items, Note, Text, Title
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context

AT_ONCE: Final = 500  # messages changed or taken back by one tap; above, the command line does it
_STEPS: Final = 10  # to choose among
_OF_A_STEP: Final[tuple[Move, ...]] = ("correct", "recall")


def asked_first(context: Context, known: Known, function: Function, action: SteerCampaign) -> tuple[Block, ...] | None:
    """Return what is asked before a campaign is moved so; None where nothing is, or where it has been."""
    if action.move not in ("cancel", *_OF_A_STEP) or (action.version != ASK and (action.step is not None or action.move not in _OF_A_STEP)):
        return None
    title = Title(text=known.kept.campaign.titles.to(context.language), badge=badge(function, context.language))
    if action.move == "cancel":
        return (title, *_cancelling(context.t, known))
    if action.step is None:
        return (title, *_choosing(context.t, known, action.move))
    return (title, *_changing(context.t, known, action))


def concerned(tally: Tally, step: str) -> int:
    """Return how many messages changing a step may concern, at most: those that it sent, and whatever is on its way."""
    return tally.sent_by_step.get(step, 0) + sum(tally.count(status) for status in (Status.PLANNED, Status.SENDING, Status.UNKNOWN))


def name_of(t: Texts, campaign: Campaign, step: str) -> str:
    """Name a step that may have been taken out since it was sent."""
    found = campaign.step(step)
    return step_title(t, found) if found else step


def _cancelling(t: Texts, known: Known) -> Iterator[Block]:
    yield Text(text=t("Cancel this campaign for good? What isn't sent yet won't be, what was sent stays, and there will be no verdict."))
    if known.tally is not None and (planned := known.tally.count(Status.PLANNED)):
        yield Note(text=t.many("{number} message is planned.", "{number} messages are planned.", planned))
    yield _sure(t, known, "cancel", None, t("Yes, cancel it"))


def _choosing(t: Texts, known: Known, move: Move) -> Iterator[Block]:
    sent = {step: number for step, number in known.tally.sent_by_step.items() if number} if known.tally else {}
    if not sent:
        yield Text(text=t("None of its messages was sent yet, so there's nothing to change."))
        return
    yield Text(text=t("Which message shall be corrected?") if move == "correct" else t("Which message shall be taken back?"))
    lines = (
        Item(
            title=name_of(t, known.kept.campaign, step),
            detail=t.many("{number} sent", "{number} sent", number),
            open=t("Choose"),
            action=SteerCampaign(name=known.kept.campaign.name, move=move, version=ASK, step=step),
        )
        for step, number in list(sent.items())[:_STEPS]
    )
    yield Items(items=tuple(lines))
    if len(sent) > _STEPS:
        yield Note(text=t("The command line has the others: {command}", command=_command(known, move, "STEP")))


def _changing(t: Texts, known: Known, action: SteerCampaign) -> Iterator[Block]:
    step, campaign = action.step or "", known.kept.campaign
    number = known.tally.sent_by_step.get(step, 0) if known.tally else 0
    if known.tally is None or not number or (action.move == "correct" and campaign.step(step) is None):
        yield Text(text=t("This message wasn't sent, or isn't part of the campaign any more: there's nothing to change."))
        return
    if concerned(known.tally, step) > AT_ONCE:
        yield Text(text=t("This may concern more than {limit} messages, which I don't change from a conversation.", limit=AT_ONCE))
        yield Text(text=t("Please ask whoever runs pourqui for this command: {command}", command=_command(known, action.move, step)))
        return
    title = name_of(t, campaign, step)
    if action.move == "correct":
        yield Text(
            text=t.many(
                "“{title}” was sent to {number} person. It will say what it says now, in place, and nobody is told apart.",
                "“{title}” was sent to {number} people. It will say what it says now, in place, and nobody is told apart.",
                number,
                title=title,
            )
        )
        yield _sure(t, known, "correct", step, t("Yes, correct it"))
        return
    yield Text(
        text=t.many(
            "“{title}” was sent to {number} person. It will disappear from their conversation.",
            "“{title}” was sent to {number} people. It will disappear from their conversations.",
            number,
            title=title,
        )
    )
    yield Note(text=t("Who hasn't come to it yet would still get it: take it out of the campaign, or correct it, first."))
    yield _sure(t, known, "recall", step, t("Yes, take it back"))


def _sure(t: Texts, known: Known, move: Move, step: str | None, label: str) -> Buttons:
    kept = known.kept
    sure = SteerCampaign(name=kept.campaign.name, move=move, version=str(kept.version), step=step)
    back = Button(label=t("No, go back"), action=ShowCampaign(name=kept.campaign.name))
    return Buttons(buttons=(Button(label=label, action=sure), back))


def _command(known: Known, move: Move, step: str) -> str:
    return f"pourqui campaign {move} {known.kept.campaign.name} {step}"
