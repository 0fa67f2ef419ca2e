"""Outcomes: where a campaign's people stand, added up so that nobody can be told from the others, and the verdict that comes of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias

from dialogs.campaign import Declared, Histogram, Kept
from dialogs.draw import ArmName
from dialogs.ladder import STAGE_OF, Evidence, Stage, stage_at
from dialogs.lift import Team, by_person, by_team, conclude, share_by_person, share_by_team
from dialogs.scores import SCORE_FLOOR
from dialogs.verdict import NO_ARM, Arm, Lift, Move, Verdict

_ARMS: Final[tuple[ArmName, ...]] = ("treated", "control")
_Pattern: TypeAlias = frozenset[str]  # the segments of some people, all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody whom a campaign is for: in which arm and team, in which segments, where they stood when they entered it, and where they stand."""

    arm: ArmName
    team: str
    before: Stage
    after: Stage
    segments: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Side:
    """One arm, as it's added up."""

    moves: Counter[tuple[Stage, Stage]] = field(default_factory=Counter)
    teams: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    patterns: defaultdict[_Pattern, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One arm: how many people made which move, how many of each team and of each set of segments there are and are `there`."""

    arm: Arm
    moves: Mapping[tuple[Stage, Stage], int]
    teams: tuple[Team, ...]
    patterns: Mapping[_Pattern, Arm]

    @property
    def before(self) -> Histogram:
        """How many were at each stage."""
        return _histogram((before, number) for (before, _), number in self.moves.items())

    @property
    def after(self) -> Histogram:
        """How many are at each stage."""
        return _histogram((after, number) for (_, after), number in self.moves.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Both arms of a campaign."""

    treated: Side
    control: Side


def stage_reached(evidence: Sequence[Evidence], at: datetime) -> Stage:
    """Return where the evidence of one person places them: what `stage_at` says, in less time, as when it's lost isn't asked for.

    The best over all stages counts, so what shows a lower one needn't be looked at once a higher one is reached.
    """
    best = Stage.UNAWARE
    for stage in reversed(tuple(Stage)[1:]):
        if stage.rank <= best.rank:
            break
        if shows := [each for each in evidence if STAGE_OF[each.kind] is stage]:
            best = max(best, stage_at(shows, at)[0], key=lambda each: each.rank)
    return best


def outcome(members: Iterable[Member], stage: Stage) -> Outcome:
    """Add members up, one after the other: who is at the objective's stage or beyond is there. Its size depends on how many teams there are."""
    sides = {arm: _Side() for arm in _ARMS}
    for member in members:
        side = sides[member.arm]
        was, is_ = member.before.rank >= stage.rank, member.after.rank >= stage.rank
        side.moves[member.before, member.after] += 1
        team, pattern = side.teams[member.team], side.patterns[member.segments]
        team[0] += 1
        team[1] += is_
        pattern[0] += 1
        pattern[1] += is_
        pattern[2] += was
    return Outcome(treated=_side(sides["treated"]), control=_side(sides["control"]))


def judge(kept: Kept, reckoned: Outcome, at: datetime) -> Verdict:
    """Return the verdict of a campaign that's over. Raises ValueError for one whose objective names no stage or no target."""
    objective, control = kept.campaign.objective, kept.campaign.control
    if objective.stage is None or objective.target is None:
        raise ValueError(f"campaign {kept.campaign.name} has no objective to be judged by")
    treated, untreated = reckoned.treated, reckoned.control
    controlled, teams = bool(control and control.share), bool(control and control.share and control.by == "team")
    lift = (by_team(treated.teams, untreated.teams) if teams else by_person(treated.arm, untreated.arm)) if controlled else None
    interval = share_by_team(treated.teams, untreated.teams) if teams else share_by_person(treated.arm)
    benchmark = _benchmark(kept, reckoned)
    conclusion = conclude(treated.arm, untreated.arm, benchmark=benchmark, target=objective.target, lift=lift, interval=interval)
    few = treated.arm.people < SCORE_FLOOR or (controlled and untreated.arm.people < SCORE_FLOOR)
    verdict = Verdict(
        stage=objective.stage,
        benchmark=benchmark,
        target=objective.target,
        treated=NO_ARM,
        control=NO_ARM,
        by="team" if teams else "person",
        lift=None,
        conclusion=conclusion,
        at=at,
        controlled=controlled,
        too_few=few,
    )
    return verdict if few else _shown(verdict, reckoned, lift, interval)


def _shown(verdict: Verdict, reckoned: Outcome, lift: Lift | None, interval: tuple[float, float]) -> Verdict:
    treated, control = reckoned.treated, reckoned.control
    return replace(
        verdict,
        treated=treated.arm,
        control=control.arm,
        lift=lift,
        interval=interval,
        before=treated.before,
        after=treated.after,
        control_before=control.before,
        control_after=control.after,
        moves=moves(treated),
        segments=segments(reckoned, controlled=verdict.controlled),
    )


def moves(side: Side) -> tuple[Move, ...]:
    """Return the moves between two stages that enough people made."""
    many = ((pair, number) for pair, number in side.moves.items() if number >= SCORE_FLOOR)
    return tuple(
        Move(before=before, after=after, people=number)
        for (before, after), number in sorted(many, key=lambda each: (each[0][0].rank, each[0][1].rank))
        if before is not after
    )


def segments(reckoned: Outcome, *, controlled: bool) -> Mapping[str, tuple[Arm, Arm]]:
    """Return both arms of each segment that may be shown beside the whole, and beside the others.

    Somebody may be in several segments. Those that are shown cut each arm into parts: people who are in the same ones of them. Each part has
    `SCORE_FLOOR` people, or none; so whatever is added up and taken away, nothing is left that fewer people tell. The largest segments come first.
    """
    sides = (reckoned.treated, reckoned.control) if controlled else (reckoned.treated,)
    names = {name for side in sides for pattern in side.patterns for name in pattern}
    sizes = {name: min(_part(side, name).people for side in sides) for name in names}
    shown: list[str] = []
    for name in sorted(names, key=lambda each: (-sizes[each], each)):
        if sizes[name] >= SCORE_FLOOR and all(_apart(side, {*shown, name}) for side in sides):
            shown.append(name)
    return {name: (_part(reckoned.treated, name), _part(reckoned.control, name)) for name in sorted(shown)}


def _apart(side: Side, shown: set[str]) -> bool:
    """Tell whether each part that these segments cut an arm into has enough people."""
    parts = Counter[_Pattern]()
    for pattern, arm in side.patterns.items():
        parts[pattern & shown] += arm.people
    return all(people >= SCORE_FLOOR for people in parts.values())


def _part(side: Side, segment: str) -> Arm:
    return _sum(arm for pattern, arm in side.patterns.items() if segment in pattern)


def _benchmark(kept: Kept, reckoned: Outcome) -> float:
    declared = kept.campaign.objective.benchmark
    if isinstance(declared, Declared):
        return declared.share
    if kept.benchmark is not None:
        return kept.benchmark
    everybody = _sum((reckoned.treated.arm, reckoned.control.arm))
    return everybody.before / everybody.people if everybody.people else 0.0


def _side(added: _Side) -> Side:
    patterns = {pattern: Arm(people=people, there=there, before=before) for pattern, (people, there, before) in added.patterns.items()}
    teams = tuple(Team(people=people, there=there) for people, there in added.teams.values())
    return Side(arm=replace(_sum(patterns.values()), teams=len(teams)), moves=added.moves, teams=teams, patterns=patterns)


def _sum(arms: Iterable[Arm]) -> Arm:
    people = there = before = 0
    for arm in arms:
        people, there, before = people + arm.people, there + arm.there, before + arm.before
    return Arm(people=people, there=there, before=before)


def _histogram(counted: Iterable[tuple[Stage, int]]) -> Histogram:
    counts = Counter[str]()
    for stage, number in counted:
        counts[stage.value] += number
    return Histogram(**counts)
