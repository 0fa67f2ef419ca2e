"""Reports: tables for a terminal, or for `docs/benchmarks.md`; and on which machine, when, by which command they came."""

import os
import platform
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.clock import now
from storage.address import parse, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; the first column is text, the others are set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def show(title: str, tables: Sequence[Table], *, markdown: bool) -> None:
    """Print what was measured."""
    print(f"## {title}\n" if markdown else f"\n{title}")
    print(f"{now():%Y-%m-%d} · `{command()}` · {machine()}" if markdown else f"{now():%Y-%m-%d} · {command()} · {machine()}")
    for table in tables:
        print(f"\n{table.title}\n" if markdown else f"\n{table.title}")
        print("\n".join(_markdown(table) if markdown else _plain(table)))


def command() -> str:
    """Return how this run was started, without the option that only changes how it's shown, and without a password."""
    given = [shown(parse(each)) if "://" in each else each for each in sys.argv[1:] if each != "--markdown"]
    return shlex.join(["python", "-m", f"benchmarks.{Path(sys.argv[0]).stem}", *given])


def machine() -> str:
    """Return the processor, how many of its cores we may use, the memory, and Python's version."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, Python {platform.python_version()}"


def p(values: Sequence[float], percent: float) -> float:
    """Return a percentile; not a number where there's no value."""
    return float(np.percentile(values, percent)) if values else float("nan")


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Say the median, and between which values it lies."""
    return f"{np.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def reached(least: float, *ratios: Sequence[float]) -> bool:
    """Tell whether the median of each of these reaches a target."""
    return all(bool(np.median(each) >= least) for each in ratios)


def verdict(*, met: bool, target: str) -> str:
    """Say a target, and whether it's met."""
    return f"{target}: {'met' if met else 'missed'}"


def _markdown(table: Table) -> list[str]:
    lines = [" | ".join(row) for row in (table.columns, ("---", *("---:" for _ in table.columns[1:])), *table.rows)]
    return [f"| {line} |" for line in lines]


def _plain(table: Table) -> list[str]:
    rows = (table.columns, *table.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    return [
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    ]
