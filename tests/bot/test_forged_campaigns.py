"""A button may name any campaign, step and version: whoever forges one gets a reason, changes nothing, and raises nobody's stage."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select
from sqlmodel import Session

from bot.evidence import Gathering
from dialogs.actions import Action, FormAction
from dialogs.campaign import Campaign, CampaignAudience, CampaignStatus, Declared, Kept, Period, Slice
from dialogs.campaign_actions import (
    AnswerStep,
    Diagnose,
    DropStep,
    ListCampaigns,
    Move,
    PreviewStep,
    RecallStep,
    ReplyStep,
    ShowCampaign,
    SteerCampaign,
    TakeStep,
    WriteCampaign,
    WriteStep,
)
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Localized
from dialogs.delivery import Delivery, Kind
from dialogs.events import Event
from dialogs.facts import CampaignEdited
from dialogs.ladder import LASTS, Stage
from dialogs.messages import Choice, Form, FormErrors, Input, Message, Text
from dialogs.rights import Grant, Role
from storage import audit, campaigns, deliveries, evidence, outcomes, people, roles
from storage.database import Database
from storage.tables import (
    CampaignRow,
    CampaignVersionRow,
    DeliveryRow,
    EvidenceRow,
    PersonRow,
    RequestRow,
    Row,
    StandingRow,
    StepResponseRow,
    table_of,
)
from tests.bot.nameless import Company, company, their, words
from tests.company import NOON
from tests.conversation import asks_form, submits, taps
from tests.dialogs.campaigns import BASELINE, CHANGE, FULL, LEARN, QUIZ, READY

ALICE, BOB, CAROL = (people.directory_person_id(number) for number in ("p1", "p2", "p3"))
_NAMES: Final = UUID(int=61)
# all that a forged gesture could change
KEPT: Final[tuple[type[Row], ...]] = (CampaignRow, CampaignVersionRow, DeliveryRow, EvidenceRow, RequestRow, StandingRow, StepResponseRow)
RUNS = replace(FULL, period=Period(starts=date(2026, 11, 2), ends=date(2026, 12, 18)))
FINANCES = replace(READY, name="expenses", function="finance")


@dataclass(slots=True, kw_only=True)
class World:
    """The small company with three people of its directory, a campaign of IT that runs, and a draft of it."""

    it: Company

    async def does(self, event: Event) -> str:
        """Return what is said; a form says its title and its mistakes."""
        taken = await self.it.turns.take(event)
        (reply,) = taken.replies
        match reply:
            case Message():
                return words(taken)
            case FormErrors(form=form, errors=errors):
                return "\n".join((form.title, *(error.text for error in errors)))
            case Form():
                return f"a form: {reply.title}"
            case _:
                raise AssertionError(reply)

    async def taps(self, action: Action, by: str = "U1") -> str:
        return await self.does(taps(action, by=by, where=their(by)))

    async def opens(self, action: FormAction, by: str = "U1") -> str:
        return await self.does(asks_form(action, by=by, where=their(by)))

    async def submits(self, action: FormAction, by: str = "U1", **values: str) -> str:
        return await self.does(submits(action, values, by=by, where=their(by)))

    async def all(self) -> dict[str, list[tuple[object, ...]]]:
        return {row.__name__: await self.it.rows(row) for row in KEPT}

    async def refusals(self) -> int:
        return sum(line.outcome == "refused" for line in await self.it.database.read(audit.lines))

    async def keep(self, campaign: Campaign, status: CampaignStatus = CampaignStatus.DRAFT, by: str = "tests") -> None:
        def body(session: Session) -> None:
            assert campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), by, NOON) is not None
            row = session.get_one(CampaignRow, campaign.name)
            row.status = status.value
            row.planned_version = 1

        await self.it.database.write("t", body)

    async def sent(self, person: str, step: str, campaign: Campaign = RUNS) -> None:
        """Let a step have reached somebody."""

        def body(session: Session) -> None:
            key = uuid5(_NAMES, f"{campaign.name}|{step}|{person}")
            message = Message(language="en", blocks=(Text(text="?"),))
            deliveries.plan(
                session,
                Delivery(
                    key=key,
                    kind=Kind.CAMPAIGN,
                    cause_kind="campaign",
                    cause_id=campaign.name,
                    to=person,
                    message=message,
                    function="it",
                    step=step,
                ),
                NOON,
            )
            session.execute(table_of(DeliveryRow).update().where(table_of(DeliveryRow).c.key == key).values(status="sent", ended_at=NOON))

        await self.it.database.write("t", body)

    async def is_(self, person: str, role: Role, function: str | None = "it") -> None:
        await self.it.database.write("t", lambda session: roles.grant(session, person, Grant(role=role, function=function), "tests", NOON))

    async def named(self, name: str) -> Kept:
        kept = await self.it.database.read(lambda session: campaigns.load(session, name))
        assert kept is not None
        return kept

    async def stage(self, person: str) -> Stage:
        found = await self.it.database.read(lambda session: evidence.stages_of(session, person))
        return found.get("it", Stage.UNAWARE)


@asynccontextmanager
async def world(database: Database) -> AsyncIterator[World]:
    async with company(database) as it:
        for user, email in (("U1", "alice.martin"), ("U2", "bob.dupont"), ("U3", "carol.petit")):
            await it.known(user, f"{email}@solane.example")
        await database.write(people.LINKING, lambda session: session.execute(table_of(PersonRow).update().values(language="en")))
        here = World(it=it)
        await here.keep(RUNS, CampaignStatus.RUNNING)
        await here.keep(READY)
        yield here


# --- who got nothing, or something else -----------------------------------------------------------------------------------------------------------

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


# --- who may not write, or run ---------------------------------------------------------------------------------------------------------------------

WRONG: Final = ("", "0", "2", "-1", "١", "1.0", "9" * 5000)  # versions that nobody was shown
MOVES: Final[tuple[Move, ...]] = ("test", "submit", "approve", "return", "schedule", "pause", "resume", "cancel", "correct", "recall")
STRANGE: Final[tuple[Action, ...]] = (
    *(
        SteerCampaign(name=name, move=move, version=version, step="quiz")
        for name in ("passphrases", "passwords")
        for move in MOVES
        for version in ("1", "")
    ),
    DropStep(name="passwords", step="learn", base="1"),
    PreviewStep(name="passwords", step="learn", language="en"),
    PreviewStep(name="passphrases", step="story", language="fr", variant="short"),
    ShowCampaign(name="passwords"),
    ListCampaigns(slug="it"),
    ListCampaigns(),
)
STRANGE_FORMS: Final[tuple[FormAction, ...]] = (
    WriteCampaign(slug="it"),
    WriteCampaign(slug="it", name="passwords", base="1 "),
    WriteStep(name="passwords"),
    WriteStep(name="passwords", step="learn", base="1 "),
)


@pytest.mark.parametrize("slug", [None, "finance"], ids=["employee", "owner of another function"])
async def test_whoever_doesnt_write_for_a_function_changes_nothing_and_its_noted(database: Database, slug: str | None) -> None:
    async with world(database) as here:
        if slug is not None:
            await here.is_(BOB, Role.OWNER, slug)
        await here.sent(ALICE, "quiz")
        before, refused = await here.all(), await here.refusals()
        actions = [each for each in STRANGE if slug is None or each != ListCampaigns()]
        for number, action in enumerate(actions, start=1):
            told = await here.taps(action, "U2")
            assert told, action
            assert "Quatre mots" not in told, "nor do they read the draft"
            assert "Four words" not in told
            assert await here.refusals() == refused + number, action
        for form in STRANGE_FORMS:
            assert "a form" not in await here.opens(form, "U2")
            assert await here.submits(form, "U2", title_en="Mine", content_en="Mine")
        assert await here.refusals() == refused + len(actions) + 2 * len(STRANGE_FORMS)
        assert await here.all() == before


async def test_a_name_of_one_function_and_the_slug_of_another_are_no_way_in(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.OWNER, "it")
        await here.keep(FINANCES)
        before = await here.it.rows(CampaignVersionRow)
        for form in (WriteCampaign(slug="it", name="expenses"), WriteStep(name="expenses", step="learn")):
            assert "a form" not in await here.opens(form, "U2")
            assert await here.submits(form, "U2", title_en="Mine", content_en="Mine")
        for move in MOVES:
            await here.taps(SteerCampaign(name="expenses", move=move, version="1"), "U2")
        assert await here.it.rows(CampaignVersionRow) == before
        assert (await here.named("expenses")).status is CampaignStatus.DRAFT


async def test_a_version_that_wasnt_shown_isnt_approved_or_scheduled(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.OWNER)
        await here.is_(CAROL, Role.ADMIN, None)
        await here.it.database.write("t", lambda session: campaigns.set_approval(session, "it", True, "tests", NOON))
        await here.taps(SteerCampaign(name="passwords", move="submit", version="1"), "U2")
        moves: tuple[Move, ...] = ("approve", "schedule", "submit")
        for move, version in product(moves, WRONG):
            told = await here.taps(SteerCampaign(name="passwords", move=move, version=version), "U3")
            assert "It was changed since" in told, told
        kept = await here.named("passwords")
        assert (kept.status, kept.approved) == (CampaignStatus.DRAFT, None)
        for version in WRONG:
            assert "It was changed since" in await here.taps(DropStep(name="passwords", step="learn", base=version), "U2")
        assert (await here.named("passwords")).version == 1


async def test_nobody_approves_their_own_nor_what_was_changed_since(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.OWNER)
        await here.is_(CAROL, Role.OWNER)
        await here.it.database.write("t", lambda session: campaigns.set_approval(session, "it", True, "tests", NOON))

        async def steer(move: Move, version: int, by: str) -> str:
            return await here.taps(SteerCampaign(name="passwords", move=move, version=str(version)), by)

        await steer("submit", 1, "U2")
        assert "somebody else approves it" in await steer("approve", 1, "U2")
        assert "A second person has to approve it first" in await steer("schedule", 1, "U2")
        await here.taps(DropStep(name="passwords", step="learn", base="1"), "U2")
        assert "It was changed since" in await steer("approve", 1, "U3")
        assert "Nobody has asked" in await steer("approve", 2, "U3"), "an edit takes the question back"
        await steer("submit", 2, "U3")
        assert "somebody else approves it" in await steer("approve", 2, "U2"), "Bob wrote it last"
        assert "somebody else approves it" in await steer("approve", 2, "U3"), "Carol asked"
        assert (await here.named("passwords")).approved is None


async def test_an_author_runs_nothing(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.AUTHOR)
        refused = await here.refusals()
        for move in ("schedule", "pause", "resume", "cancel", "approve", "return"):
            assert await here.taps(SteerCampaign(name="passphrases", move=move, version="1"), "U2")
        assert await here.refusals() == refused + 6
        assert (await here.named("passphrases")).status is CampaignStatus.RUNNING


# --- whom an author reaches ------------------------------------------------------------------------------------------------------------------------


async def rewrites(here: World, content: str) -> str:
    action = WriteStep(name="passphrases", step=CHANGE.id)
    taken = await here.it.turns.take(asks_form(action, by="U2", where=their("U2")))
    (form,) = taken.replies
    assert isinstance(form, Form), form
    inputs = {each.id: each.value or "" for each in form.blocks if isinstance(each, Input | Choice)}
    assert isinstance(form.action, WriteStep)
    return await here.submits(form.action, "U2", **(inputs | {"content_en": content}))


async def test_an_author_writes_only_to_those_whom_they_may_reach_though_somebody_else_chose_them(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.AUTHOR)
        told = await rewrites(here, "My own words to everybody.")
        assert "you may not reach all these people" in told.lower(), told
        assert (await here.named("passphrases")).version == 1
        for segment in ("sales", "field"):
            given = AudienceGrant(kind="segment", value=segment)
            await here.it.database.write("t", lambda session, g=given: campaigns.grant(session, BOB, "it", g, "tests", NOON))  # type: ignore[misc]
        assert "Kept" in await rewrites(here, "My own words to those whom I may reach.")
        assert (await here.named("passphrases")).version == 2
        await here.it.database.write("t", lambda session: campaigns.revoke(session, BOB, "it", AudienceGrant(kind="segment", value="field")))
        assert "you may not reach all these people" in (await rewrites(here, "Once more.")).lower()
        assert (await here.named("passphrases")).version == 2


async def test_what_an_author_may_not_reach_isnt_submitted(database: Database) -> None:
    async with world(database) as here:
        await here.is_(BOB, Role.AUTHOR)
        await here.it.database.write("t", lambda session: campaigns.set_approval(session, "it", True, "tests", NOON))
        assert "You may not reach these people" in await here.taps(SteerCampaign(name="passwords", move="submit", version="1"), "U2")
        assert (await here.named("passwords")).asked_by is None


# --- what counts for the verdict -------------------------------------------------------------------------------------------------------------------


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
