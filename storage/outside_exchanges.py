"""Outside exchanges: those that happened elsewhere, told by a tool or marked by a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

from sqlalchemy import exists, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.facts import ExchangeMarked
from dialogs.feedback import EXPIRES, Feedback, Occasion
from dialogs.feedback_row import feedback_id
from dialogs.request import Outcome
from storage import feedback
from storage.locks import hold
from storage.people import find_person, normal_email
from storage.prompts import language_of
from storage.tables import OutsideExchangeRow, PersonRow, table_of

State: TypeAlias = Literal["opened", "closed", "reopened"]

SHORTCUT: Final = "shortcut"  # the source of what people mark
STATES: Final[tuple[State, ...]] = ("opened", "closed", "reopened")  # of one time, in the order in which they can have happened
CHANNEL: Final = "outside"  # the channel of what is asked about them
_NOT_ASKED: Final = (Outcome.NOT_OURS.value, Outcome.WITHDRAWN.value)  # nobody helped with it
_NAMESPACE: Final = UUID("77cf1a52-0b7b-5f0c-9f3d-3b7e2a1c5d48")
_EXCHANGE, _PERSON = table_of(OutsideExchangeRow), table_of(PersonRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a tool tells of an exchange: `at` (UTC) is when it happened there, `client` an e-mail, `outcome` how it ended, where it's closed."""

    source: str
    external_id: str
    state: State
    at: datetime
    client: str
    function: str
    service: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An exchange as it stands after the news; `ignored` says that they were older than what is known, and changed nothing."""

    id: str
    state: State
    ignored: bool = False


def tell(session: Session, news: News, at: datetime) -> Told:
    """Keep what a tool tells. The same once more changes nothing; neither do older news, but for when the exchange was opened.

    Its client is asked about an exchange that is closed, unless it's told too late for that; not any more about one that isn't over.
    """
    row = _held(session, news.source, news.external_id)
    if row is None:
        row = _made(news.source, news.external_id, news.function, news.at)
        row.state = news.state
        _apply(session, row, news)
        session.add(row)
        session.flush()
        _follow(session, row, at)
        return Told(id=row.id, state=news.state)
    state = _state(row)
    if _is_later(news, row, state):
        _apply(session, row, news)
        session.flush()
        _follow(session, row, at)
        return Told(id=row.id, state=news.state)
    if news.state == "opened" and news.at <= row.opened_at:
        row.opened_at = news.at
        session.flush()
        return Told(id=row.id, state=state)
    return Told(id=row.id, state=state, ignored=(news.state, news.at) != (state, row.told_at))


def mark(session: Session, fact: ExchangeMarked) -> None:
    """Keep that a conversation between humans was a support exchange; marked again, the last one who marks it says how it was."""
    platform, tenant, _ = fact.place.split("|", 2)
    if fact.helped == "self":
        client: str | None = fact.by
    else:
        author = find_person(session, platform, tenant, fact.user)
        client = author.person.id if author else None  # somebody who has never spoken to the bot
    external_id = f"{fact.place}|{fact.message_id}"
    row = _held(session, SHORTCUT, external_id) or _made(SHORTCUT, external_id, fact.function, fact.at)
    row.id = fact.exchange
    row.function, row.person_id = fact.function, client
    row.state, row.outcome, row.closed_at, row.told_at = "closed", fact.outcome.value, fact.at, fact.at
    session.add(row)
    session.flush()
    _follow(session, row, fact.at, helper=fact.by if fact.helped == "author" else None)


def link(session: Session, at: datetime) -> int:
    """Give the exchanges of clients whom the directory didn't know to those whom it knows by now; return how many.

    They're asked about those that were closed not long ago.
    """
    found = select_columns(_PERSON.c.id).where(_PERSON.c.email == _EXCHANGE.c.client_email).scalar_subquery()
    known = exists().where(_PERSON.c.email == _EXCHANGE.c.client_email)
    linked = update(_EXCHANGE).where(_EXCHANGE.c.person_id.is_(None), known).values(person_id=found, changed_at=at)
    rows = session.execute(linked.returning(_EXCHANGE.c.id, _EXCHANGE.c.closed_at)).all()
    for recent in (each.id for each in rows if each.closed_at is not None and each.closed_at + EXPIRES > at):
        _follow(session, session.get_one(OutsideExchangeRow, recent, populate_existing=True), at)
    return len(rows)


def _follow(session: Session, row: OutsideExchangeRow, at: datetime, helper: str | None = None) -> None:
    """Have the client asked about an exchange that is closed; what was asked about it before, and is no longer so, doesn't count."""
    row.changed_at = at
    session.flush()
    asked = _asked(session, row, at, helper)
    if asked is not None and feedback.load(session, asked.id) is not None:
        return
    feedback.void(session, row.id, at)
    if asked is not None:
        feedback.ask(session, asked, at, prompt=True)


def _asked(session: Session, row: OutsideExchangeRow, at: datetime, helper: str | None) -> Feedback | None:
    """Return what is asked about an exchange, None for nothing; the same closing, by the same function, is asked about once."""
    if row.closed_at is None or row.person_id is None or row.outcome in _NOT_ASKED or row.closed_at + EXPIRES <= at:
        return None
    return Feedback(
        id=feedback_id(f"{row.id}|{row.function}", Occasion.OUTSIDE, row.reopened),
        exchange=row.id,
        occasion=Occasion.OUTSIDE,
        function=row.function,
        service=row.service,
        client=row.person_id,
        helper=helper,
        tool=row.source,
        question="",
        language=language_of(session, row.person_id, None) or "fr",
        channel=CHANNEL,
        opened_at=row.opened_at,
        asked_at=row.closed_at,
        expires_at=row.closed_at + EXPIRES,
        outcome=row.outcome,
    )


def _held(session: Session, source: str, external_id: str) -> OutsideExchangeRow | None:
    hold(session, f"exchange|{source}|{external_id}")  # two news of one exchange at once: the second sees what the first left
    asked = select(OutsideExchangeRow).where(col(OutsideExchangeRow.source) == source, col(OutsideExchangeRow.external_id) == external_id)
    return session.exec(asked).first()


def _made(source: str, external_id: str, function: str, at: datetime) -> OutsideExchangeRow:
    return OutsideExchangeRow(
        id=str(uuid5(_NAMESPACE, f"{source}|{external_id}")),
        source=source,
        external_id=external_id,
        function=function,
        state="opened",
        opened_at=at,
        reopened=0,
        told_at=at,
    )


def _is_later(news: News, row: OutsideExchangeRow, state: State) -> bool:
    return (news.at, STATES.index(news.state)) > (row.told_at, STATES.index(state))


def _apply(session: Session, row: OutsideExchangeRow, news: News) -> None:
    email = normal_email(news.client)
    row.client_email = email
    row.person_id = session.exec(select(PersonRow.id).where(col(PersonRow.email) == email)).first()
    row.function, row.service = news.function, news.service or row.service
    row.state, row.told_at = news.state, news.at
    row.closed_at, row.outcome = (news.at, news.outcome) if news.state == "closed" else (None, None)
    row.reopened += news.state == "reopened"


def _state(row: OutsideExchangeRow) -> State:
    return next(state for state in STATES if state == row.state)
