"""Who is at work on this database: its processes, what their clocks asked for last, and where the installation came from or went."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from storage.tables.row import Row


class ProcessRow(Row, table=True):
    """A process that runs, or did until `seen_at`. `id` is the owner of the leases that it holds; `on_duty` says whether it sends and does jobs.

    `fingerprint` tells the processes of one deployment from those of another one that was given the same database by mistake.
    """

    __tablename__ = "process"

    id: str = Field(primary_key=True)
    role: str
    runner: str
    host: str
    pid: int
    version: str
    fingerprint: str
    started_at: datetime
    seen_at: datetime
    on_duty: bool = True


class TickRow(Row, table=True):
    """When a clock last asked for a job, of all processes' clocks."""

    __tablename__ = "tick"

    job: str = Field(primary_key=True)
    asked_at: datetime


class DeploymentRow(Row, table=True):
    """This installation: the one row. `moved_to` is where it went (without a password), `moved_from` the `id` of the one that it came from.

    `moved_at` is when that was complete: a `moved_from` without it's an installation of which only a part has come.
    """

    __tablename__ = "deployment"

    id: str = Field(primary_key=True)
    made_at: datetime
    moved_to: str | None = None
    moved_from: str | None = None
    moved_at: datetime | None = None


class MoveRow(Row, table=True):
    """How far the move of a table has come: the last key that was copied (JSON), how many rows, what they sum up to, and when all were."""

    __tablename__ = "move"

    table_name: str = Field(primary_key=True)
    last_key: str | None = Field(default=None, sa_type=Text)
    rows: int
    checksum: str
    done_at: datetime | None = None
