"""Any message is understood as exactly one thing, whatever it is made of, at a bounded cost."""

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue, Company
from dialogs.search.index import Index
from dialogs.search.match import Asked, Match, Talk, Understood
from dialogs.search.understanding import Understanding
from tests.dialogs.search.conftest import CATALOGUE, EVERYBODY, Ask, Encoding, Vector


def nowhere(texts: Sequence[str]) -> Vector:
    vectors: Vector = np.full((len(texts), 512), 512**-0.5, dtype=np.float32)
    return vectors


SCRAPS = (
    "DSI",
    "IT",
    "it",
    "la",
    "que",
    "fait",
    "à",
    "quoi",
    "sert",
    "badge",
    "?",
    ",",
    ".",
    "👍",
    "merci",
    "bonjour",
    "r&d",
    "l'",
    "n't",
    "finance",
)
MESSAGES = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(SCRAPS), max_size=12).map(" ".join),
    st.text(alphabet=st.characters(exclude_categories=()), max_size=40),
)


@given(message=MESSAGES)
def test_any_message_is_exactly_one_thing(message: str, understanding: Understanding) -> None:
    understood = understanding.understand(Asked(text=message), nowhere, EVERYBODY)
    assert sum(each is not None for each in (understood.talk, understood.function, understood.match)) == 1
    assert len(understood.question) <= QUESTION_LIMIT
    assert "\x00" not in understood.question
    understood.question.encode("utf-8")


def test_the_question_kept_is_stripped_and_clipped(ask: Ask) -> None:
    assert ask("  où est mon badge\x00 ? \n").question == "où est mon badge ?"
    assert ask("où est mon badge ? " * 600).question == ("où est mon badge ? " * 600)[:QUESTION_LIMIT].strip()
    assert ask("mon badge \ud800 est perdu").question == "mon badge ? est perdu"
    assert ask("\x01" * 300 + "où est mon badge ?").question == "où est mon badge ?"


@pytest.mark.parametrize(
    "message", ["a" * 10_000, "😀" * 10_000, "mon badge est perdu " * 500, "l'" * 5_000, "? " * 5_000, "\u0301" * 10_000, "ﷺ" * 10_000]
)
def test_ten_thousand_characters_are_cheap(message: str, ask: Ask) -> None:
    ask("un premier badge pour charger le modèle")
    started = time.process_time()
    ask(message)
    assert time.process_time() - started < 0.5


def test_ten_thousand_emoji_are_emoji(ask: Ask) -> None:
    assert ask("😀" * 10_000).talk is Talk.EMOJI


def test_the_language_is_told_from_three_words_on(ask: Ask) -> None:
    assert ask("mon badge ne marche plus").language == "fr"
    assert ask("my badge stopped working").language == "en"
    assert ask("what does Finance do for me?").language == "en"
    assert ask("badge perdu").language is None
    assert ask("DSI").language is None


def test_an_empty_catalogue_understands_talk_and_matches_nothing(encode: Encoding) -> None:
    nothing = Catalogue(company=Company(name="x"), functions=())
    understanding = Understanding.build(nothing, Index.build(nothing, {}))
    asked = encode.asked
    assert understanding.understand(Asked(text="mon badge est perdu"), encode, EVERYBODY) == Understood(
        question="mon badge est perdu", language="fr", match=Match(outcome="none")
    )
    assert understanding.understand(Asked(text="bonjour"), encode, EVERYBODY).talk is Talk.GREETING
    assert encode.asked == asked


COMMON = ("the", "my", "is", "broken", "what", "does", "do", "for", "le", "mon", "est", "que", "fait", "pour", "nous", "quoi", "sert", "service")


@pytest.fixture(scope="module")
def mending(index: Index) -> Understanding:
    return Understanding.build(CATALOGUE, index, COMMON)


def test_a_misspelt_question_is_mended_for_the_index_and_kept_as_it_was_typed(mending: Understanding, encode: Encoding) -> None:
    texts: list[str] = []

    def remembering(wanted: Sequence[str]) -> Vector:
        texts.extend(wanted)
        return encode(wanted)

    understood = mending.understand(Asked(text="mon ordinatuer est cassé"), remembering, EVERYBODY)
    assert understood.question == "mon ordinatuer est cassé"
    assert texts[0] == "mon ordinateur est cassé"
    assert understood.match is not None
    assert understood.match.candidates[0].id == "it_laptop"


def test_a_function_is_heard_as_it_was_typed_and_else_once_mended(mending: Understanding, encode: Encoding) -> None:
    for question in ("what does procurment do for me", "what dose Procurement do for me, servcie ?"):
        function = mending.understand(Asked(text=question), encode, EVERYBODY).function
        assert function is not None, question
        assert function.slug == "procurement"


def test_an_answer_is_explained_by_what_is_near_and_what_both_say(understanding: Understanding, encode: Encoding) -> None:
    asked = "mon badge est perdu"
    match = understanding.understand(Asked(text=asked), encode, EVERYBODY).match
    assert match is not None
    best = match.candidates[0].id
    understood = understanding.understand(Asked(text=asked, explain=best), encode, EVERYBODY)
    assert understood.match == match
    assert understood.grounds is not None
    assert (understood.grounds.id, understood.grounds.confidence) == (best, match.confidence)
    assert "badge" in understood.grounds.words
    assert understood.grounds.nearest
    gone = understanding.understand(Asked(text=asked, explain="gone"), encode, EVERYBODY)
    assert gone.grounds is None
    nothing = Catalogue(company=Company(name="x"), functions=())
    empty = Understanding.build(nothing, Index.build(nothing, {}))
    assert empty.understand(Asked(text=asked, explain="gone"), nowhere, EVERYBODY).match == Match(outcome="none")


def test_what_looks_like_talk_may_be_looked_up_all_the_same(understanding: Understanding, encode: Encoding) -> None:
    assert understanding.understand(Asked(text="merci"), encode, EVERYBODY).talk is Talk.THANKS
    assert understanding.searched("merci", encode, EVERYBODY).candidates
