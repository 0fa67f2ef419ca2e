"""Themes: the comments of a published period are grouped once, masked, and nothing of them is kept besides."""

import asyncio
from datetime import date

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.themes import Themes
from storage import readings, themes
from storage.database import Database
from storage.tables import FeedbackRow, VectorRow
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import furnish
from tests.bot.traced import NOVEMBER, PUBLISHED, Left, left, person_of, publish

SLOW = (
    "Trop long, j'ai attendu trois jours avant d'avoir une réponse",
    "J'ai attendu une semaine, c'est beaucoup trop lent, Alice Martin",
    "Waited far too long for an answer",
    "Réponse très tardive, délai trop long",
    "It took days before anybody replied",
    "Le délai de réponse est trop long",
)
VPN = (
    "Le VPN coupe toujours toutes les dix minutes",
    "VPN still drops every morning",
    "Mon VPN ne se connecte plus depuis la mise à jour",
    "The VPN keeps disconnecting",
    "VPN instable, impossible de travailler de chez moi",
)


def commented(*comments: str, trace: int) -> list[Left]:
    return [Left(trace=trace, comment=comment) for comment in comments]


async def made(database: Database, encoder: RememberingEncoder, times: int = 1) -> None:
    await furnish(database)
    known = Knowledge(database, encoder, Metrics())
    try:
        await asyncio.gather(*(Themes(database, known, lambda: PUBLISHED).make() for _ in range(times)))
    finally:
        known.close()


async def test_comments_in_both_languages_come_together_under_their_words(database: Database, encoder: RememberingEncoder) -> None:
    await left(database, NOVEMBER, commented(*SLOW, trace=2) + commented(*VPN, trace=3))
    await publish(database)
    before = await database.read(lambda session: session.execute(select(func.count()).select_from(VectorRow)).scalar())
    await made(database, encoder, times=2)
    found = await database.read(lambda session: themes.of(session, "it"))
    (slow, vpn) = found[date(2026, 11, 2)]
    assert (slow.comments, slow.people, slow.traces) == (6, 6, {"2": 6})
    assert (vpn.comments, vpn.people, vpn.traces) == (5, 5, {"3": 5})
    assert "vpn" in vpn.words
    assert {"réponse", "answer", "délai", "long"} & set(slow.words)
    assert not {"alice", "martin"} & set(slow.words)
    assert before == await database.read(lambda session: session.execute(select(func.count()).select_from(VectorRow)).scalar())
    reading = await database.read(lambda session: readings.readings(session, ["it"], PUBLISHED))
    assert reading["it"].published[0].themes == (slow, vpn)


async def test_once_grouped_they_stay_as_they_are(database: Database, encoder: RememberingEncoder) -> None:
    await left(database, NOVEMBER, commented(*SLOW, trace=2) + commented(*VPN, trace=3))
    await publish(database)
    await made(database, encoder)
    former = await database.read(lambda session: themes.of(session, "it"))

    def erase(session: Session) -> None:
        gone = [person_of(session, number) for number in range(1, 4)]
        session.connection().execute(update(FeedbackRow).where(col(FeedbackRow.person_id).in_(gone)).values(person_id=None, comment=None))

    await database.write("test", erase)
    await made(database, encoder)
    assert await database.read(lambda session: themes.of(session, "it")) == former
    assert await database.read(themes.waiting) == []


async def test_under_the_floor_nothing_is_grouped_and_nothing_waits(database: Database, encoder: RememberingEncoder) -> None:
    await left(database, NOVEMBER, commented(*SLOW, trace=2))
    await publish(database)
    assert len(await database.read(themes.waiting)) == 1
    await made(database, encoder)
    assert await database.read(lambda session: themes.of(session, "it")) == {}
    assert await database.read(themes.waiting) == []
