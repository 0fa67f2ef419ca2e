"""What a fire is judged by, on a few calls that are known."""

from collections import Counter
from typing import Any

from tests.chaos.population import Population
from tests.chaos.verdict import Books, chases, flow, resumes

CAMPAIGN = frozenset({"c1", "c2", "c3", "c4"})
BOOKS = Books(
    imbalances=0,
    targeted=1,
    members=1,
    rows=[("c1", "slack", "T01", "p1", "sent"), ("reply", "teams", "t1", "p2", "sent")],
    others=[("held", "sent")],
    ratings={},
    responses={},
    evidence={},
    unanswered=0,
)


def told(*accepted: tuple[float, int, str], chases: tuple[Any, ...] = ()) -> dict[str, Any]:
    """What the fake Slack tells: when it took what, in which workspace; and the calls that came too soon."""
    return {"slack": {"accepted": [(*each, False) for each in accepted], "chases": chases}, "closed": {}}


def test_each_workspace_has_as_many_people_as_the_others() -> None:
    people = list(Population(people=10_000, workspaces=20, askers=1).reached())
    on_slack = Counter(each.place for each in people if each.slack)
    assert (sum(on_slack.values()), set(on_slack), set(on_slack.values())) == (9_000, set(range(20)), {450})
    assert Counter(each.place for each in people if not each.slack) == {0: 500, 1: 500}


def test_a_workspace_is_served_again_by_the_campaign_not_by_a_reply() -> None:
    served = told((0, 0, "c1"), (1, 1, "c2"), (11, 1, "reply"), (13, 0, "c3"), (17.5, 1, "c4"))
    assert resumes(served, CAMPAIGN, [10]) == [7.5]
    assert resumes(served, CAMPAIGN, [20]) == []  # all was done


def test_what_only_some_workspaces_were_sent_has_no_fairness() -> None:
    served = told(*((at, workspace, "c1") for at in range(40) for workspace in (0, 1)))
    assert flow(served, CAMPAIGN, 3, 1.0) is None
    found = flow(served, CAMPAIGN, 2, 1.0)
    assert found is not None
    assert (found.jain, found.sent, found.seconds) == (1, 76, 37)  # until the first has had 95 % of its own


def test_what_of_the_ledger_came_too_soon_is_told_with_who_called_and_after_whom() -> None:
    pump, turn = (5.0, "U01X000001", "c1", False), (4.75, "D01X000001", "reply", False)
    held_back, sorry = (6.0, "D01X000001", "held", False), (5.5, "D01X000001", "held", True)
    replies = (7.0, "D01X000001", "reply", False), (6.9, "U01X000001", "c3", False)
    reported = told((0, 1, "c4"), chases=((pump, turn), (held_back, sorry), replies))
    assert chases(BOOKS, reported, [(4.0, "kill worker 1")]) == [
        "at 5.0 s: the pump (c1), 0.25 s after a turn (reply); kill worker 1 1.0 s before",
        "at 6.0 s: a turn (held), 0.50 s after a turn, an apology (held); kill worker 1 2.0 s before",
    ]
