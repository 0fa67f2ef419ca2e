"""Where the stories are told: Slack, Teams and the playground, each as a person uses it, over signed HTTP."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any, Protocol

from aiohttp import ClientSession

from tests.adapters.teams.activities import activity
from tests.platforms import slack_gestures as slack
from tests.platforms import teams_gestures as teams
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_workspace import ALICE, BOB, CAROL, CHARLIE, GENERAL, dm
from tests.platforms.teams import TENANT, FakeTeams

JSON = dict[str, Any]
Idle = Callable[[], Awaitable[None]]

_SLACK_IDS = {"alice": ALICE, "bob": BOB, "carol": CAROL, "charlie": CHARLIE}
_LOCALES = {"bob": "en-GB"}
_CHANNEL = "19:3629591d4b774aa08cb0887902eee7c1@thread.tacv2"
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as it stands now: where, its words, and what each button of it would send."""

    where: str
    id: str
    text: str
    buttons: Mapping[str, JSON]


class Place(Protocol):
    """A platform, as a person uses it; `who` is alice, bob, carol or charlie (the stranger)."""

    name: str

    async def says(self, who: str, text: str, *, in_channel: bool = False) -> None:
        """Write to the bot: in private, or with a mention in the channel."""

    async def taps(self, who: str, label: str) -> JSON | None:
        """Tap a button of the last message that has it; return the form that opened, if any."""

    async def submits(self, who: str, values: Mapping[str, str]) -> str | None:
        """Submit the form that is open; return what is wrong with it, None where it was taken."""

    async def reads(self, who: str | None = None) -> list[Shown]:
        """Return the bot's messages to somebody in private, or (None) in the channel, oldest first."""

    async def replies(self, who: str, text: str, *, files: int = 0) -> None:
        """Write in the channel, to nobody in particular, in the thread of the bot's last card there."""

    async def rewrites(self, who: str, text: str) -> None:
        """Change what was last written by `replies`."""

    async def deletes(self, who: str) -> None:
        """Delete what was last written by `replies`."""


class Slack:
    """Slack, through `/slack/events` and the fake Web API."""

    name = "slack"

    def __init__(self, fake: FakeSlack, url: str, http: ClientSession, idle: Idle) -> None:
        self._fake, self._url, self._http, self._idle = fake, url, http, idle
        self._view: JSON = {}
        self._written: JSON = {}

    async def replies(self, who: str, text: str, *, files: int = 0) -> None:
        root = [message for message in self._fake.messages[GENERAL] if message.get("bot_id") and "thread_ts" not in message][-1]
        payload = slack.in_thread(text, thread=root["ts"], user=_SLACK_IDS[who], files=files)
        self._written = payload["event"]
        await self.delivers(payload)

    async def rewrites(self, who: str, text: str) -> None:
        said = self._written
        edit = slack.edit(text, ts=said["ts"], before=said["text"], user=_SLACK_IDS[who], channel=GENERAL, thread=said["thread_ts"])
        await self.delivers(edit)

    async def deletes(self, who: str) -> None:
        said = self._written
        gone = slack.delete(ts=said["ts"], text=said["text"], user=_SLACK_IDS[who], channel=GENERAL, thread=said["thread_ts"])
        await self.delivers(gone)

    async def says(self, who: str, text: str, *, in_channel: bool = False) -> None:
        user = _SLACK_IDS[who]
        payload = slack.mention(f"<@U0POURQUI> {text}", user=user) if in_channel else slack.direct(text, user=user)
        await self.delivers(payload)

    async def taps(self, who: str, label: str) -> JSON | None:
        where, message, element = self._holding(label)
        payload = slack.recorded("block_actions_in_channel" if where == GENERAL else "block_actions_in_dm")
        payload["user"]["id"], payload["trigger_id"] = _SLACK_IDS[who], self._fake.trigger()
        payload["actions"][0] |= {"value": element["value"], "action_ts": f"1767800000.{next(_numbers):06d}"}
        payload["channel"]["id"] = payload["container"]["channel_id"] = where
        payload["container"]["message_ts"] = payload["message"]["ts"] = message["ts"]
        if "thread_ts" in message:
            payload["container"]["thread_ts"] = payload["message"]["thread_ts"] = message["thread_ts"]
        before = set(self._fake.views)
        await self.delivers(payload)
        opened = [view for id_, view in self._fake.views.items() if id_ not in before]
        self._view = opened[-1] if opened else self._view
        return opened[-1] if opened else None

    def holds(self, view: JSON) -> None:
        """Take a form up that no button opened."""
        self._view = view

    async def submits(self, who: str, values: Mapping[str, str]) -> str | None:
        by_block = {block["block_id"]: typed(values, block["block_id"]) for block in self._view["blocks"] if block["type"] == "input"}
        answer = await self.delivers(slack.submission(self._view, by_block, user=_SLACK_IDS[who]))
        return " ".join(answer["errors"].values()) if answer and answer.get("response_action") == "errors" else None

    async def reads(self, who: str | None = None) -> list[Shown]:
        where = GENERAL if who is None else dm(_SLACK_IDS[who])
        return [
            Shown(
                where=where,
                id=message["ts"],
                text="\n".join(slack_texts(message.get("blocks", []))),
                buttons=dict(slack_buttons(message.get("blocks", []))),
            )
            for message in self._fake.messages[where]
            if message.get("bot_id")
        ]

    async def delivers(self, payload: JSON) -> JSON | None:
        """Deliver a payload as Slack does, and wait until everything that follows is done."""
        body, headers = slack.wire(payload)
        async with self._http.post(f"{self._url}/slack/events", data=BytesIO(body.encode()), headers=headers | slack.signed(body)) as response:
            assert response.status == 200, await response.text()
            answer = await response.json() if response.content_type == "application/json" else None
        await self._idle()
        return answer

    def _holding(self, label: str) -> tuple[str, JSON, JSON]:
        for where, messages in reversed(list(self._fake.messages.items())):
            for message in reversed(messages):
                if element := dict(slack_buttons(message.get("blocks", []))).get(label):
                    return where, message, element
        raise AssertionError(f"no button {label!r}")


class Teams:
    """Teams, through `/api/messages` with real tokens and the fake Bot Connector."""

    name = "teams"

    def __init__(self, fake: FakeTeams, url: str, idle: Idle, clock: Callable[[], datetime]) -> None:
        self._fake, self._url, self._idle, self._clock = fake, f"{url}/api/messages", idle, clock
        self._form: JSON = {}
        self._origin: JSON = {}
        self._cards: dict[str, list[JSON]] = {}
        self._written: JSON = {}

    async def replies(self, who: str, text: str, *, files: int = 0) -> None:
        root = [post.id for post in await self.reads() if post.where.endswith(f";messageid={post.id}")][-1]
        self._written = teams.reply(text, thread=root, user=f"29:{who}", channel=_CHANNEL, files=files)
        await self._sends(who, self._written)

    async def rewrites(self, who: str, text: str) -> None:
        await self._sends(who, teams.edited(self._written, text))

    async def deletes(self, who: str) -> None:
        await self._sends(who, teams.deleted(self._written))

    async def says(self, who: str, text: str, *, in_channel: bool = False) -> None:
        number = str(1763800000000 + next(_numbers))
        if in_channel:
            recorded = activity("message_channel")
            place = recorded["conversation"] | {"id": f"{_CHANNEL};messageid={number}"}
            await self.delivers(who, "message_channel", id=number, text=f"<at>pourqui</at> {text}", conversation=place)
        else:
            await self.delivers(who, "message_personal", id=number, text=text, conversation=_chat(who))

    async def taps(self, who: str, label: str) -> JSON | None:
        where, message, action = self._holding(label)
        recorded = activity("message_channel")["conversation"] if where.startswith("19:") else _chat(who)
        origin = {"conversation": recorded | {"id": where}, "replyToId": message}
        number = f"f:{next(_numbers)}"
        if action["type"] == "Action.Execute":
            value = {"action": {key: action[key] for key in ("type", "verb", "title", "data") if key in action}, "trigger": "manual"}
            answer = await self.delivers(who, "execute", id=number, value=value, **origin)
            assert answer is not None
            return None
        answer = await self.delivers(who, "task_fetch", id=number, value={"data": action["data"]}, **origin)
        assert answer is not None
        self._form, self._origin = answer["task"]["value"]["card"]["content"], origin
        return self._form

    async def submits(self, who: str, values: Mapping[str, str]) -> str | None:
        inputs = {one["id"]: typed(values, one["id"]) for one in found(self._form, lambda node: str(node.get("type", "")).startswith("Input."))}
        submit = next(found(self._form, lambda node: node.get("type") == "Action.Submit"))
        number = f"f:{next(_numbers)}"
        origin = {"conversation": self._origin["conversation"]}
        answer = await self.delivers(who, "task_submit", id=number, value={"data": submit["data"] | inputs}, **origin)
        if not answer or answer["task"]["type"] != "continue":
            return None
        self._form = answer["task"]["value"]["card"]["content"]
        return " ".join(teams_texts(self._form))

    async def reads(self, who: str | None = None) -> list[Shown]:
        shown: dict[str, Shown] = {}
        for number, call in self._posts().items():
            card = call["attachments"][0]["content"]
            where = call["where"]
            if where.startswith("19:") if who is None else where == _chat(who)["id"] or where == f"a:29:{who}":
                shown[number] = Shown(where=where, id=number, text="\n".join(teams_texts(card)), buttons=teams_buttons(card))
        return list(shown.values())

    async def delivers(self, who: str, name: str, **changes: Any) -> JSON | None:
        """Deliver an activity as Teams does, and wait until everything that follows is done."""
        return await self._sends(who, activity(name) | changes)

    async def _sends(self, who: str, sent: JSON) -> JSON | None:
        sender = {"id": f"29:{who}", "name": who.title(), "aadObjectId": f"{who}-object"}
        sent = sent | {"from": sender, "serviceUrl": self._fake.service_url, "locale": _LOCALES.get(who, "fr-FR")}
        sent["timestamp"] = self._clock().isoformat()
        conversation = sent["conversation"]["id"]
        handle = {"alice": "alice.martin", "bob": "bob.dupont", "carol": "carol.petit"}.get(who, who)
        email = f"{handle}@solane.example"
        member = sender | {"email": email, "userPrincipalName": email, "tenantId": TENANT, "userRole": "guest" if who == "charlie" else "user"}
        self._fake.join(conversation, member)
        status, answer = await self._fake.deliver_raw(self._url, json.dumps(sent).encode())
        assert status in (200, 202), (status, answer)
        await self._idle()
        return answer

    def _posts(self) -> dict[str, JSON]:
        """Return the bot's messages as they stand, by id, each with the conversation that it's in: in a channel, its thread."""
        number, posts = 1_700_000_000_000, {}
        for call in self._fake.calls:
            if call.operation in ("send", "reply"):
                where = f"{call.conversation};messageid={number}" if call.conversation.endswith("@thread.tacv2") else call.conversation
                posts[str(number)] = call.body | {"where": where}
                number += 1
            elif call.operation == "update" and call.activity is not None:
                posts[call.activity] |= call.body
            elif call.operation == "delete" and call.activity is not None:
                del posts[call.activity]
        return posts

    def _holding(self, label: str) -> tuple[str, str, JSON]:
        for number, call in reversed(self._posts().items()):
            if action := teams_buttons(call["attachments"][0]["content"]).get(label):
                return call["where"], number, action
        raise AssertionError(f"no button {label!r}")


def _chat(who: str) -> JSON:
    place: JSON = activity("message_personal")["conversation"]
    return place | {"id": f"a:chat-{who}"}


def typed(values: Mapping[str, str], id_: str) -> str:
    """Find the value typed into an input, whose platform's id ends with ours."""
    return next((value for name, value in values.items() if id_.endswith(name)), "")


def found(node: Any, wanted: Callable[[JSON], bool]) -> Iterator[JSON]:
    """Yield every object inside that is wanted, in the order in which it's read."""
    if isinstance(node, dict):
        if wanted(node):
            yield node
        for value in node.values():
            yield from found(value, wanted)
    elif isinstance(node, list):
        for value in node:
            yield from found(value, wanted)


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def slack_texts(blocks: Any) -> list[str]:
    return [_plain(node["text"]) for node in found(blocks, lambda node: isinstance(node.get("text"), str))]


def slack_buttons(blocks: Any) -> Iterator[tuple[str, JSON]]:
    for node in found(blocks, lambda node: node.get("type") == "button"):
        yield _plain(node["text"]["text"]), node


def teams_texts(card: Any) -> list[str]:
    texts = [node.get("text") or node.get("title") for node in found(card, lambda node: bool({"text", "title"} & node.keys()))]
    facts = [node["value"] for node in found(card, lambda node: {"title", "value"} <= node.keys() and "type" not in node)]
    return [_plain(text) for text in [*texts, *facts] if isinstance(text, str)]


def teams_buttons(card: Any) -> dict[str, JSON]:
    return {_plain(node["title"]): node for node in found(card, lambda node: str(node.get("type", "")).startswith("Action.") and "title" in node)}
