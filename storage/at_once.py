"""Many rows at once: one statement, whose values are told by column, and made ready for the driver without a look at each row."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from pydantic_core import to_json
from sqlalchemy import Dialect, Executable, Integer, Table, Text, Uuid, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

Columns: TypeAlias = Mapping[str, Sequence[object]]  # values by column: as many in each
_Bind: TypeAlias = Callable[[Sequence[object]], Sequence[object]]
_COUNTED: Final = {"preserve_rowcount": True}
_NTH: Final = "nth"


class Insertion:
    """Puts many rows into these columns of a table; `unless` is the one whose values, where they're there already, leave a row out.

    SQLite's driver runs one statement for each row; PostgreSQL takes all of them as one JSON document, rather than a statement of psycopg's for each.
    """

    def __init__(self, table: Table, names: Sequence[str], *, unless: str | None = None) -> None:
        self._table, self._names = table, tuple(names)
        self._sqlite, self._order = _for_sqlite(table, self._names, unless)
        self._postgresql = _for_postgresql(table, self._names, unless)
        self._binds: dict[str, Mapping[str, _Bind]] = {}  # by dialect, each from its first connection on

    def add(self, session: Session, columns: Columns) -> int:
        """Add the rows in their order; return how many are new."""
        connection = session.connection()
        binds = self._ready_for(connection.dialect)
        if connection.dialect.name == "sqlite":
            told = [binds[name](columns[name]) for name in self._order]
            return connection.exec_driver_sql(self._sqlite, list(zip(*told, strict=True)), execution_options=_COUNTED).rowcount
        values = zip(*(binds[name](columns[name]) for name in self._names), strict=True)
        names = (*self._names, _NTH)
        rows = [dict(zip(names, (*row, nth), strict=True)) for nth, row in enumerate(values)]
        return connection.execute(self._postgresql, {"rows": to_json(rows).decode()}, execution_options=_COUNTED).rowcount

    def _ready_for(self, dialect: Dialect) -> Mapping[str, _Bind]:
        if dialect.name not in self._binds:
            self._binds[dialect.name] = _binds(self._table, self._names, dialect)
        return self._binds[dialect.name]


def _for_sqlite(table: Table, names: Sequence[str], unless: str | None) -> tuple[str, Sequence[str]]:
    insert = sqlite.insert(table)
    statement = insert if unless is None else insert.on_conflict_do_nothing(index_elements=[unless])
    compiled = statement.compile(dialect=sqlite.dialect(), column_keys=list(names))
    return str(compiled), compiled.positiontup or ()


def _binds(table: Table, names: Sequence[str], dialect: Dialect) -> Mapping[str, _Bind]:
    """Return what makes the values of each column ready; what is JSON goes into PostgreSQL's document as it is."""
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    return {name: _ready(kind, None if isinstance(kind, postgresql.JSONB) else kind.bind_processor(dialect)) for name, kind in types.items()}


def _ready(kind: TypeEngine[Any], bind: Callable[[Any], object] | None) -> _Bind:
    if bind is None:
        return lambda values: values
    if isinstance(kind, Uuid):
        return lambda values: [bind(value) for value in values]
    return partial(_shared, bind)


def _shared(bind: Callable[[Any], object], values: Sequence[object]) -> Sequence[object]:
    known = {value: bind(value) for value in set(values)}  # times and segments are the same for many
    return [known[value] for value in values]


def _for_postgresql(table: Table, names: Sequence[str], unless: str | None) -> Executable:
    document = cast(bindparam("rows", type_=Text), postgresql.JSON)
    told = func.json_to_recordset(document).table_valued(*(column(name, table.c[name].type) for name in names), column(_NTH, Integer))
    rows = told.render_derived(name="told", with_types=True)
    wanted = select(*(rows.c[name] for name in names)).order_by(rows.c[_NTH])
    insert = postgresql.insert(table).from_select(list(names), wanted, include_defaults=False)
    return insert if unless is None else insert.on_conflict_do_nothing(index_elements=[unless])
