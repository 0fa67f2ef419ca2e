"""The ledger, measured: what planning and sending one message costs, on both databases, with a platform that does nothing.

    python -m benchmarks.deliveries [--markdown]

Beside it, in each round, a bare loop posts the same messages to the same platform: no ledger, no claim, no acknowledgement, so nothing survives a
crash. Once the platform is a function of this process, once an HTTP server on loopback that only says yes. The pump's pace is off; a real workspace
takes 16 messages a second (Slack) or 40 (Teams) of it. Trust the ratios, taken within a round.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from uuid import UUID, uuid5

from aiohttp import ClientSession, web

from adapters.port import Outgoing
from benchmarks.limited import Poster
from benchmarks.report import Table, show, spread
from bot.clock import now
from bot.delivery import Pump
from bot.metrics import Metrics
from dialogs.actions import Help
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference, Scope
from dialogs.gates import Candidate, Go, Verdict
from dialogs.messages import Button, Buttons, Message, Text
from storage import deliveries, schema
from storage.database import Database
from storage.sending import Pace
from tests.databases import MISSING, find_programs, running_server

_ROUNDS = 5
_MESSAGES = 600  # of one way in one round
_HOW = {"in memory": False, "over HTTP": True}
_UNPACED = Pace(spacing=timedelta(0), place_spacing=timedelta(0))
_MESSAGE = Message(
    language="fr",
    blocks=(
        Text(text="Votre demande est entre les mains de Karim (DSI). Il vous répond ici dès qu'il a regardé. " * 3),
        Buttons(buttons=(Button(label="Ajouter quelque chose", action=Help()),)),
    ),
)


@asynccontextmanager
async def _yes() -> AsyncIterator[str]:
    """Serve an address that says yes to everything."""

    async def yes(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": "1"})

    application = web.Application()
    application.add_routes([web.post("/", yes)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Of one way in one round: messages a second planned and sent, and the CPU (ms) of this process for one sent."""

    planned: float
    sent: float
    cpu: float


def _deliveries(workspaces: int) -> list[Delivery]:
    """Return messages to a conversation each, spread over some workspaces."""
    return [
        Delivery(
            key=uuid5(UUID(int=0), str(number)),
            kind=Kind.CAMPAIGN,
            cause_kind="campaign",
            cause_id="benchmark",
            to=Reference(platform="slack", tenant=f"T{number % workspaces}", conversation=f"D{number}", scope=Scope.PERSONAL),
            message=_MESSAGE,
        )
        for number in range(_MESSAGES)
    ]


async def _bare(platform: Poster) -> Figure:
    several = _deliveries(1)
    wall, cpu = time.perf_counter(), time.process_time()
    for delivery in several:
        assert isinstance(delivery.to, Reference)
        await platform.send(Outgoing(key=delivery.key, reference=delivery.to, message=delivery.message))
    return _figure(float("nan"), wall, cpu)


async def _ledger(platform: Poster, url: str, workspaces: int) -> Figure:
    several, at = _deliveries(workspaces), now()
    async with await Database.open(url) as database:
        wall = time.perf_counter()
        await database.write("plan", lambda session: deliveries.plan_all(session, several, at))
        planned = _MESSAGES / (time.perf_counter() - wall)
        paces = {"slack": _UNPACED, "": _UNPACED}
        pump = Pump(database, {"slack": platform}, Metrics(), now, gate=_open, aftermath={}, owner="benchmark", paces=paces)
        wall, cpu = time.perf_counter(), time.process_time()
        await pump.drain(timedelta(0))
        figure = _figure(planned, wall, cpu)
    if platform.sent != _MESSAGES:
        raise RuntimeError(f"{platform.sent} of {_MESSAGES} were sent")
    return figure


def _figure(planned: float, wall: float, cpu: float) -> Figure:
    sent = _MESSAGES / (time.perf_counter() - wall)
    return Figure(planned=planned, sent=sent, cpu=1000 * (time.process_time() - cpu) / _MESSAGES)


def _open(_candidate: Candidate) -> Verdict:
    return Go()


async def _figures(new: Callable[[], str]) -> Mapping[str, list[Figure]]:
    """Return the figures of each way, one a round; `new` makes an empty, migrated database for each."""
    figures: dict[str, list[Figure]] = defaultdict(list)
    async with _yes() as address, ClientSession() as http:
        for _ in range(_ROUNDS):
            for how, where in _HOW.items():
                at = address if where else None
                figures[f"bare loop, {how}"].append(await _bare(Poster("slack", http, at)))
                for workspaces in (1, 3):
                    name = f"ledger, {how}, {workspaces} workspace{'s' if workspaces > 1 else ''}"
                    figures[name].append(await _ledger(Poster("slack", http, at), new(), workspaces))
    return figures


def _table(title: str, figures: Mapping[str, Sequence[Figure]]) -> Table:
    rows = []
    for name, found in figures.items():
        bare = figures[f"bare loop, {name.split(', ')[1]}"]
        ratios = [figure.sent / base.sent for figure, base in zip(found, bare, strict=True)]
        sent, planned = median(figure.sent for figure in found), median(figure.planned for figure in found)
        cpu = median(figure.cpu for figure in found)
        rows.append((name, "" if found is bare else f"{planned:,.0f}", f"{sent:,.0f}", f"{1000 / sent:.3f}", f"{cpu:.3f}", spread(ratios, 4)))
    return Table(title=title, columns=("", "planned/s", "sent/s", "ms a send", "CPU ms a send", "of the bare loop"), rows=tuple(rows))


def main() -> int:
    """Measure both databases; exit 1 where there's no PostgreSQL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true")
    chosen = parser.parse_args()
    tables = []
    with tempfile.TemporaryDirectory(prefix="pourqui-") as name:
        folder, numbers = Path(name), iter(range(1000))
        schema.upgrade(f"sqlite:///{folder / 'template.db'}")

        def new_file() -> str:
            return f"sqlite:///{shutil.copy(folder / 'template.db', folder / f'{next(numbers)}.db')}"

        tables.append(_table("SQLite", asyncio.run(_figures(new_file))))
        if find_programs() is not None:
            with running_server() as server:
                schema.upgrade(server.make("template"))
                figures = asyncio.run(_figures(lambda: server.make(f"ledger_{next(numbers)}", "template")))
                tables.append(_table("PostgreSQL, without fsync", figures))
    show("The ledger: planning and sending", tables, markdown=chosen.markdown)
    if find_programs() is None:
        print(MISSING)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
