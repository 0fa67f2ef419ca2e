"""What the bot sends on its own initiative: once, where it belongs, and what's known when that fails."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from adapters.port import DeliveryError, Outgoing
from adapters.teams import posting
from dialogs.events import Reference, Scope
from dialogs.messages import Place
from tests.adapters.teams.conftest import Bot, serving
from tests.adapters.teams.listener import says
from tests.platforms.teams import CUT, CUT_TAKEN, ERROR_TAKEN, TENANT, THROTTLED, UNANSWERED, FakeTeams, Fault, Operation, card_text
from tests.platforms.teams_gestures import ALICE, CHANNEL

KEY = UUID("2f7c4c1d-9e11-4a4e-9d0a-0b2c54f86f3e")


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Bot]:
    """A bot that alice chats with, and that is in a channel."""
    teams.join("a:1", {"id": ALICE, "tenantId": TENANT})
    teams.join(CHANNEL, {"id": ALICE, "tenantId": TENANT})
    async with serving(teams) as bot:
        yield bot


def chat(bot: Bot) -> Reference:
    return Reference(platform="teams", tenant=TENANT, conversation="a:1", scope=Scope.PERSONAL, service_url=bot.teams.service_url)


def channel(bot: Bot) -> Reference:
    return Reference(platform="teams", tenant=TENANT, conversation=CHANNEL, scope=Scope.CHANNEL, service_url=bot.teams.service_url)


def to(reference: Reference, text: str = "bonjour", place: Place = Place.HERE, *, user: str | None = None, tapped: str | None = None) -> Outgoing:
    return Outgoing(key=KEY, reference=reference, message=says(text, place), user=user, tapped=tapped)


def shown(bot: Bot, conversation: str) -> dict[str, str]:
    """Return the words of the bot's messages as they stand now."""
    return {number: card_text(message) for number, message in bot.teams.shown(conversation).items()}


async def failure(bot: Bot, outgoing: Outgoing) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await bot.adapter.send(outgoing)
    return error.value


async def test_a_message_is_sent_to_a_chat_and_named(bot: Bot) -> None:
    number = await bot.adapter.send(to(chat(bot)))

    assert shown(bot, "a:1") == {number: "bonjour"}


async def test_a_message_to_a_channel_opens_a_thread_in_which_others_follow(bot: Bot) -> None:
    root = await bot.adapter.send(to(channel(bot), "une demande"))
    assert root is not None
    await bot.adapter.send(to(channel(bot).under(root), "une suite"))

    first, second = bot.teams.calls
    assert (first.operation, first.conversation, first.activity) == ("send", CHANNEL, None)
    assert (second.operation, second.conversation, second.activity) == ("reply", f"{CHANNEL};messageid={root}", root)
    assert list(shown(bot, CHANNEL).values()) == ["une demande", "une suite"]


async def test_a_private_message_goes_to_the_person_who_spoke_in_a_channel(bot: Bot) -> None:
    await bot.adapter.send(to(channel(bot), place=Place.PRIVATE, user=ALICE))
    await bot.adapter.send(to(channel(bot), place=Place.HOME, user=ALICE))

    assert [call.operation for call in bot.teams.calls] == ["open", "send", "send"]
    assert list(shown(bot, f"a:{ALICE}").values()) == ["bonjour", "bonjour"]


async def test_a_private_message_in_private_stays_there(bot: Bot) -> None:
    await bot.adapter.send(to(chat(bot), place=Place.PRIVATE, user=ALICE))
    await bot.adapter.send(to(chat(bot), place=Place.HOME))

    assert list(shown(bot, "a:1").values()) == ["bonjour", "bonjour"]


async def test_a_private_message_to_nobody_is_refused(bot: Bot) -> None:
    error = await failure(bot, to(channel(bot), place=Place.PRIVATE))

    assert (error.permanent, error.dead) == (True, False)


async def test_an_update_takes_the_place_of_the_tapped_message(bot: Bot) -> None:
    number = await bot.adapter.send(to(chat(bot), "avant"))

    again = await bot.adapter.send(to(chat(bot), "après", Place.UPDATE, tapped=number))

    assert again == number
    assert shown(bot, "a:1") == {number: "après"}


async def test_an_update_of_a_message_that_is_gone_is_a_new_one(bot: Bot) -> None:
    first = await bot.adapter.send(to(chat(bot), "après", Place.UPDATE, tapped="gone"))
    second = await bot.adapter.send(to(chat(bot), "encore", Place.UPDATE))

    assert shown(bot, "a:1") == {first: "après", second: "encore"}


async def test_an_update_that_fails_for_now_is_not_posted_beside(bot: Bot) -> None:
    number = await bot.adapter.send(to(chat(bot), "avant"))
    bot.teams.fail(Fault(status=412))

    error = await failure(bot, to(chat(bot), "après", Place.UPDATE, tapped=number))

    assert not error.permanent
    assert shown(bot, "a:1") == {number: "avant"}


async def test_what_was_sent_can_be_edited_more_than_once(bot: Bot) -> None:
    root = await bot.adapter.send(to(channel(bot), "ouverte"))
    assert root is not None

    await bot.adapter.edit(channel(bot), root, says("prise"), KEY)
    await bot.adapter.edit(channel(bot).under(root), root, says("prise"), KEY)

    assert shown(bot, CHANNEL) == {root: "prise"}


async def test_an_edit_of_what_is_gone_is_refused_for_good(bot: Bot) -> None:
    with pytest.raises(DeliveryError) as refused:
        await bot.adapter.edit(chat(bot), "gone", says("prise"), KEY)

    assert (refused.value.permanent, refused.value.dead) == (True, False)


async def test_what_was_sent_can_be_recalled_and_once_more_does_no_harm(bot: Bot) -> None:
    number = await bot.adapter.send(to(chat(bot)))
    assert number is not None

    await bot.adapter.recall(chat(bot), number)
    await bot.adapter.recall(chat(bot), number)

    assert shown(bot, "a:1") == {}


async def test_a_recall_that_fails_for_now_says_so(bot: Bot) -> None:
    bot.teams.fail(Fault(status=503), on="delete")

    with pytest.raises(DeliveryError) as error:
        await bot.adapter.recall(chat(bot), "1")

    assert not error.value.permanent


async def test_nobody_can_look_whether_a_message_arrived(bot: Bot) -> None:
    assert not bot.adapter.can_look
    with pytest.raises(DeliveryError) as refused:
        await bot.adapter.find(to(chat(bot)))
    assert refused.value.permanent


@pytest.mark.parametrize("retry_after", ["0", "1", "30"])
async def test_a_throttled_message_is_not_tried_again_here(bot: Bot, retry_after: str) -> None:
    bot.teams.fail(Fault(status=429, retry_after=retry_after))

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous, error.retry_after) == (False, False, float(retry_after))
    assert bot.teams.calls == []


@pytest.mark.parametrize("status", [412, 502, 503, 504])
async def test_when_to_try_again_is_handed_on(bot: Bot, status: int) -> None:
    bot.teams.fail(Fault(status=status, retry_after="12"))

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.retry_after, error.ambiguous) == (False, 12, status != 412)


@pytest.mark.parametrize("fault", [ERROR_TAKEN, CUT_TAKEN, CUT, Fault(status=502), Fault(status=408)], ids=["500", "cut after", "cut", "502", "408"])
async def test_what_may_have_arrived_is_said_to_be_so(bot: Bot, fault: Fault) -> None:
    bot.teams.fail(fault)

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous, error.dead) == (False, True, False)
    assert len(bot.teams.calls) == (1 if fault.taken else 0)


async def test_a_message_that_was_taken_and_never_answered_may_have_arrived(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SEND_SECONDS", 0.2)
    bot.teams.fail(UNANSWERED)

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous) == (False, True)
    assert list(shown(bot, "a:1").values()) == ["bonjour"]


async def test_what_nobody_could_connect_for_certainly_did_not_arrive(bot: Bot) -> None:
    error = await failure(bot, to(replace(chat(bot), service_url="http://127.0.0.1:1/")))

    assert (error.permanent, error.ambiguous) == (False, False)


async def test_what_there_was_no_time_left_for_certainly_did_not_arrive(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "SEND_SECONDS", -1)

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous) == (False, False)
    assert bot.teams.calls == []


@pytest.mark.parametrize(
    ("code", "dead"),
    [
        ("ConversationBlockedByUser", True),
        ("BotNotInConversationRoster", True),
        ("BotDisabledByAdmin", True),
        ("ForbiddenOperationException", True),
        ("MessageWritesBlocked", True),
        ("ConversationNotFound", True),
        ("InvalidBotApiHost", False),
        ("NotEnoughPermissions", False),
        ("ActivityNotFoundInConversation", False),
        ("MessageSizeTooBig", False),
        ("BadArgument", False),
    ],
)
async def test_a_closed_conversation_is_told_from_a_message_that_was_refused(bot: Bot, code: str, dead: bool) -> None:
    bot.teams.conversations["a:1"].refusal = code

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous, error.dead) == (True, False, dead)
    assert code in str(error)


async def test_a_person_who_cannot_be_reached_does_not_close_the_channel_where_they_spoke(bot: Bot) -> None:
    bot.teams.refusals[ALICE] = "ForbiddenOperationException"
    not_installed = await failure(bot, to(channel(bot), place=Place.PRIVATE, user=ALICE))
    bot.teams.refusals.clear()
    bot.teams.join(f"a:{ALICE}").refusal = "MessageWritesBlocked"
    blocked = await failure(bot, to(channel(bot), place=Place.PRIVATE, user=ALICE))

    assert (not_installed.permanent, not_installed.dead) == (blocked.permanent, blocked.dead) == (True, False)


@pytest.mark.parametrize(("fails", "ambiguous"), [("open", False), ("send", True)])
async def test_what_fails_before_a_private_message_is_written_leaves_no_doubt(bot: Bot, fails: Operation, ambiguous: bool) -> None:
    bot.teams.fail(ERROR_TAKEN, on=fails)

    error = await failure(bot, to(channel(bot), place=Place.PRIVATE, user=ALICE))

    assert (error.permanent, error.ambiguous) == (False, ambiguous)


async def test_a_refused_token_is_renewed_for_the_next_attempt(bot: Bot) -> None:
    await bot.adapter.send(to(chat(bot)))
    bot.teams.access_token = "the next one"

    error = await failure(bot, to(chat(bot)))

    assert (error.permanent, error.ambiguous, error.dead) == (False, False, False)
    assert await bot.adapter.send(to(chat(bot)))


async def test_a_reply_waits_for_a_short_throttling_and_a_delivery_does_not(bot: Bot) -> None:
    bot.teams.fail(THROTTLED)
    await bot.hears("message_personal")
    await bot.listener.idle()
    assert len(bot.teams.calls) == 1

    bot.teams.fail(THROTTLED)
    assert (await failure(bot, to(chat(bot)))).retry_after == 0
