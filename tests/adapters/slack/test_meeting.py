"""Who somebody is: asked off the reply path, and not of hundreds at once."""

import asyncio

import pytest

from adapters.slack.client import SlackClient
from adapters.slack.meeting import Meeting
from tests.adapters.slack.listener import ScriptedListener
from tests.platforms.slack import FakeSlack, refused
from tests.platforms.slack_workspace import ALICE, BOB, BOT_TOKEN, CHARLIE, TEAM


def met(listener: ScriptedListener) -> list[str]:
    return [profile.user for profile in listener.profiles]


async def test_people_are_met_apart_and_those_behind_many_at_their_next_gesture(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.meeting._PATIENCE", 0.3)
    client, listener, loop = SlackClient(BOT_TOKEN, slack.api_url), ScriptedListener(), asyncio.get_running_loop()
    await client.open()
    meeting, began = Meeting(client, 0.2), loop.time()
    for user in (ALICE, ALICE, BOB, CHARLIE):
        meeting.begin(listener, TEAM, user)
    meeting.begin(listener, "T0ANOTHER", "U0NOBODY1")
    await listener.settled()
    assert (met(listener), loop.time() - began >= 0.2) == ([ALICE, BOB], True)
    await asyncio.sleep(0.2)
    meeting.begin(listener, TEAM, CHARLIE)
    await listener.settled()
    assert met(listener) == [ALICE, BOB, CHARLIE]
    await client.close()


async def test_who_could_not_be_met_is_asked_about_again(slack: FakeSlack) -> None:
    client, listener = SlackClient(BOT_TOKEN, slack.api_url), ScriptedListener()
    await client.open()
    meeting = Meeting(client, 0.0)
    slack.fail("users.info", refused("user_not_found"))
    for _ in range(2):
        meeting.begin(listener, TEAM, ALICE)
        await listener.settled()
    assert met(listener) == [ALICE]
    await client.close()
