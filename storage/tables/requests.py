"""What a human's help needs: requests, channels of functions, exchanges told by other tools."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.row import Json, Number, Row

_UNCLAIMED = text("status = 'open'")


class RequestRow(Row, table=True):
    """A question in human hands (`dialogs.request`). `desk_key` is the key of the conversation that holds its card."""

    __tablename__ = "request"

    id: str = Field(primary_key=True)
    exchange_id: str = Field(index=True)
    function: str
    sheet_id: str | None = None
    client_id: str = Field(foreign_key="person.id", index=True)
    discreet: bool
    language: str
    question: str = Field(sa_type=Text)
    tried: list[str] = Field(sa_type=Json)
    status: str
    expert_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime
    due_at: datetime
    claimed_at: datetime | None = None
    first_word_at: datetime | None = None
    closed_at: datetime | None = Field(default=None, index=True)
    outcome: str | None = None
    hops: int
    reopened: int
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    desk: str | None = Field(default=None, sa_type=Text)
    desk_key: str | None = None
    desk_language: str
    keeper_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    card: UUID | None = None
    thread: str | None = None
    reply_to: str | None = None

    __table_args__ = (
        Index("ix_request_unclaimed", "due_at", sqlite_where=_UNCLAIMED, postgresql_where=_UNCLAIMED),
        Index("ix_request_desk_key_thread", "desk_key", "thread"),
    )


class RequestWordRow(Row, table=True):
    """What one side said to the other about a request; `source_key`, `source_message` say where it was written, for edits and deletions."""

    __tablename__ = "request_word"

    id: UUID = Field(primary_key=True)
    request_id: str = Field(foreign_key="request.id", index=True)
    side: str
    author_id: str = Field(foreign_key="person.id", index=True)
    text: str = Field(sa_type=Text)
    at: datetime
    state: str
    source_key: str | None = None
    source_message: str | None = None

    __table_args__ = (Index("ix_request_word_source_key_source_message", "source_key", "source_message"),)


class RequestStepRow(Row, table=True):
    """What was done to a request, by whom (None for the clock), and when; `function` is whom it was handed from."""

    __tablename__ = "request_step"

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    request_id: str = Field(foreign_key="request.id", index=True)
    step: str
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    function: str | None = None
    at: datetime


class BindingRow(Row, table=True):
    """The conversation that was bound to a function, or to one of its services (`service`, else empty): where its experts answer."""

    __tablename__ = "binding"

    function: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    reference: str = Field(sa_type=Text)
    key: str = Field(index=True)
    language: str
    bound_by: str
    bound_at: datetime
    dead: str | None = None


class ExchangeSourceRow(Row, table=True):
    """A tool that tells of exchanges which live elsewhere; its token is kept as a SHA-256 only."""

    __tablename__ = "exchange_source"

    name: str = Field(primary_key=True)
    token_hash: str = Field(unique=True)
    created_at: datetime
    created_by: str
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class OutsideExchangeRow(Row, table=True):
    """A support exchange that happened elsewhere: told by a tool (`source` is its name), or marked by a person on a conversation (`shortcut`).

    `told_at` is the time of the latest news of it; older news changes nothing any more. `person_id` is None while nobody knows the client.
    """

    __tablename__ = "outside_exchange"

    id: str = Field(primary_key=True)
    source: str
    external_id: str
    function: str
    service: str | None = None
    client_email: str | None = Field(default=None, index=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    state: str
    outcome: str | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    reopened: int
    told_at: datetime
    changed_at: datetime | None = Field(default=None, index=True)  # by our own clock, when anything of it changed

    __table_args__ = (UniqueConstraint("source", "external_id"),)
