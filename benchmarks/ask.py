"""`pourqui ask` and the running program: how long an answer takes, how long the start, and how much memory.

    python -m benchmarks.ask [--questions 1000] [--markdown]

`ask` is measured in this process, on the sample company, each question asked once and no cache warm; and as a command. `demo` and `serve` are
started as an operator starts them, first in an empty data folder, then again in the same one; each is then asked questions through Teams' route
(it's in development, so without a token), some at once, and its memory read from /proc.
"""

import argparse
import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

from adapters.encoders.bundled import BundledEncoder
from adapters.teams.app import ROUTE
from benchmarks.fakes import teams_conversation, teams_user
from benchmarks.load import Request, connected, post
from benchmarks.processes import POURQUI, Memory, Process, Ready, announced, own, running, serving
from benchmarks.questions import DATA, Questions, sample_catalogue
from benchmarks.report import Table, p, show, verdict
from benchmarks.rounds import Inbox
from bot.clock import now
from bot.indexes import understand_catalogue
from bot.knowledge import Known
from bot.packs import sample_folder
from bot.po import both_languages
from dialogs.catalog import Catalogue
from dialogs.events import MessageReceived, Reference, Scope, Sender
from dialogs.messages import Message, plain_text
from dialogs.people import Person
from dialogs.router import decide
from dialogs.search.index import texts_of
from dialogs.search.match import Asked
from dialogs.turn import Context, language_for, segments_for
from tests.adapters.teams.activities import activity
from tests.platforms.teams import TENANT

AT_ONCE = 8  # questions under way while memory is watched
_COMMANDS = 2  # times that the command is run
_PEOPLE = 50
_ANYBODY = Person(id="anybody", linked=True, greeted=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A start: seconds until ready, and the memory then and after the questions."""

    name: str
    seconds: float
    ready: Memory
    asked: Memory


def answers(catalogue: Catalogue, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Answer each question as `pourqui ask` does; return the milliseconds of the whole, and of the search in it."""
    encoder = BundledEncoder()
    wanted = texts_of(catalogue)
    vectors = dict(zip(wanted, encoder.encode(wanted), strict=True))
    known = Known(number=0, catalogue=catalogue, understanding=understand_catalogue(catalogue, vectors))
    said = both_languages()
    place = Reference(platform="slack", tenant="terminal", conversation="terminal", scope=Scope.PERSONAL)
    whole: list[float] = []
    search: list[float] = []
    for number, question in enumerate(questions):
        event = MessageReceived(id=str(number), at=now(), sender=Sender(user="terminal"), reference=place, text=question)
        started = time.perf_counter()
        understood = known.understanding.understand(Asked(text=question), encoder.encode, segments_for(event, _ANYBODY))
        search.append((time.perf_counter() - started) * 1000)
        language = language_for(event, _ANYBODY, understood.language, "fr")
        context = Context(person=_ANYBODY, catalogue=catalogue, texts={"fr": said["fr"], "en": said["en"]}, language=language, understood=understood)
        for reply in decide(None, event, context).replies:
            assert isinstance(reply, Message)
            plain_text(reply)
        whole.append((time.perf_counter() - started) * 1000)
    return whole, search


def commands(questions: Sequence[str], folder: Path) -> list[tuple[float, float]]:
    """Run the command for each question; return (seconds of the whole command, milliseconds that it tells)."""
    taken: list[tuple[float, float]] = []
    for question in questions:
        started = time.perf_counter()
        ended = subprocess.run([*POURQUI, "ask", question, "--json"], cwd=folder, env={"LANG": "C.UTF-8"}, capture_output=True, check=True)
        taken.append((time.perf_counter() - started, json.loads(ended.stdout)["milliseconds"]))
    return taken


async def starts(questions: Questions, number: int) -> list[Started]:
    """Start `demo` and `serve`, cold and warm, and ask each that many questions."""
    found: list[Started] = []
    async with AsyncExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pourqui-")))
        fake = stack.enter_context(running("fake", own("benchmarks.fakes", "teams", str(_PEOPLE), "dev"), announced, folder=scratch))
        inbox = Inbox(await stack.enter_async_context(connected(fake.said["inbox"])))
        kept = {name: scratch / name for name in ("demo", "serve")}
        ways: dict[str, tuple[Sequence[str], Ready, Mapping[str, str]]] = {
            "demo": (["demo", "--no-browse", "--port", "0", "--data", str(kept["demo"])], _demo_is_ready, {}),
            "serve": (
                ["serve", "--dev", "--port", "0"],
                serving,
                {"POURQUI_DATA": str(kept["serve"]), "POURQUI_COMPANY": str(sample_folder())},
            ),
        }
        for name, (arguments, ready, environment) in ways.items():
            for state in ("cold", "warm"):
                with running(name, [*POURQUI, *arguments], ready, folder=scratch, environment={**environment, **_undisturbed()}) as process:
                    found.append(await _asked(f"{name}, {state}", process, inbox, fake.said["service_url"], questions.take(number)))
    return found


def _undisturbed() -> Mapping[str, str]:
    """Return the settings under which nobody gets a digest meanwhile, which would count among the replies."""
    return {"POURQUI_DIGEST_AT": f"{now() + timedelta(hours=12):%H:00}"}


def _demo_is_ready(line: str) -> str | None:
    before, playground, _ = line.partition("/playground/")
    return before[before.index("http") :] if playground else None


_NUMBERS = count(1_763_800_000_000)


async def _asked(name: str, process: Process, inbox: Inbox, service_url: str, questions: Sequence[str]) -> Started:
    url = f"{process.said}{ROUTE}"
    requests = [_request(url, service_url, number % _PEOPLE, question) for number, question in enumerate(questions)]
    ready = process.memory()
    async with connected(url) as client:
        answered = await client.saturate(requests, AT_ONCE)
    assert all(each.status < 300 for each in answered), f"{name} refused questions"
    await inbox.collected(len(questions))
    return Started(name=name, seconds=process.seconds, ready=ready, asked=process.memory())


def _request(url: str, service_url: str, number: int, question: str) -> Request:
    place = {"conversationType": "personal", "tenantId": TENANT, "id": teams_conversation(number)}
    sender = {"id": teams_user(number), "name": f"Person {number}"}
    sent = activity(
        "message_personal", id=str(next(_NUMBERS)), serviceUrl=service_url, conversation=place, text=question, attachments=..., **{"from": sender}
    )
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Request(wire=post(url, json.dumps(sent).encode(), headers), place=teams_conversation(number))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000, help="how many to ask, in this process and of each started one (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the workplace set and CLINC150 (default: %(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print the tables as docs/benchmarks.md has them")
    options = parser.parse_args()
    catalogue = sample_catalogue()
    questions = Questions(catalogue, options.data)
    started = asyncio.run(starts(questions, options.questions))
    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:
        run = commands(questions.take(_COMMANDS), Path(folder))
    whole, search = answers(catalogue, questions.take(options.questions))
    show("Ask", [_latency(whole, search, run), _memory(started)], markdown=options.markdown)


def _latency(whole: Sequence[float], search: Sequence[float], run: Sequence[tuple[float, float]]) -> Table:
    told = [milliseconds for _, milliseconds in run]
    rows = (
        ("an answer", f"{p(whole, 50):.1f}", f"{p(whole, 99):.1f}", f"{max(whole):.1f}", verdict(met=p(whole, 99) < 50, target="p99 below 50")),
        ("the search in it", f"{p(search, 50):.1f}", f"{p(search, 99):.1f}", f"{max(search):.1f}", ""),
        ("`pourqui ask`, as it tells", f"{p(told, 50):.1f}", "", f"{max(told):.1f}", ""),
        ("`pourqui ask`, the whole command", f"{p([seconds * 1000 for seconds, _ in run], 50):,.0f}", "", "", ""),
    )
    return Table(title=f"How long {len(whole)} questions took (ms)", columns=("", "p50", "p99", "most", "target"), rows=rows)


def _memory(started: Sequence[Started]) -> Table:
    rows = tuple(
        (
            each.name,
            f"{each.seconds:.1f}",
            f"{each.ready.resident:.0f}",
            f"{each.ready.anonymous:.0f}",
            f"{each.asked.resident:.0f}",
            f"{each.asked.peak:.0f}",
            "; ".join(
                (
                    verdict(met=max(each.ready.resident, each.asked.resident) < 350, target="below 350 MB"),
                    *((verdict(met=each.seconds < 5, target="below 5 s"),) if each.name.endswith("warm") else ()),
                )
            ),
        )
        for each in started
    )
    columns = ("", "ready after s", "MB resident", "of it anonymous", "after the questions", "most ever", "target")
    return Table(title="Start and memory", columns=columns, rows=rows)


if __name__ == "__main__":
    main()
