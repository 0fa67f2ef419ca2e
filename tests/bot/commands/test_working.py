"""`pourqui worker` beside `pourqui serve`: how they start, share, are overtaken and end, as processes of their own on a real PostgreSQL."""

import asyncio
import json
import signal
import subprocess
import tempfile
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bot.clock import now
from bot.commands import serving, working
from bot.commands.serving import listen
from storage import processes
from storage.database import Database
from tests.bot.program import PROGRAM, Invoke, execute, lone, use
from tests.databases import MISSING, Server, find_programs, start_server, stop_server

on_postgresql = pytest.mark.parametrize("database_kind", ["postgresql"])
KEY = "the deployment's key"
PATIENCE = 60  # seconds


class Program:
    """A pourqui that runs in a process of its own, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []

    def until(self, event: str) -> Mapping[str, Any]:
        """Return the next line of its log that tells of this."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if line.startswith("{") and (told := json.loads(line))["event"] == event:
                return dict(told)
        raise AssertionError(f"it ended with {self.process.wait()}, and never said {event!r}:\n{''.join(self.said)}")

    def end(self) -> int:
        """Wait for its end; return its status."""
        _, rest = self.process.communicate(timeout=PATIENCE)
        self.said.extend(rest.splitlines(keepends=True))
        return self.process.returncode

    def stop(self) -> int:
        """Tell it to end; return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.end()


@contextmanager
def running(folder: Path, url: str, role: str, **settings: str) -> Iterator[Program]:
    """Run `pourqui serve` or `pourqui worker`, which shares the work, for the length of the block."""
    shared = {"POURQUI_RUNNER": "procrastinate", "POURQUI_DATABASE_URL": url, "POURQUI_SECRET_KEY": KEY}
    command: list[str | Path] = [PROGRAM, role, "--dev", "--port", "0"]
    with subprocess.Popen(
        command, cwd=folder, env=lone(**shared | settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        killer = threading.Timer(2 * PATIENCE, process.kill)
        killer.start()
        try:
            yield Program(process)
        finally:
            killer.cancel()
            process.kill()  # nothing, where it has ended


def answer(url: str, *, post: bytes | None = None) -> tuple[int, str]:
    """Return the status and the body that an address answers."""
    try:
        with urlopen(Request(url, data=post), timeout=10) as response:  # noqa: S310 (our own address)
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def there(url: str) -> list[str]:
    """Return the roles of the processes that are alive."""
    found = use(url, lambda database: database.read(lambda session: processes.alive(session, now())))
    return [each.role for each in found]


@on_postgresql
def test_a_worker_takes_over_from_who_serves_and_gives_it_back_when_it_is_told_to_stop(database_url: str, tmp_path: Path) -> None:
    with running(tmp_path, database_url, "serve") as serve:
        assert answer(serve.until("serving")["url"] + "/readyz")[0] == 200
        with running(tmp_path, database_url, "worker") as worker:
            told = worker.until("working")
            assert told["platforms"] == ["teams"]
            assert answer(told["url"] + "/readyz") == (200, '{"status": "ok", "catalogue": 0, "latest_catalogue": 0}')
            assert answer(told["url"] + "/metrics")[0] == answer(told["url"] + "/healthz")[0] == 200
            assert answer(told["url"] + "/api/messages", post=b"{}")[0] == 404, "it hears nothing"
            serve.until("off duty: there's a worker")
            assert sorted(there(database_url)) == ["serve", "worker"]
            assert worker.stop() == 0
        serve.until("on duty: there's no worker")
        assert there(database_url) == ["serve"]
        assert serve.stop() == 0
    assert there(database_url) == []
    for program in (serve, worker):
        assert [line for line in program.said if "Traceback" in line or '"level": "error"' in line] == []


@on_postgresql
def test_a_later_version_ends_the_worker_and_who_serves_is_not_ready_any_more(database_url: str, tmp_path: Path) -> None:
    with running(tmp_path, database_url, "serve") as serve, running(tmp_path, database_url, "worker") as worker:
        url = serve.until("serving")["url"]
        worker.until("working")
        use(database_url, lambda database: database.write("test", _overtaken))
        assert worker.end() == working.OUTDATED
        assert "revision 9999" in worker.said[-1]
        assert "install the later version" in worker.said[-1]
        serve.until("this process mustn't work any more")
        status, told = answer(f"{url}/readyz")
        assert status == 503
        assert "revision 9999" in told
        assert answer(f"{url}/healthz")[0] == 200
        assert serve.stop() == 0
        with running(tmp_path, database_url, "worker") as another:
            assert another.end() == 1
            assert "install the later version" in another.said[-1]


def _overtaken(session: Any) -> None:
    execute(session, "UPDATE alembic_version SET version_num = '9999'")


@on_postgresql
def test_another_deployment_is_refused_until_the_first_has_ended(database_url: str, tmp_path: Path) -> None:
    with running(tmp_path, database_url, "worker") as worker:
        worker.until("working")
        with running(tmp_path, database_url, "serve", POURQUI_SECRET_KEY="another key") as refused:
            assert refused.end() == 1
            assert refused.said[-1].startswith("another deployment is at work on this database: `pourqui worker` on ")
            assert "a database of its own" in refused.said[-1]
        assert worker.stop() == 0
    with running(tmp_path, database_url, "serve", POURQUI_SECRET_KEY="another key") as accepted:
        accepted.until("serving")
        assert accepted.stop() == 0


@pytest.fixture
def folder_of_server() -> Iterator[Path]:
    """A folder for a PostgreSQL server that doesn't run yet."""
    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:
        yield Path(folder)


def test_a_database_that_comes_later_is_awaited(folder_of_server: Path, tmp_path: Path) -> None:
    programs = find_programs()
    assert programs is not None, MISSING
    url = f"postgresql://postgres@/postgres?host={folder_of_server}&port=5432"
    with running(tmp_path, url, "worker") as worker:
        awaited = worker.until("the database isn't there yet; it's awaited")
        assert "://postgres@/postgres" in awaited["reason"]
        assert awaited["seconds_left"] == 60
        server = start_server(programs, folder_of_server)
        try:
            worker.until("working")
            assert worker.stop() == 0
        finally:
            stop_server(server)


@pytest.fixture
def shared(alone: Path, postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings under which a worker starts, but for its database, which is nowhere."""
    monkeypatch.setenv("POURQUI_RUNNER", "procrastinate")
    monkeypatch.setenv("POURQUI_SECRET_KEY", KEY)
    monkeypatch.setenv("POURQUI_DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:1/nowhere")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_database_that_never_comes_ends_the_start(command: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE", 0.3)
    monkeypatch.setattr(serving, "_TELL_EVERY", 0.1)
    monkeypatch.setattr(serving, "_TRY_EVERY", 0.06)
    ended = invoke(command, "--dev", "--port", "0")
    lines = ended.stderr.splitlines()
    assert ended.exit_code == 1
    told = [json.loads(line) for line in lines if line.startswith("{")]
    assert "://nobody:***@127.0.0.1:1/nowhere doesn't answer" in lines[len(told)]
    awaited = [line["seconds_left"] for line in told if line["event"] == "the database isn't there yet; it's awaited"]
    assert 2 <= len(awaited) <= 4
    assert "hidden" not in ended.stderr


def test_a_folder_that_cannot_be_made_is_not_awaited(invoke: Invoke, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (alone / "file").touch()
    monkeypatch.setenv("POURQUI_DATA", str(alone / "file" / "data"))
    ended = invoke("serve", "--dev", "--port", "0")
    assert ended.exit_code == 1
    assert "POURQUI_DATA" in ended.stderr
    assert "awaited" not in ended.stderr


def test_with_the_embedded_runner_there_is_nothing_for_a_worker(invoke: Invoke, alone: Path) -> None:
    refused = invoke("worker", "--dev")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "there's nothing for a worker" in refused.stderr
    assert "POURQUI_RUNNER=procrastinate, POURQUI_DATABASE_URL, POURQUI_SECRET_KEY" in refused.stderr
    assert list(alone.iterdir()) == []


@pytest.mark.usefixtures("shared")
def test_a_worker_needs_a_platform_to_send_to(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = invoke("worker")
    assert refused.exit_code == 2
    assert "No platform is on." in refused.stderr
    assert "--dev only serves this machine" in invoke("worker", "--dev", "--host", "192.0.2.1").stderr


@on_postgresql
@pytest.mark.usefixtures("shared")
def test_a_worker_takes_another_port_where_its_own_is_taken(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    seen: list[str] = []

    async def look(_stop: asyncio.Event, *, sooner: Coroutine[Any, Any, object]) -> None:
        sooner.close()
        async with await Database.open(database_url) as database:
            seen.extend(each.role for each in await database.read(lambda session: processes.alive(session, now())))

    monkeypatch.setattr(working, "told_to_stop", look)
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        worked = invoke("worker", "--dev", "--port", str(port))
    assert worked.exit_code == 0, worked.stderr
    (told,) = (line for line in map(json.loads, worked.stderr.splitlines()) if line["event"] == "working")
    assert told["url"].startswith("http://127.0.0.1:")
    assert not told["url"].endswith(f":{port}")
    assert seen == ["worker"]
