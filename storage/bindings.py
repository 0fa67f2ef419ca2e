"""Bindings: the channel of each function, and of those of its services that have their own."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from dialogs.events import Reference
from dialogs.request import Desk
from storage import plain
from storage.tables import BindingRow


def desks(session: Session) -> Mapping[tuple[str, str | None], Desk]:
    """Return every channel that is bound, by function and service (None for the function's own)."""
    rows = session.exec(select(BindingRow).order_by(col(BindingRow.function), col(BindingRow.service)))
    return {(desk.function, desk.service): desk for desk in map(_desk, rows)}


def bind(session: Session, desk: Desk, bound_by: str, at: datetime) -> Desk | None:
    """Bind a conversation; return what the function, or its service, was bound to before. `bound_by` is a pseudonym."""
    row = session.get(BindingRow, (desk.function, desk.service or ""))
    before = _desk(row) if row is not None else None
    whole = desk.reference.whole
    bound = BindingRow(
        function=desk.function,
        service=desk.service or "",
        reference=plain.write_reference(whole),
        key=whole.key,
        language=desk.language,
        bound_by=bound_by,
        bound_at=at,
        dead=desk.dead,
    )
    session.merge(bound)
    session.flush()
    return before


def unbind(session: Session, function: str, service: str | None) -> bool:
    """Take a binding back; tell whether there was one."""
    row = session.get(BindingRow, (function, service or ""))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def mark_dead(session: Session, reference: Reference, why: str) -> list[Desk]:
    """Note that a conversation can't be written to any more; return what was bound to it."""
    rows = _rows_here(session, reference)
    for row in rows:
        row.dead = why
        session.add(row)
    session.flush()
    return [_desk(row) for row in rows]


def _rows_here(session: Session, reference: Reference) -> list[BindingRow]:
    here = select(BindingRow).where(col(BindingRow.key) == reference.whole.key)
    return list(session.exec(here.order_by(col(BindingRow.function), col(BindingRow.service))))


def _desk(row: BindingRow) -> Desk:
    return Desk(
        function=row.function,
        service=row.service or None,
        reference=plain.read_reference(row.reference),
        language="en" if row.language == "en" else "fr",
        dead=row.dead,
    )
