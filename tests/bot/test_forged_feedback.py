"""A button may name any exchange: whoever forges one changes nothing of what others are asked."""

from sqlmodel import select

from dialogs.actions import NotMine, Show
from dialogs.feedback import Occasion
from dialogs.feedback_actions import AnswerItem, RateTrace, SaySolved, WriteComment
from dialogs.feedback_row import feedback_id
from dialogs.request_actions import AskHuman
from storage import feedback
from storage.database import Database
from storage.tables import ExchangeRow, FeedbackRow, RequestRow
from tests.bot.nameless import company, their, words
from tests.conversation import CHANNEL, said, submits, taps


async def test_nobody_but_whoever_asked_changes_what_is_asked_about_an_exchange(database: Database) -> None:
    async with company(database) as it:
        hers, his = their("U1"), their("U2")
        await it.turns.take(said("mon ordinateur portable est mort", by="U1", where=hers))
        exchange = await database.read(lambda session: session.exec(select(ExchangeRow.id)).one())
        closing = feedback_id(exchange, Occasion.ANSWER)
        before = await database.read(lambda session: feedback.load(session, closing))
        assert before is not None
        human = AskHuman(question="?", slug="it", id="it_laptop", exchange=exchange)
        forged = (
            taps(NotMine(id="it_laptop", exchange=exchange), by="U2", where=his),
            submits(human, {"question": "who has my cable?", "way": "named"}, by="U2", where=his),
            taps(SaySolved(feedback=closing, solved="no"), by="U2", where=his),
            taps(RateTrace(feedback=closing, trace="1"), by="U2", where=his),
            taps(AnswerItem(feedback=closing, item="effort", value="1"), by="U2", where=his),
            taps(AnswerItem(feedback=closing, item="effort", value="9"), by="U1", where=hers),
            submits(WriteComment(feedback=closing), {"comment": "Bad.", "way": "attached"}, by="U2", where=his),
            submits(WriteComment(feedback=closing), {"comment": "Bad.", "way": "detached"}, by="U2", where=his),
        )
        for event in forged:
            assert "mon ordinateur" not in words(await it.turns.take(event)), "nor do they learn what was asked"
        assert await database.read(lambda session: feedback.load(session, closing)) == before
        assert await database.read(lambda session: session.exec(select(FeedbackRow.prompt_at).where(FeedbackRow.id == closing)).one()) is not None
        assert await database.read(lambda session: session.exec(select(RequestRow.exchange_id)).one()) != exchange
        await it.turns.take(taps(NotMine(id="it_laptop", exchange=exchange), by="U1", where=hers))
        after = await database.read(lambda session: feedback.load(session, closing))
        assert after is not None
        assert after.voided_at is not None, "it's hers"


async def test_an_answer_that_somebody_else_chose_is_asked_about_with_whoever_asked(database: Database) -> None:
    async with company(database) as it:
        await it.turns.take(said("pc", by="U1", where=CHANNEL))
        exchange, asker = await database.read(lambda session: session.exec(select(ExchangeRow.id, ExchangeRow.person_id)).one())
        await it.turns.take(taps(Show(id="it_laptop", exchange=exchange), by="U2", where=CHANNEL))
        closing = feedback_id(exchange, Occasion.ANSWER)
        kept = await database.read(lambda session: feedback.load(session, closing))
        assert kept is not None
        assert kept.client == asker
        refused = await it.turns.take(taps(SaySolved(feedback=closing, solved="no"), by="U2", where=CHANNEL))
        assert refused.replies
        assert (await database.read(lambda session: feedback.load(session, closing))) == kept
        await it.turns.take(taps(SaySolved(feedback=closing, solved="yes"), by="U1", where=CHANNEL))
        kept = await database.read(lambda session: feedback.load(session, closing))
        assert kept is not None
        assert kept.solved == "yes"
