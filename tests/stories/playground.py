"""The playground as a place where stories are told: what its page does, over the same routes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession

from tests.stories.places import JSON, Idle, Shown, found, slack_buttons, slack_texts, teams_buttons, teams_texts, typed


class Playground:
    """The playground as its page uses it; `look` says which of its two halves."""

    def __init__(self, url: str, http: ClientSession, idle: Idle, *, look: str) -> None:
        self.name = f"playground as {look}"
        self._url, self._http, self._idle, self._look = url, http, idle, look
        self._places = ("slack/dm", "slack/channel") if look == "slack" else ("teams/chat", "teams/channel")
        self._accounts: dict[str, str] = {}
        self._form: JSON = {}
        self._message = ""
        self._place = ""
        self._written = ""

    async def replies(self, who: str, text: str, *, files: int = 0) -> None:
        assert not files, "the page carries no files"
        place = self._places[True]
        root = [post for post in await self._posts(who, place) if post["thread"] is None][-1]
        await self._makes(who, "message", place=place, text=text, thread=root["id"])
        picture = await self._picture(who)
        self._written = [post["id"] for post in picture["places"][place] if post["author"]][-1]

    async def rewrites(self, who: str, text: str) -> None:
        await self._makes(who, "edit", place=self._places[True], message=self._written, text=text)

    async def deletes(self, who: str) -> None:
        await self._makes(who, "delete", place=self._places[True], message=self._written)

    async def says(self, who: str, text: str, *, in_channel: bool = False) -> None:
        await self._makes(who, "message", place=self._places[in_channel], text=f"@pourqui {text}" if in_channel else text)

    async def taps(self, who: str, label: str) -> JSON | None:
        self._place, post, element = await self._holding(who, label)
        self._message = post["id"]
        if self._look == "teams":
            told = await self._makes(who, "tap", place=self._place, message=post["id"], button=element)
            self._form = ((told["body"] or {}).get("task") or {}).get("value", {}).get("card", {}).get("content", {})
            return self._form or None
        async with self._stream(who) as events:
            await self._makes(who, "tap", place=self._place, message=post["id"], block=element["block"], action=element["action_id"])
            self._form = next((event["view"] for event in await events() if event["type"] == "view"), {})
        return self._form or None

    async def submits(self, who: str, values: Mapping[str, str]) -> str | None:
        if self._look == "teams":
            inputs = {one["id"]: typed(values, one["id"]) for one in found(self._form, lambda node: str(node.get("type", "")).startswith("Input."))}
            submit = next(found(self._form, lambda node: node.get("type") == "Action.Submit"))
            told = await self._makes(who, "submit", place=self._place, message=self._message, data=submit["data"] | inputs)
            task = (told["body"] or {}).get("task") or {}
            if task.get("type") != "continue":
                return None
            self._form = task["value"]["card"]["content"]
            return " ".join(teams_texts(self._form))
        state: JSON = {}
        for block in self._form["blocks"]:
            if block["type"] == "input":
                element, value = block["element"], typed(values, block["block_id"])
                state[block["block_id"]] = {element["action_id"]: {"type": element["type"], "value": value}}
        told = await self._makes(who, "submit", view=self._form["id"], values=state)
        errors = (told["body"] or {}).get("errors")
        return " ".join(errors.values()) if errors else None

    async def reads(self, who: str | None = None) -> list[Shown]:
        place = self._places[who is None]
        return [
            Shown(where=place, id=post["id"], text="\n".join(texts), buttons=buttons)
            for post in await self._posts(who or "alice", place)
            for texts, buttons in (self._read(post),)
        ]

    def _read(self, post: JSON) -> tuple[list[str], dict[str, JSON]]:
        if self._look == "teams":
            card = post["body"]["attachments"][0]["content"]
            return teams_texts(card), teams_buttons(card)
        buttons = {label: element | {"block": block["block_id"]} for block in post["body"]["blocks"] for label, element in slack_buttons([block])}
        return slack_texts(post["body"]["blocks"]), buttons

    async def _holding(self, who: str, label: str) -> tuple[str, JSON, JSON]:
        for place in self._places:
            for post in reversed(await self._posts(who, place)):
                if element := self._read(post)[1].get(label):
                    return place, post, element
        raise AssertionError(f"no button {label!r}")

    async def _posts(self, who: str, place: str) -> list[JSON]:
        picture = await self._picture(who)
        return [post for post in picture["places"][place] if post["author"] is None]

    async def _picture(self, who: str) -> JSON:
        """Return what a window shows when it opens."""
        async with self._opened(who) as response:
            return await _event(response)

    @asynccontextmanager
    async def _opened(self, who: str) -> AsyncIterator[ClientResponse]:
        query = {"account": await self._account(who), "window": "w1"}
        async with self._http.get(f"{self._url}/playground/events", params=query) as response:
            yield response

    @asynccontextmanager
    async def _stream(self, who: str) -> AsyncIterator[Callable[[], Awaitable[list[JSON]]]]:
        """Watch as somebody does; the function returns all that was told so far."""
        async with self._opened(who) as response:
            told: list[JSON] = [await _event(response)]

            async def so_far() -> list[JSON]:
                while True:
                    try:
                        async with asyncio.timeout(0.2):
                            told.append(await _event(response))
                    except TimeoutError:
                        return told

            yield so_far

    async def _account(self, who: str) -> str:
        if not self._accounts:
            async with self._http.get(f"{self._url}/playground/company") as response:
                people = (await response.json())["people"]
            self._accounts = {person["name"].split()[0].lower(): person["id"] for person in people}
            self._accounts["charlie"] = next(person["id"] for person in people if person["kind"] == "guest")
        return self._accounts[who]

    async def _makes(self, who: str, gesture: str, **fields: Any) -> JSON:
        body = {"account": await self._account(who), "window": "w1", **fields}
        headers = {"Origin": self._url, "Sec-Fetch-Site": "same-origin"}
        async with self._http.post(f"{self._url}/playground/gestures/{self._look}/{gesture}", json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            told: JSON = await response.json()
        await self._idle()
        return told


async def _event(response: ClientResponse) -> JSON:
    async for line in response.content:
        if line.startswith(b"data: "):
            event: JSON = json.loads(line.removeprefix(b"data: "))
            return event
    raise AssertionError("the stream ended")
