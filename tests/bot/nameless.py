"""People who say things without a name, over the whole engine: what the tests of it share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select as select_columns
from sqlmodel import Session

from adapters.port import Taken
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.sealed import Seal
from bot.turns import Turns
from bot.voices import PassingOn
from dialogs.events import Reference, Scope
from dialogs.feedback_actions import ReadReceipt, Say
from dialogs.messages import Button, Buttons, Message, plain_text
from dialogs.people import Profile
from dialogs.request import Desk
from dialogs.working_time import COMPANY_HOURS
from storage import bindings, people
from storage.database import Database
from storage.tables import Row, table_of
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.program import furnish
from tests.bot.simulated import Time
from tests.company import NOON
from tests.conversation import submits, taps

SECRET = "a secret key that only this deployment knows"
ROOM = Reference(platform="slack", tenant="T1", conversation="C_IT", scope=Scope.CHANNEL)


def their(user: str) -> Reference:
    """Somebody's own conversation with the bot."""
    return Reference(platform="slack", tenant="T1", conversation=f"D-{user}", scope=Scope.PERSONAL)


@dataclass(slots=True, kw_only=True)
class Company:
    """The small company, its engine, and the job that passes on what has no name."""

    database: Database
    turns: Turns
    knowledge: Knowledge
    metrics: Metrics
    time: Time
    seal: Seal | None
    nudges: list[datetime] = field(default_factory=list)

    async def says(self, text: str, *, by: str = "U1", way: str = "anonymous", slug: str = "it", **values: str) -> Taken:
        filled = {"kind": "criticism", "text": text, "way": way} | values
        return await self.turns.take(submits(Say(slug=slug), filled, by=by, where=their(by)))

    async def reads(self, secret: str, *, by: str = "U1") -> str:
        return words(await self.turns.take(taps(ReadReceipt(secret=secret), by=by, where=their(by))))

    async def passes_on(self) -> None:
        """Do what the clock asks for once a day."""
        job = PassingOn(
            self.database,
            self.knowledge,
            both_languages(),
            seal=self.seal,
            language="en",
            office=lambda _: COMPANY_HOURS,
            clock=self.time,
            planned=lambda: self.nudges.append(self.time()),
        )
        await job.pass_on()

    async def bound(self, function: str = "it") -> None:
        desk = Desk(function=function, service=None, reference=ROOM, language="en")
        await self.database.write("binding", lambda session: bindings.bind(session, desk, "p-1", NOON))

    async def known(self, user: str, email: str) -> None:
        """Let a platform's account be somebody of the directory."""
        profile = Profile(platform="slack", tenant="T1", user=user, email=email)

        def learn(session: Session) -> None:
            people.learn_profile(session, profile, self.time())

        await self.database.write(people.LINKING, learn)

    async def rows(self, row: type[Row]) -> list[tuple[object, ...]]:
        return await self.database.read(lambda session: [tuple(each) for each in session.execute(select_columns(table_of(row)))])


@asynccontextmanager
async def company(database: Database, *, seal: Seal | None = None, sealed: bool = True) -> AsyncIterator[Company]:
    """Open the company; `sealed` False leaves it without a key."""
    await furnish(database)
    metrics, time = Metrics(), Time()
    known = Knowledge(database, LetterEncoder(), metrics)
    key = (seal or Seal(SECRET)) if sealed else None
    try:
        await known.refresh()
        turns = engine(database, known, language="en", metrics=metrics, clock=time, seal=key)
        yield Company(database=database, turns=turns, knowledge=known, metrics=metrics, time=time, seal=key)
    finally:
        known.close()


def message(taken: Taken) -> Message:
    (reply,) = taken.replies
    assert isinstance(reply, Message)
    return reply


def words(taken: Taken) -> str:
    return plain_text(message(taken))


def secret_in(taken: Taken) -> str:
    """The secret in a receipt's button."""
    (row,) = (block for block in message(taken).blocks if isinstance(block, Buttons))
    (button,) = (each for each in row.buttons if isinstance(each, Button))
    assert isinstance(button.action, ReadReceipt)
    return button.action.secret
