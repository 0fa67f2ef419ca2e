"""Outcomes: members added up, the segments that may be shown, and the verdict that comes of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.campaign import Campaign, CampaignStatus, Control, Declared, Histogram, Kept, Measured, Objective
from dialogs.catalog import Localized
from dialogs.draw import ArmName
from dialogs.ladder import Evidence, EvidenceKind, Stage, stage_at
from dialogs.lift import by_person
from dialogs.outcome import Member, judge, outcome, segments, stage_reached
from dialogs.verdict import NO_ARM, Arm, Move
from tests.company import NOON

NAMED = Localized(fr="Essai", en="Trial")
OBJECTIVE = Objective(stage=Stage.ACTION, benchmark=Declared(kind="declared", share=0.3, source=NAMED), target=0.45)
CAMPAIGN = Campaign(name="trial", function="it", titles=NAMED, objective=OBJECTIVE, control=Control(share=0.5))
KEPT = Kept(campaign=CAMPAIGN, version=1, status=CampaignStatus.FINISHED, edited_by="somebody", edited_at=NOON)


def some(
    number: int, arm: ArmName = "treated", *, there: bool = False, of: Iterable[str] = (), team: str = "t", was: Stage = Stage.UNAWARE
) -> list[Member]:
    after = Stage.ACTION if there else Stage.AWARENESS
    return [Member(arm=arm, team=team, before=was, after=after, segments=frozenset(of))] * number


def shown(*members: list[Member], controlled: bool = True) -> set[str]:
    return set(segments(outcome([each for part in members for each in part], Stage.ACTION), controlled=controlled))


def test_everybody_counts_in_the_arm_that_was_drawn() -> None:
    members = some(20, there=True) + some(10, was=Stage.ACTION, team="u") + some(12, "control") + some(3, "control", there=True, was=Stage.CONVICTION)
    verdict = judge(KEPT, outcome(members, Stage.ACTION), NOON)
    assert verdict.treated == Arm(people=30, there=20, before=10, teams=2)
    assert verdict.control == Arm(people=15, there=3, before=0, teams=1)
    assert verdict.lift == by_person(verdict.treated, verdict.control)
    assert (verdict.conclusion, verdict.by, verdict.controlled, verdict.too_few) == ("reached", "person", True, False)
    assert verdict.before == Histogram(unaware=20, action=10)
    assert verdict.after == Histogram(awareness=10, action=20)
    assert (verdict.control_before, verdict.control_after) == (Histogram(unaware=12, conviction=3), Histogram(awareness=12, action=3))
    assert verdict.moves == (Move(before=Stage.UNAWARE, after=Stage.ACTION, people=20), Move(before=Stage.ACTION, after=Stage.AWARENESS, people=10))


def test_who_is_beyond_the_stage_is_there_too() -> None:
    lower = replace(CAMPAIGN, objective=replace(OBJECTIVE, stage=Stage.AWARENESS))
    members = some(6, there=True) + some(6) + some(10, "control", was=Stage.CONVICTION)
    verdict = judge(replace(KEPT, campaign=lower), outcome(members, Stage.AWARENESS), NOON)
    assert (verdict.treated.there, verdict.control.before) == (12, 10)


def test_moves_of_fewer_than_five_people_are_left_out() -> None:
    verdict = judge(KEPT, outcome(some(4, there=True) + some(9) + some(5, was=Stage.AWARENESS) + some(9, "control"), Stage.ACTION), NOON)
    assert verdict.moves == (Move(before=Stage.UNAWARE, after=Stage.AWARENESS, people=9),)


@pytest.mark.parametrize(("treated", "control"), [(4, 30), (30, 4), (0, 30), (30, 0), (0, 0)])
def test_of_an_arm_of_fewer_than_five_people_nothing_is_shown(treated: int, control: int) -> None:
    verdict = judge(KEPT, outcome(some(treated, there=True, of=["a"]) + some(control, "control", of=["a"]), Stage.ACTION), NOON)
    assert (verdict.conclusion, verdict.too_few) == ("too_small", True)
    assert (verdict.treated, verdict.control, verdict.lift, verdict.segments, verdict.moves) == (NO_ARM, NO_ARM, None, {}, ())
    assert verdict.before == verdict.after == verdict.control_before == verdict.control_after == Histogram()


@pytest.mark.parametrize("control", [None, Control(share=0), Control(share=0, by="team")])
def test_without_a_control_group_there_is_no_lift(control: Control | None) -> None:
    alone = replace(KEPT, campaign=replace(CAMPAIGN, control=control))
    verdict = judge(alone, outcome(some(60, there=True, of=["a"]) + some(40), Stage.ACTION), NOON)
    assert (verdict.lift, verdict.controlled, verdict.too_few, verdict.conclusion, verdict.by) == (None, False, False, "reached", "person")
    assert verdict.segments == {"a": (Arm(people=60, there=60), NO_ARM)}


def test_where_teams_were_drawn_they_are_what_is_compared() -> None:
    by_team = replace(KEPT, campaign=replace(CAMPAIGN, control=Control(share=0.5, by="team")))
    members = [each for number in range(6) for each in some(10, there=number % 2 == 0, team=f"t{number}")]
    members += [each for number in range(6) for each in some(10, "control", there=number == 0, team=f"c{number}")]
    verdict = judge(by_team, outcome(members, Stage.ACTION), NOON)
    person = judge(KEPT, outcome(members, Stage.ACTION), NOON)
    assert verdict.by == "team"
    assert verdict.lift is not None
    assert person.lift is not None
    assert verdict.lift.low < person.lift.low
    assert (verdict.conclusion, person.conclusion) == ("too_small", "reached")


def test_the_benchmark_is_declared_or_measured_when_it_started() -> None:
    members = outcome(some(6, was=Stage.ACTION) + some(14) + some(4, "control", was=Stage.ACTION) + some(16, "control"), Stage.ACTION)
    measured = replace(KEPT, campaign=replace(CAMPAIGN, objective=replace(OBJECTIVE, benchmark=Measured(kind="measured"))))
    assert judge(KEPT, members, NOON).benchmark == 0.3
    assert judge(replace(measured, benchmark=0.2), members, NOON).benchmark == 0.2
    assert judge(measured, members, NOON).benchmark == 0.25
    assert judge(measured, outcome([], Stage.ACTION), NOON).benchmark == 0


@pytest.mark.parametrize("objective", [Objective(), replace(OBJECTIVE, target=None), replace(OBJECTIVE, stage=None)])
def test_what_has_no_objective_is_not_judged(objective: Objective) -> None:
    with pytest.raises(ValueError, match="campaign trial has no objective"):
        judge(replace(KEPT, campaign=replace(CAMPAIGN, objective=objective)), outcome([], Stage.ACTION), NOON)


def test_a_segment_has_five_people_in_each_arm_and_so_has_the_rest() -> None:
    rest = (some(20), some(20, "control"))
    assert shown(*rest, some(5, of=["a"]), some(5, "control", of=["a"])) == {"a"}
    assert shown(*rest, some(5, of=["a"]), some(4, "control", of=["a"])) == set()
    assert shown(*rest, some(5, of=["a"]), some(4, "control", of=["a"]), controlled=False) == {"a"}
    assert shown(some(4), some(20, "control"), some(30, of=["a"]), some(30, "control", of=["a"])) == set()
    assert shown(some(30, of=["a"]), some(30, "control", of=["a"])) == {"a"}  # everybody: nothing that the whole doesn't tell


def test_no_difference_of_two_segments_leaves_fewer_than_five() -> None:
    both = [*some(30, of=["a", "b"]), *some(30, "control", of=["a", "b"])]
    assert shown(some(20), some(20, "control"), both, some(3, of=["a"]), some(9, "control", of=["a"])) == {"a"}
    assert shown(some(20), some(20, "control"), both, some(5, of=["a"]), some(9, "control", of=["a"])) == {"a", "b"}


@given(st.lists(st.tuples(st.sampled_from(("treated", "control")), st.frozensets(st.sampled_from("abcd")), st.integers(1, 12)), max_size=14))
def test_whatever_is_added_up_and_taken_away_five_people_are_left(parts: list[tuple[ArmName, frozenset[str], int]]) -> None:
    found = outcome([each for arm, of, number in parts for each in some(number, arm, of=of)], Stage.ACTION)
    told = segments(found, controlled=True)
    for side in (found.treated, found.control):
        cells: dict[frozenset[str], int] = {}
        for pattern, arm in side.patterns.items():
            cells[pattern & set(told)] = cells.get(pattern & set(told), 0) + arm.people
        assert not told or min(cells.values()) >= 5


@given(st.lists(st.tuples(st.sampled_from(EvidenceKind), st.sampled_from("ab"), st.sampled_from((1.0, 0.5, -0.5)), st.integers(-3, 900)), max_size=8))
def test_where_somebody_stands_is_what_the_ladder_says(left: list[tuple[EvidenceKind, str, float, int]]) -> None:
    pieces = [
        Evidence(person="p", function="it", topic="", kind=kind, source=source, weight=weight, at=NOON - timedelta(days=days))
        for kind, source, weight, days in left
    ]
    assert stage_reached(pieces, NOON) is stage_at(pieces, NOON)[0]
