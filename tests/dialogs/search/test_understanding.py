"""Any message is understood as exactly one thing, whatever it is made of, at a bounded cost."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue, Company
from dialogs.search.index import Index
from dialogs.search.match import Match, Talk, Understood
from dialogs.search.understanding import Understanding
from tests.dialogs.search.conftest import EVERYBODY, Ask, Encoding, Vector


def nowhere(text: str) -> Vector:
    vector: Vector = np.full(512, 512**-0.5, dtype=np.float32)
    return vector


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
    understood = understanding.understand(message, nowhere, EVERYBODY)
    assert sum(each is not None for each in (understood.talk, understood.function, understood.match)) == 1
    assert len(understood.question) <= QUESTION_LIMIT
    assert "\x00" not in understood.question
    understood.question.encode("utf-8")


def test_the_question_kept_is_stripped_and_clipped(ask: Ask) -> None:
    assert ask("  où est mon badge\x00 ? \n").question == "où est mon badge ?"
    assert ask("où est mon badge ? " * 600).question == ("où est mon badge ? " * 600)[:QUESTION_LIMIT].strip()
    assert ask("mon badge \ud800 est perdu").question == "mon badge ? est perdu"


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
    assert understanding.understand("mon badge est perdu", encode, EVERYBODY) == Understood(
        question="mon badge est perdu", language="fr", match=Match(outcome="none")
    )
    assert understanding.understand("bonjour", encode, EVERYBODY).talk is Talk.GREETING
    assert encode.asked == asked
