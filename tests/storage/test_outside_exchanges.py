"""Exchanges that happened elsewhere: a tool's news in whatever order they come, and what people mark."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select

from dialogs.delivery import Delivery, Kind
from dialogs.facts import ExchangeMarked
from dialogs.feedback import FEEDBACK
from dialogs.people import Profile
from dialogs.request import Outcome
from storage import deliveries, outside_exchanges
from storage.database import Database
from storage.directory import import_directory
from storage.facts import record_initiative
from storage.outside_exchanges import News, State, Told
from storage.people import LINKING, directory_person_id, learn_profile
from storage.tables import FeedbackRow, OutsideExchangeRow
from tests.company import NOON
from tests.conversation import CHANNEL
from tests.storage.ledger import words
from tests.storage.vaubert import DIRECTORY

ALICE = directory_person_id("p1")
OPENED = News(source="guichet", external_id="INC-1", state="opened", at=NOON, client="alice@vaubert.example", function="it")
CLOSED = replace(OPENED, state="closed", at=NOON + timedelta(hours=1), outcome="solved")
REOPENED = replace(OPENED, state="reopened", at=NOON + timedelta(hours=2))
CLOSED_AGAIN = replace(CLOSED, at=NOON + timedelta(hours=3), outcome="partly")


async def tell(database: Database, news: News) -> Told:
    return await database.write("test", lambda session: outside_exchanges.tell(session, news, news.at))


async def row(database: Database) -> dict[str, Any]:
    (only,) = await database.read(lambda session: [row.model_dump() for row in session.exec(select(OutsideExchangeRow))])
    return only


async def listed(database: Database) -> None:
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))


# --- what a tool tells ----------------------------------------------------------------------------------------------------------------------------


async def test_an_exchange_is_opened_closed_reopened_and_closed(database: Database) -> None:
    await listed(database)
    told = await tell(database, OPENED)
    assert (told.state, told.ignored) == ("opened", False)
    assert [await tell(database, news) for news in (CLOSED, REOPENED)] == [replace(told, state="closed"), replace(told, state="reopened")]
    kept = await row(database)
    assert (kept["opened_at"], kept["closed_at"], kept["outcome"], kept["reopened"]) == (NOON, None, None, 1)
    await tell(database, CLOSED_AGAIN)
    kept = await row(database)
    assert (kept["state"], kept["closed_at"], kept["outcome"], kept["told_at"]) == ("closed", CLOSED_AGAIN.at, "partly", CLOSED_AGAIN.at)
    assert (kept["source"], kept["external_id"], kept["function"], kept["person_id"]) == ("guichet", "INC-1", "it", ALICE)


@pytest.mark.parametrize("news", [OPENED, CLOSED, REOPENED])
async def test_the_same_news_again_change_nothing(database: Database, news: News) -> None:
    first = await tell(database, news)
    kept = await row(database)
    assert await tell(database, news) == first
    assert await row(database) == kept


@pytest.mark.parametrize("order", list(permutations((OPENED, CLOSED, REOPENED, CLOSED_AGAIN))))
async def test_in_whatever_order_the_latest_news_count(database: Database, order: tuple[News, ...]) -> None:
    for news in order:
        await tell(database, news)
    kept = await row(database)
    assert (kept["state"], kept["closed_at"], kept["outcome"], kept["opened_at"]) == ("closed", CLOSED_AGAIN.at, "partly", NOON)


async def test_closed_before_opened_makes_it_and_the_opening_is_filled_in(database: Database) -> None:
    await tell(database, CLOSED)
    assert (await row(database))["opened_at"] == CLOSED.at
    told = await tell(database, OPENED)
    assert (told.state, told.ignored) == ("closed", False)
    assert (await row(database))["opened_at"] == NOON


async def test_older_news_are_ignored_and_said_to_be(database: Database) -> None:
    for news in (OPENED, CLOSED, REOPENED):
        await tell(database, news)
    assert (await tell(database, CLOSED)).ignored
    assert (await tell(database, replace(OPENED, at=NOON + timedelta(minutes=1)))).ignored
    assert (await row(database))["state"] == "reopened"


@pytest.mark.parametrize(
    ("first", "second", "stays"), [("opened", "closed", "closed"), ("closed", "reopened", "reopened"), ("closed", "opened", "closed")]
)
async def test_of_one_second_what_can_only_come_after_comes_after(database: Database, first: State, second: State, stays: State) -> None:
    await tell(database, replace(OPENED, state=first))
    assert (await tell(database, replace(OPENED, state=second))).state == stays


async def test_later_news_may_name_another_function_and_service(database: Database) -> None:
    await tell(database, replace(OPENED, service="it_laptop"))
    await tell(database, CLOSED)
    assert (await row(database))["service"] == "it_laptop"
    await tell(database, replace(REOPENED, function="finance", service="fin_expenses"))
    assert [(await row(database))[name] for name in ("function", "service")] == ["finance", "fin_expenses"]


async def test_an_unknown_client_is_linked_once_the_directory_knows_them(database: Database) -> None:
    await tell(database, replace(OPENED, client=" Alice@Vaubert.example "))
    assert ((await row(database))["client_email"], (await row(database))["person_id"]) == ("alice@vaubert.example", None)
    assert await database.write("test", lambda session: outside_exchanges.link(session, NOON)) == 0
    await listed(database)
    assert await database.write("test", lambda session: outside_exchanges.link(session, NOON)) == 1
    assert (await row(database))["person_id"] == ALICE
    assert await database.write("test", lambda session: outside_exchanges.link(session, NOON)) == 0


async def test_the_same_news_at_once_make_one_exchange(database: Database) -> None:
    told = await asyncio.gather(
        *(database.write(f"test {number}", lambda session: outside_exchanges.tell(session, OPENED, NOON)) for number in range(4))
    )
    assert len({each.id for each in told}) == 1
    assert (await row(database))["reopened"] == 0


# --- what people mark ------------------------------------------------------------------------------------------------------------------------------


MARKED = ExchangeMarked(
    exchange="x1",
    function="it",
    place=CHANNEL.key,
    message_id="1700000000.0005",
    user="U1",
    helped="author",
    by=directory_person_id("p2"),
    outcome=Outcome.SOLVED,
    language="fr",
    at=NOON,
)


async def mark(database: Database, fact: ExchangeMarked) -> dict[str, Any]:
    await database.write("test", lambda session: record_initiative(session, fact, fact.at))
    return await row(database)


async def known(database: Database) -> None:
    await listed(database)

    def learn(session: Session) -> None:
        learn_profile(session, Profile(platform="slack", tenant="T1", user="U1", email="alice@vaubert.example"), NOON)

    await database.write(LINKING, learn)


async def test_a_marked_conversation_is_a_closed_exchange_of_who_was_helped(database: Database) -> None:
    await known(database)
    kept = await mark(database, MARKED)
    assert (kept["id"], kept["source"], kept["function"], kept["person_id"]) == ("x1", "shortcut", "it", ALICE)
    assert (kept["state"], kept["outcome"], kept["opened_at"], kept["closed_at"]) == ("closed", "solved", NOON, NOON)


async def test_marked_again_the_last_one_says_how_it_was(database: Database) -> None:
    await known(database)
    await mark(database, MARKED)
    later = replace(MARKED, helped="self", outcome=Outcome.PARTLY, function="finance", at=NOON + timedelta(hours=1))
    kept = await mark(database, later)
    assert (kept["person_id"], kept["outcome"], kept["function"]) == (MARKED.by, "partly", "finance")
    assert (kept["opened_at"], kept["closed_at"]) == (NOON, later.at)


async def test_somebody_who_never_spoke_to_the_bot_may_have_been_helped(database: Database) -> None:
    assert (await mark(database, MARKED))["person_id"] is None


# --- what their clients are asked ------------------------------------------------------------------------------------------------------------------


async def asked(database: Database) -> list[dict[str, Any]]:
    """Return what is asked about exchanges that happened elsewhere, the oldest first."""
    ordered = select(FeedbackRow).order_by(col(FeedbackRow.asked_at))
    return await database.read(lambda session: [row.model_dump() for row in session.exec(ordered)])


async def test_a_closed_exchange_is_asked_about_apart(database: Database) -> None:
    await listed(database)
    told = await tell(database, replace(OPENED, service="it_laptop"))
    assert await asked(database) == []
    await tell(database, CLOSED)
    await tell(database, CLOSED)
    (one,) = await asked(database)
    assert (one["exchange_id"], one["occasion"], one["function"], one["service"]) == (told.id, "outside", "it", "it_laptop")
    assert (one["person_id"], one["helper_id"], one["tool"], one["channel"], one["outcome"]) == (ALICE, None, "guichet", "outside", "solved")
    assert (one["opened_at"], one["asked_at"], one["expires_at"]) == (NOON, CLOSED.at, CLOSED.at + timedelta(days=7))
    assert (one["prompt_at"], one["language"], one["site"]) == (CLOSED.at, "fr", "Lyon")


async def test_a_reopened_exchange_is_not_asked_about_until_it_is_closed_again(database: Database) -> None:
    await listed(database)
    await tell(database, CLOSED)
    (first,) = await asked(database)
    delivery = Delivery(
        key=uuid4(), kind=Kind.PROMPT, cause_kind=FEEDBACK, cause_id=first["exchange_id"], to=ALICE, message=words("?"), function="it"
    )
    await database.write("test", lambda session: deliveries.plan(session, delivery, NOON))
    await tell(database, REOPENED)
    (first,) = await asked(database)
    assert (first["voided_at"], first["prompt_at"]) == (REOPENED.at, None)
    assert [line.status for line in await database.read(lambda session: list(deliveries.lines(session)))] == ["skipped"]
    await tell(database, CLOSED_AGAIN)
    first, second = await asked(database)
    assert first["id"] != second["id"]
    assert (first["voided_at"], second["voided_at"], second["prompt_at"]) == (REOPENED.at, None, CLOSED_AGAIN.at)


@pytest.mark.parametrize("news", [replace(CLOSED, outcome="not_ours"), replace(CLOSED, client="nobody@vaubert.example")])
async def test_what_helped_nobody_whom_we_know_is_not_asked_about(database: Database, news: News) -> None:
    await listed(database)
    await tell(database, news)
    assert await asked(database) == []


async def test_an_exchange_that_is_told_a_week_late_is_not_asked_about(database: Database) -> None:
    await listed(database)
    await database.write("test", lambda session: outside_exchanges.tell(session, CLOSED, CLOSED.at + timedelta(days=7)))
    assert await asked(database) == []


@pytest.mark.parametrize(("days", "count"), [(6, 1), (7, 0)])
async def test_a_client_who_is_known_later_is_asked_if_it_was_not_long_ago(database: Database, days: int, count: int) -> None:
    await tell(database, CLOSED)
    await tell(database, replace(OPENED, external_id="INC-2"))
    await listed(database)
    at = CLOSED.at + timedelta(days=days)
    assert await database.write("test", lambda session: outside_exchanges.link(session, at)) == 2
    assert [each["person_id"] for each in await asked(database)] == [ALICE] * count


async def test_a_marked_exchange_names_who_helped(database: Database) -> None:
    await known(database)
    await mark(database, MARKED)
    (one,) = await asked(database)
    assert (one["exchange_id"], one["helper_id"], one["tool"], one["person_id"]) == ("x1", MARKED.by, "shortcut", ALICE)


async def test_who_marks_what_helped_themselves_is_asked_and_names_nobody(database: Database) -> None:
    await known(database)
    await mark(database, replace(MARKED, helped="self"))
    (one,) = await asked(database)
    assert (one["helper_id"], one["person_id"]) == (None, MARKED.by)


async def test_marked_for_another_function_that_one_is_asked_about_instead(database: Database) -> None:
    await known(database)
    await mark(database, MARKED)
    await mark(database, replace(MARKED, function="finance", at=NOON + timedelta(hours=1)))
    assert [(each["function"], each["voided_at"] is None) for each in await asked(database)] == [("it", False), ("finance", True)]
    await mark(database, replace(MARKED, function="finance", outcome=Outcome.NOT_OURS, at=NOON + timedelta(hours=2)))
    assert [each["voided_at"] is None for each in await asked(database)] == [False, False]
