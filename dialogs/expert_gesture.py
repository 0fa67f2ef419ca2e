"""What an expert's gestures share: the request they're about, whether they may, and how what they did is shown."""

from dataclasses import replace

from dialogs import relay
from dialogs.actions import Home
from dialogs.events import ActionTaken, Event, FormSubmitted, Scope
from dialogs.facts import DeliveryEdited, DeliveryPlanned, Fact
from dialogs.mandate import may_answer
from dialogs.messages import Block, Button, Buttons, Message, Note, Place, Text
from dialogs.refusal import refused
from dialogs.request import Party, Request, Step, Word
from dialogs.request_actions import AddToRequest, AnswerRequest, ReopenRequest
from dialogs.request_card import about, card, expert_name, function_name, state_in_words
from dialogs.rights import Act
from dialogs.texts import Texts
from dialogs.turn import Context, Turn


def request_for(event: Event, context: Context, request_id: str) -> Request | Turn:
    """Return the request that an expert's gesture is about; else what to reply: it's gone, or they don't answer for its function."""
    request = find(context, request_id)
    if request is None:
        return gone(event, context)
    if not may_answer(context, request.function):
        return refused(event, context, Act.ANSWER_REQUESTS, request.function, request.id)
    return request


def find(context: Context, request_id: str | None) -> Request | None:
    """Return a request that was gathered, None where it's gone."""
    return next((request for request in context.requests if request.id == request_id), None)


def gone(event: Event, context: Context) -> Turn:
    """Say that a request isn't kept any more."""
    t = context.t
    text = Text(text=t("This request isn't kept any more, so nothing can be done with it. What goes on today starts from the home card."))
    return told(event, context, text, Buttons(buttons=(Button(label=t("Home"), action=Home()),)))


def told(event: Event, context: Context, *blocks: Block, facts: tuple[Fact, ...] = ()) -> Turn:
    """Reply so that only who made the gesture reads it."""
    return Turn(replies=(private(event, context, *blocks),), facts=facts)


def private(event: Event, context: Context, *blocks: Block) -> Message:
    """Return a message that only who made the gesture reads."""
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Message(language=context.language, blocks=blocks, place=place)


def done(event: Event, context: Context, before: Request, after: Request, facts: tuple[Fact, ...], *blocks: Block) -> Turn:
    """Show what a gesture came to: the card as it is now where it was made on the card, else `blocks`; the ledger shows it elsewhere."""
    facts = (*facts, *card_changed(context, before, after))
    if not on_card(event, before):
        return told(event, context, *blocks, facts=facts)
    shown = card(context.texts[before.desk_language], context.catalogue, after)
    return Turn(replies=(in_place(shown),), facts=facts)


def on_card(event: Event, request: Request) -> bool:
    """Tell whether a gesture was made on the request's own card, which can then be changed in the response."""
    if not isinstance(event, ActionTaken | FormSubmitted) or event.message_id is None or event.message_id != request.thread:
        return False
    return request.desk is None or request.desk.whole.key == event.reference.whole.key


def in_place(message: Message) -> Message:
    """Return a message that takes the place of the one that was tapped."""
    return Message(language=message.language, blocks=message.blocks, place=Place.UPDATE)


def card_changed(context: Context, before: Request, after: Request) -> tuple[DeliveryEdited, ...]:
    """Show the card as it is now, unless it says the same as before."""
    was, shown = relay.card_again(context.texts, context.catalogue, before), relay.card_again(context.texts, context.catalogue, after)
    return () if was == shown else shown


def is_closed(event: Event, context: Context, request: Request) -> Turn:
    """Say that a request is closed, and how it goes on all the same."""
    return told(event, context, *closed_blocks(context.t, context, request))


def closed_blocks(t: Texts, context: Context, request: Request) -> tuple[Block, ...]:
    """Return what is said of a closed request to an expert who goes on with it."""
    return (
        Text(text=state_in_words(t, context.catalogue, request)),
        Text(text=t("So nothing goes to whoever asked any more. Reopen it first if there's more to say.")),
        Buttons(buttons=(Button(label=t("Reopen"), action=ReopenRequest(request=request.id)),)),
    )


def party(context: Context) -> Party:
    """Return the person as the other side sees them."""
    person = context.person
    return Party(id=person.id, name=person.name, site=person.site, department=person.department)


def signed(context: Context, request: Request, expert: Party) -> str:
    """Name an expert with their function, in the client's language."""
    t = context.texts[request.language]
    if expert.name is None:
        return expert_name(t, context.catalogue, request, expert)
    return t("{name} ({function})", name=expert.name, function=function_name(t, context.catalogue, request.function))


def at_desk(context: Context, request: Request, expert: Party) -> str:
    """Name an expert, in the language of the experts' conversation."""
    return expert_name(context.texts[request.desk_language], context.catalogue, request, expert)


def client_told(event: Event, context: Context, request: Request, step: str, *blocks: Block) -> DeliveryPlanned:
    """Tell the client what becomes of their question; `blocks` are in their language."""
    t = context.texts[request.language]
    rows = (Note(text=about(t, request)), Buttons(buttons=(Button(label=t("Add something"), action=AddToRequest(request=request.id)),)))
    return relay.to_client(request, f"{step}|{event.key}", Message(language=request.language, blocks=(*blocks, *rows)))


def care_taken(event: Event, context: Context, request: Request, expert: Party) -> DeliveryPlanned:
    """Tell the client who takes care of their question."""
    t = context.texts[request.language]
    text = t("{name} is taking care of your question now.", name=signed(context, request, expert))
    return client_told(event, context, request, Step.CLAIMED, Text(text=text))


def desk_told(event: Event, context: Context, request: Request, step: str, *blocks: Block) -> tuple[DeliveryPlanned, ...]:
    """Tell the experts something under the card; `blocks` are in their conversation's language."""
    return relay.to_desk(request, f"{step}|{event.key}", Message(language=request.desk_language, blocks=blocks))


def with_word(request: Request, word: Word) -> Request:
    """Return a request with a word as it is now, or one more."""
    if any(each.id == word.id for each in request.words):
        return replace(request, words=tuple(word if each.id == word.id else each for each in request.words))
    return replace(request, words=(*request.words, word))


def word_for(event: Event, context: Context, request_id: str, word_id: str) -> tuple[Request, Word] | Turn:
    """Return an expert's word with its request; else what to reply."""
    request = request_for(event, context, request_id)
    if isinstance(request, Turn):
        return request
    word = next((each for each in request.words if str(each.id) == word_id and each.side == "expert"), None)
    if word is None:
        text = Text(text=context.t("These words aren't kept any more. Write them again, if they still matter."))
        return told(event, context, text, Buttons(buttons=(Button(label=context.t("Answer"), action=AnswerRequest(request=request.id)),)))
    return request, word
