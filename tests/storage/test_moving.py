"""An installation moves whole: every table, every type, counters, and what is under way."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from dialogs.delivery import Delivery, Kind
from storage import deliveries, deployment, moving
from storage.checksums import Checksum
from storage.deployment import Deployment
from storage.errors import MovedError, MoveError
from storage.moving import TABLES
from storage.tables import Row
from tests.company import NOON
from tests.databases import Server
from tests.storage.installation import AT, Mover, between, everything, fill, use
from tests.storage.life import BOB, key, words

COUNTED = {"delivery", "evidence", "standing_move", "request_step"}


@pytest.fixture
def mover(tmp_path: Path, sqlite_template: Path, postgresql: Server) -> Iterator[Mover]:
    with between(sqlite_template, tmp_path, postgresql) as one:
        yield one


def test_every_table_goes_along_but_those_about_processes_and_the_move_itself() -> None:
    assert {table.name for table in Row.metadata.sorted_tables} - {table.name for table in TABLES} == {"process", "tick", "deployment", "move"}


def test_every_row_of_every_table_is_the_same_on_both_sides(mover: Mover) -> None:
    fill(mover.source)
    before = everything(mover.source)
    assert [name for name, rows in before.items() if not rows] == []
    mover.move()
    assert everything(mover.target) == before == everything(mover.source)
    assert mover.checked() == {name: len(rows) for name, rows in before.items()}


def test_an_installation_without_any_row_moves_too(mover: Mover) -> None:
    mover.move()
    assert set(mover.checked().values()) == {0}
    assert use(mover.target, deployment.refuse_moved) is None


def test_numbers_go_on_after_the_highest(mover: Mover) -> None:
    fill(mover.source)
    mover.move()
    highest = {name: max(row[0] for row in rows) for name, rows in everything(mover.target).items() if name in COUNTED}
    assert {table.name for table in TABLES if table.autoincrement_column is not None} == COUNTED == set(highest)

    def next_numbers(session: Session) -> dict[str, int]:
        return {
            name: session.connection().execute(text(f"SELECT nextval(pg_get_serial_sequence('{name}', 'number'))")).scalar_one() for name in COUNTED
        }

    assert use(mover.target, next_numbers) == {name: number + 1 for name, number in highest.items()}


def test_what_is_planned_and_what_is_under_way_stay_so_and_more_can_be_planned(mover: Mover) -> None:
    fill(mover.source)
    mover.move()
    more = Delivery(key=key("d-more"), kind=Kind.REPLY, cause_kind="request", cause_id="r-bob", to=BOB, message=words("encore"))
    use(mover.target, lambda session: deliveries.plan_all(session, [more], NOON))

    def statuses(session: Session) -> dict[object, str]:
        return {found.key: found.status for found in session.execute(text("SELECT key, status FROM delivery"))}

    found = use(mover.target, statuses)
    assert {name: found[key(name)] for name in ("d-planned", "d-sending", "d-sent", "d-more")} == {
        "d-planned": "planned",
        "d-sending": "sending",
        "d-sent": "sent",
        "d-more": "planned",
    }


def test_a_json_null_and_none_stay_two_things(mover: Mover) -> None:
    fill(mover.source)
    use(mover.source, lambda session: session.execute(text("UPDATE exchange SET sheet_ids = 'null' WHERE id = 'x-bob'")))
    mover.move()
    found = use(mover.target, lambda session: session.execute(text("SELECT sheet_ids::text FROM exchange WHERE id = 'x-bob'")).scalar_one())
    assert found == "null"


def test_long_rows_go_a_few_at_a_time(mover: Mover) -> None:
    use(mover.source, lambda session: files(session, 12, 3 * 1024**2))
    mover.move()
    assert mover.checked()["attachment"] == 12


def files(session: Session, number: int, size: int) -> None:
    statement = text(
        "INSERT INTO attachment (key, name, content_type, content, created_at, expires_at) "
        "VALUES (:key, 'a.csv', 'text/csv', zeroblob(:size), '2026-11-20 09:30:00.000000', '2026-11-21 09:30:00.000000')"
    )
    session.execute(statement, [{"key": f"k{each}", "size": size} for each in range(number)])


def test_the_source_says_where_it_went_and_the_target_where_it_came_from(mover: Mover) -> None:
    fill(mover.source)
    mover.move()
    went, came = use(mover.source, deployment.found), use(mover.target, deployment.found)
    assert isinstance(went, Deployment)
    assert went.moved_to == moving.goal(mover.target)
    assert (came.moved_from, came.moved_at, came.moved_to) == (went.id, AT, None)
    use(mover.target, deployment.refuse_moved)
    with pytest.raises(MovedError, match=r"moved to postgresql://postgres@/\S+ on 2026-11-20 09:30 UTC: set POURQUI_DATABASE_URL"):
        use(mover.source, deployment.refuse_moved)


def test_it_can_be_called_back(mover: Mover) -> None:
    fill(mover.source)
    with pytest.raises(MoveError, match="hasn't moved"):
        moving.cancel(mover.source, lambda session: None)
    mover.move()
    assert moving.cancel(mover.source, lambda session: None).moved_to == moving.goal(mover.target)
    use(mover.source, deployment.refuse_moved)


def test_a_weighing_counts_and_changes_nothing(mover: Mover) -> None:
    fill(mover.source)
    load = moving.weigh(mover.source, mover.target)
    assert load.rows == {name: len(rows) for name, rows in everything(mover.source).items()}
    assert load.size > 100_000
    assert use(mover.source, deployment.found) is None
    assert use(mover.target, lambda session: session.execute(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).scalar_one()) == 0


def test_no_password_is_told() -> None:
    assert moving.goal("postgresql://bob:secret@db/pourqui?sslpassword=secret&password=secret") == "postgresql://bob:***@db/pourqui"


def test_a_checksum_doesn_t_depend_on_the_order_but_on_every_row() -> None:
    one, other, less = Checksum(), Checksum(), Checksum()
    one.add([b"a", b"b", b"b"])
    other.add([b"b", b"a"])
    other.add([b"b"])
    less.add([b"a", b"b"])
    assert one == other == Checksum.read(3, one.text)
    assert one != less
