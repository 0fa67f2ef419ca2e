"""What the functions and the admins read of it: traces in chat, the digest with its picture, an export; what happened elsewhere is asked about."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.clock import now
from bot.schedule import EXPORTS, PROMPTS, PUBLISH, WEEKLY
from dialogs.rights import Grant, Role
from storage import outside_exchanges, people, roles
from storage.outside_exchanges import News
from storage.tables import FeedbackRow
from tests.responses import OCTOBER, keep, response
from tests.stories.conftest import World
from tests.stories.hands import NUMBERS, label, last, opens_the_desk, told
from tests.stories.places import Place

MONDAY = datetime(2026, 11, 16, 9, 5, tzinfo=UTC)


@pytest.fixture(params=["slack", "teams"])
def place(request: pytest.FixtureRequest, world: World) -> Place:
    """Where files and pictures go."""
    return world.as_slack if request.param == "slack" else world.as_teams


async def summer(world: World) -> None:
    """Let eighteen people have responded in August and in September, and publish both."""
    given = [
        response(number + 100 * weeks, number, asked_at=OCTOBER - timedelta(weeks=weeks), trace=2 + (number + weeks) % 3)
        for weeks in (5, 9)
        for number in range(18)
    ]
    await keep(world.database, given, people=18)
    world.time.at = MONDAY
    await world.application.jobs[PUBLISH]("")


async def test_an_owner_reads_the_traces_in_chat_and_gets_the_picture_each_monday(place: Place, world: World) -> None:
    await opens_the_desk(place, world.database)
    await summer(world)
    await place.says("bob", "traces it")
    read = await told(place, "bob")
    assert "n = 18" in read
    assert "mon portable est mort" not in read
    await world.application.jobs[WEEKLY]("")
    await world.application.idle()
    digest = await last(place)
    assert label("See the traces", "en") in digest.buttons or label("See the traces") in digest.buttons
    if place is world.as_slack:
        (shown,) = [block for block in world.slack.messages[digest.where][-1]["blocks"] if block["type"] == "image"]
        assert shown["slack_file"]["id"]
        assert "%" in shown["alt_text"]
    else:
        assert "data:image/png;base64," in str([sent for sent in world.teams.sent() if "image/png" in str(sent)])


async def test_an_admin_asks_for_an_export_and_the_file_comes_in_private(place: Place, world: World) -> None:
    admin = people.directory_person_id(NUMBERS["carol"])
    await world.database.write(roles.GRANTING, lambda session: roles.grant(session, admin, Grant(role=Role.ADMIN), "tests", now()))
    await summer(world)
    await place.says("carol", "bonjour")
    await place.says("carol", "export")
    await place.taps("carol", label("Export the feedback"))
    assert await place.submits("carol", {"function": "it", "form": "csv"}) is None
    await world.application.jobs[EXPORTS]("")
    await world.application.idle()
    assert ".zip" in await told(place, "carol")


async def test_who_may_not_is_told_why_and_whom_to_ask(place: Place) -> None:
    await place.says("alice", "export")
    assert label("You can't export the feedback") in await told(place, "alice")
    await place.says("alice", "traces it")
    assert label("I can't show you the traces of this function") in await told(place, "alice")


async def test_what_was_closed_in_another_tool_is_asked_about_once(place: Place, world: World) -> None:
    await place.says("alice", "bonjour")
    at = world.time.at
    news = News(source="helpdesk", external_id="T-1", state="closed", at=at, client="alice.martin@solane.example", function="it", outcome="solved")
    for _ in range(2):
        await world.database.write("tests", lambda session: outside_exchanges.tell(session, news, at))
    world.time.at = at + timedelta(minutes=20)
    await world.application.jobs[PROMPTS]("")
    await world.application.idle()
    await place.taps("alice", label("Yes"))
    rows = await world.database.read(lambda session: session.exec(select(FeedbackRow).where(col(FeedbackRow.occasion) == "outside")).all())
    assert [(row.solved, row.tool) for row in rows] == [("yes", "helpdesk")]
