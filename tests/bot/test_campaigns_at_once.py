"""Two who write campaigns at once: what each of them is told was kept, was kept."""

import asyncio
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session

from dialogs.actions import FormAction
from dialogs.campaign import CampaignStatus
from dialogs.campaign_actions import DropStep, Move, SteerCampaign, WriteCampaign
from dialogs.events import Event, FormSubmitted
from dialogs.facts import CampaignEdited
from dialogs.messages import Choice, Form, Input
from dialogs.rights import Grant, Role
from storage import campaigns, people, roles
from storage.database import Database
from storage.tables import CampaignRow, PersonRow, table_of
from tests.bot.nameless import Company, company, their, words
from tests.company import NOON
from tests.conversation import asks_form, submits, taps
from tests.dialogs.campaigns import CHANGE, LEARN, READY

BOB, CAROL = (people.directory_person_id(number) for number in ("p2", "p3"))
ROUNDS = 5
MANY = replace(READY, steps=(LEARN, *(replace(CHANGE, id=f"s{number}") for number in range(2 * ROUNDS))))


async def owned(it: Company) -> None:
    """Let Bob and Carol own IT, who read English."""
    for user, email in (("U2", "bob.dupont"), ("U3", "carol.petit")):
        await it.known(user, f"{email}@solane.example")

    def grant(session: Session) -> None:
        session.execute(table_of(PersonRow).update().values(language="en"))
        for person in (BOB, CAROL):
            roles.grant(session, person, Grant(role=Role.OWNER, function="it"), "tests", NOON)

    await it.database.write(people.LINKING, grant)


async def keep(it: Company) -> None:
    fact = CampaignEdited(campaign=MANY, base=None)
    assert await it.database.write("t", lambda session: campaigns.edit(session, fact, "tests", NOON)) is not None


async def at_once(it: Company, *events: Event) -> list[str]:
    return [words(taken) for taken in await asyncio.gather(*(it.turns.take(event) for event in events))]


async def test_of_two_who_change_a_version_at_once_one_is_told_that_it_was_changed(database: Database) -> None:
    async with company(database) as it:
        await owned(it)
        await keep(it)
        for round_ in range(ROUNDS):
            base = str(1 + round_)
            dropped = [
                taps(DropStep(name="passwords", step=f"s{2 * round_ + number}", base=base), by=user, where=their(user))
                for number, user in enumerate(("U2", "U3"))
            ]
            told = await at_once(it, *dropped)
            assert sorted(("Taken out" in each, "It was changed since" in each) for each in told) == [(False, True), (True, False)], told
        kept = await database.read(lambda session: campaigns.load(session, "passwords"))
        assert kept is not None
        assert (kept.version, len(kept.campaign.steps)) == (1 + ROUNDS, len(MANY.steps) - ROUNDS)


async def test_of_two_who_schedule_at_once_both_are_told_the_truth(database: Database) -> None:
    async with company(database) as it:
        await owned(it)
        await keep(it)
        moves: tuple[tuple[Move, str], ...] = (("schedule", "U2"), ("schedule", "U3"))
        told = await at_once(it, *(taps(SteerCampaign(name="passwords", move=move, version="1"), by=user, where=their(user)) for move, user in moves))
        assert sorted("Scheduled: it starts" in each for each in told) == [False, True], told
        kept = await database.read(lambda session: campaigns.load(session, "passwords"))
        assert kept is not None
        assert kept.status is CampaignStatus.SCHEDULED


async def filled(it: Company, action: FormAction, user: str, **values: str) -> FormSubmitted:
    """Fill a form in as it's opened."""
    (form,) = (await it.turns.take(asks_form(action, by=user, where=their(user)))).replies
    assert isinstance(form, Form)
    shown = {block.id: block.value or "" for block in form.blocks if isinstance(block, Input | Choice)}
    return submits(form.action, shown | values, by=user, where=their(user))


async def test_of_two_who_begin_campaigns_of_one_title_at_once_both_have_theirs(database: Database) -> None:
    async with company(database) as it:
        await owned(it)
        theirs = CampaignEdited(campaign=replace(READY, name="it_secrets", function="finance"), base=None)
        await it.database.write("t", lambda session: campaigns.edit(session, theirs, "tests", NOON))
        begun = [await filled(it, WriteCampaign(slug="it"), user, title_en="Secrets", title_fr="Secrets") for user in ("U2", "U3", "U2", "U3")]
        told = await at_once(it, *begun)
        assert all("Kept as a draft" in each for each in told), told
        names = await database.read(lambda session: set(session.execute(select(table_of(CampaignRow).c.name)).scalars()))
        assert names == {"it_secrets", "it_secrets_2", "it_secrets_3", "it_secrets_4", "it_secrets_5"}, "whoever else had the first name"
