"""Leases: since when each workspace's owner hasn't renewed its own, for those who watch over the processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from storage import due
from storage.sending import WORKSPACE_LEASE
from storage.tables import DeliveryRow, WorkspaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The lease on a workspace: since when it hasn't been renewed."""

    platform: str
    tenant: str
    age: timedelta


def ages(session: Session, at: datetime) -> list[Lease]:
    """Return the leases that hold, and those that went by though something is due: it should have been taken over.

    Of a workspace in which nothing is due, or that's paused, a former lease says nothing.
    """
    here = (col(DeliveryRow.platform) == col(WorkspaceRow.platform), col(DeliveryRow.tenant) == col(WorkspaceRow.tenant))
    is_late = due.is_any_due(session, at, *here) & or_(col(WorkspaceRow.paused_until).is_(None), col(WorkspaceRow.paused_until) <= at)
    rows = select(WorkspaceRow).where(col(WorkspaceRow.lease_until).is_not(None), or_(col(WorkspaceRow.lease_until) > at, is_late))
    ordered = session.exec(rows.order_by(col(WorkspaceRow.platform), col(WorkspaceRow.tenant)))
    return [
        Lease(platform=row.platform, tenant=row.tenant, age=max(timedelta(0), at - row.lease_until + WORKSPACE_LEASE))
        for row in ordered
        if row.lease_until is not None
    ]
