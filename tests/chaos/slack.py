"""Many Slack workspaces behind one Web API: an organization in which the bot is installed once.

As in `tests.platforms.slack`, but for a hundred thousand people: nobody is made known beforehand, no block is checked (those tests do), and of what
was posted only the stamp, the time and some buttons are kept.
"""

import json
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from aiohttp import web

from tests.chaos.places import ORGANIZATION, SLACK_BOT, SLACK_BOT_ID, team, workspace_of
from tests.chaos.weather import RETRY_AFTER, Weather, befalls
from tests.platforms.slack_limits import POSTING, Limits
from tests.platforms.slack_workspace import BOT_TOKEN, Refusal, dm

JSON = dict[str, Any]

_APOLOGY = "Something went wrong"
_TAPPABLE = 2_000  # messages with buttons that are kept for those who tap


@dataclass(slots=True)
class Posted:
    """A message of ours, as it stands: who stamped it last."""

    ts: str
    key: str
    thread: str | None


class Call(NamedTuple):
    """A call: when, of which delivery or reply, whether it's an apology."""

    at: float
    key: str
    apology: bool


class Slack:
    """What the workspaces hold, and what they were asked. Times are `time.monotonic`'s, the same in every process of this machine."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.accepted: list[tuple[float, int, str, bool]] = []  # when, in which workspace, of which delivery or reply, whether it's an apology
        self.news: list[str] = []  # what was accepted since somebody last asked
        self.above: list[tuple[str, str, str]] = []  # calls above a limit: what, where, of which delivery
        self.crowds: list[tuple[float, str]] = []  # when a workspace was at its limit, and what it had taken within the second
        self.chases: list[tuple[Call, Call]] = []  # a call that a channel refused, being at its limit, and the last one that it had taken
        self._lately: defaultdict[int, deque[tuple[float, str]]] = defaultdict(lambda: deque(maxlen=40))
        self._latest: dict[str, Call] = {}  # the last one that each channel took
        self.hasty = 0  # calls of a workspace that had just said when to come again
        self.closed: defaultdict[int, float] = defaultdict(float)  # seconds for which each workspace asked to be left alone
        self.tappable: deque[JSON] = deque(maxlen=_TAPPABLE)
        self._limits: dict[int, Limits] = {}
        self._closed_until: dict[int, float] = {}
        self._messages: defaultdict[str, list[Posted]] = defaultdict(list)
        self._numbers = count(1)

    def routes(self) -> list[web.RouteDef]:
        """Return the Web API."""
        return [web.route("*", "/api/{method}", self._serve)]

    async def _serve(self, request: web.Request) -> web.Response:
        method, arguments = request.match_info["method"], await _arguments(request)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") != BOT_TOKEN:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        named = next((arguments[name] for name in ("channel", "user", "users", "user_id", "channel_id") if arguments.get(name)), "")
        workspace = workspace_of(str(named))
        if workspace is not None and (wait := self._wait(workspace, method, str(named), arguments)) is not None:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(wait)})
        gust = self.weather.draw()
        if gust is None:
            return self._answer(method, arguments)
        if gust.trouble == "429" and workspace is not None:
            self._close(workspace)
        return await befalls(gust, request, lambda: self._answer(method, arguments))

    def _wait(self, workspace: int, method: str, channel: str, arguments: JSON) -> int | None:
        now = time.monotonic()
        self.hasty += now < self._closed_until.get(workspace, 0.0)
        limits = self._limits.setdefault(workspace, Limits(time.monotonic))
        place = dm(channel) if channel[0] == "U" else channel
        wait = limits.wait(method, place)
        call = Call(now, _stamp(arguments), _is_apology(arguments))
        if wait is not None:
            full = limits._since("", now) >= limits._workspace
            self.above.append((f"{method} ({'workspace' if full else 'channel'})", channel, call.key))
            if full:
                lately = [(at, each) for at, each in self._lately[workspace] if at > now - 1]
                taken = ", ".join(f"{number} × {each}" for each, number in Counter(each for _, each in lately).most_common())
                self.crowds.append((now, f"{taken}: {', '.join(f'{now - at:.2f}' for at, _ in lately)} s before"))
            else:
                self.chases.append((call, self._latest[place]))
        else:
            self._lately[workspace].append((now, method))
            if method in POSTING:
                self._latest[place] = call
        return wait

    def _close(self, workspace: int) -> None:
        now = time.monotonic()
        until = self._closed_until.get(workspace, 0.0)
        self.closed[workspace] += now + RETRY_AFTER - max(until, now)
        self._closed_until[workspace] = now + RETRY_AFTER

    def _answer(self, method: str, arguments: JSON) -> web.Response:
        try:
            told = _METHODS.get(method, Slack._nothing)(self, arguments)
        except Refusal as refusal:
            return web.json_response(refusal.body)
        return web.json_response({"ok": True, **told})

    def _nothing(self, _: JSON) -> JSON:
        return {}

    def _auth_test(self, _: JSON) -> JSON:
        return {"team": "Fleet", "team_id": team(0), "enterprise_id": ORGANIZATION, "user_id": SLACK_BOT, "bot_id": SLACK_BOT_ID}

    def _post(self, arguments: JSON) -> JSON:
        channel = _conversation(arguments)
        posted = Posted(ts=f"{1767700000 + next(self._numbers)}.000100", key=_stamp(arguments), thread=arguments.get("thread_ts"))
        self._messages[channel].append(posted)
        self.accepted.append((time.monotonic(), int(channel[1:3]), posted.key, _is_apology(arguments)))
        self.news.append(posted.key)
        self._keep_buttons(channel, posted.ts, arguments)
        return {"channel": channel, "ts": posted.ts}

    def _update(self, arguments: JSON) -> JSON:
        channel = _conversation(arguments)
        posted = next((each for each in self._messages[channel] if each.ts == arguments.get("ts")), None)
        if posted is None:
            raise Refusal("message_not_found")
        posted.key = _stamp(arguments) or posted.key  # as Slack does: a stamp that comes with an update takes the place of what was there
        self._keep_buttons(channel, posted.ts, arguments)
        return {"channel": channel, "ts": posted.ts}

    def _keep_buttons(self, channel: str, ts: str, arguments: JSON) -> None:
        found = [
            element["value"]
            for block in _blocks(arguments)
            for element in [*block.get("elements", ()), block.get("accessory") or {}]
            if element.get("type") == "button" and element.get("value")
        ]
        if found:
            self.tappable.append({"channel": channel, "ts": ts, "values": found})

    def _history(self, arguments: JSON) -> JSON:
        channel = arguments.get("channel")
        if not isinstance(channel, str) or not channel.startswith("D"):
            raise Refusal("channel_not_found")
        thread = arguments.get("ts")
        newest = [each for each in reversed(self._messages[channel]) if thread is None or each.thread == thread]
        stamped = {"event_type": "pourqui_delivery"}
        return {
            "messages": [
                {"type": "message", "user": SLACK_BOT, "ts": each.ts, "metadata": stamped | {"event_payload": {"delivery_id": each.key}}}
                for each in newest[:200]
            ]
        }

    def _open(self, arguments: JSON) -> JSON:
        users = str(arguments.get("users") or "")
        if workspace_of(users) is None:
            raise Refusal("user_not_found")
        return {"channel": {"id": dm(users)}}

    def _person(self, arguments: JSON) -> JSON:
        who = str(arguments.get("user"))
        workspace = workspace_of(who)
        if workspace is None:
            raise Refusal("user_not_found")
        profile = {"real_name": who, "email": f"{who.lower()}@vaubert.example", "team": team(workspace)}
        told = {"id": who, "team_id": team(workspace), "name": who, "enterprise_user": {"enterprise_id": ORGANIZATION}, "profile": profile}
        return {"user": told | {"is_email_confirmed": True, "locale": "en-GB"}}


def _conversation(arguments: JSON) -> str:
    channel = str(arguments.get("channel") or "")
    if workspace_of(channel) is None:
        raise Refusal("channel_not_found")
    return dm(channel) if channel.startswith("U") else channel


def _is_apology(arguments: JSON) -> bool:
    return _APOLOGY in str(arguments.get("text"))


def _stamp(arguments: JSON) -> str:
    metadata = arguments.get("metadata") or {}
    told = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str((told.get("event_payload") or {}).get("delivery_id") or "")


def _blocks(arguments: JSON) -> list[JSON]:
    blocks = arguments.get("blocks") or []
    told: list[JSON] = json.loads(blocks) if isinstance(blocks, str) else blocks
    return told


async def _arguments(request: web.Request) -> JSON:
    if request.content_type == "application/json":
        body: JSON = await request.json()
        return body
    return {**request.query, **await request.post()}


_METHODS: dict[str, Callable[[Slack, JSON], JSON]] = {
    "auth.test": Slack._auth_test,
    "chat.postMessage": Slack._post,
    "chat.update": Slack._update,
    "conversations.history": Slack._history,
    "conversations.open": Slack._open,
    "conversations.replies": Slack._history,
    "users.info": Slack._person,
}
