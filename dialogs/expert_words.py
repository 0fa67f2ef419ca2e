"""An expert's words to the client: sent in the expert's name, or proposed to those who hold the mandate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import uuid5

from dialogs import relay
from dialogs.client_words import LIMIT, readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import (
    at_desk,
    card_changed,
    care_taken,
    closed_blocks,
    desk_told,
    done,
    is_closed,
    party,
    request_for,
    told,
    with_word,
    word_for,
)
from dialogs.facts import Fact, RequestKept, WordKept
from dialogs.mandate import holders, holds_mandate
from dialogs.messages import Choice, FieldError, Form, FormErrors, Input, Option, Text, clipped
from dialogs.proposed_words import proposed, waits
from dialogs.request import Request, RequestStatus, Step, Word
from dialogs.request_actions import AnswerRequest, SendAgain
from dialogs.request_card import client_name
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

_TEXT, _THEN = "text", "then"  # the form's inputs
_ASKED: Final = 500  # characters of the question on top of the form


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """An expert's word, with the request as it's then, and what it leaves behind."""

    word: Word
    request: Request
    facts: tuple[Fact, ...]


def open_answer(event: Event, context: Context, action: AnswerRequest) -> Turn:
    """Open the form in which an expert answers, or asks back."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    return is_closed(event, context, request) if request.closed else Turn(replies=(_form(context, request, action),))


def answered(event: FormSubmitted, context: Context, action: AnswerRequest) -> Turn:
    """Carry an expert's answer, or propose it to those who hold the mandate."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    t, text = context.t, readable(event.values.get(_TEXT, ""))
    if request.closed:
        return told(event, context, *closed_blocks(t, context, request), Text(text=t("What you wrote:"), strong=True), Text(text=text))
    if wrong := _wrong(t, text):
        form = _form(context, request, action, text=text, then=event.values.get(_THEN))
        return Turn(replies=(FormErrors(form=form, errors=(FieldError(input=_TEXT, text=wrong),)),))
    carried = carry(event, context, request, text, then="asked" if event.values.get(_THEN) == "asked" else "answered")
    if carried.word.state == "proposed":
        return told(event, context, *waits(context, request), facts=(*carried.facts, *card_changed(context, request, carried.request)))
    facts = carried.facts
    if request.desk is not None:  # the form's words aren't in the channel yet
        facts += desk_told(event, context, carried.request, Step.ANSWERED, _wrote(context, request, carried.word), Text(text=text))
    return done(event, context, request, carried.request, facts, Text(text=_sent_to(t, request)))


def carry(
    event: Event,
    context: Context,
    request: Request,
    text: str,
    *,
    source: tuple[str, str] | None = None,
    then: Literal["answered", "asked", "as_before"] = "as_before",
) -> Carried:
    """Send an expert's words to the client; without the mandate, propose them to those who hold it. An unclaimed request is theirs then.

    `then` is what the request waits for from now on.
    """
    me, facts = party(context), list[Fact]()
    sure = holds_mandate(context, request.function)
    word = Word(
        id=uuid5(event.key, "word"),
        request=request.id,
        side="expert",
        author=me,
        text=text,
        at=event.at,
        state="sent" if sure else "proposed",
        source=source,
    )
    facts.append(WordKept(word=word))
    taken = request
    if request.status is RequestStatus.OPEN:
        taken = replace(request, status=RequestStatus.CLAIMED, expert=me, claimed_at=event.at)
        facts.append(RequestKept(request=taken, step=Step.CLAIMED, by=me.id))
    if sure:
        status = {"answered": RequestStatus.CLAIMED, "asked": RequestStatus.WAITING, "as_before": taken.status}[then]
        step = Step.ASKED_BACK if then == "asked" else Step.ANSWERED
        kept = with_word(replace(taken, status=status, first_word_at=taken.first_word_at or event.at), word)
        facts += (RequestKept(request=kept, step=step, by=me.id), relay.word_to_client(context.texts, context.catalogue, kept, word))
        return Carried(word=word, request=kept, facts=tuple(facts))
    kept = with_word(taken, word)
    if taken is not request:
        facts.append(care_taken(event, context, kept, me))
    facts += proposed(context, kept, word)
    return Carried(word=word, request=kept, facts=tuple(facts))


def send_again(event: Event, context: Context, action: SendAgain) -> Turn:
    """Send an expert's words again, that may not have arrived."""
    found = word_for(event, context, action.request, action.word)
    if isinstance(found, Turn):
        return found
    request, word = found
    t = context.t
    if word.state != "sent":
        return told(event, context, Text(text=t("These words were taken back meanwhile, so there's nothing to send again.")))
    key = uuid5(word.id, "again")  # twice tapped, once sent
    if any(each.id == key for each in request.words):
        return told(event, context, Text(text=t("These words were sent again already.")))
    again = replace(word, id=key, at=event.at, source=None)
    kept = with_word(request, again)
    facts: tuple[Fact, ...] = (
        WordKept(word=again),
        relay.word_to_client(context.texts, context.catalogue, kept, again),
        *card_changed(context, request, kept),
    )
    said = t("Sent again to whoever asked.") if request.discreet else t("Sent again to {name}.", name=client_name(t, request))
    return told(event, context, Text(text=said), facts=facts)


def and_copies(request: Request, word: Word) -> Iterator[Word]:
    """Yield a word, and what was sent again of it: by its author, or where its request went."""
    yield word
    for how in ("again", "rerouted"):
        key = uuid5(word.id, how)
        for copy in request.words:
            if copy.id == key:
                yield from and_copies(request, copy)


def too_long(t: Texts, text: str) -> str:
    """Say that words are too long to be carried, and what to do."""
    return t("That's {count} characters, and I carry up to {limit} at once. Please send it in parts.", count=len(text), limit=LIMIT)


def _sent_to(t: Texts, request: Request) -> str:
    return t("Sent to whoever asked.") if request.discreet else t("Sent to {name}.", name=client_name(t, request))


def _wrote(context: Context, request: Request, word: Word) -> Text:
    t = context.texts[request.desk_language]
    return Text(text=t("{name} wrote to whoever asked:", name=at_desk(context, request, word.author)), strong=True)


def _wrong(t: Texts, text: str) -> str | None:
    if not text:
        return t("Write what you want to say.")
    return too_long(t, text) if len(text) > LIMIT else None


def _form(context: Context, request: Request, action: AnswerRequest, *, text: str = "", then: str | None = None) -> Form:
    t = context.t
    blocks: list[Text | Input | Choice] = [Text(text=clipped(request.question, _ASKED), strong=True)]
    sure = holds_mandate(context, request.function)
    if not sure:
        names = ", ".join(holders(context, request.function))
        blocks.append(Text(text=t("Your answer goes out once one of those who hold the mandate says so: {names}.", names=names)))
    blocks.append(Input(id=_TEXT, label=t("Your answer, in your name"), value=text, multiline=True, required=True, limit=LIMIT))
    if sure:
        options = (Option(value="answered", label=t("It answers the question")), Option(value="asked", label=t("I'm asking back")))
        blocks.append(Choice(id=_THEN, label=t("What is it?"), options=options, value=then or "answered", required=True))
    return Form(
        language=context.language,
        title=t("Answer"),
        blocks=tuple(blocks),
        action=action,
        submit=t("Send") if sure else t("Propose"),
        cancel=t("Cancel"),
    )
