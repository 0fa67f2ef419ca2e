"""A button may name any message of a campaign: whoever forges one gets a reason, raises nobody's stage, and sways no verdict."""

from dataclasses import replace
from itertools import product
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from bot.evidence import Gathering
from dialogs.actions import Action
from dialogs.campaign import CampaignAudience, CampaignStatus, Declared, Slice
from dialogs.campaign_actions import (
    AnswerStep,
    Diagnose,
    RecallStep,
    ReplyStep,
    TakeStep,
)
from dialogs.catalog import Localized
from dialogs.ladder import LASTS, Stage
from storage import outcomes
from storage.database import Database
from storage.tables import (
    EvidenceRow,
    RequestRow,
    table_of,
)
from tests.bot.forged import ALICE, BOB, RUNS, world
from tests.company import NOON
from tests.dialogs.campaigns import BASELINE, CHANGE, LEARN, QUIZ

FOREIGN: Final[tuple[Action, ...]] = (
    AnswerStep(campaign="passphrases", step="quiz", answer="2"),
    AnswerStep(campaign="passphrases", step="baseline", answer="it"),
    AnswerStep(campaign="passphrases", step="opinion", answer="5"),
    TakeStep(campaign="passphrases", step="change", does="done"),
    TakeStep(campaign="passphrases", step="story", does="more"),
    TakeStep(campaign="passphrases", step="story", does="later"),
    AnswerStep(campaign="passwords", step="learn", answer="1"),  # a draft
    TakeStep(campaign="passwords", step="change", does="done"),
    AnswerStep(campaign="passphrases", step="learn", answer="1"),  # a step of another campaign
    TakeStep(campaign="nowhere", step="change", does="done"),
    TakeStep(campaign="", step="", does="done"),
)


async def test_whoever_wasnt_sent_a_message_leaves_nothing_with_it(database: Database) -> None:
    async with world(database) as here:
        await here.sent(ALICE, "quiz")
        before = await here.all()
        for action in FOREIGN:
            assert await here.taps(action, "U2"), action
        assert "a form" in await here.opens(RecallStep(campaign="passphrases", step="baseline"), "U2")
        assert await here.submits(RecallStep(campaign="passphrases", step="baseline"), "U2", whom="IT")
        reply = await here.submits(ReplyStep(campaign="passphrases", step="story"), "U2", words="my long reply", way="named")
        assert "my long reply" in reply, "what was typed comes back"
        assert await here.all() == before
        assert await here.stage(BOB) is Stage.UNAWARE
        await here.taps(FOREIGN[0], "U1")
        assert await here.all() != before, "it's hers"


async def test_an_answer_that_a_question_doesnt_have_isnt_kept(database: Database) -> None:
    async with world(database) as here:
        for step in ("quiz", "opinion", "story", "change"):
            await here.sent(ALICE, step)
        before = await here.all()
        for step, answer in product(("quiz", "opinion", "story", "change"), ("0", "9", "", "-1", "١", "2 ", "1" * 5000, "it", "\x00")):
            assert "I can't read this answer" in await here.taps(AnswerStep(campaign="passphrases", step=step, answer=answer))
        assert await here.all() == before


async def test_the_first_answer_to_a_quiz_counts_however_often_its_tapped(database: Database) -> None:
    async with world(database) as here:
        await here.sent(ALICE, "quiz")
        right = str(QUIZ.question.right) if QUIZ.question else ""
        wrong = "1" if right != "1" else "2"
        await here.taps(AnswerStep(campaign="passphrases", step="quiz", answer=wrong))
        before = await here.all()
        assert "the first answer counts" in await here.taps(AnswerStep(campaign="passphrases", step="quiz", answer=right))
        assert await here.all() == before
        assert await here.stage(ALICE) is Stage.UNAWARE


async def test_a_gesture_that_a_message_doesnt_offer_raises_nobody(database: Database) -> None:
    async with world(database) as here:
        await here.sent(ALICE, "story")
        before = await here.all()
        assert "I can't read this answer" in await here.taps(TakeStep(campaign="passphrases", step="story", does="done"))
        assert await here.all() == before
        await here.sent(ALICE, "change")
        await here.taps(TakeStep(campaign="passphrases", step="change", does="done"))
        after = await here.all()
        await here.taps(TakeStep(campaign="passphrases", step="change", does="done"))
        assert await here.all() == after, "once is as good as twice"


async def test_answers_that_the_three_questions_dont_have_begin_them_anew(database: Database) -> None:
    async with world(database) as here:
        before = await here.all()
        for answers in ("yyyy", "y" * 5000, "١", "Y", "nope"):
            assert "1 of 3" in await here.taps(Diagnose(slug="it", answers=answers))
        assert await here.taps(Diagnose(slug="gone", answers="yyy"))
        assert await here.all() == before


async def test_a_topic_that_no_campaign_could_have_begins_the_three_questions_anew(database: Database) -> None:
    async with world(database) as here:
        before = await here.all()
        for topic in ("x" * 3000, "Not a slug", "../it"):
            assert "1 of 3" in await here.taps(Diagnose(slug="it", topic=topic, answers="yyy"))
        assert await here.all() == before


async def test_a_request_that_a_message_asked_for_isnt_evidence_of_the_verdict(database: Database) -> None:
    benchmark = Declared(kind="declared", share=0.2, source=Localized(en="A survey"))
    campaign = replace(
        RUNS,
        name="replies",
        topic=None,
        objective=replace(RUNS.objective, benchmark=benchmark),
        audience=CampaignAudience(include=(Slice(everyone=True),)),
        steps=(BASELINE, LEARN, CHANGE),
    )
    async with world(database) as here:
        await here.keep(campaign, CampaignStatus.RUNNING)
        for step in ("baseline", "learn"):
            await here.sent(ALICE, step, campaign)
        await here.submits(ReplyStep(campaign="replies", step="learn"), words="Which four words?", way="named")
        await here.submits(ReplyStep(campaign="replies", step="baseline"), words="Whom else?", way="named")

        def solve(session: Session) -> None:
            session.execute(table_of(RequestRow).update().values(status="closed", outcome="solved", closed_at=NOON))

        await here.it.database.write("t", solve)
        await Gathering(here.it.database, here.it.time, lasts=LASTS).gather()
        columns = table_of(EvidenceRow).c
        found = await here.it.database.read(
            lambda session: session.execute(select(columns.kind, columns.campaign, columns.step).where(columns.source.startswith("request"))).all()
        )
        assert sorted(map(tuple, found), key=str) == [
            ("asked_right", "replies", "learn"),
            ("asked_right", None, None),  # both arms got the survey
            ("service_used", "replies", "learn"),
            ("service_used", None, None),
        ]
        assert await here.stage(ALICE) is Stage.ACTION, "of her own standing, it counts"


async def test_a_card_opened_from_a_message_is_the_campaigns(database: Database) -> None:
    async with world(database) as here:
        await here.sent(ALICE, "story")
        await here.taps(TakeStep(campaign="passphrases", step="story", does="more"))
        row = (await here.it.database.read(lambda session: session.execute(select(table_of(EvidenceRow))).all()))[0]
        assert (row.kind, row.campaign, row.step, row.survey) == ("card_opened", "passphrases", "story", False)
        kept = await here.named("passphrases")
        assert await here.it.database.read(lambda session: list(outcomes.members(session, kept, NOON))) == []
