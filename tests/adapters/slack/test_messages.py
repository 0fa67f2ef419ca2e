"""What people write, change and delete: to the bot, and beside it in the threads of channels."""

from typing import Any

import pytest

from adapters.slack.messages import event_of
from adapters.slack.parse import parse
from adapters.slack.payload import MalformedPayloadError
from adapters.slack.sender import Installation
from dialogs.events import Event, MessageDeleted, MessageEdited, MessageReceived, Overheard, Reference, Scope
from tests.adapters.slack.conftest import NOW, Bot
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack_workspace import ALICE, BOB, BOT, CHARLIE, GENERAL, PARTNER, TEAM, dm

OURS = Installation(team=TEAM, enterprise=None, user=BOT)
CARD, WORD = "1767604900.000950", "1767605000.001000"


def heard(payload: dict[str, Any]) -> Event | None:
    return parse(payload, received=NOW, ours=OURS)


def channel(thread: str, conversation: str = GENERAL) -> Reference:
    return Reference(platform="slack", tenant=TEAM, conversation=conversation, scope=Scope.CHANNEL, thread=thread)


# Written


@pytest.mark.parametrize(
    ("name", "conversation", "text", "ts", "files"),
    [
        ("message_in_thread", GENERAL, "C&A a répondu : compter 5 jours", WORD, 0),
        ("message_in_private_channel_thread", "C0PRIVATE", "je joins le formulaire", "1767605100.001100", 1),
    ],
)
def test_a_message_in_a_thread_is_overheard(name: str, conversation: str, text: str, ts: str, files: int) -> None:
    event = heard(gestures.recorded(name))
    assert isinstance(event, Overheard)
    assert (event.sender.user, event.text, event.message_id, event.files) == (BOB, text, ts, files)
    assert event.reference == channel(CARD, conversation)


def test_a_mention_in_a_thread_is_one_event_of_the_two_that_slack_sends() -> None:
    events = [heard(payload) for payload in gestures.in_channel(f"<@{BOT}> et le délai ?", user=BOB, thread=CARD)]
    assert [type(event) for event in events] == [MessageReceived, type(None)]
    labelled = gestures.in_thread(f"demande à <@{BOT}|pourqui>", thread=CARD)
    assert heard(labelled) is None


def test_a_mention_of_somebody_else_is_overheard() -> None:
    assert isinstance(heard(gestures.in_thread(f"<@{BOB}> tu peux regarder ?", thread=CARD)), Overheard)


@pytest.mark.parametrize(
    "change",
    [
        {"thread_ts": None},
        {"thread_ts": WORD, "ts": WORD},
        {"channel_type": "mpim"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message", "bot_id": "B0OTHER"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"hidden": True},
    ],
)
def test_what_is_in_no_thread_or_not_a_persons_is_not_ours(change: dict[str, Any]) -> None:
    payload = gestures.recorded("message_in_thread")
    payload["event"] |= change
    assert heard(payload) is None


def test_a_stranger_in_a_shared_channels_thread_is_a_guest() -> None:
    payload = gestures.in_thread("bonjour", thread=CARD, user=CHARLIE) | {"is_ext_shared_channel": True}
    payload["event"]["user_team"] = PARTNER
    event = heard(payload)
    assert event is not None
    assert event.sender.guest


def test_a_message_tells_its_id_and_its_files() -> None:
    events = [heard(gestures.direct("", ts=WORD, files=2)), heard(gestures.mention(f"<@{BOT}>", ts=WORD, files=1))]
    assert [(event.text, event.message_id, event.files) for event in events if isinstance(event, MessageReceived)] == [("", WORD, 2), ("", WORD, 1)]


def test_below_a_message_of_ours_somebody_answers_in_that_thread() -> None:
    event = heard(gestures.direct("merci", thread=CARD))
    assert isinstance(event, MessageReceived)
    assert (event.reference.conversation, event.reference.thread) == (ALICE, CARD)


def test_files_that_are_no_list_are_malformed() -> None:
    payload = gestures.direct("bonjour")
    payload["event"]["files"] = "formulaire.pdf"
    with pytest.raises(MalformedPayloadError, match="files isn't a list"):
        heard(payload)


# Changed


def test_an_edit_tells_what_a_message_says_now() -> None:
    event = heard(gestures.recorded("message_changed_in_thread"))
    assert isinstance(event, MessageEdited)
    assert (event.sender.user, event.message_id, event.text, event.reference) == (BOB, WORD, "compter 10 jours", channel(CARD))
    direct = heard(gestures.recorded("message_changed"))
    assert isinstance(direct, MessageEdited)
    assert (direct.text, direct.reference.scope, direct.reference.thread) == ("ma fiche de paie est vide", Scope.PERSONAL, None)


def test_two_edits_are_two_gestures_and_a_retry_is_the_same() -> None:
    first = gestures.edit("deux", ts=WORD, before="un", channel=GENERAL, thread=CARD)
    second = gestures.edit("trois", ts=WORD, before="deux", channel=GENERAL, thread=CARD)
    keys = [event.key for event in map(heard, (first, first, second)) if event is not None]
    assert (len(keys), len(set(keys))) == (3, 2)


def test_a_message_at_the_top_of_a_channel_is_edited_in_the_thread_that_it_opens() -> None:
    event = heard(gestures.edit("deux", ts=WORD, before="un", channel=GENERAL))
    assert event is not None
    assert event.reference == channel(WORD)


def test_an_edit_without_what_was_there_before_counts() -> None:
    payload = gestures.edit("deux", ts=WORD, before="un")
    del payload["event"]["previous_message"]
    assert isinstance(heard(payload), MessageEdited)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "compter 5 jours", "attachments": [{"id": 1}]},
        {"text": f"compter 5 jours <@{BOB}>"},
        {"user": BOT},
        {"bot_id": "B0OTHER"},
        {"user": None},
        {"subtype": "bot_message"},
    ],
)
def test_what_says_the_same_or_is_not_a_persons_is_no_edit(change: dict[str, Any]) -> None:
    payload = gestures.edit("compter 10 jours", ts=WORD, before="compter 5 jours", channel=GENERAL, thread=CARD)
    payload["event"]["message"] |= change
    assert heard(payload) is None


# Deleted


def test_a_deletion_tells_whose_message_is_gone() -> None:
    event = heard(gestures.recorded("message_deleted"))
    assert isinstance(event, MessageDeleted)
    assert (event.sender.user, event.message_id, event.reference) == (BOB, WORD, channel(CARD))
    direct = heard(gestures.delete(ts=WORD))
    assert isinstance(direct, MessageDeleted)
    assert (direct.sender.user, direct.reference.conversation, direct.reference.scope) == (ALICE, ALICE, Scope.PERSONAL)


def test_a_message_that_leaves_a_tombstone_is_deleted() -> None:
    event = heard(gestures.delete(ts=WORD, user=BOB, channel=GENERAL, replies=True))
    assert isinstance(event, MessageDeleted)
    assert (event.sender.user, event.message_id, event.reference) == (BOB, WORD, channel(WORD))


@pytest.mark.parametrize("change", [{"user": None}, {"user": BOT}, {"user": "USLACKBOT"}, {"bot_id": "B0OTHER"}])
@pytest.mark.parametrize("replies", [False, True])
def test_a_deletion_of_nobodys_message_is_none(replies: bool, change: dict[str, Any]) -> None:
    payload = gestures.delete(ts=WORD, channel=GENERAL, replies=replies)
    payload["event"]["previous_message"] |= change
    assert heard(payload) is None


def test_a_deletion_that_does_not_tell_the_message_is_none() -> None:
    assert heard(gestures.recorded("message_deleted_untold")) is None


# Until Slack has said who we are


def test_without_knowing_ourselves_a_message_is_overheard_rather_than_lost() -> None:
    payload = gestures.in_thread("bonjour", thread=CARD)
    assert isinstance(event_of(payload, payload["event"], None, None), Overheard)


# Whole


async def test_what_people_say_to_each_other_is_acknowledged_and_answered_by_nobody(bot: Bot) -> None:
    bot.listener.replies = lambda _: ()
    for payload in (gestures.in_thread("bonjour", thread=CARD), gestures.edit("salut", ts=WORD, before="bonjour"), gestures.delete(ts=WORD)):
        answer = await bot.told(payload)
        assert (answer.status, answer.body) == (200, "")
    assert [type(event) for event in bot.listener.heard] == [Overheard, MessageEdited, MessageDeleted]
    assert {call.method for call in bot.slack.calls} <= {"auth.test"}


async def test_a_reply_to_what_was_overheard_goes_to_its_thread(bot: Bot) -> None:
    await bot.told(gestures.in_thread("je joins le formulaire", thread=CARD, files=1))
    (posted,) = bot.slack.messages[GENERAL]
    assert (posted["text"], posted["thread_ts"]) == ("Bonjour.", CARD)


async def test_an_update_never_touches_what_a_person_wrote(bot: Bot) -> None:
    ts = bot.slack.said("bonjour", user=ALICE, channel=dm(ALICE))
    await bot.told(gestures.direct("bonjour", ts=ts))
    assert bot.slack.calls_of("chat.update") == []
