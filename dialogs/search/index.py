"""The index: a question and its vector against every sheet of a catalogue, in numpy alone."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.catalog import ALL, Catalogue, Sheet, is_for, is_theirs
from dialogs.search.confidence import ENOUGH, SCORE_LIMIT, Confidence, odds
from dialogs.search.corpus import Corpus, as_asked, in_order
from dialogs.search.elsewhere import ELSEWHERE
from dialogs.search.learnt import Learnt, fingerprint
from dialogs.search.lexical import Grams
from dialogs.search.match import Candidate, Grounds, Match
from dialogs.search.ranking import Floats, Ids, Lens, Ranking, logs_of, owners_of
from dialogs.search.rows import Row, rows_of
from dialogs.search.text import terms, words
from dialogs.search.wording import telling

OFFERED: Final = 3  # candidates at most: as many buttons as a "did you mean" shows

_THEIRS: Final = 0.3  # log-prior of a sheet that is for the person's own segment: enough for a near tie only
_UNLIKELY: Final = 5.0  # in log-probability: a candidate this far below the best isn't offered beside it
_OUTSIDE: Final = 0.5  # probability of the world outside above which nothing is offered: it's likelier than all sheets together
_STRANGE: Final = 32  # unknown words of a question whose vectors are asked for, at most
_WRITTEN: Final = re.compile(r"\w+(?:&\w+)*")
_NOTHING: Final[Mapping[str, Floats]] = MappingProxyType({})


def texts_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Return every text and word whose vector `Index.build` needs, once, in a stable order."""
    rows = [row for sheet, (_, listed) in enumerate(catalogue.sheets()) for row in rows_of(sheet, listed)]
    if not rows:
        return ()
    told = (word for row in rows for word in telling(words(row.text)))
    return tuple(dict.fromkeys((*(row.text for row in rows), *ELSEWHERE, *told)))


def fingerprint_of(catalogue: Catalogue, model: str) -> bytes:
    """Return the fingerprint of what an index of this catalogue learns with the vectors of this model."""
    return fingerprint(_rows(tuple(sheet for _, sheet in catalogue.sheets())), model)


@dataclass(frozen=True, slots=True)
class Index:
    """Every sheet of one version of a catalogue, ready to be asked. Immutable: build another one and swap them.

    The probability of a sheet is taken among all sheets of the catalogue, and the audience only decides which of them may be seen: so the
    confidence of an answer doesn't rise because a better one is somebody else's.
    """

    sheets: tuple[Sheet, ...]
    _parts: "_Parts | None"
    _confidence: Confidence
    learnt: Learnt | None = None  # by a full build

    @classmethod
    def build(cls, catalogue: Catalogue, vectors: Mapping[str, Floats], learnt: Learnt | None = None) -> Self:
        """Build from the unit vectors, shape (dimensions,), of `texts_of(catalogue)`. Raises KeyError for a text without its vector.

        `learnt` is what a former build learnt from the same texts (`fingerprint_of`): with it, nothing is learnt anew.
        """
        sheets = tuple(sheet for _, sheet in catalogue.sheets())
        rows = _rows(sheets)
        if not rows:
            return cls((), None, Confidence())
        spoken = [words(row.text) for row in rows]
        corpus, lexicon = Corpus.read(rows, spoken, len(sheets), vectors)
        if learnt is None:
            learnt = Learnt.of(len(sheets), spoken, corpus, lexicon)
        lens = Lens(learnt.letters, learnt.mean, learnt.directions, lexicon)
        ranking = Ranking.taught(learnt.head, len(lexicon.numbers), owners_of(rows), corpus.vectors, corpus.said)
        parts = _Parts(corpus, lens, ranking, learnt.weights, corpus.word_for_word(len(sheets)), _restricted(sheets))
        return cls(sheets, parts, learnt.confidence, learnt)

    def amended(self, catalogue: Catalogue, vectors: Mapping[str, Floats]) -> Self:
        """Return an index of a catalogue that differs in a few texts, in a moment: nothing is learnt anew but what the texts say.

        New texts are found by their nearness and their words, a new sheet likewise; texts and sheets that are gone are found no more. The head and
        the confidence stay those of the last full build. `vectors` are those of `texts_of(catalogue)`; raises KeyError for a new text without one.
        """
        sheets = tuple(sheet for _, sheet in catalogue.sheets())
        rows = _rows(sheets)
        if self._parts is None or not rows:
            return self.build(catalogue, vectors)
        former = {self.sheets[number].id: number for number in self._parts.ranking.there[:-1].tolist()}
        return type(self)(sheets, self._parts.amended(rows, sheets, [former.get(sheet.id) for sheet in sheets], vectors), self._confidence)

    def strange(self, question: str) -> tuple[str, ...]:
        """Return the telling words of a question that the catalogue doesn't have: with their vectors, `match` knows what they are near to.

        A number is near to nothing: it's the same or another one.
        """
        if self._parts is None:
            return ()
        known = self._parts.lens.lexicon.numbers
        return tuple(word for word in telling(words(question)) if word not in known and not word.isnumeric())[:_STRANGE]

    def match(self, question: str, vector: Floats, segments: frozenset[str], strange: Mapping[str, Floats] = _NOTHING) -> Match:
        """Return what the question is about, among the sheets for these segments.

        `vector` is the question's, of unit length, shape (dimensions,); `strange` has those of the words of `self.strange(question)`, as far as
        they are at hand.
        """
        found = self._found(question, vector, segments, strange)
        nearest = found.first(OFFERED)
        if not nearest:
            return Match(outcome="none")
        best, score, fit = nearest[0]
        phrasings = self.sheets[best].phrasings
        outcome = self._confidence.outcome(score, fit, scarce=max(len(phrasings.fr), len(phrasings.en)) < ENOUGH)
        confidence = self._confidence.of(score, fit)
        if word_for_word := found.said.intersection(found.order.tolist()):
            outcome = "sure" if len(word_for_word) == 1 else "likely"
            confidence = min(confidence, 1 / len(word_for_word))
        elif found.outside > _OUTSIDE:
            outcome = "none"
        near = [each for each in nearest if outcome != "likely" or each[1] > score - _UNLIKELY]
        return Match(outcome=outcome, candidates=self._candidates(near), confidence=confidence)

    def ranked(
        self, question: str, vector: Floats, segments: frozenset[str], most: int = OFFERED, strange: Mapping[str, Floats] = _NOTHING
    ) -> tuple[Candidate, ...]:
        """Return the nearest sheets for these segments whatever the confidence, the best first."""
        return self._candidates(self._found(question, vector, segments, strange).first(most))

    def grounds(
        self, question: str, vector: Floats, segments: frozenset[str], sheet_id: str, strange: Mapping[str, Floats] = _NOTHING
    ) -> Grounds | None:
        """Return why a sheet answers a question, None where it isn't there for these segments."""
        found = self._found(question, vector, segments, strange).first()
        place = next((place for place, (number, _, _) in enumerate(found) if self.sheets[number].id == sheet_id), None)
        if self._parts is None or place is None:
            return None
        number, score, fit = found[place]
        row = self._parts.nearest(number, np.asarray(vector, dtype=np.float32))
        return Grounds(
            id=sheet_id,
            nearest=row.text,
            kind=row.kind,
            words=self._parts.shared(number, question),
            confidence=None if place else self._confidence.of(score, fit),
            segment=place == 0 and number != min((-other, sheet) for sheet, other, _ in found)[1],
        )

    def _candidates(self, found: Sequence[tuple[int, float, float]]) -> tuple[Candidate, ...]:
        return tuple(Candidate(id=self.sheets[number].id, score=score) for number, score, _ in found)

    def _found(self, question: str, vector: Floats, segments: frozenset[str], strange: Mapping[str, Floats]) -> "_Found":
        """Find the sheets for these segments.

        A sheet that somebody wrote this very question for comes before all others; one of the person's own segment wins a near tie.
        """
        if self._parts is None:
            return _Found(np.zeros(0, dtype=np.int64), np.zeros(1), np.zeros(1), frozenset())
        marks = self._parts.marks(question, np.asarray(vector, dtype=np.float32), strange)
        logs = logs_of(marks, self._parts.weights)[0].astype(np.float64)
        is_seen, prior = np.ones(len(self.sheets), dtype=np.bool_), np.zeros(len(self.sheets))
        for number in self._parts.restricted:
            is_seen[number] = is_for(self.sheets[number], segments)
            prior[number] = _THEIRS * is_theirs(self.sheets[number], segments)
        there = self._parts.ranking.there[:-1]
        there = there[is_seen[there]]
        said = self._parts.word_for_word.get(as_asked(words(question)), ())
        order = there[np.lexsort((there, -logs[there] - prior[there], ~np.isin(there, said)))]
        return _Found(order, logs, marks[0] @ self._parts.weights, frozenset(said))


@dataclass(frozen=True, slots=True)
class _Found:
    """The sheets that somebody may see, the best first, and what each sheet and the world outside got; `said` has this very question."""

    order: Ids
    logs: NDArray[np.float64]
    fits: NDArray[np.floating]
    said: frozenset[int]

    @property
    def outside(self) -> float:
        """The probability of the world outside."""
        return math.exp(float(self.logs[-1]))

    def first(self, most: int | None = None) -> list[tuple[int, float, float]]:
        """Return (sheet, odds, fit) of so many, or of all."""
        numbers = self.order[:most].tolist()
        return [(number, SCORE_LIMIT if number in self.said else odds(float(self.logs[number])), float(self.fits[number])) for number in numbers]


def _restricted(sheets: Sequence[Sheet]) -> tuple[int, ...]:
    """Return the numbers of the sheets that aren't simply for all."""
    return tuple(number for number, sheet in enumerate(sheets) if sheet.not_for or tuple(sheet.audience) != (ALL,))


def _rows(sheets: Sequence[Sheet]) -> list[Row]:
    """Return the texts of these sheets and of the world outside, in order; none where no sheet has a text."""
    rows = [row for number, sheet in enumerate(sheets) for row in rows_of(number, sheet)]
    return in_order([*rows, *(Row(text, len(sheets), "title", None) for text in ELSEWHERE)]) if rows else []


@dataclass(frozen=True, slots=True)
class _Parts:
    """What an index of at least one text is made of; `weights` are those of the ranking's marks."""

    corpus: Corpus
    lens: Lens
    ranking: Ranking
    weights: Floats
    word_for_word: Mapping[str, tuple[int, ...]]  # the sheets by the very words of their phrasings and titles
    restricted: Sequence[int]  # the sheets that aren't simply for all

    def amended(self, rows: Sequence[Row], listed: Sequence[Sheet], former: Sequence[int | None], vectors: Mapping[str, Floats]) -> Self:
        """Put the rows of other sheets in the place of these; `former` has the former number of each sheet, None for a new one."""
        sheets = len(listed)
        corpus, lexicon = self.corpus.amended(rows, sheets, self.lens.lexicon, vectors)
        lens = replace(self.lens, lexicon=lexicon)
        means = np.zeros((sheets + 1, self.lens.directions.shape[1]), dtype=np.float32)
        new = [place for place, row in enumerate(rows) if row.sheet < sheets and former[row.sheet] is None]
        if new:
            features = lens.features(Grams.read([words(rows[place].text) for place in new]), corpus.vectors[new])
            np.add.at(means, [rows[place].sheet for place in new], features)
        head = self.ranking.head.moved([*former, len(self.ranking.head.offsets) - 1], means)
        ranking = Ranking.taught(head, len(lexicon.numbers), owners_of(rows), corpus.vectors, corpus.said)
        return type(self)(corpus, lens, ranking, self.weights, corpus.word_for_word(sheets), _restricted(listed))

    def marks(self, question: str, vector: Floats, strange: Mapping[str, Floats]) -> Floats:
        """Return the marks of one question, shape (1, sheets + 1, 3)."""
        return self.ranking.of(self.lens.of(question, vector, strange))

    def nearest(self, sheet: int, vector: Floats) -> Row:
        """Return the text of a sheet that is nearest to a question."""
        places = [place for place, row in enumerate(self.corpus.rows) if row.sheet == sheet]
        return self.corpus.rows[places[int((self.corpus.vectors[places] @ vector).argmax())]]

    def shared(self, sheet: int, question: str) -> tuple[str, ...]:
        """Return the telling words of a question that a sheet says too, in any of their forms, as they were written."""
        said = {term for row in self.corpus.rows if row.sheet == sheet for term in terms(row.text)}
        return tuple(dict.fromkeys(word for word in _WRITTEN.findall(question) if said.intersection(terms(word))))
