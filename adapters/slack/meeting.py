"""Meeting: asks Slack who somebody is, whom we don't know yet."""

import asyncio

import structlog

from adapters.port import DeliveryError, Listener
from adapters.slack.client import SlackClient

SPACING = 1.0  # seconds between two questions of one workspace: replies come first, and Slack answers some hundred a minute (users.info, tier 4)
_PATIENCE = 5.0  # seconds; who'd have to wait longer is asked about at their next gesture

log = structlog.get_logger()


class Meeting:
    """Tells the listener who people are, one after the other in each workspace: after an outage hundreds are new at once, and nobody waits for it."""

    def __init__(self, client: SlackClient, spacing: float) -> None:
        self._client, self._spacing = client, spacing
        self._under_way: set[str] = set()
        self._opens: dict[str, float] = {}

    def begin(self, listener: Listener, tenant: str, user: str) -> None:
        """Have somebody met soon, unless that's under way."""
        now = asyncio.get_running_loop().time()
        opens = max(now, self._opens.get(tenant, now))
        if user in self._under_way or opens - now > _PATIENCE:
            return
        self._under_way.add(user)
        self._opens[tenant] = opens + self._spacing
        listener.spawn(self._meet(listener, tenant, user, opens - now))

    async def _meet(self, listener: Listener, tenant: str, user: str, wait: float) -> None:
        try:
            await asyncio.sleep(wait)
            await listener.met(await self._client.profile(tenant, user))
        except DeliveryError as error:
            log.warning("slack.profile_unknown", user=user, reason=str(error))
        finally:
            self._under_way.discard(user)
