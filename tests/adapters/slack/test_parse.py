"""Each gesture becomes one event, with an id that stays the same in Slack's retries."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.mrkdwn import escape, plain
from adapters.slack.origin import METADATA_LIMIT, Origin, seal, unseal
from adapters.slack.parse import parse
from adapters.slack.payload import MalformedPayloadError
from adapters.slack.places import told_conversation
from adapters.slack.sender import Installation
from dialogs.actions import Help, ReportWrong, Show, WriteQuestion
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageReceived, Reference, Scope
from dialogs.packing import pack, unpack
from dialogs.request_actions import MarkExchange
from tests.adapters.slack.conftest import NOW
from tests.platforms import slack_gestures as gestures
from tests.platforms.slack_workspace import ALICE, BOB, BOT, GENERAL, PARTNER, TEAM, dm

OURS = Installation(team=TEAM, enterprise=None, user=BOT)
GRID = Installation(team=TEAM, enterprise="E0SOLANE1", user=BOT)


def heard(payload: dict[str, Any], ours: Installation | None = None) -> Event:
    event = parse(payload, received=NOW, ours=ours)
    assert event is not None
    return event


@pytest.mark.parametrize(
    ("name", "id_", "scope", "conversation", "thread", "at"),
    [
        ("app_mention", "event:Ev0MENTION1", Scope.CHANNEL, GENERAL, "1767603600.000100", 1767603600.0001),
        ("app_mention_in_thread", "event:Ev0MENTION2", Scope.CHANNEL, GENERAL, "1767603600.000100", 1767603660.0002),
        ("message_im", "event:Ev0DIRECT01", Scope.PERSONAL, ALICE, None, 1767603800.0004),
        ("message_im_in_assistant_thread", "event:Ev0DIRECT02", Scope.PERSONAL, ALICE, "1767603850.000450", 1767603860.0005),
        ("app_home_opened", "event:Ev0HOME0001", Scope.PERSONAL, ALICE, None, 1767604000.0008),
        ("assistant_thread_started", "event:Ev0THREAD01", Scope.PERSONAL, ALICE, "1767603850.000450", 1767603850.00046),
        ("slash_command", "command:13345224609.738474920.8088930838d88f008e0", Scope.PERSONAL, ALICE, None, NOW.timestamp()),
        ("message_action", "shortcut:13345224610.738474920.1088930838d88f008e1", Scope.PERSONAL, ALICE, None, 1767604100.123456),
        ("message_action_support_exchange", "shortcut:13345224611.738474920.2088930838d88f008e2", Scope.PERSONAL, ALICE, None, 1767604150.223456),
        ("block_actions_in_channel", f"tap:{ALICE}:1767604200.654321", Scope.CHANNEL, GENERAL, "1767603600.000100", 1767604200.654321),
        ("block_actions_in_dm", f"tap:{ALICE}:1767604200.654321", Scope.PERSONAL, ALICE, None, 1767604200.654321),
        ("block_actions_in_home", f"tap:{ALICE}:1767604200.654321", Scope.PERSONAL, ALICE, None, 1767604200.654321),
    ],
)
def test_a_gesture_has_its_id_place_and_time(name: str, id_: str, scope: Scope, conversation: str, thread: str | None, at: float) -> None:
    event = heard(gestures.recorded(name))
    assert event.id == id_
    assert event.reference == Reference(platform="slack", tenant=TEAM, conversation=conversation, scope=scope, thread=thread)
    assert event.at == datetime.fromtimestamp(at, UTC)
    assert event.sender.user == ALICE


@pytest.mark.parametrize(
    ("name", "text", "private"),
    [
        ("app_mention", "à quoi sert la DAF & qui y travaille ?", False),
        ("app_mention_in_thread", "et pour un stagiaire, ?", False),
        ("message_im", "mon bulletin de paie :receipt: est ici, mais vide", False),
        ("slash_command", "comment poser un congé ?", True),
        ("message_action", "Qui peut valider une facture < 500 € ?", True),
    ],
)
def test_what_was_written_is_read_as_it_was_seen(name: str, text: str, private: bool) -> None:
    event = heard(gestures.recorded(name))
    assert isinstance(event, MessageReceived)
    assert (event.text, event.private) == (text, private)


@pytest.mark.parametrize(
    ("channel", "name", "scope"),
    [(GENERAL, "general", Scope.CHANNEL), ("C0PRIVATE", "privategroup", Scope.CHANNEL), ("G0MANY", "mpdm-alice.martin--bob.dupont-1", Scope.GROUP)],
)
def test_a_command_tells_in_which_channel_it_was_typed(channel: str, name: str, scope: Scope) -> None:
    event = heard(gestures.command("bind dsi", channel=channel) | {"channel_name": name})
    assert isinstance(event, MessageReceived)
    assert event.made_in == Reference(platform="slack", tenant=TEAM, conversation=channel, scope=scope)
    assert event.reference.conversation == ALICE


def test_a_command_typed_in_a_conversation_of_two_was_made_nowhere_else() -> None:
    untold = gestures.command("aide")
    del untold["channel_id"]
    for payload in (gestures.command("aide", channel=dm(ALICE)), untold):
        event = heard(payload)
        assert isinstance(event, MessageReceived)
        assert event.made_in is None


def test_somebodys_own_conversation_has_one_name_however_it_is_reached() -> None:
    gone = gestures.edit("deux", ts="1767605000.001000", before="un"), gestures.delete(ts="1767605000.001000")
    tapped, started = gestures.tap(Help(), trigger="1.2.3"), gestures.thread_started()
    del started["event"]["assistant_thread"]["thread_ts"]
    payloads = (gestures.direct("bonjour"), gestures.command("aide"), gestures.shortcut("aide"), gestures.home_opened(), tapped, started, *gone)
    assert {heard(payload).reference for payload in payloads} == {Reference(platform="slack", tenant=TEAM, conversation=ALICE, scope=Scope.PERSONAL)}


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (gestures.direct("bonjour"), dm(ALICE)),
        (gestures.home_opened(), dm(ALICE)),
        (gestures.thread_started(), dm(ALICE)),
        (gestures.tap(Help(), trigger="1.2.3"), dm(ALICE)),
        (gestures.tap(Help(), trigger="1.2.3", channel=GENERAL), None),
        (gestures.mention(f"<@{BOT}>"), None),
        (gestures.recorded("block_actions_in_home"), None),
        (gestures.command("aide", channel="D0OTHERS1"), None),
        (gestures.support_exchange(trigger="1.2.3", ts="1767604050.000900", author=BOB, channel="D0OTHERS1"), None),
    ],
)
def test_slacks_own_name_of_it_is_believed_where_it_can_be_no_other(payload: dict[str, Any], told: str | None) -> None:
    assert told_conversation(payload) == told


def test_a_message_marked_as_a_support_exchange_is_named_with_its_place_and_author() -> None:
    event = heard(gestures.recorded("message_action_support_exchange"))
    assert isinstance(event, FormAsked)
    place = Reference(platform="slack", tenant=TEAM, conversation=GENERAL, scope=Scope.CHANNEL)
    assert event.action == MarkExchange(place=place.key, message="1767604050.000900", user=BOB)


def test_a_message_that_a_bot_posted_is_marked_without_an_author() -> None:
    payload = gestures.recorded("message_action_support_exchange")
    del payload["message"]["user"], payload["message_ts"]
    event = heard(payload)
    assert isinstance(event, FormAsked)
    assert isinstance(event.action, MarkExchange)
    assert (event.action.message, event.action.user) == ("1767604050.000900", "")


def test_a_tap_names_the_message_that_can_be_updated() -> None:
    event = heard(gestures.recorded("block_actions_in_channel"))
    assert isinstance(event, ActionTaken)
    assert (event.action, event.message_id) == (Show(id="expense_claim"), "1767603601.000150")
    ephemeral = gestures.recorded("block_actions_in_channel")
    ephemeral["container"]["is_ephemeral"] = True
    for payload in (ephemeral, gestures.recorded("block_actions_in_home")):
        event = heard(payload)
        assert isinstance(event, ActionTaken)
        assert event.message_id is None


def test_a_tap_on_a_message_of_its_own_in_a_channel_is_answered_in_that_messages_thread() -> None:
    payload = gestures.recorded("block_actions_in_channel")
    del payload["container"]["thread_ts"], payload["message"]["thread_ts"]
    assert heard(payload).reference.thread == "1767603601.000150"


def test_a_group_conversation_is_a_group() -> None:
    payload = gestures.recorded("block_actions_in_channel")
    payload["channel"]["name"] = "mpdm-alice.martin--bob.dupont--pourqui-1"
    assert heard(payload).reference.scope is Scope.GROUP


def test_a_button_that_opens_a_form_asks_for_it() -> None:
    event = heard(gestures.recorded("block_actions_opening_form"))
    assert isinstance(event, FormAsked)
    assert event.action == WriteQuestion(slug="finance")


@pytest.mark.parametrize("value", ['["retired",{}]', "x", '["show",{"id":5}]'])
def test_a_button_or_a_form_of_another_version_asks_for_help(value: str) -> None:
    tapped, submitted = gestures.recorded("block_actions_in_dm"), gestures.recorded("view_submission")
    tapped["actions"][0]["value"] = value
    submitted["view"]["private_metadata"] = f"{GENERAL}\n\nchannel\n\n{value}"
    for payload in (tapped, submitted):
        event = heard(payload)
        assert isinstance(event, ActionTaken)
        assert event.action == Help()


def test_a_submission_brings_its_values_and_where_it_was_asked() -> None:
    event = heard(gestures.recorded("view_submission"))
    assert isinstance(event, FormSubmitted)
    assert event.values == {"question": "Quel est le délai de remboursement ?", "language": "fr"}
    assert event.action == WriteQuestion(slug="finance")
    assert event.reference == Reference(platform="slack", tenant=TEAM, conversation=GENERAL, scope=Scope.CHANNEL, thread="1767603600.000100")
    assert event.message_id == "1767603601.000150"


def test_a_mended_submission_is_another_gesture_and_the_same_one_is_not() -> None:
    mended = gestures.recorded("view_submission")
    mended["view"]["state"]["values"]["question"]["question"]["value"] = "Quel délai ?"
    again = gestures.recorded("view_submission") | {"trigger_id": "1.2.3"}
    first = heard(gestures.recorded("view_submission"))
    assert heard(again).key == first.key
    assert heard(mended).key != first.key


def test_an_input_left_empty_is_absent() -> None:
    payload = gestures.recorded("view_submission")
    payload["view"]["state"]["values"] = {
        "question": {"question": {"type": "plain_text_input", "value": None}},
        "language": {"language": {"type": "radio_buttons", "selected_option": None}},
    }
    event = heard(payload)
    assert isinstance(event, FormSubmitted)
    assert event.values == {}


@pytest.mark.parametrize("callback", ["view_submission", "message_action"])
def test_forms_and_shortcuts_of_others_are_not_ours(callback: str) -> None:
    payload = gestures.recorded(callback)
    payload.get("view", payload)["callback_id"] = "another"
    assert parse(payload, received=NOW) is None


def test_a_form_whose_origin_is_unreadable_is_malformed() -> None:
    payload = gestures.recorded("view_submission")
    payload["view"]["private_metadata"] = "{}"
    with pytest.raises(MalformedPayloadError, match="private_metadata"):
        parse(payload, received=NOW)


@pytest.mark.parametrize(
    ("change", "answered"),
    [
        ({}, True),
        ({"subtype": "file_share"}, True),
        ({"subtype": "thread_broadcast"}, True),
        ({"subtype": "message_changed"}, False),
        ({"subtype": "message_deleted"}, False),
        ({"subtype": "assistant_app_thread"}, False),
        ({"subtype": "bot_message", "bot_id": "B0OTHER"}, False),
        ({"edited": {"user": ALICE, "ts": "1767603900.000000"}}, False),
        ({"hidden": True}, False),
        ({"bot_id": "B0OTHER"}, False),
        ({"user": BOT}, False),
        ({"user": "USLACKBOT"}, False),
    ],
)
@pytest.mark.parametrize("name", ["app_mention", "message_im"])
def test_only_what_a_person_has_just_written_is_answered(name: str, change: dict[str, Any], answered: bool) -> None:
    payload = gestures.recorded(name)
    payload["event"] |= change
    assert (parse(payload, received=NOW) is not None) is answered


@pytest.mark.parametrize(
    ("team", "ours", "shared", "guest"),
    [
        (None, OURS, False, False),
        (TEAM, None, False, False),
        (TEAM, OURS, True, False),
        (PARTNER, None, True, True),
        (PARTNER, OURS, False, True),
        ("E0SOLANE1", GRID, True, False),
        ("E0PARTNER", GRID, False, True),
        ("T0SISTER1", GRID, False, False),
        ("T0SISTER1", GRID, True, True),
    ],
)
def test_who_belongs_to_another_company_is_a_guest(team: str | None, ours: Installation | None, shared: bool, guest: bool) -> None:
    payload = gestures.recorded("app_mention") | {"is_ext_shared_channel": shared}
    payload["event"] |= {"team": team, "user_team": team}
    assert heard(payload, ours).sender.guest is guest


@pytest.mark.parametrize(("team", "ours", "guest"), [(TEAM, OURS, False), (PARTNER, OURS, True), (PARTNER, None, True), ("T0SISTER1", GRID, False)])
def test_who_taps_from_another_company_is_a_guest(team: str, ours: Installation | None, guest: bool) -> None:
    payload = gestures.recorded("block_actions_in_channel")
    payload["user"]["team_id"] = team
    assert heard(payload, ours).sender.guest is guest


def test_an_organization_wide_app_finds_the_workspace_of_the_person() -> None:
    payload = gestures.recorded("block_actions_in_channel") | {"team": None, "enterprise": {"id": "E0SOLANE1", "name": "Solane"}}
    assert heard(payload).reference.tenant == TEAM


def test_an_event_without_its_own_time_has_the_deliverys() -> None:
    payload = gestures.recorded("message_im")
    del payload["event"]["event_ts"], payload["event"]["ts"]
    assert heard(payload).at == datetime.fromtimestamp(payload["event_time"], UTC)


def test_an_event_without_any_time_is_malformed() -> None:
    payload = gestures.recorded("message_im") | {"event_time": True}
    del payload["event"]["event_ts"], payload["event"]["ts"]
    with pytest.raises(MalformedPayloadError, match="without its time"):
        parse(payload, received=NOW)


@pytest.mark.parametrize("text", [5, ["bonjour"], {}])
def test_a_text_that_is_none_is_malformed(text: object) -> None:
    payload = gestures.recorded("message_im")
    payload["event"]["text"] = text
    with pytest.raises(MalformedPayloadError, match="text isn't a text"):
        parse(payload, received=NOW)


def test_what_no_database_takes_is_replaced() -> None:
    event = heard(gestures.direct("a\x00b\ud800c"))
    assert isinstance(event, MessageReceived)
    assert event.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


def test_the_state_of_an_input_has_a_form() -> None:
    payload = gestures.recorded("view_submission")
    payload["view"]["state"]["values"] = {"question": {"question": "Quel délai ?"}}
    with pytest.raises(MalformedPayloadError, match="state of an input"):
        parse(payload, received=NOW)


@pytest.mark.parametrize("timestamp", ["nan", "inf", "1e30", "-1.0", "99999999999", "1", "x"])
def test_a_time_that_is_none_is_malformed(timestamp: str) -> None:
    payload = gestures.recorded("message_im")
    payload["event"]["event_ts"] = timestamp
    with pytest.raises(MalformedPayloadError):
        parse(payload, received=NOW)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (f"<@{BOT}> bonjour", "bonjour"),
        (f"<@{BOT}|pourqui>, bonjour", "bonjour"),
        (f"bonjour <@{BOT}>", "bonjour"),
        (f"dis <@{BOT}> à quoi sers-tu ?", "dis à quoi sers-tu ?"),
        (f"<@{BOT}>", ""),
        (", bonjour", ", bonjour"),
        ("<@U0BOB0001|bob> l'a dit", "@bob l'a dit"),
        ("<@U0BOB0001> l'a dit", "l'a dit"),
        ("dans <#C0GENERAL|general>", "dans #general"),
        ("dans <#C0GENERAL>", "dans"),
        ("<!here> <!subteam^S1|@finance> <!date^1^{date}|lundi>", "@here @finance lundi"),
        ("<https://solane.example/a?b=1&amp;c=2|la page>", "la page"),
        ("<https://solane.example/a?b=1&amp;c=2>", "https://solane.example/a?b=1&c=2"),
        ("<mailto:rh@solane.example|rh@solane.example> <tel:+33240000000>", "rh@solane.example +33240000000"),
        ("a &lt;b&gt; &amp;lt; c", "a <b> &lt; c"),
        ("si a <b et c> d", "si a <b et c> d"),
        ("merci :wave::skin-tone-2:", "merci :wave::skin-tone-2:"),
        ("ligne 1\nligne 2", "ligne 1\nligne 2"),
    ],
)
def test_markup_is_read_as_words(written: str, seen: str) -> None:
    assert plain(written, BOT) == seen


@given(st.text(), st.integers(1, 40))
def test_escaped_words_fit_and_say_the_same(text: str, limit: int) -> None:
    escaped = escape(text, limit)
    assert len(escaped) <= limit
    assert not set("<>") & set(escaped)
    if not escaped.endswith("…"):
        assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_the_longest_origin_fits_a_view() -> None:
    place = Reference(platform="slack", tenant=TEAM, conversation="C" * 255, scope=Scope.CHANNEL, thread="1" * 255)
    action = ReportWrong(id='"' * 960, exchange="x")
    sealed = seal(Origin(reference=place, message_id="2" * 255), action)
    assert len(sealed) <= METADATA_LIMIT
    origin, packed = unseal(sealed, TEAM)
    assert (origin.reference, origin.message_id, unpack(packed), len(pack(action)) > 1900) == (place, "2" * 255, action, True)
