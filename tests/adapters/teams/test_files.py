"""Pictures beside cards, and files that a person is asked about first."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from adapters.port import DeliveryError, Outgoing
from adapters.teams import consent, posting
from dialogs.attachment import Attachment
from dialogs.events import Reference, Scope
from dialogs.messages import Block, File, Message, Picture, Place, Text
from tests.adapters.teams.activities import activity
from tests.adapters.teams.conftest import Bot, serving
from tests.platforms.teams import CUT_TAKEN, ERROR, TENANT, THROTTLED, FakeTeams, Fault, Json, card_text
from tests.platforms.teams_files import CONSENT, INFO
from tests.platforms.teams_gestures import ALICE, BOB, CHANNEL

CHAT = "a:1alice"
PNG = Attachment(name="traces.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n" + bytes(200_000))
CSV = Attachment(name="avis.csv", content_type="text/csv", content="mois;trace\nmars;4\n".encode("utf-8-sig"), person="p1")
PICTURE = Picture(attachment="k-png", alt="Trace de mars : 4 sur 5")
FILE = File(attachment="k-csv", name="avis.csv")


@pytest.fixture
async def bot(teams: FakeTeams) -> AsyncIterator[Bot]:
    """A bot in development, which may put files on this machine: alice's chat with it, and a channel."""
    teams.access_token = None
    teams.join(CHAT, {"id": ALICE, "tenantId": TENANT})
    teams.join(CHANNEL, {"id": ALICE, "tenantId": TENANT})
    async with serving(teams, app_id=None, tokens=None, tenant_id=TENANT, dev=True) as bot:
        bot.listener.files["k-csv", ALICE] = CSV
        yield bot


def to(bot: Bot, *blocks: Block, conversation: str = CHAT, place: Place = Place.HERE, user: str | None = None) -> Outgoing:
    scope = Scope.PERSONAL if conversation == CHAT else Scope.CHANNEL
    reference = Reference(platform="teams", tenant=TENANT, conversation=conversation, scope=scope, service_url=bot.teams.service_url)
    message = Message(language="fr", blocks=(Text(text="Voici."), *blocks), place=place)
    return Outgoing(key=uuid4(), reference=reference, message=message, user=user, attachments={"k-png": PNG, "k-csv": CSV})


def kinds(message: Json) -> list[str]:
    return [attachment["contentType"] for attachment in message["attachments"]]


async def failure(bot: Bot, outgoing: Outgoing) -> DeliveryError:
    with pytest.raises(DeliveryError) as raised:
        await bot.adapter.send(outgoing)
    return raised.value


async def offered(bot: Bot) -> tuple[str, Json]:
    """Offer alice her file; return the message that asks her, and its card."""
    await bot.adapter.send(to(bot, FILE))
    number, asked = next((number, said) for number, said in bot.teams.shown(CHAT).items() if kinds(said) == [CONSENT])
    return number, asked["attachments"][0]


async def answers(bot: Bot, number: str, card: Json, *, accepts: bool = True, user: str = ALICE, **upload: Any) -> tuple[int, Json | None]:
    """Tap one of the two buttons of such a card."""
    told = activity("file_accepted" if accepts else "file_declined")
    value = told["value"] | {"context": card["content"]["acceptContext" if accepts else "declineContext"]}
    if accepts:
        value["uploadInfo"] = bot.teams.store.place(card) | upload
    place = told["conversation"] | {"id": CHAT}
    changes = {"value": value, "conversation": place, "replyToId": number, "from": told["from"] | {"id": user}, "id": f"f:{uuid4()}"}
    answer = await bot.hears("file_accepted" if accepts else "file_declined", **changes)
    await bot.listener.idle()
    return answer


def last(bot: Bot) -> Json:
    return list(bot.teams.shown(CHAT).values())[-1]


# Pictures


async def test_a_large_picture_travels_beside_its_card_in_a_channel_too(bot: Bot) -> None:
    await bot.adapter.send(to(bot, PICTURE, conversation=CHANNEL))

    (sent,) = bot.teams.shown(CHANNEL).values()
    assert kinds(sent) == ["application/vnd.microsoft.card.adaptive", "image/png"]


async def test_a_private_picture_leaves_the_channel(bot: Bot) -> None:
    await bot.adapter.send(to(bot, PICTURE, conversation=CHANNEL, place=Place.PRIVATE, user=ALICE))

    (sent,) = bot.teams.shown(f"a:{ALICE}").values()
    assert kinds(sent)[1:] == ["image/png"]


@pytest.mark.parametrize("status", [400, 413])
async def test_where_teams_takes_no_picture_its_words_go(bot: Bot, status: int) -> None:
    bot.teams.fail(Fault(status=status), on="send")

    await bot.adapter.send(to(bot, PICTURE))

    (sent,) = bot.teams.shown(CHAT).values()
    assert kinds(sent) == ["application/vnd.microsoft.card.adaptive"]
    assert card_text(sent) == "Voici.\nTrace de mars : 4 sur 5"


async def test_what_is_refused_without_a_picture_stays_refused(bot: Bot) -> None:
    bot.teams.fail(Fault(status=400), times=2)

    assert (await failure(bot, to(bot, PICTURE))).permanent


async def test_another_failure_of_a_picture_is_left_to_the_ledger(bot: Bot) -> None:
    bot.teams.fail(ERROR)

    assert (await failure(bot, to(bot, PICTURE))).ambiguous


async def test_an_edit_shows_its_picture_or_its_words(bot: Bot) -> None:
    said = to(bot, PICTURE)
    number = await bot.adapter.send(to(bot))
    assert number is not None

    await bot.adapter.edit(said.reference, number, said.message, said.key, said.attachments)
    assert len(kinds(bot.teams.shown(CHAT)[number])) == 2
    bot.teams.fail(Fault(status=413), on="update")
    await bot.adapter.edit(said.reference, number, said.message, said.key, said.attachments)
    assert len(kinds(bot.teams.shown(CHAT)[number])) == 1
    bot.teams.fail(Fault(status=403), on="update")
    with pytest.raises(DeliveryError):
        await bot.adapter.edit(said.reference, number, said.message, said.key, said.attachments)


# The offer of a file


async def test_a_file_is_offered_before_the_words_that_come_with_it(bot: Bot) -> None:
    number = await bot.adapter.send(to(bot, FILE))

    asked, said = bot.teams.shown(CHAT).values()
    (card,) = asked["attachments"]
    assert (card["contentType"], card["name"]) == (CONSENT, "avis.csv")
    assert card["content"] == {
        "description": "Voici.",
        "sizeInBytes": len(CSV.content),
        "acceptContext": {"key": "k-csv"},
        "declineContext": {"key": "k-csv"},
    }
    assert (bot.teams.shown(CHAT)[number or ""], card_text(said)) == (said, "Voici.\navis.csv")


async def test_a_file_asked_for_in_a_channel_is_offered_in_private(bot: Bot) -> None:
    await bot.adapter.send(to(bot, FILE, conversation=CHANNEL, place=Place.PRIVATE, user=ALICE))

    assert [kinds(said)[0] for said in bot.teams.shown(f"a:{ALICE}").values()] == [CONSENT, "application/vnd.microsoft.card.adaptive"]
    assert bot.teams.shown(CHANNEL) == {}


async def test_a_file_is_offered_to_nobody_in_particular_never(bot: Bot) -> None:
    error = await failure(bot, to(bot, FILE, conversation=CHANNEL))

    assert (str(error), error.permanent) == ("a file goes into a private conversation only", True)
    assert bot.teams.shown(CHANNEL) == {}


@pytest.mark.parametrize("fault", [ERROR, CUT_TAKEN, THROTTLED])
async def test_an_offer_that_fails_says_that_no_message_was_sent(bot: Bot, fault: Fault) -> None:
    bot.teams.fail(fault)
    card = to(bot, FILE)

    error = await failure(bot, card)
    await bot.adapter.send(card)

    assert (error.permanent, error.ambiguous) == (False, False)
    assert kinds(last(bot)) == ["application/vnd.microsoft.card.adaptive"]


async def test_a_message_that_is_tried_again_offers_its_file_once(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_KEPT", 1)
    card = to(bot, FILE)
    bot.teams.fail(Fault(), on="send")
    bot.teams.fail(THROTTLED, on="send")

    assert (await failure(bot, card)).retry_after == 0
    await bot.adapter.send(card)

    assert [kinds(said)[0] for said in bot.teams.shown(CHAT).values()] == [CONSENT, "application/vnd.microsoft.card.adaptive"]
    await bot.adapter.send(to(bot, FILE))
    await bot.adapter.send(card)
    assert sum(kinds(said) == [CONSENT] for said in bot.teams.shown(CHAT).values()) == 3  # the first was forgotten


# What follows from the answer


async def test_accepted_a_file_is_put_where_teams_wants_it_and_shown(bot: Bot) -> None:
    number, card = await offered(bot)

    assert await answers(bot, number, card) == (200, None)

    assert list(bot.teams.store.kept.values()) == [CSV.content]
    (shown,) = last(bot)["attachments"]
    assert (shown["contentType"], shown["name"], shown["content"]["fileType"]) == (INFO, "avis.csv", "csv")
    assert number not in bot.teams.shown(CHAT)
    assert bot.listener.heard == []  # no turn


async def test_declined_it_says_what_next_and_the_offer_goes(bot: Bot) -> None:
    number, card = await offered(bot)

    await answers(bot, number, card, accepts=False)

    assert card_text(last(bot)) == "file declined"
    assert number not in bot.teams.shown(CHAT)
    assert bot.teams.store.kept == {}


async def test_accepted_too_late_or_by_somebody_else_it_says_why(bot: Bot) -> None:
    number, card = await offered(bot)

    await answers(bot, number, card, user=BOB)

    assert card_text(last(bot)) == "file gone"
    assert bot.teams.store.kept == {}


async def test_where_the_store_takes_nothing_the_offer_stays_for_another_try(bot: Bot) -> None:
    number, card = await offered(bot)
    bot.teams.store.failing = 503

    await answers(bot, number, card)
    assert card_text(last(bot)) == "file failed"
    bot.teams.store.failing = None
    await answers(bot, number, card)

    assert list(bot.teams.store.kept.values()) == [CSV.content]


@pytest.mark.parametrize("url", ["https://evil.example/x", "not a url", "http://127.0.0.1:1/closed"])
async def test_a_file_goes_nowhere_but_to_its_store(bot: Bot, url: str) -> None:
    number, card = await offered(bot)

    await answers(bot, number, card, uploadUrl=url)

    assert card_text(last(bot)) == "file failed"


async def test_an_answer_that_teams_delivers_again_is_followed_once(bot: Bot) -> None:
    number, _ = await offered(bot)
    told = activity("file_declined", replyToId=number)
    place = told["conversation"] | {"id": CHAT}

    for id_ in ("f:1", "f:1", "f:2", "f:1"):
        assert await bot.hears("file_declined", conversation=place, replyToId=number, id=id_) == (200, None)
        await bot.listener.idle()

    assert sum("file declined" in card_text(said) for said in bot.teams.sent("send") if kinds(said) != [CONSENT]) == 2


async def test_a_program_that_stumbles_still_says_something(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stumble(*_: object) -> None:
        raise RuntimeError("the database is away")

    number, card = await offered(bot)
    monkeypatch.setattr(bot.listener, "attachment", stumble)

    await answers(bot, number, card)

    assert card_text(last(bot)) == "file failed"


async def test_what_cannot_be_told_is_logged_and_ends_nothing(bot: Bot) -> None:
    number, card = await offered(bot)
    bot.teams.conversations[CHAT].refusal = "ConversationBlockedByUser"

    assert await answers(bot, number, card, accepts=False) == (200, None)

    bot.teams.conversations[CHAT].refusal = None
    assert number in bot.teams.shown(CHAT)


@pytest.mark.parametrize(
    "changes",
    [
        {"value": {}},
        {"value": {"action": "accept", "context": {"key": "k"}}},
        {"value": {"action": "accept", "context": {}, "uploadInfo": {}}},
        {"value": {"action": "decline", "context": "k"}},
        {"conversation": {"conversationType": "channel", "id": CHANNEL, "tenantId": TENANT}},
    ],
)
async def test_an_answer_that_is_none_is_refused(bot: Bot, changes: dict[str, Any]) -> None:
    status, _ = await bot.hears("file_accepted", **changes)
    assert status == 400


async def test_an_answer_without_its_card_still_counts(bot: Bot) -> None:
    told = activity("file_declined")
    await bot.hears("file_declined", conversation=told["conversation"] | {"id": CHAT}, replyToId=...)
    await bot.listener.idle()
    assert card_text(last(bot)) == "file declined"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://solane-my.sharepoint.com/personal/a/_api/v2.0/x?guid='1'", True),
        ("https://SOLANE.sharepoint.com:443/x", True),
        ("http://solane.sharepoint.com/x", False),
        ("https://sharepoint.com.evil.example/x", False),
        ("https://evilsharepoint.com/x", False),
        ("https://a@solane.sharepoint.com/x", False),
        ("https://solane.sharepoint.com:8443/x", False),
        ("https://[solane.sharepoint.com/x", False),
        ("http://127.0.0.1/x", False),
    ],
)
def test_files_are_put_where_microsoft_keeps_them(url: str, allowed: bool) -> None:
    assert consent.is_store(url, here=False) is allowed


def test_in_development_files_stay_on_this_machine() -> None:
    assert consent.is_store("http://127.0.0.1:3978/x?y=1", here=True)
    assert not consent.is_store("https://solane-my.sharepoint.com/x", here=True)


async def test_files_are_for_personal_chats_as_the_fake_has_it(bot: Bot) -> None:
    place = to(bot, conversation=CHANNEL).reference
    card = {"contentType": CONSENT, "name": "a.csv", "content": {"sizeInBytes": 3, "acceptContext": {}}}
    for wrong in (
        card,
        {"contentType": "image/png", "contentUrl": "https://x"},
        {"contentType": "image/png", "contentUrl": "data:image/png;base64,%"},
    ):
        with pytest.raises(DeliveryError, match="400"):
            await bot.adapter._connector.post(place, {"type": "message", "attachments": [wrong]})
