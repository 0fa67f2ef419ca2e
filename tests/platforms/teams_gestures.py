"""What people do in Teams, as the activities that Teams sends: the fixtures' forms, with other people, places and words in them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.adapters.teams.activities import activity

JSON = dict[str, Any]

ALICE = "29:1alice-YzA2ZTc4"
BOB = "29:1bob"
CHANNEL = "19:3629591d4b774aa08cb0887902eee7c1@thread.tacv2"
FILE = "application/vnd.microsoft.teams.file.download.info"

_EPOCH = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
_numbers = count(1)


def direct(text: str, *, user: str = ALICE, files: int = 0) -> JSON:
    """Somebody writes to the bot, and attaches files."""
    attached = [{"contentType": FILE, "name": f"{number}.pdf", "content": {"fileType": "pdf"}} for number in range(files)]
    return _message("message_personal", text, user, conversation=chat(user), attachments=attached)


def mention(text: str, *, user: str = ALICE, channel: str = CHANNEL, thread: str | None = None) -> JSON:
    """Somebody mentions the bot in a channel: in a new thread, or in one that is there already."""
    return _message("message_channel", f"<at>pourqui</at> {text}", user, channel=channel, thread=thread)


def reply(text: str, *, thread: str, user: str = ALICE, channel: str = CHANNEL, files: int = 0) -> JSON:
    """Somebody writes in a thread without mentioning the bot, and attaches files; it's told by the team's consent."""
    marks = "".join(f'<attachment id="0b2c54f8-6f3e-4a4e-9d0a-{number:012x}"></attachment>' for number in range(files))
    html = [{"contentType": "text/html", "content": f"<p>{text}</p>{marks}"}]
    return _message("message_unmentioned", text, user, channel=channel, thread=thread, attachments=html)


def post(text: str, *, user: str = ALICE, channel: str = CHANNEL) -> JSON:
    """Somebody opens a thread of a channel without mentioning the bot."""
    return _message("message_unmentioned_root", text, user, channel=channel)


def edited(message: JSON, text: str) -> JSON:
    """Somebody changes a message of theirs; `message` is one of the above. A mention that was there stays."""
    tag = "<at>pourqui</at> " if message["text"].startswith("<at>") else ""
    return _changed("edited", message, text=f"{tag}{text}")


def deleted(message: JSON) -> JSON:
    """Somebody deletes a message of theirs."""
    return _changed("deleted", message, text=..., textFormat=..., attachments=...)


def undeleted(message: JSON) -> JSON:
    """Somebody brings a message of theirs back."""
    return _changed("undeleted", message)


def message_action(message: JSON, *, user: str = ALICE) -> JSON:
    """Somebody says of a message that it was a support exchange; the response is the form."""
    return _on(message, user, "action_fetch")


def action_submitted(message: JSON, form: JSON, values: Mapping[str, str], *, user: str = ALICE) -> JSON:
    """Somebody submits the form of `message_action`: its card, with values by input."""
    return _on(message, user, "action_submit", data={**form["actions"][0]["data"], **{f"input.{name}": value for name, value in values.items()}})


def chat(user: str) -> JSON:
    """Return somebody's own conversation with the bot, as activities name it and `FakeTeams` opens it."""
    place: JSON = activity("message_personal")["conversation"]
    return place | {"id": f"a:{user}"}


def sender(user: str) -> JSON:
    """Return somebody as an activity's `from`."""
    return {"id": user, "name": user.removeprefix("29:"), "aadObjectId": f"entra-{user}"}


def _message(name: str, text: str, user: str, *, channel: str | None = None, thread: str | None = None, **changes: Any) -> JSON:
    number = next(_numbers)
    id_ = str(1763801000000 + number)
    if channel is not None:
        changes["conversation"] = activity(name)["conversation"] | {"id": f"{channel};messageid={thread or id_}"}
    return activity(name, **{"id": id_, "text": text, "from": sender(user)}, **_at(number), **changes)


def _changed(name: str, message: JSON, **changes: Any) -> JSON:
    recorded = activity(name)
    what = {"type": recorded["type"], "channelData": message["channelData"] | {"eventType": recorded["channelData"]["eventType"]}}
    return {key: value for key, value in (message | what | _at(next(_numbers)) | changes).items() if value is not ...}


def _on(message: JSON, user: str, name: str, **value: Any) -> JSON:
    recorded, number = activity(name), next(_numbers)
    author = {"user": {"userIdentityType": "aadUser", "id": message["from"]["aadObjectId"], "displayName": message["from"]["name"]}}
    body = {"contentType": "html", "content": f"<div>{message['text']}</div>"}
    told = recorded["value"]["messagePayload"] | {"id": message["id"], "from": author, "body": body}
    asked = recorded["value"] | {"messagePayload": told} | value
    return recorded | {"id": f"f:{number}", "from": sender(user), "conversation": message["conversation"], "value": asked} | _at(number)


def _at(number: int) -> JSON:
    at = _EPOCH + timedelta(seconds=number)
    return {"timestamp": at.isoformat().replace("+00:00", "Z"), "localTimestamp": at.isoformat()}
