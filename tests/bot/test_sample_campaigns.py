"""Solane's campaigns: whole, in both languages, over all four stages; and what its people do with them."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.campaign_files import read_campaign
from bot.packs import read_pack, sample_folder
from bot.sample_acts import Tool
from bot.sample_campaigns import sample_campaigns
from bot.sample_colleagues import Colleagues
from dialogs.campaign import Campaign
from dialogs.campaign_actions import AnswerStep, TakeStep
from dialogs.campaign_rules import Places
from dialogs.catalog import Catalogue
from dialogs.ladder import Stage
from dialogs.packing import pack

FILES = sorted((sample_folder() / "campaigns").glob("*.yaml"))
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def solane() -> Catalogue:
    catalogue = read_pack(sample_folder()).catalogue
    assert catalogue is not None
    return catalogue


def test_there_are_three() -> None:
    assert len(FILES) == 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_campaign_of_solane_has_no_mistake_and_can_be_scheduled(file: Path, language: str, solane: Catalogue) -> None:
    people = read_pack(sample_folder()).people
    places = Places(
        departments=frozenset(row.department for row in people if row.department),
        sites=frozenset(row.site for row in people if row.site),
        seniority=frozenset(row.seniority for row in people if row.seniority),
    )
    reading = read_campaign(file, solane, places, language="fr" if language == "fr" else "en", today=TODAY)
    assert [str(mistake) for mistake in (*reading.mistakes, *reading.warnings, *reading.obstacles)] == []
    campaign = reading.campaign
    assert campaign is not None
    assert 6 <= len(campaign.steps) <= 12
    assert {step.stage for step in campaign.steps} == set(Stage) - {Stage.UNAWARE}


def test_the_demo_begins_the_first_tomorrow_and_leaves_the_others_for_later(solane: Catalogue) -> None:
    first, *others = sample_campaigns(sample_folder(), solane, TODAY)
    assert first.name == "security_reflexes"
    assert first.period is not None
    assert first.period.starts == TODAY + timedelta(days=1)
    assert all(campaign.period is not None and (campaign.period.starts - TODAY).days == 35 for campaign in others)


def test_a_pack_without_campaigns_has_none(tmp_path: Path, solane: Catalogue) -> None:
    assert sample_campaigns(tmp_path, solane, TODAY) == ()


def taps(campaign: Campaign, step: str, *answers: str) -> list[str]:
    return [pack(AnswerStep(campaign=campaign.name, step=step, answer=answer)) for answer in answers]


def test_people_answer_alike_each_time_and_most_who_answer_know(solane: Catalogue) -> None:
    campaigns = sample_campaigns(sample_folder(), solane, TODAY)
    colleagues = Colleagues(campaigns)
    quiz = taps(campaigns[0], "which_sign", "1", "2", "3", "4")
    chosen = [colleagues.choose(f"p{number:03}", quiz) for number in range(200)]
    assert chosen == [colleagues.choose(f"p{number:03}", quiz) for number in range(200)]
    answered = [each for each in chosen if each is not None]
    assert 100 < len(answered) < 160
    assert answered.count(0) > len(answered) / 2
    opinion = taps(campaigns[0], "worth_it", "1", "2", "3", "4", "5")
    assert {colleagues.choose(f"p{number:03}", opinion) for number in range(200)} == {None, 0, 1, 2, 3, 4}
    recall = taps(campaigns[0], "whom_to_tell", "hr", "it")
    assert {colleagues.choose(f"p{number:03}", recall) for number in range(50)} == {None, 1}


def test_people_do_or_read_or_leave_it(solane: Catalogue) -> None:
    campaigns = sample_campaigns(sample_folder(), solane, TODAY)
    colleagues = Colleagues(campaigns)
    card = [
        pack(TakeStep(campaign="security_reflexes", step="hover", does="later")),
        pack(TakeStep(campaign="security_reflexes", step="hover", does="more")),
        pack(TakeStep(campaign="security_reflexes", step="hover", does="done")),
    ]
    assert {colleagues.choose(f"p{number:03}", card) for number in range(100)} == {None, 1, 2}


def test_what_they_do_not_know_they_leave_alone(solane: Catalogue) -> None:
    colleagues = Colleagues(sample_campaigns(sample_folder(), solane, TODAY))
    assert colleagues.choose("p001", []) is None
    assert colleagues.choose("p001", ["not an action"]) is None
    gone = [pack(AnswerStep(campaign="gone", step="s", answer="1"))]
    assert {colleagues.choose(f"p{number:03}", gone) for number in range(20)} == {None}


def test_more_of_those_who_were_shown_how_act_in_the_end(solane: Catalogue) -> None:
    campaigns = sample_campaigns(sample_folder(), solane, TODAY)
    alone, shown = Colleagues(campaigns), Colleagues(campaigns)
    persons = [f"p{number:03}" for number in range(200)]
    for person in persons:
        shown.choose(person, [pack(TakeStep(campaign="security_reflexes", step="first_report", does="later"))])
    acting = [sum(map(each.acts, persons)) for each in (alone, shown)]
    assert 10 < acting[0] < 40 < 70 < acting[1] < 115


async def test_another_tool_tells_of_who_acts_once_and_late_in_the_period(solane: Catalogue) -> None:
    people = read_pack(sample_folder()).people[:3]
    (campaign, *_) = sample_campaigns(sample_folder(), solane, TODAY)
    assert campaign.period is not None
    heard: list[Any] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((request.headers["Authorization"], await request.json()))
        return web.json_response({"evidence": []})

    site = web.Application()
    site.add_routes([web.post("/api/evidence", hear)])
    async with TestServer(site) as server:
        at = datetime.combine(campaign.period.starts, time(8), UTC)
        tool = Tool(campaign, people, "t0ken", lambda: at, lambda person: person != "p002")
        assert await tool.tell(str(server.make_url("")).rstrip("/")) == 0
        at = datetime.combine(campaign.period.ends, time(8), UTC)
        assert [await tool.tell(str(server.make_url("")).rstrip("/")) for _ in range(2)] == [2, 0]
    ((token, told),) = heard
    assert token == "Bearer t0ken"
    assert [(act["person"], act["function"], act["topic"]) for act in told["evidence"]] == [(people[n].email, "it", "security") for n in (0, 2)]
    assert await Tool(None, people, "t0ken", lambda: at, lambda _: True).tell("http://127.0.0.1:9") == 0
