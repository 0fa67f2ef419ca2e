"""What our own tables tell of where people stand: cards opened, questions that went right, services used, recommendations.

Each table is read by the time at which what it says last changed, from a mark on. What is committed a little later than others of its time isn't
missed, because the last hour is read again each time: evidence that is told again changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Executable, Row, Select, and_, bindparam, exists, or_, select
from sqlmodel import Session

from dialogs.feedback import Item, Occasion
from dialogs.ladder import LASTS, Evidence, EvidenceKind
from dialogs.request import Outcome, RequestStatus
from storage import evidence
from storage.tables import EvidenceMarkRow, ExchangeRow, FeedbackRow, OutsideExchangeRow, ReportRow, RequestRow, table_of
from storage.trail import NOBODY

AGAIN: Final = timedelta(hours=1)  # how late a gesture may be taken: until then its platform sends it again
PAGE: Final = 400  # rows; each leaves two pieces at most
_FIRST: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PROMOTERS: Final = ("9", "10")  # of ten: F. Reichheld, "The One Number You Need to Grow", 2003
_EXCHANGE, _FEEDBACK, _REQUEST, _OUTSIDE, _REPORT = (table_of(row).c for row in (ExchangeRow, FeedbackRow, RequestRow, OutsideExchangeRow, ReportRow))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a table was read: up to this time, and of that time up to this id."""

    until: datetime
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A table: its rows after a mark in the order of `moved`, and what each of them tells."""

    rows: Select[Any]
    moved: ColumnElement[Any]
    id: ColumnElement[str]
    told: Callable[[Row[Any]], Iterable[Evidence]]

    def page(self) -> Executable:
        until, after = bindparam("until", type_=self.moved.type), bindparam("after", type_=self.id.type)
        since = and_(self.moved >= until, or_(self.moved > until, self.id > after))
        return self.rows.add_columns(self.moved.label("moved"), self.id.label("id")).where(since).order_by(self.moved, self.id).limit(PAGE)


def take_in(session: Session, source: str, begins: Mark | None, at: datetime, *, lasts: timedelta = LASTS) -> Mark | None:
    """Take in one page of one of `SOURCES`; return the mark after it, None at the end. `begins` is None for where the last look ended.

    Of what is taken back, only what was told before is: it weighs nothing then.
    """
    kept = session.get(EvidenceMarkRow, source)
    if begins is None:
        begins = Mark(until=kept.until - AGAIN) if kept is not None else Mark(until=_FIRST)
    rows = session.execute(_PAGES[source], {"until": begins.until, "after": begins.after}).all()
    pieces = [piece for row in rows for piece in SOURCES[source].told(row)]
    known = evidence.known_keys(session, [piece for piece in pieces if not piece.weight])
    evidence.leave_all(session, [piece for piece in pieces if piece.weight or evidence.key_of(piece) in known], at, lasts=lasts)
    if not rows:
        return None
    mark = Mark(until=rows[-1].moved, after=rows[-1].id)
    if kept is None:
        session.add(EvidenceMarkRow(source=source, until=mark.until, after=mark.after))
    elif (kept.until, kept.after) < (mark.until, mark.after):
        kept.until, kept.after = mark.until, mark.after
    session.flush()
    return mark if len(rows) == PAGE else None


def _card(row: Row[Any]) -> Iterable[Evidence]:
    yield _piece(row, EvidenceKind.CARD_OPENED, f"exchange|{row.id}")


def _response(row: Row[Any]) -> Iterable[Evidence]:
    if row.occasion == Occasion.ANSWER.value:
        right = row.solved == "yes" and not row.not_mine
        yield _piece(row, EvidenceKind.ASKED_RIGHT, f"exchange|{row.exchange_id}", counts=right)
    if row.item == Item.RECOMMENDATION.value:
        yield _piece(row, EvidenceKind.RECOMMENDS, f"feedback|{row.id}", counts=row.value in _PROMOTERS)


def _request(row: Row[Any]) -> Iterable[Evidence]:
    solved = row.status == RequestStatus.CLOSED.value and row.outcome == Outcome.SOLVED.value
    yield _piece(row, EvidenceKind.SERVICE_USED, f"request|{row.id}", counts=solved)
    yield _piece(row, EvidenceKind.ASKED_RIGHT, f"request|{row.id}", counts=solved and not row.hops)


def _outside(row: Row[Any]) -> Iterable[Evidence]:
    solved = row.state == "closed" and row.outcome == Outcome.SOLVED.value
    yield _piece(row, EvidenceKind.SERVICE_USED, f"outside|{row.id}", counts=solved)


def _piece(row: Row[Any], kind: EvidenceKind, source: str, *, counts: bool = True) -> Evidence:
    weight = 1.0 if counts else 0.0
    campaign, _, step = (row._mapping.get("reply_to") or "").partition("/")  # a campaign's message asked for it: its control group couldn't
    return Evidence(
        person=row.person_id,
        function=row.function,
        topic="",
        kind=kind,
        source=source,
        at=row.moved,
        weight=weight,
        campaign=campaign or None,
        step=step or None,
    )


def _theirs(person: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(person.is_not(None), person != NOBODY)


_NOT_MINE: Final = and_(_REPORT.exchange_id == _FEEDBACK.exchange_id, _REPORT.kind == "not_mine")
_RESPONSES: Final = select(
    *(_FEEDBACK.person_id, _FEEDBACK.function, _FEEDBACK.occasion, _FEEDBACK.exchange_id, _FEEDBACK.solved, _FEEDBACK.item, _FEEDBACK.value),
    exists().where(_NOT_MINE).label("not_mine"),
    select(_REQUEST.reply_to).where(_REQUEST.id == _FEEDBACK.request_id).scalar_subquery().label("reply_to"),
).where(_theirs(_FEEDBACK.person_id))

SOURCES: Final[Mapping[str, _Source]] = {
    "exchange": _Source(
        rows=select(_EXCHANGE.person_id, _EXCHANGE.function).where(
            _theirs(_EXCHANGE.person_id), _EXCHANGE.outcome == "profile", _EXCHANGE.function.is_not(None)
        ),
        moved=_EXCHANGE.opened_at,
        id=_EXCHANGE.id,
        told=_card,
    ),
    "feedback": _Source(rows=_RESPONSES, moved=_FEEDBACK.changed_at, id=_FEEDBACK.id, told=_response),
    "request": _Source(
        rows=select(
            _REQUEST.client_id.label("person_id"), _REQUEST.function, _REQUEST.status, _REQUEST.outcome, _REQUEST.hops, _REQUEST.reply_to
        ).where(_theirs(_REQUEST.client_id)),
        moved=_REQUEST.closed_at,
        id=_REQUEST.id,
        told=_request,
    ),
    "outside_exchange": _Source(
        rows=select(_OUTSIDE.person_id, _OUTSIDE.function, _OUTSIDE.state, _OUTSIDE.outcome).where(_theirs(_OUTSIDE.person_id)),
        moved=_OUTSIDE.changed_at,
        id=_OUTSIDE.id,
        told=_outside,
    ),
}
_PAGES: Final = {name: source.page() for name, source in SOURCES.items()}
