"""A minimal turn, measured: what storage allows at most, before anything is understood, rendered or sent.

    python -m benchmarks.turns

A turn reads (taken already? who is it? which catalogue?), then writes in one transaction (taken already? who, under the lock? what was remembered?
the event with its replies, an exchange), then notes that it was answered, in another. The baseline does the same one after the other, on one thread
and one connection, a plain session and a commit for each transaction: what one can have without any engine, and without anybody waiting.

Trust the ratios. Each is taken within a round, in which every way is measured once, one after the other; shown are the medians of the rounds, and the
lowest and highest ratio. Where these are far apart the machine was busy with something else.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine
from sqlmodel import Session

from dialogs.actions import NotMine, ReportWrong
from dialogs.events import MessageReceived, Reference, Scope, Sender
from dialogs.facts import ExchangeOpened
from dialogs.messages import Button, Buttons, Field, Fields, Link, Message, Text, Title
from storage import catalog, conversations, facts, people, requests, schema
from storage.address import is_sqlite, parse
from storage.database import Database
from storage.sqlite import Sqlite, engine_of
from tests.databases import MISSING, find_programs, running_server

_BASELINE = "baseline: one after the other, no engine"
_ROUNDS = 5
_TURNS = 400  # of one way in one round
_WARM_UP = 50
_NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_REPLIES = (
    Message(
        language="fr",
        blocks=(
            Title(text="Notes de frais", badge="DAF · Finance"),
            Text(text="Déposez vos justificatifs dans l'outil de notes de frais : le remboursement part avec la paie suivante. " * 4),
            Fields(fields=(Field(label="Promesse", value="5 jours ouvrés"), Field(label="Tarif", value="gratuit"))),
            Buttons(buttons=(Link(label="Faire la demande", url="https://frais.solane.example", primary=True),)),
            Buttons(
                buttons=(
                    Button(label="Ce n'est pas ma question", action=NotMine(id="expense_claim", exchange="e")),
                    Button(label="C'est faux", action=ReportWrong(id="expense_claim", exchange="e")),
                ),
                quiet=True,
            ),
        ),
    ),
)


def _event(number: int) -> MessageReceived:
    """A question of one of 50 people, each in a conversation of their own."""
    user = f"U{number % 50}"
    place = Reference(platform="slack", tenant="T1", conversation=f"D{user}", scope=Scope.PERSONAL)
    return MessageReceived(id=f"Ev{number}", at=_NOW, sender=Sender(user=user), reference=place, text="comment me faire rembourser ?")


def _gather(session: Session, event: MessageReceived) -> None:
    place = event.reference
    conversations.replies_to(session, event)
    people.find_person(session, place.platform, place.tenant, event.sender.user)
    catalog.latest_number(session)


def _decide(session: Session, event: MessageReceived) -> None:
    if conversations.replies_to(session, event) is not None:
        return
    person = people.meet(session, event, _NOW).person
    former = conversations.recall(session, event)
    opened = ExchangeOpened(
        exchange=str(event.key), question=event.text, language="fr", outcome="answer", function="finance", ids=("expense_claim",), confidence=0.9
    )
    requests.concerning(session, event, person)  # is it for the human who helps them?
    conversations.remember(session, event, _REPLIES, None, _NOW, former=former)
    facts.record(session, opened, person=person, event=event, catalogue_version=None, at=event.at)


def _baseline(url: str) -> float:
    address = parse(url)
    engine = engine_of(address, "foreign_keys = ON", begin="BEGIN IMMEDIATE") if is_sqlite(address) else create_engine(address)
    with engine.connect() as connection:

        def write(body: Callable[[Session], None]) -> None:
            with connection.begin(), Session(connection) as session:
                body(session)

        def turn(event: MessageReceived) -> None:
            write(lambda session: _gather(session, event))
            write(lambda session: _decide(session, event))
            write(lambda session: conversations.mark_answered(session, event.key, _NOW))

        for number in range(_WARM_UP):
            turn(_event(-number - 1))
        start = time.perf_counter()
        for number in range(_TURNS):
            turn(_event(number))
        elapsed = time.perf_counter() - start
    engine.dispose()
    return _TURNS / elapsed


async def _measured(database: Database, at_once: int) -> float:
    async def turn(event: MessageReceived) -> None:
        key = event.reference.key
        await database.read(lambda session: _gather(session, event))
        await database.write(key, lambda session: _decide(session, event))
        await database.write(key, lambda session: conversations.mark_answered(session, event.key, _NOW))

    async def client(number: int) -> None:
        for event in range(number, _TURNS, at_once):
            await turn(_event(event))

    async with database:
        for number in range(_WARM_UP):
            await turn(_event(-number - 1))
        start = time.perf_counter()
        await asyncio.gather(*(client(number) for number in range(at_once)))
        return _TURNS / (time.perf_counter() - start)


async def _one_commit_a_body(url: str) -> Database:
    return Database(Sqlite(parse(url), group_limit=1), url)


async def _figures(new: Callable[[], str], ways: Mapping[str, Callable[[str], Awaitable[Database]]]) -> dict[str, list[float]]:
    """Return the turns a second of each way, one figure a round; `new` makes an empty, migrated database for each."""
    figures: dict[str, list[float]] = {_BASELINE: []}
    for _ in range(_ROUNDS):
        figures[_BASELINE].append(_baseline(new()))
        for name, opened in ways.items():
            for at_once in (1, 20):
                figures.setdefault(f"{name}, {at_once} at once", []).append(await _measured(await opened(new()), at_once))
    return figures


def _print(title: str, figures: Mapping[str, Sequence[float]]) -> None:
    print(f"\n| {title} | turns/s | of the baseline | lowest to highest |\n|---|---|---|---|")
    for name, turns in figures.items():
        ratios = [each / baseline for each, baseline in zip(turns, figures[_BASELINE], strict=True)]
        print(f"| {name} | {median(turns):,.0f} | {median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |")


def main() -> int:
    """Measure both databases; exit 1 where there's no PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="pourqui-") as name:
        folder = Path(name)
        template = folder / "template.db"
        schema.upgrade(f"sqlite:///{template}")
        numbers = iter(range(1000))

        def new_file() -> str:
            return f"sqlite:///{shutil.copy(template, folder / f'{next(numbers)}.db')}"

        _print("SQLite", asyncio.run(_figures(new_file, {"one commit a body": _one_commit_a_body, "as it is": Database.open})))
    if find_programs() is None:
        print(MISSING)
        return 1
    with running_server() as server:
        schema.upgrade(server.make("template"))
        figures = _figures(lambda: server.make(f"turns_{next(numbers)}", "template"), {"as it is": Database.open})
        _print("PostgreSQL, without fsync", asyncio.run(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
