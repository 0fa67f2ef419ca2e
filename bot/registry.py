"""The registry: which processes are at work on this database, and what that means for this one."""

import asyncio
import hashlib
import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Final, Literal, TypeAlias

import structlog

from bot.clock import Clock
from bot.secret import derived, is_shared
from bot.settings import Settings
from storage import Session, deployment, processes, schema
from storage.database import Database
from storage.errors import AnotherDeploymentError, StorageError
from storage.processes import Process

Role: TypeAlias = Literal["serve", "worker"]

EVERY: Final = 2.0  # seconds between two signs of life

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a look at the database showed: who else is alive, and the revision that it has."""

    others: Sequence[Process]
    revision: str | None


class Registry:
    """This process among those that share the database. `id` is the owner of its leases."""

    def __init__(self, database: Database, settings: Settings, secret: str | None, clock: Clock, *, role: Role) -> None:
        self.id = secrets.token_hex(8)
        self._database, self._clock, self._shared = database, clock, is_shared(settings)
        self._key = f"process|{self.id}"
        at = clock()
        self._myself = Process(
            id=self.id,
            role=role,
            runner=settings.runner,
            host=socket.gethostname(),
            pid=os.getpid(),
            version=version("pourqui"),
            fingerprint=_fingerprint(settings, secret),
            started_at=at,
            seen_at=at,
            on_duty=True,
        )
        self._steps_back = role == "serve" and settings.runner == "procrastinate"  # while a worker is there
        self._head, self._revisions = schema.head(), frozenset(schema.revisions())
        self._was_alone, self._worker_is_there, self._retired, self._away = True, False, False, False
        self._joined_at = at
        self._on_duty = True
        self._outdated: str | None = None
        self._awake, self._found_outdated = asyncio.Event(), asyncio.Event()

    async def join(self) -> None:
        """Note that this process is there. Raises AnotherDeploymentError, MovedError, UnavailableError."""
        at = self._clock()

        def joining(session: Session) -> _Seen:
            deployment.refuse_moved(session)
            found = processes.alive(session, at, besides=self.id)
            others = [each for each in found if not self._has_ended(each)]
            strangers = [each for each in others if each.fingerprint != self._myself.fingerprint]
            if strangers:
                raise AnotherDeploymentError(_refusal(strangers))
            processes.leave(session, {each.id for each in found} - {each.id for each in others})
            processes.forget(session, at)
            processes.note(session, replace(self._myself, seen_at=at))
            return _Seen(others=others, revision=schema.revision_now(session))

        seen = await self._database.write(processes.JOINING, joining)
        self._was_alone, self._joined_at = not seen.others, at
        self._learn(seen)

    async def leave(self) -> None:
        """Note that it's there no longer. Where the database is away, the others find it silent."""
        try:
            await self._database.write(self._key, lambda session: processes.leave(session, {self.id}))
        except StorageError as error:
            _LOG.warning("the registry couldn't be left; the others find this process silent", reason=str(error))

    async def watch(self) -> None:
        """Go on noting it, and look who else is there, until cancelled. While the database is away, what was known last holds."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._awake.wait()
            self._awake.clear()
            try:
                await self.beat()
            except Exception as error:  # whatever it is, the others would take this process for dead if it stopped here
                if not self._away:
                    expected = isinstance(error, StorageError)
                    _LOG.warning("the registry can't be reached; what was known last holds", reason=str(error), exc_info=not expected)
                self._away = True
            else:
                self._away = False

    async def beat(self) -> None:
        """Give one sign of life, and look once. Raises UnavailableError."""
        at = self._clock()
        sign = replace(self._myself, seen_at=at, on_duty=self._on_duty)

        def beating(session: Session) -> _Seen:
            processes.note(session, sign)
            return _Seen(others=processes.alive(session, at, besides=self.id), revision=schema.revision_now(session))

        self._learn(await self._database.write(self._key, beating))

    def retire(self) -> None:
        """Be on duty no longer, since this process is about to end, and have the others know at once."""
        self._retired = True
        self._decide()

    @property
    def alone_since(self) -> datetime | None:
        """Return when this process joined, where it `was_alone`: whoever hears anything has joined later, and may be answering it."""
        return self._joined_at if self._was_alone else None

    @property
    def outdated(self) -> str | None:
        """Return why this process mustn't work any more, None where it may: the database is of another version."""
        return self._outdated

    async def found_outdated(self) -> str:
        """Wait until this process is `outdated`; return why."""
        while self._outdated is None:
            await self._found_outdated.wait()
        return self._outdated

    def on_duty(self) -> bool:
        """Whether this process sends, and does coarse jobs: a worker; one that serves where it runs them itself, or while there's no worker."""
        return self._on_duty

    def _has_ended(self, other: Process) -> bool:
        """Tell of a process that hasn't left whether it ended all the same: with the embedded database, all are on one machine."""
        if self._shared or other.host != self._myself.host:
            return False
        if other.pid == self._myself.pid:
            return True  # a container that was killed and started again: its first process always has the same number
        try:
            os.kill(other.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def _learn(self, seen: _Seen) -> None:
        self._worker_is_there = any(each.role == "worker" and each.on_duty and each.fingerprint == self._myself.fingerprint for each in seen.others)
        former, self._outdated = self._outdated, self._reason(seen.revision)
        if self._outdated is None:
            self._found_outdated.clear()
        else:
            self._found_outdated.set()
            if former is None:
                _LOG.error("this process mustn't work any more", reason=self._outdated)
        self._decide()

    def _reason(self, revision: str | None) -> str | None:
        if revision == self._head:
            return None
        if revision is None or revision in self._revisions:
            return (
                f"the database is at revision {revision or 'none'}, and was at {self._head}: was a backup restored? Start this process again, "
                "which brings the database up to this version"
            )
        return (
            f"the database is at revision {revision} by now, this version of pourqui knows {self._head} at most: install the later version, "
            "and start this process again"
        )

    def _decide(self) -> None:
        former = self._on_duty
        self._on_duty = self._outdated is None and not self._retired and not (self._steps_back and self._worker_is_there)
        if self._on_duty is not former:
            if not self._retired and self._outdated is None:
                _LOG.info("on duty: there's no worker" if self._on_duty else "off duty: there's a worker")
            self._awake.set()  # the others needn't wait for the next sign of life to know


def _fingerprint(settings: Settings, secret: str | None) -> str:
    """Return what the processes of one deployment have in common, and those of two haven't; it tells nothing of the keys."""
    slack = settings.slack_signing_secret or settings.slack_app_token
    parts = (
        b"" if secret is None else derived(secret, "deployment"),
        b"" if slack is None else slack.get_secret_value().encode(),
        (settings.teams_app_id or "").encode(),
    )
    return hashlib.blake2b(b"\0".join(part.hex().encode() for part in parts), digest_size=16).hexdigest()


def _refusal(strangers: Sequence[Process]) -> str:
    first, more = strangers[0], len(strangers) - 1
    others = f", and {more} more" if more else ""
    return (
        f"another deployment is at work on this database: `pourqui {first.role}` on {first.host} (process {first.pid}), "
        f"since {first.started_at:%Y-%m-%d %H:%M} UTC{others}. Its POURQUI_SECRET_KEY, or its credentials of Slack or Teams, differ from those here: "
        "both would answer and send, each with its own keys. Give each deployment a database of its own; or, where a key or a credential has just "
        f"been changed, stop the former processes first: they're forgotten after {processes.ALIVE.seconds} seconds"
    )
