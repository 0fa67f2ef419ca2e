"""The calls to Slack's Web API, and what their failures mean."""

from collections.abc import Awaitable, Sequence
from typing import Any
from uuid import UUID

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler, AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.port import DeliveryError
from adapters.slack import limits
from adapters.slack.limits import clip
from adapters.slack.sender import Installation
from dialogs.people import Profile

JSON = dict[str, Any]

API_URL = "https://slack.com/api/"
SCOPES = {  # what the bot's token must be allowed, by method or gesture; the manifest asks for these
    "app_mention": ("app_mentions:read",),
    "message.im": ("im:history",),
    "commands": ("commands",),
    "chat.postMessage": ("chat:write",),
    "conversations.open": ("im:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "users.info": ("users:read", "users:read.email"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
}

_STAMP = "pourqui_reply"  # the event type of our messages' metadata
_PASSING = {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable", "team_added_to_org"}
_PATIENCE = 5  # seconds of a rate limit that are waited for; past it the sweep takes over, and must not post beside a call that still sleeps
_NOT_SLACK = "not Slack's answer: something in between"
_PAGE, _PAGES = 200, 5  # messages of a conversation, looked at for our stamp: a held-back reply is at most an hour old
_KNOWN_CONVERSATIONS = 10_000  # people whose conversation id is remembered


class RefusedError(DeliveryError):
    """Slack said no; `code` is its word for why, such as `channel_not_found`, or the HTTP status when it gave none."""

    def __init__(self, code: str, *, permanent: bool, retry_after: float | None = None) -> None:
        super().__init__(f"Slack refused: {code}", permanent=permanent, retry_after=retry_after)
        self.code = code


class SlackClient:
    """One workspace's Web API, by its bot token. `timeout` is in seconds, for a whole call.

    A call waits once for a short rate limit (Retry-After), and is made again once when the connection was never made; whatever else failed may
    have been heard, and is left to who called. Every method raises DeliveryError.
    """

    def __init__(self, token: str, api_url: str = API_URL, *, timeout: float = 5) -> None:
        self._token, self._api_url, self._timeout = token, api_url, timeout
        self._session: ClientSession | None = None
        self._installation: Installation | None = None
        self._conversations: dict[str, str] = {}

    async def open(self) -> None:
        """Open the HTTP session; nothing is called yet."""
        self._session = ClientSession(timeout=ClientTimeout(total=self._timeout))
        never_sent = AsyncConnectionErrorRetryHandler(error_types=[ClientConnectorError, ConnectionTimeoutError])
        self._web = AsyncWebClient(self._token, self._api_url, session=self._session, retry_handlers=[never_sent, _ShortWait()])
        self._hasty = AsyncWebClient(self._token, self._api_url, session=self._session, retry_handlers=[])

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()

    @property
    def known_installation(self) -> Installation | None:
        """Who we are, once `installation` has asked."""
        return self._installation

    async def installation(self) -> Installation:
        """Return who we are; asked once."""
        if self._installation is None:
            told = await _answer(self._web.auth_test())
            self._installation = Installation(team=told["team_id"], enterprise=told.get("enterprise_id") or None, user=told["user_id"])
        return self._installation

    async def post(self, conversation: str, thread: str | None, shown: JSON, *, key: UUID, index: int) -> None:
        """Post a message, stamped with its event key and its place among that event's replies."""
        stamped = shown | {"metadata": _stamp(key, index), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        await _answer(self._web.chat_postMessage(channel=conversation, thread_ts=thread, **stamped))

    async def update(self, conversation: str, message_id: str, shown: JSON, *, key: UUID, index: int) -> None:
        """Show something else in place of a message of ours."""
        await _answer(self._web.chat_update(channel=conversation, ts=message_id, metadata=_stamp(key, index), **shown))

    async def publish(self, user: str, view: JSON) -> None:
        """Show somebody's home tab."""
        await _answer(self._web.views_publish(user_id=user, view=view))

    async def open_view(self, trigger: str, view: JSON) -> None:
        """Open a modal. A trigger lives 3 seconds: no waiting for rate limits here."""
        await _answer(self._hasty.views_open(trigger_id=trigger, view=view))

    async def conversation_with(self, user: str) -> str:
        """Return the id of somebody's own conversation with the bot; it never changes, so it's asked once."""
        if user not in self._conversations:
            told = await _answer(self._web.conversations_open(users=user))
            if len(self._conversations) >= _KNOWN_CONVERSATIONS:
                self._conversations.clear()
            self._conversations[user] = told["channel"]["id"]
        return self._conversations[user]

    async def posted(self, conversation: str, thread: str | None, key: UUID) -> frozenset[int]:
        """Return which replies to an event are there already, by their stamps."""
        found: set[int] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            if thread is None:
                page = self._web.conversations_history(channel=conversation, include_all_metadata=True, limit=_PAGE, cursor=cursor)
            else:
                page = self._web.conversations_replies(channel=conversation, ts=thread, include_all_metadata=True, limit=_PAGE, cursor=cursor)
            try:
                told = await _answer(page)
            except RefusedError as error:
                if error.code != "thread_not_found":  # its first message was deleted: nothing of ours is there
                    raise
                break
            stamps = [message.get("metadata") or {} for message in told["messages"]]
            payloads = [stamp.get("event_payload") or {} for stamp in stamps if stamp.get("event_type") == _STAMP]
            found |= {payload["index"] for payload in payloads if payload.get("event_key") == str(key)}
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return frozenset(found)

    async def suggest(self, conversation: str, thread: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Suggest questions, each a title and the message that it sends, in an assistant thread."""
        shown = [{"title": clip(title, limits.BUTTON), "message": message} for title, message in prompts[: limits.PROMPTS]]
        await _answer(self._web.assistant_threads_setSuggestedPrompts(channel_id=conversation, thread_ts=thread, prompts=shown))

    async def profile(self, tenant: str, user: str) -> Profile:
        """Return what Slack tells of somebody, their e-mail only when Slack vouches for it (interfaces.md, *verified*)."""
        ours = await self.installation()
        told: JSON = (await _answer(self._web.users_info(user=user, include_locale=True)))["user"]
        details: JSON = told.get("profile") or {}
        organization: JSON = told.get("enterprise_user") or {}
        colleague = told.get("team_id") == ours.team or (ours.enterprise is not None and organization.get("enterprise_id") == ours.enterprise)
        invited = told.get("is_restricted") or told.get("is_ultra_restricted") or told.get("is_stranger")
        member = bool(colleague and not invited and not told.get("is_bot"))
        vouched = member and not told.get("deleted") and told.get("is_email_confirmed") is not False
        return Profile(
            platform="slack",
            tenant=tenant,
            user=user,
            name=details.get("real_name") or told.get("real_name") or told.get("name"),
            email=details.get("email") or None if vouched else None,
            locale=told.get("locale"),
            timezone=told.get("tz"),
            guest=not member,
        )


class _ShortWait(AsyncRateLimitErrorRetryHandler):
    """Waits for a rate limit only when that's soon over."""

    async def _can_retry_async(self, *, response: HttpResponse | None = None, **asked: Any) -> bool:
        if response is None or not await super()._can_retry_async(response=response, **asked):
            return False
        told = {name.lower(): values for name, values in response.headers.items()}.get("retry-after")
        seconds = _seconds(told[0] if told else None)
        return seconds is not None and seconds <= _PATIENCE


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def _stamp(key: UUID, index: int) -> JSON:
    return {"event_type": _STAMP, "event_payload": {"event_key": str(key), "index": index}}


async def _answer(call: Awaitable[AsyncSlackResponse]) -> JSON:
    """Await a call and return its body. Raises DeliveryError, a RefusedError where Slack answered."""
    try:
        body: object = (await call).data
    except SlackClientError as error:
        raise _refusal(getattr(error, "response", None)) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise DeliveryError(f"Slack can't be reached: {type(error).__name__}", permanent=False) from error
    except (AttributeError, ValueError) as error:  # slack_sdk, on a body that isn't a JSON object, or on a Retry-After that isn't a number
        raise DeliveryError(_NOT_SLACK, permanent=False) from error
    if not isinstance(body, dict):
        raise DeliveryError(_NOT_SLACK, permanent=False)
    return body


def _refusal(response: object) -> DeliveryError:
    """Tell a refusal for good (whatever Slack answered by itself, but for a few words) from one that passes (too many calls, a server's error)."""
    if not isinstance(response, AsyncSlackResponse):
        return DeliveryError(_NOT_SLACK, permanent=False)
    body: object = response.data
    told = body.get("error") if isinstance(body, dict) else None
    code = told if isinstance(told, str) else str(response.status_code)
    passing = code in _PASSING or response.status_code == 429 or response.status_code >= 500 or told is None
    return RefusedError(code, permanent=not passing, retry_after=_seconds(response.headers.get("Retry-After")))
