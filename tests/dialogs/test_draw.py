"""The draw is the same each time, as large as was asked, and the same for a whole team where that was asked."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.audience import Addressee
from dialogs.campaign import Control, Variant, Wave
from dialogs.catalog import Localized
from dialogs.draw import arm_of, variant_of, wave_of
from tests.dialogs.campaigns import LEARN, READY

WORDS = Localized(fr="Autrement dit.", en="In other words.")
MANY = 4_000


def one(number: int, *segments: str) -> Addressee:
    return Addressee(id=f"p{number}", email="", name="", language="fr", team=f"t{number // 8}", segments=frozenset(segments))


PEOPLE = [one(number) for number in range(MANY)]


@given(st.text(), st.text())
def test_it_is_the_same_each_time(person: str, team: str) -> None:
    whoever = replace(one(1), id=person, team=team)
    for control in (Control(share=0.3), Control(share=0.3, by="team")):
        campaign = replace(READY, control=control, wave=Wave(people=10))
        assert arm_of(campaign, whoever) == arm_of(campaign, replace(whoever, name="another name", segments=frozenset({"x"})))
        assert 0 <= wave_of(campaign, whoever, 100) < 10


def test_the_control_group_is_as_large_as_was_asked_and_no_other_campaign_s() -> None:
    campaign = replace(READY, control=Control(share=0.2))
    held = {each.id for each in PEOPLE if arm_of(campaign, each) == "control"}
    assert len(held) / MANY == pytest.approx(0.2, abs=0.02)
    others = {each.id for each in PEOPLE if arm_of(replace(campaign, name="another"), each) == "control"}
    assert len(held & others) / MANY == pytest.approx(0.04, abs=0.015), "they're drawn anew"


def test_without_a_control_group_everybody_gets_the_messages() -> None:
    assert {arm_of(replace(READY, control=None), each) for each in PEOPLE} == {"treated"}
    assert {arm_of(replace(READY, control=Control(share=0)), each) for each in PEOPLE} == {"treated"}


def test_a_team_is_drawn_as_a_whole() -> None:
    campaign = replace(READY, control=Control(share=0.5, by="team"), wave=Wave(people=100))
    step = replace(LEARN, variants=(Variant(id="b", content=WORDS, share=0.5),))
    for drawn in (arm_of, lambda c, o: variant_of(c, step, o), lambda c, o: wave_of(c, o, MANY)):
        by_team: dict[str, set[object]] = {}
        for each in PEOPLE:
            by_team.setdefault(each.team, set()).add(drawn(campaign, each))
        assert {len(found) for found in by_team.values()} == {1}
        assert len(set.union(*by_team.values())) > 1
    alone = replace(campaign, control=Control(share=0.5, by="person"))
    assert len({arm_of(alone, each) for each in PEOPLE[:8]}) == 2


def test_a_variant_for_a_segment_goes_to_all_of_it() -> None:
    sales, managers = (Variant(id=name, content=WORDS, segments=(name,)) for name in ("sales", "managers"))
    step = replace(LEARN, variants=(Variant(id="short", content=WORDS, share=0.999), sales, managers))
    assert variant_of(READY, step, one(1, "sales")) == sales
    assert variant_of(READY, step, one(1, "managers", "sales")) == sales, "the first that is written"
    assert variant_of(READY, LEARN, one(1, "sales")) is None
    assert variant_of(READY, replace(LEARN, variants=(sales,)), one(1)) is None


def test_variants_share_people_as_they_are_written() -> None:
    step = replace(LEARN, variants=(Variant(id="a", content=WORDS, share=0.2), Variant(id="b", content=WORDS, share=0.3)))
    got = Counter(variant.id if (variant := variant_of(READY, step, each)) else "" for each in PEOPLE)
    assert {name: number / MANY for name, number in got.items()} == pytest.approx({"a": 0.2, "b": 0.3, "": 0.5}, abs=0.03)
    other = Counter(variant_of(READY, replace(step, id="other"), each) == variant_of(READY, step, each) for each in PEOPLE)
    assert other[False] > MANY / 2, "each step draws for itself"


def test_a_share_of_a_segment_is_drawn_among_its_people() -> None:
    step = replace(LEARN, variants=(Variant(id="a", content=WORDS, segments=("sales",), share=0.5),))
    assert {variant_of(READY, step, each) for each in PEOPLE} == {None}
    drawn = Counter(variant_of(READY, step, replace(each, segments=frozenset({"sales"}))) is None for each in PEOPLE)
    assert drawn[True] / MANY == pytest.approx(0.5, abs=0.03)


def test_waves_are_about_as_large_as_was_asked() -> None:
    campaign = replace(READY, wave=Wave(people=500))
    days = Counter(wave_of(campaign, each, MANY) for each in PEOPLE)
    assert sorted(days) == list(range(8))
    assert max(days.values()) < 600
    assert {wave_of(replace(READY, wave=None), each, MANY) for each in PEOPLE} == {0}
    assert {wave_of(campaign, each, 0) for each in PEOPLE} == {0}
    assert {wave_of(campaign, each, 500) for each in PEOPLE} == {0}
