"""What becomes of an answer when Teams is slow, down or says no, and when something fails inside."""

import pytest
from structlog.testing import capture_logs

from adapters.teams import app
from tests.adapters.teams.conftest import Bot
from tests.platforms.teams import CUT, ERROR, HELD, TENANT, THROTTLED, Fault


async def test_a_slow_connector_never_holds_a_response_back(bot: Bot) -> None:
    bot.teams.fail(HELD, on="send")

    status, _ = await bot.hears("message_personal")

    assert status == 200
    assert bot.teams.calls == []
    assert bot.listener.done == []
    bot.teams.release()
    await bot.listener.idle()
    assert len(bot.teams.calls) == len(bot.listener.done) == 1


@pytest.mark.parametrize("fault", [ERROR, CUT, Fault(status=429, retry_after="600"), Fault(status=412)], ids=["500", "cut", "429", "412"])
async def test_what_could_not_be_posted_for_now_is_left_to_the_ledger(bot: Bot, fault: Fault) -> None:
    bot.teams.fail(fault)

    status, _ = await bot.hears("message_personal")
    await bot.listener.idle()

    assert status == 200
    assert bot.listener.done == []
    assert bot.teams.calls == []


async def test_what_can_never_be_posted_is_let_go(bot: Bot) -> None:
    bot.teams.join("a:1").refusal = "ConversationBlockedByUser"

    await bot.hears("message_personal", conversation={"id": "a:1", "conversationType": "personal", "tenantId": TENANT})
    await bot.listener.idle()

    assert bot.listener.done == [bot.listener.heard[0].key]


async def test_a_short_throttling_is_waited_for(bot: Bot) -> None:
    bot.teams.fail(THROTTLED, times=2)

    await bot.hears("message_personal")
    await bot.listener.idle()

    assert len(bot.teams.sent("send")) == len(bot.listener.done) == 1


@pytest.mark.parametrize("name", ["message_personal", "execute", "task_fetch"])
async def test_a_failure_inside_asks_teams_to_come_back(bot: Bot, name: str) -> None:
    bot.listener.fails = lambda: PermissionError("the database's file")

    status, response = await bot.hears(name)

    assert (status, response) == (503, None)


async def test_an_apology_that_cannot_be_posted_asks_teams_to_come_back(bot: Bot) -> None:
    bot.listener.kept = False
    bot.teams.fail(ERROR)
    assert (await bot.hears("message_personal"))[0] == 503
    assert (await bot.hears("message_personal"))[0] == 200
    await bot.listener.idle()
    assert len(bot.teams.sent()) == 1
    assert bot.listener.done == []


async def test_an_apology_that_can_never_be_posted_is_not_asked_for_again(bot: Bot) -> None:
    bot.listener.kept = False
    bot.teams.fail(Fault(status=403))
    assert (await bot.hears("message_personal"))[0] == 200
    assert bot.teams.sent() == []


@pytest.mark.parametrize("traced", [True, False])
async def test_what_a_process_that_was_held_up_would_post_late_is_left_to_the_sweep(bot: Bot, monkeypatch: pytest.MonkeyPatch, traced: bool) -> None:
    monkeypatch.setattr(app, "ANSWER_SECONDS", -1.0)
    bot.listener.traced = traced
    with capture_logs() as logs:
        await bot.hears("message_personal")
        await bot.listener.idle()
    assert len(bot.teams.sent()) == (0 if traced else 1)  # nobody else has what leaves no trace
    assert ["held up" in line["reason"] for line in logs if line["event"] == "teams.reply.not_posted"] == ([True] if traced else [])
    assert bot.listener.done == []
