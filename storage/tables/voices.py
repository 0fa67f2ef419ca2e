"""Voices: what people say to a function of their own accord, by name and without one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field

from storage.tables.row import Row


class VoiceRow(Row, table=True):
    """What somebody said by name, and what the function made of it (`dialogs.voice.Voice`)."""

    __tablename__ = "voice"

    id: str = Field(primary_key=True)
    function: str = Field(index=True)
    kind: str
    person_id: str = Field(foreign_key="person.id", index=True)
    language: str
    text: str = Field(sa_type=Text)
    said_at: datetime
    state: str
    answer: str | None = Field(default=None, sa_type=Text)
    answered_at: datetime | None = None
    answered_by: str | None = Field(default=None, foreign_key="person.id", index=True)
    outcome: str | None = Field(default=None, sa_type=Text)
    closed_at: datetime | None = None
    closed_by: str | None = Field(default=None, foreign_key="person.id", index=True)
    desk_language: str
    card: UUID | None = None


class AnonymousVoiceRow(Row, table=True):
    """What somebody said without a name. Nothing here says who, when, or in which order: `key` is random, `month` is all that is kept of the time.

    `receipt_hash` is the SHA-256 of the secret in the author's own message; what the function answered is read with it.
    """

    __tablename__ = "anonymous_voice"

    key: UUID = Field(primary_key=True)
    month: str
    function: str = Field(index=True)
    kind: str
    text: str = Field(sa_type=Text)
    receipt_hash: str | None = Field(default=None, unique=True)
    state: str
    answer: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    told: bool = False  # whether the function's channel has seen it


class AnonymousPendingRow(Row, table=True):
    """What was said without a name and waits for others to be written with: one row, rewritten whole, shuffled and encrypted at each addition."""

    __tablename__ = "anonymous_pending"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    content: str = Field(sa_type=Text)
