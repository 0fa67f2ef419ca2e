"""Slack's Web API as the bot calls it: answers under `/playground/slack/api/`, with Slack's own error names."""

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from adapters.playground import slack_payloads as payloads
from adapters.playground.accounts import Account, Kind
from adapters.playground.conversations import Conversation, Json, Post
from adapters.playground.files import FILE_LIMIT, FILES_PATH, STORE_PATH, Files
from adapters.playground.slack import Slack, View

BLOCKS = 50  # a message; docs.slack.dev/reference/block-kit/blocks
VIEW_BLOCKS = 100  # a modal or a home tab
TEXT = 40_000  # characters; docs.slack.dev/changelog/2018-truncating-really-long-messages

_JSON_ARGUMENTS = ("blocks", "files", "view", "metadata", "prompts")


class SlackError(Exception):
    """A call that Slack would refuse; the message is Slack's name of the reason."""


class SlackApi:
    """The methods, each a function from arguments to what stands beside `ok`."""

    def __init__(self, slack: Slack, files: Files, accounts: tuple[Account, ...]) -> None:
        self._slack, self._files = slack, files
        self._by_user = {account.slack_user: account for account in accounts}
        self._methods: Mapping[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.open": self._open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "files.completeUploadExternal": self._complete_files,
            "files.getUploadURLExternal": self._announce_file,
            "users.info": self._user,
            "views.open": self._view_open,
            "views.push": self._view_open,
            "views.update": self._view_update,
            "views.publish": self._view_publish,
            "assistant.threads.setStatus": self._status,
            "assistant.threads.setSuggestedPrompts": self._prompts,
            "assistant.threads.setTitle": lambda _: {},
        }

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call, always with status 200: Slack says in the body what went wrong."""
        try:
            method = self._method(request.match_info["method"], request.headers.get("Authorization", "").removeprefix("Bearer "))
            answer = {"ok": True, **method(await _arguments(request))}
        except SlackError as error:
            answer = {"ok": False, "error": str(error)}
        return web.json_response(answer)

    async def respond(self, request: web.Request) -> web.Response:
        """Take an answer to a response URL: a new message, or a change of the one that was tapped."""
        target = self._slack.response_urls.get(request.match_info["secret"])
        if target is None:
            return web.Response(status=404, text="used_url")
        try:
            said = await _arguments(request)
        except SlackError as error:
            return web.Response(status=400, text=str(error))
        post = target.conversation.get(target.message) if target.message else None
        if post is not None and said.get("delete_original"):
            self._slack.conversations.remove(target.conversation, post)
        elif post is not None and said.get("replace_original"):
            self._slack.edit(target.conversation, post, said)
        else:
            public = said.get("response_type") == "in_channel"
            self._slack.say(target.conversation, said, only_for=None if public else target.account)
        return web.Response(text="ok")

    def _method(self, name: str, token: str) -> Callable[[Json], Json]:
        if not token:
            raise SlackError("not_authed")
        if not hmac.compare_digest(token.encode(), self._slack.bot_token.encode()):
            raise SlackError("invalid_auth")
        if name not in self._methods:
            raise SlackError("unknown_method")
        return self._methods[name]

    def _auth_test(self, _: Json) -> Json:
        return {
            "url": f"https://{payloads.DOMAIN}.example/",
            "team": "Playground",
            "user": "pourqui",
            "team_id": self._slack.team,
            "user_id": payloads.BOT_USER,
            "bot_id": payloads.BOT,
            "is_enterprise_install": False,
        }

    def _post_message(self, arguments: Json) -> Json:
        conversation = self._conversation(arguments)
        _check_message(arguments)
        self._check_pictures(arguments)
        thread = arguments.get("thread_ts")
        if thread and conversation.get(thread) is None:
            raise SlackError("thread_not_found")
        body = self._slack.say(conversation, arguments)
        return {"channel": conversation.id, "ts": body["ts"], "message": body}

    def _post_ephemeral(self, arguments: Json) -> Json:
        conversation = self._conversation(arguments)
        _check_message(arguments)
        body = self._slack.say(conversation, arguments, only_for=self._account(arguments.get("user"), "user_not_in_channel"))
        return {"message_ts": body["ts"]}

    def _update(self, arguments: Json) -> Json:
        conversation, post = self._own_post(arguments)
        _check_message(arguments)
        self._check_pictures(arguments)
        body = self._slack.edit(conversation, post, arguments)
        return {"channel": conversation.id, "ts": post.id, "text": body["text"], "message": body}

    def _delete(self, arguments: Json) -> Json:
        conversation, post = self._own_post(arguments)
        self._slack.conversations.remove(conversation, post)
        return {"channel": conversation.id, "ts": post.id}

    def _announce_file(self, arguments: Json) -> Json:
        name, length = arguments.get("filename"), str(arguments.get("length"))
        if not isinstance(name, str) or not name or not length.isdecimal() or not 0 < int(length) <= FILE_LIMIT:
            raise SlackError("invalid_arguments")
        made = self._files.announce(name, int(length))
        return {"upload_url": f"{self._slack.base_url}{STORE_PATH}{made.id}", "file_id": made.id}

    def _complete_files(self, arguments: Json) -> Json:
        """Complete uploads; with a channel, they're shared there as a message of the bot's."""
        asked, channel = arguments.get("files"), arguments.get("channel_id")
        if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked) or str(channel or "C").startswith("U"):
            raise SlackError("invalid_arguments")
        conversation = self._conversation({"channel": channel}) if channel else None
        found = [
            kept for one in asked if (kept := self._files.get(str(one.get("id")))) is not None and kept.content is not None and not kept.complete
        ]
        if len(found) != len(asked):
            raise SlackError("file_not_found")
        files: list[Json] = []
        for kept in found:
            kept.complete = True
            url = f"{self._slack.base_url}{FILES_PATH}{kept.id}"
            files.append({"id": kept.id, "name": kept.name, "title": kept.name, "size": kept.size, "permalink": url})
        if conversation is not None:
            self._slack.say(conversation, {"files": files, "thread_ts": arguments.get("thread_ts")})
        return {"files": files}

    def _check_pictures(self, arguments: Json) -> None:
        """Refuse blocks that show a file which isn't there, or is no picture."""
        for block in arguments.get("blocks") or []:
            if block["type"] == "image" and "slack_file" in block:
                file = block["slack_file"]
                kept = self._files.get(str(file.get("id"))) if isinstance(file, dict) else None
                if kept is None or not kept.complete or kept.picture_type is None or not block.get("alt_text"):
                    raise SlackError("invalid_blocks")

    def _open(self, arguments: Json) -> Json:
        account = self._account(arguments.get("users"), "user_not_found")
        channel: Json = {"id": account.slack_dm}
        if arguments.get("return_im") in (True, "true", "1", 1):
            channel |= {"created": 1, "is_im": True, "is_open": True, "user": account.slack_user}
        return {"channel": channel, "no_op": True, "already_open": True}

    def _history(self, arguments: Json) -> Json:
        conversation = self._conversation(arguments)
        found = [post for post in conversation if post.thread is None and post.only_for is None and _between(post, arguments)]
        return {"messages": _listed(reversed(found), arguments), "has_more": False, "pin_count": 0}

    def _replies(self, arguments: Json) -> Json:
        conversation, thread = self._conversation(arguments), arguments.get("ts")
        found = [post for post in conversation if thread in (post.id, post.thread) and post.only_for is None]
        if not found:
            raise SlackError("thread_not_found")
        return {"messages": _listed((post for post in found if post.id == thread or _between(post, arguments)), arguments), "has_more": False}

    def _user(self, arguments: Json) -> Json:
        account = self._account(arguments.get("user"), "user_not_found")
        at = self._slack.stamp()[1]
        return {"user": user_object(account, self._slack.team, at=at, with_locale=arguments.get("include_locale") in (True, "true", "1", 1))}

    def _view_open(self, arguments: Json) -> Json:
        trigger = self._slack.triggers.pop(str(arguments.get("trigger_id")), None)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.until < asyncio.get_running_loop().time():
            raise SlackError("expired_trigger_id")
        body = self._slack.make_view(_view(arguments, "modal"))
        self._slack.show(View(account=trigger.account, window=trigger.window, body=body))
        return {"view": body}

    def _view_update(self, arguments: Json) -> Json:
        wanted, external = arguments.get("view_id"), arguments.get("external_id")
        shown = (*self._slack.views.values(), *self._slack.homes.values())
        former = next((view for view in shown if view.body["id"] == wanted or (external and view.body["external_id"] == external)), None)
        if former is None:
            raise SlackError("not_found")
        if arguments.get("hash") not in (None, former.body["hash"]):
            raise SlackError("hash_conflict")
        body = self._slack.make_view(_view(arguments, former.body["type"]), of=former)
        self._slack.show(View(account=former.account, window=former.window, body=body))
        return {"view": body}

    def _view_publish(self, arguments: Json) -> Json:
        account = self._account(arguments.get("user_id"), "user_not_found")
        former = self._slack.homes.get(account.id)
        body = self._slack.make_view(_view(arguments, "home"), of=former)
        self._slack.show(View(account=account, window=None, body=body))
        return {"view": body}

    def _status(self, arguments: Json) -> Json:
        conversation = self._conversation({"channel": arguments.get("channel_id")})
        self._slack.conversations.working(conversation, str(arguments.get("status") or ""))
        return {}

    def _prompts(self, arguments: Json) -> Json:
        conversation = self._conversation({"channel": arguments.get("channel_id")})
        if conversation.owner is None:
            raise SlackError("channel_type_not_supported")
        self._slack.conversations.tell(
            conversation.owner, {"type": "prompts", "place": conversation.place, "prompts": arguments.get("prompts") or []}
        )
        return {}

    def _conversation(self, arguments: Json) -> Conversation:
        """Find a conversation by its id, or a person's own by the person's."""
        wanted = str(arguments.get("channel"))
        account = self._by_user.get(wanted)
        conversation = self._slack.conversations.get(account.slack_dm if account else wanted)
        if conversation is None or not conversation.place.startswith("slack/"):
            raise SlackError("channel_not_found")
        return conversation

    def _account(self, user: object, missing: str) -> Account:
        account = self._by_user.get(str(user))
        if account is None:
            raise SlackError(missing)
        return account

    def _own_post(self, arguments: Json) -> tuple[Conversation, Post]:
        conversation = self._conversation(arguments)
        post = conversation.get(str(arguments.get("ts")))
        if post is None or post.only_for is not None:
            raise SlackError("message_not_found")
        if post.author is not None:
            raise SlackError("cant_update_message")
        return conversation, post


def user_object(account: Account, team: str, *, at: datetime, with_locale: bool) -> Json:
    """Return a person as `users.info` tells of them (docs.slack.dev/reference/objects/user-object); a guest's e-mail isn't told."""
    guest = account.kind is Kind.GUEST
    offset = at.astimezone(ZoneInfo(account.timezone)).utcoffset()
    profile: Json = {"real_name": account.name, "display_name": account.name, "team": payloads.team_of(account, team)}
    if not guest:
        profile |= {"email": account.email, "title": account.department or ""}
    return {
        "id": account.slack_user,
        "team_id": payloads.team_of(account, team),
        "name": account.handle,
        "real_name": account.name,
        "deleted": False,
        "tz": account.timezone,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": False,
        "is_app_user": False,
        "profile": profile,
        **({"is_stranger": True} if guest else {"is_email_confirmed": True}),
        **({"locale": account.locale} if with_locale else {}),
    }


async def _arguments(request: web.Request) -> Json:
    """Read a call's arguments: JSON, or a form whose structured values are JSON texts."""
    try:
        if request.content_type == "application/json":
            given = await request.json()
        else:
            form = {**request.query, **await request.post()}
            given = {name: json.loads(value) if name in _JSON_ARGUMENTS and isinstance(value, str) else value for name, value in form.items()}
    except ValueError as error:
        raise SlackError("invalid_json") from error
    if not isinstance(given, dict):
        raise SlackError("invalid_json")
    return {name: value for name, value in given.items() if value is not None}


def _check_message(arguments: Json) -> None:
    blocks, text = arguments.get("blocks") or [], str(arguments.get("text") or "")
    if not blocks and not text:
        raise SlackError("no_text")
    if len(text) > TEXT:
        raise SlackError("msg_too_long")
    if not isinstance(blocks, list) or len(blocks) > BLOCKS or not all(isinstance(block, dict) and "type" in block for block in blocks):
        raise SlackError("invalid_blocks")


def _view(arguments: Json, kind: str) -> Mapping[str, Any]:
    view = arguments.get("view")
    if not isinstance(view, dict) or view.get("type") != kind or not isinstance(view.get("blocks"), list) or len(view["blocks"]) > VIEW_BLOCKS:
        raise SlackError("invalid_arguments")
    return view


def _between(post: Post, arguments: Json) -> bool:
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "9" * 10)
    inclusive = arguments.get("inclusive") in (True, "true", "1", 1)
    if inclusive and post.id in (oldest, latest):
        return True
    return float(oldest) < float(post.id) < float(latest)


def _listed(posts: Any, arguments: Json) -> list[Json]:
    with_metadata = arguments.get("include_all_metadata") in (True, "true", "1", 1)
    messages = [{key: value for key, value in post.body.items() if with_metadata or key != "metadata"} for post in posts]
    return messages[: int(arguments.get("limit") or 100)]
