"""Who and what a command names: a person of the directory, a function of the catalogue; whoever is misnamed is told who is near."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from bot.commands.terminal import fail
from dialogs.catalog import Catalogue
from dialogs.people import DirectoryRow, is_called
from dialogs.search.text import folded
from dialogs.texts import Texts

_NEAREST: Final = 3  # names offered in place of one that nobody has


def person_named(t: Texts, rows: Sequence[DirectoryRow], who: str) -> DirectoryRow:
    """Return the one person of the directory who is called so, by id, e-mail or full name; end with 2 where it can't be told who."""
    called = [row for row in rows if is_called(row, who)]
    if len(called) != 1:
        fail(_unclear(t, rows, called, who), 2)
    return called[0]


def function_named(t: Texts, latest: tuple[int, Catalogue] | None, slug: str) -> str:
    """Return the slug of a function of the catalogue; end with 2 where there's none of that name."""
    if latest is None:
        fail(t("No catalogue is loaded yet: pourqui catalog load FOLDER"), 2)
    wanted, slugs = slug.strip().casefold(), [function.slug for function in latest[1].functions]
    if wanted not in slugs:
        near = _nearest(wanted, slugs) or ", ".join(slugs)
        fail(t("The catalogue has no function {function}. Perhaps: {near}.", function=repr(wanted), near=near), 2)
    return wanted


def _unclear(t: Texts, rows: Sequence[DirectoryRow], called: Sequence[DirectoryRow], who: str) -> str:
    if called:
        return t("Several people are called {who}: give one of {ids}.", who=repr(who), ids=", ".join(row.id for row in called))
    if near := _nearest(who, [name for row in rows for name in (row.name, row.email, row.id)]):
        return t("Nobody in the directory is called {who}. Perhaps: {near}.", who=repr(who), near=near)
    return t("Nobody in the directory is called {who}: give an id, an e-mail or a full name.", who=repr(who))


def _nearest(said: str, names: Sequence[str]) -> str:
    """Return the names that hold every word that was said, else those that are written nearly so; three at most, none where nothing is near."""
    wanted = folded(said)
    spoken = set(wanted.split())
    holding = [name for name in names if spoken and spoken <= set(folded(name).split())]
    by_folded = {folded(name): name for name in names}
    return ", ".join(holding[:_NEAREST] or [by_folded[near] for near in get_close_matches(wanted, by_folded, _NEAREST)])
