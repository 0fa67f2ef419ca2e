"""Vectors of texts, kept so that a restart doesn't encode them again."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy import select as select_columns
from sqlmodel import Session

from storage.tables import VectorRow, table_of

_AT_ONCE = 1000  # parameters of one query; SQLite allows 32,766. Of 500 to 5,000 the fastest


def known(session: Session, model: str, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return the vectors that this model once gave for these texts, each of shape (dimensions,); unknown texts are left out.

    A thousand take some 15 ms. They are rows of a few matrices: tens of thousands cost no more memory than their numbers.
    """
    by_hash = {_hash(text): text for text in texts}
    found: dict[str, NDArray[np.float32]] = {}
    for stored in _stored(session, model, list(by_hash)):
        matrix = np.frombuffer(b"".join(stored.values()), dtype="<f4").reshape(len(stored), -1).astype(np.float32)
        found.update(zip((by_hash[text_hash] for text_hash in stored), matrix, strict=True))
    return found


def keep(session: Session, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep vectors by their text; those that are kept already stay as they are. Write it under one key, such as the model's name."""
    by_hash = {_hash(text): vector for text, vector in vectors.items()}
    there = {text_hash for stored in _stored(session, model, list(by_hash)) for text_hash in stored}
    rows = [
        {"model": model, "text_hash": text_hash, "vector": vector.astype("<f4").tobytes()}
        for text_hash, vector in by_hash.items()
        if text_hash not in there
    ]
    if rows:
        session.connection().execute(insert(table_of(VectorRow)), rows)


def _stored(session: Session, model: str, hashes: Sequence[bytes]) -> Iterator[dict[bytes, bytes]]:
    """Yield what is there, some at a time."""
    vector = table_of(VectorRow).c
    for start in range(0, len(hashes), _AT_ONCE):
        wanted = (vector.model == model, vector.text_hash.in_(hashes[start : start + _AT_ONCE]))
        rows = session.connection().execute(select_columns(vector.text_hash, vector.vector).where(*wanted)).all()
        if rows:
            yield {row.text_hash: row.vector for row in rows}


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
