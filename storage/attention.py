"""Attention: what is known, as deliveries are claimed, of those whose attention they'd take; and what each function may take at most."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.attention import LONGEST, SPENDERS, Limit, Spending, Spent, spending_of
from dialogs.delivery import Kind, Status
from dialogs.feedback import FEEDBACK, Occasion, Pause
from dialogs.gates import Closing
from dialogs.prompt import prompt_key, reminder_key
from dialogs.request import RequestStatus
from storage.locks import try_hold
from storage.pauses import pauses_of_many
from storage.tables import DeliveryRow, FeedbackRow, FunctionLimitRow, RequestRow, table_of

_DELIVERY: Final = table_of(DeliveryRow).c
_TAKEN: Final = _DELIVERY.status.in_([status.value for status in (Status.SENDING, Status.SENT, Status.UNKNOWN)])
# what is being sent has no time yet but its lease's, a few seconds ahead
_WHEN: Final = func.coalesce(_DELIVERY.sent_at, _DELIVERY.ended_at, _DELIVERY.lease_until)
_ASKS: Final = (Kind.PROMPT, Kind.REMINDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the gates want to know of a delivery that spends attention (`dialogs.gates.Candidate`)."""

    function: str | None
    limit: Limit | None
    spent: tuple[Spent, ...]
    pauses: tuple[Pause, ...]
    closing: Closing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """What a prompt or a reminder asks about. `round` is shared by what mustn't be asked twice: an exchange, and apart from it its second look."""

    round: tuple[str, bool, Kind]
    row: FeedbackRow


class Attention:
    """One claim's look at those whose attention its deliveries would take. Where none takes any, there's no look at all.

    Each of those persons is held until the transaction ends, so that no two claims spend the same attention. One whom another claim holds is `busy`:
    their deliveries are left for later, as whoever holds deliveries mustn't wait for somebody who may wait for them.
    """

    def __init__(self) -> None:
        self._held: frozenset[str] = frozenset()
        self._busy: frozenset[str] = frozenset()
        self._spent: defaultdict[tuple[str, Spending], list[Spent]] = defaultdict(list)
        self._pauses: dict[str, tuple[Pause, ...]] = {}
        self._limits: Mapping[str, Limit] | None = None
        self._about: dict[UUID, _About] = {}
        self._asked: set[tuple[str, bool, Kind]] = set()
        self._exchanges: frozenset[str] = frozenset()
        self._handed: frozenset[str] = frozenset()

    def look(self, session: Session, rows: Sequence[DeliveryRow], at: datetime) -> None:
        """Learn of those whose attention these would take too."""
        spending = [row for row in rows if _spends(row)]
        wanted = sorted({row.person_id for row in spending if row.person_id is not None} - self._held - self._busy)
        held = [name.partition("|")[2] for name in try_hold(session, [f"attention|{person}" for person in wanted])]
        self._held |= frozenset(held)
        self._busy |= frozenset(wanted) - self._held
        if held:
            self._look_at_persons(session, held, at)
        if held and self._limits is None:
            self._limits = limits(session)
        mine = [row for row in spending if row.person_id in self._held]
        if asks := sorted({row.cause_id for row in mine if row.cause_kind == FEEDBACK and row.kind in _ASKS} - self._exchanges):
            self._look_at_closings(session, asks)

    def is_busy(self, row: DeliveryRow) -> bool:
        """Tell whether a delivery must wait because another claim takes that person's attention now."""
        return row.person_id in self._busy and _spends(row)

    def known(self, row: DeliveryRow, at: datetime) -> Known | None:
        """Return what is known of a delivery that would be sent then, None for one that spends nothing."""
        spending = spending_of(Kind(row.kind))
        if spending is None or row.person_id is None:
            return None
        return Known(
            function=row.function,
            limit=(self._limits or {}).get(row.function or ""),
            spent=tuple(self._spent[row.person_id, spending]),
            pauses=self._pauses.get(row.person_id, ()),
            closing=self._closing(row, at) if row.cause_kind == FEEDBACK and spending == "ask" else None,
        )

    def take(self, row: DeliveryRow, at: datetime) -> None:
        """Note that a delivery of this very claim takes somebody's attention then."""
        spending = spending_of(Kind(row.kind))
        if spending is None or row.person_id is None:
            return
        self._spent[row.person_id, spending].append(Spent(at=at, function=row.function))
        if row.key in self._about:
            self._asked.add(self._about[row.key].round)

    def _look_at_persons(self, session: Session, persons: Sequence[str], at: datetime) -> None:
        kinds = _DELIVERY.kind.in_([kind.value for kind in SPENDERS])
        here = (_DELIVERY.person_id.in_(persons), kinds, _TAKEN, at - LONGEST < _WHEN)
        taken = select_columns(_DELIVERY.person_id, _DELIVERY.kind, _DELIVERY.function, _WHEN.label("at")).where(*here)
        for row in session.execute(taken):
            if (spending := spending_of(Kind(row.kind))) is not None:
                self._spent[row.person_id, spending].append(Spent(at=row.at, function=row.function))
        self._pauses |= pauses_of_many(session, persons, at)

    def _look_at_closings(self, session: Session, exchanges: Sequence[str]) -> None:
        closings = session.exec(select(FeedbackRow).where(col(FeedbackRow.exchange_id).in_(exchanges)).execution_options(populate_existing=True))
        for row in closings:
            for kind, key in ((Kind.PROMPT, prompt_key(row.exchange_id, row.id)), (Kind.REMINDER, reminder_key(row.exchange_id, row.id))):
                self._about[key] = _About(round=(row.exchange_id, row.occasion == Occasion.LATER, kind), row=row)
        asked = select_columns(_DELIVERY.key).where(_DELIVERY.cause_kind == FEEDBACK, _DELIVERY.cause_id.in_(exchanges), _TAKEN)
        self._asked |= {self._about[key].round for key in session.execute(asked).scalars() if key in self._about}
        open_ = select(RequestRow.exchange_id).where(col(RequestRow.exchange_id).in_(exchanges), col(RequestRow.status) != RequestStatus.CLOSED.value)
        self._handed |= frozenset(session.exec(open_))
        self._exchanges |= frozenset(exchanges)

    def _closing(self, row: DeliveryRow, at: datetime) -> Closing:
        about = self._about.get(row.key)
        if about is None or about.row.voided_at is not None:
            return "voided"
        if about.row.answered_at is not None:
            return "answered"
        if about.row.expires_at < at:
            return "expired"
        if about.row.exchange_id in self._handed:
            return "handed"
        return "asked" if about.round in self._asked else "open"


def limits(session: Session) -> Mapping[str, Limit]:
    """Return what each function takes at most, where that's less than every function may."""
    rows = session.exec(select(FunctionLimitRow).order_by(col(FunctionLimitRow.function)))
    return {row.function: Limit(ask_days=row.ask_days, messages_month=row.messages_month) for row in rows}


def set_limit(session: Session, function: str, limit: Limit | None, by: str, at: datetime) -> bool:
    """Keep what a function takes at most, None for what every function may; tell whether that's a change. `by` is who the audit log names."""
    row = session.get(FunctionLimitRow, function)
    before = Limit() if row is None else Limit(ask_days=row.ask_days, messages_month=row.messages_month)
    after = limit or Limit()
    if before == after:
        return False
    if after != Limit():
        kept = FunctionLimitRow(function=function, ask_days=after.ask_days, messages_month=after.messages_month, changed_at=at, changed_by=by)
        session.merge(kept)
    elif row is not None:
        session.delete(row)
    session.flush()
    return True


def _spends(row: DeliveryRow) -> bool:
    return row.person_id is not None and spending_of(Kind(row.kind)) is not None
