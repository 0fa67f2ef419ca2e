"""Sending: who owns a workspace, what is claimed, what became of it (delivery.md). What nobody knows of is `storage.reconciling`'s."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, exists, func, tuple_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, and_, col, or_, select

from dialogs.delivery import Ended, Kind, Reason, Status
from dialogs.events import Reference
from dialogs.gates import Candidate, NotBefore, Skip, Verdict
from dialogs.messages import Message
from storage import due, ledger, pacing, plain
from storage.attention import Attention
from storage.campaign_gates import Lessons
from storage.pacing import Traffic
from storage.reach import dead_channels, timezones
from storage.tables import DeliveryRow, WorkspaceRow, table_of

WORKSPACE_LEASE: Final = timedelta(seconds=5)
DELIVERY_LEASE: Final = timedelta(seconds=8)
BATCH: Final = 10
_LOOK_AHEAD: Final = 5  # candidates for each place of a batch: those that must wait don't stand before those that needn't
_BUSY: Final = timedelta(seconds=1)  # another claim looks at the same person: it's over by then
_DELIVERY, _WORKSPACE = table_of(DeliveryRow).c, table_of(WorkspaceRow).c
_HERE: Final = (_WORKSPACE.platform == bindparam("of_platform"), _WORKSPACE.tenant == bindparam("of_tenant"))
_AT: Final = bindparam("at", type_=_DELIVERY.change_not_before.type)
_IS_CHANGE_DUE: Final = (
    exists()
    .where(
        _DELIVERY.platform == _WORKSPACE.platform,
        _DELIVERY.tenant == _WORKSPACE.tenant,
        _DELIVERY.change.is_not(None),
        _DELIVERY.change_not_before <= _AT,
    )
    .correlate(table_of(WorkspaceRow))
)
_HELD: Final = (
    select_columns(_WORKSPACE.next_at, _WORKSPACE.paused_until, _WORKSPACE.looked_at, _IS_CHANGE_DUE.label("is_change_due"))
    .where(*_HERE, _WORKSPACE.owner == bindparam("owner"))
    .with_for_update(of=table_of(WorkspaceRow))
)
_HELD_DURABLY: Final = _HELD.add_columns(func.set_config("synchronous_commit", "on", True))  # PostgreSQL, until the transaction ends
_RENEWED: Final = update(table_of(WorkspaceRow)).where(*_HERE).values(lease_until=bindparam("until"), next_at=bindparam("next"))
_CLAIMED: Final = (
    update(table_of(DeliveryRow))
    .where(_DELIVERY.number.in_(bindparam("numbers", expanding=True)))
    .values(status=Status.SENDING.value, claim=bindparam("of_claim"), lease_until=bindparam("until"), attempts=_DELIVERY.attempts + 1)
)

Gate: TypeAlias = Callable[[Candidate], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a platform takes of us, already lowered to our share of it.

    `spacing` is the time between two messages of a workspace, `place_spacing` of one conversation; `place_hourly` how many one conversation takes
    within an hour, None for no such limit. `change_calls` is how many calls it takes to change what was sent.
    """

    spacing: timedelta
    place_spacing: timedelta
    place_hourly: int | None = None
    change_calls: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Slack workspace or a Teams tenant; both empty for deliveries to those whom nobody knows how to reach."""

    platform: str
    tenant: str

    @property
    def within(self) -> str:
        """What the keys of its conversations begin with."""
        return f"{self.platform}|{self.tenant}|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that this process, and no other, may send, not before `slot`; whoever holds `claim` says what became of it.

    `reference` is where it goes, its thread included. `lane` says that it's one of several in order, each sent at most once.
    """

    key: UUID
    claim: UUID
    slot: datetime
    reference: Reference
    message: Message
    cause_kind: str
    cause_id: str
    attempts: int
    lane: str | None
    user: str | None
    tapped: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a claim came to. `lost`: the workspace is another process's now, stop. `ended`: skipped by a gate, for what must follow from it.

    `wait_until` is when there may be more to claim, None where nothing is planned here. `is_change_due`: `changes` has something. `gestures`
    are the keys of those in the workspace that are replied to beside what is claimed, or were just now; `looked_at` is the reconciler's last turn.
    """

    claimed: tuple[Claimed, ...] = ()
    ended: tuple[Ended, ...] = ()
    lost: bool = False
    wait_until: datetime | None = None
    is_change_due: bool = False
    gestures: frozenset[UUID] = frozenset()
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An edit (`message`) or a recall (None) to make on what was sent. Made again, it does no harm."""

    key: UUID
    reference: Reference
    message_id: str
    message: Message | None
    attempts: int


def own(
    session: Session, owner: str, at: datetime, limit: int = 3, *, platforms: Collection[str] | None = None, besides: Collection[Workspace] = ()
) -> list[Workspace]:
    """Take, for `WORKSPACE_LEASE`, at most `limit` workspaces that have something due (a delivery or a change) and no other owner; return them.

    A paused workspace has nothing due. Those that are `owner`'s already are returned too, but not those of `besides`, which are being served.
    `platforms` are those that are switched on here, None for all; whom nobody knows how to reach is always among them.
    """
    here = (col(DeliveryRow.platform) == col(WorkspaceRow.platform), col(DeliveryRow.tenant) == col(WorkspaceRow.tenant))
    delivery = due.is_any_due(session, at, *here)
    change = exists().where(*here, _is_change_due(at)).correlate(WorkspaceRow)
    rows = select(WorkspaceRow).where(
        or_(col(WorkspaceRow.paused_until).is_(None), col(WorkspaceRow.paused_until) <= at),
        or_(col(WorkspaceRow.owner).is_(None), col(WorkspaceRow.owner) == owner, col(WorkspaceRow.lease_until) <= at),
        or_(delivery, change),
    )
    if platforms is not None:
        rows = rows.where(col(WorkspaceRow.platform).in_(["", *platforms]))
    if besides:
        served = sorted((workspace.platform, workspace.tenant) for workspace in besides)
        rows = rows.where(tuple_(col(WorkspaceRow.platform), col(WorkspaceRow.tenant)).not_in(served))
    # whose turn was longest ago comes first; a small limit spreads the work over the processes
    rows = rows.order_by(col(WorkspaceRow.next_at), col(WorkspaceRow.platform), col(WorkspaceRow.tenant)).limit(limit)
    taken = session.exec(rows.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
    for row in taken:
        row.owner, row.lease_until = owner, at + WORKSPACE_LEASE
    session.flush()
    return [Workspace(platform=row.platform, tenant=row.tenant) for row in taken]


def release(session: Session, owner: str) -> None:
    """Give every workspace of an owner back, who ends: the next one needn't wait for the lease to go by."""
    session.execute(update(WorkspaceRow).where(col(WorkspaceRow.owner) == owner).values(owner=None, lease_until=None))


def claim(
    session: Session,
    workspace: Workspace,
    owner: str,
    claim_id: UUID,
    at: datetime,
    *,
    pace: Pace,
    gate: Gate,
    limit: int = BATCH,
) -> Batch:
    """Claim what is due in a workspace that `owner` has: the urgent first, then in planned order; each delivery once, for `DELIVERY_LEASE`.

    The campaigns' messages come after all others, those of a higher priority first; campaigns of one priority take turns.
    Renews the lease, reserves the slots, asks the gate about each (skipped, or put off, as it says), keeps each lane's order (none is claimed while
    an earlier one is planned or being sent), takes no attention that another claim takes too, and finds where a person can be reached now: what must
    go to another workspace is moved there.
    The transaction is durable before anything is sent (PostgreSQL: `synchronous_commit = on`).
    """
    held = _held(session, workspace, owner, at, durably=True)
    if held is None:
        return Batch(lost=True)
    if held.paused_until is not None and held.paused_until > at:
        _renew(session, workspace, at, held.next_at)
        return Batch(wait_until=held.paused_until)
    heard = pacing.heard(session, workspace.within, at, pace.place_spacing)
    taking = _Taking(session, claim_id, at, max(held.next_at, at), pace, gate)
    taking.traffic.hear(heard)
    is_moved, is_behind = False, False
    others, campaigns = due.due_here(session, workspace.platform, workspace.tenant, at)
    # a batch, and whether there's more; only where its places aren't filled by these is there a look further
    for number in (limit + 1, limit * _LOOK_AHEAD) if others or campaigns else ():
        found = due.hold(
            session,
            workspace.platform,
            workspace.tenant,
            at,
            spacing=pace.place_spacing,
            limit=number,
            others=others,
            campaigns=campaigns,
            turn=claim_id.int,
        )
        rows = [row for row in found if row.number not in taking.offered]
        here = due.reached(session, rows, at)
        is_moved |= len(here) < len(rows)
        is_behind = taking.offer_all(here, limit)
        if is_behind or len(found) < number:
            break
    _renew(session, workspace, at, taking.slot if taking.claimed else held.next_at)
    session.flush()
    # where something came of it, there may be more behind it at once, as soon as there's a slot
    soon = max(at, taking.slot - DELIVERY_LEASE / 2) if is_moved or taking.settled or not taking.has_slot else None
    is_left, later = (True, None) if is_behind else due.next_due(session, workspace.platform, workspace.tenant, at)
    if is_left and soon is None:
        # what is left waits for its place, or for an earlier one of its lane, which is settled within its lease
        soon = min(*taking.opening, later or at + DELIVERY_LEASE, at + DELIVERY_LEASE)
    return Batch(
        claimed=tuple(taking.claimed),
        ended=tuple(taking.ended),
        wait_until=soon if is_left else later,
        is_change_due=held.is_change_due,
        gestures=frozenset(each.key for each in heard),
        looked_at=held.looked_at,
    )


def _held(session: Session, workspace: Workspace, owner: str, at: datetime, *, durably: bool = False) -> Row[Any] | None:
    connection = session.connection()
    statement = _HELD_DURABLY if durably and connection.dialect.name == "postgresql" else _HELD
    mine = {"of_platform": workspace.platform, "of_tenant": workspace.tenant, "owner": owner, "at": at}
    return connection.execute(statement, mine).first()


def _renew(session: Session, workspace: Workspace, at: datetime, next_at: datetime) -> None:
    """Renew the lease, and reserve the slots until `next_at`."""
    renewed = {"of_platform": workspace.platform, "of_tenant": workspace.tenant, "until": at + WORKSPACE_LEASE, "next": next_at}
    session.connection().execute(_RENEWED, renewed)


class _Taking:
    """One claim: what it knows of the places and the persons, and what it came to so far."""

    def __init__(self, session: Session, claim_id: UUID, at: datetime, slot: datetime, pace: Pace, gate: Gate) -> None:
        self._session, self._claim_id, self._at, self._pace, self._gate = session, claim_id, at, pace, gate
        self.traffic = Traffic(pace.place_spacing, pace.place_hourly)
        self._dead: frozenset[str] = frozenset()
        self._zones: dict[str, str] = {}
        self._attention = Attention()
        self._lessons = Lessons()
        self._taken: list[int | None] = []
        self.slot = slot
        self.offered: set[int | None] = set()
        self.claimed: list[Claimed] = []
        self.ended: list[Ended] = []
        self.opening: list[datetime] = []  # when places that had one just now take the next
        self.settled = False  # whether anything came of it at all: then there may be more behind it

    @property
    def has_slot(self) -> bool:
        """Whether the next slot is early enough in the lease to be used."""
        return self.slot <= self._at + DELIVERY_LEASE / 2

    def offer_all(self, here: Sequence[tuple[DeliveryRow, Reference | None]], limit: int) -> bool:
        """Offer these in their order, until there's no room or slot left; tell whether any are left over. What is claimed is written."""
        if here:
            self._look([row for row, _ in here])
        self._taken.clear()
        is_left_over = False
        for row, reference in here:
            if len(self.claimed) == limit or not self.has_slot:
                is_left_over = True
                break
            self._offer(row, reference)
        if self._taken:
            claimed = {"numbers": self._taken, "of_claim": self._claim_id, "until": self._at + DELIVERY_LEASE}
            self._session.connection().execute(_CLAIMED, claimed)
        return is_left_over

    def _look(self, rows: Sequence[DeliveryRow]) -> None:
        self.traffic.look(self._session, {row.place for row in rows if row.place}, self._at)
        self._dead |= dead_channels(self._session, {row.place for row in rows if row.person_id is None})
        self._zones |= timezones(self._session, {row.person_id for row in rows if row.person_id is not None})
        self._attention.look(self._session, rows, self._at)
        self._lessons.look(self._session, rows)

    def _offer(self, row: DeliveryRow, reference: Reference | None) -> None:
        """Claim a delivery, put it off, skip it, or leave it for a later claim."""
        self.offered.add(row.number)
        if (opens := self.traffic.opens(row.place, self.slot)) is not None:
            self.opening.append(opens)
            return
        if self._attention.is_busy(row):
            self.opening.append(self._at + _BUSY)
            return
        self.settled = True
        if (full_until := self.traffic.full_until(row.place)) is not None:
            row.not_before = full_until
            return
        verdict = self._gate(self._candidate(row, reachable=reference is not None and row.place not in self._dead))
        if isinstance(verdict, NotBefore):
            row.not_before = verdict.at
        elif isinstance(verdict, Skip):
            self.ended.append(ledger.end(row, Status.SKIPPED, self._at, reason=verdict.reason))
        elif reference is None:
            self.ended.append(ledger.end(row, Status.SKIPPED, self._at, reason=Reason.UNREACHABLE))
        else:
            self._claim(row, reference)
            self._taken.append(row.number)

    def _candidate(self, row: DeliveryRow, *, reachable: bool) -> Candidate:
        candidate = Candidate(
            kind=Kind(row.kind),
            at=self.slot,  # when it'd be sent: a slot may lie behind a deadline, or in quiet hours, when the claim doesn't
            urgent=row.urgent,
            deadline=row.deadline,
            person=row.person_id,
            timezone=self._zones.get(row.person_id or ""),
            reachable=reachable,
            lesson=self._lessons.known(row),
        )
        known = self._attention.known(row, self.slot)
        if known is None:
            return candidate
        return replace(candidate, function=known.function, limit=known.limit, spent=known.spent, pauses=known.pauses, closing=known.closing)

    def _claim(self, row: DeliveryRow, reference: Reference) -> None:
        claimed = Claimed(
            key=row.key,
            claim=self._claim_id,
            slot=self.slot,
            reference=reference,
            message=plain.read_message(row.message),
            cause_kind=row.cause_kind,
            cause_id=row.cause_id,
            attempts=row.attempts + 1,
            lane=row.lane,
            user=row.user,
            tapped=row.tapped,
        )
        self.claimed.append(claimed)
        self.traffic.take(row.place)
        self._attention.take(row, self.slot)
        self.slot += self._pace.spacing


def _is_change_due(at: datetime) -> ColumnElement[bool]:
    return and_(col(DeliveryRow.change).is_not(None), col(DeliveryRow.change_not_before) <= at)


def changes(session: Session, workspace: Workspace, owner: str, at: datetime, limit: int = BATCH) -> list[Change]:
    """Return the changes that are due in a workspace that `owner` has; each counts as one attempt."""
    held = _held(session, workspace, owner, at)
    if held is None or not held.is_change_due or (held.paused_until is not None and held.paused_until > at):
        return []
    here = (col(DeliveryRow.platform) == workspace.platform, col(DeliveryRow.tenant) == workspace.tenant)
    due = select(DeliveryRow).where(*here, _is_change_due(at)).order_by(col(DeliveryRow.change_not_before), col(DeliveryRow.number)).limit(limit)
    rows = session.exec(ledger.held(due, skip_locked=True)).all()
    for row in rows:
        row.change_attempts += 1
        row.change_not_before = at + DELIVERY_LEASE  # nobody else's until then; due again where this process ends
    session.flush()
    return [
        Change(
            key=row.key,
            reference=plain.read_reference(row.reference),
            message_id=row.message_id,
            message=None if row.change_message is None else plain.read_message(row.change_message),
            attempts=row.change_attempts,
        )
        for row in rows
        if row.reference is not None and row.message_id is not None
    ]


def changed(session: Session, key: UUID, change: Change, at: datetime, *, again_at: datetime | None = None) -> None:
    """Keep that a change was made, or (`again_at`) is to be tried again then. One that was asked for meanwhile stays due."""
    row = ledger.hold(session, key)
    if row is None or row.change is None or change.message != (None if row.change_message is None else plain.read_message(row.change_message)):
        return
    if again_at is not None:
        row.change_not_before = again_at
    else:
        if row.change_message is None:
            row.reason = Reason.CANCELLED  # it was sent, and isn't there any more
        else:
            row.message = row.change_message
        ledger.drop_change(row)
        row.changed_at = at
    session.flush()
