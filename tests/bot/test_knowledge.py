"""What the bot knows: the newest catalogue, its vectors encoded once, and nothing at first."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from structlog.testing import capture_logs

from bot.knowledge import Knowledge
from dialogs.catalog import Catalogue, Localized
from dialogs.search.index import texts_of
from dialogs.search.match import Asked
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.program import execute
from tests.bot.watched import knowing, until, watching
from tests.company import CATALOGUE, COMPANY, FINANCE, IT
from tests.loading import load_catalogue

ONLY_FINANCE = Catalogue(company=COMPANY, functions=(FINANCE,))
on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])


@on_one_database
async def test_before_a_catalogue_is_loaded_it_knows_nothing_and_says_so(database: Database) -> None:
    encoder = LetterEncoder()
    async with knowing(database, encoder) as known:
        assert not await known.refresh()
        assert (known.current.number, known.current.catalogue.functions) == (0, ())
        understood = await known.understand(known.current, Asked(text="où en est mon ordinateur portable ?"), frozenset())
    assert understood.match is not None
    assert understood.match.outcome == "none"
    assert encoder.encoded == [], "there's nothing to compare a question with"


async def test_texts_are_encoded_once_whatever_is_restarted_or_loaded_again(database: Database) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    first = LetterEncoder()
    async with knowing(database, first) as known:
        assert await known.refresh()
        assert not await known.refresh()
    assert sorted(first.encoded) == sorted(set(texts_of(CATALOGUE)))
    restarted = LetterEncoder()
    async with knowing(database, restarted) as known:
        assert await known.refresh()
        assert restarted.encoded == []
        laptop = replace(IT.services[0], title=Localized(fr="Un portable tout neuf", en="A brand new laptop"))
        renamed = replace(IT, services=(laptop, *IT.services[1:]))
        changed = Catalogue(company=COMPANY, functions=(renamed, FINANCE))
        await load_catalogue(database, changed, "tests")
        assert await known.refresh()
    assert set(restarted.encoded) == set(texts_of(changed)) - set(texts_of(CATALOGUE))


@on_one_database
async def test_the_vectors_of_two_models_never_mix(database: Database) -> None:
    await load_catalogue(database, ONLY_FINANCE, "tests")
    async with knowing(database, LetterEncoder("letters-1")) as known:
        await known.refresh()
    other = LetterEncoder("letters-2")
    async with knowing(database, other) as known:
        await known.refresh()
    assert sorted(other.encoded) == sorted(set(texts_of(ONLY_FINANCE)))


@on_one_database
async def test_a_question_is_understood_in_the_light_of_the_version_it_was_asked_to(database: Database) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        before = known.current
        await load_catalogue(database, ONLY_FINANCE, "tests")
        await known.refresh()
        assert (before.number, known.current.number) == (1, 2)
        understood = await known.understand(before, Asked(text="mon ordinateur portable est mort"), frozenset())
        assert understood.match is not None
        assert understood.match.candidates[0].id == "it_laptop"


@on_one_database
async def test_a_version_loaded_elsewhere_is_taken_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with knowing(database, LetterEncoder()) as known, watching(known, monkeypatch):
        await load_catalogue(database, ONLY_FINANCE, "elsewhere")
        await until(lambda: known.current.number == 1)
    assert known.current.catalogue == ONLY_FINANCE


@on_one_database
async def test_a_failure_of_the_database_is_survived(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, ONLY_FINANCE, "tests")
    async with knowing(database, LetterEncoder()) as known:
        await known.refresh()
        with capture_logs() as logs:
            async with watching(known, monkeypatch):
                await database.write("test", lambda session: execute(session, "ALTER TABLE catalogue_version RENAME TO elsewhere"))
                await until(lambda: bool(logs))
                assert known.current.number == 1, "what was known goes on answering"
                await database.write("test", lambda session: execute(session, "ALTER TABLE elsewhere RENAME TO catalogue_version"))
                await load_catalogue(database, CATALOGUE, "tests")
                await until(lambda: known.current.number == 2)
    assert logs[0]["event"] == "could not look for a newer catalogue; the one known goes on answering"
    assert logs[0]["log_level"] == "warning"


@on_one_database
async def test_an_encoder_that_fails_leaves_the_former_version_answering(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(LetterEncoder):
        fails = False

        def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
            if self.fails:
                raise MemoryError("no room for the model")
            return super().encode(texts)

    await load_catalogue(database, ONLY_FINANCE, "tests")
    encoder = Broken()
    async with knowing(database, encoder) as known:
        await known.refresh()
        encoder.fails = True
        with capture_logs() as logs:
            async with watching(known, monkeypatch):
                await load_catalogue(database, CATALOGUE, "tests")
                await until(lambda: bool(logs))
                assert known.current.number == 1
                encoder.fails = False
                await until(lambda: known.current.number == 2)


class GatedEncoder(LetterEncoder):
    """Holds the first question back until it's let go, so that others wait behind it; may fail after."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.reached = threading.Event()
        self.calls: list[int] = []
        self.broken = False

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.reached.set()
        assert self.gate.wait(10)
        self.calls.append(len(texts))
        if self.broken and len(texts) > 1:
            raise RuntimeError("the model is gone")
        return super().encode(texts)


QUESTIONS = ("mon ordinateur portable est mort", "note de frais", "mot de passe oublié", "kit de démonstration", "ma tablette est cassée")


async def _behind(known: Knowledge, encoder: GatedEncoder) -> list[object]:
    """Ask one question that is held back, then the others, which wait for it; return what each got, or its error."""
    encoder.gate.clear()
    encoder.reached.clear()
    first = asyncio.get_running_loop().create_task(known.understand(known.current, Asked(text=QUESTIONS[0]), frozenset()))
    assert await asyncio.to_thread(encoder.reached.wait, 10)
    others = [known.understand(known.current, Asked(text=question), frozenset()) for question in QUESTIONS[1:]]
    waiting = asyncio.gather(first, *others, return_exceptions=True)
    await asyncio.sleep(0)  # they are queued now
    encoder.calls.clear()
    encoder.gate.set()
    return list(await waiting)


@on_one_database
async def test_questions_that_wait_are_encoded_together_and_understood_as_if_alone(database: Database) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    encoder = GatedEncoder()
    async with knowing(database, encoder) as known:
        await known.refresh()
        alone = [await known.understand(known.current, Asked(text=question), frozenset()) for question in QUESTIONS]
        assert await _behind(known, encoder) == alone
        assert encoder.calls == [1, len(QUESTIONS) - 1]


@on_one_database
async def test_each_of_those_that_wait_hears_of_a_failure(database: Database) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    encoder = GatedEncoder()
    async with knowing(database, encoder) as known:
        await known.refresh()
        encoder.broken = True
        first, *others = await _behind(known, encoder)
        assert not isinstance(first, BaseException)
        assert [str(other) for other in others] == ["the model is gone"] * (len(QUESTIONS) - 1)
        encoder.broken = False
        assert (await known.understand(known.current, Asked(text=QUESTIONS[0]), frozenset())).match is not None


@on_one_database
async def test_a_failure_to_encode_is_told_to_who_asked(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    encoder = LetterEncoder()
    async with knowing(database, encoder) as known:
        await known.refresh()

        def broken(_: Sequence[str]) -> NDArray[np.float32]:
            raise RuntimeError("the model is gone")

        monkeypatch.setattr(encoder, "encode", broken)
        with pytest.raises(RuntimeError, match="the model is gone"):
            await known.understand(known.current, Asked(text=QUESTIONS[0]), frozenset())
