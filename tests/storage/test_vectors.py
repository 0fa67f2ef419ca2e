"""Vectors are kept as they were computed, one for each model and text."""

import numpy as np
from numpy.typing import NDArray

from storage.database import Database
from storage.vectors import keep, known

TEXTS = [f"question {number} : où est-ce ?" for number in range(1200)]


def vectors(seed: int) -> dict[str, NDArray[np.float32]]:
    drawn = np.random.default_rng(seed).standard_normal((len(TEXTS), 8)).astype(np.float32)
    return dict(zip(TEXTS, drawn, strict=True))


async def test_a_vector_comes_back_as_it_went_for_its_own_model_only(database: Database) -> None:
    computed = vectors(1)
    await database.write("vectors", lambda session: keep(session, "use-3", computed))
    found = await database.read(lambda session: known(session, "use-3", [*TEXTS, "never seen"]))
    assert found.keys() == computed.keys()
    assert all(np.array_equal(found[text], computed[text]) and found[text].dtype == np.float32 for text in TEXTS)
    found[TEXTS[0]] += 1  # it's the caller's own
    assert await database.read(lambda session: known(session, "use-4", TEXTS)) == {}
    assert await database.read(lambda session: known(session, "use-3", [])) == {}


async def test_what_is_kept_already_stays(database: Database) -> None:
    first, second = vectors(1), vectors(2)
    await database.write("vectors", lambda session: keep(session, "use-3", {TEXTS[0]: first[TEXTS[0]]}))
    for _ in range(2):
        await database.write("vectors", lambda session: keep(session, "use-3", second))
    found = await database.read(lambda session: known(session, "use-3", TEXTS[:2]))
    assert np.array_equal(found[TEXTS[0]], first[TEXTS[0]])
    assert np.array_equal(found[TEXTS[1]], second[TEXTS[1]])
