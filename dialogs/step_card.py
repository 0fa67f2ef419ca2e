"""A campaign's message as the one who got it goes on from it: whether it's theirs, what counts, and its card again with what their tap did."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from dialogs.actions import WriteQuestion
from dialogs.campaign import OVER, Campaign, CampaignStatus, Step
from dialogs.campaign_actions import TakeStep
from dialogs.catalog import Function
from dialogs.events import ActionTaken, Event, FormSubmitted, Scope
from dialogs.facts import EvidenceLeft, Fact, StepTaken
from dialogs.human_button import human_button
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.messages import Block, Button, Buttons, Message, Note, Place, Text, clipped
from dialogs.own_request import say
from dialogs.reached import Does, Reached, Response
from dialogs.sheet import about_button
from dialogs.step_message import DONT_KNOW, asked, said, ways
from dialogs.step_recall import aided
from dialogs.turn import Context, Turn

GIVEN_BACK = 2000  # characters of what couldn't be sent
_COUNTED = (CampaignStatus.RUNNING, CampaignStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A message that somebody goes on from: its step, whose it is, and how its reader stands to it."""

    reached: Reached
    step: Step
    function: Function

    @property
    def campaign(self) -> Campaign:
        """The campaign that it's a message of."""
        return self.reached.campaign

    @property
    def counts(self) -> bool:
        """Whether what is done with it is kept: it was sent to this person, by a campaign that runs."""
        return self.reached.sent and self.reached.status in _COUNTED

    @property
    def answer(self) -> str | None:
        """The answer that they gave to its question, if any."""
        return self.reached.answers.get(self.step.id)


def held(event: Event, context: Context, *, typed: str = "") -> Held | Turn:
    """Return the message that an event goes on from; where its campaign is gone, say so, and give back what was `typed`."""
    reached = context.reached
    step = reached.campaign.step(reached.step) if reached else None
    function = context.catalogue.function(reached.campaign.function) if reached else None
    if reached is None or step is None or function is None:
        return gone(event, context, typed)
    return Held(reached=reached, step=step, function=function)


def gone(event: Event, context: Context, typed: str = "") -> Turn:
    """Say that a message's campaign is gone."""
    t = context.t
    reason = t("The campaign of this message isn't there any more, so I keep nothing of what you do with it. Whatever you need, just ask me.")
    return unsent(event, context, reason, typed)


def unsent(event: Event, context: Context, reason: str, typed: str, slug: str | None = None) -> Turn:
    """Say why nothing came of it, give back what was `typed`, and offer another way."""
    t = context.t
    blocks: list[Block] = [Text(text=reason)]
    if typed:
        blocks.append(Note(text=t("What you wrote isn't sent. Here it is, so that it isn't lost:")))
        blocks.append(Text(text=t("“{words}”", words=clipped(typed, GIVEN_BACK))))
    ask = Button(label=t("Ask a question"), action=WriteQuestion(slug=slug))
    return say(event, context, *blocks, Buttons(buttons=(ask, human_button(t, question=typed, slug=slug))))


def uncounted(context: Context, message: Held) -> tuple[Note, ...]:
    """Say why what is done with a message isn't counted, nothing where it is."""
    t, status = context.t, message.reached.status
    if message.counts:
        return ()
    if status in OVER:
        return (Note(text=t("Thank you. This campaign is over, so that isn't counted any more.")),)
    if status not in _COUNTED:
        return (Note(text=t("This campaign hasn't begun: you can try everything, and nothing is counted.")),)
    return (Note(text=t("This message wasn't sent to you, so nothing is counted: only what those do who got it.")),)


def kept(
    event: Event, context: Context, message: Held, does: Does, *, answer: str | None = None, kind: EvidenceKind | None = None, weight: float = 1.0
) -> tuple[Fact, ...]:
    """Return what is kept of somebody doing something with a message, and the evidence that it is; nothing where it doesn't count.

    But for an answer, it's kept once.
    """
    if not message.counts or (does != "answer" and does in message.reached.did):
        return ()
    campaign, step, person = message.campaign, message.step, context.person.id
    taken = StepTaken(response=Response(campaign=campaign.name, step=step.id, person=person, does=does, answer=answer, at=event.at))
    if kind is None:
        return (taken,)
    evidence = Evidence(
        person=person,
        function=campaign.function,
        topic=campaign.topic or "",
        kind=kind,
        source=f"step:{campaign.name}/{step.id}",
        at=event.at,
        weight=weight,
        campaign=campaign.name,
        step=step.id,
        survey=step.kind == "survey",
    )
    return (taken, EvidenceLeft(evidence=evidence))


def shown(
    event: Event, context: Context, message: Held, *after: Block, facts: tuple[Fact, ...] = (), without: Collection[str] = (), leads: bool = True
) -> Turn:
    """Show a message again, below its words what a tap did, in its place where that's a private conversation; the picture was seen."""
    blocks = (*_words(context, message), *after, *_ways(context, message, without=without, leads=leads))
    if event.reference.scope is not Scope.PERSONAL:
        place = Place.PRIVATE
    else:  # a preview stays as it is
        tapped = isinstance(event, ActionTaken | FormSubmitted) and event.message_id is not None
        place = Place.UPDATE if tapped and message.reached.sent else Place.HERE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=facts)


def question(context: Context, message: Held) -> tuple[Block, ...]:
    """Return what a message still asks: its question, or the functions to choose from of whoever named none that is right."""
    step = message.step
    if step.question is None:
        return ()
    if message.answer is None:
        return tuple(asked(context.t, message.campaign, step, step.question))
    if step.question.kind == "recall" and message.answer == DONT_KNOW:
        return tuple(aided(context.t, context.catalogue, message.campaign, step))
    return ()


def unreadable(event: Event, context: Context) -> Turn:
    """Say that an answer isn't one of those that a message's question has (any more)."""
    unread = context.t("I can't read this answer, so I kept nothing of it. The buttons of the message itself work, for as long as it's open.")
    return say(event, context, Text(text=unread))


def _words(context: Context, message: Held) -> Iterator[Block]:
    variant = next((each for each in message.step.variants if each.id == message.reached.variant), None)
    return said(context.t, message.campaign, message.step, message.function, variant=variant)


def _ways(context: Context, message: Held, *, without: Collection[str], leads: bool) -> Iterator[Block]:
    """Yield one next step at least: the message's own, else what its function does."""
    if leads and not any(button.does not in {*without, "later", "reply"} for button in message.step.buttons):
        about = about_button(context.t, message.function)  # opened from here, it's the campaign that showed it
        yield Buttons(buttons=(replace(about, action=TakeStep(campaign=message.campaign.name, step=message.step.id, does="more")),))
    yield from ways(context.t, message.campaign, message.step, message.function, leads=leads, without=without)
