"""Processes: which are at work on this database, by the sign of life that each gives."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from storage.tables import ProcessRow

JOINING: Final = "processes"  # the key under which one joins, so that of two that come at once the second sees the first
ALIVE: Final = timedelta(seconds=10)  # five signs of life that didn't come
FORGOTTEN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One running pourqui: what it does (`serve` or `worker`), where, for which deployment, and when it was last seen."""

    id: str
    role: str
    runner: str
    host: str
    pid: int
    version: str
    fingerprint: str
    started_at: datetime
    seen_at: datetime
    on_duty: bool


def note(session: Session, process: Process) -> None:
    """Note that a process is there; one that was forgotten meanwhile is there again."""
    session.merge(ProcessRow(**asdict(process)))
    session.flush()


def leave(session: Session, ids: Collection[str]) -> None:
    """Note that processes are there no longer."""
    session.execute(delete(ProcessRow).where(col(ProcessRow.id).in_(sorted(ids))))


def forget(session: Session, at: datetime) -> None:
    """Forget those that have been silent for a day."""
    session.execute(delete(ProcessRow).where(col(ProcessRow.seen_at) < at - FORGOTTEN))


def alive(session: Session, at: datetime, *, besides: str | None = None) -> list[Process]:
    """Return those that were seen within `ALIVE`, the one that started first comes first.

    One that'd be seen in the future isn't: its clock was set back since, as that of a demo that has travelled.
    """
    seen = col(ProcessRow.seen_at).between(at - ALIVE, at + ALIVE)
    rows = session.exec(select(ProcessRow).where(seen, col(ProcessRow.id) != besides).order_by(col(ProcessRow.started_at), col(ProcessRow.id)))
    return [Process(**row.model_dump()) for row in rows]
