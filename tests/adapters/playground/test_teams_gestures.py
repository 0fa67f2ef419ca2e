"""As in Teams: each gesture travels as the activity that Teams would send, and what the bot posts is what the page shows."""

import json

import pytest

from dialogs.actions import Home, WriteQuestion
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, MessageReceived, Scope
from dialogs.messages import FieldError, FormErrors, Place, Reply
from tests.adapters.playground.conftest import TENANT, Json, Stage
from tests.adapters.playground.test_slack_gestures import ASK, card
from tests.adapters.slack.listener import says


def answers(stage: Stage, *replies: Reply) -> None:
    stage.listener.replies = lambda _: replies


def last_heard(stage: Stage) -> Event:
    return stage.listener.heard[-1]


def button(post: Json, title: str) -> Json:
    """Return a button of a post's card as a Teams client would send it."""
    for element in post["body"]["attachments"][0]["content"]["body"]:
        for action in element.get("actions", []):
            if action["title"] == title:
                found: Json = action
                return found
    raise AssertionError(f"no button {title}")


async def test_a_message_reaches_the_bot_in_its_own_chat(stage: Stage) -> None:
    told = await stage.makes("p2", "teams/message", text="what does Finance do for me?")
    request = stage.requests[-1]
    assert told["request"] == {"path": "/api/messages", "kind": "message", "status": told["request"]["status"], "milliseconds": 0} | told["request"]
    assert 200 <= told["request"]["status"] < 300
    assert request.path == "/api/messages"
    assert request.json["from"]["aadObjectId"]
    assert request.json["conversation"] == {"conversationType": "personal", "tenantId": TENANT, "id": request.json["conversation"]["id"]}
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "what does Finance do for me?"
    assert (heard.sender.locale, heard.sender.timezone, heard.sender.name) == ("en-GB", "Europe/London", "Bob Leroy")
    question, answer = await stage.sees("p2", "teams/chat")
    assert question["author"]["id"] == "p2"
    assert answer["body"]["attachments"][0]["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert await stage.sees("p1", "teams/chat") == []


async def test_opening_a_chat_tells_the_bot_that_it_was_added_the_first_time_only(stage: Stage) -> None:
    await stage.makes("p1", "teams/open", place="teams/chat")
    assert isinstance(last_heard(stage), ConversationStarted)
    assert (await stage.makes("p1", "teams/open", place="teams/chat"))["request"] is None
    assert len(stage.listener.heard) == 1


async def test_in_the_channel_the_bot_answers_mentions_only_in_the_thread(stage: Stage) -> None:
    told = await stage.makes("p1", "teams/message", place="teams/channel", text="qui sait ?")
    assert told["request"]["status"] == 200  # the bot gets every message of a channel that consents
    assert stage.listener.heard == []
    await stage.makes("p1", "teams/message", place="teams/channel", text="@pourqui R&D <ou> IT ?")
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "R&D <ou> IT ?"
    assert heard.reference.scope is Scope.CHANNEL
    _, question, answer = await stage.sees("p2", "teams/channel")
    assert heard.reference.thread == question["id"] == answer["thread"]
    await stage.makes("p2", "teams/message", place="teams/channel", text="@pourqui merci", thread=question["id"])
    assert last_heard(stage).reference.thread == question["id"]


async def test_a_tap_travels_as_an_invoke_whose_response_replaces_the_card(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "teams/message", text="aide")
    post = (await stage.sees("p1", "teams/chat"))[-1]
    answers(stage, says("Voilà.", Place.UPDATE))
    await stage.makes("p1", "teams/tap", place="teams/chat", message=post["id"], button=button(post, "Accueil"))
    assert stage.requests[-1].json["name"] == "adaptiveCard/action"
    heard = last_heard(stage)
    assert isinstance(heard, ActionTaken)
    assert heard.action == Home()
    assert heard.message_id == post["id"]
    changed = (await stage.sees("p1", "teams/chat"))[-1]
    assert changed["id"] == post["id"]
    assert "Voilà." in json.dumps(changed["body"], ensure_ascii=False)


async def test_a_form_opens_in_the_response_shows_its_errors_then_closes(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "teams/message", text="aide")
    post = (await stage.sees("p1", "teams/chat"))[-1]
    answers(stage, ASK)
    told = await stage.makes("p1", "teams/tap", message=post["id"], button=button(post, "Poser une question"))
    assert stage.requests[-1].json["name"] == "task/fetch"
    assert isinstance(last_heard(stage), FormAsked)
    form = told["body"]["task"]["value"]["card"]["content"]
    submit, asked = form["actions"][0]["data"], next(element["id"] for element in form["body"] if element["type"] == "Input.Text")
    answers(stage, FormErrors(form=ASK, errors=(FieldError(input="question", text="Écrivez votre question."),)))
    told = await stage.makes("p1", "teams/submit", message=post["id"], data=submit | {asked: ""})
    assert told["body"]["task"]["type"] == "continue"
    answers(stage, says("Merci."))
    told = await stage.makes("p1", "teams/submit", message=post["id"], data=submit | {asked: "Où ?"})
    heard = last_heard(stage)
    assert isinstance(heard, FormSubmitted)
    assert heard.action == WriteQuestion()
    assert heard.values == {"question": "Où ?"}
    assert (told["body"] or {}).get("task", {}).get("type") != "continue"


async def test_a_plain_submit_travels_as_a_message_with_a_value_and_an_im_back_as_words(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "teams/message", text="aide")
    post = (await stage.sees("p1", "teams/chat"))[-1]
    data = button(post, "Accueil")["data"]
    await stage.makes("p1", "teams/tap", message=post["id"], button={"type": "Action.Submit", "data": data})
    sent = stage.requests[-1].json
    assert (sent["type"], sent["value"], "text" in sent) == ("message", data, False)
    assert isinstance(last_heard(stage), ActionTaken)
    said = {"type": "Action.Submit", "data": {"msteams": {"type": "imBack", "value": "accueil"}}}
    await stage.makes("p1", "teams/tap", message=post["id"], button=said)
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "accueil"


@pytest.mark.parametrize(("account", "guest", "email"), [("p1", False, "alice.martin@vaubert.example"), ("guest", True, None)])
async def test_the_bot_learns_of_a_person_what_the_roster_would_tell(stage: Stage, account: str, guest: bool, email: str | None) -> None:
    stage.listener.acquainted = False
    await stage.makes(account, "teams/message", text="bonjour")
    assert last_heard(stage).sender.guest is guest
    (profile,) = stage.listener.profiles
    assert (profile.email, profile.guest) == (email, guest)


async def test_a_tap_on_a_card_that_isnt_there_any_more_is_said_to_be_gone(stage: Stage) -> None:
    body = {"account": "p1", "window": "w1", "message": "1", "button": {"type": "Action.Execute"}, "data": {}}
    for gesture in ("teams/tap", "teams/submit"):
        async with stage.sends(gesture, body) as response:
            assert response.status == 410
