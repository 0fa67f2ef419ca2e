"""Reached: what is known of a campaign's message when its recipient does something with it, and what they did."""

from typing import Final

from sqlalchemy import Row
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.campaign import CAMPAIGN
from dialogs.delivery import Status
from dialogs.ladder import Stage
from dialogs.reached import Reached, Response
from storage import campaigns
from storage.tables import DeliveryRow, StandingRow, StepResponseRow, table_of

# a tap may come before the platform's word that it was posted, or where that word never came
_ARRIVED: Final = tuple(status.value for status in (Status.SENDING, Status.SENT, Status.UNKNOWN))
_PLANNED_KINDS: Final = tuple(kind.value for kind in campaigns.KINDS)
_DELIVERY = table_of(DeliveryRow).c


def reached(session: Session, person: str, campaign: str, step: str) -> Reached | None:
    """Return how somebody stands to a step's message; None where there's no such campaign or step.

    What came again because they wanted that, or what an author sent themselves, isn't what the campaign sent.
    """
    kept = campaigns.load(session, campaign)
    found = kept.campaign.step(step) if kept else None
    if kept is None or found is None:
        return None
    sent = _sent(session, person, campaign, step)
    answers = _answers(session, person, campaign)
    did = {row.does: row.at for row in answers if row.step == step}
    pictures = campaigns.picture_keys(session, campaign) if found.picture else {}
    return Reached(
        campaign=kept.campaign,
        version=kept.version,
        status=kept.status,
        step=step,
        variant=sent.variant if sent else None,
        sent=sent is not None,
        stage=_stage(session, person, kept.campaign.function, kept.campaign.topic or ""),
        answers={row.step: row.answer for row in answers if row.does == "answer" and row.answer is not None},
        did=did,
        picture=pictures.get(found.picture.file) if found.picture else None,
    )


def respond(session: Session, response: Response) -> bool:
    """Keep what somebody did with a message; tell whether it's new or says something else."""
    key = (response.campaign, response.step, response.person, response.does)
    row = session.get(StepResponseRow, key)
    if row is None:
        campaign, step, person, does = key
        session.add(StepResponseRow(campaign=campaign, step=step, person_id=person, does=does, answer=response.answer, at=response.at))
        session.flush()
        return True
    if row.answer == response.answer:
        return False
    row.answer, row.at = response.answer, response.at
    session.flush()
    return True


def _sent(session: Session, person: str, campaign: str, step: str) -> Row[str, str, str | None] | None:
    """Return the delivery that brought them the step, the latest of them."""
    theirs = (_DELIVERY.person_id == person, _DELIVERY.kind.in_(_PLANNED_KINDS), _DELIVERY.step == step, _DELIVERY.status.in_(_ARRIVED))
    wanted = select_columns(_DELIVERY.cause_kind, _DELIVERY.cause_id, _DELIVERY.variant).where(*theirs)
    # by person, of whom there are a few; by campaign there may be a hundred thousand, and an index that looks as good
    found = session.connection().execute(wanted.order_by(_DELIVERY.number.desc()))
    return next((row for row in found if (row.cause_kind, row.cause_id) == (CAMPAIGN, campaign)), None)


def _answers(session: Session, person: str, campaign: str) -> list[StepResponseRow]:
    """Return what they did with the campaign's messages; found by person, for the same reason."""
    return [row for row in session.exec(select(StepResponseRow).where(col(StepResponseRow.person_id) == person)) if row.campaign == campaign]


def _stage(session: Session, person: str, function: str, topic: str) -> Stage:
    row = session.get(StandingRow, (person, function, topic))
    return Stage(row.stage) if row else Stage.UNAWARE
