"""A request as its client sees it: what was asked, where it stands, what was said, what can be done."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialogs.events import Event, Scope
from dialogs.facts import Fact
from dialogs.human_button import human_button
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Message, Note, Place, Text, Title, clipped
from dialogs.request import Outcome, Request, RequestStatus, Word
from dialogs.request_actions import AddToRequest, ListRequests, ReopenRequest, WithdrawRequest
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn

WORDS_SHOWN: Final = 5  # the last words on the card
WORD_SHOWN: Final = 300  # characters of each


def say(event: Event, context: Context, *blocks: Block, facts: tuple[Fact, ...] = (), place: Place | None = None) -> Turn:
    """Reply where only the client reads it: in their own conversation with the bot."""
    own = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place or own),), facts=facts)


def own_requests(context: Context) -> list[Request]:
    """Return the person's own requests among those gathered, the newest first."""
    return [request for request in context.requests if request.client.id == context.person.id]


def find(context: Context, request: str) -> Request | None:
    """Return the person's own request of this id."""
    return next((own for own in own_requests(context) if own.id == request), None)


def not_found(event: Event, context: Context) -> Turn:
    """Say that a request isn't among the person's; the same words whether it's somebody else's or gone, so that they give nobody away."""
    t = context.t
    text = Text(text=t("I don't find this request among yours: it may be an old one that isn't kept any more, or somebody else's."))
    return say(event, context, text, Buttons(buttons=(requests_button(context), human_button(t))))


def requests_button(context: Context) -> Button:
    """Return the button that lists the person's own requests."""
    return Button(label=context.t("Your requests"), action=ListRequests())


def shown(event: Event, context: Context, request: Request, note: str | None = None, *, facts: tuple[Fact, ...] = ()) -> Turn:
    """Show a request, below what has just become of it."""
    return say(event, context, *((Note(text=note),) if note else ()), *_blocks(event, context, request), facts=facts)


def whose(context: Context, request: Request) -> str:
    """Name the function that a request is with, by its slug where it has left the catalogue."""
    function = context.catalogue.function(request.function)
    return short_name(function, context.language) if function else request.function


def moment(context: Context, at: datetime) -> str:
    """Say a time by the person's own clock, by the company's where theirs isn't known."""
    return context.t.moment(at, zone(context))


def day(context: Context, at: datetime) -> str:
    """Say a day by the person's own clock."""
    return context.t.day(at.astimezone(ZoneInfo(zone(context))).date())


def closed_on(context: Context, request: Request) -> str:
    """Say the day on which a request was closed."""
    return day(context, request.closed_at or request.opened_at)


def standing(event: Event, context: Context, request: Request) -> str:
    """Say where a request stands: who has it, or when somebody should."""
    t, function = context.t, whose(context, request)
    name = request.expert.name if request.expert else None
    match request.status:
        case RequestStatus.OPEN if request.desk is None and request.keeper is None:
            return t("It's kept, and not sent yet: nobody at {function} can be reached through me for now.", function=function)
        case RequestStatus.OPEN if event.at > request.due_at:
            when = moment(context, request.due_at)
            return t("Sent to {function}. Nobody has taken it yet, and somebody should have before {when}.", function=function, when=when)
        case RequestStatus.OPEN:
            return t("Sent to {function}. Somebody should take it before {when}.", function=function, when=moment(context, request.due_at))
        case RequestStatus.CLAIMED if name:
            return t("{name} ({function}) takes care of it.", name=name, function=function)
        case RequestStatus.CLAIMED:
            return t("Somebody at {function} takes care of it.", function=function)
        case RequestStatus.WAITING if name:
            return t("{name} ({function}) is waiting for your answer.", name=name, function=function)
        case RequestStatus.WAITING:
            return t("Somebody at {function} is waiting for your answer.", function=function)
        case RequestStatus.CLOSED:
            return _ending(context, request)
        case _:
            assert_never(request.status)


def sent_words(request: Request) -> list[Word]:
    """Return what was really said in a request, the oldest first: not what waits for a yes, nor what was taken back."""
    return [word for word in request.words if word.state == "sent"]


def _ending(context: Context, request: Request) -> str:
    t, when = context.t, closed_on(context, request)
    match request.outcome:
        case Outcome.SOLVED:
            return t("Closed on {day}: solved.", day=when)
        case Outcome.PARTLY:
            return t("Closed on {day}: partly solved.", day=when)
        case Outcome.NOT_SOLVED:
            return t("Closed on {day}: not solved.", day=when)
        case Outcome.NOT_OURS:
            return t("Closed on {day}: it isn't for {function}.", day=when, function=whose(context, request))
        case Outcome.WITHDRAWN:
            return t("Closed on {day}: you didn't need it any more.", day=when)
        case None:
            return t("Closed on {day}.", day=when)
        case _:
            assert_never(request.outcome)


def _blocks(event: Event, context: Context, request: Request) -> Iterator[Block]:
    t = context.t
    function = context.catalogue.function(request.function)
    yield Title(text=t("Your request"), badge=badge(function, context.language) if function else None)
    yield Text(text=t("“{words}”", words=request.question))
    yield Text(text=standing(event, context, request), strong=True)
    how = t("without your name") if request.discreet else t("in your name")
    yield Fields(fields=(Field(label=t("Asked on"), value=day(context, request.opened_at)), Field(label=t("How"), value=how)))
    if said := sent_words(request)[-WORDS_SHOWN:]:
        yield Text(text=t("What was said last"), strong=True)
        yield Bullets(items=tuple(_quoted(context, request, word) for word in said))
    yield Buttons(buttons=next_steps(context, request))


def next_steps(context: Context, request: Request) -> tuple[Button, ...]:
    """Return what its client can do about a request."""
    t = context.t
    if request.closed:
        reopen = Button(label=t("It isn't over: reopen"), action=ReopenRequest(request=request.id))
        return reopen, human_button(t, slug=request.function)
    return (
        Button(label=t("Add something"), action=AddToRequest(request=request.id)),
        Button(label=t("I don't need it any more"), action=WithdrawRequest(request=request.id)),
    )


def _quoted(context: Context, request: Request, word: Word) -> str:
    t, words = context.t, clipped(" ".join(word.text.split()), WORD_SHOWN)
    if word.side == "client":
        return t("You: {words}", words=words)
    return t("{name}: {words}", name=word.author.name or whose(context, request), words=words)


def zone(context: Context) -> str:
    """Return the person's zone, the company's where theirs is unknown; a platform may name one that nobody has."""
    try:
        return ZoneInfo(context.person.timezone or context.hours.timezone).key
    except (ZoneInfoNotFoundError, ValueError):
        return context.hours.timezone
