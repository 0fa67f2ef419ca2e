"""Roles: who holds which, granted and taken back."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from dialogs.people import Person
from dialogs.rights import Grant, Role
from storage.tables import PersonRow, RoleGrantRow

GRANTING: Final = "roles"  # the key under which `grant` and `revoke` are written


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role that somebody holds, since when, and who granted it (a pseudonym, or `command line:` and a login)."""

    person_id: str
    name: str | None
    email: str | None
    grant: Grant
    granted_at: datetime
    granted_by: str


def grants_of(session: Session, person: Person, admins: Set[str]) -> frozenset[Grant]:
    """Return what a person holds; whoever the directory knows by an e-mail of `admins` (the settings') is an admin. Others hold none."""
    if not person.linked:
        return frozenset()
    rows = session.exec(select(RoleGrantRow).where(col(RoleGrantRow.person_id) == person.id))
    held = {_grant(row) for row in rows}
    if person.email is not None and person.email in admins:
        held.add(Grant(role=Role.ADMIN))
    return frozenset(held)


def grant(session: Session, person_id: str, given: Grant, granted_by: str, at: datetime) -> bool:
    """Grant a role to a person of the directory; tell whether it's new to them. Write it under the key `GRANTING`.

    Raises ValueError for anybody else: who an account without a verified e-mail belongs to isn't known, so nothing may be entrusted to it.
    """
    person = session.get(PersonRow, person_id)
    if person is None or person.directory_id is None:
        raise ValueError(f"{person_id} isn't a person of the directory")
    key = (person_id, given.role.value, given.function or "")
    if session.get(RoleGrantRow, key) is not None:
        return False
    session.add(RoleGrantRow(person_id=person_id, role=given.role.value, function=given.function or "", granted_at=at, granted_by=granted_by))
    session.flush()
    return True


def revoke(session: Session, person_id: str, taken: Grant) -> bool:
    """Take a role back; tell whether they held it. Write it under the key `GRANTING`."""
    row = session.get(RoleGrantRow, (person_id, taken.role.value, taken.function or ""))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def held(session: Session) -> list[Held]:
    """Return every role that somebody holds, by function and role, those of the company first."""
    order = (col(RoleGrantRow.function), col(RoleGrantRow.role), col(PersonRow.name), col(PersonRow.id))
    rows = session.exec(select(RoleGrantRow, PersonRow).join(PersonRow, col(PersonRow.id) == col(RoleGrantRow.person_id)).order_by(*order))
    return [
        Held(person_id=person.id, name=person.name, email=person.email, grant=_grant(row), granted_at=row.granted_at, granted_by=row.granted_by)
        for row, person in rows
    ]


def _grant(row: RoleGrantRow) -> Grant:
    return Grant(role=Role(row.role), function=row.function or None)
