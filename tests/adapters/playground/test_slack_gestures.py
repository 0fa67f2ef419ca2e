"""As in Slack: each gesture travels as the signed request that Slack would send, and what the bot then calls is what the page shows."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from dialogs.actions import Home, WriteQuestion
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, HomeOpened, MessageReceived, Scope
from dialogs.messages import Button, Buttons, FieldError, Form, FormErrors, Input, Message, Place, Reply, Text
from tests.adapters.playground.conftest import TEAM, Json, Request, Stage
from tests.adapters.slack.listener import says

ASK = Form(
    language="fr",
    title="Poser une question",
    blocks=(Input(id="question", label="Votre question", required=True),),
    action=WriteQuestion(),
    submit="Envoyer",
    cancel="Annuler",
)


def card(place: Place = Place.HERE) -> Message:
    rows = (Button(label="Accueil", action=Home()), Button(label="Poser une question", action=WriteQuestion()))
    return Message(language="fr", blocks=(Text(text="Que puis-je faire ?"), Buttons(buttons=rows)), place=place)


def answers(stage: Stage, *replies: Reply) -> None:
    stage.listener.replies = lambda _: replies


def button(post: Json, label: str) -> Json:
    for block in post["body"]["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "button" and element["text"]["text"] == label:
                return {"message": post["id"], "block": block["block_id"], "action": element["action_id"]}
    raise AssertionError(f"no button {label}")


def last_heard(stage: Stage) -> Event:
    return stage.listener.heard[-1]


def form_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode(), keep_blank_values=True).items()}


async def test_a_message_reaches_the_bot_in_its_own_conversation_and_its_answer_is_shown_there(stage: Stage) -> None:
    told = await stage.makes("p1", "slack/message", text="mon <bulletin> & ma paie")
    assert told["request"]["status"] == 200
    assert told["request"]["kind"] == "message"
    assert stage.requests[-1].headers["Content-Type"] == "application/json"
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "mon <bulletin> & ma paie"
    assert heard.reference.scope is Scope.PERSONAL
    assert heard.reference.tenant == TEAM
    question, answer = await stage.sees("p1", "slack/dm")
    assert question["author"]["id"] == "p1"
    assert answer["author"] is None
    assert "Bonjour." in json.dumps(answer["body"]["blocks"])
    assert await stage.sees("p2", "slack/dm") == []


async def test_in_the_channel_the_bot_answers_mentions_only_in_the_thread(stage: Stage) -> None:
    told = await stage.makes("p1", "slack/message", place="slack/channel", text="quelqu'un sait ?")
    assert told["request"]["status"] == 200  # the bot gets every message of a channel that it's in
    assert stage.listener.heard == []
    await stage.makes("p1", "slack/message", place="slack/channel", text="@pourqui à quoi sert la DSI ?")
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "à quoi sert la DSI ?"
    assert heard.reference.scope is Scope.CHANNEL
    _, question, answer = await stage.sees("p2", "slack/channel")
    assert answer["thread"] == question["id"]


async def test_a_tap_travels_with_the_message_as_the_bot_posted_it_and_may_change_it(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "slack/message", text="aide")
    post = (await stage.sees("p1", "slack/dm"))[-1]
    answers(stage, says("Voilà.", Place.UPDATE))
    await stage.makes("p1", "slack/tap", place="slack/dm", **button(post, "Accueil"))
    payload = json.loads(form_of(stage.requests[-1])["payload"])
    assert stage.requests[-1].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert payload["type"] == "block_actions"
    assert payload["message"]["blocks"] == post["body"]["blocks"]
    heard = last_heard(stage)
    assert isinstance(heard, ActionTaken)
    assert heard.action == Home()
    assert heard.message_id == post["id"]
    changed = (await stage.sees("p1", "slack/dm"))[-1]
    assert changed["id"] == post["id"]
    assert changed["edited"]
    assert "Voilà." in json.dumps(changed["body"], ensure_ascii=False)


async def test_a_modal_opens_in_the_window_that_tapped_shows_its_errors_then_closes(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "slack/message", text="aide")
    post = (await stage.sees("p1", "slack/dm"))[-1]
    answers(stage, ASK)
    async with stage.watching("p1", "w1") as watch, stage.watching("p1", "other") as other:
        await stage.makes("p1", "slack/tap", place="slack/dm", **button(post, "Poser une question"))
        view = (await watch.next("view"))["view"]
        assert isinstance(last_heard(stage), FormAsked)
        answers(stage, FormErrors(form=ASK, errors=(FieldError(input="question", text="Écrivez votre question."),)))
        told = await stage.makes("p1", "slack/submit", view=view["id"], values={"question": {"question": {"type": "plain_text_input", "value": " "}}})
        assert told["body"] == {"response_action": "errors", "errors": {"question": "Écrivez votre question."}}
        answers(stage, says("Merci."))
        typed = {"question": {"question": {"type": "plain_text_input", "value": "Où ?"}}}
        told = await stage.makes("p1", "slack/submit", view=view["id"], values=typed)
        assert told["body"] is None
        heard = last_heard(stage)
        assert isinstance(heard, FormSubmitted)
        assert heard.values == {"question": "Où ?"}
        # A stream is in order: the other window hears the bot's last word, and no modal before it.
        assert "Merci." in json.dumps(await other.next("post"))
    async with stage.sends("slack/submit", {"account": "p1", "window": "w1", "view": view["id"], "values": {}}) as response:
        assert response.status == 410


async def test_a_view_belongs_to_whom_it_was_opened_for(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "slack/message", text="aide")
    post = (await stage.sees("p1", "slack/dm"))[-1]
    answers(stage, ASK)
    async with stage.watching("p1") as watch:
        await stage.makes("p1", "slack/tap", place="slack/dm", **button(post, "Poser une question"))
        view = (await watch.next("view"))["view"]
    async with stage.sends("slack/submit", {"account": "p2", "window": "w1", "view": view["id"], "values": {}}) as response:
        assert response.status == 410
    assert (await stage.makes("p1", "slack/close", view=view["id"]))["request"] is None


async def test_the_home_tab_is_what_the_bot_publishes_and_its_buttons_work(stage: Stage) -> None:
    answers(stage, card(Place.HOME))
    async with stage.watching("p1") as watch:
        await stage.makes("p1", "slack/open", tab="home")
        home = await watch.next("home")
    assert isinstance(last_heard(stage), HomeOpened)
    assert home["view"]["type"] == "home"
    row = home["view"]["blocks"][-1]
    answers(stage, says("Bienvenue."))
    await stage.makes("p1", "slack/tap", block=row["block_id"], action=row["elements"][0]["action_id"])
    heard = last_heard(stage)
    assert isinstance(heard, ActionTaken)
    assert heard.message_id is None
    assert "Bienvenue." in json.dumps(await stage.sees("p1", "slack/dm"))
    payload = json.loads(form_of(stage.requests[-1])["payload"])
    assert payload["view"]["id"] == payload["container"]["view_id"] == home["view"]["id"]


async def test_the_slash_command_is_heard_in_private_wherever_it_is_typed(stage: Stage) -> None:
    await stage.makes("p1", "slack/command", place="slack/channel", text="aide")
    form = form_of(stage.requests[-1])
    assert form["command"] == "/pourqui"
    assert form["channel_name"] == "entraide"
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.private
    assert heard.text == "aide"
    assert await stage.sees("p1", "slack/channel") == []
    assert len(await stage.sees("p1", "slack/dm")) == 1


async def test_the_message_shortcut_asks_the_bot_in_private_about_a_colleagues_words(stage: Stage) -> None:
    await stage.makes("p1", "slack/message", place="slack/channel", text="qui sait changer un badge ?")
    (post,) = await stage.sees("p2", "slack/channel")
    await stage.makes("p2", "slack/shortcut", place="slack/channel", message=post["id"], name="ask_pourqui")
    heard = last_heard(stage)
    assert isinstance(heard, MessageReceived)
    assert heard.text == "qui sait changer un badge ?"
    assert heard.private
    assert len(await stage.sees("p2", "slack/dm")) == 1


@pytest.mark.parametrize(("account", "guest", "email"), [("p1", False, "alice.martin@vaubert.example"), ("guest", True, None)])
async def test_the_bot_learns_of_a_person_what_slack_would_tell(stage: Stage, account: str, guest: bool, email: str | None) -> None:
    stage.listener.acquainted = False
    await stage.makes(account, "slack/message", text="bonjour")
    assert last_heard(stage).sender.guest is guest
    (profile,) = stage.listener.profiles
    assert (profile.email, profile.guest) == (email, guest)
    assert profile.locale == ("en-GB" if guest else "fr-FR")
    assert profile.timezone == ("Europe/London" if guest else "Europe/Paris")


async def test_a_button_that_isnt_there_any_more_is_said_to_be_gone(stage: Stage) -> None:
    await stage.makes("p1", "slack/message", text="bonjour")
    body = {"account": "p1", "window": "w1", "place": "slack/dm", "message": "1.1", "block": "b", "action": "a", "name": "ask_pourqui"}
    post = (await stage.sees("p1", "slack/dm"))[-1]
    for gone in (body, body | {"message": post["id"]}, body | {"message": None}):
        async with stage.sends("slack/tap", gone) as response:
            assert response.status == 410
    async with stage.sends("slack/shortcut", body) as response:
        assert response.status == 410


async def test_a_failure_of_the_program_is_shown_and_not_hidden(stage: Stage) -> None:
    stage.listener.failing = True
    told = await stage.makes("p1", "slack/message", text="bonjour")
    assert told["request"]["status"] == 500


async def test_a_submission_may_put_another_view_in_the_modals_place(stage: Stage) -> None:
    answers(stage, card())
    await stage.makes("p1", "slack/message", text="aide")
    post = (await stage.sees("p1", "slack/dm"))[-1]
    answers(stage, ASK)
    async with stage.watching("p1") as watch:
        await stage.makes("p1", "slack/tap", place="slack/dm", **button(post, "Poser une question"))
        first = (await watch.next("view"))["view"]
        answers(stage, replace(ASK, title="Et encore"))
        told = await stage.makes("p1", "slack/submit", view=first["id"], values={})
        assert told["body"]["response_action"] == "update"
        second = (await watch.next("view"))["view"]
    assert (second["id"], second["title"]["text"]) == (first["id"], "Et encore")
    assert second["hash"] != first["hash"]
