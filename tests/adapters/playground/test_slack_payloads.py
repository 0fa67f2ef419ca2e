"""The forms of Slack's requests that our own cards don't need today, and any card may tomorrow."""

import pytest

from adapters.playground.slack_payloads import action_of, find_element, identified, signature
from tests.adapters.playground.conftest import Json

OPTION: Json = {"text": {"type": "plain_text", "text": "Oui"}, "value": "yes"}
THUMBS: Json = {
    "type": "feedback_buttons",
    "action_id": "thumbs",
    "positive_button": {"text": {"type": "plain_text", "text": "Utile"}, "value": "up"},
    "negative_button": {"text": {"type": "plain_text", "text": "Inutile"}, "value": "down"},
}


def test_a_signature_is_that_of_slacks_own_example() -> None:
    # docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA"
        b"&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert signature("8f742231b10e8888abcd99yyyzzz85a5", 1531420618, body) == expected


@pytest.mark.parametrize(
    ("element", "option", "told"),
    [
        ({"type": "static_select", "action_id": "a", "options": [OPTION]}, "yes", {"selected_option": OPTION}),
        ({"type": "overflow", "action_id": "a", "options": [OPTION]}, "no", {"selected_option": None}),
        (THUMBS, "down", {"text": {"type": "plain_text", "text": "Inutile"}, "value": "down"}),
        (THUMBS, "sideways", {}),
        ({"type": "datepicker", "action_id": "a"}, "2026-11-02", {"value": "2026-11-02"}),
    ],
)
def test_each_kind_of_element_tells_its_choice_in_its_own_way(element: Json, option: str, told: Json) -> None:
    fixed = {"type": element["type"], "action_id": element["action_id"], "block_id": "b", "action_ts": "1.1"}
    assert action_of(element, "b", option=option, ts="1.1") == fixed | told


def test_blocks_and_elements_get_ids_where_the_app_named_none() -> None:
    button: Json = {"type": "button", "text": {"type": "plain_text", "text": "Ouvrir"}}
    note: Json = {"type": "context", "elements": [{"type": "plain_text", "text": "petit"}]}
    first, second, third = identified(
        [{"type": "section", "accessory": button}, {"type": "actions", "block_id": "mine", "elements": [button]}, note], "1.1"
    )
    assert first["block_id"]
    assert first["accessory"]["action_id"]
    assert second["block_id"] == "mine"
    assert third["elements"] == note["elements"]
    assert find_element([first], first["block_id"], first["accessory"]["action_id"]) == first["accessory"]
    assert find_element([first], "elsewhere", "a") is None
