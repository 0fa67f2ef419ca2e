"""The audit log: whoever changes a line, takes one out or puts one in is seen; whoever is erased is forgotten, and the chain holds."""

import asyncio
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from hashlib import sha256

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from dialogs.people import Profile
from storage import audit
from storage.audit import Break, Head, Line, Verdict, append, head, lines, names_of, pseudonym_of, verify
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id, learn_profile
from storage.tables import AuditRow, PersonRow, PseudonymRow, table_of
from tests.company import NOON
from tests.storage.vaubert import ALICE_ROW, DIRECTORY

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
ON_SLACK = Profile(platform="slack", tenant="T1", user="U1", name="alice", email=ALICE_ROW.email)


async def write(database: Database, body: Callable[[Session], object]) -> None:
    await database.write("test", body)


def add(session: Session, number: int) -> None:
    append(
        session, actor="p-1", act="write_content", function="it", subject=f"it_{number}", at=NOON + timedelta(minutes=number), detail={"version": "é"}
    )


async def write_lines(database: Database, count: int) -> None:
    for number in range(1, count + 1):
        await write(database, partial(add, number=number))


AUDIT = table_of(AuditRow)


async def change(database: Database, line: int, **columns: object) -> None:
    """Change a line as its keeper could, past the program."""
    await write(database, lambda session: session.connection().execute(update(AUDIT).where(AUDIT.c.number == line).values(**columns)))


async def take_out(database: Database, line: int) -> None:
    await write(database, lambda session: session.connection().execute(delete(AUDIT).where(AUDIT.c.number == line)))


async def put_in(database: Database, line: int, like: int) -> None:
    """Put a line in that says what another one says, under another name."""

    def copied(session: Session) -> None:
        values = {**session.get_one(AuditRow, like).model_dump(), "number": line, "actor": "p-9"}
        session.add(AuditRow(**values))

    await write(database, copied)


async def broken(database: Database) -> Break | None:
    return (await database.read(verify)).broken


async def test_an_empty_log_is_whole(database: Database) -> None:
    assert await database.read(verify) == Verdict(head=None, broken=None)
    assert await database.read(head) is None
    assert await database.read(lines) == []


async def test_a_line_says_who_did_what_when_and_to_what(database: Database) -> None:
    at = datetime(2026, 11, 20, 13, 30, 15, 123456, tzinfo=timezone(timedelta(hours=1)))
    detail = {"b": "2", "a": "é"}
    await write(database, partial(append, actor="p-1", act="remove_content", function="it", subject=None, at=at, outcome="refused", detail=detail))
    (line,) = await database.read(lines)
    hashed = (
        f'[1,"2026-11-20T12:30:15.123456+00:00","p-1","remove_content","it",null,"refused","{{\\"a\\": \\"é\\", \\"b\\": \\"2\\"}}","{"0" * 64}"]'
    )
    assert line == Line(
        number=1,
        at=at.astimezone(UTC),
        actor="p-1",
        act="remove_content",
        function="it",
        subject=None,
        outcome="refused",
        detail=detail,
        hash=sha256(hashed.encode()).hexdigest(),
    )
    assert await database.read(head) == Head(number=1, hash=line.hash)


async def test_what_is_undone_leaves_no_line(database: Database) -> None:
    def fail(session: Session) -> None:
        add(session, 2)
        raise LookupError("no such thing")

    await write_lines(database, 1)
    with pytest.raises(LookupError):
        await write(database, fail)
    await write(database, partial(add, number=3))
    assert [(line.number, line.subject) for line in await database.read(lines)] == [(1, "it_1"), (2, "it_3")]
    assert await broken(database) is None


async def test_the_last_lines_are_listed_in_their_order(database: Database) -> None:
    await write_lines(database, 5)
    assert [line.number for line in await database.read(partial(lines, last=2))] == [4, 5]
    assert [line.number for line in await database.read(partial(lines, last=9))] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("chunk", [1, 2, 1000])
async def test_a_long_chain_is_walked_in_chunks(database: Database, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_CHUNK", chunk)
    await write_lines(database, 5)
    assert await database.read(verify) == Verdict(head=await database.read(head), broken=None)
    await change(database, 5, subject="it_9")
    assert await broken(database) == Break(number=5, how="changed")


CHANGES = [{"actor": "p-2"}, {"act": "read_gaps"}, {"function": None}, {"subject": "other"}, {"outcome": "refused"}, {"detail": "{}"}]


@pytest.mark.parametrize("columns", CHANGES)
async def test_a_changed_line_is_seen_whatever_was_changed(database: Database, columns: dict[str, str | None]) -> None:
    await write_lines(database, 4)
    await change(database, 3, **columns)
    assert await broken(database) == Break(number=3, how="changed")


async def test_a_changed_time_is_seen_down_to_the_microsecond(database: Database) -> None:
    await write_lines(database, 3)
    await change(database, 2, at=NOON + timedelta(minutes=2, microseconds=1))
    assert await broken(database) == Break(number=2, how="changed")


async def test_lines_that_changed_places_are_seen(database: Database) -> None:
    await write_lines(database, 4)
    for former, number in ((2, 99), (3, 2), (99, 3)):
        await change(database, former, number=number)
    assert await broken(database) == Break(number=2, how="changed")


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_line_taken_out_is_seen(database: Database, number: int) -> None:
    await write_lines(database, 4)
    await take_out(database, number)
    verdict = await database.read(verify)
    assert verdict.broken == Break(number=number, how="missing")
    assert (verdict.head.number if verdict.head else 0) == number - 1


async def test_a_line_taken_out_is_seen_even_if_the_others_close_ranks(database: Database) -> None:
    await write_lines(database, 4)
    await take_out(database, 2)
    for number in (3, 4):
        await change(database, number, number=number - 1)
    assert await broken(database) == Break(number=2, how="changed")


@pytest.mark.parametrize("number", [0, -3])
async def test_a_line_put_in_before_the_first_is_seen(database: Database, number: int) -> None:
    await write_lines(database, 2)
    await put_in(database, number, like=1)
    assert await broken(database) == Break(number=number, how="extra")


async def test_a_line_put_in_between_is_seen(database: Database) -> None:
    await write_lines(database, 3)
    for number in (3, 2):
        await change(database, number, number=number + 1)
    await put_in(database, 2, like=3)
    assert await broken(database) == Break(number=2, how="changed")


async def test_a_replaced_hash_is_seen(database: Database) -> None:
    await write_lines(database, 3)
    await change(database, 2, hash="a" * 64)
    assert await broken(database) == Break(number=2, how="changed")


def forge(session: Session, number: int) -> None:
    """Change a line and give it the hash that fits, as somebody would who knows the formula."""
    row = session.get_one(AuditRow, number)
    row.subject = "forged"
    row.hash = audit.hash_of(row)


async def test_a_line_changed_with_its_hash_no_longer_fits_the_next(database: Database) -> None:
    await write_lines(database, 3)
    await write(database, partial(forge, number=2))
    verdict = await database.read(verify)
    assert verdict.broken == Break(number=3, how="detached")
    assert verdict.head is not None
    assert verdict.head.number == 2


async def test_what_is_cut_off_at_the_end_is_seen_against_a_noted_head(database: Database) -> None:
    await write_lines(database, 3)
    noted = await database.read(head)
    assert noted is not None
    await take_out(database, 3)
    assert await broken(database) is None  # what is left is whole: only the noted head tells
    assert (await database.read(partial(verify, noted=noted))).broken == Break(number=3, how="cut")
    for number in (1, 2):
        await take_out(database, number)
    assert await database.read(partial(verify, noted=noted)) == Verdict(head=None, broken=Break(number=1, how="cut"))


async def test_a_log_written_anew_is_seen_against_a_noted_head(database: Database) -> None:
    await write_lines(database, 2)
    noted = await database.read(head)
    await write_lines(database, 2)
    assert await database.read(partial(verify, noted=noted)) == Verdict(head=await database.read(head), broken=None)
    for number in (1, 2, 3, 4):
        await take_out(database, number)
    for number in (7, 8, 9):
        await write(database, partial(add, number=number))
    assert await broken(database) is None
    assert (await database.read(partial(verify, noted=noted))).broken == Break(number=2, how="rewritten")


async def test_twenty_who_write_at_once_give_one_chain(database: Database, database_url: str) -> None:
    async with await Database.open(database_url) as other:
        at_once = [each.write(f"conversation {number}", partial(add, number=number)) for number in range(10) for each in (database, other)]
        await asyncio.gather(*at_once)
    assert [line.number for line in await database.read(lines)] == list(range(1, 21))
    assert await broken(database) is None


WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from storage import audit
from storage.database import Database

async def main(url, name):
    async with await Database.open(url) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        await asyncio.gather(*(
            database.write(f"{name} {number}", lambda session, number=number: audit.append(
                session, actor=name, act="write_content", function=None, subject=str(number), at=datetime.now(UTC)))
            for number in range(20)))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_that_write_at_once_give_one_chain(database: Database, database_url: str) -> None:
    arguments = (sys.executable, "-c", WRITER, database_url)
    processes = [await create_subprocess_exec(*arguments, name, stdin=PIPE, stdout=PIPE) for name in ("first", "second")]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    await asyncio.gather(*(process.communicate(b"go\n") for process in processes))  # both are ready: now they go
    assert [process.returncode for process in processes] == [0, 0]
    written = await database.read(lines)
    assert [line.number for line in written] == list(range(1, 41))
    assert {(line.actor, line.subject) for line in written} == {(name, str(number)) for name in ("first", "second") for number in range(20)}
    assert await broken(database) is None


async def listed(database: Database) -> None:
    await database.write(LINKING, partial(import_directory, rows=DIRECTORY, now=NOON))


async def pseudonym(database: Database, person: str) -> str:
    return await database.write("test", partial(pseudonym_of, person_id=person))


async def names(database: Database, *pseudonyms: str) -> dict[str, str]:
    return await database.read(partial(names_of, pseudonyms=pseudonyms))


async def test_a_person_keeps_their_pseudonym_which_tells_nothing_by_itself(database: Database) -> None:
    await listed(database)
    alice = await pseudonym(database, ALICE)
    assert await pseudonym(database, ALICE) == alice
    assert await pseudonym(database, BOB) != alice
    assert await names(database, alice, "command line: root", "p-gone") == {alice: "Alice Martin"}
    assert await names(database) == {}


async def test_somebody_whom_the_directory_does_not_know_goes_by_their_accounts_name(database: Database) -> None:
    known = await database.write(LINKING, partial(learn_profile, profile=ON_SLACK, now=NOON))
    dana = await pseudonym(database, known.person.id)
    assert await names(database, dana) == {dana: "alice"}


async def test_somebody_without_any_name_is_left_out(database: Database) -> None:
    await write(database, lambda session: session.add(PersonRow(id="dana", created_at=NOON)))
    assert await names(database, await pseudonym(database, "dana")) == {}


async def test_two_gestures_at_once_give_a_person_one_pseudonym(database: Database, database_url: str) -> None:
    await listed(database)
    async with await Database.open(database_url) as other:
        at_once = [each.write(f"conversation {number}", partial(pseudonym_of, person_id=ALICE)) for number in range(5) for each in (database, other)]
        assert len(set(await asyncio.gather(*at_once))) == 1


async def test_an_erasure_deletes_the_name_and_breaks_no_chain(database: Database) -> None:
    await listed(database)
    alice = await pseudonym(database, ALICE)
    await write(database, partial(append, actor=alice, act="write_content", function="it", subject="it_laptop", at=NOON))
    noted = await database.read(head)
    await write(database, lambda session: session.delete(session.get_one(PseudonymRow, alice)))
    assert await database.read(partial(verify, noted=noted)) == Verdict(head=noted, broken=None)
    assert [line.actor for line in await database.read(lines)] == [alice]
    assert await names(database, alice) == {}
    assert await pseudonym(database, ALICE) != alice


async def test_what_an_account_tried_is_its_owners_once_they_are_known(database: Database) -> None:
    account = (await database.write(LINKING, partial(learn_profile, profile=ON_SLACK, now=NOON))).person.id
    tried = await pseudonym(database, account)
    await listed(database)
    assert await database.read(lambda session: session.get(PersonRow, account)) is None
    assert await pseudonym(database, ALICE) == tried
    assert await names(database, tried) == {tried: "Alice Martin"}


async def test_an_owner_who_has_a_pseudonym_keeps_that_one_alone(database: Database) -> None:
    account = (await database.write(LINKING, partial(learn_profile, profile=ON_SLACK, now=NOON))).person.id
    await database.write(LINKING, partial(import_directory, rows=[row for row in DIRECTORY if row.id != "p1"], now=NOON))
    tried = await pseudonym(database, account)
    await write(database, lambda session: session.add(PersonRow(id=ALICE, directory_id="p1", created_at=NOON)))
    hers = await pseudonym(database, ALICE)
    await listed(database)
    assert await pseudonym(database, ALICE) == hers
    assert await names(database, tried, hers) == {hers: "Alice Martin"}
    mapped = await database.read(lambda session: session.exec(select(PseudonymRow.pseudonym).order_by(col(PseudonymRow.pseudonym))).all())
    assert list(mapped) == [hers]
