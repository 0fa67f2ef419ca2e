"""What keeps PostgreSQL from serving us, in words for the operator: what it is, and what to do."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """One kind: the codes by which it's known, the words where there's no code, and what is told.

    Why a connection was refused comes without a code, in the server's own language: English and French are known here.
    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """

    codes: frozenset[str]
    words: re.Pattern[str]
    told: str


_TROUBLES: Final = (
    _Trouble(
        codes=frozenset({"53300"}),
        words=re.compile(
            r"too many clients|connection slots are reserved|too many connections|trop de clients|emplacements de connexions?|trop de connexions"
        ),
        told=(
            "PostgreSQL takes no more connections: raise its max_connections, or lower POURQUI_DATABASE_CONNECTIONS "
            "(each process uses up to that many and 5 more)"
        ),
    ),
    _Trouble(
        codes=frozenset({"57P01", "57P02", "57P03"}),
        words=re.compile(
            r"database system is (?:starting|shutting|in recovery|not)|administrator command"
            r"|server closed the connection unexpectedly|le serveur a fermé la connexion de façon inattendue"
            r"|le système de bases? de données (?:se lance|s'arrête|est en cours|n'acc)"
        ),
        told="PostgreSQL is starting, stopping or recovering: it's asked again by itself; if that lasts, look at its log",
    ),
    _Trouble(
        codes=frozenset({"25006"}),
        words=re.compile(r"session is (?:not read-write|read-only)|server is in hot standby mode"),
        told=(
            "PostgreSQL only reads there, since it's a standby or set to: point POURQUI_DATABASE_URL to the one that writes "
            "(with several hosts: ?target_session_attrs=read-write)"
        ),
    ),
    _Trouble(
        codes=frozenset({"28P01", "28000"}),
        words=re.compile(
            r"authentication failed|no password supplied|role \".*\" does not exist|no pg_hba\.conf entry"
            r"|authentification .*échou|le rôle « .* » n'existe pas|aucune entrée dans pg_hba\.conf"
        ),
        told="PostgreSQL doesn't let this user in: correct the name and the password in POURQUI_DATABASE_URL, or the server's pg_hba.conf",
    ),
    _Trouble(
        codes=frozenset({"3D000"}),
        words=re.compile(r"database \".*\" does not exist|la base de données « .* » n'existe pas"),
        told="the server has no such database: make it, empty, or correct its name in POURQUI_DATABASE_URL",
    ),
    _Trouble(
        codes=frozenset({"42501"}),
        words=re.compile(r"permission denied for|droit refusé pour"),
        told="PostgreSQL doesn't give this user the right: make it the database's owner (ALTER DATABASE … OWNER TO …)",
    ),
    _Trouble(
        codes=frozenset({"53100"}),
        words=re.compile(r"No space left on device"),
        told="the disk of PostgreSQL is full: make room",
    ),
    _Trouble(
        codes=frozenset({"08001", "08006"}),
        words=re.compile(r"Connection refused|No such file or directory|could not translate host name|failed to resolve host|timeout expired"),
        told="there's nobody there: see that the server runs, that this machine may reach it, and that POURQUI_DATABASE_URL names it",
    ),
)


def told(reason: BaseException) -> str | None:
    """Return what a driver's error means for the operator, None where it's none of those that are known."""
    code, words = getattr(reason, "sqlstate", None), str(reason)
    return next((trouble.told for trouble in _TROUBLES if (code in trouble.codes if code else trouble.words.search(words))), None)
