"""Make it an answer: what an expert answered becomes an entry, or its question a phrasing of one."""

import re
from collections.abc import Iterator
from typing import Final

from dialogs import phrasing
from dialogs.catalog import Function, Sheet
from dialogs.catalog_rules import PHRASING_LIMIT
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import find, request_for, told
from dialogs.masking import bare, masked, names_of, shown
from dialogs.messages import Block, Buttons, Text
from dialogs.phrasing import Wrong
from dialogs.profile import gone as sheet_gone
from dialogs.refusal import refused
from dialogs.request import Request
from dialogs.request_actions import PhraseRequest
from dialogs.request_card import heading
from dialogs.rights import Act, may
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

_NAME: Final = 3  # letters of a part of a name that's looked for by itself: shorter ones are particles


def open_phrasing(event: Event, context: Context, action: PhraseRequest) -> Turn:
    """Open the form that adds a request's question to a sheet."""
    found = _sheet_and_request(event, context, action)
    if isinstance(found, Turn):
        return found
    _, sheet, request = found
    asked = question_of(request)[:PHRASING_LIMIT]
    return Turn(replies=(phrasing.form(context, action, sheet, phrasing=asked, language=request.language),))


def phrasing_added(event: FormSubmitted, context: Context, action: PhraseRequest) -> Turn:
    """Add a request's question to a sheet."""
    found = _sheet_and_request(event, context, action)
    if isinstance(found, Turn):
        return found
    function, sheet, request = found
    read = phrasing.read(event, context, sheet)
    if isinstance(read, Wrong):
        return Turn(replies=(phrasing.asked_again(context, action, sheet, request.language, read),))
    taught = phrasing.taught(context, function, sheet, read)
    blocks: list[Block] = [Text(text=heading(context.t, request), strong=True), *taught.blocks]
    if taught.buttons:
        blocks.append(Buttons(buttons=taught.buttons))
    return told(event, context, *blocks, facts=(taught.fact,))


def answered_for(context: Context, request_id: str | None, function: str) -> Request | None:
    """Return the request of a function that an entry is being made of, None where it's gone, or with another function."""
    request = find(context, request_id)
    return request if request is not None and request.function == function else None


def question_of(request: Request) -> str:
    """Return a request's question on one line, without whatever tells who asked."""
    return " ".join(bare(_nameless(request, request.question)).split())


def reply_of(t: Texts, request: Request) -> str:
    """Return what the experts wrote to the client, with marks where it named people: whoever edits it sees where something is missing."""
    texts = dict.fromkeys(word.text for word in request.words if word.side == "expert" and word.state == "sent")  # what was sent again is there once
    return shown(t, _nameless(request, "\n\n".join(texts)))


def _nameless(request: Request, text: str) -> str:
    names = tuple(_names(request))
    text = masked(text, names_of(names))
    # by itself, a first name may be a word like any other; here it's known whose it is
    alone = sorted({part for name in names for part in name.split() if len(part) >= _NAME and part[0].isupper()}, key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, alone))})\b", "⟨name⟩", text, flags=re.IGNORECASE) if alone else text


def _names(request: Request) -> Iterator[str]:
    for party in (request.client, request.expert, *(word.author for word in request.words)):
        if party is not None and party.name:
            yield party.name


def _sheet_and_request(event: Event, context: Context, action: PhraseRequest) -> tuple[Function, Sheet, Request] | Turn:
    """Return the sheet to add to, with its function, and the request; else what to reply."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    found = context.catalogue.sheet(action.id)
    if found is None:
        return sheet_gone(event, context)
    function, sheet = found
    if not may(context.grants, Act.WRITE_CONTENT, function.slug):
        return refused(event, context, Act.WRITE_CONTENT, function.slug, sheet.id)
    return function, sheet, request
