"""A Microsoft Teams of our own on loopback: Bot Connector, key server and the clients' side of `/api/messages`, over real HTTP.

It answers as the documented services do, and refuses as they do (`teams_refusals`). A channel and its threads are one conversation: a message to the
channel itself opens a thread of its own, `;messageid=` and that message's id.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import Any, Literal, Self, TypeAlias

import aiohttp
from aiohttp import web

from adapters.teams.credentials import Token
from tests.platforms.adaptive_cards import card_error
from tests.platforms.teams_files import Store, attachment_error, beside_the_limit
from tests.platforms.teams_limits import RateLimits
from tests.platforms.teams_refusals import RefusedError, failed, refused
from tests.platforms.teams_tokens import ENDORSEMENTS, ISSUER, TRUSTED, Forgery, authorization, public_key

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
SIZE_LIMIT = 28 * 1024  # bytes
CARD_TYPE = "application/vnd.microsoft.card.adaptive"

Json: TypeAlias = dict[str, Any]
Operation = Literal["send", "reply", "update", "delete", "open", "member"]

_WRITES = frozenset({"send", "reply", "update", "delete"})
_CREATES = frozenset({"send", "reply", "open"})
_THREAD = ";messageid="


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong: a status, a connection that is cut, or an answer held back until `FakeTeams.release`.

    With `taken`, it goes wrong after the call was taken: what it asked for is done, and whoever asked can't know.
    """

    status: int | None = None
    retry_after: str | None = None
    cut: bool = False
    held: bool = False
    taken: bool = False


THROTTLED = Fault(status=429, retry_after="0")
ERROR = Fault(status=500)
CUT = Fault(cut=True)
HELD = Fault(held=True)
ERROR_TAKEN = Fault(status=500, taken=True)
CUT_TAKEN = Fault(cut=True, taken=True)
UNANSWERED = Fault(held=True, taken=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that the Bot Connector accepted."""

    operation: Operation
    conversation: str
    body: Json
    activity: str | None = None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation that the bot is in: its members by id, and the bot's messages as they stand now. `refusal` is the code of all that follows."""

    members: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    refusal: str | None = None


class FakeTeams:
    """One Teams for one bot: `async with FakeTeams() as teams`.

    `calls` are those that were accepted, in order. Conversations appear when an activity is delivered from them, or by `join`; a thread and its
    channel are one. `refusals` are codes by which personal conversations aren't opened, by person. `limits` (none by default) are kept by `clock`,
    in seconds. `validates` False spares a benchmark the check against the Adaptive Card schema.
    """

    def __init__(self, *, validates: bool = True, limited: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = RateLimits(clock) if limited else None
        self.refusals: dict[str, str] = {}
        self.calls: list[Call] = []
        self.key_requests = 0
        self.struck = asyncio.Event()  # a fault has befallen a call
        self.access_token: str | None = "the bot's own token"  # None for a bot in development, which sends none
        self.conversations: dict[str, Conversation] = {}
        self.keys_down = False
        self.store = Store()
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
                web.delete("/emea/v3/conversations/{conversation}/activities/{activity}", self._guarded("delete", self._delete)),
                web.get("/emea/v3/conversations/{conversation}/members/{member}", self._guarded("member", self._member)),
                web.put("/store/{file}", self._put_file),
            ]
        )
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._origin = site.name
        self.store.url = f"{site.name}/store/"
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
        joined = self.conversations.setdefault(conversation.partition(_THREAD)[0], Conversation())
        self.conversations[conversation] = joined
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
        async with asyncio.timeout(30), self._arrived:
            await self._arrived.wait_for(lambda: len(self.sent(*operations)) >= number)
        return self.sent(*operations)

    def fail(self, fault: Fault, *, times: int = 1, on: Operation | None = None) -> None:
        """Let the next calls fail, of one kind or of any."""
        self._faults.extend([(fault, on)] * times)

    def shown(self, conversation: str) -> dict[str, Json]:
        """Return the bot's messages in a conversation as they stand now, by id, oldest first; those of a channel's threads with it."""
        return self.conversations[conversation].messages if conversation in self.conversations else {}

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
                self.struck.set()
                if not fault[0].taken and (broken := await self._broken(fault[0], request)) is not None:
                    return broken
            response = await self._response(request, operation, handle)
            if fault is not None and fault[0].taken and response.status < 300:
                return await self._broken(fault[0], request) or response
            return response

        return guarded

    async def _response(
        self, request: web.Request, operation: Operation, handle: Callable[[web.Request, Operation], Awaitable[Json]]
    ) -> web.StreamResponse:
        if request.headers.get("Authorization") != (f"Bearer {self.access_token}" if self.access_token else None):
            return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
        try:
            self._count(request, operation)
            return web.json_response(await handle(request, operation), status=201 if operation in _CREATES else 200)
        except RefusedError as error:
            return refused(error)

    def _count(self, request: web.Request, operation: Operation) -> None:
        if self.limits is not None:
            place = request.match_info["conversation"].partition(_THREAD)[0] if operation in _WRITES else None
            if (wait := self.limits.wait(place)) is not None:
                raise RefusedError("Throttled", retry_after=wait)

    async def _broken(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        if fault.held:
            await self._released.wait()
        if fault.cut and request.transport is not None:
            request.transport.abort()
            return web.Response()
        return None if fault.status is None else failed(fault.status, fault.retry_after)

    async def _send(self, request: web.Request, operation: Operation) -> Json:
        conversation, body = self._conversation(request), await self._activity(request)
        answered = request.match_info.get("activity")
        if answered is not None and body.get("replyToId") != answered:
            raise RefusedError("BadArgument", "replyToId differs from the address")
        number = str(next(self._numbers))
        conversation.messages[number] = body
        place = request.match_info["conversation"]
        if place.endswith("@thread.tacv2"):
            self.join(f"{place}{_THREAD}{number}")  # a new thread of the channel
        await self._accept(operation, request, body)
        # Teams splits a text and a card into two messages, and then names neither.
        return {} if body.get("text") and body.get("attachments") else {"id": number}

    async def _update(self, request: web.Request, operation: Operation) -> Json:
        conversation, body, number = self._conversation(request), await self._activity(request), request.match_info["activity"]
        if number not in conversation.messages:
            raise RefusedError("ActivityNotFoundInConversation")
        conversation.messages[number] = body
        await self._accept(operation, request, body)
        return {"id": number}

    async def _delete(self, request: web.Request, operation: Operation) -> Json:
        if self._conversation(request).messages.pop(request.match_info["activity"], None) is None:
            raise RefusedError("ActivityNotFoundInConversation")
        await self._accept(operation, request, {})
        return {}

    async def _open(self, request: web.Request, operation: Operation) -> Json:
        body = await _read(request)
        members, tenant = body.get("members"), body.get("channelData", {}).get("tenant", {}).get("id") or body.get("tenantId")
        if not tenant or not isinstance(members, list) or len(members) != 1 or body.get("isGroup"):
            raise RefusedError("BadArgument", "a personal conversation takes one member and a tenant")
        user = members[0].get("id")
        known = next((place.members[user] for place in self.conversations.values() if user in place.members), None)
        if known is None:
            raise RefusedError("BadArgument", "Failed to decrypt pairwise id")
        if (refusal := self.refusals.get(user)) is not None:
            raise RefusedError(refusal)
        opened = f"a:{user}"
        self.join(opened, known)
        await self._accept(operation, request, body, opened)
        return {"id": opened}

    async def _member(self, request: web.Request, operation: Operation) -> Json:
        members, asked = self._conversation(request).members, request.match_info["member"]
        found = next((member for member in members.values() if asked in (member["id"], member.get("aadObjectId"))), None)
        if found is None:
            raise RefusedError("MemberNotFoundInConversation")
        await self._accept(operation, request, {})
        return found

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
                personal = request.match_info.get("conversation", "").startswith("a:")
                if (wrong := attachment_error(attachment, personal=personal)) is not None:
                    raise RefusedError("BadArgument", wrong)
                continue
            if self._validates and (wrong := card_error(attachment.get("content"))) is not None:
                raise RefusedError("BadSyntax", wrong)
        return body

    async def _accept(self, operation: Operation, request: web.Request, body: Json, conversation: str | None = None) -> None:
        place = conversation or request.match_info["conversation"]
        async with self._arrived:
            self.calls.append(Call(operation=operation, conversation=place, body=body, activity=request.match_info.get("activity")))
            self._arrived.notify_all()

    async def _put_file(self, request: web.Request) -> web.Response:
        return web.Response(status=self.store.put(request.match_info["file"], await request.read(), request.headers.get("Content-Range")))

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


def card_text(message: Json) -> str:
    """Say what a message's card says, a line each."""
    runs = (run["text"] for element in message["attachments"][0]["content"].get("body", ()) for run in element.get("inlines", ()))
    return "\n".join(runs)


def _account(activity: Json) -> Json:
    sender = activity.get("from")
    account = sender if isinstance(sender, dict) and isinstance(sender.get("id"), str) else {"id": "29:nobody"}
    return {"tenantId": TENANT, "userRole": "user", **account}


async def _read(request: web.Request) -> Json:
    raw = await request.read()
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusedError("BadSyntax", "not JSON") from error
    if request.content_type != "application/json" or not isinstance(body, dict):
        raise RefusedError("BadSyntax", "not a JSON object")
    if len(raw) - beside_the_limit(body) > SIZE_LIMIT:
        raise RefusedError("MessageSizeTooBig")
    return body
