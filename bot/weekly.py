"""The weekly digest of each function: gathered, drawn, then planned."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from statistics import median
from typing import Final

import structlog

from bot.gaps import Gaps
from bot.pictures import Pictures
from bot.recipients import Recipient, recipients
from bot.telling import Telling, working_day
from dialogs.catalog import Catalogue
from dialogs.chart import satisfaction
from dialogs.delivery import Delivery
from dialogs.masking import Names, masked, names_of
from dialogs.messages import Picture
from dialogs.periods import day_of, starts, week_of
from dialogs.scores import COMMENT_FLOOR, SCORE_FLOOR, Published
from dialogs.sheet import short_name
from dialogs.weekly import THANKS, Thanks, Week, has_news, planned, weekly
from dialogs.working_time import WorkingHours, opening
from storage import Session, attachments, deliveries, gaps
from storage import weekly as facts

REQUESTS_FLOOR: Final = 5  # below it, a median says little
_WEEK: Final = timedelta(days=7)
_KEPT: Final = timedelta(days=14)  # a picture: longer than its delivery waits

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass
class Weekly(Telling):
    """A coarse job, once a week."""

    pictures: Pictures

    async def send(self) -> None:
        """Plan the digest of each function that has news, on the first working day of the week: to its channel, else to its owner."""
        at = self.clock()
        office = self.office(at)
        today = working_day(office, at)
        if today is None or today != _first_working_day(office, today):
            return
        await Gaps(self.database, self.knowledge).gather()
        names = await asyncio.to_thread(names_of, await self.database.read(gaps.people_names))
        catalogue = self.knowledge.current.catalogue
        gathered = await self.database.read(lambda session: self._gathered(session, catalogue, at, today, office.timezone, names))
        count = 0
        for recipient, week in gathered:
            count += await self._send(catalogue, recipient, week, at, today)
        if count:
            _LOG.info("weekly digests planned", count=count)
            self.planned()

    def _gathered(
        self, session: Session, catalogue: Catalogue, at: datetime, today: date, timezone: str, names: Names
    ) -> list[tuple[Recipient, Week]]:
        """Return what is known of the week that ended, of each function that has news."""
        begins = week_of(today) - _WEEK
        fresh = {function for function, _ in facts.published_since(session, at - _WEEK)}
        waiting = [gap.function for gap in gaps.open_gaps(session)]
        found = []
        for each in recipients(session, catalogue, self.admins, self.language, at):
            slug, latest = each.function.slug, next((period for period in each.reading.published if period.shown), None)
            between = starts(begins, timezone), starts(begins + _WEEK, timezone)
            asked, waited = facts.asked(session, slug, *between), facts.first_words(session, slug, *between)
            told = asked.people >= SCORE_FLOOR
            week = Week(
                begins=begins,
                asked=asked.asked if told else 0,
                answered=asked.answered if told else 0,
                gaps=waiting.count(slug),
                requests=len(waited),
                first_word=_median(waited) if len(waited) >= REQUESTS_FLOOR else None,
                thanks=_thanks(session, slug, latest, begins, names) if latest else (),
                fresh=slug in fresh,
            )
            if has_news(each.reading, week):
                found.append((each, week))
        return found

    async def _send(self, catalogue: Catalogue, recipient: Recipient, week: Week, at: datetime, today: date) -> bool:
        """Draw, then plan: no transaction waits for a picture."""
        t, function = self.texts[recipient.language], recipient.function
        chart = satisfaction(t, short_name(function, recipient.language), recipient.reading.published)
        picture, drawn = None, b""
        if chart is not None:
            drawn = await self.pictures.png(chart.spec, recipient.language)
            picture = Picture(attachment=secrets.token_hex(16), alt=chart.alt)
        message = weekly(t, catalogue, function, recipient.reading, week, today, picture)
        delivery = planned(function, recipient.to, message, week)
        return await self.database.write(facts.PLANNING, partial(_plan, delivery=delivery, picture=picture, drawn=drawn, at=at))


def _median(times: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(each.total_seconds() for each in times))


def _plan(session: Session, delivery: Delivery, picture: Picture | None, drawn: bytes, at: datetime) -> bool:
    """Plan a digest, with its picture if it's new; tell whether it is."""
    if not deliveries.plan(session, delivery, at):
        return False
    if picture is not None:
        person = delivery.to if isinstance(delivery.to, str) else None
        attachments.keep(
            session,
            key=picture.attachment,
            name=f"{delivery.cause_id}-{day_of(at, 'UTC').isoformat()}.png",
            content_type="image/png",
            content=drawn,
            person=person,
            at=at,
            expires_at=at + _KEPT,
        )
    return True


def _thanks(session: Session, function: str, period: Published, week: date, names: Names) -> tuple[Thanks, ...]:
    """Return some comments of a period that say thank you, others each week; those without a name only where comments are shown at all."""
    shown = facts.commenters(session, function, period.begins) >= COMMENT_FLOOR
    agreed = [each for each in facts.shared(session, function, period.begins) if shown or each.name]
    drawn = sorted(agreed, key=lambda each: sha256(f"{week.isoformat()}|{each.id}".encode()).digest())[:THANKS]
    return tuple(Thanks(comment=masked(each.comment, names), name=each.name) for each in drawn)


def _first_working_day(office: WorkingHours, day: date) -> date:
    """Return the first working day of a day's week."""
    return day_of(opening(office, starts(week_of(day), office.timezone)), office.timezone)
