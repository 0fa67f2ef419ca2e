"""An edit is found at once: the index is amended, and built in full in the background while it answers."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot import indexes, knowledge
from bot.indexes import Vector
from bot.knowledge import Knowledge
from dialogs.catalog import Catalogue, Phrasings, Service
from dialogs.search.index import Index, texts_of
from dialogs.search.learnt import Learnt
from dialogs.search.match import Asked
from dialogs.search.understanding import Understanding
from storage import learnt
from storage.database import Database
from storage.errors import UnavailableError
from tests.bot.encoders import LetterEncoder
from tests.bot.watched import knowing, until, watching
from tests.company import CATALOGUE, COMPANY, EXPENSES, FINANCE
from tests.loading import load_catalogue

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])


def with_finance(*services: Service) -> Catalogue:
    """Return the company, whose Finance has these services."""
    return replace(
        CATALOGUE, functions=tuple(replace(each, services=services) if each.slug == FINANCE.slug else each for each in CATALOGUE.functions)
    )


def saying(*phrasings: str) -> Catalogue:
    """Return the company whose expense claims are asked for in these words, too."""
    said = replace(EXPENSES, phrasings=Phrasings(fr=(*EXPENSES.phrasings.fr, *phrasings), en=EXPENSES.phrasings.en))
    return with_finance(*(said if service.id == EXPENSES.id else service for service in FINANCE.services))


class Builds:
    """Full builds, which may be held back; `learnt` of them had nothing to begin with."""

    def __init__(self) -> None:
        self.done = 0
        self.begun = 0
        self.learnt = 0
        self.gate = threading.Event()
        self.gate.set()

    def build(self, catalogue: Catalogue, vectors_of: dict[str, Vector], before: Learnt | None = None) -> Understanding:
        self.begun += 1
        assert self.gate.wait(20)
        understanding = Understanding.build(catalogue, Index.build(catalogue, vectors_of, before))
        self.learnt += before is None
        self.done += 1
        return understanding


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Builds]:
    counted = Builds()
    monkeypatch.setattr(indexes, "understand_catalogue", counted.build)
    yield counted
    counted.gate.set()


async def nearest(known: Knowledge, question: str) -> str:
    """Return the sheet that a question is nearest to."""
    understood = await known.understand(known.current, Asked(text=question), frozenset())
    assert understood.match is not None
    return understood.match.candidates[0].id


async def test_an_edit_is_found_before_the_index_is_built_in_full(database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        async with watching(known, monkeypatch):
            builds.gate.clear()
            await load_catalogue(database, saying("zygomatique zéphyr zinzolin"), "tests")
            known.look()
            await until(lambda: known.current.number == 2)
            assert not known.current.whole
            assert await nearest(known, "zygomatique zéphyr zinzolin") == EXPENSES.id
            builds.gate.set()
            await until(lambda: known.current.whole)
            assert await nearest(known, "zygomatique zéphyr zinzolin") == EXPENSES.id
    assert builds.done == 2


@on_one_database
async def test_what_is_taken_out_is_no_longer_found(database: Database, builds: Builds) -> None:
    await load_catalogue(database, saying("zygomatique zéphyr zinzolin"), "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        await load_catalogue(database, with_finance(*(service for service in FINANCE.services if service.id != EXPENSES.id)), "tests")
        await known.refresh()
        assert await nearest(known, "zygomatique zéphyr zinzolin") != EXPENSES.id


@on_one_database
async def test_a_phrasing_that_was_a_word_of_others_is_found(database: Database, builds: Builds) -> None:
    word = "parking"
    assert word in texts_of(CATALOGUE), "its vector is known, as that of a word"
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        await load_catalogue(database, saying(word), "tests")
        await known.refresh()
        assert not known.current.whole
        assert await nearest(known, word) == EXPENSES.id


@on_one_database
async def test_a_full_build_that_a_newer_version_overtakes_is_dropped(database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        async with watching(known, monkeypatch):
            builds.gate.clear()
            await load_catalogue(database, saying("zygomatique"), "tests")
            await until(lambda: builds.begun == 2)
            await load_catalogue(database, saying("zygomatique", "quetzalcoatl"), "tests")
            await until(lambda: known.current.number == 3)
            assert await nearest(known, "quetzalcoatl") == EXPENSES.id
            builds.gate.set()
            await until(lambda: known.current.whole)
            assert known.current.number == 3
            assert await nearest(known, "quetzalcoatl") == EXPENSES.id
    assert builds.done == 3


@on_one_database
async def test_nothing_is_built_in_full_while_edits_go_on(database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        async with watching(known, monkeypatch):
            monkeypatch.setattr(knowledge, "_QUIET", 3600.0)
            await load_catalogue(database, saying("zygomatique"), "tests")
            await until(lambda: known.current.number == 2)
            await load_catalogue(database, saying("zygomatique", "quetzalcoatl"), "tests")
            await until(lambda: known.current.number == 3)
            assert await nearest(known, "quetzalcoatl") == EXPENSES.id
    assert builds.begun == 1


@on_one_database
async def test_a_company_that_changes_a_lot_is_built_in_full_at_once(database: Database, builds: Builds) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        await load_catalogue(database, Catalogue(company=COMPANY, functions=(FINANCE,)), "tests")
        await known.refresh()
        assert known.current.whole
    assert builds.done == 2


@on_one_database
async def test_how_much_has_changed_is_told_from_the_last_full_build(database: Database, builds: Builds) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    before = set(texts_of(CATALOGUE))
    number, versions = 0, 0
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        while known.current.whole is (number == 0):
            number += 10
            versions += 1
            edited = saying(*(f"mot{each} zinzolin" for each in range(number)))
            await load_catalogue(database, edited, "tests")
            await known.refresh()
            much = len(before ^ set(texts_of(edited))) > len(before) / 4
            assert known.current.whole is much
    assert versions > 2
    assert builds.done == 2


@on_one_database
async def test_a_full_build_that_fails_leaves_the_amended_index_answering_and_is_tried_again(
    database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()

        def broken(*_: object) -> Understanding:
            raise MemoryError("no room")

        with capture_logs() as logs:
            async with watching(known, monkeypatch):
                monkeypatch.setattr(indexes, "understand_catalogue", broken)
                await load_catalogue(database, saying("zygomatique"), "tests")
                await until(lambda: any(entry["log_level"] == "error" for entry in logs))
                assert (known.current.number, known.current.whole) == (2, False)
                assert await nearest(known, "zygomatique") == EXPENSES.id
                monkeypatch.setattr(indexes, "understand_catalogue", builds.build)
                await until(lambda: known.current.whole)


@on_one_database
async def test_there_is_nothing_to_finish_where_nothing_was_amended(database: Database, builds: Builds) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        await known.finish()
    assert builds.done == 1


async def test_what_an_index_learnt_is_not_learnt_again_at_the_next_start(database: Database, builds: Builds) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    for _ in range(2):
        async with knowing(database, LetterEncoder()) as known:
            await known.refresh()
            assert await nearest(known, "rembourser mes frais") == EXPENSES.id
    async with knowing(database, LetterEncoder("letters-2")) as known:
        await known.refresh()
    assert (builds.done, builds.learnt) == (3, 2)


@on_one_database
async def test_what_an_index_learnt_is_learnt_anew_where_it_cant_be_read(database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    with monkeypatch.context() as patch:
        patch.setattr(Learnt, "written", lambda _learnt: b"half of it")
        async with knowing(database, LetterEncoder()) as known:
            await known.refresh()
    warnings: list[int] = []
    for _ in range(2):
        with capture_logs() as logs:
            async with knowing(database, LetterEncoder()) as known:
                await known.refresh()
                assert await nearest(known, "rembourser mes frais") == EXPENSES.id
        warnings.append(sum(entry["log_level"] == "warning" for entry in logs))
    assert builds.learnt == 2
    assert warnings == [1, 0]


@on_one_database
async def test_an_index_answers_although_what_it_learnt_cant_be_kept(database: Database, builds: Builds, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise UnavailableError("the database doesn't answer")

    await load_catalogue(database, CATALOGUE, "tests")
    monkeypatch.setattr(learnt, "keep", away)
    with capture_logs() as logs:
        async with knowing(database, LetterEncoder()) as known:
            await known.refresh()
            assert known.current.whole
            assert await nearest(known, "rembourser mes frais") == EXPENSES.id
    assert [entry["reason"] for entry in logs if entry["log_level"] == "warning"] == ["the database doesn't answer"]
