"""The exports that were asked for in chat: each is made once, and sent, or why it couldn't be."""

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Final

import structlog

from bot import exports as files
from bot.clock import Clock
from bot.export_rows import NothingToExportError, Wanted
from dialogs import export_filters
from dialogs.catalog import Language
from dialogs.export import Export
from dialogs.export_delivery import KEPT, failed, sent
from dialogs.export_filters import Mistake
from dialogs.rights import Act, may
from dialogs.texts import Texts
from storage import Session, attachments, deliveries, exports, roles
from storage.database import Database
from storage.errors import StorageError

LIMIT: Final = 20 * 1024**2  # bytes of a file in chat
PATIENCE: Final = timedelta(hours=1)  # for which one that fails is tried again
_KEY: Final = 16  # bytes: whoever knows an attachment's key may read it

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A file, with how many lines of each part it holds."""

    content: bytes
    counts: Mapping[str, int]


class Exports:
    """One coarse job, which may be done twice, by several processes at once, to no effect.

    `timezone` (IANA) is the company's, `planned` is called when something was planned, `limit` is in bytes.
    """

    def __init__(
        self,
        database: Database,
        texts: Mapping[Language, Texts],
        *,
        timezone: str,
        clock: Clock,
        planned: Callable[[], None],
        admins: Set[str] = frozenset(),
        limit: int = LIMIT,
    ) -> None:
        self._database = database
        self._texts = texts
        self._timezone = timezone
        self._clock = clock
        self._planned = planned
        self._admins = admins
        self._limit = limit

    async def look(self) -> None:
        """Make what was asked for, the oldest first. One that fails is tried again for a while, and doesn't keep the others waiting."""
        for export in await self._database.read(exports.waiting):
            try:
                made = await self._make(export)
            except StorageError:
                raise
            except Exception:
                _LOG.exception("an export couldn't be made", export=export.id)
                if self._clock() - export.asked_at < PATIENCE:
                    continue
                t = self._texts[export.language]
                made = t("Something went wrong on my side, and it's in my log. Please ask again, or tell whoever runs pourqui.")
            if await self._database.write(f"{exports.MAKING}|{export.id}", partial(self._keep, export=export, made=made)):
                _LOG.info("export made", export=export.id, depth=export.depth, form=export.form, failed=isinstance(made, str))
                self._planned()

    async def _make(self, export: Export) -> _Made | str:
        """Return the file, or why there's none."""
        t = self._texts[export.language]
        if not await self._database.read(lambda session: self._may(session, export)):
            return t("Meanwhile you have no right to it any more. An admin of pourqui can give it to you.")
        filters = export_filters.read(export.filters, t)
        if isinstance(filters, Mistake):
            return filters.text
        wanted = Wanted(filters=filters, depth=export.depth, t=t, timezone=self._timezone)
        with tempfile.TemporaryDirectory(prefix="pourqui-") as folder:
            path = Path(folder) / self._name(export)
            try:
                counts = await self._database.snapshot(lambda session: files.write(session, wanted, export.form, path))
            except NothingToExportError as nothing:
                return str(nothing)
            if (size := path.stat().st_size) > self._limit:
                return _too_large(t, export, size, self._limit)
            return _Made(content=await asyncio.to_thread(path.read_bytes), counts=counts)

    def _may(self, session: Session, export: Export) -> bool:
        person = exports.asker(session, export)
        act = Act.EXPORT_FEEDBACK if export.depth == "protected" else Act.EXPORT_RESPONSES
        return person is not None and may(roles.grants_of(session, person, self._admins), act, export.filters.get(export_filters.FUNCTION))

    def _keep(self, session: Session, *, export: Export, made: _Made | str) -> bool:
        """Keep the file and plan its delivery, all at once; False where another process was faster."""
        at, t = self._clock(), self._texts[export.language]
        if not exports.mark_made(session, export.id, at, made if isinstance(made, str) else None):
            return False
        if isinstance(made, str):
            return deliveries.plan(session, failed(t, export, made), at)
        key, name = token_hex(_KEY), self._name(export)
        attachments.keep(
            session,
            key=key,
            name=name,
            content_type=files.CONTENT_TYPES[export.form],
            content=made.content,
            person=export.person,
            at=at,
            expires_at=at + KEPT,
        )
        responses, comments = made.counts["responses"], made.counts.get("comments", 0)
        return deliveries.plan(session, sent(t, export, attachment=key, name=name, responses=responses, comments=comments, at=at), at)

    def _name(self, export: Export) -> str:
        return files.file_name(export.form, export.depth, export.asked_at.date().isoformat())


def _too_large(t: Texts, export: Export, size: int, limit: int) -> str:
    command = ["pourqui feedback export", f"--format {export.form}", *(f"--{name} {value}" for name, value in export.filters.items())]
    if export.depth != "protected":
        command += [f"--depth {export.depth}", '--reason "…"']
    return t(
        "The file has {size} MB, and {limit} MB fit in a message. Choose fewer days, or ask whoever runs pourqui to run: {command}",
        size=t.decimal(size / 1024**2),
        limit=t.decimal(limit / 1024**2),
        command=" ".join((*command, "--output FILE")),
    )
