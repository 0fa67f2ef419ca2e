"""Home: first contact, the functions as buttons, the list of all of them, and help; no typing needed."""

from dialogs.actions import Help, Home, Interview, ListContent, ListFunctions, Preferences, ShowFunction, ShowGaps, WriteQuestion
from dialogs.campaign_actions import ListCampaigns
from dialogs.catalog import Function, is_for, is_theirs
from dialogs.events import ConversationStarted, Event, HomeOpened, Scope
from dialogs.facts import Greeted
from dialogs.feedback_row import say_button
from dialogs.human_button import human_button
from dialogs.messages import Block, Bullets, Button, Buttons, Item, Items, Message, Note, Place, Text, Title
from dialogs.own_request import own_requests, requests_button
from dialogs.profile import service_item, services_for
from dialogs.rights import Act, functions_for
from dialogs.sheet import badge, short_name, unlinked
from dialogs.turn import Context, State, Turn, is_public, place_for, segments_for

DIALOG, VERSION = "home", 1
BUTTONS = 5  # functions offered as buttons; the rest behind "all"
SERVICES = 3  # the person's own services on the home card
PURPOSE = 140  # characters of a purpose in the list of functions
_ACTS = (Act.READ_GAPS, Act.WRITE_CONTENT, Act.WRITE_CAMPAIGNS, Act.DRAFT_PROFILE)  # what those who answer for a function do in chat


def decide(event: Event, context: Context) -> Turn:
    """Show the home card, introduced by who we are the first time."""
    t, person = context.t, context.person
    public = is_public(event)
    facts = (Greeted(),) if not person.greeted and not public else ()
    blocks: list[Block] = []
    first_name = (person.name or "").split(" ")[0]
    if public or not first_name:
        blocks.append(Title(text=t("Hello. What can we do for you?")))
    else:
        blocks.append(Title(text=t("Hello {name}. What can we do for you?", name=first_name)))
    if facts:
        blocks.append(Text(text=introduction(context)))
    blocks.append(_function_buttons(context, _ordered(event, context)) if context.catalogue.functions else _empty(context))
    blocks += _own_services(event, context)
    blocks += _own_functions(event, context)
    if not public and not person.linked and not isinstance(event, ConversationStarted):
        blocks.append(Note(text=unlinked(t)))  # before anybody has asked anything, who they are is still on its way
    requests = (requests_button(context),) if own_requests(context) and not public else ()
    blocks.append(
        Buttons(
            buttons=(
                Button(label=t("Ask a question"), action=WriteQuestion(), primary=True),
                human_button(t),
                *requests,
                Button(label=t("Help"), action=Help()),
                Button(label=t("Your preferences"), action=Preferences()),
            )
        )
    )
    if context.catalogue.functions:
        blocks.append(Buttons(buttons=(say_button(t, None, ""),), quiet=True))
    place = Place.HOME if isinstance(event, HomeOpened) else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=tuple(blocks), place=place),), facts=facts)


def started(event: ConversationStarted, context: Context, state: State | None) -> Turn:
    """Introduce ourselves once: to a person in their own conversation, to a team in its channel."""
    if event.reference.scope is Scope.PERSONAL:
        return Turn(replies=(), state=state) if context.person.greeted else decide(event, context)
    if state is not None and state.dialog == DIALOG:
        return Turn(replies=(), state=state)
    blocks: tuple[Block, ...] = (
        Text(text=introduction(context)),
        Note(text=context.t("Mention me with your question: I answer in its thread, with what is open to everyone.")),
        _function_buttons(context, _ordered(event, context)),
    )
    return Turn(replies=(Message(language=context.language, blocks=blocks),), state=State(dialog=DIALOG, version=VERSION, kept={}))


def introduction(context: Context) -> str:
    """Say who we are, in two sentences."""
    return context.t(
        "I'm pourqui. I know what each function of {company} does for you: ask me in your own words, in French or in English.",
        company=context.catalogue.company.name,
    )


def list_functions(event: Event, context: Context) -> Turn:
    """List every function with what it is for."""
    t, language = context.t, context.language
    lines = tuple(
        Item(
            title=badge(function, language),
            detail=_cut(function.purpose.to(language)) if function.purpose else None,
            open=t("Open"),
            action=ShowFunction(slug=function.slug),
        )
        for function in context.catalogue.functions
    )
    blocks: tuple[Block, ...] = (Title(text=t("Who works for you")), Items(items=lines))
    if not lines:
        blocks = (_empty(context),)
    return Turn(replies=(Message(language=language, blocks=blocks, place=place_for(event)),))


def help_card(event: Event, context: Context) -> Turn:
    """Say what the bot can do, with examples that work here."""
    t, language = context.t, context.language
    names = [short_name(function, language) for function in context.catalogue.functions]
    examples = [t("What does {function} do for me?", function=name) for name in names[:1]]
    examples += [t("How do I work with {function}?", function=name) for name in names[1:2]]
    segments = segments_for(event, context.person)
    examples += [sheet.title.to(language) for _, sheet in context.catalogue.sheets() if is_for(sheet, segments)][:1]
    blocks: list[Block] = [
        Title(text=t("What I can do")),
        Text(text=introduction(context)),
        Bullets(
            items=(
                t("Ask what a function does for you, or how to work with it."),
                t("Ask any question about its services: how, how long, how much, who."),
                t("When I don't know, I say so, and tell you who does."),
                t("Ask a human: your question goes to the people of the function, by name or discreetly, and their answer comes back here."),
                t("Say whether it helped, in one tap below each answer; or write to a function whenever you like, with your name or without."),
            )
        ),
    ]
    if examples:
        blocks += [Text(text=t("For example"), strong=True), Bullets(items=tuple(examples))]
    blocks += (own := _own_functions(event, context))
    blocks.append(Note(text=t("Words that I also understand: home, functions, preferences, human, requests, say, plan, pause, help.")))
    if own:
        blocks.append(Note(text=t("Words for your function: gaps, content, write, interview, traces, voices, campaigns, and its name after them.")))
    blocks.append(
        Buttons(
            buttons=(
                Button(label=t("Home"), action=Home()),
                human_button(t),
                requests_button(context),
                Button(label=t("All functions"), action=ListFunctions()),
                Button(label=t("Your preferences"), action=Preferences()),
            )
        )
    )
    return Turn(replies=(Message(language=language, blocks=tuple(blocks), place=place_for(event)),))


def _empty(context: Context) -> Text:
    return Text(text=context.t("The catalogue is empty so far: nobody has written what their function does for you."))


def _ordered(event: Event, context: Context) -> list[Function]:
    """Put the functions that do most for this person first: by what is theirs by name, then by what is open to them."""
    segments = segments_for(event, context.person)

    def reach(function: Function) -> tuple[int, int]:
        return -sum(is_theirs(service, segments) for service in function.services), -len(services_for(function, segments))

    return sorted(context.catalogue.functions, key=reach)


def _function_buttons(context: Context, functions: list[Function]) -> Buttons:
    buttons = [Button(label=short_name(function, context.language), action=ShowFunction(slug=function.slug)) for function in functions[:BUTTONS]]
    return Buttons(buttons=(*buttons, Button(label=context.t("All functions"), action=ListFunctions())))


def _own_services(event: Event, context: Context) -> list[Block]:
    segments = segments_for(event, context.person)
    own = [service for function in context.catalogue.functions for service in function.services if is_theirs(service, segments)]
    if not own:
        return []
    lines = tuple(service_item(context.t, service, context.language, event.at.date()) for service in own[:SERVICES])
    return [Text(text=context.t("Your services"), strong=True), Items(items=lines)]


def _own_functions(event: Event, context: Context) -> list[Block]:
    """Offer what those who answer for a function do there, each as far as they may; nobody else reads it."""
    t, functions = context.t, context.catalogue.functions
    if is_public(event):
        return []
    theirs = {act: functions_for(context.grants, act, tuple(function.slug for function in functions)) for act in _ACTS}
    slugs = {slug for each in theirs.values() for slug in each}
    if not slugs:
        return []
    only = {act: each[0] if len(each) == 1 else None for act, each in theirs.items()}
    buttons = {
        Act.READ_GAPS: Button(label=t("Questions without an answer"), action=ShowGaps(slug=only[Act.READ_GAPS])),
        Act.WRITE_CONTENT: Button(label=t("What we have written"), action=ListContent(slug=only[Act.WRITE_CONTENT])),
        Act.WRITE_CAMPAIGNS: Button(label=t("Campaigns"), action=ListCampaigns(slug=only[Act.WRITE_CAMPAIGNS])),
        Act.DRAFT_PROFILE: Button(label=t("The six questions"), action=Interview(slug=only[Act.DRAFT_PROFILE])),
    }
    named = next(function for function in functions if function.slug in slugs)
    heading = t("Your functions") if len(slugs) > 1 else t("Your function: {function}", function=short_name(named, context.language))
    return [Text(text=heading, strong=True), Buttons(buttons=tuple(button for act, button in buttons.items() if theirs[act]))]


def _cut(text: str) -> str:
    return text if len(text) <= PURPOSE else text[:PURPOSE].rsplit(" ", 1)[0] + "…"
