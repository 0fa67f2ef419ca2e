"""What a failing Slack means for what was to be said."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import TCPConnector

from adapters.port import DeliveryError
from adapters.slack import client as client_module
from adapters.slack.client import SlackClient
from adapters.slack.failures import RefusedError
from tests.adapters.slack.conftest import serving
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack, Fault, cut, held, nonsense, rate_limited, refused, server_error
from tests.platforms.slack_workspace import ALICE, ARCHIVED, BOB, BOT_TOKEN, CHARLIE, GENERAL, PARTNER, PRIVATE, TEAM, person

SHOWN = {"blocks": [{"type": "context", "elements": [{"type": "plain_text", "text": "Bonjour."}]}], "text": "Bonjour."}


async def posting(slack: FakeSlack, *, conversation: str = GENERAL, token: str = BOT_TOKEN, seconds: float = 5, patient: bool = True) -> str | None:
    client = SlackClient(token, slack.api_url, timeout=seconds)
    await client.open()
    try:
        return await client.post(conversation, None, SHOWN, key=uuid4(), patient=patient)
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("fault", "permanent", "ambiguous", "dead"),
    [
        (server_error(500), False, True, False),
        (server_error(503), False, True, False),
        (nonsense(), False, True, False),
        (nonsense("application/json"), False, True, False),
        (nonsense("text/plain"), False, True, False),
        (nonsense("application/gzip"), False, True, False),
        (Fault(status=404, nonsense="text/html"), False, True, False),
        (Fault(status=429, nonsense="text/html"), False, False, False),
        (cut(), False, True, False),
        (cut(done=True), False, True, False),
        (refused("internal_error"), False, True, False),
        (Fault(status=500, error="fatal_error"), False, True, False),
        (refused("service_unavailable"), False, True, False),
        (refused("ratelimited"), False, False, False),
        (refused("team_added_to_org"), False, False, False),
        (refused("account_inactive"), True, False, False),
        (refused("invalid_auth"), True, False, False),
        (refused("token_revoked"), True, False, False),
        (refused("missing_scope"), True, False, False),
        (refused("invalid_blocks"), True, False, False),
        (refused("restricted_action_thread_locked"), True, False, False),
        (refused("a_word_of_tomorrow"), True, False, False),
        (refused("user_not_found"), True, False, True),
        (refused("user_disabled"), True, False, True),
        (refused("cannot_dm_bot"), True, False, True),
        (refused("restricted_action"), True, False, True),
        (refused("restricted_action_read_only_channel"), True, False, True),
    ],
)
async def test_a_failure_says_what_is_known(slack: FakeSlack, fault: Fault, permanent: bool, ambiguous: bool, dead: bool) -> None:
    slack.fail("chat.postMessage", fault)
    with pytest.raises(DeliveryError) as raised:
        await posting(slack, patient=False)
    assert (raised.value.permanent, raised.value.ambiguous, raised.value.dead) == (permanent, ambiguous, dead)
    assert len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(("conversation", "code"), [("C0NOWHERE", "channel_not_found"), (PRIVATE, "not_in_channel"), (ARCHIVED, "is_archived")])
async def test_a_conversation_that_cannot_be_written_to_is_dead(slack: FakeSlack, conversation: str, code: str) -> None:
    with pytest.raises(RefusedError, match=code) as raised:
        await posting(slack, conversation=conversation)
    assert (raised.value.permanent, raised.value.dead) == (True, True)


async def test_a_wrong_token_is_given_up(slack: FakeSlack) -> None:
    with pytest.raises(RefusedError, match="invalid_auth") as raised:
        await posting(slack, token="xoxb-another")
    assert (raised.value.permanent, raised.value.dead) == (True, False)


async def test_a_rate_limit_is_waited_for_once(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", rate_limited(0))
    await posting(slack)
    assert len(slack.messages[GENERAL]) == 1


async def test_a_rate_limit_that_lasts_tells_its_delay(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", rate_limited(0))
    slack.fail("chat.postMessage", rate_limited(7))
    with pytest.raises(RefusedError) as raised:
        await posting(slack)
    assert (raised.value.permanent, raised.value.retry_after) == (False, 7)


async def test_a_rate_limit_too_long_to_wait_for_is_left_to_the_sweep(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", rate_limited(3600))
    with pytest.raises(RefusedError) as raised:
        await posting(slack)
    assert (raised.value.permanent, raised.value.retry_after, len(slack.calls)) == (False, 3600, 1)


async def test_what_is_sent_once_waits_for_no_rate_limit(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", rate_limited(1))
    with pytest.raises(RefusedError) as raised:
        await posting(slack, patient=False)
    assert (raised.value.permanent, raised.value.ambiguous, raised.value.retry_after, len(slack.calls)) == (False, False, 1, 1)


async def test_after_a_time_out_nobody_knows(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", held())
    with pytest.raises(DeliveryError, match="no answer") as raised:
        await posting(slack, seconds=0.2)
    assert (raised.value.permanent, raised.value.ambiguous) == (False, True)


async def test_calls_that_hang_keep_no_other_waiting(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", held(), times=150)
    client = SlackClient(BOT_TOKEN, slack.api_url)
    await client.open()
    async with asyncio.TaskGroup() as group:
        hanging = [group.create_task(client.post(GENERAL, None, SHOWN, key=uuid4())) for _ in range(150)]
        async with asyncio.timeout(5):
            while len(slack.calls) < 150:  # noqa: ASYNC110 - the fake tells nobody
                await asyncio.sleep(0.01)
            assert (await client.installation()).team == TEAM
        assert not any(each.done() for each in hanging)
        slack.release()
    await client.close()


@pytest.mark.parametrize("patient", [True, False])
async def test_a_slack_that_is_not_there_heard_nothing(patient: bool) -> None:
    client = SlackClient(BOT_TOKEN, "http://127.0.0.1:9/api/")
    await client.open()
    with pytest.raises(DeliveryError, match="can't be reached") as raised:
        await client.post(GENERAL, None, SHOWN, key=uuid4(), patient=patient)
    assert (raised.value.permanent, raised.value.ambiguous) == (False, False)
    await client.close()


async def test_a_connection_that_is_not_made_in_time_heard_nothing(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_CONNECT", 0.05)

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(TCPConnector, "_create_connection", never)
    with pytest.raises(DeliveryError, match="can't be reached") as raised:
        await posting(slack, patient=False)
    assert (raised.value.permanent, raised.value.ambiguous) == (False, False)


async def test_a_body_that_is_json_but_no_answer_passes(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "call", lambda *_: ["not", "an", "answer"])
    with pytest.raises(DeliveryError, match="something in between") as raised:
        await posting(slack)
    assert (raised.value.permanent, raised.value.ambiguous) == (False, True)


async def test_a_connection_cut_after_the_work_is_not_tried_again_by_itself(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", cut(done=True))
    with pytest.raises(DeliveryError):
        await posting(slack)
    assert len(slack.messages[GENERAL]) == 1


@pytest.mark.parametrize(
    ("told", "email", "guest"),
    [
        ({}, "alice.martin@solane.example", False),
        ({"is_restricted": True}, None, True),
        ({"is_ultra_restricted": True}, None, True),
        ({"is_stranger": True}, None, True),
        ({"is_bot": True}, None, True),
        ({"team_id": PARTNER}, None, True),
        ({"is_email_confirmed": False}, None, False),
        ({"deleted": True}, None, False),
        ({"profile": {}}, None, False),
    ],
)
async def test_only_a_full_members_email_is_believed(slack: FakeSlack, told: dict[str, Any], email: str | None, guest: bool) -> None:
    slack.people[ALICE] |= told
    client = SlackClient(BOT_TOKEN, slack.api_url)
    await client.open()
    profile = await client.profile(TEAM, ALICE)
    await client.close()
    assert (profile.email, profile.guest) == (email, guest)
    assert (profile.platform, profile.tenant, profile.name, profile.locale, profile.timezone) == (
        "slack",
        TEAM,
        "Alice Martin",
        "fr-FR",
        "Europe/Paris",
    )


async def test_a_member_of_a_sister_workspace_is_a_colleague(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    slack.people[BOB] = person(BOB, "Bob Dupont", team="T0SISTER1", enterprise_user={"enterprise_id": "E0SOLANE1", "teams": ["T0SISTER1"]})
    told = slack.call
    monkeypatch.setattr(slack, "call", lambda *asked: told(*asked) | ({"enterprise_id": "E0SOLANE1"} if asked[0] == "auth.test" else {}))
    client = SlackClient(BOT_TOKEN, slack.api_url)
    await client.open()
    assert not (await client.profile(TEAM, BOB)).guest
    assert (await client.profile(TEAM, CHARLIE)).guest
    await client.close()


async def test_a_wrong_token_is_told_at_the_start_and_nothing_else_breaks(slack: FakeSlack) -> None:
    async with serving(slack, bot_token="xoxb-another") as bot:
        assert (await bot.told(gestures.direct("bonjour"))).status == 200
        assert slack.calls[0].answer == {"ok": False, "error": "invalid_auth"}
