"""From draft to finished: an author asks, an owner approves and schedules, time passes, messages arrive, and everybody reads the plan."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

from bot.clock import now
from bot.schedule import CAMPAIGNS, VERDICTS
from dialogs.campaign import Campaign, CampaignAudience, CampaignStatus, Period, Slice
from dialogs.campaigning import AudienceGrant
from dialogs.facts import CampaignEdited
from dialogs.rights import Role
from storage import Session, audit, campaigns, deliveries, people
from tests.dialogs.campaigns import CHANGE, LEARN, READY
from tests.stories.conftest import World
from tests.stories.hands import NUMBERS, grants, label, last, told
from tests.stories.places import Place

NAME = "passwords"


def _path() -> Campaign:
    """Return a campaign that begins in a few days: gestures bear this machine's time, whatever the simulated one is."""
    begins = now().date() + timedelta(days=3)
    return replace(
        READY,
        audience=CampaignAudience(include=(Slice(everyone=True),)),
        period=Period(starts=begins, ends=begins + timedelta(days=25)),
        control=None,
        steps=(LEARN, replace(CHANGE, after=None)),
    )


async def _drafted(world: World, *, by: str) -> None:
    """Have a campaign drafted by somebody, whose function wants a second person's approval."""
    person = people.directory_person_id(NUMBERS[by])

    def body(session: Session) -> None:
        author = audit.pseudonym_of(session, person)
        assert campaigns.edit(session, CampaignEdited(campaign=_path(), base=None), author, world.time()) is not None
        assert campaigns.set_approval(session, "it", needed=True, by="tests", at=world.time())

    await world.database.write("tests", body)


async def _status(world: World) -> CampaignStatus:
    kept = await world.database.read(lambda session: campaigns.load(session, NAME))
    assert kept is not None
    return kept.status


async def _is(world: World, at: datetime) -> None:
    """Let it be that time: campaigns are looked at, and what is due is sent."""
    world.time.at = max(world.time.at, at)
    for _ in range(3):
        await world.application.jobs[CAMPAIGNS]("")
        await world.application.idle()


async def _works(world: World, first: datetime, place: Place, words: str) -> None:
    """Let working days go by until somebody reads these words: nobody is written to on weekends and public holidays."""
    for day in range(6):
        await _is(world, first + timedelta(days=day))
        if words in await told(place, "alice"):
            return
    raise AssertionError(f"{words} never came")


async def _from_draft_to_finished(world: World, place: Place) -> None:
    await grants(world.database, "alice", Role.AUTHOR)
    await grants(world.database, "bob", Role.OWNER)
    for who in ("alice", "bob"):
        await place.says(who, "bonjour")
        await world.database.write("tests", partial(people.choose_language, person_id=people.directory_person_id(NUMBERS[who]), language="fr"))
    await world.database.write(
        "tests",
        lambda session: campaigns.grant(
            session, people.directory_person_id(NUMBERS["alice"]), "it", AudienceGrant(kind="everyone"), "tests", world.time()
        ),
    )
    await _drafted(world, by="alice")

    await place.says("alice", "campaigns it")
    await place.taps("alice", label("Open"))
    await place.taps("alice", label("Ask for approval"))
    assert (await _status(world)) is CampaignStatus.DRAFT
    await world.application.idle()
    assert "Un mot de passe solide" in await told(place, "bob")  # who is asked is told

    await place.taps("bob", label("See the campaign"))
    await place.taps("bob", label("Approve"))
    await place.taps("bob", label("See the campaign"))
    await place.taps("bob", label("Schedule"))
    assert (await _status(world)) is CampaignStatus.SCHEDULED

    await place.says("alice", "plan it")
    assert "Une phrase vaut mieux" not in (await last(place, "alice")).text  # nothing is sent yet
    period = _path().period
    assert period is not None
    begins = datetime.combine(period.starts, time(10), UTC)
    await _works(world, begins, place, "Quatre mots au hasard tiennent plus longtemps")
    assert (await _status(world)) is CampaignStatus.RUNNING
    await place.says("alice", "plan it")
    assert "Une phrase vaut mieux" in (await last(place, "alice")).text

    await place.says("bob", "campaigns it")
    await place.taps("bob", label("Open"))
    await place.taps("bob", label("Pause"))
    assert (await _status(world)) is CampaignStatus.PAUSED
    await place.taps("bob", label("See the campaign"))
    await place.taps("bob", label("Resume"))
    assert (await _status(world)) is CampaignStatus.RUNNING

    await _is(world, begins + timedelta(days=30))
    await world.application.jobs[VERDICTS]("")
    assert (await _status(world)) is CampaignStatus.FINISHED
    assert await world.database.read(deliveries.imbalances) == []
    acts = [line.detail.get("step") for line in await world.database.read(audit.lines) if line.subject == NAME]
    assert acts == ["submit", "approve", "schedule", "pause", "resume"]


async def test_a_campaign_from_draft_to_finished_on_slack(world: World) -> None:
    await _from_draft_to_finished(world, world.as_slack)


async def test_a_campaign_from_draft_to_finished_on_teams(world: World) -> None:
    await _from_draft_to_finished(world, world.as_teams)
