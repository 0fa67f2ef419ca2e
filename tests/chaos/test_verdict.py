"""What a fire is judged by, on a few calls that are known."""

from collections import Counter
from typing import Any

from tests.chaos.population import Population
from tests.chaos.verdict import Books, chases, crowds, flow, resumes

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


def told(
    *accepted: tuple[float, int, str], chases: tuple[Any, ...] = (), crowds: tuple[Any, ...] = (), stalls: tuple[Any, ...] = ()
) -> dict[str, Any]:
    """What the fake platforms tell: when Slack took what, in which workspace; the calls that came too soon; when they stood still."""
    return {"slack": {"accepted": [(*each, False) for each in accepted], "chases": chases, "crowds": crowds}, "closed": {}, "stalls": stalls}


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


def test_what_of_the_ledger_came_too_soon_is_told_with_what_came_before() -> None:
    pump, turn = (5.0, "c1", False), (4.75, "reply", False)
    held_back, sorry = (6.0, "held", False), (5.5, "held", True)
    replies = (7.0, "reply", False), (6.9, "c3", False)
    reported = told((0, 1, "c4"), chases=((pump, turn), (held_back, sorry), replies))
    assert chases(BOOKS, reported, [(4.0, "kill worker 1")]) == [
        "at 5.0 s: a message (c1), 0.25 s after a message (reply); kill worker 1 1.0 s before",
        "at 6.0 s: a message (held), 0.50 s after an apology (held); kill worker 1 2.0 s before",
    ]


def test_what_a_workspace_had_taken_is_told_with_when_the_platforms_themselves_stood_still() -> None:
    reported = told((0, 1, "c4"), crowds=((5.0, "20 × chat.postMessage"), (9.0, "20 × chat.update")), stalls=((4.2, 0.31), (7.9, 0.2)))
    assert crowds(reported, [(4.0, "kill worker 1")]) == [
        "at 5.0 s: 20 × chat.postMessage; the platforms stood still for 0.31 s 0.8 s before, kill worker 1 1.0 s before",
        "at 9.0 s: 20 × chat.update; kill worker 1 5.0 s before",
    ]
