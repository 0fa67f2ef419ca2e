"""Gates: what is asked, from current facts, just before a delivery is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from dialogs.attention import BUDGET, Budget, Limit, Spent, free_at, spending_of
from dialogs.campaign import OVER, CampaignStatus
from dialogs.delivery import Kind, Reason
from dialogs.feedback import Pause
from dialogs.ladder import Stage
from dialogs.working_time import WorkingHours, quiet_until

# how the closing stands that a prompt or a reminder asks about: `asked` apart before, `handed` to a human meanwhile
Closing: TypeAlias = Literal["open", "answered", "voided", "expired", "asked", "handed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A campaign's message, as the campaign and whoever would get it stand now.

    `campaign` is None where there's no such campaign, `aim` (the stage that the step leads to) where the step is gone. `is_for_all` tells that it's
    sent whatever the stage: a survey is asked of everybody alike, a success is told to those who are there. `stage` is the person's; `is_done`: they
    left, since they entered, what lets them leave that stage's steps behind. `is_listed`: they're in the directory, and no guest.
    """

    campaign: CampaignStatus | None
    aim: Stage | None
    is_for_all: bool
    stage: Stage
    is_done: bool
    is_listed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A delivery that is due, with what is known of it now. Times are UTC.

    `person` is None for a channel. `timezone` is the person's own IANA zone, None where nobody knows it. `reachable` is False where the conversation
    is dead, or there's none. What follows is known of what spends attention only: `function` is whose message it is, `limit` what that one takes at
    most, `spent` what was taken of this person by messages that spend the same, `pauses` those that hold, `closing` what is asked about, `lesson`
    what is known of a campaign's message.
    """

    kind: Kind
    at: datetime
    urgent: bool
    deadline: datetime | None
    person: str | None
    timezone: str | None
    reachable: bool
    function: str | None = None
    limit: Limit | None = None
    spent: tuple[Spent, ...] = ()
    pauses: tuple[Pause, ...] = ()
    closing: Closing | None = None
    lesson: Lesson | None = None


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


def pass_gates(candidate: Candidate, hours: Hours, budget: Budget = BUDGET) -> Verdict:
    """Ask every gate about a delivery that is due: the first that doesn't let it pass decides."""
    for gate in GATES:
        verdict = gate(candidate, hours, budget)
        if not isinstance(verdict, Go):
            return verdict
    return Go()


def _over(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    """What a campaign would still say once it's over, nobody waits for; nor for a step that was taken out of it."""
    match candidate.lesson:
        case Lesson(campaign=campaign) if campaign is None or campaign in OVER:
            return Skip(reason=Reason.OVER)
        case Lesson(aim=None):
            return Skip(reason=Reason.CANCELLED)
        case _:
            return Go()


def _expired(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    past = candidate.deadline is not None and candidate.at > candidate.deadline
    return Skip(reason=Reason.EXPIRED) if past else Go()


def _unreachable(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    return Go() if candidate.reachable else Skip(reason=Reason.UNREACHABLE)


def _not_for_them(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    """Campaigns are for those of the directory."""
    return Skip(reason=Reason.NOT_FOR_THEM) if candidate.lesson is not None and not candidate.lesson.is_listed else Go()


def _already_there(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    """Nobody is taught what they know, or do, already."""
    match candidate.lesson:
        case Lesson(aim=Stage() as aim, is_for_all=False, stage=stage, is_done=is_done) if is_done or stage.rank >= aim.rank:
            return Skip(reason=Reason.ALREADY_THERE)
        case _:
            return Go()


def _paused(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    """Whoever wants to be left in peace by that function, or by all, is neither asked nor taught."""
    if spending_of(candidate.kind) is None:
        return Go()
    holds = any(pause.function in (None, candidate.function) and (pause.until is None or pause.until > candidate.at) for pause in candidate.pauses)
    return Skip(reason=Reason.PAUSED) if holds else Go()


def _settled(candidate: Candidate, _: Hours, __: Budget) -> Verdict:
    """What was answered isn't asked, nor what isn't over after all, nor anything twice."""
    match candidate.closing:
        case None | "open":
            return Go()
        case "answered":
            return Skip(reason=Reason.ANSWERED)
        case "expired":
            return Skip(reason=Reason.EXPIRED)
        case _:
            return Skip(reason=Reason.CANCELLED)


def _spent(candidate: Candidate, _: Hours, budget: Budget) -> Verdict:
    """An ask for which there's no room is dropped, never postponed: by then it'd puzzle. A campaign's message waits for its turn."""
    spending = spending_of(candidate.kind)
    if spending is None or candidate.person is None:
        return Go()
    opens = free_at(budget.caps(spending, candidate.limit), candidate.spent, candidate.function, candidate.at)
    if opens is None:
        return Go()
    return Skip(reason=Reason.BUDGET) if spending == "ask" else NotBefore(at=opens)


def _quiet(candidate: Candidate, hours: Hours, _: Budget) -> Verdict:
    """A person is left in peace at night, on weekends and public holidays, unless a human waits; a channel's messages keep their own schedule."""
    if candidate.person is None or candidate.urgent:
        return Go()
    until = quiet_until(hours(candidate.timezone), candidate.at)
    return Go() if until is None else NotBefore(at=until)


# quiet hours come last: what isn't sent at all needn't wait for the morning to be skipped, nor for room in the budget
GATES: Final[tuple[Callable[[Candidate, Hours, Budget], Verdict], ...]] = (
    _over,
    _expired,
    _not_for_them,
    _unreachable,
    _paused,
    _already_there,
    _settled,
    _spent,
    _quiet,
)
