"""Pumps in processes of their own, which share a database: started together, killed one by one."""

import asyncio
import multiprocessing
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Self
from uuid import UUID, uuid5

from sqlmodel import Session

from adapters.port import Adapter
from benchmarks.children import end_with_parent
from benchmarks.limited import posting
from bot.clock import now
from bot.delivery import Pump
from bot.limits import PACES
from bot.metrics import Metrics
from bot.reconciler import Reconciler
from dialogs.campaign import CAMPAIGN, Campaign, CampaignStatus, Step
from dialogs.catalog import Localized
from dialogs.delivery import Delivery, Kind
from dialogs.events import Platform, Scope
from dialogs.gates import pass_gates
from dialogs.ladder import Stage
from dialogs.messages import Message, Text
from dialogs.working_time import WorkingHours
from storage import plain
from storage.database import Database
from storage.sending import Pace
from storage.tables import CampaignRow, ConversationReferenceRow, PersonRow

_ALWAYS = WorkingHours(timezone="UTC", opens=now().time().min, closes=now().time().min, weekdays=frozenset(range(7)))
GATE = partial(pass_gates, hours=lambda _: _ALWAYS)
UNPACED = Pace(spacing=timedelta(0), place_spacing=timedelta(0))
_MESSAGE = Message(language="fr", blocks=(Text(text="Quatre mots au hasard tiennent plus longtemps que huit signes. " * 4),))
_WORDS = Localized(fr="x", en="x")
_EXPIRED_EVERY = 1.0  # seconds: as the application looks for what was interrupted


def begin_campaigns(session: Session, number: int) -> None:
    """Keep so many campaigns that run."""
    step = Step(id="one", stage=Stage.AWARENESS, kind="pedagogy", title=_WORDS, content=_WORDS)
    for each in range(number):
        campaign = Campaign(name=f"campaign-{each}", function=f"function-{each}", titles=_WORDS, steps=(step,))
        row = CampaignRow(
            name=campaign.name,
            function=campaign.function,
            version=1,
            status=CampaignStatus.RUNNING,
            content=plain.write_campaign(campaign),
            edited_by="",
            edited_at=now(),
        )
        session.add(row)
    session.flush()


def reachable(session: Session, platform: Platform, tenant: str, people: Sequence[str]) -> None:
    """Keep people who can be reached in a workspace, each in a conversation of their own."""
    at = now()
    session.add_all([PersonRow(id=person, directory_id=person, created_at=at) for person in people])
    session.flush()
    session.add_all(
        [
            ConversationReferenceRow(
                person_id=person, platform=platform, tenant=tenant, conversation=f"D{person}", scope=Scope.PERSONAL, refreshed_at=at
            )
            for person in people
        ]
    )
    session.flush()


def messages(people: Sequence[str], campaigns: int = 1) -> list[Delivery]:
    """Return one message to each, of these campaigns by turns."""
    return [
        Delivery(
            key=uuid5(UUID(int=1), person),
            kind=Kind.CAMPAIGN,
            cause_kind=CAMPAIGN,
            cause_id=(name := f"campaign-{number % campaigns}"),
            to=person,
            message=replace(_MESSAGE, blocks=(Text(text=name), *_MESSAGE.blocks)),
            function=f"function-{number % campaigns}",
            step="one",
        )
        for number, person in enumerate(people)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a pump's process serves: a database, a platform (`address`: None for one that takes everything at once), at its pace or without any."""

    url: str
    platform: Platform
    address: str | None = None
    paced: bool = True
    report_every: int = 0  # messages sent, after which it tells how many, and its memory in MB; 0 for never


def _pump(work: Work, owner: str, pipe: Connection) -> None:
    """Pump until ended by SIGTERM."""
    end_with_parent()
    with suppress(asyncio.CancelledError):
        asyncio.run(_pumping(work, owner, pipe))


async def _pumping(work: Work, owner: str, pipe: Connection) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    paces: Mapping[str, Pace] = PACES if work.paced else {work.platform: UNPACED, "": UNPACED}
    async with await Database.open(work.url) as database, posting(work.platform, work.address) as poster:
        adapters: Mapping[str, Adapter] = {work.platform: poster}
        pump = Pump(database, adapters, Metrics(), now, gate=GATE, aftermath={}, owner=owner, paces=paces)
        reconciler = Reconciler(database, adapters, now, aftermath={}, planned=pump.nudge)
        pipe.send("ready")
        await asyncio.to_thread(pipe.recv)

        async def expiring() -> None:
            reported = 0
            while True:
                await asyncio.sleep(_EXPIRED_EVERY)
                await reconciler.expire()
                if work.report_every and poster.sent >= reported + work.report_every:
                    reported = poster.sent - poster.sent % work.report_every
                    pipe.send((poster.sent, _resident()))

        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(expiring())
                group.create_task(pump.run())
        finally:
            await pump.close(5)


def _resident() -> float:
    """Return this process's resident memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


class Pumps:
    """So many pumps' processes, which are ready once this is entered, and go at `go`."""

    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._running: list[tuple[BaseProcess, Connection]] = [self._start(each) for each in range(number)]
        self._started = number

    def _start(self, number: int) -> tuple[BaseProcess, Connection]:
        here, there = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=_pump, args=(self._work, f"pump {number}", there), daemon=True)
        process.start()
        there.close()
        return process, here

    def __enter__(self) -> Self:
        """Wait until all are ready."""
        for _, pipe in self._running:
            pipe.recv()
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        for process, _pipe in self._running:
            process.terminate()
        for process, _pipe in self._running:
            process.join()

    def go(self) -> None:
        """Let them pump."""
        for _, pipe in self._running:
            pipe.send("go")

    def kill(self, which: int) -> None:
        """Kill one (`kill -9`)."""
        process, _ = self._running.pop(which)
        process.kill()
        process.join()

    def start_another(self) -> None:
        """Start one more, which pumps as soon as it's ready."""
        process, pipe = self._start(self._started)
        self._started += 1
        pipe.send("go")
        self._running.append((process, pipe))

    def reports(self, seconds: float) -> list[tuple[int, float]]:
        """Return what they report within so many seconds: messages sent, resident MB."""
        said = []
        for _, pipe in self._running:
            if pipe.poll(seconds):
                said.append(pipe.recv())
        return said
