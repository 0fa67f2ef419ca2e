"""Addressees: the people of the directory as campaigns see them, page by page."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from json import loads
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Row, SQLColumnExpression, Text, and_, cast, or_, select
from sqlmodel import Session

from dialogs.audience import Addressee
from dialogs.campaign import Campaign
from dialogs.catalog import Language
from dialogs.ladder import EvidenceKind, Stage
from storage import evidence
from storage.tables import ConversationReferenceRow, IdentityRow, PauseRow, PersonRow, table_of

PAGE: Final = 1_000  # people that one transaction takes in, too: some 0.1 s of SQLite's only writer
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PERSON, _IDENTITY, _REFERENCE, _PAUSE = (table_of(row).c for row in (PersonRow, IdentityRow, ConversationReferenceRow, PauseRow))
_NOTHING: Final = frozenset[EvidenceKind]()
_ALL: Final = ""  # the `function` of a pause from all of them
_Chosen: TypeAlias = Callable[[SQLColumnExpression[str]], ColumnElement[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of each: for which function and topic, at what time, the company's language.

    Whether their stage and their evidence matter, and whether they'd get anything: whether they can be written to, and aren't paused.
    """

    function: str
    topic: str
    at: datetime
    language: Language
    stages: bool = True
    did: bool = False
    gets: bool = True


def asked_for(campaign: Campaign, at: datetime, language: Language) -> Asked:
    """Return what a campaign needs to know of each of its people."""
    audience = campaign.audience
    did = any(each.did for each in (*audience.include, *audience.exclude))
    return Asked(function=campaign.function, topic=campaign.topic or "", at=at, language=language, did=did)


def page(session: Session, asked: Asked, after: str = "", limit: int = PAGE, *, upto: str | None = None) -> list[Addressee]:
    """Return the next people of the directory after an id (up to another one's, where that is told), in the order of their ids; none at the end."""
    rows = _people(session, _PERSON.id > after if upto is None else and_(_PERSON.id > after, _PERSON.id <= upto), limit)
    if not rows:
        return []
    last: str = rows[-1].id
    return _addressees(session, asked, rows, lambda column: and_(column > after, column <= last))


def pages(session: Session, asked: Asked) -> Iterator[list[Addressee]]:
    """Yield the whole directory in pages."""
    after = ""
    while found := page(session, asked, after):
        yield found
        after = found[-1].id


def of(session: Session, asked: Asked, persons: Collection[str]) -> dict[str, Addressee]:
    """Return those of these people who are of the directory, by id."""
    wanted = sorted(persons)
    rows = _people(session, _PERSON.id.in_(wanted), None)
    return {one.id: one for one in _addressees(session, asked, rows, lambda column: column.in_(wanted))}


def _people(session: Session, chosen: ColumnElement[bool], limit: int | None) -> Sequence[Row[*tuple[Any, ...]]]:
    columns = (
        *(_PERSON.id, _PERSON.email, _PERSON.name, _PERSON.language, _PERSON.directory_language, _PERSON.timezone),
        *(cast(_PERSON.segments, Text), _PERSON.department, _PERSON.site, _PERSON.seniority, _PERSON.manager),
    )
    wanted = select(*columns).where(_PERSON.directory_id.is_not(None), chosen).order_by(_PERSON.id).limit(limit)
    return session.connection().execute(wanted).all()


@lru_cache(maxsize=4096)
def _segments(told: str) -> frozenset[str]:
    return frozenset(loads(told))


def _addressees(session: Session, asked: Asked, rows: Sequence[Row[*tuple[Any, ...]]], chosen: _Chosen) -> list[Addressee]:
    connection = session.connection()
    spoken: dict[str, Language] = {}
    zones: dict[str, str] = {}
    guests: set[str] = set()
    accounts = select(_IDENTITY.person_id, _IDENTITY.spoken_language, _IDENTITY.timezone, _IDENTITY.guest).where(chosen(_IDENTITY.person_id))
    latest = accounts.order_by(_IDENTITY.refreshed_at.desc(), _IDENTITY.platform, _IDENTITY.tenant, _IDENTITY.user)
    for person, language, zone, guest in connection.execute(latest).all():
        if language is not None:
            spoken.setdefault(person, language)
        if zone is not None:
            zones.setdefault(person, zone)
        if guest:
            guests.add(person)
    reachable, paused = _who_gets(session, asked, chosen) if asked.gets else (frozenset[str](), frozenset[str]())
    persons = [row.id for row in rows]
    stages = evidence.stages(session, persons, asked.function, asked.topic) if asked.stages else {}
    did = evidence.kinds_left(session, persons, asked.function, asked.topic, _EVER) if asked.did else {}
    return [
        Addressee(
            id=person,
            email=email or "",
            name=name or "",
            language=language or spoken.get(person) or directory_language or asked.language,
            team=_team(person, department, site, manager),
            timezone=timezone or zones.get(person),
            segments=_segments(segments),
            department=department,
            site=site,
            seniority=seniority,
            stage=stages.get(person, Stage.UNAWARE),
            did=did.get(person, _NOTHING),
            guest=person in guests,
            reachable=person in reachable if asked.gets else True,
            paused=person in paused,
        )
        for person, email, name, language, directory_language, timezone, segments, department, site, seniority, manager in rows
    ]


def _who_gets(session: Session, asked: Asked, chosen: _Chosen) -> tuple[frozenset[str], frozenset[str]]:
    """Return who can be written to, and who is paused."""
    live = select(_REFERENCE.person_id).where(chosen(_REFERENCE.person_id), _REFERENCE.dead_at.is_(None))
    holds = or_(_PAUSE.until.is_(None), _PAUSE.until > asked.at)
    pauses = select(_PAUSE.person_id).where(chosen(_PAUSE.person_id), _PAUSE.function.in_((_ALL, asked.function)), holds)
    connection = session.connection()
    return frozenset(connection.execute(live).scalars().all()), frozenset(connection.execute(pauses).scalars().all())


def _team(person: str, department: str | None, site: str | None, manager: str | None) -> str:
    """Return what stands for somebody's team: a hash, so that what is kept of a campaign's members names no manager."""
    if manager is not None:
        told = f"manager|{manager}"
    elif department is not None or site is not None:
        told = f"place|{department}|{site}"
    else:
        told = f"person|{person}"
    return blake2b(told.encode(), digest_size=8).hexdigest()
