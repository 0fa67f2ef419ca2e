"""The platforms as a process of their own: `python -m tests.chaos.platforms --share 0.05 --seed 1`.

Prints one JSON line with its URL. `GET /report` tells all that was accepted, `GET /news` what was shown since, `POST /calm` ends all trouble.
"""

import argparse
import asyncio
import gc
import json
import os
import sys
import time
from contextlib import suppress

from aiohttp import web

from tests.chaos.slack import Slack
from tests.chaos.teams import Teams
from tests.chaos.weather import Weather

_BEAT = 0.05  # seconds
_STALL = 0.1  # seconds, above a beat


class Pulse:
    """When, and for how long, these platforms stood still: `stalls`, by `time.monotonic`.

    What was taken is never garbage, so it's put out of the collector's sight: to go through hundreds of thousands of messages would be such a stall.
    """

    def __init__(self) -> None:
        self.stalls: list[tuple[float, float]] = []
        self._loop, self._beat_at = asyncio.get_running_loop(), time.monotonic()

    def beat(self) -> None:
        """Feel it, and again soon."""
        now = time.monotonic()
        if now - self._beat_at > _STALL:
            self.stalls.append((now, now - self._beat_at))
        self._beat_at = now + _BEAT
        gc.freeze()
        self._loop.call_later(_BEAT, self.beat)


class Admin:
    """What the harness asks."""

    def __init__(self, weather: Weather, slack: Slack, teams: Teams, pulse: Pulse) -> None:
        self._weather, self._slack, self._teams, self._pulse = weather, slack, teams, pulse

    def routes(self) -> list[web.RouteDef]:
        """Return its routes."""
        return [web.get("/report", self._report), web.get("/news", self._news), web.post("/calm", self._calm)]

    async def _report(self, _: web.Request) -> web.Response:
        slack, teams = self._slack, self._teams
        return web.json_response(
            {
                "slack": {
                    "accepted": slack.accepted,
                    "above": slack.above,
                    "crowds": slack.crowds,
                    "chases": slack.chases,
                    "hasty": slack.hasty,
                },
                "closed": slack.closed,
                "teams": {"accepted": teams.accepted, "above": teams.above},
                "troubles": self._weather.troubles,
                "stalls": self._pulse.stalls,
            }
        )

    async def _news(self, _: web.Request) -> web.Response:
        shown, self._slack.news = self._slack.news, []
        tappable = list(self._slack.tappable)
        self._slack.tappable.clear()
        return web.json_response({"shown": shown, "tappable": tappable})

    async def _calm(self, _: web.Request) -> web.Response:
        self._weather.share = 0
        return web.Response()


async def main(share: float, seed: int) -> None:
    """Serve until killed, before whatever else the machine does: a platform that's held up would see calls at once that were made one by one."""
    with suppress(PermissionError):
        os.nice(-10)
    weather = Weather(share, seed)
    slack, teams, pulse = Slack(weather), Teams(weather), Pulse()
    pulse.beat()
    application = web.Application(client_max_size=10 * 1024 * 1024)
    application.add_routes([*slack.routes(), *teams.routes(), *Admin(weather, slack, teams, pulse).routes()])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    sys.stdout.write(json.dumps({"event": "serving", "url": site.name}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    asyncio.run(main(chosen.share, chosen.seed))
