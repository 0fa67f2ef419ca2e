"""How somebody stands to a campaign's message: what the ledger sent them, what they answered, where they are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import update
from sqlmodel import Session, col

from dialogs.campaign import CAMPAIGN, CampaignStatus
from dialogs.delivery import Delivery, Kind, Status
from dialogs.facts import CampaignEdited
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.reached import Reached, Response
from storage import campaigns, evidence, reached
from storage.database import Database
from storage.tables import CampaignRow, DeliveryRow
from tests.company import NOON
from tests.conversation import TEAMS_DIRECT
from tests.dialogs.campaigns import FULL, READY
from tests.storage.ledger import alice, delivery, named, plan

DAY = timedelta(days=1)
Found = TypeVar("Found")


async def in_database(database: Database, body: Callable[[Session], Found]) -> Found:
    return await database.write("test", body)


async def keep(database: Database, *, status: CampaignStatus = CampaignStatus.RUNNING) -> None:
    """Keep the campaigns, each at its first version."""

    def body(session: Session) -> None:
        for campaign in (FULL, READY):
            campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), "malik", NOON)
        session.execute(update(CampaignRow).values(status=status.value))

    await in_database(database, body)


async def stands(database: Database, person: str, step: str = "story", campaign: str = FULL.name) -> Reached | None:
    return await database.read(lambda session: reached.reached(session, person, campaign, step))


def of_campaign(name: str, person: str, *, step: str = "story", campaign: str = FULL.name, **more: object) -> Delivery:
    kind = Kind(str(more.pop("kind", Kind.CAMPAIGN)))
    return replace(delivery(name, to=person, kind=kind, step=step, function="it", **more), cause_kind=CAMPAIGN, cause_id=campaign)


async def becomes(database: Database, name: str, status: Status) -> None:
    change = update(DeliveryRow).where(col(DeliveryRow.key) == named(name)).values(status=status.value)
    await in_database(database, lambda session: session.execute(change))


def response(
    person: str, step: str = "quiz", *, answer: str | None = "2", at: datetime = NOON, campaign: str = FULL.name, does: str = "answer"
) -> Response:
    return Response(campaign=campaign, step=step, person=person, does=does, answer=answer, at=at)  # type: ignore[arg-type]


async def respond(database: Database, *responses: Response) -> list[bool]:
    return await in_database(database, lambda session: [reached.respond(session, each) for each in responses])


async def test_what_is_known_of_a_message_that_was_not_sent(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    assert await stands(database, person) == Reached(
        campaign=FULL, version=1, status=CampaignStatus.RUNNING, step="story", variant=None, sent=False, stage=Stage.UNAWARE, answers={}
    )


async def test_there_is_no_such_campaign_or_step(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    assert await stands(database, person, campaign="gone") is None
    assert await stands(database, person, "gone") is None


@pytest.mark.parametrize("status", list(Status))
async def test_it_was_sent_once_it_left_even_where_nobody_knows_whether_it_arrived(database: Database, status: Status) -> None:
    person = await alice(database)
    await keep(database)
    await plan(database, of_campaign("one", person, variant="for_sales"))
    await becomes(database, "one", status)
    held = await stands(database, person)
    assert held is not None
    left = status in (Status.SENDING, Status.SENT, Status.UNKNOWN)
    assert (held.sent, held.variant) == (left, "for_sales" if left else None)


async def test_another_step_campaign_person_or_what_one_sent_oneself_is_not_this_message(database: Database) -> None:
    person, other = await alice(database), await alice(database, where=TEAMS_DIRECT)
    await keep(database)
    planned = {
        "step": of_campaign("step", person, step="quiz"),
        "campaign": of_campaign("campaign", person, campaign=READY.name),
        "person": of_campaign("person", other),
        "test": of_campaign("test", person, kind=Kind.REPLY, variant="short"),
        "cause": replace(of_campaign("cause", person), cause_kind="request"),
    }
    await plan(database, *planned.values())
    for name in planned:
        await becomes(database, name, Status.SENT)
    held = await stands(database, person)
    assert held is not None
    assert (held.sent, held.variant) == (False, None)
    survey = of_campaign("survey", person, kind=Kind.PROMPT)
    await plan(database, survey)
    await becomes(database, "survey", Status.SENT)
    held = await stands(database, person)
    assert held is not None
    assert held.sent


async def test_the_latest_delivery_says_which_variant_they_read(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    await plan(database, of_campaign("first", person, variant="short"), of_campaign("second", person, variant="for_sales"))
    for name in ("first", "second"):
        await becomes(database, name, Status.SENT)
    held = await stands(database, person)
    assert held is not None
    assert held.variant == "for_sales"


async def test_answers_are_kept_by_step_and_what_was_done_with_this_one(database: Database) -> None:
    person, other = await alice(database), await alice(database, where=TEAMS_DIRECT)
    await keep(database)
    told = await respond(
        database,
        response(person),
        response(person, "opinion", answer="4"),
        response(person, "story", does="more", answer=None, at=NOON + DAY),
        response(person, campaign=READY.name, step="learn"),
        response(other, "opinion", answer="1"),
    )
    assert told == [True] * 5
    held = await stands(database, person)
    assert held is not None
    assert held.answers == {"quiz": "2", "opinion": "4"}
    assert held.did == {"more": NOON + DAY}
    quiz = await stands(database, person, "quiz")
    assert quiz is not None
    assert quiz.did == {"answer": NOON}


async def test_told_again_a_response_is_new_only_where_it_says_something_else(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    later = NOON + DAY
    assert await respond(database, response(person), response(person, at=later), response(person, answer="1", at=later)) == [True, False, True]
    held = await stands(database, person, "quiz")
    assert held is not None
    assert (held.answers, held.did) == ({"quiz": "1"}, {"answer": later})


async def test_they_stand_where_the_campaigns_topic_says(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    left = Evidence(person=person, function="it", topic="passwords", kind=EvidenceKind.OPINION, source="test", at=NOON)
    await in_database(database, lambda session: evidence.leave(session, left, NOON))
    held = await stands(database, person)
    assert held is not None
    assert held.stage is Stage.CONVICTION
    elsewhere = replace(left, topic="phones", kind=EvidenceKind.GESTURE, source="other")
    await in_database(database, lambda session: evidence.leave(session, elsewhere, NOON))
    held = await stands(database, person)
    assert held is not None
    assert held.stage is Stage.CONVICTION
    whole = await stands(database, person, "learn", READY.name)
    assert whole is not None
    assert whole.stage is Stage.ACTION


async def test_the_picture_is_the_one_that_is_kept(database: Database) -> None:
    person = await alice(database)
    await keep(database)
    held = await stands(database, person)
    assert held is not None
    assert held.picture is None
    key = await in_database(database, lambda session: campaigns.keep_picture(session, FULL.name, "depot.png", "image/png", b"\x89PNG"))
    held = await stands(database, person)
    assert held is not None
    assert held.picture == key
    quiz = await stands(database, person, "quiz")
    assert quiz is not None
    assert quiz.picture is None
