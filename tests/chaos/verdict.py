"""The verdict: what the ledger says, against what the platforms took; and how fast the fleet was all the while."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import and_, func, select
from sqlmodel import Session

from dialogs.campaign_actions import TakeStep
from dialogs.delivery import Status
from dialogs.feedback_actions import RateTrace, SaySolved
from dialogs.messages import Place
from storage import deliveries, plain
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, EventRow, EvidenceRow, FeedbackRow, StepResponseRow, table_of
from tests.chaos.crowd import Asked, Tapped

_REPLY_TOO_SOON = "chat.postMessage (channel) of a turn"
_PUT_OFF = timedelta(minutes=10)
_UNSTAMPED = (Place.UPDATE, Place.HOME)
_BEFORE = 15.0  # seconds before a message was taken, for which a process may have been frozen
_SOON = 0.1  # seconds after a kill in which what was under way still arrives

_DELIVERY, _MEMBER = table_of(DeliveryRow).c, table_of(CampaignMemberRow).c


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the database says in the end: of each campaign's delivery its key, platform and status; of each rating and response what was kept."""

    imbalances: int
    targeted: int
    members: int
    rows: Sequence[tuple[str, str, str, str, str]]  # key, platform, tenant, person, status
    others: Sequence[tuple[str, str]]  # key and status of what else was posted in Slack; an update leaves the stamp of what it's shown in place of
    ratings: Mapping[str, tuple[str | None, str | None, int | None]]  # whose, solved, trace, by the feedback's id
    responses: Mapping[tuple[str, str], int]  # how often each (person, step) is there
    evidence: Mapping[tuple[str, str], int]
    unanswered: int

    @property
    def slack(self) -> dict[str, str]:
        """The status of all that the ledger has for Slack, by key."""
        return {key: status for key, platform, _, _, status in self.rows if platform == "slack"} | dict(self.others)


def books(session: Session, campaign: str) -> Books:
    """Read them."""
    columns = (_DELIVERY.key, _DELIVERY.platform, _DELIVERY.tenant, _DELIVERY.person_id, _DELIVERY.status)
    theirs = (_DELIVERY.cause_kind == "campaign") & (_DELIVERY.cause_id == campaign)
    connection = session.connection()
    other = select(_DELIVERY.key, _DELIVERY.status, _DELIVERY.message).where(~theirs, _DELIVERY.platform == "slack")
    response, piece, event = table_of(StepResponseRow).c, table_of(EvidenceRow).c, table_of(EventRow).c
    feedback = table_of(FeedbackRow).c
    return Books(
        imbalances=len(deliveries.imbalances(session)),
        targeted=connection.execute(select(table_of(CampaignRow).c.targeted).where(table_of(CampaignRow).c.name == campaign)).scalar_one(),
        members=connection.execute(select(func.count()).where(_MEMBER.campaign == campaign)).scalar_one(),
        rows=[(str(row[0]), row[1], row[2], row[3], row[4]) for row in connection.execute(select(*columns).where(theirs))],
        others=[(str(row[0]), row[1]) for row in connection.execute(other) if plain.read_message(row[2]).place not in _UNSTAMPED],
        ratings={
            row.id: (row.person_id, row.solved, row.trace)
            for row in connection.execute(select(feedback.id, feedback.person_id, feedback.solved, feedback.trace))
        },
        responses=Counter((row[0], row[1]) for row in connection.execute(select(response.person_id, response.step).where(response.does == "done"))),
        evidence=Counter((row[0], row[1]) for row in connection.execute(select(piece.person_id, piece.step).where(piece.campaign == campaign))),
        unanswered=connection.execute(select(func.count()).where(event.answered_at.is_(None))).scalar_one(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What isn't settled yet."""

    planned: int
    sending: int
    unknown: int  # on Slack
    unanswered: int
    entering: bool  # some of the directory hasn't been looked at

    @property
    def anything(self) -> bool:
        """Whether anything is left."""
        return bool(self.planned or self.sending or self.unknown or self.unanswered or self.entering)


def left(session: Session, campaign: str, population: int, at: datetime) -> Left:
    """Return what isn't settled yet, of what is to be by now."""
    connection = session.connection()
    # what waits for another day, as its person's budget or hours say, stays planned
    is_put_off = and_(_DELIVERY.status == Status.PLANNED.value, _DELIVERY.not_before > at + _PUT_OFF)
    by = select(_DELIVERY.platform, _DELIVERY.status, func.count()).where(~is_put_off).group_by(_DELIVERY.platform, _DELIVERY.status)
    counts = {(row[0], row[1]): row[2] for row in connection.execute(by)}
    event = table_of(EventRow).c
    members = connection.execute(select(func.count()).where(_MEMBER.campaign == campaign)).scalar_one()

    def of(status: Status) -> int:
        return sum(number for (_, each), number in counts.items() if each == status)

    return Left(
        planned=of(Status.PLANNED),
        sending=of(Status.SENDING),
        unknown=counts.get(("slack", Status.UNKNOWN.value), 0),
        unanswered=connection.execute(select(func.count()).where(event.answered_at.is_(None))).scalar_one(),
        entering=members < population,
    )


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What was found. `broken` are the promises that didn't hold, in words; the figures are for the report."""

    figures: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)  # what Slack took more than once, and what befell the fleet meanwhile
    crowds: list[str] = field(default_factory=list)  # what a workspace of Slack had taken within the second, each time that it was at its limit
    chases: list[str] = field(default_factory=list)  # what a channel of Slack had just taken, each time that it refused what the ledger has

    def holds(self, promise: str, wrong: int, *, of: int | None = None) -> None:
        """Note how often a promise didn't hold."""
        self.figures[promise] = f"{wrong}" if of is None else f"{wrong} of {of:,}"
        if wrong:
            self.broken.append(f"{promise}: {wrong}")


def judge(kept: Books, told: Mapping[str, Any], asked: Sequence[Asked], taps: Sequence[Tapped], people: int) -> Verdict:
    """Hold the ledger against what the platforms took."""
    verdict = Verdict()
    accepted = Counter(key for _, _, key, _ in told["slack"]["accepted"])
    sorry = Counter(key for _, _, key, apology in told["slack"]["accepted"] if apology)
    slack = kept.slack
    persons = Counter(person for *_, person, _ in kept.rows)
    of_teams = Counter(status for _, platform, _, _, status in kept.rows if platform == "teams")
    verdict.holds("kinds out of balance", kept.imbalances)
    verdict.holds("people without exactly one delivery of the step", people - sum(number == 1 for number in persons.values()), of=people)
    verdict.holds("members or targets beside the ledger's", abs(kept.members - people) + abs(kept.targeted - len(kept.rows)))
    verdict.holds("Slack: lost (sent, and never taken)", sum(status == "sent" and not accepted[key] for key, status in slack.items()), of=len(slack))
    verdict.holds("Slack: taken, and not known as sent", sum(status != "sent" and accepted[key] > 0 for key, status in slack.items()))
    # what apologises for a reply bears its key, and may come before it
    doubled = sum(max(0, number - sorry[key] - 1) for key, number in accepted.items() if key in slack)
    verdict.holds("Slack: doubled", doubled, of=sum(accepted.values()))
    verdict.holds("Slack: neither sent nor skipped", sum(status not in ("sent", "skipped") for status in slack.values()))
    verdict.holds(
        "Slack: calls above a limit (but for replies to gestures in a channel that had just got one)",
        _above(verdict, "Slack", told["slack"]["above"], slack),
    )
    chats = Counter(key for _, _, key in told["teams"]["accepted"])
    strangers = {each.answer for each in asked if not each.slack}
    campaigned = Counter({key: number for key, number in chats.items() if key.partition("|")[0] not in strangers})
    verdict.holds("Teams: doubled", sum(number - 1 for number in campaigned.values()), of=sum(campaigned.values()))
    verdict.holds("Teams: neither sent nor unknown", sum(number for status, number in of_teams.items() if status not in ("sent", "unknown")))
    verdict.holds("Teams: sent, and never taken", max(0, of_teams["sent"] - len(campaigned)))
    verdict.figures["Teams: unknown, and left so"] = f"{of_teams['unknown']} of {sum(of_teams.values()):,}"
    verdict.holds("Teams: calls above a limit", _above(verdict, "Teams", told["teams"]["above"], ()))
    _judge_questions(verdict, asked, accepted, sorry, chats, kept)
    _judge_taps(verdict, kept, taps, sorry)
    verdict.figures["Slack: calls within a Retry-After"] = str(told["slack"]["hasty"])
    stalls = [seconds for _, seconds in told["stalls"]]
    verdict.figures["the platforms themselves stood still"] = f"{len(stalls)} times, for {max(stalls, default=0):.2f} s at most"
    verdict.figures["troubles"] = ", ".join(f"{number} × {name}" for name, number in sorted(told["troubles"].items()))
    return verdict


def _began(told: Mapping[str, Any]) -> float:
    accepted = told["slack"]["accepted"]
    return float(accepted[0][0]) if accepted else 0.0


def crowds(told: Mapping[str, Any], blows: Sequence[tuple[float, str]]) -> list[str]:
    """Tell of each time that a workspace was at its limit: what it had taken within the second, and what had befallen the fleet just before."""
    began = _began(told)
    return [f"at {at - began:.1f} s: {taken}; {_stood_still(told, at)}{_befell(blows, at)}" for at, taken in told["slack"]["crowds"]]


def _stood_still(told: Mapping[str, Any], at: float) -> str:
    """Tell of the platforms' own stalls within the second: calls that were made one by one arrive at once after one."""
    return "".join(
        f"the platforms stood still for {seconds:.2f} s {at - when:.1f} s before, " for when, seconds in told["stalls"] if 0 <= at - when <= 1
    )


def chases(kept: Books, told: Mapping[str, Any], blows: Sequence[tuple[float, str]]) -> list[str]:
    """Tell of each call of the ledger that a channel refused: what it was, what the channel had just taken, what had befallen the fleet."""
    ledger, began = kept.slack, _began(told)
    return [
        f"at {at - began:.1f} s: {_said(key, apology)}, {at - before:.2f} s after {_said(*earlier)}; {_befell(blows, at)}"
        for (at, key, apology), (before, *earlier) in told["slack"]["chases"]
        if key in ledger
    ]


def _said(key: str, apology: bool) -> str:
    return f"{'an apology' if apology else 'a message'} ({key})"


def _befell(blows: Sequence[tuple[float, str]], at: float) -> str:
    return ", ".join(f"{what} {at - when:.1f} s before" for when, what in blows if at - _BEFORE <= when <= at) or "nothing"


def doubles(kept: Books, told: Mapping[str, Any], blows: Sequence[tuple[float, str]]) -> list[str]:
    """Tell of each message that Slack took more than once: when, and what befell the fleet from shortly before the first until the last."""
    status = kept.slack
    times: defaultdict[str, list[float]] = defaultdict(list)
    for at, _, key, apology in told["slack"]["accepted"]:
        if not apology:  # one may come before its answer
            times[key].append(at)
    began = _began(told)
    found = []
    for key, taken in times.items():
        if len(taken) > 1:
            befell = [f"{what} at {at - began:.1f}" for at, what in blows if taken[0] - _BEFORE <= at <= taken[-1]]
            found.append(
                f"{key} ({status.get(key, 'a turn')}) at {', '.join(f'{at - began:.1f}' for at in taken)} s; {', '.join(befell) or 'nothing'}"
            )
    return found


def _above(verdict: Verdict, platform: str, calls: Sequence[tuple[str, str, str]], ledger: Container[str]) -> int:
    """Count the calls above a limit, and tell what they were.

    Apart are replies to gestures in a channel that has just got one: two replicas that apologise for one question, a person who taps while the
    ledger writes. Nobody paces those; they wait for what Slack says, and are made again.
    """
    kinds = Counter(f"{method} of {'the ledger' if key in ledger else 'a turn'}" if key else method for method, _, key in calls)
    if kinds:
        verdict.figures[f"{platform}: which calls were above a limit"] = ", ".join(f"{number} × {name}" for name, number in kinds.most_common())
    return sum(number for name, number in kinds.items() if name != _REPLY_TOO_SOON)


def _judge_questions(verdict: Verdict, asked: Sequence[Asked], accepted: Counter[str], sorry: Counter[str], chats: Counter[str], kept: Books) -> None:
    heard = [each for each in asked if each.acknowledged]
    conversations = Counter(key.partition("|")[0] for key in chats.elements())
    answers = {each.answer: accepted[each.answer] if each.slack else conversations[each.answer] for each in heard}
    verdict.figures["questions never heard (no replica answered any of four deliveries)"] = f"{len(asked) - len(heard)} of {len(asked):,}"
    verdict.holds("questions without an answer or an apology", sum(number == 0 for number in answers.values()), of=len(heard))
    verdict.figures["questions in Slack apologised for"] = str(sum(sorry[each.answer] > 0 for each in heard))
    twice = sum(accepted[each.answer] - sorry[each.answer] > 1 for each in heard if each.slack)
    verdict.holds("questions in Slack answered twice", twice, of=sum(each.slack for each in heard))
    more = Counter(answers[each.answer] for each in heard if not each.slack)
    verdict.figures["questions in Teams by number of messages"] = ", ".join(f"{number} × {times}" for times, number in sorted(more.items()))
    verdict.holds("events without their answer noted", kept.unanswered)


def _judge_taps(verdict: Verdict, kept: Books, taps: Sequence[Tapped], sorry: Counter[str]) -> None:
    lost, twice, told = [], 0, 0
    for tap in taps:
        match tap.action:
            case SaySolved(feedback=feedback, solved=solved):
                is_kept = kept.ratings.get(feedback, (None, None, None))[:2] == (tap.person, solved)
            case RateTrace(feedback=feedback, trace=trace):
                person, _, kept_trace = kept.ratings.get(feedback, (None, None, None))
                is_kept = (person, str(kept_trace)) == (tap.person, trace)
            case TakeStep(step=step):
                is_kept = kept.responses.get((tap.person, step), 0) > 0
                twice += kept.responses.get((tap.person, step), 0) > 1 or kept.evidence.get((tap.person, step), 0) > 1
            case _:
                raise TypeError(f"nobody taps {tap.action}")
        if not is_kept and sorry[tap.answer]:
            told += 1
        elif not is_kept:
            lost.append(tap)
    verdict.figures["taps that weren't kept, and were apologised for"] = str(told)
    verdict.holds("taps neither kept nor apologised for", len(lost), of=len(taps))
    verdict.holds("taps that count twice", twice)


def _served(told: Mapping[str, Any], keys: Container[str]) -> dict[int, list[float]]:
    """Return when each workspace took one of these deliveries; replies don't count, which others make than those who send."""
    served: defaultdict[int, list[float]] = defaultdict(list)
    for at, workspace, key, _ in told["slack"]["accepted"]:
        if key in keys:
            served[workspace].append(at)
    return dict(served)


def resumes(told: Mapping[str, Any], keys: Container[str], kills: Sequence[float]) -> list[float]:
    """Return, of each kill, after how many seconds the last workspace that still had work of a campaign's, by its keys, was served again."""
    served, found = _served(told, keys), []
    for kill in kills:
        gaps = []
        for times in served.values():
            place = bisect_right(times, kill + _SOON)
            if place < len(times) and times[0] < kill:  # had begun, and wasn't done
                gaps.append(times[place] - kill)
        if gaps:
            found.append(max(gaps))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How the workspaces were served while all had work: for how long, how alike (Jain), what share of the pace, and of what 429s left of it."""

    seconds: float
    sent: int
    jain: float
    share: float
    share_open: float


def flow(told: Mapping[str, Any], keys: Container[str], workspaces: int, pace: float) -> Flow | None:
    """Return it for a campaign's deliveries; `pace` is in messages a second and workspace. None where a workspace was sent nothing."""
    served = _served(told, keys)
    if len(served) < workspaces:
        return None
    begins, ends = min(times[0] for times in served.values()), min(times[int(len(times) * 0.95) - 1] for times in served.values())
    counts = [bisect_right(times, ends) for times in served.values()]
    seconds = ends - begins
    whole = max(times[-1] for times in served.values()) - begins
    closed = sum(told["closed"].values()) * (seconds / whole) if whole else 0.0  # troubles come evenly
    open_seconds = max(seconds * workspaces - closed, 1e-9)
    return Flow(
        seconds=seconds,
        sent=sum(counts),
        jain=sum(counts) ** 2 / (len(counts) * sum(number**2 for number in counts)),
        share=sum(counts) / (seconds * workspaces * pace) if seconds else 0.0,
        share_open=sum(counts) / (open_seconds * pace),
    )


def resume_figures(found: Sequence[float]) -> str:
    """Say them."""
    return f"median {median(found):.1f} s, longest {max(found):.1f} s ({len(found)} kills)" if found else "none was seen"
