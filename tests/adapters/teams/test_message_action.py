"""Saying of a message between people that it was a support exchange, also where the bot isn't."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.teams.activity import ID_LIMIT, MalformedActivityError
from adapters.teams.parse import parse
from dialogs.events import Event, FormAsked, FormSubmitted, Scope
from dialogs.messages import FieldError, Form, FormErrors, Input, Place
from dialogs.request_actions import MarkExchange
from tests.adapters.teams.activities import activity
from tests.adapters.teams.conftest import Bot
from tests.adapters.teams.listener import says
from tests.platforms import teams_gestures as gestures
from tests.platforms.teams import CUT, TENANT

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
BOB_ENTRA = "4b1d2c3e-98a7-4f60-8e51-7d6c5b4a3f21"
BOB = {"id": gestures.BOB, "aadObjectId": BOB_ENTRA, "tenantId": TENANT}
CHAT = {"conversationType": "personal", "tenantId": TENANT, "id": "19:alice_bob@unq.gbl.spaces"}
THREAD = activity("action_fetch")["conversation"]["id"]
MARK = MarkExchange(place=f"teams|{TENANT}|{THREAD}|1763800000100", message="1763800000100", user=gestures.BOB)
FORM = Form(
    language="fr",
    title="Un échange de support",
    blocks=(Input(id="function", label="Quelle fonction ?"),),
    action=MARK,
    submit="Noter",
    cancel="Annuler",
)


def heard(name: str, /, **changes: Any) -> Event | None:
    return parse(activity(name, **changes), received=NOW)


def of_author(author: dict[str, Any], **message: Any) -> dict[str, Any]:
    value: dict[str, Any] = activity("action_fetch")["value"]
    return value | {"messagePayload": value["messagePayload"] | {"from": author} | message}


def test_the_form_is_asked_for_the_message_its_author_and_its_place() -> None:
    event = heard("action_fetch")

    assert isinstance(event, FormAsked)
    assert event.action == MarkExchange(place=MARK.place, message=MARK.message, user=BOB_ENTRA)
    assert (event.reference.scope, event.message_id) == (Scope.CHANNEL, None)


def test_the_author_who_marks_their_own_message_is_known_at_once() -> None:
    sender = activity("action_fetch")["from"]

    event = heard("action_fetch", value=of_author({"user": {"id": sender["aadObjectId"]}}))

    assert isinstance(event, FormAsked)
    assert isinstance(event.action, MarkExchange)
    assert event.action.user == sender["id"]


@pytest.mark.parametrize(
    ("author", "user"),
    [({"user": None, "application": {"id": "28:app"}}, "28:app"), ({"application": {}}, ""), (None, "")],
    ids=["an application", "an application without an id", "nobody"],
)
def test_a_message_that_no_person_wrote_is_marked_all_the_same(author: Any, user: str) -> None:
    event = heard("action_fetch", value=of_author(author))

    assert isinstance(event, FormAsked)
    assert isinstance(event.action, MarkExchange)
    assert event.action.user == user


def test_two_peoples_own_chat_is_not_taken_for_a_chat_with_the_bot() -> None:
    theirs, ours = heard("action_fetch", conversation=CHAT), heard("action_fetch", conversation=gestures.chat(gestures.ALICE))

    assert theirs is not None
    assert ours is not None
    assert (theirs.reference.scope, ours.reference.scope) == (Scope.GROUP, Scope.PERSONAL)


def test_the_submitted_form_brings_its_values() -> None:
    event = heard("action_submit")

    assert isinstance(event, FormSubmitted)
    assert (event.action, event.values, event.message_id) == (MARK, {"function": "it"}, None)


@pytest.mark.parametrize("name", ["action_fetch", "action_submit"])
def test_another_apps_command_is_let_by(name: str) -> None:
    assert heard(name, value=activity(name)["value"] | {"commandId": "another"}) is None


@pytest.mark.parametrize(
    "value",
    [
        {"commandId": "support_exchange"},
        of_author({}, id=5),
        of_author({"user": "bob"}),
        of_author({"user": {"id": "b" * (ID_LIMIT + 1)}}),
    ],
    ids=["no message", "id", "author", "long author"],
)
def test_an_action_of_the_wrong_shape_is_refused(value: Any) -> None:
    with pytest.raises(MalformedActivityError):
        heard("action_fetch", value=value)


def test_ids_that_could_not_come_back_with_the_form_are_refused() -> None:
    place = {"conversationType": "channel", "tenantId": "t" * ID_LIMIT, "id": f"19:{'c' * 200};messageid={'1' * 290}"}
    long = of_author({"user": {"id": "b" * ID_LIMIT}}, id="1" * ID_LIMIT)

    with pytest.raises(MalformedActivityError):
        heard("action_fetch", value=long, conversation=place)


async def test_the_form_opens_with_the_author_as_the_roster_knows_them(bot: Bot) -> None:
    bot.teams.join(THREAD, BOB)
    bot.listener.replies = (FORM,)

    status, response = await bot.hears("action_fetch")

    assert status == 200
    assert response is not None
    assert (response["task"]["type"], response["task"]["value"]["title"]) == ("continue", "Un échange de support")
    (event,) = bot.listener.heard
    assert isinstance(event, FormAsked)
    assert event.action == MARK


@pytest.mark.parametrize("trouble", ["a stranger", "no connection"])
async def test_an_author_whom_the_roster_does_not_tell_keeps_their_entra_id(bot: Bot, trouble: str) -> None:
    if trouble == "no connection":
        bot.teams.fail(CUT, on="member")
    bot.listener.replies = (FORM,)

    status, _ = await bot.hears("action_fetch")

    assert status == 200
    (event,) = bot.listener.heard
    assert isinstance(event, FormAsked)
    assert isinstance(event.action, MarkExchange)
    assert event.action.user == BOB_ENTRA


async def test_what_is_said_at_the_end_is_in_the_response_and_nowhere_else(bot: Bot) -> None:
    thanks = says("Merci, c'est noté.")
    bot.listener.replies = (thanks, says("Vous pouvez le corriger.", Place.PRIVATE))

    status, response = await bot.hears("action_submit")
    await bot.listener.idle()

    assert (status, response) == (200, {"task": {"type": "message", "value": "Merci, c'est noté.\n\nVous pouvez le corriger."}})
    assert bot.teams.calls == []
    assert bot.listener.done == [bot.listener.heard[0].key]


async def test_a_form_that_is_not_right_yet_comes_back(bot: Bot) -> None:
    bot.listener.replies = (FormErrors(form=FORM, errors=(FieldError(input="function", text="Laquelle ?"),)),)

    _, response = await bot.hears("action_submit")

    assert response is not None
    assert response["task"]["type"] == "continue"
    assert "Laquelle ?" in str(response["task"]["value"]["card"]["content"])


async def test_an_end_without_words_closes_the_dialog(bot: Bot) -> None:
    bot.listener.replies = ()

    assert await bot.hears("action_submit") == (200, None)


async def test_whoever_may_not_mark_is_told_why_in_place_of_the_form(bot: Bot) -> None:
    bot.listener.replies = (says("Je réponds seulement aux personnes de Solane."),)

    _, response = await bot.hears("action_fetch")
    await bot.listener.idle()

    assert response == {"task": {"type": "message", "value": "Je réponds seulement aux personnes de Solane."}}
    assert bot.teams.sent("send", "reply") == []


async def test_a_person_goes_through_the_whole_gesture(bot: Bot) -> None:
    question = gestures.reply("Comment déclarer mes frais ?", user=gestures.BOB, thread="1763800000100")
    bot.teams.join(THREAD, gestures.sender(gestures.BOB))
    bot.listener.replies = (FORM,)
    _, response = await bot.teams.deliver(bot.endpoint, gestures.message_action(question) | {"serviceUrl": bot.teams.service_url})
    assert response is not None
    asked = bot.listener.heard[-1]

    submitted = gestures.action_submitted(question, response["task"]["value"]["card"]["content"], {"function": "it"})
    await bot.teams.deliver(bot.endpoint, submitted | {"serviceUrl": bot.teams.service_url})

    event = bot.listener.heard[-1]
    assert isinstance(asked, FormAsked)
    assert isinstance(event, FormSubmitted)
    assert asked.action == replace(MARK, message=question["id"])
    assert (event.action, event.values) == (FORM.action, {"function": "it"})
