"""A button may name any campaign and version: whoever forges one gets a reason, and changes nothing."""

from itertools import product
from typing import Final

import pytest

from dialogs.actions import Action, FormAction
from dialogs.campaign import CampaignStatus
from dialogs.campaign_actions import (
    DropStep,
    ListCampaigns,
    Move,
    PreviewStep,
    ShowCampaign,
    SteerCampaign,
    WriteCampaign,
    WriteStep,
)
from dialogs.campaigning import AudienceGrant
from dialogs.messages import Choice, Form, Input
from dialogs.rights import Role
from storage import campaigns
from storage.database import Database
from storage.tables import (
    CampaignVersionRow,
)
from tests.bot.forged import ALICE, BOB, CAROL, FINANCES, World, world
from tests.bot.nameless import their
from tests.company import NOON
from tests.conversation import asks_form
from tests.dialogs.campaigns import CHANGE

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
