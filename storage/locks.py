"""Locks: what mustn't be done twice at once, besides a conversation's own turn."""

import hashlib

from sqlalchemy import text
from sqlmodel import Session

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_TRY = text("SELECT pg_try_advisory_xact_lock(:key)")


def lock_key(name: str) -> int:
    """Return the 64-bit number that PostgreSQL locks for a name. Two names may share one: they then wait for each other, nothing worse."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def hold(session: Session, name: str) -> None:
    """Wait until nobody else holds this name, and hold it until the body's transaction ends. SQLite has one writer, who holds everything.

    Several are always taken in the same order, so that nobody waits in a circle: the conversation, the catalogue, the audit log.
    """
    if session.connection().dialect.name != "sqlite":
        session.connection().execute(_LOCK, {"key": lock_key(name)})


def try_hold(session: Session, name: str) -> bool:
    """Hold a name like `hold`, but without waiting: tell whether it's held. Who doesn't wait can't wait in a circle."""
    if session.connection().dialect.name == "sqlite":
        return True
    return bool(session.connection().execute(_TRY, {"key": lock_key(name)}).scalar_one())
