"""Reach: in which conversation the bot writes to a person of its own accord, by whose clock, and which can't be written to any more."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Executable, and_, bindparam, case, select, update
from sqlmodel import Session

from dialogs.events import Reference, Scope
from storage.tables import BindingRow, ConversationReferenceRow, IdentityRow, PersonRow, table_of

_PERSON, _REFERENCE = table_of(PersonRow).c, table_of(ConversationReferenceRow).c
_IDENTITY, _BINDING = table_of(IdentityRow).c, table_of(BindingRow).c

_LIVE_ONES: Final = (
    select(
        _REFERENCE.person_id,
        _REFERENCE.platform,
        _REFERENCE.tenant,
        _REFERENCE.conversation,
        _REFERENCE.thread,
        _REFERENCE.service_url,
        _REFERENCE.scope,
    )
    .join(table_of(PersonRow), _PERSON.id == _REFERENCE.person_id)
    .where(_REFERENCE.dead_at.is_(None))
    .order_by(case((_REFERENCE.platform == _PERSON.reach, 0), else_=1), _REFERENCE.refreshed_at.desc(), _REFERENCE.platform, _REFERENCE.tenant)
)
_LIVE: Final = _LIVE_ONES.where(_REFERENCE.person_id.in_(bindparam("persons", expanding=True)))
_LIVE_BETWEEN: Final = _LIVE_ONES.where(_REFERENCE.person_id.between(bindparam("first"), bindparam("last")))
_ZONES: Final = (
    select(_PERSON.id, _PERSON.timezone, _IDENTITY.timezone.label("account_timezone"))
    .outerjoin(table_of(IdentityRow), and_(_IDENTITY.person_id == _PERSON.id, _IDENTITY.timezone.is_not(None)))
    .where(_PERSON.id.in_(bindparam("persons", expanding=True)))
    .order_by(_IDENTITY.refreshed_at.desc(), _IDENTITY.platform, _IDENTITY.tenant, _IDENTITY.user)
)


def reach(session: Session, persons: Collection[str]) -> Mapping[str, Reference]:
    """Return where each person can be reached: on the platform they chose, else where they last spoke to the bot. Some may be missing."""
    return _places(session, _LIVE, {"persons": sorted(persons)}) if persons else {}


def reach_between(session: Session, first: str, last: str) -> Mapping[str, Reference]:
    """Return where each of the people can be reached whose ids are between two, both included."""
    return _places(session, _LIVE_BETWEEN, {"first": first, "last": last})


def _places(session: Session, wanted: Executable, which: Mapping[str, object]) -> Mapping[str, Reference]:
    found: dict[str, Reference] = {}
    for person, platform, tenant, conversation, thread, service_url, scope in session.connection().execute(wanted, which).all():
        if person not in found:
            found[person] = Reference(
                platform=platform, tenant=tenant, conversation=conversation, scope=Scope(scope), thread=thread, service_url=service_url
            )
    return found


def timezones(session: Session, persons: Collection[str]) -> Mapping[str, str]:
    """Return each person's IANA time zone: the directory's, else what a platform tells, the latest first. Some may be missing."""
    found: dict[str, str] = {}
    if not persons:
        return found
    for row in session.connection().execute(_ZONES, {"persons": sorted(persons)}):
        if (zone := row.timezone or row.account_timezone) is not None:
            found.setdefault(row.id, zone)
    return found


def dead_channels(session: Session, places: Collection[str]) -> frozenset[str]:
    """Return which of these places (keys of whole conversations) are bound, and can't be written to any more."""
    if not places:
        return frozenset()
    dead = select(_BINDING.key).where(_BINDING.key.in_(sorted(places)), _BINDING.dead.is_not(None))
    return frozenset(session.connection().execute(dead).scalars())


def bury(session: Session, person: str, reference: Reference, why: str, at: datetime) -> None:
    """Note that a person can't be written to in this conversation any more; `why` is in the platform's words."""
    here = (
        _REFERENCE.person_id == person,
        _REFERENCE.platform == reference.platform,
        _REFERENCE.tenant == reference.tenant,
        _REFERENCE.conversation == reference.conversation,  # they may have opened another one since
    )
    session.connection().execute(update(table_of(ConversationReferenceRow)).where(*here).values(dead_at=at, dead_reason=why))
