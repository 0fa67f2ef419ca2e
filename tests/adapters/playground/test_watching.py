"""What a window hears, who one can be, and that nothing grows without bound."""

from datetime import UTC, datetime

import pytest

from adapters.playground.accounts import Kind, accounts
from adapters.playground.app import Playground
from adapters.playground.conversations import KEPT, WAITING, WINDOWS, Conversation, Conversations, Post, Window
from adapters.playground.wire import NotStartedError, Wire
from bot.clock import now
from tests.adapters.playground.conftest import PEOPLE, Stage

ACCOUNTS = accounts(PEOPLE, language="fr")
ALICE, BOB = ACCOUNTS[:2]
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def conversations() -> Conversations:
    return Conversations(ACCOUNTS, (Conversation(place="slack/channel", id="C1"), Conversation(place="teams/channel", id="19:1")))


def post(id_: str) -> Post:
    return Post(id=id_, author=None, at=NOON, body={})


async def test_one_can_be_anyone_of_the_directory_an_unlisted_member_or_a_guest(stage: Stage) -> None:
    async with stage.http.get(f"{stage.url}/playground/company") as response:
        company = await response.json()
    assert [person["kind"] for person in company["people"]] == [Kind.MEMBER, Kind.MEMBER, Kind.UNLISTED, Kind.GUEST]
    assert company["people"][0] == {
        "id": "p1",
        "kind": "member",
        "name": "Alice Martin",
        "language": "fr",
        "site": "Lyon",
        "department": "Ventes",
        "seniority": None,
    }
    assert "email" not in str(company)


def test_ids_are_stable_distinct_and_of_each_platforms_form() -> None:
    again = accounts(PEOPLE, language="en")
    assert [one.slack_user for one in again] == [one.slack_user for one in ACCOUNTS]
    ids = [id_ for one in ACCOUNTS for id_ in (one.slack_user, one.slack_dm, one.teams_user, one.teams_chat, one.aad_object_id)]
    assert len(set(ids)) == len(ids)
    assert ALICE.slack_user.startswith("U")
    assert ALICE.slack_dm.startswith("D")
    assert ALICE.teams_user.startswith("29:")


def test_somebody_is_there_even_without_a_directory() -> None:
    assert [one.kind for one in accounts((), language="en")] == [Kind.UNLISTED, Kind.GUEST]


async def test_a_window_hears_at_once_what_is_posted_where_it_can_see(stage: Stage) -> None:
    async with stage.watching("p1") as alice, stage.watching("p2") as bob:
        await alice.next("picture")
        await bob.next("picture")
        await stage.makes("p1", "slack/message", text="en privé")
        await stage.makes("p1", "slack/message", place="slack/channel", text="à tous")
        assert (await alice.next("post"))["post"]["body"]["text"] == "en privé"
        assert (await bob.next("post"))["post"]["body"]["text"] == "à tous"


async def test_nobody_can_watch_as_a_person_who_isnt_there(stage: Stage) -> None:
    async with stage.http.get(f"{stage.url}/playground/events", params={"account": "nobody"}) as response:
        assert response.status == 404


async def test_stopping_ends_the_streams_so_that_the_server_can_close() -> None:
    stopped = conversations()
    window = Window(id="w1", account=ALICE)
    stopped.watch(window)
    stopped.close()
    assert window.events.get_nowait() is None


def test_a_conversation_keeps_its_last_posts_only() -> None:
    conversation = Conversation(place="slack/dm", id="D1", owner=ALICE)
    for number in range(KEPT + 5):
        conversation.put(post(str(number)))
    kept = [one.id for one in conversation]
    assert (len(kept), kept[0]) == (KEPT, "5")


async def test_a_window_that_lags_is_closed_rather_than_fed_without_end() -> None:
    window = Window(id="w1", account=ALICE)
    for number in range(WAITING + 10):
        window.tell({"number": number})
    told = [window.events.get_nowait() for _ in range(window.events.qsize())]
    assert (len(told), told[-1]) == (WAITING + 1, None)


async def test_the_oldest_window_makes_room() -> None:
    many = conversations()
    windows = [Window(id=str(number), account=ALICE) for number in range(WINDOWS + 1)]
    for window in windows:
        many.watch(window)
    assert windows[0].events.get_nowait() is None
    many.tell(ALICE, {"type": "home"})
    assert windows[0].events.empty()
    many.unwatch(windows[1])
    many.tell(ALICE, {"type": "home"})
    assert windows[1].events.qsize() == 1


async def test_a_gesture_before_the_start_says_so() -> None:
    with pytest.raises(NotStartedError):
        await Wire().send("/slack/events", b"", {}, kind="message")


async def test_a_program_that_is_away_is_shown_as_silent() -> None:
    wire = Wire()
    await wire.start("http://127.0.0.1:9")  # discard: nobody listens there
    answer = await wire.send("/slack/events", b"", {}, kind="message")
    await wire.stop()
    assert answer.status is None
    assert not answer.ok
    assert answer.shown()["path"] == "/slack/events"


async def test_stopping_twice_or_unstarted_does_no_harm() -> None:
    playground = Playground(PEOPLE, signing_secret="s", bot_token="t", team="T", tenant="t", language="fr", now=now, wall=now)
    await playground.stop()
    await playground.start("http://127.0.0.1:9")
    await playground.stop()
    await playground.stop()


async def test_a_silent_stream_gives_a_sign_of_life(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.playground.app.HEARTBEAT", 0.01)
    async with stage.http.get(f"{stage.url}/playground/events", params={"account": "p1"}) as response:
        assert (await response.content.readuntil(b"\n\n")).startswith(b"data: ")
        assert await response.content.readuntil(b"\n\n") == b": still here\n\n"
