"""The people meanwhile: they ask, in Slack and in Teams, tap what they got, and rate their answers; the platforms deliver it as they do.

Slack delivers an event up to four times (`X-Slack-Retry-Num`) where it's refused, cut, or not answered within 3 s; it waits a minute, then five,
before the last two, and a few seconds here. A tap is delivered once: a person who sees that it failed taps again. Teams is taken to try as often as
Slack.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from math import inf
from random import Random
from typing import Any

import aiohttp

from adapters.slack.parse import parse
from dialogs.actions import Action
from dialogs.campaign_actions import TakeStep
from dialogs.delivery import reply_key
from dialogs.feedback_actions import RateTrace, SaySolved
from dialogs.packing import UnreadableActionError, pack, unpack
from tests.adapters.teams.activities import activity
from tests.chaos.places import ORGANIZATION, SLACK_BOT, account, chat, team, tenant
from tests.chaos.population import Member, Population
from tests.platforms.slack_gestures import recorded, signed, wire
from tests.platforms.slack_workspace import dm

JSON = dict[str, Any]

_RETRIES = (0.5, 4.0, 15.0)  # seconds before each further delivery
_TAPS = 6  # times that a person tries
_PATIENCE = aiohttp.ClientTimeout(total=3)
_REST = 4.0  # seconds that one person leaves between two questions
_FIRST_STRANGER = 950_000  # who ask in Teams: somebody else each time
_QUESTIONS = ("how do I change my password?", "my laptop died", "expense claim", "who audits us?", "what does IT do?", "where is the moon?")
_RUN = int(datetime.now(UTC).timestamp()) % 10**8  # noqa: TID251 - a platform has a clock of its own; ids of two runs differ


@dataclass(slots=True, kw_only=True)
class Asked:
    """A question: the key of its first reply in Slack, or the conversation of its own in Teams; whether it was heard at all."""

    slack: bool
    answer: str
    acknowledged: bool = False


@dataclass(slots=True, kw_only=True)
class Tapped:
    """A tap that was acknowledged, of somebody whose id is ours; `answer` is the key of its first reply."""

    person: str
    action: Action
    answer: str


@dataclass(slots=True, kw_only=True)
class Crowd:
    """People at work, so many gestures a second of each kind; `url` gives a replica by turns, `platforms` is where the buttons are."""

    population: Population
    url: Callable[[], str | None]
    platforms: str
    rate: float
    seed: int
    asked: list[Asked] = field(default_factory=list)
    taps: list[Tapped] = field(default_factory=list)
    retried: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _waiting: dict[str, str] = field(default_factory=dict)
    _done: set[tuple[str, str]] = field(default_factory=set)

    async def work(self, until: asyncio.Event) -> None:
        """Ask and tap until told to stop; then wait for what is under way."""
        draws, askers = Random(self.seed), list(self.population.asking())
        free = {each.id: 0.0 for each in askers}
        async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
            loop, known = asyncio.get_running_loop(), {each.user: each for each in (*askers, *self.population.reached())}
            looked = loop.time()
            while not until.is_set():
                asker = draws.choice(askers)
                if free[asker.id] <= loop.time():
                    free[asker.id] = inf
                    self._spawn(self._ask(http, asker, draws.choice(_QUESTIONS), free))
                if draws.random() < 0.2:
                    self._spawn(self._ask_in_teams(http, draws.choice(_QUESTIONS)))
                if loop.time() - looked > 1:
                    looked = loop.time()
                    await self._look(http, draws, known, free)
                await asyncio.sleep(1 / self.rate)
            await asyncio.gather(*self._tasks)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, http: aiohttp.ClientSession, asker: Member, text: str, free: dict[str, float]) -> None:
        """Ask; whoever asked asks nothing else until they have an answer, and for a while, or until they see that nobody heard it."""
        payload = self._event(asker, text)
        asked = Asked(slack=True, answer=_answer_to(payload))
        self.asked.append(asked)
        self._waiting[asked.answer] = asker.id
        body, headers = wire(payload)
        asked.acknowledged = await self._delivered(http, "/slack/events", body, headers)
        if not asked.acknowledged:
            self._waiting.pop(asked.answer, None)
            free[asker.id] = asyncio.get_running_loop().time() + _REST

    async def _ask_in_teams(self, http: aiohttp.ClientSession, text: str) -> None:
        number = next(self._numbers)
        who, where = _FIRST_STRANGER + number, number % self.population.tenants
        told = activity(
            "message_personal",
            id=f"{_RUN}{number}",
            text=text,
            timestamp=datetime.now(UTC).isoformat().replace("+00:00", "Z"),  # noqa: TID251
            serviceUrl=f"{self.platforms}/teams/{where}/",
            channelData={"tenant": {"id": tenant(where)}},
            conversation={"conversationType": "personal", "tenantId": tenant(where), "id": chat(where, who)},
        )
        told["from"] = {"id": account(where, who), "name": f"Stranger {number}"}
        asked = Asked(slack=False, answer=chat(where, who))
        self.asked.append(asked)
        asked.acknowledged = await self._delivered(http, "/api/messages", json.dumps(told), {"Content-Type": "application/json"})

    async def _delivered(self, http: aiohttp.ClientSession, path: str, body: str, headers: Mapping[str, str]) -> bool:
        """Deliver a gesture as the platform does; tell whether it was acknowledged."""
        for number, wait in enumerate((0.0, *_RETRIES)):
            await asyncio.sleep(wait)
            retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"} if number else {}
            self.retried += bool(number)
            if await self._posted(http, path, body, {**headers, **retry}):
                return True
        return False

    async def _posted(self, http: aiohttp.ClientSession, path: str, body: str, headers: Mapping[str, str]) -> bool:
        url = self.url()
        if url is None:
            return False
        try:
            async with http.post(f"{url}{path}", data=body.encode(), headers={**headers, **signed(body)}) as response:
                await response.read()
                return response.status < 300
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _look(self, http: aiohttp.ClientSession, draws: Random, known: Mapping[str, Member], free: dict[str, float]) -> None:
        """See what appeared; tap a few of the buttons: each person rates an answer once, and says once that it's done."""
        try:
            async with http.get(f"{self.platforms}/news") as response:
                news: JSON = await response.json()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return
        for key in news["shown"]:
            if (asker := self._waiting.pop(key, None)) is not None:
                free[asker] = asyncio.get_running_loop().time() + _REST
        shown: list[JSON] = news["tappable"]
        draws.shuffle(shown)
        for message in shown[: max(2, round(self.rate))]:
            member = known.get("U" + message["channel"][1:])
            if member is not None and (action := _chosen(message["values"], draws)) is not None and self._is_first(member, action):
                self._spawn(self._tap(http, member, action, message["ts"]))

    def _is_first(self, member: Member, action: SaySolved | RateTrace | TakeStep) -> bool:
        about = f"{action.kind} {action.step if isinstance(action, TakeStep) else action.feedback}"
        first = (member.id, about) not in self._done
        self._done.add((member.id, about))
        return first

    async def _tap(self, http: aiohttp.ClientSession, member: Member, action: Action, ts: str) -> None:
        for turn in range(_TAPS):
            payload = self._tap_of(member, action, ts)
            body, headers = wire(payload)
            if await self._posted(http, "/slack/events", body, headers):
                self.taps.append(Tapped(person=member.id, action=action, answer=_answer_to(payload)))
                return
            await asyncio.sleep(1.0 + turn)

    def _event(self, who: Member, text: str) -> JSON:
        payload = recorded("message_im")
        number = next(self._numbers)
        stamp = f"{int(datetime.now(UTC).timestamp())}.{number:06d}"  # noqa: TID251
        payload["event"] |= {"text": text, "user": who.user, "ts": stamp, "event_ts": stamp, "team": team(who.place), "channel": dm(who.user)}
        payload["event"].pop("blocks", None)
        payload["authorizations"][0] |= {"team_id": team(who.place), "enterprise_id": ORGANIZATION, "user_id": SLACK_BOT}
        return payload | {"team_id": team(who.place), "event_id": f"Ev{_RUN}{number:08d}"}

    def _tap_of(self, who: Member, action: Action, ts: str) -> JSON:
        payload = recorded("block_actions_in_dm")
        number = next(self._numbers)
        payload["user"] |= {"id": who.user, "team_id": team(who.place)}
        payload["team"] |= {"id": team(who.place)}
        payload["enterprise"] = {"id": ORGANIZATION, "name": "Fleet"}
        payload["actions"][0] |= {"value": pack(action), "action_ts": f"{int(datetime.now(UTC).timestamp())}.{number:06d}"}  # noqa: TID251
        payload["channel"]["id"] = payload["container"]["channel_id"] = dm(who.user)
        payload["container"]["message_ts"] = payload["message"]["ts"] = ts
        return payload | {"trigger_id": f"{number}.738474920.8088930838d88f008e0"}


def _answer_to(payload: JSON) -> str:
    """Return the key of the first reply to a gesture, as the program stamps it."""
    event = parse(payload, received=datetime.now(UTC))  # noqa: TID251
    assert event is not None
    return str(reply_key(event.key, 0))


def _chosen(values: list[str], draws: Random) -> SaySolved | RateTrace | TakeStep | None:
    """Return one of a message's buttons that rate it, or say that it's done."""
    found: list[SaySolved | RateTrace | TakeStep] = []
    for value in values:
        try:
            action = unpack(value)
        except UnreadableActionError:
            continue
        if isinstance(action, SaySolved | RateTrace) or (isinstance(action, TakeStep) and action.does == "done"):
            found.append(action)
    return draws.choice(found) if found else None
