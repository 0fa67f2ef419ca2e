"""An attacker who reads all that's published, filters it, adds it up and takes it away, looking for a number that fewer than five people gave.

They read tables, themes and comments, and take exports whenever they like, with any filter.

`python -m tests.bot.difference_attacks --examples 5000` is the long form.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, combinations
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, update
from sqlmodel import Session, select

from bot.export_rows import Cell, Line, NothingToExportError, Wanted, sheets
from bot.po import texts
from bot.publication import Publications
from bot.themes import said_of
from dialogs.export_columns import names
from dialogs.export_filters import Filters
from dialogs.masking import NO_NAMES
from dialogs.measures import by, score, sums
from dialogs.periods import period as period_of
from dialogs.publication import UNSOLVED
from dialogs.scores import DIMENSIONS, AnonymityClass, Dimension, Published
from dialogs.theme_groups import themes_of
from storage import schema, themes
from storage.database import Database
from storage.readings import readings
from storage.tables import AnonymityClassRow, FeedbackRow, GrainRow, PersonRow, PublishedMeasureRow, PublishedPeriodRow, ThemeRow, table_of
from tests.bot.simulated import Time
from tests.storage.responses import add_people, closing

FLOOR, COMMENTERS = 5, 10  # what the product promises, whatever its code says
_JULY = datetime(2026, 6, 29, tzinfo=UTC)
_MONTHS = (timedelta(weeks=5), timedelta(weeks=9), timedelta(weeks=13))  # where July, August and September end
_PRIME = 2**31 - 1  # ranks are computed modulo this prime: exact for matrices of zeros and ones of this size
_SETS = 150  # of three or four cells that are tried
_SUBJECTS = ("délai", "accueil", "badge", None)  # of a comment, which says nothing else: themes are named by them
_COLUMNS = names("responses", "protected")

Cells = frozenset[str]  # ids of responses
Theming = dict[tuple[date, tuple[str, ...]], Cells]  # of which traces the themes of a period are made


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A number that was read: what it counts or adds up, over which responses."""

    question: str
    over: Cells


async def attack(database: Database, seed: int) -> None:
    """Play one company: responses, publications, erasures, questions. Raises AssertionError where the attacker learns what they mustn't."""
    draw = Random(seed)
    await database.write("attack", _empty)
    time = Time(_JULY)
    publications = Publications(database, time, timezone="Europe/Paris")
    people = [f"p{number}" for number in range(draw.randint(3, 45))]
    rows = [_closing(draw, people, month) for month in range(3) for _ in range(draw.choice((0, 8, 30, 70)))]
    if not rows:
        return
    await database.write("attack", lambda session: _bring(session, rows))
    answers: list[Answer] = []
    before: dict[Any, Published] = {}
    spoken, met, owners = Theming(), set[Cell](), {row["id"]: row["person_id"] for row in rows}
    for ends in _MONTHS:
        time.at = _JULY + ends + timedelta(days=7, hours=4)
        await publications.publish()
        await database.write(themes.THEMING, lambda session: spoken.update(_theme(session, time.at)))
        published = await _read(database, time.at)
        assert {each.begins: each for each in published if each.begins in before} == before, "what was published has changed"
        before |= {each.begins: each for each in published}
        held = await database.read(lambda session: {row.id: row for row in session.exec(select(FeedbackRow))})
        answers += _asked(draw, published, held)
        answers += _spoken(published, spoken, held)
        exports = [Filters(), *(_filters(draw, published) for _ in range(2))]
        answers += await database.snapshot(partial(_taken, exports=exports, published=published, held=held, owners=owners, met=met))
        await database.write("attack", lambda session: _changed(session, draw, people))
    for question in sorted({answer.question for answer in answers}):
        found = isolated([answer.over for answer in answers if answer.question == question], owners)
        assert found is None, f"seed {seed}: {question} of {sorted(found or ())} can be told"


def isolated(known: Sequence[Cells], owners: Mapping[str, str | None]) -> Cells | None:
    """Return responses of fewer than five people on which some combination of these sums depends, and on no other; None where there are none.

    Those that are in the same sums are one cell. A combination that's left with some cells only is there where the sums know less without them.
    """
    cells: dict[frozenset[int], set[str]] = {}
    for response in sorted(set(chain.from_iterable(known))):
        cells.setdefault(frozenset(number for number, over in enumerate(known) if response in over), set()).add(response)
    kinds = list(cells)
    if not kinds:
        return None
    matrix = np.array([[number in kind for kind in kinds] for number in range(len(known))], dtype=np.int64)
    matrix = _basis(matrix)
    persons = [{owners[response] for response in cells[kind]} - {None} for kind in kinds]
    for some in _sets(persons):
        left = [number for number in range(len(kinds)) if number not in some]
        if len(_basis(matrix[:, left])) < len(matrix):
            return frozenset(chain.from_iterable(cells[kinds[number]] for number in some))
    return None


def _sets(persons: Sequence[set[str | None]]) -> Iterator[tuple[int, ...]]:
    """Yield sets of cells of fewer than five people together: all of one and two, some of three and four."""
    small = [number for number, some in enumerate(persons) if len(some) < FLOOR]

    def few(some: Iterable[int]) -> bool:
        return len(set().union(*(persons[number] for number in some))) < FLOOR

    yield from filter(few, chain(((number,) for number in small), combinations(small, 2)))
    draw = Random(len(small))
    for _ in range(_SETS if len(small) > 2 else 0):
        some = tuple(draw.sample(small, min(len(small), draw.choice((3, 4)))))
        if few(some):
            yield some


def _basis(matrix: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows that are left of a matrix in reduced row echelon form."""
    reduced, rank = matrix % _PRIME, 0
    for column in range(reduced.shape[1]):
        found = np.flatnonzero(reduced[rank:, column])
        if not len(found):
            continue
        pivot = rank + int(found[0])
        reduced[[rank, pivot]] = reduced[[pivot, rank]]
        reduced[rank] = reduced[rank] * pow(int(reduced[rank, column]), -1, _PRIME) % _PRIME
        others = reduced[:, column].copy()
        others[rank] = 0
        reduced = (reduced - others[:, None] * reduced[rank][None, :]) % _PRIME
        rank += 1
        if rank == len(reduced):
            break
    return reduced[:rank]


def _asked(draw: Random, published: Sequence[Published], held: Mapping[str, FeedbackRow]) -> Iterator[Answer]:
    """Ask for whatever filters and windows leave, as tables, sums and exports do, and see that each answer is the truth."""
    for _ in range(6):
        window = [each for each in published if draw.random() < 0.7]
        classes = [each for period in window for each in period.classes]
        dimension = draw.choice(DIMENSIONS)
        for value, _of in by(classes, dimension):
            yield from _answers([each for each in classes if each.told.get(dimension) == value], held)
        wanted = {name: {draw.choice("abc"), draw.choice("abc")} for name in DIMENSIONS if draw.random() < 0.3}
        yield from _answers([each for each in classes if all(each.told.get(name) in some for name, some in wanted.items())], held)
    for longer in sums(published, "quarter"):
        yield from _answers(longer.classes, held)
    for period in published:
        ids = {each.id for each in period.classes}
        mine = [row for row in held.values() if row.class_id in ids]
        if (unsolved := period.measures.get(UNSOLVED)) is not None:
            over = [row for row in mine if row.trace and row.solved in ("partly", "no")]
            assert unsolved[1] == {"count": len(over), "sum": sum(row.trace or 0 for row in over)}
            yield Answer(question="trace", over=frozenset(row.id for row in over))
        for name, (_, counts) in period.measures.items():
            over = [row for row in mine if row.item == name]
            if over:
                assert counts.get("count", sum(counts.values())) == len(over)
                yield Answer(question=name, over=frozenset(row.id for row in over))


def _theme(session: Session, at: datetime) -> Theming:
    """Group the comments of each period that waits for it by what they speak of; return of whose traces each theme is made."""
    made = Theming()
    for period in themes.waiting(session):
        responses = themes.responses(session, period)
        said = [said_of(response, NO_NAMES) for response in responses]
        groups: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(said):
            if each.comment:
                groups[each.comment].append(number)
        found = themes_of(said, list(groups.values()))
        themes.keep(session, period, found, at)
        rest = {number for numbers in groups.values() for number in numbers}.difference(*(groups[word] for theme in found for word in theme.words))
        for theme in found:
            numbers = groups[theme.words[0]] if theme.words else rest
            assert theme.comments == len(numbers)
            assert len({said[number].person for number in numbers} - {None}) == theme.people >= FLOOR
            made[period.begins, theme.words] = frozenset(responses[number].id for number in numbers if said[number].trace)
    return made


def _spoken(published: Sequence[Published], spoken: Theming, held: Mapping[str, FeedbackRow]) -> Iterator[Answer]:
    """Read the traces of themes."""
    for period in published:
        for theme in period.themes:
            if theme.traces:
                over = spoken[period.begins, theme.words]
                assert theme.traces == Counter(str(held[response].trace) for response in over)
                yield Answer(question="trace", over=over)


def _filters(draw: Random, published: Sequence[Published]) -> Filters:
    told: dict[Dimension, str] = {name: draw.choice("abc") for name in DIMENSIONS if draw.random() < 0.2}
    begins = [None, *(period.begins for period in published)]
    ends = [None, *(period_of(each.grain, each.begins)[1] - timedelta(days=1) for each in published)]
    return Filters(told=told, since=draw.choice(begins), until=draw.choice(ends))


def _taken(
    session: Session,
    exports: Sequence[Filters],
    published: Sequence[Published],
    held: Mapping[str, FeedbackRow],
    owners: Mapping[str, str | None],
    met: set[Cell],
) -> list[Answer]:
    """Take exports; `met` are the names that anybody had in one."""
    return [answer for filters in exports for answer in _exported(session, filters, published, held, owners, met)]


def _exported(
    session: Session,
    filters: Filters,
    published: Sequence[Published],
    held: Mapping[str, FeedbackRow],
    owners: Mapping[str, str | None],
    met: set[Cell],
) -> Iterator[Answer]:
    """See that an export's rows are whole classes, whose names say nothing, and that its comments come all or not at all."""
    try:
        lines = {
            sheet.name: list(sheet.lines)
            for sheet in sheets(session, Wanted(filters=filters, depth="protected", t=texts("en"), timezone="Europe/Paris"))
        }
    except NothingToExportError:
        return
    classes = {_alike(period.begins, each.told): each for period in published for each in period.classes}
    assert len(classes) == sum(len(period.classes) for period in published), "two classes look alike"
    rows: dict[tuple[Cell, ...], list[dict[str, Cell]]] = defaultdict(list)
    for line in lines["responses"]:
        row = dict(zip(_COLUMNS, line, strict=True))
        rows[(row["period_begins"], *(row[name] for name in DIMENSIONS))].append(row)
    for told, some in rows.items():
        yield from _answers([classes[told]], held)
        mine = [each for each in held.values() if each.class_id == classes[told].id]
        assert len({owners[each.id] for each in mine} - {None}) >= FLOOR
        assert len(mine) == len(some)
        for name, counts in (("solved", classes[told].solved), ("trace", classes[told].traces)):
            assert Counter(str(row[name]) for row in some if row[name] is not None) == counts
        rows_of = Counter(row["respondent"] for row in some)
        people_with = Counter(rows_of.values())
        assert all(people_with[number] >= FLOOR for number in people_with if number > 1), "somebody is known by how often they responded"
        assert met.isdisjoint(rows_of), "a name is met again"
        met.update(rows_of)
    yield from _answers([classes[told] for told in rows], held)
    _read_comments(lines["comments"], held, published)


def _alike(begins: date, told: Mapping[Dimension, str]) -> tuple[Cell, ...]:
    return (begins, *(told.get(name) for name in DIMENSIONS))


def _read_comments(lines: Sequence[Line], held: Mapping[str, FeedbackRow], published: Sequence[Published]) -> None:
    by_period: dict[Cell, list[tuple[Cell, Cell]]] = defaultdict(list)
    for _, begins, _, language, comment in lines:
        by_period[begins].append((language, comment))
    classes: dict[Cell, set[str]] = {period.begins: {each.id for each in period.classes} for period in published}
    for begins, said in by_period.items():
        mine = [row for row in held.values() if row.class_id in classes[begins] and row.comment and row.person_id]
        assert len({row.person_id for row in mine}) >= COMMENTERS
        assert Counter(comment for _, comment in said) == Counter(row.comment for row in mine)
        spoken = {language: {row.person_id for row in mine if row.language == language} for language in {row.language for row in mine}}
        few = min(map(len, spoken.values())) < FLOOR
        assert Counter(language for language, _ in said) == Counter(None if few else row.language for row in mine)


def _answers(classes: Sequence[AnonymityClass], held: Mapping[str, FeedbackRow]) -> Iterator[Answer]:
    told, of = {each.id: each for each in classes}, score(classes)
    mine = [row for row in held.values() if row.class_id in told]
    assert of.answered == len(mine)
    yield Answer(question="answered", over=frozenset(row.id for row in mine))
    solved = [row for row in mine if row.solved and told[row.class_id or ""].solved]
    assert of.said_solved == len(solved)
    yield Answer(question="solved", over=frozenset(row.id for row in solved))
    rated = [row for row in mine if row.trace and told[row.class_id or ""].traces]
    assert sum(int(trace) * count for trace, count in of.traces.items()) == sum(row.trace or 0 for row in rated)
    yield Answer(question="trace", over=frozenset(row.id for row in rated))
    promised = [row for row in mine if row.due_at and told[row.class_id or ""].promised]
    assert of.promised == len(promised)
    yield Answer(question="promise", over=frozenset(row.id for row in promised))


def _closing(draw: Random, people: Sequence[str], month: int) -> dict[str, Any]:
    begins = timedelta() if month == 0 else _MONTHS[month - 1]
    at = _JULY + begins + (_MONTHS[month] - begins) * draw.random() * 0.98 + timedelta(hours=1)
    service = draw.choice("aaaabbc")
    told = {name: draw.choice("aaabbc") for name in DIMENSIONS if name != "service"}
    aligned = "no" if service == "a" else "yes"  # the unsolved are nearly those of one service
    answered = draw.random() < 0.8
    said = {
        "solved": draw.choice((aligned, aligned, aligned, "partly", None)),
        "trace": draw.choice((1, 2, 3, 4, 5, 5, None)),
        "item": draw.choice(("effort", "lost_time", None)),
        "answered_at": at,
    }
    if answered and said["item"]:
        said["value"] = draw.choice("1234567") if said["item"] == "effort" else draw.choice(("none", "day", "more"))
    slow = draw.random() < 0.5 and said["solved"] in ("no", "partly")  # one theme is nearly made of the unsolved
    said["comment"] = "délai" if slow else draw.choice(_SUBJECTS)
    person = None if draw.random() < 0.05 else draw.choice(people[:3] if draw.random() < 0.2 else people)  # some respond far more often
    due = {"due_at": at} if draw.random() < 0.3 else {}
    return closing(at, person, service=service, language=draw.choice(("fr", "fr", "fr", "en")), **told, **due, **(said if answered else {}))


def _changed(session: Session, draw: Random, people: Sequence[str]) -> None:
    """Erase somebody, and have somebody respond to what was asked long ago."""
    feedback = table_of(FeedbackRow)
    session.connection().execute(update(feedback).where(feedback.c.person_id == draw.choice(people)).values(person_id=None))
    late = closing(_JULY + timedelta(hours=1), draw.choice(people), trace=1, solved="no", answered_at=_JULY)
    session.connection().execute(insert(feedback), [late])


def _bring(session: Session, rows: list[dict[str, Any]]) -> None:
    add_people(session, {row["person_id"] for row in rows if row["person_id"]} | {f"p{number}" for number in range(45)}, _JULY)
    session.connection().execute(insert(table_of(FeedbackRow)), rows)


def _empty(session: Session) -> None:
    for row in (FeedbackRow, GrainRow, PublishedPeriodRow, AnonymityClassRow, PublishedMeasureRow, ThemeRow, PersonRow):
        session.connection().execute(delete(table_of(row)))


async def _read(database: Database, at: datetime) -> Sequence[Published]:
    found = await database.read(lambda session: readings(session, ["it"], at, timezone="Europe/Paris", whole=True))
    return found["it"].published


async def attacks(database: Database, seeds: Iterable[int]) -> None:
    """Play one company after the other."""
    for seed in seeds:
        await attack(database, seed)


async def _long(examples: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'attacked.db'}"
        await asyncio.to_thread(schema.upgrade, url)
        async with await Database.open(url) as database:
            await attacks(database, range(examples))
    sys.stdout.write(f"{examples} companies attacked: nothing learnt of fewer than {FLOOR} people\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=5_000)
    asyncio.run(_long(parser.parse_args().examples))
