"""Early warnings: each function hears when the trace it leaves falls, and when more people than usual mention a problem."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.gaps import Gaps
from bot.recipients import Recipient, recipients
from bot.telling import Telling, working_day
from dialogs.catalog import Catalogue
from dialogs.delivery import Delivery
from dialogs.gap import Gap
from dialogs.masking import shown
from dialogs.messages import clipped
from dialogs.texts import Texts
from dialogs.warning import WEEKS, Mentions, fallen, jumped, planned_fall, planned_jump, told_of_fall, told_of_jump
from storage import Session, deliveries, gaps
from storage import weekly as facts
from storage.weekly import Mention

_WEEK: Final = timedelta(days=7)
_QUOTED: Final = 150  # characters of a question

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass
class Warnings(Telling):
    """A coarse job, on working days."""

    async def look(self) -> None:
        """Plan the warnings that are due, on working days: what happens on a day off is still recent on the next one."""
        at = self.clock()
        today = working_day(self.office(at), at)
        if today is None:
            return
        await Gaps(self.database, self.knowledge).gather()
        count = await self.database.write(facts.PLANNING, lambda session: self._plan(session, at, today))
        if count:
            _LOG.info("early warnings planned", count=count)
            self.planned()

    def _plan(self, session: Session, at: datetime, today: date) -> int:
        catalogue = self.knowledge.current.catalogue
        fresh = facts.published_since(session, at - _WEEK)
        open_ = {gap.id: gap for gap in gaps.open_gaps(session)}
        jumps = [each for each in _mentions(session, at) if jumped(each)]
        count = 0
        for each in recipients(session, catalogue, self.admins, self.language, at):
            t = self.texts[each.language]
            for delivery in (*_falls(t, each, fresh), *_jumps(t, catalogue, each, jumps, open_, today)):
                count += deliveries.plan(session, delivery, at)
        return count


def _falls(t: Texts, recipient: Recipient, fresh: Set[tuple[str, date]]) -> Iterator[Delivery]:
    function = recipient.function
    for begins in sorted(begins for slug, begins in fresh if slug == function.slug):
        if (fall := fallen(recipient.reading.published, begins)) is not None:
            yield planned_fall(function, recipient.to, told_of_fall(t, function, fall), fall)


def _jumps(
    t: Texts, catalogue: Catalogue, recipient: Recipient, jumps: Sequence[Mentions], open_: Mapping[str, Gap], today: date
) -> Iterator[Delivery]:
    function = recipient.function
    for each in jumps:
        sheet, gap = catalogue.sheet(each.id), open_.get(each.id)
        if each.about == "sheet" and sheet is not None and sheet[0].slug == function.slug:
            title = sheet[1].title.to(t.language)
        elif each.about == "gap" and gap is not None and gap.function == function.slug:
            title = clipped(" ".join(shown(t, gap.questions[0].text).split()), _QUOTED)
        else:
            continue
        yield planned_jump(function, recipient.to, told_of_jump(t, function, each, title), each, today)


def _mentions(session: Session, at: datetime) -> Iterator[Mentions]:
    """Count what is complained of: in the last seven days, and in the weeks before, as far as anybody asked anything then."""
    week, first = at - _WEEK, facts.first_exchange(session)
    weeks = min(float(WEEKS), (week - first) / _WEEK) if first is not None else 0.0
    told: defaultdict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in facts.mentions(session, week - _WEEK * WEEKS):
        told[mention.about, mention.id].append(mention)
    for several in told.values():
        new = [each for each in several if each.at >= week]
        yield Mentions(
            about=several[0].about,
            id=several[0].id,
            times=len(new),
            people=len({each.person for each in new}),
            before=len(several) - len(new),
            weeks=weeks,
        )
