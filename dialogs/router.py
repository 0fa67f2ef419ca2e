"""The router: which dialog decides upon an event."""

from dataclasses import replace
from typing import assert_never

from dialogs import (
    ask,
    ask_human,
    authoring,
    binding,
    campaign_taps,
    client_requests,
    expectation,
    export_form,
    feedback_steps,
    forms,
    gap_decisions,
    gaps,
    home,
    interview,
    pausing,
    preferences,
    profile,
    profile_draft,
    request_taps,
    request_thread,
    say,
    talk,
    themes,
    traces,
    voices,
    why,
)
from dialogs.actions import (
    Action,
    AddPhrasing,
    EditProfile,
    ForMe,
    Help,
    Home,
    IgnoreGap,
    Interview,
    InterviewStep,
    ListContent,
    ListFunctions,
    ListServices,
    NoneOfThese,
    NotMine,
    Preferences,
    PublishProfile,
    RemoveSheet,
    ReportWrong,
    SendGap,
    SetLanguage,
    Show,
    ShowFunction,
    ShowGap,
    ShowGaps,
    Why,
    WriteQuestion,
    WriteSheet,
)
from dialogs.campaign_actions import (
    AnswerStep,
    Diagnose,
    DropStep,
    ListCampaigns,
    PreviewStep,
    ShowCampaign,
    ShowPlan,
    SteerCampaign,
    TakeStep,
)
from dialogs.choice import typed_choice
from dialogs.commands import command_of
from dialogs.events import (
    ActionTaken,
    ConversationStarted,
    Event,
    FormAsked,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Overheard,
)
from dialogs.facts import LanguageSpoken
from dialogs.feedback_actions import (
    AnswerItem,
    ChoosePause,
    ExportFeedback,
    ListVoices,
    OfFeedback,
    PausePrompts,
    RateTrace,
    ReadReceipt,
    Say,
    SayExpected,
    SaySolved,
    ShowThemes,
    ShowTraces,
)
from dialogs.last_answer import previous
from dialogs.messages import Message, Place, Text
from dialogs.request_actions import (
    ApproveWord,
    AskHuman,
    BindChannel,
    ClaimRequest,
    DropWord,
    ListRequests,
    NotForThem,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
    SetReach,
    ShowRequest,
    UnbindChannel,
    WithdrawRequest,
)
from dialogs.search.match import Asked, FunctionAsked, Talk, Understood
from dialogs.turn import Context, State, Turn, place_for


def has_words(event: Event) -> bool:
    """Tell whether an event has words that may have to be understood before deciding."""
    return asked_of(event, None) is not None


def asked_of(event: Event, state: State | None) -> Asked | None:
    """Return what has to be understood before deciding, None where there's nothing; `state` is what was remembered just before."""
    match event:
        case MessageReceived(text=text):
            return Asked(text=text, previous=previous(event, state))
        case ActionTaken(action=ForMe(question=question)):
            return Asked(text=question)
        case ActionTaken(action=Why(question=question, id=sheet)):
            return Asked(text=question, explain=sheet)
        case ActionTaken(action=NotForThem(question=question)):
            return Asked(text=question)
        case FormSubmitted(action=WriteQuestion(), values=values):
            return Asked(text=values.get("question", ""))
        case _:
            return None


def decide(state: State | None, event: Event, context: Context) -> Turn:
    """Decide upon an event: the one door to every dialog."""
    if context.person.stranger:
        return _refuse_stranger(event, context)
    turn = _decide(state, event, context)
    if interview.is_on(state) and not interview.is_its_own(event, context):
        turn = replace(turn, state=state)
    spoken = context.understood.language if context.understood and not isinstance(event, ActionTaken) else None  # a tap repeats somebody's words
    if spoken is None or spoken == context.person.spoken_language:
        return turn
    return replace(turn, facts=(*turn.facts, LanguageSpoken(language=spoken)))


def _decide(state: State | None, event: Event, context: Context) -> Turn:
    match event:
        case MessageReceived():
            return _message(state, event, context)
        case Overheard():
            return replace(request_thread.said(event, context), state=state)
        case MessageEdited():
            return replace(request_thread.edited(event, context), state=state)
        case MessageDeleted():
            return replace(request_thread.deleted(event, context), state=state)
        case ActionTaken(action=action):
            return _tap(state, event, context, action)
        case FormAsked(action=action):
            return replace(forms.opened(event, context, action), state=state)
        case FormSubmitted():
            return _submitted(state, event, context)
        case HomeOpened():
            return home.decide(event, context)
        case ConversationStarted():
            return home.started(event, context, state)
        case _:
            assert_never(event)


def _message(state: State | None, event: MessageReceived, context: Context) -> Turn:
    if event.private and not event.text.strip():
        return home.decide(event, context)  # a bare slash command
    command = command_of(event.text, context.catalogue)
    if command is not None:
        return _tap(state, event, context, command)
    if state is not None and interview.is_on(state) and not event.private:
        if interview.is_left(event, state):
            return interview.left(event, context, state, _answer(None, event, context))
        return interview.answered(event, context, state)
    if context.inside is not None and not event.private:
        return replace(request_thread.said(event, context), state=state)
    if (chosen := typed_choice(event.text, state, context.catalogue)) is not None:
        return _tap(state, event, context, chosen)
    if (request := client_requests.live(event, context)) is not None:
        return replace(client_requests.said(event, context, request), state=state)
    return _answer(state, event, context)


def _answer(state: State | None, event: Event, context: Context, *, slug: str | None = None) -> Turn:
    match context.understood:
        case Understood(talk=Talk() as said):
            return replace(talk.decide(event, context, said), state=state)  # "thanks" between an answer and "how long?" ends nothing
        case Understood(function=FunctionAsked() as asked, question=question):
            return ask.function_asked(event, context, asked, question=question)
        case Understood(match=found, question=question, detail=detail, follows=follows) if found is not None:
            before = previous(event, state) if follows else None
            return ask.decide(event, context, found, question=question, slug=slug, detail=detail, before=before)
        case _:
            return talk.decide(event, context, Talk.EMPTY)


def _submitted(state: State | None, event: FormSubmitted, context: Context) -> Turn:
    match event.action:
        case WriteQuestion() as action:
            if not event.values.get("question", "").strip():
                return ask.written_nothing(context, action)
            return _answer(state, event, context, slug=action.slug)
        case ReportWrong() | WriteSheet() | RemoveSheet() | AddPhrasing() | SendGap() | EditProfile() as action:
            return forms.submitted(event, context, action)
        case action:
            return replace(forms.submitted(event, context, action), state=state)


def _tap(state: State | None, event: Event, context: Context, action: Action) -> Turn:
    match action:
        case Home():
            return home.decide(event, context)
        case Help():
            return home.help_card(event, context)
        case ListFunctions():
            return home.list_functions(event, context)
        case ShowFunction(slug=slug):
            return ask.function_asked(event, context, FunctionAsked(slug=slug, aspect="purpose"), question="")
        case ListServices(slug=slug):
            return profile.list_services(event, context, slug)
        case Show():
            return ask.show(event, context, action, state)
        case NoneOfThese():
            return ask.none_of_these(event, context, action)
        case NotMine():
            return ask.not_mine(event, context, action)
        case ForMe():
            return replace(_answer(state, event, context), state=state)  # in private: what goes on in the thread goes on from what it shows
        case Preferences():
            return preferences.decide(event, context)
        case SetLanguage(language=language):
            return preferences.set_language(event, context, language)
        case ListContent():
            return authoring.list_content(event, context, action)
        case ShowGaps():
            return gaps.list_gaps(event, context, action)
        case ShowGap():
            return gaps.show_gap(event, context, action)
        case IgnoreGap():
            return gap_decisions.ignore(event, context, action)
        case Why():
            return replace(why.decide(event, context, action), state=state)  # one may go on from the answer all the same
        case Interview():
            return interview.begin(event, context, action, state)
        case InterviewStep():
            return interview.step(event, context, action, state)
        case PublishProfile():
            return profile_draft.publish(event, context, action)
        case SetReach(platform=platform):
            return preferences.set_reach(event, context, platform)
        case AskHuman(question="", slug=slug) if isinstance(event, MessageReceived):
            return ask_human.choose(event, context, slug)
        case SaySolved() | RateTrace() | AnswerItem() | SayExpected():
            return replace(_of_feedback(event, context, action), state=state)
        case ChoosePause():
            return replace(pausing.choose(event, context, action), state=state)
        case PausePrompts():
            return replace(pausing.pause(event, context, action), state=state)
        case ListVoices():
            return replace(voices.list_voices(event, context, action), state=state)
        case ReadReceipt():
            return replace(say.receipt(event, context, action), state=state)
        case ShowTraces():
            return replace(traces.show(event, context, action), state=state)
        case ShowThemes():
            return replace(themes.show(event, context, action), state=state)
        case Say() if isinstance(event, MessageReceived):
            return replace(say.offer(event, context, action), state=state)
        case ExportFeedback() if isinstance(event, MessageReceived):
            return replace(export_form.offer(event, context, action), state=state)
        case AnswerStep() | TakeStep() | Diagnose() | ShowPlan() | ListCampaigns() | ShowCampaign() | PreviewStep() | DropStep() | SteerCampaign():
            return replace(campaign_taps.tapped(event, context, action), state=state)
        case BindChannel():
            return binding.bind(event, context, action)
        case UnbindChannel():
            return binding.unbind(event, context)
        case NotForThem():
            answer = _answer(None, event, context)
            taken = client_requests.take_back(event, context, action)
            return replace(answer, replies=(*taken.replies, *answer.replies), facts=(*taken.facts, *answer.facts))
        case (
            ListRequests()
            | ShowRequest()
            | WithdrawRequest()
            | ReopenRequest()
            | SendAgain()
            | ClaimRequest()
            | ReleaseRequest()
            | ApproveWord()
            | DropWord()
        ):
            return replace(request_taps.tapped(event, context, action), state=state)  # a request goes on beside what is asked of the bot
        case _:
            return replace(forms.opened(event, context, action), state=state)


def _of_feedback(event: Event, context: Context, action: OfFeedback) -> Turn:
    match action:
        case SaySolved():
            return feedback_steps.solved(event, context, action)
        case RateTrace():
            return feedback_steps.traced(event, context, action)
        case AnswerItem():
            return feedback_steps.item_answered(event, context, action)
        case SayExpected():
            return expectation.said(event, context, action)
        case _:
            assert_never(action)


def _refuse_stranger(event: Event, context: Context) -> Turn:
    """Say why somebody of another company gets no answer, and whom to turn to. In a thread where they addressed others, only they read it."""
    t = context.t
    if isinstance(event, ConversationStarted | MessageEdited | MessageDeleted):
        return Turn(replies=())
    reason = t(
        "I only answer people who work at {company}, and your account belongs to another organisation. "
        "Please ask the colleague who invited you here.",
        company=context.catalogue.company.name,
    )
    place = Place.HOME if isinstance(event, HomeOpened) else Place.PRIVATE if isinstance(event, Overheard) else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=(Text(text=reason),), place=place),))
