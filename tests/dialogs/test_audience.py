"""Who is in a campaign's audience, who isn't and why, and whose grants it stays within."""

from dataclasses import replace

import pytest

from dialogs.audience import Addressee, beyond, left_out, needs_stages
from dialogs.campaign import CampaignAudience, Slice
from dialogs.campaigning import AudienceGrant
from dialogs.ladder import EvidenceKind, Stage

ALICE = Addressee(
    id="alice",
    email="alice.martin@solane.example",
    name="Alice Martin",
    language="fr",
    team="t1",
    segments=frozenset({"sales", "field"}),
    department="Ventes",
    site="Lyon",
    seniority="2 years",
    stage=Stage.COMPREHENSION,
    did=frozenset({EvidenceKind.QUIZ}),
)
EVERYONE = Slice(everyone=True)


def audience(*include: Slice, exclude: tuple[Slice, ...] = ()) -> CampaignAudience:
    return CampaignAudience(include=include, exclude=exclude)


@pytest.mark.parametrize(
    ("people", "is_in"),
    [
        (EVERYONE, True),
        (Slice(segments=("managers", "sales")), True),
        (Slice(segments=("managers",)), False),
        (Slice(departments=("IT", "Ventes")), True),
        (Slice(departments=("IT",)), False),
        (Slice(sites=("Lyon",)), True),
        (Slice(sites=("Lille",)), False),
        (Slice(seniority=("2 years",)), True),
        (Slice(seniority=("new",)), False),
        (Slice(stages=(Stage.UNAWARE, Stage.COMPREHENSION)), True),
        (Slice(stages=(Stage.ACTION,)), False),
        (Slice(did=(EvidenceKind.QUIZ, EvidenceKind.GESTURE)), True),
        (Slice(did=(EvidenceKind.GESTURE,)), False),
        (Slice(people=(" Alice.Martin@solane.example",)), True),
        (Slice(people=("bob@solane.example",)), False),
        (Slice(segments=("sales",), sites=("Lyon",)), True),
        (Slice(segments=("sales",), sites=("Lille",)), False),
        (Slice(), False),
    ],
)
def test_a_slice_is_those_of_whom_all_that_is_written_holds(people: Slice, is_in: bool) -> None:
    assert left_out(audience(people), ALICE) == (None if is_in else "outside")


def test_an_audience_is_one_of_its_slices_and_none_of_those_it_excludes() -> None:
    field, lille = Slice(segments=("field",)), Slice(sites=("Lille",))
    assert left_out(audience(lille, field), ALICE) is None
    assert left_out(audience(EVERYONE, exclude=(lille, field)), ALICE) == "excluded"
    assert left_out(audience(EVERYONE, exclude=(lille,)), ALICE) is None
    assert left_out(audience(lille, exclude=(field,)), ALICE) == "outside", "who was never meant isn't excluded"
    assert left_out(audience(), ALICE) == "outside"


def test_guests_and_bots_never_are() -> None:
    assert left_out(audience(EVERYONE), replace(ALICE, guest=True)) == "guest"


def test_stages_matter_where_they_are_written() -> None:
    assert not needs_stages(audience(EVERYONE, exclude=(Slice(segments=("field",)),)))
    assert needs_stages(audience(Slice(stages=(Stage.ACTION,))))
    assert needs_stages(audience(EVERYONE, exclude=(Slice(did=(EvidenceKind.QUIZ,)),)))


SALES, LYON = AudienceGrant(kind="segment", value="sales"), AudienceGrant(kind="site", value="Lyon")


@pytest.mark.parametrize(
    ("include", "places"),
    [
        ((EVERYONE,), [("audience", "include", 0)]),
        ((Slice(people=("alice.martin@solane.example",)),), [("audience", "include", 0)]),
        ((Slice(segments=("sales",)),), []),
        ((Slice(segments=("sales", "field")),), [("audience", "include", 0, "segments", 1)]),
        ((Slice(segments=("sales", "field"), sites=("Lyon",)),), []),
        ((Slice(departments=("IT",), sites=("Lyon",)), Slice(segments=("sales",), stages=(Stage.ACTION,))), []),
        (
            (Slice(segments=("sales",)), Slice(departments=("IT",), sites=("Lyon", "Lille"))),
            [("audience", "include", 1, "departments", 0), ("audience", "include", 1, "sites", 1)],
        ),
    ],
)
def test_an_author_reaches_what_was_granted_and_no_further(include: tuple[Slice, ...], places: list[tuple[str | int, ...]]) -> None:
    assert list(beyond(audience(*include), {SALES, LYON})) == places
    assert beyond(audience(*include), {AudienceGrant(kind="everyone")}) == ()


def test_leaving_people_out_needs_no_grant() -> None:
    assert beyond(audience(Slice(segments=("sales",)), exclude=(EVERYONE,)), {SALES}) == ()
