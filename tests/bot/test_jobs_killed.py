"""A coarse job that dies before or after any of its writes, and is run again, ends as one that never died; so do two processes at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeAlias

import pytest
from sqlmodel import Session, select
from structlog.testing import capture_logs

from bot.delivery import Pump
from bot.export_job import Exports
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.pictures import Pictures
from bot.po import both_languages
from bot.prompts import FeedbackAftermath, Prompts
from bot.public_holidays import hours_for
from bot.publication import Publications
from bot.sealed import Seal
from bot.settings import read_settings
from bot.themes import Themes
from bot.voices import PassingOn
from bot.warnings import Warnings
from bot.weekly import Weekly
from dialogs.attention import budget
from dialogs.events import Reference, Scope
from dialogs.feedback import FEEDBACK, Occasion
from dialogs.feedback_actions import ReadReceipt, Say
from dialogs.gates import Candidate, Verdict, pass_gates
from dialogs.people import Profile
from dialogs.request import Desk
from dialogs.voice import BATCH
from dialogs.working_time import COMPANY_HOURS
from storage import anonymous, bindings, deliveries, pauses, people
from storage.database import Database
from storage.reconciling import DOUBT, LOOK_AGAIN
from storage.sending import DELIVERY_LEASE, WORKSPACE_LEASE
from storage.tables import AnonymousVoiceRow, AttachmentRow, ExportRow, FeedbackRow, PublishedPeriodRow, ThemeRow
from tests.bot.encoders import RememberingEncoder
from tests.bot.engine import engine
from tests.bot.nameless import SECRET, secret_in, their, words
from tests.bot.program import furnish
from tests.bot.simulated import Crash, Death, InMemory, Mortal, Time, pump, reconciler, slack
from tests.bot.test_export_job import ADMIN, NAMED, OWNER, PROTECTED, asked
from tests.bot.test_prompts import LOOKED_AT_AGAIN, QUARTER, TUESDAY
from tests.bot.test_themes import SLOW, VPN, commented
from tests.bot.test_warnings import BAD, GOOD
from tests.bot.traced import MONDAY, NOVEMBER, OCTOBER, PUBLISHED, TIMEZONE, left, publish, traces
from tests.conversation import submits, taps
from tests.responses import october
from tests.storage.closings import ask, give, of

TEXTS = both_languages()
FUNCTIONS = ("it", "finance")


@dataclass(slots=True, kw_only=True)
class World:
    """The company's database, what the program knows, Slack, and a time that a test sets."""

    database: Database
    knowledge: Knowledge
    pictures: Pictures
    time: Time = field(default_factory=Time)
    slack: InMemory = field(init=False)
    gate: Callable[[Candidate], Verdict] = field(init=False)
    seal: Seal = field(default_factory=lambda: Seal(SECRET))

    def __post_init__(self) -> None:
        self.slack = slack(self.time)
        self.gate = partial(pass_gates, hours=hours_for(read_settings(), self.time), budget=budget(ask_days=1, ask_function_days=1))

    def pump(self, database: Database, owner: str) -> Pump:
        return pump(database, self.slack, time=self.time, owner=owner, gate=self.gate, aftermath={FEEDBACK: FeedbackAftermath()})

    async def recovers(self) -> None:
        """Let the leases go by, then look at what is in doubt, and send, until nothing changes any more."""
        self.slack.between = lambda _: None
        self.time.passes(seconds=max(WORKSPACE_LEASE, DELIVERY_LEASE).total_seconds())
        for wait in (timedelta(), DOUBT, LOOK_AGAIN, LOOK_AGAIN):
            self.time.passes(seconds=wait.total_seconds())
            await reconciler(self.database, self.slack, time=self.time, aftermath={FEEDBACK: FeedbackAftermath()}).look()
            await self.pump(self.database, "heir").drain()

    async def stands(self) -> list[str]:
        """Return all that the jobs leave behind, one line each: what there are two of is there twice."""
        return sorted(await self.database.read(lambda session: list(_standing(session))))


def _standing(session: Session) -> Iterator[str]:
    yield from (f"{line.kind} of {line.cause_kind} {line.cause_id}: {line.status}" for line in deliveries.lines(session))
    yield from (f"file {row.content_type}" for row in session.exec(select(AttachmentRow)))
    yield from (f"published {row.function} {row.begins}" for row in session.exec(select(PublishedPeriodRow)))
    yield from (f"theme of {row.comments} in {row.function}" for row in session.exec(select(ThemeRow)))
    yield from (f"voice to {row.function}: {row.text}" for row in session.exec(select(AnonymousVoiceRow)))
    yield from (f"export {row.id} {'made' if row.made_at else 'waits'}" for row in session.exec(select(ExportRow)))
    apart = (row for row in session.exec(select(FeedbackRow)) if row.occasion != Occasion.ANSWER)
    yield from (f"asked {row.occasion}{' in vain' if row.voided_at else ''}" for row in apart)


Prepare: TypeAlias = Callable[[World], Awaitable[None]]
Work: TypeAlias = Callable[[World, Database, str], Awaitable[None]]  # over a database, as the process of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: what is there before it, what it does after each wait, before and after how many writes it may die, and what there is in the end."""

    prepare: Prepare
    work: Work
    waits: tuple[timedelta, ...] = (timedelta(),)
    steps: int
    comes_to: tuple[str, ...]
    sent: int = 0


# --- the jobs ------------------------------------------------------------------------------------------------------------------------------------


async def bound(it: World) -> None:
    def bind(session: Session) -> None:
        for function in FUNCTIONS:
            place = Reference(platform="slack", tenant="T1", conversation=f"C-{function}", scope=Scope.CHANNEL)
            bindings.bind(session, Desk(function=function, service=None, reference=place, language="en"), "p-1", OCTOBER)

    await it.database.write("binding", bind)


async def traced(it: World) -> None:
    """Have a function leave a good trace in October and a bad one in November."""
    await left_by(it, "it")
    it.time.at = PUBLISHED


async def left_by(it: World, function: str) -> None:
    await left(it.database, OCTOBER, traces(*GOOD), function=function)
    await left(it.database, NOVEMBER, traces(*BAD), function=function)


async def published(it: World) -> None:
    await bound(it)
    for function in FUNCTIONS:
        await left_by(it, function)
        await publish(it.database, function=function)
    it.time.at = MONDAY


async def publishes(it: World, database: Database, _owner: str) -> None:
    await Publications(database, it.time, timezone=TIMEZONE).publish()


async def said_much(it: World) -> None:
    for function in FUNCTIONS:
        await left(it.database, NOVEMBER, commented(*SLOW, trace=2) + commented(*VPN, trace=3), function=function)
        await publish(it.database, function=function)


async def groups(it: World, database: Database, _owner: str) -> None:
    await Themes(database, it.knowledge, it.time).make()


async def tells_the_week(it: World, database: Database, _owner: str) -> None:
    hours, nudge = COMPANY_HOURS, lambda: None
    await Weekly(database, it.knowledge, TEXTS, it.pictures, language="en", office=lambda _: hours, clock=it.time, planned=nudge).send()


async def warned(it: World) -> None:
    await published(it)
    it.time.at = PUBLISHED


async def warns(it: World, database: Database, _owner: str) -> None:
    job = Warnings(database, it.knowledge, TEXTS, language="en", office=lambda _: COMPANY_HOURS, clock=it.time, planned=lambda: None)
    await job.look()


async def said_without_a_name(it: World) -> None:
    await bound(it)
    turns = engine(it.database, it.knowledge, language="en", clock=it.time, seal=it.seal)
    for number in range(2 * BATCH):
        filled = {"kind": "criticism", "text": f"voice {number}", "way": "anonymous"}
        await turns.take(submits(Say(slug=FUNCTIONS[number % 2]), filled, by=f"U{number}", where=their(f"U{number}")))


async def passes_on(it: World, database: Database, _owner: str) -> None:
    job = PassingOn(database, it.knowledge, TEXTS, seal=it.seal, language="en", office=lambda _: COMPANY_HOURS, clock=it.time, planned=lambda: None)
    await job.pass_on()


async def asked_for_files(it: World) -> None:
    await october(it.database)
    await known(it, "U9", "person0@vaubert.example")
    await asked(it.database, PROTECTED, OWNER)
    await asked(it.database, NAMED, ADMIN)


async def exports(it: World, database: Database, _owner: str) -> None:
    await Exports(database, TEXTS, timezone=TIMEZONE, clock=it.time, planned=lambda: None).look()


async def helped(it: World) -> None:
    """Close three exchanges: alice doesn't respond, bob does and is one of those who are asked again, carol wants to be left in peace."""
    it.time.at = TUESDAY
    alice, bob, carol = [await known(it, f"U{name}", f"{name}@solane.example") for name in ("alice.martin", "bob.dupont", "carol.petit")]
    outside = of(carol, "hers", at=it.time(), occasion=Occasion.OUTSIDE, question="")
    await ask(it.database, of(alice, "mine", at=it.time()), of(bob, LOOKED_AT_AGAIN, at=it.time()), outside)
    await give(it.database, LOOKED_AT_AGAIN, it.time(), solved="yes", trace=5)
    await it.database.write("test", lambda session: pauses.choose(session, carol, None, None, it.time()))


async def known(it: World, user: str, email: str) -> str:
    """Let an account of Slack, which wrote to us, be somebody of the directory; return who."""
    profile = Profile(platform="slack", tenant="T1", user=user, email=email)

    def learn(session: Session) -> str:
        people.meet(session, taps(Say(), by=user, where=their(user)), it.time())
        return people.learn_profile(session, profile, it.time()).person.id

    return await it.database.write(people.LINKING, learn)


async def asks_apart(it: World, database: Database, owner: str) -> None:
    """Look, and send: what follows from a prompt that was sent, or wasn't, is kept with its ending."""
    job = Prompts(database, it.knowledge, TEXTS, language="en", timezone=TIMEZONE, delay=QUARTER, clock=it.time, planned=lambda: None)
    await job.look()
    await it.pump(database, owner).drain()


PERIODS = tuple(f"published {function} {begins}" for function in FUNCTIONS for begins in ("2026-09-28", "2026-11-02"))
NOVEMBERS = tuple(f"published {function} 2026-11-02" for function in FUNCTIONS)
JOBS = {
    "publication": Job(prepare=traced, work=publishes, steps=6, comes_to=PERIODS[:2]),
    "themes": Job(
        prepare=said_much,
        work=groups,
        steps=4,
        comes_to=(*NOVEMBERS, *(f"theme of {number} in {function}" for function in FUNCTIONS for number in (5, 6))),
    ),
    "weekly": Job(
        prepare=published,
        work=tells_the_week,
        steps=4,
        comes_to=(*PERIODS, "file image/png", "file image/png", *(f"digest of weekly {function}: sent" for function in FUNCTIONS)),
        sent=2,
    ),
    "warnings": Job(
        prepare=warned, work=warns, steps=2, comes_to=(*PERIODS, *(f"alert of warning {function}: sent" for function in FUNCTIONS)), sent=2
    ),
    "voices": Job(
        prepare=said_without_a_name,
        work=passes_on,
        steps=2,
        comes_to=(
            *(f"voice to {FUNCTIONS[number % 2]}: voice {number}" for number in range(2 * BATCH)),
            *(f"alert of voice {function}: sent" for function in FUNCTIONS),
        ),
        sent=2,
    ),
    "exports": Job(
        prepare=asked_for_files,
        work=exports,
        steps=4,
        comes_to=(
            "published it 2026-09-28",
            "file application/zip",
            "file application/jsonl",
            *(f"export {name} made" for name in ("x1", "x2")),
            *(f"reply of export {name}: sent" for name in ("x1", "x2")),
        ),
        sent=2,
    ),
    "prompts": Job(
        prepare=helped,
        work=asks_apart,
        waits=(QUARTER, timedelta(days=3, hours=1), timedelta(days=27)),
        steps=39,
        comes_to=(
            "prompt of feedback x-mine: sent",
            "reminder of feedback x-mine: sent",
            "prompt of feedback x-hers: skipped",
            f"prompt of feedback x-{LOOKED_AT_AGAIN}: sent",
            "asked outside in vain",
            "asked later",
        ),
        sent=3,
    ),
}


# --- killed --------------------------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world(database: Database, encoder: RememberingEncoder) -> AsyncIterator[World]:
    await furnish(database)
    knowledge, pictures = Knowledge(database, encoder, Metrics()), Pictures()
    try:
        await knowledge.refresh()
        yield World(database=database, knowledge=knowledge, pictures=pictures)
    finally:
        knowledge.close()
        pictures.close()


async def lives(it: World, job: Job, death: Death) -> None:
    """Do a job's work after each of its waits. Once the process has died, another one does it, from there on."""
    await job.prepare(it)
    for wait in job.waits:
        it.time.passes(seconds=wait.total_seconds())
        it.slack.between = death
        try:
            await job.work(it, Mortal(it.database, death), "dying")
        except Crash:
            death = Death()
            await it.recovers()
            await job.work(it, it.database, "heir")
    await it.recovers()


@pytest.mark.parametrize("name", JOBS)
async def test_these_are_the_steps_before_which_it_dies(database: Database, encoder: RememberingEncoder, name: str) -> None:
    job, death = JOBS[name], Death()
    async with world(database, encoder) as it:
        await lives(it, job, death)
        assert (await it.stands(), len(it.slack.posted)) == (sorted(job.comes_to), job.sent)
        assert len(death.steps) == job.steps, death.steps


# every other step: after a write is before the next one. On one database: `test_delivery_killed` tries on both what a transaction leaves
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize(("name", "step"), [(name, step) for name, job in JOBS.items() for step in sorted({*range(0, job.steps, 2), job.steps - 1})])
async def test_wherever_it_dies_it_comes_to_the_same(database: Database, encoder: RememberingEncoder, name: str, step: int) -> None:
    job = JOBS[name]
    async with world(database, encoder) as it:
        with capture_logs():
            await lives(it, job, Death(at_step=step))
        assert (await it.stands(), len(it.slack.posted)) == (sorted(job.comes_to), job.sent)


@pytest.mark.parametrize("name", JOBS)
async def test_two_processes_at_once_come_to_the_same(database_url: str, encoder: RememberingEncoder, name: str) -> None:
    job = JOBS[name]
    async with await Database.open(database_url) as one, await Database.open(database_url) as other, world(one, encoder) as it:
        await job.prepare(it)
        for wait in job.waits:
            it.time.passes(seconds=wait.total_seconds())
            await asyncio.gather(job.work(it, one, "one"), job.work(it, other, "other"))
        await it.recovers()
        assert (await it.stands(), len(it.slack.posted)) == (sorted(job.comes_to), job.sent)


# --- what is said without a name, and killed before its receipt -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", range(2))
async def test_what_was_taken_before_the_receipt_was_given_is_there_once_and_the_retry_gets_a_receipt(
    database: Database, encoder: RememberingEncoder, step: int
) -> None:
    async with world(database, encoder) as it:
        event, death = (
            submits(Say(slug="it"), {"kind": "criticism", "text": "Nobody picks up.", "way": "anonymous"}, where=their("U1")),
            Death(at_step=step),
        )
        with pytest.raises(Crash):
            await engine(Mortal(database, death), it.knowledge, language="en", clock=it.time, seal=it.seal).take(event)
        turns = engine(database, it.knowledge, language="en", clock=it.time, seal=it.seal)
        secret = secret_in(await turns.take(event))
        pending = it.seal.open(await database.read(anonymous.sealed))
        assert [each.words.text for each in pending.waiting] == ["Nobody picks up."]
        read = await turns.take(taps(ReadReceipt(secret=secret), where=their("U1")))
        assert "It isn't passed on to IT yet" in words(read)


async def test_two_processes_that_take_the_same_gesture_at_once_keep_it_once(database_url: str, encoder: RememberingEncoder) -> None:
    async with await Database.open(database_url) as one, await Database.open(database_url) as other, world(one, encoder) as it:
        event = submits(Say(slug="it"), {"kind": "criticism", "text": "Nobody picks up.", "way": "anonymous"}, where=their("U1"))
        both = [engine(each, it.knowledge, language="en", clock=it.time, seal=it.seal) for each in (one, other)]
        secrets = [secret_in(taken) for taken in await asyncio.gather(*(turns.take(event) for turns in both))]
        assert len(it.seal.open(await one.read(anonymous.sealed)).waiting) == 1
        read = [words(await both[0].take(taps(ReadReceipt(secret=secret), where=their("U1")))) for secret in secrets]
        assert sorted("isn't passed on" in each for each in read) == [False, True], "the receipt that was given last is the one that reads"


async def test_what_comes_after_todays_message_is_told_tomorrow(database: Database, encoder: RememberingEncoder) -> None:
    async with world(database, encoder) as it:
        await said_without_a_name(it)
        await passes_on(it, database, "one")
        await said_without_a_name(it)
        await passes_on(it, database, "a process that starts soon after")
        assert await database.read(anonymous.untold) == dict.fromkeys(FUNCTIONS, BATCH)
        it.time.passes(days=1)
        await passes_on(it, database, "one")
        assert await database.read(anonymous.untold) == {}
        await it.recovers()
        assert len(it.slack.posted) == 2 * len(FUNCTIONS)
