"""Whom a campaign is for, in its form: names that are typed, and what the form can't show."""

from dataclasses import replace

import pytest

from dialogs.campaign import (
    CampaignAudience,
    CampaignStatus,
    Slice,
)
from dialogs.campaign_actions import WriteCampaign
from dialogs.campaigning import AudienceGrant, Campaigning
from dialogs.ladder import EvidenceKind, Stage
from dialogs.messages import Text
from dialogs.turn import Context
from tests.company import CATALOGUE, IT
from tests.conversation import asks_form
from tests.dialogs.authors import AUTHOR, as_, errors, opened, shown
from tests.dialogs.campaign_forms import WRITE, at, correct, edited, texts
from tests.dialogs.campaigns import DRAFT, MALIK_KEPT, READY, kept
from tests.dialogs.told import words


def test_a_department_with_a_comma_in_its_name_is_one() -> None:
    comma = "Research, development"
    draft = replace(DRAFT, audience=CampaignAudience(include=(Slice(departments=(comma, "Ventes")),)))
    context = at(kept(draft))
    known = context.campaigning or Campaigning()
    context = replace(context, campaigning=replace(known, departments=(comma, "Ventes", "IT")))
    form = opened(asks_form(WriteCampaign(slug="it", name=DRAFT.name)), context)
    assert shown(form)["for_departments"] == f"{comma}\nVentes"
    turn = correct(draft, {"for_departments": f"{comma}\nIT"}, context=context)
    assert edited(turn).audience.include == (Slice(departments=(comma, "IT")),)


def test_everyone_is_one_choice() -> None:
    everyone = edited(correct(READY, {"whom": "everyone"}))
    assert everyone.audience == CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(segments=("managers",)),))
    form = opened(asks_form(WriteCampaign(slug="it", name=READY.name)), at(kept(everyone)))
    assert shown(form)["whom"] == "everyone"
    assert edited(correct(DRAFT, {"for_sites": "Lyon"})).audience.include == (Slice(sites=("Lyon",)),)
    assert edited(correct(DRAFT, {"not_segments": "sales"})).audience == CampaignAudience(exclude=(Slice(segments=("sales",)),))


COMPLEX = [
    CampaignAudience(include=(Slice(segments=("sales",)), Slice(sites=("Lyon",)))),
    CampaignAudience(include=(Slice(segments=("sales",), stages=(Stage.UNAWARE,)),)),
    CampaignAudience(include=(Slice(everyone=True, did=(EvidenceKind.QUIZ,)),)),
    CampaignAudience(include=(Slice(everyone=True, sites=("Lyon",)),)),
    CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(sites=("Lyon",)),)),
    CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(segments=("sales",)), Slice(segments=("field",)))),
]


@pytest.mark.parametrize("audience", COMPLEX)
def test_an_audience_that_the_form_cant_show_stays_as_it_is_and_is_said_so(audience: CampaignAudience) -> None:
    campaign = replace(READY, audience=audience)
    form = opened(asks_form(WriteCampaign(slug="it", name=READY.name)), at(kept(campaign)))
    assert "Whom it's for is more than this form can show, and stays as it is unless you choose otherwise:" in texts(form)
    assert shown(form)["whom"] == "="
    assert edited(correct(campaign, {"target": "50"})).audience == audience
    assert edited(correct(campaign, {"whom": "some", "for_sites": "lyon"})).audience == CampaignAudience(include=(Slice(sites=("Lyon",)),))
    named = "You named people below: choose that it's for them, or empty what you named."
    assert errors(correct(campaign, {"for_sites": "Lyon"})) == {"whom": named}
    others = "You named groups that it isn't for: choose whom it's for, or empty what you named."
    assert errors(correct(campaign, {"not_segments": "sales"})) == {"whom": others}


def test_a_list_that_is_too_long_for_the_form_stays_as_it_is() -> None:
    people = tuple(f"somebody.number.{number}@solane.example" for number in range(100))
    campaign = replace(READY, audience=CampaignAudience(include=(Slice(people=people),)))
    form = opened(asks_form(WriteCampaign(slug="it", name=READY.name)), at(kept(campaign)))
    assert "Single people, by e-mail: too long for this form, so it stays as it is." in texts(form)
    assert "for_people" not in shown(form)
    assert edited(correct(campaign, {"target": "50"})).audience == campaign.audience


def test_whom_one_may_not_reach_is_said_in_a_draft_and_refused_once_its_scheduled() -> None:
    def sales_only(context: Context) -> Context:
        granted = {"it": frozenset({AudienceGrant(kind="segment", value="sales")})}
        return replace(context, campaigning=replace(context.campaigning or Campaigning(), granted=granted))

    said = "You may not reach all these people in its name. Narrow the audience, or ask an admin of pourqui for them."
    assert said in words(correct(READY, {"title_en": "Sentences"}, context=sales_only(at(kept(READY)))))
    scheduled = sales_only(at(kept(READY, CampaignStatus.SCHEDULED)))
    assert said in errors(correct(READY, {"title_en": "Sentences"}, context=scheduled)).values(), "what they write would go out to all of them"
    assert edited(correct(READY, {"for_segments": "sales"}, context=scheduled)).audience.include == (Slice(segments=("sales",)),)
    assert errors(correct(READY, {"whom": "everyone"}, context=scheduled)) == {"whom": said}


def test_what_the_form_cant_show_of_an_audience_isnt_for_the_form_to_mend() -> None:
    moved = replace(READY, audience=CampaignAudience(include=(Slice(sites=("Nantes",)), Slice(sites=("Lyon",)))))
    assert edited(correct(moved, {"target": "50"})).audience == moved.audience
    assert list(errors(correct(replace(moved, audience=CampaignAudience(include=moved.audience.include[:1])), {"target": "50"}))) == ["for_sites"]
    nobody = replace(READY, audience=CampaignAudience(include=(Slice(),)))
    assert list(errors(correct(nobody, {"target": "50"}))) == ["whom"]


def test_segments_of_a_company_without_any_are_still_asked_for() -> None:
    bare = replace(CATALOGUE, company=replace(CATALOGUE.company, segments={}), functions=(IT,))
    context = replace(as_(AUTHOR, catalogue=bare), campaigning=Campaigning(me=MALIK_KEPT))
    form = opened(asks_form(WRITE), context)
    assert {"for_segments", "for_departments"} <= {block.id for block in form.blocks if not isinstance(block, Text)}
