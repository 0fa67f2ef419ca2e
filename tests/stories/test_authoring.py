"""An owner writes an answer in chat, and everybody gets it at once, from every process, without a restart."""

import time

from adapters.encoders.bundled import BundledEncoder
from bot.app import opened
from bot.clock import now
from bot.settings import Settings
from dialogs.messages import Message, plain_text
from dialogs.rights import Grant, Role
from storage import Session, audit, catalog, people, roles
from storage.database import Database
from tests.conversation import said
from tests.stories.conftest import World
from tests.stories.places import Place

PATIENCE = 10.0  # seconds; a published answer takes a fraction of one on a machine that does nothing else
QUESTION = "where can I order a vegetarian lunch box?"
ID = "it_order_vegetarian_lunch_box"
ANSWER = "At the canteen counter, before ten."
LUNCH = {
    "title_en": "Where do I order a vegetarian lunch box?",
    "body_en": ANSWER,
    "phrasings_en": "vegetarian lunch box\nmeatless meal order\nveggie canteen tray",
    "audience": "all",
}


async def appoint(database: Database, directory_id: str, role: Role, function: str) -> None:
    """Grant a role, as the command line does."""

    def granted(session: Session) -> None:
        roles.grant(session, people.directory_person_id(directory_id), Grant(role=role, function=function), "tests", now())

    await database.write(roles.GRANTING, granted)


async def writes_english(place: Place, who: str) -> None:
    """Say hello, so that the platform tells who it is, and choose a language."""
    await place.says(who, "bonjour")
    await place.says(who, "préférences")
    await place.taps(who, "English")


async def last(place: Place, who: str) -> str:
    return (await place.reads(who))[-1].text


async def test_what_an_owner_writes_corrects_and_removes_is_what_the_next_person_reads(place: Place, database: Database) -> None:
    await appoint(database, "p1", Role.OWNER, "it")
    for who in ("alice", "bob"):
        await writes_english(place, who)
    await place.says("bob", QUESTION)
    assert ANSWER not in await last(place, "bob")

    await place.says("alice", "content")
    assert "How do I change my password?" in await last(place, "alice")
    assert await place.taps("alice", "Write a new answer")
    wrong = await place.submits("alice", {"audience": "all"})
    assert wrong is not None
    assert "Write the title, in one language at least." in wrong
    assert await place.submits("alice", LUNCH) is None
    published = time.monotonic()
    assert "Published: this is what I answer from now on." in await last(place, "alice")
    assert "Checked on" in await last(place, "alice")

    while ANSWER not in await last(place, "bob"):
        assert time.monotonic() < published + PATIENCE
        await place.says("bob", QUESTION)

    assert await place.taps("alice", "Correct")
    assert await place.submits("alice", LUNCH | {"body_en": "In the app, by nine."}) is None
    assert "In the app, by nine." in await last(place, "alice")
    assert await place.taps("alice", "Remove")
    assert await place.submits("alice", {}) is None
    assert "Removed: Where do I order a vegetarian lunch box?" in await last(place, "alice")
    versions = await database.read(catalog.versions)
    assert [version.changes.sheets for version in versions[:-1]] == [
        catalog.Difference(removed=(ID,)),
        catalog.Difference(changed=(ID,)),
        catalog.Difference(added=(ID,)),
    ]


async def test_who_has_no_right_to_it_is_told_who_has(place: Place, database: Database) -> None:
    await writes_english(place, "bob")
    await place.says("bob", "content IT")
    assert "You can't write what I answer here" in await last(place, "bob")
    lines = await database.read(audit.lines)
    assert [(line.act, line.function, line.outcome) for line in lines] == [("write_content", "it", "refused")]


async def test_every_process_answers_it_and_the_log_says_who_wrote_it(
    world: World, database_url: str, settings: Settings, encoder: BundledEncoder
) -> None:
    await appoint(world.database, "p1", Role.OWNER, "it")
    await writes_english(world.as_slack, "alice")
    async with await Database.open(database_url) as elsewhere, opened(settings, elsewhere, {}, encoder=encoder) as second:
        assert second.knowledge.current.number == 1
        await world.as_slack.says("alice", "content")
        assert await world.as_slack.taps("alice", "Write a new answer")
        assert await world.as_slack.submits("alice", LUNCH) is None
        published = time.monotonic()
        text = ""
        while ANSWER not in text:
            assert time.monotonic() < published + PATIENCE
            (reply,) = (await second.turns.take(said(QUESTION))).replies
            assert isinstance(reply, Message)
            text = plain_text(reply)
    version = (await world.database.read(catalog.versions))[0]
    (line,) = await world.database.read(audit.lines)
    assert version.changes.sheets.added == (ID,)
    assert (line.act, line.function, line.subject, line.detail) == ("write_content", "it", ID, {"version": "2"})
    assert line.actor == version.author
    names = await world.database.read(lambda session: audit.names_of(session, {line.actor}))
    assert list(names.values()) == ["Alice Martin"]
