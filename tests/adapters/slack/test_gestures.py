"""What somebody in Slack sees when they write, tap, fill in a form or open the home tab."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack import app
from dialogs.actions import ForMe, ListFunctions, ReportWrong, WriteQuestion
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, HomeOpened, MessageReceived
from dialogs.messages import FieldError, Form, FormErrors, Input, Place, Reply
from tests.adapters.slack.conftest import Bot, serving
from tests.adapters.slack.listener import says
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack import FakeSlack, held, nonsense, rate_limited, refused, server_error
from tests.platforms.slack_workspace import ALICE, BOB, BOT, CHARLIE, GENERAL, PRIVATE, dm

FORM = Form(
    language="fr",
    title="Poser une question",
    blocks=(Input(id="question", label="Votre question", multiline=True, required=True),),
    action=WriteQuestion(slug="finance"),
    submit="Envoyer",
    cancel="Annuler",
)


def answering(*replies: Reply) -> Any:
    return lambda _: replies


def words(message: dict[str, Any]) -> str:
    text: str = message["text"]
    return text


async def test_a_mention_is_answered_in_its_thread(bot: Bot) -> None:
    payload = gestures.mention(f"<@{BOT}> à quoi sert la DAF ?")
    answer = await bot.told(payload)
    (event,) = bot.listener.heard
    assert isinstance(event, MessageReceived)
    assert (answer.status, answer.body, event.text) == (200, "", "à quoi sert la DAF ?")
    (posted,) = bot.slack.messages[GENERAL]
    assert (words(posted), posted["thread_ts"]) == ("Bonjour.", payload["event"]["ts"])
    assert bot.listener.done == [event.key]


async def test_a_direct_message_is_answered_beside_it(bot: Bot) -> None:
    await bot.told(gestures.direct("mon bulletin de paie"))
    (posted,) = bot.slack.messages[dm(ALICE)]
    assert words(posted) == "Bonjour."
    assert "thread_ts" not in posted


async def test_an_assistant_thread_suggests_questions_and_is_answered_there(slack: FakeSlack) -> None:
    async with serving(slack, prompts=lambda locale: [("À quoi sert la DAF ?", f"{locale}: à quoi sert la DAF ?")]) as bot:
        bot.listener.replies = answering()
        await bot.told(gestures.thread_started())
        assert isinstance(bot.listener.heard[0], ConversationStarted)
        ((place, prompts),) = slack.prompts.items()
        assert prompts == [{"title": "À quoi sert la DAF ?", "message": "fr-FR: à quoi sert la DAF ?"}]
        bot.listener.replies = answering(says("La DAF paie."))
        await bot.told(gestures.direct("à quoi sert la DAF ?", thread=place[1]))
        (posted,) = slack.messages[dm(ALICE)]
        assert (words(posted), posted["thread_ts"]) == ("La DAF paie.", place[1])


async def test_the_home_tab_is_published_when_opened(bot: Bot) -> None:
    bot.listener.replies = answering(says("Bonjour Alice.", Place.HOME))
    await bot.told(gestures.home_opened())
    assert isinstance(bot.listener.heard[0], HomeOpened)
    assert bot.slack.homes[ALICE]["blocks"][0]["elements"][0]["elements"][0]["text"] == "Bonjour Alice."


@pytest.mark.parametrize("gesture", [gestures.command, gestures.shortcut])
async def test_a_command_and_a_shortcut_are_answered_in_private_wherever_they_were_used(bot: Bot, gesture: Any) -> None:
    answer = await bot.told(gesture("comment poser un congé ?"))
    assert (answer.status, answer.body) == (200, "")
    (event,) = bot.listener.heard
    assert isinstance(event, MessageReceived)
    assert event.private
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Bonjour."]
    assert not bot.slack.messages[GENERAL]


async def test_a_tap_updates_the_tapped_message(bot: Bot) -> None:
    await bot.told(gestures.direct("bonjour"))
    (posted,) = bot.slack.messages[dm(ALICE)]
    bot.listener.replies = answering(says("Toutes les fonctions.", Place.UPDATE))
    await bot.told(gestures.tap(ListFunctions(), trigger=bot.slack.trigger(), message=posted["ts"]))
    assert isinstance(bot.listener.heard[-1], ActionTaken)
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Toutes les fonctions."]


async def test_a_message_that_cannot_be_updated_any_more_is_posted_instead(bot: Bot) -> None:
    bot.listener.replies = answering(says("Toutes les fonctions.", Place.UPDATE))
    await bot.told(gestures.tap(ListFunctions(), trigger=bot.slack.trigger(), message="1700000000.000001"))
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Toutes les fonctions."]


async def test_for_me_continues_in_private_and_the_channel_sees_nothing_of_it(bot: Bot) -> None:
    bot.listener.replies = answering(says("Pour vous, Alice.", Place.PRIVATE))
    await bot.told(gestures.tap(ForMe(question="congés"), trigger=bot.slack.trigger(), channel=GENERAL))
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Pour vous, Alice."]
    assert not bot.slack.messages[GENERAL]


async def test_a_tap_in_the_home_tab_is_answered_in_the_persons_own_conversation(bot: Bot) -> None:
    await bot.told(gestures.recorded("block_actions_in_home"))
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Bonjour."]


async def test_a_form_opens_and_its_errors_stay_beside_their_inputs_until_it_is_right(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    answer = await bot.told(gestures.tap(FORM.action, trigger=bot.slack.trigger()))
    assert answer.status == 200
    (asked,) = bot.listener.heard
    assert isinstance(asked, FormAsked)
    ((_, view),) = bot.slack.views.items()

    def checks(event: Event) -> tuple[Reply, ...]:
        assert isinstance(event, FormSubmitted)
        if event.values.get("question"):
            return (says("Merci."),)
        return (FormErrors(form=FORM, errors=(FieldError(input="question", text="Écrivez votre question."),)),)

    bot.listener.replies = checks
    answer = await bot.told(gestures.submission(view, {}))
    assert answer.json == {"response_action": "errors", "errors": {"question": "Écrivez votre question."}}
    assert not bot.slack.messages[dm(ALICE)]
    answer = await bot.told(gestures.submission(view, {"question": "Quel délai ?"}))
    assert (answer.status, answer.body) == (200, "")
    submitted = bot.listener.heard[-1]
    assert isinstance(submitted, FormSubmitted)
    assert (submitted.action, submitted.values) == (FORM.action, {"question": "Quel délai ?"})
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Merci."]


async def test_a_submission_may_be_answered_by_another_form(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    await bot.told(gestures.tap(FORM.action, trigger=bot.slack.trigger()))
    ((_, view),) = bot.slack.views.items()
    answer = await bot.told(gestures.submission(view, {"question": "?"}))
    assert (answer.json["response_action"], answer.json["view"]["title"]["text"]) == ("update", "Poser une question")


async def test_a_form_asked_in_a_channel_is_submitted_from_there(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    tapped = gestures.tap(ReportWrong(id="expense_claim", exchange="x1"), trigger=bot.slack.trigger(), channel=GENERAL)
    await bot.told(tapped)
    ((_, view),) = bot.slack.views.items()
    bot.listener.replies = answering(says("Merci."))
    await bot.told(gestures.submission(view, {"question": "?"}))
    asked, submitted = bot.listener.heard
    assert isinstance(submitted, FormSubmitted)
    assert (submitted.reference, submitted.message_id) == (asked.reference, tapped["container"]["message_ts"])
    assert bot.slack.messages[GENERAL][0]["thread_ts"] == asked.reference.thread


async def test_noting_a_support_exchange_opens_a_form_and_thanks_in_private(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    payload = gestures.support_exchange(trigger=bot.slack.trigger(), ts="1767604050.000900", author=BOB)
    assert (await bot.told(payload)).status == 200
    ((_, view),) = bot.slack.views.items()
    bot.listener.replies = answering(says("Merci."))
    await bot.told(gestures.submission(view, {"question": "DSI"}))
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Merci."]
    assert not bot.slack.messages[GENERAL]


@pytest.mark.parametrize("fault", [refused("expired_trigger_id"), server_error(), rate_limited(), nonsense()])
async def test_a_form_that_cannot_be_opened_shows_slacks_own_warning(bot: Bot, fault: Any) -> None:
    bot.listener.replies = answering(FORM)
    bot.slack.fail("views.open", fault)
    answer = await bot.told(gestures.tap(FORM.action, trigger=bot.slack.trigger()))
    assert answer.status == 502
    assert bot.listener.done == [bot.listener.heard[0].key]


async def test_a_slack_too_slow_to_open_a_form_is_given_up_within_the_three_seconds(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    bot.slack.fail("views.open", held())
    async with asyncio.timeout(3):
        answer = await bot.hears(gestures.tap(FORM.action, trigger=bot.slack.trigger()))
    assert answer.status == 502


async def test_a_form_asked_twice_by_a_retry_opens_once(bot: Bot) -> None:
    bot.listener.replies = answering(FORM)
    payload = gestures.tap(FORM.action, trigger=bot.slack.trigger())
    assert [(await bot.told(payload)).status for _ in range(2)] == [200, 200]
    assert len(bot.slack.views) == 1


async def test_a_button_of_another_version_still_gets_an_answer(bot: Bot) -> None:
    await bot.told(gestures.recorded("block_actions_of_another_version"))
    assert [words(message) for message in bot.slack.messages[dm(ALICE)]] == ["Bonjour."]


@pytest.mark.parametrize(
    "name",
    [
        "app_home_opened_on_messages",
        "assistant_thread_context_changed",
        "block_actions_link",
        "member_joined_channel",
        "message_changed_by_unfurl",
        "message_changed_by_us",
        "message_deleted_untold",
        "message_im_from_bot",
        "message_in_channel",
        "message_in_thread_mentioning",
        "view_closed",
    ],
)
async def test_what_calls_for_no_answer_is_acknowledged_and_leaves_no_trace(bot: Bot, name: str) -> None:
    answer = await bot.told(gestures.recorded(name))
    assert (answer.status, answer.body) == (200, "")
    assert bot.listener.heard == []
    assert {call.method for call in bot.slack.calls} <= {"auth.test"}


async def test_slack_verifies_the_address_and_asks_for_options(bot: Bot) -> None:
    challenge = gestures.recorded("url_verification")
    assert (await bot.hears(challenge)).json == {"challenge": challenge["challenge"]}
    assert (await bot.hears(gestures.recorded("block_suggestion"))).json == {"options": []}
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | gestures.signed("ssl_check=1&token=t")
    assert (await bot.gets("ssl_check=1&token=t", headers)).status == 200


async def test_four_copies_at_once_and_in_turn_give_one_answer(bot: Bot) -> None:
    payload = gestures.mention(f"<@{BOT}> bonjour")
    answers = await asyncio.gather(*(bot.hears(payload) for _ in range(4)))
    answers += [await bot.told(payload)]
    assert [answer.status for answer in answers] == [200] * 5
    assert len(bot.listener.heard) == len(bot.slack.messages[GENERAL]) == 1


async def test_two_people_in_one_channel_are_two_conversations(bot: Bot) -> None:
    for user in (ALICE, BOB):
        await bot.told(gestures.mention(f"<@{BOT}> bonjour", user=user, thread="1767603600.000100"))
    alice, bob = bot.listener.heard
    assert alice.reference == bob.reference
    assert alice.state_key != bob.state_key


async def test_a_newcomer_is_introduced_off_the_reply_path(bot: Bot) -> None:
    bot.listener.acquainted = False
    bot.slack.fail("users.info", held())
    await bot.hears(gestures.direct("bonjour"))
    await bot.hears(gestures.direct("bonjour encore"))
    await bot.slack.until(lambda slack: len(slack.messages[dm(ALICE)]) == 2)
    assert bot.listener.profiles == []
    bot.slack.release()
    await bot.listener.settled()
    (profile,) = bot.listener.profiles
    assert (profile.user, profile.name, profile.email, profile.guest) == (ALICE, "Alice Martin", "alice.martin@solane.example", False)


async def test_a_stranger_of_a_shared_channel_is_a_guest(bot: Bot) -> None:
    bot.listener.acquainted = False
    await bot.told(gestures.recorded("app_mention_shared_channel"))
    assert bot.listener.heard[0].sender.guest
    (profile,) = bot.listener.profiles
    assert (profile.user, profile.tenant, profile.email, profile.guest) == (CHARLIE, "T0SOLANE1", None, True)


async def test_a_profile_that_cannot_be_had_changes_nothing_of_the_answer(bot: Bot) -> None:
    bot.listener.acquainted = False
    bot.slack.fail("users.info", refused("user_not_found"))
    await bot.told(gestures.direct("bonjour"))
    assert bot.listener.profiles == []
    assert len(bot.slack.messages[dm(ALICE)]) == 1


async def test_without_prompts_nothing_is_suggested(slack: FakeSlack) -> None:
    async with serving(slack, prompts=lambda _: []) as bot:
        await bot.told(gestures.thread_started())
        assert (slack.prompts, len(slack.messages[dm(ALICE)])) == ({}, 1)


async def test_prompts_that_cannot_be_set_change_nothing(slack: FakeSlack) -> None:
    async with serving(slack, prompts=lambda _: [("titre", "message")]) as bot:
        slack.fail("assistant.threads.setSuggestedPrompts", server_error())
        await bot.told(gestures.thread_started())
        assert [words(message) for message in slack.messages[dm(ALICE)]] == ["Bonjour."]


async def test_a_slow_slack_never_holds_up_an_acknowledgement(bot: Bot) -> None:
    for method in ("auth.test", "chat.postMessage", "users.info", "conversations.open", "views.publish"):
        bot.slack.fail(method, held(), times=20)
    bot.listener.acquainted = False
    payloads = [gestures.mention(f"<@{BOT}> bonjour"), gestures.command("aide"), gestures.home_opened(), gestures.recorded("block_actions_in_dm")]
    async with asyncio.timeout(2):
        answers = await asyncio.gather(*(bot.hears(payload) for payload in payloads))
    assert [answer.status for answer in answers] == [200] * len(payloads)
    assert bot.listener.done == []


async def test_a_refusal_for_good_is_not_tried_again(bot: Bot) -> None:
    await bot.told(gestures.mention(f"<@{BOT}> bonjour", channel=PRIVATE))
    assert bot.listener.done == [bot.listener.heard[0].key]


async def test_what_fails_for_a_while_is_left_to_the_sweep(bot: Bot) -> None:
    bot.slack.fail("chat.postMessage", server_error())
    await bot.told(gestures.direct("bonjour"))
    assert bot.listener.done == []


async def test_an_apology_that_cannot_be_posted_has_slack_deliver_again_what_nobody_has_kept(bot: Bot) -> None:
    bot.listener.kept = False
    bot.slack.fail("chat.postMessage", server_error())
    assert (await bot.told(gestures.direct("bonjour"))).status == 503
    assert (await bot.told(gestures.direct("bonjour"))).status == 200
    assert len(bot.slack.messages[dm(ALICE)]) == 1
    assert bot.listener.done == []  # there's nothing of which to note that it's answered


async def test_an_apology_that_can_never_be_posted_is_not_asked_for_again(bot: Bot) -> None:
    bot.listener.kept = False
    assert (await bot.told(gestures.mention(f"<@{BOT}> bonjour", channel=PRIVATE))).status == 200


async def test_a_turn_that_was_not_taken_is_not_acknowledged(bot: Bot) -> None:
    bot.listener.failing = True
    payload = gestures.direct("bonjour")
    assert (await bot.hears(payload)).status == 500
    bot.listener.failing = False
    assert (await bot.told(payload)).status == 200
    assert len(bot.slack.messages[dm(ALICE)]) == 1


@pytest.mark.parametrize("traced", [True, False])
async def test_what_a_process_that_was_held_up_would_post_late_is_left_to_the_sweep(bot: Bot, monkeypatch: pytest.MonkeyPatch, traced: bool) -> None:
    monkeypatch.setattr(app, "ANSWER_SECONDS", -1.0)
    bot.listener.traced = traced
    with capture_logs() as logs:
        await bot.told(gestures.direct("mon bulletin de paie"))
    assert len(bot.slack.messages[dm(ALICE)]) == (0 if traced else 1)  # nobody else has what leaves no trace
    assert ["held up" in line["reason"] for line in logs if line["event"] == "slack.not_posted"] == ([True] if traced else [])
    assert bot.listener.done == []
