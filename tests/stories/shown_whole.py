"""What Slack and Teams would refuse of a reply, or show only in part: the platforms' own rules decide, as their documentation tells them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.slack import render as slack
from adapters.slack import views
from adapters.slack.limits import FALLBACK
from adapters.slack.origin import Origin
from adapters.teams import render as teams
from dialogs.events import Event
from dialogs.messages import Form, FormErrors, Message, Place, Reply
from tests.platforms import slack_rules as rules
from tests.platforms.adaptive_cards import card_error

TEAMS_BYTES = 28 * 1024


def problems(replies: Iterable[tuple[Event, Reply]]) -> list[str]:
    """Return what Slack and Teams would refuse, or what was cut to fit, with the first words of its reply; and see that there's a reply at all."""
    told = list(replies)
    assert told
    return [f"{problem} in {str(reply)[:120]}" for event, reply in told for problem in (*_slack(event, reply), *_teams(reply))]


def _slack(event: Event, reply: Reply) -> Iterator[str]:
    origin = Origin(reference=event.reference, message_id="1767800000.000001")
    match reply:
        case Message(place=Place.HOME):
            yield from _slack_view(slack.home(reply))
        case Message():
            shown = slack.message(reply)
            yield from rules.problems_of_blocks(shown["blocks"], limit=rules.MESSAGE_BLOCKS)
            if rules.weight(shown["blocks"]) > rules.MESSAGE_WEIGHT:
                yield "too many characters for a message of Slack's"
            if not 0 < len(shown["text"]) <= FALLBACK:
                yield f"a fallback of {len(shown['text'])} characters"
            yield from _slack_cut(shown["blocks"])
        case Form():
            yield from _slack_view(views.modal(reply, origin))
        case FormErrors(form=form):
            answer = views.errors(reply, origin)
            view = views.modal(form, origin)
            yield from _slack_view(view)
            inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            if answer["response_action"] != "errors" or not answer["errors"] or not answer["errors"].keys() <= inputs:
                yield "errors that name no input of the form"


def _slack_view(view: dict[str, Any]) -> Iterator[str]:
    yield from rules.problems_of_view(view)
    yield from _slack_cut(view["blocks"])


def _slack_cut(blocks: Sequence[dict[str, Any]]) -> Iterator[str]:
    if "… (+" in json.dumps(blocks, ensure_ascii=False):
        yield "Slack shows only a part"


def _teams(reply: Reply) -> Iterator[str]:
    match reply:
        case Message():
            sent = teams.activity(reply)
            yield from _teams_size(sent)
            card = sent["attachments"][0]["content"]
            yield from _teams_card(card)
            if card["body"] != [element for block in reply.blocks for element in teams._block(block, None)]:
                yield "Teams shows only a part"
            if reply.place is Place.UPDATE and teams.replacement(reply)["value"] != card:
                yield "another card in the response than in the conversation"
        case Form():
            yield from _teams_form(teams.task(reply, message_id="1767800000001"), teams.form_activity(reply))
        case FormErrors(form=form, errors=errors):
            yield from _teams_form(teams.task(form, errors, message_id="1767800000001"), teams.form_activity(form, errors))
            if not all(error.text in json.dumps(teams.task(form, errors), ensure_ascii=False) for error in errors):
                yield "an error that isn't shown"


def _teams_form(task: dict[str, Any], sent: dict[str, Any]) -> Iterator[str]:
    yield from _teams_card(task["task"]["value"]["card"]["content"])
    yield from _teams_size(sent)


def _teams_card(card: dict[str, Any]) -> Iterator[str]:
    if (error := card_error(card)) is not None:
        yield error


def _teams_size(sent: dict[str, Any]) -> Iterator[str]:
    if (size := len(teams.encode(sent))) > TEAMS_BYTES:
        yield f"{size} bytes"
