"""Naming: where a text of the database says who somebody is, whoever wrote it; found in every table, masked where words are kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Row, String, Table, TypeDecorator, and_, cast, literal, or_, select, update
from sqlmodel import Session

from storage.personal_rows import REGISTER, table
from storage.trail import Sign, Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A column where somebody is named still, in how many rows, and why that stays; None where it shouldn't."""

    table: str
    column: str
    sign: Sign
    rows: int
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    """A text that names somebody: in which row, found by this condition, and which column; by which signs."""

    row: ColumnElement[bool]
    column: str
    text: str
    signs: tuple[Sign, ...]


def leftovers(session: Session, trail: Trail) -> list[Leftover]:
    """Search every text of every table for what names somebody: the proof of an erasure, by the trail that they had before it."""
    signs = list(trail.signs())
    found = Counter[tuple[str, str, Sign]]()
    for name in REGISTER:
        found.update((name, mention.column, sign) for mention in _mentions(session, name, texts_of(table(name)), signs) for sign in mention.signs)
    return [
        Leftover(table=name, column=column, sign=sign, rows=rows, why=REGISTER[name].stays.get(column))
        for (name, column, sign), rows in found.items()
    ]


def mask(session: Session, trail: Trail) -> int:
    """Mask what names somebody in what others wrote, or were told; return in how many texts."""
    signs, masked = list(trail.signs()), 0
    for name, kept in REGISTER.items():
        for mention in _mentions(session, name, kept.words, signs):
            text = reduce(lambda told, sign: sign.pattern.sub(sign.mask, told), mention.signs, mention.text)
            session.execute(update(table(name)).where(mention.row).values({mention.column: text}))
            masked += 1
    return masked


def texts_of(found: Table) -> list[str]:
    """Return the columns of a table that hold text, JSON included."""
    return [column.name for column in found.c if isinstance(_type_of(column), String | JSON)]


def _type_of(column: Column[Any]) -> object:
    """Return a column's own type; SQLModel's strings are a decorated one."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _mentions(session: Session, name: str, columns: Sequence[str], signs: Sequence[Sign]) -> list[_Mention]:
    """Return the texts of these columns that name somebody, in one statement a table: there are some two hundred columns."""
    if not columns:
        return []
    found = table(name)
    keys = list(found.primary_key.columns)
    texts = [cast(found.c[column], String).label(f"text_of_{column}") for column in columns]
    rows = session.execute(select(*keys, *texts).where(or_(*(_may_name(text.element, sign) for text in texts for sign in signs))))
    patterns = [(sign, sign.pattern) for sign in signs]
    return [
        _Mention(row=_is_row(keys, row), column=column, text=text, signs=naming)
        for row in rows
        for column, text in zip(columns, row[len(keys) :], strict=True)
        if text is not None and (naming := tuple(sign for sign, pattern in patterns if pattern.search(text)))
    ]


def _may_name(text: ColumnElement[str], sign: Sign) -> ColumnElement[bool]:
    return text.icontains(sign.fragment, autoescape=True) if sign.fragment else text.contains(sign.text, autoescape=True)


def _is_row(keys: Sequence[ColumnElement[Any]], row: Row[Any]) -> ColumnElement[bool]:
    return and_(*(key == literal(row[at], key.type) for at, key in enumerate(keys)))
