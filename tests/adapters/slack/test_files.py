"""Pictures and files that go with a message: uploaded first, once, and never at the message's cost."""

import asyncio
from collections.abc import Iterable
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession

from adapters.port import DeliveryError, Outgoing
from adapters.slack import uploads
from dialogs.attachment import Attachment
from dialogs.events import Reference, Scope
from dialogs.messages import Block, File, Message, Picture, Place, Text
from tests.adapters.slack.conftest import Bot
from tests.platforms.slack import Fault, cut, held, rate_limited, refused, server_error
from tests.platforms.slack_workspace import ALICE, GENERAL, TEAM, dm

PNG = Attachment(name="traces.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n" + bytes(40_000))
CSV = Attachment(name="avis.csv", content_type="text/csv", content="mois;trace\nmars;4\n".encode("utf-8-sig"), person="p1")
PICTURE = Picture(attachment="k-png", alt="Trace de mars : 4 sur 5")
FILE = File(attachment="k-csv", name="avis.csv")
CHANNEL = Reference(platform="slack", tenant=TEAM, conversation=GENERAL, scope=Scope.CHANNEL)
OWN = Reference(platform="slack", tenant=TEAM, conversation=ALICE, scope=Scope.PERSONAL)


def carrying(*blocks: Block, place: Reference = CHANNEL, key: UUID | None = None, said: Place = Place.HERE, user: str | None = None) -> Outgoing:
    message = Message(language="fr", blocks=(Text(text="Voici."), *blocks), place=said)
    return Outgoing(key=key or uuid4(), reference=place, message=message, user=user, attachments={"k-png": PNG, "k-csv": CSV})


def methods(bot: Bot) -> list[str]:
    return [call.method for call in bot.slack.calls if call.method != "auth.test"]


async def failure(bot: Bot, outgoing: Outgoing) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(outgoing)
    return raised.value


def kinds(blocks: Iterable[dict[str, object]]) -> list[object]:
    return [block["type"] for block in blocks]


async def test_a_picture_is_uploaded_then_shown(bot: Bot) -> None:
    await bot.adapter.send(carrying(PICTURE))
    assert methods(bot) == ["files.getUploadURLExternal", "upload", "files.completeUploadExternal", "chat.postMessage"]
    (kept,) = bot.slack.files.kept.values()
    assert (kept.content, kept.name, kept.shared) == (PNG.content, "traces.png", None)
    (posted,) = bot.slack.messages[GENERAL]
    assert posted["blocks"][1] == {"type": "image", "slack_file": {"id": kept.id}, "alt_text": PICTURE.alt}


async def test_a_picture_is_uploaded_once_whatever_shows_it(bot: Bot) -> None:
    for _ in range(3):
        await bot.adapter.send(carrying(PICTURE, place=OWN))
    assert len(bot.slack.files.kept) == 1
    assert kinds(bot.slack.messages[dm(ALICE)][2]["blocks"]) == ["rich_text", "image"]


async def test_what_slack_has_not_looked_at_yet_is_sent_a_little_later_without_another_upload(bot: Bot) -> None:
    bot.slack.files.looks = 2
    card = carrying(PICTURE)
    for _ in range(2):
        error = await failure(bot, card)
        assert (error.permanent, error.ambiguous) == (False, False)
    await bot.adapter.send(card)
    assert len(bot.slack.files.kept) == 1
    assert kinds(bot.slack.messages[GENERAL][0]["blocks"]) == ["rich_text", "image"]


async def test_a_picture_that_slack_never_takes_is_told_in_words(bot: Bot) -> None:
    bot.slack.files.looks = 100
    card = carrying(PICTURE)
    for _ in range(4):
        assert not (await failure(bot, card)).permanent
    await bot.adapter.send(card)
    (posted,) = bot.slack.messages[GENERAL]
    assert kinds(posted["blocks"]) == ["rich_text", "rich_text"]
    assert PICTURE.alt in posted["text"]


async def test_without_the_right_to_upload_a_picture_is_words_and_the_message_goes(bot: Bot) -> None:
    bot.slack.fail("files.getUploadURLExternal", refused("missing_scope"))
    await bot.adapter.send(carrying(PICTURE))
    assert kinds(bot.slack.messages[GENERAL][0]["blocks"]) == ["rich_text", "rich_text"]


async def test_a_picture_that_is_gone_is_words_and_nothing_is_uploaded(bot: Bot) -> None:
    message = Message(language="fr", blocks=(PICTURE, FILE))
    await bot.adapter.send(Outgoing(key=uuid4(), reference=CHANNEL, message=message))
    assert methods(bot) == ["chat.postMessage"]
    assert kinds(bot.slack.messages[GENERAL][0]["blocks"]) == ["rich_text", "context"]


async def test_blocks_refused_for_another_reason_are_refused_for_good(bot: Bot) -> None:
    bot.slack.fail("chat.postMessage", refused("invalid_blocks"))
    assert (await failure(bot, carrying())).permanent


@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
@pytest.mark.parametrize("fault", [server_error(), cut(), rate_limited(7)])
async def test_an_upload_that_fails_says_that_nothing_was_posted_and_is_made_again(bot: Bot, step: str, fault: Fault) -> None:
    bot.slack.fail(step, fault)
    card = carrying(PICTURE)
    error = await failure(bot, card)
    assert (error.permanent, error.ambiguous) == (False, False)
    assert error.retry_after == (7 if fault == rate_limited(7) else None)
    assert bot.slack.messages[GENERAL] == []
    await bot.adapter.send(card)
    assert kinds(bot.slack.messages[GENERAL][0]["blocks"]) == ["rich_text", "image"]


async def test_a_long_upload_goes_on_beside_and_the_next_attempt_finds_it(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_WAIT", 0.05)
    bot.slack.fail("upload", held())
    card = carrying(PICTURE)
    error = await failure(bot, card)
    assert (str(error), error.permanent, error.ambiguous) == ("its file is still on the way to Slack", False, False)
    bot.slack.release()
    await bot.listener.settled()
    await bot.adapter.send(card)
    assert methods(bot).count("upload") == 1
    assert len(bot.slack.messages[GENERAL]) == 1


async def test_several_uploads_leave_the_message_its_time_together(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_WAIT", 0.2)
    bot.slack.fail("upload", held(), times=3)
    pictures = [Picture(attachment=key, alt="x") for key in ("a", "b", "c")]
    card = Outgoing(key=uuid4(), reference=CHANNEL, message=Message(language="fr", blocks=tuple(pictures)), attachments=dict.fromkeys("abc", PNG))
    since = asyncio.get_running_loop().time()
    await failure(bot, card)
    assert asyncio.get_running_loop().time() - since < 0.4
    bot.slack.release()


async def test_an_upload_that_ends_with_the_program_is_made_again(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_WAIT", 0.05)
    bot.slack.fail("upload", held())
    card = carrying(PICTURE)
    await failure(bot, card)
    await bot.listener.abandoned()
    assert str(await failure(bot, card)) == "the upload ended early"
    monkeypatch.undo()
    await bot.adapter.send(card)
    assert len(bot.slack.messages[GENERAL]) == 1


async def test_old_uploads_are_forgotten(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_KEPT", 1)
    for key in ("a", "b", "a"):
        message = Message(language="fr", blocks=(Picture(attachment=key, alt="x"),))
        await bot.adapter.send(Outgoing(key=uuid4(), reference=CHANNEL, message=message, attachments={key: PNG}))
    assert len(bot.slack.files.kept) == 3


async def test_a_large_file_is_uploaded_whole(bot: Bot) -> None:
    large = Attachment(name="avis.csv", content_type="text/csv", content=b"mois;trace\n" * 300_000)
    message = Message(language="fr", blocks=(FILE,))
    await bot.adapter.send(Outgoing(key=uuid4(), reference=OWN, message=message, attachments={"k-csv": large}))
    assert [kept.content for kept in bot.slack.files.kept.values()] == [large.content]


async def test_a_file_is_shared_with_the_person_before_the_words_that_link_to_it(bot: Bot) -> None:
    await bot.adapter.send(carrying(FILE, place=OWN))
    (kept,) = bot.slack.files.kept.values()
    assert (kept.content, kept.shared) == (CSV.content, dm(ALICE))
    shared, posted = bot.slack.messages[dm(ALICE)]
    assert shared["files"][0]["id"] == kept.id
    (link,) = posted["blocks"][1]["elements"]
    assert (link["text"]["text"], link["url"]) == ("avis.csv", shared["files"][0]["permalink"])


async def test_a_file_of_an_assistants_thread_is_shared_in_it(bot: Bot) -> None:
    thread = bot.slack.said("bonjour", user=ALICE, channel=dm(ALICE))
    await bot.adapter.send(carrying(FILE, place=OWN.under(thread)))
    assert [message["thread_ts"] for message in bot.slack.messages[dm(ALICE)][1:]] == [thread, thread]


async def test_a_file_asked_for_in_a_channel_comes_in_private(bot: Bot) -> None:
    await bot.adapter.send(carrying(FILE, said=Place.PRIVATE, user=ALICE))
    assert (len(bot.slack.messages[GENERAL]), len(bot.slack.messages[dm(ALICE)])) == (0, 2)


async def test_a_file_never_goes_where_others_read(bot: Bot) -> None:
    error = await failure(bot, carrying(FILE))
    assert (str(error), error.permanent) == ("a file goes into a private conversation only", True)
    assert (bot.slack.files.kept, bot.slack.messages[GENERAL]) == ({}, [])


async def test_a_file_that_cannot_be_uploaded_is_not_announced(bot: Bot) -> None:
    bot.slack.fail("files.getUploadURLExternal", refused("missing_scope"))
    error = await failure(bot, carrying(FILE, place=OWN))
    assert (error.permanent, error.ambiguous, error.dead) == (True, False, False)
    assert bot.slack.messages[dm(ALICE)] == []


async def test_a_message_that_is_tried_again_does_not_share_its_file_again(bot: Bot) -> None:
    bot.slack.fail("chat.postMessage", rate_limited(1))
    card = carrying(FILE, place=OWN)
    assert (await failure(bot, card)).retry_after == 1
    await bot.adapter.send(card)
    assert len(bot.slack.messages[dm(ALICE)]) == 2
    await bot.adapter.send(carrying(FILE, place=OWN))
    assert len(bot.slack.messages[dm(ALICE)]) == 4


async def test_an_edit_shows_its_picture_and_shares_no_file(bot: Bot) -> None:
    sent = await bot.adapter.send(carrying(place=OWN))
    assert sent is not None
    said = carrying(PICTURE, FILE, place=OWN)
    bot.slack.files.looks = 1
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.edit(OWN, sent, said.message, said.key, said.attachments)
    assert not raised.value.permanent
    await bot.adapter.edit(OWN, sent, said.message, said.key, said.attachments)
    (message,) = bot.slack.messages[dm(ALICE)]
    assert kinds(message["blocks"]) == ["rich_text", "image", "context"]
    bot.slack.fail("chat.update", refused("edit_window_closed"))
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.edit(OWN, sent, said.message, said.key, said.attachments)
    assert raised.value.permanent


async def test_the_fake_refuses_what_slack_refuses(bot: Bot) -> None:
    async def call(method: str, **arguments: object) -> dict[str, object]:
        headers = {"Authorization": "Bearer xoxb-1-solane"}
        async with bot.http.post(f"{bot.slack.api_url}{method}", json=arguments, headers=headers) as response:
            read: dict[str, object] = await response.json()
            return read

    async def upload(url: object, content: bytes, http: ClientSession) -> int:
        async with http.post(str(url), data=content) as response:
            return response.status

    assert (await call("files.getUploadURLExternal", filename="a", length=0))["error"] == "invalid_arguments"
    place = await call("files.getUploadURLExternal", filename="a.csv", length=3)
    assert await upload(f"{bot.slack.files.url}F404", b"abc", bot.http) == 404
    assert await upload(place["upload_url"], b"abcd", bot.http) == 400
    files = f'[{{"id": "{place["file_id"]}"}}]'
    assert (await call("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    assert await upload(place["upload_url"], b"abc", bot.http) == 200
    assert (await call("files.completeUploadExternal", files=files, channel_id=ALICE))["error"] == "invalid_arguments"
    assert (await call("files.completeUploadExternal", files=files, channel_id="C0UNKNOWN"))["error"] == "channel_not_found"
    assert (await call("files.completeUploadExternal", files=files))["ok"]
    assert (await call("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    image = [{"type": "image", "slack_file": {"id": place["file_id"]}, "alt_text": "no picture"}]
    assert (await call("chat.postMessage", channel=GENERAL, text="x", blocks=image))["error"] == "invalid_blocks"


async def test_two_messages_with_one_picture_at_once_upload_it_once(bot: Bot) -> None:
    await asyncio.gather(*(bot.adapter.send(carrying(PICTURE)) for _ in range(3)))
    assert (len(bot.slack.files.kept), len(bot.slack.messages[GENERAL])) == (1, 3)
