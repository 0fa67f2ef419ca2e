"""Bolt, wired for one await: it authorizes and dispatches, and its last middleware hands every payload to the adapter."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.client import SlackClient
from adapters.slack.payload import MalformedPayloadError, Payload

Hear = Callable[[Payload, datetime | None], Awaitable[BoltResponse]]


def bolt_request(payload: dict[str, Any], sent: datetime) -> AsyncBoltRequest:
    """Make Bolt's request of an authenticated payload. Raises MalformedPayloadError where Bolt, which trusts types, stumbles on one.

    Socket Mode is Bolt's word for "already authenticated, and already decoded".
    """
    try:
        return AsyncBoltRequest(mode="socket_mode", body=payload, context={"sent": sent})
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MalformedPayloadError(f"ids of a wrong type: {error}") from error


def bolt_app(client: SlackClient, hear: Hear, *, bot_token: str, api_url: str) -> AsyncApp:
    """Return a Bolt app whose last middleware takes every payload, in one await: a listener would make it poll for the acknowledgement (11 ms)."""
    logger = logging.getLogger("adapters.slack.bolt")
    logger.setLevel(logging.ERROR)  # Bolt warns when SLACK_BOT_TOKEN is in the environment beside `authorize`
    app = AsyncApp(
        name="pourqui",
        logger=logger,
        client=AsyncWebClient(base_url=api_url),
        authorize=_Authorized(client, bot_token),
        request_verification_enabled=False,  # the gate has done it
        ignoring_self_events_enabled=False,  # parse does it
        attaching_function_token_enabled=False,
    )
    app.use(_Intake(hear))
    return app


class _Authorized(AsyncAuthorize):
    """Authorizes from memory: Bolt's own way would call auth.test while Slack waits for the acknowledgement."""

    def __init__(self, client: SlackClient, bot_token: str) -> None:
        self._client, self._bot_token = client, bot_token

    async def __call__(self, *, enterprise_id: str | None, team_id: str | None, **_: object) -> AuthorizeResult:
        ours = self._client.known_installation
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=ours.user if ours else None,
            bot_token=self._bot_token,
        )


class _Intake(AsyncMiddleware):
    """Hands every payload that reaches it to the adapter."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    async def async_process(self, *, req: AsyncBoltRequest, **_: object) -> BoltResponse:
        return await self._hear(req.body, req.context.get("sent"))
