"""Vectors of texts, kept so that a restart doesn't encode them again."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlmodel import Session, col, select

from storage.tables import VectorRow, table_of

_AT_ONCE = 500  # parameters of one query; SQLite allows 32,766


def known(session: Session, model: str, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
    """Return the vectors that this model once gave for these texts, each of shape (dimensions,); unknown texts are left out."""
    by_hash = {_hash(text): text for text in texts}
    found = _stored(session, model, list(by_hash))
    return {by_hash[text_hash]: np.frombuffer(vector, dtype="<f4").astype(np.float32) for text_hash, vector in found.items()}


def keep(session: Session, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep vectors by their text; those that are kept already stay as they are. Write it under one key, such as the model's name."""
    by_hash = {_hash(text): vector for text, vector in vectors.items()}
    there = _stored(session, model, list(by_hash))
    rows = [
        {"model": model, "text_hash": text_hash, "vector": vector.astype("<f4").tobytes()}
        for text_hash, vector in by_hash.items()
        if text_hash not in there
    ]
    if rows:
        session.connection().execute(insert(table_of(VectorRow)), rows)


def _stored(session: Session, model: str, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for start in range(0, len(hashes), _AT_ONCE):
        wanted = (col(VectorRow.model) == model, col(VectorRow.text_hash).in_(hashes[start : start + _AT_ONCE]))
        for row in session.exec(select(VectorRow.text_hash, VectorRow.vector).where(*wanted)):
            found[row[0]] = row[1]
    return found


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
