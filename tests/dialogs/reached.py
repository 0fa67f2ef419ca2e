"""A campaign's message as alice got it, in a test's words: of a campaign about passwords of IT, which runs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dialogs.actions import Action, FormAction
from dialogs.campaign import Campaign, CampaignStatus, Period, Step
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event, Reference
from dialogs.facts import EvidenceLeft, Fact, StepTaken
from dialogs.ladder import Evidence, Stage
from dialogs.people import Person
from dialogs.reached import Reached, Response
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import ALICE, CATALOGUE, NOON
from tests.conversation import DIRECT, asks_form, submits, taps
from tests.dialogs.campaigns import FULL
from tests.dialogs.told import context

RUNNING = replace(FULL, period=Period(starts=date(2026, 11, 2), ends=date(2026, 12, 18)))


def of(step: Step | str, campaign: Campaign = RUNNING, **changes: Any) -> Reached:
    """How alice stands to a step that was sent to her."""
    id_ = step if isinstance(step, str) else step.id
    if isinstance(step, Step) and campaign.step(id_) != step:
        campaign = replace(campaign, steps=(*(each for each in campaign.steps if each.id != id_), step))
    first = Reached(campaign=campaign, version=1, status=CampaignStatus.RUNNING, step=id_, variant=None, sent=True, stage=Stage.UNAWARE, answers={})
    return replace(first, **changes)


def knowing(reached: Reached | None, *, person: Person = ALICE, language: Language = "en", catalogue: Catalogue = CATALOGUE, **more: Any) -> Context:
    """What a decision about a message looks at."""
    return replace(context(person, language=language, catalogue=catalogue), reached=reached, **more)


def does(
    action: Action,
    reached: Reached | None,
    *,
    where: Reference = DIRECT,
    at: datetime = NOON,
    message: str | None = "m1",
    person: Person = ALICE,
    catalogue: Catalogue = CATALOGUE,
) -> Turn:
    """What comes of a tap on a message."""
    return decide(None, replace(taps(action, where=where, message=message), at=at), knowing(reached, person=person, catalogue=catalogue))


def opens(action: FormAction, reached: Reached | None) -> Turn:
    """What comes of a tap that opens a form."""
    return decide(None, asks_form(action), knowing(reached))


def writes(action: FormAction, values: Mapping[str, str], reached: Reached | None, **more: Any) -> Turn:
    """What comes of a form."""
    event: Event = submits(action, values)
    return decide(None, event, knowing(reached, **more))


def response(turn: Turn) -> Response:
    """The one response that a turn keeps."""
    (kept,) = (fact.response for fact in turn.facts if isinstance(fact, StepTaken))
    return kept


def evidence(turn: Turn) -> Evidence:
    """The one piece of evidence that a turn keeps."""
    (left,) = (fact.evidence for fact in turn.facts if isinstance(fact, EvidenceLeft))
    return left


def of_campaign(turn: Turn) -> tuple[Fact, ...]:
    """What a turn keeps for the campaign."""
    return tuple(fact for fact in turn.facts if isinstance(fact, EvidenceLeft | StepTaken))
