"""Without a name: who said it, when, and after whom is known to nobody, and the answer still finds them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from bot.anonymous import hash_of
from bot.sealed import BLOCK, Seal, UnreadableError
from dialogs.events import Sender
from dialogs.feedback import EXPIRES, Feedback, Occasion
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices, ReadReceipt, Say, WriteComment
from dialogs.feedback_comment import ATTACHED, COMMENT, DETACHED, WAY
from dialogs.messages import Choice, Form, FormErrors, Input, Place
from dialogs.voice import ANONYMOUS, BATCH, Unnamed, VoiceKind
from storage import anonymous, deliveries, feedback, people
from storage.database import Database
from storage.tables import AnonymousPendingRow, AnonymousVoiceRow, EventRow, IdentityRow, PersonRow, VoiceRow
from tests.bot.nameless import SECRET, Company, company, message, secret_in, their, words
from tests.company import NOON
from tests.conversation import CHANNEL, asks_form, said, submits, taps

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
SAYS = {"kind": "criticism", "text": "Nobody picks up.", "way": "anonymous"}


async def others(it: Company, number: int, *, function: str = "it") -> None:
    for index in range(number):
        await it.says(f"Me too, {index}.", by=f"U{index + 2}", slug=function)


async def waiting(it: Company) -> tuple[Unnamed, ...]:
    content = await it.database.read(anonymous.sealed)
    assert it.seal is not None
    return tuple(each.words for each in it.seal.open(content).waiting)


async def test_what_is_said_without_a_name_leaves_nothing_of_who_said_it(database: Database) -> None:
    async with company(database) as it:
        known = await it.rows(PersonRow)
        taken = await it.says("Nobody picks up.", by="U7")
        assert (taken.first, taken.acquainted, taken.traced) == (True, True, False), "no profile is asked for, and no key is logged"
        assert message(taken).place is Place.PRIVATE
        assert "It's on its way to IT, anonymously." in words(taken)
        assert await waiting(it) == (Unnamed(function="it", kind=VoiceKind.CRITICISM, text="Nobody picks up."),)
        assert (await it.rows(EventRow), await it.rows(IdentityRow), await it.rows(VoiceRow)) == ([], [], [])
        assert await it.rows(PersonRow) == known


async def test_by_name_it_is_an_ordinary_turn(database: Database) -> None:
    async with company(database) as it:
        taken = await it.says("Nobody picks up.", way="named")
        assert taken.traced
        assert (len(await it.rows(EventRow)), len(await it.rows(VoiceRow)), await it.rows(AnonymousPendingRow)) == (1, 1, [])


@on_one_database
async def test_nobody_knows_who_opened_the_form_or_had_to_mend_what_they_wrote(database: Database) -> None:
    async with company(database) as it:
        (form,) = (await it.turns.take(asks_form(Say(slug="it")))).replies
        assert isinstance(form, Form)
        for way in ("anonymous", "named", ""):
            (again,) = (await it.says("Nobody picks up.", way=way, kind="")).replies
            assert isinstance(again, FormErrors)
            assert "Nobody picks up." in [block.value for block in again.form.blocks if isinstance(block, Input)]
        assert (await it.rows(EventRow), await it.rows(AnonymousPendingRow)) == ([], [])


async def test_fewer_than_five_wait_and_their_receipts_say_so(database: Database) -> None:
    async with company(database) as it:
        secret = secret_in(await it.says("Nobody picks up."))
        await others(it, BATCH - 2)
        await it.passes_on()
        assert await it.rows(AnonymousVoiceRow) == []
        assert len(await waiting(it)) == BATCH - 1
        assert "It isn't passed on to IT yet" in await it.reads(secret)


async def test_five_are_passed_on_at_once_and_each_function_hears_of_it_once(database: Database) -> None:
    async with company(database) as it:
        await it.bound()
        secret = secret_in(await it.says("Nobody picks up."))
        await others(it, BATCH - 1)
        await it.passes_on()
        await it.passes_on()
        assert await it.rows(AnonymousPendingRow) == []
        rows = await it.rows(AnonymousVoiceRow)
        assert (len(rows), {row[1] for row in rows}, {row[2] for row in rows}) == (BATCH, {"2026-11"}, {"it"})
        (line,) = await database.read(lambda session: list(deliveries.lines(session)))
        assert (line.kind, line.cause_kind, line.cause_id) == ("alert", "voice", "it")
        assert it.nudges == [it.time()]
        assert "It's been passed on to IT.\nNobody has answered yet." in await it.reads(secret)
        assert await it.rows(EventRow) == [], "to read a receipt leaves no trace either"


async def test_a_function_that_nobody_can_reach_hears_of_it_once_somebody_can(database: Database) -> None:
    async with company(database) as it:
        await others(it, BATCH)
        await it.passes_on()
        assert (await database.read(anonymous.untold), it.nudges) == ({"it": BATCH}, [])
        await it.bound()
        it.time.passes(days=1)
        await it.passes_on()
        assert await database.read(anonymous.untold) == {}
        assert len(it.nudges) == 1


async def test_the_answer_is_read_with_the_receipt_and_sent_to_nobody(database: Database) -> None:
    async with company(database) as it:
        secret = secret_in(await it.says("Nobody picks up."))
        await others(it, BATCH - 1)
        await it.passes_on()
        await it.known("U9", "malik.benali@vaubert.example")
        found = await database.read(lambda session: anonymous.by_receipt(session, hash_of(secret)))
        assert found is not None
        listed = words(await it.turns.take(taps(ListVoices(slug="it"), by="U9", where=their("U9"))))
        assert "Criticism · Somebody, without a name · 2026-11\nNobody picks up." in listed
        answered = await it.turns.take(submits(AnswerVoice(voice=found.id), {"text": "From eight, we do."}, by="U9", where=their("U9")))
        assert "reads your answer with their receipt" in words(answered)
        assert "Answered:\nFrom eight, we do." in await it.reads(secret)
        await it.turns.take(submits(CloseVoice(voice=found.id), {"text": "Two more people."}, by="U9", where=their("U9")))
        assert "What came of it:\nTwo more people." in await it.reads(secret)
        assert await database.read(lambda session: list(deliveries.lines(session))) == []


@on_one_database
async def test_a_second_delivery_of_the_same_gesture_says_it_once_and_gives_another_receipt(database: Database) -> None:
    async with company(database) as it:
        event = submits(Say(slug="it"), SAYS)
        first, second = secret_in(await it.turns.take(event)), secret_in(await it.turns.take(event))
        assert len(await waiting(it)) == 1
        assert "I don't find anything with this receipt." in await it.reads(first)
        assert "It isn't passed on to IT yet" in await it.reads(second)


@on_one_database
async def test_what_waits_shows_neither_words_nor_size_nor_time_nor_order(database: Database) -> None:
    async with company(database) as it:
        contents = []
        for index, text in enumerate(("a", "b" * 1900, "c")):
            it.time.passes(days=1)
            await it.says(text, by=f"U{index}")
            content = await database.read(anonymous.sealed)
            contents.append(content or "")
        assert len({len(content) for content in contents}) == 1
        assert all(len(content) > BLOCK for content in contents)
        # https://github.com/fernet/spec/blob/master/Spec.md: a version, then the time of its making, which is never
        assert {content[:12] for content in contents} == {"gAAAAAAAAAAA"}
        assert len({tuple(each.text for each in await _in_order(it)) for _ in range(30)}) > 1


async def _in_order(it: Company) -> tuple[Unnamed, ...]:
    """What waits, as it's kept once it's sealed again."""
    assert it.seal is not None
    pending = it.seal.open(await it.database.read(anonymous.sealed))
    return tuple(each.words for each in it.seal.open(it.seal.close(pending)).waiting)


@on_one_database
async def test_the_month_is_that_of_the_companys_clock(database: Database) -> None:
    async with company(database) as it:
        await others(it, BATCH)
        it.time.at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
        await it.passes_on()
        assert {row[1] for row in await it.rows(AnonymousVoiceRow)} == {"2026-12"}


@on_one_database
@pytest.mark.parametrize("broken", ["no key", "another key"])
async def test_where_nothing_can_be_sealed_nothing_is_taken_nothing_typed_is_lost_and_the_log_says_why(database: Database, broken: str) -> None:
    if broken == "another key":
        async with company(database, seal=Seal("the former key")) as it:
            await it.says("Nobody picks up.")
    async with company(database, sealed=broken == "another key") as it:
        with capture_logs() as logs:
            (again,) = (await it.says("Me too.")).replies
            assert isinstance(again, FormErrors)
            assert [error.input for error in again.errors] == ["way"]
            assert "Me too." in [block.value for block in again.form.blocks if isinstance(block, Input)]
            assert [block.value for block in again.form.blocks if isinstance(block, Choice) and block.id == "way"] == ["anonymous"]
            assert "I don't find anything with this receipt." in await it.reads("unknown")
            await it.passes_on()
        assert "POURQUI_SECRET_KEY" in repr(logs)
        assert "Me too." not in repr(logs)
        assert await it.rows(EventRow) == []


def test_what_another_key_sealed_is_never_taken_for_nothing() -> None:
    seal = Seal(SECRET)
    with pytest.raises(UnreadableError):
        Seal("another").open(seal.close(seal.open(None)))


@on_one_database
async def test_strangers_are_refused_as_ever(database: Database) -> None:
    async with company(database) as it:
        for event in (submits(Say(slug="it"), SAYS), taps(ReadReceipt(secret="s")), asks_form(Say())):
            taken = await it.turns.take(replace(event, sender=Sender(user="U5", guest=True)))
            assert "I only answer people who work at" in words(taken)
            assert not taken.traced
        assert (await it.rows(AnonymousPendingRow), await it.rows(EventRow)) == ([], [])


@on_one_database
async def test_in_a_channel_the_receipt_is_private(database: Database) -> None:
    async with company(database) as it:
        taken = await it.turns.take(submits(Say(slug="it"), SAYS, where=CHANNEL))
        assert message(taken).place is Place.PRIVATE


@on_one_database
async def test_an_inside_failure_is_an_apology_and_the_log_names_neither_gesture_nor_words(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with company(database) as it:
        event = submits(Say(slug="it"), SAYS)

        def stumble(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(anonymous, "seal", stumble)
        with capture_logs() as logs:
            taken = await it.turns.take(event)
        assert "Something went wrong on my side" in words(taken)
        assert not taken.traced
        (line,) = logs
        assert line["event"] == "a turn without a trace failed"
        assert not {str(event.key), event.id, "U1", "Nobody picks up."} & set(map(str, line.values()))


@on_one_database
async def test_whoever_asks_for_the_form_in_words_leaves_no_trace_unless_it_is_the_first_thing_they_say(database: Database) -> None:
    async with company(database) as it:
        asks = said("say it", by="U1", where=their("U1"))
        first = await it.turns.take(asks)
        assert (first.traced, first.acquainted) == (True, False), "the platform is asked who they are"
        again = await it.turns.take(replace(asks, id="another"))
        assert (again.traced, again.replies) == (False, first.replies)
        assert len(await it.rows(EventRow)) == 1


@on_one_database
async def test_everything_else_takes_the_ordinary_turn(database: Database) -> None:
    async with company(database) as it:
        for event in (said("say it all"), said("voices it"), submits(AnswerVoice(voice=f"{ANONYMOUS}x"), {"text": "?"})):
            assert (await it.turns.take(event)).traced
        assert len(await it.rows(EventRow)) == 3


async def asked_about(it: Company, user: str) -> Feedback:
    """Let somebody's request to IT be over, so that they're asked how it went."""
    event = said("?", by=user, where=their(user))
    person = await it.database.write("test", lambda session: people.meet(session, event, NOON).person.id)
    left = Feedback(
        id="f1",
        exchange="e1",
        occasion=Occasion.REQUEST,
        function="it",
        client=person,
        question="Who has my cable?",
        language="en",
        channel="personal",
        opened_at=NOON,
        asked_at=NOON,
        expires_at=NOON + EXPIRES,
    )
    await it.database.write("test", lambda session: feedback.ask(session, left, NOON, prompt=False))
    return left


async def test_a_comment_that_is_detached_leaves_its_exchange_as_it_was(database: Database) -> None:
    async with company(database) as it:
        left = await asked_about(it, "U1")
        action = WriteComment(feedback=left.id)
        (form,) = (await it.turns.take(asks_form(action, where=their("U1")))).replies
        assert isinstance(form, Form)
        (again,) = (await it.turns.take(submits(action, {COMMENT: "x" * 2001, WAY: ATTACHED}, where=their("U1")))).replies
        assert isinstance(again, FormErrors), "which may be sent detached once it's mended"
        taken = await it.turns.take(submits(action, {COMMENT: "They were rude.", WAY: DETACHED}, where=their("U1")))
        assert "It's on its way to IT, anonymously." in words(taken)
        assert await waiting(it) == (Unnamed(function="it", kind=VoiceKind.OTHER, text="They were rude."),)
        assert await it.rows(EventRow) == []
        kept = await database.read(lambda session: feedback.load(session, left.id))
        assert kept is not None
        assert (kept.comment, kept.answered_at) == (None, None)
        theirs = await it.turns.take(submits(action, {COMMENT: "They were rude.", WAY: DETACHED}, by="U2", where=their("U2")))
        assert "Only whoever asked" in words(theirs)
        attached = await it.turns.take(submits(action, {COMMENT: "They were slow.", WAY: ATTACHED}, where=their("U1")))
        assert attached.traced


@on_one_database
async def test_without_a_key_a_comment_stays_in_its_form(database: Database) -> None:
    async with company(database, sealed=False) as it:
        left = await asked_about(it, "U1")
        filled = {COMMENT: "They were rude.", WAY: DETACHED}
        (again,) = (await it.turns.take(submits(WriteComment(feedback=left.id), filled, where=their("U1")))).replies
        assert isinstance(again, FormErrors)
        assert [error.input for error in again.errors] == [WAY]
