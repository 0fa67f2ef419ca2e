"""Under fire, the long form: replicas of `serve` and workers, or one process, killed and frozen while a campaign goes out and people ask.

    python -m benchmarks.chaos [--people 100000] [--workspaces 20] [--kills 50] [--minutes 20] [--database sqlite] [--seed 1] [--keep FOLDER]

On PostgreSQL 3 replicas and 3 workers, whose clocks stand two minutes apart; on SQLite one process, with a smaller campaign. The platforms answer
429, 500, too late, or cut the connection, 5 % of all calls each. Beside the kills (SIGKILL, of a random process): workers stopped for longer than
a lease (SIGSTOP), PostgreSQL stopped at once and started again, connections cut. Then all that is calm, the rest is awaited, and the ledger is held
against what the platforms took. Exit 1 where a promise is broken.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import Table, show
from tests.chaos.fire import Fire, Options, Outcome, logs
from tests.chaos.verdict import resume_figures

_ASKERS = 50  # in each workspace
_RATE = 6.0  # gestures a second
_CALM_MINUTES = 90.0


def options(chosen: argparse.Namespace) -> Options:
    """Return what to run."""
    fleet = chosen.database == "postgresql"
    return Options(
        people=chosen.people or (100_000 if fleet else 10_000),
        workspaces=chosen.workspaces,
        askers=_ASKERS,
        serves=chosen.serves if fleet else 1,
        workers=chosen.workers if fleet else 0,
        runner="procrastinate" if fleet and chosen.workers else "embedded",
        database=chosen.database,
        kills=chosen.kills,
        freezes=_number(chosen.freezes, chosen.kills // 5) if fleet else 0,
        restarts=_number(chosen.restarts, chosen.kills // 10) if fleet else 0,
        cuts=_number(chosen.cuts, chosen.kills) if fleet else 0,
        seconds=chosen.minutes * 60,
        calm=_CALM_MINUTES * 60,
        rate=_RATE,
        seed=chosen.seed,
    )


def _number(chosen: int | None, usual: int) -> int:
    return usual if chosen is None else chosen


def tables(chosen: Options, outcome: Outcome) -> list[Table]:
    """Return what is printed."""
    flow = outcome.flow
    run = [
        ("people · workspaces", f"{chosen.people:,} · {chosen.workspaces}"),
        ("processes", f"{chosen.serves} × serve, {chosen.workers} × worker, {chosen.runner}"),
        ("killed (SIGKILL) · of them those who send", f"{outcome.kills} · {outcome.worker_kills}"),
        ("frozen (SIGSTOP) · PostgreSQL restarted · connections cut", f"{outcome.freezes} · {outcome.restarts} · {outcome.cuts}"),
        ("ended by themselves, and started again", f"{len(outcome.ended_alone)}"),
        ("questions · deliveries of a gesture again · taps", f"{outcome.questions:,} · {outcome.retried:,} · {outcome.taps:,}"),
        ("until all was settled", f"{outcome.seconds / 60:.1f} min"),
        ("after a kill, until every workspace was served again", resume_figures(outcome.resumes)),
    ]
    if flow is not None:
        run += [
            ("while all workspaces had work", f"{flow.seconds / 60:.1f} min, {flow.sent:,} sent, {flow.sent / flow.seconds:.0f} a second"),
            ("fairness over workspaces (Jain)", f"{flow.jain:.3f}"),
            ("share of the pace · of what 429s left of it", f"{flow.share:.0%} · {flow.share_open:.0%}"),
        ]
    else:
        run.append(("fairness over workspaces, share of the pace", "can't be told: a workspace was sent nothing of the campaign"))
    promises = tuple(outcome.verdict.figures.items())
    return [
        Table(title="The run", columns=("", ""), rows=tuple(run)),
        Table(title="What became of the promises (wrong, of how many)", columns=("", ""), rows=promises),
    ]


def main() -> int:
    """Run it; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, help="100,000 on PostgreSQL, 10,000 on SQLite")
    parser.add_argument("--workspaces", type=int, default=20)
    parser.add_argument("--serves", type=int, default=3)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--freezes", type=int, help="a fifth of the kills")
    parser.add_argument("--restarts", type=int, help="a tenth of the kills")
    parser.add_argument("--cuts", type=int, help="as many as kills")
    parser.add_argument("--minutes", type=float, default=20, help="for which the blows fall")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the processes' logs are kept if a promise is broken")
    parser.add_argument("--markdown", action="store_true")
    chosen = options(given := parser.parse_args())
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:7.0f} s  {what}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:
        outcome = asyncio.run(Fire(chosen, Path(folder), tell).burn())
        if outcome.verdict.broken:
            print(logs(Path(folder)), file=sys.stderr)
            if given.keep is not None:
                shutil.copytree(folder, given.keep, ignore=lambda _, names: [name for name in names if not name.endswith(".log")], dirs_exist_ok=True)
    show(f"Under fire, {'PostgreSQL' if given.database == 'postgresql' else 'SQLite'}", tables(chosen, outcome), markdown=given.markdown)
    for broken in outcome.verdict.broken:
        print(f"broken: {broken}")
    for doubled in outcome.verdict.doubles:
        print(f"taken more than once: {doubled}")
    for crowd in outcome.verdict.crowds:
        print(f"a workspace at its limit, {crowd}")
    for chase in outcome.verdict.chases:
        print(f"a channel at its limit, {chase}")
    return 1 if outcome.verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
