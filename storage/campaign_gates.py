"""What the gates want to know, as deliveries are claimed, of those that are a campaign's messages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import and_, exists, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session

from dialogs.campaign import CAMPAIGN, Campaign, CampaignStatus
from dialogs.gates import Lesson
from dialogs.ladder import EvidenceKind, Stage
from storage import campaigns
from storage.tables import CampaignMemberRow, DeliveryRow, EvidenceRow, IdentityRow, PersonRow, StandingRow, table_of

_FOR_ALL: Final = ("survey", "success")
_KINDS: Final = frozenset(kind.value for kind in campaigns.KINDS)
_PERSON, _IDENTITY, _STANDING = table_of(PersonRow).c, table_of(IdentityRow).c, table_of(StandingRow).c
_MEMBER, _EVIDENCE = table_of(CampaignMemberRow).c, table_of(EvidenceRow).c


class Lessons:
    """One claim's look at the campaigns of its deliveries, and at those who'd get them. Where none is a campaign's, there's no look at all."""

    def __init__(self) -> None:
        self._campaigns: dict[str, tuple[CampaignStatus, Campaign]] = {}
        self._stages: dict[tuple[str, str, str], Stage] = {}
        self._left: dict[tuple[str, str], set[EvidenceKind]] = {}
        self._listed: frozenset[str] = frozenset()

    def look(self, session: Session, rows: Sequence[DeliveryRow]) -> None:
        """Learn of the campaigns and the people of these too."""
        mine = [row for row in rows if _is_lesson(row)]
        if not mine:
            return
        persons = sorted({row.person_id for row in mine if row.person_id is not None})
        for name in sorted({row.cause_id for row in mine} - self._campaigns.keys()):
            if (kept := campaigns.load(session, name)) is not None:
                self._campaigns[name] = (kept.status, kept.campaign)
        self._listed |= _listed(session, persons)
        self._look_at_stages(session, persons)
        self._left |= _left_since(session, persons, [campaign for _, campaign in self._campaigns.values() if campaign.exits])

    def known(self, row: DeliveryRow) -> Lesson | None:
        """Return what is known of a campaign's message, None for what is none, or goes to nobody."""
        if not _is_lesson(row) or row.person_id is None:
            return None
        status, campaign = self._campaigns.get(row.cause_id, (None, None))
        step = None if campaign is None or row.step is None else campaign.step(row.step)
        is_listed = row.person_id in self._listed
        if campaign is None or step is None:
            return Lesson(campaign=status, aim=None, is_for_all=False, stage=Stage.UNAWARE, is_done=False, is_listed=is_listed)
        left = self._left.get((campaign.name, row.person_id), set())
        return Lesson(
            campaign=status,
            aim=step.stage,
            is_for_all=step.kind in _FOR_ALL,
            stage=self._stages.get((row.person_id, campaign.function, campaign.topic or ""), Stage.UNAWARE),
            is_done=any(exit_.stage is step.stage and not left.isdisjoint(exit_.by) for exit_ in campaign.exits),
            is_listed=is_listed,
        )

    def _look_at_stages(self, session: Session, persons: Sequence[str]) -> None:
        about = {(campaign.function, campaign.topic or "") for _, campaign in self._campaigns.values()}
        if not about:
            return
        subject = or_(*(and_(_STANDING.function == function, _STANDING.topic == topic) for function, topic in sorted(about)))
        columns = (_STANDING.person_id, _STANDING.function, _STANDING.topic, _STANDING.stage)
        for row in session.execute(select_columns(*columns).where(_STANDING.person_id.in_(persons), subject)):
            self._stages[row.person_id, row.function, row.topic] = Stage(row.stage)


def _is_lesson(row: DeliveryRow) -> bool:
    """Tell whether it's what a campaign says of its own accord: what somebody asked to have again is a reply."""
    return row.cause_kind == CAMPAIGN and row.kind in _KINDS


def _listed(session: Session, persons: Sequence[str]) -> frozenset[str]:
    """Return which of these people are in the directory, and no guests."""
    guest = exists().where(_IDENTITY.person_id == _PERSON.id, _IDENTITY.guest.is_(True))
    found = select_columns(_PERSON.id).where(_PERSON.id.in_(persons), _PERSON.directory_id.is_not(None), ~guest)
    return frozenset(session.execute(found).scalars())


def _left_since(session: Session, persons: Sequence[str], several: Sequence[Campaign]) -> Mapping[tuple[str, str], set[EvidenceKind]]:
    """Return the kinds of evidence that these people left since they entered each of these campaigns, about what it's about."""
    left: defaultdict[tuple[str, str], set[EvidenceKind]] = defaultdict(set)
    for campaign in several:
        about = (_EVIDENCE.function == campaign.function, _EVIDENCE.weight > 0, *([_EVIDENCE.topic == campaign.topic] if campaign.topic else []))
        since = and_(_EVIDENCE.person_id == _MEMBER.person_id, _EVIDENCE.at >= _MEMBER.entered_at, *about)
        found = select_columns(_MEMBER.person_id, _EVIDENCE.kind).join_from(table_of(CampaignMemberRow), table_of(EvidenceRow), since)
        for row in session.execute(found.where(_MEMBER.campaign == campaign.name, _MEMBER.person_id.in_(persons)).distinct()):
            left[campaign.name, row.person_id].add(EvidenceKind(row.kind))
    return left
