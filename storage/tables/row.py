"""What every table shares: one metadata under which constraints have names, and the types of columns."""

from sqlalchemy import JSON, BigInteger, Integer, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up a key of this very type only
Json = JSON().with_variant(JSONB(), "postgresql")


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """What every table shares: one metadata, constraints that have names."""


def table_of(row: type[Row]) -> Table:
    """Return a row's table, for statements that write values as they are, without a row object for each."""
    return row.metadata.tables[str(row.__tablename__)]
