"""The deployment: this installation's one row, and whether it went to another database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlmodel import Session, col, select

from storage.errors import MovedError
from storage.tables import DeploymentRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """An installation. `moved_to` is where it went (without a password), `moved_from` the `id` of the one it came from, `moved_at` when."""

    id: str
    made_at: datetime
    moved_to: str | None = None
    moved_from: str | None = None
    moved_at: datetime | None = None

    @property
    def is_partial(self) -> bool:
        """Whether it's to come from another database, and only a part of it has."""
        return self.moved_from is not None and self.moved_at is None


def of(session: Session, at: datetime) -> Deployment:
    """Return this installation, made `at` that moment where it's new: it keeps its `id` from then on."""
    known = found(session)
    if known is not None:
        return known
    session.add(DeploymentRow(id=uuid4().hex, made_at=at))
    session.flush()
    return Deployment(**_the_row(session).model_dump())


def found(session: Session) -> Deployment | None:
    """Return this installation, None where no process of it has been here yet."""
    row = session.exec(select(DeploymentRow).order_by(col(DeploymentRow.made_at), col(DeploymentRow.id)).limit(1)).first()
    return None if row is None else Deployment(**row.model_dump())


def refuse_moved(session: Session) -> None:
    """Raise MovedError, which says what to do, where this installation went to another database, or only a part of it has come to this one."""
    known = found(session)
    if known is None:
        return
    if known.moved_to is not None:
        raise MovedError(gone(known))
    if known.is_partial:
        raise MovedError("only a part of the installation has come to this database: run pourqui move again, where it comes from, and it goes on")


def gone(known: Deployment) -> str:
    """Say where an installation went, and what to do."""
    return (
        f"this installation moved to {known.moved_to}{_on(known.moved_at)}: set POURQUI_DATABASE_URL to that one; to use this one again, and lose "
        "what the other did since: pourqui move --cancel"
    )


def begin(session: Session, moved_from: str, at: datetime) -> Deployment:
    """Note in an empty database that the installation with this `id` is on its way to it."""
    session.add(DeploymentRow(id=uuid4().hex, made_at=at, moved_from=moved_from))
    session.flush()
    return Deployment(**_the_row(session).model_dump())


def complete(session: Session, at: datetime) -> None:
    """Note that all of it has come."""
    _the_row(session).moved_at = at
    session.flush()


def leave(session: Session, moved_to: str, at: datetime) -> None:
    """Note that it went to another database; `moved_to` is a URL without its password."""
    row = _the_row(session)
    row.moved_to, row.moved_at = moved_to, at
    session.flush()


def come_back(session: Session) -> Deployment | None:
    """Take an installation that went to another database into use again; return what it was, None where it hadn't gone."""
    known = found(session)
    if known is None or known.moved_to is None:
        return None
    row = _the_row(session)
    row.moved_to, row.moved_at = None, None
    session.flush()
    return known


def _the_row(session: Session) -> DeploymentRow:
    return session.exec(select(DeploymentRow).order_by(col(DeploymentRow.made_at), col(DeploymentRow.id)).limit(1)).one()


def _on(at: datetime | None) -> str:
    return "" if at is None else f" on {at:%Y-%m-%d %H:%M} UTC"
