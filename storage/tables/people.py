"""The people: accounts, where they can be reached, their roles."""

from datetime import datetime

from sqlmodel import Field

from storage.tables.row import Json, Row


class PersonRow(Row, table=True):
    """Somebody: of the directory (`directory_id`), or known from a platform only.

    `email`, `name`, `site` and the like are the directory's; `language` is the person's own choice, and so is `reach`: the platform on which the bot
    writes to them of its own accord, None for the one where they last spoke to it.
    """

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    directory_id: str | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, unique=True)
    name: str | None = None
    language: str | None = None
    directory_language: str | None = None
    timezone: str | None = None
    site: str | None = None
    department: str | None = None
    seniority: str | None = None
    manager: str | None = None
    segments: list[str] = Field(default_factory=list, sa_type=Json)
    greeted_at: datetime | None = None
    reach: str | None = None
    created_at: datetime


class IdentityRow(Row, table=True):
    """A platform's account and the person it belongs to; `email` is there only when the platform vouches for it."""

    __tablename__ = "identity"

    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", index=True)
    name: str | None = None
    email: str | None = Field(default=None, index=True)
    locale: str | None = None
    spoken_language: str | None = None
    timezone: str | None = None
    guest: bool = False
    refreshed_at: datetime | None = None


class ConversationReferenceRow(Row, table=True):
    """The latest personal conversation of a person in a workspace or tenant: where a message of our own can be sent.

    `dead_reason` says, in the platform's words, why it can't be written to any more; whoever speaks again brings it back to life.
    """

    __tablename__ = "conversation_reference"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    platform: str = Field(primary_key=True)
    tenant: str = Field(primary_key=True)
    conversation: str
    thread: str | None = None
    service_url: str | None = None
    scope: str
    refreshed_at: datetime
    dead_at: datetime | None = None
    dead_reason: str | None = None


class RoleGrantRow(Row, table=True):
    """A role that a person holds; `function` is empty for a role of the company (admin, auditor)."""

    __tablename__ = "role_grant"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    role: str = Field(primary_key=True)
    function: str = Field(primary_key=True)
    granted_at: datetime
    granted_by: str


class PseudonymRow(Row, table=True):
    """What the audit log and the versions call a person; an erasure deletes the line, and breaks no chain."""

    __tablename__ = "pseudonym"

    pseudonym: str = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", unique=True)
