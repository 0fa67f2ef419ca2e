"""Teams, whole: an authenticated activity in, a turn taken and committed, its reply posted; beside a stock botbuilder echo, in the same run.

    python -m benchmarks.teams [--seconds 50] [--database postgresql] [--markdown]

Both verify the Bot Connector's real tokens, with the keys of the tests' fake, and send their replies to its Connector. Its one token serves for the
whole run, as Microsoft's serves for an hour: pourqui remembers that it's verified, the stock adapter verifies it each time. The server under
measure has a CPU of its own; the fake, the load and PostgreSQL have the other one. A tap opens a sheet from a list; no question is asked twice.
"""

import asyncio
import json
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import count, cycle
from pathlib import Path

from adapters.teams.app import ROUTE
from adapters.teams.parse import ACTION_KEY
from benchmarks import stage
from benchmarks.fakes import teams_conversation, teams_user
from benchmarks.load import Request, connected, post
from benchmarks.processes import announced, cores, own, running
from benchmarks.questions import Questions, open_sheets, sample_catalogue
from benchmarks.report import Table, reached, show, spread, verdict
from benchmarks.rounds import Inbox, Rounds, Server
from dialogs.actions import Show
from dialogs.packing import pack
from tests.adapters.teams.activities import activity
from tests.platforms.teams import TENANT

OURS, STOCK = "pourqui", "stock CloudAdapter echo"
GESTURES = ("tap", "question")
_TARGETS = {"tap": (5, "at least 5, better 8"), "question": (3, "at least 3")}
_WINDOWS, _LOOPS = 4, 8  # a round's closed loops (two servers, two gestures) and open ones (those, at two rates)


class Gestures:
    """What people do in Teams, with the Bot Connector's token; every gesture is another one, of the next person."""

    def __init__(self, data: Path, url: str, service_url: str, authorization: str) -> None:
        catalogue = sample_catalogue()
        self.questions = Questions(catalogue, data)
        self._url, self._service_url = url, service_url
        self._headers = {"Authorization": authorization, "Content-Type": "application/json; charset=utf-8"}
        self._sheets = cycle(open_sheets(catalogue))
        self._people = cycle(range(stage.PEOPLE))
        self._numbers = count(1_763_800_000_000)

    def make(self, gesture: str, number: int) -> Sequence[Request]:
        """Return that many requests."""
        if gesture == "question":
            return [self._request("message_personal", text=text, attachments=...) for text in self.questions.take(number)]
        return [self._request("execute", value=self._tapped()) for _ in range(number)]

    def _tapped(self) -> dict[str, object]:
        action = Show(id=next(self._sheets))
        button = {"type": "Action.Execute", "title": "…", "verb": action.kind, "data": {ACTION_KEY: pack(action)}}
        return {"action": button, "trigger": "manual"}

    def _request(self, name: str, /, **changes: object) -> Request:
        number = next(self._people)
        place = {"conversationType": "personal", "tenantId": TENANT, "id": teams_conversation(number)}
        sender = {"id": teams_user(number), "name": f"Person {number}"}
        changes |= {"id": str(next(self._numbers)), "serviceUrl": self._service_url, "conversation": place, "from": sender}
        return Request(wire=post(self._url, json.dumps(activity(name, **changes)).encode(), self._headers), place=teams_conversation(number))


async def main(options: Namespace) -> None:
    """Start everything, measure, print."""
    split = cores()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
        database_url = stack.enter_context(stage.database(options.database, folder))
        fake = stack.enter_context(running("fake", own("benchmarks.fakes", "teams", str(stage.PEOPLE)), announced, folder=folder, on=split.rest))
        service_url, metadata_url = fake.said["service_url"], fake.said["metadata_url"]
        servers: list[Server] = []
        for name, command in (
            (OURS, own("benchmarks.application", "teams", database_url, service_url, metadata_url)),
            (STOCK, own("benchmarks.echoes", "cloud", metadata_url)),
        ):
            process = stack.enter_context(running(name, command, announced, folder=folder, on=split.server))
            servers.append(Server(name=name, process=process, client=await stack.enter_async_context(connected(process.said["url"]))))
        gestures = Gestures(options.data, f"{servers[0].process.said['url']}{ROUTE}", service_url, fake.said["authorization"])
        inbox = Inbox(await stack.enter_async_context(connected(fake.said["inbox"])))
        rounds = Rounds(servers, inbox, gestures.make, gestures=GESTURES, timed=(OURS, STOCK))
        await stage.measure(rounds, options.seconds, windows=_WINDOWS, loops=_LOOPS)
    rows = [(server, gesture) for gesture in GESTURES for server in (OURS, STOCK)]
    tables = [stage.throughput(rounds, rows), _compared(rounds), stage.latency(rounds, rows)]
    show(f"Teams, {stage.named(options.database)}", tables, markdown=options.markdown)


def _compared(rounds: Rounds) -> Table:
    rows: list[tuple[str, ...]] = []
    for gesture in GESTURES:
        by_wall, by_cpu = (rounds.ratios(gesture, OURS, STOCK, of) for of in (stage.by_wall, stage.by_cpu))
        least, target = _TARGETS[gesture]
        goal = verdict(met=reached(least, by_wall, by_cpu), target=target)
        rows.append((f"{gesture}: pourqui / {STOCK}", spread(by_wall, 1), spread(by_cpu, 1), goal))
    return Table(title="Compared, round by round", columns=("", "by wall time", "by CPU time", "target"), rows=tuple(rows))


if __name__ == "__main__":
    asyncio.run(main(stage.options(__doc__, seconds=50)))
