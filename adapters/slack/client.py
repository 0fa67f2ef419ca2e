"""The calls to Slack's Web API."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler, AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.port import CALLS_AT_ONCE, DeliveryError
from adapters.slack import limits
from adapters.slack.failures import NEVER_SENT, RefusedError, body_of, seconds_of
from adapters.slack.limits import clip
from adapters.slack.render import Uploaded
from adapters.slack.sender import Installation
from dialogs.attachment import Attachment
from dialogs.people import Profile

JSON = dict[str, Any]

API_URL = "https://slack.com/api/"
SCOPES = {  # what the bot's token must be allowed, by method or gesture; the manifest asks for these
    "app_mention": ("app_mentions:read",),
    "message.im": ("im:history",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "commands": ("commands",),
    "chat.postMessage": ("chat:write",),
    "chat.delete": ("chat:write",),
    "conversations.open": ("im:write",),
    "conversations.history": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "files.completeUploadExternal": ("files:write",),
    "users.info": ("users:read", "users:read.email"),
    "assistant.threads.setSuggestedPrompts": ("assistant:write",),
}

_STAMP = "pourqui_delivery"  # the event type of our messages' metadata
_PATIENCE = 5  # seconds of a rate limit that are waited for; past it the sweep takes over, and must not post beside a call that still sleeps
_CONNECT = 2.0  # seconds to make a connection, less than a sending has: one that was never made is known not to have been heard
_UPLOADING = ClientTimeout(total=60, connect=_CONNECT)  # seconds
_PAGE, _THREAD_PAGE, _PAGES = 200, 999, 5  # messages of a conversation or of a thread, looked at for our stamp: it's at most a few hours old
_PEOPLE = ("U", "W")  # how people's ids begin, which stand for their own conversations (`places`); W is of Enterprise Grid
_KNOWN_CONVERSATIONS = 10_000  # people whose conversation id is remembered


class SlackClient:
    """One workspace's Web API, by its bot token. `timeout` is in seconds, for a whole call.

    A call waits once for a short rate limit (Retry-After), and is made again once when the connection was never made; whatever else failed may
    have been heard, and is left to who called. Where `patient` is False, it's made once. Every method raises DeliveryError.
    """

    def __init__(self, token: str, api_url: str = API_URL, *, timeout: float = 5) -> None:
        self._token, self._api_url, self._timeout = token, api_url, timeout
        self._session: ClientSession | None = None
        self._installation: Installation | None = None
        self._conversations: dict[str, str] = {}

    async def open(self) -> None:
        """Open the HTTP session; nothing is called yet."""
        connector = TCPConnector(limit=CALLS_AT_ONCE)
        self._session = self._http = ClientSession(connector=connector, timeout=ClientTimeout(total=self._timeout, connect=_CONNECT))
        never_sent = AsyncConnectionErrorRetryHandler(error_types=list(NEVER_SENT))
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
            told = await body_of(self._web.auth_test())
            self._installation = Installation(team=told["team_id"], enterprise=told.get("enterprise_id") or None, user=told["user_id"])
        return self._installation

    async def post(self, conversation: str, thread: str | None, shown: JSON, *, key: UUID, patient: bool = True) -> str | None:
        """Post a message, stamped with its delivery's key; return its id there. The conversation may be named by its person's id."""
        stamped = shown | {"metadata": _stamp(key), "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        known = self._conversations.get(conversation, conversation)  # chat.postMessage takes a person's id too, and tells the conversation's
        told = await body_of(self._caller(patient=patient).chat_postMessage(channel=known, thread_ts=thread, **stamped))
        if conversation[:1] in _PEOPLE and told.get("channel"):
            self.learn_conversation(conversation, told["channel"])
        return told.get("ts")

    async def update(self, conversation: str, message_id: str, shown: JSON, *, patient: bool = True) -> None:
        """Show something else in place of a message of ours, whose stamp stays: its delivery may still be looked for."""
        await body_of(self._caller(patient=patient).chat_update(channel=conversation, ts=message_id, **shown))

    async def delete(self, conversation: str, message_id: str) -> None:
        """Delete a message of ours."""
        await body_of(self._hasty.chat_delete(channel=conversation, ts=message_id))

    async def upload(self, attachment: Attachment, *, conversation: str | None = None, thread: str | None = None) -> Uploaded:
        """Upload a file that only the bot has; with a conversation, it's shared there, beside the bot's messages. Nothing is tried twice.

        https://docs.slack.dev/messaging/working-with-files#upload
        """
        channel = None if conversation is None else await self.id_of(conversation)  # a person's id isn't taken here
        asked = self._hasty.files_getUploadURLExternal(filename=attachment.name, length=len(attachment.content))
        place = await body_of(asked)
        await self._put_bytes(str(place["upload_url"]), attachment.content)
        named: list[dict[str, str | None]] = [{"id": str(place["file_id"]), "title": attachment.name}]
        done = await body_of(self._hasty.files_completeUploadExternal(files=named, channel_id=channel, thread_ts=thread))
        told: JSON = next(iter(done.get("files") or ()), {})
        return Uploaded(id=str(place["file_id"]), permalink=told.get("permalink") or None)

    async def _put_bytes(self, url: str, content: bytes) -> None:
        try:
            async with self._http.post(url, data=BytesIO(content), timeout=_UPLOADING, allow_redirects=False) as response:
                if response.status != 200:
                    again = seconds_of(response.headers.get("Retry-After"))
                    raise DeliveryError(f"Slack took no file: {response.status}", permanent=False, retry_after=again)
        except (ClientError, TimeoutError) as error:
            raise DeliveryError(f"Slack took no file: {type(error).__name__}", permanent=False) from error

    async def publish(self, user: str, view: JSON, *, patient: bool = True) -> None:
        """Show somebody's home tab."""
        await body_of(self._caller(patient=patient).views_publish(user_id=user, view=view))

    async def open_view(self, trigger: str, view: JSON) -> None:
        """Open a modal. A trigger lives 3 seconds: no waiting for rate limits here."""
        await body_of(self._hasty.views_open(trigger_id=trigger, view=view))

    def learn_conversation(self, user: str, conversation: str) -> None:
        """Keep the id of somebody's own conversation with the bot."""
        if user not in self._conversations and len(self._conversations) >= _KNOWN_CONVERSATIONS:
            self._conversations.clear()
        self._conversations[user] = conversation

    async def id_of(self, conversation: str) -> str:
        """Return Slack's id of a conversation, which may be named by its person's; that one never changes, so it's asked once."""
        if conversation[:1] not in _PEOPLE:
            return conversation
        if conversation not in self._conversations:
            told = await body_of(self._web.conversations_open(users=conversation))
            self.learn_conversation(conversation, told["channel"]["id"])
        return self._conversations[conversation]

    async def find(self, conversation: str, thread: str | None, key: UUID) -> str | None:
        """Return the id of the message that has a delivery's stamp, None where there's none."""
        cursor: str | None = None
        for _ in range(_PAGES):
            if thread is None:
                page = self._web.conversations_history(channel=conversation, include_all_metadata=True, limit=_PAGE, cursor=cursor)
            else:
                page = self._web.conversations_replies(channel=conversation, ts=thread, include_all_metadata=True, limit=_THREAD_PAGE, cursor=cursor)
            try:
                told = await body_of(page)
            except RefusedError as error:
                if error.code != "thread_not_found":  # its first message was deleted: nothing of ours is there
                    raise
                return None
            for message in told["messages"]:
                if _is_stamped(message, key):
                    found: str = message["ts"]
                    return found
            cursor = (told.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                break
        return None

    async def suggest(self, conversation: str, thread: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Suggest questions, each a title and the message that it sends, in an assistant thread."""
        shown = [{"title": clip(title, limits.BUTTON), "message": message} for title, message in prompts[: limits.PROMPTS]]
        await body_of(self._web.assistant_threads_setSuggestedPrompts(channel_id=conversation, thread_ts=thread, prompts=shown))

    async def profile(self, tenant: str, user: str) -> Profile:
        """Return what Slack tells of somebody, their e-mail only when Slack vouches for it (interfaces.md, *verified*)."""
        ours = await self.installation()
        told: JSON = (await body_of(self._web.users_info(user=user, include_locale=True)))["user"]
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

    def _caller(self, *, patient: bool) -> AsyncWebClient:
        return self._web if patient else self._hasty


class _ShortWait(AsyncRateLimitErrorRetryHandler):
    """Waits for a rate limit only when that's soon over."""

    async def _can_retry_async(self, *, response: HttpResponse | None = None, **asked: Any) -> bool:
        if response is None or not await super()._can_retry_async(response=response, **asked):
            return False
        told = {name.lower(): values for name, values in response.headers.items()}.get("retry-after")
        seconds = seconds_of(told[0] if told else None)
        return seconds is not None and seconds <= _PATIENCE


def _stamp(key: UUID) -> JSON:
    return {"event_type": _STAMP, "event_payload": {"delivery_id": str(key)}}


def _is_stamped(message: JSON, key: UUID) -> bool:
    stamp = message.get("metadata") or {}
    return stamp.get("event_type") == _STAMP and (stamp.get("event_payload") or {}).get("delivery_id") == str(key)
