"""A gesture that leaves no trace: what Slack does with its reply is logged without its key, and nothing is noted as answered."""

import pytest
from structlog.testing import capture_logs

from dialogs.actions import WriteQuestion
from dialogs.messages import Form, Input
from tests.adapters.slack.conftest import Bot
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import refused

FORM = Form(
    language="fr", title="Dire", blocks=(Input(id="text", label="Vos mots"),), action=WriteQuestion(slug="finance"), submit="Dire", cancel="Annuler"
)


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("why", ["internal_error", "channel_not_found"])
async def test_a_reply_that_is_not_posted_names_its_gesture_only_where_that_may_be_known(bot: Bot, traced: bool, why: str) -> None:
    bot.listener.traced = traced
    bot.slack.fail("chat.postMessage", refused(why))
    with capture_logs() as logs:
        await bot.told(gestures.direct("mon bulletin de paie"))
    (event,) = bot.listener.heard
    (line,) = (each for each in logs if each["event"] == "slack.not_posted")
    assert line["event_key"] == (str(event.key) if traced else None)
    assert bot.listener.done == ([event.key] if traced and why == "channel_not_found" else [])


async def test_nothing_is_noted_as_answered(bot: Bot) -> None:
    bot.listener.traced = False
    await bot.told(gestures.direct("mon bulletin de paie"))
    assert bot.listener.done == []


async def test_a_form_that_does_not_open_names_no_gesture(bot: Bot) -> None:
    bot.listener.traced, bot.listener.replies = False, lambda _: (FORM,)
    bot.slack.fail("views.open", refused("expired_trigger_id"))
    payload = gestures.tap(FORM.action, trigger=bot.slack.trigger())
    with capture_logs() as logs:
        assert (await bot.told(payload)).status == 502
    (line,) = (each for each in logs if each["event"] == "slack.form_not_opened")
    assert line["event_key"] is None
