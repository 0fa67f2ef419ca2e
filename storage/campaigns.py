"""Campaigns: their content by version, and where each stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.campaign import ALIVE, CAMPAIGN, OVER, Campaign, CampaignStatus, Kept, Period
from dialogs.campaigning import AudienceGrant, GrantKind
from dialogs.delivery import Kind
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.periods import starts
from dialogs.working_time import COMPANY_HOURS
from storage import chunks, deliveries, locks, plain
from storage.attachments import PICTURE
from storage.tables import AudienceGrantRow, CampaignPictureRow, CampaignRow, CampaignRuleRow, CampaignVersionRow, table_of

PLANNING = "campaigns"  # the name under which campaigns are planned, moved on and ended
_NAMES: Final = "campaign names"
_CAMPAIGN: Final = "campaign"  # of the locks under which each is changed
KINDS: Final = (Kind.CAMPAIGN, Kind.PROMPT)  # of what a campaign's steps plan
_GRANT, _VERSION = table_of(AudienceGrantRow), table_of(CampaignVersionRow).c
_KIND: Final[TypeAdapter[GrantKind]] = TypeAdapter(GrantKind)
_SEEN: Final = ("submit", "approve", "return", "schedule")  # nobody sends off unseen what was changed since they looked


def load(session: Session, name: str) -> Kept | None:
    """Return a campaign, None for no such."""
    row = session.get(CampaignRow, name)
    return None if row is None else kept(row)


def of_functions(session: Session, functions: Collection[str] | None = None, statuses: Collection[CampaignStatus] = ()) -> list[Kept]:
    """Return the campaigns of these functions (None for all) in these statuses (none for any), the newest first."""
    wanted = select(CampaignRow).order_by(col(CampaignRow.edited_at).desc(), col(CampaignRow.name))
    if functions is not None:
        wanted = wanted.where(col(CampaignRow.function).in_(sorted(functions)))
    if statuses:
        wanted = wanted.where(col(CampaignRow.status).in_(sorted(statuses)))
    return [kept(row) for row in session.exec(wanted)]


def edit(session: Session, fact: CampaignEdited, by: str, at: datetime) -> Kept | None:
    """Keep a version; the first makes a draft. None where a later version is there by then, where it's over, or where it's another function's.

    The same content again is no version of its own. What is still planned of one that runs is planned anew by the next look.
    """
    campaign, content = fact.campaign, plain.write_campaign(fact.campaign)
    if fact.base is None:
        hold_names(session)
    row = hold(session, campaign.name)
    if row is None:
        if fact.base is not None:
            return None
        row = CampaignRow(
            name=campaign.name, function=campaign.function, version=0, status=CampaignStatus.DRAFT, content="", edited_by=by, edited_at=at
        )
        session.add(row)
    elif fact.base != row.version or row.status in OVER or row.function != campaign.function:
        return None
    elif row.content == content:
        return kept(row)
    row.version, row.topic, row.content, row.edited_by, row.edited_at, row.asked_by = row.version + 1, campaign.topic or "", content, by, at, None
    session.add(CampaignVersionRow(campaign=campaign.name, version=row.version, content=content, by=by, at=at))
    session.flush()
    return kept(row)


def steer(session: Session, fact: CampaignSteered, by: str, at: datetime, *, timezone: str = COMPANY_HOURS.timezone) -> Kept | None:
    """Move a campaign on; None where it can't be moved so from where it is by now.

    The days of its period are those of `timezone`, the company's, by which planning corrects them. To pause, resume and cancel acts at once, whatever
    was edited since. To test, correct or recall moves nothing here: whoever sends, changes or takes back the messages keeps that.
    """
    row = hold(session, fact.name)
    if row is None or (fact.move in _SEEN and fact.version != row.version):
        return None
    status = CampaignStatus(row.status)
    match fact.move:
        case "test" | "correct" | "recall":
            moved = True
        case "submit" | "approve" | "return":
            moved = status not in OVER and _decide(row, fact, by)
        case "schedule":
            moved = status is CampaignStatus.DRAFT and _schedule(session, row, timezone)
        case "pause":
            moved = _become(row, CampaignStatus.PAUSED) if status is CampaignStatus.RUNNING else False
        case "resume":
            moved = _become(row, CampaignStatus.RUNNING) if status is CampaignStatus.PAUSED else False
        case "cancel":
            moved = status not in OVER and _cancel(session, row, at)
    session.flush()
    return kept(row) if moved else None


def _become(row: CampaignRow, status: CampaignStatus) -> bool:
    row.status = status
    return True


def _decide(row: CampaignRow, fact: CampaignSteered, by: str) -> bool:
    """Ask for an approval, approve, give back: whoever wrote it last or asked doesn't approve it."""
    if fact.move == "submit":
        row.asked_by = by
        return True
    if row.asked_by is None or (fact.move == "approve" and by in (row.asked_by, row.edited_by)):
        return False
    if fact.move == "approve":
        row.approved_by, row.approved = by, row.version
    else:
        row.asked_by = None
    return True


def _schedule(session: Session, row: CampaignRow, timezone: str) -> bool:
    period = plain.read_campaign(row.content).period
    if period is None or not may_go_out(row, approval(session)):
        return False
    row.starts_at, row.ends_at = bounds(period, timezone)
    row.planned_version = row.version
    return _become(row, CampaignStatus.SCHEDULED)


def _cancel(session: Session, row: CampaignRow, at: datetime) -> bool:
    row.ended_at = at
    chunks.settle(session, row)
    deliveries.cancel(session, CAMPAIGN, row.name, KINDS, at)
    return _become(row, CampaignStatus.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the planning of a campaign got. `campaign` is its content at the version that planning follows, `latest` at its latest.

    `is_behind` tells that it may take up a later version. For the others: `storage.tables.CampaignRow`.
    """

    campaign: Campaign
    latest: Campaign
    version: int
    latest_version: int
    is_behind: bool
    status: CampaignStatus
    starts_at: datetime | None
    ends_at: datetime | None
    cursor: str | None
    replanned: str | None
    looked_at: datetime | None
    audience: int | None


def progress(session: Session, name: str) -> Progress | None:
    """Return how far the planning of a campaign got, None where there's nothing to plan: a draft, or one that's over."""
    row = session.get(CampaignRow, name)
    if row is None or row.status not in ALIVE:
        return None
    latest = plain.read_campaign(row.content)
    followed = content(session, name, row.planned_version) if row.planned_version is not None else None
    return Progress(
        campaign=followed or latest,
        latest=latest,
        version=row.planned_version or row.version,
        latest_version=row.version,
        is_behind=row.planned_version != row.version and may_go_out(row, approval(session)),
        status=CampaignStatus(row.status),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cursor=row.cursor,
        replanned=row.replanned,
        looked_at=row.looked_at,
        audience=row.audience,
    )


def take_up(session: Session, name: str, version: int, timezone: str) -> None:
    """Have planning follow a version: the days of its period count, and what is planned of a campaign that runs is planned anew."""
    row = hold(session, name)
    taken = content(session, name, version)
    if row is None or row.status not in ALIVE or taken is None:
        return
    if taken.period is not None:
        row.starts_at, row.ends_at = bounds(taken.period, timezone)
    row.planned_version, row.audience = version, None
    row.replanned = None if row.status == CampaignStatus.SCHEDULED else ""
    session.flush()


def formers(session: Session, name: str, version: int) -> list[Campaign]:
    """Return a campaign's contents before a version, the newest first."""
    wanted = select(CampaignVersionRow.content).where(col(CampaignVersionRow.campaign) == name, col(CampaignVersionRow.version) < version)
    return [plain.read_campaign(each) for each in session.exec(wanted.order_by(col(CampaignVersionRow.version).desc()))]


def may_go_out(row: CampaignRow, approval: Collection[str]) -> bool:
    """Tell whether a campaign's latest version may be sent: a second person approved this very one, where its function wants that."""
    return row.function not in approval or row.approved == row.version


def bounds(period: Period, timezone: str) -> tuple[datetime, datetime]:
    """Return when a period begins, and when it's over, by the clock of an IANA zone (UTC)."""
    return starts(period.starts, timezone), starts(period.ends + timedelta(days=1), timezone)


def hold(session: Session, name: str) -> CampaignRow | None:
    """Return a campaign as it is now, and stays until the transaction ends: what plans it and what cancels it wait for each other."""
    locks.hold(session, f"{_CAMPAIGN}|{name}")
    wanted = select(CampaignRow).where(col(CampaignRow.name) == name).with_for_update().execution_options(populate_existing=True)
    return session.exec(wanted).first()


def share(session: Session, name: str) -> CampaignRow | None:
    """Return a campaign as it is now, which nobody changes until the transaction ends, not even this one: others may share it."""
    locks.share(session, f"{_CAMPAIGN}|{name}")
    wanted = select(CampaignRow).where(col(CampaignRow.name) == name).with_for_update(read=True).execution_options(populate_existing=True)
    return session.exec(wanted).first()


def hold_names(session: Session) -> None:
    """Wait until nobody else begins a campaign, until the transaction ends: of two who choose a name at once, the second sees the first one's."""
    locks.hold(session, _NAMES)


def names(session: Session) -> frozenset[str]:
    """Return the names of all campaigns there are."""
    return frozenset(session.exec(select(CampaignRow.name)))


def alive(session: Session) -> list[str]:
    """Return the campaigns that are scheduled, running or paused, by name."""
    wanted = select(CampaignRow.name).where(col(CampaignRow.status).in_(sorted(ALIVE)))
    return list(session.exec(wanted.order_by(col(CampaignRow.name))))


def kept(row: CampaignRow) -> Kept:
    """Return a campaign as dialogs see it."""
    return Kept(
        campaign=plain.read_campaign(row.content),
        version=row.version,
        status=CampaignStatus(row.status),
        edited_by=row.edited_by,
        edited_at=row.edited_at,
        asked_by=row.asked_by,
        approved_by=row.approved_by,
        approved=row.approved,
        started_at=row.started_at,
        ended_at=row.ended_at,
        benchmark=row.benchmark,
    )


def content(session: Session, name: str, version: int) -> Campaign | None:
    """Return a campaign's content as it was at a version."""
    row = session.get(CampaignVersionRow, (name, version))
    return None if row is None else plain.read_campaign(row.content)


def versions(session: Session, name: str) -> Sequence[tuple[int, str, datetime]]:
    """Return a campaign's versions: number, by whom, when."""
    wanted = select_columns(_VERSION.version, _VERSION.by, _VERSION.at).where(_VERSION.campaign == name).order_by(_VERSION.version)
    return [(row.version, row.by, row.at) for row in session.connection().execute(wanted)]


def keep_picture(session: Session, campaign: str, file: str, content_type: str, content: bytes) -> str:
    """Keep a step's picture; return the key under which messages carry it."""
    key = f"{PICTURE}{sha256(content).hexdigest()[:32]}"
    session.merge(CampaignPictureRow(campaign=campaign, file=file, key=key, content_type=content_type, content=content))
    session.flush()
    return key


def picture_keys(session: Session, campaign: str) -> dict[str, str]:
    """Return the keys of a campaign's pictures by file."""
    rows = session.exec(select(CampaignPictureRow.file, CampaignPictureRow.key).where(col(CampaignPictureRow.campaign) == campaign))
    return dict(rows.all())


def approval(session: Session) -> frozenset[str]:
    """Return the functions whose campaigns a second person approves."""
    return frozenset(session.exec(select(CampaignRuleRow.function).where(col(CampaignRuleRow.approval))))


def set_approval(session: Session, function: str, needed: bool, by: str, at: datetime) -> bool:
    """Keep whether a second person approves a function's campaigns; tell whether that's a change."""
    if needed == (function in approval(session)):
        return False
    session.merge(CampaignRuleRow(function=function, approval=needed, changed_at=at, changed_by=by))
    session.flush()
    return True


def granted(session: Session, person: str) -> dict[str, frozenset[AudienceGrant]]:
    """Return the audiences that somebody may reach, by function."""
    found: dict[str, frozenset[AudienceGrant]] = {}
    for row in session.exec(select(AudienceGrantRow).where(col(AudienceGrantRow.person_id) == person)):
        given = AudienceGrant(kind=_KIND.validate_python(row.kind), value=row.value)
        found[row.function] = found.get(row.function, frozenset()) | {given}
    return found


def grant(session: Session, person: str, function: str, given: AudienceGrant, by: str, at: datetime) -> bool:
    """Let somebody reach an audience; tell whether that's new."""
    if session.get(AudienceGrantRow, (person, function, given.kind, given.value)) is not None:
        return False
    session.add(AudienceGrantRow(person_id=person, function=function, kind=given.kind, value=given.value, granted_at=at, granted_by=by))
    session.flush()
    return True


def revoke(session: Session, person: str, function: str, taken: AudienceGrant) -> bool:
    """Take an audience back; tell whether they had it."""
    theirs = (_GRANT.c.person_id == person, _GRANT.c.function == function, _GRANT.c.kind == taken.kind, _GRANT.c.value == taken.value)
    return session.connection().execute(delete(_GRANT).where(*theirs)).rowcount == 1
