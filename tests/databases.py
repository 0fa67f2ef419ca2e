"""The two databases, for the whole suite: a test that asks for `database` or `database_url` runs on SQLite and on PostgreSQL.

PostgreSQL is real: a server of our own, in a temporary folder, without fsync, reached by its socket, one a test process. Each test gets a database
that's migrated already: a file of its own, or the one that the test before left empty (`tests.lent`). Where there's no server on this machine, the
tests that need one are left out, which the end of the run says, and the run fails.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

import psycopg
import pytest
from coverage import Coverage

from storage import schema
from storage.database import Database
from tests.lent import Lent

Kind = Literal["sqlite", "postgresql"]
MISSING = "PostgreSQL isn't on this machine (initdb and postgres). To have it: sudo apt-get install postgresql"
_LEFT_OUT = pytest.StashKey[int]()
_SERVERS = {"postgresql", "postgresql_to_stop"}
_START_SECONDS = 30
_IN_MEMORY, _ENOUGH = Path("/dev", "shm"), 2 * 1024**3  # bytes; a container may have 64 MB
if _IN_MEMORY.is_dir() and os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH:
    tempfile.tempdir = str(_IN_MEMORY)  # pytest's folders too: thousands of databases that live for a second


def find_programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest where there are several.

    Debian keeps them out of PATH, and what is in PATH may be a wrapper or a link; `pg_config` may be there without a server.
    """
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    if (pg_config := shutil.which("pg_config")) is not None:
        places.append(Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()))
    if (initdb := shutil.which("initdb")) is not None:
        places.append(Path(initdb).resolve().parent)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server that runs."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}&port=5432"

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement beside the databases; return what it finds."""
        with psycopg.connect(host=str(self.folder), port=5432, user="postgres", dbname="postgres", autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def make(self, name: str, template: str = "template0") -> str:
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def start_server(programs: Path, folder: Path, **changed: str) -> Server:
    """Start a server in this empty folder, with settings of its own; as the user `postgres` where we're root, which PostgreSQL refuses."""
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    cluster = folder / "cluster"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        cluster,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
        "--no-instructions",
    ]
    subprocess.run(initdb, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return start_again(programs, folder, **changed)


def start_again(programs: Path, folder: Path, **changed: str) -> Server:
    """Start the server of this folder, which was stopped, with settings of its own."""
    user, cluster = "postgres" if os.geteuid() == 0 else None, folder / "cluster"
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "port": "5432",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "200",
        "autovacuum": "off",
    } | changed
    command: list[str | Path] = [programs / "postgres", "-D", cluster, *(f"--{name}={value}" for name, value in settings.items())]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log, preexec_fn=_die_with_us())
    server = Server(folder, process)
    _wait_for(server)
    return server


def _die_with_us() -> Callable[[], None] | None:
    """Ask the kernel to end the server when a test run is killed, which no fixture could (Linux; elsewhere it'd stay)."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG

    return ask


def _wait_for(server: Server) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL didn't start:\n{(server.folder / 'log').read_text()}") from error
            time.sleep(0.02)
        else:
            return


def stop_server(server: Server) -> None:
    """End a server at once, if it still runs; nothing of it is needed any more."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGQUIT)
        server.process.wait(timeout=_START_SECONDS)


@contextmanager
def running_server(**changed: str) -> Iterator[Server]:
    """Run a server for the length of the block, with settings of its own. Raises RuntimeError where there's none on this machine."""
    programs = find_programs()
    if programs is None:
        raise RuntimeError(MISSING)
    # not pytest's own folder, which the user `postgres` may not enter; and a socket's path has 107 characters at most
    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:
        server = start_server(programs, Path(folder), **changed)
        try:
            yield server
        finally:
            stop_server(server)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """The PostgreSQL server of this test process."""
    with running_server() as server:
        yield server


@pytest.fixture
def postgresql_to_stop() -> Iterator[Server]:
    """A PostgreSQL server of one test, which may stop it."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql: Server) -> str:
    """A migrated database to copy."""
    schema.upgrade(postgresql.make("migrated"))
    return "migrated"


@pytest.fixture(scope="session")
def lent(postgresql: Server, postgresql_template: str) -> Lent:
    """The migrated database of this test process, which one test after another gets."""
    return Lent(postgresql, postgresql_template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """Which of the two databases this run of the test is on."""
    kind: Kind = request.param
    return kind


_numbers = count()


@pytest.fixture
def empty_database_url(database_kind: Kind, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without any table."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: Server = request.getfixturevalue("postgresql")
    name = f"empty_{next(_numbers)}"
    yield server.make(name)
    server.drop(name)


@pytest.fixture
def database_url(database_kind: Kind, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database without any row."""
    if database_kind == "sqlite":
        file = tmp_path / "pourqui.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    lent: Lent = request.getfixturevalue("lent")
    yield lent.lend(f"test_{next(_numbers)}")
    lent.take_back()


@pytest.fixture
def queue_url(postgresql: Server, postgresql_template: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database that has the queue's tables too, without any row."""
    name = f"queue_{next(_numbers)}"
    url = postgresql.make(name, postgresql_template)
    schema.upgrade(url, queue=True)
    yield url
    postgresql.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, open, without any row."""
    async with await Database.open(database_url) as opened:
        yield opened


def _needs_postgresql(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    kind = item.callspec.params.get("database_kind") if hasattr(item, "callspec") else None
    return kind == "postgresql" or not _SERVERS.isdisjoint(item.fixturenames)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage on SQLite only: it doubles the time of a test, and what isn't the same on PostgreSQL is a hundred lines."""
    measured = Coverage.current() if _needs_postgresql(item) else None
    if measured is None:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a server, where there's none."""
    if find_programs() is not None:
        return
    left_out = [item for item in items if _needs_postgresql(item)]
    items[:] = [item for item in items if not _needs_postgresql(item)]
    config.hook.pytest_deselected(items=left_out)
    config.stash[_LEFT_OUT] = len(left_out)


class _Worker(Protocol):
    """A process of pytest-xdist, as the one that started it sees it."""

    config: pytest.Config
    workeroutput: dict[str, int]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: _Worker) -> None:
    """Learn from a worker what it left out; each collects all tests, so any of them knows. One that crashed tells nothing."""
    left_out = getattr(node, "workeroutput", {}).get("without_postgresql", 0)
    node.config.stash[_LEFT_OUT] = max(node.config.stash.get(_LEFT_OUT, 0), left_out)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where something was left out; a worker tells the process that started it."""
    left_out = session.config.stash.get(_LEFT_OUT, 0)
    worker_output = getattr(session.config, "workeroutput", None)
    if worker_output is not None:
        worker_output["without_postgresql"] = left_out
    elif left_out and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was left out, and what to do."""
    if left_out := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.section("left out", sep="=", red=True)
        terminalreporter.line(f"{left_out} tests need PostgreSQL. {MISSING}", red=True)
