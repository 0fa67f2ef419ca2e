"""Retention: each kind goes when its time has come, a little at a time, and what it counted for stays."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from dialogs.delivery import Delivery, Kind
from storage import deliveries, retention
from storage.database import Database
from storage.erasure import EMPTY
from storage.personal_rows import table
from storage.retention import RULES
from storage.retention import Kind as Of
from tests.company import NOON
from tests.storage.life import ALICE, LATER, SECRET, add, key, live, rows, words

KEEP: Mapping[Of, int] = {
    "questions": 180,
    "events": 30,
    "deliveries": 180,
    "comments": 730,
    "words": 365,
    "files": 30,
    "campaigns": 365,
    "evidence": 730,
}
FOREVER: Mapping[Of, int] = dict.fromkeys(KEEP, 0)


def days(number: int) -> datetime:
    return NOON + timedelta(days=number, seconds=1)


async def ended(database: Database) -> None:
    """Let the life's requests, gaps, voices and exports be over, at noon of that day."""
    await live(database)

    def end(session: Session) -> None:
        for name, values in (
            ("request", {"closed_at": NOON, "status": "closed"}),
            ("gap", {"settled_at": NOON, "decision": "ignored"}),
            ("voice", {"closed_at": NOON, "state": "closed"}),
            ("anonymous_voice", {"state": "closed"}),
            ("export", {"made_at": NOON}),
        ):
            session.execute(table(name).update().values(**values))

    await database.write("test", end)


async def let_go(database: Database, at: datetime, keep: Mapping[Of, int] = KEEP, limit: int = retention.AT_ONCE) -> dict[str, int]:
    gone: dict[str, int] = {}
    for rule, before in retention.timed(keep, at):
        count = await database.write("retention", lambda session, r=rule, b=before: retention.let_go(session, r, b, limit))  # type: ignore[misc]
        if count:
            gone[rule.table] = gone.get(rule.table, 0) + count
    return gone


async def column(database: Database, name: str, of: str) -> list[Any]:
    return await database.read(lambda session: [row[of] for row in rows(session, name)])


async def test_before_its_time_nothing_goes(database: Database) -> None:
    await ended(database)
    assert await let_go(database, LATER - timedelta(minutes=1)) == {}


async def test_questions_go_and_what_they_matched_stays(database: Database) -> None:
    await ended(database)
    assert await column(database, "exchange", "question") != ["", ""]
    gone = await let_go(database, days(180))
    assert {name: gone[name] for name in ("exchange", "request", "gap_question")} == {"exchange": 2, "request": 3, "gap_question": 2}
    assert await column(database, "exchange", "question") == ["", ""]
    assert await column(database, "exchange", "sheet_ids") == [["it_laptop"], ["it_laptop"]]
    assert await column(database, "exchange", "person_id") != [None, None], "whose it is stays"


async def test_what_is_under_way_keeps_its_words(database: Database) -> None:
    """An open request, an open gap, a voice nobody has closed: however old."""
    await live(database)
    await let_go(database, days(10_000))
    assert SECRET in await column(database, "request", "question")
    assert "où est mon matériel" in await column(database, "gap_question", "text")
    assert f"un {SECRET} pour tous" in await column(database, "voice", "text")
    assert f"mon {SECRET}" in await column(database, "request_word", "text")


async def test_a_second_look_keeps_the_question_it_asks_about(database: Database) -> None:
    await ended(database)

    def look_again(session: Session) -> None:
        session.execute(table("feedback").update().values(look_again_at=NOON))

    await database.write("test", look_again)
    await let_go(database, days(180))
    assert set(await column(database, "feedback", "question")) == {SECRET, "mon badge"}


async def test_what_was_heard_and_remembered_goes_after_a_month_unless_it_waits_for_its_answer(database: Database) -> None:
    await ended(database)

    def wait(session: Session) -> None:
        session.execute(table("event").update().where(table("event").c.key == key("bobs")).values(answered_at=None))

    await database.write("test", wait)
    gone = await let_go(database, days(30))
    assert (gone["event"], gone["state"]) == (3, 2)
    assert await column(database, "event", "key") == [key("bobs")]


async def test_messages_lose_their_words_and_the_ledger_still_balances(database: Database) -> None:
    await ended(database)

    def doubt(session: Session) -> None:
        own = table("delivery").c
        session.execute(table("delivery").update().where(own.key == key("d-sending")).values(status="unknown", ended_at=NOON, reference="{}"))

    await database.write("test", doubt)
    assert (await let_go(database, days(180)))["delivery"] == 4
    told = {row["key"]: row for row in await database.read(lambda session: rows(session, "delivery"))}
    assert {name for name, row in told.items() if row["message"] != EMPTY} == {key("d-planned")}, "what is still to be said keeps its words"
    assert told[key("d-sent")]["message_id"] == "m-d-sent"
    assert told[key("d-sent")]["place"] != "", "a thread still finds its request"
    assert told[key("d-sending")]["reference"] is None, "nobody looks for it, or sends it, any more"
    assert await database.read(deliveries.imbalances) == []


async def test_comments_go_and_the_scores_stay(database: Database) -> None:
    await ended(database)
    gone = await let_go(database, days(745))  # of a voice without a name only the month is known: it goes once that is over
    assert (gone["feedback"], gone["report"], gone["voice"], gone["anonymous_voice"]) == (6, 1, 2, 1)  # questions go by the same night
    assert set(await column(database, "feedback", "comment")) == {None}
    assert await column(database, "feedback", "trace") == [4, 4, 4]
    assert await column(database, "feedback", "id") == ["f1", "f2", "f3"], "no response is ever deleted"
    assert await column(database, "voice", "answer") == [None, "oui"], "what the function answered stays"


async def test_words_go_a_year_after_the_request_is_closed(database: Database) -> None:
    await ended(database)
    assert (await let_go(database, days(365)))["request_word"] == 4
    assert set(await column(database, "request_word", "text")) == {""}
    assert len(await column(database, "request_word", "author_id")) == 4


async def test_files_go_when_they_say_and_exports_after_a_month(database: Database) -> None:
    await ended(database)
    assert await let_go(database, LATER) == {"attachment": 1}
    assert (await let_go(database, days(30)))["export"] == 1


async def test_zero_keeps_for_ever_all_but_files_that_expired(database: Database) -> None:
    await ended(database)
    assert await let_go(database, days(100_000), FOREVER) == {"attachment": 1}


async def test_what_is_due_is_counted_and_once_gone_is_due_no_more(database: Database) -> None:
    await ended(database)
    at = days(730)
    found = await database.read(lambda session: retention.due(session, KEEP, at))
    counted: dict[str, int] = {}
    for each in found:
        counted[each.rule.table] = counted.get(each.rule.table, 0) + each.rows
    assert await let_go(database, at) == counted
    assert await database.read(lambda session: retention.due(session, KEEP, at)) == []
    assert await let_go(database, at) == {}


async def test_a_night_goes_a_little_at_a_time(database: Database) -> None:
    def many(session: Session) -> None:
        for number in range(5):
            said = {"scope": "personal", "language": "fr", "outcome": "answer", "sheet_ids": [], "none_of_these": False, "opened_at": NOON}
            add(session, "exchange", id=f"x{number}", person_id=ALICE, question="q", **said)

    await live(database)
    await database.write("test", many)
    rule = next(rule for rule in RULES if rule.table == "exchange")
    counts = [await database.write("retention", lambda session: retention.let_go(session, rule, days(1), 3)) for _ in range(4)]
    assert counts == [3, 3, 1, 0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}-{rule.table}")
def test_no_rule_deletes_what_figures_are_made_of(rule: retention.Rule) -> None:
    people = {"campaign_member", "step_response", "evidence", "standing", "standing_move"}  # verdicts are reckoned once, long before
    assert rule.becomes is not None or rule.table in {"event", "state", "attachment", "export"} | people


async def test_a_delivery_that_is_planned_late_is_never_emptied_first(database: Database) -> None:
    await live(database)
    late = Delivery(key=key("late"), kind=Kind.REPLY, cause_kind="test", cause_id="t", to=ALICE, message=words("plus tard"), not_before=days(400))
    await database.write("test", lambda session: deliveries.plan(session, late, NOON))
    await let_go(database, days(399))
    (told,) = [row for row in await database.read(lambda session: rows(session, "delivery")) if row["key"] == key("late")]
    assert "plus tard" in told["message"]


async def test_who_was_in_a_campaign_is_forgotten_a_year_after_its_end_and_its_verdict_stays(database: Database) -> None:
    await ended(database)

    def runs(session: Session) -> None:
        told = {"version": 1, "status": "running", "content": "{}", "edited_by": "tests", "edited_at": NOON, "targeted": 0}
        add(session, "campaign", name="passwords", function="it", topic="", **told)

    await database.write("test", runs)
    who = {"campaign_member": 2, "step_response": 1}
    assert not who.keys() & (await let_go(database, days(10_000), {**FOREVER, "campaigns": 365})).keys(), "it isn't over"

    def end(session: Session) -> None:
        session.execute(table("campaign").update().values(status="finished", ended_at=NOON, verdict="{}"))

    await database.write("test", end)
    assert not who.keys() & (await let_go(database, days(364))).keys()
    gone = await let_go(database, days(365))
    assert {name: gone.get(name, 0) for name in who} == who
    assert await column(database, "campaign", "verdict") == ["{}"]


async def test_what_showed_where_somebody_stood_goes_once_it_shows_nothing_any_more(database: Database) -> None:
    await ended(database)
    of = {"evidence", "standing", "standing_move"}
    stands = await column(database, "standing", "stage")
    gone = await let_go(database, days(731))
    assert {name for name in of if gone.get(name)} == {"evidence", "standing_move"}
    assert await column(database, "standing", "stage") == stands, "until nothing holds it, which a night sees to"

    def lose(session: Session) -> None:
        session.execute(table("standing").update().values(stage="unaware"))

    await database.write("test", lose)
    assert (await let_go(database, days(731)))["standing"] == len(stands)
