"""How well search answers, beside BM25 and the nearest phrasing alone: `python -m benchmarks.search --data ../shared/data`.

Validation questions only; the phrasings of the public sets are drawn from their training splits with fixed seeds, nested in k. By default one
seed and a sample of the large sets' questions, in less than four minutes; `--full` takes three seeds, every k and every question.
"""

import argparse
import csv
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any, Final

import bm25s
import numpy as np
from numpy.typing import NDArray

from adapters.encoders.bundled import BundledEncoder
from benchmarks.report import Table, show
from benchmarks.workplace_pack import read_workplace
from bot.evaluation import Evaluation, Report
from bot.everyday_words import everyday_words
from bot.intents import catalogue_of
from bot.packs import read_pack, sample_folder
from bot.questions import OUT_OF_SCOPE, Question
from bot.slips import misspelt
from dialogs.catalog import ALL, LANGUAGES, Catalogue, Entry, Function, Language, Localized, Phrasings
from dialogs.search.blend import USUAL
from dialogs.search.index import OFFERED, Index, texts_of
from dialogs.search.language import language_of
from dialogs.search.text import terms
from dialogs.search.typos import Repair

PUBLIC: Final = {"clinc150": "val.csv", "banking77": "val.csv", "hwu64": "valid.csv"}
SAMPLE: Final = 800  # questions of a public set, unless all are asked
SLIPS: Final = 0.08  # of the letters, in the runs with typos
EVERYBODY: Final[frozenset[str]] = frozenset()  # the sets aren't about audiences: theirs are taken off

Vector = NDArray[np.float32]
Rank = Callable[[str], Sequence[str]]  # a question's sheets, the best first


class Remembering(BundledEncoder):
    """Each text is encoded once in the run."""

    def __init__(self) -> None:
        self._known: dict[str, Vector] = {}
        super().__init__()

    def encode(self, texts: Sequence[str]) -> Vector:
        """Return unit vectors, shape (len(texts), 512)."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(missing), 64):
            batch = missing[start : start + 64]
            self._known.update(zip(batch, super().encode(batch), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else super().encode(texts)


@dataclass(frozen=True)
class Asked:
    """A catalogue with its questions; `talks` where a message may be something else than a question for the index."""

    name: str
    catalogue: Catalogue
    questions: Sequence[Question]
    encoder: Remembering
    talks: bool = True

    @cached_property
    def index(self) -> Index:
        """The index of the catalogue."""
        return built(self.catalogue, self.encoder)

    @cached_property
    def answerable(self) -> Sequence[Question]:
        """The questions that a sheet answers."""
        return [question for question in self.questions if question.in_scope and question.kind != "function"]

    @cached_property
    def report(self) -> Report:
        """What a person would see."""
        evaluation = Evaluation(self.catalogue, self.encoder, talks=self.talks)
        return evaluation.report([evaluation.ask(question) for question in self.questions if question.kind != "function"])

    def misspelt(self) -> "Asked":
        """Return the same with slips of the fingers in the questions."""
        drawn = Random(0)
        return replace(self, questions=[replace(question, text=misspelt(question.text, SLIPS, drawn)) for question in self.answerable])


def main() -> None:
    """Run the protocol and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    folder: Path = given.data
    encoder = Remembering()
    seeds, sizes = ((0, 1, 2), (3, 5, 10)) if given.full else ((0,), (5, 10))
    own = list(companies(folder, encoder))
    public = [
        [few_shot(folder / name, file, k, seed, encoder, None if given.full else SAMPLE) for seed in seeds]
        for name, file in PUBLIC.items()
        for k in sizes
    ]
    sets = [*([each] for each in own), *public]
    tens = [runs for runs in public if runs[0].name.endswith(", 10")]
    tables = [
        Table(
            title="Right first / among three, %",
            columns=("", "BM25", "nearest phrasing", "the index of phrasings alone", "the index"),
            rows=tuple(map(ranking, sets)),
        ),
        Table(
            title="As the person sees it, at the thresholds that the catalogue sets itself, %",
            columns=("", "outright", "of them right", "offered", "near misses answered", "far ones", "AUROC", "kept / caught"),
            rows=tuple(map(seen, sets)),
        ),
        Table(
            title="By language and kind, right first / among three, %",
            columns=("", *LANGUAGES, *(kind for kind in ("direct", "indirect"))),
            rows=tuple(map(kinds, own[:2])),
        ),
        Table(
            title=f"With {SLIPS:.0%} of the letters misspelt, right first, %",
            columns=("", "clean", "misspelt", "mended", "BM25"),
            rows=tuple(map(typos, tens[:2])),
        ),
        Table(
            title="Each technique taken away, right first / among three, %",
            columns=("", *(name for name, _ in TAKEN_AWAY)),
            rows=tuple(ablation(runs[0]) for runs in (*([each] for each in own), *tens)),
        ),
    ]
    show("Search", tables, markdown=given.markdown)
    print(f"\n{languages(folder)}")
    for phrasings in (5_000, 50_000) if given.full else (5_000,):
        # a process of its own, so that its memory is its own
        command = [sys.executable, "-m", "benchmarks.scale", "--data", str(folder), "--phrasings", str(phrasings)]
        print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def companies(folder: Path, encoder: Remembering) -> Iterator[Asked]:
    """The workplace set, and in one language asked in the other; the sample company's questions that are there to be tuned on."""
    workplace = read_workplace(folder / "workplace")
    questions = [question_of(row) for row in rows(folder / "workplace" / "questions.csv")]
    yield Asked("workplace", opened(workplace), questions, encoder)
    reading = read_pack(sample_folder())
    if reading.catalogue is None:
        raise SystemExit("\n".join(map(str, reading.mistakes)))
    dev = [question_of(row) for row in rows(sample_folder() / "questions.csv") if row["part"] == "dev"]
    yield Asked("sample company", opened(reading.catalogue), dev, encoder)
    for language in LANGUAGES:
        others = [question for question in questions if question.language != language]
        yield Asked(f"workplace in {language} only, asked otherwise", spoken(opened(workplace), language), others, encoder)


def few_shot(folder: Path, file: str, k: int, seed: int, encoder: Remembering, most: int | None) -> Asked:
    """A public English set with k phrasings an intent, whose name is its title; there are no replies."""
    drawn = Random(seed)
    intents: dict[str, list[str]] = {}
    for row in rows(folder / "train.csv"):
        intents.setdefault(row["intent"], []).append(row["text"])
    for intent in sorted(intents):
        drawn.shuffle(intents[intent])
    catalogue = catalogue_of(folder.name, {intent: Phrasings(en=tuple(texts[:k])) for intent, texts in intents.items()})
    asked = [Question(text=row["text"], language="en", right=frozenset({row["intent"]})) for row in rows(folder / file)]
    if most is not None:
        asked = Random(0).sample(asked, min(most, len(asked)))
    if (folder / "oos_val.csv").exists():
        asked += [Question(text=row["text"], language="en", right=frozenset(), kind="oos_far") for row in rows(folder / "oos_val.csv")]
    return Asked(f"{folder.name}, {k}", catalogue, asked, encoder, talks=False)


def ranking(runs: Sequence[Asked]) -> tuple[str, ...]:
    """The index beside its baselines, and without titles and replies; the mean of the seeds."""
    ranks = [(bm25(asked.catalogue), nearest(asked.catalogue, asked.encoder), phrasings_alone(asked), by(asked)) for asked in runs]
    ranked = [[figures(rank, asked.answerable) for rank in each] for each, asked in zip(ranks, runs, strict=True)]
    return (runs[0].name, *(pair(np.mean(column, axis=0)) for column in zip(*ranked, strict=True)))


def seen(runs: Sequence[Asked]) -> tuple[str, ...]:
    """What is answered, offered, refused; the mean of the seeds."""
    reports = [asked.report for asked in runs]

    def mean(figure: Callable[[Report], float | None]) -> str:
        values = [value for report in reports if (value := figure(report)) is not None]
        return f"{100 * np.mean(values):.1f}" if values else ""

    leaks = [mean(lambda report, kind=kind: report.out_of_scope_answered.get(kind)) for kind in ("oos_near", "oos_far")]  # type: ignore[misc]
    kept, caught = mean(lambda report: report.kept), mean(lambda report: report.caught)
    return (
        runs[0].name,
        mean(lambda report: report.answered),
        mean(lambda report: report.precision_answered),
        mean(lambda report: report.offered),
        *leaks,
        mean(lambda report: report.auroc),
        f"{kept} / {caught}" if caught else kept,
    )


def kinds(asked: Asked) -> tuple[str, ...]:
    """The ranking by language, and of direct and indirect questions."""
    some: list[Sequence[Question]] = [[question for question in asked.answerable if question.language == language] for language in LANGUAGES]
    some += [[question for question in asked.answerable if question.kind == kind] for kind in ("direct", "indirect")]
    return (asked.name, *(pair(figures(by(asked), each)) for each in some))


def typos(runs: Sequence[Asked]) -> tuple[str, ...]:
    """What slips cost, and what mending gives back; the mean of the seeds."""
    first: list[list[float]] = []
    for asked in runs:
        slipped = asked.misspelt()
        repair = Repair.learned(texts_of(asked.catalogue), everyday_words())
        mended = replace(slipped, questions=[replace(question, text=repair.of(question.text)) for question in slipped.questions])
        ranks = ((by(each), each.questions) for each in (replace(asked, questions=asked.answerable), slipped, mended))
        first.append([figures(rank, questions)[0] for rank, questions in chain(ranks, [(bm25(asked.catalogue), slipped.questions)])])
    return (runs[0].name, *(f"{100 * share:.1f}" for share in np.mean(first, axis=0)))


def without(mark: int) -> Callable[[Asked], Rank]:
    """The index without one mark: the head, the nearest phrasing or the words."""

    def rank(asked: Asked) -> Rank:
        parts: Any = asked.index._parts  # its insides, and nobody else's business
        weights = parts.weights.copy()
        weights[mark] = 0
        return by(asked, replace(asked.index, _parts=replace(parts, weights=weights)))

    return rank


def unlearnt(asked: Asked) -> Rank:
    """The index with the usual weights in the place of its own."""
    parts: Any = asked.index._parts
    return by(asked, replace(asked.index, _parts=replace(parts, weights=np.array(USUAL, dtype=np.float32))))


def without_strange(asked: Asked) -> Rank:
    """The index without the vectors of the words that the catalogue doesn't have."""
    return by(asked, strange=False)


def phrasings_alone(asked: Asked) -> Rank:
    """The index of the phrasings, without titles and replies."""

    def bare(function: Function) -> Function:
        services = tuple(replace(service, title=Localized(), body=Localized()) for service in function.services)
        return replace(
            function, services=services, entries=tuple(replace(entry, question=Localized(), reply=Localized()) for entry in function.entries)
        )

    catalogue = replace(asked.catalogue, functions=tuple(map(bare, asked.catalogue.functions)))
    return by(asked, built(catalogue, asked.encoder))


TAKEN_AWAY: Final[Sequence[tuple[str, Callable[[Asked], Rank]]]] = (
    ("nothing", lambda asked: by(asked)),
    ("the head", without(0)),
    ("nearest phrasing", without(1)),
    ("near words", without(2)),
    ("vectors of unknown words", without_strange),
    ("learnt weights", unlearnt),
    ("titles and replies", phrasings_alone),
)


def ablation(asked: Asked) -> tuple[str, ...]:
    """The ranking with each technique taken away in turn."""
    return (asked.name, *(pair(figures(rank(asked), asked.answerable)) for _, rank in TAKEN_AWAY))


def built(catalogue: Catalogue, encoder: Remembering) -> Index:
    """Build an index."""
    texts = texts_of(catalogue)
    return Index.build(catalogue, dict(zip(texts, encoder.encode(texts), strict=True)))


def by(asked: Asked, index: Index | None = None, *, strange: bool = True) -> Rank:
    """Rank by an index, the set's own unless another is given."""
    chosen = asked.index if index is None else index

    def rank(text: str) -> Sequence[str]:
        words = chosen.strange(text) if strange else ()
        vector, *others = asked.encoder.encode([text, *words])
        return [found.id for found in chosen.ranked(text, vector, EVERYBODY, strange=dict(zip(words, others, strict=True)))]

    return rank


def said_by(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return each phrasing and title with its sheet."""
    return [
        (text, sheet.id)
        for _, sheet in catalogue.sheets()
        for text in (*sheet.phrasings.fr, *sheet.phrasings.en, sheet.title.fr, sheet.title.en)
        if text
    ]


def bm25(catalogue: Catalogue) -> Rank:
    """BM25 of the stems over what each sheet's phrasings and titles say together: the package bm25s."""
    said: dict[str, list[str]] = {}
    for text, sheet in said_by(catalogue):
        said.setdefault(sheet, []).extend(terms(text))
    sheets = list(said)
    retriever = bm25s.BM25()
    retriever.index(list(said.values()), show_progress=False)

    def rank(text: str) -> Sequence[str]:
        known = [term for term in terms(text) if term in retriever.vocab_dict]
        if not known:
            return ()
        found, _ = retriever.retrieve([known], k=min(OFFERED, len(sheets)), show_progress=False)
        return [sheets[place] for place in found[0].tolist()]

    return rank


def nearest(catalogue: Catalogue, encoder: Remembering) -> Rank:
    """The nearest phrasing or title, by the same encoder."""
    said = said_by(catalogue)
    vectors = encoder.encode([text for text, _ in said])

    def rank(text: str) -> Sequence[str]:
        near = np.argsort(-(vectors @ encoder.encode([text])[0]), kind="stable").tolist()
        return list(dict.fromkeys(said[place][1] for place in near))[:OFFERED]

    return rank


def figures(rank: Rank, questions: Sequence[Question]) -> tuple[float, float]:
    """Return the shares of the questions whose sheet comes first, and among three."""
    ranked = [(question, rank(question.text)) for question in questions]
    first = np.mean([bool(question.right.intersection(found[:1])) for question, found in ranked])
    return float(first), float(np.mean([bool(question.right.intersection(found)) for question, found in ranked]))


def pair(shares: Sequence[float] | NDArray[np.float64]) -> str:
    """Say top-1 and top-3."""
    return " / ".join(f"{100 * share:.1f}" for share in shares)


def languages(folder: Path) -> str:
    """French and English sentences: told rightly, told wrongly, called foreign."""
    pairs = rows(folder / "tatoeba" / "fra-eng.csv")
    told = [(language_of(row[language]), language) for row in pairs for language in ("fr", "en")]
    told += [(language_of(row["question"]), row["lang"]) for row in rows(folder / "workplace" / "questions.csv")]
    wrong = sum(said is not None and said not in (language, "foreign") for said, language in told)
    foreign = sum(said == "foreign" for said, _ in told)
    return f"Languages: of {len(told)} texts {sum(said is None for said, _ in told)} are left open, {wrong} told wrongly, {foreign} called foreign."


def opened(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue as somebody sees it who may see everything."""

    def all_of(function: Function) -> Function:
        services = tuple(replace(service, audience=(ALL,), not_for=()) for service in function.services)
        return replace(function, services=services, entries=tuple(replace(entry, audience=(ALL,), not_for=()) for entry in function.entries))

    return replace(catalogue, functions=tuple(map(all_of, catalogue.functions)))


def spoken(catalogue: Catalogue, language: Language) -> Catalogue:
    """Return the catalogue's entries in one language only."""

    def only(said: Localized) -> Localized:
        return Localized(fr=said.fr) if language == "fr" else Localized(en=said.en)

    def entry(each: Entry) -> Entry:
        phrasings = Phrasings(fr=each.phrasings.fr) if language == "fr" else Phrasings(en=each.phrasings.en)
        return replace(each, question=only(each.question), reply=only(each.reply), phrasings=phrasings)

    functions = tuple(replace(function, entries=tuple(map(entry, function.entries))) for function in catalogue.functions)
    return replace(catalogue, functions=functions)


def question_of(row: Mapping[str, str]) -> Question:
    """Read a question of a file."""
    right = frozenset() if row["expected"] == OUT_OF_SCOPE else frozenset(row["expected"].split("|"))
    return Question(text=row["question"], language="fr" if row["lang"] == "fr" else "en", right=right, kind=row["kind"])


def rows(file: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


if __name__ == "__main__":
    main()
