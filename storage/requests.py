"""Requests: what is in human hands, its words, its history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, insert, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.actions import Action
from dialogs.catalog import LANGUAGES, Language
from dialogs.delivery import Status
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageDeleted, MessageEdited, MessageReceived, Reference
from dialogs.people import Person
from dialogs.request import REQUEST, WORD, Inside, Outcome, Party, Request, RequestStatus, Side, Step, Word, lane_to_client, lane_to_desk
from dialogs.request_actions import ListRequests
from storage import locks
from storage.plain import read_reference, write_reference
from storage.tables import DeliveryRow, IdentityRow, PersonRow, RequestRow, RequestStepRow, RequestWordRow, table_of

STILL_SHOWN: Final = timedelta(days=1)  # how long a closed request is still among its client's
_STATES: Final[tuple[Literal["sent", "proposed", "dropped", "deleted"], ...]] = ("sent", "proposed", "dropped", "deleted")

_REQUEST, _WORD, _STEP = table_of(RequestRow), table_of(RequestWordRow), table_of(RequestStepRow)
# built once: it's asked for with every message that may be about a request
_THEIRS: Final = (
    select_columns(_REQUEST.c.id)
    .where(_REQUEST.c.client_id == bindparam("client"), or_(_REQUEST.c.closed_at.is_(None), _REQUEST.c.closed_at >= bindparam("since")))
    .order_by(_REQUEST.c.id)
)
_DELIVERY, _PERSON, _IDENTITY = table_of(DeliveryRow).c, table_of(PersonRow).c, table_of(IdentityRow).c


def hold(session: Session, request: str) -> None:
    """Hold a request until the body's transaction ends: whatever changes it, or its deliveries, holds it first (after its conversation)."""
    locks.hold(session, f"request|{request}")


def load(session: Session, request: str) -> Request | None:
    """Return a request with its words, the oldest first, held until the transaction ends."""
    hold(session, request)
    return next(iter(as_they_are(session, (request,))), None)


def as_they_are(session: Session, requests: Sequence[str]) -> list[Request]:
    """Return requests with their words, in the order of their ids, without holding them: for who only looks."""
    return _requests(session, _REQUEST.c.id.in_(requests), order=(_REQUEST.c.id,)) if requests else []


def inside(session: Session, reference: Reference) -> Inside | None:
    """Return the request in whose thread this is, and on which side: under its card at the experts', or under what the client got about it."""
    if reference.thread is None:
        return None
    desk = select_columns(_REQUEST.c.id).where(_REQUEST.c.desk_key == reference.whole.key, _REQUEST.c.thread == reference.thread).limit(1)
    if (request := session.execute(desk).scalar()) is not None:
        return Inside(request=request, side="expert")
    # in a private conversation: a keeper's, whose card is there, or a client's; that of a card which went elsewhere since is nobody's any more
    root = (
        select_columns(_DELIVERY.cause_id, _DELIVERY.lane, (_REQUEST.c.card == _DELIVERY.key).label("is_card"))
        .join(_REQUEST, _REQUEST.c.id == _DELIVERY.cause_id)
        .where(_DELIVERY.place == reference.whole.key, _DELIVERY.message_id == reference.thread, _DELIVERY.cause_kind.in_((REQUEST, WORD)))
        .limit(1)
    )
    sent = session.execute(root).first()
    if sent is None:
        return None
    if sent.lane == lane_to_client(sent.cause_id):
        return Inside(request=sent.cause_id, side="client")
    return Inside(request=sent.cause_id, side="expert") if sent.is_card else None


def word_at(session: Session, reference: Reference, message_id: str) -> Word | None:
    """Return the word that was written as that message of that conversation (whichever thread)."""
    written = _WORD.c.source_key == reference.whole.key, _WORD.c.source_message == message_id
    rows = session.execute(select_columns(_WORD).where(*written).order_by(_WORD.c.at.desc(), _WORD.c.id).limit(1)).all()
    return next(iter(_words(rows, _parties(session, (row.author_id for row in rows)))), None)


def concerning(session: Session, event: Event, person: Person, command: Action | None = None) -> tuple[tuple[Request, ...], Inside | None]:
    """Return the requests that an event is about, held, and in which of them it happened.

    The one that its action names; else the one in whose thread it is, or whose word it edits or deletes; else the person's open requests, and those
    closed within the last day, the newest first (for the list of a function's requests, those of the function: `waiting_for`); for words in private,
    only those of which something came to this very conversation. `command` is the action that its words stand for.
    """
    action = event.action if isinstance(event, ActionTaken | FormAsked | FormSubmitted) else command
    if isinstance(action, ListRequests) and action.slug is not None:
        return tuple(waiting_for(session, action.slug)), None
    where = inside(session, event.reference)
    named = getattr(action, "request", None)
    if isinstance(event, MessageEdited | MessageDeleted):
        word = word_at(session, event.reference, event.message_id)
        where = None if word is None else Inside(request=word.request, side=word.side)
    elif action is not None and (where is None or where.request != named):
        where = None  # a card may be tapped in the thread of another request
    about = named or (where.request if where else None)
    if about is not None:
        found = load(session, about)
        return (() if found is None else (found,)), where
    if isinstance(event, MessageEdited | MessageDeleted):
        return (), None
    mine = _of_client(session, person.id, event.at)
    if action is None and isinstance(event, MessageReceived) and not event.private:
        # whoever is answered in Slack, and asks something in Teams, asks the bot
        mine = [request for request in mine if _came_here(session, request, event.reference)]
    return tuple(mine), None


def waiting_for(session: Session, function: str, limit: int = 50) -> list[Request]:
    """Return a function's requests that aren't closed, the oldest first."""
    waiting = and_(_REQUEST.c.function == function, _REQUEST.c.closed_at.is_(None))
    return _requests(session, waiting, order=(_REQUEST.c.opened_at, _REQUEST.c.id), limit=limit)


def keep(session: Session, request: Request, step: Step, by: str | None, function: str | None, at: datetime) -> None:
    """Keep a request as it is from now on (its words apart), and a line of its history."""
    connection = session.connection()
    columns = _columns(request)
    if connection.execute(update(_REQUEST).where(_REQUEST.c.id == request.id).values(**columns)).rowcount == 0:
        connection.execute(insert(_REQUEST).values(id=request.id, **columns))
    connection.execute(insert(_STEP).values(request_id=request.id, step=step.value, person_id=by, function=function, at=at))


def keep_word(session: Session, word: Word) -> None:
    """Keep a word as it is from now on."""
    connection = session.connection()
    source_key, source_message = word.source or (None, None)
    columns = {
        "request_id": word.request,
        "side": word.side,
        "author_id": word.author.id,
        "text": word.text,
        "at": word.at,
        "state": word.state,
        "source_key": source_key,
        "source_message": source_message,
    }
    if connection.execute(update(_WORD).where(_WORD.c.id == word.id).values(**columns)).rowcount == 0:
        connection.execute(insert(_WORD).values(id=word.id, **columns))


def overdue(session: Session, at: datetime, limit: int = 50, *, after: str = "") -> Sequence[str]:
    """Return the ids of requests that nobody has taken by their due time and of whom nobody was reminded, or told the owner, yet.

    In the order of their ids, those past `after`: some wait for a time that only the office's hours tell.
    """
    late = (_REQUEST.c.status == RequestStatus.OPEN.value, _REQUEST.c.due_at <= at)
    # what was done about a former promise, before the request was reopened or handed on, doesn't count
    untold = or_(_REQUEST.c.escalated_at.is_(None), _REQUEST.c.escalated_at < _REQUEST.c.due_at)
    return _ids(session, *late, untold, limit=limit, after=after)


def stranded(session: Session, before: datetime, limit: int = 50, *, after: str = "") -> Sequence[str]:
    """Return the ids of open requests from before that time whose card isn't at the experts' yet.

    That is: planned before that time, and not there; or never planned, since nobody could be reached. In the order of their ids, those past `after`.
    """
    return _ids(session, *_is_stranded(before), limit=limit, after=after)


def is_stranded(session: Session, request: str, before: datetime) -> bool:
    """Tell whether `stranded` would return that request."""
    return session.execute(select_columns(_REQUEST.c.id).where(_REQUEST.c.id == request, *_is_stranded(before))).first() is not None


def on_their_way(session: Session, request: str) -> tuple[UUID, ...]:
    """Return the keys of what goes to the experts about a request and isn't known to be there, in order; last, the words that were only kept."""
    waiting = (Status.PLANNED.value, Status.SENDING.value, Status.UNKNOWN.value)
    found = select_columns(_DELIVERY.key).where(_DELIVERY.lane == lane_to_desk(request), _DELIVERY.status.in_(waiting)).order_by(_DELIVERY.number)
    # said while nobody could be reached, so that no delivery carries them
    theirs = (_WORD.c.request_id == request, _WORD.c.side == "client", _WORD.c.state == "sent", ~exists().where(_DELIVERY.key == _WORD.c.id))
    kept = select_columns(_WORD.c.id).where(*theirs).order_by(_WORD.c.at, _WORD.c.id)
    return (*session.execute(found).scalars(), *session.execute(kept).scalars())


def in_doubt(session: Session, request: str) -> frozenset[UUID]:
    """Return the keys of those of them that may be there all the same: they're being sent, or nobody knows."""
    maybe = (Status.SENDING.value, Status.UNKNOWN.value)
    found = select_columns(_DELIVERY.key).where(_DELIVERY.lane == lane_to_desk(request), _DELIVERY.status.in_(maybe))
    return frozenset(session.execute(found).scalars())


def is_given_up(session: Session, delivery: UUID | None) -> bool:
    """Tell whether a delivery came to an end without being sent."""
    ended = _DELIVERY.status.in_((Status.FAILED.value, Status.SKIPPED.value))
    return session.execute(select_columns(_DELIVERY.key).where(_DELIVERY.key == delivery, ended)).first() is not None


def history(session: Session, request: str) -> tuple[tuple[Step, datetime], ...]:
    """Return what was done to a request, in order, and when."""
    done = select_columns(_STEP.c.step, _STEP.c.at).where(_STEP.c.request_id == request).order_by(_STEP.c.number)
    return tuple((Step(row.step), row.at) for row in session.execute(done))


def _is_stranded(before: datetime) -> tuple[ColumnElement[bool], ...]:
    not_there = exists().where(_DELIVERY.key == _REQUEST.c.card, _DELIVERY.planned_at <= before, _DELIVERY.status != Status.SENT.value)
    return _REQUEST.c.closed_at.is_(None), _REQUEST.c.thread.is_(None), or_(_REQUEST.c.card.is_(None), not_there)


def _ids(session: Session, *conditions: ColumnElement[bool], limit: int, after: str) -> list[str]:
    found = select_columns(_REQUEST.c.id).where(*conditions, _REQUEST.c.id > after).order_by(_REQUEST.c.id).limit(limit)
    return list(session.execute(found).scalars())


def _of_client(session: Session, person: str, at: datetime) -> list[Request]:
    found = session.connection().execute(_THEIRS, {"client": person, "since": at - STILL_SHOWN}).scalars().all()
    for request in found:
        hold(session, request)  # always in the same order, so that nobody waits in a circle
    if not found:
        return []
    return _requests(session, _REQUEST.c.id.in_(found), order=(_REQUEST.c.opened_at.desc(), _REQUEST.c.id))


def _came_here(session: Session, request: Request, place: Reference) -> bool:
    """Tell whether something about a request came to its client in this conversation, or is on its way."""
    came = (_DELIVERY.lane == lane_to_client(request.id), _DELIVERY.place == place.whole.key, _DELIVERY.status.not_in(("failed", "skipped")))
    return session.connection().execute(select_columns(_DELIVERY.key).where(*came).limit(1)).first() is not None


def _requests(session: Session, condition: ColumnElement[bool], *, order: Sequence[ColumnElement[Any]], limit: int | None = None) -> list[Request]:
    """Return requests in three statements, however many they are: themselves, their words, the people."""
    rows = session.execute(select_columns(_REQUEST).where(condition).order_by(*order).limit(limit)).all()
    if not rows:
        return []
    said = select_columns(_WORD).where(_WORD.c.request_id.in_([row.id for row in rows])).order_by(_WORD.c.at, _WORD.c.id)
    spoken = session.execute(said).all()
    parties = _parties(session, (*(row.client_id for row in rows), *(row.expert_id for row in rows), *(row.author_id for row in spoken)))
    words: dict[str, list[Word]] = {}
    for word in _words(spoken, parties):
        words.setdefault(word.request, []).append(word)
    return [_request(row, parties, tuple(words.get(row.id, ()))) for row in rows]


def _parties(session: Session, people: Iterable[str | None]) -> Mapping[str, Party]:
    wanted = {person for person in people if person is not None}
    account = (
        select_columns(_IDENTITY.name)
        .where(_IDENTITY.person_id == _PERSON.id, _IDENTITY.name.is_not(None))
        .order_by(_IDENTITY.platform, _IDENTITY.tenant, _IDENTITY.user)
        .limit(1)
        .scalar_subquery()
    )
    asked = select_columns(_PERSON.id, _PERSON.name, account.label("account_name"), _PERSON.site, _PERSON.department)
    rows = session.execute(asked.where(_PERSON.id.in_(wanted))) if wanted else ()
    return {row.id: Party(id=row.id, name=row.name or row.account_name, site=row.site, department=row.department) for row in rows}


def _words(rows: Sequence[Row[Any]], parties: Mapping[str, Party]) -> list[Word]:
    return [
        Word(
            id=row.id,
            request=row.request_id,
            side=_side(row.side),
            author=parties[row.author_id],
            text=row.text,
            at=row.at,
            state=next(state for state in _STATES if state == row.state),
            source=None if row.source_message is None else (row.source_key, row.source_message),
        )
        for row in rows
    ]


def _request(row: Row[Any], parties: Mapping[str, Party], words: tuple[Word, ...]) -> Request:
    return Request(
        id=row.id,
        exchange=row.exchange_id,
        function=row.function,
        client=parties[row.client_id],
        question=row.question,
        language=_language(row.language),
        opened_at=row.opened_at,
        due_at=row.due_at,
        sheet=row.sheet_id,
        tried=tuple(row.tried),
        discreet=row.discreet,
        status=RequestStatus(row.status),
        expert=parties[row.expert_id] if row.expert_id is not None else None,
        claimed_at=row.claimed_at,
        first_word_at=row.first_word_at,
        closed_at=row.closed_at,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
        hops=row.hops,
        reply_to=row.reply_to,
        reopened=row.reopened,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
        desk=read_reference(row.desk) if row.desk is not None else None,
        desk_language=_language(row.desk_language),
        keeper=row.keeper_id,
        card=row.card,
        thread=row.thread,
        words=words,
    )


def _columns(request: Request) -> dict[str, object]:
    return {
        "exchange_id": request.exchange,
        "function": request.function,
        "sheet_id": request.sheet,
        "client_id": request.client.id,
        "discreet": request.discreet,
        "language": request.language,
        "question": request.question,
        "tried": list(request.tried),
        "status": request.status.value,
        "expert_id": request.expert.id if request.expert else None,
        "opened_at": request.opened_at,
        "due_at": request.due_at,
        "claimed_at": request.claimed_at,
        "first_word_at": request.first_word_at,
        "closed_at": request.closed_at,
        "outcome": request.outcome.value if request.outcome else None,
        "hops": request.hops,
        "reply_to": request.reply_to,
        "reopened": request.reopened,
        "reminded_at": request.reminded_at,
        "escalated_at": request.escalated_at,
        "desk": write_reference(request.desk) if request.desk else None,
        "desk_key": request.desk.whole.key if request.desk else None,
        "desk_language": request.desk_language,
        "keeper_id": request.keeper,
        "card": request.card,
        "thread": request.thread,
    }


def _side(written: str) -> Side:
    return "client" if written == "client" else "expert"


def _language(written: str) -> Language:
    return next(language for language in LANGUAGES if language == written)
