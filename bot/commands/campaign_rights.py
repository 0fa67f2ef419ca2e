"""`pourqui campaign approval|reach`: whose campaigns a second person approves, and whom their authors may reach."""

from collections.abc import Collection
from typing import Annotated, Final, get_args

import typer
from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.named import function_named, person_named
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, with_database, words
from dialogs.campaigning import AudienceGrant, GrantKind
from dialogs.catalog import Catalogue
from dialogs.people import DirectoryRow
from dialogs.rights import Act
from dialogs.search.likeness import nearest, plain
from dialogs.texts import Texts
from storage import Session, audit, campaigns, catalog, directory, people
from storage.database import Database

EVERYONE: Final = "everyone"
_FORM: Final = "segment:SLUG | department:NAME | site:NAME | everyone"
_GRANTING: Final = "campaigns' rights"  # the name under which they're written


def add_rights(app: typer.Typer, t: Texts) -> None:
    """Add the commands to those of the campaigns."""
    slug = Annotated[str, typer.Argument(metavar="FUNCTION", help=t("the function's slug"))]

    @app.command(help=t("Have a second person approve a function's campaigns before they're scheduled, or no longer."))
    def approval(function: slug, needed: Annotated[str, typer.Argument(metavar="on|off")]) -> None:
        set_approval(function, needed)

    app.add_typer(_reach(t), name="reach")


def _reach(t: Texts) -> typer.Typer:
    app = typer.Typer(help=t("Whom a function's authors may reach; owners and admins reach everyone."), no_args_is_help=True)
    slug = Annotated[str, typer.Argument(metavar="FUNCTION", help=t("the function's slug"))]
    person = Annotated[str, typer.Argument(metavar="PERSON", help=t("id, e-mail or full name, as in the directory"))]
    audience = Annotated[str, typer.Argument(metavar="AUDIENCE", help=_FORM)]

    @app.command(help=t("Let an author reach an audience in a function's name; it counts at once."))
    def grant(who: person, function: slug, whom: audience) -> None:
        grant_reach(who, function, whom)

    @app.command(help=t("Take an audience back; it counts at once."))
    def revoke(who: person, function: slug, whom: audience) -> None:
        revoke_reach(who, function, whom)

    @app.command("list", help=t("List the audiences that somebody may reach."))
    def list_reach(who: person) -> None:
        show_reach(who)

    return app


def set_approval(function: str, needed: str) -> None:
    """Keep whether a second person approves a function's campaigns, with a line in the audit log; end with 2 for what is misnamed."""
    t, wanted = words(), needed.strip().casefold()
    if wanted not in ("on", "off"):
        fail(t("{given} is neither on nor off.", given=repr(needed)), 2)

    async def setting(database: Database) -> tuple[str, bool]:
        slug = function_named(t, await database.read(catalog.latest), function)

        def kept(session: Session) -> bool:
            at = now()
            changed = campaigns.set_approval(session, slug, wanted == "on", actor(), at)
            if changed:
                note(session, Act.APPROVE_CAMPAIGNS.value, at, function=slug, detail={"approval": wanted})
            return changed

        return slug, await database.write(_GRANTING, kept)

    slug, changed = with_database(setting)
    if not changed:
        say(t("Nothing changed for {function}.", function=slug))
    elif wanted == "on":
        say(t("From now on, a second person approves the campaigns of {function}.", function=slug))
    else:
        say(t("The campaigns of {function} need nobody's approval any more.", function=slug))


def grant_reach(who: str, function: str, whom: str) -> None:
    """Let somebody reach an audience, with a line in the audit log; end with 2 for what is misnamed."""
    t = words()

    async def granting(database: Database) -> tuple[DirectoryRow, str, AudienceGrant, bool]:
        latest, rows = await database.read(catalog.latest), await database.read(directory.rows)
        person, slug = person_named(t, rows, who), function_named(t, latest, function)
        given = _known(t, _read(t, whom), latest, rows)
        person_id = people.directory_person_id(person.id)

        def granted(session: Session) -> bool:
            at = now()
            new = campaigns.grant(session, person_id, slug, given, actor(), at)
            if new:
                _note(session, person_id, slug, given, "granted")
            return new

        return person, slug, given, await database.write(_GRANTING, granted)

    person, slug, given, new = with_database(granting)
    if new:
        say(t("{person} may now reach {audience} with the campaigns of {function}.", person=person.name, audience=shown(given), function=slug))
    else:
        say(t("Nothing changed: {person} may reach {audience} already.", person=person.name, audience=shown(given)))


def revoke_reach(who: str, function: str, whom: str) -> None:
    """Take an audience back, with a line in the audit log; it may be gone from the company since. End with 1 where they don't have it."""
    t, slug = words(), function.strip().casefold()

    async def revoking(database: Database) -> tuple[DirectoryRow, AudienceGrant, bool, Collection[AudienceGrant]]:
        person, taken = person_named(t, await database.read(directory.rows), who), _read(t, whom)
        person_id = people.directory_person_id(person.id)

        def revoked(session: Session) -> bool:
            had = campaigns.revoke(session, person_id, slug, taken)
            if had:
                _note(session, person_id, slug, taken, "revoked")
            return had

        had = await database.write(_GRANTING, revoked)
        held = await database.read(lambda session: campaigns.granted(session, person_id))
        return person, taken, had, held.get(slug, ())

    person, taken, had, held = with_database(revoking)
    if not had:
        theirs = ", ".join(sorted(map(shown, held))) or t("none")
        fail(t("{person} wasn't granted that in {function}. What they may reach: {audiences}.", person=person.name, function=slug, audiences=theirs))
    say(t("{person} may no longer reach {audience} with the campaigns of {function}.", person=person.name, audience=shown(taken), function=slug))


def show_reach(who: str) -> None:
    """List the audiences that somebody was granted, by function."""
    t = words()

    async def reading(database: Database) -> tuple[DirectoryRow, dict[str, frozenset[AudienceGrant]]]:
        person = person_named(t, await database.read(directory.rows), who)
        return person, await database.read(lambda session: campaigns.granted(session, people.directory_person_id(person.id)))

    person, held = with_database(reading)
    if not held:
        say(t("{person} was granted no audience: pourqui campaign reach grant PERSON FUNCTION AUDIENCE", person=person.name))
        return
    table = Table(t("Function"), t("Audience"))
    for function, granted in sorted(held.items()):
        table.add_row(function, "\n".join(sorted(map(shown, granted))))
    Console(markup=False, emoji=False).print(table)


def shown(given: AudienceGrant) -> str:
    """Write an audience as it's typed."""
    return f"{given.kind}:{given.value}" if given.value else given.kind


def _note(session: Session, person_id: str, function: str, audience: AudienceGrant, change: str) -> None:
    detail = {"change": change, "audience": shown(audience)}
    note(session, Act.GRANT_ROLES.value, now(), function=function, subject=audit.pseudonym_of(session, person_id), detail=detail)


def _read(t: Texts, whom: str) -> AudienceGrant:
    """Return the audience that was typed; end with 2 for what has another form."""
    kind, colon, value = (part.strip() for part in whom.partition(":"))
    named = next((each for each in get_args(GrantKind) if each == kind.casefold()), None)
    if named is None or (named == EVERYONE) == bool(colon) or (named != EVERYONE and not value):
        fail(t("{given} isn't an audience: write {forms}.", given=repr(whom), forms=_FORM), 2)
    return AudienceGrant(kind=named, value=value)


def _known(t: Texts, given: AudienceGrant, latest: tuple[int, Catalogue] | None, rows: Collection[DirectoryRow]) -> AudienceGrant:
    """Return an audience that's there, in the company's own letters; end with 2 where nobody is in it, with the name that's near."""
    match given.kind:
        case "everyone":
            return given
        case "segment":
            names = set(latest[1].company.segments) if latest else set()
        case "department":
            names = {row.department for row in rows if row.department}
        case "site":
            names = {row.site for row in rows if row.site}
    alike = {plain(name): name for name in sorted(names)}
    found = alike.get(plain(given.value))
    if found is None:
        near = nearest(plain(given.value), alike)
        choices = alike[near] if near else ", ".join(sorted(names)) or t("none")
        fail(t("There's no {audience} in the company. Perhaps: {near}.", audience=repr(shown(given)), near=choices), 2)
    return AudienceGrant(kind=given.kind, value=found)
