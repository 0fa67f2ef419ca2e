"""Verdicts: what a campaign came to, reckoned once it's over, and posted to its function's channel with a picture."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from bot.pictures import Pictures
from bot.telling import Telling
from dialogs.campaign import Kept
from dialogs.catalog import Catalogue, Function, Language
from dialogs.delivery import Delivery
from dialogs.events import Reference
from dialogs.messages import Picture
from dialogs.outcome import judge, outcome
from dialogs.relay import route
from dialogs.verdict import Verdict
from dialogs.verdict_chart import chart
from dialogs.verdict_words import message, planned
from storage import Session, attachments, bindings, campaigns, deliveries, outcomes, roles

SETTLES: Final = timedelta(minutes=10)  # what people did on the last evening is evidence by then
_TRIED: Final = timedelta(days=30)  # to find a channel, or somebody: later, it would be no news
_KEPT: Final = timedelta(days=14)  # a picture: longer than its delivery waits

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _News:
    """A verdict that its function wasn't told of, and where it would be."""

    kept: Kept
    verdict: Verdict
    function: Function
    to: str | Reference
    language: Language


@dataclass
class Verdicts(Telling):
    """A coarse job."""

    pictures: Pictures

    async def look(self) -> None:
        """Reckon the verdict of each campaign that's over, once; then plan what its function is told: in its channel, else its owner."""
        at = self.clock()
        for name in await self.database.read(lambda session: outcomes.unjudged(session, at - SETTLES)):
            await self._judge(name, at)
        catalogue, count = self.knowledge.current.catalogue, 0
        for news in await self.database.read(lambda session: self._unposted(session, catalogue, at)):
            count += await self._post(catalogue, news, at)
        if count:
            _LOG.info("verdicts planned", count=count)
            self.planned()

    async def _judge(self, name: str, at: datetime) -> None:
        """Reckon without holding anybody up, then keep what came of it."""
        verdict = await self.database.snapshot(lambda session: _reckoned(session, name, at))
        if verdict is not None and await self.database.write(f"{campaigns.PLANNING}|{name}", lambda session: outcomes.keep(session, name, verdict)):
            _LOG.info("verdict reckoned", campaign=name, conclusion=verdict.conclusion)

    def _unposted(self, session: Session, catalogue: Catalogue, at: datetime) -> list[_News]:
        names = outcomes.unposted(session, at - _TRIED)
        if not names:
            return []
        desks, keepers = bindings.desks(session), roles.keepers(session, catalogue, self.admins)
        found = []
        for name in names:
            kept, verdict = campaigns.load(session, name), outcomes.verdict_of(session, name)
            function = catalogue.function(kept.campaign.function) if kept else None
            if kept is None or verdict is None or function is None:
                continue
            # not the admins: they stand in where somebody waits, which nobody does here
            way = route(desks, {function.slug: keepers.get(function.slug, ())}, function.slug, None, self.language)
            to = way.desk or way.keeper
            if to is not None:
                found.append(_News(kept=kept, verdict=verdict, function=function, to=to, language=way.language))
        return found

    async def _post(self, catalogue: Catalogue, news: _News, at: datetime) -> bool:
        """Draw, then plan: no transaction waits for a picture."""
        t, campaign = self.texts[news.language], news.kept.campaign
        drawing, picture, drawn = chart(t, campaign.titles.to(news.language), news.verdict), None, b""
        if drawing is not None:
            drawn = await self.pictures.png(drawing.spec, news.language)
            picture = Picture(attachment=secrets.token_hex(16), alt=drawing.alt)
        told = message(t, news.verdict, news.function, campaign, catalogue.company, picture)
        plan = partial(_plan, name=campaign.name, delivery=planned(campaign, news.to, told), picture=picture, drawn=drawn, at=at)
        return await self.database.write(f"{campaigns.PLANNING}|{campaign.name}", plan)


def _reckoned(session: Session, name: str, at: datetime) -> Verdict | None:
    """Return what a campaign came to by its end; None where it isn't there any more, or nothing says what it wanted."""
    kept = campaigns.load(session, name)
    if kept is None or kept.ended_at is None or kept.campaign.objective.stage is None or kept.campaign.objective.target is None:
        return None
    return judge(kept, outcome(outcomes.members(session, kept, kept.ended_at), kept.campaign.objective.stage), at)


def _plan(session: Session, name: str, delivery: Delivery, picture: Picture | None, drawn: bytes, at: datetime) -> bool:
    """Plan the message with its picture, and note it; tell whether it's new."""
    if not outcomes.mark_posted(session, name, at) or not deliveries.plan(session, delivery, at):
        return False
    if picture is not None:
        attachments.keep(
            session,
            key=picture.attachment,
            name=f"{name}.png",
            content_type="image/png",
            content=drawn,
            person=delivery.to if isinstance(delivery.to, str) else None,
            at=at,
            expires_at=at + _KEPT,
        )
    return True
