"""Slack's part of the playground: each gesture becomes the signed request that Slack would send."""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from adapters.playground import slack_payloads as payloads
from adapters.playground.accounts import Account
from adapters.playground.conversations import Conversation, Conversations, Json, Post, UnknownTargetError
from adapters.playground.wire import Answer, Wire

EVENTS_PATH = "/slack/events"
RESPOND_PATH = "/playground/slack/respond/"
TRIGGER_LIFE = 3.0  # seconds; docs.slack.dev/interactivity/handling-user-interaction
KEPT = 500  # triggers, response URLs and views

_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Who may see the modal that a gesture opens, and until when (on the event loop's clock)."""

    account: Account
    window: str
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseUrl:
    """Where a response URL answers to: a conversation, one person in it, the message that was tapped if any."""

    account: Account
    conversation: Conversation
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal on somebody's screen, or (window None) their home tab."""

    account: Account
    window: str | None
    body: Json


class Slack:
    """Slack's memory (views, triggers, response URLs) and what its client sends."""

    def __init__(
        self, conversations: Conversations, wire: Wire, *, team: str, bot_token: str, signing_secret: str, now: Callable[[], datetime]
    ) -> None:
        self.conversations = conversations
        self.team = team
        self.bot_token = bot_token
        self.homes: dict[str, View] = {}
        self.views: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._wire = wire
        self._signing_secret = signing_secret
        self._now = now
        self._last_ts = 0

    @property
    def base_url(self) -> str:
        """The program's own address, where Slack's files are too."""
        return self._wire.base_url

    async def write(self, account: Account, conversation: Conversation, text: str, thread: str | None) -> Answer | None:
        """Post a message; the bot gets it as such, and in a channel as a mention besides, where it's one."""
        ts, at = self.stamp()
        message = payloads.written(account, self.team, text=text, ts=ts, thread=thread)
        self.conversations.post(conversation, Post(id=ts, author=account, at=at, body=message, thread=thread))
        heard = await self._send_event(payloads.message_event(account, self.team, conversation, message))
        if conversation.owner is None and payloads.BOT_USER in message["text"]:
            return await self._send_event(payloads.mention_event(account, self.team, conversation, message))
        return heard

    async def rewrite(self, account: Account, conversation: Conversation, message: str, text: str) -> Answer:
        """Edit a message of one's own. Raises UnknownTargetError."""
        post = _own(conversation, message, account)
        written = payloads.written(account, self.team, text=text, ts=post.id, thread=post.thread)
        self.conversations.change(conversation, post, written)
        return await self._send_event(payloads.changed_event(account, self.team, conversation, post.body, written, self.stamp()[0]))

    async def delete(self, account: Account, conversation: Conversation, message: str) -> Answer:
        """Delete a message of one's own. Raises UnknownTargetError."""
        post = _own(conversation, message, account)
        self.conversations.remove(conversation, post)
        return await self._send_event(payloads.deleted_event(account, self.team, conversation, post.body, self.stamp()[0]))

    async def open(self, account: Account, tab: str) -> Answer:
        """Open the bot's home or messages tab."""
        home = self.homes.get(account.id)
        event = payloads.home_event(account, tab=tab, ts=self.stamp()[0], view=home.body if home else None, team=self.team)
        return await self._send_event(event)

    async def tap(
        self, account: Account, window: str, conversation: Conversation | None, message: str | None, block: str, action: str, option: str | None
    ) -> Answer:
        """Tap an element of a message, or (conversation None) of the home tab. Raises UnknownTargetError."""
        trigger = self._trigger(account, window)
        if conversation is None or message is None:
            home = self.homes.get(account.id)
            held = self._element(home.body["blocks"] if home else [], block, action, option)
            container: Json = {"type": "view", "view_id": home.body["id"] if home else ""}
            tapped: Json = {"view": home.body if home else {}}
        else:
            post = conversation.get(message)
            if post is None:
                raise UnknownTargetError(f"no message {message}")
            held = self._element(post.body.get("blocks", []), block, action, option)
            container = {
                "type": "message",
                "message_ts": message,
                "channel_id": conversation.id,
                "is_ephemeral": post.only_for is not None,
                **({"thread_ts": post.thread} if post.thread else {}),
            }
            tapped = {
                "channel": payloads.channel_object(conversation),
                "message": post.body,
                "response_url": self.response_url(account, conversation, message),
            }
        payload = payloads.interaction(
            "block_actions", account, self.team, container=container, trigger_id=trigger, state={"values": {}}, actions=[held], **tapped
        )
        return await self._send_interaction(payload)

    async def submit(self, account: Account, window: str, view_id: str, values: Mapping[str, Any]) -> Answer:
        """Submit a modal; a contented answer closes, updates or pushes a view as Slack would. Raises UnknownTargetError."""
        view = self._view(account, view_id)
        body = {**view.body, "state": {"values": dict(values)}}
        payload = payloads.interaction("view_submission", account, self.team, trigger_id=self._trigger(account, window), view=body, response_urls=[])
        answer = await self._send_interaction(payload)
        if answer.ok:
            self._follow(view, answer.body if isinstance(answer.body, dict) else {})
        return answer

    async def close(self, account: Account, view_id: str) -> Answer | None:
        """Close a modal without submitting it; the bot hears it only if the view asked for that."""
        view = self._view(account, view_id)
        del self.views[view_id]
        if not view.body.get("notify_on_close"):
            return None
        return await self._send_interaction(payloads.interaction("view_closed", account, self.team, view=view.body, is_cleared=False))

    async def command(self, account: Account, window: str, conversation: Conversation, text: str) -> Answer:
        """Run the slash command; what its acknowledgement says is shown to the sender only."""
        form = payloads.command_form(
            account,
            self.team,
            conversation,
            text=text,
            trigger=self._trigger(account, window),
            response_url=self.response_url(account, conversation, None),
        )
        answer = await self._send(urlencode(form).encode(), "application/x-www-form-urlencoded", kind=payloads.COMMAND)
        if answer.ok and answer.body:
            said = answer.body if isinstance(answer.body, dict) else {"text": str(answer.body)}
            self.say(conversation, said, only_for=None if said.get("response_type") == "in_channel" else account)
        return answer

    async def shortcut(self, account: Account, window: str, conversation: Conversation, message: str, name: str) -> Answer:
        """Use a message shortcut on a message. Raises UnknownTargetError."""
        post = conversation.get(message)
        if post is None or name not in payloads.SHORTCUTS:
            raise UnknownTargetError(f"no message {message}, or no shortcut {name}")
        payload = payloads.interaction(
            "message_action",
            account,
            self.team,
            callback_id=name,
            trigger_id=self._trigger(account, window),
            action_ts=self.stamp()[0],
            message_ts=message,
            message=post.body,
            channel=payloads.channel_object(conversation),
            response_url=self.response_url(account, conversation, message),
        )
        return await self._send_interaction(payload)

    def say(self, conversation: Conversation, message: Mapping[str, Any], *, only_for: Account | None = None) -> Json:
        """Post a message of the bot's, in a thread where it names one; return it as Slack keeps it."""
        ts, at = self.stamp()
        thread = message.get("thread_ts")
        body: Json = {
            "type": "message",
            "user": payloads.BOT_USER,
            "bot_id": payloads.BOT,
            "app_id": payloads.APP,
            "team": self.team,
            "ts": ts,
            "text": str(message.get("text") or ""),
            "blocks": payloads.identified(message.get("blocks") or [], ts),
            **{key: message[key] for key in ("thread_ts", "metadata", "files") if message.get(key)},
        }
        self.conversations.working(conversation, "")
        self.conversations.post(conversation, Post(id=ts, author=None, at=at, body=body, thread=thread, only_for=only_for))
        return body

    def edit(self, conversation: Conversation, post: Post, message: Mapping[str, Any]) -> Json:
        """Put another text and other blocks in a message's place."""
        body = {
            **post.body,
            "text": str(message.get("text") or ""),
            "blocks": payloads.identified(message.get("blocks") or [], post.id),
            **({"metadata": message["metadata"]} if message.get("metadata") else {}),
        }
        self.conversations.change(conversation, post, body)
        return body

    def show(self, view: View) -> None:
        """Put a view on its owner's screen."""
        if view.window is None:
            self.homes[view.account.id] = view
            self.conversations.tell(view.account, {"type": "home", "view": view.body})
            return
        _keep(self.views, view.body["id"], view)
        self.conversations.tell(view.account, {"type": "view", "view": view.body}, window=view.window)

    def make_view(self, view: Mapping[str, Any], *, of: View | None = None) -> Json:
        """Return a view as Slack keeps it: a new one, or another body for one that's open."""
        view_id = of.body["id"] if of else f"V{secrets.token_hex(5).upper()}"
        return {
            "private_metadata": "",
            "callback_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            "external_id": "",
            **view,
            "id": view_id,
            "team_id": self.team,
            "app_id": payloads.APP,
            "bot_id": payloads.BOT,
            "app_installed_team_id": self.team,
            "hash": f"{self.stamp()[0]}.{secrets.token_hex(4)}",
            "root_view_id": view_id,
            "previous_view_id": None,
            "state": {"values": {}},
            "blocks": payloads.identified(list(view.get("blocks") or []), view_id),
        }

    def stamp(self) -> tuple[str, datetime]:
        """Return a message's timestamp, later than any before, and the time it stands for."""
        at = self._now()
        self._last_ts = max(self._last_ts + 1, int(at.timestamp() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}", at

    def response_url(self, account: Account, conversation: Conversation, message: str | None) -> str:
        """Make a response URL for one gesture."""
        secret = secrets.token_urlsafe(18)
        _keep(self.response_urls, secret, ResponseUrl(account=account, conversation=conversation, message=message))
        return f"{self._wire.base_url}{RESPOND_PATH}{secret}"

    def _trigger(self, account: Account, window: str) -> str:
        trigger = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        _keep(self.triggers, trigger, Trigger(account=account, window=window, until=asyncio.get_running_loop().time() + TRIGGER_LIFE))
        return trigger

    def _element(self, blocks: list[Any], block: str, action: str, option: str | None) -> Json:
        element = payloads.find_element(blocks, block, action)
        if element is None:
            raise UnknownTargetError(f"no element {action} in block {block}")
        return payloads.action_of(element, block, option=option, ts=self.stamp()[0])

    def _view(self, account: Account, view_id: str) -> View:
        view = self.views.get(view_id)
        if view is None or view.account != account:
            raise UnknownTargetError(f"no view {view_id}")
        return view

    def _follow(self, view: View, answered: Mapping[str, Any]) -> None:
        next_view = answered.get("view") or {}
        match answered.get("response_action"):
            case "errors":
                pass  # the page shows them in the modal, which stays
            case "update":
                self.show(View(account=view.account, window=view.window, body=self.make_view(next_view, of=view)))
            case "push":
                self.show(View(account=view.account, window=view.window, body=self.make_view(next_view)))
            case _:
                self.views.pop(view.body["id"], None)

    async def _send_event(self, callback: Json) -> Answer:
        return await self._send(json.dumps(callback).encode(), "application/json", kind=callback["event"]["type"])

    async def _send_interaction(self, payload: Json) -> Answer:
        return await self._send(urlencode({"payload": json.dumps(payload)}).encode(), "application/x-www-form-urlencoded", kind=payload["type"])

    async def _send(self, body: bytes, content_type: str, *, kind: str) -> Answer:
        timestamp = int(self._now().timestamp())
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": payloads.signature(self._signing_secret, timestamp, body),
            "User-Agent": "Slackbot 1.0 (playground)",
        }
        return await self._wire.send(EVENTS_PATH, body, headers, kind=kind)


def _own(conversation: Conversation, message: str, account: Account) -> Post:
    post = conversation.get(message)
    if post is None or post.author != account:
        raise UnknownTargetError(f"no message {message} of {account.name}")
    return post


def _keep(kept: dict[str, _Kept], key: str, value: _Kept) -> None:
    kept[key] = value
    while len(kept) > KEPT:
        del kept[next(iter(kept))]
