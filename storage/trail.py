"""Trails: by what a person is found in the database, whoever they're called by."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sqlalchemy import or_
from sqlmodel import Session, col, select

from storage.tables import ConversationReferenceRow, IdentityRow, PersonRow, PseudonymRow

NOBODY: Final = "erased"  # the person to whom belongs, for the figures' sake, what erased people left
Account: TypeAlias = tuple[str, str, str]  # platform, tenant, user or conversation
Kind: TypeAlias = Literal["id", "e-mail", "account", "conversation", "name"]
_ASCII: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person as an operator may name them; `names` are all that they go by."""

    id: str
    name: str | None
    email: str | None
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A text that tells who somebody is, and what may stand in its place."""

    kind: Kind
    text: str

    @property
    def mask(self) -> str:
        """What stands for it in words that others wrote (`dialogs.masking`)."""
        return "⟨email⟩" if self.kind == "e-mail" else "⟨name⟩"

    @property
    def fragment(self) -> str:
        """Its longest run of ASCII letters and digits, by which a database looks for it whatever the case and the way JSON writes accents."""
        return max(_ASCII.findall(self.text.lower()), key=len, default="")

    @property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like in a text: whole, in any case where it's a name or an address, as it is or as JSON writes it."""
        written = {re.escape(self.text), re.escape(json.dumps(self.text)[1:-1]), re.escape(json.dumps(self.text, ensure_ascii=False)[1:-1])}
        flags = re.IGNORECASE if self.kind in ("name", "e-mail") else 0
        return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(written))})(?!\w)", flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """All by which a person is found: ids, addresses, accounts, private conversations, names, and what the audit log calls them."""

    person: str
    directory_id: str | None
    name: str | None
    language: str | None
    emails: frozenset[str]
    accounts: tuple[Account, ...]
    conversations: tuple[Account, ...]
    names: frozenset[str]  # of two words at least, which nobody else goes by: those that tell who somebody is
    pseudonym: str | None

    def signs(self) -> Iterator[Sign]:
        """Yield what tells who they are, wherever it's written; a directory's id is too short to mean anybody in a text."""
        yield Sign(kind="id", text=self.person)
        yield from (Sign(kind="e-mail", text=email) for email in sorted(self.emails))
        yield from (Sign(kind="account", text=user) for user in sorted({user for _, _, user in self.accounts}))
        yield from (Sign(kind="conversation", text=place) for place in sorted({place for _, _, place in self.conversations}))
        yield from (Sign(kind="name", text=name) for name in sorted(self.names))


def everybody(session: Session) -> list[Somebody]:
    """Return everybody whom the database knows, in the order of our ids: of the directory, or from a platform only."""
    people = {person.id: person for person in session.exec(select(PersonRow).where(col(PersonRow.id) != NOBODY).order_by(col(PersonRow.id)))}
    called: dict[str, set[str | None]] = {id_: {id_, each.directory_id, each.email, each.name} for id_, each in people.items()}
    shown: dict[str, tuple[str | None, str | None]] = {}
    accounts = select(IdentityRow).order_by(col(IdentityRow.platform), col(IdentityRow.tenant), col(IdentityRow.user))
    for account in session.exec(accounts):
        called[account.person_id] |= {account.user, account.email, account.name}
        name, email = shown.get(account.person_id, (None, None))
        shown[account.person_id] = (name or account.name, email or account.email)
    return [
        Somebody(
            id=id_,
            name=person.name or shown.get(id_, (None, None))[0],
            email=person.email or shown.get(id_, (None, None))[1],
            names=frozenset(name.strip().casefold() for name in called[id_] if name),
        )
        for id_, person in people.items()
    ]


def trail_of(session: Session, person: str) -> Trail | None:
    """Return a person's trail, None where there's no such person."""
    row = session.get(PersonRow, person)
    if row is None or person == NOBODY:
        return None
    accounts = session.exec(select(IdentityRow).where(col(IdentityRow.person_id) == person)).all()
    places = session.exec(select(ConversationReferenceRow).where(col(ConversationReferenceRow.person_id) == person)).all()
    names = {name for name in (row.name, *(account.name for account in accounts)) if name and len(name.split()) > 1}
    return Trail(
        person=person,
        directory_id=row.directory_id,
        name=row.name or next((account.name for account in accounts if account.name), None),
        language=row.language or row.directory_language or next((account.spoken_language for account in accounts if account.spoken_language), None),
        emails=frozenset(email for email in (row.email, *(account.email for account in accounts)) if email),
        accounts=tuple((account.platform, account.tenant, account.user) for account in accounts),
        conversations=tuple((place.platform, place.tenant, place.conversation) for place in places),
        names=frozenset(names - _of_others(session, person, names)),
        pseudonym=session.exec(select(PseudonymRow.pseudonym).where(col(PseudonymRow.person_id) == person)).first(),
    )


def _of_others(session: Session, person: str, names: set[str]) -> set[str]:
    """Return those of these names that somebody else goes by too: what's written under them may not be about this person."""
    if not names:
        return set()
    named = or_(*(col(PersonRow.name).icontains(_fragment(name), autoescape=True) for name in names))
    called = or_(*(col(IdentityRow.name).icontains(_fragment(name), autoescape=True) for name in names))
    others = {
        *session.exec(select(PersonRow.name).where(col(PersonRow.id) != person, named)),
        *session.exec(select(IdentityRow.name).where(col(IdentityRow.person_id) != person, called)),
    }
    taken = {other.casefold() for other in others if other}
    return {name for name in names if name.casefold() in taken}


def _fragment(name: str) -> str:
    return Sign(kind="name", text=name).fragment
