"""Slack's Web API without the wire: a workspace's people, conversations, messages and views, and what each method answers or refuses."""

import json
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any

from tests.platforms import slack_rules as rules
from tests.platforms.slack_files import Files, is_place

JSON = dict[str, Any]

BOT_TOKEN, APP_TOKEN = "xoxb-1-solane", "xapp-1-A0POURQUI-solane"
TEAM, PARTNER = "T0SOLANE1", "T0PARTNER"
BOT, BOT_ID, APP = "U0POURQUI", "B0POURQUI", "A0POURQUI"
ALICE, BOB, CAROL, CHARLIE = "U0ALICE01", "U0BOB0001", "U0CAROL01", "U0CHARLIE"
GENERAL, SHARED, PRIVATE, ARCHIVED = "C0GENERAL", "C0SHARED1", "C0NOTHERE", "C0OLD0001"


class Refusal(Exception):  # noqa: N818 (what Slack says, not what went wrong here)
    """`ok: false`, with Slack's word for why."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.body: JSON = {"ok": False, "error": error, **more}


def person(user: str, name: str, *, team: str = TEAM, **more: object) -> JSON:
    """Return somebody as users.info tells: a full member with an e-mail, unless `more` says otherwise."""
    handle = name.lower().replace(" ", ".")
    return {
        "id": user,
        "team_id": team,
        "name": handle,
        "deleted": False,
        "real_name": name,
        "tz": "Europe/Paris",
        "locale": "fr-FR",
        "profile": {"real_name": name, "display_name": "", "email": f"{handle}@solane.example", "team": team},
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_stranger": False,
        "is_email_confirmed": True,
    } | more


class Workspace:
    """Alice, Bob and Carol's workspace; Charlie is another company's."""

    def __init__(self) -> None:
        self.people: dict[str, JSON] = {
            ALICE: person(ALICE, "Alice Martin"),
            BOB: person(BOB, "Bob Dupont", locale="en-GB"),
            CAROL: person(CAROL, "Carol Petit"),
            CHARLIE: person(CHARLIE, "Charlie Stranger", team=PARTNER, is_stranger=True),
            BOT: person(BOT, "pourqui", is_bot=True),
        }
        self.channels: dict[str, JSON] = {
            GENERAL: {"id": GENERAL, "is_member": True, "is_archived": False},
            SHARED: {"id": SHARED, "is_member": True, "is_archived": False},
            PRIVATE: {"id": PRIVATE, "is_member": False, "is_archived": False},
            ARCHIVED: {"id": ARCHIVED, "is_member": True, "is_archived": True},
        }
        for user in (ALICE, BOB, CAROL, CHARLIE):
            self.channels[dm(user)] = {"id": dm(user), "is_member": True, "is_archived": False, "user": user}
        self.messages: dict[str, list[JSON]] = defaultdict(list)
        self.homes: dict[str, JSON] = {}
        self.views: dict[str, JSON] = {}
        self.prompts: dict[tuple[str, str], list[JSON]] = {}
        self.triggers: dict[str, str] = {}
        self.socket_url = ""
        self.files = Files()
        self._numbers = count(1)

    def call(self, method: str, arguments: JSON, authorization: str) -> JSON:
        """Return what a method answers. Raises Refusal."""
        answers = _METHODS.get(method)
        if answers is None:
            raise Refusal("unknown_method")
        _authorized(authorization, APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN)
        return {"ok": True, **answers(self, arguments)}

    def said(self, text: str, *, user: str, channel: str, ts: str | None = None, thread: str | None = None) -> str:
        """Let somebody write a message, so that it's there to be read; return its timestamp."""
        message: JSON = {"type": "message", "user": user, "ts": ts or self.timestamp(), "text": text}
        self.messages[channel].append(message if thread is None else message | {"thread_ts": thread})
        return str(message["ts"])

    def message(self, channel: str, ts: str) -> JSON | None:
        """Return a message as it stands, None where there's none."""
        return next((message for message in self.messages[channel] if message["ts"] == ts), None)

    def edited(self, text: str, *, channel: str, ts: str) -> None:
        """Let somebody change what they wrote."""
        message = self._at(channel, ts)
        message |= {"text": text, "edited": {"user": message["user"], "ts": self.timestamp()}}

    def deleted(self, *, channel: str, ts: str) -> None:
        """Let a message go; one with replies stays as a tombstone."""
        message = self._at(channel, ts)
        if any(reply.get("thread_ts") == ts for reply in self.messages[channel] if reply is not message):
            message.clear()
            message |= {
                "type": "message",
                "subtype": "tombstone",
                "user": "USLACKBOT",
                "ts": ts,
                "thread_ts": ts,
                "text": "This message was deleted.",
            }
        else:
            self.messages[channel].remove(message)

    def trigger(self, state: str = "valid") -> str:
        """Issue a trigger id, as a gesture carries; it may be `expired` already."""
        id_ = f"{next(self._numbers)}.738474920.8088930838d88f008e0"
        self.triggers[id_] = state
        return id_

    def timestamp(self) -> str:
        """Return a new message's timestamp, the id of that message in its channel."""
        number = next(self._numbers)
        return f"{1767700000 + number}.{number:06d}"

    def _auth_test(self, _: JSON) -> JSON:
        return {"url": "https://solane.slack.com/", "team": "Solane", "user": "pourqui", "team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID}

    def _open_connection(self, _: JSON) -> JSON:
        return {"url": self.socket_url}

    def _post_message(self, arguments: JSON) -> JSON:
        channel = self._channel(arguments, by_person=True)  # the one method that takes a person's id for their own conversation
        _refuse_content(arguments)
        self._refuse_files(arguments)
        if "thread_ts" in arguments:
            _required(arguments, "thread_ts")
        kept: JSON = {key: arguments[key] for key in ("text", "blocks", "metadata", "thread_ts") if key in arguments}
        message: JSON = {"type": "message", "user": BOT, "bot_id": BOT_ID, "ts": self.timestamp(), **kept}
        self.messages[channel].append(message)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _post_ephemeral(self, arguments: JSON) -> JSON:
        self._channel(arguments)
        if arguments.get("user") not in self.people:
            raise Refusal("user_not_in_channel")
        _refuse_content(arguments)
        return {"message_ts": self.timestamp()}

    def _update(self, arguments: JSON) -> JSON:
        channel = self._channel(arguments)
        _refuse_content(arguments)
        self._refuse_files(arguments)
        message = self._own(channel, arguments, "cant_update_message")
        message |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        message["edited"] = {"user": BOT, "ts": self.timestamp()}
        return {"channel": channel, "ts": message["ts"], "text": message.get("text", "")}

    def _delete(self, arguments: JSON) -> JSON:
        channel = self._channel(arguments)
        message = self._own(channel, arguments, "cant_delete_message")
        self.deleted(channel=channel, ts=message["ts"])
        return {"channel": channel, "ts": arguments["ts"]}

    def _announce_file(self, arguments: JSON) -> JSON:
        length = arguments.get("length")
        if not _required(arguments, "filename") or not str(length).isdecimal() or int(str(length)) < 1:
            raise Refusal("invalid_arguments")
        return self.files.announce(arguments["filename"], int(str(length)))

    def _complete_files(self, arguments: JSON) -> JSON:
        told = json.loads(_required(arguments, "files"))
        if "channel_id" in arguments and not is_place(arguments["channel_id"]):
            raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$"]})
        channel = self._channel(arguments, "channel_id") if "channel_id" in arguments else None
        files: list[JSON] = []
        for one in told:
            kept = self.files.completed(one.get("id"))
            if kept is None:
                raise Refusal("file_not_found")
            kept.shared = channel
            files.append({"id": kept.id, "title": one.get("title"), "permalink": f"https://solane.slack.com/files/{BOT}/{kept.id}/{kept.name}"})
        if channel is not None:
            shared = {"type": "message", "subtype": "file_share", "user": BOT, "bot_id": BOT_ID, "ts": self.timestamp(), "text": "", "files": files}
            self.messages[channel].append(shared | ({"thread_ts": arguments["thread_ts"]} if "thread_ts" in arguments else {}))
        return {"files": files}

    def _refuse_files(self, arguments: JSON) -> None:
        """Refuse blocks that show a file which isn't there, isn't a picture, or wasn't looked at yet (slackapi/python-slack-sdk#1658)."""
        if not all(self.files.can_be_shown(id_) for id_ in rules.files_in(arguments.get("blocks"))):
            raise Refusal("invalid_blocks", errors=["invalid slack file [json-pointer:/blocks/0/slack_file]"])

    def _open_conversation(self, arguments: JSON) -> JSON:
        users = arguments.get("users") or ""
        if not users:
            raise Refusal("users_list_not_supplied")
        if users not in self.people:
            raise Refusal("user_not_found")
        if self.people[users]["is_bot"]:
            raise Refusal("cannot_dm_bot")
        return {"channel": {"id": dm(users)}}

    def _history(self, arguments: JSON) -> JSON:
        channel = self._channel(arguments)
        roots = [message for message in reversed(self.messages[channel]) if message.get("thread_ts") in (None, message["ts"])]
        return _page(roots, arguments)

    def _replies(self, arguments: JSON) -> JSON:
        channel, thread = self._channel(arguments), _required(arguments, "ts")
        found = [message for message in self.messages[channel] if thread in (message["ts"], message.get("thread_ts"))]
        if not found:
            raise Refusal("thread_not_found")
        return _page(found, arguments)

    def _user(self, arguments: JSON) -> JSON:
        if arguments.get("user") not in self.people:
            raise Refusal("user_not_found")
        told = self.people[arguments["user"]]
        return {"user": told if arguments.get("include_locale") in ("1", "true", True) else {key: told[key] for key in told if key != "locale"}}

    def _open_view(self, arguments: JSON) -> JSON:
        trigger = _required(arguments, "trigger_id")
        if (state := self.triggers.get(trigger, "invalid")) != "valid":
            raise Refusal(f"{state}_trigger_id")
        view = _view(arguments, "modal")
        self.triggers[trigger] = "exchanged"
        return self._keep(view, f"V{next(self._numbers)}")

    def _publish(self, arguments: JSON) -> JSON:
        user = _required(arguments, "user_id")
        if user not in self.people:
            raise Refusal("user_not_found")
        self.homes[user] = view = _view(arguments, "home")
        return self._keep(view, f"VHOME{user}")

    def _update_view(self, arguments: JSON) -> JSON:
        view_id = _required(arguments, "view_id")
        if view_id not in self.views:
            raise Refusal("not_found")
        if arguments.get("hash") not in (None, self.views[view_id]["hash"]):
            raise Refusal("hash_conflict")
        return self._keep(_view(arguments, "modal"), view_id)

    def _keep(self, view: JSON, id_: str) -> JSON:
        self.views[id_] = {**view, "id": id_, "hash": f"1767700000.{next(self._numbers)}"}
        return {"view": self.views[id_]}

    def _suggest(self, arguments: JSON) -> JSON:
        channel, thread = self._channel(arguments, "channel_id"), _required(arguments, "thread_ts")
        prompts = arguments.get("prompts")
        if not isinstance(prompts, list) or not 1 <= len(prompts) <= 4 or not all(told.get("title") and told.get("message") for told in prompts):
            raise Refusal("invalid_arguments")
        self.prompts[channel, thread] = prompts
        return {}

    def _set_status(self, arguments: JSON) -> JSON:
        self._channel(arguments, "channel_id")
        _required(arguments, "thread_ts")
        if "status" not in arguments:
            raise Refusal("invalid_arguments")
        return {}

    def channel_of(self, arguments: JSON, name: str = "channel") -> str | None:
        """Return the conversation that a call names, by its id or, for somebody's own, by the person's; None where it names none."""
        channel = arguments.get(name)
        if isinstance(channel, str) and channel in self.people and not self.people[channel]["is_bot"]:
            return dm(channel)
        return channel if isinstance(channel, str) else None

    def _channel(self, arguments: JSON, name: str = "channel", *, by_person: bool = False) -> str:
        channel = self.channel_of(arguments, name) if by_person else arguments.get(name)
        if not isinstance(channel, str) or channel not in self.channels:
            raise Refusal("channel_not_found")
        if not self.channels[channel]["is_member"]:
            raise Refusal("not_in_channel")
        if self.channels[channel]["is_archived"]:
            raise Refusal("is_archived")
        return channel

    def _own(self, channel: str, arguments: JSON, refusal: str) -> JSON:
        message = self.message(channel, arguments.get("ts", ""))
        if message is None:
            raise Refusal("message_not_found")
        if message["user"] != BOT:
            raise Refusal(refusal)
        return message

    def _at(self, channel: str, ts: str) -> JSON:
        message = self.message(channel, ts)
        assert message is not None, f"no message {ts} in {channel}"
        return message


def dm(user: str) -> str:
    """Return the id of somebody's conversation with the bot."""
    return f"D{user[1:]}"


def _authorized(authorization: str, token: str = BOT_TOKEN) -> None:
    if not authorization:
        raise Refusal("not_authed")
    if authorization.removeprefix("Bearer ") != token:
        raise Refusal("not_allowed_token_type" if authorization.endswith((BOT_TOKEN, APP_TOKEN)) else "invalid_auth")


def _required(arguments: JSON, name: str) -> str:
    value = arguments.get(name)
    if not isinstance(value, str) or not value:
        raise Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] missing required field: {name}"]})
    return value


def _refuse_content(arguments: JSON) -> None:
    """Refuse a message's text, blocks or metadata."""
    text, blocks, metadata = arguments.get("text") or "", arguments.get("blocks"), arguments.get("metadata")
    if not text and not blocks:
        raise Refusal("no_text")
    if len(text) > rules.MESSAGE_TEXT:
        raise Refusal("msg_too_long")
    if blocks is not None and (problems := rules.problems_of_blocks(blocks, limit=rules.MESSAGE_BLOCKS)):
        raise Refusal("invalid_blocks", response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})
    if rules.weight(blocks) > rules.MESSAGE_WEIGHT:
        raise Refusal("msg_blocks_too_long")
    if metadata is not None and not (isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)):
        raise Refusal("invalid_metadata_format")


def _view(arguments: JSON, kind: str) -> JSON:
    view = arguments.get("view")
    problems = rules.problems_of_view(view)
    if not isinstance(view, dict) or view.get("type") != kind:
        problems.append(f"not a {kind} view")
    if problems or not isinstance(view, dict):
        raise Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})
    return view


def _page(messages: list[JSON], arguments: JSON) -> JSON:
    start, limit = int(arguments.get("cursor") or 0), min(int(arguments.get("limit") or 100), 999)
    page, more = messages[start : start + limit], len(messages) > start + limit
    if arguments.get("include_all_metadata") not in ("1", "true", True):
        page = [{key: message[key] for key in message if key != "metadata"} for message in page]
    return {"messages": page, "has_more": more, "response_metadata": {"next_cursor": str(start + limit) if more else ""}}


_METHODS: dict[str, Callable[[Workspace, JSON], JSON]] = {
    "apps.connections.open": Workspace._open_connection,
    "assistant.threads.setStatus": Workspace._set_status,
    "assistant.threads.setSuggestedPrompts": Workspace._suggest,
    "auth.test": Workspace._auth_test,
    "chat.delete": Workspace._delete,
    "chat.postEphemeral": Workspace._post_ephemeral,
    "chat.postMessage": Workspace._post_message,
    "chat.update": Workspace._update,
    "files.completeUploadExternal": Workspace._complete_files,
    "files.getUploadURLExternal": Workspace._announce_file,
    "conversations.history": Workspace._history,
    "conversations.open": Workspace._open_conversation,
    "conversations.replies": Workspace._replies,
    "users.info": Workspace._user,
    "views.open": Workspace._open_view,
    "views.publish": Workspace._publish,
    "views.update": Workspace._update_view,
}
