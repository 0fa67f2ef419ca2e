"""Scores: what was published, once, of closed periods; nothing else of the responses is ever shown."""

from datetime import date, datetime

from sqlmodel import Field

from storage.tables.row import Json, Row


class GrainRow(Row, table=True):
    """How fine a function's periods are in a quarter (its first Monday): weeks, months, or the quarter, by how many responded before."""

    __tablename__ = "grain"

    function: str = Field(primary_key=True)
    quarter: date = Field(primary_key=True)
    grain: str


class PublishedPeriodRow(Row, table=True):
    """A closed period of a function that was published: how many were asked, how many responded; `shown` is False under the floor.

    `solved`, `traces`, `promised` and `late` are those of its classes together. `themed_at` is when its comments were grouped into themes, once.
    """

    __tablename__ = "published_period"

    function: str = Field(primary_key=True)
    begins: date = Field(primary_key=True)
    grain: str
    asked: int
    answered: int
    people: int
    shown: bool
    solved: dict[str, int] = Field(sa_type=Json)
    traces: dict[str, int] = Field(sa_type=Json)
    promised: int
    late: int
    published_at: datetime
    themed_at: datetime | None = None


class AnonymityClassRow(Row, table=True):
    """Responses of at least five people of a function in a period that nothing published tells apart; None is a dimension that isn't told.

    `solved`, `traces` count the responses by what they say, `late` those where somebody took it after the promise, of `promised` that had one.
    """

    __tablename__ = "anonymity_class"

    id: str = Field(primary_key=True)
    function: str = Field(index=True)
    begins: date
    grain: str
    service: str | None = None
    department: str | None = None
    site: str | None = None
    platform: str | None = None
    channel: str | None = None
    occasion: str | None = None
    people: int
    answered: int
    solved: dict[str, int] = Field(sa_type=Json)
    traces: dict[str, int] = Field(sa_type=Json)
    promised: int
    late: int


class PublishedMeasureRow(Row, table=True):
    """A measure of a function and a period as a whole, under its own floors; `values` counts the responses by what they say."""

    __tablename__ = "published_measure"

    function: str = Field(primary_key=True)
    begins: date = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    people: int
    values: dict[str, int] = Field(sa_type=Json)


class ThemeRow(Row, table=True):
    """Comments of a function and a period that speak of the same, under the floors: their typical words, their counts."""

    __tablename__ = "theme"

    id: str = Field(primary_key=True)
    function: str = Field(index=True)
    begins: date
    words: list[str] = Field(sa_type=Json)
    comments: int
    people: int
    traces: dict[str, int] = Field(sa_type=Json)


class ImprovementRow(Row, table=True):
    """What an owner will do about a result, by when, and what came of it (`dialogs.improvement.Improvement`)."""

    __tablename__ = "improvement"

    id: str = Field(primary_key=True)
    function: str = Field(index=True)
    text: str
    due: date
    before: date | None = None
    noted_at: datetime
    noted_by: str = Field(foreign_key="person.id", index=True)
    done_at: datetime | None = None
    done: str | None = None
