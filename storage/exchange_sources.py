"""Exchange sources: the tools that may tell of exchanges, each by a token that is kept as a hash only."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from sqlmodel import Session, col, select

from storage.tables import ExchangeSourceRow

TRUSTING: Final = "sources"  # the key under which sources are added and revoked


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A tool that may tell of exchanges, or (`revoked_at`) no longer may."""

    name: str
    created_at: datetime
    created_by: str
    used_at: datetime | None
    revoked_at: datetime | None


def hashed(token: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal. Tokens are random, so that no salt or slow hash is needed."""
    return sha256(token.encode()).hexdigest()


def add(session: Session, name: str, token_hash: str, created_by: str, at: datetime) -> bool:
    """Trust a tool; tell whether it wasn't trusted before. One that was revoked begins anew. Write it under the key `TRUSTING`."""
    row = session.get(ExchangeSourceRow, name)
    if row is not None and row.revoked_at is None:
        return False
    session.merge(ExchangeSourceRow(name=name, token_hash=token_hash, created_at=at, created_by=created_by))
    session.flush()
    return True


def revoke(session: Session, name: str, at: datetime) -> bool:
    """Trust a tool no longer; tell whether it was trusted. What it told stays. Write it under the key `TRUSTING`."""
    row = session.get(ExchangeSourceRow, name)
    if row is None or row.revoked_at is not None:
        return False
    row.revoked_at = at
    session.flush()
    return True


def sources(session: Session) -> list[Source]:
    """Return every tool, by name."""
    return [_source(row) for row in session.exec(select(ExchangeSourceRow).order_by(col(ExchangeSourceRow.name)))]


def trusted(session: Session, token: str) -> Source | None:
    """Return the tool to which a token was given, None where it's nobody's, or was revoked. How long it takes tells nothing of the token."""
    wanted, found = hashed(token), None
    for row in session.exec(select(ExchangeSourceRow)):
        if compare_digest(row.token_hash, wanted) and row.revoked_at is None:
            found = _source(row)
    return found


def use(session: Session, name: str, at: datetime) -> None:
    """Note that a tool told something."""
    row = session.get(ExchangeSourceRow, name)
    if row is not None:
        row.used_at = at
        session.flush()


def _source(row: ExchangeSourceRow) -> Source:
    return Source(name=row.name, created_at=row.created_at, created_by=row.created_by, used_at=row.used_at, revoked_at=row.revoked_at)
