"""Erasure: everything personal of somebody goes, and the figures stay."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlmodel import Session

from dialogs.delivery import Reason, Status
from dialogs.messages import Message, Text
from dialogs.request import Outcome, RequestStatus, Step
from storage import ledger, naming, plain, requests
from storage.personal_rows import REGISTER, asked, delivered, table, theirs, told_about
from storage.trail import NOBODY, Trail, trail_of

RETRIED: Final = timedelta(days=1)  # how long a platform may send an event again: until then its key stays, so that it isn't taken anew
EMPTY: Final = plain.write_message(Message(language="en", blocks=(Text(text="…"),)))  # what stands for a message whose words are gone
_AT_ONCE: Final = 50  # ids that one statement looks for
# a campaign counts those who are members still: of whoever goes, evidence and membership go together, from both arms alike
_DELETED: Final = (
    *("standing_move", "standing", "evidence", "step_response", "campaign_member", "audience_grant"),
    *("report", "attachment", "export", "expectation", "pause", "state"),
)
_ACCOUNTS: Final = ("pseudonym", "role_grant", "conversation_reference", "identity", "person")
_DELIVERY, _EXCHANGE, _FEEDBACK, _EVENT = table("delivery").c, table("outside_exchange").c, table("feedback").c, table("event").c
_REQUEST, _STEP, _WORD, _VOICE = table("request").c, table("request_step").c, table("request_word").c, table("voice").c


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done to a table: how many rows were theirs, were deleted, are nobody's now, are theirs still."""

    table: str
    before: int
    deleted: int
    anonymous: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What an erasure did, table by table. `trail` is by what they were found; `masked` in how many texts of others they were named."""

    trail: Trail
    erased: tuple[Erased, ...]
    masked: int


def erase(session: Session, person: str, at: datetime) -> Proof | None:
    """Erase a person; None where there's no such. Write it under the key `storage.people.LINKING`.

    Their requests are held as whoever changes one holds it, and their row so that nothing can be added to it: a turn of theirs under way is waited
    for, and one that comes after meets somebody new (`storage.people.meet`). What is left of them for the figures' sake belongs to `NOBODY`.
    """
    trail = _hold(session, person)
    if trail is None:
        return None
    secure(session)
    before = _counts(session, trail)
    deleted = _erase(session, trail, at)
    masked = naming.mask(session, trail)
    after = _counts(session, replace(trail, pseudonym=None))  # what they did stands under a pseudonym that leads to nobody
    erased = tuple(
        Erased(table=name, before=count, deleted=deleted[name], anonymous=count - deleted[name] - after[name], after=after[name])
        for name, count in before.items()
        if count
    )
    return Proof(trail=trail, erased=erased, masked=masked)


def secure(session: Session) -> None:
    """Have SQLite overwrite what this connection deletes from now on, which it'd leave in the file otherwise. https://www.sqlite.org/pragma.html"""
    if session.connection().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON").close()


def _hold(session: Session, person: str) -> Trail | None:
    concerned = or_(_REQUEST.client_id == person, _REQUEST.expert_id == person, _REQUEST.keeper_id == person)
    for request in sorted(_ids(session, "request", concerned)):
        requests.hold(session, request)
    rows = table("person").c
    held = session.execute(select(rows.id).where(rows.id == person).with_for_update()).first()
    return trail_of(session, person) if held else None


def _counts(session: Session, trail: Trail) -> dict[str, int]:
    counted = {name: select(func.count()).select_from(table(name)).where(theirs(name, trail)) for name, kept in REGISTER.items() if kept.ties}
    return {name: session.execute(count).scalar_one() for name, count in counted.items()}


def _ids(session: Session, name: str, condition: ColumnElement[bool]) -> list[str]:
    return list(session.execute(select(table(name).c.id).where(condition)).scalars())


def _erase(session: Session, trail: Trail, at: datetime) -> Counter[str]:
    """Do each step, what hangs on something before it; return how many rows each table lost."""
    gone = Counter[str]()
    said = (*_ids(session, "request", asked(trail)), *_ids(session, "voice", _VOICE.person_id == trail.person))
    _make_nobody(session, at)
    _deliveries(session, trail, at)
    _gaps(session, trail)
    _exchanges(session, trail)
    _feedback(session, trail)
    _helped(session, trail, at)
    gone["request_word"] = _asked(session, trail, at)
    gone["voice"] = _voices(session, trail)
    gone["event"] = _events(session, trail, said, at)
    _update(session, "improvement", theirs("improvement", trail), noted_by=NOBODY)
    if trail.directory_id is not None:
        _update(session, "person", table("person").c.manager == trail.directory_id, manager=None)
    for name in (*_DELETED, *_ACCOUNTS):
        gone[name] = _delete(session, name, theirs(name, trail))
    return gone


def _make_nobody(session: Session, at: datetime) -> None:
    rows = table("person")
    if session.execute(select(rows.c.id).where(rows.c.id == NOBODY)).first() is None:
        session.execute(insert(rows).values(id=NOBODY, segments=[], created_at=at))


def _deliveries(session: Session, trail: Trail, at: datetime) -> None:
    """Cancel what is planned, empty the messages, keep how each ended; what others got about their requests and voices is taken back there."""
    own, others = delivered(trail), told_about(trail)
    planned, sent = ledger.is_(_DELIVERY.status, Status.PLANNED), and_(_DELIVERY.status == Status.SENT.value, _DELIVERY.message_id.is_not(None))
    under_way = _DELIVERY.status.in_((Status.SENDING.value, Status.UNKNOWN.value))
    cancelled = {"reason": Reason.CANCELLED.value, "ended_at": at}
    _update(session, "delivery", and_(or_(own, others), planned), status=Status.SKIPPED.value, **cancelled)
    _update(session, "delivery", and_(others, sent, _DELIVERY.reason.is_(None)), change=ledger.RECALL, change_not_before=at)
    _update(session, "delivery", and_(others, under_way), change=ledger.RECALL, change_not_before=None)
    # nobody can look any more whether it arrived; without its claim, nobody plans it again
    _update(session, "delivery", and_(own, under_way), status=Status.UNKNOWN.value, **cancelled)
    emptied = {"message": EMPTY, "change_message": None, "detail": None}
    unclaimed = {"claim": None, "lease_until": None, "change": None, "change_not_before": None}
    nowhere = {"person_id": None, "user": None, "tapped": None, "message_id": None, "reference": None, "place": ""}
    _update(session, "delivery", others, **emptied)
    _update(session, "delivery", own, **emptied, **unclaimed, **nowhere)


def _gaps(session: Session, trail: Trail) -> None:
    """Keep the masked question, without whence it came."""
    source = table("gap_question").c.source
    for held in session.execute(select(source).where(theirs("gap_question", trail))).scalars().all():
        _update(session, "gap_question", source == held, source=uuid4().hex, comment=None)


def _exchanges(session: Session, trail: Trail) -> None:
    """Keep what came of each; of what happened elsewhere the tool's own number too, else its next news would make another exchange."""
    _update(session, "exchange", theirs("exchange", trail), person_id=NOBODY, question="")
    _update(session, "outside_exchange", and_(theirs("outside_exchange", trail), _EXCHANGE.source == "shortcut"), external_id=_EXCHANGE.id)
    _update(session, "outside_exchange", theirs("outside_exchange", trail), person_id=None, client_email=None)


def _feedback(session: Session, trail: Trail) -> None:
    """Keep the figures; a site and a department only where they're those of a published class, of five people at least."""
    own = _FEEDBACK.person_id == trail.person
    _update(session, "feedback", and_(own, _FEEDBACK.class_id.is_(None)), site=None, department=None)
    unasked = {"prompt_at": None, "remind_at": None, "look_again_at": None}
    _update(session, "feedback", own, person_id=None, question="", comment=None, shared=None, **unasked)
    _update(session, "feedback", _FEEDBACK.helper_id == trail.person, helper_id=None)


def _helped(session: Session, trail: Trail, at: datetime) -> None:
    """Clients keep what they were told, by nobody whom it names; what waited for them waits for somebody else."""
    taken = and_(_REQUEST.expert_id == trail.person, _REQUEST.client_id != trail.person, _REQUEST.status != RequestStatus.CLOSED.value)
    _note(session, taken, Step.RELEASED, at)
    _update(session, "request", taken, status=RequestStatus.OPEN.value, claimed_at=None)
    _update(session, "request", _REQUEST.expert_id == trail.person, expert_id=None)
    nowhere = {"keeper_id": None, "desk": None, "desk_key": None, "card": None, "thread": None}  # the clock finds it another place
    _update(session, "request", _REQUEST.keeper_id == trail.person, **nowhere)
    theirs_alone = and_(_WORD.author_id == trail.person, _WORD.request_id.not_in(select(_REQUEST.id).where(asked(trail))))
    _update(session, "request_word", theirs_alone, author_id=NOBODY, source_key=None, source_message=None)
    _update(session, "request_step", _STEP.person_id == trail.person, person_id=None)


def _asked(session: Session, trail: Trail, at: datetime) -> int:
    """Close their requests as withdrawn, without a word left; return how many words there were."""
    words = _delete(session, "request_word", _WORD.request_id.in_(select(_REQUEST.id).where(asked(trail))))
    waiting = and_(asked(trail), _REQUEST.status != RequestStatus.CLOSED.value)
    _note(session, waiting, Step.WITHDRAWN, at)
    _update(session, "request", waiting, status=RequestStatus.CLOSED.value, outcome=Outcome.WITHDRAWN.value, closed_at=at)
    _update(session, "request", asked(trail), client_id=NOBODY, question="")
    return words


def _note(session: Session, about: ColumnElement[bool], step: Step, at: datetime) -> None:
    for request in _ids(session, "request", about):
        session.execute(insert(table("request_step")).values(request_id=request, step=step.value, at=at))


def _voices(session: Session, trail: Trail) -> int:
    gone = _delete(session, "voice", _VOICE.person_id == trail.person)
    _update(session, "voice", _VOICE.answered_by == trail.person, answered_by=None)
    _update(session, "voice", _VOICE.closed_by == trail.person, closed_by=None)
    return gone


def _events(session: Session, trail: Trail, said: Sequence[str], at: datetime) -> int:
    """Delete what was heard, but for the keys of the last day; forget what others were replied about what they asked or `said`."""
    own = theirs("event", trail)
    gone = _delete(session, "event", and_(own, _EVENT.heard_at < at - RETRIED))
    bare = {"conversation_key": "", "user": "", "gesture": "", "message_id": None, "reference": "", "replies": "[]"}
    _update(session, "event", own, **bare, answered_at=func.coalesce(_EVENT.answered_at, at))
    for begins in range(0, len(said), _AT_ONCE):
        about = or_(*(_EVENT.replies.contains(each, autoescape=True) for each in said[begins : begins + _AT_ONCE]))
        _update(session, "event", and_(about, _EVENT.answered_at.is_not(None)), replies="[]")
    return gone


def _delete(session: Session, name: str, condition: ColumnElement[bool]) -> int:
    return session.connection().execute(delete(table(name)).where(condition)).rowcount


def _update(session: Session, name: str, condition: ColumnElement[bool], **values: Any) -> None:
    session.execute(update(table(name)).where(condition).values(**values))
