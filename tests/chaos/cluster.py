"""A PostgreSQL that is stopped at once and comes back with the same databases, and whose connections are cut.

What was committed is in the files of the operating system, which lives on (`synchronous_commit` on; `fsync` is for a machine that loses its power).
"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import MISSING, Server, find_programs, start_again, start_server, stop_server

_SETTINGS = {"synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on", "restart_after_crash": "on"}


@dataclass(slots=True)
class Cluster:
    """A server's files, and the server as it last ran."""

    programs: Path
    server: Server

    @property
    def is_running(self) -> bool:
        """Whether the server runs."""
        return self.server.process.poll() is None

    def start(self) -> None:
        """Start it again, and wait until it takes connections."""
        self.server = start_again(self.programs, self.server.folder, **_SETTINGS)

    def stop(self) -> None:
        """Stop it at once, as a crash would: nothing is finished, nothing is written down."""
        stop_server(self.server)

    def cut(self, name: str, among: random.Random) -> bool:
        """Cut one of a database's connections; tell whether there was any."""
        found = self.server.execute(f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND backend_type = 'client backend' ORDER BY pid")  # noqa: S608
        if found:
            self.server.execute(f"SELECT pg_terminate_backend({among.choice(found)[0]})")
        return bool(found)


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Run one for the length of the block. Raises RuntimeError where there's none on this machine."""
    programs = find_programs()
    if programs is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:  # not pytest's own, which the user `postgres` may not enter
        cluster = Cluster(programs, start_server(programs, Path(folder), **_SETTINGS))
        try:
            yield cluster
        finally:
            cluster.stop()
