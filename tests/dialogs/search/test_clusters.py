"""Clusters: what asks for the same thing comes together, within its function."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dialogs.search.clusters import Cluster, Floats, Newcomer, put_together


def towards(angle: float) -> Floats:
    """A unit vector in a plane; two of them are as near as the cosine of the angle between them, in degrees."""
    return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], dtype=np.float32)


def new(name: str, angle: float, function: str | None = "it") -> Newcomer:
    return Newcomer(opens=name, function=function, vector=towards(angle))


def held(name: str, *angles: float, functions: frozenset[str | None] = frozenset({"it"})) -> Cluster:
    return Cluster(id=name, functions=functions, vectors=np.stack([towards(angle) for angle in angles]))


def test_nothing_comes_in_where_nothing_is_asked() -> None:
    assert put_together([held("a", 0)], []) == ()


def test_what_is_near_joins_and_what_is_far_opens_a_cluster_of_its_own() -> None:
    assert put_together([held("a", 0)], [new("b", 30), new("c", 100)]) == ("a", "c")


def test_the_first_of_a_kind_opens_what_the_next_joins() -> None:
    assert put_together([], [new("a", 0), new("b", 30), new("c", 180)]) == ("a", "a", "c")


def test_the_nearest_of_two_is_joined() -> None:
    assert put_together([held("a", 0), held("b", 60)], [new("c", 40)]) == ("b",)


def test_what_is_near_one_question_but_far_from_the_rest_does_not_chain() -> None:
    assert put_together([held("a", 0, 5, 50)], [new("b", 80)]) == ("b",)


def test_the_same_words_join_whatever_else_is_there() -> None:
    assert put_together([held("a", 0, 1, 2, 3, 100)], [new("b", 101)]) == ("a",)


def test_another_function_has_its_own() -> None:
    assert put_together([held("a", 0)], [new("b", 0, "hr"), new("c", 0, None), new("d", 0)]) == ("b", "c", "a")


def test_what_was_sent_on_takes_the_questions_of_both() -> None:
    sent = held("a", 0, functions=frozenset({"hr", "it"}))
    assert put_together([sent], [new("b", 0, "hr"), new("c", 0, "it"), new("d", 0, None)]) == ("a", "a", "d")
    assert put_together([held("a", 0, functions=frozenset({"hr", None}))], [new("b", 0, None)]) == ("a",)


@given(st.lists(st.tuples(st.integers(0, 359), st.sampled_from(["it", "hr", None])), max_size=12))
def test_every_question_is_in_one_cluster_of_its_function(asked: list[tuple[int, str | None]]) -> None:
    newcomers = [new(f"n{number}", angle, function) for number, (angle, function) in enumerate(asked)]
    joined = put_together([held("a", 0)], newcomers)
    function_of = {"a": "it"} | {newcomer.opens: newcomer.function for newcomer in newcomers}
    assert [function_of[cluster] for cluster in joined] == [function for _, function in asked]
    assert put_together([held("a", 0)], newcomers) == joined, "the same again gives the same"
