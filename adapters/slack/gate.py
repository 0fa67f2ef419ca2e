"""The way in for Slack's HTTP requests: the signature first, and nothing of the body read before."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from slack_sdk.signature import Clock, SignatureVerifier


class Gate:
    """Slack's request signature, checked by Slack's own verifier, as Bolt does; `clock` tells whether it's recent, this machine's where None.

    It stands before Bolt rather than inside it: Bolt parses a body, and trusts the types it finds there, before it verifies the signature.
    """

    def __init__(self, signing_secret: str, clock: Callable[[], datetime] | None = None) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock=_ByOurs(clock) if clock else Clock())

    def admits(self, body: bytes, headers: Mapping[str, str]) -> datetime | None:
        """Return when Slack sent this, None when Slack didn't: signature missing or wrong, or more than 5 minutes off."""
        timestamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 and signature.isascii()):
            return None
        try:
            genuine = self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return None  # Slack signs text
        return datetime.fromtimestamp(int(timestamp), UTC) if genuine else None


class _ByOurs(Clock):
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock().timestamp()
