"""How search holds up with many phrasings: build, an amended entry, questions, memory: `python -m benchmarks.scale --phrasings 50000`.

The texts are those of the public sets' training splits, ten to an entry, and beyond them the same ones with a made-up word.
"""

import argparse
import gc
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice, product
from pathlib import Path
from random import Random
from typing import Final

import numpy as np

from adapters.encoders.bundled import BundledEncoder
from benchmarks.report import p
from benchmarks.search import PUBLIC, rows
from bot.memory import give_back
from dialogs.catalog import Catalogue, Company, Entry, Function, Localized, Phrasings
from dialogs.search.index import Index, texts_of

PHRASINGS: Final = 10  # an entry
ASKED: Final = 2_500  # some 190 of them are answered outright, whose slowest hundredth is told, too
BATCH: Final = 64  # texts encoded at once
SYLLABLES: Final = (
    ("bor", "kel", "mir", "tas", "vul", "zan", "pod", "lin"),
    ("a", "ey", "or", "im", "ub"),
    ("dex", "tron", "mar", "nis", "vol", "cad"),
)


def main() -> None:
    """Build, ask, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--phrasings", type=int, default=5_000)
    given = parser.parse_args()
    encoder = BundledEncoder()
    catalogue = large(given.data, given.phrasings)
    texts = texts_of(catalogue)
    started = time.perf_counter()
    vectors = np.concatenate([encoder.encode(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
    encoded = time.perf_counter() - started
    vectors_of = dict(zip(texts, vectors, strict=True))
    started = time.perf_counter()
    index = Index.build(catalogue, vectors_of)
    built = time.perf_counter() - started
    function = catalogue.functions[0]
    other = replace(function.entries[0], phrasings=Phrasings(en=(*function.entries[0].phrasings.en, "something quite new")))
    edited = replace(catalogue, functions=(replace(function, entries=(other, *function.entries[1:])),))
    vectors_of.update({text: encoder.encode([text])[0] for text in texts_of(edited) if text not in vectors_of})
    started = time.perf_counter()
    amended = index.amended(edited, vectors_of)
    amending = time.perf_counter() - started
    del vectors_of, vectors, index, edited, texts
    gc.collect()
    give_back()
    questions = Random(0).sample([row["text"] for row in rows(given.data / "clinc150" / "val.csv")], ASKED)
    whole, matched, sure = zip(*(asked(amended, encoder, question) for question in questions), strict=True)
    outright = [each for each, is_sure in zip(whole, sure, strict=True) if is_sure]
    print(
        f"{given.phrasings:,} phrasings: encoded in {encoded:.1f} s, built in {built:.1f} s, an edit amended in {1000 * amending:.0f} ms;"
        f" a question p50 {p(whole, 50):.1f} ms, p99 {p(whole, 99):.1f} ms, without the encoder {p(matched, 50):.1f} and {p(matched, 99):.1f} ms,"
        f" {len(outright)} of {len(whole)} answered outright p99 {p(outright, 99):.1f} ms;"
        f" {resident():.0f} MB"
    )


def asked(index: Index, encoder: BundledEncoder, question: str) -> tuple[float, float, bool]:
    """Return the milliseconds that a question takes, those of them without the encoder, and whether it's answered outright."""
    started = time.perf_counter()
    strange = index.strange(question)
    vector, *others = encoder.encode([question, *strange])
    encoded = time.perf_counter()
    match = index.match(question, vector, frozenset(), dict(zip(strange, others, strict=True)))
    ended = time.perf_counter()
    return 1000 * (ended - started), 1000 * (ended - encoded), match.outcome == "sure"


def large(folder: Path, phrasings: int) -> Catalogue:
    """Return a catalogue of so many phrasings."""
    groups: list[Sequence[str]] = []
    for name in PUBLIC:
        intents: dict[str, dict[str, None]] = {}
        for row in rows(folder / name / "train.csv"):
            intents.setdefault(row["intent"], {})[row["text"]] = None
        groups += [list(texts)[start : start + PHRASINGS] for texts in intents.values() for start in range(0, len(texts) - PHRASINGS + 1, PHRASINGS)]
    Random(0).shuffle(groups)
    words = cycle("".join(syllables) for syllables in product(*SYLLABLES))
    wanted = phrasings // PHRASINGS
    more = [[f"{text} {word}" for text in group] for group, word in islice(zip(cycle(groups), words, strict=False), max(wanted - len(groups), 0))]
    entries = tuple(
        Entry(id=f"entry_{number}", question=Localized(), reply=Localized(), phrasings=Phrasings(en=tuple(group)))
        for number, group in enumerate([*groups[:wanted], *more])
    )
    return Catalogue(company=Company(name="large"), functions=(Function(slug="all", names=Localized(en="All"), entries=entries),))


def resident() -> float:
    """Return the memory that this process holds, in megabytes."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


if __name__ == "__main__":
    main()
