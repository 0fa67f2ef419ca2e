"""Slack, whole: a signed gesture in, a turn taken and committed, its reply posted; beside a bare Bolt echo, in the same run.

    python -m benchmarks.slack [--seconds 60] [--database postgresql] [--markdown]

`pourqui serve` itself runs, with the sample company, against the tests' fake Slack. The server under measure has a CPU of its own; the fake, the load
and PostgreSQL have the other one. A tap opens a sheet from a list; no question is asked twice. Beside them, the search alone understands such
questions, and a Bolt listener that does nothing shows what Bolt's signature check and dispatch cost by themselves.
"""

import asyncio
import json
import tempfile
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count, cycle
from pathlib import Path

from benchmarks import stage
from benchmarks.echoes import SLACK_ROUTE
from benchmarks.fakes import slack_user
from benchmarks.load import Client, Request, connected, post
from benchmarks.processes import POURQUI, announced, cores, own, running, serving
from benchmarks.questions import Questions, open_sheets, sample_catalogue
from benchmarks.report import Table, p, reached, show, spread, verdict
from benchmarks.rounds import Inbox, Rounds, Server, Window
from bot.packs import sample_folder
from dialogs.actions import Show
from tests.platforms.slack_gestures import SECRET, direct, signed, tap, wire
from tests.platforms.slack_workspace import BOT_TOKEN, dm

OURS, ECHO, LISTENER, SEARCH = "pourqui", "Bolt echo", "Bolt, listener only", "search alone"
GESTURES = ("tap", "question")
_WINDOWS, _LOOPS = 7, 8  # a round's closed loops (three servers, two gestures; the search) and open ones (two servers, two gestures, two rates)


class Gestures:
    """What people do in Slack, signed; every gesture is another one, of the next person."""

    def __init__(self, data: Path, url: str) -> None:
        catalogue = sample_catalogue()
        self.questions = Questions(catalogue, data)
        self._url = url
        self._sheets = cycle(open_sheets(catalogue))
        self._people = cycle(range(stage.PEOPLE))
        self._triggers = count(1)

    def make(self, gesture: str, number: int) -> Sequence[Request]:
        """Return that many requests."""
        if gesture == "question":
            return [self._request(direct(text, user=(user := slack_user(next(self._people)))), user) for text in self.questions.take(number)]
        return [self._tap(slack_user(next(self._people))) for _ in range(number)]

    def _tap(self, user: str) -> Request:
        return self._request(tap(Show(id=next(self._sheets)), trigger=f"{next(self._triggers)}.738474920.8088", user=user), user)

    def _request(self, payload: dict[str, object], user: str) -> Request:
        body, headers = wire(payload)
        return Request(wire=post(self._url, body.encode(), {**headers, **signed(body)}), place=dm(user))


async def main(options: Namespace) -> None:
    """Start everything, measure, print."""
    split = cores()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
        database_url = stack.enter_context(stage.database(options.database, folder))
        fake = stack.enter_context(running("fake", own("benchmarks.fakes", "slack", str(stage.PEOPLE)), announced, folder=folder, on=split.rest))
        settings = _settings(database_url, fake.said["api_url"])
        ours = stack.enter_context(running(OURS, [*POURQUI, "serve"], serving, folder=folder, on=split.server, environment=settings))
        servers = [Server(name=OURS, process=ours, client=await stack.enter_async_context(connected(ours.said)))]
        for name, kind in ((ECHO, "bolt"), (LISTENER, "listener")):
            command = own("benchmarks.echoes", kind, fake.said["api_url"])
            process = stack.enter_context(running(name, command, announced, folder=folder, on=split.server))
            client = await stack.enter_async_context(connected(process.said["url"]))
            servers.append(Server(name=name, process=process, client=client, replies=name != LISTENER))
        command = own("benchmarks.application", "search", database_url)
        searching = stack.enter_context(running(SEARCH, command, announced, folder=folder, on=split.server))
        search = Server(name=SEARCH, process=searching, client=await stack.enter_async_context(connected(searching.said["url"])))
        gestures = Gestures(options.data, f"{ours.said}{SLACK_ROUTE}")
        inbox = Inbox(await stack.enter_async_context(connected(fake.said["inbox"])))
        rounds = Rounds(servers, inbox, gestures.make, gestures=GESTURES, timed=(OURS, ECHO))

        async def understand(seconds: float) -> None:
            number = round(seconds * 1000 / 4)  # a question takes about 4 ms
            rounds.windows[SEARCH, "question"].append(await _understood(search, gestures.questions.take(number)))

        await stage.measure(rounds, options.seconds, windows=_WINDOWS, loops=_LOOPS, between=understand)
        outcomes = await _outcomes(servers[0].client)
    show(f"Slack, {stage.named(options.database)}", _tables(rounds, outcomes), markdown=options.markdown)


def _settings(database_url: str, api_url: str) -> Mapping[str, str]:
    return {
        "POURQUI_PORT": "0",
        "POURQUI_DATABASE_URL": database_url,
        "POURQUI_COMPANY": str(sample_folder()),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": api_url,
    }


async def _understood(server: Server, questions: Sequence[str]) -> Window:
    used, start = server.process.cpu(), time.perf_counter()
    await server.client.send(post(f"{server.process.said['url']}/", json.dumps(questions).encode(), {}))
    return Window(requests=len(questions), seconds=time.perf_counter() - start, cpu=server.process.cpu() - used)


async def _outcomes(client: Client) -> str:
    """Return what became of the questions, from the server's own metrics."""
    _, body = await client.send(b"GET /metrics HTTP/1.1\r\nHost: pourqui\r\n\r\n")
    lines = [line for line in body.decode().splitlines() if line.startswith("pourqui_turns_total") and 'event="MessageReceived"' in line]
    counted = {line.partition('outcome="')[2].partition('"')[0]: float(line.rpartition(" ")[2]) for line in lines}
    return ", ".join(f"{outcome} {number / sum(counted.values()):.0%}" for outcome, number in sorted(counted.items()))


def _tables(rounds: Rounds, outcomes: str) -> list[Table]:
    rows = [(server, gesture) for gesture in GESTURES for server in (OURS, ECHO, LISTENER)]
    return [
        stage.throughput(rounds, [*rows, (SEARCH, "question")]),
        _compared(rounds, outcomes),
        stage.latency(rounds, [(server, gesture) for gesture in GESTURES for server in (OURS, ECHO)]),
    ]


def _compared(rounds: Rounds, outcomes: str) -> Table:
    rows: list[tuple[str, ...]] = []
    for gesture in GESTURES:
        for other in (ECHO, LISTENER):
            by_wall, by_cpu = (rounds.ratios(gesture, OURS, other, of) for of in (stage.by_wall, stage.by_cpu))
            goal = verdict(met=reached(0.2, by_wall, by_cpu), target="at least 0.2, better 0.5") if (gesture, other) == ("tap", ECHO) else ""
            rows.append((f"{gesture}: pourqui / {other}", spread(by_wall), spread(by_cpu), goal))
    tap_cost, question_cost, search_cost = rounds.cost(OURS, "tap"), rounds.cost(OURS, "question"), rounds.cost(SEARCH, "question")
    added = question_cost - tap_cost
    goal = verdict(met=added <= search_cost, target=f"at most the search's {search_cost:.2f}")
    rows.append(("question - tap, CPU ms", "", f"{added:.2f}", goal))
    for gesture in GESTURES:
        waited = p(rounds.latencies[OURS, gesture, 50].acknowledged, 99)
        rows.append((f"{gesture} at 50/s, acknowledged p99, ms", f"{waited:.1f}", "", verdict(met=waited < 100, target="below 100")))
    return Table(
        title=f"Compared, round by round (questions ended as: {outcomes})", columns=("", "by wall time", "by CPU time", "target"), rows=tuple(rows)
    )


if __name__ == "__main__":
    asyncio.run(main(stage.options(__doc__, seconds=60)))
