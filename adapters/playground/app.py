"""The playground: a page, the gestures that it sends, and the two platforms that it stands for.

It's no adapter (`adapters/port.py`): it's the other side. What somebody does in the page reaches the program as the request that Slack or Teams
would send, over HTTP, to the program's public routes; what the bot then calls is answered here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from importlib.resources import files

from aiohttp import web

from adapters.playground import slack_payloads, teams_payloads
from adapters.playground.accounts import Account, accounts
from adapters.playground.colleagues import Choose, Colleagues
from adapters.playground.conversations import Conversation, Conversations, Json, Place, UnknownTargetError, Window
from adapters.playground.files import FILES_PATH, STORE_PATH, Files
from adapters.playground.gesture import Gesture, read_gesture
from adapters.playground.guard import Handler, for_the_page, for_the_server, page_headers
from adapters.playground.sign_in import KEYS_PATH, METADATA_PATH, SignIn
from adapters.playground.slack import RESPOND_PATH, Slack
from adapters.playground.slack_api import SlackApi
from adapters.playground.teams import SERVICE_PATH, Teams
from adapters.playground.teams_connector import TeamsConnector
from adapters.playground.travel import Time, Travel
from adapters.playground.wire import Answer, Wire
from dialogs.events import Reference, Scope
from dialogs.people import DirectoryRow

SLACK_API_PATH = "/playground/slack/api/"
HEARTBEAT = 15.0  # seconds between two signs of life in a silent stream
_STATIC = files("adapters.playground") / "static"
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def slack_api_url(base_url: str) -> str:
    """Return the Slack Web API address to give to the Slack adapter; `base_url` such as `http://127.0.0.1:3978`."""
    return f"{base_url.rstrip('/')}{SLACK_API_PATH}"


def teams_service_url(base_url: str) -> str:
    """Return the service URL that the playground's activities name, and under which the bot finds the Bot Connector."""
    return f"{base_url.rstrip('/')}{SERVICE_PATH}"


def teams_metadata_url(base_url: str) -> str:
    """Return the address of the keys to give to the Teams adapter."""
    return f"{base_url.rstrip('/')}{METADATA_PATH}"


def experts_channel(team: str) -> Reference:
    """Return Slack's channel in which the experts of every function answer."""
    return Reference(platform="slack", tenant=team, conversation=slack_payloads.DESK, scope=Scope.CHANNEL)


class Playground:
    """The page's server side. `people` is the directory; `now` the program's clock, `wall` the real one; `language` is for whom and what names none.

    `signing_secret`, `bot_token` and `team` are what the Slack adapter is configured with, `tenant` and `sign_in` what the Teams adapter is. The page
    can skip time once somebody is told to `travel_by`.
    """

    def __init__(
        self,
        people: Sequence[DirectoryRow],
        *,
        signing_secret: str,
        bot_token: str,
        team: str,
        tenant: str,
        language: str,
        now: Callable[[], datetime],
        wall: Callable[[], datetime],
    ) -> None:
        self._accounts = accounts(people, language=language)
        self._now = now
        self._time: Time | None = None
        self._by_id = {account.id: account for account in self._accounts}
        self._language = language
        self._wire = Wire()
        self._files = Files()
        self._conversations = Conversations(self._accounts, _channels())
        self._slack = Slack(self._conversations, self._wire, team=team, bot_token=bot_token, signing_secret=signing_secret, now=now)
        self.sign_in = SignIn(wall)
        self.tenant = tenant
        self._teams = Teams(self._conversations, self._wire, self._files, self.sign_in, tenant=tenant, now=now)
        self._api = SlackApi(self._slack, self._files, self._accounts)
        self._connector = TeamsConnector(self._teams, self._accounts)

    def travel_by(self, travel: Travel) -> None:
        """Let the page skip time."""
        self._time = Time(travel, self._conversations, self._by_id)

    def colleagues(self, choose: Choose) -> Colleagues:
        """Return those whom nobody plays; `choose` says which button of a message they tap."""
        return Colleagues(self._accounts, self._conversations, self._slack, choose)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes: the page's own, and those on which the bot finds its two platforms."""
        conversation = "/playground/teams/v3/conversations/{conversation}"

        def for_the_bot(handler: Handler) -> Handler:
            return for_the_server(self.sign_in.for_the_bot(handler))

        return [
            web.get("/playground", for_the_page(self._to_the_page)),
            web.get("/playground/", for_the_page(self._page)),
            web.get("/playground/static/{path:.+}", for_the_page(self._file)),
            web.get("/playground/company", for_the_page(self._company)),
            web.get("/playground/events", for_the_page(self._events)),
            web.get(FILES_PATH + "{file}", for_the_page(self._files.give)),
            web.post(STORE_PATH + "{file}", for_the_server(self._files.take)),
            web.put(STORE_PATH + "{file}", for_the_server(self._files.take)),
            web.post("/playground/time", for_the_page(self._skip)),
            web.post("/playground/gestures/slack/{gesture}", for_the_page(self._slack_gesture)),
            web.post("/playground/gestures/teams/{gesture}", for_the_page(self._teams_gesture)),
            web.route("*", SLACK_API_PATH + "{method}", for_the_server(self._api.call)),
            web.post(RESPOND_PATH + "{secret}", for_the_server(self._api.respond)),
            web.get(METADATA_PATH, for_the_server(self.sign_in.metadata)),
            web.get(KEYS_PATH, for_the_server(self.sign_in.keys)),
            web.post("/playground/teams/v3/conversations", for_the_bot(self._connector.create)),
            web.post(f"{conversation}/activities", for_the_bot(self._connector.say)),
            web.post(f"{conversation}/activities/{{activity}}", for_the_bot(self._connector.say)),
            web.put(f"{conversation}/activities/{{activity}}", for_the_bot(self._connector.change)),
            web.delete(f"{conversation}/activities/{{activity}}", for_the_bot(self._connector.remove)),
            web.get(f"{conversation}/members/{{user}}", for_the_bot(self._connector.member)),
        ]

    async def start(self, base_url: str) -> None:
        """Open the HTTP client to the program at `base_url`; called once the server listens, before the first gesture."""
        await self._wire.start(base_url)

    async def stop(self) -> None:
        """Close the page's streams and the HTTP client; called before the server is, which would otherwise wait for the streams."""
        self._conversations.close()
        await self._wire.stop()

    async def _to_the_page(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPPermanentRedirect("/playground/")

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return _static("index.html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return _static(request.match_info["path"])

    async def _company(self, _: web.Request) -> web.StreamResponse:
        """Say who one can be, and what the page has to know of the platforms."""
        people = [
            {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "language": one.locale[:2],
                "site": one.site,
                "department": one.department,
                "seniority": one.seniority,
            }
            for one in self._accounts
        ]
        company = {
            "language": self._language,
            "channel": slack_payloads.CHANNEL_NAME,
            "desk": slack_payloads.DESK_NAME,
            "command": slack_payloads.COMMAND,
            "people": people,
            "time": self._now().isoformat() if self._time else None,
        }
        return web.json_response({**company, "bot": {"name": "pourqui", "user": slack_payloads.BOT_USER}}, headers=page_headers())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Stream what happens, as server-sent events; the first one is the whole picture, so a stream that broke can simply be opened again."""
        account = self._by_id.get(request.query.get("account", ""))
        if account is None:
            raise web.HTTPNotFound(text="Nobody here has that id.\n")
        window = Window(id=request.query.get("window", ""), account=account)
        response = web.StreamResponse(headers={**page_headers(), "Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        home = self._slack.homes.get(account.id)
        picture = {"type": "picture", "places": self._conversations.seen_by(account), "home": home.body if home else None}
        self._conversations.watch(window)
        try:
            await _stream(response, picture, window)
        except ConnectionResetError:
            pass  # the browser left
        finally:
            self._conversations.unwatch(window)
        return response

    async def _skip(self, request: web.Request) -> web.StreamResponse:
        if self._time is None:
            raise web.HTTPNotFound(text="Time can't be skipped here.\n")
        return await self._time.skip(request)

    async def _slack_gesture(self, request: web.Request) -> web.StreamResponse:
        slack = self._slack
        handlers: dict[str, Callable[[Gesture, Account, Conversation], Awaitable[Answer | None]]] = {
            "message": lambda g, who, where: slack.write(who, where, g.text("text"), g.optional("thread")),
            "open": lambda g, who, where: slack.open(who, g.text("tab")),
            "tap": lambda g, who, where: slack.tap(
                who,
                g.text("window"),
                where if g.optional("message") else None,
                g.optional("message"),
                g.text("block"),
                g.text("action"),
                g.optional("option"),
            ),
            "submit": lambda g, who, where: slack.submit(who, g.text("window"), g.text("view"), g.object("values")),
            "close": lambda g, who, where: slack.close(who, g.text("view")),
            "command": lambda g, who, where: slack.command(who, g.text("window"), where, g.text("text", empty=True)),
            "shortcut": lambda g, who, where: slack.shortcut(who, g.text("window"), where, g.text("message"), g.text("name")),
            "edit": lambda g, who, where: slack.rewrite(who, where, g.text("message"), g.text("text")),
            "delete": lambda g, who, where: slack.delete(who, where, g.text("message")),
        }
        return await self._make(request, handlers, ("slack/dm", "slack/channel", "slack/desk"))

    async def _teams_gesture(self, request: web.Request) -> web.StreamResponse:
        teams = self._teams
        handlers: dict[str, Callable[[Gesture, Account, Conversation], Awaitable[Answer | None]]] = {
            "message": lambda g, who, where: teams.write(who, where, g.text("text"), g.optional("thread")),
            "open": lambda g, who, where: teams.open(who, where),
            "tap": lambda g, who, where: teams.tap(who, where, g.text("message"), g.object("button")),
            "submit": lambda g, who, where: teams.submit(who, where, g.text("message"), g.object("data")),
            "edit": lambda g, who, where: teams.rewrite(who, where, g.text("message"), g.text("text")),
            "delete": lambda g, who, where: teams.delete(who, where, g.text("message")),
            "action": lambda g, who, where: teams.message_action(who, where, g.text("message")),
            "consent": lambda g, who, where: teams.answer_offer(who, where, g.text("message"), accepts=g.text("answer") == "accept"),
            "submit_action": lambda g, who, where: teams.submit_action(who, where, g.text("message"), g.object("data")),
        }
        return await self._make(request, handlers, ("teams/chat", "teams/channel", "teams/desk"))

    async def _make(
        self,
        request: web.Request,
        handlers: dict[str, Callable[[Gesture, Account, Conversation], Awaitable[Answer | None]]],
        places: tuple[Place, ...],
    ) -> web.StreamResponse:
        """Make a gesture, and tell the page what the program answered; `request` is null where the platform would have sent nothing."""
        handler = handlers.get(request.match_info["gesture"])
        if handler is None:
            raise web.HTTPNotFound(text="No such gesture.\n")
        gesture = await read_gesture(request)
        account, place = self._by_id.get(gesture.text("account")), gesture.optional("place") or places[0]
        if account is None or place not in places:
            raise web.HTTPBadRequest(text="Nobody here has that id, or there is no such place.\n")
        conversation = self._conversations.of(account, place)
        try:
            answer = await handler(gesture, account, conversation)
        except UnknownTargetError as error:
            raise web.HTTPGone(text=f"{error}\n") from error
        told: Json = {"request": answer.shown() if answer else None, "body": answer.body if answer and isinstance(answer.body, dict) else None}
        return web.json_response(told, headers=page_headers())


def _channels() -> tuple[Conversation, ...]:
    name, desk = slack_payloads.CHANNEL_NAME, slack_payloads.DESK_NAME
    return (
        Conversation(place="slack/channel", id=slack_payloads.CHANNEL, name=name),
        Conversation(place="slack/desk", id=slack_payloads.DESK, name=desk),
        Conversation(place="teams/channel", id=teams_payloads.CHANNEL, name=name),
        Conversation(place="teams/desk", id=teams_payloads.DESK, name=desk),
    )


async def _stream(response: web.StreamResponse, picture: Json, window: Window) -> None:
    event: Json | None = picture
    while event is not None:
        await response.write(f"data: {json.dumps(event)}\n\n".encode())
        event = await _next(response, window)


async def _next(response: web.StreamResponse, window: Window) -> Json | None:
    while True:
        try:
            return await asyncio.wait_for(window.events.get(), HEARTBEAT)
        except TimeoutError:
            await response.write(b": still here\n\n")


def _static(path: str) -> web.Response:
    """Return one of the page's files; only what lies in the folder itself can be named."""
    parts = path.split("/")
    kind = _TYPES.get(parts[-1].rpartition(".")[2])
    file = _STATIC.joinpath(*parts)
    if kind is None or any(part in ("", ".", "..") or "\\" in part for part in parts) or not file.is_file():
        raise web.HTTPNotFound(text="No such file.\n")
    return web.Response(body=file.read_bytes(), content_type=kind, charset="utf-8", headers=page_headers())
