"""Gates: what is asked, from current facts, just before a delivery is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from dialogs.delivery import Kind, Reason
from dialogs.working_time import WorkingHours, quiet_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A delivery that is due, with what is known of it now. Times are UTC.

    `person` is None for a channel. `timezone` is the person's own IANA zone, None where nobody knows it. `reachable` is False where the conversation
    is dead, or there's none.
    """

    kind: Kind
    at: datetime
    urgent: bool
    deadline: datetime | None
    person: str | None
    timezone: str | None
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """Send it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Don't send it."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBefore:
    """Ask again at that time."""

    at: datetime


Verdict: TypeAlias = Go | Skip | NotBefore
Gate: TypeAlias = Callable[[Candidate], Verdict]
Hours: TypeAlias = Callable[[str | None], WorkingHours]  # when somebody of that zone may be written to; None where nobody knows it


def pass_gates(candidate: Candidate, hours: Hours) -> Verdict:
    """Ask every gate about a delivery that is due: the first that doesn't let it pass decides."""
    for gate in GATES:
        verdict = gate(candidate, hours)
        if not isinstance(verdict, Go):
            return verdict
    return Go()


def _expired(candidate: Candidate, _: Hours) -> Verdict:
    past = candidate.deadline is not None and candidate.at > candidate.deadline
    return Skip(reason=Reason.EXPIRED) if past else Go()


def _unreachable(candidate: Candidate, _: Hours) -> Verdict:
    return Go() if candidate.reachable else Skip(reason=Reason.UNREACHABLE)


def _quiet(candidate: Candidate, hours: Hours) -> Verdict:
    """A person is left in peace at night, on weekends and public holidays, unless a human waits; a channel's messages keep their own schedule."""
    if candidate.person is None or candidate.urgent:
        return Go()
    until = quiet_until(hours(candidate.timezone), candidate.at)
    return Go() if until is None else NotBefore(at=until)


GATES: Final[tuple[Callable[[Candidate, Hours], Verdict], ...]] = (_expired, _unreachable, _quiet)
