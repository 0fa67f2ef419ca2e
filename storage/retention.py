"""Retention: how long each kind of words is kept as it was said; then only what it counted for stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_, update
from sqlmodel import Session

from dialogs.campaign import OVER
from dialogs.delivery import Status
from dialogs.ladder import Stage
from dialogs.voice import VoiceState
from storage.erasure import EMPTY, secure
from storage.personal_rows import table

Kind: TypeAlias = Literal["questions", "events", "deliveries", "comments", "words", "files", "campaigns", "evidence"]

AT_ONCE: Final = 500  # rows that one transaction lets go of, some milliseconds: nobody waits for it
_ENDED: Final = (Status.SENT.value, Status.FAILED.value, Status.SKIPPED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What goes, of which table. `where` is told the time before which it goes; `becomes` what its columns are then, None for rows deleted.

    `at_once` says that its rows tell themselves when they go.
    """

    kind: Kind
    table: str
    where: Callable[[datetime], ColumnElement[bool]]
    becomes: Mapping[str, Any] | None = field(default=None)
    at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many rows of a table are due by a rule, and the time before which they are."""

    rule: Rule
    before: datetime
    rows: int


def _of(name: str) -> Any:
    return table(name).c


def _closed_request(before: datetime) -> ColumnElement[bool]:
    return exists().where(_of("request").id == _of("request_word").request_id, _of("request").closed_at < before)


def _settled_gap(before: datetime) -> ColumnElement[bool]:
    return exists().where(_of("gap").id == _of("gap_question").gap_id, _of("gap").settled_at < before)


def _campaign_over(name: str) -> Callable[[datetime], ColumnElement[bool]]:
    over = [status.value for status in OVER]
    campaign = _of("campaign")
    return lambda before: exists().where(campaign.name == _of(name).campaign, campaign.status.in_(over), campaign.ended_at < before)


RULES: Final[Sequence[Rule]] = (
    # what it matched, and what came of it, stay
    Rule(
        kind="questions",
        table="exchange",
        where=lambda before: and_(_of("exchange").opened_at < before, _of("exchange").question != ""),
        becomes={"question": ""},
    ),
    Rule(
        kind="questions",
        table="request",
        where=lambda before: and_(_of("request").closed_at < before, _of("request").question != ""),
        becomes={"question": ""},
    ),
    Rule(
        kind="questions",
        table="gap_question",
        where=lambda before: and_(or_(_of("gap_question").text != "", _of("gap_question").comment.is_not(None)), _settled_gap(before)),
        becomes={"text": "", "comment": None},
    ),
    # a response is asked for by its question: until it expired, and until the second look
    Rule(
        kind="questions",
        table="feedback",
        where=lambda before: and_(_of("feedback").expires_at < before, _of("feedback").look_again_at.is_(None), _of("feedback").question != ""),
        becomes={"question": ""},
    ),
    Rule(kind="events", table="event", where=lambda before: and_(_of("event").heard_at < before, _of("event").answered_at.is_not(None))),
    Rule(kind="events", table="state", where=lambda before: _of("state").changed_at < before),
    # the row stays, by which the ledger's identity holds, and where it went, by which a thread finds its request
    Rule(
        kind="deliveries",
        table="delivery",
        where=lambda before: and_(
            _of("delivery").ended_at < before,
            _of("delivery").status.in_(_ENDED),
            _of("delivery").change.is_(None),
            _of("delivery").message != EMPTY,
        ),
        becomes={"message": EMPTY, "change_message": None, "detail": None},
    ),
    # nobody looks for it any more, so nobody plans it again
    Rule(
        kind="deliveries",
        table="delivery",
        where=lambda before: and_(
            _of("delivery").ended_at < before, _of("delivery").status == Status.UNKNOWN.value, _of("delivery").message != EMPTY
        ),
        becomes={"message": EMPTY, "change_message": None, "change": None, "detail": None, "reference": None, "claim": None},
    ),
    Rule(
        kind="comments",
        table="feedback",
        where=lambda before: and_(_of("feedback").answered_at < before, _of("feedback").comment.is_not(None)),
        becomes={"comment": None},
    ),
    Rule(
        kind="comments",
        table="report",
        where=lambda before: and_(_of("report").reported_at < before, _of("report").comment.is_not(None)),
        becomes={"comment": None},
    ),
    Rule(
        kind="comments",
        table="voice",
        where=lambda before: and_(_of("voice").closed_at < before, _of("voice").text != ""),
        becomes={"text": ""},
    ),
    # of its time, only the month is known
    Rule(
        kind="comments",
        table="anonymous_voice",
        where=lambda before: and_(
            _of("anonymous_voice").month < before.strftime("%Y-%m"),
            _of("anonymous_voice").state == VoiceState.CLOSED.value,
            _of("anonymous_voice").text != "",
        ),
        becomes={"text": ""},
    ),
    Rule(
        kind="words",
        table="request_word",
        where=lambda before: and_(_of("request_word").text != "", _closed_request(before)),
        becomes={"text": "", "source_key": None, "source_message": None},
    ),
    Rule(
        kind="files",
        table="export",
        where=lambda before: and_(_of("export").asked_at < before, or_(_of("export").made_at.is_not(None), _of("export").failure.is_not(None))),
    ),
    # the verdict, and the ledger's rows without words, stay
    Rule(kind="campaigns", table="step_response", where=_campaign_over("step_response")),
    Rule(kind="campaigns", table="campaign_member", where=_campaign_over("campaign_member")),
    # where somebody stands follows from what is younger; who stands nowhere is as if nothing was known
    Rule(kind="evidence", table="evidence", where=lambda before: _of("evidence").at < before),
    Rule(kind="evidence", table="standing_move", where=lambda before: _of("standing_move").at < before),
    Rule(kind="evidence", table="standing", where=lambda before: and_(_of("standing").stage == Stage.UNAWARE.value, _of("standing").since < before)),
    Rule(kind="files", table="attachment", where=lambda at: _of("attachment").expires_at <= at, at_once=True),
)


def timed(keep: Mapping[Kind, int], at: datetime) -> Iterator[tuple[Rule, datetime]]:
    """Yield each rule with the time before which it lets go, by how many days each kind is kept; 0 keeps it for ever."""
    for rule in RULES:
        if rule.at_once:
            yield rule, at
        elif keep[rule.kind]:
            yield rule, at - timedelta(days=keep[rule.kind])


def due(session: Session, keep: Mapping[Kind, int], at: datetime) -> list[Due]:
    """Count what is due now, rule by rule; those of which nothing is are left out."""
    counted = [(rule, before, select(func.count()).select_from(table(rule.table)).where(rule.where(before))) for rule, before in timed(keep, at)]
    found = [Due(rule=rule, before=before, rows=session.execute(count).scalar_one()) for rule, before, count in counted]
    return [each for each in found if each.rows]


def let_go(session: Session, rule: Rule, before: datetime, limit: int = AT_ONCE) -> int:
    """Let go of some of what is due by a rule; return how many rows that were: fewer than the limit once it's all."""
    secure(session)
    found = table(rule.table)
    keys = list(found.primary_key.columns)
    some = select(*keys).where(rule.where(before)).order_by(*keys).limit(limit)
    chosen = tuple_(*keys).in_(some)
    change = delete(found).where(chosen) if rule.becomes is None else update(found).where(chosen).values(**rule.becomes)
    return session.connection().execute(change).rowcount
