"""Just before a delivery is sent: is it still wanted, can it arrive, and is this a time to write to somebody?"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from dialogs.attention import Limit, Spent, budget
from dialogs.campaign import CampaignStatus
from dialogs.delivery import Kind, Reason
from dialogs.feedback import Pause
from dialogs.gates import Candidate, Closing, Go, Lesson, NotBefore, Skip, Verdict, pass_gates
from dialogs.ladder import Stage
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


# --- attention ------------------------------------------------------------------------------------------------------------------------------------

REMINDER_S = replace(ALICE_S, kind=Kind.REMINDER, function="it")
PROMPT_S = replace(ALICE_S, function="it", closing="open")
CAMPAIGN_S = replace(ALICE_S, kind=Kind.CAMPAIGN, function="it")
NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def ago(days: float, function: str = "finance") -> tuple[Spent, ...]:
    return (Spent(at=FRIDAY_NOON - timedelta(days=days), function=function),)


@pytest.mark.parametrize("candidate", [PROMPT_S, REMINDER_S, CAMPAIGN_S])
def test_whoever_paused_is_left_in_peace(candidate: Candidate) -> None:
    paused = Skip(reason=Reason.PAUSED)
    assert verdict(replace(candidate, pauses=(Pause(function="it", until=None),))) == paused
    assert verdict(replace(candidate, pauses=(Pause(function=None, until=FRIDAY_NOON + timedelta(seconds=1)),))) == paused
    assert verdict(replace(candidate, pauses=(Pause(function="finance", until=None), Pause(function=None, until=FRIDAY_NOON)))) == Go()


def test_a_pause_keeps_no_answer_back() -> None:
    assert verdict(replace(ALICE_S, kind=Kind.REPLY, pauses=(Pause(function=None, until=None),))) == Go()


@pytest.mark.parametrize(
    ("closing", "reason"),
    [
        ("answered", Reason.ANSWERED),
        ("voided", Reason.CANCELLED),
        ("expired", Reason.EXPIRED),
        ("asked", Reason.CANCELLED),
        ("handed", Reason.CANCELLED),
    ],
)
def test_only_what_is_open_is_asked_about(closing: Closing, reason: Reason) -> None:
    assert verdict(replace(PROMPT_S, closing=closing)) == Skip(reason=reason)
    assert verdict(replace(REMINDER_S, closing=closing)) == Skip(reason=reason)


def test_an_ask_beyond_the_budget_is_dropped_not_postponed() -> None:
    assert verdict(replace(PROMPT_S, spent=ago(13))) == Skip(reason=Reason.BUDGET)
    assert verdict(replace(REMINDER_S, spent=ago(3, "it"))) == Skip(reason=Reason.BUDGET)
    assert verdict(replace(PROMPT_S, spent=ago(14))) == Go()
    assert verdict(replace(PROMPT_S, spent=ago(31, "it"), limit=Limit(ask_days=60))) == Skip(reason=Reason.BUDGET)


def test_a_campaigns_message_waits_until_there_is_room() -> None:
    assert verdict(replace(CAMPAIGN_S, spent=ago(0.25))) == NotBefore(at=FRIDAY_NOON + timedelta(hours=18))


def test_what_spends_nothing_needs_no_room_and_neither_does_a_channel() -> None:
    assert verdict(replace(ALICE_S, kind=Kind.REPLY, spent=ago(1))) == Go()
    assert verdict(replace(CAMPAIGN_S, person=None, spent=ago(0.25))) == Go()


def test_what_is_not_sent_at_all_is_skipped_at_once_even_at_night() -> None:
    asleep = replace(PROMPT_S, at=NIGHT)
    assert isinstance(verdict(asleep), NotBefore)
    assert verdict(replace(asleep, spent=ago(1))) == Skip(reason=Reason.BUDGET)
    assert verdict(replace(asleep, closing="answered")) == Skip(reason=Reason.ANSWERED)


def test_another_budget_counts_where_the_company_set_one() -> None:
    assert pass_gates(replace(PROMPT_S, spent=ago(5)), hours, budget(ask_days=5)) == Go()


# --- campaigns ------------------------------------------------------------------------------------------------------------------------------------

LESSON = Lesson(campaign=CampaignStatus.RUNNING, aim=Stage.COMPREHENSION, is_for_all=False, stage=Stage.AWARENESS, is_done=False, is_listed=True)
LESSON_S = replace(CAMPAIGN_S, lesson=LESSON)
FOR_ALL = replace(LESSON, is_for_all=True)


def of(lesson: Lesson, **more: Any) -> Verdict:
    return verdict(replace(LESSON_S, lesson=lesson, **more))


def test_a_lesson_goes_to_those_who_are_not_there_yet() -> None:
    assert of(LESSON) == Go()
    assert of(replace(LESSON, stage=Stage.UNAWARE)) == Go()


@pytest.mark.parametrize("stage", [Stage.COMPREHENSION, Stage.CONVICTION, Stage.ACTION])
def test_who_is_at_its_stage_or_beyond_is_spared_it(stage: Stage) -> None:
    assert of(replace(LESSON, stage=stage)) == Skip(reason=Reason.ALREADY_THERE)


def test_so_is_who_did_what_lets_them_leave_the_stage_behind() -> None:
    assert of(replace(LESSON, is_done=True)) == Skip(reason=Reason.ALREADY_THERE)


def test_a_survey_is_asked_of_everybody_alike_and_a_success_told_to_those_who_are_there() -> None:
    assert of(replace(FOR_ALL, stage=Stage.ACTION, is_done=True)) == Go()
    assert of(replace(FOR_ALL, stage=Stage.ACTION), kind=Kind.PROMPT) == Go()


@pytest.mark.parametrize("status", [CampaignStatus.FINISHED, CampaignStatus.CANCELLED, None])
def test_nobody_waits_for_a_campaign_that_is_over(status: CampaignStatus | None) -> None:
    late = FRIDAY_NOON - timedelta(days=1)
    assert of(replace(LESSON, campaign=status), deadline=late, reachable=False) == Skip(reason=Reason.OVER)


def test_nor_for_a_step_that_was_taken_out_of_it() -> None:
    assert of(replace(LESSON, aim=None)) == Skip(reason=Reason.CANCELLED)


def test_who_left_the_directory_and_guests_are_no_campaigns_business() -> None:
    assert of(replace(FOR_ALL, is_listed=False), reachable=False) == Skip(reason=Reason.NOT_FOR_THEM)


def test_who_is_there_needs_no_room_and_no_morning_to_be_spared() -> None:
    there = replace(LESSON, stage=Stage.ACTION)
    assert of(there, at=NIGHT, spent=ago(0.25)) == Skip(reason=Reason.ALREADY_THERE)
    assert of(there, pauses=(Pause(function=None, until=None),)) == Skip(reason=Reason.PAUSED)


def test_a_survey_spends_an_ask_and_a_lesson_a_message() -> None:
    assert of(FOR_ALL, kind=Kind.PROMPT, spent=ago(3)) == Skip(reason=Reason.BUDGET)
    assert of(LESSON, spent=ago(0.5)) == NotBefore(at=FRIDAY_NOON + timedelta(hours=12))
