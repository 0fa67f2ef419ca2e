"""How well a catalogue answers questions whose answer is known: ranking, outcomes, confidence, speed."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from adapters.encoders.port import Encoder
from bot.indexes import understand_catalogue
from bot.questions import FollowUp, Question
from dialogs.catalog import ALL, Catalogue, Function
from dialogs.people import DirectoryRow, person_of
from dialogs.search.index import OFFERED, texts_of
from dialogs.search.match import Asked, Detail, Previous, Understood
from dialogs.search.understanding import Understanding

_BATCH: Final = 64  # texts encoded at once
_BINS: Final = 10  # of the calibration error (Guo et al. 2017)

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a question got: what was ranked first (at most three places, the best first), how sure, in how many milliseconds.

    A place holds the ids that it answers by: a sheet's; a function's, and the sheet that tells why; both where whom to turn to was asked.
    """

    question: Question
    ranked: tuple[tuple[str, ...], ...]
    outcome: Literal["answered", "offered", "none"]
    confidence: float | None
    milliseconds: float

    @property
    def place(self) -> int | None:
        """The place of the first right id, from 0; None where none was ranked."""
        return next((place for place, found in enumerate(self.ranked) if self.question.right.intersection(found)), None)

    @property
    def right(self) -> bool:
        """Tell whether the first id is right."""
        return self.place == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Figures of some questions of the catalogue: shares between 0 and 1, None where nothing can be told."""

    questions: int
    top1: float | None
    top3: float | None
    mrr: float | None
    answered: float | None
    offered: float | None
    precision_answered: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures. `mrr` is the mean reciprocal rank among the first three, which is as many as anybody is shown.

    `answered`, `offered` and `none` are shares of the questions that the catalogue has an answer to, `precision_answered` of those that were
    answered outright. `kept` and `caught` are at the threshold in use: questions of the catalogue that get at least an offer, and out-of-scope
    ones that get none; `out_of_scope_answered` is the share of the latter that were answered outright all the same, by kind. `auroc` is how
    well the confidence tells the two apart, `ece` the expected calibration error. `followed` is the share of follow-ups that were right.
    """

    questions: int
    out_of_scope: int
    top1: float | None
    top3: float | None
    mrr: float | None
    answered: float | None
    offered: float | None
    none: float | None
    precision_answered: float | None
    kept: float | None
    caught: float | None
    auroc: float | None
    ece: float | None
    out_of_scope_answered: Mapping[str, float]
    by_language: Mapping[str, Shares]
    by_kind: Mapping[str, Shares]
    by_function: Mapping[str, Shares]
    latency_ms: Mapping[str, float]
    follow_ups: int = 0
    followed: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the figures under their names, ready to be written as JSON."""
        return asdict(self)


class Vectors:
    """An encoder that encodes each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vector] = {}

    def of(self, texts: Iterable[str]) -> Mapping[str, Vector]:
        """Return the vectors of these texts, and of all that were asked for before."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            self._known.update(zip(batch, self._encoder.encode(batch), strict=True))
        return self._known


class Evaluation:
    """Asks the questions of one catalogue. What is for a segment only is seen by whoever a question names; a question that names nobody sees all.

    Without `talks` every question goes to the index: the public sets have entries for greetings and thanks.
    """

    def __init__(self, catalogue: Catalogue, encoder: Encoder, *, talks: bool = True) -> None:
        self._encoder = encoder
        self._talks = talks
        self._vectors = Vectors(encoder)
        self._open = self._understanding(_opened(catalogue))
        self._catalogue = catalogue
        self._restricted: Understanding | None = None

    def _understanding(self, catalogue: Catalogue) -> Understanding:
        return understand_catalogue(catalogue, self._vectors.of(texts_of(catalogue)))

    def _for(self, person: DirectoryRow | None) -> tuple[Understanding, frozenset[str]]:
        if person is None:
            return self._open, frozenset()
        if self._restricted is None:
            self._restricted = self._understanding(self._catalogue)
        return self._restricted, person_of(person).segments

    def ask(self, question: Question, previous: Previous | None = None) -> Asking:
        """Ask one question, after another where there's a `previous`."""
        understanding, segments = self._for(question.person)
        asked = Asked(text=question.text, previous=previous)
        started = time.perf_counter()
        if self._talks:
            understood = understanding.understand(asked, self._encoder.encode, segments)
        else:
            understood = Understood(question=question.text, match=understanding.searched(question.text, self._encoder.encode, segments))
        taken = (time.perf_counter() - started) * 1000
        return self._asking(question, understood, taken)

    def _asking(self, question: Question, understood: Understood, milliseconds: float) -> Asking:
        outcome: Literal["answered", "offered", "none"] = "none"
        ranked: tuple[tuple[str, ...], ...] = ()
        confidence: float | None = None
        if understood.function is not None:
            asked = understood.function
            outcome, ranked = "answered", tuple((f"function:{slug}",) for slug in (asked.slug, *asked.others))
            if asked.sheet is not None:
                ranked = ((*ranked[0], asked.sheet), *ranked[1:])
        elif understood.match is not None:
            confidence = understood.match.confidence
            outcome = _OUTCOMES[understood.match.outcome]
            ranked = tuple(self._told(candidate.id, understood.detail) for candidate in understood.match.candidates)
        return Asking(question=question, ranked=ranked, outcome=outcome, confidence=confidence, milliseconds=milliseconds)

    def _told(self, sheet: str, detail: Detail | None) -> tuple[str, ...]:
        found = self._catalogue.sheet(sheet)
        return (sheet, f"function:{found[0].slug}") if detail is Detail.WHO and found else (sheet,)

    def follow(self, pair: FollowUp) -> tuple[Asking, Asking]:
        """Ask a question and the one that goes on from it; where the first got a choice that holds the right one, that is taken."""
        first = self.ask(pair.first)
        return first, self.ask(pair.then, self._previous(first))

    def _previous(self, asking: Asking) -> Previous | None:
        if asking.outcome == "none" or (asking.outcome == "offered" and asking.place is None):
            return None
        shown = asking.ranked[asking.place or 0 if asking.outcome == "offered" else 0][0]
        if shown.startswith("function:"):
            return Previous(question=asking.question.text, function=shown.removeprefix("function:"))
        found = self._catalogue.sheet(shown)
        return Previous(question=asking.question.text, function=found[0].slug, sheet=shown) if found else None

    def report(self, askings: Sequence[Asking], follow_ups: Sequence[tuple[Asking, Asking]] = ()) -> Report:
        """Return the figures of what was asked."""
        known = [asking for asking in askings if asking.question.in_scope]
        strange = [asking for asking in askings if not asking.question.in_scope]
        overall = _shares(known)
        followed = [then.right for _, then in follow_ups]
        return Report(
            questions=len(known),
            out_of_scope=len(strange),
            top1=overall.top1,
            top3=overall.top3,
            mrr=overall.mrr,
            answered=overall.answered,
            offered=overall.offered,
            none=_share(asking.outcome == "none" for asking in known),
            precision_answered=overall.precision_answered,
            kept=_share(asking.outcome != "none" for asking in known),
            caught=_share(asking.outcome == "none" for asking in strange),
            auroc=area([asking.confidence or 0.0 for asking in known], [asking.confidence or 0.0 for asking in strange]),
            ece=_calibration_error([asking for asking in askings if asking.confidence is not None]),
            out_of_scope_answered={
                kind: share
                for kind, some in _grouped(strange, lambda asking: asking.question.kind or "oos").items()
                if (share := _share(asking.outcome == "answered" for asking in some)) is not None
            },
            by_language={key: _shares(some) for key, some in _grouped(known, lambda asking: asking.question.language).items()},
            by_kind={key: _shares(some) for key, some in _grouped(known, lambda asking: asking.question.kind or "").items() if key},
            by_function={key: _shares(some) for key, some in _grouped(known, self._function_of).items()},
            latency_ms={name: round(float(np.percentile([asking.milliseconds for asking in askings], share)), 3) for name, share in _PERCENTILES}
            if askings
            else {},
            follow_ups=len(followed),
            followed=_share(followed),
        )

    def _function_of(self, asking: Asking) -> str:
        expected = min(asking.question.right)
        found = self._catalogue.sheet(expected)
        return found[0].slug if found else expected.removeprefix("function:")


_OUTCOMES: Final[Mapping[str, Literal["answered", "offered", "none"]]] = {"sure": "answered", "likely": "offered", "none": "none"}
_PERCENTILES: Final = (("p50", 50), ("p99", 99))


def _opened(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as somebody would see it who may see everything."""

    def opened(function: Function) -> Function:
        services = tuple(replace(service, audience=(ALL,), not_for=()) for service in function.services)
        return replace(function, services=services, entries=tuple(replace(entry, audience=(ALL,), not_for=()) for entry in function.entries))

    return replace(catalogue, functions=tuple(map(opened, catalogue.functions)))


def _grouped(askings: Iterable[Asking], key: Callable[[Asking], str]) -> dict[str, list[Asking]]:
    groups: dict[str, list[Asking]] = {}
    for asking in askings:
        groups.setdefault(key(asking), []).append(asking)
    return dict(sorted(groups.items()))


def _shares(known: Sequence[Asking]) -> Shares:
    places = [asking.place for asking in known]
    return Shares(
        questions=len(known),
        top1=_share(place == 0 for place in places),
        top3=_share(place is not None and place < OFFERED for place in places),
        mrr=float(np.mean([0.0 if place is None else 1 / (place + 1) for place in places])) if places else None,
        answered=_share(asking.outcome == "answered" for asking in known),
        offered=_share(asking.outcome == "offered" for asking in known),
        precision_answered=_share(asking.right for asking in known if asking.outcome == "answered"),
    )


def _share(flags: Iterable[bool]) -> float | None:
    listed = list(flags)
    return sum(listed) / len(listed) if listed else None


def area(above: Sequence[float], below: Sequence[float]) -> float | None:
    """Return the area under the ROC curve: how often one of `above` is higher than one of `below`, ties counting half; None without both."""
    if not above or not below:
        return None
    higher, lower = np.array(above)[:, None], np.array(below)[None, :]
    return float(np.mean((higher > lower) + 0.5 * (higher == lower)))


def _calibration_error(judged: Sequence[Asking]) -> float | None:
    if not judged:
        return None
    confidence = np.array([asking.confidence for asking in judged], dtype=np.float64)
    right = np.array([asking.right for asking in judged])
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    return float(sum(abs(confidence[bins == each].mean() - right[bins == each].mean()) * (bins == each).mean() for each in np.unique(bins)))
