"""The ladder: what places somebody on a stage, and when it's lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dialogs.ladder import LASTS, NEEDED, STAGE_OF, Evidence, EvidenceKind, Stage, quiz_weight, stage_at
from tests.company import NOON

CARD = Evidence(person="alice", function="it", topic="", kind=EvidenceKind.CARD_OPENED, source="exchange|1", at=NOON)
USED = replace(CARD, kind=EvidenceKind.SERVICE_USED, source="request|1")
LIKED = replace(CARD, kind=EvidenceKind.OPINION, source="campaign|like")
DAY = timedelta(days=1)


def quiz(right: bool, options: int, source: str, after: timedelta = timedelta(0)) -> Evidence:
    return replace(CARD, kind=EvidenceKind.QUIZ, source=source, weight=quiz_weight(right, options), at=NOON + after)


def stage(evidence: Sequence[Evidence], after: timedelta = timedelta(0)) -> Stage:
    return stage_at(evidence, NOON + after)[0]


def test_every_kind_of_evidence_leads_to_a_stage() -> None:
    assert set(STAGE_OF) == set(EvidenceKind)
    assert [each.rank for each in Stage] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", EvidenceKind)
def test_one_whole_piece_places_somebody_whatever_was_skipped(kind: EvidenceKind) -> None:
    assert stage([replace(CARD, kind=kind)]) is STAGE_OF[kind]


def test_nobody_who_left_nothing_is_anywhere() -> None:
    assert stage_at([], NOON) == (Stage.UNAWARE, None)
    assert stage_at([replace(CARD, at=NOON + DAY)], NOON) == (Stage.UNAWARE, None)  # it isn't there yet


def test_without_new_evidence_a_stage_is_lost_after_a_time_and_so_on_to_none() -> None:
    stages = [stage_at([USED], NOON + back * LASTS) for back in range(5)]
    assert stages == [
        (Stage.ACTION, NOON + LASTS),
        (Stage.CONVICTION, NOON + 2 * LASTS),
        (Stage.COMPREHENSION, NOON + 3 * LASTS),
        (Stage.AWARENESS, NOON + 4 * LASTS),
        (Stage.UNAWARE, None),
    ]
    assert stage([USED], LASTS - timedelta(microseconds=1)) is Stage.ACTION
    assert stage_at([USED], NOON, timedelta(days=7)) == (Stage.ACTION, NOON + timedelta(days=7))


def test_what_keeps_a_lower_stage_holds_somebody_there() -> None:
    later = replace(CARD, at=NOON + 2 * LASTS)
    assert stage([USED, later], 3 * LASTS - DAY) is Stage.COMPREHENSION
    assert stage_at([USED, later], NOON + 3 * LASTS) == (Stage.AWARENESS, NOON + 4 * LASTS)


def test_new_evidence_brings_somebody_back() -> None:
    again = replace(USED, source="request|2", at=NOON + 2 * LASTS)
    assert stage([USED, again], 2 * LASTS) is Stage.ACTION


@pytest.mark.parametrize(
    ("answers", "placed"),
    [
        ([(True, 3)], True),
        ([(True, 2)], False),
        ([(True, 2), (True, 2)], True),
        ([(True, 3), (False, 3)], False),
        ([(True, 3), (False, 3), (True, 3)], True),
        ([(False, 4)], False),
    ],
)
def test_a_quiz_places_those_who_do_better_than_guessing(answers: list[tuple[bool, int]], placed: bool) -> None:
    given_ = [quiz(right, options, f"q{number}") for number, (right, options) in enumerate(answers)]
    assert stage(given_) is (Stage.COMPREHENSION if placed else Stage.UNAWARE)


@pytest.mark.parametrize("options", range(2, 9))
def test_whoever_guesses_gains_nothing_on_the_whole(options: int) -> None:
    assert quiz_weight(True, options) + (options - 1) * quiz_weight(False, options) == pytest.approx(0)


def test_a_quiz_needs_two_options() -> None:
    with pytest.raises(ValueError, match="a quiz of 1 option asks nothing"):
        quiz_weight(True, 1)


def test_of_one_source_the_latest_answer_counts() -> None:
    changed = replace(LIKED, topic="passwords", weight=-1.0, at=NOON + DAY)
    assert stage([LIKED], DAY) is Stage.CONVICTION
    assert stage([LIKED, changed], DAY) is stage([changed, LIKED], DAY) is Stage.UNAWARE
    assert stage([LIKED, changed], timedelta(0)) is Stage.CONVICTION


def test_what_speaks_against_a_stage_counts_in_that_stage_only() -> None:
    against = replace(LIKED, source="campaign|other", weight=-1.0)
    assert stage([LIKED, against]) is Stage.UNAWARE
    assert stage([LIKED, against, CARD]) is Stage.AWARENESS
    assert stage([USED, against]) is Stage.ACTION


def test_nobody_rises_because_what_spoke_against_it_grew_old() -> None:
    wrong_then_right = [quiz(False, 3, "q0"), quiz(True, 3, "q1", 100 * DAY)]
    assert stage(wrong_then_right, 100 * DAY) is Stage.UNAWARE
    assert stage(wrong_then_right, LASTS + DAY) is Stage.UNAWARE
    assert stage([*wrong_then_right, quiz(True, 2, "q2", LASTS + DAY)], LASTS + DAY) is Stage.COMPREHENSION


# --- whatever was left, in whatever order ---------------------------------------------------------------------------------------------------------

PIECES = some.lists(
    some.builds(
        lambda kind, source, days, weight: replace(CARD, kind=kind, source=source, at=NOON + timedelta(days=days), weight=weight),
        some.sampled_from(EvidenceKind),
        some.sampled_from(["a", "b", "c", "d", "e", "f"]),
        some.integers(0, 900),
        some.sampled_from([1.0, 1.0, 0.75, 2 / 3, 0.5, 0.0, -0.25, -1 / 3, -0.5, -1.0]),
    ),
    max_size=12,
    unique_by=lambda piece: (STAGE_OF[piece.kind], piece.source),
)


@given(PIECES.flatmap(lambda pieces: some.tuples(some.just(pieces), some.permutations(pieces))))
def test_the_order_in_which_evidence_is_told_makes_no_difference(told: tuple[list[Evidence], list[Evidence]]) -> None:
    one, other = told
    assert stage_at(one, NOON + 900 * DAY) == stage_at(other, NOON + 900 * DAY)


@given(PIECES)
def test_without_evidence_nobody_rises_and_a_stage_is_lost_when_it_is_said(pieces: list[Evidence]) -> None:
    days = [NOON + timedelta(days=number) for number in range(0, 1700, 10)] + [piece.at for piece in pieces]
    moments = sorted(days)
    for before, after in pairwise(moments):
        (stood, lost_at), (stands, _) = stage_at(pieces, before), stage_at(pieces, after)
        if not any(before < piece.at <= after for piece in pieces):
            assert stands.rank <= stood.rank
            assert (stands.rank < stood.rank) == (lost_at is not None and lost_at <= after)
    assert stage_at(pieces, NOON + timedelta(days=900) + 5 * LASTS) == (Stage.UNAWARE, None)


def plainly(pieces: Sequence[Evidence], at: datetime) -> Stage:
    """Place somebody of whom nothing speaks against anything, by the rule as it's written."""
    placed = 0
    for target in Stage:
        for back in range(target.rank):
            young = [piece.weight for piece in pieces if STAGE_OF[piece.kind] is target and at - (back + 1) * LASTS < piece.at <= at]
            if sum(young) >= NEEDED - 1e-9:
                placed = max(placed, target.rank - back)
    return tuple(Stage)[placed]


@given(PIECES.map(lambda pieces: [piece for piece in pieces if piece.weight >= 0]), some.integers(0, 1800))
def test_where_nothing_speaks_against_it_the_rule_is_that_simple(pieces: list[Evidence], days: int) -> None:
    assert stage(pieces, timedelta(days=days)) is plainly(pieces, NOON + timedelta(days=days))
