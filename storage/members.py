"""Members: who entered a campaign, and where on its steps each of them is.

Whatever changes them holds their campaign's row (`storage.campaigns.hold`) or shares it, so that nothing is planned of one that was just paused or
cancelled; and counts what the ledger took in, in the same transaction: in its `targeted`, or in the chunk's that they're of.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, select, update
from sqlmodel import Session

from dialogs.campaign import CAMPAIGN, CampaignStatus
from dialogs.delivery import Delivery, Kind, Reason, Status
from dialogs.draw import ArmName
from dialogs.events import Reference
from dialogs.ladder import Stage
from dialogs.messages import Message
from dialogs.scores import SCORE_FLOOR
from storage import campaigns, chunks, deliveries, ledger, plain
from storage.at_once import Columns, Insertion
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, EvidenceRow, PersonRow, StepResponseRow, table_of

_MEMBERS, _DELIVERIES = table_of(CampaignMemberRow), table_of(DeliveryRow)
_MEMBER, _DELIVERY, _PERSON, _EVIDENCE = _MEMBERS.c, _DELIVERIES.c, table_of(PersonRow).c, table_of(EvidenceRow).c
_RESPONSES = table_of(StepResponseRow)
_COLUMNS: Final = (
    *(_MEMBER.person_id, _MEMBER.arm, _MEMBER.team, _MEMBER.segments, _MEMBER.entered_at, _MEMBER.step_id, _MEMBER.delivery, _MEMBER.due_at),
    *(_DELIVERY.status, _DELIVERY.ended_at, _DELIVERY.not_before),
)
_WITH_DELIVERY: Final = select(*_COLUMNS).outerjoin_from(_MEMBERS, _DELIVERIES, _DELIVERY.key == _MEMBER.delivery)
_MOVE: Final = (
    update(_MEMBERS)
    .where(_MEMBER.campaign == bindparam("in_campaign"), _MEMBER.person_id == bindparam("whose"))
    .values(step=bindparam("position"), step_id=bindparam("at_step"), delivery=bindparam("planned"), due_at=bindparam("due"))
)
_ENTER: Final = Insertion(_MEMBERS, _MEMBERS.c.keys(), own=("person_id", "team", "delivery"))

Condition: TypeAlias = ColumnElement[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """Somebody who enters a campaign; `delivery` is their first, None where it can't be planned yet, or there's none."""

    person: str
    arm: ArmName
    team: str
    stage: Stage
    segments: frozenset[str]
    position: int
    step_id: str
    delivery: Delivery | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """How many people entered, and how many deliveries were planned for them, to be counted by whoever took them in."""

    members: int = 0
    targeted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody in a campaign, and how their delivery stands: None where there's none."""

    person: str
    arm: ArmName
    team: str
    segments: frozenset[str]
    entered_at: datetime
    step_id: str
    delivery: UUID | None
    due_at: datetime | None
    status: Status | None
    ended_at: datetime | None
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where somebody is from now on; `delivery` is to be planned, `key` the one they wait for."""

    person: str
    position: int
    step_id: str
    key: UUID | None
    due_at: datetime | None
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A delivery of a campaign that's still planned."""

    key: UUID
    kind: Kind
    person: str
    step: str


def enter(session: Session, campaign: str, entering: Sequence[Entering], at: datetime, *, places: Mapping[str, Reference] | None = None) -> Entered:
    """Take people in and plan their first deliveries, those who are there still and haven't entered before; return how many that were.

    `places` are where they can be reached, where that was read before: it's asked again when it's their turn to get something.
    """
    if not entering:
        return Entered()
    persons = sorted(one.person for one in entering)
    # those between them are few, or none, where they're of one page. They're held until they're members: an erasure that came first has deleted them
    there = select(_PERSON.id).where(_PERSON.id.between(persons[0], persons[-1])).with_for_update(read=True, key_share=True)
    held = strangers(session, campaign, persons).intersection(session.connection().execute(there).scalars())
    new = [one for one in entering if one.person in held]
    if not new:
        return Entered()
    _ENTER.add(session, _entered(campaign, new, at))
    return Entered(members=len(new), targeted=_plan(session, [one.delivery for one in new if one.delivery is not None], at, places))


def _entered(campaign: str, new: Sequence[Entering], at: datetime) -> Columns:
    number = len(new)
    return {
        "campaign": [campaign] * number,
        "person_id": [one.person for one in new],
        "arm": [one.arm for one in new],
        "team": [one.team for one in new],
        "stage_before": [one.stage.value for one in new],
        "segments": [tuple(sorted(one.segments)) for one in new],
        "entered_at": [at] * number,
        "step": [one.position for one in new],
        "step_id": [one.step_id for one in new],
        "delivery": [None if one.delivery is None else one.delivery.key for one in new],
        "due_at": [one.due_at for one in new],
    }


def _plan(session: Session, planned: Sequence[Delivery], at: datetime, places: Mapping[str, Reference] | None = None) -> int:
    if not planned:
        return 0
    # by kind, since the ledger takes in those of one kind together
    return deliveries.plan_all(session, sorted(planned, key=lambda each: each.kind), at, places=places)


def strangers(session: Session, campaign: str, persons: Collection[str]) -> set[str]:
    """Return those of these people who haven't entered a campaign."""
    between = _MEMBER.person_id.between(min(persons, default=""), max(persons, default=""))
    entered = select(_MEMBER.person_id).where(_MEMBER.campaign == campaign, between)
    return set(persons).difference(session.connection().execute(entered).scalars())


def due(session: Session, campaign: str, at: datetime, limit: int) -> list[Member]:
    """Return who is to be looked at by then, the longest due first."""
    wanted = _WITH_DELIVERY.where(_MEMBER.campaign == campaign, _MEMBER.due_at <= at).order_by(_MEMBER.due_at, _MEMBER.person_id).limit(limit)
    return list(_members(session, wanted))


def following(session: Session, campaign: str, after: str, limit: int) -> list[Member]:
    """Return the next members after a person's id, in the order of the ids."""
    wanted = _WITH_DELIVERY.where(_MEMBER.campaign == campaign, _MEMBER.person_id > after).order_by(_MEMBER.person_id).limit(limit)
    return list(_members(session, wanted))


def _members(session: Session, wanted: Any) -> Iterator[Member]:
    for row in session.connection().execute(wanted):
        yield Member(
            person=row.person_id,
            arm="control" if row.arm == "control" else "treated",
            team=row.team,
            segments=frozenset(row.segments),
            entered_at=row.entered_at,
            step_id=row.step_id,
            delivery=row.delivery,
            due_at=row.due_at,
            status=None if row.status is None else Status(row.status),
            ended_at=row.ended_at,
            not_before=row.not_before,
        )


def move(session: Session, row: CampaignRow, moves: Sequence[Move], at: datetime) -> None:
    """Move members on, and plan what they get next."""
    if not moves:
        return
    values = [
        {"in_campaign": row.name, "whose": each.person, "position": each.position, "at_step": each.step_id, "planned": each.key, "due": each.due_at}
        for each in moves
    ]
    session.connection().execute(_MOVE, values)
    row.targeted += _plan(session, [each.delivery for each in moves if each.delivery is not None], at)
    session.flush()


def awaited(session: Session, campaign: str, function: str, since: datetime, at: datetime, limit: int) -> list[str]:
    """Return who waits for evidence, and left some for the function since then: they needn't wait for their next look."""
    told = select(_EVIDENCE.person_id).where(_EVIDENCE.function == function, _EVIDENCE.at >= since)
    waiting = (_MEMBER.campaign == campaign, _MEMBER.delivery.is_(None), _MEMBER.due_at > at, _MEMBER.person_id.in_(told))
    return list(session.connection().execute(select(_MEMBER.person_id).where(*waiting).order_by(_MEMBER.person_id).limit(limit)).scalars())


def wake(session: Session, campaign: str, persons: Collection[str], at: datetime) -> None:
    """Have those of these people looked at now who wait for evidence."""
    waiting = and_(_MEMBER.campaign == campaign, _MEMBER.person_id.in_(sorted(persons)), _MEMBER.delivery.is_(None), _MEMBER.due_at > at)
    session.connection().execute(update(_MEMBERS).where(waiting).values(due_at=at))


def count(session: Session, campaign: str) -> int:
    """Count a campaign's members, of both arms."""
    return session.connection().execute(select(func.count()).select_from(_MEMBERS).where(_MEMBER.campaign == campaign)).scalar_one()


def share_at(session: Session, campaign: str, stage: Stage) -> float | None:
    """Return the share of the members who were at a stage or beyond when they entered; None of so few that it'd be about somebody."""
    counted = select(_MEMBER.stage_before, func.count().label("number")).where(_MEMBER.campaign == campaign).group_by(_MEMBER.stage_before)
    by_stage = {Stage(row.stage_before): row.number for row in session.connection().execute(counted)}
    people = sum(by_stage.values())
    return sum(number for each, number in by_stage.items() if each.rank >= stage.rank) / people if people >= SCORE_FLOOR else None


def planned(session: Session, campaign: str, persons: Collection[str]) -> list[Planned]:
    """Return what is still planned of a campaign for these people, and hold it: whoever sends it waits, or has sent it."""
    mine = and_(_DELIVERY.person_id.in_(sorted(persons)), *_of(campaign))
    wanted = select(_DELIVERY.key, _DELIVERY.kind, _DELIVERY.person_id, _DELIVERY.step).where(mine).order_by(_DELIVERY.number).with_for_update()
    found = session.connection().execute(wanted)
    return [Planned(key=row.key, kind=Kind(row.kind), person=row.person_id, step=row.step or "") for row in found]


def _of(campaign: str) -> tuple[Condition, ...]:
    kinds = _DELIVERY.kind.in_([kind.value for kind in campaigns.KINDS])
    return _DELIVERY.cause_kind == CAMPAIGN, _DELIVERY.cause_id == campaign, kinds, ledger.is_(_DELIVERY.status, Status.PLANNED)


def rewrite(session: Session, keys: Collection[UUID], message: Message, variant: str | None, priority: int, deadline: datetime) -> None:
    """Change what planned deliveries say."""
    values = {"message": plain.write_message(message), "variant": variant, "priority": priority, "deadline": deadline}
    session.connection().execute(update(_DELIVERIES).where(_DELIVERY.key.in_(keys), ledger.is_(_DELIVERY.status, Status.PLANNED)).values(**values))


def put(session: Session, times: Mapping[UUID, datetime]) -> None:
    """Change when planned deliveries may be sent."""
    if times:
        one = and_(_DELIVERY.key == bindparam("which"), ledger.is_(_DELIVERY.status, Status.PLANNED))
        changed = update(_DELIVERIES).where(one).values(not_before=bindparam("then"))
        session.connection().execute(changed, [{"which": key, "then": then} for key, then in times.items()])


def skip(session: Session, keys: Collection[UUID], reason: Reason, at: datetime) -> None:
    """Skip planned deliveries."""
    if keys:
        one = and_(_DELIVERY.key.in_(keys), ledger.is_(_DELIVERY.status, Status.PLANNED))
        values = {"status": Status.SKIPPED.value, "reason": reason.value, "ended_at": at}
        session.connection().execute(update(_DELIVERIES).where(one).values(**values))


def skip_some(session: Session, campaign: str, reason: Reason, at: datetime, limit: int) -> int:
    """Skip what is still planned of a campaign, at most `limit` deliveries; return how many."""
    keys = list(session.connection().execute(select(_DELIVERY.key).where(*_of(campaign)).limit(limit).with_for_update()).scalars())
    skip(session, keys, reason, at)
    return len(keys)


def ends(session: Session, keys: Collection[UUID]) -> dict[UUID, datetime]:
    """Return when these deliveries ended, those that did."""
    wanted = select(_DELIVERY.key, _DELIVERY.ended_at).where(_DELIVERY.key.in_(keys), _DELIVERY.ended_at.is_not(None))
    return {row.key: row.ended_at for row in session.connection().execute(wanted)}


def begin(row: CampaignRow, at: datetime) -> None:
    """Let a campaign run: its members are planned from the first person of the directory on."""
    row.status, row.started_at, row.cursor = CampaignStatus.RUNNING, at, ""


def finish(session: Session, row: CampaignRow, at: datetime) -> None:
    """End a campaign, wherever its planning is."""
    chunks.settle(session, row)
    row.status, row.ended_at, row.cursor, row.replanned = CampaignStatus.FINISHED, at, None, None


def hand_over(session: Session, former: str, owner: str) -> None:
    """Give what a person of an account's own did with campaigns to the person it turned out to be, whose own rows win."""
    for table, keys in ((_MEMBERS, ("campaign",)), (_RESPONSES, ("campaign", "step", "does"))):
        twin = table.alias("twin")
        has_own = select(twin.c.person_id).where(twin.c.person_id == owner, *(twin.c[key] == table.c[key] for key in keys)).exists()
        session.connection().execute(delete(table).where(table.c.person_id == former, has_own))
        session.connection().execute(update(table).where(table.c.person_id == former).values(person_id=owner))
