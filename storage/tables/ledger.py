"""The ledger of deliveries, and who owns a workspace."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from storage.tables.row import Number, Row

_SENDING, _UNKNOWN = (text(f"status = '{status}'") for status in ("sending", "unknown"))
_CHANGE, _IN_A_LANE, _THERE, _NAMED = (text(f"{column} IS NOT NULL") for column in ("change", "lane", "sent_at", "message_id"))
_OTHERS = text("status = 'planned' AND (cause_kind != 'campaign' OR (kind NOT IN ('campaign', 'prompt')))")
_CAMPAIGNS = text("status = 'planned' AND NOT (cause_kind != 'campaign' OR (kind NOT IN ('campaign', 'prompt')))")


class DeliveryRow(Row, table=True):
    """One message to one conversation: what was planned, what became of it (`dialogs.delivery`).

    `platform`, `tenant` are empty while nobody knows where the person can be reached. `place` is the key of the whole conversation, for the pace.
    `function` is whose message it is, for what it spends; `step` and `variant` are those of a campaign's message. `claim` and `lease_until` are those
    of the process that sends it. `change` is an edit or a recall of what was sent, not made yet; what was recalled stays `sent`, its reason is
    `cancelled`.
    """

    __tablename__ = "delivery"

    number: int | None = Field(default=None, primary_key=True, sa_type=Number)
    key: UUID = Field(unique=True)
    kind: str
    cause_kind: str
    cause_id: str
    function: str | None = None
    step: str | None = None
    variant: str | None = None
    priority: int = 0
    person_id: str | None = Field(default=None, foreign_key="person.id")
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
        # partial: what is due is found among a handful of rows, however long the ledger grows; the messages of campaigns apart: a million of them
        # that wait, or are paused, are in nobody's way. No index is of both: without statistics PostgreSQL takes it, and sorts all of them.
        Index("ix_delivery_planned_others", "platform", "tenant", "not_before", sqlite_where=_OTHERS, postgresql_where=_OTHERS),
        Index(
            "ix_delivery_planned_campaigns",
            "cause_id",
            "platform",
            "tenant",
            "not_before",
            "number",
            sqlite_where=_CAMPAIGNS,
            postgresql_where=_CAMPAIGNS,
        ),
        Index("ix_delivery_sending", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
        Index("ix_delivery_unknown", "ended_at", sqlite_where=_UNKNOWN, postgresql_where=_UNKNOWN),
        Index("ix_delivery_change", "platform", "tenant", "change_not_before", sqlite_where=_CHANGE, postgresql_where=_CHANGE),
        # partial too, since what a campaign plans has none of these yet, and each index costs as much as the row
        Index("ix_delivery_lane_number", "lane", "number", sqlite_where=_IN_A_LANE, postgresql_where=_IN_A_LANE),
        Index("ix_delivery_cause_kind_cause_id", "cause_kind", "cause_id"),
        Index("ix_delivery_person_id_kind", "person_id", "kind"),
        Index("ix_delivery_place_sent_at", "place", "sent_at", sqlite_where=_THERE, postgresql_where=_THERE),
        Index("ix_delivery_place_message_id", "place", "message_id", sqlite_where=_NAMED, postgresql_where=_NAMED),
    )


class DeliveryTallyRow(Row, table=True):
    """How many deliveries of a kind were ever planned: counted apart from the ledger, so that its identity can fail."""

    __tablename__ = "delivery_tally"

    kind: str = Field(primary_key=True)
    targeted: int


class WorkspaceRow(Row, table=True):
    """A Slack workspace or a Teams tenant, as the pump sees it: who owns it until when, when the next message may go, until when it's paused.

    `looked_at` is when the reconciler last had its turn there, whichever process it was.
    """

    __tablename__ = "workspace"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    next_at: datetime
    owner: str | None = None
    lease_until: datetime | None = None
    paused_until: datetime | None = None
    looked_at: datetime | None = None
