"""Another tool of the sample company, which tells of acts as any tool does: over HTTP, with a token."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from aiohttp import ClientSession

from bot.clock import Clock
from bot.evidence_api import ACTS
from dialogs.campaign import Campaign
from dialogs.people import DirectoryRow

SOURCE: Final = "messagerie"  # which counts the reports of doubtful messages
_LATE: Final = 0.7  # of the period: until then, nothing has happened to act upon


class Tool:
    """Tells once of each person who acts, late in the period of a campaign, if there's one. `does` says who does."""

    def __init__(self, campaign: Campaign | None, people: Sequence[DirectoryRow], token: str, clock: Clock, does: Callable[[str], bool]) -> None:
        self._campaign, self._people, self._token, self._clock, self._does = campaign, people, token, clock, does
        self._told: set[str] = set()

    async def tell(self, base_url: str) -> int:
        """Tell of who acted since; return how many that were."""
        at, campaign = self._clock(), self._campaign
        period = campaign.period if campaign else None
        if campaign is None or period is None or at.date() < period.starts + (period.ends - period.starts) * _LATE:
            return 0
        fresh = [row for row in self._people if row.id not in self._told and self._does(row.id)]
        if not fresh:
            return 0
        for first in range(0, len(fresh), ACTS):
            await self._send(base_url, campaign, fresh[first : first + ACTS], at - timedelta(minutes=1))
        self._told |= {row.id for row in fresh}
        return len(fresh)

    async def _send(self, base_url: str, campaign: Campaign, several: Sequence[DirectoryRow], at: datetime) -> None:
        acts = [
            {
                "external_id": f"report-{row.id}",
                "person": row.email,
                "function": campaign.function,
                "topic": campaign.topic,
                "at": at.isoformat(),
            }
            for row in several
        ]
        headers = {"Authorization": f"Bearer {self._token}"}
        async with ClientSession() as http, http.post(f"{base_url}/api/evidence", json={"evidence": acts}, headers=headers) as response:
            response.raise_for_status()
