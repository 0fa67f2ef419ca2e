"""How soon an edit is found: from before it's written until a question gets it, in the process that wrote it and in another one.

    python -m benchmarks.edits [--phrasings 5000] [--edits 10] [--database postgresql] [--markdown]

The catalogue is CLINC150's training questions, each intent a sheet. An edit adds another one to a sheet, and that's what is asked: it's found once
the index has it as that sheet's nearest text, and the sheet is among the three nearest. It's measured alone (whatever the former edit left to do is
done), in a row (the former edit isn't built in full yet), and as it would be if every version were built in full before it answers.
"""

import argparse
import asyncio
import csv
import json
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from adapters.encoders.bundled import BundledEncoder
from benchmarks.processes import ROOT, own
from benchmarks.questions import DATA
from benchmarks.report import Table, p, show, verdict
from benchmarks.stage import database, named
from bot import indexes, logs
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.catalog import Catalogue, Company, Entry, Function, Localized, Phrasings
from dialogs.search.match import Asked
from storage import schema
from storage.database import Database
from tests.loading import load_catalogue

_LIMIT = 1000.0  # ms
_LOOK_EVERY = 0.005
_PAUSE = 1.0  # seconds
_SETTLING = 60  # pauses at most


def said_in(folder: Path) -> dict[str, list[str]]:
    """Return the training questions of each intent."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    with (folder / "clinc150" / "train.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            said[row["intent"]].append(row["text"])
    return said


def catalogue_of(said: Mapping[str, Sequence[str]], each: int) -> Catalogue:
    """Return a catalogue with so many phrasings a sheet."""
    entries = tuple(
        Entry(
            id=intent,
            question=Localized(en=intent.replace("_", " ")),
            reply=Localized(en=f"All about {intent.replace('_', ' ')}."),
            phrasings=Phrasings(en=tuple(texts[:each])),
        )
        for intent, texts in said.items()
    )
    return Catalogue(company=Company(name="benchmark"), functions=(Function(slug="all", names=Localized(en="All"), entries=entries),))


def edited(catalogue: Catalogue, number: int, said: Mapping[str, Sequence[str]]) -> tuple[Catalogue, str, str]:
    """Return the catalogue with one phrasing more, the id of the sheet that has it, and the phrasing."""
    (function,) = catalogue.functions
    place = number * 7 % len(function.entries)
    entry = function.entries[place]
    question = next(text for text in reversed(said[entry.id]) if text not in entry.phrasings.en)
    changed = replace(entry, phrasings=Phrasings(en=(*entry.phrasings.en, question)))
    entries = (*function.entries[:place], changed, *function.entries[place + 1 :])
    return replace(catalogue, functions=(replace(function, entries=entries),)), entry.id, question


class Watcher:
    """A process's knowledge, and when each version was first found by its question, by a clock that all processes share."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def found(self, number: int, sheet: str, question: str) -> float:
        """Wait until the question gets the sheet from this version on; return when."""
        while True:
            known = self._knowledge.current
            if known.number >= number:
                match = (await self._knowledge.understand(known, Asked(text=question), frozenset())).match
                vector = (await self._knowledge.encoded([question]))[question]
                grounds = known.understanding.index.grounds(question, vector, frozenset(), sheet)
                if match is not None and sheet in (each.id for each in match.candidates) and grounds is not None and grounds.nearest == question:
                    return time.monotonic()
                if known.whole:
                    raise RuntimeError(f"{question!r} isn't found, though {sheet} has it")
            await asyncio.sleep(_LOOK_EVERY)


async def watch(url: str, stack: AsyncExitStack) -> Knowledge:
    """Know what the database knows, and follow it."""
    stored = await stack.enter_async_context(await Database.open(url))
    knowledge = Knowledge(stored, BundledEncoder(), Metrics())
    stack.callback(knowledge.close)
    await knowledge.refresh()
    watching = asyncio.get_running_loop().create_task(knowledge.watch())

    async def end() -> None:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    stack.push_async_callback(end)
    return knowledge


async def other(url: str) -> None:
    """Be the other process: for each line, a JSON array of number, sheet and question, say when it was found."""
    async with AsyncExitStack() as stack:
        watcher = Watcher(await watch(url, stack))
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await watcher.found(*json.loads(line))), flush=True)


class Edits:
    """Edits in this process, found in this one and the other."""

    def __init__(
        self, stored: Database, knowledge: Knowledge, catalogue: Catalogue, said: Mapping[str, Sequence[str]], process: asyncio.subprocess.Process
    ) -> None:
        self._stored = stored
        self._knowledge = knowledge
        self._watcher = Watcher(knowledge)
        self._catalogue = catalogue
        self._said = said
        self._process = process

    async def measured(self, times: int, *, alone: bool) -> tuple[list[float], list[float]]:
        """Return the milliseconds until found here and there."""
        here: list[float] = []
        there: list[float] = []
        for _ in range(times):
            if alone:
                await self._settled()
            number = self._knowledge.current.number + 1
            self._catalogue, sheet, question = edited(self._catalogue, number, self._said)
            started = time.monotonic()
            await load_catalogue(self._stored, self._catalogue, "benchmark")
            self._knowledge.look()
            told = asyncio.get_running_loop().create_task(self._told(number, sheet, question))
            here.append((await self._watcher.found(number, sheet, question) - started) * 1000)
            there.append((await told - started) * 1000)
        return here, there

    async def _told(self, *edit: int | str) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(edit)}\n".encode())
        at: float = json.loads(await self._process.stdout.readline())
        return at

    async def _settled(self) -> None:
        """Wait for what the former edit left to do, here and (about as long) there."""
        for _ in range(_SETTLING):
            if self._knowledge.current.whole:
                break
            await asyncio.sleep(_PAUSE)
        await asyncio.sleep(_PAUSE)


Measured = dict[str, tuple[list[float], list[float]]]


async def measure(url: str, said: Mapping[str, Sequence[str]], catalogue: Catalogue, times: int, *, whole: bool) -> Measured:
    """Measure edits in this process and another one, on a database of their own."""
    schema.upgrade(url)
    async with AsyncExitStack() as stack:
        stored = await stack.enter_async_context(await Database.open(url))
        await load_catalogue(stored, catalogue, "benchmark")
        knowledge = await watch(url, stack)
        command = own("benchmarks.edits", "--watch", url, *(["--whole"] if whole else []))
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
        stack.push_async_callback(_ended, process)
        assert process.stdout is not None
        await process.stdout.readline()
        edits = Edits(stored, knowledge, catalogue, said, process)
        await edits.measured(1, alone=True)
        if whole:
            return {"every version in full": await edits.measured(times, alone=True)}
        return {"alone": await edits.measured(times, alone=True), "in a row": await edits.measured(times, alone=False)}


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


def tables(got: Measured) -> list[Table]:
    """Show them."""
    before = got["every version in full"]
    rows = []
    for name, sides in got.items():
        for side, values, former in zip(("same process", "another process"), sides, before, strict=True):
            ratio = p(former, 50) / p(values, 50)
            rows.append((f"{name}, {side}", f"{p(values, 50):.0f}", f"{max(values):.0f}", f"{ratio:.1f}", str(len(values))))
    slowest = max(max(values) for name, sides in got.items() if sides is not before for values in sides)
    target = Table(
        title="Target",
        columns=("", "ms", ""),
        rows=(("the slowest edit", f"{slowest:.0f}", verdict(met=slowest < _LIMIT, target=f"< {_LIMIT:.0f}")),),
    )
    columns = ("", "median", "max", "times faster than in full", "edits")
    return [Table(title="From before the write until the question gets the edited sheet (ms)", columns=columns, rows=tuple(rows)), target]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phrasings", type=int, default=5000)
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--database", default="sqlite", metavar="sqlite|postgresql")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--watch", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--whole", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    logs.set_up("json", "warning")
    if given.whole:
        indexes._FEW = 0
    if given.watch:
        asyncio.run(other(given.watch))
        return
    said = said_in(given.data)
    catalogue = catalogue_of(said, -(-given.phrasings // len(said)))
    got: Measured = {}
    few = indexes._FEW
    for whole in (True, False):
        indexes._FEW = 0 if whole else few
        with tempfile.TemporaryDirectory() as folder, database(given.database, Path(folder)) as url:
            got |= asyncio.run(measure(url, said, catalogue, given.edits, whole=whole))
    sheets = sum(1 for _ in catalogue.sheets())
    phrasings = sum(len(sheet.phrasings.en) for _, sheet in catalogue.sheets())
    show(f"Edits: {sheets} sheets, {phrasings:,} phrasings, {named(given.database)}", tables(got), markdown=given.markdown)


if __name__ == "__main__":
    main()
