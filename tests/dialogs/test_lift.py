"""Lift and what comes of it: intervals against published examples and other libraries, at their edges, and the three conclusions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from dialogs.lift import Team, by_person, by_team, conclude, correlation, share_by_person, share_by_team
from dialogs.statistics import student, wilson
from dialogs.verdict import Arm, Lift

NEAR = 1e-9
TEAMS = tuple(Team(people=size, there=there) for size, there in ((8, 2), (12, 5), (5, 1), (20, 7), (9, 4), (14, 4)))
OTHERS = tuple(Team(people=size, there=there) for size, there in ((10, 1), (7, 2), (16, 3), (11, 1), (6, 0)))


def arm(people: int, there: int) -> Arm:
    return Arm(people=people, there=there)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    # R. G. Newcombe, Statistics in Medicine 17 (1998), table II, method 10
    [
        (arm(70, 56), arm(80, 48), 0.0524, 0.3339),
        (arm(10, 9), arm(10, 3), 0.1705, 0.8090),
        (arm(7, 6), arm(7, 2), 0.0582, 0.8062),
        (arm(56, 5), arm(29, 0), -0.0381, 0.1926),
        (arm(10, 0), arm(20, 0), -0.1611, 0.2775),
        (arm(10, 10), arm(20, 0), 0.6791, 1.0),
        (arm(10, 10), arm(10, 0), 0.6075, 1.0),
    ],
)
def test_by_person_the_interval_is_newcombes(treated: Arm, control: Arm, low: float, high: float) -> None:
    lift = by_person(treated, control)
    assert (lift.low, lift.high) == pytest.approx((low, high), abs=5e-5)
    assert lift.difference == treated.there / treated.people - control.there / control.people


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_by_person_it_is_what_statsmodels_says(people: int, others: int, data: st.DataObject) -> None:
    there, elsewhere = data.draw(st.integers(0, people)), data.draw(st.integers(0, others))
    lift = by_person(arm(people, there), arm(others, elsewhere))
    low, high = confint_proportions_2indep(there, people, elsewhere, others, method="newcomb", compare="diff")
    assert (lift.low, lift.high) == pytest.approx((low, high), abs=NEAR)
    assert lift.low <= lift.difference <= lift.high


def test_an_empty_arm_tells_nothing() -> None:
    nothing = Lift(difference=0.0, low=-1.0, high=1.0)
    assert by_person(arm(0, 0), arm(10, 3)) == by_person(arm(10, 3), arm(0, 0)) == nothing
    assert by_team((), OTHERS) == by_team(TEAMS, ()) == nothing


def test_one_team_alone_tells_nothing_of_how_teams_differ() -> None:
    lift = by_team(TEAMS, OTHERS[:1])
    assert (lift.low, lift.high) == (-1.0, 1.0)
    assert lift.difference == pytest.approx(23 / 68 - 0.1)
    assert share_by_team(TEAMS, OTHERS[:1]) == (0.0, 1.0)


@given(st.floats(0.51, 0.9999), st.integers(1, 2_000))
def test_the_quantiles_of_t_are_those_of_scipy(probability: float, freedom: int) -> None:
    assert student(probability, freedom) == pytest.approx(stats.t.ppf(probability, freedom), rel=1e-7)


def test_the_correlation_of_teams_is_that_of_the_analysis_of_variance() -> None:
    ones = [[1.0] * team.there + [0.0] * (team.people - team.there) for team in TEAMS]
    between = stats.f_oneway(*ones)
    size = (sum(team.people for team in TEAMS) - sum(team.people**2 for team in TEAMS) / sum(team.people for team in TEAMS)) / (len(TEAMS) - 1)
    assert correlation(TEAMS) == pytest.approx((between.statistic - 1) / (between.statistic - 1 + size))


def test_people_of_a_team_who_do_the_same_tell_less_than_strangers() -> None:
    alike = tuple(Team(people=10, there=there) for there in (10, 0, 10, 0, 10, 0, 0, 0))
    control = tuple(Team(people=10, there=there) for there in (0, 10, 0, 0, 0, 0, 0, 10))
    assert correlation(alike, control) == pytest.approx(1.0)
    wide, narrow = by_team(alike, control), by_person(arm(80, 30), arm(80, 20))
    assert wide.difference == pytest.approx(narrow.difference)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_teams_that_differ_by_less_than_chance_are_worth_twice_their_people_at_most() -> None:
    same = (Team(people=10, there=5),) * 20
    assert correlation(same, same) < 0
    lift, newcombe = by_team(same, same), by_person(arm(400, 200), arm(400, 200))
    assert lift.high == pytest.approx(newcombe.high, rel=0.05)


def test_where_there_is_nothing_to_compare_people_are_taken_as_strangers() -> None:
    alone = tuple(Team(people=1, there=number % 2) for number in range(20))
    assert correlation(alone, alone) == 0
    nobody = (Team(people=5, there=0),) * 4
    assert correlation(nobody, nobody) == 0
    assert by_team(nobody, nobody).high > 0.1


@given(st.lists(st.tuples(st.integers(1, 30), st.floats(0, 1)), max_size=12), st.lists(st.tuples(st.integers(1, 30), st.floats(0, 1)), max_size=12))
def test_an_interval_holds_its_difference_and_lies_within_the_possible(ours: list[tuple[int, float]], theirs: list[tuple[int, float]]) -> None:
    treated, control = ([Team(people=people, there=round(people * share)) for people, share in each] for each in (ours, theirs))
    lift = by_team(treated, control)
    assert -1 <= lift.low <= lift.difference + NEAR
    assert lift.difference - NEAR <= lift.high <= 1
    low, high = share_by_team(treated, control)
    assert 0 <= low <= high <= 1


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert share_by_person(arm(50, 20)) == wilson(20, 50)
    assert share_by_person(arm(0, 0)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("treated", "control", "conclusion"),
    [
        (arm(500, 230), arm(240, 82), "reached"),
        (arm(500, 190), arm(240, 82), "not_reached"),  # short of the target
        (arm(500, 250), arm(240, 120), "not_reached"),  # at the target, as everybody is: the messages made no difference
        (arm(60, 30), arm(60, 22), "too_small"),  # at the target, and chance may be why
        (arm(500, 220), arm(240, 70), "too_small"),  # moved, and a little short: it may be there
        (arm(4, 4), arm(500, 0), "too_small"),
        (arm(500, 500), arm(4, 0), "too_small"),
    ],
)
def test_it_is_reached_not_reached_or_too_small_to_tell(treated: Arm, control: Arm, conclusion: str) -> None:
    lift = by_person(treated, control)
    assert conclude(treated, control, benchmark=0.3, target=0.45, lift=lift, interval=share_by_person(treated)) == conclusion


@pytest.mark.parametrize(("there", "conclusion"), [(270, "reached"), (230, "too_small"), (180, "not_reached")])
def test_without_a_control_group_the_share_itself_has_to_tell(there: int, conclusion: str) -> None:
    treated = arm(500, there)
    assert conclude(treated, arm(0, 0), benchmark=0.3, target=0.45, lift=None, interval=share_by_person(treated)) == conclusion
