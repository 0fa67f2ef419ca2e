"""Exchanges: what was asked, what it got, and what people said of it."""

from typing import Final, Literal
from uuid import UUID, uuid5

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from dialogs.events import Event
from dialogs.facts import ExchangeOpened
from storage.tables import ExchangeRow, ReportRow, table_of

_NAMESPACE: Final = UUID("b6b3a1f0-43f5-5a53-8a57-6f8d0c8a2c2e")
_OPEN: Final = insert(table_of(ExchangeRow))
_CHOOSE: Final = (
    update(table_of(ExchangeRow))
    .where(col(ExchangeRow.id) == bindparam("exchange"))
    .values(chosen_id=bindparam("chosen"), none_of_these=bindparam("none"))
)


def open_(session: Session, fact: ExchangeOpened, person_id: str, event: Event, catalogue_version: int | None) -> None:
    """Keep a question and what it got. `catalogue_version` is the one that was answered from, None for the sample company."""
    session.connection().execute(
        _OPEN,
        {
            "id": fact.exchange,
            "person_id": person_id,
            "scope": event.reference.scope.value,
            "question": fact.question,
            "language": fact.language,
            "outcome": fact.outcome,
            "function": fact.function,
            "sheet_ids": list(fact.ids),
            "confidence": fact.confidence,
            "catalogue_version": catalogue_version,
            "opened_at": event.at,
        },
    )


def choose(session: Session, exchange: str, chosen: str | None) -> None:
    """Note which of the sheets offered was opened, None for none of them; whoever taps last says what was meant."""
    session.connection().execute(_CHOOSE, {"exchange": exchange, "chosen": chosen, "none": chosen is None})


def shown(session: Session, exchange: str, person_id: str) -> tuple[str, ...] | None:
    """Return the ids of the sheets that an exchange of this person had shown, the best first; None for somebody else's."""
    found = session.exec(select(ExchangeRow.sheet_ids).where(col(ExchangeRow.id) == exchange, col(ExchangeRow.person_id) == person_id)).first()
    return None if found is None else tuple(found)


def report(
    session: Session, kind: Literal["not_mine", "wrong"], exchange: str, sheet: str, comment: str | None, person_id: str, event: Event
) -> None:
    """Keep what a person said against an answer."""
    said = uuid5(_NAMESPACE, "|".join((kind, exchange, person_id, sheet, comment or "")))
    if session.get(ReportRow, said) is None:  # the same tap twice says nothing new
        session.add(ReportRow(id=said, exchange_id=exchange, person_id=person_id, kind=kind, sheet_id=sheet, comment=comment, reported_at=event.at))
        session.flush()
