"""A gesture that leaves no trace: what Teams does with its reply is logged without its key, and nothing is noted as answered."""

import pytest
from structlog.testing import capture_logs

from tests.adapters.teams.conftest import Bot
from tests.platforms.teams import Fault


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("status", [403, 500])
async def test_a_reply_that_is_not_posted_names_its_gesture_only_where_that_may_be_known(bot: Bot, traced: bool, status: int) -> None:
    bot.listener.traced = traced
    bot.teams.fail(Fault(status=status))
    with capture_logs() as logs:
        await bot.hears("message_personal")
        await bot.listener.idle()
    (event,) = bot.listener.heard
    (line,) = (each for each in logs if each["event"] == "teams.reply.not_posted")
    assert line["key"] == (str(event.key) if traced else None)
    assert bot.listener.done == ([event.key] if traced and status == 403 else [])


async def test_nothing_is_noted_as_answered(bot: Bot) -> None:
    bot.listener.traced = False
    await bot.hears("message_personal")
    await bot.listener.idle()
    assert bot.listener.done == []
