"""What of a campaign is said in words: its audience, when a step goes, every status, stage and kind."""

from dataclasses import replace

import pytest

from dialogs.campaign import (
    CampaignAudience,
    CampaignStatus,
    Slice,
    Step,
)
from dialogs.campaign_words import audience_in_words, evidence_in_words, kind_in_words, slice_in_words, stage_in_words, status_in_words, step_in_words
from dialogs.ladder import EvidenceKind, Stage
from tests.company import COMPANY
from tests.dialogs.campaigns import BASELINE, DRAFT, FULL, LEARN
from tests.dialogs.told import TEXTS


def test_every_status_stage_kind_and_evidence_has_its_words() -> None:
    t = TEXTS["en"]
    assert len({status_in_words(t, status) for status in CampaignStatus}) == len(CampaignStatus)
    assert [stage_in_words(t, stage) for stage in Stage] == ["unaware", "awareness", "comprehension", "conviction", "action"]
    kinds = {step.kind: step for step in (*FULL.steps, LEARN, *(replace(LEARN, kind=kind) for kind in ("external_proof", "offer")))}
    assert len({kind_in_words(t, kind) for kind in kinds}) == len(kinds) == 9
    assert len({evidence_in_words(t, kind) for kind in EvidenceKind}) == len(EvidenceKind)


def test_an_audience_is_said_with_all_that_narrows_it() -> None:
    t = TEXTS["en"]
    people = Slice(
        segments=("sales", "gone"),
        departments=("Ventes",),
        sites=("Lyon", "Lille"),
        seniority=("senior",),
        stages=(Stage.UNAWARE,),
        did=(EvidenceKind.SERVICE_USED,),
        people=("a@x.example", "b@x.example"),
    )
    assert slice_in_words(t, people, COMPANY) == (
        "Sales teams, gone and department Ventes and site Lyon, Lille and seniority senior and at the stage unaware and who used a service "
        "and 2 people by name"
    )
    campaign = replace(DRAFT, audience=CampaignAudience(include=(Slice(everyone=True), Slice())))
    assert audience_in_words(t, campaign, COMPANY) == "everyone, or nobody yet"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (FULL.steps[2], "comprehension · a quiz · on 8 Dec 2026 at 10:00"),
        (FULL.steps[4], "action · a gesture to try · 24 hours after the one before"),
        (FULL.steps[5], "action · a success · once they made the gesture"),
        (BASELINE, "awareness · a survey · at once"),
    ],
)
def test_a_step_says_when_it_goes(step: Step, told: str) -> None:
    assert step_in_words(TEXTS["en"], step) == told
