"""Checksums: what a table's rows sum up to, the same on both databases and in any order."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Self, TypeAlias
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    Table,
    Text,
    Tuple,
    Uuid,
    cast,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlmodel.sql.sqltypes import UTCDateTime

Values: TypeAlias = tuple[object, ...]

ROWS: Final = 5_000  # of a page at most
BYTES: Final = 4 * 1024**2  # of a page, about
_FIRST: Final = 16  # rows of the first page, before anything is known of how long they are
_BINARY: Final = 64  # rows of a page at most, where each may hold a file
_MODULUS: Final = 2**64
_SHORT: Final = 200  # characters of a JSON text that may well come again, such as a list of segments
_EXACT: Final = 2**53  # whole numbers below it are the same as floats


@dataclass(slots=True)
class Checksum:
    """The sum, modulo 2^64, of the 64-bit BLAKE2b of each row's canonical JSON; `rows` counts them.

    A sum doesn't depend on the order, in which two databases differ: they sort texts by other rules.
    """

    rows: int = 0
    total: int = 0

    @classmethod
    def read(cls, rows: int, text: str) -> Self:
        """Return the checksum of so many rows that `text` was written of."""
        return cls(rows, int(text, 16))

    def add(self, canonical: Sequence[bytes]) -> None:
        """Add rows."""
        summed = sum(int.from_bytes(blake2b(row, digest_size=8).digest(), "big") for row in canonical)
        self.rows, self.total = self.rows + len(canonical), (self.total + summed) % _MODULUS

    @property
    def text(self) -> str:
        """Sixteen hexadecimal digits."""
        return f"{self.total:016x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of a table's rows: the values of its columns (times without their zone, UTC; JSON as its text), and each row's canonical JSON."""

    rows: Sequence[Values]
    canonical: Sequence[bytes]


def pages(connection: Connection, table: Table, *, after: Values | None = None, upto: Values | None = None, in_order: bool = False) -> Iterator[Page]:
    """Read a table in pages, after one key and up to another (included); `in_order` of its keys. Memory stays flat: a page has about BYTES."""
    key = tuple_(*table.primary_key.columns)
    statement = select(*(_read(column, connection.dialect.name) for column in table.columns))
    if after is not None:
        statement = statement.where(key > _bound(table, after))
    if upto is not None:
        statement = statement.where(key <= _bound(table, upto))
    if in_order:
        statement = statement.order_by(*table.primary_key.columns)
    as_json = [number for number, column in enumerate(table.columns) if isinstance(column.type, JSON)]
    most = _BINARY if any(isinstance(column.type, LargeBinary) for column in table.columns) else ROWS
    size = min(_FIRST, most)
    with connection.execute(statement, execution_options={"stream_results": True, "max_row_buffer": 1}) as result:
        while found := result.fetchmany(size):
            rows = [tuple(row) for row in found]
            canonical = [_canonical(row, as_json) for row in rows]
            yield Page(rows=rows, canonical=canonical)
            length = max(1, sum(map(len, canonical)) // len(canonical))
            size = max(1, min(most, size * 4, BYTES // length))


def checksum_of(connection: Connection, table: Table, upto: Values | None = None) -> Checksum:
    """Read a table, as far as the key `upto`, and sum it up."""
    checksum = Checksum()
    for page in pages(connection, table, upto=upto):
        checksum.add(page.canonical)
    return checksum


def key_of(table: Table, row: Values) -> Values:
    """Return a row's primary key."""
    names = [column.name for column in table.columns]
    return tuple(row[names.index(column.name)] for column in table.primary_key.columns)


def write_key(key: Values) -> str:
    """Write a key as JSON."""
    return to_json(key, bytes_mode="hex").decode()


def read_key(table: Table, text: str) -> Values:
    """Read what `write_key` wrote."""
    return tuple(_key_part(column, part) for column, part in zip(table.primary_key.columns, json.loads(text), strict=True))


def _key_part(column: Column[object], part: object) -> object:
    match column.type:
        case Uuid():
            return UUID(str(part))
        case Date():
            return date.fromisoformat(str(part))
        case LargeBinary():
            return bytes.fromhex(str(part))
        case _:
            return part


def _bound(table: Table, key: Values) -> Tuple:
    return tuple_(*(literal(part, column.type) for column, part in zip(table.primary_key.columns, key, strict=True)))


def _read(column: Column[object], dialect: str) -> ColumnElement[object]:
    """Read a column in the plainest form that both databases have, which is also the quickest: times without their zone, UTC, and JSON as its text.

    Of JSON nothing is lost on the way through Python's then: None and `null` are two things, and long numbers keep their digits.
    """
    if isinstance(column.type, UTCDateTime):
        return type_coerce(column if dialect == "sqlite" else func.timezone("UTC", column), DateTime)
    if isinstance(column.type, JSON):
        return type_coerce(column, Text) if dialect == "sqlite" else cast(column, Text)
    return column


def _canonical(row: Values, as_json: Sequence[int]) -> bytes:
    if not as_json:
        return to_json(row, bytes_mode="hex", inf_nan_mode="strings")
    cells = list(row)
    for number in as_json:
        text = cells[number]
        if isinstance(text, str):
            cells[number] = _parsed_once(text) if len(text) < _SHORT else _parsed(text)
    return to_json(cells, bytes_mode="hex", inf_nan_mode="strings")


def _parsed(text: str) -> str:
    """Return JSON in its canonical form; a text that isn't JSON, which only SQLite would hold, as it is."""
    try:
        return json.dumps(json.loads(text, parse_int=_number, parse_float=_number), sort_keys=True)
    except ValueError:
        return text


_parsed_once = lru_cache(maxsize=1024)(_parsed)


def _number(digits: str) -> float | int:
    """Return a number so that 1, 1.0 and 1e0 are the same, of which PostgreSQL may write one for the other."""
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value
