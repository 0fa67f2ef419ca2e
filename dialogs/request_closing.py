"""Closing a request: with its outcome, a last word to the client, and what it leaves to the function."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final
from uuid import uuid5

from dialogs import relay
from dialogs.actions import WriteSheet
from dialogs.client_words import LIMIT, readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import at_desk, desk_told, done, is_closed, party, request_for, signed, with_word
from dialogs.expert_words import too_long
from dialogs.facts import Fact, RequestKept, WordKept
from dialogs.feedback_closing import HELPED, request_closing_id
from dialogs.feedback_closing import closed as feedback_asked
from dialogs.feedback_row import solved_row
from dialogs.human_button import human_button
from dialogs.mandate import holders, holds_mandate
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Choice, FieldError, Form, FormErrors, Input, Message, Note, Option, Text, clipped
from dialogs.request import Outcome, Party, Request, RequestStatus, Step, Word
from dialogs.request_actions import CloseRequest, PhraseRequest, ReopenRequest
from dialogs.request_card import about, outcome_in_words
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

_OUTCOME, _WORD = "outcome", "word"  # the form's inputs
_ASKED: Final = 500  # characters of the question on top of the form
_OFFERED: Final = (Outcome.SOLVED, Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.NOT_OURS)
_WORTH_KEEPING: Final = (Outcome.SOLVED, Outcome.PARTLY)
_PHRASINGS: Final = 3  # sheets to which a question may be added from one message


def open_closing(event: Event, context: Context, action: CloseRequest) -> Turn:
    """Open the form that closes a request with its outcome."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    return is_closed(event, context, request) if request.closed else Turn(replies=(_form(context, request, action, {}),))


def closed(event: FormSubmitted, context: Context, action: CloseRequest) -> Turn:
    """Close a request, and tell its client."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if request.closed:
        return is_closed(event, context, request)
    text = readable(event.values.get(_WORD, ""))
    outcome = next((each for each in _OFFERED if each == event.values.get(_OUTCOME)), None)
    errors = tuple(_errors(context, request, outcome, text))
    if errors or outcome is None:
        return Turn(replies=(FormErrors(form=_form(context, request, action, event.values), errors=errors),))
    me = party(context)
    # whoever closes it answers for its end, and has it again should it be reopened
    kept = replace(request, status=RequestStatus.CLOSED, expert=me, closed_at=event.at, outcome=outcome)
    facts: list[Fact] = []
    if text:
        word = Word(id=uuid5(event.key, "word"), request=request.id, side="expert", author=me, text=text, at=event.at)
        kept = with_word(replace(kept, first_word_at=kept.first_word_at or event.at), word)
        carried = relay.word_to_client(context.texts, context.catalogue, kept, word)
        # one message, and as it carries somebody's words, at most once
        facts += (WordKept(word=word), replace(carried, delivery=replace(carried.delivery, message=ending(context, kept, me, text))))
    else:
        facts.append(relay.to_client(kept, f"{Step.CLOSED}|{event.key}", ending(context, kept, me, text)))
    facts.append(RequestKept(request=kept, step=Step.CLOSED, by=me.id))
    facts += feedback_asked(kept, event.at)
    facts += desk_told(event, context, kept, Step.CLOSED, *_left(context, kept, me, text))
    return done(event, context, request, kept, tuple(facts), Text(text=context.t("Closed: whoever asked knows it.")))


def _errors(context: Context, request: Request, outcome: Outcome | None, text: str) -> Iterator[FieldError]:
    t = context.t
    if outcome is None:
        yield FieldError(input=_OUTCOME, text=t("Choose how it ended."))
    if len(text) > LIMIT:
        yield FieldError(input=_WORD, text=too_long(t, text))
    elif text and not holds_mandate(context, request.function):
        names = ", ".join(holders(context, request.function))
        error = t("Leave this empty, or use “Answer” first: your words go out once one of those who hold the mandate says so: {names}.", names=names)
        yield FieldError(input=_WORD, text=error)


def ending(context: Context, request: Request, expert: Party, text: str, *, row: bool = True) -> Message:
    """Return what the client reads: who closed, how, the last words, the one-tap `row` where somebody helped, and the way back."""
    t = context.texts[request.language]
    blocks: list[Block] = [Text(text=_how(t, request.outcome, signed(context, request, expert)), strong=True)]
    if text:
        blocks.append(Text(text=text))
    blocks.append(Note(text=about(t, request)))
    if row and request.outcome in HELPED:
        blocks += solved_row(t, request_closing_id(request), "card")
    buttons = [Button(label=t("It isn't over"), action=ReopenRequest(request=request.id))]
    if request.outcome is Outcome.NOT_OURS:
        buttons.append(human_button(t, question=request.question))  # to another function
    blocks.append(Buttons(buttons=tuple(buttons)))
    return Message(language=request.language, blocks=tuple(blocks))


def _how(t: Texts, outcome: Outcome | None, name: str) -> str:
    match outcome:
        case Outcome.SOLVED:
            return t("{name} closed your question: it's solved.", name=name)
        case Outcome.PARTLY:
            return t("{name} closed your question: it's solved in part.", name=name)
        case Outcome.NOT_SOLVED:
            return t("{name} closed your question, without having been able to solve it.", name=name)
        case _:
            return t("{name} closed your question: it isn't one that they can answer. Ask me again, and I'll look for whom it's for.", name=name)


def _left(context: Context, request: Request, expert: Party, text: str) -> Iterator[Block]:
    """Yield what the experts read: how it ended, the last words, and how an answer comes of it."""
    t = context.texts[request.desk_language]
    said = t("{name} closed this one: {outcome}.", name=at_desk(context, request, expert), outcome=outcome_in_words(t, request.outcome))
    yield Text(text=said, strong=True)
    if text:
        yield Text(text=text)
    if request.outcome not in _WORTH_KEEPING:
        return
    yield Note(text=t("The next one who asks could have the answer at once."))
    buttons = [Button(label=t("Make it an answer"), action=WriteSheet(slug=request.function, request=request.id), primary=True)]
    for sheet in dict.fromkeys(request.tried):
        if len(buttons) <= _PHRASINGS and (found := context.catalogue.sheet(sheet)):
            label = clipped(t("Add as a phrasing: {title}", title=found[1].title.to(t.language)), BUTTON_LIMIT)
            buttons.append(Button(label=label, action=PhraseRequest(request=request.id, id=sheet)))
    yield Buttons(buttons=tuple(buttons))


def _form(context: Context, request: Request, action: CloseRequest, values: Mapping[str, str]) -> Form:
    t = context.t
    labels = {
        Outcome.SOLVED: t("Solved"),
        Outcome.PARTLY: t("Solved in part"),
        Outcome.NOT_SOLVED: t("Not solved"),
        Outcome.NOT_OURS: t("Not ours: it's for nobody here"),
    }
    chosen = values.get(_OUTCOME)
    blocks: list[Text | Input | Choice] = [
        Text(text=clipped(request.question, _ASKED), strong=True),
        Text(text=t("If another function can do more, hand it on instead: whoever asked doesn't have to begin again.")),
    ]
    if any(word.state == "proposed" for word in request.words):
        blocks.append(Text(text=t("A proposed answer still waits to be sent: once this is closed, it doesn't go out.")))
    if not holds_mandate(context, request.function):
        names = ", ".join(holders(context, request.function))
        blocks.append(Text(text=t("Your own words go out once one of those who hold the mandate says so: {names}. Propose them first.", names=names)))
    blocks += [
        Choice(
            id=_OUTCOME,
            label=t("How did it end?"),
            options=tuple(Option(value=outcome, label=label) for outcome, label in labels.items()),
            value=chosen if chosen in labels else None,
            required=True,
        ),
        Input(id=_WORD, label=t("A last word to whoever asked"), value=values.get(_WORD, ""), multiline=True, limit=LIMIT),
    ]
    return Form(language=context.language, title=t("Close"), blocks=tuple(blocks), action=action, submit=t("Close"), cancel=t("Cancel"))
