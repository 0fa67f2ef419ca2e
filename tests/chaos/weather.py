"""The weather on a platform: how often a call goes wrong, and how; drawn from a seed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

from aiohttp import web

LATE = 4.0  # seconds after which a call that times out is answered: longer than a sending waits
RETRY_AFTER = 1  # seconds

Trouble = Literal["429", "500", "time-out", "cut"]
_TROUBLES: tuple[Trouble, ...] = ("429", "500", "time-out", "cut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gust:
    """What happens to one call, and whether what it asks for is done all the same."""

    trouble: Trouble
    done: bool


class Weather:
    """Each of the four troubles befalls this share of the calls; half of those that may have been heard were."""

    def __init__(self, share: float, seed: int) -> None:
        self.share = share
        self.troubles: Counter[str] = Counter()
        self._random = Random(seed)

    def draw(self) -> Gust | None:
        """Return what befalls the next call, None for nothing."""
        place = self._random.random()
        if self.share == 0 or place >= self.share * len(_TROUBLES):
            return None
        trouble = _TROUBLES[int(place / self.share)]
        done = trouble != "429" and self._random.random() < 0.5
        self.troubles[f"{trouble}, {'done' if done else 'not done'}"] += 1
        return Gust(trouble=trouble, done=done)


async def befalls(gust: Gust, request: web.Request, work: Callable[[], web.Response]) -> web.Response:
    """Let it happen to a call, whose `work` is done, or isn't."""
    if gust.trouble == "429":
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(RETRY_AFTER)})
    response = work() if gust.done else None
    if gust.trouble == "time-out":
        await asyncio.sleep(LATE)
        if response is not None:
            return response
    if gust.trouble == "500":
        return web.Response(status=500, text="<html>something in between</html>", content_type="text/html")
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
