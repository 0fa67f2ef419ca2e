"""The weekly digest: once a function and week, on its first working day, to its channel, with a picture that was drawn from what is published."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlmodel import Session

from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.pictures import Pictures
from bot.po import both_languages
from bot.weekly import Weekly
from dialogs.events import Reference, Scope
from dialogs.improvement import Improvement
from dialogs.messages import Message, Picture, plain_text
from dialogs.people import Profile
from dialogs.request import Desk, Party, Request, RequestStatus, Step
from dialogs.rights import Grant, Role
from dialogs.working_time import COMPANY_HOURS, WorkingHours
from storage import attachments, bindings, deliveries, improvements, people, plain, requests, roles
from storage.database import Database
from storage.deliveries import Line
from storage.tables import DeliveryRow, table_of
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import furnish
from tests.bot.simulated import Time, pump, slack
from tests.bot.traced import MONDAY, NOVEMBER, OCTOBER, Left, left, named, person_of, publish, traces
from tests.conversation import said

CHANNEL = Reference(platform="slack", tenant="T1", conversation="C-IT", scope=Scope.CHANNEL)
HERS = Reference(platform="slack", tenant="T1", conversation="D9", scope=Scope.PERSONAL)
LAST_WEEK = MONDAY - timedelta(days=5)
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(slots=True, kw_only=True)
class Office:
    """The job, at a time that a test sets, and how often it said that something was planned."""

    database: Database
    knowledge: Knowledge
    pictures: Pictures
    at: datetime = MONDAY
    hours: WorkingHours = COMPANY_HOURS
    nudges: list[datetime] = field(default_factory=list)

    async def send(self) -> None:
        office: Callable[[datetime], WorkingHours] = lambda _: self.hours  # noqa: E731
        job = Weekly(
            self.database,
            self.knowledge,
            both_languages(),
            self.pictures,
            language="en",
            office=office,
            clock=lambda: self.at,
            planned=lambda: self.nudges.append(self.at),
        )
        await job.send()

    async def bound(self) -> None:
        desk = Desk(function="it", service=None, reference=CHANNEL, language="en")
        await self.database.write("binding", lambda session: bindings.bind(session, desk, "p-1", MONDAY))

    async def lines(self) -> list[Line]:
        return await self.database.read(lambda session: list(deliveries.lines(session)))

    async def message(self) -> Message:
        (text,) = await self.database.read(lambda session: list(session.execute(select(table_of(DeliveryRow).c.message)).scalars()))
        return plain.read_message(text)

    async def words(self) -> str:
        return plain_text(await self.message()).replace("\N{NO-BREAK SPACE}", " ")


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


async def published(database: Database) -> None:
    """Have October and November published, in that order."""
    await left(database, OCTOBER, traces(4, 4, 5, 3, 4, 5, 4, 4))
    await left(database, NOVEMBER, traces(4, 5, 5, 3, 4, 5, 5, 4, 5, 5))
    assert await publish(database) == 2


async def test_a_channel_sees_in_a_picture_and_in_words_how_its_traces_went(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await published(database)
        await it.send()
        await it.send()
        (line,) = await it.lines()
        assert (line.kind, line.cause_kind, line.cause_id, line.tenant, line.status) == ("digest", "weekly", "it", "T1", "planned")
        assert it.nudges == [MONDAY]
        text = await it.words()
        assert "The trace you leave, November 2026" in text
        assert "Mean trace, out of 5: 4.5 (n = 10)" in text
        assert "4s and 5s: 90% of 10 (between 60% and 98%)" in text
        (picture,) = [block for block in (await it.message()).blocks if isinstance(block, Picture)]
        assert "October 2026, 88% of 8" in picture.alt
        held = await database.read(lambda session: attachments.load(session, picture.attachment, MONDAY))
        assert held is not None
        assert held.content.startswith(PNG)
        assert (held.content_type, held.person) == ("image/png", None)


async def test_the_digest_leaves_with_its_picture(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await published(database)
        await it.send()
        clock = Time(MONDAY)
        platform = slack(clock)
        await pump(database, platform, time=clock).drain()
        (posted,) = platform.posted
        assert posted.reference == CHANNEL
        assert any(isinstance(block, Picture) for block in posted.message.blocks)


async def test_it_leaves_on_the_first_working_day_of_the_week_only(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await published(database)
        it.at = MONDAY - timedelta(days=1)
        await it.send()
        it.at = MONDAY + timedelta(days=1)
        await it.send()
        assert await it.lines() == []
        it.hours = WorkingHours(timezone="Europe/Paris", opens=time(9), closes=time(18), days_off=frozenset({MONDAY.date()}))
        await it.send()
        assert len(await it.lines()) == 1


async def test_without_a_channel_an_owner_hears_it(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await published(database)
        await it.send()
        assert await it.lines() == []

        def own(session: Session) -> str:
            people.meet(session, said("bonjour", by="U-carol", where=HERS), MONDAY)
            carol = Profile(platform="slack", tenant="T1", user="U-carol", email="carol.petit@solane.example")
            person = people.learn_profile(session, carol, MONDAY).person
            roles.grant(session, person.id, Grant(role=Role.OWNER, function="it"), "tests", MONDAY)
            return person.id

        owner = await database.write("people", own)
        await it.send()
        (line,) = await it.lines()
        assert line.person_id == owner


async def test_where_nothing_is_new_nobody_is_written_to(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await it.send()
        await published(database)
        it.at = MONDAY + timedelta(weeks=1)
        await it.send()
        assert await it.lines() == []
        assert it.nudges == []


async def test_the_week_that_ended_is_told_from_five_people_and_five_requests_on(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        await left(database, LAST_WEEK, traces(1, 2, 1))
        await waited(database, 10, 20, 30, 40)
        await it.send()
        assert await it.lines() == []
        await left(database, LAST_WEEK, traces(1, 2, 1), first=4)
        await waited(database, 300, None)
        await it.send()
        text = await it.words()
        assert "Responses: 6 of 6 so far (100%)" in text
        assert "Until a human answered: 30 minutes (median of 5 requests)" in text
        assert "trace you leave" not in text


async def test_thanks_are_shown_whose_authors_agreed_masked(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        thanks = [
            Left(trace=5, comment="Merci Alice Martin, au 06 12 34 56 78", shared="unnamed"),
            Left(trace=5, comment="Bravo", shared="named"),
            Left(trace=5, comment="Gardez-le pour vous", shared="no"),
            Left(trace=1, comment="Bravo, vraiment", shared="named"),
        ]
        await left(database, NOVEMBER, thanks)
        await left(database, NOVEMBER, [Left(trace=4, comment=f"commentaire {number}") for number in range(6)], first=5)
        await named(database, 2, "Nadia Roux")
        await publish(database)
        await it.send()
        text = await it.words()
        assert "“Bravo”, Nadia Roux" in text
        assert "“Merci ⟨name⟩, au ⟨telephone⟩”" in text
        assert "Gardez-le" not in text
        assert "vraiment" not in text
        assert "commentaire" not in text


async def test_thanks_without_a_name_wait_for_the_floor_of_comments(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()
        thanks = [Left(trace=5, comment="Merci", shared="unnamed"), Left(trace=5, comment="Bravo", shared="named")]
        await left(database, NOVEMBER, [*thanks, *traces(5, 5, 5, 5)])
        await named(database, 2, "Nadia Roux")
        await publish(database)
        await it.send()
        text = await it.words()
        assert "“Bravo”, Nadia Roux" in text
        assert "Merci" not in text


async def test_an_owner_is_reminded_of_what_they_said(database: Database, encoder: RememberingEncoder) -> None:
    async with office(database, encoder) as it:
        await it.bound()

        def note(session: Session) -> None:
            by = person_of(session, 1)
            noted = Improvement(id="i1", function="it", text="Call back", due=date(2026, 12, 11), noted_at=OCTOBER, by=by)
            improvements.keep(session, noted)

        await database.write("test", note)
        await it.send()
        text = await it.words()
        assert "“Call back”, by 11 Dec 2026" in text
        assert "that day has gone by" in text


async def waited(database: Database, *minutes: int | None) -> None:
    """Have requests of last week answered by a human after so many minutes; None for one that still waits."""

    def ask(session: Session) -> None:
        for number, wait in enumerate(minutes):
            first = None if wait is None else LAST_WEEK + timedelta(minutes=wait)
            request = Request(
                id=f"r{wait}",
                exchange=f"x{wait}",
                function="it",
                client=Party(id=person_of(session, number + 1)),
                question="my screen flickers",
                language="en",
                opened_at=LAST_WEEK,
                due_at=LAST_WEEK + timedelta(hours=4),
                status=RequestStatus.OPEN if first is None else RequestStatus.CLAIMED,
                first_word_at=first,
                desk_language="en",
            )
            requests.keep(session, request, Step.OPENED, request.client.id, None, LAST_WEEK)

    await database.write("test", ask)
