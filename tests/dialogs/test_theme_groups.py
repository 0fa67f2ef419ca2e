"""Themes under their floors."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from dialogs.scores import COMMENT_FLOOR, SCORE_FLOOR
from dialogs.theme_groups import Said, themes_of


def told(*themes: tuple[str, Sequence[str], int | None]) -> tuple[list[Said], list[list[int]]]:
    """Return responses whose comments are about these subjects: each said by these people, who left that trace."""
    said, groups, numbers = list[Said](), list[list[int]](), count()
    for subject, people, trace in themes:
        said += [Said(person=person or None, anonymity_class="c", trace=trace, comment=subject) for person in people]
        groups.append([next(numbers) for _ in people])
    return said, groups


def people(first: int, last: int) -> list[str]:
    return [f"p{number}" for number in range(first, last)]


def test_themes_have_their_words_counts_and_traces_the_largest_first() -> None:
    themes = themes_of(*told(("délai", people(0, 5), 2), ("formulaire", people(5, 12), 4)))
    assert [(theme.words[0], theme.comments, theme.people, theme.traces) for theme in themes] == [
        ("formulaire", 7, 7, {"4": 7}),
        ("délai", 5, 5, {"2": 5}),
    ]


def test_below_ten_people_nothing_is_told() -> None:
    assert themes_of(*told(("délai", people(0, 9), 2))) == ()
    assert themes_of(*told(("délai", people(0, 5) * 4, 2))) == ()  # they may write as much as they like
    assert themes_of([], []) == ()


def test_a_theme_of_fewer_than_five_people_goes_into_the_rest() -> None:
    themes = themes_of(*told(("délai", people(0, 6), 2), ("accueil", people(6, 9), 5), ("badge", people(9, 12), 1)))
    assert [(theme.words[:1], theme.people, theme.traces) for theme in themes] == [(("délai",), 6, {"2": 6}), ((), 6, {"1": 3, "5": 3})]


def test_a_rest_of_one_to_four_people_takes_the_smallest_theme_along() -> None:
    themes = themes_of(*told(("délai", people(0, 7), 2), ("accueil", people(7, 12), 5), ("badge", people(12, 15), 1)))
    assert [(theme.words[:1], theme.people, theme.comments) for theme in themes] == [(("délai",), 7, 7), ((), 8, 8)]


def test_where_all_goes_into_the_rest_there_is_no_theme() -> None:
    assert themes_of(*told(("délai", people(0, 8), 2), ("badge", people(8, 11), 1))) == ()


def test_a_theme_whose_comments_have_no_words_is_no_theme() -> None:
    said, groups = told(("délai", people(0, 6), 2), ("", people(6, 12), 2))
    assert [theme.words[:1] for theme in themes_of(said, groups)] == [("délai",), ()]


def test_those_who_were_erased_count_for_nobody() -> None:
    assert themes_of(*told(("délai", [*people(0, 9), ""], 2))) == ()


def test_traces_are_told_from_five_people_on_who_left_one() -> None:
    said, groups = told(("délai", people(0, 6), 2), ("formulaire", people(6, 12), None))
    assert [theme.traces for theme in themes_of(said, groups)] == [{"2": 6}, {}]


def test_the_traces_of_the_few_who_wrote_nothing_cant_be_told_from_the_others() -> None:
    said, groups = told(("délai", people(0, 6), 2), ("formulaire", people(6, 13), 4))
    few = [Said(person=person, anonymity_class="c", trace=1) for person in people(20, 22)]
    assert [theme.traces for theme in themes_of([*said, *few], groups)] == [{"4": 7}, {}]
    alone, of_one = told(("délai", people(0, 12), 2))
    assert [theme.traces for theme in themes_of([*alone, *few], of_one)] == [{}]
    many = [Said(person=person, anonymity_class="c", trace=1) for person in people(20, 25)]
    assert [theme.traces for theme in themes_of([*said, *many], groups)] == [{"4": 7}, {"2": 6}]


def test_traces_that_could_be_told_from_the_unsolved_or_from_another_theme_arent_told() -> None:
    def of(numbers: range, comment: str | None, *, unsolved: bool) -> list[Said]:
        return [Said(person=f"p{number}", anonymity_class="c", trace=3, unsolved=unsolved, comment=comment) for number in numbers]

    # all but one of the slow ones weren't solved: beside the trace of the unsolved, theirs would tell that one's
    said = [*of(range(9), "délai", unsolved=True), *of(range(9, 10), "délai", unsolved=False), *of(range(10, 20), "badge", unsolved=False)]
    groups = [list(range(10)), list(range(10, 20))]
    assert [bool(theme.traces) for theme in themes_of(said, groups)] == [False, False]
    solved = [replace(each, unsolved=False) for each in said]
    assert [bool(theme.traces) for theme in themes_of(solved, groups)] == [True, True]


SUBJECTS = ("", "délai", "accueil", "badge", "formulaire", "cantine")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.one_of(st.none(), st.integers(1, 5))), max_size=80))
def test_whatever_people_say_no_count_and_no_difference_is_of_one_to_four_people(drawn: list[tuple[int, int, int | None]]) -> None:
    said = [Said(person=f"p{person}", anonymity_class="c", trace=trace, comment=SUBJECTS[subject] or None) for person, subject, trace in drawn]
    groups = [[number for number, response in enumerate(said) if response.comment == subject] for subject in SUBJECTS[1:]]
    themes = themes_of(said, [group for group in groups if group])
    if not themes:
        return
    commented = {number for group in groups for number in group}
    assert len({said[number].person for number in commented}) >= COMMENT_FLOOR
    assert sum(theme.comments for theme in themes) == len(commented)
    assert all(theme.people >= SCORE_FLOOR for theme in themes)
    named = {theme.words[0]: {number for number in commented if said[number].comment == theme.words[0]} for theme in themes if theme.words}
    rest = commented.difference(*named.values())
    told = [number for theme in themes if theme.traces for number in (named[theme.words[0]] if theme.words else rest)]
    untold = {response.person for number, response in enumerate(said) if response.trace is not None and number not in told}
    assert not told or not untold or len(untold) >= SCORE_FLOOR
