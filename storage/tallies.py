"""Tallies: how the deliveries of a campaign stand, and what is changed of them all at once."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, and_, col, or_, select

from dialogs.campaign import CAMPAIGN, Campaign
from dialogs.campaigning import Tally
from dialogs.delivery import Kind, Status
from dialogs.messages import Message
from storage import campaigns, chunks, deliveries, ledger, plain
from storage.deliveries import Line
from storage.erasure import EMPTY
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, StepResponseRow, WorkspaceRow, table_of

_PAGE: Final = 1_000
_DELIVERY, _MEMBER, _WORKSPACE = (table_of(row).c for row in (DeliveryRow, CampaignMemberRow, WorkspaceRow))
_KINDS: Final = [kind.value for kind in campaigns.KINDS]
_MOVING: Final = or_(ledger.is_(_DELIVERY.status, Status.SENDING), ledger.is_(_DELIVERY.status, Status.UNKNOWN))
# it's there, nobody took it back, and the platform can be told to change it
_THERE: Final = and_(ledger.is_(_DELIVERY.status, Status.SENT), _DELIVERY.message_id.is_not(None), _DELIVERY.reason.is_(None))
_NOT_RECALLED: Final = or_(_DELIVERY.change.is_(None), _DELIVERY.change != ledger.RECALL)
_CHANGEABLE: Final = or_(ledger.is_(_DELIVERY.status, Status.PLANNED), and_(_NOT_RECALLED, or_(_THERE, _MOVING)))


def tally(session: Session, campaign: str, at: datetime, *, spacing: Mapping[str, timedelta] | None = None) -> Tally:
    """Count a campaign's deliveries, people and responses; none of them for no such campaign.

    What somebody asked to have again is a reply to them, and isn't counted. `spacing` is the time between two messages of a workspace by platform,
    for when the last one is expected to be sent.
    """
    row = session.get(CampaignRow, campaign, populate_existing=True)
    if row is None:
        return Tally()
    mine = _targeted(campaign)
    by = counts(session, campaign).by
    sent = (*mine, ledger.is_(_DELIVERY.status, Status.SENT))
    steps = session.execute(select_columns(_DELIVERY.step, func.count()).where(*sent).group_by(_DELIVERY.step))
    changed = (*sent, _DELIVERY.changed_at.is_not(None))
    edited = session.execute(select_columns(func.count()).where(*changed, _DELIVERY.reason.is_(None))).scalar_one()
    members = session.execute(select_columns(_MEMBER.arm, func.count()).where(_MEMBER.campaign == campaign).group_by(_MEMBER.arm))
    arms = {found[0]: found[1] for found in members}
    step, does = col(StepResponseRow.step), col(StepResponseRow.does)
    responses = session.exec(select(step, does, func.count()).where(col(StepResponseRow.campaign) == campaign).group_by(step, does))
    return Tally(
        targeted=chunks.targeted(session, campaign),
        by=by,
        to_come=_to_come(session, campaigns.kept(row).campaign),
        members=arms.get("treated", 0),
        held_out=arms.get("control", 0),
        responses={(found[0], found[1]): found[2] for found in responses},
        sent_by_step={found[0]: found[1] for found in steps if found[0] is not None},
        recalled=by.get((Status.SENT.value, "cancelled"), 0),
        corrected=edited,
        ends_about=_ends_about(session, campaign, at, spacing or {}),
    )


def counts(session: Session, campaign: str) -> Tally:
    """Count a campaign's deliveries alone, whether they add up."""
    by = session.connection().execute(_COUNTS, {"campaign": campaign})
    return Tally(targeted=chunks.targeted(session, campaign), by={(status, reason): number for status, reason, number in by})


def _targeted(campaign: str | BindParameter[str]) -> tuple[ColumnElement[bool], ...]:
    return _DELIVERY.cause_kind == CAMPAIGN, _DELIVERY.cause_id == campaign, _DELIVERY.kind.in_(_KINDS)


def _counts() -> Select[str, str, int]:
    status, reason = _DELIVERY.status, func.coalesce(_DELIVERY.reason, "")
    return select_columns(status, reason, func.count()).where(*_targeted(bindparam("campaign"))).group_by(status, reason)


_COUNTS: Final[Select[str, str, int]] = _counts()


def _to_come(session: Session, campaign: Campaign) -> int:
    """Return how many messages follow those that are planned: of each step those who are at it unplanned, and who are at one before it."""
    is_open = _MEMBER.delivery.is_(None)
    wanted = select_columns(_MEMBER.arm, _MEMBER.step, is_open.label("is_open"), func.count().label("number"))
    found = session.execute(wanted.where(_MEMBER.campaign == campaign.name, _MEMBER.due_at.is_not(None)).group_by(_MEMBER.arm, _MEMBER.step, is_open))
    theirs = {"treated": [True] * len(campaign.steps), "control": [step.kind == "survey" for step in campaign.steps]}
    return sum(row.number * sum(theirs[row.arm][row.step + (0 if row.is_open else 1) :]) for row in found)


def _ends_about(session: Session, campaign: str, at: datetime, spacing: Mapping[str, timedelta]) -> datetime | None:
    """Return when the last that is planned is expected to go: not before it's due, nor before all that is planned in its workspace went by."""
    planned = ledger.is_(_DELIVERY.status, Status.PLANNED)
    latest = func.max(_DELIVERY.not_before)
    places = session.execute(
        select_columns(_DELIVERY.platform, _DELIVERY.tenant, latest, _WORKSPACE.next_at, _WORKSPACE.paused_until)
        .outerjoin(table_of(WorkspaceRow), and_(_WORKSPACE.platform == _DELIVERY.platform, _WORKSPACE.tenant == _DELIVERY.tenant))
        .where(*_targeted(campaign), planned)
        .group_by(_DELIVERY.platform, _DELIVERY.tenant, _WORKSPACE.next_at, _WORKSPACE.paused_until)
    ).all()
    ends = []
    for platform, tenant, last, next_at, paused_until in places:
        begins = max(moment for moment in (at, next_at, paused_until) if moment is not None)
        ahead = select_columns(func.count()).where(planned, _DELIVERY.platform == platform, _DELIVERY.tenant == tenant, _DELIVERY.not_before <= last)
        ends.append(max(last, begins + session.execute(ahead).scalar_one() * spacing.get(platform, timedelta(0))))
    return max(ends, default=None)


def lines(session: Session, campaign: str) -> Iterator[Line]:
    """Yield a campaign's deliveries in the order in which they were planned, those too that somebody asked to have again (replies)."""
    wanted = select_columns(_DELIVERY.number, *(_DELIVERY[name] for name in Line.__slots__)).order_by(_DELIVERY.number).limit(_PAGE)
    wanted = wanted.where(_DELIVERY.cause_kind == CAMPAIGN, _DELIVERY.cause_id == campaign)
    page = wanted
    while True:
        rows = session.connection().execute(page).all()
        for row in rows:
            yield Line(**{name: getattr(row, name) for name in Line.__slots__})
        if len(rows) < _PAGE:
            return
        page = wanted.where(_DELIVERY.number > rows[-1].number)


def recall_step(session: Session, campaign: str, step: str, at: datetime, limit: int) -> int:
    """Take a step's messages back, at most `limit` more of them: skipped where planned, deleted where sent; return how many."""
    keys = _some(session, limit, _of_step(campaign, step), _CHANGEABLE)
    for key in keys:
        deliveries.recall(session, key, at)
    return len(keys)


def correct_step(
    session: Session,
    campaign: str,
    step: str,
    variant: str,
    language: str,
    message: Message,
    at: datetime,
    limit: int,
    *,
    kinds: Collection[Kind] = campaigns.KINDS,
) -> int:
    """Replace what a step says, where it says something else in that language: before it's sent, or in place; return how many, at most `limit`.

    `variant` is empty for the default. `kinds`: what came again to those who asked for it is a reply. What was let go of for good stays so.
    """
    said = (func.coalesce(_DELIVERY.variant, "") == variant, _DELIVERY.message.startswith(_beginning(message, language), autoescape=True))
    here = (_of_step(campaign, step), _DELIVERY.kind.in_([kind.value for kind in kinds]), *said, _DELIVERY.message != EMPTY)
    differs = func.coalesce(_DELIVERY.change_message, _DELIVERY.message) != plain.write_message(message)
    keys = _some(session, limit, *here, _CHANGEABLE, differs)
    for key in keys:
        deliveries.edit(session, key, message, at)
    return len(keys)


def _of_step(campaign: str, step: str) -> ColumnElement[bool]:
    return and_(_DELIVERY.cause_kind == CAMPAIGN, _DELIVERY.cause_id == campaign, _DELIVERY.step == step)


def _some(session: Session, limit: int, *where: ColumnElement[bool]) -> list[UUID]:
    """Return the keys of some deliveries, held in one order, so that two who change them don't wait for each other in a circle."""
    found = select_columns(_DELIVERY.key).where(*where).order_by(_DELIVERY.number).limit(limit).with_for_update()
    return list(session.execute(found).scalars())


def _beginning(message: Message, language: str) -> str:
    """Return how the JSON of every message in a language begins: its language is what a message says first."""
    before, _, _ = plain.write_message(message).partition('"blocks"')
    return before.replace(f'"{message.language}"', f'"{language}"')
