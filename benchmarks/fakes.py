"""The fake platforms of the tests as processes of their own: `python -m benchmarks.fakes slack|teams PEOPLE [dev]`.

Beside the platform itself, a second port tells when each reply arrived (`GET /arrivals`, which forgets what it told). The Authorization header of
Teams is told once: the Bot Connector, too, uses one token for about an hour. With `dev`, its bot has no token of its own.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from benchmarks.processes import announce
from bot.directory import read_directory
from bot.packs import sample_folder
from tests.platforms.slack import FakeSlack
from tests.platforms.slack_workspace import dm, person
from tests.platforms.teams import TENANT, FakeTeams, Operation

Json = dict[str, Any]
_SHOWN_IN_SLACK = frozenset({"chat.postMessage", "chat.update"})
_SHOWN_IN_TEAMS = frozenset({"send", "reply", "update"})


def slack_user(number: int) -> str:
    """Return the id of one of the people."""
    return f"U0LOAD{number:05d}"


def teams_user(number: int) -> str:
    """Return the id of one of the people."""
    return f"29:load-{number:05d}"


def teams_conversation(number: int) -> str:
    """Return the id of their own conversation with the bot."""
    return f"a:load-{number:05d}"


class TimedSlack(FakeSlack):
    """A Slack whose people are those of the sample company's directory, over and over: the first of each are linked by their e-mail."""

    def __init__(self, people: int) -> None:
        super().__init__()
        self.arrived: list[tuple[str, float]] = []
        for number, (name, email) in enumerate(_names(people)):
            user = slack_user(number)
            self.people[user] = person(user, name)
            self.people[user]["profile"]["email"] = email
            self.channels[dm(user)] = {"id": dm(user), "is_member": True, "is_archived": False, "user": user}

    def call(self, method: str, arguments: Json, authorization: str) -> Json:
        at = time.perf_counter()
        answer = super().call(method, arguments, authorization)
        if method in _SHOWN_IN_SLACK:
            self.arrived.append((arguments["channel"], at))
        return answer

    def told(self) -> list[tuple[str, float]]:
        arrived, self.arrived = self.arrived, []
        self.calls.clear()
        self.messages.clear()
        return arrived


class TimedTeams(FakeTeams):
    """A Teams with the same people; it spares itself the check against the Adaptive Card schema, which takes longer than a turn."""

    def __init__(self, people: int, *, dev: bool) -> None:
        super().__init__(validates=False)
        if dev:
            self.access_token = None
        self.arrived: list[tuple[str, float]] = []
        for number, (name, email) in enumerate(_names(people)):
            member = {"id": teams_user(number), "name": name, "tenantId": TENANT, "userRole": "user", "email": email, "userPrincipalName": email}
            self.join(teams_conversation(number), member)

    async def _accept(self, operation: Operation, request: web.Request, body: Json, conversation: str | None = None) -> None:
        at = time.perf_counter()
        await super()._accept(operation, request, body, conversation)
        if operation in _SHOWN_IN_TEAMS:
            self.arrived.append((request.match_info["conversation"], at))

    def told(self) -> list[tuple[str, float]]:
        arrived, self.arrived = self.arrived, []
        self.calls.clear()
        for conversation in self.conversations.values():
            conversation.messages.clear()
        return arrived


def _names(people: int) -> list[tuple[str, str]]:
    rows = read_directory(sample_folder() / "people.csv").rows
    return [
        (row.name, row.email if turn == 0 else f"{turn}.{row.email}")
        for turn, row in ((number // len(rows), rows[number % len(rows)]) for number in range(people))
    ]


async def _serve(kind: str, people: int, *, dev: bool) -> None:
    if kind == "slack":
        async with TimedSlack(people) as slack:
            await _beside(slack.told, api_url=slack.api_url)
    else:
        async with TimedTeams(people, dev=dev) as teams:
            await _beside(teams.told, service_url=teams.service_url, metadata_url=teams.metadata_url, authorization=teams.authorization())


async def _beside(told: Callable[[], list[tuple[str, float]]], **said: str | None) -> None:
    async def arrivals(_: web.Request) -> web.Response:
        return web.json_response(told())

    application = web.Application()
    application.add_routes([web.get("/arrivals", arrivals)])
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    announce(inbox=site.name, **said)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), dev="dev" in sys.argv[3:]))
