"""Attachments: files that messages carry, kept until nobody wants them any more."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from dialogs.attachment import Attachment
from storage.tables import AttachmentRow, CampaignPictureRow, table_of

PICTURE: Final = "campaign-"  # how the keys of campaigns' pictures begin
_ATTACHMENT = table_of(AttachmentRow).c


def keep(session: Session, *, key: str, name: str, content_type: str, content: bytes, person: str | None, at: datetime, expires_at: datetime) -> None:
    """Keep a file until `expires_at`; the same key again changes nothing. `person` is for whom alone it was made."""
    if session.get(AttachmentRow, key) is not None:
        return
    row = AttachmentRow(key=key, name=name, content_type=content_type, content=content, person_id=person, created_at=at, expires_at=expires_at)
    session.add(row)
    session.flush()


def load(session: Session, key: str, at: datetime | None = None) -> Attachment | None:
    """Return a file, None where there's no such, or where it had expired by `at`; a campaign's pictures last as long as the campaign."""
    row = session.get(AttachmentRow, key)
    if row is None and key.startswith(PICTURE):
        return _picture(session, key)
    if row is None or (at is not None and row.expires_at <= at):
        return None
    return Attachment(name=row.name, content_type=row.content_type, content=row.content, person=row.person_id)


def _picture(session: Session, key: str) -> Attachment | None:
    row = session.exec(select(CampaignPictureRow).where(col(CampaignPictureRow.key) == key)).first()
    return None if row is None else Attachment(name=row.file, content_type=row.content_type, content=row.content)


def expire(session: Session, at: datetime) -> int:
    """Forget what has expired by then; return how many files that were."""
    return session.connection().execute(delete(table_of(AttachmentRow)).where(_ATTACHMENT.expires_at <= at)).rowcount
