"""Outcomes: where a campaign's people stand by what counts for its verdict, and the verdict that came of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, false, select, update
from sqlmodel import Session

from dialogs.campaign import CampaignStatus, Kept
from dialogs.draw import ArmName
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.outcome import Member, stage_reached
from dialogs.verdict import Verdict
from storage import plain
from storage.tables import CampaignMemberRow, CampaignRow, EvidenceRow, table_of

_CAMPAIGN, _MEMBER, _EVIDENCE = table_of(CampaignRow), table_of(CampaignMemberRow), table_of(EvidenceRow)
_C, _M, _E = _CAMPAIGN.c, _MEMBER.c, _EVIDENCE.c
_PAGE: Final = 1_000  # people: as many as are held at a time
_STAGE: Final = {stage.value: stage for stage in Stage}
_KIND: Final = {kind.value: kind for kind in EvidenceKind}
_ARM: Final[dict[str, ArmName]] = {"treated": "treated", "control": "control"}
_PIECE: Final = select(_E.person_id, _E.topic, _E.kind, _E.source, _E.at, _E.weight)


def members(session: Session, kept: Kept, at: datetime) -> Iterator[Member]:
    """Yield everybody whom a campaign is for, where the evidence that counts places them at a time; the order is that of their ids.

    Of a campaign with a control group, what its own messages asked for doesn't count, since that group could leave none of it; surveys, which both
    arms get, do. Some 1,000 people are held at a time.
    """
    after = ""
    while page := _page(session, kept.campaign.name, after):
        pieces = _pieces(session, kept, [row[0] for row in page])
        for person, arm, team, before, segments in page:
            stage = stage_reached(pieces.get(person, ()), at)
            yield Member(arm=_ARM[arm], team=team, before=_STAGE[before], after=stage, segments=frozenset(segments))
        after = page[-1][0]


def unjudged(session: Session, before: datetime) -> Sequence[str]:
    """Return the campaigns that ended by then and have no verdict yet, in their order."""
    waiting = select(_C.name).where(_C.status == CampaignStatus.FINISHED.value, _C.verdict.is_(None), _C.ended_at <= before).order_by(_C.name)
    return session.execute(waiting).scalars().all()


def unposted(session: Session, since: datetime) -> Sequence[str]:
    """Return the campaigns that ended since then and have a verdict of which their function wasn't told, in their order."""
    waiting = select(_C.name).where(_C.verdict.is_not(None), _C.posted_at.is_(None), _C.ended_at >= since).order_by(_C.name)
    return session.execute(waiting).scalars().all()


def keep(session: Session, name: str, verdict: Verdict) -> bool:
    """Keep a campaign's verdict, once: tell whether there was none yet."""
    kept = update(_CAMPAIGN).where(_C.name == name, _C.verdict.is_(None)).values(verdict=plain.write_verdict(verdict))
    return session.connection().execute(kept).rowcount == 1


def mark_posted(session: Session, name: str, at: datetime) -> bool:
    """Note that a function was told of a verdict; tell whether it wasn't before."""
    return session.connection().execute(update(_CAMPAIGN).where(_C.name == name, _C.posted_at.is_(None)).values(posted_at=at)).rowcount == 1


def verdict_of(session: Session, name: str) -> Verdict | None:
    """Return a campaign's verdict, None before there's one."""
    written = session.execute(select(_C.verdict).where(_C.name == name)).scalar_one_or_none()
    return plain.read_verdict(written) if written else None


def _page(session: Session, campaign: str, after: str) -> Sequence[tuple[str, str, str, str, list[str]]]:
    people = select(_M.person_id, _M.arm, _M.team, _M.stage_before, _M.segments).where(_M.campaign == campaign, _M.person_id > after)
    return [tuple(row) for row in session.execute(people.order_by(_M.person_id).limit(_PAGE))]


def _pieces(session: Session, kept: Kept, persons: Sequence[str]) -> dict[str, list[Evidence]]:
    """Return what counts of what these people left, by person."""
    campaign = kept.campaign
    # by their ids, and whatever its time: by a range of either, SQLite would rather read all of the function's evidence for each page
    asked = _PIECE.where(_E.person_id.in_(persons), _E.function == campaign.function, ~_asked_for(kept))
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for person, topic, kind, source, when, weight in session.execute(asked.where(_E.topic == campaign.topic) if campaign.topic else asked):
        piece = Evidence(person=person, function=campaign.function, topic=topic, kind=_KIND[kind], source=source, at=when, weight=weight)
        found[person].append(piece)
    return found


def _asked_for(kept: Kept) -> ColumnElement[bool]:
    """What the campaign's own messages asked for, which its control group couldn't leave."""
    if not (kept.campaign.control and kept.campaign.control.share):
        return false()
    return and_(_E.campaign.is_not(None), _E.campaign == kept.campaign.name, _E.survey.is_(False))
