"""The plan of a function, open to everybody: goals, the messages that were sent, results; never who got what, nor what isn't sent."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from dialogs.campaign import Campaign, CampaignStatus, Kept, Objective
from dialogs.campaign_actions import ShowPlan
from dialogs.campaigning import Campaigning, Known, Moved, Tally
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.events import Event
from dialogs.ladder import Stage
from dialogs.messages import Items, Place
from dialogs.people import Person
from dialogs.router import decide
from dialogs.turn import Turn
from dialogs.verdict import Verdict
from tests.company import ALICE, CATALOGUE, DANA, FINANCE, IT
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.campaign_cards import TALLY, VERDICT
from tests.dialogs.campaigns import DRAFT, FULL, LEARN, READY, campaigning, kept
from tests.dialogs.told import context, lines, message, words
from tests.stories.shown_whole import problems

PLAN = ShowPlan(slug="it")
RUNNING = CampaignStatus.RUNNING


def known(
    campaign: Campaign = READY,
    status: CampaignStatus = RUNNING,
    tally: Tally | None = TALLY,
    *,
    verdict: Verdict | None = None,
    moved: Moved | None = None,
) -> Known:
    return Known(kept=kept(campaign, status), tally=tally, verdict=verdict, moved=moved)


def read(*every: Known, event: Event | None = None, person: Person = ALICE, catalogue: Catalogue = CATALOGUE) -> Turn:
    here = replace(context(person, language="en", catalogue=catalogue), campaigning=replace(campaigning(), known=every))
    return decide(None, event or taps(PLAN), here)


def sent(number: int, responses: Mapping[tuple[str, str], int] | None = None) -> Tally:
    return Tally(targeted=number, by={("sent", ""): number}, sent_by_step={"learn": number}, responses=responses or {})


def test_anybody_reads_goals_and_what_was_sent() -> None:
    turn = read(known(tally=sent(40, {("learn", "more"): 12})))
    text = words(turn)
    assert "A strong password · running" in text
    assert "That everybody has a passphrase. The goal: 40% of those it's for do it, from 20%. 1 Dec 2026 to 18 Dec 2026" in text
    assert "A sentence is better · Four words at random last longer" in text
    assert "1 more to come · 40 messages sent · 12 answers" in text
    assert "Nobody reads here who got what, nor where anybody stands." in text


def test_what_isnt_sent_yet_isnt_shown() -> None:
    text = words(read(known(status=CampaignStatus.SCHEDULED, tally=None)))
    assert "Four words" not in text
    assert "Change it in two minutes" not in text
    assert "2 more to come" in text


@pytest.mark.parametrize("status", [CampaignStatus.DRAFT, CampaignStatus.CANCELLED])
def test_drafts_and_what_was_cancelled_stay_out_of_it(status: CampaignStatus) -> None:
    assert "This function has no plan yet." in words(read(known(status=status)))


def test_fewer_than_five_are_not_counted() -> None:
    text = words(read(known(tally=sent(4, {("learn", "more"): 4}))))
    assert "messages sent" not in text
    assert "answer" not in text
    assert "5 messages sent" in words(read(known(tally=sent(5, {("learn", "more"): 4}))))
    assert "answer" not in words(read(known(tally=sent(5, {("learn", "more"): 4}))))


def test_once_finished_the_result_is_said_and_before_it_never() -> None:
    finished = words(read(known(status=CampaignStatus.FINISHED, verdict=VERDICT, tally=sent(40))))
    assert "50%" in finished
    assert "to come" not in finished
    assert "messages sent" not in finished
    waiting = words(read(known(status=CampaignStatus.FINISHED, tally=sent(40))))
    assert "40 messages sent" in waiting
    assert "to come" not in waiting


def test_nothing_tells_where_anybody_stands_nor_whom_it_leaves_out() -> None:
    text = words(read(known(moved=Moved(people=100), tally=replace(TALLY, held_out=17))))
    assert "17" not in text
    assert "Sales teams" not in text


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (Stage.AWARENESS, "of those it's for know of it"),
        (Stage.COMPREHENSION, "of those it's for understand it"),
        (Stage.CONVICTION, "of those it's for agree with it"),
        (Stage.ACTION, "of those it's for do it"),
    ],
)
def test_the_stage_is_said_in_plain_words(stage: Stage, told: str) -> None:
    assert told in words(read(known(replace(READY, objective=replace(READY.objective, stage=stage)))))


def test_a_goal_whose_start_is_measured_says_its_target() -> None:
    assert "The goal: 40% of those it's for do it. 1 Dec" in words(read(known(FULL)))
    bare: Kept = kept(replace(READY, objective=Objective()), RUNNING)
    assert "The goal" not in words(read(Known(kept=bare)))


def test_many_messages_and_campaigns_are_shown_in_part() -> None:
    steps = tuple(replace(LEARN, id=f"s{number}", title=None, content=None) for number in range(8))
    tally = Tally(sent_by_step={f"s{number}": 9 for number in range(7)})
    each = known(replace(READY, steps=steps), tally=tally)
    text = words(read(each, *(known(replace(READY, name=f"c{number}")) for number in range(5))))
    assert "and 1 more message · 1 more to come" in text
    assert "and 2 earlier ones" in text


def test_what_runs_comes_before_what_is_over() -> None:
    over = known(replace(READY, titles=Localized(en="Older")), CampaignStatus.FINISHED)
    assert words(read(over, known())).index("A strong password") < words(read(over, known())).index("Older")


def test_without_a_function_one_chooses_among_those_that_have_a_plan() -> None:
    both = read(known(), known(replace(READY, name="x", function="finance")), event=said("plan"))
    assert len(lines(both)) == 2
    (items,) = (block for block in message(both).blocks if isinstance(block, Items))
    assert items.items[0].action == PLAN
    assert "The plan" in words(read(known(), event=said("plan")))  # the only one is shown at once
    assert "No function has a plan yet." in words(read(known(DRAFT, CampaignStatus.DRAFT), event=said("plan")))


def test_of_very_many_functions_the_rest_are_named_in_words() -> None:
    functions = tuple(replace(IT, slug=f"f{number}") for number in range(23))
    every = tuple(known(replace(READY, function=function.slug)) for function in functions)
    turn = read(*every, event=said("plan"), catalogue=replace(CATALOGUE, functions=functions))
    assert len(lines(turn)) == 20
    assert "write “plan” and its name" in words(turn)


def test_a_function_that_is_gone_has_no_plan() -> None:
    assert "no longer in the catalogue" in words(read(known(), event=taps(ShowPlan(slug="gone"))))


def test_who_isnt_in_the_directory_is_told_so() -> None:
    turn = read(known(), person=DANA)
    assert "A strong password" not in words(turn)
    assert "directory" in words(turn)


def test_nothing_gathered_is_no_plan() -> None:
    assert "No function has a plan yet." in words(decide(None, said("plan"), context(language="en")))


def test_in_a_channel_it_may_be_read_by_all() -> None:
    assert message(read(known(), event=taps(PLAN, where=CHANNEL))).place is Place.HERE
    assert message(read(known(), event=said("plan it", where=CHANNEL, private=True))).place is Place.PRIVATE


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_longest_plans_fit_both_platforms(language: Language) -> None:
    long = "Une phrase qui n'en finit pas de dire ce qu'elle a à dire, et encore. " * 40
    steps = tuple(replace(LEARN, id=f"s{number}", title=Localized(fr=long[:150]), content=Localized(fr=long)) for number in range(12))
    campaign = replace(READY, titles=Localized(fr=long[:150]), steps=steps, objective=replace(READY.objective, task=Localized(fr=long)))
    tally = Tally(by={("sent", ""): 10**6}, sent_by_step={step.id: 10**6 for step in steps}, responses={("s1", "more"): 10**6})
    every = [known(campaign, tally=tally), known(campaign, CampaignStatus.FINISHED, tally, verdict=VERDICT)] * 5
    many = replace(CATALOGUE, functions=(IT, FINANCE, *(replace(IT, slug=f"f{number}") for number in range(30))))
    here = replace(context(language=language, catalogue=many), campaigning=Campaigning(known=tuple(every)))
    spread = tuple(known(replace(campaign, function=function.slug)) for function in many.functions)
    events: list[Event] = [taps(PLAN), taps(ShowPlan(slug="finance")), taps(ShowPlan(slug="gone")), taps(PLAN, where=CHANNEL)]
    told = [(event, reply) for event in events for reply in decide(None, event, here).replies]
    told += [(events[0], reply) for reply in decide(None, said("plan"), replace(here, campaigning=Campaigning(known=spread))).replies]
    assert problems(told) == []
