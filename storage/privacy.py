"""Privacy: all that is held about somebody, table by table."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, and_, func, not_, select
from sqlmodel import Session

from storage.personal_rows import REGISTER, Kept, table
from storage.trail import Trail

_NAMED: Final = ("client_id", "expert_id", "keeper_id", "author_id", "helper_id", "answered_by", "closed_by")

Held = Mapping[str, Any]  # a row: `as`, what they are in it, then its columns


def held(session: Session, trail: Trail) -> dict[str, list[Held]]:
    """Return every row that belongs to somebody, by table, in the register's order; a table without any has an empty list.

    Somebody else appears by name only, and not at all as the client of a discreet request; what they said in confidence is left out. Files are
    described, not included.
    """
    names = _names(session)
    return {name: list(_rows(session, name, kept, trail, names)) for name, kept in REGISTER.items() if kept.ties}


def unfindable() -> dict[str, str]:
    """Return the tables in which nobody can be found, and why."""
    return {name: kept.why for name, kept in REGISTER.items() if kept.why is not None}


def _rows(session: Session, name: str, kept: Kept, trail: Trail, names: Mapping[str, str]) -> Iterator[Held]:
    found, former = table(name), list[ColumnElement[bool]]()
    for tie in kept.ties:
        columns = [func.length(column).label(column.name) if isinstance(column.type, LargeBinary) else column for column in found.c]
        order = list(found.primary_key.columns)
        theirs = and_(tie.where(trail), *(not_(func.coalesce(other, False)) for other in former))
        for row in session.execute(select(*columns).where(theirs).order_by(*order)).mappings():
            told = {column: _told(column, value, trail, names) for column, value in row.items() if column not in tie.hides}
            yield {"as": tie.role, **told}
        former.append(tie.where(trail))


def _told(column: str, value: object, trail: Trail, names: Mapping[str, str]) -> object:
    if column in _NAMED and isinstance(value, str) and value != trail.person:
        return names.get(value)
    return value


def _names(session: Session) -> dict[str, str]:
    people = table("person").c
    return {row.id: row.name for row in session.execute(select(people.id, people.name).where(people.name.is_not(None)))}
