"""What an author is told of whom a campaign would reach: whatever two audiences tell, it differs by five people, or nobody."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import combinations

import pytest

from dialogs.audience import Addressee
from dialogs.campaign import CampaignAudience, Control, Histogram, Slice
from dialogs.campaigning import Reach, rank_counts
from dialogs.ladder import EvidenceKind, Stage
from dialogs.reach_told import classes, told_reach
from dialogs.scores import SCORE_FLOOR
from tests.dialogs.campaigns import READY

EVERYONE = CampaignAudience(include=(Slice(everyone=True),))


def person(number: int, *, stage: Stage = Stage.UNAWARE, paused: bool = False, reachable: bool = True, guest: bool = False) -> Addressee:
    return Addressee(
        id=f"p{number}",
        email=f"p{number}@x.example",
        name=f"P {number}",
        language="fr",
        team="t",
        department=("Ventes", "IT", "RH")[number % 3],
        site=("Lyon", "Lille")[number % 2],
        seniority=None if number % 5 else "senior",
        segments=frozenset({"sales"} if number % 4 else {"field"}),
        stage=stage,
        paused=paused,
        reachable=reachable,
        guest=guest,
        did=frozenset({EvidenceKind.SERVICE_USED}) if stage is Stage.ACTION else frozenset(),
    )


def company(number: int) -> list[Addressee]:
    stages = tuple(Stage)
    return [person(one, stage=stages[blake2b(b"%d" % one).digest()[0] % len(stages)], paused=one % 7 == 0) for one in range(number)]


def reach(audience: CampaignAudience, ones: Sequence[Addressee], share: float | None = None) -> Reach:
    control = None if share is None else Control(share=share)
    return told_reach(replace(READY, audience=audience, control=control), ones)


def audiences() -> list[CampaignAudience]:
    """What an author may ask for, to find out about somebody."""
    slices = [
        Slice(everyone=True),
        *(Slice(departments=(each,)) for each in ("Ventes", "IT", "RH")),
        *(Slice(sites=(each,)) for each in ("Lyon", "Lille")),
        *(Slice(segments=(each,)) for each in ("sales", "field")),
        Slice(seniority=("senior",)),
        Slice(people=("p3@x.example",)),
        Slice(people=("p3@x.example", "p4@x.example", "p5@x.example", "p6@x.example", "p7@x.example", "p8@x.example")),
        Slice(stages=(Stage.ACTION,)),
        Slice(departments=("IT",), did=(EvidenceKind.SERVICE_USED,)),
        Slice(sites=("Lyon",), stages=(Stage.UNAWARE, Stage.AWARENESS)),
    ]
    alone = [CampaignAudience(include=(each,)) for each in slices]
    return alone + [CampaignAudience(include=(one,), exclude=(other,)) for one in slices for other in slices if one != other]


@pytest.mark.parametrize("who", range(0, 60, 7))
def test_where_one_person_stands_changes_what_is_told_of_their_class_alone(who: int) -> None:
    """Somebody's secret may show in a sum over a class of theirs, never in an audience that cuts it: so no two audiences single them out."""
    ones = company(60)
    (theirs,) = ([each.id for each in found] for found in classes(ones) if any(each.id == f"p{who}" for each in found))
    assert len(theirs) >= SCORE_FLOOR
    other = [replace(one, stage=Stage.ACTION, paused=True, reachable=False) if one.id == f"p{who}" else one for one in ones]
    own = set(theirs)
    for audience in audiences():
        told = reach(audience, ones)
        if told != reach(audience, other):
            without = [one for one in ones if one.id not in own]
            wide = reach(audience, ones).people - reach(audience, without).people
            assert wide == len(own), "the audience has their whole class"


def test_everybody_is_in_one_class_the_same_whatever_is_asked() -> None:
    ones = company(83)
    found = classes(ones)
    assert sorted(one.id for each in found for one in each) == sorted(one.id for one in ones)
    assert all(len(each) >= SCORE_FLOOR for each in found)
    assert not any(set(map(id, one)) & set(map(id, other)) for one, other in combinations(found, 2))


def test_fewer_than_five_are_no_class_and_guests_are_in_none() -> None:
    assert classes(company(4)) == []
    two, six = [person(4), person(8)], [replace(person(number), department="RH", site="Lyon", seniority=None) for number in (1, 2, 3, 5, 6, 7)]
    assert [len(each) for each in classes([*two, *six])] == [8], "the last few are put with others"
    assert classes([person(number, guest=True) for number in range(20)]) == []
    assert classes([]) == []


def test_one_person_by_name_is_a_headcount_and_nothing_else() -> None:
    named = CampaignAudience(include=(Slice(people=("p3@x.example",)),))
    for secret in (person(3), person(3, stage=Stage.ACTION, paused=True, reachable=False)):
        ones = [secret, *(person(number) for number in range(4, 60))]
        assert reach(named, ones, share=0.5) == replace(
            Reach(people=1, held_out=0, teams=1, variants={"": 1}, left_out={"outside": 56}), told_of=0
        ), "not even whether they're in the control group"


def test_an_audience_by_stage_is_counted_as_if_it_werent() -> None:
    ones = company(60)
    told = reach(CampaignAudience(include=(Slice(departments=("IT",), stages=(Stage.ACTION,)),)), ones)
    assert (told.people, told.at_most) == (20, True)
    assert told == replace(reach(CampaignAudience(include=(Slice(departments=("IT",)),)), ones), at_most=True)
    left = reach(CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(stages=(Stage.ACTION,)),)), ones)
    assert (left.people, left.at_most) == (60, True)


def test_of_groups_it_says_where_they_stand_and_who_wants_peace() -> None:
    ones = [person(number, stage=Stage.ACTION, paused=number < 6, reachable=number >= 4) for number in range(30)]
    told = reach(EVERYONE, ones, share=0.2)
    assert (told.people, told.held_out, told.told_of) == (30, 6, 30)
    assert (told.stages, told.there, told.paused, told.unreachable) == (Histogram(action=30), 30, 6, 0)
    assert sum(rank_counts(told.stages)) == 30
    bare = told_reach(replace(READY, audience=EVERYONE, steps=()), ones)
    assert (bare.there, bare.variants) == (0, {})
