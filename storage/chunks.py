"""Chunks: the directory cut into parts for a campaign, each of which one process looks through.

They're cut when a campaign begins its planning, and go once everybody was looked at, or the campaign is over. Whoever takes people in shares the
campaign's row (`storage.campaigns.share`) and holds the chunk's, where what came of it is counted: two that both share a row and then write it would
wait for each other in a circle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, cast, delete, func, insert, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from storage.tables import CampaignChunkRow, CampaignRow, PersonRow, table_of

SIZE: Final = 10_000  # people; what a process that dies leaves to be done again is a page of it, what waits for another one is the rest
STANDSTILL: Final = timedelta(seconds=30)  # then whoever has it is given up
_CHUNKS: Final = table_of(CampaignChunkRow)
_CHUNK, _CAMPAIGN, _PERSON = _CHUNKS.c, table_of(CampaignRow).c, table_of(PersonRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A part of the directory: the people after `cursor`, up to `upto` (None: to the end). `handed_at` is when it was handed on, or went on, last."""

    campaign: str
    number: int
    cursor: str
    upto: str | None
    handed_at: datetime | None
    is_done: bool

    @property
    def key(self) -> str:
        """What it's called where it's handed on: `CAMPAIGN|NUMBER`."""
        return f"{self.campaign}|{self.number}"

    def stands_still(self, at: datetime) -> bool:
        """Tell whether nobody has it: it was never handed on, was let go of, or hasn't moved for long."""
        return not self.is_done and (self.handed_at is None or at - self.handed_at >= STANDSTILL)


def parse(key: str) -> tuple[str, int]:
    """Return the campaign and the number that a chunk's key names. Raises ValueError for what is none."""
    campaign, _, number = key.rpartition("|")
    return campaign, int(number)


def borders(session: Session, after: str = "", size: int = SIZE) -> list[str]:
    """Return the last person's id of each chunk but the last, of the directory after an id: one pass over the ids."""
    listed = (_PERSON.directory_id.is_not(None), _PERSON.id > after)
    numbered = select(_PERSON.id, func.row_number().over(order_by=_PERSON.id).label("number")).where(*listed).subquery()
    last = select(func.max(_PERSON.id)).where(*listed).scalar_subquery()
    ends = select(numbered.c.id).where(numbered.c.number % size == 0, numbered.c.id < last).order_by(numbered.c.id)
    return list(session.connection().execute(ends).scalars())


def cut(session: Session, campaign: str, after: str, ends: Sequence[str]) -> None:
    """Cut what a campaign hasn't looked at at these borders, unless that was done before. Its row is held."""
    if of(session, campaign):
        return
    firsts, lasts = (after, *ends), (*ends, None)
    told = [
        {"campaign": campaign, "number": number, "cursor": first, "upto": last, "targeted": 0}
        for number, (first, last) in enumerate(zip(firsts, lasts, strict=True))
    ]
    session.connection().execute(insert(_CHUNKS), told)


def of(session: Session, campaign: str) -> list[Chunk]:
    """Return a campaign's chunks, in the order of their people."""
    return _found(session, _CHUNK.campaign == campaign)


def one(session: Session, campaign: str, number: int) -> Chunk | None:
    """Return a chunk as it is now, None for no such."""
    return next(iter(_found(session, _CHUNK.campaign == campaign, _CHUNK.number == number)), None)


def _found(session: Session, *which: ColumnElement[bool]) -> list[Chunk]:
    columns = (_CHUNK.campaign, _CHUNK.number, _CHUNK.cursor, _CHUNK.upto, _CHUNK.handed_at, _CHUNK.done_at)
    return [
        Chunk(campaign=campaign, number=number, cursor=cursor, upto=upto, handed_at=handed_at, is_done=done_at is not None)
        for campaign, number, cursor, upto, handed_at, done_at in session.connection().execute(select(*columns).where(*which).order_by(_CHUNK.number))
    ]


def hold(session: Session, chunk: Chunk) -> CampaignChunkRow | None:
    """Return a chunk's row, which stays as it is until the transaction ends; None where somebody else went on with it meanwhile."""
    mine = (col(CampaignChunkRow.campaign) == chunk.campaign, col(CampaignChunkRow.number) == chunk.number)
    found = session.exec(select_rows(CampaignChunkRow).where(*mine).with_for_update().execution_options(populate_existing=True)).first()
    return found if found is not None and found.done_at is None and found.cursor == chunk.cursor else None


def go_on(row: CampaignChunkRow, last: str | None, at: datetime, *, targeted: int) -> None:
    """Note how far a chunk got: the last person's id that was looked at, None where all were; and how many deliveries came of them."""
    row.handed_at, row.targeted = at, row.targeted + targeted
    if last is not None:
        row.cursor = last
    if last in (None, row.upto):
        row.done_at = at


def hand_on(session: Session, campaign: str, numbers: Collection[int], at: datetime) -> None:
    """Note that chunks were handed on."""
    for number in sorted(numbers):  # in their order, so that two who do it don't wait for each other in a circle
        session.connection().execute(update(_CHUNKS).where(*_undone(campaign, number)).values(handed_at=at))


def let_go(session: Session, campaign: str, number: int) -> None:
    """Note that whoever had a chunk goes on with it no more, since its campaign can't be planned now: it's handed on again once it can."""
    session.connection().execute(update(_CHUNKS).where(*_undone(campaign, number)).values(handed_at=None))


def _undone(campaign: str, number: int) -> tuple[ColumnElement[bool], ...]:
    return _CHUNK.campaign == campaign, _CHUNK.number == number, _CHUNK.done_at.is_(None)


def settle(session: Session, row: CampaignRow) -> None:
    """Add to a campaign what came of its chunks, which go. Its row is held, so nobody goes on with one."""
    mine = _CHUNK.campaign == row.name
    row.targeted += session.connection().execute(select(func.sum(_CHUNK.targeted)).where(mine)).scalar() or 0
    session.connection().execute(delete(_CHUNKS).where(mine))
    session.flush()


def targeted(session: Session, campaign: str) -> int:
    """Return how many deliveries were planned of a campaign, those too that only its chunks count so far; 0 for no such campaign."""
    return session.connection().execute(_TARGETED, {"campaign": campaign}).scalar() or 0


def _targeted() -> Select[int]:
    name: BindParameter[str] = bindparam("campaign")
    counted = select(func.sum(_CHUNK.targeted)).where(_CHUNK.campaign == name).scalar_subquery()
    return select(_CAMPAIGN.targeted + func.coalesce(cast(counted, Integer), 0)).where(_CAMPAIGN.name == name)


_TARGETED: Final[Select[int]] = _targeted()
