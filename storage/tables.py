"""The tables: what pourqui keeps, under the glossary's names.

Two kinds of JSON are kept. What is only ever read back whole (replies, a state, a catalogue) is a text column, written once by `plain`;
what a query may look into one day (segments, sheets) is a JSON column. Times are UTC and timezone-aware.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint, text
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
_PLANNED, _SENDING, _UNKNOWN = (text(f"status = '{status}'") for status in ("planned", "sending", "unknown"))
_CHANGE = text("change IS NOT NULL")
_UNCLAIMED = text("status = 'open'")
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up a key of this very type only
_Json = JSON().with_variant(JSONB(), "postgresql")


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """What every table shares: one metadata, constraints that have names."""


class PersonRow(Row, table=True):
    """Somebody: of the directory (`directory_id`), or known from a platform only.

    `email`, `name`, `site` and the like are the directory's; `language` is the person's own choice, and so is `reach`: the platform on which the bot
    writes to them of its own accord, None for the one where they last spoke to it.
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
    reach: str | None = None
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
    """The latest personal conversation of a person in a workspace or tenant: where a message of our own can be sent.

    `dead_reason` says, in the platform's words, why it can't be written to any more; whoever speaks again brings it back to life.
    """

    __tablename__ = "conversation_reference"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    conversation: str
    thread: str | None = None
    service_url: str | None = None
    scope: str
    refreshed_at: datetime
    dead_at: datetime | None = None
    dead_reason: str | None = None


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


class DeliveryRow(Row, table=True):
    """One message to one conversation: what was planned, what became of it (`dialogs.delivery`).

    `platform`, `tenant` are empty while nobody knows where the person can be reached. `place` is the key of the whole conversation, for the pace.
    `claim` and `lease_until` are those of the process that sends it. `change` is an edit or a recall of what was sent, not made yet; what was
    recalled stays `sent`, its reason is `cancelled`.
    """

    __tablename__ = "delivery"

    number: int | None = Field(default=None, primary_key=True, sa_type=_Number)
    key: UUID = Field(unique=True)
    kind: str
    cause_kind: str
    cause_id: str
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    platform: str
    tenant: str
    place: str
    reference: str | None = Field(default=None, sa_type=Text)
    message: str = Field(sa_type=Text)
    urgent: bool = False
    lane: str | None = None
    under: UUID | None = None
    doubt: str
    user: str | None = None
    tapped: str | None = None
    status: str
    reason: str | None = None
    detail: str | None = Field(default=None, sa_type=Text)
    planned_at: datetime
    not_before: datetime
    deadline: datetime | None = None
    claim: UUID | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    message_id: str | None = None
    looked_at: datetime | None = None
    change: str | None = None
    change_message: str | None = Field(default=None, sa_type=Text)
    change_not_before: datetime | None = None
    change_attempts: int = 0
    changed_at: datetime | None = None

    __table_args__ = (
        # partial: what is due is found among a handful of rows, however long the ledger grows
        Index("ix_delivery_planned", "platform", "tenant", "not_before", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("ix_delivery_sending", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
        Index("ix_delivery_unknown", "ended_at", sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN),
        Index("ix_delivery_change", "platform", "tenant", "change_not_before", sqlite_where=_CHANGE, postgresql_where=_CHANGE),
        Index("ix_delivery_lane_number", "lane", "number"),
        Index("ix_delivery_cause_kind_cause_id", "cause_kind", "cause_id"),
        Index("ix_delivery_place_sent_at", "place", "sent_at"),
        Index("ix_delivery_place_message_id", "place", "message_id"),
    )


class DeliveryTallyRow(Row, table=True):
    """How many deliveries of a kind were ever planned: counted apart from the ledger, so that its identity can fail."""

    __tablename__ = "delivery_tally"

    kind: str = Field(primary_key=True)
    targeted: int


class WorkspaceRow(Row, table=True):
    """A Slack workspace or a Teams tenant, as the pump sees it: who owns it until when, when the next message may go, until when it's paused."""

    __tablename__ = "workspace"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    next_at: datetime
    owner: str | None = None
    lease_until: datetime | None = None
    paused_until: datetime | None = None


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
    tried: list[str] = Field(sa_type=_Json)
    status: str
    expert_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    opened_at: datetime
    due_at: datetime
    claimed_at: datetime | None = None
    first_word_at: datetime | None = None
    closed_at: datetime | None = None
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

    number: int | None = Field(default=None, primary_key=True, sa_type=_Number)
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

    __table_args__ = (UniqueConstraint("source", "external_id"),)


def table_of(row: type[Row]) -> Table:
    """Return a row's table, for statements that write values as they are, without a row object for each."""
    return row.metadata.tables[str(row.__tablename__)]
