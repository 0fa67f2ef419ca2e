"""What somebody in Teams sees when they write, tap or fill in a form."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from dialogs.actions import Home, ReportWrong
from dialogs.events import ActionTaken, FormAsked, FormSubmitted, MessageReceived
from dialogs.messages import FieldError, Form, FormErrors, Input, Place, Text
from tests.adapters.teams.activities import activity
from tests.adapters.teams.conftest import Bot, serving
from tests.adapters.teams.listener import says
from tests.platforms.teams import ERROR, TENANT, FakeTeams, Json
from tests.platforms.teams_tokens import Forgery

CARD = "application/vnd.microsoft.card.adaptive"
ACTIVITY_MESSAGE = "application/vnd.microsoft.activity.message"
WRONG = ReportWrong(id="expense_claim", exchange="x1")
FORM = Form(
    language="fr",
    title="C'est faux",
    blocks=(Text(text="Merci."), Input(id="comment", label="Quoi ?", value="dix jours")),
    action=WRONG,
    submit="Envoyer",
    cancel="Annuler",
)


def words(content: Json) -> list[str]:
    """Return the words of a card, in reading order."""
    return [run["text"] for element in content["body"] if element["type"] == "RichTextBlock" for run in element["inlines"]]


def card_of(body: Json) -> Json:
    content: Json = body["attachments"][0]["content"]
    return content


async def test_a_question_is_answered_in_its_conversation_after_the_response(bot: Bot) -> None:
    status, response = await bot.hears("message_personal")

    assert (status, response) == (200, None)
    (event,) = bot.listener.heard
    assert isinstance(event, MessageReceived)
    (body,) = await bot.teams.wait_for(1)
    await bot.listener.idle()
    assert words(card_of(body)) == ["bonjour"]
    assert body["summary"] == "bonjour"
    assert "text" not in body
    assert bot.teams.calls[0].conversation == event.reference.conversation
    assert bot.listener.done == [event.key]


async def test_an_answer_in_a_channel_goes_to_the_thread_of_the_question(bot: Bot) -> None:
    await bot.hears("message_channel")
    await bot.listener.idle()

    (call,) = bot.teams.calls
    assert (call.operation, call.activity, call.body["replyToId"]) == ("reply", "1763800000100", "1763800000100")
    assert call.conversation.endswith(";messageid=1763800000100")


async def test_a_private_answer_to_a_question_in_a_group_goes_to_the_persons_own_conversation(bot: Bot) -> None:
    bot.listener.replies = (says("rien que pour vous", Place.PRIVATE),)

    await bot.hears("message_group")
    await bot.listener.idle()
    await bot.hears("message_group", id="1763800000003")
    await bot.listener.idle()

    assert [(call.operation, call.conversation) for call in bot.teams.calls] == [
        ("open", "a:29:1alice-YzA2ZTc4"),
        ("send", "a:29:1alice-YzA2ZTc4"),
        ("send", "a:29:1alice-YzA2ZTc4"),
    ]


async def test_a_private_answer_in_private_stays_there(bot: Bot) -> None:
    bot.listener.replies = (says("oui", Place.PRIVATE),)

    await bot.hears("message_personal")
    await bot.listener.idle()

    assert [call.operation for call in bot.teams.calls] == ["send"]


async def test_a_tap_is_answered_with_the_new_card_which_then_stays(bot: Bot) -> None:
    bot.listener.replies = (says("avant"),)
    await bot.hears("message_personal")
    await bot.listener.idle()
    (message_id,) = bot.teams.conversations[bot.teams.calls[0].conversation].messages
    bot.listener.replies = (says("choisi", Place.UPDATE),)

    status, response = await bot.hears("execute", replyToId=message_id)
    await bot.listener.idle()

    assert status == 200
    assert response is not None
    assert (response["statusCode"], response["type"], words(response["value"])) == (200, CARD, ["choisi"])
    update = bot.teams.calls[-1]
    assert (update.operation, update.activity, words(card_of(update.body))) == ("update", message_id, ["choisi"])


async def test_a_card_that_is_gone_is_followed_by_a_new_message(bot: Bot) -> None:
    bot.listener.replies = (says("choisi", Place.UPDATE),)

    await bot.hears("submit")
    await bot.listener.idle()

    assert [call.operation for call in bot.teams.calls] == ["send"]
    assert len(bot.listener.done) == 1


async def test_a_tap_that_leaves_its_card_alone_says_what_follows(bot: Bot) -> None:
    bot.listener.replies = (says("DSI\n\nNous servons tout le monde."),)

    status, response = await bot.hears("execute")
    await bot.listener.idle()

    assert (status, response) == (200, {"statusCode": 200, "type": ACTIVITY_MESSAGE, "value": "DSI"})
    assert words(card_of(bot.teams.sent("send")[0])) == ["DSI", "Nous servons tout le monde."]


async def test_a_plain_submission_is_answered_like_a_message(bot: Bot) -> None:
    status, response = await bot.hears("submit")
    await bot.listener.idle()

    assert (status, response) == (200, None)
    assert isinstance(bot.listener.heard[0], ActionTaken)
    assert len(bot.teams.sent("send")) == 1


async def test_a_form_opens_in_the_response(bot: Bot) -> None:
    bot.listener.replies = (FORM,)

    status, response = await bot.hears("task_fetch")
    await bot.listener.idle()

    assert status == 200
    assert response is not None
    task = response["task"]
    assert (task["type"], task["value"]["title"], task["value"]["card"]["contentType"]) == ("continue", "C'est faux", CARD)
    assert {"title", "height", "width", "card"} == set(task["value"])
    assert task["value"]["card"]["content"]["actions"][0]["data"]["pourqui.message"] == "1763800000050"
    assert bot.teams.calls == []
    event = bot.listener.heard[0]
    assert isinstance(event, FormAsked)
    assert bot.listener.done == [event.key]


async def test_a_form_that_is_not_right_yet_comes_back_with_what_was_typed(bot: Bot) -> None:
    bot.listener.replies = (FormErrors(form=FORM, errors=(FieldError(input="comment", text="Dites-en plus."),)),)

    _, response = await bot.hears("task_submit")

    assert response is not None
    body = response["task"]["value"]["card"]["content"]["body"]
    typed = next(index for index, element in enumerate(body) if element["type"] == "Input.Text")
    assert body[typed]["value"] == "dix jours"
    assert body[typed + 1]["inlines"][0]["text"] == "Dites-en plus."


async def test_a_filled_form_closes_and_is_answered_in_the_conversation(bot: Bot) -> None:
    status, response = await bot.hears("task_submit")
    await bot.listener.idle()

    assert (status, response) == (200, None)
    assert isinstance(bot.listener.heard[0], FormSubmitted)
    assert words(card_of(bot.teams.sent("send")[0])) == ["bonjour"]


async def test_a_dialog_that_has_no_form_to_show_says_why(bot: Bot) -> None:
    bot.listener.replies = (says("Cette fiche n'existe plus."),)

    _, response = await bot.hears("task_fetch")
    await bot.listener.idle()

    assert response == {"task": {"type": "message", "value": "Cette fiche n'existe plus."}}
    assert len(bot.teams.sent("send")) == 1


async def test_a_client_without_dialogs_gets_the_form_as_a_message(bot: Bot) -> None:
    bot.listener.replies = (FORM,)
    packed: Any = {"pourqui": '["wrong",{"id":"expense_claim","exchange":"x1"}]'}

    await bot.hears("submit", value=packed)
    await bot.listener.idle()

    assert isinstance(bot.listener.heard[0], FormAsked)
    assert card_of(bot.teams.sent("send")[0])["actions"][0]["title"] == "Envoyer"

    bot.listener.replies = (FormErrors(form=FORM, errors=(FieldError(input="comment", text="Dites-en plus."),)),)
    await bot.hears("submit", id="f:2", value={**packed, "pourqui.form": "1", "input.comment": "x"})
    await bot.listener.idle()

    assert isinstance(bot.listener.heard[1], FormSubmitted)
    assert "Dites-en plus." in words(card_of(bot.teams.sent("send")[1]))


async def test_a_form_as_a_message_is_for_one_person_alone(bot: Bot) -> None:
    bot.listener.replies = (FORM,)
    group = activity("message_group")["conversation"]

    await bot.hears("submit", conversation=group, value={"pourqui": '["wrong",{"id":"expense_claim","exchange":"x1"}]'})
    await bot.listener.idle()

    assert [(call.operation, call.conversation) for call in bot.teams.calls][-1] == ("send", "a:29:1alice-YzA2ZTc4")


async def test_a_button_too_old_to_be_read_leads_home(bot: Bot) -> None:
    status, response = await bot.hears("execute", value={"action": {"type": "Action.Execute", "data": {"pourqui": '["gone",{}]'}}})

    assert (status, response is not None) == (200, True)
    assert isinstance(bot.listener.heard[0], ActionTaken)
    assert bot.listener.heard[0].action == Home()


@pytest.mark.parametrize("name", ["reaction", "typing", "uninstalled", "members_added_other", "message_unmentioned_root"])
async def test_what_asks_for_nothing_is_acknowledged(bot: Bot, name: str) -> None:
    assert await bot.hears(name) == (200, None)
    assert bot.listener.heard == []


async def test_an_unknown_kind_of_activity_is_acknowledged(bot: Bot) -> None:
    assert await bot.hears("typing", type="somethingNew") == (200, None)
    assert bot.listener.heard == []


async def test_a_thumb_and_an_invoke_that_we_do_not_serve_are_acknowledged_and_logged(bot: Bot) -> None:
    with capture_logs() as told:
        assert await bot.hears("feedback") == (200, {})
        assert await bot.hears("search_extension") == (200, None)
    assert bot.listener.heard == []
    assert [line["name"] for line in told if line["event"] == "teams.activity.unheard"] == ["message/submitAction", "composeExtension/query"]


async def test_a_retry_hears_the_response_again_and_nothing_is_posted_twice(bot: Bot) -> None:
    bot.listener.replies = (FORM,)
    _, first = await bot.hears("task_fetch")
    bot.listener.first = False
    _, again = await bot.hears("task_fetch")
    bot.listener.replies = (says("bonjour"),)
    await bot.hears("message_personal")
    await bot.listener.idle()

    assert first == again
    assert bot.listener.heard[0].key == bot.listener.heard[1].key
    assert bot.teams.calls == []


async def test_somebody_new_is_asked_about_beside_the_answer(bot: Bot) -> None:
    bot.listener.acquainted = False
    alice = {"id": "29:1alice-YzA2ZTc4", "name": "Alice Martin", "email": "alice@solane.example", "tenantId": TENANT, "userRole": "user"}
    question = activity("message_personal", serviceUrl=bot.teams.service_url)

    await bot.teams.deliver(bot.endpoint, question | {"from": alice})
    await bot.listener.idle()

    (profile,) = bot.listener.profiles
    assert (profile.email, profile.name, profile.locale, profile.timezone, profile.guest) == (
        "alice@solane.example",
        "Alice Martin",
        "fr-FR",
        "Europe/Paris",
        False,
    )


async def test_a_roster_that_cannot_be_read_takes_nothing_from_the_answer(bot: Bot) -> None:
    bot.listener.acquainted = False
    bot.teams.fail(ERROR, on="member")

    await bot.hears("message_personal")
    await bot.listener.idle()

    assert bot.listener.profiles == []
    assert len(bot.listener.done) == 1


async def test_in_development_no_token_is_asked_for_and_none_is_sent(teams: FakeTeams) -> None:
    async with serving(teams, dev=True, app_id=None, tenant_id=None, tokens=None) as bot:
        teams.access_token = None
        here = await bot.hears("message_personal", forgery=Forgery.MISSING)
        elsewhere = await bot.hears("message_personal", forgery=Forgery.MISSING, serviceUrl="https://smba.trafficmanager.net/emea/")
        await bot.listener.idle()

    assert (here, elsewhere) == ((200, None), (403, None))
    assert len(bot.listener.heard) == 1
    assert len(teams.sent("send")) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"app_id": None},
        {"app_id": ""},
        {"dev": True},
        {"tenant_id": None},
        {"tokens": None},
    ],
    ids=["no app id", "empty app id", "development with an app id", "no tenant", "no password"],
)
async def test_settings_that_contradict_each_other_are_refused_at_once(teams: FakeTeams, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"app id|tenant|password"):
        async with serving(teams, **settings):
            pass


async def test_an_app_is_made_of_its_settings_alone_and_asks_nobody(teams: FakeTeams) -> None:
    async with serving(teams, tokens=None, password="a secret") as bot:
        assert bot.adapter.platform == "teams"

    assert (teams.key_requests, teams.calls) == (0, [])


async def test_a_multi_tenant_app_hears_every_tenant(teams: FakeTeams) -> None:
    async with serving(teams, app_type="MultiTenant", tenant_id=None) as bot:
        status, _ = await bot.hears("message_personal", conversation={"id": "a:7", "conversationType": "personal", "tenantId": "another"})
        await bot.listener.idle()

    assert status == 200
    assert len(teams.sent("send")) == 1
