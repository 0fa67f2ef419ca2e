"""A drafted profile: shown as people will see it, completed in a form, published by those who answer for the function."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dialogs.actions import EditProfile, Home, Interview, InterviewStep, PublishProfile, ShowFunction
from dialogs.bilingual import HOLE, own
from dialogs.catalog import Function, Language, Localized
from dialogs.catalog_rules import sentences
from dialogs.edits import with_profile
from dialogs.events import ActionTaken, Event, FormSubmitted, Scope
from dialogs.facts import CatalogueEdited, ProfileDrafted
from dialogs.messages import Block, Bullets, Button, Buttons, Form, FormErrors, Message, Note, Place, Text, Title, clipped
from dialogs.profile import gone, working_with
from dialogs.profile_form import digest, errors, faults, form, label, profile_of, typed, values_of, with_fields
from dialogs.refusal import refused
from dialogs.rights import Act, may
from dialogs.sheet import badge
from dialogs.sheet_form import base_of, merged
from dialogs.turn import Context, Turn

_CLASH_SHOWN: Final = 400  # characters of what somebody else wrote meanwhile


def card(context: Context, draft: Function, opening: tuple[Block, ...] = (), *, again: bool = False) -> tuple[Block, ...]:
    """Return the blocks of a draft: as people will see it, what is missing, and what can be done; with `again`, also another interview."""
    return tuple(_card(context, draft, opening, again=again))


def open_form(event: Event, context: Context, action: EditProfile) -> Turn:
    """Open the form of a draft, or of the profile that is published where nothing is drafted."""
    function = _draftable(event, context, action.slug)
    if isinstance(function, Turn):
        return function
    values = values_of(context, drafted_or_published(context, function))
    return Turn(replies=(form(context, values, replace(action, base=base_of(values))),))


def _draftable(event: Event, context: Context, slug: str) -> Function | Turn:
    """Return the function whose profile is to be drafted; else what to reply."""
    function = context.catalogue.function(slug)
    if function is None:
        return nowhere(event, context)
    if not may(context.grants, Act.DRAFT_PROFILE, slug):
        return refused(event, context, Act.DRAFT_PROFILE, slug, slug)
    return function


def completed(event: FormSubmitted, context: Context, action: EditProfile) -> Turn:
    """Keep what was typed as the draft, unless something in it is wrong, or somebody else changed the same thing meanwhile."""
    function = _draftable(event, context, action.slug)
    if isinstance(function, Turn):
        return function
    former = drafted_or_published(context, function)
    now = values_of(context, former)
    both = merged(typed(event.values, now), now, action.base)
    if both.clashes:
        return Turn(replies=(_clash(context, dict(both.values), now, both.clashes, action),))
    draft = profile_of(context, both.values, former)
    if wrong := errors(both.values, draft, context.t):
        return Turn(replies=(FormErrors(form=form(context, both.values, action), errors=wrong),))
    return Turn(replies=(told(event, context, card(context, draft), over=True),), facts=(ProfileDrafted(function=action.slug, draft=draft),))


def publish(event: Event, context: Context, action: PublishProfile) -> Turn:
    """Make a draft the profile that everybody reads, if it's still what was read on the card, and as a pack could hold it."""
    t, function = context.t, context.catalogue.function(action.slug)
    if function is None:
        return nowhere(event, context)
    if not may(context.grants, Act.PUBLISH_PROFILE, action.slug):
        return refused(event, context, Act.PUBLISH_PROFILE, action.slug, action.slug)
    if action.slug not in context.drafts:
        title = Title(text=t("There's no draft any more"), badge=badge(function, context.language))
        note = Text(text=t("It was published, or begun anew. This is the way to another one."))
        return Turn(replies=(told(event, context, (title, note, Buttons(buttons=(interview_button(context, action.slug),))), over=True),))
    draft = drafted_or_published(context, function)
    if action.base != digest(draft):
        changed = Note(text=t("Somebody changed this draft since. This is how it reads now: have a look, then publish it."))
        return Turn(replies=(told(event, context, card(context, draft, (changed,)), over=True),))
    if wrong := tuple(sentences(fault.what, fault.fix) for fault in faults(draft, t)):
        opening = (Text(text=t("It can't be published like this:")), Bullets(items=wrong))
        return Turn(replies=(told(event, context, card(context, draft, opening), over=True),))
    published = with_fields(function, draft)
    edited = with_profile(context.catalogue, published)
    shown = replace(context, catalogue=edited)
    blocks = (
        Note(text=t("Published: this is what everybody reads from now on.")),
        *face(shown, published),
        Note(text=t("Every former version is kept: an admin can go back to one.")),
        Buttons(buttons=(_seen(context, action.slug), Button(label=t("Home"), action=Home()))),
    )
    facts = (
        CatalogueEdited(catalogue=edited, act=Act.PUBLISH_PROFILE, function=action.slug, subject=action.slug),
        ProfileDrafted(function=action.slug, draft=None),
    )
    return Turn(replies=(told(event, context, blocks, over=True),), facts=facts)


def drafted_or_published(context: Context, function: Function) -> Function:
    """Return the function with its drafted profile; where nothing is drafted, with the one that everybody reads."""
    draft = context.drafts.get(function.slug)
    shown = with_fields(function, draft) if draft else function
    partners = tuple(each for each in shown.partners if isinstance(each, Localized) or context.catalogue.function(each))  # some may be gone since
    return replace(shown, partners=partners, services=(), entries=())


def face(context: Context, function: Function) -> Iterator[Block]:
    """Yield a profile as people see it, without its services."""
    yield Title(text=context.t("What are we for?"), badge=badge(function, context.language))
    if function.purpose:
        yield Text(text=function.purpose.to(context.language))
    yield from working_with(context.t, context.catalogue, function, context.language, heading=True)


def told(event: Event, context: Context, blocks: tuple[Block, ...], *, over: bool = False) -> Message:
    """Return a card for its reader alone: nothing is public before it's published. With `over`, it takes the place of the tapped one."""
    personal = event.reference.scope is Scope.PERSONAL
    tapped = over and isinstance(event, ActionTaken | FormSubmitted) and event.message_id is not None
    place = (Place.UPDATE if tapped else Place.HERE) if personal else Place.PRIVATE
    return Message(language=context.language, blocks=blocks, place=place)


def nowhere(event: Event, context: Context) -> Turn:
    """Say in private that what an old card points to isn't there any more."""
    blocks = tuple(block for reply in gone(event, context).replies if isinstance(reply, Message) for block in reply.blocks)
    return Turn(replies=(told(event, context, blocks),))


def interview_button(context: Context, slug: str) -> Button:
    """Return the button that leads to a function's interview."""
    return Button(label=context.t("The six questions"), action=Interview(slug=slug))


def _card(context: Context, draft: Function, opening: tuple[Block, ...], *, again: bool) -> Iterator[Block]:
    t = context.t
    yield from opening
    yield Note(text=t("A draft: nobody else reads it before it's published."))
    yield from face(context, draft)
    absent = tuple(_absent(context, draft))
    if absent:
        yield Text(text=t("Still missing"), strong=True)
        yield Bullets(items=absent)
    publishes = may(context.grants, Act.PUBLISH_PROFILE, draft.slug)
    buttons = [Button(label=t("Complete"), action=EditProfile(slug=draft.slug), primary=bool(absent) or not publishes)]
    if publishes:
        buttons.append(Button(label=t("Publish"), action=PublishProfile(slug=draft.slug, base=digest(draft)), primary=not absent))
    if again:
        buttons.append(Button(label=t("Answer again"), action=InterviewStep(slug=draft.slug, move="start")))
    yield Buttons(buttons=tuple(buttons))
    if not publishes:
        yield Note(text=_who_publishes(context, draft))


def _absent(context: Context, draft: Function) -> Iterator[str]:
    """Yield what a profile doesn't say yet: in any language, and then in each."""
    t = context.t
    empty = [
        name
        for name, written in (
            (t("what you are for"), draft.purpose),
            (t("for whom you work"), draft.clients),
            (t("with whom"), draft.partners),
            (t("your promise"), draft.posture),
            (t("whom to write to"), draft.contacts),
        )
        if not written
    ]
    if empty:
        yield t("In no language: {parts}", parts=", ".join(empty))
    for language in context.catalogue.company.languages:
        if parts := ", ".join(_untranslated(context, draft, language)):
            yield t("In French: {parts}", parts=parts) if language == "fr" else t("In English: {parts}", parts=parts)


def _untranslated(context: Context, draft: Function, language: Language) -> Iterator[str]:
    t = context.t
    if draft.purpose and not own(draft.purpose, language):
        yield t("what you are for")
    if clients := sum(not own(client, language) for client in draft.clients):
        yield t.many("{number} client", "{number} clients", clients)
    if partners := sum(isinstance(partner, Localized) and not own(partner, language) for partner in draft.partners):
        yield t.many("{number} partner", "{number} partners", partners)
    if draft.posture and not own(draft.posture, language):
        yield t("your promise")


def _who_publishes(context: Context, draft: Function) -> str:
    """Name who can publish: an owner, whom the first contact of the published profile knows best."""
    t = context.t
    function = context.catalogue.function(draft.slug)
    contact = function.contacts[0] if function and function.contacts else None
    if contact is None or contact.email == context.person.email:
        return t("An owner of the function publishes it, or an admin of pourqui: tell them that it's ready.")
    return t(
        "An owner of the function publishes it, or an admin of pourqui. Tell {name} ({email}) that it's ready.",
        name=contact.name,
        email=contact.email,
    )


def _clash(context: Context, values: dict[str, str], now: dict[str, str], clashes: tuple[str, ...], action: EditProfile) -> Form:
    t = context.t
    shown = ((label(t, name), clipped(now[name] or HOLE, _CLASH_SHOWN)) for name in clashes)
    notes = (
        Text(text=t("Somebody else changed this since you opened the form. What you wrote is below: put the two together."), strong=True),
        *(Text(text=t("{field}, as it is now: {text}", field=field, text=text)) for field, text in shown),
    )
    return form(context, values, replace(action, base=base_of(now)), notes)


def _seen(context: Context, slug: str) -> Button:
    return Button(label=context.t("See the whole profile"), action=ShowFunction(slug=slug))
