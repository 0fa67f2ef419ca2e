"""Locks: what mustn't be done twice at once, besides a conversation's own turn."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(:key)")
_TRY = text("SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key WHERE pg_try_advisory_xact_lock(key)")


def lock_key(name: str) -> int:
    """Return the 64-bit number that PostgreSQL locks for a name. Two names may share one: they then wait for each other, nothing worse."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def hold(session: Session, name: str) -> None:
    """Wait until nobody else holds this name, and hold it until the body's transaction ends. SQLite has one writer, who holds everything.

    Several are always taken in the same order, so that nobody waits in a circle: the conversation, the catalogue, the audit log.
    """
    if session.connection().dialect.name != "sqlite":
        session.connection().execute(_LOCK, {"key": lock_key(name)})


def share(session: Session, name: str) -> None:
    """Hold a name beside others who share it, like `hold`: whoever wants it alone waits for those who share it now, and later ones wait for them.

    Rows know no such turns: eight who kept sharing one kept whoever wanted to change it waiting for as long as they went on.
    """
    if session.connection().dialect.name != "sqlite":
        session.connection().execute(_SHARE, {"key": lock_key(name)})


def try_hold(session: Session, names: Sequence[str]) -> list[str]:
    """Hold names like `hold`, but without waiting, in one statement: return those that are held. Who doesn't wait can't wait in a circle."""
    if not names or session.connection().dialect.name == "sqlite":
        return list(names)
    held = set(session.connection().execute(_TRY, {"keys": [lock_key(name) for name in names]}).scalars())
    return [name for name in names if lock_key(name) in held]
