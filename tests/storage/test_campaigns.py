"""Campaigns are kept by version, moved on only from where that's allowed, and their audiences granted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session

from dialogs.campaign import Campaign, CampaignStatus, Kept, Period
from dialogs.campaign_actions import Move
from dialogs.campaigning import AudienceGrant
from dialogs.delivery import Delivery, Kind, Status
from dialogs.facts import CampaignEdited, CampaignSteered
from dialogs.working_time import COMPANY_HOURS
from storage import attachments, campaigns, deliveries
from storage.attachments import PICTURE
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id
from storage.tables import CampaignRow
from tests.company import DIRECTORY, NOON
from tests.dialogs.campaigns import DRAFT, READY
from tests.storage.ledger import named, words

ALICE = directory_person_id("p1")
MALIK, NADIA = "p-malik", "p-nadia"


async def edit(database: Database, campaign: Campaign = READY, base: int | None = None, by: str = MALIK) -> Kept | None:
    fact = CampaignEdited(campaign=campaign, base=base)
    return await database.write("turn", lambda session: campaigns.edit(session, fact, by, NOON))


async def steer(database: Database, move: Move, version: int = 1, by: str = MALIK, zone: str = COMPANY_HOURS.timezone) -> CampaignStatus | None:
    fact = CampaignSteered(name=READY.name, move=move, version=version)
    kept = await database.write("turn", lambda session: campaigns.steer(session, fact, by, NOON, timezone=zone))
    return None if kept is None else kept.status


async def load(database: Database, name: str = READY.name) -> Kept:
    kept = await database.read(lambda session: campaigns.load(session, name))
    assert kept is not None
    return kept


async def put(database: Database, status: CampaignStatus) -> None:
    def stand(session: Session) -> None:
        row = campaigns.hold(session, READY.name)
        assert row is not None
        row.status = status

    await database.write("test", stand)


async def test_a_campaign_reads_as_it_was_written(database: Database) -> None:
    kept = await edit(database)
    assert kept == Kept(campaign=READY, version=1, status=CampaignStatus.DRAFT, edited_by=MALIK, edited_at=NOON)
    assert await load(database) == kept
    assert await database.read(lambda session: campaigns.load(session, "another")) is None


async def test_each_edit_is_a_version_and_the_same_again_is_none(database: Database) -> None:
    await edit(database)
    other = replace(READY, priority="high")
    assert (await edit(database, base=1)) == await load(database)
    changed = await edit(database, other, 1, NADIA)
    assert changed is not None
    assert (changed.version, changed.campaign, changed.edited_by) == (2, other, NADIA)
    assert await database.read(lambda session: campaigns.versions(session, READY.name)) == [(1, MALIK, NOON), (2, NADIA, NOON)]
    assert await database.read(lambda session: [campaigns.content(session, READY.name, number) for number in (1, 2, 3)]) == [READY, other, None]
    assert await database.read(lambda session: campaigns.formers(session, READY.name, 2)) == [READY]


async def test_nothing_is_overwritten_unseen(database: Database) -> None:
    assert await edit(database, base=1) is None, "there's nothing to edit"
    await edit(database)
    assert await edit(database, replace(READY, priority="low")) is None, "the name is taken"
    await edit(database, replace(READY, priority="high"), 1)
    assert await edit(database, replace(READY, priority="low"), 1) is None, "somebody was faster"
    assert await edit(database, replace(READY, function="finance"), 2) is None, "it's another function's"
    for over in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED):
        await put(database, over)
        assert await edit(database, replace(READY, priority="low"), 2) is None
    assert (await load(database)).version == 2


_ALL = tuple(CampaignStatus)
_ALLOWED: dict[Move, tuple[dict[CampaignStatus, CampaignStatus], str]] = {
    "schedule": ({CampaignStatus.DRAFT: CampaignStatus.SCHEDULED}, ""),
    "pause": ({CampaignStatus.RUNNING: CampaignStatus.PAUSED}, ""),
    "resume": ({CampaignStatus.PAUSED: CampaignStatus.RUNNING}, ""),
    "cancel": ({each: CampaignStatus.CANCELLED for each in _ALL if each not in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)}, ""),
    "submit": ({each: each for each in _ALL if each not in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)}, ""),
    "test": ({each: each for each in _ALL}, ""),
    "correct": ({each: each for each in _ALL}, ""),
    "recall": ({each: each for each in _ALL}, ""),
}


@pytest.mark.parametrize("move", sorted(_ALLOWED))
async def test_a_campaign_moves_on_only_from_where_it_may(database: Database, move: Move) -> None:
    await edit(database)
    for status in _ALL:
        await put(database, status)
        assert await steer(database, move) == _ALLOWED[move][0].get(status), (move, status)
    assert await database.read(lambda session: campaigns.load(session, "nobody")) is None


async def test_what_is_not_there_is_not_moved(database: Database) -> None:
    assert await steer(database, "cancel") is None


async def test_nothing_is_sent_off_unseen_but_stopping_never_waits(database: Database) -> None:
    await edit(database)
    await edit(database, replace(READY, priority="high"), 1)
    assert [await steer(database, move) for move in ("submit", "schedule")] == [None, None]
    await put(database, CampaignStatus.RUNNING)
    assert [await steer(database, move) for move in ("pause", "resume", "cancel")] == ["paused", "running", "cancelled"]


@pytest.mark.parametrize(("zone", "midnight"), [("Europe/Paris", 23), ("America/New_York", 5)])
async def test_its_days_are_the_company_s(database: Database, zone: str, midnight: int) -> None:
    await edit(database)
    await steer(database, "schedule", zone=zone)
    row = await database.read(lambda session: session.get_one(CampaignRow, READY.name))
    days = (date(2026, 11, 30), date(2026, 12, 18)) if midnight == 23 else (date(2026, 12, 1), date(2026, 12, 19))
    assert (row.starts_at, row.ends_at) == tuple(datetime(day.year, day.month, day.day, midnight, tzinfo=UTC) for day in days)


async def test_without_a_period_it_is_not_scheduled(database: Database) -> None:
    await edit(database, DRAFT)
    assert await steer(database, "schedule") is None


async def test_a_second_person_approves_exactly_what_they_saw(database: Database) -> None:
    await edit(database)
    assert await database.write("t", lambda session: campaigns.set_approval(session, "it", True, MALIK, NOON))
    assert not await database.write("t", lambda session: campaigns.set_approval(session, "it", True, MALIK, NOON))
    assert await steer(database, "schedule") is None
    assert await steer(database, "approve", by=NADIA) is None, "nobody asked"
    await steer(database, "submit", by="p-owner")
    assert await steer(database, "approve", by=MALIK) is None, "they wrote it"
    assert await steer(database, "approve", by="p-owner") is None, "they asked"
    assert await steer(database, "approve", by=NADIA) is CampaignStatus.DRAFT
    kept = await load(database)
    assert (kept.asked_by, kept.approved_by, kept.approved) == ("p-owner", NADIA, 1)
    await edit(database, replace(READY, priority="high"), 1)
    assert (await load(database)).asked_by is None
    assert await steer(database, "schedule", 2) is None, "what was approved was another version"
    await steer(database, "submit", 2)
    assert await steer(database, "return", 2, by=NADIA) is CampaignStatus.DRAFT
    assert (await load(database)).asked_by is None
    await steer(database, "submit", 2)
    await steer(database, "approve", 2, by=NADIA)
    assert await steer(database, "schedule", 2) is CampaignStatus.SCHEDULED
    assert await database.write("t", lambda session: campaigns.set_approval(session, "it", False, MALIK, NOON))
    assert await database.read(campaigns.approval) == frozenset()


async def test_cancelling_skips_what_is_planned_and_nothing_else(database: Database) -> None:
    await edit(database)
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    several = [
        Delivery(key=named(f"{kind}{cause}"), kind=kind, cause_kind="campaign", cause_id=cause, to=ALICE, message=words("…"))
        for kind in (Kind.CAMPAIGN, Kind.PROMPT, Kind.REPLY)
        for cause in (READY.name, "another")
    ]
    await database.write("plan", lambda session: deliveries.plan_all(session, several, NOON))
    await steer(database, "cancel")
    lines = await database.read(lambda session: list(deliveries.lines(session)))
    skipped = {(line.kind, line.cause_id) for line in lines if line.status == Status.SKIPPED}
    assert skipped == {("campaign", READY.name), ("prompt", READY.name)}
    assert (await load(database)).ended_at == NOON


async def test_they_are_found_by_function_and_status(database: Database) -> None:
    await edit(database)
    await edit(database, replace(READY, name="closing", function="finance"))
    await edit(database, replace(READY, name="later"))
    await steer(database, "schedule")

    async def found(functions: list[str] | None, *statuses: CampaignStatus) -> list[str]:
        kept = await database.read(lambda session: campaigns.of_functions(session, functions, statuses))
        return [each.campaign.name for each in kept]

    assert await found(None) == ["closing", "later", "passwords"]
    assert await found(["it"]) == ["later", "passwords"]
    assert await found(None, CampaignStatus.SCHEDULED) == ["passwords"]
    assert await found([]) == []
    assert await database.read(campaigns.alive) == ["passwords"]


async def test_a_picture_lasts_as_long_as_its_campaign(database: Database) -> None:
    key = await database.write("t", lambda session: campaigns.keep_picture(session, "c", "a.png", "image/png", b"one"))
    again = await database.write("t", lambda session: campaigns.keep_picture(session, "d", "b.png", "image/png", b"one"))
    assert key == again
    assert key.startswith(PICTURE)
    assert await database.read(lambda session: campaigns.picture_keys(session, "c")) == {"a.png": key}
    found = await database.read(lambda session: attachments.load(session, key, NOON + timedelta(days=900)))
    assert found is not None
    assert (found.content, found.content_type, found.person) == (b"one", "image/png", None)
    other = await database.write("t", lambda session: campaigns.keep_picture(session, "c", "a.png", "image/png", b"two"))
    assert await database.read(lambda session: campaigns.picture_keys(session, "c")) == {"a.png": other}
    assert await database.read(lambda session: attachments.load(session, f"{PICTURE}0", NOON)) is None


async def test_an_audience_is_granted_and_taken_back(database: Database) -> None:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    sales, everyone = AudienceGrant(kind="segment", value="sales"), AudienceGrant(kind="everyone")
    give = [("it", sales), ("it", everyone), ("finance", sales), ("it", sales)]
    new = [await database.write("t", partial(campaigns.grant, person=ALICE, function=to, given=what, by="root", at=NOON)) for to, what in give]
    assert new == [True, True, True, False]
    held = await database.read(lambda session: campaigns.granted(session, ALICE))
    assert held == {"it": frozenset({sales, everyone}), "finance": frozenset({sales})}
    took = [await database.write("t", lambda session: campaigns.revoke(session, ALICE, "it", sales)) for _ in range(2)]
    assert took == [True, False]
    assert await database.read(lambda session: campaigns.granted(session, "nobody")) == {}


async def test_what_planning_follows_is_what_may_go_out(database: Database) -> None:
    await edit(database)
    assert await database.read(lambda session: campaigns.progress(session, READY.name)) is None, "a draft"
    await steer(database, "schedule")
    await database.write("t", lambda session: campaigns.set_approval(session, "it", True, MALIK, NOON))
    later = replace(READY, period=Period(starts=date(2026, 12, 2), ends=date(2026, 12, 4)))
    await edit(database, later, 1)
    progress = await database.read(lambda session: campaigns.progress(session, READY.name))
    assert progress is not None
    assert (progress.campaign, progress.latest, progress.version, progress.latest_version, progress.is_behind) == (READY, later, 1, 2, False)
    await steer(database, "submit", 2)
    await steer(database, "approve", 2, by=NADIA)
    for _ in range(2):
        progress = await database.read(lambda session: campaigns.progress(session, READY.name))
        assert progress is not None
        assert progress.is_behind
    await database.write("t", lambda session: campaigns.take_up(session, READY.name, 2, "Europe/Paris"))
    taken = await database.read(lambda session: campaigns.progress(session, READY.name))
    assert taken is not None
    assert (taken.campaign, taken.is_behind, taken.replanned, taken.ends_at) == (later, False, None, datetime(2026, 12, 4, 23, tzinfo=UTC))
    await put(database, CampaignStatus.CANCELLED)
    await database.write("t", lambda session: campaigns.take_up(session, READY.name, 2, "Asia/Tokyo"))
    row = await database.read(lambda session: session.get_one(CampaignRow, READY.name))
    assert row.ends_at == taken.ends_at
