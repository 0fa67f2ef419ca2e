"""Ticks: when a clock last asked for a job. Every process has a clock, and one of them is enough."""

from datetime import datetime, timedelta

from sqlmodel import Session

from storage.tables.fleet import TickRow

_EARLY = 0.9  # of the time between two: a clock that ticks a little early asks all the same


def is_fresh(session: Session, job: str, apart: timedelta, at: datetime) -> bool:
    """Tell whether a clock asked for this job less than `apart` ago, nearly; what a clock that ran ahead noted for much later doesn't count."""
    row = session.get(TickRow, job, populate_existing=True)
    return row is not None and abs(at - row.asked_at) < apart * _EARLY


def mark(session: Session, job: str, at: datetime) -> None:
    """Note that a clock asked for this job."""
    session.merge(TickRow(job=job, asked_at=at))
    session.flush()
