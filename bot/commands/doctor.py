"""`pourqui doctor`: each thing that must be right, ok or what to do."""

import asyncio
import os
import re
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.encoders.port import EncoderError
from bot.app import admins_of, embedded_file, endpoint_for
from bot.clock import now
from bot.commands.terminal import say, settings, words
from bot.packs import read_pack
from bot.privacy import kept_days
from bot.secret import is_shared, key_file
from bot.settings import Settings, terminal_language
from dialogs.catalog import Catalogue
from dialogs.request import Desk
from dialogs.rights import Grant, Role
from dialogs.texts import Texts
from storage import bindings, catalog, deliveries, directory, people, roles, schema
from storage.database import Database
from storage.deliveries import Count, Imbalance
from storage.errors import StorageError
from storage.roles import Held

_TOLERANCE = timedelta(minutes=1)  # Slack refuses a request whose time is 5 minutes off
_RELEASED = datetime(2026, 11, 1, tzinfo=UTC)  # a clock before this was never set
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the diagnosis: what was looked at, what was seen, and what to do (None where it's right)."""

    what: str
    seen: str
    to_do: str | None = None


def examine() -> bool:
    """Print the diagnosis; tell whether everything is right."""
    chosen = settings(log_level="error")
    findings = list(_findings(chosen, words()))
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        say(f"{'ok' if finding.to_do is None else '!!':3}{finding.what:{width}}  {finding.seen}")
        if finding.to_do:
            say(f"   {'':{width}}  → {finding.to_do}")
    return all(finding.to_do is None for finding in findings)


def _findings(chosen: Settings, t: Texts) -> Iterator[Finding]:
    yield from _company(chosen, t)
    yield from _database(chosen, t)
    yield _encoder(chosen, t)
    yield from _slack(chosen, t)
    yield from _teams(chosen, t)
    if not chosen.slack_on and not chosen.teams_on:
        yield Finding(
            what=t("platforms"),
            seen=t("none is on"),
            to_do=t("set Slack's or Teams' credentials (docs/slack.md, docs/teams.md), or try: pourqui demo"),
        )
    yield _port(chosen, t)


def _company(chosen: Settings, t: Texts) -> Iterator[Finding]:
    yield Finding(what="POURQUI_LANGUAGE, _TIMEZONE, _COUNTRY", seen=f"{chosen.language}, {chosen.timezone}, {chosen.country}")
    yield Finding(what="POURQUI_WORKING_HOURS", seen="{:%H:%M}-{:%H:%M}".format(*chosen.working_hours))
    yield Finding(what="POURQUI_QUIET_HOURS", seen="{:%H:%M}-{:%H:%M}".format(*chosen.quiet_hours))
    yield Finding(what="POURQUI_DIGEST_AT", seen=f"{chosen.digest_at:%H:%M}")
    seen = f"{chosen.ask_days}, {chosen.ask_function_days}, {chosen.prompt_minutes}"
    yield Finding(what="POURQUI_ASK_DAYS, _ASK_FUNCTION_DAYS, _PROMPT_MINUTES", seen=seen)
    seen = f"{chosen.messages_day}, {chosen.messages_week}, {chosen.messages_function_month}"
    yield Finding(what="POURQUI_MESSAGES_DAY, _WEEK, _FUNCTION_MONTH", seen=seen)
    yield Finding(what="POURQUI_LOG", seen=f"{chosen.log}, {chosen.log_level}")
    yield _secret(chosen, t)
    seen = ", ".join(f"{kind} {days or t('for ever')}" for kind, days in kept_days(chosen).items())
    yield Finding(what="POURQUI_KEEP_…", seen=seen)
    yield Finding(what="POURQUI_ADMINS", seen=", ".join(chosen.admins) or t("nobody"))
    if chosen.company is not None:
        pack = read_pack(chosen.company, language=terminal_language(), today=now().date())
        wrong = None if pack.catalogue else t("see: pourqui catalog check {folder}", folder=chosen.company)
        yield Finding(what="POURQUI_COMPANY", seen=str(chosen.company), to_do=wrong)


def _secret(chosen: Settings, t: Texts) -> Finding:
    """Look whether there's a key, or one will be made; several processes on a server have to be given theirs."""
    what = "POURQUI_SECRET_KEY"
    if chosen.secret_key:
        return Finding(what=what, seen=t("set"))
    if is_shared(chosen):
        to_do = t("until it's set, the same for every process, nothing can be said anonymously (docs/voices.md)")
        return Finding(what=what, seen=t("not set"), to_do=to_do)
    file = key_file(chosen)
    return Finding(what=what, seen=t("in {file}", file=file) if file.exists() else t("made at the first start, in {file}", file=file))


def _database(chosen: Settings, t: Texts) -> Iterator[Finding]:
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
            return
    yield from asyncio.run(_examine_database(chosen, t))


async def _examine_database(chosen: Settings, t: Texts) -> list[Finding]:
    what = t("database")
    try:
        revision = await asyncio.to_thread(schema.revision_of, chosen.url)
        if revision != schema.head():
            return [Finding(what=what, seen=t("revision {revision}", revision=revision or "-"), to_do=t("run: pourqui db upgrade"))]
        async with await Database.open(chosen.url) as database:
            latest = await database.read(catalog.latest)
            rows, held = await database.read(directory.rows), await database.read(roles.held)
            desks, told = await database.read(bindings.desks), await database.read(schema.time_of)
            counts, imbalances = await database.read(deliveries.counts), await database.read(deliveries.imbalances)
    except StorageError as error:
        return [Finding(what=what, seen=str(error), to_do=t("check POURQUI_DATABASE_URL, and that the server runs"))]
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
    findings.append(_ledger(counts, imbalances, t))
    findings.append(_clock(told, t))
    return findings


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


def _encoder(chosen: Settings, t: Texts) -> Finding:
    what = t("encoder")
    endpoint = endpoint_for(chosen)
    if endpoint is None:
        forgotten = t("POURQUI_ENCODER_KEY is set: set POURQUI_ENCODER_URL and POURQUI_ENCODER_MODEL too, or unset it")
        return Finding(what=what, seen=t("the bundled one"), to_do=forgotten if chosen.encoder_key else None)
    with closing(endpoint):
        started = time.perf_counter()
        try:
            model = endpoint.reach()
        except EncoderError as error:
            mend = t("check POURQUI_ENCODER_URL, _MODEL and _KEY, and that it runs; until it answers, the bundled encoder does its work")
            return Finding(what=what, seen=str(error), to_do=mend)
        milliseconds = round((time.perf_counter() - started) * 1000)
    return Finding(what=what, seen=t("{model} answers in {milliseconds} ms", model=model, milliseconds=milliseconds))


def _slack(chosen: Settings, t: Texts) -> Iterator[Finding]:
    if chosen.slack_bot_token is None and chosen.slack_signing_secret is None and chosen.slack_app_token is None:
        return
    forms = (
        ("SLACK_BOT_TOKEN", chosen.slack_bot_token, r"xoxb-[\w-]{6,}", "xoxb-…"),
        ("SLACK_SIGNING_SECRET", chosen.slack_signing_secret, r"[0-9a-f]{32}", t("32 hexadecimal characters")),
        ("SLACK_APP_TOKEN", chosen.slack_app_token, r"xapp-[\w-]{6,}", "xapp-…"),
    )
    for name, secret, form, shown in forms:
        if secret is not None:
            right = re.fullmatch(form, secret.get_secret_value())
            yield Finding(what=name, seen=t("set"), to_do=None if right else t("this isn't its form: {form}", form=shown))
    if not chosen.slack_on:
        yield Finding(
            what="Slack", seen=t("off"), to_do=t("it needs SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
        )


def _teams(chosen: Settings, t: Texts) -> Iterator[Finding]:
    if not (chosen.teams_app_id or chosen.teams_app_password or chosen.teams_tenant_id):
        return
    for name, value in (("TEAMS_APP_ID", chosen.teams_app_id), ("TEAMS_TENANT_ID", chosen.teams_tenant_id)):
        if value is not None:
            right = _GUID.fullmatch(value)
            yield Finding(
                what=name, seen=value, to_do=None if right else t("this isn't its form: {form}", form="00000000-0000-0000-0000-000000000000")
            )
    insecure = [url for url in chosen.teams_service_urls if not url.startswith("https://")]
    if insecure:
        yield Finding(what="TEAMS_SERVICE_URLS", seen=", ".join(insecure), to_do=t("service URLs start with https://"))
    if not chosen.teams_on:
        yield Finding(what="Teams", seen=t("off"), to_do=t("it needs TEAMS_APP_ID, TEAMS_APP_PASSWORD and, for a SingleTenant app, TEAMS_TENANT_ID"))


def _port(chosen: Settings, t: Texts) -> Finding:
    where = f"{chosen.host}:{chosen.port}"
    try:
        family = socket.AF_INET6 if ":" in chosen.host else socket.AF_INET
        with socket.create_server((chosen.host, chosen.port), family=family):
            return Finding(what=t("port"), seen=t("{where} is free", where=where))
    except OSError as error:
        return Finding(
            what=t("port"), seen=f"{where}: {error.strerror}", to_do=t("is pourqui running already? Otherwise choose another: POURQUI_PORT")
        )
