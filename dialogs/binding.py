"""Binding: which channel a function's requests come to."""

from collections.abc import Iterator
from uuid import uuid5

from dialogs.catalog import Function, Service
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event, MessageReceived, Reference, Scope
from dialogs.facts import ChannelBound, ChannelUnbound, DeliveryPlanned, Fact
from dialogs.messages import Block, Bullets, Message, Note, Place, Text, Title
from dialogs.preferences import PLATFORMS
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.request import BINDING, Desk, desk_for
from dialogs.request_actions import BindChannel
from dialogs.rights import Act, functions_for, may
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn


def bind(event: Event, context: Context, action: BindChannel) -> Turn:
    """Bind the conversation in which this is said to a function, or to one of its services; without a function, say what is bound."""
    if action.slug is None:
        return _list(event, context)
    function = context.catalogue.function(action.slug)
    if function is None:
        return gone(event, context)
    if not may(context.grants, Act.BIND_CHANNEL, function.slug):
        return refused(event, context, Act.BIND_CHANNEL, function.slug, function.slug)
    place = _place(event)
    if place.scope is Scope.PERSONAL or _without_threads(place):
        return _private(event, context, _how(context, function.slug, place))
    service = next((service for service in function.services if service.id == action.service), None)
    if action.service is not None and service is None:
        return _private(event, context, _no_such_service(context, function, action.service))
    before = context.desks.get((function.slug, action.service))
    if before is not None and before.dead is None and before.reference.key == place.key:
        text = context.t("This channel already gets the requests of {name}: nothing changes.", name=_name_of(context, function.slug, action.service))
        return _private(event, context, (Text(text=text),))
    desk = Desk(function=function.slug, service=action.service, reference=place, language=context.language)
    greeting = Delivery(
        key=uuid5(event.key, BINDING),
        kind=Kind.ALERT,
        cause_kind=BINDING,
        cause_id=function.slug,
        to=place,
        message=_greeting(context, function, service),
        urgent=True,
    )
    reply = tuple(_bound(context, function, service, place, before))
    return _private(event, context, reply, (ChannelBound(desk=desk), DeliveryPlanned(delivery=greeting)))


def unbind(event: Event, context: Context) -> Turn:
    """Unbind the conversation in which this is said, from all that the person may take away from it."""
    t, place = context.t, _place(event)
    here = [desk for desk in context.desks.values() if desk.reference.key == place.key]
    if not here:
        if place.scope is Scope.PERSONAL:
            return _private(event, context, (Text(text=t("Please say this in the channel itself: I only know from inside it which one you mean.")),))
        return _private(event, context, (Text(text=t("Nothing is bound to this channel: no request comes here.")),))
    mine = [desk for desk in here if may(context.grants, Act.BIND_CHANNEL, desk.function)]
    if not mine:
        return refused(event, context, Act.BIND_CHANNEL, here[0].function, here[0].function)
    blocks: list[Block] = [
        Title(text=t("New requests no longer come to this channel")),
        Bullets(items=tuple(_without(context, desk) for desk in mine)),
        Note(text=t("The requests that are here already stay here, until they are closed.")),
    ]
    if theirs := [desk for desk in here if desk not in mine]:
        named = ", ".join(_name_of(context, desk.function, desk.service) for desk in theirs)
        blocks.append(Note(text=t("These still come here, since they aren't yours to change: {names}.", names=named)))
    return _private(event, context, tuple(blocks), tuple(ChannelUnbound(function=desk.function, service=desk.service) for desk in mine))


def _list(event: Event, context: Context) -> Turn:
    t = context.t
    slugs = functions_for(context.grants, Act.BIND_CHANNEL, tuple(function.slug for function in context.catalogue.functions))
    if not slugs:
        return refused(event, context, Act.BIND_CHANNEL, None)
    place = _place(event)
    lines: list[str] = []
    for slug in slugs:
        desks = [desk for (function, _), desk in context.desks.items() if function == slug]
        lines += [_where(context, desk, place) for desk in sorted(desks, key=lambda desk: desk.service or "")]
        if (slug, None) not in context.desks:
            lines.append(_nowhere(context, slug, None))
    blocks = (Title(text=t("Where requests come")), Bullets(items=tuple(lines)), _steps(context, slugs[0]))
    return _private(event, context, blocks)


def _where(context: Context, desk: Desk, place: Reference) -> str:
    t, name = context.t, _name_of(context, desk.function, desk.service)
    if desk.dead is not None:
        return t("{name}: a channel that I can't write to any more ({reason}). Please bind it again, or another one.", name=name, reason=desk.dead)
    if desk.reference.key == place.key:
        return t("{name}: this channel", name=name)
    return t("{name}: a channel in {platform}", name=name, platform=PLATFORMS[desk.reference.platform])


def _nowhere(context: Context, function: str, service: str | None) -> str:
    """Say who gets the requests of a function, or of its service, where no channel does."""
    t, name = context.t, _name_of(context, function, service)
    keeper = next(iter((*context.keepers.get(function, ()), *context.keepers.get("", ()))), None)
    if keeper is None:
        return t("{name}: no channel, and nobody whom I can write to", name=name)
    if keeper.name is None:
        return t("{name}: no channel; requests go to somebody who answers for it, in private", name=name)
    return t("{name}: no channel; requests go to {keeper}, in private", name=name, keeper=keeper.name)


def _without(context: Context, desk: Desk) -> str:
    """Say where the requests of an unbound function, or service, go from now on."""
    left = {key: other for key, other in context.desks.items() if other.reference.key != desk.reference.key}
    other = desk_for(left, desk.function, desk.service)
    if other is None:
        return _nowhere(context, desk.function, desk.service)
    name = _name_of(context, desk.function, desk.service)
    return context.t("{name}: from now on they go to a channel in {platform}", name=name, platform=PLATFORMS[other.reference.platform])


def _bound(context: Context, function: Function, service: Service | None, place: Reference, before: Desk | None) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("Requests come to this channel from now on"), badge=badge(function, context.language))
    if service is not None:
        yield Text(text=t("Only those about this service: {title}.", title=service.title.to(context.language)))
    if before is not None and before.dead is not None:
        yield Text(text=t("Until now they were to come to a channel that I can't write to any more."))
    elif before is not None:
        platform = PLATFORMS[before.reference.platform]
        yield Text(
            text=t("Until now they came to another channel in {platform}. Those that are there stay there until they are closed.", platform=platform)
        )
    here = [desk for desk in context.desks.values() if desk.reference.key == place.key]
    if named := ", ".join(_name_of(context, desk.function, desk.service) for desk in here if desk is not before):
        yield Text(text=t("This channel also gets the requests of: {names}.", names=named))
    if place.platform == "slack":
        yield Note(text=t("I'm writing there now. If nothing comes, I'm not a member of the channel: invite me with /invite, and bind it again."))
    else:
        yield Note(text=t("I'm writing there now. If nothing comes, add me to the team, and bind the channel again."))


def _greeting(context: Context, function: Function, service: Service | None) -> Message:
    """Say to a channel what will come, who answers, where their words go, and how to undo it."""
    t, language = context.t, context.language
    what = t("Here come the questions that people hand to a human of this function, one card for each.")
    if service is not None:
        title = service.title.to(language)
        what = t("Here come the questions that people hand to a human about {title}, one card for each.", title=title)
    mandate = (
        t("The answers of {names}, and of the owners, go out at once. What the others write is proposed first.", names=", ".join(names))
        if (names := [contact.name for contact in function.contacts if contact.mandate])
        else t("What they write goes out at once: none of the contacts holds the reply mandate, so nobody has to agree first.")
    )
    lines = (
        t("Who answers: the contacts of the function, and those who are its experts, authors or owners."),
        mandate,
        t("Take a request with its button, so that the person knows who helps them."),
        t("What you write under a card, in its thread, goes to the person who asked. Begin with // what must stay between you."),
        t("To undo this, mention me in this channel with the word: unbind."),
    )
    return Message(
        language=language,
        blocks=(Title(text=t("Requests come here from now on"), badge=badge(function, language)), Text(text=what), Bullets(items=lines)),
    )


def _how(context: Context, slug: str, place: Reference) -> tuple[Block, ...]:
    t = context.t
    reason = (
        t("A group chat in Teams has no threads, so the answers to two requests couldn't be told apart there.")
        if _without_threads(place)
        else t("I only know from inside a channel which one you mean.")
    )
    return Title(text=t("Please say this in the channel where the requests are to come")), Text(text=reason), _steps(context, slug)


def _steps(context: Context, slug: str) -> Bullets:
    t = context.t
    return Bullets(
        items=(
            t("In Slack, invite me to the channel with /invite, then write there: /pourqui bind {function}", function=slug),
            t("In Teams, add me to the team, then mention me in the channel: @pourqui bind {function}", function=slug),
            t("For one of its services only, add the service's title, or its id."),
        )
    )


def _no_such_service(context: Context, function: Function, named: str) -> tuple[Block, ...]:
    t, language = context.t, context.language
    titles = tuple(service.title.to(language) for service in function.services)
    said = Text(text=t("{function} has no service called “{service}”, so nothing is bound.", function=badge(function, language), service=named))
    if not titles:
        return said, Text(text=t("It has no service yet: bind the channel to the function as a whole."))
    return said, Text(text=t("Its services:"), strong=True), Bullets(items=titles)


def _without_threads(place: Reference) -> bool:
    return place.platform == "teams" and place.scope is Scope.GROUP


def _place(event: Event) -> Reference:
    """Return the conversation in which this was said, which for a slash command isn't where it's answered."""
    made_in = event.made_in if isinstance(event, MessageReceived) else None
    return (made_in or event.reference).whole


def _name_of(context: Context, slug: str, service: str | None) -> str:
    """Name what a channel is bound to, also once it's gone from the catalogue."""
    function = context.catalogue.function(slug)
    if function is None:
        return slug if service is None else f"{slug} · {service}"
    if service is None:
        return badge(function, context.language)
    title = next((each.title.to(context.language) for each in function.services if each.id == service), service)
    return f"{short_name(function, context.language)} · {title}"


def _private(event: Event, context: Context, blocks: tuple[Block, ...], facts: tuple[Fact, ...] = ()) -> Turn:
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=facts)
