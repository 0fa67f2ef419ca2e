"""The two sides of a request on different platforms, and what happens when one of them fails."""

from bot.schedule import EXPIRE, RECONCILE, REQUESTS
from dialogs.delivery import Status
from dialogs.rights import Role
from storage import bindings, deliveries
from storage.database import Database
from tests.platforms import slack as slack_faults
from tests.platforms import teams as teams_faults
from tests.stories.conftest import World
from tests.stories.hands import ODD, asks_a_human, grants, label, last, opens_the_desk, taps, told


async def balanced(database: Database) -> None:
    """Check the ledger's identity, and that nothing is left on the way."""
    assert await database.read(deliveries.imbalances) == []
    counts = await database.read(deliveries.counts)
    assert {count.status for count in counts} <= {Status.SENT, Status.SKIPPED, Status.FAILED, Status.UNKNOWN}


async def passes(world: World, job: str, **amount: float) -> None:
    """Let time pass, and the clock look."""
    world.time.passes(**amount)
    await world.application.jobs[job]("")
    await world.application.idle()


async def test_an_employee_on_teams_is_answered_by_experts_on_slack(world: World) -> None:
    alice, desk = world.as_teams, world.as_slack
    await opens_the_desk(desk, world.database)
    await asks_a_human(alice)
    assert ODD in (await last(desk)).text
    await taps(desk, "bob", "I take it")
    await desk.replies("bob", "Un ressort a cassé, j'arrive.")
    assert "Un ressort a cassé, j'arrive." in (await last(alice, "alice")).text
    await alice.says("alice", "merci !")
    assert "merci !" in (await last(desk)).text
    await balanced(world.database)


async def test_an_employee_on_slack_is_answered_by_experts_on_teams(world: World) -> None:
    alice, desk = world.as_slack, world.as_teams
    await opens_the_desk(desk, world.database)
    await asks_a_human(alice)
    await desk.replies("bob", "Un ressort a cassé.")
    await desk.rewrites("bob", "Un ressort a cassé, j'arrive.")
    assert "Un ressort a cassé, j'arrive." in (await last(alice, "alice")).text
    await balanced(world.database)


async def test_what_is_asked_on_the_other_platform_is_a_question_for_the_bot(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    await asks_a_human(world.as_slack)
    await world.as_slack.replies("bob", "Quel bureau ?")
    await world.as_teams.says("alice", "mon ordinateur portable est mort")
    assert "Remplacer un ordinateur portable" in await told(world.as_teams, "alice")
    assert "portable" not in await told(world.as_slack)
    await world.as_slack.says("alice", "le 312")
    assert "le 312" in (await last(world.as_slack)).text


async def test_a_channel_that_the_bot_was_removed_from_hands_over_to_the_owner(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    world.slack.fail("chat.postMessage", slack_faults.refused("not_in_channel"))
    await asks_a_human(world.as_teams)
    assert ODD in (await last(world.as_slack, "bob")).text
    (desk,) = (await world.database.read(bindings.desks)).values()
    assert desk.dead is not None
    await taps(world.as_slack, "bob", "Answer")
    assert await world.as_slack.submits("bob", {"text": "J'arrive.", "then": "answered"}) is None
    assert "J'arrive." in await told(world.as_teams, "alice")
    await balanced(world.database)


async def test_a_platform_that_is_down_for_a_moment_gets_it_once_it_is_back(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    world.slack.fail("chat.postMessage", slack_faults.cut(), times=2)
    await asks_a_human(world.as_teams)
    for _ in range(2):
        await passes(world, RECONCILE, minutes=3)
    assert [shown.text.count(ODD) for shown in await world.as_slack.reads() if ODD in shown.text] == [1]
    await balanced(world.database)


async def test_words_that_may_not_have_arrived_are_told_to_their_author_who_sends_them_again(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    await asks_a_human(world.as_teams)
    world.teams.fail(teams_faults.UNANSWERED, on="send")
    await world.as_slack.replies("bob", "Comptez deux jours.")
    world.teams.release()
    doubt = await last(world.as_slack)
    assert label("This may not have arrived: “{words}”", "en").format(words="Comptez deux jours.") in doubt.text
    await world.as_slack.replies("bob", "Et gardez la facture.")
    assert "Et gardez la facture." in (await last(world.as_teams, "alice")).text  # what comes after isn't held up
    await taps(world.as_slack, "bob", "Send again")
    assert "Comptez deux jours." in (await last(world.as_teams, "alice")).text
    await balanced(world.database)


async def test_where_the_platform_can_be_asked_a_doubt_ends_by_itself(world: World) -> None:
    await opens_the_desk(world.as_teams, world.database)
    await asks_a_human(world.as_slack)
    world.slack.fail("chat.postMessage", slack_faults.held(done=True))
    await world.as_teams.replies("bob", "Comptez deux jours.")
    world.slack.release()
    assert label("This may not have arrived: “{words}”", "en").format(words="Comptez deux jours.") in (await last(world.as_teams)).text
    await passes(world, RECONCILE, minutes=3)
    assert label("This did arrive: “{words}”", "en").format(words="Comptez deux jours.") in (await last(world.as_teams)).text
    assert (await told(world.as_slack, "alice")).count("Comptez deux jours.") == 1
    await balanced(world.database)


async def test_nobody_takes_it_the_channel_is_reminded_then_the_owner_is_told_and_the_client_too(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    await grants(world.database, "carol", Role.OWNER)
    await world.as_slack.says("carol", "hello")
    await asks_a_human(world.as_teams)
    waits = label("Nobody has this request yet", "en").split(",")[0]
    assert waits not in await told(world.as_slack)
    await passes(world, REQUESTS, hours=5)
    assert waits in await told(world.as_slack)
    reminded = await told(world.as_slack)
    await passes(world, REQUESTS, minutes=1)
    assert await told(world.as_slack) == reminded  # once
    await passes(world, REQUESTS, hours=20)
    owners = await told(world.as_slack, "bob") + await told(world.as_slack, "carol")
    assert ODD in owners
    honest = label("Nobody at {function} has been able to take your request yet. I've told {name}, who can see to it.")
    assert honest.format(function="DSI", name="Bob Dupont") in await told(world.as_teams, "alice")
    await passes(world, EXPIRE, minutes=1)
    await balanced(world.database)


async def test_night_is_kept_for_what_can_wait(world: World) -> None:
    await opens_the_desk(world.as_slack, world.database)
    await asks_a_human(world.as_teams)
    world.time.passes(hours=12)
    await world.as_slack.replies("bob", "Je réponds tard, pardon.")
    assert "Je réponds tard, pardon." in (await last(world.as_teams, "alice")).text  # somebody waits for a human's word
