"""Proposed words: what an expert without the mandate would answer, until somebody who holds it says yes or no."""

from dataclasses import replace
from uuid import UUID, uuid5

from dialogs import relay
from dialogs.events import ActionTaken, Event
from dialogs.expert_gesture import at_desk, card_changed, desk_told, in_place, is_closed, party, told, with_word, word_for
from dialogs.facts import DeliveryEdited, DeliveryPlanned, Fact, RequestKept, WordKept
from dialogs.mandate import holders, holds_mandate
from dialogs.messages import Block, Button, Buttons, Message, Note, Text
from dialogs.refusal import refused
from dialogs.request import Party, Request, RequestStatus, Step, Word
from dialogs.request_actions import ApproveWord, DropWord
from dialogs.rights import Act
from dialogs.turn import Context, Turn


def waits(context: Context, request: Request) -> tuple[Block, ...]:
    """Tell an author whom their proposed words wait for."""
    t = context.t
    names = ", ".join(holders(context, request.function))
    return (
        Text(text=t("Your answer waits under the card for somebody who may send it: {names}.", names=names)),
        Note(text=t("Whoever holds the mandate answers without anyone's validation. An owner gives it, in the function's contacts.")),
    )


def proposal(context: Context, request: Request, word: Word) -> Message:
    """Return the message that asks those who hold the mandate whether a word goes out."""
    t = context.texts[request.desk_language]
    who = at_desk(context, request, word.author)
    names = ", ".join(holders(context, request.function))
    return Message(
        language=request.desk_language,
        blocks=(
            Text(text=t("{name} proposes this answer:", name=who), strong=True),
            Text(text=word.text),
            Note(text=t("It goes out in the name of {name} once somebody with the mandate says so: {names}.", name=who, names=names)),
            Buttons(
                buttons=(
                    Button(label=t("Send it"), action=ApproveWord(word=str(word.id), request=request.id, seen=_seen(word)), primary=True),
                    Button(label=t("Don't send it"), action=DropWord(word=str(word.id), request=request.id)),
                )
            ),
        ),
    )


def proposal_key(word: Word) -> UUID:
    """Return the key of the delivery that proposes a word."""
    return uuid5(word.id, "proposal")


def approve(event: Event, context: Context, action: ApproveWord) -> Turn:
    """Send a proposed answer."""
    found = _proposal_for(event, context, action, of_author=False)
    if isinstance(found, Turn):
        return found
    request, word = found
    if request.closed:
        return is_closed(event, context, request)
    if action.seen not in (None, _seen(word)):
        return _changed(event, context, request, word)
    me, sent = party(context), replace(word, state="sent", at=event.at)
    taken = request
    if request.status is RequestStatus.OPEN:  # its author had given it back
        taken = replace(request, status=RequestStatus.CLAIMED, expert=word.author, claimed_at=event.at)
    kept = with_word(replace(taken, first_word_at=taken.first_word_at or event.at), sent)
    shown = _settled(context, kept, sent, me)
    facts: tuple[Fact, ...] = (
        WordKept(word=sent),
        RequestKept(request=kept, step=Step.ANSWERED, by=me.id),
        relay.word_to_client(context.texts, context.catalogue, kept, sent),
        DeliveryEdited(key=proposal_key(word), message=shown),
        *card_changed(context, request, kept),
    )
    return _shown(event, context, shown, facts)


def drop(event: Event, context: Context, action: DropWord) -> Turn:
    """Don't send a proposed answer."""
    found = _proposal_for(event, context, action, of_author=True)
    if isinstance(found, Turn):
        return found
    request, word = found
    me, dropped = party(context), replace(word, state="dropped")
    shown = _settled(context, request, dropped, me)
    facts: list[Fact] = [WordKept(word=dropped), DeliveryEdited(key=proposal_key(word), message=shown)]
    if me.id != word.author.id:
        t = context.texts[request.desk_language]
        said = t(
            "{author}, {name} would rather not send your answer as it is. Talk it over here, each line beginning with //.",
            author=at_desk(context, request, word.author),
            name=at_desk(context, request, me),
        )
        facts += desk_told(event, context, request, "dropped", Text(text=said))
    return _shown(event, context, shown, tuple(facts))


def withdrawn(context: Context, request: Request, word: Word) -> tuple[Fact, ...]:
    """Drop a proposed word that can't go out any more, for those who would look for it."""
    t = context.texts[request.desk_language]
    note = Text(text=t("Not sent: the request went to another function."))
    shown = Message(language=request.desk_language, blocks=(Text(text=word.text), note))
    return WordKept(word=replace(word, state="dropped")), DeliveryEdited(key=proposal_key(word), message=shown)


def proposed(context: Context, request: Request, word: Word) -> tuple[DeliveryPlanned, ...]:
    """Ask those who hold the mandate, under the card, whether a word goes out."""
    planned = relay.to_desk(request, str(word.id), proposal(context, request, word))
    return tuple(replace(each, delivery=replace(each.delivery, key=proposal_key(word))) for each in planned)


def _proposal_for(event: Event, context: Context, action: ApproveWord | DropWord, *, of_author: bool) -> tuple[Request, Word] | Turn:
    """Return a word that still waits, which the person may decide upon; else what to reply."""
    found = word_for(event, context, action.request, action.word)
    if isinstance(found, Turn):
        return found
    request, word = found
    if not holds_mandate(context, request.function) and not (of_author and word.author.id == context.person.id):
        return refused(event, context, Act.APPROVE_ANSWERS, request.function, request.id)
    if word.state == "proposed":
        return found
    t = context.t
    if word.state == "sent":
        return told(event, context, Text(text=t("This answer has gone out already.")))
    return told(event, context, Text(text=t("This answer was taken back, or refused, in the meantime: it doesn't go out.")))


def _seen(word: Word) -> str:
    """Tell a text from all others that the word may have had."""
    return uuid5(word.id, word.text).hex[:8]


def _changed(event: Event, context: Context, request: Request, word: Word) -> Turn:
    """Ask again: what goes out in the function's name is what somebody with the mandate has read."""
    t, asked = context.texts[request.desk_language], proposal(context, request, word)
    note = Note(text=t("The author changed this answer while you were reading it, so it hasn't gone out. Here it is as it is now."))
    return _shown(event, context, replace(asked, blocks=(note, *asked.blocks)), ())


def _settled(context: Context, request: Request, word: Word, by: Party) -> Message:
    """Return what takes the place of a proposal, in the language of the experts' conversation."""
    t = context.texts[request.desk_language]
    author, name = at_desk(context, request, word.author), at_desk(context, request, by)
    if word.state == "sent":
        said = t("Sent in the name of {author}: {name} said yes.", author=author, name=name)
    elif by.id == word.author.id:
        said = t("Not sent: {name} took it back.", name=name)
    else:
        said = t("Not sent: {name} would rather not.", name=name)
    return Message(language=request.desk_language, blocks=(Text(text=word.text), Note(text=said)))


def _shown(event: Event, context: Context, message: Message, facts: tuple[Fact, ...]) -> Turn:
    """Show a decided proposal in its place; the ledger shows it elsewhere."""
    if isinstance(event, ActionTaken) and event.message_id is not None:
        return Turn(replies=(in_place(message),), facts=facts)
    return told(event, context, *message.blocks, facts=facts)
