"""What is written, as the type that it's meant to have: None, or nothing, for what has another, since its shape is said to be wrong elsewhere."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import TypeGuard

from dialogs.written import Raw


def is_number(value: Raw) -> TypeGuard[int | float]:
    """Tell whether a value is a number; true and false aren't."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def text(value: Raw) -> str | None:
    """Return a text."""
    return value if isinstance(value, str) else None


def number(value: Raw) -> int | float | None:
    """Return a number."""
    return value if is_number(value) else None


def day(value: Raw) -> date | None:
    """Return a date."""
    with suppress(ValueError):
        return date.fromisoformat(value) if isinstance(value, str) else None
    return None


def moment(value: Raw) -> datetime | None:
    """Return a time by nobody's clock in particular: one that names a zone is none."""
    with suppress(ValueError):
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at if at is not None and at.tzinfo is None else None
    return None


def items(value: Raw) -> Sequence[Raw]:
    """Return what a list holds."""
    return value if isinstance(value, list) else ()


def words(value: Raw) -> tuple[str, ...]:
    """Return the texts of a list."""
    return tuple(item for item in items(value) if isinstance(item, str))


def keys(value: Raw) -> Mapping[str, Raw]:
    """Return a set of keys."""
    return value if isinstance(value, dict) else {}
