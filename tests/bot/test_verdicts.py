"""The verdict of a campaign: reckoned once it's over, posted once to its function's channel with a picture, and never before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select
from sqlmodel import Session

from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.pictures import Pictures
from bot.po import both_languages
from bot.verdicts import SETTLES, Verdicts
from dialogs.campaign import Campaign, CampaignStatus, Objective
from dialogs.events import Reference, Scope
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.messages import Message, Picture, plain_text
from dialogs.request import Desk
from dialogs.rights import Grant, Role
from dialogs.verdict import Verdict
from dialogs.working_time import COMPANY_HOURS
from storage import attachments, bindings, deliveries, evidence, outcomes, people, plain, roles
from storage.database import Database
from storage.deliveries import Line
from storage.tables import CampaignMemberRow, CampaignRow, DeliveryRow, PersonRow, table_of
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import furnish
from tests.bot.simulated import Time, pump, slack
from tests.conversation import said
from tests.dialogs.campaigns import READY

ENDED = datetime(2026, 12, 18, 23, tzinfo=UTC)
CHANNEL = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(slots=True, kw_only=True)
class Office:
    """The job, at a time that a test sets, and how often it said that something was planned."""

    database: Database
    knowledge: Knowledge
    pictures: Pictures
    at: datetime = ENDED + SETTLES
    nudges: list[datetime] = field(default_factory=list)

    async def look(self) -> None:
        job = Verdicts(
            self.database,
            self.knowledge,
            both_languages(),
            self.pictures,
            language="en",
            office=lambda _: COMPANY_HOURS,
            clock=lambda: self.at,
            planned=lambda: self.nudges.append(self.at),
        )
        await job.look()

    async def bound(self) -> None:
        desk = Desk(function="it", service=None, reference=CHANNEL, language="en")
        await self.database.write("binding", lambda session: bindings.bind(session, desk, "p-1", ENDED))

    async def verdict(self) -> Verdict | None:
        return await self.database.read(lambda session: outcomes.verdict_of(session, READY.name))

    async def lines(self) -> list[Line]:
        return await self.database.read(lambda session: list(deliveries.lines(session)))

    async def message(self) -> Message:
        (text,) = await self.database.read(lambda session: list(session.execute(select(table_of(DeliveryRow).c.message)).scalars()))
        return plain.read_message(text)


@asynccontextmanager
async def office(database: Database, encoder: RememberingEncoder) -> AsyncIterator[Office]:
    await furnish(database)
    known, pictures = Knowledge(database, encoder, Metrics()), Pictures()
    try:
        await known.refresh()
        yield Office(database=database, knowledge=known, pictures=pictures)
    finally:
        known.close()
        pictures.close()


async def over(
    database: Database,
    *,
    campaign: Campaign = READY,
    treated: int = 60,
    there: int = 40,
    control: int = 40,
    status: CampaignStatus = CampaignStatus.FINISHED,
) -> None:
    """Have a campaign over, with so many people in each arm; of the treated so many act, of the control group a tenth."""

    def written(session: Session) -> None:
        row = CampaignRow(
            name=campaign.name,
            function=campaign.function,
            version=1,
            status=status.value,
            content=plain.write_campaign(campaign),
            edited_by="somebody",
            edited_at=ENDED,
            started_at=ENDED - timedelta(days=18),
            ended_at=ENDED,
        )
        session.add(row)
        session.flush()
        arms = {f"t{number:03}": "treated" for number in range(treated)} | {f"c{number:03}": "control" for number in range(control)}
        if arms:
            session.execute(insert(PersonRow), [{"id": person, "created_at": ENDED} for person in arms])
            entered = [
                {
                    "campaign": campaign.name,
                    "person_id": person,
                    "arm": arm,
                    "team": arm,
                    "stage_before": "unaware",
                    "segments": ["sales"] if int(person[1:]) % 2 else [],
                    "entered_at": ENDED - timedelta(days=18),
                }
                for person, arm in arms.items()
            ]
            session.execute(insert(CampaignMemberRow), entered)
        acted = [f"t{number:03}" for number in range(there)] + [f"c{number:03}" for number in range(control // 10)]
        left = [Evidence(person=one, function="it", topic="", kind=EvidenceKind.EVENT, source="tool", at=ENDED - timedelta(days=2)) for one in acted]
        evidence.leave_all(session, left, ENDED)

    await database.write("campaign", written)


async def test_a_channel_hears_once_what_its_campaign_came_to_with_a_picture(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database)
        await it.look()
        await it.look()
        (line,) = await it.lines()
        assert (line.kind, line.cause_kind, line.cause_id, line.tenant, line.status) == ("digest", "verdict", "passwords", "T1", "planned")
        assert it.nudges == [it.at]
        told = await it.message()
        words = plain_text(told).replace("\N{NO-BREAK SPACE}", " ")
        assert "Reached: 67% of those whom the messages were for now do it themselves, 57 points more than the comparison group" in words
        assert "Sales teams: 67% of 30, and 10% of 20 in the comparison group." in words
        (picture,) = [block for block in told.blocks if isinstance(block, Picture)]
        assert "With the messages, after: unaware 33%" in picture.alt
        held = await database.read(lambda session: attachments.load(session, picture.attachment, it.at))
        assert held is not None
        assert held.content.startswith(PNG)
        assert (held.name, held.content_type, held.person) == ("passwords.png", "image/png", None)


async def test_it_leaves_with_its_picture(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database)
        await it.look()
        clock = Time(it.at + timedelta(days=3))
        platform = slack(clock)
        await pump(database, platform, time=clock).drain()
        (posted,) = platform.posted
        assert posted.reference == CHANNEL
        assert any(isinstance(block, Picture) for block in posted.message.blocks)


async def test_nothing_is_said_before_what_was_done_has_settled(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database)
        it.at = ENDED + SETTLES - timedelta(seconds=1)
        await it.look()
        assert (await it.verdict(), await it.lines(), it.nudges) == (None, [], [])


async def test_what_runs_or_was_cancelled_has_no_verdict(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database, status=CampaignStatus.CANCELLED)
        await over(database, campaign=replace(READY, name="another"), treated=0, there=0, control=0, status=CampaignStatus.RUNNING)
        await it.look()
        assert (await it.verdict(), await it.lines()) == (None, [])


async def test_what_was_reckoned_stays_as_it_is(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await over(database, there=20)
        await it.look()
        first = await it.verdict()
        late = Evidence(person="t059", function="it", topic="", kind=EvidenceKind.EVENT, source="late", at=ENDED - timedelta(days=1))
        await database.write("late", lambda session: evidence.leave(session, late, ENDED))
        it.at += timedelta(days=1)
        await it.look()
        assert first is not None
        assert await it.verdict() == first


async def test_without_a_channel_an_owner_hears_it_once_there_is_one(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await over(database)
        await it.look()
        assert await it.verdict() is not None
        assert await it.lines() == []

        def met(session: Session) -> str:
            person = people.meet(session, said("bonjour", by="U-BOB"), ENDED).person.id
            session.execute(table_of(PersonRow).update().where(table_of(PersonRow).c.id == person).values(directory_id="bob"))
            roles.grant(session, person, Grant(role=Role.OWNER, function="it"), "root", ENDED)
            return person

        owner = await database.write("people", met)
        await it.look()
        (line,) = await it.lines()
        assert line.person_id == owner


async def test_nobody_is_told_a_month_later(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await over(database)
        await it.look()
        await it.bound()
        it.at = ENDED + timedelta(days=31)
        await it.look()
        assert await it.lines() == []


async def test_of_few_people_it_says_so_and_draws_nothing(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database, treated=30, there=20, control=4)
        await it.look()
        told = await it.message()
        assert "Too small to tell: with fewer than 5 people in a group, no figure is shown." in plain_text(told)
        assert not any(isinstance(block, Picture) for block in told.blocks)


async def test_a_function_that_is_gone_keeps_its_verdict_and_hears_nothing(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await over(database, campaign=replace(READY, function="gone"))
        await it.look()
        assert await it.verdict() is not None
        assert await it.lines() == []


async def test_what_wanted_nothing_is_left_alone(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await over(database, campaign=replace(READY, objective=Objective()))
        await it.look()
        assert (await it.verdict(), await it.lines()) == (None, [])
