"""Files: what is sent with a message (a chart, an export), until it was sent or nobody wants it any more."""

from datetime import datetime

from sqlalchemy import LargeBinary, Text
from sqlmodel import Field

from storage.tables.row import Json, Row


class AttachmentRow(Row, table=True):
    """A file that a message carries; `key` is random where it must not be guessed."""

    __tablename__ = "attachment"

    key: str = Field(primary_key=True)
    name: str
    content_type: str
    content: bytes = Field(sa_type=LargeBinary)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime
    expires_at: datetime


class ExportRow(Row, table=True):
    """An export that somebody asked for in chat; a job makes the file, and the ledger sends it."""

    __tablename__ = "export"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    language: str
    form: str
    filters: dict[str, str] = Field(sa_type=Json)
    depth: str
    reason: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime
    made_at: datetime | None = None
    failure: str | None = Field(default=None, sa_type=Text)
