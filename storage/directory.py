"""The company's directory, imported from its own list of people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, or_, select

from dialogs.people import DirectoryRow, language_of_locale
from storage.errors import EmailTakenError
from storage.people import directory_person_id, normal_email, settle_all
from storage.tables import PersonRow

_AT_ONCE: Final = 1_000  # names in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A person of whom the directory says something else than before; `fields` are the columns of `people.csv`."""

    id: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryReport:
    """What an import did; ids are the directory's.

    `merged` counts the platform accounts that turned out to be somebody of the directory. `absent` are known from an earlier import and missing
    from this one: they're left as they are.
    """

    created: tuple[str, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    merged: int
    absent: tuple[str, ...]


def import_directory(session: Session, rows: Sequence[DirectoryRow], now: datetime) -> DirectoryReport:
    """Make the directory's persons as these rows say, each found by its id, then settle whose the platforms' accounts are.

    Write it under the key `storage.people.LINKING`. Raises EmailTakenError where two people would have one e-mail, ValueError where a row's id comes
    twice: then nothing is changed.
    """
    _refuse_twins(rows)
    known = {person.directory_id: person for person in session.exec(select(PersonRow).where(col(PersonRow.directory_id).is_not(None)))}
    _refuse_taken(rows, known)
    changes = {row.id: _changes(known[row.id], row) for row in rows if row.id in known}
    for directory_id, fields in changes.items():
        if "email" in fields:  # two people may swap their addresses: no address has two owners in between
            known[directory_id].email = None
    session.flush()
    for row in rows:
        person = known.get(row.id) or PersonRow(id=directory_person_id(row.id), directory_id=row.id, created_at=now)
        for column, value in _columns(row).items():
            setattr(person, column, value)
        session.add(person)
    session.flush()
    listed = {row.id for row in rows}
    return DirectoryReport(
        created=tuple(row.id for row in rows if row.id not in known),
        changed=tuple(Changed(id=directory_id, fields=fields) for directory_id, fields in changes.items() if fields),
        unchanged=sum(not fields for fields in changes.values()),
        merged=settle_all(session, now),
        absent=tuple(sorted(directory_id for directory_id in known if directory_id not in listed and directory_id is not None)),
    )


def _columns(row: DirectoryRow) -> dict[str, object]:
    return {
        "email": normal_email(row.email),
        "name": row.name,
        "directory_language": row.language,
        "timezone": row.timezone,
        "site": row.site,
        "department": row.department,
        "seniority": row.seniority,
        "manager": row.manager,
        "segments": list(row.segments),
    }


def _changes(person: PersonRow, row: DirectoryRow) -> tuple[str, ...]:
    changed = (column for column, value in _columns(row).items() if getattr(person, column) != value)
    return tuple("language" if column == "directory_language" else column for column in changed)


def _refuse_twins(rows: Sequence[DirectoryRow]) -> None:
    ids: set[str] = set()
    emails: dict[str, str] = {}
    for row in rows:
        if row.id in ids:
            raise ValueError(f"{row.id} comes twice")
        ids.add(row.id)
        if (other := emails.setdefault(normal_email(row.email), row.id)) != row.id:
            raise EmailTakenError(f"{other} and {row.id} have the same e-mail {row.email}")


def _refuse_taken(rows: Sequence[DirectoryRow], known: dict[str | None, PersonRow]) -> None:
    listed = {row.id for row in rows}
    taken = {person.email: directory_id for directory_id, person in known.items() if directory_id not in listed}
    for row in rows:
        if (owner := taken.get(normal_email(row.email))) is not None:
            raise EmailTakenError(f"{row.id} has the e-mail {row.email}, which belongs to {owner}, who isn't in this list")


def rows(session: Session) -> list[DirectoryRow]:
    """Return the directory as it was imported, in the order of its ids."""
    people = session.exec(select(PersonRow).where(col(PersonRow.directory_id).is_not(None)).order_by(col(PersonRow.directory_id)))
    return [
        DirectoryRow(
            id=person.directory_id or "",
            email=person.email or "",
            name=person.name or "",
            language=language_of_locale(person.directory_language),
            timezone=person.timezone,
            site=person.site,
            department=person.department,
            seniority=person.seniority,
            manager=person.manager,
            segments=tuple(person.segments),
        )
        for person in people
    ]


def find(session: Session, names: Collection[str]) -> Mapping[str, str]:
    """Return the persons' ids of those of the directory whom these e-mails or directory's ids name, as they're written."""
    found: dict[str, str] = {}
    wanted = sorted(names)
    for begins in range(0, len(wanted), _AT_ONCE):
        some = wanted[begins : begins + _AT_ONCE]
        emails = [normal_email(name) for name in some]
        named = select(PersonRow.id, PersonRow.directory_id, PersonRow.email).where(
            col(PersonRow.directory_id).is_not(None), or_(col(PersonRow.directory_id).in_(some), col(PersonRow.email).in_(emails))
        )
        people = session.exec(named).all()
        by_id, by_email = {directory: person for person, directory, _ in people}, {email: person for person, _, email in people}
        for name, email in zip(some, emails, strict=True):
            if (person := by_id.get(name) or by_email.get(email)) is not None:
                found[name] = person
    return found
