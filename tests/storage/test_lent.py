"""The suite itself: the PostgreSQL database that a test gets is as new, whatever the test before did to it."""

import psycopg
import pytest

from storage.database import Database
from tests.company import CATALOGUE
from tests.databases import Server
from tests.lent import Lent
from tests.loading import load_catalogue


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE exchange RENAME TO elsewhere", "DROP TABLE process CASCADE", "CREATE SCHEMA more", "UPDATE alembic_version SET version_num = '9'"],
)
def test_one_that_changed_more_than_rows_is_not_lent_again(postgresql: Server, postgresql_template: str, change: str) -> None:
    lent = Lent(postgresql, postgresql_template)
    before = run(lent.lend("lent_one"), "SELECT oid FROM pg_database WHERE datname = current_database()")
    run(postgresql.url("lent_one"), change)
    lent.take_back()
    assert run(lent.lend("lent_two"), "SELECT oid FROM pg_database WHERE datname = current_database()") != before
    postgresql.drop("lent_two")


async def test_rows_sequences_and_whoever_is_still_connected_go(postgresql: Server, postgresql_template: str) -> None:
    lent = Lent(postgresql, postgresql_template)
    url = lent.lend("lent_three")
    before = run(url, "SELECT oid FROM pg_database WHERE datname = current_database()")
    ((sequence,),) = run(url, "SELECT min(sequencename) FROM pg_sequences")
    run(url, f"SELECT nextval('{sequence}')")
    async with await Database.open(url) as database:
        await load_catalogue(database, CATALOGUE, "tests")
    assert run(url, "SELECT count(*) FROM catalogue_version") == [(1,)]
    late = psycopg.connect(url)
    lent.take_back()
    with pytest.raises(psycopg.OperationalError):
        late.execute("SELECT 1")
    late.close()
    url = lent.lend("lent_four")
    assert run(url, "SELECT oid FROM pg_database WHERE datname = current_database()") == before
    assert run(url, "SELECT count(*) FROM catalogue_version") == [(0,)]
    assert run(url, "SELECT last_value FROM pg_sequences WHERE last_value IS NOT NULL") == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgresql.url("lent_three"))
    postgresql.drop("lent_four")
