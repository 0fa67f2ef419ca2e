"""What each gesture in Teams becomes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.teams.activity import DEPTH_LIMIT, ID_LIMIT, MalformedActivityError, read_activity
from adapters.teams.parse import parse
from dialogs.actions import Home, ReportWrong, ShowFunction
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, MessageReceived, Reference, Scope, Sender
from dialogs.packing import pack
from tests.adapters.teams.activities import activity

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
SENT = datetime(2025, 11, 22, 8, 26, 40, 123000, tzinfo=UTC)
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
PERSONAL = Reference(
    platform="teams",
    tenant=TENANT,
    conversation="a:1Alice0pourqui_Q7izKR0WSfOpzbfcAg2IaydGElSo10tVr4C7Fc6",
    scope=Scope.PERSONAL,
    service_url="https://smba.trafficmanager.net/emea/",
)
ALICE = Sender(user="29:1alice-YzA2ZTc4", name="Alice Martin", locale="fr-FR", timezone="Europe/Paris")
WRONG = ReportWrong(id="expense_claim", exchange="x1")


def heard(name: str, /, **changes: Any) -> Event | None:
    return parse(activity(name, **changes), received=NOW)


def test_a_private_question_is_heard_with_its_place_sender_and_time() -> None:
    assert heard("message_personal") == MessageReceived(
        id="message:1763800000001", at=SENT, sender=ALICE, reference=PERSONAL, text="À quoi sert la DSI ?", message_id="1763800000001"
    )


def test_in_a_channel_the_mention_is_taken_out_and_the_thread_is_told_apart() -> None:
    event = heard("message_channel")

    assert isinstance(event, MessageReceived)
    assert event.text == "notes de frais & avances"
    assert event.reference.scope is Scope.CHANNEL
    assert event.reference.conversation == "19:3629591d4b774aa08cb0887902eee7c1@thread.tacv2;messageid=1763800000100"
    assert event.reference.thread == "1763800000100"


def test_in_a_group_another_persons_name_stays_in_the_question() -> None:
    event = heard("message_group")

    assert isinstance(event, MessageReceived)
    assert (event.text, event.reference.scope, event.reference.thread) == ("what does Finance do for Bob Durand?", Scope.GROUP, None)


@pytest.mark.parametrize("name", ["message_unmentioned", "message_unmentioned_root"])
def test_what_people_say_to_each_other_in_a_group_is_not_heard(name: str) -> None:
    assert heard(name, conversation=activity("message_group")["conversation"]) is None


def test_a_message_with_no_words_is_still_a_message() -> None:
    event = heard("message_personal", text=...)

    assert isinstance(event, MessageReceived)
    assert event.text == ""


def test_the_bots_own_words_are_not_heard() -> None:
    assert heard("message_personal", **{"from": {"id": "28:another-bot"}}) is None
    assert heard("message_personal", **{"from": {"id": "someone", "role": "bot"}}) is None


@pytest.mark.parametrize("name", ["submit", "execute"])
def test_a_tapped_button_brings_its_action_and_the_message_that_holds_it(name: str) -> None:
    event = heard(name)

    assert isinstance(event, ActionTaken)
    assert (event.action, event.message_id) == (ShowFunction(slug="it"), "1763800000050")


def test_a_button_that_opens_a_form_asks_for_it() -> None:
    event = heard("task_fetch")

    assert isinstance(event, FormAsked)
    assert (event.action, event.message_id) == (WRONG, "1763800000050")


def test_a_filled_form_brings_its_words_and_the_message_that_opened_it() -> None:
    event = heard("task_submit")

    assert isinstance(event, FormSubmitted)
    assert (event.action, event.values, event.message_id) == (WRONG, {"comment": "Le délai est de dix jours."}, "1763800000050")


def test_a_form_shown_as_a_message_is_submitted_from_it() -> None:
    filled = {"pourqui": pack(WRONG), "pourqui.form": "1", "input.comment": "trop long"}

    event = heard("submit", value=filled)

    assert isinstance(event, FormSubmitted)
    assert (event.values, event.message_id) == ({"comment": "trop long"}, "1763800000050")


@pytest.mark.parametrize("data", [{}, {"pourqui": '["gone",{}]'}, {"pourqui": "not JSON"}, {"someone": "else's"}])
def test_a_button_too_old_to_be_read_leads_home(data: dict[str, str]) -> None:
    event = heard("execute", value={"action": {"type": "Action.Execute", "data": data}})

    assert isinstance(event, ActionTaken)
    assert event.action == Home()


@pytest.mark.parametrize("name", ["members_added_personal", "members_added_team", "installed"])
def test_the_bot_becomes_reachable_when_it_is_added(name: str) -> None:
    event = heard(name)

    assert isinstance(event, ConversationStarted)
    assert event.sender.user == ALICE.user


def test_a_person_who_joins_the_private_chat_is_its_sender_even_when_the_bot_reports_it() -> None:
    event = heard("members_added_personal", **{"from": activity("members_added_personal")["recipient"]})

    assert isinstance(event, ConversationStarted)
    assert event.sender.user == ALICE.user


@pytest.mark.parametrize(
    "name", ["members_added_other", "uninstalled", "reaction", "message_unmentioned_root", "typing", "feedback", "search_extension"]
)
def test_what_asks_for_no_turn_is_let_by(name: str) -> None:
    assert heard(name) is None


@pytest.mark.parametrize("kind", ["event", "endOfConversation", "trace", "handoff", "somethingNew"])
def test_unknown_kinds_are_let_by(kind: str) -> None:
    assert heard("typing", type=kind) is None


def test_the_same_gesture_has_the_same_key_and_another_conversation_another() -> None:
    first, again = heard("message_personal"), heard("message_personal", timestamp="2025-11-22T08:27:00Z")
    elsewhere = heard("message_personal", conversation={"id": "a:2", "conversationType": "personal", "tenantId": TENANT})

    assert first is not None
    assert again is not None
    assert elsewhere is not None
    assert first.key == again.key != elsewhere.key


def test_a_tap_on_one_message_is_not_a_tap_on_another() -> None:
    first, second = heard("submit"), heard("submit", replyToId="1763800000051")

    assert first is not None
    assert second is not None
    assert first.key != second.key


def test_a_gesture_without_an_id_gets_one_that_a_retry_repeats() -> None:
    first, again = heard("execute", id=...), heard("execute", id=...)
    later = heard("execute", id=..., timestamp="2025-11-22T08:27:00Z")

    assert first is not None
    assert again is not None
    assert later is not None
    assert first.key == again.key != later.key


def test_a_missing_date_is_that_of_its_arrival() -> None:
    event = heard("message_personal", timestamp=...)

    assert event is not None
    assert event.at == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"from": {"id": "29:guest", "userRole": "guest"}},
        {"from": {"id": "29:guest", "userRole": "anonymous"}},
        {"from": {"id": "29:guest", "tenantId": "another"}},
        {"channelData": {"tenant": {"id": "another"}}},
    ],
    ids=["role", "anonymous", "tenant", "channel data"],
)
def test_somebody_of_another_company_is_a_guest(changes: dict[str, Any]) -> None:
    event = heard("message_personal", **changes)

    assert event is not None
    assert event.sender.guest


def test_a_conversation_of_no_stated_kind_is_not_taken_for_private() -> None:
    update = activity("members_added_team", conversation={"id": "19:team@thread.tacv2", "tenantId": TENANT})

    event = parse(update, received=NOW)

    assert event is not None
    assert event.reference.scope is Scope.GROUP


@pytest.mark.parametrize(
    "changes",
    [
        {"type": ...},
        {"type": 5},
        {"conversation": ...},
        {"conversation": {}},
        {"conversation": "a:1"},
        {"conversation": {"id": 7}},
        {"conversation": {"id": "a" * (ID_LIMIT + 1)}},
        {"conversation": {"id": "a:1"}, "channelData": ...},
        {"from": ...},
        {"from": {"name": "nobody"}},
        {"from": []},
        {"id": 5},
        {"id": "1" * (ID_LIMIT + 1)},
        {"text": {"not": "words"}},
        {"timestamp": "yesterday"},
        {"timestamp": "0001-01-01T00:00:00+23:59"},
        {"timestamp": 5},
        {"serviceUrl": ...},
        {"entities": "clientInfo"},
        {"entities": [5]},
        {"locale": []},
        {"channelData": 5},
        {"text": ..., "value": 5},
        {"text": ..., "value": {"pourqui": 5}},
    ],
    ids=str,
)
def test_what_is_no_activity_is_refused_with_a_reason(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedActivityError):
        heard("message_personal", **changes)


@pytest.mark.parametrize("value", [5, {"action": "tap"}, {"action": {"data": []}}, {"action": {"data": {"pourqui": {}}}}], ids=str)
def test_an_invoke_of_the_wrong_shape_is_refused(value: object) -> None:
    with pytest.raises(MalformedActivityError):
        heard("execute", value=value)


def test_a_form_takes_texts_only() -> None:
    with pytest.raises(MalformedActivityError):
        heard("task_submit", value={"data": {"pourqui": pack(WRONG), "input.comment": ["a", "list"]}})


@pytest.mark.parametrize(
    "body",
    [b"", b"hello", b"[]", b'"text"', b"\xff\xfe", b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": "\\u0000"}', b'{"\\ud800": 1}', b'{"a":' * 100_000],
    ids=["empty", "words", "list", "text", "not UTF-8", "NaN", "lone surrogate", "NUL", "surrogate key", "bottomless"],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedActivityError):
        read_activity(body)


def test_nesting_is_read_down_to_the_limit_and_no_deeper() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a":' * (levels - 1) + b'{"a":1}' + b"}" * (levels - 1)

    assert read_activity(nested(DEPTH_LIMIT)) == json.loads(nested(DEPTH_LIMIT))
    with pytest.raises(MalformedActivityError):
        read_activity(nested(DEPTH_LIMIT + 1))
