"""Teams' side of the program: activities in through `/api/messages`, replies out through the Bot Connector.

Two lanes. The turn is taken, and durable, before any response. Then an invoke is answered inside its response, since only there can a form open or
a card be replaced at once, and messages are posted after it, so that a slow Connector never holds a response back.

The archived SDK stays here and in `authentication`: its schema checks the activity, its turn context and pipeline carry the turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

import aiohttp
import structlog
from aiohttp import web
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext  # type: ignore[import-untyped]
from botbuilder.schema import Activity, ActivityTypes  # type: ignore[import-untyped]
from botframework.connector.auth import ClaimsIdentity  # type: ignore[import-untyped]

from adapters.port import ANSWER_SECONDS, CALLS_AT_ONCE, NO_ATTACHMENTS, DeliveryError, Listener, Outgoing, refuse_late
from adapters.teams import consent, render
from adapters.teams.activity import MalformedActivityError, read_activity, tenants
from adapters.teams.authentication import (
    METADATA_URL,
    PUBLIC_SERVICE_URLS,
    Authentication,
    Clock,
    NoAuthentication,
    NotAuthenticatedError,
    is_allowed,
    is_loopback,
    vouches,
)
from adapters.teams.client import Connector
from adapters.teams.credentials import AppType, ClientCredentials, TokenCache, TokenSource
from adapters.teams.handing import Handing
from adapters.teams.keys import KeysUnavailableError, SigningKeys
from adapters.teams.parse import parse
from adapters.teams.posting import Posting
from adapters.teams.responses import left_to_post, response_to
from dialogs.attachment import Attachment
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, Platform, Reference
from dialogs.messages import Message, Reply
from dialogs.request_actions import MarkExchange

ROUTE = "/api/messages"
BODY_LIMIT = 1024 * 1024  # bytes (interfaces.md)
RETRY_AFTER = "5"  # seconds

_PAYLOAD = "pourqui.payload"
_RESPONSE = "pourqui.response"
_LOOKED_UP_WITHIN = 2.0  # seconds for the roster, of the 5 in which Teams wants the response to an invoke
_BOTS_AND_PEOPLE = ("28:", "29:")  # how the ids begin that a bot is given; an Entra id is a bare UUID

log = structlog.get_logger(__name__)


class NotAllowedError(Exception):
    """The activity is authentic, and not for this bot to take."""


class _Turns(CloudAdapterBase):  # type: ignore[misc]
    """The SDK's turn: its context and pipeline around one activity. Replies don't pass through it, they're return values."""

    async def turn(self, payload: dict[str, Any], identity: ClaimsIdentity, logic: Callable[[TurnContext], Awaitable[None]]) -> InvokeResponse:
        """Run one activity through the pipeline. Raises MalformedActivityError for one that the schema refuses."""
        try:
            activity = Activity().deserialize(payload)
        except Exception as error:  # msrest raises DeserializationError, and its converters whatever they stumble on
            raise MalformedActivityError("not of the activity schema") from error  # its own text would quote the person
        context = TurnContext(self, activity)
        context.turn_state.update({self.BOT_IDENTITY_KEY: identity, _PAYLOAD: payload})
        await self.run_pipeline(context, logic)
        return context.turn_state.get(_RESPONSE) or InvokeResponse(status=HTTPStatus.OK)


class TeamsAdapter:
    """Microsoft Teams as an `adapters.port.Adapter`. The constructor opens nothing and asks nobody.

    `app_type` MultiTenant lets other tenants talk to the bot; e-mails are verified for `tenant_id` alone. `dev` needs no app and no token, and talks
    to this machine only. `tokens` and `metadata_url` stand in for Microsoft's sign-in and key server, `stores_here` for where it keeps people's
    files: on this machine. Raises ValueError for settings that contradict each other.
    """

    platform: Platform = "teams"

    def __init__(
        self,
        *,
        now: Clock,
        app_id: str | None = None,
        password: str | None = None,
        tenant_id: str | None = None,
        app_type: AppType = "SingleTenant",
        service_urls: Sequence[str] = PUBLIC_SERVICE_URLS,
        tokens: TokenSource | None = None,
        metadata_url: str = METADATA_URL,
        stores_here: bool = False,
        dev: bool = False,
    ) -> None:
        app_id = app_id or None
        if dev == (app_id is not None):
            raise ValueError("development goes without an app id, and only development does")
        if app_id is not None and app_type == "SingleTenant" and not tenant_id:
            raise ValueError("a SingleTenant app needs its tenant's id")
        if app_id is not None and tokens is None:
            if not password:
                raise ValueError("an app id needs its password")
            tokens = ClientCredentials(app_id=app_id, password=password, app_type=app_type, tenant_id=tenant_id)
        self._now = now
        self._app_id = app_id
        self._tenant = tenant_id
        self._only_ours = not dev and app_type == "SingleTenant"
        self._service_urls = tuple(service_urls)
        self._tokens = tokens
        self._metadata_url = metadata_url
        self._stores_here = stores_here or dev
        self._session: aiohttp.ClientSession
        self._connector: Connector
        self._posting: Posting
        self._handing: Handing
        self._authentication: Authentication | NoAuthentication
        self._turns: _Turns
        self._listener: Listener

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one route of the Bot Framework."""
        return (web.post(ROUTE, self._receive),)

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        """Open the connection pool."""
        self._listener = listener
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CALLS_AT_ONCE), cookie_jar=aiohttp.DummyCookieJar())
        cache = TokenCache(self._tokens) if self._tokens is not None else None
        self._connector = Connector(self._session, cache, bot=f"28:{self._app_id}" if self._app_id is not None else None)
        self._posting = Posting(self._connector)
        self._handing = Handing(self._session, self._connector, listener, stores_here=self._stores_here)
        if self._app_id is not None:
            self._authentication = Authentication(SigningKeys(self._session, self._metadata_url), app_id=self._app_id, now=self._now)
        else:
            self._authentication = NoAuthentication()
        self._turns = _Turns(self._authentication)

    async def stop(self) -> None:
        """Close the connection pool."""
        await self._session.close()

    @property
    def can_look(self) -> bool:
        """Teams lets no bot read what was said before."""
        return False

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send once, within `adapters.port.SEND_SECONDS`: to a whole channel as the first message of a new thread. Return the message's id.

        Raises DeliveryError.
        """
        return await self._posting.send(outgoing)

    async def find(self, outgoing: Outgoing) -> str | None:
        """Raise DeliveryError: nobody can look here."""
        raise DeliveryError(f"Teams lets no bot look for a message ({outgoing.key})", permanent=True)

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        """Show something else in place of a message that was sent. Raises DeliveryError."""
        await self._posting.edit(reference, message_id, message, attachments)

    async def recall(self, reference: Reference, message_id: str) -> None:
        """Delete a message that was sent; one that's gone already is no error. Raises DeliveryError."""
        await self._posting.recall(reference, message_id)

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        try:
            identity = await self._authentication.identify(request.headers.get("Authorization"))
            payload = await _body(request)
            self._check(identity, payload)
            response = await self._turns.turn(payload, identity, self._take)
        except NotAuthenticatedError as error:
            return _refused(HTTPStatus.UNAUTHORIZED, error)
        except KeysUnavailableError as error:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, error)
        except NotAllowedError as error:
            return _refused(HTTPStatus.FORBIDDEN, error)
        except MalformedActivityError as error:
            return _refused(HTTPStatus.BAD_REQUEST, error)
        except web.HTTPException:
            raise
        except Exception:
            # The fault is ours, not the activity's: Teams may deliver it again.
            log.exception("teams.activity.failed")
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER})
        if response.body is None:
            return web.Response(status=response.status)
        return web.Response(status=response.status, body=render.encode(response.body), content_type="application/json", charset="utf-8")

    def _check(self, identity: ClaimsIdentity, payload: dict[str, Any]) -> None:
        service_url = payload.get("serviceUrl")
        if not isinstance(service_url, str):
            raise MalformedActivityError("no serviceUrl")
        if self._app_id is None:
            if not is_loopback(service_url):
                raise NotAllowedError("in development, the service URL must be on this machine")
            return
        if not vouches(identity, channel=payload.get("channelId"), service_url=service_url):
            raise NotAuthenticatedError("the token is for another channel or service URL")
        if not is_allowed(service_url, self._service_urls):
            raise NotAllowedError(f"service URL not allowed: {service_url}")
        named = tenants(payload)
        if self._only_ours and named and self._tenant not in named:
            raise NotAllowedError("another tenant")

    async def _take(self, context: TurnContext) -> None:
        payload: dict[str, Any] = context.turn_state[_PAYLOAD]
        if (answer := consent.read_answer(payload, self._now())) is not None:
            if await self._listener.is_new(answer):
                self._listener.spawn(self._handing.follow(answer))
            return
        event = parse(payload, received=self._now())
        if event is None:
            context.turn_state[_RESPONSE] = _unheard(payload)
            return
        event = await self._authored(event)
        until = asyncio.get_running_loop().time() + ANSWER_SECONDS
        taken = await self._listener.take(event)
        name = payload.get("name") if payload["type"] == ActivityTypes.invoke else None
        if name is not None:
            body = response_to(name, taken.replies, tapped=_tapped_message(event))
            context.turn_state[_RESPONSE] = InvokeResponse(status=HTTPStatus.OK, body=body)
        if not taken.kept:
            await self._apologise(event, left_to_post(name, taken.replies))
            return
        if taken.first:
            self._listener.spawn(self._answer(event, left_to_post(name, taken.replies), until, traced=taken.traced))
        if not taken.acquainted:
            self._listener.spawn(self._meet(event))

    async def _authored(self, event: Event) -> Event:
        """A message action names the author by their Entra id. The roster knows them by ours, where the bot is a member."""
        match event:
            case FormAsked(action=MarkExchange(user=author) as action) if author and not author.startswith(_BOTS_AND_PEOPLE):
                until = asyncio.get_running_loop().time() + _LOOKED_UP_WITHIN
                try:
                    user = await self._connector.known_as(event.reference, author, until=until)
                except DeliveryError as error:
                    log.info("teams.author.not_known", reason=str(error))
                    return event
                return replace(event, action=replace(action, user=user or author))
            case _:
                return event

    async def _answer(self, event: Event, replies: Sequence[Reply], until: float, *, traced: bool) -> None:
        """Post the replies that the response couldn't hold. A temporary failure, and what is late, is left to the ledger."""
        try:
            for reply in replies:
                if traced:
                    refuse_late(until)
                await self._posting.answer(event.reference, event.sender.user, _tapped_message(event), reply)
        except DeliveryError as error:
            log.warning("teams.reply.not_posted", key=str(event.key) if traced else None, permanent=error.permanent, reason=str(error))
            if not error.permanent:
                return
        if traced:
            await self._listener.answered(event.key)

    async def _apologise(self, event: Event, replies: Sequence[Reply]) -> None:
        """Post an apology, which nobody else could. Raises DeliveryError where it fails for a while: Teams may deliver the activity again."""
        try:
            for reply in replies:
                await self._posting.answer(event.reference, event.sender.user, _tapped_message(event), reply)
        except DeliveryError as error:
            if not error.permanent:
                raise
            log.warning("teams.not_apologised", reason=str(error))

    async def _meet(self, event: Event) -> None:
        home = self._tenant or (event.reference.tenant if self._app_id is None else None)
        try:
            profile = await self._connector.profile(event.reference, event.sender, home=home)
        except DeliveryError as error:
            log.warning("teams.profile.not_fetched", reason=str(error))
            return
        await self._listener.met(profile)


async def _body(request: web.Request) -> dict[str, Any]:
    if (request.content_length or 0) > BODY_LIMIT:
        raise web.HTTPRequestEntityTooLarge(max_size=BODY_LIMIT, actual_size=request.content_length or 0)
    body = await request.read()
    if len(body) > BODY_LIMIT:
        raise web.HTTPRequestEntityTooLarge(max_size=BODY_LIMIT, actual_size=len(body))
    return read_activity(body)


def _refused(status: HTTPStatus, error: Exception) -> web.Response:
    log.info("teams.activity.refused", status=int(status), reason=str(error))
    headers = {"Retry-After": RETRY_AFTER} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return web.Response(status=status, headers=headers)


def _unheard(payload: dict[str, Any]) -> InvokeResponse:
    """Answer what asks for no turn: an empty object for a thumb, as Teams expects, nothing for whatever else we don't serve."""
    log.info("teams.activity.unheard", type=payload["type"], name=payload.get("name"), action=payload.get("action"))
    thumb = payload["type"] == ActivityTypes.invoke and payload.get("name") == "message/submitAction"
    return InvokeResponse(status=HTTPStatus.OK, body={} if thumb else None)


def _tapped_message(event: Event) -> str | None:
    return event.message_id if isinstance(event, ActionTaken | FormAsked | FormSubmitted) else None
