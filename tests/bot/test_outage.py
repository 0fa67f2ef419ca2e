"""The database goes away under the running program: told once, without a traceback a tick; and each thing goes on by itself."""

import asyncio
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from bot import knowledge, schedule
from bot.app import opened
from bot.clock import now
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.settings import read_settings
from dialogs.messages import Message, plain_text
from storage import deliveries, postgresql, schema
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.bot.simulated import Time, adapters, channel, slack, standing, to_say
from tests.bot.watched import until
from tests.conversation import said
from tests.databases import Server, stop_server

pytestmark = pytest.mark.usefixtures("alone")


@contextmanager
def started_again(server: Server) -> Iterator[None]:
    """Start a server again that was stopped, on what it had; for the length of the block."""
    user = "postgres" if os.geteuid() == 0 else None
    with (
        (server.folder / "log").open("ab") as log,
        subprocess.Popen(server.process.args, user=user, cwd=server.folder, stdout=log, stderr=log) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            process.kill()


async def test_jobs_that_tick_while_the_database_is_away_say_so_once_and_go_on(
    postgresql_to_stop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_SECONDS", {})
    monkeypatch.setattr(schedule, "_EVERY", 0.1)
    monkeypatch.setattr(knowledge, "_AFTER_FAILURE", 0.1)
    url = postgresql_to_stop.make("pourqui")
    await asyncio.to_thread(schema.upgrade, url)
    async with await Database.open(url) as database:
        await furnish(database)
        platform = slack(Time(now()))
        settings = read_settings(data_folder=tmp_path, database_url=url, secret_key="k3y")
        async with opened(settings, database, adapters([platform]), encoder=LetterEncoder()) as application:
            await application.idle()
            with capture_logs() as told:
                stop_server(postgresql_to_stop)
                await until(lambda: _times(told, "jobs can't reach") > 0)
                await asyncio.sleep(1)  # ten ticks of some fifteen jobs
            assert [line["event"] for line in told if line.get("exc_info")] == []
            counted = Counter(line["event"] for line in told)
            assert counted["jobs can't reach the database; they're run again once they can"] == 1
            assert counted["the pump can't reach the database; it goes on once it can"] == 1
            assert counted["could not look for a newer catalogue; the one known goes on answering"] == 1
            assert sum(counted.values()) < 10
            with started_again(postgresql_to_stop):
                await until(lambda: application.pump._away is False)
                await database.write("test", lambda session: deliveries.plan(session, to_say("hello", channel("C1")), now()))
                application.pump.nudge()
                await until(lambda: platform.texts() == ["hello"])
                await application.idle()
                assert await standing(database) == {"hello": ("sent", None)}


def _times(told: Sequence[Mapping[str, object]], beginning: str) -> int:
    return sum(str(line["event"]).startswith(beginning) for line in told)


async def test_a_turn_that_finds_all_connections_busy_is_an_apology_with_its_reference(
    postgresql_to_stop: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "BUSY_SECONDS", 0.2)
    url = postgresql_to_stop.make("pourqui")
    await asyncio.to_thread(schema.upgrade, url)
    async with await Database.open(url, connections=2) as database:
        await furnish(database)
        known = Knowledge(database, LetterEncoder(), Metrics())
        await known.refresh()
        turns = engine(database, known)

        def slow(session: Session) -> None:
            session.connection().exec_driver_sql("SELECT pg_sleep(1)")

        busy = [asyncio.get_running_loop().create_task(database.write(f"slow {number}", slow)) for number in range(2)]
        await asyncio.sleep(0.2)
        with capture_logs() as told:
            (reply,) = (await turns.take(event := said("bonjour"))).replies
        assert isinstance(reply, Message)
        reference = re.search(r"\b[0-9a-f]{8}\b", plain_text(reply))
        assert reference is not None
        assert [(line["event"], line["reference"]) for line in told] == [("turn failed", reference.group())]
        await asyncio.gather(*busy)
        assert (await turns.take(event)).first  # nothing of the failed one was kept
        known.close()
