"""Feedback: what left with each closing message, and what came back. When it's asked for apart is `storage.prompts`'."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.catalog import LANGUAGES
from dialogs.delivery import Kind
from dialogs.feedback import FEEDBACK, Feedback, Given, Item, Occasion, Shared, Solved
from dialogs.prompt import LOOK_AGAIN_AFTER, is_looked_at_again
from storage import deliveries, locks
from storage.reach import reach
from storage.tables import ExchangeRow, ExpectationRow, FeedbackRow, PersonRow, table_of
from storage.trail import NOBODY

_FEEDBACK, _PERSON = table_of(FeedbackRow), table_of(PersonRow).c
_NOTHING_APART: Final = {"prompt_at": None, "remind_at": None}
_SOLVED: Final[tuple[Solved, ...]] = ("yes", "partly", "no")
_SHARED: Final[tuple[Shared, ...]] = ("no", "unnamed", "named")


def name(exchange: str) -> str:
    """Return the name under which what is asked about an exchange is written: one at a time."""
    return f"feedback|{exchange}"


def hold(session: Session, exchange: str) -> None:
    """Hold what is asked about an exchange until the body's transaction ends: after its conversation and its request, before any delivery."""
    locks.hold(session, name(exchange))


def ask(session: Session, feedback: Feedback, at: datetime, *, prompt: bool) -> None:
    """Keep that a closing message leaves. Once more, by its id, changes nothing.

    What the dialog couldn't know (the client's site and department, the platform on which they're reached, what they expected) is filled in now.
    `prompt` says that the clock may ask apart, later. One in ten, by its id, is asked about again a month on.
    """
    hold(session, feedback.exchange)
    if session.get(FeedbackRow, feedback.id) is not None:
        return
    known = feedback.client is not None
    later = known and feedback.occasion is not Occasion.LATER and is_looked_at_again(feedback.id)
    row = FeedbackRow(
        **_columns(_of_whoever_asked(session, feedback)),
        prompt_at=feedback.asked_at if prompt and known else None,
        look_again_at=feedback.asked_at + LOOK_AGAIN_AFTER if later else None,
    )
    _fill_in(session, row)
    session.add(row)
    session.flush()


def give(session: Session, feedback: str, given: Given, at: datetime) -> None:
    """Keep a response, or what changes it; what isn't given stays as it was. Nothing is asked apart for that exchange any more.

    Whether it comes in time is the caller's to decide. A response to one that was void makes it count; one that is published stays as it is: a tap
    of the last second may be heard after the publication, and what it changed would be told apart.
    """
    exchange = session.exec(select(FeedbackRow.exchange_id).where(col(FeedbackRow.id) == feedback)).first()
    if exchange is None:
        return
    hold(session, exchange)
    _cancel(session, exchange, at)
    said = {column: value for column in Given.__slots__ if (value := getattr(given, column)) is not None}
    answered = func.coalesce(_FEEDBACK.c.answered_at, at)
    session.connection().execute(update(_FEEDBACK).where(_FEEDBACK.c.exchange_id == exchange).values(_NOTHING_APART))
    theirs = update(_FEEDBACK).where(_FEEDBACK.c.id == feedback, _FEEDBACK.c.class_id.is_(None))
    session.connection().execute(theirs.values(**said, answered_at=answered, changed_at=at, voided_at=None))


def void(session: Session, exchange: str, at: datetime, *, client: str | None = None) -> None:
    """An exchange isn't over: those of its closings that nobody responded to don't count as asked, and aren't asked for apart.

    Where it's said whose it is, by `client`, nothing changes unless it's theirs.
    """
    hold(session, exchange)
    theirs_only = select_columns(_FEEDBACK.c.id).where(_FEEDBACK.c.exchange_id == exchange, _FEEDBACK.c.person_id == client).limit(1)
    if client is not None and session.execute(theirs_only).first() is None:
        return
    _cancel(session, exchange, at)
    theirs = update(_FEEDBACK).where(_FEEDBACK.c.exchange_id == exchange, _FEEDBACK.c.answered_at.is_(None))
    session.connection().execute(theirs.values(**_NOTHING_APART, look_again_at=None, voided_at=func.coalesce(_FEEDBACK.c.voided_at, at)))


def void_one(session: Session, feedback: str, at: datetime) -> None:
    """Nobody was asked after all: a closing that only a prompt would have asked about doesn't count as asked, unless somebody responded."""
    one = update(_FEEDBACK).where(_FEEDBACK.c.id == feedback, _FEEDBACK.c.answered_at.is_(None), _FEEDBACK.c.voided_at.is_(None))
    session.connection().execute(one.values(**_NOTHING_APART, look_again_at=None, voided_at=at))


def expect(session: Session, request: str, person: str, value: int, at: datetime) -> None:
    """Keep what somebody expects of a human's help; the last tap wins."""
    session.merge(ExpectationRow(request_id=request, person_id=person, value=value, said_at=at))
    session.flush()


def load(session: Session, feedback: str) -> Feedback | None:
    """Return a closing with its response so far, None where there's no such."""
    row = session.get(FeedbackRow, feedback, populate_existing=True)
    return None if row is None else closing(row)


def recommended_at(session: Session, person: str) -> datetime | None:
    """Return when somebody was last asked whether they'd recommend a function, None for never."""
    theirs = col(FeedbackRow.person_id) == person, col(FeedbackRow.item) == Item.RECOMMENDATION.value
    answered: datetime | None = session.exec(select(func.max(func.coalesce(FeedbackRow.answered_at, FeedbackRow.asked_at))).where(*theirs)).one()
    return answered


def hand_over(session: Session, former: str, owner: str) -> None:
    """Give what a person of an account's own was asked, and said, to the person it turned out to be."""
    for row, column in ((FeedbackRow, "person_id"), (FeedbackRow, "helper_id"), (ExpectationRow, "person_id")):
        table = table_of(row)
        session.connection().execute(update(table).where(table.c[column] == former).values({column: owner}))


def closing(row: FeedbackRow) -> Feedback:
    """Return a row's values."""
    return Feedback(
        id=row.id,
        exchange=row.exchange_id,
        occasion=Occasion(row.occasion),
        function=row.function,
        service=row.service,
        request=row.request_id,
        client=row.person_id,
        helper=row.helper_id,
        tool=row.tool,
        question=row.question,
        language=next(language for language in LANGUAGES if language == row.language),
        platform=row.platform,
        channel=row.channel,
        site=row.site,
        department=row.department,
        opened_at=row.opened_at,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        due_at=row.due_at,
        first_word_at=row.first_word_at,
        hops=row.hops,
        outcome=row.outcome,
        expected=row.expected,
        solved=next((solved for solved in _SOLVED if solved == row.solved), None),
        trace=row.trace,
        item=None if row.item is None else Item(row.item),
        value=row.value,
        comment=row.comment,
        shared=next((shared for shared in _SHARED if shared == row.shared), None),
        answered_at=row.answered_at,
        voided_at=row.voided_at,
    )


def _columns(feedback: Feedback) -> dict[str, Any]:
    renamed = {"exchange": "exchange_id", "client": "person_id", "helper": "helper_id", "request": "request_id"}
    return {renamed.get(slot, slot): getattr(feedback, slot) for slot in Feedback.__slots__}


def _of_whoever_asked(session: Session, feedback: Feedback) -> Feedback:
    """Return an answer's closing as that of whoever asked, for whom alone it may say how it went: in a channel anybody may tap on the choice."""
    if feedback.occasion is not Occasion.ANSWER:
        return feedback
    asker = session.exec(select(ExchangeRow.person_id).where(col(ExchangeRow.id) == feedback.exchange)).first()
    return feedback if asker in (None, NOBODY, feedback.client) else replace(feedback, client=asker, site=None, department=None)


def _fill_in(session: Session, row: FeedbackRow) -> None:
    if row.expected is None and row.request_id is not None:
        expected = session.get(ExpectationRow, row.request_id)
        row.expected = expected.value if expected else None
    if row.person_id is None:
        return
    if row.site is None or row.department is None:
        found = session.execute(select_columns(_PERSON.site, _PERSON.department).where(_PERSON.id == row.person_id)).first()
        if found is not None:
            row.site, row.department = row.site or found.site, row.department or found.department
    if row.platform is None:
        place = reach(session, (row.person_id,)).get(row.person_id)
        row.platform = place.platform if place else None


def _cancel(session: Session, exchange: str, at: datetime) -> None:
    """Skip what is planned about an exchange. Deliveries are touched before closings, always: whoever sends one holds it first too."""
    deliveries.cancel(session, FEEDBACK, exchange, (Kind.PROMPT, Kind.REMINDER), at)
