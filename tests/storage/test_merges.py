"""Somebody's account turns out to be a person of the directory: all that leads to who they were leads to who they are."""

from datetime import datetime

from sqlalchemy import Uuid, func, select
from sqlmodel import Session

from storage import audit
from storage.database import Database
from storage.personal_rows import REGISTER, table
from tests.company import NOON
from tests.conversation import said
from tests.storage.life import add, key
from tests.storage.test_people import ALICE, ON_SLACK, hear, learn, listed, persons

# every column that leads to a person
COLUMNS = {
    (name, column.name) for name in REGISTER for column in table(name).c if any(to.column is table("person").c.id for to in column.foreign_keys)
}
BY_ITSELF = {"identity", "conversation_reference", "pseudonym"}  # an account's gesture, or what it's told, leaves these
TIME = type(table("person").c.created_at.type)
NEVER_THEIRS = {"role_grant", "audience_grant"}  # they're for those whom the directory knows
KEYS: dict[str, dict[str, object]] = {
    "evidence": {"function": "it", "kind": "event", "weight": 1.0},
    "standing": {"function": "it", "topic": ""},
    "expectation": {"request_id": "r0"},
    "pause": {"function": "it"},
    "campaign_member": {"campaign": "passwords"},
    "step_response": {"campaign": "passwords", "step": "learn", "does": "done"},
}


def times(name: str) -> dict[str, datetime]:
    return {column.name: NOON for column in table(name).c if not column.nullable and isinstance(column.type, TIME)}


def leave(session: Session, person: str) -> None:
    """Leave a row in every table that may have one of somebody whom the directory doesn't know."""
    audit.pseudonym_of(session, person)
    add(session, "request", id="r0", client_id=person, **times("request"))
    for name in sorted({name for name, _ in COLUMNS} - BY_ITSELF - NEVER_THEIRS):
        found = table(name)
        theirs = dict.fromkeys((column for each, column in COLUMNS if each == name), person)
        about = {"request_id": "r0"} if name in ("request_word", "request_step") else {}
        ids = {
            column.name: key(name) if isinstance(column.type, Uuid) else name for column in found.primary_key.columns if column.name in ("id", "key")
        }
        add(session, name, **times(name) | theirs | about | ids | KEYS.get(name, {}))


def owned(session: Session, person: str) -> set[tuple[str, str]]:
    counts = {(name, column): select(func.count()).select_from(table(name)).where(table(name).c[column] == person) for name, column in COLUMNS}
    return {column for column, count in counts.items() if session.execute(count).scalar_one()}


async def test_all_that_leads_to_an_account_of_its_own_leads_to_the_person_it_turns_out_to_be(database: Database) -> None:
    former = (await hear(database, said("?"))).person.id
    await database.write("test", lambda session: leave(session, former))
    theirs = {(name, column) for name, column in COLUMNS if name not in NEVER_THEIRS}
    assert await database.read(lambda session: owned(session, former)) == theirs
    await listed(database)
    assert (await learn(database, ON_SLACK)).person.id == ALICE
    assert await database.read(lambda session: owned(session, former)) == set()
    assert await database.read(lambda session: owned(session, ALICE)) == theirs
    assert former not in await persons(database)
