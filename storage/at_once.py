"""Many rows at once: one statement, whose values are told by column, and made ready for the driver without a look at each row."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from pydantic_core import to_json
from sqlalchemy import Dialect, Executable, Integer, Table, TableValuedAlias, Text, Uuid, bindparam, cast, column, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

Columns: TypeAlias = Mapping[str, Sequence[object]]  # values by column: as many in each
_Bind: TypeAlias = Callable[[Sequence[object]], Sequence[object]]
_COUNTED: Final = {"preserve_rowcount": True}
_NTH, _WHICH = "nth", "which"


class Insertion:
    """Puts many rows into these columns of a table; `unless` is the one whose values, where they're there already, leave a row out.

    `own` are the columns in which each row has a value of its own; what the others hold is the same for many rows. SQLite's driver runs one statement
    for each row. PostgreSQL takes all of them as one JSON document, rather than a statement of psycopg's for each, and what is shared as another.
    """

    def __init__(self, table: Table, names: Sequence[str], *, own: Sequence[str], unless: str | None = None) -> None:
        self._table, self._own = table, tuple(own)
        self._shared = tuple(name for name in names if name not in self._own)
        self._sqlite, self._order = _for_sqlite(table, names, unless)
        self._postgresql = _for_postgresql(table, self._own, self._shared, unless)
        self._binds: dict[str, Mapping[str, _Bind]] = {}  # by dialect, each from its first connection on

    def add(self, session: Session, columns: Columns) -> int:
        """Add the rows in their order; return how many are new."""
        connection = session.connection()
        binds = self._ready_for(connection.dialect)
        if connection.dialect.name == "sqlite":
            told = [binds[name](columns[name]) for name in self._order]
            return connection.exec_driver_sql(self._sqlite, list(zip(*told, strict=True)), execution_options=_COUNTED).rowcount
        several: dict[tuple[object, ...], int] = {}
        shared = zip(*(columns[name] for name in self._shared), strict=True)
        which = [several.setdefault(values, len(several)) for values in shared]
        alike = dict(zip(self._shared, zip(*several, strict=True), strict=True))
        documents = {
            "rows": _document(binds, {name: columns[name] for name in self._own}, {_NTH: range(len(which)), _WHICH: which}),
            "alike": _document(binds, alike, {_WHICH: range(len(several))}),
        }
        return connection.execute(self._postgresql, documents, execution_options=_COUNTED).rowcount

    def _ready_for(self, dialect: Dialect) -> Mapping[str, _Bind]:
        if dialect.name not in self._binds:
            self._binds[dialect.name] = _binds(self._table, (*self._own, *self._shared), dialect)
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


def _document(binds: Mapping[str, _Bind], columns: Columns, numbers: Columns) -> str:
    """Return columns as rows of a JSON document; the numbers are as they are."""
    told = {**{name: binds[name](values) for name, values in columns.items()}, **numbers}
    return to_json([dict(zip(told, row, strict=True)) for row in zip(*told.values(), strict=True)]).decode()


def _for_postgresql(table: Table, own: Sequence[str], shared: Sequence[str], unless: str | None) -> Executable:
    rows, alike = _told(table, "rows", own, (_NTH, _WHICH)), _told(table, "alike", shared, (_WHICH,))
    each = (*(rows.c[name] for name in own), *(alike.c[name] for name in shared))
    wanted = select(*each).join_from(rows, alike, rows.c[_WHICH] == alike.c[_WHICH]).order_by(rows.c[_NTH])
    insert = postgresql.insert(table).from_select([*own, *shared], wanted, include_defaults=False)
    return insert if unless is None else insert.on_conflict_do_nothing(index_elements=[unless])


def _told(table: Table, name: str, columns: Sequence[str], numbers: Sequence[str]) -> TableValuedAlias:
    document = cast(bindparam(name, type_=Text), postgresql.JSON)
    typed = (*(column(each, table.c[each].type) for each in columns), *(column(each, Integer) for each in numbers))
    return func.json_to_recordset(document).table_valued(*typed).render_derived(name=name, with_types=True)
