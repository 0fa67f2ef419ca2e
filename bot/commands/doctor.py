"""`pourqui doctor`: each thing that must be right, ok or what to do."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing

from adapters.encoders.port import EncoderError
from bot.app import endpoint_for
from bot.clock import now
from bot.commands.doctor_database import look_at_database
from bot.commands.doctor_fleet import look_at_runner
from bot.commands.doctor_platforms import look_at_slack, look_at_teams
from bot.commands.finding import Finding
from bot.commands.terminal import say, settings, words
from bot.packs import read_pack
from bot.privacy import kept_days
from bot.secret import is_shared, key_file
from bot.settings import Settings, terminal_language
from dialogs.texts import Texts


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
    yield look_at_runner(chosen, t)
    yield from look_at_database(chosen, t)
    yield _encoder(chosen, t)
    yield from look_at_slack(chosen, t)
    yield from look_at_teams(chosen, t)
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
