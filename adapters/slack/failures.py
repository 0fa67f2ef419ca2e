"""What it means when a call to Slack doesn't work: whether it may have been heard all the same, and whether trying again is any use."""

from collections.abc import Awaitable
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ConnectionTimeoutError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.port import DeliveryError

NEVER_SENT = (ClientConnectorError, ConnectionTimeoutError)  # the connection was never made

# Slack's words: docs.slack.dev/reference/methods/chat.postMessage and conversations.open, Errors
_MAYBE_DONE = {"fatal_error", "internal_error", "service_unavailable"}  # "some aspect of the operation" may have succeeded
_PASSING = {*_MAYBE_DONE, "ratelimited", "rate_limited", "request_timeout", "team_added_to_org"}
_DEAD = {
    "cannot_dm_bot",
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
}  # of one conversation; what is wrong with our token (account_inactive, invalid_auth…) says nothing about it
_NOT_SLACK = "not Slack's answer: something in between"


class RefusedError(DeliveryError):
    """Slack said no; `code` is its word for why, such as `channel_not_found`, or the HTTP status when it gave none."""

    def __init__(self, code: str, *, permanent: bool, retry_after: float | None = None, ambiguous: bool = False, dead: bool = False) -> None:
        super().__init__(f"Slack refused: {code}", permanent=permanent, retry_after=retry_after, ambiguous=ambiguous, dead=dead)
        self.code = code


async def body_of(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Await a call and return the body of its answer. Raises DeliveryError, a RefusedError where Slack answered."""
    try:
        body: object = (await call).data
    except SlackClientError as error:
        raise _refusal(getattr(error, "response", None)) from error
    except NEVER_SENT as error:
        raise DeliveryError(f"Slack can't be reached: {type(error).__name__}", permanent=False) from error
    except (ClientError, TimeoutError, OSError) as error:
        raise DeliveryError(f"Slack gave no answer: {type(error).__name__}", permanent=False, ambiguous=True) from error
    except (AttributeError, ValueError) as error:  # slack_sdk, on a body that isn't a JSON object, or on a Retry-After that isn't a number
        raise DeliveryError(_NOT_SLACK, permanent=False, ambiguous=True) from error
    if not isinstance(body, dict):
        raise DeliveryError(_NOT_SLACK, permanent=False, ambiguous=True)
    return body


def seconds_of(retry_after: str | None) -> float | None:
    """Return the delay that a Retry-After header tells, in seconds, None where it tells none."""
    return float(retry_after) if retry_after is not None and retry_after.isdecimal() else None


def _refusal(response: object) -> DeliveryError:
    """Tell a refusal for good (whatever Slack answered by itself, but for a few words) from one that passes (too many calls, a server's error)."""
    if not isinstance(response, AsyncSlackResponse):
        return DeliveryError(_NOT_SLACK, permanent=False, ambiguous=True)
    body: object = response.data
    told = body.get("error") if isinstance(body, dict) else None
    code = told if isinstance(told, str) else str(response.status_code)
    limited = response.status_code == 429
    broken = response.status_code >= 500 or not isinstance(told, str)
    return RefusedError(
        code,
        permanent=not (limited or broken or code in _PASSING),
        retry_after=seconds_of(response.headers.get("Retry-After")),
        ambiguous=not limited and (broken or code in _MAYBE_DONE),
        dead=code in _DEAD,
    )
