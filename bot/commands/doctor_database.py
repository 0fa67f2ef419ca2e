"""What `pourqui doctor` finds in the database."""

import asyncio
import os
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.app import admins_of, embedded_file
from bot.clock import now
from bot.commands.doctor_fleet import look_at_fleet
from bot.commands.finding import Finding
from bot.settings import Settings
from dialogs.catalog import Catalogue
from dialogs.request import Desk
from dialogs.rights import Grant, Role
from dialogs.texts import Texts
from storage import bindings, catalog, deliveries, directory, people, roles, schema
from storage.database import Database
from storage.deliveries import Count, Imbalance
from storage.errors import StorageError
from storage.roles import Held

_TOLERANCE: Final = timedelta(minutes=1)  # Slack refuses a request whose time is 5 minutes off
_RELEASED: Final = datetime(2026, 11, 1, tzinfo=UTC)  # a clock before this was never set


def look_at_database(chosen: Settings, t: Texts) -> Iterator[Finding]:
    """Look whether the database is there, of this version, and holds what's needed; the ledger adds up, and the clocks agree."""
    file = embedded_file(chosen)
    if file is not None:
        folder = chosen.data_folder
        nearest = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
        writable = os.access(nearest, os.W_OK)
        yield Finding(
            what="POURQUI_DATA",
            seen=str(folder.absolute()),
            to_do=None if writable else t("{folder} can't be written to: give the program's user the right, or choose another", folder=nearest),
        )
        if not file.exists():
            yield Finding(what=t("database"), seen=t("none yet"), to_do=t("it's made by: pourqui catalog load FOLDER"))
            yield _clock(None, t)
            return
    findings, told = asyncio.run(_examine_database(chosen, t))
    yield from findings
    yield _clock(told, t)


async def _examine_database(chosen: Settings, t: Texts) -> tuple[list[Finding], datetime | None]:
    """Return what was found, and the time that the database told, if it could be asked."""
    what = t("database")
    try:
        revision = await asyncio.to_thread(schema.revision_of, chosen.url)
        if revision is not None and revision not in schema.revisions():
            seen, to_do = t("revision {revision}", revision=revision), t("it's of a later version than this one: install that version")
            return [Finding(what=what, seen=seen, to_do=to_do)], None
        if revision != schema.head():
            return [Finding(what=what, seen=t("revision {revision}", revision=revision or "-"), to_do=t("run: pourqui db upgrade"))], None
        async with await Database.open(chosen.url) as database:
            latest = await database.read(catalog.latest)
            rows, held = await database.read(directory.rows), await database.read(roles.held)
            desks, told = await database.read(bindings.desks), await database.read(schema.time_of)
            counts, imbalances = await database.read(deliveries.counts), await database.read(deliveries.imbalances)
            fleet = await look_at_fleet(database, chosen, t)
    except StorageError as error:
        return [Finding(what=what, seen=str(error), to_do=t("check POURQUI_DATABASE_URL, and that the server runs"))], None
    findings = [Finding(what=what, seen=t("answers, revision {revision}", revision=revision))]
    seen = t("version {number}, {functions} functions", number=latest[0], functions=len(latest[1].functions)) if latest else t("none")
    findings.append(Finding(what=t("catalogue"), seen=seen, to_do=None if latest else t("run: pourqui catalog load FOLDER")))
    findings.append(
        Finding(
            what=t("directory"),
            seen=t.many("{number} person", "{number} people", len(rows)),
            to_do=None if rows else t("run: pourqui people import FILE.csv"),
        )
    )
    emails = {people.normal_email(row.email) for row in rows}
    findings.append(_admins(chosen, t, emails, held))
    if latest:
        findings += [_channels(desks.values(), t), _who_answers(latest[1], desks, emails, held, t)]
    findings += [_ledger(counts, imbalances, t), *fleet]
    return findings, told


def _admins(chosen: Settings, t: Texts, emails: Set[str], held: Sequence[Held]) -> Finding:
    """Look whether somebody of the directory is an admin, by the settings or by a role granted."""
    named = admins_of(chosen)
    unknown = ", ".join(sorted(named - emails))
    count = len((named & emails) | {each.email for each in held if each.grant == Grant(role=Role.ADMIN)})
    to_do = None
    if unknown:
        to_do = t("not in the directory: {emails}; correct POURQUI_ADMINS, or import them: pourqui people import FILE.csv", emails=unknown)
    elif not count:
        to_do = t("name one: set POURQUI_ADMINS to their e-mail, or run: pourqui roles grant PERSON admin")
    return Finding(what=t("admins"), seen=t.many("{number} person", "{number} people", count), to_do=to_do)


def _channels(desks: Collection[Desk], t: Texts) -> Finding:
    """Look whether the channels that are bound can still be written to."""
    dead = ", ".join(f"{desk.service or desk.function} ({desk.dead})" for desk in desks if desk.dead is not None)
    return Finding(
        what=t("channels"),
        seen=t.many("{number} is bound", "{number} are bound", len(desks)),
        to_do=t("can't be written to any more: {channels}; invite the bot there again, then say in it: /pourqui bind FUNCTION", channels=dead)
        if dead
        else None,
    )


def _who_answers(catalogue: Catalogue, desks: Mapping[tuple[str, str | None], Desk], emails: Set[str], held: Sequence[Held], t: Texts) -> Finding:
    """Look whether somebody gets each function's requests: its channel, else people of the directory, by a role or as its contacts."""
    without = [function for function in catalogue.functions if (desk := desks.get((function.slug, None))) is None or desk.dead is not None]
    roles_of = {each.grant.function for each in held}
    nobody = [
        function
        for function in without
        if function.slug not in roles_of and not any(people.normal_email(contact.email) in emails for contact in function.contacts)
    ]
    what = t("who answers")
    if nobody:
        named = ", ".join(function.slug for function in nobody)
        how = t("say in a channel of theirs: /pourqui bind FUNCTION; or name somebody: pourqui roles grant PERSON owner FUNCTION")
        return Finding(what=what, seen=t("nobody, for: {functions}", functions=named), to_do=how)
    if without:
        named = ", ".join(function.slug for function in without)
        return Finding(what=what, seen=t("no channel yet, so a person is asked in private, for: {functions}", functions=named))
    return Finding(what=what, seen=t("a channel, for each function"))


def _ledger(counts: Sequence[Count], imbalances: Sequence[Imbalance], t: Texts) -> Finding:
    """Look whether each delivery that was ever planned stands somewhere, and none twice."""
    if imbalances:
        seen = ", ".join(
            t("{kind}: {targeted} planned in all, {rows} in the ledger", kind=each.kind, targeted=each.targeted, rows=each.rows)
            for each in imbalances
        )
        return Finding(what=t("ledger"), seen=seen, to_do=t("rows were added or taken out by hand: restore the database from a backup, or report it"))
    total = sum(count.number for count in counts)
    return Finding(what=t("ledger"), seen=t.many("{number} delivery, each accounted for", "{number} deliveries, each accounted for", total))


def _clock(told: datetime | None, t: Texts) -> Finding:
    here = now()
    seen = here.isoformat(timespec="seconds")
    if here < _RELEASED:
        return Finding(what=t("clock"), seen=seen, to_do=t("set this machine's clock (NTP): Slack and Teams refuse what is minutes off"))
    if told is not None and abs(told - here) > _TOLERANCE:
        return Finding(
            what=t("clock"), seen=t("{seconds} s from the database's", seconds=round((here - told).total_seconds())), to_do=t("set both clocks (NTP)")
        )
    return Finding(what=t("clock"), seen=seen)
