"""A PostgreSQL that is stopped at once and comes back with the same databases, and whose connections are cut.

What was committed is in the files of the operating system, which lives on (`synchronous_commit` on; `fsync` is for a machine that loses its power).
"""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.chaos.children import ends_with_us
from tests.databases import MISSING, find_programs

_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "fsync": "off",
    "synchronous_commit": "on",
    "max_connections": "200",
    "restart_after_crash": "on",
}


@dataclass(slots=True)
class Cluster:
    """A server's files, and the server while it runs."""

    programs: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def _user(self) -> str | None:
        return "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses root

    def make(self) -> None:
        """Make its files, in an empty folder."""
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        initdb: list[str | Path] = [
            self.programs / "initdb",
            "-D",
            self.folder / "cluster",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(initdb, user=self._user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        command: list[str | Path] = [self.programs / "postgres", "-D", self.folder / "cluster"]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, user=self._user, cwd=self.folder, stdout=log, stderr=log, preexec_fn=ends_with_us(signal.SIGQUIT)
            )
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL didn't start:\n{(self.folder / 'log').read_text()[-4000:]}") from error
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it at once, as a crash would: nothing is finished, nothing is written down."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=_START_SECONDS)

    def url(self, name: str) -> str:
        """Return a database's URL."""
        return f"postgresql://postgres@/{name}?host={self.folder}&port=5432"

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement beside the databases."""
        with psycopg.connect(host=str(self.folder), port=5432, user="postgres", dbname="postgres", autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def cut(self, name: str, among: random.Random) -> bool:
        """Cut one of a database's connections; tell whether there was any."""
        found = self.execute(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND backend_type = 'client backend' ORDER BY pid")  # noqa: S608
        if found:
            self.execute(f"SELECT pg_terminate_backend({among.choice(found)[0]})")
        return bool(found)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run one for the length of the block. Raises RuntimeError where there's none on this machine."""
    programs = find_programs()
    if programs is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:  # not pytest's own, which the user `postgres` may not enter
        cluster = Cluster(programs, Path(folder))
        cluster.make()
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
