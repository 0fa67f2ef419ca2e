"""The catalogue's versions: none is ever changed, the highest number is the one that is answered from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.catalog import Catalogue
from storage import plain
from storage.errors import UnknownVersionError
from storage.locks import hold
from storage.tables import CatalogueVersionRow, table_of

LOADING: Final = "catalogue"  # the key under which `load` and `restore` are written
_VERSION: Final = table_of(CatalogueVersionRow).c
_NUMBER: Final = select_columns(func.max(_VERSION.number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What came, what is no longer the same, what went; slugs or ids, sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What sets a version apart from the one before. A function changes with its own lines, not with those of its sheets."""

    functions: Difference = Difference()
    sheets: Difference = Difference()
    company: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version, without its content; `restored_from` is the number of the version it brought back."""

    number: int
    created_at: datetime
    author: str
    changes: Changes
    restored_from: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The version that is answered from now; `new` is False where the catalogue was the same already."""

    number: int
    changes: Changes
    new: bool


_CHANGES: Final = TypeAdapter(Changes)


def latest_number(session: Session) -> int | None:
    """Return the number of the current version, None before the first."""
    return session.connection().execute(_NUMBER).scalar()


def latest(session: Session) -> tuple[int, Catalogue] | None:
    """Return the current version, None before the first."""
    row = _latest(session)
    return None if row is None else (row.number, plain.read_catalogue(row.content))


def newest_held(session: Session) -> tuple[int, Catalogue] | None:
    """Return the current version, which nobody changes until this body's transaction ends: what is edited is the newest. None before the first."""
    hold(session, LOADING)
    return latest(session)


def content(session: Session, number: int) -> Catalogue:
    """Return what a version says. Raises UnknownVersionError."""
    return plain.read_catalogue(_version(session, number).content)


def versions(session: Session) -> list[Version]:
    """Return every version, the newest first."""
    columns = (_VERSION.number, _VERSION.created_at, _VERSION.author, _VERSION.changes, _VERSION.restored_from)
    rows = session.execute(select_columns(*columns).order_by(_VERSION.number.desc()))
    return [
        Version(
            number=row.number,
            created_at=row.created_at,
            author=row.author,
            changes=_CHANGES.validate_json(row.changes),
            restored_from=row.restored_from,
        )
        for row in rows
    ]


def load(session: Session, catalogue: Catalogue, author: str, now: datetime) -> Loaded:
    """Make this catalogue the current version; the same one twice makes no second version. Write it under the key `LOADING`, or hold that."""
    return _add(session, plain.write_catalogue(catalogue), author, now, restored_from=None)


def load_unseen(session: Session, catalogue: Catalogue, author: str, now: datetime) -> Loaded | None:
    """Make this catalogue the current one unless a version has held it already, which returns None. Write it under the key `LOADING`.

    A pack that is loaded at each start says nothing new while its files stay the same: what was written in chat since then stands.
    """
    digest = _digest(plain.write_catalogue(catalogue))
    known = session.connection().execute(select_columns(_VERSION.number).where(_VERSION.digest == digest).limit(1)).first()
    return load(session, catalogue, author, now) if known is None else None


def restore(session: Session, number: int, author: str, now: datetime) -> Loaded:
    """Make a former version the current one again, under a new number. Write it under the key `LOADING`. Raises UnknownVersionError."""
    return _add(session, _version(session, number).content, author, now, restored_from=number)


def changes_between(before: Catalogue | None, after: Catalogue) -> Changes:
    """Return what sets `after` apart; all of it is new where there was nothing before."""
    if before is None:
        return Changes(functions=_difference({}, _functions(after)), sheets=_difference({}, _sheets(after)), company=True)
    return Changes(
        functions=_difference(_functions(before), _functions(after)),
        sheets=_difference(_sheets(before), _sheets(after)),
        company=before.company != after.company,
    )


def _version(session: Session, number: int) -> CatalogueVersionRow:
    row = session.get(CatalogueVersionRow, number)
    if row is None:
        raise UnknownVersionError(f"there's no version {number} of the catalogue; `pourqui catalog versions` lists them")
    return row


def _latest(session: Session) -> CatalogueVersionRow | None:
    return session.exec(select(CatalogueVersionRow).order_by(col(CatalogueVersionRow.number).desc()).limit(1)).first()


def _add(session: Session, content: str, author: str, now: datetime, restored_from: int | None) -> Loaded:
    current = _latest(session)
    digest = _digest(content)
    if current is not None and current.digest == digest:
        return Loaded(number=current.number, changes=Changes(), new=False)
    before = None if current is None else plain.read_catalogue(current.content)
    changes = changes_between(before, plain.read_catalogue(content))
    number = 1 if current is None else current.number + 1
    written = _CHANGES.dump_json(changes).decode()
    session.add(
        CatalogueVersionRow(
            number=number, created_at=now, author=author, digest=digest, content=content, changes=written, restored_from=restored_from
        )
    )
    session.flush()
    return Loaded(number=number, changes=changes, new=True)


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def _functions(catalogue: Catalogue) -> Mapping[str, object]:
    return {function.slug: replace(function, services=(), entries=()) for function in catalogue.functions}


def _sheets(catalogue: Catalogue) -> Mapping[str, object]:
    return {sheet.id: (function.slug, sheet) for function, sheet in catalogue.sheets()}


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> Difference:
    return Difference(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        removed=tuple(sorted(before.keys() - after.keys())),
    )
