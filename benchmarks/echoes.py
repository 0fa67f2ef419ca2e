"""What pourqui is measured against: echoes on the platforms' own libraries, as their documentation has them.

    python -m benchmarks.echoes bolt|listener API_URL      Bolt with its signature check: one that posts an echo, one whose listener does nothing
    python -m benchmarks.echoes cloud METADATA_URL         botbuilder's CloudAdapter with authentication, which sends its echo to the Connector

`CloudAdapter` itself is in a package that does nothing else (botbuilder-integration-aiohttp); `_Cloud` does to a request what it does.
"""

import asyncio
import re
import sys
from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession, web
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext  # type: ignore[import-untyped]
from botbuilder.schema import Activity, ActivityTypes  # type: ignore[import-untyped]
from botframework.connector.auth import (  # type: ignore[import-untyped]
    AuthenticationConstants,
    BotFrameworkAuthenticationFactory,
    MicrosoftAppCredentials,
    PasswordServiceClientCredentialFactory,
)
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from adapters.teams.app import ROUTE
from benchmarks.processes import announce
from tests.platforms.slack_gestures import SECRET
from tests.platforms.slack_workspace import BOT_TOKEN
from tests.platforms.teams import TENANT, FakeTeams
from tests.platforms.teams_tokens import APP_ID

SLACK_ROUTE = "/slack/events"


def bolt(api_url: str, session: ClientSession, *, echoes: bool) -> AsyncApp:
    """Return a Bolt app that says again what it hears. It's given one HTTP session: Bolt's own client opens a connection for each call."""
    app = AsyncApp(signing_secret=SECRET, client=AsyncWebClient(BOT_TOKEN, api_url, session=session))

    @app.event("message")
    async def heard(event: dict[str, Any], say: AsyncSay) -> None:
        if echoes:
            await say(event["text"])

    @app.action(re.compile(".*"))
    async def tapped(ack: AsyncAck, action: dict[str, Any], say: AsyncSay) -> None:
        await ack()
        if echoes:
            await say(action["value"])

    return app


async def serve_bolt(api_url: str, *, echoes: bool) -> None:
    """Serve it as Bolt's own aiohttp adapter does."""
    async with ClientSession() as session:
        app = bolt(api_url, session, echoes=echoes)

        async def receive(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

        await _serve(web.post(SLACK_ROUTE, receive))


class _Credentials(MicrosoftAppCredentials):  # type: ignore[misc]
    """The stock credentials, but for the sign-in at Microsoft: their token is always the one that the fake Connector expects."""

    def get_access_token(self, force_refresh: bool = False) -> str:
        del force_refresh
        return FakeTeams().access_token or ""


class _CredentialFactory(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    async def create_credentials(self, app_id: str, oauth_scope: str, login_endpoint: str, validate_authority: bool) -> _Credentials:
        del login_endpoint, validate_authority
        return _Credentials(app_id, self.password, self.tenant_id, oauth_scope)


class _Cloud(CloudAdapterBase):  # type: ignore[misc]
    async def process(self, request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        try:
            response = await self.process_activity(request.headers.get("Authorization", ""), activity, _echo)
        except PermissionError:
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        if response is not None:
            return web.json_response(response.body, status=response.status)
        return web.Response(status=HTTPStatus.CREATED)


async def _echo(context: TurnContext) -> None:
    await context.send_activity(f"Echo: {context.activity.text or context.activity.value}")
    if context.activity.type == ActivityTypes.invoke:
        body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "OK"}
        await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=InvokeResponse(status=HTTPStatus.OK, body=body)))


async def serve_cloud(metadata_url: str) -> None:
    """Serve the stock adapter; it looks keys up where it's told, before it's built."""
    AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL = metadata_url
    factory = _CredentialFactory(app_id=APP_ID, password="unused", tenant_id=TENANT)
    adapter = _Cloud(BotFrameworkAuthenticationFactory.create(credential_factory=factory))
    await _serve(web.post(ROUTE, adapter.process))


async def _serve(route: web.RouteDef) -> None:
    application = web.Application()
    application.add_routes([route])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    announce(url=site.name)
    await asyncio.Event().wait()


if __name__ == "__main__":
    kind, place = sys.argv[1:]
    asyncio.run(serve_cloud(place) if kind == "cloud" else serve_bolt(place, echoes=kind == "bolt"))
