"""The job that publishes: whenever it's asked, by whoever, to the same end."""

import asyncio
from datetime import UTC, datetime

from bot.publication import Publications
from bot.schedule import PUBLISH
from storage.database import Database
from storage.readings import readings
from tests.bot.simulated import Time
from tests.storage.responses import bring, responded

OCTOBER = datetime(2026, 10, 6, 12, tzinfo=UTC)
OVER = datetime(2026, 11, 8, 23, tzinfo=UTC)


async def shown(database: Database, function: str) -> list[tuple[str, int, bool]]:
    found = await database.read(lambda session: readings(session, [function], OVER, whole=True))
    return [(each.begins.isoformat(), each.people, each.shown) for each in found[function].published]


async def test_every_function_is_published_when_its_time_has_come(database: Database) -> None:
    july = OCTOBER.replace(month=7)
    await bring(database, [responded(at, f"p{number}", function="it") for at in (july, july.replace(month=8)) for number in range(6)])
    await bring(database, [responded(july, f"p{number}", function="finance") for number in range(3)])
    time = Time(july)
    job = Publications(database, time, timezone="Europe/Paris")
    await job.publish()
    assert await shown(database, "it") == []
    time.at = OVER
    await asyncio.gather(*(Publications(database, time, timezone="Europe/Paris").publish() for _ in range(3)))
    assert await shown(database, "it") == [("2026-08-03", 6, True), ("2026-06-29", 6, True)]
    assert await shown(database, "finance") == [("2026-06-29", 0, False)]
    before = await shown(database, "it")
    await job.publish()
    assert await shown(database, "it") == before


def test_the_clock_asks_for_it() -> None:
    assert PUBLISH == "publish"
