"""Just before a delivery is sent: is it still wanted, can it arrive, and is this a time to write to somebody?"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from dialogs.delivery import Kind, Reason
from dialogs.gates import Candidate, Go, NotBefore, Skip, Verdict, pass_gates
from dialogs.working_time import WorkingHours

FRIDAY_NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALICE_S = Candidate(kind=Kind.PROMPT, at=FRIDAY_NOON, urgent=False, deadline=None, person="alice", timezone="Europe/Paris", reachable=True)
CHANNEL_S = replace(ALICE_S, kind=Kind.DIGEST, person=None, timezone=None)


def hours(zone: str | None) -> WorkingHours:
    off = {"Europe/Paris": date(2026, 11, 11), "America/New_York": date(2026, 11, 26)}
    known = zone or "Europe/Paris"
    return WorkingHours(timezone=known, opens=time(8), closes=time(19), days_off=frozenset({off[known]}))


def verdict(candidate: Candidate) -> Verdict:
    return pass_gates(candidate, hours)


def test_what_is_due_by_day_goes() -> None:
    assert verdict(ALICE_S) == Go()
    assert verdict(replace(ALICE_S, deadline=FRIDAY_NOON)) == Go()


def test_past_its_deadline_nobody_needs_it() -> None:
    late = replace(ALICE_S, deadline=FRIDAY_NOON - timedelta(seconds=1))
    assert verdict(late) == Skip(reason=Reason.EXPIRED)
    assert verdict(replace(late, urgent=True)) == Skip(reason=Reason.EXPIRED)


@pytest.mark.parametrize("candidate", [ALICE_S, replace(ALICE_S, urgent=True), CHANNEL_S])
def test_where_nobody_can_be_reached_nothing_is_sent(candidate: Candidate) -> None:
    assert verdict(replace(candidate, reachable=False)) == Skip(reason=Reason.UNREACHABLE)


@pytest.mark.parametrize(
    ("zone", "at", "until"),
    [
        ("Europe/Paris", datetime(2026, 11, 20, 18, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),  # Friday 19:00: Monday 08:00
        ("Europe/Paris", datetime(2026, 11, 11, 12, 0, tzinfo=UTC), datetime(2026, 11, 12, 7, 0, tzinfo=UTC)),  # Armistice Day
        ("America/New_York", datetime(2026, 11, 20, 12, 59, tzinfo=UTC), datetime(2026, 11, 20, 13, 0, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 26, 15, 0, tzinfo=UTC), datetime(2026, 11, 27, 13, 0, tzinfo=UTC)),  # Thanksgiving
        (None, datetime(2026, 11, 22, 12, 0, tzinfo=UTC), datetime(2026, 11, 23, 7, 0, tzinfo=UTC)),  # nobody knows their zone: the company's
    ],
)
def test_people_are_left_in_peace_outside_their_own_hours(zone: str | None, at: datetime, until: datetime) -> None:
    quiet = replace(ALICE_S, timezone=zone, at=at)
    assert verdict(quiet) == NotBefore(at=until)
    assert verdict(replace(quiet, kind=Kind.REPLY)) == NotBefore(at=until)
    assert verdict(replace(quiet, urgent=True)) == Go()  # a human waits
    assert verdict(replace(quiet, at=until)) == Go()


@pytest.mark.parametrize("kind", [Kind.DIGEST, Kind.ALERT])
def test_a_channels_messages_keep_their_own_schedule(kind: Kind) -> None:
    assert verdict(replace(CHANNEL_S, kind=kind, at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC))) == Go()
