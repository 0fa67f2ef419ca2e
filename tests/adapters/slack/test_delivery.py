"""What the ledger sends through Slack, finds there, changes and takes back."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from adapters.port import DeliveryError, Outgoing
from adapters.slack import client as client_module
from adapters.slack import posting
from adapters.slack.failures import RefusedError
from dialogs.actions import Help, Show
from dialogs.delivery import reply_key
from dialogs.events import Reference, Scope
from dialogs.messages import Button, Buttons, Message, Place
from tests.adapters.slack.conftest import Bot
from tests.adapters.slack.listener import says
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack, Fault, cut, held, rate_limited, refused, server_error
from tests.platforms.slack_limits import Limits
from tests.platforms.slack_workspace import ALICE, BOB, BOT, CAROL, GENERAL, PRIVATE, TEAM, dm

CHANNEL = Reference(platform="slack", tenant=TEAM, conversation=GENERAL, scope=Scope.CHANNEL)
THREAD = "1767603600.000100"


def own(conversation: str) -> Reference:
    return Reference(platform="slack", tenant=TEAM, conversation=conversation, scope=Scope.PERSONAL)


def outgoing(said: Message, place: Reference = CHANNEL, **more: Any) -> Outgoing:
    return Outgoing(key=uuid4(), reference=place, message=said, **more)


def texts(slack: FakeSlack, conversation: str) -> list[str]:
    return [message["text"] for message in slack.messages[conversation]]


def stamp(key: UUID) -> dict[str, object]:
    return {"event_type": "pourqui_delivery", "event_payload": {"delivery_id": str(key)}}


# Sending


async def test_a_message_goes_to_its_channel_with_its_stamp_and_tells_its_id(bot: Bot) -> None:
    card = outgoing(says("Une demande."))
    sent = await bot.adapter.send(card)
    (posted,) = bot.slack.messages[GENERAL]
    assert (sent, posted["text"], posted["metadata"]) == (posted["ts"], "Une demande.", stamp(card.key))
    assert "thread_ts" not in posted


async def test_a_message_goes_to_its_thread(bot: Bot) -> None:
    card = await bot.adapter.send(outgoing(says("Une demande.")))
    assert card is not None
    await bot.adapter.send(outgoing(says("Un mot."), CHANNEL.under(card)))
    assert bot.slack.messages[GENERAL][1]["thread_ts"] == card


@pytest.mark.parametrize("conversation", [ALICE, dm(ALICE)])
async def test_a_person_is_written_to_by_their_id_or_their_conversations_in_one_call(bot: Bot, conversation: str) -> None:
    await bot.adapter.send(outgoing(says("Bonjour."), own(conversation)))
    assert texts(bot.slack, dm(ALICE)) == ["Bonjour."]
    assert [call.method for call in bot.slack.calls if call.method != "auth.test"] == ["chat.postMessage"]


async def test_a_private_message_leaves_the_channel(bot: Bot) -> None:
    await bot.adapter.send(outgoing(says("Pour vous.", Place.PRIVATE), CHANNEL.under(THREAD), user=ALICE))
    assert (texts(bot.slack, GENERAL), texts(bot.slack, dm(ALICE))) == ([], ["Pour vous."])


@pytest.mark.parametrize("place", [Place.PRIVATE, Place.HOME])
async def test_what_only_one_person_may_read_goes_nowhere_without_that_person(bot: Bot, place: Place) -> None:
    with pytest.raises(DeliveryError, match="of nobody") as raised:
        await bot.adapter.send(outgoing(says("Pour vous.", place)))
    assert raised.value.permanent
    assert (texts(bot.slack, GENERAL), bot.slack.homes) == ([], {})


async def test_a_home_tab_is_published_and_has_no_id(bot: Bot) -> None:
    assert await bot.adapter.send(outgoing(says("Accueil.", Place.HOME), own(dm(ALICE)), user=ALICE)) is None
    assert ALICE in bot.slack.homes


async def test_an_update_replaces_the_tapped_message_or_is_posted_where_it_cannot(bot: Bot) -> None:
    first = await bot.adapter.send(outgoing(says("Avant.")))
    assert await bot.adapter.send(outgoing(says("Après.", Place.UPDATE), tapped=first, user=ALICE)) == first
    lost = await bot.adapter.send(outgoing(says("Ailleurs.", Place.UPDATE), tapped="1700000000.000001", user=ALICE))
    assert [(message["ts"], message["text"]) for message in bot.slack.messages[GENERAL]] == [(first, "Après."), (lost, "Ailleurs.")]


async def test_what_is_shown_in_place_of_a_message_leaves_its_stamp_by_which_it_may_still_be_looked_for(bot: Bot) -> None:
    card = outgoing(says("Avant."))
    first = await bot.adapter.send(card)
    await bot.adapter.send(outgoing(says("Après.", Place.UPDATE), tapped=first, user=ALICE))
    assert bot.slack.messages[GENERAL][0]["metadata"] == stamp(card.key)
    assert await bot.adapter.find(card) == first


async def test_an_update_that_fails_for_a_while_is_not_posted_instead(bot: Bot) -> None:
    bot.slack.fail("chat.update", refused("internal_error"))
    with pytest.raises(RefusedError, match="internal_error"):
        await bot.adapter.send(outgoing(says("À jour.", Place.UPDATE), own(dm(ALICE)), tapped="1767603801.000410"))
    assert texts(bot.slack, dm(ALICE)) == []


@pytest.mark.parametrize("fault", [held(), held(done=True)])
async def test_sending_ends_in_time_whatever_slack_does(bot: Bot, monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    monkeypatch.setattr(posting, "SEND_SECONDS", 0.1)
    bot.slack.fail("chat.postMessage", fault)
    with pytest.raises(DeliveryError, match="no answer within") as raised:
        await bot.adapter.send(outgoing(says("Bonjour.")))
    assert (raised.value.permanent, raised.value.ambiguous) == (False, True)


async def test_a_channel_without_us_is_told_as_dead(bot: Bot) -> None:
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(outgoing(says("Bonjour."), replace(CHANNEL, conversation=PRIVATE)))
    assert (raised.value.permanent, raised.value.dead) == (True, True)


async def test_what_slack_cannot_show_is_given_up(bot: Bot) -> None:
    card = Message(language="fr", blocks=(Buttons(buttons=(Button(label="Ouvrir", action=Show(id="x" * 3000)),)),))
    with pytest.raises(DeliveryError, match="can't be shown") as raised:
        await bot.adapter.send(outgoing(card))
    assert (raised.value.permanent, raised.value.ambiguous, raised.value.dead) == (True, False, False)


async def test_slacks_limits_say_how_long_to_wait(bot: Bot) -> None:
    at = 0.0
    bot.slack.limits = Limits(lambda: at)
    await bot.adapter.send(outgoing(says("Un.")))
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(outgoing(says("Deux.")))
    assert (raised.value.permanent, raised.value.ambiguous, raised.value.retry_after) == (False, False, 1)
    at = 1.0
    await bot.adapter.send(outgoing(says("Deux.")))
    assert texts(bot.slack, GENERAL) == ["Un.", "Deux."]


# Finding


@pytest.mark.parametrize("fault", [held(done=True), cut(done=True), server_error(done=True)])
@pytest.mark.parametrize("place", [CHANNEL, CHANNEL.under(THREAD), own(ALICE), own(dm(ALICE))])
async def test_what_arrived_without_an_answer_is_found(bot: Bot, monkeypatch: pytest.MonkeyPatch, fault: Fault, place: Reference) -> None:
    monkeypatch.setattr(posting, "SEND_SECONDS", 0.3)
    bot.slack.said("La question.", user=BOB, channel=GENERAL, ts=THREAD)
    bot.slack.fail("chat.postMessage", fault)
    word = outgoing(says("Un mot."), place)
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(word)
    assert raised.value.ambiguous
    (posted,) = [message for messages in bot.slack.messages.values() for message in messages if message["text"] == "Un mot."]
    assert await bot.adapter.find(word) == posted["ts"]


@pytest.mark.parametrize("fault", [cut(), server_error()])
async def test_what_did_not_arrive_is_not_found(bot: Bot, fault: Fault) -> None:
    bot.slack.fail("chat.postMessage", fault)
    word = outgoing(says("Un mot."))
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(word)
    assert raised.value.ambiguous
    assert await bot.adapter.find(word) is None


async def test_a_slack_can_be_asked_and_another_messages_stamp_is_not_ours(bot: Bot) -> None:
    assert bot.adapter.can_look
    await bot.adapter.send(outgoing(says("Un mot.")))
    assert await bot.adapter.find(outgoing(says("Un mot."))) is None


async def test_what_was_sent_in_private_is_looked_for_there(bot: Bot) -> None:
    private = outgoing(says("Pour vous.", Place.PRIVATE), CHANNEL.under(THREAD), user=ALICE)
    sent = await bot.adapter.send(private)
    assert await bot.adapter.find(private) == sent


async def test_a_home_tab_is_never_found_so_that_it_is_published_again(bot: Bot) -> None:
    home = outgoing(says("Accueil.", Place.HOME), own(dm(ALICE)), user=ALICE)
    await bot.adapter.send(home)
    assert await bot.adapter.find(home) is None


async def test_in_a_thread_whose_question_was_deleted_nothing_is_found(bot: Bot) -> None:
    assert await bot.adapter.find(outgoing(says("Un mot."), CHANNEL.under(THREAD))) is None


async def test_where_one_cannot_look_nobody_says_that_it_is_not_there(bot: Bot) -> None:
    bot.slack.fail("conversations.history", server_error())
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.find(outgoing(says("Un mot.")))
    assert not raised.value.permanent


async def test_one_looks_back_a_thousand_messages_and_no_further(bot: Bot) -> None:
    word = outgoing(says("Un mot."))
    sent = await bot.adapter.send(word)
    for number in range(999):
        bot.slack.said(f"{number}", user=ALICE, channel=GENERAL)
    assert await bot.adapter.find(word) == sent
    bot.slack.said("un de trop", user=ALICE, channel=GENERAL)
    assert await bot.adapter.find(word) is None
    assert len(bot.slack.calls_of("conversations.history")) == 2 * 5


# Changing and taking back


@pytest.mark.parametrize("conversation", [ALICE, dm(ALICE)])
async def test_what_was_sent_is_changed_in_its_place_and_keeps_its_stamp(bot: Bot, conversation: str) -> None:
    card = outgoing(says("Une demande."), own(conversation))
    sent = await bot.adapter.send(card)
    assert sent is not None
    for _ in range(2):
        await bot.adapter.edit(card.reference, sent, says("Prise par Bob."), card.key)
    assert texts(bot.slack, dm(ALICE)) == ["Prise par Bob."]
    assert await bot.adapter.find(card) == sent


async def test_a_card_in_a_channel_is_changed_in_its_place(bot: Bot) -> None:
    card = outgoing(says("Une demande."))
    sent = await bot.adapter.send(card)
    assert sent is not None
    await bot.adapter.edit(CHANNEL, sent, says("Prise par Bob."), card.key)
    assert texts(bot.slack, GENERAL) == ["Prise par Bob."]


async def test_what_is_gone_cannot_be_changed(bot: Bot) -> None:
    with pytest.raises(DeliveryError, match="message_not_found") as raised:
        await bot.adapter.edit(CHANNEL, THREAD, says("Prise par Bob."), uuid4())
    assert (raised.value.permanent, raised.value.dead) == (True, False)


@pytest.mark.parametrize("place", [CHANNEL, own(ALICE)])
async def test_what_was_sent_is_taken_back_and_once_more_does_no_harm(bot: Bot, place: Reference) -> None:
    word = outgoing(says("Un mot."), place)
    sent = await bot.adapter.send(word)
    assert sent is not None
    for _ in range(2):
        await bot.adapter.recall(place, sent)
    assert await bot.adapter.find(word) is None


async def test_what_cannot_be_taken_back_is_told(bot: Bot) -> None:
    ts = bot.slack.said("Un mot de Bob.", user=BOB, channel=GENERAL)
    with pytest.raises(DeliveryError, match="cant_delete_message"):
        await bot.adapter.recall(CHANNEL, ts)


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
async def test_a_change_waits_for_no_rate_limit(bot: Bot, method: str) -> None:
    sent = await bot.adapter.send(outgoing(says("Un mot.")))
    assert sent is not None
    bot.slack.fail(method, rate_limited(2))
    with pytest.raises(DeliveryError) as raised:
        await (bot.adapter.edit(CHANNEL, sent, says("Deux."), uuid4()) if method == "chat.update" else bot.adapter.recall(CHANNEL, sent))
    assert raised.value.retry_after == 2


# Direct replies, which the ledger finds after a crash


@pytest.mark.parametrize("fault", [cut(done=True), server_error(done=True)])
async def test_a_reply_carries_the_stamp_by_which_the_ledger_finds_it(bot: Bot, fault: Fault) -> None:
    bot.listener.replies = lambda _: (says("Un."), says("Deux.", Place.PRIVATE))
    bot.slack.fail("chat.postMessage", Fault())
    bot.slack.fail("chat.postMessage", fault)
    await bot.told(gestures.mention(f"<@{BOT}> bonjour", ts=THREAD))
    (event,) = bot.listener.heard
    assert bot.listener.done == []
    for index, (said, conversation) in enumerate([(says("Un."), GENERAL), (says("Deux.", Place.PRIVATE), dm(ALICE))]):
        held_back = Outgoing(key=reply_key(event.key, index), reference=event.reference, message=said, user=ALICE)
        assert await bot.adapter.find(held_back) == bot.slack.messages[conversation][-1]["ts"]


async def test_a_conversation_is_named_by_its_person_until_slack_tells_it_and_memory_has_its_bounds(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_KNOWN_CONVERSATIONS", 2)
    for user in (ALICE, ALICE, BOB, ALICE, CAROL, ALICE):
        await bot.told(gestures.command("aide", user=user))
    assert [call["channel"] for call in bot.slack.calls_of("chat.postMessage")] == [ALICE, dm(ALICE), BOB, dm(ALICE), CAROL, ALICE]
    assert bot.slack.calls_of("conversations.open") == []


async def test_a_conversation_that_slack_told_is_not_asked_for(bot: Bot) -> None:
    await bot.told(gestures.direct("bonjour"))
    (posted,) = bot.slack.messages[dm(ALICE)]
    bot.listener.replies = lambda _: (says("Aide.", Place.UPDATE),)
    await bot.told(gestures.tap(Help(), trigger=bot.slack.trigger(), message=posted["ts"]))
    assert texts(bot.slack, dm(ALICE)) == ["Aide."]
    assert bot.slack.calls_of("conversations.open") == []
