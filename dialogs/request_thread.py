"""The thread of a request: what is written there goes to the other side, and so do its edits and deletions."""

from dataclasses import replace
from typing import Final

from dialogs import client_requests
from dialogs.client_words import LIMIT, readable
from dialogs.events import MessageDeleted, MessageEdited, MessageReceived, Overheard
from dialogs.expert_gesture import card_changed, client_told, find, party, private, signed, told, with_word
from dialogs.expert_words import and_copies, carry, too_long
from dialogs.facts import DeliveryEdited, DeliveryPlanned, DeliveryRecalled, Fact, WordKept
from dialogs.mandate import holds_mandate, may_answer
from dialogs.messages import Block, Button, Buttons, Message, Note, Text
from dialogs.proposed_words import proposal, proposal_key, waits
from dialogs.refusal import refused
from dialogs.request import Request, Word
from dialogs.request_actions import ReopenRequest
from dialogs.request_card import edited_mark, state_in_words, word_as_client, word_as_expert
from dialogs.rights import Act
from dialogs.turn import Context, Turn

ASIDE: Final = "//"  # what begins so stays among the experts
_SILENCE: Final = Turn(replies=())


def said(event: MessageReceived | Overheard, context: Context) -> Turn:
    """Carry what was written in a request's thread, on either side (`context.inside`)."""
    inside = context.inside
    request = find(context, inside.request) if inside else None
    if inside is None or request is None:
        return _SILENCE
    if inside.side == "client":  # under what the client got, in their own conversation, where whatever they write is to the bot
        return client_requests.said(event, context, request) if isinstance(event, MessageReceived) else _SILENCE
    return _said_by_expert(event, context, request)


def edited(event: MessageEdited, context: Context) -> Turn:
    """Carry the edit of a word; one that wasn't sent yet is sent as it is now."""
    found = _own_word(event, context)
    if found is None:
        return _SILENCE
    request, word = found
    text = readable(event.text)
    if text == word.text:  # a platform tells of an edit when it adds a preview
        return _SILENCE
    if not text or (word.side == "expert" and text.startswith(ASIDE)):
        return _taken_back(context, request, word)
    if len(text) > LIMIT:
        return told(event, context, Text(text=too_long(context.t, text)), Note(text=context.t("They keep your words as they were before.")))
    if word.state == "proposed":
        now = replace(word, text=text)
        shown = proposal(context, with_word(request, now), now)
        return Turn(replies=(), facts=(WordKept(word=now), DeliveryEdited(key=proposal_key(word), message=shown)))
    if word.side == "expert" and not holds_mandate(context, request.function):
        return told(
            event,
            context,
            Text(text=context.t("Your change stays here: these words were approved as they were, and whoever asked keeps them so.")),
            Note(text=context.t("Write what is to be added as a new message: it can be approved too.")),
        )
    facts: list[Fact] = []
    kept = request
    for each in and_copies(request, word):
        now = replace(each, text=text)
        kept = with_word(kept, now)
        facts += (WordKept(word=now), DeliveryEdited(key=now.id, message=_as_read(context, request, now)))
    return Turn(replies=(), facts=(*facts, *card_changed(context, request, kept)))


def deleted(event: MessageDeleted, context: Context) -> Turn:
    """Take a word back, where its author deleted it."""
    found = _own_word(event, context)
    return _SILENCE if found is None else _taken_back(context, *found)


def _said_by_expert(event: MessageReceived | Overheard, context: Context, request: Request) -> Turn:
    text = readable(event.text)
    if text.startswith(ASIDE) or not (text or event.files):
        return _SILENCE
    if not may_answer(context, request.function):
        return refused(event, context, Act.ANSWER_REQUESTS, request.function, request.id)
    t = context.texts[request.desk_language]
    if request.closed:
        closed = Text(text=state_in_words(t, context.catalogue, request))
        unsent = Text(text=t("So these words weren't sent; they're kept here. Reopen it, and write them again."))
        return Turn(
            replies=(_here(request, closed, unsent, Buttons(buttons=(Button(label=t("Reopen"), action=ReopenRequest(request=request.id)),))),)
        )
    if len(text) > LIMIT:
        return Turn(replies=(_here(request, Text(text=too_long(t, text)), Note(text=t("Nothing of it was sent."))),))
    facts: tuple[Fact, ...] = ()
    replies: tuple[Message, ...] = ()
    if text:
        source = (event.reference.whole.key, event.message_id) if event.message_id else None
        carried = carry(event, context, request, text, source=source)
        facts = (*carried.facts, *card_changed(context, request, carried.request))
        if carried.word.state == "proposed":
            replies = (private(event, context, *waits(context, request)),)
    if event.files:
        stays = t("What was attached stays here: I don't carry files across. Send a link that whoever asked may open, or give it to them directly.")
        replies = (*replies, _here(request, Text(text=stays)))
        if holds_mandate(context, request.function):
            facts = (*facts, _file_stays(event, context, request))
    return Turn(replies=replies, facts=facts)


def _file_stays(event: MessageReceived | Overheard, context: Context, request: Request) -> DeliveryPlanned:
    t = context.texts[request.language]
    name = signed(context, request, party(context))
    text = t("{name} attached a file, and I don't carry files across. I've asked them for a link, or to give it to you directly.", name=name)
    return client_told(event, context, request, "file", Text(text=text))


def _here(request: Request, *blocks: Block) -> Message:
    """Return what all the experts read, in the thread."""
    return Message(language=request.desk_language, blocks=blocks)


def _own_word(event: MessageEdited | MessageDeleted, context: Context) -> tuple[Request, Word] | None:
    """Return the word that a message was, where its author changes it and it still is one."""
    source = (event.reference.whole.key, event.message_id)
    for request in context.requests:
        for word in request.words:
            if word.source == source and word.author.id == context.person.id and word.state in ("sent", "proposed"):
                return request, word
    return None


def _taken_back(context: Context, request: Request, word: Word) -> Turn:
    facts: list[Fact] = []
    kept = request
    for each in and_copies(request, word):
        gone = replace(each, state="deleted")
        kept = with_word(kept, gone)
        facts += (WordKept(word=gone), DeliveryRecalled(key=proposal_key(each) if each.state == "proposed" else each.id))
    return Turn(replies=(), facts=(*facts, *card_changed(context, request, kept)))


def _as_read(context: Context, request: Request, word: Word) -> Message:
    """Return a word that was changed after it was sent, as the other side reads it."""
    as_the_other, language = (word_as_client, request.language) if word.side == "expert" else (word_as_expert, request.desk_language)
    t = context.texts[language]
    return edited_mark(t, as_the_other(t, context.catalogue, request, word))
