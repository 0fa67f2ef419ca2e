"""Feedback: what leaves with a closing message is kept as it was, what comes back is added, and nobody is asked about what isn't over."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import Session

from dialogs.catalog import Language
from dialogs.delivery import Kind
from dialogs.facts import FeedbackVoided
from dialogs.feedback import FEEDBACK, Item, Occasion
from dialogs.people import Profile
from dialogs.prompt import is_looked_at_again, prompt_key
from storage import feedback, pauses, prompts
from storage.database import Database
from storage.directory import import_directory
from storage.facts import record_initiative
from storage.people import LINKING, choose_language, directory_person_id, learn_profile, speak
from storage.tables import FeedbackRow
from tests.company import NOON
from tests.conversation import said
from tests.storage.closings import ask, clocks, give, kept, load, of, void
from tests.storage.ledger import alice, delivery, plan, row_of, stands
from tests.storage.test_people import ON_SLACK
from tests.storage.vaubert import DIRECTORY

HOUR = timedelta(hours=1)
LOOKED_AT_AGAIN = next(name for name in (f"closing {number}" for number in range(1_000)) if is_looked_at_again(name))
LEFT = next(name for name in (f"closing {number}" for number in range(1_000)) if not is_looked_at_again(name))


async def listed_alice(database: Database) -> str:
    await alice(database)

    def link(session: Session) -> None:
        import_directory(session, DIRECTORY, NOON)
        learn_profile(session, replace(ON_SLACK, email="alice@vaubert.example"), NOON)

    await database.write(LINKING, link)
    return directory_person_id("p1")


async def test_what_the_dialog_could_not_know_is_filled_in(database: Database) -> None:
    client = await listed_alice(database)
    await database.write("test", lambda session: feedback.expect(session, "r1", client, 2, NOON))
    await database.write("test", lambda session: feedback.expect(session, "r1", client, 4, NOON))
    closing = of(client, request="r1", occasion=Occasion.REQUEST, helper=directory_person_id("p3"))
    await ask(database, closing)
    assert await load(database, "f1") == replace(closing, site="Lyon", department="Ventes", platform="slack", expected=4)


async def test_what_it_knew_stays(database: Database) -> None:
    client = await listed_alice(database)
    closing = of(client, site="Brest", department="R&D", platform="teams", expected=1, request="r1")
    await ask(database, closing)
    assert await load(database, "f1") == closing


async def test_asking_again_changes_nothing(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client))
    await give(database, "f1", solved="yes")
    await ask(database, of(client, function="finance", at=NOON + HOUR))
    closing = await load(database, "f1")
    assert closing is not None
    assert (closing.function, closing.solved, closing.asked_at) == ("it", "yes", NOON)
    assert (await clocks(database))[0] is None


async def test_the_clock_looks_where_it_may_ask_apart_whom_it_knows(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, LEFT), of(None, "nobody"))
    await ask(database, of(client, "passive"), prompt=False)
    assert await clocks(database, LEFT) == (NOON, None, None)
    assert await clocks(database, "nobody") == (None, None, None)
    assert (await clocks(database, "passive"))[0] is None


async def test_one_in_ten_is_looked_at_again_once(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, LOOKED_AT_AGAIN))
    assert await clocks(database, LOOKED_AT_AGAIN) == (NOON, None, NOON + timedelta(days=30))
    again = next(name for name in (f"later {number}" for number in range(1_000)) if is_looked_at_again(name))
    await ask(database, of(client, again, occasion=Occasion.LATER), prompt=False)
    assert await clocks(database, again) == (None, None, None)


async def test_each_tap_adds_and_the_last_one_wins(database: Database) -> None:
    await ask(database, of(await alice(database)))
    await give(database, "f1", NOON + HOUR, solved="no")
    await give(database, "f1", NOON + 2 * HOUR, trace=2)
    await give(database, "f1", NOON + 3 * HOUR, solved="partly", item=Item.EFFORT, value="5", comment="bof", shared="unnamed")
    closing = await load(database, "f1")
    assert closing is not None
    assert (closing.solved, closing.trace, closing.item, closing.value) == ("partly", 2, Item.EFFORT, "5")
    assert (closing.comment, closing.shared, closing.answered_at) == ("bof", "unnamed", NOON + HOUR)


async def test_what_is_published_stays_as_it_is(database: Database) -> None:
    await ask(database, of(None), of(None, "f2"))
    await give(database, "f1", trace=2)
    await database.write("test", lambda session: setattr(session.get_one(FeedbackRow, "f1"), "class_id", "c1"))
    await give(database, "f1", trace=5, comment="in the last second")
    row = await kept(database)
    assert (row["trace"], row["comment"], row["class_id"]) == (2, None, "c1")


async def test_a_response_to_nothing_is_nothing(database: Database) -> None:
    await give(database, "unknown", solved="yes")
    assert await load(database, "unknown") is None


async def test_once_one_closing_of_an_exchange_is_answered_nothing_of_it_is_asked_apart(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, "f1", exchange="x1"), of(client, "f2", exchange="x1"), of(client, "other"))
    await plan(database, replace(delivery("prompt", to=client, kind=Kind.PROMPT), cause_kind=FEEDBACK, cause_id="x1"))
    await database.write("test", lambda session: prompts.remind(session, "f2", NOON + HOUR))
    await give(database, "f1", solved="yes")
    assert [(await clocks(database, name))[:2] for name in ("f1", "f2", "other")] == [(None, None), (None, None), (NOON, None)]
    assert await stands(database, "prompt") == ("skipped", "cancelled")
    assert (await kept(database, "f2"))["answered_at"] is None


async def test_a_reopened_exchange_is_asked_about_no_more_but_what_was_said_stays(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, "f1", exchange="x1"), of(client, LOOKED_AT_AGAIN, exchange="x1"))
    await give(database, "f1", trace=4)
    await plan(database, replace(delivery("prompt", to=client, kind=Kind.PROMPT), cause_kind=FEEDBACK, cause_id="x1"))
    for hours in (1, 2):
        await void(database, "x1", NOON + hours * HOUR)
    assert ((await kept(database, "f1"))["voided_at"], (await kept(database, LOOKED_AT_AGAIN))["voided_at"]) == (None, NOON + HOUR)
    assert await clocks(database, LOOKED_AT_AGAIN) == (None, None, None)
    assert await stands(database, "prompt") == ("skipped", "cancelled")


async def test_nobody_ends_what_is_asked_about_somebody_elses_exchange(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, exchange="x1"))
    await plan(database, replace(delivery("prompt", to=client, kind=Kind.PROMPT), cause_kind=FEEDBACK, cause_id="x1"))
    for whose, void_at, prompt in (("mallory", None, ("planned", None)), (client, NOON, ("skipped", "cancelled"))):
        fact = FeedbackVoided(exchange="x1", client=whose, at=NOON)
        await database.write("test", partial(record_initiative, fact=fact, at=NOON))
        assert (await kept(database, "f1"))["voided_at"] == void_at
        assert await stands(database, "prompt") == prompt


async def test_whoever_responds_to_a_void_one_makes_it_count(database: Database) -> None:
    await ask(database, of(await alice(database), exchange="x1"))
    await void(database, "x1")
    await give(database, "f1", solved="yes")
    closing = await load(database, "f1")
    assert closing is not None
    assert (closing.voided_at, closing.answered_at) == (None, NOON)


async def test_one_that_asked_nobody_is_void_unless_somebody_responded(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, "f1"), of(client, "f2"))
    await give(database, "f2", solved="yes")
    for name in ("f1", "f2"):
        await database.write("test", partial(feedback.void_one, feedback=name, at=NOON + HOUR))
    assert [(await kept(database, name))["voided_at"] for name in ("f1", "f2")] == [NOON + HOUR, None]


async def test_when_somebody_was_last_asked_for_a_recommendation(database: Database) -> None:
    client, nobody = await alice(database), "nobody"
    await ask(database, *(of(client, name) for name in ("f1", "f2", "f3")))
    assert await database.read(lambda session: feedback.recommended_at(session, client)) is None
    await give(database, "f1", NOON + HOUR, item=Item.RECOMMENDATION, value="9")
    await give(database, "f2", NOON + 2 * HOUR, item=Item.RECOMMENDATION, value="8")
    await give(database, "f3", NOON + 3 * HOUR, item=Item.EFFORT, value="2")
    assert await database.read(lambda session: feedback.recommended_at(session, client)) == NOON + 2 * HOUR
    assert await database.read(lambda session: feedback.recommended_at(session, nobody)) is None


async def test_what_an_account_was_asked_becomes_its_persons(database: Database) -> None:
    stranger = await alice(database)
    await ask(database, of(stranger, helper=stranger))

    def pause(session: Session) -> None:
        for function, until in (("it", None), (None, NOON + HOUR)):
            pauses.choose(session, stranger, function, until, NOON)
        feedback.expect(session, "r1", stranger, 3, NOON)

    await database.write("test", pause)
    await database.write(LINKING, lambda session: import_directory(session, DIRECTORY, NOON))
    mine = directory_person_id("p1")
    await database.write("test", lambda session: pauses.choose(session, mine, None, None, NOON))
    linked = await listed_alice(database)
    row = await kept(database)
    assert (row["person_id"], row["helper_id"], linked) == (mine, mine, mine)
    theirs = await database.read(lambda session: pauses.pauses_of(session, mine, NOON))
    assert [(pause.function, pause.until) for pause in theirs] == [(None, None), ("it", None)]


# --- whom a prompt speaks to ----------------------------------------------------------------------------------------------------------------------


async def test_a_prompt_speaks_the_language_that_was_chosen_then_spoken_then_asked_in_then_the_directorys(database: Database) -> None:
    client = await listed_alice(database)

    async def language(asked_in: Language | None = None) -> str | None:
        return await database.read(lambda session: prompts.language_of(session, client, asked_in))

    assert [await language(), await language("en"), await database.read(lambda session: prompts.language_of(session, "nobody", None))] == [
        "fr",
        "en",
        None,
    ]
    await database.write("test", lambda session: speak(session, said("hello"), "en"))
    assert await language("fr") == "en"
    await database.write("test", lambda session: choose_language(session, client, "fr"))
    assert await language("en") == "fr"


async def test_a_prompt_tells_the_time_by_the_clients_clock(database: Database) -> None:
    client = await alice(database)
    assert await database.read(lambda session: prompts.timezone_of(session, client)) is None
    profile = Profile(platform="slack", tenant="T1", user="U1", timezone="America/New_York")
    await database.write(LINKING, lambda session: learn_profile(session, profile, NOON))
    assert await database.read(lambda session: prompts.timezone_of(session, client)) == "America/New_York"


# --- what the clock looks at ----------------------------------------------------------------------------------------------------------------------


async def test_the_clock_finds_what_is_due_in_pages(database: Database) -> None:
    client = await alice(database)
    await ask(database, *(of(client, f"f{number}", at=NOON + number * HOUR) for number in range(4)))

    async def due(limit: int, after: str) -> list[tuple[str, str]]:
        found = await database.read(lambda session: prompts.due(session, "prompt_at", NOON + 2 * HOUR, limit=limit, after=after))
        return [(each.id, each.exchange) for each in found]

    assert await due(2, "") == [("f0", "x-f0"), ("f1", "x-f1")]
    assert await due(2, "f1") == [("f2", "x-f2")]


async def test_one_closing_is_looked_at_once(database: Database) -> None:
    await ask(database, of(await alice(database)))
    taken = [await database.write("test", lambda session: prompts.take(session, "f1", "prompt_at")) for _ in range(2)]
    assert [None if closing is None else closing.id for closing in taken] == ["f1", None]
    assert await database.write("test", lambda session: prompts.take(session, "gone", "prompt_at")) is None


async def test_a_function_is_counted_as_far_as_needed(database: Database) -> None:
    client = await alice(database)
    await ask(database, *(of(client, f"f{number}", at=NOON + number * HOUR) for number in range(4)))
    await ask(database, of(client, "theirs", function="finance"), of(client, "later", occasion=Occasion.LATER))
    await void(database, "x-f3")
    counted = [await database.read(partial(prompts.volume, function="it", since=NOON + HOUR, at_most=most)) for most in (10, 2)]
    assert counted == [3, 2]


@pytest.mark.parametrize(("later", "followed"), [({}, True), ({"voided_at": NOON}, False), ({"occasion": Occasion.LATER}, False)])
async def test_a_later_closing_asks_in_place_of_an_earlier_one(database: Database, later: dict[str, object], followed: bool) -> None:
    client = await alice(database)
    first = of(client, "f1", exchange="x1")
    await ask(database, first, of(client, "f2", exchange="x1", at=NOON + HOUR, **later))
    assert await database.read(lambda session: prompts.is_followed(session, first)) is followed


async def test_a_prompts_key_names_its_closing(database: Database) -> None:
    client = await alice(database)
    await ask(database, of(client, "f1", exchange="x1"), of(client, "f2", exchange="x1"))
    closing = await database.read(lambda session: prompts.asked_by(session, "x1", prompt_key("x1", "f2")))
    assert closing is not None
    assert closing.id == "f2"
    assert await database.read(lambda session: prompts.asked_by(session, "x1", prompt_key("x1", "gone"))) is None


async def test_a_plan_keeps_the_deliverys_function(database: Database) -> None:
    client = await alice(database)
    await plan(database, delivery("theirs", to=client, kind=Kind.PROMPT, function="it"))
    assert (await row_of(database, "theirs"))["function"] == "it"
