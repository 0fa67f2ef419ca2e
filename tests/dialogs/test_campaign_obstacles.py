"""What keeps a campaign from being scheduled, and what is worth a look in one that may be."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dialogs.campaign import CampaignAudience, Control, Objective, Period
from dialogs.campaign_advice import MANY_STEPS, advice
from dialogs.campaign_rules import fixed, obstacles
from dialogs.catalog import Catalogue
from dialogs.ladder import Stage
from dialogs.written import as_written
from tests.company import CATALOGUE, COMPANY, FINANCE
from tests.dialogs.campaigns import CHANGE, DRAFT, FULL, LEARN, READY, STORY
from tests.dialogs.ruled import DAY, T, lines, said


def test_a_campaign_that_is_complete_can_be_scheduled() -> None:
    assert obstacles(READY, T, CATALOGUE, DAY) == ()
    assert obstacles(FULL, T, CATALOGUE, date(2026, 12, 1)) == ()


def test_a_mere_draft_is_told_all_that_it_lacks() -> None:
    assert lines(obstacles(DRAFT, T, CATALOGUE, DAY)) == [
        "objective.task: the communication task isn't written; write in a sentence what people shall know or do",
        "objective.stage: the stage to reach isn't written; use one of awareness, comprehension, conviction, action",
        "objective.benchmark: where people stand before isn't written; write {kind: measured}, or a share that you know, with its source",
        "objective.target: the target isn't written; write the share of people who shall be there in the end, for instance 0.4",
        "audience.include: the audience is empty: nobody would get this campaign; say whom it's for, for instance [{segments: [sales]}]",
        "period: the period isn't written; write its first and its last day: {starts: 2026-09-01, ends: 2026-10-15}",
        "steps: there's no message yet; write the first one",
    ]


def test_no_mandate_no_campaign() -> None:
    assert lines(obstacles(replace(READY, function="finance"), T, CATALOGUE, DAY)) == [
        "function: nobody in finance holds the reply mandate: no mandate, no campaign; "
        "write mandate: true at one of the function's contacts, so that people who answer get an answer"
    ]


def test_a_function_may_be_gone() -> None:
    without = Catalogue(company=COMPANY, functions=(FINANCE,))
    assert lines(obstacles(READY, T, without, DAY)) == ["function: it is no longer in the catalogue; give the campaign to a function that is"]


@pytest.mark.parametrize(
    ("today", "started", "expected"),
    [
        (date(2026, 12, 1), False, []),
        (date(2026, 12, 2), False, ["period.starts: the period began on 1 Dec 2026, which is past; begin today, or later"]),
        (date(2026, 12, 2), True, []),
        (date(2026, 12, 19), False, ["period.ends: the period was over on 18 Dec 2026; write days to come"]),
        (date(2026, 12, 19), True, ["period.ends: the period was over on 18 Dec 2026; write days to come"]),
    ],
)
def test_a_period_is_to_come(today: date, started: bool, expected: list[str]) -> None:
    assert lines(obstacles(READY, T, CATALOGUE, today, started=started)) == expected


def test_a_message_needs_words() -> None:
    wordless = replace(READY, steps=(LEARN, replace(CHANGE, content=None)))
    assert lines(obstacles(wordless, T, CATALOGUE, DAY)) == ["steps.1.content: the message change has no words; write content: {fr: …, en: …}"]


def test_what_a_campaign_wants_to_have_moved_stays_once_it_has_started() -> None:
    assert READY.period is not None
    later = replace(READY.period, ends=READY.period.ends + timedelta(days=7))
    assert list(fixed(READY, replace(READY, steps=(LEARN,), period=later, priority="high"), T)) == []
    other = replace(READY, topic="other", objective=Objective(), control=Control(share=0.1), period=Period(starts=DAY, ends=READY.period.ends))
    fix = "the campaign has started: this can't change any more; write it as it was, or begin another campaign under a new name"
    assert lines(list(fixed(READY, other, T))) == [f"{place}: {fix}" for place in ("topic", "objective", "control", "period.starts")]


def test_a_good_campaign_gets_no_advice() -> None:
    assert lines(list(advice(replace(FULL, steps=FULL.steps), ("fr", "en"), T))) == []


def test_what_is_worth_a_look_is_said() -> None:
    assert STORY.title is not None
    many = tuple(replace(STORY, id=f"s{number}", variants=()) for number in range(MANY_STEPS + 1))
    one_language = replace(many[0], title=replace(STORY.title, en=None))
    found = advice(replace(FULL, control=None, exits=(), steps=(one_language, *many[1:])), ("fr", "en"), T)
    assert lines(list(found)) == [
        "steps.0.title: the text is missing in English; translate it; until then the other language is shown",
        ": there's no control group: nobody will know what would have happened without the campaign; write control: {share: 0.2}, or go without",
        ": no exit is written: only their stage lets people leave; "
        "write under exits what shows that somebody is there: they're left in peace from then on",
        "steps: 13 messages are many for one person; keep 12 or fewer",
    ]


def test_an_order_that_goes_back_and_an_offer_too_soon_are_said() -> None:
    offer = replace(CHANGE, id="offer", kind="offer", after=None)
    survey = replace(FULL.steps[0], id="again")
    found = advice(replace(FULL, steps=(offer, LEARN, survey, replace(offer, id="offer_2"))), ("fr", "en"), T)
    assert lines(list(found)) == [
        "steps.0.kind: offer offers something before anything was explained; explain first what it's good for",
        "steps.1.stage: learn leads to awareness, and a message before it to action; move it forward: who is further already won't get it",
    ]


def test_nobody_is_left_out_by_an_audience_of_its_own() -> None:
    assert said(as_written(replace(READY, audience=CampaignAudience()))) == []
    assert Stage.UNAWARE not in {step.stage for step in FULL.steps}
