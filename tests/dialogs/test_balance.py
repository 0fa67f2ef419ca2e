"""The balance of a campaign's messages."""

from hypothesis import given
from hypothesis import strategies as st

from dialogs.balance import meter, proposed
from dialogs.campaign import NOBODY, STEP_KINDS, Campaign, Histogram, Step
from dialogs.catalog import Localized
from dialogs.ladder import Stage


def test_the_meter_counts_each_kind_in_order() -> None:
    steps = (
        Step(id="a", stage=Stage.AWARENESS, kind="quiz"),
        Step(id="b", stage=Stage.AWARENESS, kind="pedagogy"),
        Step(id="c", stage=Stage.ACTION, kind="quiz"),
    )
    counted = meter(Campaign(name="n", function="it", titles=Localized(en="N"), steps=steps))
    assert tuple(counted) == STEP_KINDS
    assert {kind: number for kind, number in counted.items() if number} == {"pedagogy": 1, "quiz": 2}


def test_the_further_an_audience_starts_the_more_pedagogy() -> None:
    far, near = proposed(Histogram(unaware=100), 8), proposed(Histogram(conviction=100), 8)
    assert far == {kind: {"pedagogy": 6, "external_proof": 2}.get(kind, 0) for kind in STEP_KINDS}
    assert (near["pedagogy"], near["gesture"], near["offer"]) == (0, 4, 4)


def test_an_audience_of_which_nothing_is_known_is_taught_first() -> None:
    assert proposed(NOBODY, 4) == proposed(Histogram(unaware=1), 4)


@given(st.builds(Histogram, *[], **{stage.value: st.integers(0, 500) for stage in Stage}), st.integers(0, 20))
def test_a_mix_has_as_many_steps_as_were_asked_for(histogram: Histogram, steps: int) -> None:
    mix = proposed(histogram, steps)
    assert sum(mix.values()) == steps
    assert min(mix.values()) >= 0
