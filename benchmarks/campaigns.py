"""How long planning a campaign takes, and how much memory: one process, over a directory of so many people, in one look.

    python -m benchmarks.campaigns [--people 100000] [--database sqlite|postgresql] [--rounds 1] [--looks]

The audience has rules, a control group, an A/B variant and a picture; people live in eight zones and two languages, three in ten have left evidence,
nine in ten can be written to. What is printed: the seconds of the look that begins and plans it, rows a second, the longest that one transaction
held SQLite's only writer (or its row), the peak of the process that planned, and the ratio to a baseline of the same run: as many deliveries to the
same people that `deliveries.plan_all` takes in, with nothing to decide. With `--looks`, the looks that follow too: the median of those in which all
wait and nothing is due, and one after which ten thousand, whose message was just sent, wait for the next. With `--processes`, on PostgreSQL only: the
same campaign planned in chunks by 1, 2 and 3 processes at once, each time on a copy of one database.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from benchmarks.campaign_company import AT, AT_ONCE, CATALOGUE, WORDS, ZONES, fill
from bot.campaigns import Campaigns
from bot.knowledge import Knowledge, Known
from bot.metrics import Metrics
from bot.po import both_languages
from bot.public_holidays import hours_for, office_hours
from bot.settings import Settings
from dialogs.campaign import CAMPAIGN
from dialogs.campaign_plan import delivery_key
from dialogs.delivery import Delivery, Kind
from dialogs.messages import Message, Text
from storage import addressees, deliveries
from storage.database import Database
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, PersonRow, table_of
from tests.databases import Server, running_server

PEAK = 200  # MB
SECONDS = 10.0  # for 100,000 deliveries
_EVERY = timedelta(seconds=10)  # between two looks
_PROCESSES = (1, 2, 3)
_IDLE = 9  # looks at which nothing is due
HELD = 0.5  # seconds that one transaction may hold SQLite's only writer
_T = TypeVar("_T")


class _Silent:
    """An encoder for a program that's asked nothing: all texts are alike to it."""

    model = "none"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), 1), np.float32)


class _Knowing(Knowledge):
    """What the program knows of the catalogue, without an index."""

    @property
    def current(self) -> Known:
        return replace(super().current, catalogue=CATALOGUE)


class _Timed(Database):
    """A database that keeps how long the longest body that writes took."""

    longest = 0.0

    async def write(self, conversation_key: str, body: Callable[[Session], _T]) -> _T:
        def timed(session: Session) -> _T:
            begun = time.perf_counter()
            value = body(session)
            session.flush()
            self.longest = max(self.longest, time.perf_counter() - begun)
            return value

        return await super().write(conversation_key, timed)


def _job(database: Database, known: Knowledge, clock: Callable[[], datetime], hand_on: Callable[[str], Awaitable[None]] | None = None) -> Campaigns:
    settings = Settings()
    office, hours = office_hours(settings), hours_for(settings)
    for zone in ZONES:
        hours(zone)  # the holidays of each country are read once a process
    return Campaigns(database, known, both_languages(), language="fr", office=office, clock=clock, planned=lambda: None, hours=hours, hand_on=hand_on)


async def one(url: str, *, looks: bool = False) -> None:
    """Begin and plan the campaign, and print what it took, as JSON; `looks` goes on."""
    now = [AT]
    async with await _Timed.open(url) as database:
        known = _Knowing(database, _Silent(), Metrics())
        job = _job(database, known, lambda: now[0])
        took = await _clocked(job.look)
        took |= {"peak": _peak(), "held": database.longest, **await database.read(_counts)}
        if looks:
            idle = [(await _clocked(job.look))["seconds"] for now[0] in (AT + n * _EVERY for n in range(1, _IDLE + 1))]
            now[0] += _EVERY
            ended = await database.write("benchmark", partial(_ended, at=now[0]))
            database.longest = 0.0
            moved = await _clocked(job.look)
            planned = (await database.read(_counts))["deliveries"] - took["deliveries"]
            took |= {"idle": median(idle), "ended": ended, "moving": moved["seconds"], "planned": planned, "held_moving": database.longest}
        known.close()
    print(json.dumps(took))


async def _clocked(look: Callable[[], Awaitable[None]]) -> dict[str, float]:
    begun, cpu = time.perf_counter(), time.process_time()
    await look()
    return {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - cpu}


def _ended(session: Session, at: datetime) -> int:
    """Have ten thousand members' messages sent; they're due to be looked at."""
    member, delivery = table_of(CampaignMemberRow), table_of(DeliveryRow)
    some = select(member.c.person_id, member.c.delivery).where(member.c.due_at.is_not(None), member.c.arm == "treated").limit(AT_ONCE)
    found = session.connection().execute(some).all()
    sent = update(delivery).where(delivery.c.key == bindparam("which")).values(status="sent", sent_at=at, ended_at=at)
    session.connection().execute(sent, [{"which": row.delivery} for row in found])
    due = update(member).where(member.c.person_id == bindparam("whose")).values(due_at=at)
    session.connection().execute(due, [{"whose": row.person_id} for row in found])
    return len(found)


async def baseline(url: str) -> None:
    """Have as many deliveries taken in that are there already, and print the seconds, as JSON."""
    person = table_of(PersonRow).c
    async with await Database.open(url) as database:
        ids = await database.read(lambda session: list(session.execute(select(person.id).order_by(person.id)).scalars()))
        message = Message(language="fr", blocks=(Text(text=WORDS.fr or ""),))
        seconds = 0.0
        for start in range(0, len(ids), addressees.PAGE):
            several = [_delivery(each, message) for each in ids[start : start + addressees.PAGE]]
            begun = time.perf_counter()
            await database.write("benchmark", partial(deliveries.plan_all, deliveries=several, at=AT))
            seconds += time.perf_counter() - begun
    print(json.dumps({"rate": len(ids) / seconds}))


def _delivery(person: str, message: Message) -> Delivery:
    return Delivery(
        key=delivery_key("passwords", "learn", person),
        kind=Kind.CAMPAIGN,
        cause_kind=CAMPAIGN,
        cause_id="passwords",
        to=person,
        message=message,
        deadline=AT + timedelta(days=18),
        function="it",
        step="learn",
    )


async def cut(url: str) -> list[str]:
    """Begin the campaign; return the chunks that would be handed on."""
    keys: list[str] = []

    async def hand_on(key: str) -> None:
        keys.append(key)

    async with await Database.open(url) as database:
        known = _Knowing(database, _Silent(), Metrics())
        await _job(database, known, lambda: AT, hand_on).look()
        known.close()
    return keys


async def chunk_by_chunk(url: str, keys: Sequence[str]) -> None:
    """Plan these chunks, once told to go."""

    async def hand_on(key: str) -> None:
        raise RuntimeError(f"{key} was handed on twice")

    async with await Database.open(url) as database:
        known = _Knowing(database, _Silent(), Metrics())
        job = _job(database, known, lambda: AT, hand_on)
        print("ready", flush=True)
        sys.stdin.readline()
        for key in keys:
            await job.plan_chunk(key)
        known.close()


def together(url: str, keys: Sequence[str], processes: int) -> float:
    """Plan the chunks by so many processes at once; return the seconds, without those of their start."""
    with ExitStack() as stack:
        command = [sys.executable, "-m", "benchmarks.campaigns", "--chunks"]
        several = [
            stack.enter_context(subprocess.Popen([*command, url, *keys[n::processes]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            for n in range(processes)
        ]
        for each in several:
            if each.stdout is None or each.stdout.readline() != "ready\n":
                raise RuntimeError("a process didn't start")
        begun = time.perf_counter()
        for each in several:
            if each.stdin is not None:
                print(file=each.stdin, flush=True)
        if any(each.wait() for each in several):
            raise RuntimeError("a process failed")
        return time.perf_counter() - begun


def spread(server: Server, people: int, number: int) -> None:
    """Plan one campaign by 1, 2 and 3 processes, each time from the same state, and print how many people a second."""
    template = f"whole_{number}"
    url = server.make(template)
    asyncio.run(fill(url, people))
    keys = asyncio.run(cut(url))
    for processes in _PROCESSES:
        url = server.make(f"chunks_{number}_{processes}", template)
        seconds = together(url, keys, processes)
        counts = asyncio.run(counted(url))
        if not counts["deliveries"] == counts["targeted"] == counts["members"]:
            raise RuntimeError(f"not everybody was planned for once: {counts}")
        rate = people / seconds
        print(f"PostgreSQL  {people:>9,} people  {len(keys):3} chunks  {processes} processes  {seconds:6.1f} s  {rate:8,.0f} people a second")


async def counted(url: str) -> dict[str, int]:
    """Return how many of everything there are."""
    async with await Database.open(url) as database:
        return await database.read(_counts)


def _peak() -> float:
    """Return the most memory (MB) that this process held at a time; `getrusage` would count the one that started it, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def _counts(session: Session) -> dict[str, int]:
    deliveries = session.execute(select(func.count()).select_from(table_of(DeliveryRow))).scalar_one()
    members = session.execute(select(func.count()).select_from(table_of(CampaignMemberRow))).scalar_one()
    targeted = session.execute(select(table_of(CampaignRow).c.targeted)).scalar_one()
    return {"deliveries": deliveries, "members": members, "targeted": targeted}


def _alone(*arguments: str) -> Any:
    """Return what this program prints in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.campaigns", *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def measure(make: Callable[[str], str], people: int, *, looks: bool) -> bool:
    """Fill two databases, plan in a process of its own in each, print the figures; return whether they're within the limits."""
    url, other = make("planned"), make("baseline")
    asyncio.run(fill(url, people))
    took = _alone("--one", url, *(["--looks"] if looks else []))
    asyncio.run(fill(other, people))
    rate, plain = took["deliveries"] / took["seconds"], _alone("--baseline", other)["rate"]
    print(
        f"{people:>9,} people  {took['members']:>9,} members  {took['deliveries']:>9,} deliveries  {took['seconds']:6.1f} s ({took['cpu']:.1f} s CPU)"
        f"  {rate:8,.0f} a second  {rate / plain:.2f} of the baseline's {plain:,.0f}  {took['peak']:4.0f} MB peak  {took['held']:.2f} s held at most"
    )
    if looks:
        moving = took["ended"] / took["moving"]
        print(
            f"            an idle look {1000 * took['idle']:.1f} ms  {took['ended']:,} moved on in {took['moving']:.1f} s, {moving:,.0f} a second"
            f"  {took['held_moving']:.2f} s held at most"
        )
        if took["planned"] != took["ended"]:
            raise RuntimeError(f"{took['planned']} were planned next of {took['ended']}")
    if took["deliveries"] != took["targeted"]:
        raise RuntimeError(f"{took['targeted']} were targeted")
    return bool(took["peak"] < PEAK and 100_000 / rate < SECONDS and took["held"] < HELD)


def _file(folder: Path, number: int, name: str) -> str:
    return f"sqlite:///{folder / f'{name}_{number}.db'}"


def _made(server: Server, number: int, name: str) -> str:
    return server.make(f"{name}_{number}")


def main() -> int:
    """Measure; exit 1 beyond a limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--looks", action="store_true")
    parser.add_argument("--processes", action="store_true")
    parser.add_argument("--one")
    parser.add_argument("--chunks", nargs="+")
    parser.add_argument("--baseline")
    chosen = parser.parse_args()
    if chosen.one or chosen.baseline:
        asyncio.run(one(chosen.one, looks=chosen.looks) if chosen.one else baseline(chosen.baseline))
        return 0
    if chosen.chunks:
        asyncio.run(chunk_by_chunk(chosen.chunks[0], chosen.chunks[1:]))
        return 0
    within = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
        server = stack.enter_context(running_server()) if chosen.database != "sqlite" else None
        for number in range(chosen.rounds):
            if chosen.processes and server is not None:
                spread(server, chosen.people, number)
                continue
            if chosen.database != "postgresql":
                print("SQLite      ", end="", flush=True)
                within &= measure(partial(_file, folder, number), chosen.people, looks=chosen.looks)
            if server is not None:
                print("PostgreSQL  ", end="", flush=True)
                within &= measure(partial(_made, server, number), chosen.people, looks=chosen.looks)
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
