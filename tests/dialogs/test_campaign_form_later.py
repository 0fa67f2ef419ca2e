"""The form of a campaign that others write too, or that is scheduled already."""

from dataclasses import replace
from datetime import date

from dialogs.campaign import (
    CampaignStatus,
    Objective,
    Period,
)
from dialogs.campaign_actions import WriteCampaign
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Localized
from dialogs.facts import CampaignEdited
from dialogs.ladder import Stage
from dialogs.router import decide
from tests.company import CATALOGUE, IT
from tests.conversation import asks_form, submits
from tests.dialogs.authors import errors, opened, shown
from tests.dialogs.campaign_forms import at, correct, edited, opened_at, reopened, texts
from tests.dialogs.campaigns import DRAFT, FULL, READY, kept
from tests.dialogs.told import fact, words


def test_two_authors_at_once_dont_undo_each_others_work() -> None:
    form = opened(asks_form(WriteCampaign(slug="it", name=READY.name)), at(kept(READY)))
    theirs = replace(READY, titles=Localized(fr="Un mot de passe solide", en="Sentences"), objective=replace(READY.objective, target=0.5))
    now = at(kept(theirs, version=2))
    turn = decide(None, submits(form.action, shown(form) | {"ends": "2026-12-17"}), now)
    period = Period(starts=date(2026, 12, 1), ends=date(2026, 12, 17))
    assert fact(turn) == CampaignEdited(campaign=replace(theirs, period=period), base=2)

    clash = decide(None, submits(form.action, shown(form) | {"title_en": "Passphrases", "whom": "everyone", "stage": "conviction"}), now)
    again = reopened(clash)
    assert "Somebody else changed this since you opened the form." in texts(again)
    assert "Title, in English, as it is now: Sentences" in texts(again)
    assert shown(again)["title_en"] == "Passphrases"
    assert shown(again)["target"] == "50 %"
    settled = decide(None, submits(again.action, shown(again)), now)
    assert edited(settled).titles.en == "Passphrases"


def test_a_choice_that_two_made_differently_is_named_by_its_words() -> None:
    form = opened(asks_form(WriteCampaign(slug="it", name=DRAFT.name)), at(kept(DRAFT)))
    theirs = replace(DRAFT, objective=Objective(stage=Stage.ACTION))
    again = reopened(decide(None, submits(form.action, shown(form) | {"stage": "conviction"}), at(kept(theirs, version=2))))
    assert "Which stage shall people reach?, as it is now: action" in texts(again)
    emptied = decide(None, submits(opened_at(theirs).action, {"stage": "conviction"}), at(kept(DRAFT, version=2)))
    assert "Which stage shall people reach?, as it is now: –" in texts(reopened(emptied))


def test_what_cant_change_once_it_runs_is_refused_and_the_rest_is_kept() -> None:
    running = at(kept(READY, CampaignStatus.RUNNING))
    fixed = "The campaign has started: this can't change any more. Write it as it was, or begin another campaign under a new name."
    assert errors(correct(READY, {"target": "50", "starts": "2026-12-02", "topic": "vpn", "control": "30 %"}, context=running)) == {
        "target": fixed,
        "starts": fixed,
        "topic": fixed,
        "control": fixed,
    }
    turn = correct(READY, {"ends": "2026-12-20"}, context=running)
    assert "Kept: this is version 2. What isn't sent yet goes out as it is now; what was sent stays as it was." in words(turn)
    assert "it can be scheduled" not in words(turn)


def test_what_goes_out_at_once_is_written_by_whoever_may_reach_its_people() -> None:
    """Else an author who may write to the sales alone would write to all whom an owner chose."""
    few = {"it": frozenset({AudienceGrant(kind="segment", value="sales")})}
    running = at(kept(READY, CampaignStatus.RUNNING))
    assert running.campaigning is not None
    theirs = replace(running, campaigning=replace(running.campaigning, granted=few))
    refused = errors(correct(READY, {"title_en": "My own words"}, context=theirs))
    assert any("You may not reach all these people in its name." in each for each in refused.values())
    approved = replace(running, campaigning=replace(running.campaigning, granted=few, approval=frozenset({"it"})))
    assert edited(correct(READY, {"title_en": "My own words"}, context=approved)).titles.en == "My own words", "a second person approves it first"
    assert "Nothing was changed" in words(correct(READY, {}, context=theirs))


def test_one_that_is_scheduled_keeps_what_let_it_be_scheduled() -> None:
    scheduled = at(kept(READY, CampaignStatus.SCHEDULED))
    assert errors(correct(READY, {"target": "", "starts": "2026-11-19"}, context=scheduled)) == {
        "target": "The target isn't written. Write the share of people who shall be there in the end, for instance 0.4.",
        "starts": "The period began on 19 Nov 2026, which is past. Begin today, or later.",
    }
    assert edited(correct(READY, {"target": "", "starts": "2026-11-19"})).objective.target is None  # a draft may lack it
    unmandated = replace(scheduled, catalogue=replace(CATALOGUE, functions=(replace(IT, contacts=()),)))
    assert edited(correct(READY, {"title_en": "Sentences"}, context=unmandated)).titles.en == "Sentences"


def test_what_no_input_holds_counts_only_if_it_wasnt_wrong_before() -> None:
    lost = replace(READY, steps=(replace(READY.steps[0], buttons=(replace(READY.steps[0].buttons[0], sheet="gone"),)),))
    assert edited(correct(lost, {"target": "50"})) == replace(lost, objective=replace(READY.objective, target=0.5))
    dated = replace(READY, steps=(FULL.steps[2],))
    wrong = errors(correct(dated, {"starts": "2026-12-09", "ends": "2026-12-18"}))
    assert list(wrong) == ["ends"]
    assert wrong["ends"].startswith("This is outside the campaign's period")
