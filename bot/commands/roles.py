"""`pourqui roles`: who may do what, granted, taken back, listed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from bot.app import admins_of
from bot.clock import now
from bot.commands.named import function_named, person_named
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, settings, with_database, words
from dialogs.people import DirectoryRow
from dialogs.rights import OF_A_FUNCTION, Act, Grant, Role
from dialogs.texts import Texts
from storage import Session, audit, catalog, directory, people, roles
from storage.database import Database
from storage.roles import Held

_GRANTABLE = tuple(role for role in Role if role is not Role.EMPLOYEE)
_SETTING = "POURQUI_ADMINS"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """A person of the directory, our id of them, and the role that is granted to them or taken back."""

    person: DirectoryRow
    person_id: str
    grant: Grant

    def note(self, session: Session, change: str, at: datetime) -> None:
        """Leave a line in the audit log, on the person's pseudonym."""
        subject = audit.pseudonym_of(session, self.person_id)
        detail = {"change": change, "role": self.grant.role.value}
        note(session, Act.GRANT_ROLES.value, at, function=self.grant.function, subject=subject, detail=detail)


def grant(who: str, role: str, function: str | None) -> None:
    """Grant a role, with a line in the audit log; end with 2 where person, role or function can't be told."""
    t = words()

    async def granting(database: Database) -> tuple[_Named, bool]:
        named = await _named(database, t, who, role, function)
        if named.grant.function is not None:
            function_named(t, await database.read(catalog.latest), named.grant.function)

        def granted(session: Session) -> bool:
            at = now()
            new = roles.grant(session, named.person_id, named.grant, actor(), at)
            if new:
                named.note(session, "granted", at)
            return new

        return named, await database.write(roles.GRANTING, granted)

    named, new = with_database(granting)
    if not new:
        say(t("Nothing changed: {person} has this role already.", person=named.person.name))
    elif named.grant.function is None:
        say(t("{person} is now {role}.", person=named.person.name, role=named.grant.role.value))
    else:
        say(t("{person} is now {role} of {function}.", person=named.person.name, role=named.grant.role.value, function=named.grant.function))


def revoke(who: str, role: str, function: str | None) -> None:
    """Take a role back, with a line in the audit log; its function may be gone from the catalogue since. End with 1 where they don't hold it."""
    t = words()

    async def revoking(database: Database) -> tuple[_Named, bool, list[Held]]:
        named = await _named(database, t, who, role, function)

        def revoked(session: Session) -> bool:
            had = roles.revoke(session, named.person_id, named.grant)
            if had:
                named.note(session, "revoked", now())
            return had

        return named, await database.write(roles.GRANTING, revoked), await database.read(roles.held)

    named, had, held = with_database(revoking)
    name, taken = named.person.name, named.grant
    if taken.role is Role.ADMIN and people.normal_email(named.person.email) in admins_of(settings()):
        fail(t("{person} stays an admin by {setting}: take {email} out of it.", person=name, setting=_SETTING, email=named.person.email))
    if not had:
        theirs = ", ".join(_shown(each.grant) for each in held if each.person_id == named.person_id)
        fail(t("{person} doesn't have this role. Their roles: {roles}.", person=name, roles=theirs or t("none")))
    if taken.function is None:
        say(t("{person} is no longer {role}.", person=name, role=taken.role.value))
    else:
        say(t("{person} is no longer {role} of {function}.", person=name, role=taken.role.value, function=taken.function))


def list_roles() -> None:
    """List who holds which role, since when, and by whom; the settings' admins first."""
    t = words()

    def reading(session: Session) -> tuple[list[DirectoryRow], list[Held], dict[str, str]]:
        held = roles.held(session)
        return directory.rows(session), held, audit.names_of(session, {each.granted_by for each in held})

    rows, held, names = with_database(lambda database: database.read(reading))
    by_settings = list(_by_settings(t, rows, admins_of(settings())))
    if not by_settings and not held:
        say(t("Nobody has a role yet: pourqui roles grant PERSON ROLE [FUNCTION]"))
        return
    table = Table(t("Who"), t("Role"), t("Function"), t("Since"), t("Granted by"))
    for who in by_settings:
        table.add_row(who, Role.ADMIN.value, "", "", _SETTING)
    for each in held:
        since = each.granted_at.strftime("%Y-%m-%d %H:%M UTC")
        who = f"{each.name or ''} <{each.email or ''}>"
        table.add_row(who, each.grant.role.value, each.grant.function or "", since, names.get(each.granted_by, each.granted_by))
    Console(markup=False, emoji=False).print(table)


async def _named(database: Database, t: Texts, who: str, role: str, function: str | None) -> _Named:
    rows = await database.read(directory.rows)
    person = person_named(t, rows, who)
    return _Named(person=person, person_id=people.directory_person_id(person.id), grant=_given(t, role, function))


def _given(t: Texts, role: str, function: str | None) -> Grant:
    named = next((known for known in _GRANTABLE if known.value == role.strip().casefold()), None)
    if named is None:
        choices = ", ".join(known.value for known in _GRANTABLE)
        fail(t("{role} isn't a role that can be granted: choose among {choices}.", role=repr(role), choices=choices), 2)
    if named in OF_A_FUNCTION and function is None:
        fail(t("{role} is a role in one function: say which, as in pourqui roles grant PERSON {role} FUNCTION.", role=named.value), 2)
    if named not in OF_A_FUNCTION and function is not None:
        fail(t("{role} is a role in the whole company: leave {function} out.", role=named.value, function=repr(function)), 2)
    return Grant(role=named, function=None if function is None else function.strip().casefold())


def _by_settings(t: Texts, rows: Sequence[DirectoryRow], admins: frozenset[str]) -> Iterator[str]:
    names = {people.normal_email(row.email): row.name for row in rows}
    for email in sorted(admins):
        yield f"{names[email]} <{email}>" if email in names else t("{email} (not in the directory)", email=email)


def _shown(held: Grant) -> str:
    return held.role.value if held.function is None else f"{held.role.value} {held.function}"
