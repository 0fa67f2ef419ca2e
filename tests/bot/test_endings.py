"""Endings: what follows from one is kept with it, or not at all, and its cause is held before."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

import pytest
from sqlmodel import Session
from structlog.testing import capture_logs

from bot.endings import Endings
from dialogs.delivery import Ended, Kind, Status
from storage import locks, people
from storage.database import Database
from storage.errors import UnavailableError
from tests.company import NOON
from tests.conversation import said


def ended(number: int, *, cause: str = "word", cause_id: str = "r1") -> Ended:
    key = uuid5(UUID(int=0), str(number))
    return Ended(key=key, kind=Kind.REPLY, cause_kind=cause, cause_id=cause_id, status=Status.SENT)


class Follows:
    """An aftermath that leaves a person for each ending, and fails where it's told to."""

    def __init__(self, *, fails: Callable[[Ended], bool] = lambda _: False) -> None:
        self.steps: list[str] = []
        self._fails = fails

    def hold(self, session: Session, cause_id: str) -> None:
        locks.hold(session, f"request|{cause_id}")
        self.steps.append(f"hold {cause_id}")

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        self.steps.append(f"follow {ended.cause_id}")
        people.meet(session, said("bonjour", by=f"U{ended.key}"), at)
        if self._fails(ended):
            raise ValueError("a fault of ours")


def body(steps: list[str], *endings: Ended) -> Callable[[Session], tuple[str, Sequence[Ended]]]:
    def ending(_session: Session) -> tuple[str, Sequence[Ended]]:
        steps.append("end")
        return "value", endings

    return ending


async def met(database: Database, one: Ended) -> bool:
    return await database.read(lambda session: people.find_person(session, "slack", "T1", f"U{one.key}")) is not None


async def test_what_follows_is_kept_with_the_ending_under_its_cause(database: Database) -> None:
    follows, one = Follows(), ended(1)
    said = await Endings(database, {"word": follows}).settle("word|r1", body(follows.steps, one), NOON, [("word", "r1")])
    assert said == "value"
    assert follows.steps == ["hold r1", "end", "follow r1"]
    assert await met(database, one)


async def test_causes_that_only_show_as_it_runs_are_held_before_it_is_begun_again(database: Database) -> None:
    follows = Follows()
    several = (ended(1), ended(2, cause_id="r2"), ended(3, cause_id="r2"), ended(4, cause="report", cause_id="x"))
    await Endings(database, {"word": follows}).settle("pump", body(follows.steps, *several), NOON)
    assert follows.steps == ["end", "hold r1", "hold r2", "end", "follow r1", "follow r2", "follow r2"]


async def test_an_aftermath_that_fails_leaves_the_ending_and_the_others(database: Database) -> None:
    broken, sound = ended(1), ended(2)
    follows = Follows(fails=lambda each: each == broken)
    with capture_logs() as told:
        await Endings(database, {"word": follows}).settle("word|r1", body(follows.steps, broken, sound), NOON, [("word", "r1")])
    assert (await met(database, broken), await met(database, sound)) == (False, True)
    assert [(line["event"], line["key"]) for line in told] == [("what follows from a delivery failed; its ending stands without it", str(broken.key))]


async def test_what_the_ending_itself_raises_is_its_callers(database: Database) -> None:
    def broken(_session: Session) -> tuple[None, Sequence[Ended]]:
        raise ValueError("a fault of the ledger")

    with pytest.raises(ValueError, match="a fault of the ledger"):
        await Endings(database, {"word": Follows()}).settle("word|r1", broken, NOON, [("word", "r1")])


async def test_a_database_that_goes_away_is_no_fault_of_what_follows(database: Database) -> None:
    def away(_ended: Ended) -> bool:
        raise UnavailableError("gone")

    with pytest.raises(UnavailableError):
        await Endings(database, {"word": Follows(fails=away)}).settle("word|r1", body([], ended(1)), NOON, [("word", "r1")])
