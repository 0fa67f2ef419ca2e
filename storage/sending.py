"""Sending: who owns a workspace, what is claimed, what became of it (delivery.md). What nobody knows of is `storage.reconciling`'s."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from sqlalchemy import ColumnElement, exists, text, tuple_, update
from sqlmodel import Session, and_, col, or_, select

from dialogs.delivery import Ended, Kind, Reason, Status
from dialogs.events import Reference
from dialogs.gates import Candidate, NotBefore, Skip, Verdict
from dialogs.messages import Message
from storage import bindings, due, ledger, plain
from storage.attention import Attention
from storage.campaign_gates import Lessons
from storage.pacing import Traffic
from storage.reach import bury, dead_channels, timezones
from storage.tables import DeliveryRow, WorkspaceRow

WORKSPACE_LEASE: Final = timedelta(seconds=5)
DELIVERY_LEASE: Final = timedelta(seconds=8)
BATCH: Final = 8
_LOOK_AHEAD: Final = 5  # candidates for each place of a batch: those that must wait don't stand before those that needn't
_BUSY: Final = timedelta(seconds=1)  # another claim looks at the same person: it's over by then
_DURABLE: Final = text("SET LOCAL synchronous_commit = on")

Gate: TypeAlias = Callable[[Candidate], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What a platform takes of us, already lowered to our share of it.

    `spacing` is the time between two messages of a workspace, `place_spacing` of one conversation; `place_hourly` how many one conversation takes
    within an hour, None for no such limit.
    """

    spacing: timedelta
    place_spacing: timedelta
    place_hourly: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A Slack workspace or a Teams tenant; both empty for deliveries to those whom nobody knows how to reach."""

    platform: str
    tenant: str


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

    `wait_until` is when there may be more to claim, None where nothing is planned here.
    """

    claimed: tuple[Claimed, ...] = ()
    ended: tuple[Ended, ...] = ()
    lost: bool = False
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It's there; `message_id` is the platform's, where it gave one."""

    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It certainly isn't there. `not_before` is when to try again, None for never; `dead` marks the conversation as one that can't be written to.

    `pause` keeps the whole workspace still until then (429).
    """

    detail: str
    reason: Reason = Reason.REFUSED
    not_before: datetime | None = None
    pause: datetime | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """Nobody knows whether it's there."""

    detail: str


Outcome: TypeAlias = Sent | NotSent | Doubtful


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


def claim(session: Session, workspace: Workspace, owner: str, claim_id: UUID, at: datetime, *, pace: Pace, gate: Gate, limit: int = BATCH) -> Batch:
    """Claim what is due in a workspace that `owner` has: the urgent first, then in planned order; each delivery once, for `DELIVERY_LEASE`.

    The campaigns' messages come after all others, those of a higher priority first; campaigns of one priority take turns.
    Renews the lease, reserves the slots, asks the gate about each (skipped, or put off, as it says), keeps each lane's order (none is claimed while
    an earlier one is planned or being sent), takes no attention that another claim takes too, and finds where a person can be reached now: what must
    go to another workspace is moved there.
    The transaction is durable before anything is sent (PostgreSQL: `synchronous_commit = on`).
    """
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(_DURABLE)
    held = _held(session, workspace, owner)
    if held is None:
        return Batch(lost=True)
    if held.paused_until is not None and held.paused_until > at:
        held.lease_until = at + WORKSPACE_LEASE
        session.flush()
        return Batch(wait_until=held.paused_until)
    campaigns = due.running_here(session, workspace.platform, workspace.tenant, at)
    rows = due.hold(
        session,
        workspace.platform,
        workspace.tenant,
        at,
        spacing=pace.place_spacing,
        limit=limit * _LOOK_AHEAD,
        campaigns=campaigns,
        turn=claim_id.int,
    )
    here = due.reached(session, rows, at)
    taking = _Taking(session, here, claim_id, at, max(held.next_at, at), pace, gate)
    for row, reference in here:
        if len(taking.claimed) == limit or not taking.has_slot:
            break
        taking.offer(row, reference)
    held.lease_until = at + WORKSPACE_LEASE  # not before: with the slots it's one statement
    if taking.claimed:
        held.next_at = taking.slot
    session.flush()
    moved = len(here) < len(rows)
    # where something came of it, there may be more behind it at once, as soon as there's a slot
    soon = max(at, taking.slot - DELIVERY_LEASE / 2) if moved or taking.settled or not taking.has_slot else None
    is_left, later = due.next_due(session, workspace.platform, workspace.tenant, at)
    if is_left and soon is None:
        # what is left waits for its place, or for an earlier one of its lane, which is settled within its lease
        soon = min(*taking.opening, later or at + DELIVERY_LEASE, at + DELIVERY_LEASE)
    return Batch(claimed=tuple(taking.claimed), ended=tuple(taking.ended), wait_until=soon if is_left else later)


def _held(session: Session, workspace: Workspace, owner: str) -> WorkspaceRow | None:
    mine = select(WorkspaceRow).where(
        col(WorkspaceRow.platform) == workspace.platform, col(WorkspaceRow.tenant) == workspace.tenant, col(WorkspaceRow.owner) == owner
    )
    return session.exec(mine.with_for_update().execution_options(populate_existing=True)).first()


class _Taking:
    """One claim: what it knows of the places and the persons, and what it came to so far."""

    def __init__(
        self,
        session: Session,
        here: Sequence[tuple[DeliveryRow, Reference | None]],
        claim_id: UUID,
        at: datetime,
        slot: datetime,
        pace: Pace,
        gate: Gate,
    ) -> None:
        self._claim_id, self._at, self._pace, self._gate = claim_id, at, pace, gate
        self._traffic = Traffic(pace.place_spacing, pace.place_hourly)
        self._traffic.look(session, {row.place for row, _ in here if row.place}, at)
        self._dead = dead_channels(session, {row.place for row, _ in here if row.person_id is None})
        self._zones = timezones(session, {row.person_id for row, _ in here if row.person_id is not None})
        self._attention = Attention(session, [row for row, _ in here], at)
        self._lessons = Lessons(session, [row for row, _ in here])
        self.slot = slot
        self.claimed: list[Claimed] = []
        self.ended: list[Ended] = []
        self.opening: list[datetime] = []  # when places that had one just now take the next
        self.settled = False  # whether anything came of it at all: then there may be more behind it

    @property
    def has_slot(self) -> bool:
        """Whether the next slot is early enough in the lease to be used."""
        return self.slot <= self._at + DELIVERY_LEASE / 2

    def offer(self, row: DeliveryRow, reference: Reference | None) -> None:
        """Claim a delivery, put it off, skip it, or leave it for a later claim."""
        if (opens := self._traffic.opens(row.place, self.slot)) is not None:
            self.opening.append(opens)
            return
        if self._attention.is_busy(row):
            self.opening.append(self._at + _BUSY)
            return
        self.settled = True
        if (full_until := self._traffic.full_until(row.place)) is not None:
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
        row.status, row.claim, row.lease_until = Status.SENDING, self._claim_id, self._at + DELIVERY_LEASE
        row.attempts += 1
        claimed = Claimed(
            key=row.key,
            claim=self._claim_id,
            slot=self.slot,
            reference=reference,
            message=plain.read_message(row.message),
            cause_kind=row.cause_kind,
            cause_id=row.cause_id,
            attempts=row.attempts,
            lane=row.lane,
            user=row.user,
            tapped=row.tapped,
        )
        self.claimed.append(claimed)
        self._traffic.take(row.place)
        self._attention.take(row, self.slot)
        self.slot += self._pace.spacing


def acknowledge(session: Session, key: UUID, claim_id: UUID, outcome: Outcome, at: datetime) -> Ended | None:
    """Keep what became of a delivery, by whoever claimed it; None where it isn't theirs any more, or it's planned again.

    Only from `sending` or `unknown`. A change that waited for it to be sent is due at once.
    """
    if isinstance(outcome, Sent) and (arrived := ledger.arrive(session, key, claim_id, outcome.message_id, at)) is not None:
        return arrived
    mine = select(DeliveryRow).where(
        col(DeliveryRow.key) == key,
        col(DeliveryRow.claim) == claim_id,
        col(DeliveryRow.status).in_([Status.SENDING.value, Status.UNKNOWN.value]),
    )
    row = session.exec(ledger.held(mine)).first()
    if row is None:
        return None
    match outcome:
        case Sent(message_id=message_id):
            row.message_id = message_id
            ended = ledger.end(row, Status.SENT, at)
        case Doubtful(detail=detail):
            ended = ledger.end(row, Status.UNKNOWN, at, reason=Reason.UNANSWERED, detail=detail)
        case NotSent():
            return _not_sent(session, row, outcome, at)
        case _:
            assert_never(outcome)
    session.flush()
    return ended


def _not_sent(session: Session, row: DeliveryRow, outcome: NotSent, at: datetime) -> Ended | None:
    if outcome.not_before is None:
        ended: Ended | None = ledger.end(row, Status.FAILED, at, reason=outcome.reason, detail=outcome.detail)
    else:
        ended = ledger.again(session, row, outcome.not_before, at, outcome.detail)
    session.flush()
    if outcome.dead and row.reference is not None:
        reference = plain.read_reference(row.reference)
        if row.person_id is None:
            bindings.mark_dead(session, reference, outcome.detail)
        else:
            bury(session, row.person_id, reference, outcome.detail, at)
    if outcome.pause is not None:
        row.attempts -= 1  # the workspace is at its limit, whatever the message
        here = (col(WorkspaceRow.platform) == row.platform, col(WorkspaceRow.tenant) == row.tenant)
        shorter = or_(col(WorkspaceRow.paused_until).is_(None), col(WorkspaceRow.paused_until) < outcome.pause)
        session.exec(update(WorkspaceRow).where(*here, shorter).values(paused_until=outcome.pause))
    return ended


def _is_change_due(at: datetime) -> ColumnElement[bool]:
    return and_(col(DeliveryRow.change).is_not(None), col(DeliveryRow.change_not_before) <= at)


def changes(session: Session, workspace: Workspace, owner: str, at: datetime, limit: int = BATCH) -> list[Change]:
    """Return the changes that are due in a workspace that `owner` has; each counts as one attempt."""
    held = _held(session, workspace, owner)
    if held is None or (held.paused_until is not None and held.paused_until > at):
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
