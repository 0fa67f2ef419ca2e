"""A verdict in words that need no statistics: what was moved, how sure that is, what to do next; nobody is blamed."""

from dataclasses import replace

import pytest

from dialogs.campaign import Histogram
from dialogs.delivery import Kind
from dialogs.ladder import Stage
from dialogs.messages import Bullets, Message, Note, Picture, Text, Title
from dialogs.verdict import Arm, Lift, Verdict
from dialogs.verdict_words import details, how, message, planned, progress, sentence
from tests.company import CATALOGUE, COMPANY
from tests.dialogs.campaigns import READY
from tests.dialogs.judged import ALONE, FEW, FURTHER, NOT_REACHED, REACHED, TOO_SMALL
from tests.dialogs.told import TEXTS

EN = TEXTS["en"]
IT = CATALOGUE.functions[0]


def said(verdict: Verdict) -> str:
    return sentence(EN, verdict, IT, READY)


def test_reached_says_by_how_much_and_how_sure() -> None:
    assert said(REACHED) == (
        "Reached: 46% of those whom the messages were for now do it themselves, 12 points more than the comparison group (between 5 and 19). "
        "The messages did it: IT can keep what worked, and offer it to the others."
    )


def test_not_reached_says_what_it_teaches_and_what_is_next() -> None:
    assert said(NOT_REACHED) == (
        "Not reached: 30% of those whom the messages were for now do it themselves, 4 points less than the comparison group "
        "(a difference between −11 and 3); the target was 45%. "
        "It teaches that words alone don't move this: IT can ask a few people what would make it easier, and try that next."
    )
    assert said(FURTHER).endswith("The messages moved people, less far than hoped: IT can keep what worked, and aim for the next step.")


def test_too_small_says_how_many_people_would_tell() -> None:
    assert said(TOO_SMALL) == (
        "Too small to tell: 50% of those whom the messages were for now do it themselves, as many as in the comparison group "
        "(a difference between −29 and 29 points); the target was 45%. With 475 people in it, the next one can tell."
    )
    by_team = said(replace(TOO_SMALL, by="team"))
    assert by_team.endswith("With 570 people in it, the next one can tell.")
    enough = replace(TOO_SMALL, treated=Arm(people=5_000, there=2_300), control=Arm(people=1_000, there=450))
    assert said(enough).endswith("Nothing is lost: what they did stays, and a longer campaign can tell.")
    assert said(replace(TOO_SMALL, target=0.3)).endswith("and a longer campaign can tell.")


def test_of_few_people_no_figure_is_said() -> None:
    assert said(FEW) == "Too small to tell: with fewer than 5 people in a group, no figure is shown. With 475 people in it, the next one can tell."
    assert details(EN, FEW) == ("Aimed for: from 30% to 45%.",)


def test_without_a_comparison_group_it_says_what_nobody_knows() -> None:
    assert said(ALONE) == (
        "Reached: 46% of those whom the messages were for now do it themselves (between 42% and 50%); the target was 45%. "
        "Nobody knows what would have happened anyway: next time, a comparison group will tell."
    )
    assert said(replace(ALONE, conclusion="not_reached")).startswith(
        "Not reached: 46% of those whom the messages were for now do it themselves (between"
    )
    assert said(replace(ALONE, conclusion="not_reached")).endswith("and try that next.")
    assert said(replace(ALONE, conclusion="too_small")).startswith("Too small to tell: 46% of those")


@pytest.mark.parametrize(
    ("stage", "do"),
    [
        (Stage.UNAWARE, "are in it"),
        (Stage.AWARENESS, "now know of it"),
        (Stage.COMPREHENSION, "now understand it"),
        (Stage.CONVICTION, "are now convinced of it"),
        (Stage.ACTION, "now do it themselves"),
    ],
)
def test_each_stage_has_its_words(stage: Stage, do: str) -> None:
    assert f"were for {do}, 12 points" in said(replace(REACHED, stage=stage))


def test_one_point_is_singular() -> None:
    assert "1 point more than" in said(replace(REACHED, lift=Lift(difference=0.011, low=0.001, high=0.02)))
    assert "1 point less than" in said(replace(NOT_REACHED, lift=Lift(difference=-0.011, low=-0.03, high=0.01)))


def test_the_details_say_what_it_rests_on() -> None:
    assert details(EN, REACHED, COMPANY) == (
        "Aimed for: from 30% to 45%.",
        "Got the messages: 46% (230 of 500), 30% when it started.",
        "Comparison group: 34% (82 of 240), 29% when it started.",
        "The difference: 12 points more than the comparison group (between 5 and 19).",
        "When it started: unaware 120, awareness 100, comprehension 80, conviction 50, action 150",
        "At the end: unaware 40, awareness 80, comprehension 80, conviction 70, action 230",
        "42 people went from unaware to action.",
        "Sales teams: 50% of 100, and 30% of 50 in the comparison group.",
        "elsewhere: 10% of 80, and 10% of 40 in the comparison group.",
    )
    assert "Whole teams were drawn: 50 teams got the messages, 24 teams didn't." in details(EN, replace(REACHED, by="team"))
    alone = details(EN, ALONE)
    assert "sales: 50% of 100." in alone
    assert not any("omparison" in line for line in alone)


def test_how_it_was_counted_is_said() -> None:
    assert "only acts that both groups could leave count" in how(EN, REACHED)
    assert "both groups" not in how(EN, ALONE)


def test_while_it_runs_there_is_progress_and_no_verdict() -> None:
    lines = progress(EN, REACHED.before, REACHED.after, Stage.ACTION, 0.45)
    assert lines[0] == "Under way: 46% of those whom the messages are for now do it themselves; they were 30%, and the target is 45%."
    assert not any("eached" in line or "comparison" in line for line in lines)
    assert progress(EN, Histogram(unaware=4), Histogram(action=4), Stage.ACTION, 0.45) == (
        "Under way. Fewer than 5 people are in it, so no figure is shown.",
    )


def test_the_message_says_it_shows_it_and_says_what_it_rests_on() -> None:
    picture = Picture(attachment="a", alt="Chart")
    told = message(EN, REACHED, IT, READY, COMPANY, picture)
    assert [type(block) for block in told.blocks] == [Title, Text, Picture, Bullets, Note]
    assert told.blocks[1] == Text(text=said(REACHED), strong=True)
    assert Picture not in [type(block) for block in message(EN, FEW, IT, READY, COMPANY).blocks]


def test_it_is_planned_once_a_campaign() -> None:
    one, other = (planned(READY, "p-bob", Message(language="en", blocks=(Text(text=text),))) for text in ("a", "b"))
    assert one.key == other.key != planned(replace(READY, name="another"), "p-bob", one.message).key
    assert (one.kind, one.cause_kind, one.cause_id, one.function) == (Kind.DIGEST, "verdict", "passwords", "it")
