"""Teams' part of the playground: each gesture becomes the activity that Teams would send."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from adapters.playground import teams_payloads as payloads
from adapters.playground.accounts import Account
from adapters.playground.conversations import Conversation, Conversations, Json, Post, UnknownTargetError
from adapters.playground.files import FILES_PATH, STORE_PATH, Files
from adapters.playground.sign_in import SignIn
from adapters.playground.wire import Answer, Wire

MESSAGES_PATH = "/api/messages"
SERVICE_PATH = "/playground/teams/"


class Teams:
    """Teams' memory and what its client sends."""

    def __init__(self, conversations: Conversations, wire: Wire, files: Files, sign_in: SignIn, *, tenant: str, now: Callable[[], datetime]) -> None:
        self.conversations = conversations
        self._sign_in = sign_in
        self._wire, self._files = wire, files
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
        """Post a message; the bot hears all of them: it has the channel's consent (ChannelMessage.Read.Group)."""
        message = self._activity("message", account, conversation, thread)
        message = payloads.with_text(message, text)
        if conversation.owner is None and thread is None:
            message["conversation"] = payloads.conversation_object(conversation, self.tenant, thread=message["id"])
        at = datetime.fromisoformat(message["timestamp"])
        shown = {"text": text, "textFormat": "plain"}
        self.conversations.post(conversation, Post(id=message["id"], author=account, at=at, body=shown, thread=thread))
        return await self._send(message)

    async def rewrite(self, account: Account, conversation: Conversation, message: str, text: str) -> Answer:
        """Edit a message of one's own. Raises UnknownTargetError."""
        post = _own(conversation, message, account)
        self.conversations.change(conversation, post, {"text": text, "textFormat": "plain"})
        edited = payloads.with_text(self._of_message("messageUpdate", "editMessage", account, conversation, post), text)
        return await self._send(edited)

    async def delete(self, account: Account, conversation: Conversation, message: str) -> Answer:
        """Delete a message of one's own. Raises UnknownTargetError."""
        post = _own(conversation, message, account)
        self.conversations.remove(conversation, post)
        return await self._send(self._of_message("messageDelete", "softDeleteMessage", account, conversation, post))

    async def message_action(self, account: Account, conversation: Conversation, message: str) -> Answer:
        """Use the message action on a message: the bot answers with the dialog to open. Raises UnknownTargetError."""
        post = _found(conversation, message)
        return await self._invoke(account, conversation, None, "composeExtension/fetchTask", self._on(conversation, post))

    async def submit_action(self, account: Account, conversation: Conversation, message: str, filled: Mapping[str, Any]) -> Answer:
        """Submit the dialog that the message action opened. Raises UnknownTargetError."""
        value = {**self._on(conversation, _found(conversation, message)), "data": dict(filled)}
        return await self._invoke(account, conversation, None, "composeExtension/submitAction", value)

    def _on(self, conversation: Conversation, post: Post) -> Json:
        author = {"user": {"id": post.author.aad_object_id, "displayName": post.author.name, "userIdentityType": "aadUser"}} if post.author else {}
        said = {"contentType": "html", "content": str(post.body.get("text") or "")}
        payload = {"id": post.id, "messageType": "message", "from": author, "body": said, "createdDateTime": post.at.isoformat()}
        return {"commandId": payloads.EXCHANGE_ACTION, "commandContext": "message", "messagePayload": payload, "context": {"theme": "default"}}

    def _of_message(self, kind: str, what: str, account: Account, conversation: Conversation, post: Post) -> Json:
        """Return an activity about a message that was written before: it has that message's id, and a time of its own."""
        told = self._activity(kind, account, conversation, _thread(conversation, post))
        return {**told, "id": post.id, "channelData": {**told["channelData"], "eventType": what}}

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

    async def answer_offer(self, account: Account, conversation: Conversation, message: str, *, accepts: bool) -> Answer:
        """Take the file that a message offers, or decline it: the bot is told where to put it. Raises UnknownTargetError."""
        post = _found(conversation, message)
        offered = next((one for one in post.body.get("attachments") or [] if one.get("contentType") == payloads.FILE_CONSENT), None)
        if offered is None:
            raise UnknownTargetError(f"message {message} offers no file")
        content = offered["content"]
        value: Json = {"type": "fileUpload", "action": "accept" if accepts else "decline"}
        value["context"] = content.get("acceptContext" if accepts else "declineContext") or {}
        if accepts:
            made = self._files.announce(offered["name"], content["sizeInBytes"])
            value["uploadInfo"] = {
                "contentUrl": f"{self._wire.base_url}{FILES_PATH}{made.id}",
                "name": made.name,
                "uploadUrl": f"{self._wire.base_url}{STORE_PATH}{made.id}",
                "uniqueId": made.id,
                "fileType": made.name.rpartition(".")[2],
            }
        return await self._invoke(account, conversation, None, "fileConsent/invoke", value, replyToId=post.id)

    async def _invoke(
        self, account: Account, conversation: Conversation, thread: str | None, name: str, value: Mapping[str, Any], **rest: Any
    ) -> Answer:
        return await self._send(self._activity("invoke", account, conversation, thread, name=name, value=value, **rest))

    def _activity(self, kind: str, account: Account, conversation: Conversation, thread: str | None, **rest: Any) -> Json:
        id_, at = self.stamp()
        return payloads.activity(kind, account, conversation, self.tenant, id_=id_, at=at, service_url=self._service_url, thread=thread, **rest)

    @property
    def _service_url(self) -> str:
        return f"{self._wire.base_url}{SERVICE_PATH}"

    async def _send(self, activity: Json) -> Answer:
        kind = activity.get("name") or activity["type"]
        headers = {
            "Authorization": self._sign_in.authorization(self._service_url),
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Microsoft-SkypeBotApi (playground)",
        }
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


def _own(conversation: Conversation, message: str, account: Account) -> Post:
    post = _found(conversation, message)
    if post.author != account:
        raise UnknownTargetError(f"no message {message} of {account.name}")
    return post


def _thread(conversation: Conversation, post: Post) -> str | None:
    """Return the thread of a message: in a channel each is one, in a chat there's none."""
    return (post.thread or post.id) if conversation.owner is None else None


def _task(filled: Mapping[str, Any]) -> Json:
    return {"data": dict(filled), "context": {"theme": "default"}}
