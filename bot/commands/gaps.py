"""`pourqui catalog gaps`: the questions that nobody could answer yet."""

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from adapters.encoders.bundled import BundledEncoder
from bot.app import opened_database
from bot.commands.terminal import fail, run, say, settings, words
from bot.gaps import Gaps
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.catalog import Catalogue
from dialogs.gap import Gap
from dialogs.gaps import kinds_in_words, times_in_words
from dialogs.masking import shown
from dialogs.sheet import short_name
from dialogs.texts import Texts
from storage import gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inbox:
    """The open gaps, and the catalogue that tells whom they're for."""

    gaps: tuple[Gap, ...]
    catalogue: Catalogue


def list_gaps(*, function: str | None, as_json: bool) -> None:
    """List the open gaps, the most asked first, all of them or a function's; end with 2 for a function that nobody has."""
    t = words()
    inbox = run(_inbox())
    slugs = [each.slug for each in inbox.catalogue.functions]
    if function is not None and function not in slugs:
        fail(t("There's no function {slug}; there are {choices}.", slug=repr(function), choices=", ".join(slugs) or "–"), 2)
    found = [gap for gap in inbox.gaps if function in (None, gap.function)]
    if as_json:
        say(json.dumps([_as_json(gap) for gap in found], ensure_ascii=False))
    elif found:
        Console().print(_table(t, found, inbox.catalogue))
    else:
        say(t("Nothing waits here: whatever people asked has found its answer."))


async def _inbox() -> _Inbox:
    chosen = settings(log_level="warning")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(chosen))
        knowledge = Knowledge(database, BundledEncoder(), Metrics())
        stack.callback(knowledge.close)
        await knowledge.refresh()
        await Gaps(database, knowledge).gather()
        return _Inbox(gaps=await database.read(gaps.open_gaps), catalogue=knowledge.current.catalogue)


def _table(t: Texts, found: list[Gap], catalogue: Catalogue) -> Table:
    table = Table(t("Function"), t("Question"), t("Asked"), t("Why"), t("Last"))
    for gap in found:
        newest, function = gap.questions[0], catalogue.function(gap.function) if gap.function else None
        named = short_name(function, t.language) if function else t("For no function yet")
        table.add_row(named, shown(t, newest.text), times_in_words(t, gap.count), kinds_in_words(t, gap), t.day(newest.asked_at.date()))
    return table


def _as_json(gap: Gap) -> dict[str, Any]:
    return {
        "id": gap.id,
        "function": gap.function,
        "count": gap.count,
        "kinds": dict(gap.kinds),
        "questions": [
            {
                "text": question.text,
                "language": question.language,
                "kind": question.kind,
                "asked_at": question.asked_at.isoformat(),
                "sheet": question.sheet,
                "comment": question.comment,
            }
            for question in gap.questions
        ],
    }
