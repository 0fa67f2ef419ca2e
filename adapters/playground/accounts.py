"""Accounts: who one can be in the playground, as Slack and Teams know them."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from dialogs.people import DirectoryRow

LOCALES = {"fr": "fr-FR", "en": "en-GB"}


class Kind(StrEnum):
    """What an account is to the company: somebody of its directory, a member that the directory doesn't know, a guest of another company."""

    MEMBER = "member"
    UNLISTED = "unlisted"
    GUEST = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person with an account on both platforms; the ids are derived from `id`, so they're the same after a restart."""

    id: str
    kind: Kind
    name: str
    email: str
    locale: str
    timezone: str
    site: str | None = None
    department: str | None = None
    seniority: str | None = None
    segments: tuple[str, ...] = ()

    @property
    def slack_user(self) -> str:
        """Slack's id of the person."""
        return f"U{_letters(f'{self.id}/user')}"

    @property
    def slack_dm(self) -> str:
        """Slack's id of the person's conversation with the bot."""
        return f"D{_letters(f'{self.id}/dm')}"

    @property
    def teams_user(self) -> str:
        """Teams' id of the person for this bot."""
        return f"29:1{_letters(f'{self.id}/teams', 32)}"

    @property
    def teams_chat(self) -> str:
        """Teams' id of the person's chat with the bot."""
        return f"a:1{_letters(f'{self.id}/chat', 32)}"

    @property
    def aad_object_id(self) -> str:
        """The person's object id in the tenant's directory (Entra ID)."""
        return str(uuid5(NAMESPACE_URL, f"playground/{self.id}"))

    @property
    def handle(self) -> str:
        """The short name that platforms show and send along."""
        return self.email.split("@")[0]


def accounts(people: Sequence[DirectoryRow], *, language: str) -> tuple[Account, ...]:
    """Return an account for each line of the directory, then somebody whom it doesn't know and a guest; `language` is for whom it names none."""
    return (*(_member(row, language) for row in people), *_others(people, language))


def _member(row: DirectoryRow, language: str) -> Account:
    return Account(
        id=row.id,
        kind=Kind.MEMBER,
        name=row.name,
        email=row.email,
        locale=LOCALES[row.language or language],
        timezone=row.timezone or "Europe/Paris",
        site=row.site,
        department=row.department,
        seniority=row.seniority,
        segments=row.segments,
    )


def _others(people: Sequence[DirectoryRow], language: str) -> Iterator[Account]:
    domain = people[0].email.partition("@")[2] if people else "company.example"
    yield Account(
        id="unlisted",
        kind=Kind.UNLISTED,
        name="Sacha Morin",
        email=f"sacha.morin@{domain}",
        locale=LOCALES[language],
        timezone="Europe/Paris",
    )
    yield Account(
        id="guest",
        kind=Kind.GUEST,
        name="Robin Ashdown",
        email="robin.ashdown@partner.example",
        locale=LOCALES["en"],
        timezone="Europe/London",
    )


def _letters(seed: str, length: int = 10) -> str:
    return base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode()[:length]
