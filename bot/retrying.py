"""Retrying: what a platform's error says of a message, and when it's tried again."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from adapters.port import DeliveryError
from dialogs.delivery import Reason
from storage.acknowledging import Doubtful, NotSent
from storage.sending import Change

ATTEMPTS: Final = 8  # that the platform failed; with the delays between them some two and a half minutes
_LONGEST_DELAY: Final = 60  # seconds between two attempts


def outcome_of(error: DeliveryError, key: UUID, attempts: int, at: datetime) -> NotSent | Doubtful:
    """Return what a platform's error says of a delivery that was tried `attempts` times by now."""
    detail = str(error)
    if error.ambiguous:
        return Doubtful(detail=detail)
    if error.permanent:
        return NotSent(detail=detail, dead=error.dead)
    if error.retry_after is not None:
        later = at + timedelta(seconds=error.retry_after)
        return NotSent(detail=detail, not_before=later, pause=later)
    if attempts >= ATTEMPTS:
        return NotSent(detail=detail, reason=Reason.EXHAUSTED)
    return NotSent(detail=detail, not_before=at + delay(attempts, key))


def delay(attempts: int, key: UUID) -> timedelta:
    """Return how long to wait after so many attempts: 1, 2, 4 … 60 s, and up to two fifths more, so that what failed together doesn't come together.

    Never less: what a platform refused may count as one of the messages that a conversation takes in a second.
    """
    spread = 1 + 0.4 * ((key.int + attempts) % 1_000) / 1_000
    return timedelta(seconds=min(2 ** (attempts - 1), _LONGEST_DELAY) * spread)


def change_again_at(error: Exception, change: Change, at: datetime) -> datetime | None:
    """Return when to try a change again, None for never; one that may have been made does no harm when it's made again."""
    if isinstance(error, DeliveryError):
        if error.permanent:
            return None
        if error.retry_after is not None:
            return at + timedelta(seconds=error.retry_after)
    return None if change.attempts >= ATTEMPTS else at + delay(change.attempts, change.key)
