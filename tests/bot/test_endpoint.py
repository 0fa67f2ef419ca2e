"""With an endpoint: it understands the questions while it answers, and the bundled encoder understands them when it doesn't."""

import asyncio
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.encoders.endpoint import EndpointEncoder, Patience
from bot import endpoint, indexes, knowledge
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.catalog import Catalogue, Phrasings
from dialogs.search.index import texts_of
from dialogs.search.match import Asked, Understood
from storage import vectors
from storage.database import Database
from tests.bot.encoders import LetterEncoder
from tests.bot.watched import until
from tests.company import CATALOGUE, COMPANY, EXPENSES, FINANCE
from tests.loading import load_catalogue
from tests.platforms.embeddings import KEY, MODEL, FakeEmbeddings, held, status

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
DOWN = "the encoder's endpoint doesn't answer; the bundled encoder understands meanwhile"
UP = "the encoder's endpoint answers"
QUESTIONS = ("mon ordinateur portable est mort", "note de frais", "mot de passe oublié", "kit de démonstration", "ma tablette est cassée")
ONLY_FINANCE = Catalogue(company=COMPANY, functions=(FINANCE,))


@pytest.fixture
def fake() -> Iterator[FakeEmbeddings]:
    with FakeEmbeddings() as running:
        yield running


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rest as often as it does for its users, but shortly."""
    monkeypatch.setattr(endpoint, "_REST", 0.05)
    monkeypatch.setattr(endpoint, "_FIRST_REST", 0.02)
    monkeypatch.setattr(knowledge, "_LOOK_EVERY", 0.005)
    monkeypatch.setattr(knowledge, "_QUIET", 0.02)
    monkeypatch.setattr(knowledge, "_AFTER_FAILURE", 0.05)


class Known:
    """What is known with an endpoint, and what tells who understood: `bundled.encoded`, the fake's texts, and the metrics."""

    def __init__(self, database: Database, fake: FakeEmbeddings) -> None:
        self.bundled = LetterEncoder()
        self.metrics = Metrics()
        question = Patience(attempt=0.3, whole=0.3)
        texts = Patience(attempt=5.0, whole=5.0)
        self.remote = EndpointEncoder(fake.url, MODEL, key=KEY, question=question, texts=texts)
        self.knowledge = Knowledge(database, self.bundled, self.metrics, self.remote)

    async def ask(self, question: str) -> Understood:
        return await self.knowledge.understand(self.knowledge.current, Asked(text=question), frozenset())

    def close(self) -> None:
        self.remote.close()
        self.knowledge.close()

    @property
    def ready(self) -> bool:
        """Whether the endpoint's index is there and whole."""
        return self.knowledge.current.remote is not None and not self.down

    @property
    def down(self) -> bool:
        return self.metrics.registry.get_sample_value("pourqui_encoder_down") == 1

    @property
    def fallbacks(self) -> float | None:
        return self.metrics.registry.get_sample_value("pourqui_encoder_fallbacks_total")


@asynccontextmanager
async def knowing(database: Database, fake: FakeEmbeddings) -> AsyncIterator[Known]:
    """Know what a database holds, as the program does: the bundled index first, everything else in the background."""
    known = Known(database, fake)
    await known.knowledge.refresh()
    watch = asyncio.get_running_loop().create_task(known.knowledge.watch())
    try:
        yield known
    finally:
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
        known.close()


async def test_the_endpoint_understands_while_it_answers(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        encoded = len(known.bundled.encoded)
        understood = await known.ask(QUESTIONS[0])
        assert fake.texts[-1] == QUESTIONS[0]
        assert len(known.bundled.encoded) == encoded
        assert (known.down, known.fallbacks) == (False, 0)
    assert understood.match is not None
    assert understood.match.candidates[0].id == "it_laptop"


async def test_texts_are_sent_to_the_endpoint_once_and_its_vectors_never_mix_with_others(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        model = known.remote.model
    assert sorted(fake.texts) == sorted(["pourqui", *texts_of(CATALOGUE)])
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        assert known.bundled.encoded == []
    assert fake.texts[-1] == "pourqui", "a restart asks whether it answers, and no more"
    fake.dimensions = 64
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        assert known.remote.model != model
        assert (await known.ask(QUESTIONS[0])).match is not None
    stored = await database.read(lambda session: vectors.known(session, model, texts_of(CATALOGUE)))
    assert {len(vector) for vector in stored.values()} == {32}


@on_one_database
async def test_a_start_does_not_wait_for_an_endpoint_that_is_down(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    fake.down = status(503)
    with capture_logs() as logs:
        async with knowing(database, fake) as known:
            assert known.knowledge.current.number == 1, "it's ready"
            await until(lambda: len(fake.calls) > 3)
            assert (await known.ask(QUESTIONS[0])).match is not None
            assert known.bundled.encoded[-1] == QUESTIONS[0]
            assert (known.down, known.fallbacks) == (True, 1)
            fake.down = None
            await until(lambda: known.ready)
            await known.ask(QUESTIONS[1])
            assert fake.texts[-1] == QUESTIONS[1]
            assert known.fallbacks == 1
    assert [entry["event"] for entry in logs if entry["event"] in (DOWN, UP)] == [DOWN, UP], "each change of state is told once"
    assert fake.host in next(entry["reason"] for entry in logs if entry["event"] == DOWN)


@on_one_database
async def test_an_endpoint_that_goes_down_is_replaced_at_once_left_alone_after_three_failures_and_comes_back(
    database: Database, fake: FakeEmbeddings
) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        with capture_logs() as logs:
            fake.fail(status(500), status(500))
            for question in QUESTIONS[:3]:
                assert (await known.ask(question)).match is not None
            assert (known.down, known.fallbacks) == (False, 2), "two failures, and an answer"
            fake.down = status(500)
            before = len(fake.texts)
            for question in (QUESTIONS[0], QUESTIONS[1], QUESTIONS[3], QUESTIONS[4]):
                assert (await known.ask(question)).match is not None
            assert (known.down, known.fallbacks) == (True, 6)
            asked = [text for text in fake.texts[before:] if text in QUESTIONS]  # and not their words, nor the trials
            assert asked == [QUESTIONS[0], QUESTIONS[1], QUESTIONS[3]], "then nobody's question waits for it any more"
            fake.down = None
            await until(lambda: known.ready)
            await known.ask(QUESTIONS[4])
            assert fake.texts[-1] == QUESTIONS[4]
        assert [entry["event"] for entry in logs] == [DOWN, UP]


@on_one_database
async def test_a_key_that_is_refused_is_told_once(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        with capture_logs() as logs:
            fake.down = status(401)
            before = len(fake.texts)
            await known.ask(QUESTIONS[0])
            assert known.down
            await until(lambda: len(fake.texts) > before + 3)
        assert fake.texts[before] == QUESTIONS[0]
        assert set(fake.texts[before + 1 :]) == {"pourqui"}
        assert [entry["event"] for entry in logs] == [DOWN]
        assert "check POURQUI_ENCODER_KEY" in logs[0]["reason"]
        assert KEY not in str(logs)


@on_one_database
async def test_silence_costs_a_question_no_more_than_its_patience(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        fake.down = held()
        async with asyncio.timeout(5):
            assert (await known.ask(QUESTIONS[0])).match is not None
        assert known.bundled.encoded[-1] == QUESTIONS[0]


async def _together(known: Known, questions: Sequence[str]) -> list[Understood]:
    """Ask all at once: the first is understood by itself, and the others, which wait for it, together."""
    return await asyncio.gather(*(known.ask(question) for question in questions))


@on_one_database
async def test_questions_that_wait_are_one_request_and_fall_back_together(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        before = len(fake.calls)
        many = [f"{question} ({number})" for number in range(3) for question in QUESTIONS]
        apart = await _together(known, many)
        assert len(fake.calls) - before <= len(many) / 2
        assert set(many) <= set(fake.texts)
        fake.down = status(500)
        others = [f"{text} !" for text in many]
        assert [understood.match is not None for understood in await _together(known, others)] == [True] * len(many)
        assert set(others) <= set(known.bundled.encoded)
    assert all(understood.match is not None for understood in apart)


async def test_a_newer_version_is_taken_up_by_both(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, ONLY_FINANCE, "tests")
    async with knowing(database, fake) as known:
        await until(lambda: known.ready)
        await load_catalogue(database, CATALOGUE, "tests")
        await until(lambda: known.knowledge.current.number == 2 and known.ready)
        assert (await known.ask(QUESTIONS[0])).match is not None
        assert fake.texts[-1] == QUESTIONS[0]
    new = set(texts_of(CATALOGUE)) - set(texts_of(ONLY_FINANCE))
    assert new <= set(fake.texts)
    assert new <= set(known.bundled.encoded)


@on_one_database
async def test_a_small_edit_is_taken_up_by_both_at_once_and_then_in_full(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    said = replace(EXPENSES, phrasings=Phrasings(fr=(*EXPENSES.phrasings.fr, "zygomatique zinzolin"), en=EXPENSES.phrasings.en))
    finance = replace(FINANCE, services=tuple(said if service.id == said.id else service for service in FINANCE.services))
    with capture_logs() as logs:
        async with knowing(database, fake) as known:
            await until(lambda: known.ready)
            await load_catalogue(database, replace(CATALOGUE, functions=(CATALOGUE.functions[0], finance)), "tests")
            await until(lambda: _built(logs, remote=True) == ["index built", "index amended", "index built"])
            await until(lambda: _built(logs, remote=False) == ["index built", "index amended", "index built"])
            understood = await known.ask("zygomatique zinzolin")
    assert understood.match is not None
    assert understood.match.candidates[0].id == EXPENSES.id


def _built(logs: Sequence[MutableMapping[str, Any]], *, remote: bool) -> list[str]:
    """Return what was built, in order, by the endpoint or by the bundled encoder."""
    return [entry["event"] for entry in logs if entry.get("remote") is remote]


@on_one_database
async def test_an_endpoint_that_fails_while_its_index_is_built_is_left_alone_and_built_later(database: Database, fake: FakeEmbeddings) -> None:
    await load_catalogue(database, CATALOGUE, "tests")
    fake.fail_after(2, status(500))
    with capture_logs() as logs:
        async with knowing(database, fake) as known:
            await until(lambda: known.ready)
    assert [entry["event"] for entry in logs if entry["event"] in (UP, DOWN)] == [UP, DOWN, UP]


@on_one_database
async def test_what_was_encoded_before_the_endpoint_went_down_is_kept(
    database: Database, fake: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "_KEPT", 4)
    await load_catalogue(database, CATALOGUE, "tests")
    with closing(Known(database, fake)) as known:
        await known.knowledge.refresh()
        fake.fail_after(3, status(500))
        await known.knowledge.reach()
        assert known.down
        first = known.knowledge.current
        await known.knowledge.reach()
        assert (first.remote, known.ready) == (None, True)
    sent = [text for call in fake.calls for text in call.texts if call.answered]
    assert sorted(sent) == sorted(["pourqui", "pourqui", *texts_of(CATALOGUE)])


@on_one_database
async def test_a_failure_of_the_database_leaves_the_bundled_encoder_answering(
    database: Database, fake: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_catalogue(database, CATALOGUE, "tests")

    def broken(*_: object, **__: object) -> dict[str, object]:
        raise OSError("the disk is gone")

    with capture_logs() as logs, closing(Known(database, fake)) as known:
        await known.knowledge.refresh()
        with monkeypatch.context() as patch:
            patch.setattr(vectors, "known", broken)
            watch = asyncio.get_running_loop().create_task(known.knowledge.watch())
            await until(lambda: any(entry["log_level"] == "error" for entry in logs))
            assert (await known.ask(QUESTIONS[0])).match is not None
        await until(lambda: known.ready)
        watch.cancel()
        with suppress(asyncio.CancelledError):
            await watch
    (error,) = (entry["event"] for entry in logs if entry["log_level"] == "error")
    assert error == "could not build the endpoint's index; the bundled encoder goes on answering"


@on_one_database
async def test_nothing_is_sent_while_there_is_no_catalogue(database: Database, fake: FakeEmbeddings) -> None:
    async with knowing(database, fake) as known:
        await until(lambda: len(fake.calls) > 0)
        understood = await known.ask(QUESTIONS[0])
    assert understood.match is not None
    assert understood.match.outcome == "none"
    assert fake.texts == ["pourqui"]
