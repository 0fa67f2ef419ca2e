"""The same gestures over Socket Mode: nothing comes in from outside, and a dropped connection is opened again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from dialogs.actions import WriteQuestion
from dialogs.events import MessageReceived
from dialogs.messages import FieldError, Form, FormErrors, Input
from tests.adapters.slack.conftest import NOW, Bot, serving
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack, refused, server_error
from tests.platforms.slack_workspace import ALICE, APP_TOKEN, BOT, GENERAL, dm

FORM = Form(
    language="en",
    title="Ask",
    blocks=(Input(id="question", label="Your question"),),
    action=WriteQuestion(),
    submit="Send",
    cancel="Cancel",
)


@pytest.fixture
async def connected(slack: FakeSlack) -> AsyncIterator[Bot]:
    async with serving(slack, app_token=APP_TOKEN, signing_secret=None) as bot:
        await slack.until(lambda slack: slack.connections == 1)
        yield bot


async def test_a_message_is_acknowledged_and_answered(connected: Bot) -> None:
    acknowledged = await connected.slack.deliver(gestures.mention(f"<@{BOT}> bonjour"), "events_api", envelope="e1")
    assert acknowledged == {"envelope_id": "e1"}
    await connected.slack.until(lambda slack: len(slack.messages[GENERAL]) == 1)


async def test_a_command_has_the_time_of_our_clock(connected: Bot) -> None:
    await connected.slack.deliver(gestures.command("aide"), "slash_commands", envelope="e1")
    (event,) = connected.listener.heard
    assert isinstance(event, MessageReceived)
    assert (event.text, event.at) == ("aide", NOW)


async def test_the_errors_of_a_form_travel_in_the_acknowledgement(connected: Bot) -> None:
    connected.listener.replies = lambda _: (FORM,)
    await connected.slack.deliver(gestures.tap(FORM.action, trigger=connected.slack.trigger()), "interactive", envelope="e1")
    ((_, view),) = connected.slack.views.items()
    connected.listener.replies = lambda _: (FormErrors(form=FORM, errors=(FieldError(input="question", text="Too short."),)),)
    acknowledged = await connected.slack.deliver(gestures.submission(view, {"question": "?"}), "interactive", envelope="e2")
    assert acknowledged["payload"] == {"response_action": "errors", "errors": {"question": "Too short."}}


async def test_a_redelivered_envelope_has_no_second_effect_even_over_another_connection(connected: Bot) -> None:
    payload = gestures.direct("bonjour")
    await connected.slack.deliver(payload, "events_api", envelope="e1")
    await connected.slack.disconnect()
    await connected.slack.until(lambda slack: slack.openings == 2 and slack.connections == 1)
    await connected.slack.deliver(payload, "events_api", envelope="e1")
    await connected.slack.deliver(gestures.direct("encore"), "events_api", envelope="e2")
    await connected.slack.until(lambda slack: len(slack.messages[dm(ALICE)]) == 2)
    assert len(connected.listener.heard) == 2


async def test_what_is_malformed_is_not_acknowledged_and_breaks_nothing(connected: Bot) -> None:
    broken = gestures.direct("bonjour")
    del broken["event_id"]
    lost: asyncio.Future[Any] = asyncio.ensure_future(connected.slack.deliver(broken, "events_api", envelope="e1"))  # noqa: TID251
    assert await connected.slack.deliver(gestures.direct("encore"), "events_api", envelope="e2") == {"envelope_id": "e2"}
    assert not lost.done()
    lost.cancel()


@pytest.mark.parametrize("fault", [refused("internal_error"), server_error()])
async def test_a_slack_that_is_down_does_not_hold_up_the_start(slack: FakeSlack, fault: Any) -> None:
    slack.fail("apps.connections.open", fault, times=100)
    async with asyncio.timeout(5), serving(slack, app_token=APP_TOKEN) as bot:
        await slack.until(lambda slack: bool(slack.calls_of("apps.connections.open")))
        assert (await bot.hears(gestures.direct("bonjour"))).status == 200


async def test_without_a_signing_secret_there_is_no_route(connected: Bot) -> None:
    assert list(connected.adapter.routes()) == []
