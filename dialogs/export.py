"""Exports: what somebody asks for in chat; the file is made by a job and sent by the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from dialogs.catalog import Language

EXPORT: Final = "export"  # the cause of the delivery that carries the file; the cause's id is the export's

Form: TypeAlias = Literal["csv", "xlsx", "jsonl"]
Depth: TypeAlias = Literal["protected", "full", "named"]  # classes of five; every row without names; every row with names
FORMS: Final[tuple[Form, ...]] = ("csv", "xlsx", "jsonl")
DEPTHS: Final[tuple[Depth, ...]] = ("protected", "full", "named")
REASON: Final = 10  # characters of a reason, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export as it was asked for; `filters` are by name (`function`, `from`, `to`…), `reason` is needed past `protected`."""

    id: str
    person: str
    language: Language
    form: Form
    depth: Depth
    asked_at: datetime
    filters: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
