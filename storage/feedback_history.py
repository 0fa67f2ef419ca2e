"""A history of feedback that was made elsewhere: taken in whole, where there's none yet."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import insert
from sqlmodel import Session, select

from dialogs.feedback import Feedback
from storage.tables import FeedbackRow, table_of

_NAMES: Final = {"exchange": "exchange_id", "client": "person_id", "helper": "helper_id", "request": "request_id"}


def bring(session: Session, closings: Iterable[Feedback]) -> bool:
    """Keep closings as they are, with their responses, unless any is there already; tell whether they were taken. Nobody is asked about them."""
    if session.exec(select(FeedbackRow.id).limit(1)).first() is not None:
        return False
    rows = [{_NAMES.get(name, name): getattr(closing, name) for name in Feedback.__slots__} for closing in closings]
    session.connection().execute(insert(table_of(FeedbackRow)), rows)
    return True
