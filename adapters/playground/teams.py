"""Teams' part of the playground: each gesture becomes the activity that Teams would send."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from adapters.playground import teams_payloads as payloads
from adapters.playground.accounts import Account
from adapters.playground.conversations import Conversation, Conversations, Json, Post, UnknownTargetError
from adapters.playground.wire import Answer, Wire

MESSAGES_PATH = "/api/messages"
SERVICE_PATH = "/playground/teams/"


class Teams:
    """Teams' memory and what its client sends."""

    def __init__(self, conversations: Conversations, wire: Wire, *, tenant: str, now: Callable[[], datetime]) -> None:
        self.conversations = conversations
        self._wire = wire
        self.tenant = tenant
        self._now = now
        self._last_id = 0
        self._opened: set[str] = set()

    async def open(self, account: Account, conversation: Conversation) -> Answer | None:
        """Open a conversation: the first time, the bot is told that it was added (else None)."""
        if conversation.id in self._opened:
            return None
        self._opened.add(conversation.id)
        bot = {"id": payloads.BOT_USER, "name": payloads.BOT_NAME}
        return await self._send(self._activity("conversationUpdate", account, conversation, None, membersAdded=[bot]))

    async def write(self, account: Account, conversation: Conversation, text: str, thread: str | None) -> Answer | None:
        """Post a message; the bot hears it in its own chat, and in the channel when it's mentioned (else None)."""
        message = self._activity("message", account, conversation, thread)
        message = payloads.with_text(message, text)
        if conversation.owner is None and thread is None:
            message["conversation"] = payloads.conversation_object(conversation, self.tenant, thread=message["id"])
        at = datetime.fromisoformat(message["timestamp"])
        shown = {"text": text, "textFormat": "plain"}
        self.conversations.post(conversation, Post(id=message["id"], author=account, at=at, body=shown, thread=thread))
        if conversation.owner is None and not payloads.is_for_the_bot(message):
            return None
        return await self._send(message)

    async def tap(self, account: Account, conversation: Conversation, message: str, button: Mapping[str, Any]) -> Answer:
        """Tap a card's button, with what was filled in: a message with a value, or an invoke (`task/fetch`, `adaptiveCard/action`).

        Raises UnknownTargetError.
        """
        post = _found(conversation, message)
        thread = _thread(conversation, post)
        filled = button.get("data") or {}
        if button.get("type") == "Action.Execute":
            action = {key: button[key] for key in ("type", "id", "verb", "title", "data") if button.get(key) is not None}
            answer = await self._invoke(
                account, conversation, thread, "adaptiveCard/action", {"action": action, "trigger": "manual"}, replyToId=post.id
            )
            self._refresh(conversation, post, answer)
            return answer
        special = filled.get("msteams") if isinstance(filled, dict) else None
        match special.get("type") if isinstance(special, dict) else None:
            case "task/fetch":
                return await self._invoke(account, conversation, thread, "task/fetch", _task(filled), replyToId=post.id)
            case "imBack":
                answered = await self.write(account, conversation, str(special["value"]), thread) if isinstance(special, dict) else None
                return answered or Answer(path=MESSAGES_PATH, kind="imBack", status=200, body=None, milliseconds=0)
            case _:
                return await self._send(self._activity("message", account, conversation, thread, value=filled, replyToId=post.id))

    async def submit(self, account: Account, conversation: Conversation, message: str, filled: Mapping[str, Any]) -> Answer:
        """Submit a dialog (task module) that a message opened, with what was filled in. Raises UnknownTargetError."""
        thread = _thread(conversation, _found(conversation, message))
        return await self._invoke(account, conversation, thread, "task/submit", _task(filled))

    async def _invoke(
        self, account: Account, conversation: Conversation, thread: str | None, name: str, value: Mapping[str, Any], **rest: Any
    ) -> Answer:
        return await self._send(self._activity("invoke", account, conversation, thread, name=name, value=value, **rest))

    def _activity(self, kind: str, account: Account, conversation: Conversation, thread: str | None, **rest: Any) -> Json:
        id_, at = self.stamp()
        service_url = f"{self._wire.base_url}{SERVICE_PATH}"
        return payloads.activity(kind, account, conversation, self.tenant, id_=id_, at=at, service_url=service_url, thread=thread, **rest)

    async def _send(self, activity: Json) -> Answer:
        kind = activity.get("name") or activity["type"]
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Microsoft-SkypeBotApi (playground)"}
        return await self._wire.send(MESSAGES_PATH, json.dumps(activity).encode(), headers, kind=kind)

    def _refresh(self, conversation: Conversation, post: Post, answer: Answer) -> None:
        """Put the card of an invoke's response in the tapped card's place."""
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.ok and body.get("type") == "application/vnd.microsoft.card.adaptive":
            card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": body.get("value")}
            self.conversations.change(conversation, post, {**post.body, "attachments": [card]})

    def stamp(self) -> tuple[str, datetime]:
        """Return an activity's id, later than any before (Teams' are the milliseconds of their time), and its time."""
        at = self._now()
        self._last_id = max(self._last_id + 1, int(at.timestamp() * 1000))
        return str(self._last_id), at

    def say(self, conversation: Conversation, said: Mapping[str, Any], *, thread: str | None) -> str:
        """Post a message of the bot's; return its id."""
        id_, at = self.stamp()
        self.conversations.working(conversation, "")
        self.conversations.post(conversation, Post(id=id_, author=None, at=at, body=dict(said), thread=thread))
        return id_


def _found(conversation: Conversation, message: str) -> Post:
    post = conversation.get(message)
    if post is None:
        raise UnknownTargetError(f"no message {message}")
    return post


def _thread(conversation: Conversation, post: Post) -> str | None:
    """Return the thread of a message: in a channel each is one, in a chat there's none."""
    return (post.thread or post.id) if conversation.owner is None else None


def _task(filled: Mapping[str, Any]) -> Json:
    return {"data": dict(filled), "context": {"theme": "default"}}
