"""Exchanges: what was asked, what it got, and what people said of it."""

from typing import Final, assert_never
from uuid import UUID, uuid5

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col

from dialogs.events import Event
from dialogs.facts import Chosen, ExchangeOpened, Fact, Greeted, LanguageChosen, LanguageSpoken, NotMineSaid, WrongSaid
from storage.people import choose_language, greet, speak
from storage.tables import ExchangeRow, ReportRow, table_of

_NAMESPACE: Final = UUID("b6b3a1f0-43f5-5a53-8a57-6f8d0c8a2c2e")
_OPEN: Final = insert(table_of(ExchangeRow))
_CHOOSE: Final = (
    update(table_of(ExchangeRow))
    .where(col(ExchangeRow.id) == bindparam("exchange"))
    .values(chosen_id=bindparam("chosen"), none_of_these=bindparam("none"))
)


def record(session: Session, fact: Fact, *, person_id: str, event: Event, catalogue_version: int | None) -> None:
    """Keep what a turn left behind. `catalogue_version` is the one that was answered from, None for the sample company."""
    match fact:
        case ExchangeOpened():
            _open(session, fact, person_id, event, catalogue_version)
        case Chosen(exchange=exchange, id=chosen):
            # whoever taps last says what was meant
            session.connection().execute(_CHOOSE, {"exchange": exchange, "chosen": chosen, "none": chosen is None})
        case NotMineSaid(exchange=exchange, id=sheet):
            _report(session, "not_mine", exchange, sheet, None, person_id, event)
        case WrongSaid(exchange=exchange, id=sheet, comment=comment):
            _report(session, "wrong", exchange, sheet, comment, person_id, event)
        case LanguageChosen(language=language):
            choose_language(session, person_id, language)
        case LanguageSpoken(language=language):
            speak(session, event, language)
        case Greeted():
            greet(session, person_id, event.at)
        case _:
            assert_never(fact)


def _open(session: Session, fact: ExchangeOpened, person_id: str, event: Event, catalogue_version: int | None) -> None:
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


def _report(session: Session, kind: str, exchange: str, sheet: str, comment: str | None, person_id: str, event: Event) -> None:
    said = uuid5(_NAMESPACE, "|".join((kind, exchange, person_id, sheet, comment or "")))
    if session.get(ReportRow, said) is None:  # the same tap twice says nothing new
        session.add(ReportRow(id=said, exchange_id=exchange, person_id=person_id, kind=kind, sheet_id=sheet, comment=comment, reported_at=event.at))
        session.flush()
