"""Improvements: what an owner will do about a result, by when, and what it changed."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """What an owner will do, noted by `by` (a person's id). `before` begins the published period whose result it's about, None where there was none.

    `done` says what was done, once it is.
    """

    id: str
    function: str
    text: str
    due: date
    noted_at: datetime
    by: str
    before: date | None = None
    done_at: datetime | None = None
    done: str | None = None
