"""The queue's rows: jobs that wait and jobs that run, in procrastinate's tables. Its workers fetch and finish them; what they can't do is here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Table,
    Text,
    and_,
    delete,
    exists,
    func,
    inspect,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB, insert
from sqlmodel import Session

from storage.queue_schema import SCHEMA

TASK: Final = "pourqui.job"
STALLED: Final = timedelta(seconds=5)  # a worker beats each second; one that was silent for so long does nothing any more
JOBS: Final = "jobs"
CHUNKS: Final = "chunks"

_METADATA = MetaData(schema=SCHEMA)  # apart from ours: these tables are the library's
_STATUS = ENUM("todo", "doing", "failed", "aborted", name="procrastinate_job_status", create_type=False, metadata=_METADATA)
_EVENT = ENUM("deferred", "started", name="procrastinate_job_event_type", create_type=False, metadata=_METADATA)
_WORKERS = Table("procrastinate_workers", _METADATA, Column("id", BigInteger), Column("last_heartbeat", DateTime(timezone=True)))
_ROWS = Table(
    "procrastinate_jobs",
    _METADATA,
    Column("id", BigInteger),
    Column("queue_name", Text),
    Column("task_name", Text),
    Column("lock", Text),
    Column("queueing_lock", Text),
    Column("args", JSONB),
    Column("status", _STATUS),
    Column("scheduled_at", DateTime(timezone=True)),
    Column("worker_id", BigInteger),
)
_EVENTS = Table("procrastinate_events", _METADATA, Column("job_id", BigInteger), Column("type", _EVENT), Column("at", DateTime(timezone=True)))
_IS_WAITING = _ROWS.c.status == "todo"
_IS_DOING = _ROWS.c.status == "doing"
_IS_LEFT = _ROWS.c.status.in_(["failed", "aborted"])  # its worker had to give it up, and couldn't put it back
_WITH_WORKERS = _ROWS.outerjoin(_WORKERS, _WORKERS.c.id == _ROWS.c.worker_id)
_IS_SILENT = or_(_WORKERS.c.id.is_(None), _WORKERS.c.last_heartbeat < func.now() - STALLED)
# the library's triggers and functions name its tables without their schema
_WITHIN = text(f"SELECT set_config('search_path', '{SCHEMA},' || current_setting('search_path'), true)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A job for the queue. `tries` is how often it was tried before, `later` how long it waits until it may begin."""

    job: str
    key: str
    queue: str
    tries: int = 0
    later: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """How the queue stands: jobs that wait and that run, by name; how many of those run nowhere; how long the oldest one that is due has waited."""

    waiting: Mapping[str, int]
    running: Mapping[str, int]
    stalled: int
    oldest_seconds: float | None


def put(session: Session, queued: Queued) -> bool:
    """Have a job wait in the queue; tell whether it's new there: one that waits already stands for both.

    It's begun once the one of the same name and key that runs has ended.
    """
    session.connection().execute(_WITHIN)
    args: dict[str, str | int] = {"job": queued.job, "key": queued.key}
    if queued.tries:
        args["tries"] = queued.tries
    return _insert(session, queued.queue, f"{queued.job}|{queued.key}", args, queued.later)


def rescue(session: Session, mine: Collection[int], running: Collection[int]) -> int:
    """Put back what runs nowhere any more, and return how many jobs that were: their worker is gone, or silent for `STALLED`; or it's one of `mine`
    (workers), and doesn't have it among those that are `running` (its result, or the very job, was lost on the way). So is what a worker gave up
    without putting it back itself.

    A job is never put back twice, however many processes look at once, and one that waits already stands for both.
    """
    session.connection().execute(_WITHIN)
    lost = and_(_ROWS.c.worker_id.in_(sorted(mine)), _ROWS.c.id.not_in(sorted(running)), _began_before(STALLED))
    is_nowhere = or_(_IS_LEFT, and_(_IS_DOING, or_(_IS_SILENT, lost)))
    found = select(_ROWS.c.id, _ROWS.c.queue_name, _ROWS.c.lock, _ROWS.c.args).select_from(_WITH_WORKERS).where(is_nowhere)
    rows = session.connection().execute(found.with_for_update(of=_ROWS, skip_locked=True)).all()
    for row in rows:
        session.connection().execute(delete(_ROWS).where(_ROWS.c.id == row.id))
        if row.args.get("job") is not None:
            _insert(session, row.queue_name, row.lock, row.args, timedelta(0))
    return len(rows)


def beat(session: Session, mine: Collection[int]) -> None:
    """Say that these workers are alive: those that end say so no longer themselves, and may still have jobs that run."""
    session.connection().execute(update(_WORKERS).where(_WORKERS.c.id.in_(sorted(mine))).values(last_heartbeat=func.now()))


def is_made(session: Session) -> bool:
    """Tell whether the queue's tables are there."""
    return inspect(session.connection()).has_table(_ROWS.name, schema=SCHEMA)


def figures(session: Session) -> QueueFigures:
    """Return how the queue stands."""
    due_at = func.coalesce(_ROWS.c.scheduled_at, _EVENTS.c.at)
    is_due = and_(_IS_WAITING, or_(_ROWS.c.scheduled_at.is_(None), _ROWS.c.scheduled_at <= func.now()))
    of_ours = (
        select(
            _ROWS.c.args["job"].astext.label("job"),
            func.count(_ROWS.c.id.distinct()).filter(_IS_WAITING).label("waiting"),
            func.count(_ROWS.c.id.distinct()).filter(_IS_DOING).label("running"),
            func.count(_ROWS.c.id.distinct()).filter(_IS_DOING, _IS_SILENT).label("stalled"),
            func.extract("epoch", func.now() - func.min(due_at).filter(is_due)).label("oldest"),
        )
        .select_from(_WITH_WORKERS.outerjoin(_EVENTS, and_(_EVENTS.c.job_id == _ROWS.c.id, _EVENTS.c.type == "deferred")))
        .where(_ROWS.c.task_name == TASK)
        .group_by("job")
    )
    rows = session.connection().execute(of_ours).all()
    return QueueFigures(
        waiting={row.job: row.waiting for row in rows if row.waiting},
        running={row.job: row.running for row in rows if row.running},
        stalled=sum(row.stalled for row in rows),
        oldest_seconds=max((float(row.oldest) for row in rows if row.oldest is not None), default=None),
    )


def _began_before(age: timedelta) -> ColumnElement[bool]:
    return exists().where(_EVENTS.c.job_id == _ROWS.c.id, _EVENTS.c.type == "started", _EVENTS.c.at < func.now() - age)


def _insert(session: Session, queue: str, lock: str, args: Mapping[str, str | int], later: timedelta) -> bool:
    due = func.now() + later if later else None  # by the clock that the library's workers go by
    # the library's own way of queueing raises where one waits already, which PostgreSQL logs, and which undoes the whole transaction
    row = insert(_ROWS).values(queue_name=queue, task_name=TASK, lock=lock, queueing_lock=lock, args=args, scheduled_at=due)
    return session.connection().execute(row.on_conflict_do_nothing().returning(_ROWS.c.id)).first() is not None
