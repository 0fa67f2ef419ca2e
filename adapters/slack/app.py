"""The Slack adapter: takes a turn for every gesture, acknowledges it, then posts what was said.

The turn comes before the acknowledgement in every lane, so that Slack sends again what a crash took from us; it takes local work only.
Posting comes after, so that a slow Slack never holds up an acknowledgement. Two things must be in the response: the errors of a form, and a
form itself, whose trigger lives 3 seconds.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.response import BoltResponse

from adapters.port import ANSWER_SECONDS, NO_ATTACHMENTS, DeliveryError, Listener, Outgoing, Taken, refuse_late
from adapters.slack import posting, views
from adapters.slack.bolt import bolt_app, bolt_request
from adapters.slack.client import API_URL, SlackClient
from adapters.slack.failures import RefusedError
from adapters.slack.gate import Gate
from adapters.slack.meeting import SPACING, Meeting
from adapters.slack.origin import Origin
from adapters.slack.parse import parse
from adapters.slack.payload import MalformedPayloadError, Payload, decode, identifier
from adapters.slack.places import told_conversation
from adapters.slack.socket import Socket
from adapters.slack.uploads import Uploads
from dialogs.attachment import Attachment
from dialogs.delivery import reply_key
from dialogs.events import ActionTaken, ConversationStarted, Event, FormAsked, FormSubmitted, Reference
from dialogs.messages import Form, FormErrors, Message

Prompts = Callable[[str | None], Sequence[tuple[str, str]]]

_FORM_SECONDS = 2.0  # for views.open: with the turn before it, the whole stays within the 3 seconds that Slack waits

log = structlog.get_logger()


class SlackAdapter:
    """One workspace, by its bot token: over HTTP with a signing secret, over Socket Mode with an app token, or both.

    `clock` tells the time of what comes over the socket without a time of its own, `signing_clock` how old a signature is, where it isn't this
    machine's. `prompts` returns what to suggest in an assistant thread, as (title, message) pairs, for a locale such as `fr-FR` (None where Slack
    tells none). `timeout` is in seconds, for a call to Slack; `meeting` is the time between two questions of a workspace about who somebody is.
    Raises ValueError with neither secret nor app token.
    """

    platform: Literal["slack"] = "slack"

    def __init__(
        self,
        bot_token: str,
        signing_secret: str | None,
        *,
        clock: Callable[[], datetime],
        signing_clock: Callable[[], datetime] | None = None,
        api_url: str = API_URL,
        app_token: str | None = None,
        prompts: Prompts | None = None,
        timeout: float = 5,
        meeting: float = SPACING,
    ) -> None:
        if not (signing_secret or app_token):
            raise ValueError("Slack needs a signing secret (HTTP) or an app token (Socket Mode)")
        self._gate = Gate(signing_secret, signing_clock) if signing_secret else None
        self._clock, self._prompts = clock, prompts
        self._app_token, self._api_url = app_token, api_url
        self._client = SlackClient(bot_token, api_url, timeout=timeout)
        self._bolt = bolt_app(self._client, self._hear, bot_token=bot_token, api_url=api_url)
        self._socket: Socket | None = None
        self._meeting = Meeting(self._client, meeting)

    def routes(self) -> Iterable[web.RouteDef]:
        """Return the one route of all gestures; none without a signing secret."""
        return [web.post("/slack/events", partial(self._receive, self._gate))] if self._gate else []

    async def start(self, listener: Listener, *, hears: bool = True) -> None:
        """Open the HTTP session, and have the socket connected where it hears; neither waits for Slack."""
        self._listener = listener
        self._uploads = Uploads(self._client, listener.spawn)
        await self._client.open()
        listener.spawn(self._introduce())
        if self._app_token and hears:
            self._socket = Socket(self._bolt, self._app_token, self._api_url)
            listener.spawn(self._socket.connect())

    async def stop(self) -> None:
        """Close the socket and the HTTP session."""
        if self._socket is not None:
            await self._socket.close()
        await self._client.close()

    @property
    def can_look(self) -> bool:
        """Whether one can look if a message is there: by its stamp, in the conversation's history."""
        return True

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send once, within `SEND_SECONDS`; return the message's timestamp. Raises DeliveryError."""
        return await posting.send(self._client, outgoing, self._uploads)

    async def find(self, outgoing: Outgoing) -> str | None:
        """Return the timestamp of the message that has this stamp, None where there's none. Raises DeliveryError."""
        return await posting.find(self._client, outgoing)

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        """Show something else in place of a message that was sent. Raises DeliveryError."""
        shown = Outgoing(key=key, reference=reference, message=message, attachments=attachments)
        await posting.edit(self._client, message_id, shown, self._uploads)

    async def recall(self, reference: Reference, message_id: str) -> None:
        """Delete a message that was sent; one that's gone already is no error. Raises DeliveryError."""
        await posting.recall(self._client, reference, message_id)

    async def _receive(self, gate: Gate, request: web.Request) -> web.Response:
        """Answer one HTTP request: 401 unless signed, 400 unless of a known form, else what Bolt's middlewares and ours return."""
        body = await request.read()
        sent = gate.admits(body, request.headers)
        if sent is None:
            return web.json_response({"error": "not signed by Slack"}, status=401)
        try:
            heard = bolt_request(decode(body, request.content_type), sent)
        except MalformedPayloadError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await to_aiohttp_response(await self._bolt.async_dispatch(heard))

    async def _hear(self, payload: Payload, received: datetime | None) -> BoltResponse:
        """Take the turn of a payload and return its acknowledgement."""
        try:
            event = parse(payload, received=received or self._clock(), ours=self._client.known_installation)
            conversation = told_conversation(payload)
        except MalformedPayloadError as error:
            log.warning("slack.malformed", reason=str(error))
            return BoltResponse(status=400, body={"error": str(error)})
        if event is None:
            inner = _inner_kind(payload)
            tell = log.debug if inner == "message" else log.info  # what people say to each other comes by the thousand
            tell("slack.ignored", kind=payload.get("type"), inner=inner)
            return BoltResponse(status=200, body={"options": []} if payload.get("type") == "block_suggestion" else "")
        if conversation is not None:
            self._client.learn_conversation(event.sender.user, conversation)
        until = asyncio.get_running_loop().time() + ANSWER_SECONDS
        taken = await self._listener.take(event)
        response = await self._respond(payload, event, taken)
        if not taken.acquainted:
            self._meeting.begin(self._listener, event.reference.tenant, event.sender.user)
        if not taken.kept:
            return response if await self._apologise(event, taken) else BoltResponse(status=503)  # Slack delivers it again
        if taken.first:
            self._listener.spawn(self._answer(event, taken, until))
            if isinstance(event, ConversationStarted):
                self._listener.spawn(self._suggest(event))
        return response

    async def _respond(self, payload: Payload, event: Event, taken: Taken) -> BoltResponse:
        """Return what must be in the response: the errors of a form, or a form; else an empty acknowledgement."""
        origin = Origin(reference=event.reference, message_id=_tapped(event))
        for reply in taken.replies:
            match event, reply:
                case FormSubmitted(), FormErrors():
                    return BoltResponse(status=200, body=views.errors(reply, origin))
                case FormSubmitted(), Form():
                    return BoltResponse(status=200, body={"response_action": "update", "view": views.modal(reply, origin)})
                case FormAsked(), Form():
                    return await self._open_form(payload, views.modal(reply, origin), _named(event, taken))
                case _:
                    continue
        return BoltResponse(status=200)

    async def _open_form(self, payload: Payload, view: dict[str, Any], named: str | None) -> BoltResponse:
        """Open a form within the request. When it can't be opened, nothing else would show it: refusing the request makes Slack warn the person."""
        try:
            async with asyncio.timeout(_FORM_SECONDS):
                await self._client.open_view(identifier(payload, "trigger_id"), view)
        except (DeliveryError, TimeoutError, MalformedPayloadError) as error:
            if isinstance(error, RefusedError) and error.code == "exchanged_trigger_id":
                return BoltResponse(status=200)  # the platform's retry: the first time opened it
            log.warning("slack.form_not_opened", event_key=named, reason=str(error) or type(error).__name__)
            return BoltResponse(status=502, body={"error": "the form could not be opened"})
        return BoltResponse(status=200)

    async def _answer(self, event: Event, taken: Taken, until: float) -> None:
        """Post the messages of a turn, stamped so that the ledger finds them; what fails for a while, or is late, is left to the sweep."""
        try:
            for index, reply in enumerate(taken.replies):
                if isinstance(reply, Message):
                    if taken.traced:
                        refuse_late(until)
                    await posting.post(self._client, _outgoing(event, index, reply))
        except DeliveryError as error:
            log.warning("slack.not_posted", event_key=_named(event, taken), reason=str(error), permanent=error.permanent)
            if not error.permanent:
                return
        if taken.traced:
            await self._listener.answered(event.key)

    async def _apologise(self, event: Event, taken: Taken) -> bool:
        """Post an apology, which nobody else could; tell whether that's settled."""
        try:
            for index, reply in enumerate(taken.replies):
                if isinstance(reply, Message):
                    await posting.post(self._client, _outgoing(event, index, reply))
        except DeliveryError as error:
            log.warning("slack.not_apologised", event_key=_named(event, taken), reason=str(error), permanent=error.permanent)
            return error.permanent
        return True

    async def _suggest(self, event: ConversationStarted) -> None:
        """Suggest questions in an assistant thread, in the language of the person's Slack."""
        place = event.reference
        if self._prompts is None or place.thread is None:
            return
        try:
            profile = await self._client.profile(place.tenant, event.sender.user)
            if prompts := self._prompts(profile.locale):
                await self._client.suggest(await self._client.id_of(place.conversation), place.thread, prompts)
        except DeliveryError as error:
            log.warning("slack.no_prompts", event_key=str(event.key), reason=str(error))

    async def _introduce(self) -> None:
        """Ask Slack who we are; until it says, payloads are believed about that."""
        try:
            ours = await self._client.installation()
        except DeliveryError as error:
            log.error("slack.unknown_installation", reason=str(error), permanent=error.permanent)  # noqa: TRY400 (a reason, not a traceback)
        else:
            log.info("slack.installed", team=ours.team, bot=ours.user)


def _outgoing(event: Event, index: int, said: Message) -> Outgoing:
    return Outgoing(key=reply_key(event.key, index), reference=event.reference, message=said, user=event.sender.user, tapped=_tapped(event))


def _named(event: Event, taken: Taken) -> str | None:
    """Return what the log calls an event; None for one that leaves no trace."""
    return str(event.key) if taken.traced else None


def _tapped(event: Event) -> str | None:
    """Return the id of the message whose button was tapped: what a person wrote can't be updated."""
    return event.message_id if isinstance(event, ActionTaken | FormAsked | FormSubmitted) else None


def _inner_kind(payload: Payload) -> object:
    event = payload.get("event")
    return event.get("type") if isinstance(event, dict) else None
