"""Feedback: what leaves with each closing message, what comes back, what each person takes of it."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from storage.tables.row import Row

_PROMPT = text("prompt_at IS NOT NULL")
_REMIND = text("remind_at IS NOT NULL")
_LOOK = text("look_again_at IS NOT NULL")


class FeedbackRow(Row, table=True):
    """One closing message and the response to it, if any (`dialogs.feedback.Feedback`).

    All but the response is recorded when it leaves. `prompt_at`, `remind_at`, `look_again_at` are when the clock looks whether to ask apart, None
    where there's nothing to look for. `voided_at`: the exchange was reopened before anybody responded, and it doesn't count as asked. `class_id` is
    the anonymity class that the response was published in.
    """

    __tablename__ = "feedback"

    id: str = Field(primary_key=True)
    exchange_id: str = Field(index=True)
    occasion: str
    function: str
    service: str | None = None
    request_id: str | None = None
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    helper_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    tool: str | None = None
    question: str = Field(sa_type=Text)
    language: str
    platform: str | None = None
    channel: str
    site: str | None = None
    department: str | None = None
    opened_at: datetime
    asked_at: datetime
    expires_at: datetime
    due_at: datetime | None = None
    first_word_at: datetime | None = None
    hops: int = 0
    outcome: str | None = None
    expected: int | None = None
    solved: str | None = None
    trace: int | None = None
    item: str | None = None
    value: str | None = None
    comment: str | None = Field(default=None, sa_type=Text)
    shared: str | None = None
    answered_at: datetime | None = None
    voided_at: datetime | None = None
    prompt_at: datetime | None = None
    remind_at: datetime | None = None
    look_again_at: datetime | None = None
    class_id: str | None = Field(default=None, index=True)
    changed_at: datetime | None = Field(default=None, index=True)  # the latest word of the response

    __table_args__ = (
        # partial: the clock reads a handful of rows, however many there are
        Index("ix_feedback_prompt", "prompt_at", sqlite_where=_PROMPT, postgresql_where=_PROMPT),
        Index("ix_feedback_remind", "remind_at", sqlite_where=_REMIND, postgresql_where=_REMIND),
        Index("ix_feedback_look_again", "look_again_at", sqlite_where=_LOOK, postgresql_where=_LOOK),
        Index("ix_feedback_function_asked_at", "function", "asked_at"),
    )


class ExpectationRow(Row, table=True):
    """What somebody expected of a human's help, said before it began: 1 to 5; the request's id is its key."""

    __tablename__ = "expectation"

    request_id: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    value: int
    said_at: datetime


class PauseRow(Row, table=True):
    """A person doesn't want to be asked, or taught, by a function (`function`, else empty for all): until then, None for good."""

    __tablename__ = "pause"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    function: str = Field(primary_key=True)
    until: datetime | None = None
    since: datetime


class FunctionLimitRow(Row, table=True):
    """What a function takes of people's attention, where that's less than everybody may: days between two asks, campaign messages a month."""

    __tablename__ = "function_limit"

    function: str = Field(primary_key=True)
    ask_days: int | None = None
    messages_month: int | None = None
    changed_at: datetime
    changed_by: str
