"""What people write, edit and delete in a thread, and how they mark a conversation: as the bot gets it from both halves of the playground."""

import pytest

from dialogs.events import Event, FormAsked, FormSubmitted, MessageDeleted, MessageEdited, MessageReceived, Overheard
from dialogs.messages import Choice, Form, Option
from dialogs.request_actions import MarkExchange
from tests.adapters.playground.conftest import Stage

FORM = Form(
    language="fr",
    title="Un échange",
    blocks=(Choice(id="outcome", label="Comment ?", options=(Option(value="solved", label="Réglé"),)),),
    action=MarkExchange(place="p", message="m", user="u"),
    submit="Noter",
    cancel="Annuler",
)


def last(stage: Stage) -> Event:
    return stage.listener.heard[-1]


@pytest.mark.parametrize("look", ["slack", "teams"])
async def test_a_thread_of_the_desk_is_overheard_with_its_edits_and_deletions(stage: Stage, look: str) -> None:
    place = f"{look}/desk"
    stage.listener.replies = lambda _: ()
    await stage.makes("p1", f"{look}/message", place=place, text="un sujet")
    (root,) = await stage.sees("p1", place)
    assert stage.listener.heard == []
    await stage.makes("p2", f"{look}/message", place=place, text="je <regarde> & réponds", thread=root["id"])
    heard = last(stage)
    assert isinstance(heard, Overheard)
    assert heard.text == "je <regarde> & réponds"
    assert heard.reference.thread == root["id"]
    (_, written) = await stage.sees("p1", place)
    assert heard.message_id == written["id"]
    await stage.makes("p2", f"{look}/edit", place=place, message=written["id"], text="je regarde demain")
    edited = last(stage)
    assert isinstance(edited, MessageEdited)
    assert (edited.message_id, edited.text) == (written["id"], "je regarde demain")
    (_, written) = await stage.sees("p1", place)
    assert written["edited"]
    await stage.makes("p2", f"{look}/delete", place=place, message=written["id"])
    deleted = last(stage)
    assert isinstance(deleted, MessageDeleted)
    assert deleted.message_id == written["id"]
    assert [post["id"] for post in await stage.sees("p1", place)] == [root["id"]]
    assert len({event.id for event in stage.listener.heard}) == len(stage.listener.heard)


@pytest.mark.parametrize("look", ["slack", "teams"])
async def test_a_mention_in_a_thread_is_heard_once(stage: Stage, look: str) -> None:
    place = f"{look}/desk"
    stage.listener.replies = lambda _: ()
    await stage.makes("p1", f"{look}/message", place=place, text="un sujet")
    (root,) = await stage.sees("p1", place)
    await stage.makes("p1", f"{look}/message", place=place, text="@pourqui aide", thread=root["id"])
    (heard,) = stage.listener.heard
    assert isinstance(heard, MessageReceived)
    assert heard.text == "aide"


@pytest.mark.parametrize("look", ["slack", "teams"])
@pytest.mark.parametrize("gesture", ["edit", "delete"])
async def test_only_ones_own_message_is_edited_or_deleted(stage: Stage, look: str, gesture: str) -> None:
    await stage.makes("p1", f"{look}/message", place=f"{look}/desk", text="le mien")
    (post,) = await stage.sees("p2", f"{look}/desk")
    body = {"account": "p2", "window": "w1", "place": f"{look}/desk", "message": post["id"], "text": "le tien"}
    async with stage.sends(f"{look}/{gesture}", body) as response:
        assert response.status == 410


async def test_a_conversation_is_marked_as_an_exchange_by_slacks_shortcut(stage: Stage) -> None:
    await stage.makes("p1", "slack/message", place="slack/channel", text="merci, ça remarche")
    (post,) = await stage.sees("p2", "slack/channel")
    stage.listener.replies = lambda _: (FORM,)
    async with stage.watching("p2") as watch:
        await watch.next("picture")
        await stage.makes("p2", "slack/shortcut", place="slack/channel", message=post["id"], name="support_exchange")
        shown = await watch.next("view")
    heard = last(stage)
    assert isinstance(heard, FormAsked)
    assert isinstance(heard.action, MarkExchange)
    assert heard.action.message == post["id"]
    assert shown["view"]["title"]["text"] == "Un échange"


async def test_a_conversation_is_marked_as_an_exchange_by_teams_message_action(stage: Stage) -> None:
    await stage.makes("p1", "teams/message", place="teams/channel", text="merci, ça remarche")
    (post,) = await stage.sees("p2", "teams/channel")
    stage.listener.replies = lambda _: (FORM,)
    told = await stage.makes("p2", "teams/action", place="teams/channel", message=post["id"])
    heard = last(stage)
    assert isinstance(heard, FormAsked)
    assert isinstance(heard.action, MarkExchange)
    assert heard.action.message == post["id"]
    card = told["body"]["task"]["value"]["card"]["content"]
    stage.listener.replies = lambda _: ()
    await stage.makes(
        "p2", "teams/submit_action", place="teams/channel", message=post["id"], data=card["actions"][0]["data"] | {"input.outcome": "solved"}
    )
    heard = last(stage)
    assert isinstance(heard, FormSubmitted)
    assert heard.values == {"outcome": "solved"}
