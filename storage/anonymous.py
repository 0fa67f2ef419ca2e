"""What is said without a name: sealed in one row until others have come together, then rows that say neither who, nor when, nor in which order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.voice import ANONYMOUS, Unnamed, Voice, VoiceKind, VoiceState
from storage.erasure import secure
from storage.tables import AnonymousPendingRow, AnonymousVoiceRow, table_of

SEALING: Final = "anonymous"  # the key under which what waits is written, and passed on
_ONLY: Final = 1  # the id of the one row
_PENDING, _VOICE = table_of(AnonymousPendingRow), table_of(AnonymousVoiceRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """One of a batch, as it's written: under a random key, with the hash of its author's receipt."""

    key: UUID
    words: Unnamed
    receipt_hash: str


def sealed(session: Session) -> str | None:
    """Return what waits, as it was sealed; None where nothing does."""
    content: str | None = session.execute(select_columns(_PENDING.c.content)).scalar()
    return content


def seal(session: Session, content: str | None) -> None:
    """Keep what waits, in the place of what waited before; None empties it. Write it under the key `SEALING`.

    What waited before is overwritten in SQLite's file too: beside it, it'd tell what was said last.
    """
    secure(session)
    connection = session.connection()
    if content is None:
        connection.execute(delete(_PENDING))
    elif connection.execute(update(_PENDING).values(content=content)).rowcount == 0:
        connection.execute(insert(_PENDING).values(id=_ONLY, content=content))


def write(session: Session, batch: Sequence[PassedOn], month: str) -> None:
    """Write a batch, in the order in which it comes: shuffled, so that the order of the rows tells nothing either."""
    rows = [
        {
            "key": each.key,
            "month": month,
            "function": each.words.function,
            "kind": each.words.kind.value,
            "text": each.words.text,
            "receipt_hash": each.receipt_hash,
            "state": VoiceState.OPEN.value,
            "told": False,
        }
        for each in batch
    ]
    session.connection().execute(insert(_VOICE), rows)


def untold(session: Session) -> Mapping[str, int]:
    """Return how many each function has that its channel hasn't heard of, by its slug."""
    counted = select_columns(_VOICE.c.function, func.count()).where(_VOICE.c.told.is_(False)).group_by(_VOICE.c.function)
    return {row[0]: row[1] for row in session.execute(counted.order_by(_VOICE.c.function))}


def mark_told(session: Session, function: str) -> None:
    """Note that a function's channel has heard of all that is there for it."""
    session.connection().execute(update(_VOICE).where(_VOICE.c.function == function).values(told=True))


def load(session: Session, key: UUID) -> Voice | None:
    """Return one, None where there's no such."""
    row = session.execute(select_columns(_VOICE).where(_VOICE.c.key == key)).first()
    return None if row is None else _voice(row)


def by_receipt(session: Session, receipt_hash: str) -> Voice | None:
    """Return the one of which this is the hash of the receipt, None where there's no such."""
    row = session.execute(select_columns(_VOICE).where(_VOICE.c.receipt_hash == receipt_hash)).first()
    return None if row is None else _voice(row)


def waiting(session: Session, functions: Collection[str]) -> tuple[Voice, ...]:
    """Return what isn't closed, for these functions, in the order of the keys."""
    open_ = _VOICE.c.function.in_(functions), _VOICE.c.state != VoiceState.CLOSED.value
    return tuple(_voice(row) for row in session.execute(select_columns(_VOICE).where(*open_).order_by(_VOICE.c.key)))


def change(session: Session, voice: Voice) -> None:
    """Keep what a function made of one: its answer, what came of it, where it stands. Nobody's name is kept with it, and no time."""
    key = UUID(voice.id.removeprefix(ANONYMOUS))
    changed = {"state": voice.state.value, "answer": voice.answer, "outcome": voice.outcome}
    session.connection().execute(update(_VOICE).where(_VOICE.c.key == key).values(**changed))


def _voice(row: Row[*tuple[Any, ...]]) -> Voice:
    return Voice(
        id=f"{ANONYMOUS}{row.key}",
        function=row.function,
        kind=VoiceKind(row.kind),
        text=row.text,
        month=row.month,
        state=VoiceState(row.state),
        answer=row.answer,
        outcome=row.outcome,
    )
