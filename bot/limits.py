"""What the platforms take, and the share of it that we send at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from storage.sending import Pace

NOBODY_KNOWS_WHERE: Final = ""  # the platform of what can't be delivered anywhere yet
SHARE: Final = 80  # percent of what the platforms take


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a platform takes: messages a second in a workspace and in one conversation; `place_hourly` in one within an hour, None for no limit.

    `change_calls` is how many calls change a message: Slack is asked first which conversation is somebody's own.
    """

    workspace: int
    place: int
    place_hourly: int | None = None
    change_calls: int = 1


# https://docs.slack.dev/apis/web-api/rate-limits (1 a second and channel; 20 a second and workspace is our own bound)
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit (7 a second and 1,800 an hour a conversation, 50 a second a tenant)
LIMITS: Final[Mapping[str, Limits]] = {
    "slack": Limits(workspace=20, place=1, change_calls=2),
    "teams": Limits(workspace=50, place=7, place_hourly=1_800),
}


def paces(share: int = SHARE) -> Mapping[str, Pace]:
    """Return the pace by platform, of this share of the limits in percent."""
    return {NOBODY_KNOWS_WHERE: Pace(spacing=timedelta(0), place_spacing=timedelta(0))} | {
        platform: Pace(
            spacing=_spacing(limits.workspace, share),
            place_spacing=_spacing(limits.place, share),
            change_calls=limits.change_calls,
            place_hourly=None if limits.place_hourly is None else max(1, limits.place_hourly * share // 100),
        )
        for platform, limits in LIMITS.items()
    }


def _spacing(limit: int, share: int) -> timedelta:
    """Return the time between two messages: at least two below a limit of some size, as one over a rolling second is met sooner than its average."""
    return timedelta(seconds=1 / min(limit * share / 100, limit - 2 if limit > 4 else limit))


PACES: Final[Mapping[str, Pace]] = paces()
