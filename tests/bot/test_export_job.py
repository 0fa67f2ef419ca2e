"""Exports asked for in chat: made once, sent in private, or said why not; wherever the process dies, neither lost nor doubled."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import Session, select

from bot import exports as files
from bot.export_job import LIMIT, PATIENCE, Exports
from bot.export_rows import Wanted
from bot.po import both_languages
from dialogs.export import Export, Form
from dialogs.export_delivery import KEPT
from dialogs.facts import ExportAsked
from dialogs.messages import File, Message, plain_text
from dialogs.people import Person, Profile
from dialogs.rights import Grant, Role
from storage import attachments, audit, deliveries, exports, facts, people, plain, roles
from storage.database import Database
from storage.tables import AttachmentRow, DeliveryRow, ExportRow
from tests.bot.simulated import Crash, Death, Mortal, Time, pump, slack
from tests.company import NOON
from tests.conversation import said
from tests.responses import PARIS, october

OWNER = Grant(role=Role.OWNER, function="it")
ADMIN = Grant(role=Role.ADMIN)
ASKER = "person-0"
PROTECTED = Export(id="x1", person=ASKER, language="en", form="csv", depth="protected", asked_at=NOON, filters={"function": "it"})
NAMED = Export(id="x2", person=ASKER, language="en", form="jsonl", depth="named", asked_at=NOON, filters={}, reason="a dispute with a carrier")


async def asked(database: Database, export: Export, *grants: Grant) -> None:
    """Ask for an export as the chat does, by somebody who holds these roles."""

    def ask(session: Session) -> None:
        for grant in grants:
            roles.grant(session, ASKER, grant, "tests", NOON)
        fact, event = ExportAsked(export=export), said("export")
        people.meet(session, event, NOON)
        facts.record(session, fact, person=Person(id=ASKER, linked=True), event=event, catalogue_version=None, at=NOON)

    await database.write("test", ask)


def job(database: Database, time: Time, *, limit: int = LIMIT) -> Exports:
    return Exports(database, both_languages(), timezone=PARIS, clock=time, planned=lambda: None, limit=limit)


async def sent(database: Database) -> list[Message]:
    def reading(session: Session) -> list[Message]:
        return [plain.read_message(row.message) for row in session.exec(select(DeliveryRow))]

    return await database.read(reading)


async def kept(database: Database) -> Sequence[AttachmentRow]:
    return await database.read(lambda session: session.exec(select(AttachmentRow)).all())


def file_of(message: Message) -> File:
    (file,) = [block for block in message.blocks if isinstance(block, File)]
    return file


async def test_an_export_is_made_once_and_sent_in_private(database: Database) -> None:
    await october(database)
    await asked(database, PROTECTED, OWNER)
    time = Time()
    for _ in range(2):
        await job(database, time).look()
    (message,) = await sent(database)
    assert "18 responses, 12 comments" in plain_text(message)
    file = file_of(message)
    assert file.name == "pourqui-protected-2026-11-20.zip"
    found = await database.read(lambda session: attachments.load(session, file.attachment))
    assert found is not None
    assert (found.name, found.content_type, found.person) == (file.name, "application/zip", ASKER)
    with ZipFile(BytesIO(found.content)) as archive:
        assert archive.namelist() == ["responses.csv", "comments.csv", "dictionary.csv"]
    (line,) = await database.read(lambda session: list(deliveries.lines(session)))
    assert (line.kind, line.cause_kind, line.cause_id, line.person_id) == ("reply", "export", "x1", ASKER)
    assert {row.expires_at for row in await kept(database)} == {NOON + KEPT}
    assert await database.read(exports.waiting) == []


async def test_asking_is_audited_with_its_reason(database: Database) -> None:
    await october(database)
    await asked(database, PROTECTED, OWNER)
    await asked(database, NAMED, ADMIN)
    lines = await database.read(lambda session: audit.lines(session))
    assert [(line.act, line.detail.get("reason")) for line in lines] == [("export_feedback", None), ("export_responses", "a dispute with a carrier")]


async def test_every_response_comes_with_names_to_an_admin(database: Database) -> None:
    await october(database)
    await asked(database, NAMED, ADMIN)
    await job(database, Time()).look()
    (row,) = await kept(database)
    assert row.name == "pourqui-named-2026-11-20.jsonl"
    assert b"person17@vaubert.example" in row.content


async def test_nothing_to_export_is_said_and_nothing_kept(database: Database) -> None:
    await october(database)
    await asked(database, Export(**{name: getattr(PROTECTED, name) for name in PROTECTED.__slots__} | {"filters": {"from": "2026-10-05"}}), ADMIN)
    await job(database, Time()).look()
    (message,) = await sent(database)
    assert "fewer than 5 people can be told from the others" in plain_text(message)
    assert await kept(database) == []
    row = await database.read(lambda session: session.exec(select(ExportRow)).one())
    assert (row.made_at, row.failure is None) == (NOON, False)


async def test_what_is_too_large_for_a_message_names_the_command(database: Database) -> None:
    await october(database)
    await asked(database, NAMED, ADMIN)
    await job(database, Time(), limit=100).look()
    (message,) = await sent(database)
    assert 'pourqui feedback export --format jsonl --depth named --reason "…" --output FILE' in plain_text(message)
    assert await kept(database) == []


async def test_a_filter_is_named_in_the_command(database: Database) -> None:
    await october(database)
    await asked(database, PROTECTED, OWNER)
    await job(database, Time(), limit=100).look()
    (message,) = await sent(database)
    assert "pourqui feedback export --format csv --function it --output FILE" in plain_text(message)


async def test_whoever_lost_the_right_meanwhile_gets_nothing(database: Database) -> None:
    await october(database)
    await asked(database, NAMED, OWNER)
    await job(database, Time()).look()
    (message,) = await sent(database)
    assert "no right to it any more" in plain_text(message)
    assert await kept(database) == []


async def test_a_filter_that_this_version_doesnt_know_is_said(database: Database) -> None:
    await october(database)
    await asked(database, Export(**{name: getattr(PROTECTED, name) for name in PROTECTED.__slots__} | {"filters": {"moon": "full"}}), ADMIN)
    await job(database, Time()).look()
    (message,) = await sent(database)
    assert "moon isn't a filter" in plain_text(message)


async def test_one_that_fails_is_tried_again_for_a_while_then_its_said_and_keeps_no_other_waiting(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await october(database)
    await asked(database, NAMED, ADMIN)
    await asked(database, PROTECTED, OWNER)
    write = files.write

    def fails(session: Session, wanted: Wanted, form: Form, path: Path) -> Mapping[str, int]:
        if wanted.depth == "named":
            raise OSError("No space left on device")
        return write(session, wanted, form, path)

    monkeypatch.setattr(files, "write", fails)
    time = Time()
    await job(database, time).look()
    assert len(await kept(database)) == len(await sent(database)) == 1
    time.passes(seconds=(PATIENCE + timedelta(seconds=1)).total_seconds())
    await job(database, time).look()
    assert [("Something went wrong on my side" in plain_text(message)) for message in await sent(database)] == [False, True]


@pytest.mark.parametrize("step", range(2))
async def test_wherever_the_process_dies_nothing_is_lost_or_doubled(database: Database, step: int) -> None:
    await october(database)
    await asked(database, PROTECTED, OWNER)
    time, death = Time(), Death(at_step=step)
    with pytest.raises(Crash):
        await job(Mortal(database, death), time).look()
    await job(database, time).look()
    assert len(await sent(database)) == len(await kept(database)) == 1


async def test_two_processes_at_once_make_one(database: Database) -> None:
    await october(database)
    await asked(database, PROTECTED, OWNER)
    time, other = Time(), job(database, Time())
    slow = job(database, time)
    made = await slow._make(PROTECTED)
    await other.look()
    assert not await database.write("export|x1", lambda session: slow._keep(session, export=PROTECTED, made=made))
    assert len(await sent(database)) == len(await kept(database)) == 1


async def test_its_sent_where_the_person_can_be_reached(database: Database) -> None:
    await october(database)
    event = said("export", by="U9")
    account = Profile(platform="slack", tenant="T1", user="U9", email="person0@vaubert.example")

    def linked(session: Session) -> None:
        people.meet(session, event, NOON)
        assert people.learn_profile(session, account, NOON).person.id == ASKER

    await database.write("test", linked)
    await asked(database, PROTECTED, OWNER)
    time = Time()
    platform = slack(time)
    await job(database, time).look()
    await pump(database, platform, time=time).drain()
    (posted,) = platform.posted
    assert (posted.reference.conversation, file_of(posted.message).name) == ("D1", "pourqui-protected-2026-11-20.zip")
