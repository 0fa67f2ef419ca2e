"""Our own Bot Connector client: four calls on plain JSON, one connection pool, one cached token.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
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
PATIENCE = 3.0  # seconds of Retry-After that are waited here; a longer wait is the sweep's
ATTEMPTS = 3

_TEMPORARY = frozenset({401, 408, 412, 429})
_OUTSIDERS = frozenset({"guest", "anonymous"})
_CONVERSATIONS_KEPT = 10_000


class Connector:
    """Sends to conversations and asks for members. Every call raises DeliveryError: permanent where trying again is useless.

    `tokens` None sends no Authorization header (development, on loopback). `bot` is the bot's own id, `28:` and its app id.
    """

    def __init__(
        self, session: aiohttp.ClientSession, tokens: TokenCache | None, *, bot: str | None = None, timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> None:
        self._session = session
        self._timeout = timeout
        self._tokens = tokens
        self._bot = bot
        self._personal: dict[tuple[str | None, str, str], str] = {}

    async def post(self, reference: Reference, activity: Mapping[str, Any]) -> str | None:
        """Post to a conversation, or to its thread; return the new message's id where Teams gives one."""
        path = f"v3/conversations/{_quoted(reference.conversation)}/activities"
        if reference.thread is not None:
            return _id(await self._call("POST", reference, f"{path}/{_quoted(reference.thread)}", {**activity, "replyToId": reference.thread}))
        return _id(await self._call("POST", reference, path, activity))

    async def update(self, reference: Reference, message_id: str, activity: Mapping[str, Any]) -> None:
        """Put an activity in place of one of the bot's messages."""
        path = f"v3/conversations/{_quoted(reference.conversation)}/activities/{_quoted(message_id)}"
        await self._call("PUT", reference, path, {**activity, "id": message_id})

    async def personal(self, reference: Reference, user: str) -> str:
        """Return the id of the person's own conversation with the bot, opening it where there's none yet."""
        key = (reference.service_url, reference.tenant, user)
        if key not in self._personal:
            members = {"members": [{"id": user}]} | ({"bot": {"id": self._bot}} if self._bot is not None else {})
            asked = {"isGroup": False, "tenantId": reference.tenant, "channelData": {"tenant": {"id": reference.tenant}}}
            opened = _id(await self._call("POST", reference, "v3/conversations", asked | members))
            if opened is None:
                raise DeliveryError("the Connector opened a conversation without an id", permanent=True)
            if len(self._personal) >= _CONVERSATIONS_KEPT:
                self._personal.clear()
            self._personal[key] = opened
        return self._personal[key]

    async def profile(self, reference: Reference, sender: Sender, *, home: str | None) -> Profile:
        """Return what the conversation's roster tells of a member.

        The e-mail is there only for somebody of the tenant `home` who is neither a guest nor anonymous; without a `home`, nobody's is.
        """
        path = f"v3/conversations/{_quoted(reference.conversation)}/members/{_quoted(sender.user)}"
        member = await self._call("GET", reference, path, None)
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

    async def _call(self, method: str, reference: Reference, path: str, sent: Mapping[str, Any] | None) -> dict[str, Any]:
        if reference.service_url is None:
            raise DeliveryError("a reference without a service URL", permanent=True)
        # Conversation ids hold `:`, `@` and `;`: they're quoted already, and must not be quoted again or tidied up.
        url = URL(f"{reference.service_url.rstrip('/')}/{path}", encoded=True)
        body = encode(dict(sent)) if sent is not None else None
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._once(method, url, body)
            except DeliveryError as error:
                if error.retry_after is None or error.retry_after > PATIENCE:
                    raise
                await asyncio.sleep(error.retry_after)
        return await self._once(method, url, body)

    async def _once(self, method: str, url: URL, body: bytes | None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json; charset=utf-8"} if body is not None else {}
        token = await self._tokens.get() if self._tokens is not None else None
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            # A redirect could carry the token elsewhere.
            async with self._session.request(method, url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False) as response:
                answer = await response.read()
                if response.ok and response.status < 300:
                    return _json(answer)
                refusal = _refusal(response, answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryError(f"{method} {url.host}: {type(error).__name__}: {error}", permanent=False) from error
        if response.status == 401 and token is not None and self._tokens is not None:
            self._tokens.forget(token)
        raise refusal


def _refusal(response: aiohttp.ClientResponse, answer: bytes) -> DeliveryError:
    error = _json(answer).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    permanent = response.status < 500 and response.status not in _TEMPORARY
    return DeliveryError(
        f"{response.status} {code or response.reason}", permanent=permanent, retry_after=_seconds(response.headers.get("Retry-After"))
    )


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isascii() and header.isdigit() else None


def _json(answer: bytes) -> dict[str, Any]:
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
