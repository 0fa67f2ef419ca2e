"""What a failing Slack means for what was to be said, and how a crash's replies are said once."""

from typing import Any
from uuid import uuid4

import pytest

from adapters.port import DeliveryError, Unanswered
from adapters.slack import client as client_module
from adapters.slack.client import RefusedError, SlackClient
from dialogs.events import Reference, Scope
from dialogs.messages import Place, Reply
from tests.adapters.slack.conftest import Bot, serving
from tests.adapters.slack.listener import says
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack, Fault, cut, held, nonsense, rate_limited, refused, server_error
from tests.platforms.slack_workspace import ALICE, ARCHIVED, BOB, BOT, BOT_TOKEN, CAROL, CHARLIE, GENERAL, PARTNER, PRIVATE, TEAM, dm, person

SHOWN = {"blocks": [{"type": "context", "elements": [{"type": "plain_text", "text": "Bonjour."}]}], "text": "Bonjour."}
THREAD = "1767603600.000100"


async def posting(slack: FakeSlack, *, conversation: str = GENERAL, token: str = BOT_TOKEN, seconds: float = 5) -> None:
    client = SlackClient(token, slack.api_url, timeout=seconds)
    await client.open()
    try:
        await client.post(conversation, None, SHOWN, key=uuid4(), index=0)
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("fault", "permanent"),
    [
        (server_error(500), False),
        (server_error(503), False),
        (nonsense(), False),
        (nonsense("application/json"), False),
        (nonsense("text/plain"), False),
        (nonsense("application/gzip"), False),
        (cut(), False),
        (refused("internal_error"), False),
        (refused("account_inactive"), True),
        (refused("invalid_auth"), True),
        (refused("user_not_found"), True),
        (refused("missing_scope"), True),
        (refused("a_word_of_tomorrow"), True),
        (Fault(status=500, error="fatal_error"), False),
    ],
)
async def test_a_failure_says_whether_trying_again_is_useless(slack: FakeSlack, fault: Fault, permanent: bool) -> None:
    slack.fail("chat.postMessage", fault)
    with pytest.raises(DeliveryError) as raised:
        await posting(slack)
    assert raised.value.permanent is permanent
    assert len(slack.calls_of("chat.postMessage")) == 1


@pytest.mark.parametrize(("conversation", "code"), [("C0NOWHERE", "channel_not_found"), (PRIVATE, "not_in_channel"), (ARCHIVED, "is_archived")])
async def test_a_conversation_that_cannot_be_written_to_is_given_up(slack: FakeSlack, conversation: str, code: str) -> None:
    with pytest.raises(RefusedError, match=code) as raised:
        await posting(slack, conversation=conversation)
    assert raised.value.permanent


async def test_a_wrong_token_is_given_up(slack: FakeSlack) -> None:
    with pytest.raises(RefusedError, match="invalid_auth") as raised:
        await posting(slack, token="xoxb-another")
    assert raised.value.permanent


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


async def test_a_time_out_passes(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", held())
    with pytest.raises(DeliveryError, match="can't be reached") as raised:
        await posting(slack, seconds=0.2)
    assert not raised.value.permanent


async def test_a_slack_that_is_not_there_passes() -> None:
    client = SlackClient(BOT_TOKEN, "http://127.0.0.1:9/api/")
    await client.open()
    with pytest.raises(DeliveryError, match="can't be reached") as raised:
        await client.installation()
    assert not raised.value.permanent
    await client.close()


async def test_a_body_that_is_json_but_no_answer_passes(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "call", lambda *_: ["not", "an", "answer"])
    with pytest.raises(DeliveryError, match="something in between") as raised:
        await posting(slack)
    assert not raised.value.permanent


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


async def test_a_conversation_is_asked_for_once_and_memory_has_its_bounds(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_KNOWN_CONVERSATIONS", 2)
    for user in (ALICE, ALICE, BOB, ALICE, CAROL, ALICE):
        await bot.told(gestures.command("aide", user=user))
    assert [call["users"] for call in bot.slack.calls_of("conversations.open")] == [ALICE, BOB, CAROL, ALICE]


def unanswered(*replies: Reply, place: Reference | None = None, message_id: str | None = None, user: str = ALICE) -> Unanswered:
    here = place or Reference(platform="slack", tenant=TEAM, conversation=GENERAL, scope=Scope.CHANNEL, thread=THREAD)
    return Unanswered(key=uuid4(), reference=here, user=user, message_id=message_id, replies=replies)


def direct(user: str = ALICE) -> Reference:
    return Reference(platform="slack", tenant=TEAM, conversation=dm(user), scope=Scope.PERSONAL)


def texts(slack: FakeSlack, conversation: str) -> list[str]:
    return [message["text"] for message in slack.messages[conversation]]


async def test_replies_held_back_by_a_crash_are_posted_once(bot: Bot) -> None:
    bot.slack.said(f"<@{BOT}> bonjour", user=ALICE, channel=GENERAL, ts=THREAD)
    answer = unanswered(says("Un."), says("Deux.", Place.PRIVATE), says("Trois."))
    for _ in range(3):
        await bot.adapter.post_again(answer)
    assert texts(bot.slack, GENERAL)[1:] == ["Un.", "Trois."]
    assert texts(bot.slack, dm(ALICE)) == ["Deux."]


@pytest.mark.parametrize("fault", [cut(done=True), cut(), server_error()])
async def test_only_the_missing_ones_are_posted_again(bot: Bot, fault: Fault) -> None:
    bot.listener.replies = lambda _: (says("Un."), says("Deux."))
    bot.slack.fail("chat.postMessage", fault)
    await bot.told(gestures.direct("bonjour"))
    (event,) = bot.listener.heard
    assert bot.listener.done == []
    answer = Unanswered(key=event.key, reference=event.reference, user=ALICE, message_id=None, replies=(says("Un."), says("Deux.")))
    await bot.adapter.post_again(answer)
    assert texts(bot.slack, dm(ALICE)) == ["Un.", "Deux."]


async def test_what_was_there_long_before_is_still_found(bot: Bot) -> None:
    answer = unanswered(says("Un."), place=direct())
    await bot.adapter.post_again(answer)
    for number in range(450):
        bot.slack.said(f"{number}", user=ALICE, channel=dm(ALICE))
    await bot.adapter.post_again(answer)
    assert texts(bot.slack, dm(ALICE)).count("Un.") == 1
    assert len(bot.slack.calls_of("conversations.history")) == 1 + 3


async def test_one_looks_back_a_thousand_messages_and_no_further(bot: Bot) -> None:
    for number in range(1001):
        bot.slack.said(f"{number}", user=ALICE, channel=dm(ALICE))
    await bot.adapter.post_again(unanswered(says("Un."), place=direct()))
    assert len(bot.slack.calls_of("conversations.history")) == 5
    assert texts(bot.slack, dm(ALICE))[-1] == "Un."


async def test_an_update_that_fails_for_a_while_is_not_posted_instead(bot: Bot) -> None:
    bot.slack.fail("chat.update", refused("internal_error"))
    with pytest.raises(RefusedError, match="internal_error"):
        await bot.adapter.post_again(unanswered(says("À jour.", Place.UPDATE), place=direct(), message_id="1767603801.000410"))
    assert texts(bot.slack, dm(ALICE)) == []


async def test_a_home_tab_and_an_update_are_shown_again_without_harm(bot: Bot) -> None:
    await bot.told(gestures.direct("bonjour"))
    (posted,) = bot.slack.messages[dm(ALICE)]
    answer = unanswered(says("Accueil.", Place.HOME), says("À jour.", Place.UPDATE), place=direct(), message_id=posted["ts"])
    for _ in range(2):
        await bot.adapter.post_again(answer)
    assert texts(bot.slack, dm(ALICE)) == ["À jour."]
    assert ALICE in bot.slack.homes


async def test_the_private_answer_to_a_command_stays_private_after_a_crash(bot: Bot) -> None:
    await bot.told(gestures.command("aide", user=CAROL))
    (event,) = bot.listener.heard
    answer = unanswered(says("Aide."), place=event.reference, user=CAROL)
    await bot.adapter.post_again(answer)
    assert texts(bot.slack, dm(CAROL)) == ["Bonjour.", "Aide."]


async def test_nothing_is_posted_where_one_cannot_look(bot: Bot) -> None:
    bot.slack.fail("conversations.history", server_error())
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.post_again(unanswered(says("Un."), place=direct()))
    assert not raised.value.permanent
    assert texts(bot.slack, dm(ALICE)) == []


async def test_an_answer_whose_question_was_deleted_is_still_posted(bot: Bot) -> None:
    await bot.adapter.post_again(unanswered(says("Un.")))
    assert texts(bot.slack, GENERAL) == ["Un."]


async def test_a_wrong_token_is_told_at_the_start_and_nothing_else_breaks(slack: FakeSlack) -> None:
    async with serving(slack, bot_token="xoxb-another") as bot:
        assert (await bot.told(gestures.direct("bonjour"))).status == 200
        assert slack.calls[0].answer == {"ok": False, "error": "invalid_auth"}
