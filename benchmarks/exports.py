"""How long an export takes, and how much memory: one process for each form, over a company's published responses.

    python -m benchmarks.exports [--rows 1000000] [--database sqlite|postgresql] [--depth protected]

One response in ten has a comment. The peak is at most what's printed:
`getrusage` counts what the process that started it held, too, so that it's never less.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import Session

from bot import exports
from bot.export_rows import Wanted
from bot.po import texts
from dialogs.export import DEPTHS, FORMS, Depth, Form
from dialogs.export_filters import Filters
from storage import schema
from storage.database import Database
from storage.tables import AnonymityClassRow, FeedbackRow, PersonRow, PublishedMeasureRow, table_of
from tests.databases import running_server

PEAK = 300  # MB
_AT_ONCE = 10_000
_EACH = 20  # responses of a class
_PEOPLE = 5_000
_BEGINS = date(2026, 9, 28)
_AT = datetime(2026, 10, 6, tzinfo=UTC)
_COMMENT = "Merci, c'était clair et rapide ; il manquait seulement le numéro du dépôt, que j'ai retrouvé ailleurs."


async def fill(url: str, rows: int) -> None:
    """Put so many published responses into a database."""
    schema.upgrade(url)
    async with await Database.open(url) as database:
        await database.write("benchmark", _people)
        for start in range(0, rows, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, rows))
            await database.write("benchmark", partial(_responses, numbers=numbers))


def _people(session: Session) -> None:
    people = [{"id": f"p{n}", "directory_id": f"d{n}", "name": f"Prénom Nom{n}", "segments": [], "created_at": _AT} for n in range(_PEOPLE)]
    session.connection().execute(insert(table_of(PersonRow)), people)
    measure = {"function": "it", "begins": _BEGINS, "measure": "effort", "people": _PEOPLE, "values": {}}
    session.connection().execute(insert(table_of(PublishedMeasureRow)), [measure])


def _responses(session: Session, numbers: range) -> None:
    counts = {"solved": {"yes": _EACH}, "traces": {"4": _EACH}, "people": _EACH, "answered": _EACH, "promised": 0, "late": 0}
    classes = [
        {"id": f"c{n}", "function": "it", "begins": _BEGINS, "grain": "month", "service": f"s{n % 200}", "site": f"site {n % 40}", **counts}
        for n in range(numbers.start // _EACH, (numbers.stop + _EACH - 1) // _EACH)
    ]
    session.connection().execute(insert(table_of(AnonymityClassRow)), classes)
    responses = [
        {
            "id": f"f{n:08}",
            "exchange_id": f"e{n}",
            "occasion": "answer",
            "function": "it",
            "service": f"s{n // _EACH % 200}",
            "person_id": f"p{n % _PEOPLE}",
            "question": "mon portable est mort",
            "language": "fr",
            "platform": "slack",
            "channel": "personal",
            "site": f"site {n // _EACH % 40}",
            "department": "Ventes",
            "opened_at": _AT,
            "asked_at": _AT + timedelta(seconds=n),
            "expires_at": _AT + timedelta(days=7),
            "hops": 0,
            "solved": "yes",
            "trace": n % 5 + 1,
            "item": "effort" if n % 3 == 0 else None,
            "value": "5" if n % 3 == 0 else None,
            "comment": _COMMENT if n % 10 == 0 else None,
            "answered_at": _AT + timedelta(seconds=n + 60),
            "class_id": f"c{n // _EACH}",
        }
        for n in numbers
    ]
    session.connection().execute(insert(table_of(FeedbackRow)), responses)


async def one(url: str, form: Form, depth: Depth, path: Path) -> None:
    """Export once, and print what it took, as JSON."""
    wanted = Wanted(filters=Filters(), depth=depth, t=texts("fr"), timezone="Europe/Paris")
    begun = time.perf_counter()
    async with await Database.open(url) as database:
        counts = await database.snapshot(lambda session: exports.write(session, wanted, form, path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - begun, "peak": peak, **counts}))


def measure(url: str, folder: Path, rows: int, depth: Depth) -> bool:
    """Fill a database, export it in each form, print the figures; return whether every one is within the limit."""
    begun, within = time.perf_counter(), True
    asyncio.run(fill(url, rows))
    print(f"{rows:,} responses written in {time.perf_counter() - begun:.0f} s")
    for form in FORMS:
        path = folder / exports.file_name(form, depth, "benchmark")
        command = [sys.executable, "-m", "benchmarks.exports", "--one", url, "--form", form, "--depth", depth, "--path", str(path)]
        took = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        within = within and took["peak"] < PEAK
        lines = f"{took['responses']:,} responses, {took.get('comments', 0):,} comments"
        print(f"{form:6}{took['seconds']:7.1f} s {took['peak']:6.0f} MB peak {path.stat().st_size / 1024**2:7.1f} MB file   {lines}")
        path.unlink()
    return within


def main() -> None:
    """Read what is to be measured, and measure it; end with 1 above the limit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--depth", choices=DEPTHS, default="protected")
    parser.add_argument("--one", metavar="URL", help=argparse.SUPPRESS)
    parser.add_argument("--form", choices=FORMS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        asyncio.run(one(given.one, given.form, given.depth, given.path))
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'benchmark.db'}"
        if given.database == "postgresql":
            url = stack.enter_context(running_server()).make("benchmark")
        sys.exit(not measure(url, folder, given.rows, given.depth))


if __name__ == "__main__":
    main()
