"""Connections: how many a PostgreSQL server takes, and has taken."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, column, func, select, table
from sqlmodel import Session

_DATABASES = table("pg_stat_database", column("numbackends", BigInteger))  # everybody may read it, unlike whole rows of pg_stat_activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """What a server takes, less what it keeps for its administrators; and how many are open now, this one included."""

    most: int
    taken: int


def look(session: Session) -> Connections | None:
    """Return how many connections the server takes, None where there's no server."""
    if session.connection().dialect.name == "sqlite":
        return None
    kept = ("superuser_reserved_connections", "reserved_connections")  # the second one since PostgreSQL 16
    settings = select(*(func.current_setting(name, True) for name in ("max_connections", *kept)))
    most, *reserved = session.connection().execute(settings).one()
    taken = session.connection().execute(select(func.sum(_DATABASES.c.numbackends))).scalar_one()
    return Connections(most=int(most) - sum(int(each) for each in reserved if each), taken=int(taken))
