"""What `pourqui doctor` finds of the processes: who does the work, whether they agree, and whether there's room for them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.clock import now
from bot.commands.finding import Finding
from bot.queue_runner import look_at
from bot.secret import is_shared
from bot.settings import Settings
from dialogs.texts import Texts
from storage import Session, connections, deployment, processes, schema
from storage.connections import Connections
from storage.database import Database
from storage.deployment import Deployment
from storage.errors import StorageError
from storage.processes import Process

_BESIDES: Final = 5  # connections that a process may take for moments, besides POURQUI_DATABASE_CONNECTIONS: the queue, exports, migrations


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the database knows of those who work on it."""

    alive: Sequence[Process]
    deployment: Deployment | None
    connections: Connections | None


def look_at_runner(chosen: Settings, t: Texts) -> Finding:
    """Say which runner does the coarse jobs, and why."""
    what = "POURQUI_RUNNER"
    if chosen.runner == "procrastinate":
        return Finding(what=what, seen=t("procrastinate, as it's set: workers do the jobs, from a queue in PostgreSQL"))
    if is_shared(chosen):
        return Finding(what=what, seen=t("embedded: each process does the jobs itself, until POURQUI_RUNNER says procrastinate"))
    return Finding(what=what, seen=t("embedded: one machine is enough, its process does the jobs itself"))


async def look_at_fleet(database: Database, chosen: Settings, t: Texts) -> list[Finding]:
    """Look who is at work on the database, what is queued, and what the server has room for. Raises UnavailableError."""

    def look(session: Session) -> _Seen:
        at = schema.time_of(session) or now()
        return _Seen(alive=processes.alive(session, at), deployment=deployment.found(session), connections=connections.look(session))

    seen = await database.read(look)
    findings = [*_deployment(seen.deployment, t), *_processes(seen.alive, chosen, t)]
    if chosen.runner == "procrastinate":
        findings.append(await _queue(chosen, t))
    if seen.connections is not None:
        findings.append(_connections(seen.connections, len(seen.alive), chosen.database_connections, t))
    return findings


def _deployment(known: Deployment | None, t: Texts) -> Iterator[Finding]:
    """Say where the installation went, or that only a part of it has come: nothing starts on such a database."""
    if known is None:
        return
    if known.moved_to is not None:
        seen = t("moved to {url} on {day}", url=known.moved_to, day=_day(known.moved_at))
        yield Finding(what=t("move"), seen=seen, to_do=t("set POURQUI_DATABASE_URL to that one; to use this one again: pourqui move --cancel"))
    elif known.is_partial:
        seen = t("only a part of the installation has come to this database")
        yield Finding(what=t("move"), seen=seen, to_do=t("run pourqui move again, where it comes from: it goes on where it stopped"))
    elif known.moved_from is not None:
        yield Finding(what=t("move"), seen=t("came whole from another database on {day}", day=_day(known.moved_at)))


def _day(at: datetime | None) -> str:
    return "-" if at is None else at.date().isoformat()


def _processes(alive: Sequence[Process], chosen: Settings, t: Texts) -> Iterator[Finding]:
    what = t("processes")
    if not alive:
        yield Finding(what=what, seen=t("none is running"))
        return
    yield Finding(what=what, seen=", ".join(t("{role} {version} on {host}", role=each.role, version=each.version, host=each.host) for each in alive))
    yield _who_works(alive, t)
    versions = sorted({each.version for each in alive})
    if len(versions) > 1:
        yield Finding(
            what=t("versions"),
            seen=", ".join(versions),
            to_do=t("they get on with each other; finish the upgrade: restart those of the older version"),
        )
    runners = sorted({each.runner for each in alive} | {chosen.runner})
    if len(runners) > 1:
        counted = Counter(each.runner for each in alive)
        seen = ", ".join(t("{runner}: {number}", runner=runner, number=counted[runner]) for runner in runners)
        yield Finding(
            what=t("runners"), seen=seen, to_do=t("set POURQUI_RUNNER alike for every process and for this command, and restart those processes")
        )
    serving = [each for each in alive if each.role == "serve"]
    if not is_shared(chosen) and len(serving) > 1:
        seen = t("{number} serve on one file", number=len(serving))
        yield Finding(what=t("one file"), seen=seen, to_do=t("stop all but one, or move to PostgreSQL: pourqui move --to postgresql://…"))


def _who_works(alive: Sequence[Process], t: Texts) -> Finding:
    """Say who sends and does coarse jobs."""
    what, working = t("who sends"), [each for each in alive if each.on_duty]
    workers = sum(each.role == "worker" for each in working)
    if not working:
        return Finding(what=what, seen=t("nobody"), to_do=t("look at /readyz of each process: it says why it mustn't; or start one: pourqui worker"))
    if workers == len(working):
        return Finding(what=what, seen=t.many("{number} worker", "{number} workers", workers))
    if workers:
        return Finding(what=what, seen=t("workers, and serve beside them"))
    if any(each.runner == "procrastinate" for each in working):
        return Finding(what=what, seen=t("serve, since no worker is running"))
    return Finding(what=what, seen="serve")


async def _queue(chosen: Settings, t: Texts) -> Finding:
    what = t("queue")
    try:
        figures = await look_at(chosen.url)
    except StorageError as error:
        return Finding(what=what, seen=str(error), to_do=t("run: pourqui db upgrade"))
    seen = t("{waiting} waiting, {running} running", waiting=sum(figures.waiting.values()), running=sum(figures.running.values()))
    if figures.stalled:
        seen = t("{seen}, {stalled} of them stalled", seen=seen, stalled=figures.stalled)
        return Finding(what=what, seen=seen, to_do=t("they're taken over within seconds by a process that is on duty; start one: pourqui worker"))
    return Finding(what=what, seen=seen)


def _connections(room: Connections, running: int, connections: int, t: Texts) -> Finding:
    """Look whether the server has room for all that the processes may take: those that run now, else the one that's about to start."""
    number = max(1, running)
    sum_ = number * (connections + _BESIDES)
    seen = t.many(
        "{number} process may take {sum}, PostgreSQL has {most} for all ({taken} taken)",
        "{number} processes may take {sum}, PostgreSQL has {most} for all ({taken} taken)",
        number,
        sum=sum_,
        most=room.most,
        taken=room.taken,
    )
    to_do = None if sum_ <= room.most else t("raise its max_connections, or lower POURQUI_DATABASE_CONNECTIONS (docs/scaling.md)")
    return Finding(what=t("connections"), seen=seen, to_do=to_do)
