"""Upcoming: when something is due next that the bot does of its own accord, and what it did so far."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from dialogs.campaign import CampaignStatus
from dialogs.delivery import Status
from storage import ledger
from storage.tables import CampaignRow, DeliveryRow, FeedbackRow

_ALIVE = (CampaignStatus.SCHEDULED.value, CampaignStatus.RUNNING.value)


def next_at(session: Session, at: datetime) -> datetime | None:
    """Return when something is due after `at`: a delivery, a campaign's beginning or end, a question about an exchange; None for nothing."""
    alive, planned = col(CampaignRow.status).in_(_ALIVE), ledger.is_(col(DeliveryRow.status), Status.PLANNED)
    dates = (
        _first(session, col(DeliveryRow.not_before), at, planned),
        _first(session, col(CampaignRow.starts_at), at, alive),
        _first(session, col(CampaignRow.ends_at), at, alive),
        _first(session, col(FeedbackRow.prompt_at), at),
        _first(session, col(FeedbackRow.remind_at), at),
    )
    return min((date for date in dates if date is not None), default=None)


def sent(session: Session) -> int:
    """Count what was sent."""
    return session.exec(select(func.count()).where(col(DeliveryRow.status) == Status.SENT.value)).one()


def _first(session: Session, column: Any, at: datetime, *where: ColumnElement[bool]) -> datetime | None:
    found: datetime | None = session.execute(select(func.min(column)).where(column > at, *where)).scalar()
    return found
