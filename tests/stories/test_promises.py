"""What must hold whatever happens: once and only once, nobody mixed up, always an answer, one platform's trouble its own."""

import asyncio
import json
import re

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from bot.schedule import RECONCILE, SWEEP
from dialogs.catalog import Catalogue
from storage import conversations, people
from storage.tables import EventRow, ExchangeRow, ReportRow
from tests.company import CATALOGUE, COMPANY, FINANCE, IT
from tests.loading import load_catalogue
from tests.platforms import slack_gestures as slack
from tests.platforms.slack import held, refused, server_error
from tests.platforms.slack_workspace import ALICE, BOB, GENERAL, dm
from tests.platforms.teams import ERROR
from tests.stories.conftest import World


async def _count(world: World, table: type[EventRow | ExchangeRow | ReportRow]) -> int:
    return await world.database.read(lambda session: len(session.exec(select(table)).all()))


async def test_the_same_slack_event_four_times_at_once_and_later_gives_one_reply(world: World) -> None:
    payload = slack.direct("mon ordinateur portable est mort")
    await asyncio.gather(*(world.as_slack.delivers(payload) for _ in range(4)))
    await world.as_slack.delivers(payload)
    assert len(await world.as_slack.reads("alice")) == 1
    assert await _count(world, EventRow) == 1
    assert await _count(world, ExchangeRow) == 1


async def test_the_same_teams_activity_four_times_at_once_and_later_gives_one_reply(world: World) -> None:
    same = {"id": "1763899999999", "text": "mon ordinateur portable est mort"}
    await asyncio.gather(*(world.as_teams.delivers("alice", "message_personal", **same) for _ in range(4)))
    await world.as_teams.delivers("alice", "message_personal", **same)
    assert len(world.teams.sent("send", "reply")) == 1
    assert await _count(world, EventRow) == 1
    assert await _count(world, ExchangeRow) == 1


async def test_the_same_tap_twice_is_one_report(world: World) -> None:
    await world.as_slack.says("alice", "mon ordinateur portable est mort")
    await world.as_slack.taps("alice", "Ce n’est pas ma question")
    assert await _count(world, ReportRow) == 1


async def test_a_form_submitted_again_hears_the_same_errors_and_leaves_one_trace(world: World) -> None:
    await world.as_slack.says("alice", "mon ordinateur portable est mort")
    view = await world.as_slack.taps("alice", "C’est faux")
    assert view is not None
    submission = slack.submission(view, {}, user=ALICE)
    first, again = await world.as_slack.delivers(submission), await world.as_slack.delivers(submission)
    assert first is not None
    assert first["response_action"] == "errors"
    assert again == first


async def test_two_people_in_one_channel_never_mix(world: World) -> None:
    thread = slack.mention("<@U0POURQUI> écran ou tablette, ou les deux en panne", user=ALICE)
    await world.as_slack.delivers(thread)
    root = thread["event"]["ts"]
    alices = (await world.as_slack.reads())[-1]
    await world.as_slack.delivers(slack.mention("<@U0POURQUI> 1", user=BOB, thread=root))
    bobs = (await world.as_slack.reads())[-1]
    assert bobs.id != alices.id
    assert "Vous avez choisi" not in bobs.text, "a number typed by another is no answer to Alice's choice"


async def test_an_inside_failure_is_an_apology_with_a_reference_that_is_in_the_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(conversations, "recall", broken)
    with capture_logs() as logs:
        await world.as_slack.says("alice", "mon ordinateur portable est mort")
    apology = (await world.as_slack.reads("alice"))[-1].text
    reference = re.search(r"[0-9a-f]{8}", apology)
    assert "Quelque chose s’est mal passé de mon côté" in apology
    assert reference is not None
    assert reference.group() in [line.get("reference") for line in logs]


async def test_a_slack_that_hangs_does_not_hold_teams_back(world: World) -> None:
    world.slack.fail("chat.postMessage", held())
    hanging = asyncio.get_running_loop().create_task(world.as_slack.says("alice", "mon ordinateur portable est mort"))
    await world.slack.until(lambda fake: bool(fake.calls_of("chat.postMessage")))
    body = {"id": "1763899999998", "text": "notes de frais"}
    answering = asyncio.get_running_loop().create_task(world.as_teams.delivers("bob", "message_personal", **body))
    sent = await world.teams.wait_for(1, "send", "reply")
    assert "Notes de frais" in json.dumps(sent, ensure_ascii=False)
    world.slack.release()
    await asyncio.gather(hanging, answering)
    assert len(await world.as_slack.reads("alice")) == 1


async def sweeps(world: World) -> None:
    """Let a minute pass, and the clock look for what was held back."""
    world.time.passes(minutes=1)
    for job in (SWEEP, RECONCILE):
        await world.application.jobs[job]("")
    await world.application.idle()


async def test_a_reply_that_slack_could_not_take_is_posted_by_the_sweep_once(world: World) -> None:
    world.slack.fail("chat.postMessage", server_error(), times=3)
    await world.as_slack.says("alice", "mon ordinateur portable est mort")
    assert await world.as_slack.reads("alice") == []
    world.slack._faults.clear()
    await sweeps(world)
    assert len(await world.as_slack.reads("alice")) == 1
    await sweeps(world)
    assert len(await world.as_slack.reads("alice")) == 1


async def test_a_reply_that_teams_could_not_take_is_posted_by_the_sweep(world: World) -> None:
    world.teams.fail(ERROR, times=3, on="send")
    world.teams.fail(ERROR, times=3, on="reply")
    await world.as_teams.says("alice", "mon ordinateur portable est mort")
    assert world.teams.sent("send", "reply") == []
    world.teams._faults.clear()
    await sweeps(world)
    assert len(world.teams.sent("send", "reply")) == 1


async def test_a_reply_that_can_never_arrive_is_let_go(world: World) -> None:
    world.slack.fail("chat.postMessage", refused("is_archived"))
    await world.as_slack.says("alice", "mon ordinateur portable est mort")
    await sweeps(world)
    assert len(world.slack.calls_of("chat.postMessage")) == 1


async def test_a_person_is_linked_by_the_e_mail_that_the_platform_vouches_for(world: World) -> None:
    await world.as_slack.says("alice", "bonjour")
    assert "Je ne vous retrouve pas encore dans l’annuaire" in (await world.as_slack.reads("alice"))[-1].text
    await world.as_slack.says("alice", "kit de rendez-vous client")
    assert "Kit de démonstration" in (await world.as_slack.reads("alice"))[-1].text
    known = await world.database.read(lambda session: people.find_person(session, "slack", "T0SOLANE1", ALICE))
    assert known is not None
    assert known.person.linked
    assert known.person.department == "Ventes"


async def test_somebody_the_directory_does_not_know_is_offered_what_is_open_to_all(world: World) -> None:
    world.slack.people[ALICE]["profile"]["email"] = "not.listed@solane.example"
    await world.as_slack.says("alice", "bonjour")
    await world.as_slack.says("alice", "kit de rendez-vous client")
    shown = (await world.as_slack.reads("alice"))[-1].text
    assert "Kit de démonstration" not in shown
    assert "Je ne vous retrouve pas encore dans l’annuaire" in shown


async def test_a_catalogue_loaded_by_another_process_answers_without_a_restart(world: World) -> None:
    await load_catalogue(world.database, Catalogue(company=COMPANY, functions=(FINANCE,)), "elsewhere")
    for _ in range(500):
        if world.application.knowledge.current.number == 2:
            break
        await asyncio.sleep(0.02)
    await world.as_slack.says("alice", "mon ordinateur portable est mort")
    assert "Remplacer un ordinateur portable" not in (await world.as_slack.reads("alice"))[-1].text
    await load_catalogue(world.database, CATALOGUE, "elsewhere")
    assert IT in CATALOGUE.functions


async def test_the_channel_keeps_to_its_thread(world: World) -> None:
    payload = slack.mention("<@U0POURQUI> mon ordinateur portable est mort", user=ALICE)
    await world.as_slack.delivers(payload)
    (posted,) = world.slack.calls_of("chat.postMessage")
    assert posted["channel"] == GENERAL
    assert posted["thread_ts"] == payload["event"]["ts"]
    assert "annuaire" not in json.dumps(posted, ensure_ascii=False)


async def test_an_old_button_of_another_version_still_gets_an_answer(world: World) -> None:
    payload = slack.recorded("block_actions_of_another_version")
    payload["user"]["id"] = ALICE
    payload["channel"]["id"] = payload["container"]["channel_id"] = dm(ALICE)
    await world.as_slack.delivers(payload)
    assert len(await world.as_slack.reads("alice")) == 1


@pytest.mark.parametrize(
    "text", ["", "   ", "🙂🙂", "x" * 10_000, "🙂" * 10_000, "wo ist mein neuer Laptop, bitte? Ich warte schon seit zwei Wochen darauf."]
)
async def test_whatever_is_written_gets_a_reply(world: World, text: str) -> None:
    await world.as_teams.says("alice", text)
    assert len(world.teams.sent("send", "reply")) == 1
