"""Campaigns on their way: begun when their period does, planned in chunks, moved on step by step, ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.campaign_planning import Planning, hold
from bot.telling import Telling
from dialogs.audience import left_out
from dialogs.campaign import ALIVE, CampaignStatus, Measured
from dialogs.campaign_plan import LOOK_LATER
from dialogs.delivery import Reason
from dialogs.events import Reference
from dialogs.gates import Hours
from storage import Session, addressees, campaigns, members
from storage.campaigns import Progress
from storage.errors import UnavailableError
from storage.members import Entering, Member
from storage.reach import reach_between
from storage.tables import CampaignRow

NEWCOMERS: Final = timedelta(hours=1)  # between two looks at the directory for people who match by now
_MOVED_AT_ONCE: Final = 250  # members that one transaction moves on: some 0.1 s of SQLite's only writer
_SKIPPED_AT_ONCE: Final = 5_000
_OVERLAP: Final = timedelta(minutes=2)  # between two looks for evidence: what was told at once may be dated a little earlier

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Who of a page of the directory enters, where they can be reached, and the page's last person, None where nobody follows."""

    entering: tuple[Entering, ...]
    places: Mapping[str, Reference]
    last: str | None


@dataclass
class Campaigns(Telling):
    """A coarse job: each look begins, plans, moves on and ends what is due, by turns: a chunk of each campaign, until nothing is left to do.

    Every chunk is one transaction, which finds the campaign as it left it or leaves it to whoever went on meanwhile: so it may be done twice, by
    several processes at once, and end in the middle. `hours` says when somebody of a zone may be written to.
    """

    _: KW_ONLY
    hours: Hours
    _people: dict[str, int] = field(default_factory=dict, init=False)  # of audiences with waves, while a look lasts
    _scanned: dict[str, str] = field(default_factory=dict, init=False)  # how far a look for newcomers got
    _listened: dict[str, datetime] = field(default_factory=dict, init=False)  # until when evidence was looked for

    async def look(self) -> None:
        """Do what is due of every campaign."""
        at = self.clock()
        self._people.clear()
        self._scanned.clear()
        names, busy = await self.database.read(campaigns.alive), False
        while names:
            names = [name for name in names if await self._goes_on(name, at)]
            busy = busy or bool(names)
        if busy:
            self.planned()

    async def _goes_on(self, name: str, at: datetime) -> bool:
        """Do one chunk of a campaign; tell whether there was any. One that can't be planned doesn't keep the others waiting."""
        try:
            return await self._advance(name, at)
        except UnavailableError:
            raise
        except Exception:
            _LOG.exception("campaign not planned; tried again at the next look", campaign=name)
            return False

    async def _advance(self, name: str, at: datetime) -> bool:
        progress = await self.database.read(partial(campaigns.progress, name=name))
        if progress is None:
            return False
        timezone = self.office(at).timezone
        version = progress.latest_version if progress.is_behind else progress.version
        period = (progress.latest if progress.is_behind else progress.campaign).period
        if progress.is_behind or (period is not None and campaigns.bounds(period, timezone) != (progress.starts_at, progress.ends_at)):
            await self._write(name, partial(campaigns.take_up, name=name, version=version, timezone=timezone))
            return True
        if progress.ends_at is not None and progress.ends_at <= at:
            return await self._write(name, partial(self._end, name=name, at=at))
        match progress.status:
            case CampaignStatus.SCHEDULED:
                return progress.starts_at is not None and progress.starts_at <= at and await self._write(name, partial(self._begin, name=name, at=at))
            case CampaignStatus.RUNNING:
                return await self._run(name, progress, at)
            case _:
                return False

    async def _write(self, name: str, body: Callable[[Session], bool | None]) -> bool:
        return bool(await self.database.write(f"{campaigns.PLANNING}|{name}", body))

    def _begin(self, session: Session, name: str, at: datetime) -> bool:
        row = campaigns.hold(session, name)
        if row is None or row.status != CampaignStatus.SCHEDULED:
            return False
        members.begin(row, at)
        _LOG.info("campaign begun", campaign=name)
        return True

    def _end(self, session: Session, name: str, at: datetime) -> bool:
        """Skip what is still planned; then it's finished."""
        row = campaigns.hold(session, name)
        if row is None or row.status not in ALIVE:
            return False
        if members.skip_some(session, name, Reason.OVER, at, _SKIPPED_AT_ONCE) == 0:
            members.finish(row, at)
            _LOG.info("campaign finished", campaign=name)
        return True

    async def _run(self, name: str, progress: Progress, at: datetime) -> bool:
        planning = await self._planning(name, progress, at)
        if planning is None:
            return False
        if progress.replanned is not None:
            return await self._write(name, partial(self._replan, name=name, progress=progress, planning=planning))
        if progress.cursor is not None:
            return await self._enter(name, progress, planning)
        if progress.looked_at is None or at - progress.looked_at >= NEWCOMERS:
            return await self._welcome(name, progress, planning)
        await self._listen(name, progress, at)
        if not await self.database.read(partial(members.due, campaign=name, at=at, limit=1)):
            return False
        return await self._write(name, partial(self._move, name=name, progress=progress, planning=planning))

    async def _planning(self, name: str, progress: Progress, at: datetime) -> Planning | None:
        function = self.knowledge.current.catalogue.function(progress.campaign.function)
        if function is None or progress.ends_at is None:
            _LOG.warning("campaign not planned: the catalogue doesn't know its function", campaign=name, function=progress.campaign.function)
            return None
        return Planning(
            progress.campaign,
            function,
            self.texts,
            pictures=await self.database.read(partial(campaigns.picture_keys, campaign=name)),
            hours=self.hours,
            language=self.language,
            ends=progress.ends_at,
            at=at,
        )

    async def _enter(self, name: str, progress: Progress, planning: Planning) -> bool:
        """Take in a page of the directory."""
        after = progress.cursor or ""
        people = await self._audience(name, planning)
        page = await self.database.snapshot(lambda session: _page(session, planning, after, people))
        return await self._write(name, lambda session: self._entered(session, name, progress, planning, page))

    def _entered(self, session: Session, name: str, progress: Progress, planning: Planning, page: _Page) -> bool:
        row = self._hold(session, name, progress)
        if row is None or row.cursor != progress.cursor:
            return row is not None  # another process has taken in this page
        members.enter(session, row, page.entering, planning.at, places=page.places)
        row.cursor = page.last
        if page.last is None:
            row.looked_at = planning.at
            self._all_entered(session, row, planning)
        return True

    def _all_entered(self, session: Session, row: CampaignRow, planning: Planning) -> None:
        """Keep the benchmark that was to be measured; a campaign for nobody is over."""
        count, objective = members.count(session, row.name), planning.campaign.objective
        if isinstance(objective.benchmark, Measured) and objective.stage is not None:
            row.benchmark = members.share_at(session, row.name, objective.stage)
        if count == 0:
            members.finish(row, planning.at)
            _LOG.warning("campaign finished at once: nobody is in its audience", campaign=row.name)
        else:
            _LOG.info("campaign planned", campaign=row.name, members=count, targeted=row.targeted)

    async def _audience(self, name: str, planning: Planning) -> int:
        """Return how many people an audience has, which waves alone need to know."""
        if planning.campaign.wave is None:
            return 0
        if name not in self._people:
            self._people[name] = await self.database.snapshot(lambda session: _count(session, planning))
        return self._people[name]

    async def _welcome(self, name: str, progress: Progress, planning: Planning) -> bool:
        """Take in the newcomers of the next pages of the directory that have any: they begin at once, whatever the waves."""
        after = self._scanned.get(name, "")
        page = await self.database.snapshot(lambda session: _newcomers(session, name, planning, after))
        self._scanned[name] = page.last or ""
        return await self._write(name, lambda session: self._welcomed(session, name, progress, planning, page))

    def _welcomed(self, session: Session, name: str, progress: Progress, planning: Planning, page: _Page) -> bool:
        row = self._hold(session, name, progress)
        if row is None:
            return False
        count = members.enter(session, row, page.entering, planning.at, places=page.places)
        if page.last is None:
            row.looked_at = planning.at
        if count:
            _LOG.info("newcomers entered a campaign", campaign=name, members=count)
        return True

    async def _listen(self, name: str, progress: Progress, at: datetime) -> None:
        """Wake those who wait for evidence, and left some since the last look."""
        if self._listened.get(name) == at or not any(step.when for step in progress.campaign.steps):
            return
        since, function = self._listened.get(name, at - LOOK_LATER) - _OVERLAP, progress.campaign.function
        body = partial(members.awaited, campaign=name, function=function, since=since, at=at, limit=_MOVED_AT_ONCE)
        while persons := await self.database.read(body):
            await self._write(name, partial(members.wake, campaign=name, persons=persons, at=at))
        self._listened[name] = at

    def _move(self, session: Session, name: str, progress: Progress, planning: Planning) -> bool:
        row = self._hold(session, name, progress)
        if row is None:
            return False
        due: list[Member] = members.due(session, name, planning.at, _MOVED_AT_ONCE)
        members.move(session, row, planning.moves(session, due), planning.at)
        return bool(due)

    def _replan(self, session: Session, name: str, progress: Progress, planning: Planning) -> bool:
        row = self._hold(session, name, progress)
        if row is None or row.replanned is None:
            return row is not None
        some = members.following(session, name, row.replanned, _MOVED_AT_ONCE)
        planning.replan(session, row, some, campaigns.formers(session, name, progress.version))
        row.replanned = some[-1].person if some else None
        session.flush()
        return True

    def _hold(self, session: Session, name: str, progress: Progress) -> CampaignRow | None:
        """Return a campaign that still runs at the version that was looked at, None where that changed meanwhile."""
        row = hold(session, name, progress.version)
        return row if row is not None and row.status == CampaignStatus.RUNNING else None


def _page(session: Session, planning: Planning, after: str, people: int) -> _Page:
    found = addressees.page(session, planning.asked, after)
    entering = tuple(one for each in found if (one := planning.enters(each, people)) is not None)
    return _Page(entering=entering, places=_places(session, entering), last=found[-1].id if found else None)


def _newcomers(session: Session, name: str, planning: Planning, after: str) -> _Page:
    while found := addressees.page(session, planning.asked, after):
        after = found[-1].id
        new = members.strangers(session, name, [each.id for each in found])
        entering = tuple(one for each in found if each.id in new and (one := planning.enters(each, 0)) is not None)
        if entering:
            return _Page(entering=entering, places=_places(session, entering), last=after)
    return _Page(entering=(), places={}, last=None)


def _places(session: Session, entering: Sequence[Entering]) -> Mapping[str, Reference]:
    return reach_between(session, entering[0].person, entering[-1].person) if entering else {}


def _count(session: Session, planning: Planning) -> int:
    audience = planning.campaign.audience
    return sum(left_out(audience, one) is None for page in addressees.pages(session, planning.asked) for one in page)
