"""Privacy: the register knows every table and every text, and an export holds all that is somebody's, of others only what they may see."""

import re

from storage import naming, privacy, trail
from storage.database import Database
from storage.personal_rows import REGISTER, Kept
from storage.tables import Row
from tests.storage.life import ALICE, BOB, SECRET, live

_SPEAKING = re.compile(r"user|e?mail|name|person|client|expert|helper|keeper|author|_by$|manager|reference|place|conversation")


def people_of(name: str) -> set[str]:
    """Return the columns that lead to a person."""
    return {column.name for column in Row.metadata.tables[name].c for key in column.foreign_keys if key.column.table.name == "person"}


def listed(kept: Kept) -> list[str]:
    return [*kept.who, *kept.words, *kept.plain]


def test_every_table_is_in_the_register_and_nothing_else() -> None:
    assert REGISTER.keys() == Row.metadata.tables.keys()
    assert [name for name, kept in REGISTER.items() if bool(kept.ties) == (kept.why is not None)] == [], "either whose, or why not"


def test_every_text_of_every_table_is_in_the_register_once() -> None:
    for name, found in Row.metadata.tables.items():
        named = listed(REGISTER[name])
        assert len(named) == len(set(named)), name
        assert set(named) <= {column.name for column in found.c}, name
        assert {*naming.texts_of(found), *people_of(name)} <= set(named), name


def test_a_column_that_leads_to_a_person_says_who_somebody_is() -> None:
    for name, kept in REGISTER.items():
        assert people_of(name) <= set(kept.who), name


def test_a_column_that_is_named_like_a_person_was_thought_about() -> None:
    """Those that name no person in spite of their name; another one has to be put here, or among `who`."""
    known = {
        ("binding", "reference"),  # a channel
        ("attachment", "name"),  # a file
        ("exchange_source", "name"),  # a tool
        ("delivery", "place"),
        ("workspace", "owner"),
        ("campaign", "name"),
        ("move", "table_name"),
    }
    suspect = {(name, column) for name, kept in REGISTER.items() for column in (*kept.words, *kept.plain) if _SPEAKING.search(column)}
    assert suspect <= known


async def test_a_life_is_told_whole(database: Database) -> None:
    await live(database)
    found = await database.read(lambda session: trail.trail_of(session, ALICE))
    assert found is not None
    held = await database.read(lambda session: privacy.held(session, found))
    empty = {name for name, told in held.items() if not told}
    # what only an author of content, or an operator, leaves
    of_authors = {"gap", "profile_draft", "catalogue_version", "campaign", "campaign_version", "campaign_rule"}
    assert empty == of_authors | {"binding", "exchange_source", "function_limit"}
    assert [row["name"] for row in held["person"]] == ["Alice Martin"]
    assert {row["comment"] for row in held["feedback"] if row["as"] == "client"} == {f"merci pour le {SECRET}"}
    assert {row["as"] for row in held["request"]} == {"client", "expert", "keeper"}
    assert held["attachment"][0]["content"] == len(SECRET), "a file is described"


async def test_of_others_an_export_holds_their_name_and_what_they_said_to_that_person(database: Database) -> None:
    await live(database)
    found = await database.read(lambda session: trail.trail_of(session, ALICE))
    assert found is not None
    held = await database.read(lambda session: privacy.held(session, found))
    told = str(held)
    assert f"votre {SECRET}" in told, "Bob's word to her"
    assert "un brouillon" not in told, "nobody sent it"
    assert "confidentiel" not in told, "a response about her help is confidential"
    assert "mon badge" not in told
    assert "une idée" not in told
    assert "bob@vaubert.example" not in told
    assert "U02X" not in told
    assert BOB not in told
    (word,) = (row for row in held["request_word"] if row.get("text") == f"votre {SECRET}")
    assert word["author_id"] == "Bob Leroy"


def test_where_nobody_can_be_found_is_said() -> None:
    assert {"anonymous_voice", "anonymous_pending", "anonymity_class", "vector"} <= privacy.unfindable().keys()


async def test_people_are_named_by_any_of_their_names(database: Database) -> None:
    await live(database)
    everybody = await database.read(trail.everybody)
    alice = next(each for each in everybody if each.id == ALICE)
    assert alice.names >= {ALICE, "p1", "alice@vaubert.example", "alice martin", "u01x"}
    assert await database.read(lambda session: trail.trail_of(session, "ghost")) is None
