"""`pourqui sources`: the tools that may tell of exchanges which live in them."""

import re
import secrets
from datetime import datetime
from typing import Final

from rich.console import Console
from rich.table import Table

from bot.clock import now
from bot.commands.operator import actor, note
from bot.commands.terminal import fail, say, with_database, words
from storage import Session, exchange_sources
from storage.exchange_sources import Source
from storage.outside_exchanges import SHORTCUT

_ACT: Final = "manage_sources"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TOKEN_BYTES: Final = 32


def add(name: str) -> None:
    """Trust a tool, and print its token, once; end with 2 for a name that can't be, with 1 for one that's trusted already."""
    t = words()
    if not _NAME.fullmatch(name) or name == SHORTCUT:
        fail(t("A source's name has 1 to 40 small letters, digits, - and _; {name} can't be one.", name=repr(name)), 2)
    token = secrets.token_urlsafe(_TOKEN_BYTES)

    def adding(session: Session) -> bool:
        at = now()
        new = exchange_sources.add(session, name, exchange_sources.hashed(token), actor(), at)
        if new:
            note(session, _ACT, at, subject=name, detail={"change": "added"})
        return new

    if not with_database(lambda database: database.write(exchange_sources.TRUSTING, adding)):
        fail(t("{name} has a token already. For another one: pourqui sources revoke {name}, then add it again.", name=name))
    say(t("This is the token of {name}. It isn't shown again:", name=name))
    say(token)


def revoke(name: str) -> None:
    """Trust a tool no longer; end with 1 where it wasn't trusted."""
    t = words()

    def revoking(session: Session) -> tuple[bool, list[Source]]:
        at = now()
        was = exchange_sources.revoke(session, name, at)
        if was:
            note(session, _ACT, at, subject=name, detail={"change": "revoked"})
        return was, exchange_sources.sources(session)

    was, found = with_database(lambda database: database.write(exchange_sources.TRUSTING, revoking))
    if not was:
        trusted = ", ".join(source.name for source in found if source.revoked_at is None)
        fail(t("No source {name} has a token. Those that do: {names}.", name=repr(name), names=trusted or t("none")))
    say(t("{name} can't tell of exchanges any more; what it told stays.", name=name))


def list_sources() -> None:
    """List the tools, since when and by whom they're trusted, when they last told something."""
    t = words()
    found = with_database(lambda database: database.read(exchange_sources.sources))
    if not found:
        say(t("No other tool tells of its exchanges yet: pourqui sources add NAME"))
        return
    table = Table(t("Source"), t("Since"), t("Added by"), t("Last used"), t("Revoked"))
    for each in found:
        table.add_row(each.name, _shown(each.created_at), each.created_by, _shown(each.used_at), _shown(each.revoked_at))
    Console(markup=False, emoji=False).print(table)


def _shown(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
