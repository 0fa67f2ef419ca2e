"""Campaigning: what is gathered for those who write campaigns, and for whoever reads a function's plan."""

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from dialogs.audience import Addressee, left_out
from dialogs.campaign import ALIVE, Campaign, CampaignStatus, Histogram, Kept
from dialogs.campaigning import AudienceGrant, Campaigning, Known, Moved, Reach
from dialogs.catalog import LANGUAGES, Catalogue
from dialogs.collisions import Collision, crowded, whatever_their_stage
from dialogs.people import Person
from dialogs.reach_told import told_reach
from dialogs.request import Party
from dialogs.rights import Act, Grant, Role, functions_for, may
from dialogs.scores import SCORE_FLOOR
from dialogs.stage_classes import may_be_shown
from storage import addressees, audit, campaigns, evidence, outcomes, tallies
from storage.tables import CampaignMemberRow, PersonRow, PseudonymRow, RoleGrantRow, StandingRow, table_of

HELD: Final = 12  # campaigns of a function whose deliveries are counted; the newest
LOOKED_AT: Final = 2_000  # people of the directory who are counted; of more, they stand for all
PLAN: Final = (*ALIVE, CampaignStatus.FINISHED)  # what everybody may read of
_NOT_STARTED: Final = (CampaignStatus.DRAFT, CampaignStatus.SCHEDULED)
_EVERYONE: Final = frozenset({AudienceGrant(kind="everyone")})

_PERSON, _PSEUDONYM, _ROLE = table_of(PersonRow).c, table_of(PseudonymRow).c, table_of(RoleGrantRow).c
_MEMBER, _STANDING = table_of(CampaignMemberRow).c, table_of(StandingRow).c


def campaigning(
    session: Session, person: Person, grants: Set[Grant], catalogue: Catalogue, at: datetime, *, name: str | None, slug: str | None
) -> Campaigning:
    """Return the campaign that is named, else those of the function that is named, else all; as far as the person may see them.

    Whoever has no right to them gets what the plan is made of. The one that's named is there whatever they may, so that it can be said why not.
    """
    slugs = tuple(function.slug for function in catalogue.functions)
    readable = frozenset(functions_for(grants, Act.READ_CAMPAIGNS, slugs))
    named = campaigns.load(session, name) if name is not None else None
    if named is not None and named.campaign.function in readable and (row := campaigns.hold(session, named.campaign.name)) is not None:
        named = campaigns.kept(row)  # nobody else changes what this turn decides upon, so that what it says is kept is kept
    function = named.campaign.function if named else slug
    if named is not None:
        known: tuple[Known, ...] = (_named(session, named, catalogue, at, read=function in readable),)
    else:
        known = () if name is not None else _every(session, readable, slugs, at, slug)
    gathered = Campaigning(known=known, approval=campaigns.approval(session))
    if not readable:
        return gathered
    gathered = replace(gathered, me=audit.pseudonym_of(session, person.id), granted=_granted(session, person, grants, slugs))
    if named is not None and function in readable:
        gathered = _about(session, gathered, named)
    if function is None or not may(grants, Act.WRITE_CAMPAIGNS, function):
        return gathered
    if name is None:  # a new one may be begun
        campaigns.hold_names(session)
        gathered = replace(gathered, taken=campaigns.names(session))
    return _written(session, gathered, function)


def _every(session: Session, readable: Set[str], slugs: Collection[str], at: datetime, slug: str | None) -> tuple[Known, ...]:
    """Return the campaigns of one function, or of all. Their deliveries are counted where one function's are shown."""
    found = campaigns.of_functions(session, slugs if slug is None else (slug,))
    seen = [kept for kept in found if kept.campaign.function in readable or kept.status in PLAN]
    shown = {kept.campaign.function for kept in seen}
    counted = {kept.campaign.name for kept in [each for each in seen if each.status not in _NOT_STARTED][:HELD]} if len(shown) == 1 else set[str]()
    return tuple(_started(session, kept, at) if kept.campaign.name in counted else Known(kept=kept) for kept in seen)


def _started(session: Session, kept: Kept, at: datetime) -> Known:
    name = kept.campaign.name
    verdict = outcomes.verdict_of(session, name) if kept.status is CampaignStatus.FINISHED else None
    return Known(kept=kept, tally=tallies.tally(session, name, at), verdict=verdict)


def _named(session: Session, kept: Kept, catalogue: Catalogue, at: datetime, *, read: bool) -> Known:
    if not read:
        return Known(kept=kept)
    if kept.status not in _NOT_STARTED:
        return replace(_started(session, kept, at), moved=_moved(session, kept.campaign))
    reach, shared = _reach(session, kept.campaign, catalogue, at)
    return Known(kept=kept, reach=reach, colliding=shared)


def _reach(session: Session, campaign: Campaign, catalogue: Catalogue, at: datetime) -> tuple[Reach, tuple[Collision, ...]]:
    """Count whom a campaign would reach, and who of them other campaigns reach in the same weeks.

    Ids of the directory are hashes, so the first of them are as good as drawn at random: of a large directory, they stand for all.
    """
    asked = addressees.asked_for(campaign, at, "fr" if "fr" in catalogue.company.languages else "en")
    ones = addressees.page(session, asked, limit=LOOKED_AT)
    reach = told_reach(campaign, ones)
    if len(ones) < LOOKED_AT:
        return reach, _colliding(session, campaign, ones, 1.0)
    people, teams = _people_and_teams(session)
    times = people / len(ones)
    return _scaled(reach, times, people / teams), _colliding(session, campaign, ones, times)


def _scaled(reach: Reach, times: float, team_size: float) -> Reach:
    def whole(number: int) -> int:
        return round(number * times)

    return Reach(
        people=whole(reach.people),
        held_out=whole(reach.held_out),
        unreachable=whole(reach.unreachable),
        paused=whole(reach.paused),
        there=whole(reach.there),
        teams=max(1, round(reach.people * times / team_size)),
        stages=Histogram(**{stage: whole(getattr(reach.stages, stage)) for stage in Histogram.__slots__}),
        variants={variant: whole(number) for variant, number in reach.variants.items()},
        left_out={why: whole(number) for why, number in reach.left_out.items()},
        about=True,
        at_most=reach.at_most,
        told_of=None if reach.told_of is None else whole(reach.told_of),
    )


def _people_and_teams(session: Session) -> tuple[int, int]:
    team = func.coalesce(_PERSON.manager, _PERSON.department + "|" + _PERSON.site, _PERSON.department, _PERSON.site, _PERSON.id)
    counted = select(func.count().label("people"), func.count(team.distinct()).label("teams")).where(_PERSON.directory_id.is_not(None))
    row = session.execute(counted).one()
    return row.people, row.teams


def _colliding(session: Session, campaign: Campaign, ones: Collection[Addressee], times: float) -> tuple[Collision, ...]:
    others = [kept.campaign for kept in campaigns.of_functions(session, statuses=ALIVE) if kept.campaign.name != campaign.name]
    busy = [(other, weeks) for other in others if (weeks := crowded(campaign, other))]
    own = whatever_their_stage(campaign.audience)  # as two audiences that differ by a stage would tell who stands there
    theirs = [one for one in ones if left_out(own, one) is None] if busy else []
    found = []
    for other, weeks in busy:
        wide = whatever_their_stage(other.audience)
        if people := sum(left_out(wide, one) is None for one in theirs):
            found.append(Collision(name=other.name, function=other.function, titles=other.titles, people=round(people * times), weeks=weeks))
    return tuple(sorted(found, key=lambda each: (-each.people, each.name)))


def _moved(session: Session, campaign: Campaign) -> Moved | None:
    """Return where a campaign's people stood and stand, both arms together; None of fewer than may be shown."""
    entered = select(_MEMBER.stage_before, func.count().label("number")).where(_MEMBER.campaign == campaign.name).group_by(_MEMBER.stage_before)
    before = {row.stage_before: row.number for row in session.execute(entered)}
    here = (_STANDING.function == campaign.function, _STANDING.topic == (campaign.topic or ""))
    placed = select(_STANDING.stage, func.count().label("number")).join(table_of(CampaignMemberRow), _MEMBER.person_id == _STANDING.person_id)
    now = {row.stage: row.number for row in session.execute(placed.where(_MEMBER.campaign == campaign.name, *here).group_by(_STANDING.stage))}
    people = sum(before.values())
    if people < SCORE_FLOOR:
        return None
    now["unaware"] = people - sum(number for stage, number in now.items() if stage != "unaware")
    return Moved(before=may_be_shown(Histogram(**before)), now=may_be_shown(Histogram(**now)), people=people)


def _granted(session: Session, person: Person, grants: Set[Grant], slugs: Collection[str]) -> Mapping[str, frozenset[AudienceGrant]]:
    everywhere = {slug: _EVERYONE for slug in slugs if may(grants, Act.RUN_CAMPAIGNS, slug)}
    return campaigns.granted(session, person.id) | everywhere


def _about(session: Session, gathered: Campaigning, kept: Kept) -> Campaigning:
    """Add who wrote, asked and approved, who may approve, and the pictures."""
    who = {each for each in (kept.edited_by, kept.asked_by, kept.approved_by) if each is not None}
    asks = kept.campaign.function in gathered.approval
    return replace(
        gathered,
        names=audit.names_of(session, who),
        pictures=campaigns.picture_keys(session, kept.campaign.name),
        deciders=_deciders(session, kept.campaign.function) if asks else (),
        asker=_asker(session, kept.asked_by) if kept.asked_by is not None else None,
    )


def _written(session: Session, gathered: Campaigning, function: str) -> Campaigning:
    """Add what whoever writes a campaign chooses among, and where everybody stands."""
    return replace(
        gathered,
        departments=_values(session, "department"),
        sites=_values(session, "site"),
        histogram={function: may_be_shown(evidence.histogram(session, function))},
    )


def _values(session: Session, column: str) -> tuple[str, ...]:
    known = select(_PERSON[column]).where(_PERSON.directory_id.is_not(None), _PERSON[column].is_not(None)).distinct().order_by(_PERSON[column])
    return tuple(session.execute(known).scalars())


def _deciders(session: Session, function: str) -> tuple[Party, ...]:
    """Return who may approve a function's campaigns: its owners, else the admins."""
    owners = _parties(session, _ROLE.role == Role.OWNER.value, _ROLE.function == function)
    return owners or _parties(session, _ROLE.role == Role.ADMIN.value)


def _parties(session: Session, *which: ColumnElement[bool]) -> tuple[Party, ...]:
    language = func.coalesce(_PERSON.language, _PERSON.directory_language).label("language")
    held = select(_PERSON.id, _PERSON.name, language).join(table_of(RoleGrantRow), _ROLE.person_id == _PERSON.id).where(*which)
    return tuple(_party(row.id, row.name, row.language) for row in session.execute(held.order_by(_PERSON.name, _PERSON.id)))


def _asker(session: Session, pseudonym: str) -> Party | None:
    language = func.coalesce(_PERSON.language, _PERSON.directory_language).label("language")
    found = select(_PERSON.id, _PERSON.name, language).join(table_of(PseudonymRow), _PSEUDONYM.person_id == _PERSON.id)
    row = session.execute(found.where(_PSEUDONYM.pseudonym == pseudonym)).first()
    return None if row is None else _party(row.id, row.name, row.language)


def _party(person: str, name: str | None, language: str | None) -> Party:
    return Party(id=person, name=name, language=next((each for each in LANGUAGES if each == language), None))
