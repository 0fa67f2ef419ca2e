"""Campaigns on their way: begun when their period does, planned in chunks, moved on step by step, ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.campaign_pages import Page, audience_of, newcomers, page_of
from bot.campaign_planning import Planning, hold, share
from bot.telling import Telling
from bot.uncollected import uncollected
from dialogs.campaign import ALIVE, CampaignStatus, Measured
from dialogs.campaign_plan import LOOK_LATER
from dialogs.delivery import Reason
from dialogs.gates import Hours
from storage import Session, campaigns, chunks, members
from storage.campaigns import Progress
from storage.chunks import Chunk
from storage.errors import UnavailableError
from storage.members import Member
from storage.tables import CampaignRow

NEWCOMERS: Final = timedelta(hours=1)  # between two looks at the directory for people who match by now
_MOVED_AT_ONCE: Final = 250  # members that one transaction moves on: some 0.1 s of SQLite's only writer
_SKIPPED_AT_ONCE: Final = 5_000
_OVERLAP: Final = timedelta(minutes=2)  # between two looks for evidence: what was told at once may be dated a little earlier

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass
class Campaigns(Telling):
    """A coarse job: each look begins, plans, moves on and ends what is due, by turns: a part of each campaign, until nothing is left to do.

    Every part is one transaction, which finds the campaign as it left it or leaves it to whoever went on meanwhile: so it may be done twice, by
    several processes at once, and end in the middle. `hours` says when somebody of a zone may be written to. The directory is looked through in
    chunks, page by page: `hand_on` gives each, by its key, to whichever process takes it (`plan_chunk`); where it's None, the look does them itself.
    """

    _: KW_ONLY
    hours: Hours
    hand_on: Callable[[str], Awaitable[None]] | None = None
    _scanned: dict[str, str] = field(default_factory=dict, init=False)  # how far a look for newcomers got
    _listened: dict[str, datetime] = field(default_factory=dict, init=False)  # until when evidence was looked for

    async def look(self) -> None:
        """Do what is due of every campaign."""
        at = self.clock()
        self._scanned.clear()
        names, busy = await self.database.read(campaigns.alive), False
        while names:
            names = [name for name in names if await self._goes_on(name, at)]
            busy = busy or bool(names)
        if busy:
            self.planned()

    async def plan_chunk(self, key: str) -> None:
        """Look through a chunk of the directory for a campaign, from where it is to its end, by its key `CAMPAIGN|NUMBER`.

        It's let go of where its campaign can't be planned meanwhile: the next look that can hands it on again. Whoever does the last one adds up.
        """
        name, number = chunks.parse(key)
        found = await self.database.read(partial(chunks.one, campaign=name, number=number))
        while found is not None and not found.is_done:
            progress, at = await self.database.read(partial(campaigns.progress, name=name)), self.clock()
            planning = await self._planning(name, progress, at) if progress is not None and _is_open(progress, at) else None
            if progress is None or planning is None:
                await self._write(key, partial(chunks.let_go, campaign=name, number=number))
                return
            await self._take_in(found, progress, planning)
            found = await self.database.read(partial(chunks.one, campaign=name, number=number))
        if found is not None:
            await self._goes_on(name, self.clock())
            self.planned()

    async def _goes_on(self, name: str, at: datetime) -> bool:
        """Do one part of a campaign; tell whether there was any. One that can't be planned doesn't keep the others waiting."""
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
            members.finish(session, row, at)
            _LOG.info("campaign finished", campaign=name)
        return True

    async def _run(self, name: str, progress: Progress, at: datetime) -> bool:
        planning = await self._planning(name, progress, at)
        if planning is None:
            return False
        if progress.cursor is not None and not _is_counted(progress):  # first, since those who entered before an edit get their waves by it too
            people = await self.database.snapshot(lambda session: audience_of(session, planning))
            return await self._write(name, lambda session: self._counted(session, name, progress, people))
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
        """Have the directory looked through."""
        several = await self.database.read(lambda session: chunks.of(session, name))
        if not several:
            after = progress.cursor or ""
            ends = await self.database.snapshot(lambda session: chunks.borders(session, after))
            return await self._write(name, lambda session: self._cut(session, name, progress, ends))
        left = [each for each in several if not each.is_done]
        if not left:
            return await self._looked_at_all(name, progress, planning)
        if self.hand_on is None:
            return await self._take_in(left[0], progress, planning)
        await self._hand_on(name, self.hand_on, [each for each in left if each.stands_still(planning.at)], planning.at)
        return False

    def _counted(self, session: Session, name: str, progress: Progress, people: int) -> bool:
        row = self._hold(session, name, progress)
        if row is not None:
            row.audience = people
        return row is not None

    def _cut(self, session: Session, name: str, progress: Progress, ends: list[str]) -> bool:
        row = self._hold(session, name, progress)
        if row is not None and row.cursor is not None:
            chunks.cut(session, name, row.cursor, ends)
        return row is not None

    async def _hand_on(self, name: str, hand_on: Callable[[str], Awaitable[None]], several: list[Chunk], at: datetime) -> None:
        """Hand chunks on, then note it: a process that dies in between hands them on again."""
        for each in several:
            await hand_on(each.key)
        if several:
            numbers = [each.number for each in several]
            await self._write(name, lambda session: self._handed_on(session, name, numbers, at))

    def _handed_on(self, session: Session, name: str, numbers: list[int], at: datetime) -> None:
        campaigns.share(session, name)  # whoever cancels it would hold some of its chunks, and wait for the others in a circle
        chunks.hand_on(session, name, numbers, at)

    async def _take_in(self, chunk: Chunk, progress: Progress, planning: Planning) -> bool:
        """Take in a chunk, page by page, until it's done or the campaign is edited; tell whether any was, here or by another process.

        The next page is read while one is written; the one behind the last is empty.
        """
        page, here, latest = await self._page(chunk, progress, planning), chunk, progress.latest_version
        while True:
            is_last = page.last in (None, chunk.upto)
            write = partial(self._taken_in, chunk=here, progress=progress, planning=planning, page=page)
            here = replace(here, cursor=page.last or here.cursor)
            with uncollected():  # 7 to 10 % less CPU
                written = self.database.write(f"{campaigns.PLANNING}|{chunk.key}", write)
                now, page = await asyncio.gather(written, self._page(here, progress, planning))
            if is_last or now != latest:
                return now is not None

    async def _page(self, chunk: Chunk, progress: Progress, planning: Planning) -> Page:
        return await self.database.snapshot(lambda session: page_of(session, planning, chunk, progress.audience or 0))

    def _taken_in(self, session: Session, *, chunk: Chunk, progress: Progress, planning: Planning, page: Page) -> int | None:
        """Take in a page; return the campaign's latest version by then, None where it can't be planned now."""
        campaign, at = share(session, chunk.campaign, progress.version), self.clock()
        if campaign is None or campaign.status != CampaignStatus.RUNNING or campaign.replanned is not None or planning.ends <= at:
            return None
        if (row := chunks.hold(session, chunk)) is not None:  # else another process has taken in this page
            came = members.enter(session, chunk.campaign, page.entering, planning.at, places=page.places)
            chunks.go_on(row, page.last, at, targeted=came.targeted)
        return campaign.version

    async def _looked_at_all(self, name: str, progress: Progress, planning: Planning) -> bool:
        return await self._write(name, lambda session: self._settled(session, name, progress, planning))

    def _settled(self, session: Session, name: str, progress: Progress, planning: Planning) -> bool:
        """Add up what came of a campaign's chunks, once all are done."""
        row = self._hold(session, name, progress)
        if row is None or row.cursor is None or not all(each.is_done for each in chunks.of(session, name)):
            return row is not None
        chunks.settle(session, row)
        row.cursor, row.looked_at = None, planning.at
        self._all_entered(session, row, planning)
        return True

    def _all_entered(self, session: Session, row: CampaignRow, planning: Planning) -> None:
        """Keep the benchmark that was to be measured; a campaign for nobody is over."""
        count, objective = members.count(session, row.name), planning.campaign.objective
        if isinstance(objective.benchmark, Measured) and objective.stage is not None:
            row.benchmark = members.share_at(session, row.name, objective.stage)
        if count == 0:
            members.finish(session, row, planning.at)
            _LOG.warning("campaign finished at once: nobody is in its audience", campaign=row.name)
        else:
            _LOG.info("campaign planned", campaign=row.name, members=count, targeted=row.targeted)

    async def _welcome(self, name: str, progress: Progress, planning: Planning) -> bool:
        """Take in the newcomers of the next pages of the directory that have any: they begin at once, whatever the waves."""
        after = self._scanned.get(name, "")
        page = await self.database.snapshot(lambda session: newcomers(session, name, planning, after))
        self._scanned[name] = page.last or ""
        return await self._write(name, lambda session: self._welcomed(session, name, progress, planning, page))

    def _welcomed(self, session: Session, name: str, progress: Progress, planning: Planning, page: Page) -> bool:
        row = self._hold(session, name, progress)
        if row is None:
            return False
        came = members.enter(session, name, page.entering, planning.at, places=page.places)
        row.targeted += came.targeted
        if page.last is None:
            row.looked_at = planning.at
        if came.members:
            _LOG.info("newcomers entered a campaign", campaign=name, members=came.members)
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


def _is_open(progress: Progress, at: datetime) -> bool:
    """Tell whether people may enter a campaign now: where it's over, or was edited, the next look sees to that first."""
    runs = progress.status is CampaignStatus.RUNNING and not progress.is_behind and progress.replanned is None
    return runs and (progress.ends_at is None or progress.ends_at > at) and _is_counted(progress)


def _is_counted(progress: Progress) -> bool:
    """Tell whether it's known how many people a campaign's waves are spread over, where it has any."""
    return progress.campaign.wave is None or progress.audience is not None
