"""People: persons, and the platforms' accounts they speak from.

One rule ties an account to the directory, whatever happened before: it belongs to the person of the directory who has its verified e-mail today, and
else to a person of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Row, Select, and_, bindparam, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from dialogs.catalog import Language
from dialogs.events import Event, Platform, Reference, Scope
from dialogs.people import Person, Profile
from storage import audit, evidence, feedback, members, pauses
from storage.tables import (
    AttachmentRow,
    ConversationReferenceRow,
    DeliveryRow,
    ExchangeRow,
    ExportRow,
    IdentityRow,
    ImprovementRow,
    OutsideExchangeRow,
    PersonRow,
    ReportRow,
    RequestRow,
    RequestStepRow,
    RequestWordRow,
    VoiceRow,
    table_of,
)

LINKING: Final = "people"  # the key under which `learn_profile` and `import_directory` are written: one at a time moves accounts between persons
REFRESH: Final = timedelta(hours=24)  # how long a profile, or a reference that hasn't changed, is good for
_NAMESPACE: Final = UUID("4b0c43a3-6a0f-5d0c-9a1b-0f6e9b6f2d11")

_IDENTITY, _PERSON, _REFERENCE = table_of(IdentityRow).c, table_of(PersonRow).c, table_of(ConversationReferenceRow).c
_OTHER: Final = table_of(ConversationReferenceRow).alias("other").c
# a part of the statement that every turn makes anyway: one more would cost as much again
_LAST_SPOKE: Final = (
    select_columns(func.max(_OTHER.refreshed_at)).where(_OTHER.person_id == _PERSON.id, _OTHER.dead_at.is_(None)).correlate(table_of(PersonRow))
)
_FIND: Final = (
    select_columns(
        _PERSON.id,
        _PERSON.directory_id,
        _PERSON.email,
        _PERSON.name,
        _PERSON.language,
        _PERSON.directory_language,
        _PERSON.timezone,
        _PERSON.site,
        _PERSON.department,
        _PERSON.seniority,
        _PERSON.segments,
        _PERSON.greeted_at,
        _PERSON.reach,
        _IDENTITY.email.label("account_email"),
        _IDENTITY.name.label("account_name"),
        _IDENTITY.timezone.label("account_timezone"),
        _IDENTITY.locale,
        _IDENTITY.spoken_language,
        _IDENTITY.guest,
        _IDENTITY.refreshed_at,
        _REFERENCE.conversation,
        _REFERENCE.thread,
        _REFERENCE.service_url,
        _REFERENCE.refreshed_at.label("reference_refreshed_at"),
        _REFERENCE.dead_at,
        _LAST_SPOKE.scalar_subquery().label("last_spoke_at"),
    )
    .join_from(table_of(IdentityRow), table_of(PersonRow))
    .outerjoin(
        table_of(ConversationReferenceRow),
        and_(_REFERENCE.person_id == _PERSON.id, _REFERENCE.platform == _IDENTITY.platform, _REFERENCE.tenant == _IDENTITY.tenant),
    )
    .where(_IDENTITY.platform == bindparam("platform"), _IDENTITY.tenant == bindparam("tenant"), _IDENTITY.user == bindparam("user"))
)
# whoever takes a turn holds their person, shared, so that an erasure waits for it, and it for an erasure (SQLite has one writer)
_HOLD: Final = _FIND.with_for_update(read=True, key_share=True, of=table_of(PersonRow))

_CHOOSE: Final = update(table_of(PersonRow)).where(_PERSON.id == bindparam("person")).values(language=bindparam("choice"))
_GREET: Final = update(table_of(PersonRow)).where(_PERSON.id == bindparam("person"), _PERSON.greeted_at.is_(None)).values(greeted_at=bindparam("at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A person, as one of their accounts shows them; `refreshed_at` is when the platform last told that account's profile, None for never."""

    person: Person
    refreshed_at: datetime | None

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the profile needn't be asked for again."""
        return self.refreshed_at is not None and now - self.refreshed_at < REFRESH


def find_person(session: Session, platform: str, tenant: str, user: str) -> Known | None:
    """Return the person who speaks from this account, None where it's new to us."""
    row = _find(session, platform, tenant, user)
    return None if row is None else _known(row)


def meet(session: Session, event: Event, now: datetime) -> Known:
    """Return the person who made this gesture: made on first contact, reachable from now on in the personal conversation it came from."""
    sender, place = event.sender, event.reference
    row = _find(session, place.platform, place.tenant, sender.user, _HOLD)
    if row is not None and _says_nothing_new(row, event, now):
        return _known(row)
    identity = _identity(session, place.platform, place.tenant, sender.user)
    if identity is None:
        identity = _make(session, place.platform, place.tenant, sender.user, now)
        identity.name, identity.timezone = sender.name, sender.timezone
    identity.locale = sender.locale or identity.locale
    identity.guest = identity.guest or sender.guest
    _settle(session, identity, now)
    if place.scope is Scope.PERSONAL:
        _reach(session, identity.person_id, place, now)
    return _known_again(session, identity)


def learn_profile(session: Session, profile: Profile, now: datetime) -> Known:
    """Keep what a platform tells of an account, and settle whose it is. Write it under the key `LINKING`.

    What the platform doesn't tell is left as it was, except the e-mail: one that nobody vouches for any more links nobody.
    """
    identity = _identity(session, profile.platform, profile.tenant, profile.user) or _make(
        session, profile.platform, profile.tenant, profile.user, now
    )
    identity.name = profile.name or identity.name
    identity.locale = profile.locale or identity.locale
    identity.timezone = profile.timezone or identity.timezone
    identity.email = normal_email(profile.email) if profile.email else None
    identity.guest = profile.guest
    identity.refreshed_at = now
    _settle(session, identity, now)
    return _known_again(session, identity)


def choose_language(session: Session, person_id: str, language: Language | None) -> None:
    """Keep the language that the person chose; None follows the messages again."""
    session.connection().execute(_CHOOSE, {"person": person_id, "choice": language})


def choose_reach(session: Session, person_id: str, platform: Platform | None) -> None:
    """Keep where the bot writes to a person of its own accord; None is where they last spoke to it."""
    session.exec(update(PersonRow).where(col(PersonRow.id) == person_id).values(reach=platform))


def speak(session: Session, event: Event, language: Language) -> None:
    """Note what language this account last wrote in."""
    place = event.reference
    account = (
        col(IdentityRow.platform) == place.platform,
        col(IdentityRow.tenant) == place.tenant,
        col(IdentityRow.user) == event.sender.user,
    )
    session.exec(update(IdentityRow).where(*account).values(spoken_language=language))


def greet(session: Session, person_id: str, at: datetime) -> None:
    """Note that the bot introduced itself; the first time counts."""
    session.connection().execute(_GREET, {"person": person_id, "at": at})


def normal_email(email: str) -> str:
    """Return an address as it's compared: without blanks around it, in lower case."""
    return email.strip().lower()


def directory_person_id(directory_id: str) -> str:
    """Return our id of a person of the directory."""
    return str(uuid5(_NAMESPACE, f"directory|{directory_id}"))


def settle_all(session: Session, now: datetime) -> int:
    """Settle whose each account is, after the directory changed. Return how many accounts came to a person of the directory."""
    linked = 0
    owners = {person.email: person.id for person in session.exec(select(PersonRow).where(col(PersonRow.email).is_not(None)))}
    for identity in session.exec(select(IdentityRow).order_by(col(IdentityRow.platform), col(IdentityRow.tenant), col(IdentityRow.user))).all():
        owner = None if identity.guest else owners.get(identity.email)
        if identity.person_id != (owner or _own_id(identity)):
            linked += owner is not None
            _settle(session, identity, now)
    session.flush()
    return linked


def _find(session: Session, platform: str, tenant: str, user: str, find: Select[*tuple[Any, ...]] = _FIND) -> Row[*tuple[Any, ...]] | None:
    return session.connection().execute(find, {"platform": platform, "tenant": tenant, "user": user}).first()


def _known(row: Row[*tuple[Any, ...]]) -> Known:
    person = Person(
        id=row.id,
        name=row.name or row.account_name,
        email=row.email or row.account_email,
        language=row.language,
        directory_language=row.directory_language,
        spoken_language=row.spoken_language,
        locale=row.locale,
        timezone=row.timezone or row.account_timezone,
        site=row.site,
        department=row.department,
        seniority=row.seniority,
        segments=frozenset(row.segments),
        linked=row.directory_id is not None,
        stranger=row.guest,
        greeted=row.greeted_at is not None,
        reach=row.reach,
    )
    return Known(person=person, refreshed_at=row.refreshed_at)


def _known_again(session: Session, identity: IdentityRow) -> Known:
    session.flush()
    keys = {"platform": identity.platform, "tenant": identity.tenant, "user": identity.user}
    return _known(session.connection().execute(_FIND, keys).one())


def _says_nothing_new(row: Row[*tuple[Any, ...]], event: Event, now: datetime) -> bool:
    sender, place = event.sender, event.reference
    if (sender.guest and not row.guest) or (sender.locale is not None and sender.locale != row.locale):
        return False
    if place.scope is not Scope.PERSONAL:
        return True
    same_place = (row.conversation, row.thread, row.service_url) == (place.conversation, place.thread, place.service_url)
    if not same_place or row.dead_at is not None:
        return False
    spoke_elsewhere_since: bool = row.last_spoke_at > row.reference_refreshed_at  # then this is where they can be reached again
    return not spoke_elsewhere_since and now - row.reference_refreshed_at < REFRESH


def _identity(session: Session, platform: str, tenant: str, user: str) -> IdentityRow | None:
    return session.get(IdentityRow, (platform, tenant, user))


def _make(session: Session, platform: str, tenant: str, user: str, now: datetime) -> IdentityRow:
    identity = IdentityRow(platform=platform, tenant=tenant, user=user, person_id="")
    identity.person_id = _own_person(session, identity, None, now).id
    session.add(identity)
    session.flush()
    return identity


def _own_id(identity: IdentityRow) -> str:
    return str(uuid5(_NAMESPACE, "|".join((identity.platform, identity.tenant, identity.user))))


def _own_person(session: Session, identity: IdentityRow, former: PersonRow | None, now: datetime) -> PersonRow:
    """Return the account's own person, who was greeted and chose a language like the person it was until now."""
    person = session.get(PersonRow, _own_id(identity))
    if person is None:
        language, greeted_at = (former.language, former.greeted_at) if former else (None, None)
        person = PersonRow(id=_own_id(identity), language=language, greeted_at=greeted_at, created_at=now)
        session.add(person)
        session.flush()
    return person


def _settle(session: Session, identity: IdentityRow, now: datetime) -> None:
    """Give the account to the person of the directory who has its verified e-mail, else to its own person."""
    former = session.get_one(PersonRow, identity.person_id)
    owner = None
    if identity.email is not None and not identity.guest:
        owner = session.exec(select(PersonRow).where(col(PersonRow.email) == identity.email)).first()
    if owner is None:
        owner = _own_person(session, identity, former, now)
    if owner.id == former.id:
        return
    identity.person_id = owner.id
    session.flush()
    references = select(ConversationReferenceRow).where(col(ConversationReferenceRow.person_id) == former.id)
    if former.directory_id is not None:  # they stay who they are, with what they asked; only this account leaves them
        here = (col(ConversationReferenceRow.platform) == identity.platform, col(ConversationReferenceRow.tenant) == identity.tenant)
        _hand_over(session, session.exec(references.where(*here)).all(), owner)
    else:
        _hand_over(session, session.exec(references).all(), owner)
        _merge(session, former, owner, now)


def _hand_over(session: Session, references: Sequence[ConversationReferenceRow], owner: PersonRow) -> None:
    for reference in references:
        session.delete(reference)
        theirs = session.get(ConversationReferenceRow, (owner.id, reference.platform, reference.tenant))
        if theirs is None or theirs.refreshed_at < reference.refreshed_at:
            session.merge(ConversationReferenceRow(**{**reference.model_dump(), "person_id": owner.id}))
    session.flush()


def _merge(session: Session, former: PersonRow, owner: PersonRow, now: datetime) -> None:
    """Give what a person of an account's own left to the person it turned out to be, whose own choices win."""
    session.exec(update(ExchangeRow).where(col(ExchangeRow.person_id) == former.id).values(person_id=owner.id))
    session.exec(update(ReportRow).where(col(ReportRow.person_id) == former.id).values(person_id=owner.id))
    _hand_over_rows(session, former.id, owner.id)
    feedback.hand_over(session, former.id, owner.id)
    pauses.hand_over(session, former.id, owner.id)
    members.hand_over(session, former.id, owner.id)
    evidence.hand_over(session, former.id, owner.id, now)
    audit.hand_over(session, former.id, owner.id)  # roles are those of the directory's people only: there are none to hand over
    owner.language = owner.language or former.language
    owner.reach = owner.reach or former.reach
    owner.greeted_at = min(filter(None, (owner.greeted_at, former.greeted_at)), default=None)
    session.delete(former)
    session.flush()


def _hand_over_rows(session: Session, former: str, owner: str) -> None:
    """Give what is kept of a person of an account's own to the person it turned out to be."""
    columns = (
        (RequestRow, "client_id"),
        (RequestRow, "expert_id"),
        (RequestRow, "keeper_id"),
        (RequestWordRow, "author_id"),
        (RequestStepRow, "person_id"),
        (DeliveryRow, "person_id"),
        (OutsideExchangeRow, "person_id"),
        (VoiceRow, "person_id"),
        (VoiceRow, "answered_by"),
        (VoiceRow, "closed_by"),
        (ImprovementRow, "noted_by"),
        (ExportRow, "person_id"),
        (AttachmentRow, "person_id"),
    )
    for row, column in columns:
        table = table_of(row)
        session.connection().execute(update(table).where(table.c[column] == former).values({column: owner}))


def _reach(session: Session, person_id: str, place: Reference, now: datetime) -> None:
    session.merge(
        ConversationReferenceRow(
            person_id=person_id,
            platform=place.platform,
            tenant=place.tenant,
            conversation=place.conversation,
            thread=place.thread,
            service_url=place.service_url,
            scope=place.scope,
            refreshed_at=now,
        )
    )
