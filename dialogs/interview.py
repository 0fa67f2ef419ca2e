"""The interview: six questions, one at a time, whose answers draft a function's profile.

While it goes on, what the person writes is the answer, unless it's a command; commands and taps are taken beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, assert_never

from dialogs.actions import Interview, InterviewStep
from dialogs.catalog import Function, Language
from dialogs.commands import command_of
from dialogs.events import ActionTaken, Event, MessageReceived, Scope
from dialogs.facts import ProfileDrafted
from dialogs.interview_answers import Answer, Question, drafted
from dialogs.interview_questions import QUESTIONS, asked
from dialogs.messages import Block, Button, Buttons, Note, Text, Title
from dialogs.needs import INTERVIEW
from dialogs.profile_draft import card, drafted_or_published, interview_button, nowhere, told
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.search.text import folded
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, State, Turn
from dialogs.written import UNSHOWABLE

VERSION: Final = 1
# Long enough for a meeting in between; after that, what somebody writes is more likely a question, and it must not end up in a profile.
LEFT_AFTER: Final = timedelta(hours=1)
ANSWER_LIMIT: Final = 900  # characters: the three answers that make the purpose fit into the 3,000 of one text
_MOVES: Final[Mapping[str, Literal["skip", "back", "stop"]]] = {
    **dict.fromkeys(("skip", "passer", "je passe", "next", "suivante"), "skip"),
    **dict.fromkeys(("back", "retour", "precedente", "revenir"), "back"),
    **dict.fromkeys(("stop", "arreter", "arrete"), "stop"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an interview is: the question that waits for its answer, what was said so far, in which language one talks."""

    function: str
    question: Question
    answers: Mapping[Question, Answer]
    language: Language
    at: datetime


def begin(event: Event, context: Context, action: Interview, state: State | None) -> Turn:
    """Say what the interview is, with the button that starts it; one that goes on shows its question again."""
    functions = {function.slug: function for function in context.catalogue.functions}
    slugs = functions_for(context.grants, Act.DRAFT_PROFILE, tuple(functions))
    progress = progress_of(state)
    slug = action.slug or (progress.function if progress else None) or (slugs[0] if len(slugs) == 1 else None)
    if slug is None and slugs:
        turn = _choose(event, context, [functions[each] for each in slugs])
    elif slug is not None and slug not in functions:
        turn = nowhere(event, context)
    elif slug is None or slug not in slugs:
        turn = refused(event, context, Act.DRAFT_PROFILE, slug, slug)
    elif progress is not None and progress.function == slug:
        return _asked(event, context, functions[slug], replace(progress, at=event.at))
    else:
        turn = Turn(replies=(told(event, context, tuple(_introduction(context, functions[slug]))),))
    return replace(turn, state=state)


def step(event: Event, context: Context, action: InterviewStep, state: State | None) -> Turn:
    """Start the interview, leave its question out, go back to the one before, or stop."""
    function = context.catalogue.function(action.slug)
    if function is None:
        return replace(nowhere(event, context), state=state)
    if not may(context.grants, Act.DRAFT_PROFILE, action.slug):
        return refused(event, context, Act.DRAFT_PROFILE, action.slug, action.slug)
    if event.reference.scope is not Scope.PERSONAL:  # its answers would be read by others
        return Turn(replies=(told(event, context, tuple(_introduction(context, function))),), state=state)
    progress = progress_of(state)
    if progress is None or progress.function != action.slug:
        return _started(event, context, function, action, state)
    if action.move == "start" or action.question != progress.question:  # a button further up: what it stood for is past
        return _asked(event, context, function, replace(progress, at=event.at))
    return _moved(event, context, function, progress, action.move)


def answered(event: MessageReceived, context: Context, state: State) -> Turn:
    """Take what the person wrote as the answer to the question that waits, and ask the next one."""
    progress = progress_of(state)
    function = context.catalogue.function(progress.function) if progress else None
    if progress is None:
        return _outdated(event, context, state)
    if function is None:
        return nowhere(event, context)
    if not may(context.grants, Act.DRAFT_PROFILE, function.slug):
        return refused(event, context, Act.DRAFT_PROFILE, function.slug, function.slug)
    heard = context.understood.language if context.understood else None
    language = heard or progress.language
    speaking = context if context.person.language else replace(context, language=language)
    progress = replace(progress, at=event.at, language=language)
    t, text = speaking.t, UNSHOWABLE.sub("", event.text).strip()
    if (move := _MOVES.get(folded(text).strip(" .!"))) is not None:
        return _moved(event, speaking, function, progress, move)
    if not text:
        return _asked(event, speaking, function, progress, t("Your message reached me without words."))
    if len(text) > ANSWER_LIMIT:
        long = t("This has {length} characters, and {limit} fit. Could you say it shorter?", length=len(text), limit=ANSWER_LIMIT)
        return _asked(event, speaking, function, progress, long)
    answers = {**progress.answers, progress.question: Answer(text=text, language=language)}
    return _next(event, speaking, function, replace(progress, answers=answers))


def is_on(state: State | None) -> bool:
    """Tell whether an interview goes on in this conversation."""
    return state is not None and state.dialog == INTERVIEW


def is_its_own(event: Event, context: Context) -> bool:
    """Tell whether an event moves an interview that goes on; all others leave it where it is."""
    match event:
        case MessageReceived(private=False, text=text):
            command = command_of(text, context.catalogue)
            return command is None or isinstance(command, Interview)
        case ActionTaken(action=Interview() | InterviewStep()):
            return True
        case _:
            return False


def is_left(event: Event, state: State | None) -> bool:
    """Tell whether an interview was left for so long that what the person writes is no answer to it."""
    progress = progress_of(state)
    return progress is not None and event.at - progress.at > LEFT_AFTER


def left(event: Event, context: Context, state: State | None, turn: Turn) -> Turn:
    """Return what was decided instead, after a word on the interview that ends here; what was said in it is kept."""
    progress = progress_of(state)
    function = context.catalogue.function(progress.function) if progress else None
    if progress is None or function is None:
        return turn
    t, facts = context.t, _kept(context, progress, function)
    name = short_name(function, context.language)
    kept = t("What you said is kept in the draft.") if facts else t("Nothing of it is kept.")
    note = t("We left the interview ({function}) a while ago, so I take this as a question.", function=name)
    blocks = (Note(text=f"{note} {kept}"), Buttons(buttons=(interview_button(context, function.slug),), quiet=True))
    return replace(turn, replies=(told(event, context, blocks), *turn.replies), facts=(*facts, *turn.facts))


def progress_of(state: State | None) -> Progress | None:
    """Read how far an interview is, None where there's none or another version wrote it."""
    if state is None or state.dialog != INTERVIEW or state.version != VERSION:
        return None
    match state.kept:
        case {
            "function": str() as slug,
            "question": str() as question,
            "language": "fr" | "en" as language,
            "at": str() as at,
            "answers": dict() as said,
        }:
            answers = {Question(each): Answer(text=answer["text"], language=answer["language"]) for each, answer in said.items()}
            return Progress(function=slug, question=Question(question), answers=answers, language=language, at=datetime.fromisoformat(at))
        case _:
            return None


def _remembered(progress: Progress) -> State:
    said = {question.value: {"text": answer.text, "language": answer.language} for question, answer in progress.answers.items()}
    kept: dict[str, object] = {
        "function": progress.function,
        "question": progress.question.value,
        "language": progress.language,
        "at": progress.at.isoformat(),
        "answers": said,
    }
    return State(dialog=INTERVIEW, version=VERSION, kept=kept)


def _choose(event: Event, context: Context, functions: list[Function]) -> Turn:
    t = context.t
    buttons = tuple(Button(label=short_name(function, context.language), action=Interview(slug=function.slug)) for function in functions)
    return Turn(replies=(told(event, context, (Title(text=t("Whose profile shall we write?")), Buttons(buttons=buttons))),))


def _introduction(context: Context, function: Function) -> Iterator[Block]:
    t = context.t
    if function.slug in context.drafts:
        yield from card(context, drafted_or_published(context, function), again=True)
        return
    yield Title(text=t("For whom do you work?"), badge=badge(function, context.language))
    yield Text(text=t("Six questions, about five minutes. Your answers draft the profile that people read when they ask what you do for them."))
    yield Text(text=t("Answer in your own words, one message each. You can skip a question, go back, or stop: what you said is kept."))
    yield Note(text=t("Nothing is public before an owner of the function publishes it."))
    start = Button(label=t("Start"), action=InterviewStep(slug=function.slug, move="start"), primary=True)
    yield Buttons(buttons=(start,))


def _started(event: Event, context: Context, function: Function, action: InterviewStep, state: State | None) -> Turn:
    """Ask the first question; an interview of another function that went on ends here, and what was said in it is kept."""
    t, before = context.t, progress_of(state)
    if action.move != "start":
        over = Text(text=t("This interview is over."))
        buttons = Buttons(buttons=(interview_button(context, action.slug),))
        return Turn(replies=(told(event, context, (over, buttons)),), state=state)
    other = context.catalogue.function(before.function) if before else None
    facts = _kept(context, before, other) if before and other else ()
    progress = Progress(function=action.slug, question=QUESTIONS[0], answers={}, language=context.language, at=event.at)
    return replace(_asked(event, context, function, progress, over=True), facts=facts)


def _moved(event: Event, context: Context, function: Function, progress: Progress, move: Literal["skip", "back", "stop"]) -> Turn:
    match move:
        case "skip":
            return _next(event, context, function, replace(progress, at=event.at))
        case "back":
            before = QUESTIONS[max(QUESTIONS.index(progress.question) - 1, 0)]
            return _asked(event, context, function, replace(progress, question=before, at=event.at), over=True)
        case "stop":
            return _ended(event, context, function, progress)
        case _:
            assert_never(move)


def _next(event: Event, context: Context, function: Function, progress: Progress) -> Turn:
    place = QUESTIONS.index(progress.question) + 1
    if place == len(QUESTIONS):
        return _ended(event, context, function, progress)
    return _asked(event, context, function, replace(progress, question=QUESTIONS[place]), over=True)


def _ended(event: Event, context: Context, function: Function, progress: Progress) -> Turn:
    """Show the draft that the answers make; where nothing was said, nothing changes."""
    t = context.t
    if not progress.answers:
        nothing = Text(text=t("Nothing was said, so nothing changes."))
        return Turn(replies=(told(event, context, (nothing, Buttons(buttons=(interview_button(context, function.slug),))), over=True),))
    draft = drafted(context, drafted_or_published(context, function), progress.answers)
    blocks = card(context, draft, (Text(text=t("Thank you. This is what your answers make.")),))
    return Turn(replies=(told(event, context, blocks, over=True),), facts=(ProfileDrafted(function=function.slug, draft=draft),))


def _kept(context: Context, progress: Progress, function: Function) -> tuple[ProfileDrafted, ...]:
    """Keep what was said in an interview that ends by itself, unless there's nothing, or its author may write there no more."""
    if not progress.answers or not may(context.grants, Act.DRAFT_PROFILE, function.slug):
        return ()
    draft = drafted(context, drafted_or_published(context, function), progress.answers)
    return (ProfileDrafted(function=function.slug, draft=draft),)


def _outdated(event: Event, context: Context, state: State) -> Turn:
    """Start again politely: what an earlier version remembered can't be read any more."""
    slug = state.kept.get("function")
    function = context.catalogue.function(slug) if isinstance(slug, str) else None
    t = context.t
    sorry = Text(text=t("I was updated since we began, and I can't read what you had said so far. I'm sorry: shall we start again?"))
    again = InterviewStep(slug=function.slug, move="start") if function else Interview()
    return Turn(replies=(told(event, context, (sorry, Buttons(buttons=(Button(label=t("Start"), action=again, primary=True),)))),))


def _asked(event: Event, context: Context, function: Function, progress: Progress, opening: str | None = None, *, over: bool = False) -> Turn:
    """Ask the question that waits; `opening` says why it's asked again."""
    said = progress.answers.get(progress.question)
    blocks = [] if opening is None else [Text(text=opening)]
    shown = asked(context, function, progress.question, said.text if said else None)
    return Turn(replies=(told(event, context, (*blocks, *shown), over=over),), state=_remembered(progress))
