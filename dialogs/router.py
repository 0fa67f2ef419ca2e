"""The router: which dialog decides upon an event."""

from dataclasses import replace
from typing import assert_never

from dialogs import ask, home, preferences, profile, talk
from dialogs.actions import (
    Action,
    FormAction,
    ForMe,
    Help,
    Home,
    ListFunctions,
    ListServices,
    NoneOfThese,
    NotMine,
    Preferences,
    ReportWrong,
    SetLanguage,
    Show,
    ShowFunction,
    WriteQuestion,
)
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, HomeOpened, MessageReceived
from dialogs.facts import LanguageSpoken
from dialogs.messages import Form, Message, Place, Text
from dialogs.search.match import FunctionAsked, Talk, Understood
from dialogs.turn import Context, State, Turn, place_for

_COMMANDS: dict[str, Action] = {
    **dict.fromkeys(("accueil", "home", "menu", "start", "démarrer"), Home()),
    **dict.fromkeys(("aide", "help"), Help()),
    **dict.fromkeys(("fonctions", "functions", "toutes les fonctions", "all functions"), ListFunctions()),
    **dict.fromkeys(("préférences", "preferences", "mes préférences", "my preferences", "langue", "language"), Preferences()),
}


def question_of(event: Event) -> str | None:
    """Return the words of an event that have to be understood before deciding, None where there are none."""
    match event:
        case MessageReceived(text=text):
            return text
        case ActionTaken(action=ForMe(question=question)):
            return question
        case FormSubmitted(action=WriteQuestion(), values=values):
            return values.get("question", "")
        case _:
            return None


def decide(state: State | None, event: Event, context: Context) -> Turn:
    """Decide upon an event: the one door to every dialog."""
    if context.person.stranger:
        return _refuse_stranger(event, context)
    turn = _decide(state, event, context)
    spoken = context.understood.language if context.understood else None
    if spoken is None or spoken == context.person.spoken_language:
        return turn
    return replace(turn, facts=(*turn.facts, LanguageSpoken(language=spoken)))


def _decide(state: State | None, event: Event, context: Context) -> Turn:
    match event:
        case MessageReceived():
            return _message(state, event, context)
        case ActionTaken(action=action):
            return _tap(state, event, context, action)
        case FormAsked(action=action):
            return Turn(replies=(_form(context, action),), state=state)
        case FormSubmitted():
            return _submitted(event, context)
        case HomeOpened():
            return home.decide(event, context)
        case ConversationStarted():
            return home.started(event, context, state)
        case _:
            assert_never(event)


def _message(state: State | None, event: MessageReceived, context: Context) -> Turn:
    if event.private and not event.text.strip():
        return home.decide(event, context)  # a bare slash command
    command = _COMMANDS.get(event.text.strip().casefold())
    if command is not None:
        return _tap(state, event, context, command)
    if (chosen := ask.typed_choice(event.text, state)) is not None:
        return _tap(state, event, context, chosen)
    return _answer(event, context)


def _answer(event: Event, context: Context, *, slug: str | None = None) -> Turn:
    match context.understood:
        case Understood(talk=Talk() as said):
            return talk.decide(event, context, said)
        case Understood(function=FunctionAsked() as asked, question=question):
            return profile.decide(event, context, asked, question=question)
        case Understood(match=found, question=question) if found is not None:
            return ask.decide(event, context, found, question=question, slug=slug)
        case _:
            return talk.decide(event, context, Talk.EMPTY)


def _submitted(event: FormSubmitted, context: Context) -> Turn:
    match event.action:
        case ReportWrong() as action:
            return ask.wrong_said(event, context, action)
        case WriteQuestion() as action:
            if not event.values.get("question", "").strip():
                return ask.written_nothing(context, action)
            return _answer(event, context, slug=action.slug)
        case _:
            assert_never(event.action)


def _tap(state: State | None, event: Event, context: Context, action: Action) -> Turn:
    match action:
        case Home():
            return home.decide(event, context)
        case Help():
            return home.help_card(event, context)
        case ListFunctions():
            return home.list_functions(event, context)
        case ShowFunction(slug=slug):
            return profile.decide(event, context, FunctionAsked(slug=slug, aspect="purpose"), question="")
        case ListServices(slug=slug):
            return profile.list_services(event, context, slug)
        case Show():
            return ask.show(event, context, action)
        case NoneOfThese():
            return ask.none_of_these(event, context, action)
        case NotMine():
            return ask.not_mine(event, context, action)
        case ForMe():
            return _answer(event, context)
        case Preferences():
            return preferences.decide(event, context)
        case SetLanguage(language=language):
            return preferences.set_language(event, context, language)
        case ReportWrong() | WriteQuestion():
            return Turn(replies=(_form(context, action),), state=state)
        case _:
            assert_never(action)


def _form(context: Context, action: FormAction) -> Form:
    match action:
        case ReportWrong():
            return ask.wrong_form(context, action)
        case WriteQuestion():
            return ask.write_form(context, action)
        case _:
            assert_never(action)


def _refuse_stranger(event: Event, context: Context) -> Turn:
    """Say why somebody of another company gets no answer, and whom to turn to."""
    t = context.t
    if isinstance(event, ConversationStarted):
        return Turn(replies=())
    reason = t(
        "I only answer people who work at {company}, and your account belongs to another organisation. "
        "Please ask the colleague who invited you here.",
        company=context.catalogue.company.name,
    )
    place = Place.HOME if isinstance(event, HomeOpened) else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=(Text(text=reason),), place=place),))
