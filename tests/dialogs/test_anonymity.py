"""Classes of several people: nobody is told apart, as much as possible is told."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dialogs.anonymity import Group, Response, buckets, classes, people, stands_apart, tellable
from dialogs.feedback import Item, Solved
from dialogs.publication import FIRST_WORD, GAP, SOLVED, TRACES, UNSOLVED, publish
from dialogs.scores import DIMENSIONS, Dimension
from tests.bot.difference_attacks import isolated
from tests.company import NOON

_NUMBERS = count(1)
BEGINS = NOON.date()


def response(person: str | None = None, *, solved: Solved | None = "yes", trace: int | None = 4, erased: bool = False, **told: Any) -> Response:
    number = next(_NUMBERS)
    dimensions: dict[Dimension, str] = {dimension: told[dimension] for dimension in DIMENSIONS if dimension in told}
    return Response(id=f"r{number:05}", person=None if erased else person or f"p{number}", dimensions=dimensions, solved=solved, trace=trace)


def several(number: int, **told: Any) -> list[Response]:
    return [response(**told) for _ in range(number)]


def sizes(groups: Sequence[Group]) -> dict[tuple[str, ...], int]:
    return {tuple(group.told.values()): len(group.responses) for group in groups}


def test_services_of_five_people_each_are_told_apart() -> None:
    assert sizes(classes([*several(5, service="a"), *several(6, service="b")])) == {("a",): 5, ("b",): 6}


def test_a_small_service_takes_the_next_smallest_with_it() -> None:
    groups = classes([*several(3, service="a"), *several(6, service="b"), *several(9, service="c")])
    assert sizes(groups) == {("c",): 9, (): 9}


def test_several_small_ones_hide_each_other() -> None:
    groups = classes([*several(3, service="a"), *several(2, service="b"), *several(9, service="c")])
    assert sizes(groups) == {("c",): 9, (): 5}


def test_fewer_than_five_people_are_no_class() -> None:
    assert classes(several(4, service="a")) == ()
    assert classes([response("alice") for _ in range(20)]) == ()


def test_somebody_who_responds_twice_counts_once() -> None:
    groups = classes([*several(5, service="a"), *several(4, service="b"), response("alice", service="b"), response("alice", service="b")])
    assert sizes(groups) == {("a",): 5, ("b",): 6}
    assert [people(group.responses) for group in groups] == [5, 5]


def test_the_erased_count_as_nobody() -> None:
    rows = [*several(5, service="a"), *several(4, service="b"), response(service="b", erased=True), response(service="b", erased=True)]
    assert sizes(classes(rows)) == {(): 11}
    only_erased = [*several(5, service="a"), *several(6, service="b"), response(service="c", erased=True)]
    assert sizes(classes(only_erased)) == {("b",): 6, (): 6}


def test_what_tells_half_goes_before_what_tells_more() -> None:
    rows = [*several(6, service="a", platform="slack"), *several(3, service="b", platform="slack"), *several(2, service="c", platform="slack")]
    assert {tuple(sorted(group.told.items())) for group in classes(rows)} == {
        (("platform", "slack"), ("service", "a")),
        (("platform", "slack"),),
    }


def test_what_tells_most_is_taken_where_nothing_tells_half() -> None:
    rows = [*several(5, service="a"), *several(8), *(response(department=str(number % 5)) for number in range(3)), *several(6, site="Lyon")]
    told = [group.told for group in classes(rows)]
    assert {"site": "Lyon"} in told
    assert {"service": "a"} in told


def test_each_part_has_enough_traces() -> None:
    rows = [*several(5, service="a"), *(response(service="b", trace=4 if number < 4 else None) for number in range(6)), *several(5, service="c")]
    assert sizes(classes(rows)) == {("c",): 5, (): 11}


def test_where_hardly_anybody_left_a_trace_none_is_told() -> None:
    rows = [response(service="a", trace=4 if number < 4 else None) for number in range(6)]
    (each,) = publish("it", "month", BEGINS, 9, rows).published.classes
    assert (each.told, each.solved, each.traces) == ({"service": "a"}, {"yes": 6}, {})


PEOPLE = st.sampled_from([None, *(f"p{number}" for number in range(30))])
RESPONSES = st.lists(
    st.builds(
        lambda person, service, site, solved, trace: (person, service, site, solved, trace),
        PEOPLE,
        st.sampled_from([None, "a", "b", "c", "d"]),
        st.sampled_from([None, "Lyon", "Lille"]),
        st.sampled_from([None, "yes", "no"]),
        st.sampled_from([None, 1, 5]),
    ),
    max_size=60,
)


@given(RESPONSES, st.randoms())
def test_every_class_has_enough_people_whatever_the_order(
    drawn: list[tuple[str | None, str | None, str | None, Solved | None, int | None]], random: Random
) -> None:
    rows = [
        Response(id=f"{number:03}", person=person, dimensions=_told(service, site), solved=solved, trace=trace)
        for number, (person, service, site, solved, trace) in enumerate(drawn)
    ]
    groups = classes(rows)
    assert sorted(each.id for group in groups for each in group.responses) == ([each.id for each in rows] if people(rows) >= 5 else [])
    for group in groups:
        assert people(group.responses) >= 5
        assert all(each.dimensions.get(dimension) == value for each in group.responses for dimension, value in group.told.items())
    assert len({tuple(sorted(group.told.items())) for group in groups}) == len(groups)
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert classes(shuffled) == groups


def _told(service: str | None, site: str | None) -> Mapping[Dimension, str]:
    told: dict[Dimension, str] = {}
    if service:
        told["service"] = service
    if site:
        told["site"] = site
    return told


def test_a_part_that_differs_from_a_class_by_one_person_isnt_published() -> None:
    first, second = several(6), several(6)
    assert not stands_apart([*first, second[0]], [first, second])
    assert not stands_apart([*first[:5]], [first, second])
    assert not stands_apart(first[:4], [first, second])


def test_a_part_that_cuts_classes_in_halves_of_enough_people_is() -> None:
    first, second = several(10), several(10)
    assert stands_apart(first[:5], [first, second])
    assert stands_apart([*first[:3], *second[:3]], [first, second])
    assert not stands_apart([*first[:3], *second[:9]], [first, second])


def test_whole_classes_together_say_nothing_new() -> None:
    first, second = several(6), several(6)
    assert stands_apart(first, [first, second])
    assert stands_apart([*first, *second], [first, second])


def test_somebody_in_two_classes_hides_nobody() -> None:
    first, second = [*several(6), response("alice")], [*several(9), response("alice")]
    assert stands_apart([*first[:3], *second[:2]], [first, second])
    assert not stands_apart([*first[:2], *second[:2], first[-1], second[-1]], [first, second])


def said(**counts: int) -> list[tuple[str | None, str]]:
    return [(f"p{next(_NUMBERS)}", value) for value, number in counts.items() for _ in range(number)]


ORDER = ("yes", "partly", "no")


def test_small_buckets_are_put_together_with_the_next_smallest() -> None:
    assert buckets(said(yes=20, partly=6, no=9), ORDER) == {"yes": 20, "partly": 6, "no": 9}
    assert buckets(said(yes=20, partly=6, no=2), ORDER) == {"yes": 20, "partly+no": 8}
    assert buckets(said(yes=20, partly=3, no=2), ORDER) == {"yes": 20, "partly+no": 5}
    assert buckets(said(yes=20), ORDER) == {"yes": 20}


def test_where_only_one_bucket_is_left_nothing_is_told() -> None:
    assert buckets(said(yes=20, no=2), ORDER) == {}
    assert buckets([], ORDER) == {}


def test_a_bucket_of_one_person_who_said_it_often_is_small() -> None:
    assert buckets([*said(yes=9, partly=6), *[("alice", "no")] * 9], ORDER) == {"yes": 9, "partly+no": 15}


_PEOPLE = st.integers(0, 40)


@given(st.lists(st.tuples(_PEOPLE, st.integers(0, 3), st.booleans(), st.integers(0, 3)), min_size=10, max_size=60))
def test_parts_are_told_that_no_combination_with_classes_and_each_other_isolates(drawn: list[tuple[int, int, bool, int]]) -> None:
    rows = [Response(id=str(number), person=f"p{person}", dimensions={"site": "abcd"[site]}) for number, (person, site, _, _) in enumerate(drawn)]
    among = [group.responses for group in classes(rows)]
    unsolved = [row for row, (_, _, no, _) in zip(rows, drawn, strict=True) if no]
    beside = [unsolved] if stands_apart(unsolved, among) else []
    themes = [[row for row, (_, _, _, theme) in zip(rows, drawn, strict=True) if theme == number] for number in range(1, 4)]
    told = [theme for theme, may in zip(themes, tellable(themes, among, beside), strict=True) if may and among]
    sums = [frozenset(row.id for row in part) for part in (*among, *beside, *told)] if among else []
    assert isolated(sums, {row.id: row.person for row in rows}) is None


def test_a_part_that_makes_whole_classes_with_those_before_it_may_be_told() -> None:
    group = several(12)
    one, other = group[:7], group[7:]
    assert list(tellable([one, other], [group])) == [True, True]
    assert list(tellable([group[:8], group[8:]], [group])) == [False, False]
    assert list(tellable([one, other], [group], told=[group[1:8]])) == [False, False]
    assert list(tellable([group], [group, several(5)], told=[one])) == [True]


def a_month() -> list[Response]:
    rows = [response(f"u{number}", solved="no" if number % 3 == 0 else "yes", trace=2 if number % 3 == 0 else 5, service="a") for number in range(30)]
    return [
        Response(
            id=each.id,
            person=each.person,
            dimensions=each.dimensions,
            solved=each.solved,
            trace=each.trace,
            item=Item.EFFORT if number < 12 else Item.RECOMMENDATION if number < 24 else Item.REASON,
            value="6" if number < 12 else ("10" if number % 2 else "3") if number < 24 else "clear",
            expected=3 if number % 2 else None,
            waited=timedelta(minutes=10 if number < 10 else 300),
            late=number < 8,
        )
        for number, each in enumerate(rows)
    ]


def test_a_month_is_published_with_its_measures() -> None:
    made = publish("it", "month", BEGINS, 50, a_month())
    period = made.published
    (each,) = period.classes
    assert (period.asked, period.answered, period.people, period.shown) == (50, 30, 30, True)
    assert (each.answered, each.solved, each.traces, each.promised, each.late) == (30, {"yes": 20, "no": 10}, {"2": 10, "5": 20}, 30, 8)
    assert set(made.class_of.values()) == {each.id}
    assert period.measures == {
        SOLVED: (30, {"yes": 20, "no": 10}),
        TRACES: (30, {"2": 10, "5": 20}),
        UNSOLVED: (10, {"count": 10, "sum": 20}),
        GAP: (15, {"count": 15, "sum": 15}),
        FIRST_WORD: (30, {"hour": 10, "day": 20}),
        "effort": (12, {"count": 12, "sum": 72}),
        "recommendation": (12, {"count": 12, "promoters": 6, "detractors": 6}),
        "reason": (6, {"clear": 6}),
    }
    assert publish("it", "month", BEGINS, 50, a_month()[::-1]).published.classes[0].id == each.id


def test_what_fewer_than_five_said_is_no_measure() -> None:
    rows = [*several(12), *[response(solved="no", trace=1) for _ in range(4)]]
    measures = publish("it", "month", BEGINS, 50, rows).published.measures
    assert UNSOLVED not in measures
    assert SOLVED not in measures


def test_promises_of_few_people_arent_told() -> None:
    rows = [*several(5), Response(id="late", person="p", dimensions={}, solved="yes", late=True)]
    (each,) = publish("it", "month", BEGINS, 9, rows).published.classes
    assert (each.promised, each.late) == (0, 0)


def test_under_the_floor_nothing_is_shown() -> None:
    made = publish("it", "month", BEGINS, 8, several(4))
    assert (made.published.shown, made.published.people, made.published.asked, made.published.answered) == (False, 0, 8, 4)
    assert (made.published.classes, made.published.measures, made.class_of) == ((), {}, {})
    assert publish("it", "month", BEGINS, 4, several(3)).published.asked == 0
