"""The form of a campaign: what it shows, keeps, refuses."""

from dataclasses import replace
from datetime import date

import pytest

from dialogs.campaign import (
    OVER,
    Campaign,
    CampaignAudience,
    CampaignStatus,
    Control,
    Declared,
    Histogram,
    Measured,
    Objective,
    Period,
    Slice,
    Step,
)
from dialogs.campaign_actions import ShowCampaign, WriteCampaign, WriteStep
from dialogs.campaigning import Campaigning, Reach
from dialogs.catalog import Localized
from dialogs.events import Event, FormSubmitted
from dialogs.facts import CampaignEdited, Refused
from dialogs.ladder import Stage
from dialogs.messages import Choice, Place, Reply
from dialogs.rights import Act
from dialogs.router import decide
from dialogs.turn import Context
from tests.company import DANA
from tests.conversation import CHANNEL, asks_form, submits
from tests.dialogs.authors import ADMIN, as_, errors, opened, shown
from tests.dialogs.campaign_forms import NEW, READY_SOURCE, WRITE, at, correct, edited, written
from tests.dialogs.campaigns import DRAFT, FULL, READY, campaigning, kept
from tests.dialogs.told import buttons, fact, message, words
from tests.stories.shown_whole import problems


def test_a_new_campaign_is_kept_as_a_draft_that_lacks_only_its_messages() -> None:
    turn = written(NEW)
    name = "it_strong_password"
    assert fact(turn) == CampaignEdited(campaign=replace(READY, name=name, steps=()), base=None)
    assert "Kept as a draft. Nobody gets anything before it's scheduled." in words(turn)
    assert "There's no message yet. Write the first one." in words(turn)
    assert "To tell whether it worked, it needs about" in words(turn)
    assert buttons(turn)["Write the first message"].action == WriteStep(name=name)
    assert buttons(turn)["Show the campaign"].action == ShowCampaign(name=name)


def test_a_name_that_is_taken_gets_a_number_and_a_title_without_letters_a_name_of_its_own() -> None:
    taken = tuple(kept(replace(DRAFT, name=name)) for name in ("it_strong_password", "it_strong_password_2"))
    assert edited(written({"title_en": "A strong password"}, context=at(*taken))).name == "it_strong_password_3"
    assert edited(written({"title_fr": "Le mot de passe"})).name == "it_mot_passe"
    assert edited(written({"title_fr": "?!"})).name == "it_campaign"
    assert edited(written({"title_en": "Who are we?"})).name == "it_who_are_we"
    long = edited(written({"title_en": "Passphrases everywhere " * 6})).name
    assert long == "it_passphrases_everywhere_passphrases"


def test_a_draft_may_be_barely_begun_and_says_what_it_lacks() -> None:
    turn = written({"title_en": "Passwords"})
    assert edited(turn) == Campaign(name="it_passwords", function="it", titles=Localized(en="Passwords"))
    assert "What it still needs to be scheduled" in words(turn)
    assert "and 2 more" in words(turn)


def test_what_is_wrong_stands_beside_its_input_and_nothing_typed_is_lost() -> None:
    said = {
        "benchmark": "declared",
        "share": "0.2",
        "target": "plenty",
        "starts": "32/01/2026",
        "control": "150 %",
        "for_segments": "pirates",
        "whom": "some",
    }
    turn = written(said)
    assert errors(turn) == {
        "share": "This isn't a share in percent: write it as 40 %, from 0 to 100.",
        "target": "This isn't a share in percent: write it as 40 %, from 0 to 100.",
        "starts": "This isn't a day: write it as 2026-01-31, or 31/01/2026.",
        "ends": "Write both days, the first and the last.",
        "control": "This isn't a share in percent: write it as 40 %, from 0 to 100.",
        "title_fr": "Write the title, in one language at least.",
        "for_segments": '"pirates" isn\'t a segment. Remove it, or use one of field, managers, sales.',
    }
    (reply,) = turn.replies
    form = reply.form if reply.kind == "form_errors" else None
    assert form is not None
    assert said.items() <= shown(form).items()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"target": "10 %"}, {"target": "The target (0.1) isn't above the benchmark (0.2). Aim higher than where people stand already."}),
        ({"ends": "2026-11-30"}, {"ends": "The period ends before it starts. Write a later day."}),
        ({"control": "60 %"}, {"control": "A control group is above 0, and 50% of the audience at most. Write share: 0.2, or leave control out."}),
        ({"share": ""}, {"share": "Write the share that is there today, such as 20 %."}),
        ({"source_fr": "", "source_en": ""}, {"source_fr": "The text is missing in both languages. Write at least one: {fr: …, en: …}."}),
        (
            {"benchmark": "measured", "share": "30 %"},
            {"benchmark": "You wrote a share or a source below: choose that you declare it, or empty them."},
        ),
        ({"for_people": "alice"}, {"for_people": '"alice" isn\'t an e-mail address. Write it as ines.martin@example.com.'}),
        ({"not_segments": "pirates"}, {"not_segments": '"pirates" isn\'t a segment. Remove it, or use one of field, managers, sales.'}),
        ({"for_sites": "Lion"}, {"for_sites": 'Nobody is on a site "Lion". Did you mean Lyon?'}),
        ({"for_segments": ""}, {"whom": "Name them below, or choose everyone."}),
        (
            {"whom": "everyone", "for_sites": "Lyon"},
            {"whom": "You named people below: choose that it's for them, or empty what you named."},
        ),
        ({"title_en": "Bell \x07"}, {"title_en": "A character that can't be shown. Remove it."}),
        ({"title_fr": "", "title_en": ""}, {"title_fr": "Write the title, in one language at least."}),
    ],
)
def test_the_rules_of_a_file_are_those_of_the_form(changes: dict[str, str], wrong: dict[str, str]) -> None:
    assert errors(correct(READY, changes)) == wrong


@pytest.mark.parametrize("campaign", [DRAFT, READY, FULL], ids=["draft", "ready", "full"])
def test_what_isnt_touched_stays_exactly_as_it_was(campaign: Campaign) -> None:
    turn = correct(campaign, {})
    assert turn.facts == ()
    assert "Nothing was changed: it's still version 1." in words(turn)
    assert edited(correct(campaign, {"title_en": "Another"})) == replace(campaign, titles=replace(campaign.titles, en="Another"))


def test_what_is_touched_is_changed_and_nothing_else() -> None:
    changes = {
        "title_en": "Sentences",
        "task_fr": "",
        "stage": "conviction",
        "target": "62,5 %",
        "whom": "some",
        "for_segments": "",
        "for_departments": "ventes; Research, development",
        "for_sites": "Lyon\nLille",
        "for_seniority": "junior",
        "for_people": "alice.martin@solane.example, alice.martin@solane.example",
        "not_segments": "",
        "starts": "2.12.2026",
        "control": "10",
        "drawn": "team",
        "priority": "low",
        "topic": "Mots de passe",
    }
    context = at(kept(READY))
    known = context.campaigning or Campaigning()
    context = replace(context, campaigning=replace(known, departments=("Ventes", "Research", "development")))
    assert edited(correct(READY, changes, context=context)) == replace(
        READY,
        titles=Localized(fr="Un mot de passe solide", en="Sentences"),
        topic="mots_de_passe",
        objective=replace(READY.objective, task=Localized(en="That everybody has a passphrase."), stage=Stage.CONVICTION, target=0.625),
        audience=CampaignAudience(
            include=(
                Slice(
                    departments=("Ventes", "Research", "development"),
                    sites=("Lyon", "Lille"),
                    seniority=("junior",),
                    people=("alice.martin@solane.example",),
                ),
            )
        ),
        period=Period(starts=date(2026, 12, 2), ends=date(2026, 12, 18)),
        control=Control(share=0.1, by="team"),
        priority="low",
    )


def test_an_objective_is_emptied_and_written_again() -> None:
    emptied = dict.fromkeys(
        ("task_fr", "task_en", "share", "source_fr", "source_en", "target", "starts", "ends", "control", "benchmark", "stage"), ""
    )
    bare = edited(correct(READY, emptied))
    assert (bare.objective, bare.period, bare.control) == (Objective(), None, None)
    again = {name: NEW[name] for name in emptied}
    assert edited(correct(bare, again)) == READY
    unchosen = {name: value for name, value in again.items() if name != "benchmark"}
    assert edited(correct(bare, unchosen)) == READY  # a share that's written is declared


def test_a_benchmark_is_measured_instead_and_declared_again() -> None:
    measured = correct(READY, {"benchmark": "measured"})
    assert edited(measured).objective.benchmark == Measured(kind="measured")
    source = edited(correct(READY, {"source_en": "Survey of May"})).objective.benchmark
    assert source == Declared(kind="declared", share=0.2, source=Localized(fr="Enquête de mars 2026", en="Survey of May"))
    assert edited(correct(READY, {"share": "25 %"})).objective.benchmark == replace(source, share=0.25, source=READY_SOURCE)


def test_a_control_group_of_nothing_is_none() -> None:
    assert edited(correct(READY, {"control": "0"})).control is None


def test_only_an_admin_lets_a_campaign_go_before_all_others() -> None:
    def offered(context: Context, name: str = READY.name) -> list[str]:
        form = opened(asks_form(WriteCampaign(slug="it", name=name)), context)
        (priority,) = (block for block in form.blocks if isinstance(block, Choice) and block.id == "priority")
        return [option.value for option in priority.options]

    assert offered(at(kept(READY))) == ["normal", "low"]
    assert offered(at(kept(READY), grants=ADMIN)) == ["high", "normal", "low"]
    assert offered(at(kept(FULL)), FULL.name) == ["high", "normal", "low"]  # what an admin chose stays
    assert correct(READY, {"priority": "high"}).facts == ()  # a forged one changes nothing
    assert edited(correct(READY, {"priority": "high"}, context=at(kept(READY), grants=ADMIN))).priority == "high"


def test_the_people_it_reaches_are_told_while_the_audience_is_the_same() -> None:
    reach = Reach(people=240, teams=12, stages=Histogram(unaware=200, action=40))
    turn = correct(READY, {"title_en": "Sentences"}, context=at(kept(READY), reach=reach))
    assert "It's for 240 people today." in words(turn)
    assert "The smallest difference that so many people show:" in words(turn)
    about = correct(READY, {}, context=at(kept(READY), reach=replace(reach, about=True)))
    assert "It's for about 240 people today." in words(about)
    few = correct(READY, {}, context=at(kept(READY), reach=replace(reach, people=4, teams=1)))
    assert "So few people can't show any difference." in words(few)
    other = correct(READY, {"whom": "everyone"}, context=at(kept(READY), reach=reach))
    assert "240" not in words(other)
    alone = correct(READY, {"control": ""}, context=at(kept(READY), reach=reach))
    assert "Without a group that gets no message, nobody will know what would have happened anyway." in words(alone)


def test_a_measured_benchmark_is_where_people_stand_today() -> None:
    def told(histogram: Histogram | None, changes: dict[str, str]) -> str:
        context = at()
        known = replace(context.campaigning or Campaigning(), histogram={"it": histogram} if histogram else {})
        return words(
            written(
                NEW | {"benchmark": "measured", "share": "", "source_fr": "", "source_en": ""} | changes, context=replace(context, campaigning=known)
            )
        )

    some = told(Histogram(unaware=300, action=100), {})
    assert "To tell whether it worked, it needs about" in some
    assert "A mix for where people are today" in some
    assert "× pedagogy" in some
    assert "25% are there already, and the target is 20%: aim higher." in told(Histogram(unaware=300, action=100), {"target": "20"})
    for nobody in (None, Histogram()):
        assert "it needs about" not in told(nobody, {})
        assert "A mix" not in told(nobody, {})


@pytest.mark.parametrize("status", OVER)
def test_what_is_over_cant_be_edited_and_says_how_to_go_on(status: CampaignStatus) -> None:
    context = at(kept(READY, status))
    action = WriteCampaign(slug="it", name=READY.name)
    for event in (asks_form(action), submits(action, {"title_en": "Late"})):
        turn = decide(None, event, context)
        assert turn.facts == ()
        assert f"This campaign is {status.value}: what it said stays as it was." in words(turn)
        assert buttons(turn)["New campaign"].action == WRITE


def test_who_may_not_write_is_told_who_may_in_private() -> None:
    nobody = replace(as_(frozenset()), campaigning=campaigning(kept(READY)))
    for action, subject in ((WRITE, "it"), (WriteCampaign(slug="it", name=READY.name), READY.name), (WriteCampaign(slug="it", name="gone"), "gone")):
        turn = decide(None, asks_form(action, where=CHANNEL), nobody)
        assert message(turn).place is Place.PRIVATE
        assert "You can't write campaigns for this function" in words(turn)
        function = None if action.name == "gone" else "it"
        assert fact(turn) == Refused(act=Act.WRITE_CAMPAIGNS, function=function, subject=subject)
    unlinked = replace(as_(frozenset(), person=DANA), campaigning=None)
    assert "I can't place you in the directory yet" in words(decide(None, asks_form(WRITE), unlinked))
    theirs = replace(READY, function="finance")
    turn = decide(None, asks_form(WriteCampaign(slug="it", name=READY.name)), at(kept(theirs)))
    assert fact(turn) == Refused(act=Act.WRITE_CAMPAIGNS, function="finance", subject=READY.name)


def test_what_is_gone_is_said_to_be() -> None:
    turn = decide(None, asks_form(WriteCampaign(slug="it", name="gone")), at())
    assert "I don't find this campaign." in words(turn)
    turn = decide(None, asks_form(WriteCampaign(slug="gone")), at(grants=ADMIN))
    assert "This is no longer in the catalogue." in words(turn)
    lost = decide(None, asks_form(WriteCampaign(slug="gone", name=READY.name)), at(kept(replace(READY, function="gone")), grants=ADMIN))
    assert "I don't find this campaign." in words(lost)


def test_what_was_kept_is_said_in_private() -> None:
    form = opened(asks_form(WRITE, where=CHANNEL), at())
    turn = decide(None, submits(form.action, shown(form) | NEW, where=CHANNEL), at())
    assert message(turn).place is Place.PRIVATE


def test_the_form_fits_every_platform_however_much_it_holds() -> None:
    long = Localized(fr="é" * 600, en="ê" * 600)
    names = tuple(f"Département de la qualité {number}" for number in range(30))
    whole = replace(
        FULL,
        titles=Localized(fr="é" * 150, en="ê" * 150),
        objective=replace(
            FULL.objective, task=long, benchmark=Declared(kind="declared", share=0.123456, source=Localized(fr="é" * 300, en="ê" * 300))
        ),
        audience=CampaignAudience(
            include=(Slice(departments=names, sites=names, seniority=names[:15], people=tuple(f"{n}@solane.example" for n in range(80))),)
        ),
        control=Control(share=0.333333, by="team"),
    )
    here = at(kept(whole))
    known = here.campaigning or Campaigning()
    here = replace(here, campaigning=replace(known, departments=(), sites=()))  # whatever they're called
    action = WriteCampaign(slug="it", name=FULL.name)
    event = asks_form(action)
    form = opened(event, here)
    wrong = submits(form.action, {name: f"\x07{value[1:]}" if name.endswith(("fr", "en")) else value for name, value in shown(form).items()})
    lost = submits(WriteCampaign(slug="it", name=FULL.name, base="0"), shown(form) | dict.fromkeys(shown(form), "other"))
    turns: list[FormSubmitted] = [wrong, lost, submits(form.action, shown(form))]
    told: list[tuple[Event, Reply]] = [(event, form), *((each, reply) for each in turns for reply in decide(None, each, here).replies)]
    for language in ("fr", "en"):
        told += [(event, reply) for reply in decide(None, event, replace(here, language=language)).replies]
    assert problems(told) == []


def test_a_step_that_is_there_leads_on_to_the_next() -> None:
    one = replace(DRAFT, steps=(Step(id="a", stage=Stage.AWARENESS, kind="pedagogy"),))
    assert buttons(correct(one, {}))["Write the next message"].action == WriteStep(name=DRAFT.name)
