"""Roles: who holds which, granted and taken back."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.catalog import LANGUAGES, Catalogue, Function
from dialogs.events import Reference, Scope
from dialogs.people import Person
from dialogs.request import Party
from dialogs.rights import Grant, Role
from storage.people import normal_email
from storage.tables import ConversationReferenceRow, PersonRow, RoleGrantRow, table_of

GRANTING: Final = "roles"  # the key under which `grant` and `revoke` are written

_PERSON, _GRANT, _REFERENCE = table_of(PersonRow), table_of(RoleGrantRow), table_of(ConversationReferenceRow).c
# built once: it's asked for with every message that may be about a request
_KEEPERS: Final = (
    select_columns(
        _PERSON.c.id,
        _PERSON.c.name,
        _PERSON.c.site,
        _PERSON.c.department,
        _PERSON.c.email,
        func.coalesce(_PERSON.c.language, _PERSON.c.directory_language).label("language"),
        _GRANT.c.role,
        _GRANT.c.function,
    )
    .outerjoin(_GRANT, and_(_GRANT.c.person_id == _PERSON.c.id, _GRANT.c.role.in_((Role.OWNER.value, Role.ADMIN.value))))
    .where(
        _PERSON.c.directory_id.is_not(None),
        or_(_GRANT.c.role.is_not(None), _PERSON.c.email.in_(bindparam("emails", expanding=True))),
        exists().where(_REFERENCE.person_id == _PERSON.c.id, _REFERENCE.dead_at.is_(None)),
    )
    .order_by(_PERSON.c.name, _PERSON.c.id)
)


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


def keepers(session: Session, catalogue: Catalogue, admins: Set[str]) -> Mapping[str, tuple[Party, ...]]:
    """Return who stands in for a function's channel, by its slug: its owners, then its contacts with the mandate, then the others; admins under "".

    Only people of the directory whom the bot can write to: somebody who has never spoken to it isn't among them.
    """
    named = {normal_email(contact.email) for function in catalogue.functions for contact in function.contacts} | admins
    rows = session.connection().execute(_KEEPERS, {"emails": sorted(named)}).all()
    found = {function.slug: _keepers_of(function, rows) for function in catalogue.functions}
    found[""] = _each_once(row for row in rows if row.role == Role.ADMIN.value or row.email in admins)
    return {slug: parties for slug, parties in found.items() if parties}


def reached_elsewhere(session: Session, people: Sequence[str], platform: str) -> Mapping[str, Reference]:
    """Return where those people who can be reached on another platform than this one last spoke there, by their id."""
    references = (
        select(ConversationReferenceRow)
        .where(
            col(ConversationReferenceRow.person_id).in_(people),
            col(ConversationReferenceRow.platform) != platform,
            col(ConversationReferenceRow.dead_at).is_(None),
        )
        .order_by(col(ConversationReferenceRow.refreshed_at))
    )
    return {
        row.person_id: Reference(
            platform="teams" if row.platform == "teams" else "slack",
            tenant=row.tenant,
            conversation=row.conversation,
            scope=Scope(row.scope),
            thread=row.thread,
            service_url=row.service_url,
        )
        for row in session.exec(references)
    }


def _keepers_of(function: Function, rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[Party, ...]:
    contacts = sorted(function.contacts, key=lambda contact: not contact.mandate)
    emails = [normal_email(contact.email) for contact in contacts]
    owners = [row for row in rows if row.role == Role.OWNER.value and row.function == function.slug]
    return _each_once((*owners, *(row for email in emails for row in rows if row.email == email)))


def _each_once(rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[Party, ...]:
    return tuple({row.id: _party(row) for row in rows}.values())


def _party(row: Row[*tuple[Any, ...]]) -> Party:
    language = next((each for each in LANGUAGES if each == row.language), None)
    return Party(id=row.id, name=row.name, site=row.site, department=row.department, language=language)


def _grant(row: RoleGrantRow) -> Grant:
    return Grant(role=Role(row.role), function=row.function or None)
