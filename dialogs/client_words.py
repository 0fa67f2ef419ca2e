"""A client's words: what carrying them to the experts leaves behind, and how that's said."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import uuid5

from dialogs import relay
from dialogs.actions import QUESTION_LIMIT
from dialogs.events import Event
from dialogs.facts import Fact, RequestKept, WordKept
from dialogs.human_button import human_button
from dialogs.messages import Block, Button, Buttons, Message, Note, Text, clipped
from dialogs.own_request import closed_on, next_steps, say, whose
from dialogs.request import Request, RequestStatus, Step, Word
from dialogs.request_actions import NotForThem
from dialogs.turn import Context, Turn
from dialogs.written import UNSHOWABLE

LIMIT: Final = 3000  # characters carried at once: Slack's limit for a section and for an input (docs.slack.dev/reference/block-kit)
_EDGES: Final = re.compile(r"\A[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+\Z")  # blanks, and what has no width at all


def readable(text: str) -> str:
    """Return what somebody wrote without the characters that no card shows."""
    return _EDGES.sub("", UNSHOWABLE.sub("", text))


def spoken(event: Event, request: Request, text: str, source: tuple[str, str] | None = None) -> Word:
    """Return what the client says by this event; `source` is the message that holds it, if one does."""
    return Word(id=uuid5(event.key, "word"), request=request.id, side="client", author=request.client, text=text, at=event.at, source=source)


def copied(word: Word, at: datetime) -> Word:
    """Return a word as it's sent again: of twice tapped it's one, and `and_copies` finds it for the edits of the first."""
    return replace(word, id=uuid5(word.id, "again"), at=at, source=None)


def carried(context: Context, request: Request, word: Word) -> tuple[Fact, ...]:
    """Return what keeps a client's word and carries it under the request's card: the request goes on, if it waited for one."""
    status = request.status
    if status is RequestStatus.WAITING:
        status = RequestStatus.CLAIMED if request.expert else RequestStatus.OPEN
    now = replace(request, status=status, words=(*request.words, word))
    return (
        RequestKept(request=now, step=Step.ADDED, by=context.person.id),
        WordKept(word=word),
        *relay.word_to_desk(context.texts, context.catalogue, now, word),
        *relay.card_again(context.texts, context.catalogue, now),
    )


def file_left_behind(event: Event, context: Context, request: Request) -> tuple[Fact, ...]:
    """Tell the experts that what was attached didn't come with the words."""
    t = context.texts[request.desk_language]
    text = t("Something was attached to these words, and I don't carry files across. Whoever asked was told so, and how to share it instead.")
    return relay.to_desk(request, f"file|{event.key}", Message(language=t.language, blocks=(Note(text=text),)))


def share_instead(context: Context, request: Request) -> str:
    """Say that files aren't carried across, and what to do instead; a file of somebody discreet would tell who they are."""
    t = context.t
    if request.discreet:
        return t("I don't carry files across: what you attached stays here. You can send a link to where it's kept, but it may show who you are.")
    return t("I don't carry files across: what you attached stays here. Send a link to where it's kept, or give it to them directly.")


def confirmation(context: Context, request: Request) -> str:
    """Say to whom the client's words went, and that their name didn't, where the request is discreet."""
    t, function = context.t, whose(context, request)
    name = request.expert.name if request.expert else None
    if request.desk is None and request.keeper is None:
        return t("Kept with your request: nobody at {function} can be reached through me for now.", function=function)
    if name and request.discreet:
        return t("Sent to {name} ({function}), without your name.", name=name, function=function)
    if name:
        return t("Sent to {name} ({function}).", name=name, function=function)
    if request.discreet:
        return t("Sent to {function}, without your name.", function=function)
    return t("Sent to {function}.", function=function)


def mistaken(context: Context, word: Word) -> Buttons:
    """Return the way to take words back that were meant for the bot."""
    question = clipped(word.text, QUESTION_LIMIT)
    label = context.t("It was a question for you")
    return Buttons(buttons=(Button(label=label, action=NotForThem(word=str(word.id), request=word.request, question=question)),), quiet=True)


def too_late(event: Event, context: Context, request: Request, text: str) -> Turn:
    """Say that a request is closed, so that words about it weren't sent; they're given back, so that they aren't lost."""
    t = context.t
    blocks: list[Block] = [Text(text=t("This request was closed on {day}.", day=closed_on(context, request)))]
    if text:
        blocks.append(Text(text=t("What you wrote wasn't sent. Here it is, so that it isn't lost:")))
        blocks.append(Text(text=t("“{words}”", words=clipped(text, LIMIT))))
    reopen, _ = next_steps(context, request)
    blocks.append(Note(text=t("If it isn't over, reopen it and write again; if it's about something else, ask anew.")))
    blocks.append(Buttons(buttons=(reopen, human_button(t, question=text, slug=request.function))))
    return say(event, context, *blocks)
