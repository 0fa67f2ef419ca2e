"""What has no name can't be joined to anybody: along random walks of people who say things with and without one, nothing kept tells whose is what."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

import pytest
from prometheus_client import generate_latest
from sqlalchemy import select as select_columns
from sqlalchemy import text
from sqlmodel import Session
from structlog.testing import capture_logs

from adapters.port import Taken
from bot.anonymous import hash_of
from dialogs.actions import Home, Preferences, Show
from dialogs.events import Event, FormSubmitted
from dialogs.feedback_actions import AnswerVoice, ListVoices, ReadReceipt, Say
from dialogs.voice import ANONYMOUS, BATCH
from storage import anonymous
from storage.database import Database
from storage.tables import AnonymousVoiceRow, EventRow, Row, table_of
from tests.bot.nameless import Company, company, secret_in, their, words
from tests.company import DIRECTORY
from tests.conversation import asks_form, said, submits, taps
from tests.databases import Kind

USERS = tuple(f"U{number}QX7ZK0PDWN" for number in range(1, 6))  # long enough not to be found by chance in what is sealed
EXPERT = "U9QX7ZK0PDWN"
STEPS = 70
_VOICE = table_of(AnonymousVoiceRow)


@dataclass(slots=True)
class Said:
    """One thing that somebody said without a name, and what would give them away."""

    event: FormSubmitted
    text: str
    secret: str
    passed_on: bool = False

    @property
    def traces(self) -> tuple[str, ...]:
        """What must be nowhere: the gesture, its key in each of its forms, the receipt's secret."""
        return self.event.id, str(self.event.key), self.event.key.hex, self.secret


@dataclass(slots=True)
class Walk:
    """People who do this and that, in an order that a seed makes."""

    it: Company
    chance: random.Random
    file: Path | None
    said: list[Said] = field(default_factory=list)
    ordinary: int = 0
    logged: str = ""
    did: Counter[str] = field(default_factory=Counter)

    async def go(self, steps: int) -> None:
        await self.it.bound()
        await self.it.known(USERS[0], DIRECTORY[0].email)
        for user in USERS[1:]:
            await self.traced(said("say", by=user, where=their(user)))  # their very first words: who they are is learnt from them
        await self.it.known(EXPERT, "malik.benali@vaubert.example")
        ways = {self.nameless: 8, self.everyday: 5, self.reads: 3, self.mends: 2, self.again: 1, self.passes_on: 2, self.answers: 2}
        for _ in range(steps):
            (step,) = self.chance.choices(list(ways), list(ways.values()))
            with capture_logs() as logs:
                await step()
            self.logged += repr(logs)
            self.did[step.__name__] += 1
            await self.look()

    async def nameless(self) -> None:
        user, number = self.chance.choice(USERS), len(self.said)
        words_ = f"complaint-{number:04}-" + "z" * self.chance.randrange(1500)
        filled = {"kind": self.chance.choice(("idea", "praise", "criticism", "question")), "text": words_, "way": "anonymous"}
        event = submits(Say(slug=self.chance.choice(("it", "finance"))), filled, by=user, where=their(user))
        event = replace(event, id=f"nameless-gesture-{number:04}")
        self.said.append(Said(event, words_, secret_in(await self.untraced(event))))

    async def again(self) -> None:
        """The platform delivers a gesture a second time."""
        if waiting := [each for each in self.said if not each.passed_on]:
            one = self.chance.choice(waiting)
            one.secret = secret_in(await self.untraced(one.event))

    async def mends(self) -> None:
        """Somebody asks for the form in words, opens it, forgets something, and leaves it."""
        user = self.chance.choice(USERS)
        await self.untraced(said(self.chance.choice(("say", "dire it")), by=user, where=their(user)))
        await self.untraced(asks_form(Say(), by=user, where=their(user)))
        await self.untraced(
            submits(Say(), {"text": "half-written-zz", "way": self.chance.choice(("named", "anonymous"))}, by=user, where=their(user))
        )

    async def reads(self) -> None:
        if self.said:
            one = self.chance.choice(self.said)
            taken = await self.untraced(taps(ReadReceipt(secret=one.secret), by=one.event.sender.user, where=one.event.reference))
            assert any(told in words(taken) for told in ("It's been passed on", "C’est transmis à")) == one.passed_on

    async def everyday(self) -> None:
        user = self.chance.choice(USERS)
        where = their(user)
        named = submits(Say(slug="it"), {"kind": "idea", "text": "my name is on it", "way": "named"}, by=user, where=where)
        tap = taps(self.chance.choice((Home(), Preferences(), Show(id="it_laptop"), ListVoices(slug="it"))), by=user, where=where)
        await self.traced(self.chance.choice((said("my laptop died", by=user, where=where), tap, named)))

    async def answers(self) -> None:
        keys = [key for key, *_ in await self.it.rows(AnonymousVoiceRow)]
        if keys:
            voice = f"{ANONYMOUS}{self.chance.choice(keys)}"
            await self.traced(submits(AnswerVoice(voice=voice), {"text": "we hear you"}, by=EXPERT, where=their(EXPERT)))

    async def passes_on(self) -> None:
        self.it.time.passes(days=1)
        waiting = [each for each in self.said if not each.passed_on]
        before = len(await self.it.rows(AnonymousVoiceRow))
        await self.it.passes_on()
        added = len(await self.it.rows(AnonymousVoiceRow)) - before
        assert added == (len(waiting) if len(waiting) >= BATCH else 0)
        for each in waiting if added else ():
            each.passed_on = True

    async def untraced(self, event: Event) -> Taken:
        """Take a gesture that leaves no trace: no log line, no figure that moves."""
        before = generate_latest(self.it.metrics.registry)
        with capture_logs() as logs:
            taken = await self.it.turns.take(event)
        assert (logs, taken.traced, taken.acquainted) == ([], False, True)
        assert generate_latest(self.it.metrics.registry) == before
        return taken

    async def traced(self, event: Event) -> None:
        assert (await self.it.turns.take(event)).traced
        self.ordinary += 1

    async def look(self) -> None:
        """See that nothing of what is kept, logged or counted tells whose is what."""
        tables = await self.it.database.read(_everything)
        assert len(tables[EventRow.__tablename__]) == self.ordinary, "what has no name leaves no event"
        kept = {name: repr(rows) for name, rows in tables.items()}
        everywhere = "".join(kept.values()) + self.logged + generate_latest(self.it.metrics.registry).decode()
        elsewhere = "".join(rows for name, rows in kept.items() if name not in ("anonymous_voice", "event"))
        for each in self.said:
            assert not any(trace in everywhere for trace in each.traces)
            assert (each.text in kept["anonymous_voice"]) == each.passed_on
            assert each.text not in elsewhere
            assert each.text not in self.logged
            assert (hash_of(each.secret) in kept["anonymous_voice"]) == each.passed_on
        assert "half-written-zz" not in everywhere
        people = {*USERS, EXPERT, *(str(row["id"]) for row in tables["person"])}
        assert not any(who in kept["anonymous_voice"] + kept["anonymous_pending"] for who in people)
        for row in tables["anonymous_voice"]:
            assert isinstance(row["key"], UUID)
            assert row["key"].version == 4, "made of chance, not of a time"
            assert len(str(row["month"])) == len("2026-11")
        assert len(tables["anonymous_pending"]) <= 1
        if self.file is not None:  # nor in what SQLite has left behind in its files
            left = b"".join(each.read_bytes() for each in self.file.parent.glob(f"{self.file.name}*"))
            assert not any(each.text.encode() in left for each in self.said if not each.passed_on)


def _everything(session: Session) -> dict[str, list[dict[str, object]]]:
    tables = Row.metadata.tables
    return {name: [dict(row._mapping) for row in session.execute(select_columns(table))] for name, table in tables.items()}


@pytest.mark.parametrize("seed", range(2))
async def test_nothing_that_is_kept_logged_or_counted_tells_whose_is_what(database: Database, database_kind: Kind, tmp_path: Path, seed: int) -> None:
    async with company(database) as it:
        walk = Walk(it, random.Random(seed), tmp_path / "pourqui.db" if database_kind == "sqlite" else None)
        await walk.go(STEPS)
        assert any(each.passed_on for each in walk.said)
        assert set(walk.did) == {"nameless", "everyday", "reads", "mends", "again", "passes_on", "answers"}


# Of the 10 pairs of a batch of 5, those in the order in which they were said are 5 on average, with a variance of n(n-1)(2n+5)/72 = 25/6 (Kendall).
BATCHES = 60
EXPECTED, TOLERANCE = 5 * BATCHES, 6 * (BATCHES * 25 / 6) ** 0.5  # six standard deviations: one run in five hundred million is further off


@pytest.mark.parametrize("order", ["rowid", "key"])
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_neither_the_rows_nor_their_keys_are_in_the_order_in_which_it_was_said(database: Database, order: str) -> None:
    async with company(database) as it:
        in_order = 0
        for batch in range(BATCHES):
            for number in range(BATCH):
                await it.says(f"{batch}/{number}", by=USERS[number])
            await it.passes_on()
            found = await database.read(lambda session, batch=batch: _numbers(session, order, batch))  # type: ignore[misc]
            in_order += sum(first < second for index, first in enumerate(found) for second in found[index + 1 :])
        assert abs(in_order - EXPECTED) < TOLERANCE, in_order


def _numbers(session: Session, order: str, batch: int) -> list[int]:
    rows = session.execute(select_columns(_VOICE.c.text).where(_VOICE.c.text.startswith(f"{batch}/")).order_by(text(order)))
    return [int(said_.partition("/")[2]) for (said_,) in rows]


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_waits_is_in_another_order_each_time(database: Database) -> None:
    async with company(database) as it:
        seal = it.seal
        assert seal is not None
        first = 0
        for round_ in range(BATCHES):
            for number in range(BATCH):
                await it.says(f"{round_}/{number}", by=USERS[number])
            found = [each.words.text for each in seal.open(await database.read(anonymous.sealed)).waiting]
            numbers = [int(each.partition("/")[2]) for each in found]
            first += sum(one < two for index, one in enumerate(numbers) for two in numbers[index + 1 :])
            await database.write(anonymous.SEALING, lambda session: anonymous.seal(session, None))
        assert abs(first - EXPECTED) < TOLERANCE, first
