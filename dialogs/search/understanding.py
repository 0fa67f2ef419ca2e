"""What a message is: talk, a question about a function, or a question for the index."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dialogs.actions import QUESTION_LIMIT
from dialogs.catalog import Catalogue
from dialogs.search.functions import Functions
from dialogs.search.index import Index, texts_of
from dialogs.search.language import identifier, language_of
from dialogs.search.match import Match, Talk, Understood
from dialogs.search.talk import talk_of
from dialogs.search.text import words


@dataclass(frozen=True, slots=True)
class Understanding:
    """Understands messages in the light of one version of a catalogue. Immutable, and safe to share between threads."""

    index: Index
    functions: Functions
    known: frozenset[str]

    @classmethod
    def build(cls, catalogue: Catalogue, index: Index) -> Self:
        """Prepare for a catalogue and the index that was built from it; the language model is loaded here, not at the first question."""
        said = [*texts_of(catalogue)]
        if catalogue.functions:
            identifier()
        for function in catalogue.functions:
            said += [text for text in (function.names.fr, function.names.en, *function.also) if text]
        return cls(index, Functions.of(catalogue), frozenset(word for text in said for word in words(text)))

    def understand(self, question: str, encode: Callable[[str], NDArray[np.float32]], segments: frozenset[str]) -> Understood:
        """Say what a message is, for somebody of these segments.

        Only the first `QUESTION_LIMIT` characters are read, which bounds the cost. `encode` gives a text's unit vector, shape (dimensions,); it
        is called once at most, and only when the message is for the index.
        """
        asked = _readable(question)
        told = language_of(asked, self.known)
        language = None if told == "foreign" else told
        if (talk := talk_of(asked, self.known)) is not None:
            return Understood(question=asked, language=language, talk=talk)
        heard = self.functions.heard(asked, self.known)
        if heard is not None and heard.certain:
            return Understood(question=asked, language=language, function=heard.asked)
        if told == "foreign":
            return Understood(question=asked, talk=Talk.FOREIGN)
        match = self.index.match(asked, encode(asked), segments) if self.index.sheets else Match(outcome="none")
        if heard is not None and match.outcome != "sure":
            return Understood(question=asked, language=language, function=heard.asked)
        return Understood(question=asked, language=language, match=match)


def _readable(question: str) -> str:
    """Return the question, clipped, without what no database stores: NUL, and surrogates that stand alone."""
    clipped = question.strip()[:QUESTION_LIMIT].replace("\x00", "")
    return clipped.encode("utf-8", "replace").decode("utf-8").strip()
