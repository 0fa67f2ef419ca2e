"""What messages carry: loaded for those that carry something, as they're sent; and handed to nobody but whom it was made for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlmodel import Session

from adapters.port import FileEnding
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from dialogs.attachment import Attachment
from dialogs.events import Sender
from dialogs.messages import Block, File, Message, Picture, Text, plain_text
from storage import attachments, deliveries, people
from storage.database import Database
from storage.errors import UnavailableError
from tests.bot.encoders import LetterEncoder
from tests.bot.engine import engine
from tests.bot.simulated import InMemory, Time, channel, key, plan, pump, says, slack, standing, to_say
from tests.conversation import said

T = TypeVar("T")


def showing(*blocks: Block) -> Message:
    return Message(language="en", blocks=(Text(text="Here."), *blocks))


PICTURE, FILE = Picture(attachment="k-png", alt="4 of 5"), File(attachment="k-csv", name="voices.csv")


async def keep(database: Database, time: Time, name: str, *, person: str | None = None, days: int = 1) -> Attachment:
    at: datetime = time()

    def keeping(session: Session) -> None:
        attachments.keep(
            session,
            key=name,
            name=f"{name}.png",
            content_type="image/png",
            content=name.encode(),
            person=person,
            at=at,
            expires_at=at + timedelta(days=days),
        )

    await database.write("test", keeping)
    return Attachment(name=f"{name}.png", content_type="image/png", content=name.encode(), person=person)


async def sent(database: Database, time: Time, message: Message) -> InMemory:
    platform = slack(time)
    await plan(database, time(), to_say("card", channel("C-card"), message=message))
    await pump(database, platform, time=time).drain()
    return platform


async def test_a_message_goes_with_what_it_carries(database: Database) -> None:
    time = Time()
    picture, file = await keep(database, time, "k-png"), await keep(database, time, "k-csv")
    await keep(database, time, "another")
    platform = await sent(database, time, showing(PICTURE, FILE, PICTURE))
    assert platform.posted[0].attachments == {"k-png": picture, "k-csv": file}


async def test_what_expired_or_never_was_is_not_there_and_the_message_goes(database: Database) -> None:
    time = Time()
    await keep(database, time, "k-png", days=0)
    platform = await sent(database, time, showing(PICTURE, FILE))
    assert platform.posted[0].attachments == {}
    assert await standing(database) == {"card": ("sent", None)}


class Watched(Database):
    """A database that counts its readings, and is away for those of what messages carry while `away`."""

    def __init__(self, inner: Database) -> None:
        super().__init__(inner._engine, "the database")
        self.reads, self.away = 0, 0

    async def read(self, body: Callable[[Session], T]) -> T:
        self.reads += 1
        if self.away > 0:
            self.away -= 1
            raise UnavailableError("away")
        return await super().read(body)


async def test_a_message_that_carries_nothing_asks_for_nothing(database: Database) -> None:
    time, watched = Time(), Watched(database)
    platform = slack(time)
    await plan(database, time(), to_say("card"))
    await pump(watched, platform, time=time).drain()
    assert (len(platform.posted), watched.reads) == (1, 0)


async def test_while_it_cannot_be_read_nothing_was_sent_and_it_goes_later(database: Database) -> None:
    time, watched = Time(), Watched(database)
    picture = await keep(database, time, "k-png")
    watched.away = 2
    platform = slack(time)
    await plan(database, time(), to_say("card", channel("C-card"), message=showing(PICTURE)))
    for _ in range(3):
        assert platform.posted == []
        await pump(watched, platform, time=time).drain()
        await time.sleep(2)
    assert [posted.attachments for posted in platform.posted] == [{"k-png": picture}]
    assert await standing(database) == {"card": ("sent", None)}


async def test_an_edit_goes_with_its_picture(database: Database) -> None:
    time = Time()
    picture = await keep(database, time, "k-png")
    platform = await sent(database, time, says("before"))
    await database.write("test", lambda session: deliveries.edit(session, key("card"), showing(PICTURE), time()))
    await pump(database, platform, time=time).drain()
    assert platform.edited_with == [{"k-png": picture}]


# Handing files over


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_file_is_its_persons_and_nobody_elses(database: Database) -> None:
    time, event = Time(), said("bonjour")
    alice = (await database.write("people", lambda session: people.meet(session, event, time()))).person.id
    hers, anyones = await keep(database, time, "hers", person=alice), await keep(database, time, "anyones")
    turns = engine(database, Knowledge(database, LetterEncoder(), Metrics()), metrics=Metrics(), clock=time)
    place, user = event.reference, event.sender.user
    assert await turns.attachment("hers", place, user) == hers
    assert await turns.attachment("anyones", place, user) == anyones
    for key_, somebody in (("hers", "U-BOB"), ("anyones", "U-BOB"), ("none", user)):
        assert await turns.attachment(key_, place, somebody) == (anyones if key_ == "anyones" else None)
    await time.sleep(86_400)
    assert await turns.attachment("hers", place, user) is None


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_who_gets_no_file_is_told_why_in_their_language(database: Database) -> None:
    time, event = Time(), said("bonjour")
    await database.write("people", lambda session: people.meet(session, event, time()))
    turns = engine(database, Knowledge(database, LetterEncoder(), Metrics()), metrics=Metrics(), clock=time)
    told = {ending: await turns.words_for(ending, event.reference, Sender(user="U-BOB", locale="en-GB")) for ending in FileEnding}
    assert len({plain_text(message) for message in told.values()}) == len(FileEnding)
    assert plain_text(told[FileEnding.DECLINED]).startswith("All right, I won't send you that file.")
    assert {message.language for message in told.values()} == {"en"}
    assert (await turns.words_for(FileEnding.GONE, event.reference, event.sender)).language == "fr"
