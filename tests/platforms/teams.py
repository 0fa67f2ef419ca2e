"""A Microsoft Teams of our own on loopback: Bot Connector, key server and the clients' side of `/api/messages`, over real HTTP.

It answers as the documented services do, and refuses as they do: learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/
conversation-messages (status codes).
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import count
from typing import Any, Literal, Self, TypeAlias

import aiohttp
from aiohttp import web
from jsonschema.exceptions import best_match
from jsonschema.validators import Draft6Validator

from adapters.teams.credentials import Token
from tests.platforms.teams_tokens import ENDORSEMENTS, ISSUER, TRUSTED, Forgery, authorization, public_key

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
SIZE_LIMIT = 28 * 1024  # bytes
CARD_TYPE = "application/vnd.microsoft.card.adaptive"

Json: TypeAlias = dict[str, Any]
Operation = Literal["send", "reply", "update", "open", "member"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong: a status, a connection that is cut, or an answer held back until `FakeTeams.release`."""

    status: int | None = None
    retry_after: str | None = None
    cut: bool = False
    held: bool = False


THROTTLED = Fault(status=429, retry_after="0")
ERROR = Fault(status=500)
CUT = Fault(cut=True)
HELD = Fault(held=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that the Bot Connector accepted."""

    operation: Operation
    conversation: str
    body: Json
    activity: str | None = None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation that the bot is in, with its members by id."""

    members: dict[str, Json] = field(default_factory=dict)
    messages: set[str] = field(default_factory=set)
    refusal: str | None = None


_REFUSALS = {
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "ConversationNotFound": (404, "Conversation not found."),
    "ActivityNotFoundInConversation": (404, "Activity not found in conversation."),
    "MemberNotFoundInConversation": (404, "The member was not found in the conversation."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "BadSyntax": (400, "Incorrect syntax."),
    "BadArgument": (400, "Invalid argument."),
    "Throttled": (429, "Too many requests."),
}


class RefusedError(Exception):
    """The Bot Connector refuses a call, with one of its codes."""

    def __init__(self, code: str, message: str | None = None) -> None:
        status, said = _REFUSALS[code]
        super().__init__(message or said)
        self.code = code
        self.status = status


class FakeTeams:
    """One Teams for one bot: `async with FakeTeams() as teams`.

    `calls` are those that were accepted, in order. Conversations appear when an activity is delivered from them, or by `join`.
    `validates` False spares a benchmark the check against the Adaptive Card schema.
    """

    def __init__(self, *, validates: bool = True) -> None:
        self.calls: list[Call] = []
        self.key_requests = 0
        self.access_token: str | None = "the bot's own token"  # None for a bot in development, which sends none
        self.conversations: dict[str, Conversation] = {}
        self.keys_down = False
        self._validates = validates
        self._faults: list[tuple[Fault, Operation | None]] = []
        self._released = asyncio.Event()
        self._arrived = asyncio.Condition()
        self._numbers = count(1_700_000_000_000)
        self._origin = ""
        self._extra_keys: list[Json] = []

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=10 * 1024 * 1024)
        application.add_routes(
            [
                web.get("/.well-known/openidconfiguration", self._metadata),
                web.get("/keys", self._keys),
                web.post("/emea/v3/conversations", self._guarded("open", self._open)),
                web.post("/emea/v3/conversations/{conversation}/activities", self._guarded("send", self._send)),
                web.post("/emea/v3/conversations/{conversation}/activities/{activity}", self._guarded("reply", self._send)),
                web.put("/emea/v3/conversations/{conversation}/activities/{activity}", self._guarded("update", self._update)),
                web.get("/emea/v3/conversations/{conversation}/members/{member}", self._guarded("member", self._member)),
            ]
        )
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._origin = site.name
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
        await self._client.close()
        await self._runner.cleanup()

    @property
    def service_url(self) -> str:
        """The Bot Connector's address."""
        return f"{self._origin}/emea/"

    @property
    def metadata_url(self) -> str:
        """The OpenID metadata's address."""
        return f"{self._origin}/.well-known/openidconfiguration"

    def now(self) -> datetime:
        """Read the platform's own clock, by which its tokens are dated."""
        return datetime.now(UTC)  # noqa: TID251 - a platform has a clock of its own

    async def token_source(self) -> Token:
        """Give the bot its own token, in place of Microsoft's sign-in."""
        return Token(value=self.access_token or "", lifetime=3600)

    # The clients' side

    def join(self, conversation: str, *members: Json) -> Conversation:
        """Put the bot and some members in a conversation."""
        joined = self.conversations.setdefault(conversation, Conversation())
        joined.members.update({member["id"]: member for member in members})
        return joined

    async def deliver(
        self, endpoint: str, activity: Json, *, forgery: Forgery | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Json | None]:
        """Deliver an activity to the bot as Teams does; return the status and the JSON of its response, None for none."""
        place = activity.get("conversation")
        if isinstance(place, dict) and isinstance(place.get("id"), str):
            self.join(place["id"], _account(activity))
        return await self.deliver_raw(endpoint, json.dumps(activity).encode(), forgery=forgery, headers=headers)

    async def deliver_raw(
        self, endpoint: str, body: bytes, *, forgery: Forgery | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Json | None]:
        """Deliver any bytes."""
        header = self.authorization(forgery)
        sent = {"Content-Type": "application/json; charset=utf-8", **({"Authorization": header} if header else {}), **(headers or {})}
        async with self._client.post(endpoint, data=BytesIO(body), headers=sent) as response:
            answer = await response.read()
            return response.status, json.loads(answer) if response.content_type == "application/json" else None

    def authorization(self, forgery: Forgery | None = None, *, signed_by: str = TRUSTED) -> str | None:
        """Make an Authorization header: the Bot Connector's own, or one that's wrong in one way; `signed_by` may name a key of `rotate`."""
        return authorization(forgery, service_url=self.service_url, now=self.now(), signed_by=signed_by)

    # What a test looks at, and breaks

    def sent(self, *operations: Operation) -> list[Json]:
        """Return the bodies of the accepted calls of these kinds, by default those that put a message before somebody."""
        wanted = operations or ("send", "reply", "update")
        return [call.body for call in self.calls if call.operation in wanted]

    async def wait_for(self, number: int, *operations: Operation) -> list[Json]:
        """Wait until that many calls of these kinds were accepted; return their bodies."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.sent(*operations)) >= number)
        return self.sent(*operations)

    def fail(self, fault: Fault, *, times: int = 1, on: Operation | None = None) -> None:
        """Let the next calls fail, of one kind or of any."""
        self._faults.extend([(fault, on)] * times)

    def release(self) -> None:
        """Let the calls that were held back go on."""
        self._released.set()

    # The Bot Connector

    def _guarded(
        self, operation: Operation, handle: Callable[[web.Request, Operation], Awaitable[Json]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def guarded(request: web.Request) -> web.StreamResponse:
            fault = next((one for one in self._faults if one[1] in (None, operation)), None)
            if fault is not None:
                self._faults.remove(fault)
                if (failed := await self._broken(fault[0], request)) is not None:
                    return failed
            if request.headers.get("Authorization") != (f"Bearer {self.access_token}" if self.access_token else None):
                return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
            try:
                return web.json_response(await handle(request, operation), status=200 if operation in ("update", "member") else 201)
            except RefusedError as error:
                return _error(error.status, error.code, str(error))

        return guarded

    async def _broken(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        if fault.held:
            await self._released.wait()
        if fault.cut and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if fault.status is None:
            return None
        response = _error(fault.status, "Throttled" if fault.status == 429 else "ServiceError", "as the test wants it")
        if fault.retry_after is not None:
            response.headers["Retry-After"] = fault.retry_after
        return response

    async def _send(self, request: web.Request, operation: Operation) -> Json:
        conversation, body = self._conversation(request), await self._activity(request)
        answered = request.match_info.get("activity")
        if answered is not None and body.get("replyToId") != answered:
            raise RefusedError("BadArgument", "replyToId differs from the address")
        number = str(next(self._numbers))
        conversation.messages.add(number)
        await self._accept(operation, request, body)
        # Teams splits a text and a card into two messages, and then names neither.
        return {} if body.get("text") and body.get("attachments") else {"id": number}

    async def _update(self, request: web.Request, operation: Operation) -> Json:
        conversation, body = self._conversation(request), await self._activity(request)
        if request.match_info["activity"] not in conversation.messages:
            raise RefusedError("ActivityNotFoundInConversation")
        await self._accept(operation, request, body)
        return {"id": request.match_info["activity"]}

    async def _open(self, request: web.Request, operation: Operation) -> Json:
        body = await _read(request)
        members, tenant = body.get("members"), body.get("channelData", {}).get("tenant", {}).get("id") or body.get("tenantId")
        if not tenant or not isinstance(members, list) or len(members) != 1 or body.get("isGroup"):
            raise RefusedError("BadArgument", "a personal conversation takes one member and a tenant")
        user = members[0].get("id")
        known = next((place.members[user] for place in self.conversations.values() if user in place.members), None)
        if known is None:
            raise RefusedError("BadArgument", "Failed to decrypt pairwise id")
        opened = f"a:{user}"
        self.join(opened, known)
        await self._accept(operation, request, body, opened)
        return {"id": opened}

    async def _member(self, request: web.Request, operation: Operation) -> Json:
        members = self._conversation(request).members
        if request.match_info["member"] not in members:
            raise RefusedError("MemberNotFoundInConversation")
        await self._accept(operation, request, {})
        return members[request.match_info["member"]]

    def _conversation(self, request: web.Request) -> Conversation:
        conversation = self.conversations.get(request.match_info["conversation"])
        if conversation is None:
            raise RefusedError("ConversationNotFound")
        if conversation.refusal is not None:
            raise RefusedError(conversation.refusal)
        return conversation

    async def _activity(self, request: web.Request) -> Json:
        body = await _read(request)
        if body.get("type") not in ("message", "typing"):
            raise RefusedError("BadSyntax", "unknown activity type")
        if body["type"] == "message" and not (body.get("text") or body.get("attachments")):
            raise RefusedError("BadSyntax", "an empty message")
        for attachment in body.get("attachments", []):
            if attachment.get("contentType") != CARD_TYPE:
                raise RefusedError("BadArgument", f"unknown attachment {attachment.get('contentType')}")
            if self._validates and (wrong := card_error(attachment.get("content"))) is not None:
                raise RefusedError("BadSyntax", wrong)
        return body

    async def _accept(self, operation: Operation, request: web.Request, body: Json, conversation: str | None = None) -> None:
        place = conversation or request.match_info["conversation"]
        async with self._arrived:
            self.calls.append(Call(operation=operation, conversation=place, body=body, activity=request.match_info.get("activity")))
            self._arrived.notify_all()

    # The key server

    async def _metadata(self, _: web.Request) -> web.Response:
        self.key_requests += 1
        if self.keys_down:
            return web.Response(status=503)
        return web.json_response(
            {"issuer": ISSUER, "jwks_uri": f"{self._origin}/keys", "id_token_signing_alg_values_supported": ["RS256"]},
        )

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [public_key(name, endorsed) for name, endorsed in ENDORSEMENTS.items()] + self._extra_keys})

    def rotate(self, name: str) -> None:
        """Publish one more signing key."""
        self._extra_keys.append(public_key(name, ["msteams"]))


def card_error(card: object) -> str | None:
    """Say what the official Adaptive Card schema finds wrong with a card, None for nothing."""
    error = best_match(_schema().iter_errors(card))
    return None if error is None else f"{error.json_path}: {error.message[:300]}"


@cache
def _schema() -> Draft6Validator:
    return Draft6Validator(json.loads(files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text()))


def _account(activity: Json) -> Json:
    sender = activity.get("from")
    account = sender if isinstance(sender, dict) and isinstance(sender.get("id"), str) else {"id": "29:nobody"}
    return {"tenantId": TENANT, "userRole": "user", **account}


async def _read(request: web.Request) -> Json:
    raw = await request.read()
    if len(raw) > SIZE_LIMIT:
        raise RefusedError("MessageSizeTooBig")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusedError("BadSyntax", "not JSON") from error
    if request.content_type != "application/json" or not isinstance(body, dict):
        raise RefusedError("BadSyntax", "not a JSON object")
    return body


def _error(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
