"""The profile card: what a function is for, what it does for this person, how to work with it."""

from collections.abc import Iterator
from datetime import date

from dialogs.actions import ListServices, Show, WriteQuestion
from dialogs.catalog import Catalogue, Function, Language, Localized, Service, is_for, is_theirs
from dialogs.events import Event
from dialogs.facts import ExchangeOpened
from dialogs.for_me import for_me
from dialogs.human_button import human_button
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Item, Items, Message, Note, Place, Text, Title
from dialogs.search.match import FunctionAsked
from dialogs.sheet import NEW_FOR, badge, short_name, unlinked
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, exchange_id, is_public, place_for, segments_for

SHOWN = 5  # services on the card; the rest is one tap away


def decide(event: Event, context: Context, asked: FunctionAsked, *, question: str, update: bool = False) -> Turn:
    """Show a function's profile as the answer to a question or a tap."""
    function = context.catalogue.function(asked.slug)
    if function is None:
        return gone(event, context)
    shown = services_for(function, segments_for(event, context.person))[:SHOWN]
    blocks = tuple(_blocks(event, context, function, asked.aspect, question))
    fact = ExchangeOpened(
        exchange=exchange_id(event),
        question=question,
        language=context.language,
        outcome="profile",
        function=function.slug,
        ids=tuple(service.id for service in shown),
        confidence=None,
    )
    place = Place.UPDATE if update else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=(fact,))


def list_services(event: Event, context: Context, slug: str) -> Turn:
    """List every service of a function that is for this person, and the questions it answers."""
    function = context.catalogue.function(slug)
    if function is None:
        return gone(event, context)
    t, language, segments = context.t, context.language, segments_for(event, context.person)
    services = tuple(service_item(t, service, language, event.at.date()) for service in services_for(function, segments))
    entries = tuple(
        Item(title=entry.title.to(language), detail=None, open=t("Open"), action=Show(id=entry.id))
        for entry in function.entries
        if is_for(entry, segments)
    )
    blocks: list[Block] = [Title(text=t("Everything we do for you"), badge=badge(function, language))]
    if services:
        blocks.append(Items(items=services))
    if entries:
        blocks += [Text(text=t("Questions we answer"), strong=True), Items(items=entries)]
    if not services and not entries:
        blocks.append(Text(text=t("This function has nothing open to you yet.")))
    return Turn(replies=(Message(language=language, blocks=tuple(blocks), place=place_for(event)),))


def gone(event: Event, context: Context) -> Turn:
    """Say that what an old card points to isn't there any more."""
    t = context.t
    text = Text(text=t("This is no longer in the catalogue. Ask me your question, and I'll look at what there is today."))
    ask = Buttons(buttons=(Button(label=t("Ask a question"), action=WriteQuestion()),))
    return Turn(replies=(Message(language=context.language, blocks=(text, ask), place=place_for(event)),))


def services_for(function: Function, segments: frozenset[str]) -> tuple[Service, ...]:
    """Return the services these segments may use: theirs by name first, then what is open to all, each in the catalogue's order."""
    return tuple(
        sorted((service for service in function.services if is_for(service, segments)), key=lambda service: not is_theirs(service, segments))
    )


def service_item(t: Texts, service: Service, language: Language, today: date) -> Item:
    """Return a service as a line of a list: its title, whether it's new, its promise and its price."""
    details = []
    if service.new_since and service.new_since <= today < service.new_since + NEW_FOR:
        details.append(t("new"))
    if service.promise:
        details.append(t.duration(service.promise.time, service.promise.unit))
    if service.tarif:
        details.append(t.tarif(service.tarif))
    return Item(title=service.title.to(language), detail=" · ".join(details) or None, open=t("Open"), action=Show(id=service.id))


def _blocks(event: Event, context: Context, function: Function, aspect: str, question: str) -> Iterator[Block]:
    t, language = context.t, context.language
    public = is_public(event)
    purpose = function.purpose.to(language) if function.purpose else None
    heading = t("What are we for?") if aspect == "purpose" else t("How to work with us")
    yield Title(text=heading, badge=badge(function, language))
    if purpose:
        yield Text(text=purpose)
    if aspect == "purpose":
        yield from _services(event, context, function)
        yield from working_with(t, context.catalogue, function, language, heading=True)
        if function.proof:
            yield Text(text=t("What it gave"), strong=True)
            yield Bullets(items=tuple(proof.to(language) for proof in function.proof))
    else:
        yield from working_with(t, context.catalogue, function, language, heading=False)
        yield from _services(event, context, function)
    if not public and not context.person.linked:
        yield Note(text=unlinked(t))
    buttons = [
        Button(label=t("Ask a question"), action=WriteQuestion(slug=function.slug), primary=True),
        human_button(t, slug=function.slug, exchange=exchange_id(event), public=public),
        *for_me(t, question, public=public),
    ]
    yield Buttons(buttons=tuple(buttons))


def _services(event: Event, context: Context, function: Function) -> Iterator[Block]:
    t, language, person = context.t, context.language, context.person
    services = services_for(function, segments_for(event, person))
    who = ", ".join(part for part in (person.department, person.site) if part)
    if is_public(event) or not person.linked:
        yield Text(text=t("Open to everyone"), strong=True)
    else:
        yield Text(text=t("For you ({who})", who=who) if who else t("For you"), strong=True)
    if services:
        yield Items(items=tuple(service_item(t, service, language, event.at.date()) for service in services[:SHOWN]))
    else:
        yield Text(text=t("This function has nothing open to you yet."))
    if len(services) > SHOWN or function.entries:
        yield Buttons(buttons=(Button(label=t("See everything"), action=ListServices(slug=function.slug)),))


def working_with(t: Texts, catalogue: Catalogue, function: Function, language: Language, *, heading: bool) -> Iterator[Block]:
    """Yield how to work with a function: its posture, its contacts, clients and partners; nothing where it says none of them."""
    rows = tuple(_relations(t, catalogue, function, language))
    if not rows and not function.posture:
        return
    if heading:
        yield Text(text=t("How to work with us"), strong=True)
    if function.posture:
        yield Text(text=function.posture.to(language))
    if rows:
        yield Fields(fields=rows)


def _relations(t: Texts, catalogue: Catalogue, function: Function, language: Language) -> Iterator[Field]:
    if function.contacts:
        people = (contact.name + (f", {contact.role.to(language)}" if contact.role else "") + f" ({contact.email})" for contact in function.contacts)
        yield Field(label=t("Contacts"), value=" · ".join(people))
    if function.clients:
        yield Field(label=t("We work for"), value=" · ".join(client.to(language) for client in function.clients))
    if function.partners:
        yield Field(label=t("With"), value=", ".join(_named(catalogue, partner, language) for partner in function.partners))
    if function.co_built_with:
        yield Field(label=t("Built together with"), value=", ".join(_named(catalogue, partner, language) for partner in function.co_built_with))


def _named(catalogue: Catalogue, partner: str | Localized, language: Language) -> str:
    if isinstance(partner, Localized):
        return partner.to(language)
    if function := catalogue.function(partner):
        return short_name(function, language)
    segment = catalogue.company.segments.get(partner)
    return segment.to(language) if segment else partner
