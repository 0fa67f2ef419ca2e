"""The audit log: append-only, each line bound to the one before by its hash, people under pseudonyms."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, Literal
from uuid import uuid4

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.locks import hold
from storage.tables import AuditRow, IdentityRow, PersonRow, PseudonymRow

AUDITING: Final = "audit"  # the name that's held while a line is added
_FIRST: Final = "0" * 64  # what the first line holds as the hash of the line before it
_CHUNK: Final = 1000  # lines in memory at once while the chain is walked

Outcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log. `actor` is a pseudonym, or `command line:` and a login; `outcome` is `done` or `refused`."""

    number: int
    at: datetime
    actor: str
    act: str
    function: str | None
    subject: str | None
    outcome: Outcome
    detail: Mapping[str, str]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last line's number and hash. Noted elsewhere, it shows later whether lines were cut off at the end, or all were written anew."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where the chain breaks first, and how.

    `missing`: no line has this number. `changed`: its content isn't what was hashed. `detached`: it's whole, but follows another line than the one
    before it. `extra`: its number is below 1. Against a noted head: `rewritten`: another line than the noted one; `cut`: the log ends before this
    number.
    """

    number: int
    how: Literal["missing", "changed", "detached", "extra", "rewritten", "cut"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a walk along the chain found: the last line that is sound (None where none is), and the first break, if any."""

    head: Head | None
    broken: Break | None


def pseudonym_of(session: Session, person_id: str) -> str:
    """Return what the log calls a person: made at random on first use, so that it tells nothing once the line that maps it is deleted."""
    row = _mapping(session, person_id)
    if row is None:
        row = PseudonymRow(pseudonym=f"p-{uuid4().hex[:16]}", person_id=person_id)
        session.add(row)
        session.flush()
    return row.pseudonym


def names_of(session: Session, pseudonyms: Collection[str]) -> dict[str, str]:
    """Return the names behind these pseudonyms, as far as they're known still; whatever else is among them is left out.

    Somebody whom the directory doesn't know goes by the name of a platform's account.
    """
    name = func.coalesce(col(PersonRow.name), func.min(col(IdentityRow.name)))
    statement = (
        select(PseudonymRow.pseudonym, name)
        .join(PersonRow, col(PersonRow.id) == col(PseudonymRow.person_id))
        .outerjoin(IdentityRow, col(IdentityRow.person_id) == col(PersonRow.id))
        .where(col(PseudonymRow.pseudonym).in_(pseudonyms))
        .group_by(col(PseudonymRow.pseudonym), col(PersonRow.id), col(PersonRow.name))
    )
    return {pseudonym: known for pseudonym, known in session.exec(statement) if known}


def hand_over(session: Session, former_id: str, owner_id: str) -> None:
    """Let the log's pseudonym of one person stand for another, who turned out to be the same.

    Where both have one, only the other's is kept: what the former did stays under a pseudonym without a name. An account that isn't linked can do
    nothing but be refused, so little is lost.
    """
    former = _mapping(session, former_id)
    if former is None:
        return
    if _mapping(session, owner_id) is None:
        former.person_id = owner_id
    else:
        session.delete(former)
    session.flush()


def append(
    session: Session,
    *,
    actor: str,
    act: str,
    function: str | None,
    subject: str | None,
    at: datetime,
    outcome: Outcome = "done",
    detail: Mapping[str, str] | None = None,
) -> None:
    """Add a line. It's there once the body's transaction is committed, and nowhere if it's undone."""
    hold(session, AUDITING)
    last = head(session)
    row = AuditRow(
        number=1 if last is None else last.number + 1,
        at=at.astimezone(UTC),
        actor=actor,
        act=act,
        function=function,
        subject=subject,
        outcome=outcome,
        detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
        former_hash=_FIRST if last is None else last.hash,
        hash="",
    )
    row.hash = hash_of(row)
    session.add(row)
    session.flush()


def hash_of(row: AuditRow) -> str:
    """Return the SHA-256, in hexadecimal, of a line with the hash of the line before it."""
    said = [row.number, row.at.astimezone(UTC).isoformat(), row.actor, row.act, row.function, row.subject, row.outcome, row.detail, row.former_hash]
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def head(session: Session) -> Head | None:
    """Return the last line's number and hash, None while the log is empty."""
    last = session.exec(select(AuditRow.number, AuditRow.hash).order_by(col(AuditRow.number).desc()).limit(1)).first()
    return None if last is None else Head(number=last[0], hash=last[1])


def lines(session: Session, *, last: int | None = None) -> list[Line]:
    """Return the log in its order: the last lines of it, or (None) all."""
    rows = session.exec(select(AuditRow).order_by(col(AuditRow.number).desc()).limit(last)).all()
    return [
        Line(
            number=row.number,
            at=row.at,
            actor=row.actor,
            act=row.act,
            function=row.function,
            subject=row.subject,
            outcome="refused" if row.outcome == "refused" else "done",
            detail=json.loads(row.detail),
            hash=row.hash,
        )
        for row in reversed(rows)
    ]


def verify(session: Session, noted: Head | None = None) -> Verdict:
    """Walk along the chain, up to its first break; `noted` is a head that was noted before.

    Lines that were cut off at the end, and a log whose every hash was made anew, can only be seen against a noted head.
    """
    former: Head | None = None
    for row in _walk(session):
        expected = 1 if former is None else former.number + 1
        how = _wrong(row, expected, _FIRST if former is None else former.hash)
        if how is not None:
            return Verdict(head=former, broken=Break(number=min(row.number, expected), how=how))
        if noted is not None and row.number == noted.number and row.hash != noted.hash:
            return Verdict(head=former, broken=Break(number=row.number, how="rewritten"))
        former = Head(number=row.number, hash=row.hash)
    length = former.number if former else 0
    if noted is not None and noted.number > length:
        return Verdict(head=former, broken=Break(number=length + 1, how="cut"))
    return Verdict(head=former, broken=None)


def _wrong(row: AuditRow, expected: int, former_hash: str) -> Literal["missing", "changed", "detached", "extra"] | None:
    if row.number != expected:
        return "missing" if row.number > expected else "extra"
    if hash_of(row) != row.hash:
        return "changed"
    return None if row.former_hash == former_hash else "detached"


def _walk(session: Session) -> Iterator[AuditRow]:
    statement = select(AuditRow).order_by(col(AuditRow.number)).limit(_CHUNK)
    rows = session.exec(statement).all()
    while rows:
        yield from rows
        rows = session.exec(statement.where(col(AuditRow.number) > rows[-1].number)).all()


def _mapping(session: Session, person_id: str) -> PseudonymRow | None:
    return session.exec(select(PseudonymRow).where(col(PseudonymRow.person_id) == person_id)).first()
