"""The encoder behind an endpoint, over real HTTP: what it asks for, what it makes of the answers, and what it does when there's none."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from adapters.encoders import endpoint
from adapters.encoders.embeddings import ANSWER_LIMIT, vectors_in
from adapters.encoders.endpoint import BATCH, EndpointEncoder, Patience
from adapters.encoders.port import EncoderError, RemoteEncoder
from tests.bot.encoders import LetterEncoder
from tests.platforms.embeddings import KEY, MODEL, FakeEmbeddings, Fault, cut, held, nonsense, spoilt, status

BRISK = Patience(attempt=5.0, whole=10.0, waits=(0.01, 0.01))  # as patient with itself as in use, with everybody else in a hurry
QUICK = Patience(attempt=5.0, whole=5.0, waits=(0.01,))
BADGE, LEAVE = "mon badge est perdu", "comment poser des congés ?"


@pytest.fixture
def fake() -> Iterator[FakeEmbeddings]:
    with FakeEmbeddings() as running:
        yield running


@contextmanager
def encoding(
    fake: FakeEmbeddings, key: str | None = KEY, texts: Patience = BRISK, question: Patience = QUICK, **given: Any
) -> Iterator[EndpointEncoder]:
    encoder = EndpointEncoder(given.pop("url", fake.url), MODEL, key=key, texts=texts, question=question, **given)
    try:
        yield encoder
    finally:
        encoder.close()


def test_it_asks_as_the_api_says_and_gives_unit_vectors_in_the_order_of_the_texts(fake: FakeEmbeddings) -> None:
    with encoding(fake) as encoder:
        vectors = encoder.encode([BADGE, LEAVE])
    (call,) = fake.calls
    assert call.path == "/v1/embeddings"
    assert call.body == {"model": MODEL, "input": [BADGE, LEAVE], "encoding_format": "float"}
    assert call.headers["Authorization"] == f"Bearer {KEY}"
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, LetterEncoder().encode([BADGE, LEAVE]), atol=1e-6)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_it_is_a_remote_encoder_whose_model_is_named_once_it_was_reached(fake: FakeEmbeddings) -> None:
    with encoding(fake) as encoder:
        port: RemoteEncoder = encoder
        with pytest.raises(EncoderError, match="has not been reached yet"):
            _ = port.model
        assert port.reach() == port.model == f"openai|{fake.host}|{MODEL}|32"


def test_dimensions_are_asked_for_and_part_of_the_model(fake: FakeEmbeddings) -> None:
    with encoding(fake, dimensions=48, url=f"{fake.url}/") as encoder:
        assert encoder.reach() == f"openai|{fake.host}|{MODEL}|48"
        assert encoder.encode([BADGE]).shape == (1, 48)
    assert fake.calls[0].body["dimensions"] == 48


def test_an_endpoint_without_a_key_gets_none(fake: FakeEmbeddings) -> None:
    with encoding(fake, key=None) as encoder, pytest.raises(EncoderError, match="refuses the key"):
        encoder.encode([BADGE])
    assert "Authorization" not in fake.calls[0].headers


def test_many_texts_go_in_batches_on_one_connection(fake: FakeEmbeddings) -> None:
    texts = [f"question numéro {number} sur les congés" for number in range(150)]
    with encoding(fake) as encoder:
        assert np.allclose(encoder.encode(texts), LetterEncoder().encode(texts), atol=1e-6)
        assert encoder.encode([]).shape == (0, 32)
    assert [len(call.texts) for call in fake.calls] == [BATCH, BATCH, 150 - 2 * BATCH]
    assert fake.connections == 1


@pytest.mark.parametrize(("text", "sent"), [("a" * 10_000, "a" * 512), ("", "."), ("  \n", "."), ("\ud800 ok", "? ok")])
def test_what_is_sent_is_short_unicode_and_never_nothing(fake: FakeEmbeddings, text: str, sent: str) -> None:
    with encoding(fake) as encoder:
        encoder.encode([text])
        encoder.encode_now([text])
    assert [call.texts for call in fake.calls] == [[sent], [sent]]


def test_a_question_is_asked_for_once(fake: FakeEmbeddings) -> None:
    with encoding(fake) as encoder:
        first = encoder.encode_now([BADGE, LEAVE, BADGE])
        again = encoder.encode_now([LEAVE])
    assert [call.texts for call in fake.calls] == [[BADGE, LEAVE]]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])


def test_only_so_many_questions_are_remembered_the_latest_ones(fake: FakeEmbeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "KEPT", 2)
    with encoding(fake) as encoder:
        for text in ("un", "deux", "un", "trois", "un", "deux"):
            encoder.encode_now([text])
    assert fake.texts == ["un", "deux", "trois", "deux"]


def test_threads_share_it(fake: FakeEmbeddings) -> None:
    texts = [f"question numéro {number}" for number in range(24)]
    with encoding(fake) as encoder, ThreadPoolExecutor(8) as threads:
        together = np.concatenate(list(threads.map(lambda text: encoder.encode_now([text]), texts)))
    assert np.allclose(together, LetterEncoder().encode(texts), atol=1e-6)


PASSING = {
    "500": status(500),
    "503": status(503, retry_after="0"),
    "408": status(408),
    "429": status(429),
    "cut": cut(),
    "no JSON": nonsense(b"<html>Bad gateway</html>"),
}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(fake: FakeEmbeddings, fault: Fault) -> None:
    with encoding(fake) as encoder:
        fake.fail(fault, fault)
        assert encoder.encode([BADGE]).shape == (1, 32)
        fake.fail(fault)
        assert encoder.encode_now([LEAVE]).shape == (1, 32)
    assert fake.texts == [BADGE] * 3 + [LEAVE] * 2


def test_texts_are_tried_three_times_at_most_and_a_question_twice(fake: FakeEmbeddings) -> None:
    fake.down = status(502)
    with encoding(fake) as encoder:
        with pytest.raises(EncoderError, match="answered 502") as texts:
            encoder.encode([BADGE])
        with pytest.raises(EncoderError):
            encoder.encode_now([LEAVE])
    assert not texts.value.permanent
    assert fake.texts == [BADGE] * 3 + [LEAVE] * 2


def test_it_waits_as_long_as_the_endpoint_says(fake: FakeEmbeddings) -> None:
    fake.fail(status(429, retry_after="1"))
    with encoding(fake) as encoder:
        started = time.monotonic()
        encoder.encode([BADGE])
        assert time.monotonic() - started >= 1
    assert len(fake.calls) == 2


def test_a_wait_that_is_too_long_is_not_begun(fake: FakeEmbeddings) -> None:
    with encoding(fake) as encoder:
        fake.fail(status(429, retry_after="3600"))
        with pytest.raises(EncoderError, match="429: too many requests") as refused:
            encoder.encode_now([BADGE])
    assert refused.value.retry_after == 3600
    assert len(fake.calls) == 1


def test_a_date_in_retry_after_is_left_to_its_own_waits(fake: FakeEmbeddings) -> None:
    fake.fail(status(503, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"))
    with encoding(fake) as encoder:
        assert encoder.encode([BADGE]).shape == (1, 32)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (400, "check POURQUI_ENCODER_MODEL and POURQUI_ENCODER_DIMENSIONS"),
        (401, "check POURQUI_ENCODER_KEY"),
        (403, "check POURQUI_ENCODER_KEY"),
        (404, "check POURQUI_ENCODER_URL"),
        (422, "check POURQUI_ENCODER_MODEL and POURQUI_ENCODER_DIMENSIONS"),
        (307, "answered 307: check POURQUI_ENCODER_URL"),
        (418, "answered 418: check POURQUI_ENCODER_URL"),
    ],
)
def test_what_only_a_setting_mends_is_not_tried_again_and_never_tells_the_key(fake: FakeEmbeddings, code: int, said: str) -> None:
    fake.down = status(code)
    with encoding(fake) as encoder, pytest.raises(EncoderError, match=said) as refused:
        encoder.encode([BADGE])
    assert refused.value.permanent
    assert len(fake.calls) == 1
    assert KEY not in str(refused.value)


def test_silence_ends_when_patience_does_for_everybody(fake: FakeEmbeddings) -> None:
    fake.down = held()
    hasty = Patience(attempt=0.2, whole=0.3, waits=(0.01, 0.01, 0.01))
    with encoding(fake, question=hasty) as encoder:
        started = time.monotonic()
        with pytest.raises(EncoderError, match=r"didn't answer within 0\.\d s"):
            encoder.encode_now([BADGE])
        assert time.monotonic() - started < 1.5
    assert len(fake.calls) == 2


def test_somebody_who_asks_waits_two_seconds_at_most() -> None:
    assert endpoint.QUESTION.whole == 2.0


def test_an_endpoint_that_is_not_there_is_told(fake: FakeEmbeddings) -> None:
    with FakeEmbeddings() as gone:
        url, host = gone.url, gone.host
    with encoding(fake, url=url) as encoder, pytest.raises(EncoderError, match=f"{host} can't be reached") as refused:
        encoder.reach()
    assert not refused.value.permanent


def test_closing_lets_go_of_who_waits_and_refuses_who_comes(fake: FakeEmbeddings) -> None:
    fake.down = held()
    with ThreadPoolExecutor(1) as threads:
        with encoding(fake) as encoder:
            waiting = threads.submit(encoder.encode, [BADGE])
            while not fake.calls:
                assert not waiting.done()
        with pytest.raises(EncoderError, match="was closed"):
            waiting.result(5)
    encoder.close()
    with pytest.raises(EncoderError, match="is closed"):
        encoder.encode([BADGE])


def test_other_dimensions_than_before_are_refused(fake: FakeEmbeddings) -> None:
    with encoding(fake) as encoder:
        encoder.reach()
        fake.dimensions = 64
        with pytest.raises(EncoderError, match="64 dimensions, not 32") as refused:
            encoder.encode([BADGE])
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("variable", "url", "proxy"),
    [
        ("HTTPS_PROXY", "https://api.example/v1", "http://proxy.solane.example:3128"),
        ("HTTPS_PROXY", "http://api.example/v1", None),
        ("HTTP_PROXY", "http://api.example/v1", "http://proxy.solane.example:3128"),
        ("HTTP_PROXY", "http://localhost:8080/v1", None),
        ("HTTP_PROXY", "http://models.inside.example/v1", None),
    ],
)
def test_it_goes_out_by_the_proxy_that_the_machine_names(variable: str, url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "inside.example")
    monkeypatch.setenv(variable, "http://proxy.solane.example:3128")
    assert endpoint._proxy_for(url) == proxy


def _without(name: str) -> Callable[[list[dict[str, Any]]], Any]:
    return lambda listed: {"data": [{key: value for key, value in item.items() if key != name} for item in listed]}


def _with(value: Any) -> Callable[[list[dict[str, Any]]], Any]:
    """Put something else in place of the first number."""
    return lambda listed: {"data": [{**item, "embedding": [value, *item["embedding"][1:]]} for item in listed]}


SPOILT: dict[str, tuple[Callable[[list[dict[str, Any]]], Any], str]] = {
    "one too few": (lambda listed: {"data": listed[1:]}, "1 embeddings for 2 texts"),
    "one too many": (lambda listed: {"data": [*listed, listed[0]]}, "3 embeddings for 2 texts"),
    "one twice": (lambda listed: {"data": [listed[0], listed[0]]}, "places aren't those of the texts"),
    "no places": (_without("index"), "places aren't those of the texts"),
    "no vectors": (_without("embedding"), "lists of numbers of one length"),
    "NaN": (_with(float("nan")), "aren't finite"),
    "infinite": (_with(1e999), "aren't finite"),
    "nothing": (_with(None), "aren't finite"),
    "words": (_with("much"), "aren't numbers"),
    "beyond all numbers": (_with(10**400), "aren't numbers"),
    "lists in lists": (lambda listed: {"data": [{**item, "embedding": [item["embedding"]]} for item in listed]}, "aren't numbers"),
    "of two lengths": (lambda listed: {"data": [listed[0], {**listed[1], "embedding": [1.0]}]}, "lists of numbers of one length"),
    "zeros": (lambda listed: {"data": [{**item, "embedding": [0.0, 0.0]} for item in listed]}, "nothing but zeros"),
    "empty": (lambda listed: {"data": [{**item, "embedding": []} for item in listed]}, "lists of numbers of one length"),
    "base64": (lambda listed: {"data": [{**item, "embedding": "AACAPw=="} for item in listed]}, "lists of numbers of one length"),
    "a list": (lambda listed: listed, "no list of embeddings"),
    "an error with 200": (lambda _: {"error": {"message": "overloaded"}}, "no list of embeddings"),
    "no objects": (lambda _: {"data": [1, 2]}, "no list of embeddings"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=SPOILT)
def test_a_wrong_answer_is_refused_and_told(fake: FakeEmbeddings, spoil: Callable[[list[dict[str, Any]]], Any], said: str) -> None:
    fake.down = spoilt(spoil)
    with encoding(fake) as encoder, pytest.raises(EncoderError, match=f"answered nonsense: .*{said}"):
        encoder.encode_now([BADGE, LEAVE])


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000], ids=["nothing", "not text", "too deep"])
def test_what_is_no_json_is_refused(fake: FakeEmbeddings, raw: bytes) -> None:
    fake.down = nonsense(raw)
    with encoding(fake) as encoder, pytest.raises(EncoderError, match="no JSON"):
        encoder.encode_now([BADGE])


def test_an_endless_answer_is_not_read_to_its_end(fake: FakeEmbeddings) -> None:
    fake.down = nonsense(b" " * (ANSWER_LIMIT + 2**20))
    with encoding(fake) as encoder, pytest.raises(EncoderError, match=f"more than {ANSWER_LIMIT} bytes"):
        encoder.reach()


def test_huge_and_tiny_numbers_become_unit_vectors() -> None:
    vectors = vectors_in(b'{"data": [{"index": 0, "embedding": [3e300, 4e300]}, {"index": 1, "embedding": [3e-300, 4e-300]}]}', 2)
    assert np.allclose(vectors, [[0.6, 0.8], [0.6, 0.8]])
