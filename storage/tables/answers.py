"""What is asked and answered: events, states, exchanges, the catalogue, what it lacks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, text
from sqlmodel import Field

from storage.tables.row import Json, Row

_WAITING = text("answered_at IS NULL")


class EventRow(Row, table=True):
    """A gesture that was taken, with what was replied; the primary key is what makes each of a platform's retries the same gesture."""

    __tablename__ = "event"

    key: UUID = Field(primary_key=True)
    conversation_key: str
    platform: str
    gesture: str
    user: str
    message_id: str | None = None
    reference: str = Field(sa_type=Text)
    replies: str = Field(sa_type=Text)
    heard_at: datetime
    answered_at: datetime | None = None
    swept_at: datetime | None = None
    given_up: bool = False

    __table_args__ = (
        # only what waits for its answer is in it: the sweep reads a handful of rows, however old the table grows
        Index("ix_event_unanswered", "heard_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_event_heard_at", "heard_at"),
    )


class StateRow(Row, table=True):
    """What a dialog remembers of a conversation with one person."""

    __tablename__ = "state"

    state_key: str = Field(primary_key=True)
    dialog: str
    version: int
    kept: str = Field(sa_type=Text)
    changed_at: datetime


class ExchangeRow(Row, table=True):
    """A question and what it got."""

    __tablename__ = "exchange"

    id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    scope: str
    question: str = Field(sa_type=Text)
    language: str
    outcome: str
    function: str | None = None
    sheet_ids: list[str] = Field(sa_type=Json)
    confidence: float | None = None
    catalogue_version: int | None = None
    opened_at: datetime = Field(index=True)
    chosen_id: str | None = None
    none_of_these: bool = False


class ReportRow(Row, table=True):
    """What a person said against an answer: *not what I asked*, or *this is wrong* in their own words.

    `exchange_id` isn't a foreign key: a card outlives the exchange it came from.
    """

    __tablename__ = "report"

    id: UUID = Field(primary_key=True)
    exchange_id: str = Field(index=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    kind: str
    sheet_id: str
    comment: str | None = Field(default=None, sa_type=Text)
    reported_at: datetime
    told_at: datetime | None = None  # when the person was told that it was mended


class CatalogueVersionRow(Row, table=True):
    """One version of the whole catalogue; versions are never changed, the highest number is the current one."""

    __tablename__ = "catalogue_version"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    created_at: datetime
    author: str
    digest: str
    content: str = Field(sa_type=Text)
    changes: str = Field(sa_type=Text)
    restored_from: int | None = None


class VectorRow(Row, table=True):
    """A text's vector by one model: float32, little-endian; `text_hash` is the SHA-256 of the text."""

    __tablename__ = "vector"

    model: str = Field(primary_key=True)
    text_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    vector: bytes = Field(sa_type=LargeBinary)


class LearntRow(Row, table=True):
    """What an index learnt from a catalogue's texts, as `dialogs.search.learnt` writes it; the fingerprint tells from what."""

    __tablename__ = "learnt"

    fingerprint: bytes = Field(primary_key=True, sa_type=LargeBinary)
    kept_at: datetime
    content: bytes = Field(sa_type=LargeBinary)


class AuditRow(Row, table=True):
    """One line of the audit log: who (a pseudonym, or `command line:` and a login) did what; each holds the hash of the line before it."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    actor: str
    act: str
    function: str | None = None
    subject: str | None = None
    outcome: str
    detail: str = Field(sa_type=Text)
    former_hash: str
    hash: str


class GapRow(Row, table=True):
    """Questions alike that a function couldn't answer; open until `decision` says what became of them."""

    __tablename__ = "gap"

    id: str = Field(primary_key=True)
    function: str | None = Field(default=None, index=True)
    opened_at: datetime
    decision: str | None = None
    subject: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None


class GapQuestionRow(Row, table=True):
    """A question of a gap; `source` is the exchange or the report it came from, so that each comes in once."""

    __tablename__ = "gap_question"

    source: str = Field(primary_key=True)
    gap_id: str = Field(foreign_key="gap.id", index=True)
    kind: str
    text: str = Field(sa_type=Text)
    language: str
    sheet_id: str | None = None
    comment: str | None = Field(default=None, sa_type=Text)
    asked_at: datetime


class ProfileDraftRow(Row, table=True):
    """A function's profile as an interview drafted it, until its owner publishes it."""

    __tablename__ = "profile_draft"

    function: str = Field(primary_key=True)
    content: str = Field(sa_type=Text)
    author: str
    changed_at: datetime
