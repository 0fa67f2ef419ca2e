"""How old the leases on the workspaces are: of those that hold, and of those that nobody took over."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, update

from storage import leases, sending
from storage.database import Database
from storage.leases import Lease
from storage.sending import WORKSPACE_LEASE
from storage.tables import WorkspaceRow
from tests.company import NOON
from tests.storage.ledger import IT_DESK, alice, claim, delivery, plan, seconds, send


async def ages(database: Database, at: datetime) -> list[Lease]:
    return await database.read(lambda session: leases.ages(session, at))


def of_slack(number: float) -> list[Lease]:
    return [Lease(platform="slack", tenant="T1", age=seconds(number))]


async def test_a_lease_is_as_old_as_its_last_renewal(database: Database) -> None:
    await plan(database, delivery("hello", to=IT_DESK))
    assert await ages(database, NOON) == []  # nobody has ever owned it
    await database.write("pump", lambda session: sending.own(session, "one", NOON))
    assert await ages(database, NOON + seconds(2)) == of_slack(2)
    await claim(database, NOON + seconds(3), owner="one")
    assert await ages(database, NOON + seconds(4)) == of_slack(1)


async def test_one_that_went_by_is_shown_while_something_is_due(database: Database) -> None:
    await plan(database, delivery("hello", to=IT_DESK))
    await database.write("pump", lambda session: sending.own(session, "one", NOON))
    assert await ages(database, NOON + seconds(100)) == of_slack(100)
    await send(database, NOON + seconds(100), owner="two")
    assert await ages(database, NOON + seconds(101)) == of_slack(1)
    assert await ages(database, NOON + seconds(100) + WORKSPACE_LEASE) == []


async def test_of_a_paused_workspace_and_of_what_is_not_due_yet_a_former_lease_says_nothing(database: Database) -> None:
    await alice(database)
    await plan(database, delivery("hello", to=IT_DESK), delivery("later", to=IT_DESK, not_before=NOON + timedelta(hours=2)))
    await send(database, NOON)
    assert await ages(database, NOON + timedelta(hours=1)) == []
    assert await ages(database, NOON + timedelta(hours=2)) == of_slack(7200)

    def pause(session: Session) -> None:
        session.execute(update(WorkspaceRow).where(col(WorkspaceRow.tenant) == "T1").values(paused_until=NOON + timedelta(hours=3)))

    await database.write("test", pause)
    assert await ages(database, NOON + timedelta(hours=2)) == []


async def test_a_clock_that_is_behind_makes_no_lease_younger_than_now(database: Database) -> None:
    await plan(database, delivery("hello", to=IT_DESK))
    await database.write("pump", lambda session: sending.own(session, "one", NOON))
    assert await ages(database, NOON - seconds(3)) == of_slack(0)
