"""How well search answers, beside BM25 and the nearest phrasing alone: `python -m benchmarks.search --data ../shared/data`.

Everything is asked of validation questions. The few-shot sets take the first k phrasings of each intent in a fixed shuffle, and a bounded
sample of questions, so that the whole run stays below three minutes.
"""

import argparse
import csv
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from adapters.encoders.bundled import BundledEncoder
from dialogs.catalog import ALL, Catalogue, Company, Entry, Function, Localized, Phrasings
from dialogs.search.index import OFFERED, Index, texts_of
from dialogs.search.language import language_of
from dialogs.search.lexical import Bm25, Vocabulary
from dialogs.search.understanding import Understanding

ASKED = 1200  # questions of a few-shot set
SEGMENTS = frozenset({"managers", "newcomers", "production", "sales", "spain"})  # everybody at once: the set isn't about audiences

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question, and what it should get: ids separated by `|`, `function:slug`, or `oos`."""

    text: str
    language: str
    expected: str
    kind: str

    @property
    def right(self) -> frozenset[str]:
        return frozenset(self.expected.split("|"))


class Vectors:
    """Each text is encoded once in the run."""

    def __init__(self) -> None:
        self._encoder = BundledEncoder()
        self._known: dict[str, Vector] = {}

    def of(self, texts: Iterable[str]) -> Mapping[str, Vector]:
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return self._known

    def one(self, text: str) -> Vector:
        return self.of([text])[text]

    def fresh(self, text: str) -> Vector:
        vector: Vector = self._encoder.encode([text])[0]
        return vector


def main() -> None:
    """Run the protocol and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    folder: Path = parser.parse_args().data
    vectors = Vectors()
    workplace(folder / "workplace", vectors)
    for name in ("clinc150", "banking77"):
        for phrasings in (5, 10):
            few_shot(folder / name, phrasings, vectors)
    languages(folder)


def workplace(folder: Path, vectors: Vectors) -> None:
    """A bilingual catalogue of 60 entries, asked by somebody who hadn't seen its phrasings."""
    catalogue = workplace_catalogue(folder)
    questions = [
        Question(text=row["question"], language=row["lang"], expected=row["expected"], kind=row["kind"]) for row in rows(folder / "questions.csv")
    ]
    vectors.of([question.text for question in questions])
    index = built(f"workplace, {len(list(catalogue.sheets()))} entries", catalogue, vectors)
    answerable = [question for question in questions if question.kind in ("direct", "indirect")]
    ranking(index, catalogue, answerable, vectors)
    for kind in ("direct", "indirect"):
        for language in ("fr", "en"):
            some = [question for question in answerable if (question.kind, question.language) == (kind, language)]
            print(f"  {kind} {language}: {shares(ranks(lambda text: ranked_by(index, vectors, text), some))}")
    understanding = Understanding.build(catalogue, index)
    got = {question.text: understanding.understand(question.text, vectors.one, SEGMENTS) for question in questions}
    heard = [question for question in questions if question.kind == "function"]
    found = [question for question in heard if (function := got[question.text].function) and f"function:{function.slug}" in question.right]
    by_sheet = [
        question for question in heard if (match := got[question.text].match) and match.candidates and match.candidates[0].id in question.right
    ]
    print(f"  functions recognised: {len(found)} of {len(heard)}, and {len(by_sheet)} more by the right entry")
    print(f"  entry questions taken for a function: {sum(got[question.text].function is not None for question in answerable)} of {len(answerable)}")
    print(f"  entry questions taken for talk: {sum(got[question.text].talk is not None for question in answerable)}")
    outcomes(index, questions, vectors)
    latency(understanding, questions, vectors)


def few_shot(folder: Path, phrasings: int, vectors: Vectors) -> None:
    """A public English set with so many phrasings an intent, no titles, no replies."""
    shuffled = Random(0)
    intents: dict[str, list[str]] = {}
    for row in rows(folder / "train.csv"):
        intents.setdefault(row["intent"], []).append(row["text"])
    for intent in sorted(intents):
        shuffled.shuffle(intents[intent])
    asked = list(rows(folder / "val.csv"))
    shuffled.shuffle(asked)
    questions = [Question(text=row["text"], language="en", expected=row["intent"], kind="direct") for row in asked[:ASKED]]
    if (folder / "oos_val.csv").exists():
        questions += [Question(text=row["text"], language="en", expected="oos", kind="oos_far") for row in rows(folder / "oos_val.csv")]
    entries = tuple(
        Entry(id=intent, question=Localized(), reply=Localized(), phrasings=Phrasings(en=tuple(texts[:phrasings])))
        for intent, texts in sorted(intents.items())
    )
    catalogue = Catalogue(company=Company(name=folder.name), functions=(Function(slug="all", names=Localized(en="All"), entries=entries),))
    vectors.of([question.text for question in questions])
    index = built(f"{folder.name}, {phrasings} phrasings an intent", catalogue, vectors)
    ranking(index, catalogue, [question for question in questions if question.kind == "direct"], vectors)
    outcomes(index, questions, vectors)


def built(title: str, catalogue: Catalogue, vectors: Vectors) -> Index:
    """Build the index, and say how long it took."""
    texts = texts_of(catalogue)
    given = vectors.of(texts)
    started = time.perf_counter()
    index = Index.build(catalogue, given)
    print(f"\n{title}: {len(texts)} texts, index built in {time.perf_counter() - started:.2f} s")
    return index


def ranking(index: Index, catalogue: Catalogue, questions: Sequence[Question], vectors: Vectors) -> None:
    """Print top-1 and top-3 of the index and of the two baselines."""
    bm25, nearest = baselines(catalogue, vectors)
    print(f"  BM25, stemmed:   {shares(ranks(bm25, questions))}")
    print(f"  nearest phrasing: {shares(ranks(nearest, questions))}")
    print(f"  the index:       {shares(ranks(lambda text: ranked_by(index, vectors, text), questions))}")


def baselines(catalogue: Catalogue, vectors: Vectors) -> tuple[Callable[[str], Sequence[str]], Callable[[str], Sequence[str]]]:
    """Return BM25 over the phrasings and titles, and the cosine to the nearest phrasing, each as text -> ids, the best first."""
    sheets = [sheet for _, sheet in catalogue.sheets()]
    said = [
        (number, text)
        for number, sheet in enumerate(sheets)
        for text in (*sheet.phrasings.fr, *sheet.phrasings.en, sheet.title.fr, sheet.title.en)
        if text
    ]
    vocabulary = Vocabulary.learned(text for _, text in said)
    terms = [vocabulary.of(text) for _, text in said]
    owners = np.repeat(np.array([number for number, _ in said]), [len(each) for each in terms])
    bm25 = Bm25.learned(len(sheets), len(vocabulary.numbers), np.concatenate(terms), owners)
    matrix = np.stack([vectors.one(text) for _, text in said])
    starts = np.unique([number for number, _ in said], return_index=True)[1]

    def by_words(text: str) -> Sequence[str]:
        return [sheets[number].id for number in np.argsort(-bm25.of(vocabulary.of(text)), kind="stable")[:OFFERED]]

    def by_nearness(text: str) -> Sequence[str]:
        near = np.maximum.reduceat(matrix @ vectors.one(text), starts)
        return [sheets[number].id for number in np.argsort(-near, kind="stable")[:OFFERED]]

    return by_words, by_nearness


def ranked_by(index: Index, vectors: Vectors, text: str) -> Sequence[str]:
    """Return the ids that the index ranks first."""
    return [candidate.id for candidate in index.ranked(text, vectors.one(text), SEGMENTS)]


def ranks(rank: Callable[[str], Sequence[str]], questions: Sequence[Question]) -> list[int]:
    """Return the place of the first right id, `OFFERED` where there's none."""
    return [next((place for place, found in enumerate(rank(question.text)) if found in question.right), OFFERED) for question in questions]


def shares(places: Sequence[int]) -> str:
    """Say top-1 and top-3."""
    return f"top-1 {percent([place == 0 for place in places])}, top-3 {percent([place < OFFERED for place in places])} of {len(places)}"


def outcomes(index: Index, questions: Sequence[Question], vectors: Vectors) -> None:
    """Print what is answered outright, how rightly, what leaks, and how well the confidence tells right from wrong."""
    judged = [(question, index.match(question.text, vectors.one(question.text), SEGMENTS)) for question in questions if question.kind != "function"]
    right = [match.candidates[0].id in question.right for question, match in judged]
    known = [match for question, match in judged if question.expected != "oos"]
    sure = [is_right for is_right, (question, match) in zip(right, judged, strict=True) if match.outcome == "sure" and question.expected != "oos"]
    none = percent([match.outcome == "none" for match in known])
    print(f"  answered outright {len(sure) / len(known):.1%}, {percent(sure)} of them rightly; nothing offered {none}")
    for kind in ("oos_near", "oos_far"):
        strange = [match for question, match in judged if question.kind == kind]
        if strange:
            auroc = area([match.confidence or 0 for match in known], [match.confidence or 0 for match in strange])
            answered, refused = (percent([match.outcome == outcome for match in strange]) for outcome in ("sure", "none"))
            print(f"  {kind}: answered all the same {answered}, refused {refused}, AUROC {auroc:.3f}")
    confidence = np.array([match.confidence or 0 for _, match in judged])
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[bins == each].mean() - np.array(right)[bins == each].mean()) * (bins == each).mean() for each in np.unique(bins)]
    print(f"  confidence: mean {confidence.mean():.2f}, right {np.mean(right):.2f}, expected calibration error {sum(gaps):.3f}")


def latency(understanding: Understanding, questions: Sequence[Question], vectors: Vectors) -> None:
    """Print how long a question takes: all of it, and without the encoder."""
    index = understanding.index
    whole = [timed(partial(understanding.understand, question.text, vectors.fresh, SEGMENTS)) for question in questions]
    match = [timed(partial(index.match, question.text, vectors.one(question.text), SEGMENTS)) for question in questions]
    for what, taken in (("understood, encoder included", whole), ("matched, vector given", match)):
        print(f"  {what}: p50 {np.percentile(taken, 50):.1f} ms, p99 {np.percentile(taken, 99):.1f} ms")


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds that the work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def languages(folder: Path) -> None:
    """French and English sentences: told rightly, told wrongly, called foreign."""
    pairs = list(rows(folder / "tatoeba" / "fra-eng.csv"))
    told = [(language_of(pair[language]), language) for pair in pairs for language in ("fr", "en")]
    told += [(language_of(row["question"]), row["lang"]) for row in rows(folder / "workplace" / "questions.csv")]
    wrong = sum(said is not None and said not in (language, "foreign") for said, language in told)
    foreign = sum(said == "foreign" for said, _ in told)
    print(f"\nlanguages: {len(told)} texts, {sum(said is None for said, _ in told)} left open, {wrong} wrong, {foreign} called foreign")


def workplace_catalogue(folder: Path) -> Catalogue:
    """Read the workplace set's functions and entries."""
    entries: dict[str, list[Entry]] = {}
    for line in (folder / "catalog.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        entry = Entry(
            id=row["id"],
            question=Localized(fr=row["title_fr"], en=row["title_en"]),
            reply=Localized(fr=row["answer_fr"], en=row["answer_en"]),
            phrasings=Phrasings(fr=tuple(row["phrasings_fr"]), en=tuple(row["phrasings_en"])),
            audience=(row["audience"] or ALL,),
        )
        entries.setdefault(row["function"], []).append(entry)
    described = [json.loads(line) for line in (folder / "functions.jsonl").read_text(encoding="utf-8").splitlines()]
    functions = tuple(
        Function(
            slug=row["slug"],
            names=Localized(fr=row["name_fr"], en=row["name_en"]),
            also=tuple(row["acronyms"]),
            entries=tuple(entries.get(row["slug"], ())),
        )
        for row in described
    )
    return Catalogue(company=Company(name="Ateliers Vaubert"), functions=functions)


def rows(file: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def percent(flags: Sequence[bool]) -> str:
    """Say the share of True."""
    return f"{np.mean(flags):.1%}" if flags else "–"


def area(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the area under the ROC curve: how often one of `above` is higher than one of `below`, ties counting half."""
    higher, lower = np.array(above)[:, None], np.array(below)[None, :]
    return float(np.mean((higher > lower) + 0.5 * (higher == lower)))


if __name__ == "__main__":
    main()
