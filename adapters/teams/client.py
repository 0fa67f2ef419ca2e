"""Our own Bot Connector client: a few calls on plain JSON, one connection pool, one cached token.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference

What its answers mean, from https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
and, for a bot that was blocked or uninstalled, from https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages:

| answer | temporary | may have arrived | the conversation is dead |
|---|---|---|---|
| no connection, no token | yes | no | no |
| no answer, or a cut one, once it was written; 408, 500, 502, 503, 504 | yes | yes | no |
| 401 (the secret can be mended), 412, 429 | yes | no | no |
| 403, but for a wrong service URL and a missing permission | no | no | yes |
| 404 of the conversation | no | no | yes |
| 404 of a message or a member, 400, 413 and the rest | no | no | no |
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.port import DeliveryError
from adapters.teams.credentials import TokenCache
from adapters.teams.render import encode
from dialogs.events import Reference, Sender
from dialogs.people import Profile

TIMEOUT = aiohttp.ClientTimeout(total=5, connect=3)  # seconds
PATIENCE = 3.0  # seconds of Retry-After that are waited here; a longer wait is the ledger's
ATTEMPTS = 3

_TEMPORARY = frozenset({401, 408, 412, 429})
_STILL_THERE = frozenset({"InvalidBotApiHost", "NotEnoughPermissions"})  # the 403s that don't close the conversation
_OUTSIDERS = frozenset({"guest", "anonymous"})
_CONVERSATIONS_KEPT = 10_000


class RefusedError(DeliveryError):
    """The Connector said no, or said that it failed: its HTTP `status` and its `code`, such as `ConversationNotFound`, where it gave one."""

    def __init__(self, status: int, code: str | None, reason: str | None, *, retry_after: float | None) -> None:
        super().__init__(
            f"{status} {code or reason}",
            permanent=status < 500 and status not in _TEMPORARY,
            retry_after=retry_after,
            ambiguous=status >= 500 or status == 408,
            dead=(status == 403 and code not in _STILL_THERE) or (status == 404 and code == "ConversationNotFound"),
        )
        self.status = status
        self.code = code


class Connector:
    """Sends to conversations and asks for members. Every call raises DeliveryError.

    `tokens` None sends no Authorization header (development, on loopback). `bot` is the bot's own id, `28:` and its app id.

    A call waits for a short throttling and is then made again; with `until` (by the event loop's clock) it's made once, and has ended by then.
    """

    def __init__(
        self, session: aiohttp.ClientSession, tokens: TokenCache | None, *, bot: str | None = None, timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> None:
        self._session = session
        self._timeout = timeout
        self._tokens = tokens
        self._bot = bot
        self._personal: dict[tuple[str | None, str, str], str] = {}

    async def post(self, reference: Reference, activity: Mapping[str, Any], *, until: float | None = None) -> str | None:
        """Post to a conversation, or to its thread; return the new message's id where Teams gives one. To a whole channel, it opens a thread."""
        path = f"{_conversation(reference)}/activities"
        if reference.thread is not None:
            path, activity = f"{path}/{_quoted(reference.thread)}", {**activity, "replyToId": reference.thread}
        return _id(await self._call("POST", reference, path, activity, until))

    async def update(self, reference: Reference, message_id: str, activity: Mapping[str, Any], *, until: float | None = None) -> None:
        """Put an activity in place of one of the bot's messages."""
        await self._call("PUT", reference, _message(reference, message_id), {**activity, "id": message_id}, until)

    async def delete(self, reference: Reference, message_id: str, *, until: float | None = None) -> None:
        """Delete one of the bot's messages."""
        await self._call("DELETE", reference, _message(reference, message_id), None, until)

    async def personal(self, reference: Reference, user: str, *, until: float | None = None) -> str:
        """Return the id of the person's own conversation with the bot, opening it where there's none yet."""
        key = (reference.service_url, reference.tenant, user)
        if key not in self._personal:
            members = {"members": [{"id": user}]} | ({"bot": {"id": self._bot}} if self._bot is not None else {})
            asked = {"isGroup": False, "tenantId": reference.tenant, "channelData": {"tenant": {"id": reference.tenant}}}
            opened = _id(await self._call("POST", reference, "v3/conversations", asked | members, until))
            if opened is None:
                raise DeliveryError("the Connector opened a conversation without an id", permanent=True)
            if len(self._personal) >= _CONVERSATIONS_KEPT:
                self._personal.clear()
            self._personal[key] = opened
        return self._personal[key]

    async def known_as(self, reference: Reference, entra_id: str, *, until: float | None = None) -> str | None:
        """Return the id by which the bot knows a member of a conversation, None where the roster doesn't tell."""
        return _id(await self._call("GET", reference, _member(reference, entra_id), None, until))

    async def profile(self, reference: Reference, sender: Sender, *, home: str | None) -> Profile:
        """Return what the conversation's roster tells of a member.

        The e-mail is there only for somebody of the tenant `home` who is neither a guest nor anonymous; without a `home`, nobody's is.
        """
        member = await self._call("GET", reference, _member(reference, sender.user), None, None)
        tenant, role = _text(member, "tenantId"), (_text(member, "userRole") or "").lower()
        outsider = sender.guest or role in _OUTSIDERS or (home is not None and tenant is not None and tenant != home)
        ours = home is not None and tenant == home and not outsider
        full_name = " ".join(part for part in (_text(member, "givenName"), _text(member, "surname")) if part)
        return Profile(
            platform="teams",
            tenant=reference.tenant,
            user=sender.user,
            name=_text(member, "name") or full_name or sender.name,
            email=(_text(member, "email") or _text(member, "userPrincipalName")) if ours else None,
            locale=sender.locale,
            timezone=sender.timezone,
            guest=outsider,
        )

    async def _call(self, method: str, reference: Reference, path: str, sent: Mapping[str, Any] | None, until: float | None) -> dict[str, Any]:
        if reference.service_url is None:
            raise DeliveryError("a reference without a service URL", permanent=True)
        # Conversation ids hold `:`, `@` and `;`: they're quoted already, and must not be quoted again or tidied up.
        url = URL(f"{reference.service_url.rstrip('/')}/{path}", encoded=True)
        body = encode(dict(sent)) if sent is not None else None
        for _ in range(ATTEMPTS - 1 if until is None else 0):
            try:
                return await self._once(method, url, body, None)
            except DeliveryError as error:
                if error.retry_after is None or error.retry_after > PATIENCE:
                    raise
                await asyncio.sleep(error.retry_after)
        return await self._once(method, url, body, until)

    async def _once(self, method: str, url: URL, body: bytes | None, until: float | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json; charset=utf-8"} if body is not None else {}
        token = await self._token(until)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            # A redirect could carry the token elsewhere.
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=self._time_left(until), allow_redirects=False
            ) as response:
                answer = await response.read()
                if response.ok and response.status < 300:
                    return _json(answer)
                refusal = RefusedError(response.status, _code(answer), response.reason, retry_after=_seconds(response.headers.get("Retry-After")))
        except (aiohttp.ClientError, TimeoutError) as error:
            never_made = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            raise DeliveryError(f"{method} {url.host}: {type(error).__name__}: {error}", permanent=False, ambiguous=not never_made) from error
        if response.status == 401 and token is not None and self._tokens is not None:
            self._tokens.forget(token)
        raise refusal

    async def _token(self, until: float | None) -> str | None:
        if self._tokens is None:
            return None
        try:
            async with asyncio.timeout_at(until):
                return await self._tokens.get()
        except TimeoutError as error:
            raise DeliveryError("no token from Microsoft in time", permanent=False) from error

    def _time_left(self, until: float | None) -> aiohttp.ClientTimeout:
        """Give a connection half of the time that's left, so that what was never written is told apart from what nobody answered."""
        if until is None:
            return self._timeout
        left = until - asyncio.get_running_loop().time()
        if left <= 0:
            raise DeliveryError("no time left to send it", permanent=False)
        return aiohttp.ClientTimeout(total=left, connect=left / 2)


def _conversation(reference: Reference) -> str:
    return f"v3/conversations/{_quoted(reference.conversation)}"


def _message(reference: Reference, message_id: str) -> str:
    return f"{_conversation(reference)}/activities/{_quoted(message_id)}"


def _member(reference: Reference, user: str) -> str:
    return f"{_conversation(reference)}/members/{_quoted(user)}"


def _code(answer: bytes) -> str | None:
    """Return the Connector's code for a refusal; that of a blocked or uninstalled bot is a text inside a text."""
    told = _json(answer)
    error = told.get("error")
    code = error.get("code") if isinstance(error, dict) else _json(_text(told, "message") or "").get("subCode")
    return code if isinstance(code, str) else None


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isascii() and header.isdigit() else None


def _json(answer: bytes | str) -> dict[str, Any]:
    try:
        read = json.loads(answer) if answer else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _text(holder: Mapping[str, Any], key: str) -> str | None:
    value = holder.get(key)
    return value if isinstance(value, str) and value else None


def _id(answer: Mapping[str, Any]) -> str | None:
    return _text(answer, "id")


def _quoted(segment: str) -> str:
    return quote(segment, safe="")
