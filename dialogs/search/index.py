"""The index: a question and its vector against every sheet of a catalogue, in numpy alone."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from dialogs.catalog import LANGUAGES, Catalogue, Sheet, is_for, is_theirs
from dialogs.search.confidence import ENOUGH, Confidence, odds
from dialogs.search.elsewhere import ELSEWHERE
from dialogs.search.head import Head, log_softmax, principal, trained
from dialogs.search.lexical import Bm25, Features, Ids, Vocabulary, grams_of
from dialogs.search.match import Candidate, Match
from dialogs.search.text import sentences

OFFERED: Final = 3  # candidates at most: as many buttons as a "did you mean" shows

_VECTOR_WEIGHT: Final = 1.4  # of the encoder's vector beside the letters, in the head
_NEAREST_WEIGHT: Final = 4.0  # of the cosine to the nearest phrasing, beside the head's log-probability
_LEXICAL_WEIGHT: Final = 0.2  # of BM25, likewise; all three tuned on the workplace set
_SENTENCE_WEIGHT: Final = 0.3  # of a sentence of a reply, a phrasing being 1
_THEIRS: Final = 0.3  # log-prior of a sheet that is for the person's own segment: enough for a near tie only
_UNLIKELY: Final = 5.0  # in log-probability: a candidate this far below the best isn't offered beside it
_USUAL_SHEETS: Final = 60  # a smaller catalogue leaves more unanswered: the world outside weighs as much as the sheets it lacks
_FOLDS: Final = 5
_SENTENCES: Final = 12  # of a body, at most, in each language

Floats = NDArray[np.float32]
Kind = Literal["phrasing", "title", "sentence"]


@dataclass(frozen=True, slots=True)
class _Row:
    """A text that stands for a sheet; `fold` is the one in which a phrasing is held out, None for the rest."""

    text: str
    sheet: int
    kind: Kind
    fold: int | None


def texts_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Return every text whose vector `Index.build` needs, once, in a stable order."""
    rows = [row.text for sheet, (_, listed) in enumerate(catalogue.sheets()) for row in _rows_of(sheet, listed)]
    return tuple(dict.fromkeys((*rows, *ELSEWHERE))) if rows else ()


def _rows_of(number: int, sheet: Sheet) -> Iterator[_Row]:
    seen: set[str] = set()
    for language in LANGUAGES:
        # The same place in both languages is the same fold: a phrasing is never judged with its translation at hand.
        said: list[tuple[str | None, Kind, int | None]] = [
            (text, "phrasing", place % _FOLDS) for place, text in enumerate(getattr(sheet.phrasings, language))
        ]
        said.append((getattr(sheet.title, language), "title", None))
        said += [(text, "sentence", None) for text in sentences(getattr(sheet.body, language) or "")[:_SENTENCES]]
        for text, kind, fold in said:
            if text and text.strip() and text not in seen:
                seen.add(text)
                yield _Row(text, number, kind, fold)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts ready to be ranked: the head's features, unit vectors, numbers of terms; one row each."""

    features: Floats
    vectors: Floats
    terms: Sequence[Ids]

    def at(self, rows: Ids) -> "_Texts":
        return _Texts(self.features[rows], self.vectors[rows], [self.terms[row] for row in rows])


@dataclass(frozen=True, slots=True)
class _Lens:
    """How a text is looked at: its letters and its vector, `mean` taken off, seen along `directions`; and its terms."""

    letters: Features
    vocabulary: Vocabulary
    mean: Floats
    directions: Floats

    @classmethod
    def learned(cls, texts: Sequence[str], vectors: Floats) -> tuple[Self, _Texts]:
        """Learn from the texts of an index and their vectors, shape (texts, dimensions); return these texts seen through it, too."""
        grams = [grams_of(text) for text in texts]
        letters = Features.learned(grams)
        vocabulary = Vocabulary.learned(texts)
        mean = vectors.mean(axis=0)
        joined = _joined(letters.of(grams), vectors - mean)
        directions = principal(joined)
        return cls(letters, vocabulary, mean, directions), _Texts(joined @ directions, vectors, [vocabulary.of(text) for text in texts])

    def of(self, text: str, vector: Floats) -> _Texts:
        """Look at one text."""
        given = np.asarray(vector, dtype=np.float32)[None, :]
        joined = _joined(self.letters.of([grams_of(text)]), given - self.mean)
        return _Texts(joined @ self.directions, given, [self.vocabulary.of(text)])


def _joined(letters: Floats, vectors: Floats) -> Floats:
    joined: Floats = np.concatenate([letters, np.float32(_VECTOR_WEIGHT) * vectors], axis=1)
    return joined


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Head, nearest phrasing and BM25, blended. The class after the last sheet is the world outside the catalogue."""

    head: Head
    near: Floats  # vectors of phrasings and titles, grouped by class
    starts: Ids  # where each class in `there` begins in `near`
    there: Ids
    bm25: Bm25

    @classmethod
    def learned(cls, sheets: int, terms: int, rows: Sequence[_Row], texts: _Texts) -> Self:
        """Learn from these rows, in the order of their sheets; `terms` is the size of the vocabulary."""
        owners = np.array([row.sheet for row in rows], dtype=np.int64)
        weights = np.array([_SENTENCE_WEIGHT if row.kind == "sentence" else 1.0 for row in rows], dtype=np.float32)
        short = np.array([row.kind != "sentence" for row in rows])
        wordy = ~np.isin(owners, owners[short])  # a sheet with neither phrasing nor title is found by its sentences
        chosen = np.flatnonzero(short | wordy)
        there, starts = np.unique(owners[chosen], return_index=True)
        said = np.concatenate(texts.terms)
        saying = np.repeat(owners, [len(each) for each in texts.terms])
        bm25 = Bm25.learned(sheets, terms, said[saying < sheets], saying[saying < sheets])
        return cls(trained(texts.features, owners, weights, sheets + 1), texts.vectors[chosen], starts, there, bm25)

    def of(self, texts: _Texts) -> Floats:
        """Return log-probabilities, shape (texts, sheets + 1)."""
        scores = self.head.of(texts.features)
        scores[:, self.there] += np.float32(_NEAREST_WEIGHT) * np.maximum.reduceat(texts.vectors @ self.near.T, self.starts, axis=1)
        scores[:, :-1] += np.float32(_LEXICAL_WEIGHT) * np.stack([self.bm25.of(said) for said in texts.terms])
        scores[:, -1] += np.float32(math.log(max(1.0, _USUAL_SHEETS / self.bm25.sheets)))
        absent = np.ones(scores.shape[1], dtype=np.bool_)
        absent[self.there] = False
        scores[:, absent] = -np.inf
        return log_softmax(scores)


@dataclass(frozen=True, slots=True)
class Index:
    """Every sheet of one version of a catalogue, ready to be asked. Immutable: build another one and swap them.

    The probability of a sheet is taken among all sheets of the catalogue, and the audience only decides which of them may be seen: so the
    confidence of an answer doesn't rise because a better one is somebody else's.
    """

    sheets: tuple[Sheet, ...]
    _scarce: tuple[bool, ...]
    _lens: _Lens | None
    _ranking: _Ranking | None
    _confidence: Confidence

    @classmethod
    def build(cls, catalogue: Catalogue, vectors: Mapping[str, Floats]) -> Self:
        """Build from the unit vectors, shape (dimensions,), of `texts_of(catalogue)`. Raises KeyError for a text without its vector."""
        sheets = tuple(sheet for _, sheet in catalogue.sheets())
        rows = [row for number, sheet in enumerate(sheets) for row in _rows_of(number, sheet)]
        if not rows:
            return cls((), (), None, None, Confidence())
        rows += [_Row(text, len(sheets), "title", None) for text in ELSEWHERE]
        lens, texts = _Lens.learned([row.text for row in rows], np.stack([vectors[row.text] for row in rows]))
        scarce = tuple(max(len(sheet.phrasings.fr), len(sheet.phrasings.en)) < ENOUGH for sheet in sheets)
        terms = len(lens.vocabulary.numbers)
        ranking = _Ranking.learned(len(sheets), terms, rows, texts)
        return cls(sheets, scarce, lens, ranking, _cross_fitted(len(sheets), terms, rows, texts))

    def match(self, question: str, vector: Floats, segments: frozenset[str]) -> Match:
        """Return what the question is about, among the sheets for these segments. `vector` is the question's, shape (dimensions,)."""
        found = self._found(question, vector, segments)
        if not found:
            return Match(outcome="none")
        best, score = found[0]
        confidence = self._confidence.of(score)
        scarce = self._scarce[best]
        if self._confidence.is_sure(score, scarce=scarce):
            return Match(outcome="sure", candidates=self._candidates(found[:1]), confidence=confidence)
        if not self._confidence.is_likely(score, scarce=scarce):
            return Match(outcome="none", candidates=self._candidates(found[:OFFERED]), confidence=confidence)
        near = [each for each in found[:OFFERED] if each[1] > score - _UNLIKELY]
        return Match(outcome="likely", candidates=self._candidates(near), confidence=confidence)

    def ranked(self, question: str, vector: Floats, segments: frozenset[str], most: int = OFFERED) -> tuple[Candidate, ...]:
        """Return the nearest sheets for these segments whatever the confidence, the best first."""
        return self._candidates(self._found(question, vector, segments)[:most])

    def _candidates(self, found: Sequence[tuple[int, float]]) -> tuple[Candidate, ...]:
        return tuple(Candidate(id=self.sheets[number].id, score=score) for number, score in found)

    def _found(self, question: str, vector: Floats, segments: frozenset[str]) -> list[tuple[int, float]]:
        """Return (sheet, odds) of the sheets for these segments, the best first; a sheet of the person's own segment wins a near tie."""
        seen = [number for number, sheet in enumerate(self.sheets) if is_for(sheet, segments)]
        if not seen or self._ranking is None or self._lens is None:
            return []
        logs = self._ranking.of(self._lens.of(question, vector))[0].tolist()
        seen.sort(key=lambda number: (-logs[number] - _THEIRS * is_theirs(self.sheets[number], segments), number))
        return [(number, odds(logs[number])) for number in seen]


def _cross_fitted(sheets: int, terms: int, rows: Sequence[_Row], texts: _Texts) -> Confidence:
    """Learn the confidence from phrasings that the ranking hadn't seen.

    Each fold holds out a fifth of the phrasings, and all that belongs to a fifth of the sheets: the phrasings of the latter are then questions
    that no sheet answers, which is as near as one gets to what people will ask in vain.
    """
    folds = np.array([-1 if row.fold is None else row.fold for row in rows])
    owners = np.array([row.sheet for row in rows], dtype=np.int64)
    scores: list[float] = []
    right: list[bool] = []
    answerable: list[bool] = []
    for fold in range(_FOLDS):
        gone = (owners < sheets) & (owners % _FOLDS == fold) if sheets >= _FOLDS else np.zeros(len(rows), dtype=np.bool_)
        kept = np.flatnonzero(~gone & (folds != fold))
        asked = np.flatnonzero((folds >= 0) & (gone | (folds == fold)))
        if not len(asked) or not (owners[kept] < sheets).any():
            continue
        logs = _Ranking.learned(sheets, terms, [rows[row] for row in kept.tolist()], texts.at(kept)).of(texts.at(asked))[:, :-1]
        best = logs.argmax(axis=1)
        scores += [odds(float(logs[place, sheet])) for place, sheet in enumerate(best)]
        right += (best == owners[asked]).tolist()
        answerable += np.isin(owners[asked], owners[kept]).tolist()
    return Confidence.learned(np.array(scores), np.array(right, dtype=np.bool_), np.array(answerable, dtype=np.bool_))
