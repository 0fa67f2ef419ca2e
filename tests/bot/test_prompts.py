"""What isn't answered on a closing message is asked apart: after a while, once, with one reminder; some are asked again a month on."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session, col, select

from bot.delivery import Pump
from bot.knowledge import Knowledge
from bot.metrics import Metrics
from bot.po import both_languages
from bot.prompts import FeedbackAftermath, Prompts
from bot.public_holidays import hours_for
from bot.settings import read_settings
from dialogs.attention import BUDGET, Budget, budget
from dialogs.delivery import Reason
from dialogs.feedback import FEEDBACK, Feedback, Occasion
from dialogs.gates import pass_gates
from dialogs.prompt import is_asked_apart, is_looked_at_again
from dialogs.request import Party, Request, RequestStatus, Step
from storage import deliveries, feedback, pauses, prompts, requests
from storage.database import Database
from storage.deliveries import Line
from storage.errors import ClosedError
from storage.people import LINKING, directory_person_id, learn_profile, meet
from storage.tables import FeedbackRow
from tests.bot.encoders import RememberingEncoder
from tests.bot.program import furnish
from tests.bot.simulated import InMemory, Time, pump, refused, slack, unanswered
from tests.conversation import said
from tests.storage.closings import ask, clocks, give, kept, of, void
from tests.storage.test_people import ON_SLACK

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ALICE = directory_person_id("p1")
QUARTER = timedelta(minutes=15)
OPEN_HANDED = budget(ask_days=1, ask_function_days=1)


@dataclass(slots=True, kw_only=True)
class World:
    """The job, the pump behind it, and Slack, at a time that a test sets."""

    database: Database
    knowledge: Knowledge
    time: Time = field(default_factory=lambda: Time(TUESDAY))
    slack: InMemory = field(init=False)
    budget: Budget = BUDGET
    nudges: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.slack = slack(self.time)

    def job(self) -> Prompts:
        return Prompts(
            self.database,
            self.knowledge,
            both_languages(),
            language="en",
            timezone="Europe/Paris",
            delay=QUARTER,
            clock=self.time,
            planned=lambda: self.nudges.append(self.time()),
        )

    def pump(self) -> Pump:
        gate = partial(pass_gates, hours=hours_for(read_settings(), self.time), budget=self.budget)
        return pump(self.database, self.slack, time=self.time, gate=gate, aftermath={FEEDBACK: FeedbackAftermath()})

    async def goes_by(self, **amount: float) -> None:
        """Let time pass, then look and send."""
        self.time.passes(**amount)
        await self.job().look()
        await self.pump().drain()

    async def closes(self, *names: str, **more: object) -> None:
        await ask(self.database, *(of(ALICE, name, at=self.time(), **more) for name in names))

    async def lines(self) -> list[Line]:
        return sorted(await self.database.read(lambda session: list(deliveries.lines(session))), key=lambda line: line.planned_at)

    async def came(self) -> list[tuple[str, str, str | None]]:
        """Return each delivery's kind, and what it came to."""
        return [(line.kind, line.status, line.reason) for line in await self.lines()]


@pytest.fixture
async def it(database: Database, encoder: RememberingEncoder) -> AsyncIterator[World]:
    await furnish(database)
    known = Knowledge(database, encoder, Metrics())
    await known.refresh()

    def speak(session: Session) -> None:
        meet(session, said("bonjour"), TUESDAY)
        learn_profile(session, replace(ON_SLACK, email="alice.martin@solane.example"), TUESDAY)

    await database.write(LINKING, speak)
    yield World(database=database, knowledge=known)
    known.close()


async def later(it: World) -> Sequence[Feedback]:
    """Return the second looks that were made."""
    asked = select(FeedbackRow).where(col(FeedbackRow.occasion) == "later")
    return await it.database.read(lambda session: [feedback.closing(row) for row in session.exec(asked)])


async def test_a_closing_that_is_not_answered_is_asked_about_after_a_quarter_of_an_hour_once(it: World) -> None:
    await it.closes("f1")
    await it.goes_by(minutes=14)
    assert (it.slack.texts(), it.nudges) == ([], [])
    await it.goes_by(minutes=1)
    (asked,) = it.slack.texts()
    assert "mon portable est mort" in asked
    await it.goes_by(minutes=1)
    (line,) = await it.lines()
    assert (line.kind, line.cause_kind, line.cause_id, line.person_id, line.status) == ("prompt", "feedback", "x-f1", ALICE, "sent")
    assert it.nudges == [TUESDAY + QUARTER]


async def test_what_is_answered_or_reopened_in_time_is_not_asked_about(it: World) -> None:
    await it.closes("f1", "f2")
    await give(it.database, "f1", it.time(), solved="yes")
    await void(it.database, "x-f2", it.time())
    await it.goes_by(minutes=15)
    assert await it.came() == []


async def test_what_was_answered_between_the_look_and_the_morning_is_not_asked_about(it: World) -> None:
    it.time.at = TUESDAY.replace(hour=20)
    await it.closes("f1")
    await it.goes_by(minutes=15)
    assert await it.came() == [("prompt", "planned", None)]
    await give(it.database, "f1", it.time(), solved="yes")
    await it.goes_by(hours=12)
    assert await it.came() == [("prompt", "skipped", "cancelled")]


async def test_at_night_it_waits_for_the_morning(it: World) -> None:
    it.time.at = TUESDAY.replace(hour=20)
    await it.closes("f1")
    await it.goes_by(hours=10)
    assert it.slack.texts() == []
    await it.goes_by(hours=1)
    assert len(it.slack.texts()) == 1


async def test_an_answer_whose_exchange_a_human_has_is_not_asked_about(it: World) -> None:
    await it.closes("f1")
    request = Request(id="r1", exchange="x-f1", function="it", client=Party(id=ALICE), question="?", language="fr", opened_at=TUESDAY, due_at=TUESDAY)
    await it.database.write("test", lambda session: requests.keep(session, request, Step.OPENED, ALICE, None, TUESDAY))
    await it.goes_by(minutes=15)
    assert await it.came() == []
    closed = replace(request, status=RequestStatus.CLOSED)
    await it.database.write("test", lambda session: requests.keep(session, closed, Step.CLOSED, None, None, TUESDAY))
    await it.closes("f2", exchange="x-f1", occasion=Occasion.REQUEST, request="r1")
    await it.goes_by(minutes=15)
    assert await it.came() == [("prompt", "sent", None)]


async def test_a_reminder_follows_in_three_days_where_the_budget_has_room_and_there_is_one_only(it: World) -> None:
    it.budget = OPEN_HANDED
    await it.closes("f1")
    await it.goes_by(minutes=15)
    assert (await clocks(it.database))[1] == TUESDAY + QUARTER + timedelta(days=3)
    await it.goes_by(days=3)
    assert await it.came() == [("prompt", "sent", None), ("reminder", "sent", None)]
    await it.goes_by(days=3)
    assert len(await it.lines()) == 2


async def test_by_the_default_budget_the_reminder_is_dropped(it: World) -> None:
    await it.closes("f1")
    await it.goes_by(minutes=15)
    await it.goes_by(days=3)
    assert await it.came() == [("prompt", "sent", None), ("reminder", "skipped", "budget")]


async def test_whoever_answered_is_not_reminded(it: World) -> None:
    it.budget = OPEN_HANDED
    await it.closes("f1")
    await it.goes_by(minutes=15)
    await give(it.database, "f1", it.time(), trace=4)
    await it.goes_by(days=3)
    assert await it.came() == [("prompt", "sent", None)]


async def test_no_reminder_comes_after_the_question_expired(it: World) -> None:
    await it.closes("f1", expires_at=TUESDAY + timedelta(days=3))
    await it.goes_by(minutes=15)
    assert (await it.came(), (await clocks(it.database))[1]) == ([("prompt", "sent", None)], None)


async def test_what_expired_before_the_job_looked_is_left_alone(it: World) -> None:
    await it.closes("f1")
    await it.goes_by(days=8)
    assert await it.came() == []


async def test_whoever_is_left_in_peace_is_not_asked(it: World) -> None:
    await it.database.write("test", lambda session: pauses.choose(session, ALICE, None, None, it.time()))
    await it.closes("f1")
    await it.goes_by(minutes=15)
    assert await it.came() == [("prompt", "skipped", "paused")]


async def test_a_busy_function_asks_about_a_sample(it: World) -> None:
    names = [f"f{number}" for number in range(120)]
    await it.closes(*names)
    await it.goes_by(minutes=15)
    sampled = {f"x-{name}" for name in names if is_asked_apart(name, 120)}
    assert {line.cause_id for line in await it.lines()} == sampled
    assert 0 < len(sampled) < 80
    assert sum(line.status == "sent" for line in await it.lines()) == 1


async def test_a_function_that_is_gone_asks_nothing(it: World) -> None:
    await it.closes("f1", function="gone")
    await it.goes_by(minutes=15)
    assert await it.came() == []


async def test_several_processes_ask_once(it: World) -> None:
    await it.closes("f1")
    it.time.passes(minutes=15)
    for _ in range(2):
        await it.job().look()
    assert len(await it.lines()) == 1
    taken = await it.database.write("test", lambda session: prompts.take(session, "f1", "prompt_at"))
    assert taken is None


async def test_one_that_fails_does_not_keep_the_others_waiting(it: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await it.closes("f1", "f2")

    def fail(*_: object) -> int:
        raise ValueError("no figures today")

    with monkeypatch.context() as patched:
        patched.setattr(prompts, "volume", fail)
        await it.goes_by(minutes=15)
    assert await it.came() == []
    await it.goes_by(minutes=1)
    assert len(await it.lines()) == 2


async def test_a_database_that_is_away_ends_the_look(it: World) -> None:
    await it.database.close()
    with pytest.raises(ClosedError):
        await it.job().look()


# --- what only a prompt asks about ----------------------------------------------------------------------------------------------------------------


async def test_what_happened_elsewhere_counts_as_asked_where_its_prompt_was_sent(it: World) -> None:
    for number in range(2):
        await it.closes(f"f{number}", occasion=Occasion.OUTSIDE, question="", language="en", tool="guichet")
    await it.goes_by(minutes=15)
    await it.goes_by(minutes=1)
    assert {status for _, status, _ in await it.came()} == {"sent", "skipped"}
    voided = {line.cause_id: (await kept(it.database, line.cause_id.removeprefix("x-")))["voided_at"] is None for line in await it.lines()}
    assert sorted(voided.values()) == [False, True]
    assert voided[next(line.cause_id for line in await it.lines() if line.status == "sent")]


async def test_what_happened_elsewhere_and_is_not_of_the_sample_does_not_count(it: World) -> None:
    left = next(name for name in (f"o{number}" for number in range(100)) if not is_asked_apart(name, 101))
    await it.closes(*(f"f{number}" for number in range(100)))
    await it.closes(left, occasion=Occasion.OUTSIDE, question="")
    await it.goes_by(minutes=15)
    assert (await kept(it.database, left))["voided_at"] == TUESDAY + QUARTER
    assert (await kept(it.database, "f0"))["voided_at"] is None


async def test_what_was_refused_asked_nobody_and_what_may_have_arrived_may_have(it: World) -> None:
    it.slack.troubles.append(refused())
    await it.closes("f1", occasion=Occasion.OUTSIDE, question="")
    await it.goes_by(minutes=15)
    it.slack.troubles.append(unanswered(arrives=True))
    await it.closes("f2", occasion=Occasion.OUTSIDE, question="")
    await it.goes_by(minutes=15)
    assert await it.came() == [("prompt", "failed", Reason.REFUSED), ("prompt", "unknown", Reason.UNANSWERED)]
    assert [(await kept(it.database, name))["voided_at"] is None for name in ("f1", "f2")] == [False, True]


async def test_its_prompt_speaks_the_clients_language_not_the_tools(it: World) -> None:
    await it.closes("f1", occasion=Occasion.OUTSIDE, question="", language="en")
    await it.goes_by(minutes=15)
    assert it.slack.posted[0].message.language == "fr"  # the directory's


# --- a month on -----------------------------------------------------------------------------------------------------------------------------------

LOOKED_AT_AGAIN = next(name for name in (f"f{number}" for number in range(1_000)) if is_looked_at_again(name))


async def test_a_month_on_whoever_responded_is_asked_again(it: World) -> None:
    await it.closes(LOOKED_AT_AGAIN)
    await give(it.database, LOOKED_AT_AGAIN, it.time(), solved="yes", trace=5)
    await it.goes_by(days=30)
    await it.goes_by(minutes=1)
    (again,) = await later(it)
    assert (again.exchange, again.occasion, again.asked_at, again.solved) == (
        f"x-{LOOKED_AT_AGAIN}",
        Occasion.LATER,
        TUESDAY + timedelta(days=30),
        None,
    )
    assert (await it.came(), again.voided_at) == ([("prompt", "sent", None)], None)
    assert await clocks(it.database, again.id) == (None, None, None)


async def test_whoever_did_not_respond_or_reopened_it_is_not(it: World) -> None:
    await it.closes(LOOKED_AT_AGAIN)
    await it.goes_by(minutes=15)
    await it.goes_by(days=30)
    assert await later(it) == []


async def test_a_second_look_that_was_not_sent_asked_nobody(it: World) -> None:
    await it.closes(LOOKED_AT_AGAIN)
    await give(it.database, LOOKED_AT_AGAIN, it.time(), solved="yes")
    await it.database.write("test", lambda session: pauses.choose(session, ALICE, "it", None, it.time()))
    await it.goes_by(days=30)
    assert await it.came() == [("prompt", "skipped", "paused")]
    (again,) = await later(it)
    assert again.voided_at == it.time()


async def test_a_function_that_is_gone_does_not_look_again(it: World) -> None:
    await it.closes(LOOKED_AT_AGAIN, function="gone")
    await give(it.database, LOOKED_AT_AGAIN, it.time(), solved="yes")
    await it.goes_by(days=30)
    assert (await it.came(), await later(it)) == ([], [])
