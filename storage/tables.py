"""The tables: what pourqui keeps, under the glossary's names.

Two kinds of JSON are kept. What is only ever read back whole (replies, a state, a catalogue) is a text column, written once by `plain`;
what a query may look into one day (segments, sheets) is a JSON column. Times are UTC and timezone-aware.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
_WAITING = text("answered_at IS NULL")
_Json = JSON().with_variant(JSONB(), "postgresql")


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """What every table shares: one metadata, constraints that have names."""


class PersonRow(Row, table=True):
    """Somebody: of the directory (`directory_id`), or known from a platform only.

    `email`, `name`, `site` and the like are the directory's; `language` is the person's own choice.
    """

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    directory_id: str | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, unique=True)
    name: str | None = None
    language: str | None = None
    directory_language: str | None = None
    timezone: str | None = None
    site: str | None = None
    department: str | None = None
    seniority: str | None = None
    manager: str | None = None
    segments: list[str] = Field(default_factory=list, sa_type=_Json)
    greeted_at: datetime | None = None
    created_at: datetime


class IdentityRow(Row, table=True):
    """A platform's account and the person it belongs to; `email` is there only when the platform vouches for it."""

    __tablename__ = "identity"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    name: str | None = None
    email: str | None = Field(default=None, index=True)
    locale: str | None = None
    spoken_language: str | None = None
    timezone: str | None = None
    guest: bool = False
    refreshed_at: datetime | None = None


class ConversationReferenceRow(Row, table=True):
    """The latest personal conversation of a person in a workspace or tenant: where a message of our own can be sent."""

    __tablename__ = "conversation_reference"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    conversation: str
    thread: str | None = None
    service_url: str | None = None
    scope: str
    refreshed_at: datetime


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

    # only what waits for its answer is in the index: the sweep reads a handful of rows, however old the table grows
    __table_args__ = (Index("ix_event_unanswered", "heard_at", sqlite_where=_WAITING, postgresql_where=_WAITING),)


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
    sheet_ids: list[str] = Field(sa_type=_Json)
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


class RoleGrantRow(Row, table=True):
    """A role that a person holds; `function` is empty for a role of the company (admin, auditor)."""

    __tablename__ = "role_grant"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    role: str = Field(primary_key=True)
    function: str = Field(primary_key=True)
    granted_at: datetime
    granted_by: str


class PseudonymRow(Row, table=True):
    """What the audit log and the versions call a person; an erasure deletes the line, and breaks no chain."""

    __tablename__ = "pseudonym"

    pseudonym: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", unique=True)


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


def table_of(row: type[Row]) -> Table:
    """Return a row's table, for statements that write values as they are, without a row object for each."""
    return row.metadata.tables[str(row.__tablename__)]
