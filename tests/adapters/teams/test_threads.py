"""What people write in the threads of a channel, and what they change, delete or attach."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.teams.activity import MalformedActivityError
from adapters.teams.parse import parse
from dialogs.events import Event, MessageDeleted, MessageEdited, MessageReceived, Overheard
from tests.adapters.teams.activities import activity
from tests.adapters.teams.conftest import Bot
from tests.platforms import teams_gestures as gestures

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
ROOT = "1763800000100"


def heard(name: str, /, **changes: Any) -> Event | None:
    return parse(activity(name, **changes), received=NOW)


def made(gesture: dict[str, Any]) -> Event | None:
    return parse(gesture, received=NOW)


def test_a_reply_in_a_thread_is_overheard_with_its_thread() -> None:
    event = heard("message_unmentioned")

    assert isinstance(event, Overheard)
    assert (event.text, event.message_id, event.files) == ("qui vient déjeuner ?", "1763800000101", 0)
    assert event.reference.thread == ROOT
    assert event.reference == event.reference.under(ROOT)


def test_a_mention_in_a_thread_is_for_the_bot() -> None:
    event = made(gestures.mention("clos", thread=ROOT))

    assert isinstance(event, MessageReceived)
    assert (event.text, event.reference.thread) == ("clos", ROOT)


def test_who_is_named_in_a_reply_stays_in_it() -> None:
    named = {"type": "mention", "mentioned": {"id": gestures.BOB, "name": "Bob"}, "text": "<at>Bob</at>"}

    event = heard("message_unmentioned", text="<at>Bob</at>, tu peux regarder&nbsp;?", entities=[named])

    assert isinstance(event, Overheard)
    assert event.text == "Bob, tu peux regarder ?"


def test_what_is_told_a_colleague_aside_still_begins_so() -> None:
    aside = heard("message_unmentioned", text="<at>Bob</at>&nbsp;<at>Carol Petit</at>, // on lui dit&nbsp;?")

    assert isinstance(aside, Overheard)
    assert aside.text == "// on lui dit ?"


def test_what_opens_a_thread_without_a_mention_is_not_heard() -> None:
    assert made(gestures.post("bonjour à tous")) is None


def test_a_reply_that_cannot_be_named_is_not_heard() -> None:
    assert heard("message_unmentioned", id=...) is None


def test_the_bots_own_replies_are_not_overheard() -> None:
    assert heard("message_unmentioned", **{"from": {"id": "28:another-bot"}}) is None


@pytest.mark.parametrize("name", ["edited", "undeleted"])
def test_a_changed_message_says_what_it_says_now(name: str) -> None:
    event = heard(name)

    assert isinstance(event, MessageEdited)
    assert (event.message_id, event.text) == ("1763800000001", activity(name)["text"].strip())


def test_a_changed_message_loses_the_mention_of_the_bot_as_when_it_was_written() -> None:
    written = gestures.mention("notes de frais", thread=ROOT)

    event = made(gestures.edited(written, "notes de frais & avances"))

    assert isinstance(event, MessageEdited)
    assert (event.text, event.message_id, event.reference.thread) == ("notes de frais & avances", written["id"], ROOT)


def test_a_deleted_message_is_named() -> None:
    event = heard("deleted")

    assert isinstance(event, MessageDeleted)
    assert (event.message_id, event.at) == ("1763800000001", datetime(2025, 11, 22, 8, 27, 40, 789000, tzinfo=UTC))


def test_a_message_deleted_in_a_thread_names_the_thread() -> None:
    written = gestures.reply("voilà", thread=ROOT)

    event = made(gestures.deleted(written))

    assert isinstance(event, MessageDeleted)
    assert (event.message_id, event.reference.thread) == (written["id"], ROOT)


def test_each_change_of_one_message_is_a_gesture_of_its_own_and_a_retry_of_it_is_not() -> None:
    written = gestures.direct("un")
    first, back, again = gestures.edited(written, "deux"), gestures.edited(written, "un"), gestures.edited(written, "deux")
    gone, restored, gone_again = gestures.deleted(written), gestures.undeleted(written), gestures.deleted(written)

    keys = [event.key for one in (written, first, back, again, gone, restored, gone_again) if (event := made(one))]
    retried = made(first)

    assert len(set(keys)) == 7
    assert retried is not None
    assert retried.key == keys[1]


def test_changes_without_a_date_are_told_apart_by_their_words() -> None:
    first, retried, second = heard("edited", timestamp=...), heard("edited", timestamp=...), heard("edited", timestamp=..., text="autre chose")

    assert first is not None
    assert retried is not None
    assert second is not None
    assert first.key == retried.key != second.key


def test_a_change_that_does_not_say_what_the_message_says_now_changes_nothing() -> None:
    assert heard("edited", text=...) is None


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("edited", {"channelData": {"eventType": "somethingNew"}}),
        ("edited", {"channelData": ...}),
        ("deleted", {"channelData": {"eventType": "editMessage"}}),
        ("edited", {"id": ...}),
        ("deleted", {"from": {"id": "28:another-bot"}}),
    ],
)
def test_other_changes_are_let_by(name: str, changes: dict[str, Any]) -> None:
    assert heard(name, **changes) is None


def test_a_change_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(MalformedActivityError):
        heard("edited", text={"not": "words"})


def test_files_are_counted_and_the_html_of_every_message_is_none() -> None:
    with_files, without = heard("message_files"), heard("message_personal")

    assert isinstance(with_files, MessageReceived)
    assert isinstance(without, MessageReceived)
    assert (with_files.files, without.files) == (2, 0)


def test_files_in_a_channel_are_counted_by_their_marks_and_an_emoji_is_none() -> None:
    event = heard("message_channel_files")

    assert isinstance(event, Overheard)
    assert event.files == 2


def test_a_file_without_a_word_is_a_message() -> None:
    event = made(gestures.direct("", files=1))

    assert isinstance(event, MessageReceived)
    assert (event.text, event.files) == ("", 1)


@pytest.mark.parametrize(
    ("attachment", "files"),
    [
        ({"contentType": "image/png"}, 1),
        ({"contentType": "text/html", "content": '<img itemtype="http://schema.skype.com/AMSImage" src="x">'}, 1),
        ({"contentType": "text/html", "content": '<attachment id="1763800000100"></attachment>'}, 0),
        ({"contentType": "text/html", "content": {"not": "words"}}, 0),
        ({"contentType": "application/vnd.microsoft.card.adaptive", "content": {}}, 0),
        ({"contentType": 5}, 0),
    ],
    ids=["image", "pasted image", "quoted message", "odd HTML", "card", "no kind"],
)
def test_what_is_a_file_and_what_is_not(attachment: dict[str, Any], files: int) -> None:
    event = heard("message_personal", attachments=[attachment])

    assert isinstance(event, MessageReceived)
    assert event.files == files


@pytest.mark.parametrize("name", ["message_unmentioned", "edited", "deleted"])
async def test_what_nobody_asked_the_bot_gets_no_answer(bot: Bot, name: str) -> None:
    bot.listener.replies = ()

    assert await bot.hears(name) == (200, None)
    await bot.listener.idle()

    assert bot.teams.calls == []
    assert bot.listener.done == [bot.listener.heard[0].key]
