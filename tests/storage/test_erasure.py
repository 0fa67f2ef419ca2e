"""Erasure: nothing is left that names somebody, the figures stay, and nobody who races it brings them back."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlmodel import Session

from dialogs.people import Profile
from storage import conversations, deliveries, erasure, gaps, naming, privacy, requests, sqlite
from storage.database import Database
from storage.directory import import_directory
from storage.erasure import EMPTY, Proof
from storage.people import LINKING, learn_profile, meet
from storage.personal_rows import REGISTER, table
from storage.scrub import scrub
from storage.tables import Row
from storage.trail import NOBODY, Sign, trail_of
from tests.company import NOON
from tests.conversation import DIRECT, said
from tests.storage.life import ALICE, BOB, LATER, SECRET, add, key, live, rows
from tests.storage.vaubert import ALICE_ROW, DIRECTORY

T = TypeVar("T")
HERS = replace(DIRECT, conversation="DALICE")


async def erased(database: Database, person: str = ALICE) -> Proof:
    proof = await database.write(LINKING, lambda session: erasure.erase(session, person, LATER))
    assert proof is not None
    return proof


async def everything(database: Database) -> str:
    """Return all that the database holds, in words."""

    def read(session: Session) -> str:
        return "\n".join(str(tuple(row)) for found in Row.metadata.sorted_tables for row in session.connection().execute(found.select()))

    return await database.read(read)


async def kept(database: Database, name: str, **where: Any) -> dict[str, Any]:
    """Return the one row of a table with these values."""
    found = await database.read(lambda session: [row for row in rows(session, name) if all(row[column] == value for column, value in where.items())])
    (only,) = found
    return only


async def test_nothing_is_left_of_who_they_were_and_what_they_said(database: Database) -> None:
    await live(database)
    assert SECRET in await everything(database)
    proof = await erased(database)
    left = await everything(database)
    for told in (SECRET, ALICE, "Alice", "alice@vaubert.example", "U01X", "DALICE"):
        assert told not in left.replace(SECRET.encode().hex(), SECRET), told
    assert await database.read(lambda session: naming.leftovers(session, proof.trail)) == []
    assert "Bob Leroy" in left


async def test_the_proof_counts_each_table(database: Database) -> None:
    await live(database)
    proof = {each.table: each for each in (await erased(database)).erased}
    assert {each.after for each in proof.values()} == {0}
    for each in proof.values():
        assert each.before == each.deleted + each.anonymous
        assert each.anonymous >= 0
    assert (proof["exchange"].deleted, proof["exchange"].anonymous) == (0, 1)
    assert (proof["report"].deleted, proof["report"].anonymous) == (1, 0)
    assert (proof["request_word"].deleted, proof["request_word"].anonymous) == (3, 1)
    assert (proof["event"].deleted, proof["event"].anonymous) == (1, 1)
    assert (proof["audit"].deleted, proof["audit"].anonymous) == (0, 1)
    untold = {"gap", "profile_draft", "catalogue_version", "binding", "exchange_source", "function_limit"}
    untold |= {"campaign", "campaign_version", "campaign_rule"}
    assert proof.keys() == {name for name, each in REGISTER.items() if each.ties} - untold


async def test_the_figures_stay(database: Database) -> None:
    await live(database)
    before = await database.read(lambda session: {name: len(rows(session, name)) for name in ("exchange", "feedback", "delivery", "gap_question")})
    await erased(database)
    assert await database.read(lambda session: {name: len(rows(session, name)) for name in before}) == before
    exchange = await kept(database, "exchange", id="x-alice")
    assert (exchange["outcome"], exchange["function"], exchange["sheet_ids"], exchange["confidence"]) == ("none", "it", ["it_laptop"], 0.5)
    assert (exchange["person_id"], exchange["question"]) == (NOBODY, "")
    published, unpublished, hers = [await kept(database, "feedback", id=id_) for id_ in ("f1", "f2", "f3")]
    assert (published["trace"], published["solved"], published["site"], published["department"]) == (4, "yes", "Lyon", "Ventes")
    assert (published["person_id"], published["comment"], published["question"], published["shared"]) == (None, None, "", None)
    assert (unpublished["trace"], unpublished["site"], unpublished["department"], unpublished["prompt_at"]) == (4, None, None, None)
    assert (hers["person_id"], hers["helper_id"], hers["comment"]) == (BOB, None, "confidentiel"), "another's words stay"
    assert (await kept(database, "outside_exchange", id="o1"))["outcome"] == "solved"


async def test_the_ledger_still_balances_and_nothing_more_is_sent(database: Database) -> None:
    await live(database)
    await erased(database)
    assert await database.read(deliveries.imbalances) == []
    told = {row["key"]: row for row in await database.read(lambda session: rows(session, "delivery"))}
    assert (told[key("d-planned")]["status"], told[key("d-planned")]["reason"]) == ("skipped", "cancelled")
    sent = told[key("d-sent")]
    assert (sent["status"], sent["message"], sent["person_id"], sent["reference"]) == ("sent", EMPTY, None, None)
    sending = told[key("d-sending")]
    assert (sending["status"], sending["claim"]) == ("unknown", None), "whoever is sending it can't plan it again"
    card = told[key("d-desk")]
    assert (card["message"], card["change"], card["reference"] is not None) == (EMPTY, "recall", True), "the experts' card is taken back"
    assert "⟨name⟩ s'en occupe" in told[key("d-bob")]["message"]


async def test_requests_are_closed_and_those_who_waited_for_them_wait_for_somebody_else(database: Database) -> None:
    await live(database)
    await erased(database)
    hers = await kept(database, "request", id="r-alice")
    assert (hers["status"], hers["outcome"], hers["client_id"], hers["question"], hers["expert_id"]) == ("closed", "withdrawn", NOBODY, "", BOB)
    assert hers["closed_at"] == LATER
    bobs = await kept(database, "request", id="r-bob")
    assert (bobs["status"], bobs["expert_id"], bobs["client_id"], bobs["question"]) == ("open", None, BOB, "mon badge")
    orphan = await kept(database, "request", id="r-kept")
    assert (orphan["keeper_id"], orphan["desk"], orphan["status"]) == (None, None, "open")
    word = await kept(database, "request_word", id=key("w4"))
    assert (word["author_id"], word["text"]) == (NOBODY, "voici votre badge"), "Bob keeps what he was told"
    steps = await database.read(lambda session: [(row["request_id"], row["step"]) for row in rows(session, "request_step")])
    assert {("r-alice", "withdrawn"), ("r-bob", "released")} <= set(steps)
    (read,) = await database.read(lambda session: requests.as_they_are(session, ["r-alice"]))
    assert (read.client.name, read.closed, read.words) == (None, True, ())
    (read,) = await database.read(lambda session: requests.as_they_are(session, ["r-bob"]))
    assert [each.author.name for each in read.words] == [None]


async def test_what_nobody_could_answer_stays_masked_without_whence_it_came(database: Database) -> None:
    await live(database)
    await erased(database)
    asked = await database.read(lambda session: rows(session, "gap_question"))
    assert [(row["text"], row["comment"]) for row in asked] == [("où est mon matériel", None)] * 2
    assert not {"x-alice", key("report").hex} & {row["source"] for row in asked}
    assert [source.id for source in await database.read(lambda session: gaps.waiting(session, 10))] == ["x-bob"], "and isn't taken in again"


async def test_of_the_last_day_the_keys_stay_so_that_a_retry_is_told_nothing(database: Database) -> None:
    await live(database)
    event = said(SECRET, by="U01X", where=HERS)
    await database.write(event.reference.key, lambda session: conversations.remember(session, event, (), None, LATER, former=None))
    await erased(database)
    assert await database.read(lambda session: conversations.replies_to(session, event)) == ()
    held = await kept(database, "event", key=event.key)
    assert (held["user"], held["gesture"], held["conversation_key"], held["answered_at"]) == ("", "", "", LATER)


async def test_others_words_stay_without_the_name(database: Database) -> None:
    await live(database)
    proof = await erased(database)
    assert (await kept(database, "exchange", id="x-bob"))["question"] == "⟨name⟩ est-elle là ?"
    assert "demandez à ⟨name⟩ (⟨email⟩)" in (await kept(database, "event", key=key("mention")))["replies"]
    assert (await kept(database, "event", key=key("bobs")))["replies"] == "[]", "it told what she asked"
    assert proof.masked == 3  # the question, the mention, the word to Bob


async def test_a_name_that_two_people_have_is_left_in_others_words(database: Database) -> None:
    await live(database)
    twin = replace(ALICE_ROW, id="p9", email="alice2@vaubert.example")
    await database.write(LINKING, lambda session: import_directory(session, (*DIRECTORY, twin), NOON))
    proof = await erased(database)
    assert proof.trail.names == frozenset()
    assert "Alice MARTIN" in (await kept(database, "exchange", id="x-bob"))["question"]


async def test_what_a_function_publishes_is_left_and_said(database: Database) -> None:
    await live(database)
    content = {"author": "p-1", "digest": "d", "changes": "", "created_at": NOON}
    await database.write("test", lambda session: add(session, "catalogue_version", number=1, content='{"email": "alice@vaubert.example"}', **content))
    proof = await erased(database)
    (left,) = await database.read(lambda session: naming.leftovers(session, proof.trail))
    assert (left.table, left.column, left.sign.kind, left.rows) == ("catalogue_version", "content", "e-mail", 1)
    assert left.why is not None
    assert "change the pack" in left.why


async def test_erasing_again_finds_nobody_and_another_leaves_the_first_alone(database: Database) -> None:
    await live(database)
    await erased(database)
    before = await everything(database)
    for nobody in (ALICE, "ghost", NOBODY):
        assert await database.write(LINKING, lambda session, who=nobody: erasure.erase(session, who, LATER)) is None  # type: ignore[misc]
    assert await everything(database) == before
    await erased(database, BOB)
    assert await database.read(lambda session: [row["id"] for row in rows(session, "person")]) != []


async def test_somebody_who_comes_back_is_somebody_new(database: Database) -> None:
    await live(database)
    await erased(database)

    def returns(session: Session) -> None:
        import_directory(session, DIRECTORY, LATER)
        learn_profile(session, Profile(platform="slack", tenant="T1", user="U01X", name="Alice Martin", email="alice@vaubert.example"), LATER)
        meet(session, said("me revoilà", by="U01X", where=HERS), LATER)

    await database.write(LINKING, returns)
    found = await database.read(lambda session: trail_of(session, ALICE))
    assert found is not None
    held = await database.read(lambda session: privacy.held(session, found))
    assert {name for name, told in held.items() if told} == {"person", "identity", "conversation_reference"}
    assert held["person"][0]["created_at"] == LATER


async def test_somebody_of_a_platform_only_is_erased_too(database: Database) -> None:
    event = said("bonjour", by="U77X", where=replace(DIRECT, conversation="D77X"))

    def speaks(session: Session) -> str:
        return meet(session, event, NOON).person.id

    person = await database.write(event.reference.key, speaks)
    await database.write(event.reference.key, lambda session: conversations.remember(session, event, (), None, NOON, former=None))
    proof = await erased(database, person)
    assert await database.read(lambda session: naming.leftovers(session, proof.trail)) == []
    assert "U77X" not in await everything(database)


async def test_a_turn_that_races_an_erasure_is_whole_before_it_or_is_somebody_news(database: Database) -> None:
    """On PostgreSQL they run at once, in every order that the two connections fall into."""
    await live(database)

    def turn(number: int) -> Callable[[Session], None]:
        event = said(f"{SECRET} {number}", by="U01X", where=replace(HERS, thread=str(number)))

        def body(session: Session) -> None:
            person = meet(session, event, LATER).person
            exchange = {"scope": "personal", "language": "fr", "sheet_ids": [], "outcome": "answer", "opened_at": LATER, "none_of_these": False}
            if number % 2:  # some leave no row that leads to a person
                add(session, "exchange", id=f"x{number}", person_id=person.id, question=SECRET, **exchange)
            conversations.remember(session, event, (), None, LATER, former=None)

        return body

    turns = [database.write(f"turn {number}", turn(number)) for number in range(12)]
    await asyncio.gather(*turns[:6], erased(database), *turns[6:])
    accounts = await database.read(lambda session: {row["person_id"] for row in rows(session, "identity") if row["user"] == "U01X"})
    for row in await database.read(lambda session: rows(session, "exchange")):
        if row["question"] == SECRET:
            assert {row["person_id"]} == accounts, "of whoever came after"
    if not accounts:
        assert SECRET not in await everything(database)
        assert "U01X" not in await everything(database)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
async def test_a_turn_under_way_is_waited_for(database: Database) -> None:
    """A turn that has met them, and hasn't ended: the erasure finds what it left."""
    await live(database)
    event = said("bonjour", by="U01X", where=replace(HERS, conversation="CELSEWHERE"))

    met = asyncio.Event()

    def slow(session: Session) -> None:
        meet(session, event, LATER)
        met.set()
        session.connection().exec_driver_sql("SELECT pg_sleep(0.2)")
        conversations.remember(session, event, (), None, LATER, former=None)

    async def then() -> Proof:
        await met.wait()
        return await erased(database)

    _, proof = await asyncio.gather(database.write(event.reference.key, slow), then())
    assert await database.read(lambda session: naming.leftovers(session, proof.trail)) == []
    assert (await kept(database, "event", key=event.key))["user"] == ""


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_file_holds_no_byte_of_what_was_erased(database: Database, database_url: str) -> None:
    await live(database)
    file = Path(database_url.removeprefix("sqlite:///"))

    def found() -> bool:
        return any(SECRET.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))

    assert found()
    await erased(database)
    assert scrub(database_url)
    assert not found()


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_server_reclaims_its_space_itself(database_url: str) -> None:
    assert scrub(database_url)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_reader_in_the_middle_is_said(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.1)
    await live(database)
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchall()
        await erased(database)
        assert not scrub(database_url)


def test_a_sign_is_found_whole_in_any_case_and_as_json_writes_it() -> None:
    name = Sign(kind="name", text="Élodie Martin")
    assert name.fragment == "martin"
    for told in ("élodie MARTIN", "(Élodie Martin)", '"\\u00c9lodie Martin"'):
        assert name.pattern.search(told), told
    for told in ("Élodie Martinez", "Élodie  Martin", "XÉlodie Martin"):
        assert not name.pattern.search(told), told
    assert not Sign(kind="account", text="U1").pattern.search("u1 U12 SU1")
    assert Sign(kind="name", text="李 小龙").fragment == ""
    assert timedelta(days=1) == erasure.RETRIED
    assert table("person").name == "person"


async def test_a_name_without_any_ascii_letter_is_found_too(database: Database) -> None:
    await live(database)

    def named(session: Session) -> None:
        learn_profile(session, Profile(platform="slack", tenant="T1", user="U01X", name="李 小龙", email="alice@vaubert.example"), NOON)
        session.execute(table("exchange").update().where(table("exchange").c.id == "x-bob").values(question="où est 李 小龙 ?"))

    await database.write(LINKING, named)
    await erased(database)
    assert (await kept(database, "exchange", id="x-bob"))["question"] == "où est ⟨name⟩ ?"
