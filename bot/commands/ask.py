"""`pourqui ask`: one question, answered without a server."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any
from uuid import uuid4

from bot.app import embedded_file, endpoint_for, opened_database
from bot.clock import now
from bot.commands.terminal import fail, run, say, settings, words
from bot.indexes import understand_catalogue
from bot.knowledge import Knowledge
from bot.memory import what_stays
from bot.metrics import Metrics
from bot.models import Models, loading
from bot.packs import read_pack, sample_folder
from bot.po import both_languages
from bot.settings import Settings
from dialogs.catalog import Catalogue, Language
from dialogs.events import MessageReceived, Reference, Scope, Sender
from dialogs.facts import ExchangeOpened
from dialogs.messages import Message, plain_text
from dialogs.people import DirectoryRow, Person, is_called, person_of
from dialogs.router import decide
from dialogs.search.index import texts_of
from dialogs.search.match import Asked, Understood
from dialogs.turn import Context, Turn, language_for, segments_for
from storage import directory

_ANYBODY = Person(id="anybody", linked=True, greeted=True)  # asks for what is open to everyone, and needs no telling so


def ask(question: str, *, as_person: str | None, language: Language | None, as_json: bool) -> None:
    """Answer a question on standard output."""
    with what_stays():
        run(_ask(question, as_person=as_person, language=language, as_json=as_json))


async def _ask(question: str, *, as_person: str | None, language: Language | None, as_json: bool) -> None:
    chosen = settings(log_level="warning")
    models = loading()
    async with AsyncExitStack() as stack:
        asking = await _loaded(chosen, models, stack) or await _sample(models)
        person = _person(asking.people, as_person) if as_person else _ANYBODY
        if language is not None:
            person = replace(person, language=language)
        place = Reference(platform="slack", tenant="terminal", conversation="terminal", scope=Scope.PERSONAL)
        event = MessageReceived(id=str(uuid4()), at=now(), sender=Sender(user="terminal"), reference=place, text=question)
        started = time.perf_counter()
        understood = await asking.understand(Asked(text=question), segments_for(event, person))
        context = Context(
            person=person,
            catalogue=asking.catalogue,
            texts=both_languages(),
            language=language_for(event, person, understood.language, chosen.language),
            understood=understood,
        )
        turn = decide(None, event, context)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
    message = next(reply for reply in turn.replies if isinstance(reply, Message))
    say(json.dumps(_as_json(turn, message, milliseconds), ensure_ascii=False) if as_json else plain_text(message))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Company:
    """Who is asked: a company's catalogue and directory, and what understands questions about it."""

    catalogue: Catalogue
    people: Sequence[DirectoryRow]
    understand: Callable[[Asked, frozenset[str]], Awaitable[Understood]]


async def _loaded(chosen: Settings, models: Models, stack: AsyncExitStack) -> _Company | None:
    """Return what the database knows, until the stack is closed; None where there's no database or no catalogue in it."""
    if (file := embedded_file(chosen)) is not None and not file.exists():
        return None
    database = await stack.enter_async_context(opened_database(chosen))
    endpoint = endpoint_for(chosen)
    encoder, _ = await models
    knowledge = Knowledge(database, encoder, Metrics(), endpoint)
    stack.callback(knowledge.close)
    if endpoint is not None:
        stack.callback(endpoint.close)
    if not await knowledge.refresh():
        return None
    await knowledge.reach()
    known = knowledge.current
    people = await database.read(directory.rows)
    return _Company(catalogue=known.catalogue, people=people, understand=partial(knowledge.understand, known))


async def _sample(models: Models) -> _Company:
    """Return the sample company, encoded here and now; nothing of it is kept."""
    reading = await asyncio.to_thread(read_pack, sample_folder())
    if reading.catalogue is None:
        raise RuntimeError(f"the sample company is broken: {reading.mistakes[0]}")
    wanted = texts_of(reading.catalogue)
    encoder, _ = await models
    understanding = understand_catalogue(reading.catalogue, dict(zip(wanted, encoder.encode(wanted), strict=True)))

    async def understand(asked: Asked, segments: frozenset[str]) -> Understood:
        return understanding.understand(asked, encoder.encode, segments)

    return _Company(catalogue=reading.catalogue, people=reading.people, understand=understand)


def _person(people: Sequence[DirectoryRow], who: str) -> Person:
    row = next((row for row in people if is_called(row, who)), None)
    if row is None:
        t = words()
        fail(
            t(
                "Nobody in the directory is called {who}: give an id, an e-mail or a full name, such as {example}.",
                who=repr(who),
                example=_example(people),
            ),
            2,
        )
    return person_of(row)


def _example(people: Sequence[DirectoryRow]) -> str:
    return people[0].email if people else "alice@example.com"


def _as_json(turn: Turn, message: Message, milliseconds: float) -> dict[str, Any]:
    opened = next((fact for fact in turn.facts if isinstance(fact, ExchangeOpened)), None)
    return {
        "outcome": opened.outcome if opened else "talk",
        "function": opened.function if opened else None,
        "ids": list(opened.ids) if opened else [],
        "confidence": opened.confidence if opened else None,
        "language": message.language,
        "text": plain_text(message),
        "blocks": [asdict(block) for block in message.blocks],
        "milliseconds": milliseconds,
    }
