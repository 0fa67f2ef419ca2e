"""Voices: what people said by name and without one, for those who answer; what has no name is written by `storage.anonymous`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, insert, update
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.catalog import LANGUAGES, Language
from dialogs.request import Party
from dialogs.voice import ANONYMOUS, Voice, VoiceKind, VoiceState
from storage import anonymous, locks
from storage.tables import PersonRow, VoiceRow, table_of

_VOICE = table_of(VoiceRow)
_AUTHOR, _ANSWERER, _CLOSER = (table_of(PersonRow).alias(name) for name in ("author", "answerer", "closer"))
_PARTY: Final = ("id", "name", "site", "department", "language", "directory_language")
_SELECT: Final = (
    select_columns(
        _VOICE,
        *(side.c[column].label(f"{side.name}_{column}") for side in (_AUTHOR, _ANSWERER, _CLOSER) for column in _PARTY),
    )
    .join(_AUTHOR, _AUTHOR.c.id == _VOICE.c.person_id)
    .outerjoin(_ANSWERER, _ANSWERER.c.id == _VOICE.c.answered_by)
    .outerjoin(_CLOSER, _CLOSER.c.id == _VOICE.c.closed_by)
)


def keep(session: Session, voice: Voice, at: datetime) -> None:
    """Keep a voice as it is from now on. One without a name must be there already; only its answer, outcome and state change."""
    if voice.author is None:
        anonymous.change(session, voice)
        return
    columns = {
        "state": voice.state.value,
        "answer": voice.answer,
        "answered_by": voice.answered_by.id if voice.answered_by else None,
        "outcome": voice.outcome,
        "closed_by": voice.closed_by.id if voice.closed_by else None,
    }
    first = {
        "function": voice.function,
        "kind": voice.kind.value,
        "person_id": voice.author.id,
        "language": voice.language,
        "text": voice.text,
        "said_at": voice.said_at or at,
        "desk_language": voice.desk_language,
        "card": voice.card,
    }
    connection, this = session.connection(), _VOICE.c.id == voice.id
    if connection.execute(update(_VOICE).where(this).values(**columns)).rowcount == 0:
        connection.execute(insert(_VOICE).values(id=voice.id, **first, **columns))
    if voice.answer is not None:
        connection.execute(update(_VOICE).where(this, _VOICE.c.answered_at.is_(None)).values(answered_at=at))
    if voice.outcome is not None:
        connection.execute(update(_VOICE).where(this, _VOICE.c.closed_at.is_(None)).values(closed_at=at))


def load(session: Session, voice: str) -> Voice | None:
    """Return a voice, by name or without one, None where there's no such; held until the transaction ends."""
    locks.hold(session, f"voice|{voice}")
    if voice.startswith(ANONYMOUS):
        key = _uuid(voice.removeprefix(ANONYMOUS))
        return anonymous.load(session, key) if key is not None else None
    row = session.execute(_SELECT.where(_VOICE.c.id == voice)).first()
    return None if row is None else _voice(row)


def waiting(session: Session, functions: Collection[str]) -> tuple[Voice, ...]:
    """Return what was said to these functions and isn't closed: by name the newest first, then those without a name, in the order of their keys."""
    open_ = _VOICE.c.function.in_(functions), _VOICE.c.state != VoiceState.CLOSED.value
    rows = session.execute(_SELECT.where(*open_).order_by(_VOICE.c.said_at.desc(), _VOICE.c.id))
    return (*(_voice(row) for row in rows), *anonymous.waiting(session, functions))


def _voice(row: Row[*tuple[Any, ...]]) -> Voice:
    return Voice(
        id=row.id,
        function=row.function,
        kind=VoiceKind(row.kind),
        text=row.text,
        language=_language(row.language) or "fr",
        month=f"{row.said_at:%Y-%m}",
        author=_party(row, "author"),
        said_at=row.said_at,
        state=VoiceState(row.state),
        answer=row.answer,
        answered_by=_party(row, "answerer"),
        outcome=row.outcome,
        closed_by=_party(row, "closer"),
        desk_language=_language(row.desk_language) or "fr",
        card=row.card,
    )


def _party(row: Row[*tuple[Any, ...]], side: str) -> Party | None:
    found = {column: row._mapping[f"{side}_{column}"] for column in _PARTY}
    if found["id"] is None:
        return None
    language = _language(found["language"]) or _language(found["directory_language"])
    return Party(id=found["id"], name=found["name"], site=found["site"], department=found["department"], language=language)


def _language(written: str | None) -> Language | None:
    return next((each for each in LANGUAGES if each == written), None)


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
