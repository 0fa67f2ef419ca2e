"""What a diagnosis says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the diagnosis: what was looked at, what was seen, and what to do (None where it's right)."""

    what: str
    seen: str
    to_do: str | None = None
