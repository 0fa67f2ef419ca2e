"""Voices: what people say to a function of their own accord, by name or without one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from dialogs.catalog import Language
from dialogs.request import Party

VOICE: Final = "voice"  # the cause of a delivery about a voice; the cause's id is the voice's
ANONYMOUS: Final = "anonymous:"  # begins the id of one that has no author
BATCH: Final = 5  # voices without a name are written so many at a time at least
LIMIT: Final = 2000  # characters of what is said, answered, or came of it: each fits a card whole


class VoiceKind(StrEnum):
    """What it is."""

    IDEA = "idea"
    PRAISE = "praise"
    CRITICISM = "criticism"
    QUESTION = "question"
    OTHER = "other"  # also of a comment that was detached: as what it was said would tell that it's of somebody who was helped just now


class VoiceState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"  # with what came of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What somebody said to a function. `author` is None for one without a name, of which only the `month` (2026-11) is known, never `said_at`.

    `language` is that of its words, None without a name too: where few speak one, it'd be a name. `desk_language` is that of its `card`: the key of
    a delivery, None where there's none.
    """

    id: str
    function: str
    kind: VoiceKind
    text: str
    month: str
    language: Language | None = None
    author: Party | None = None
    said_at: datetime | None = None
    state: VoiceState = VoiceState.OPEN
    answer: str | None = None
    answered_by: Party | None = None
    outcome: str | None = None
    closed_by: Party | None = None
    desk_language: Language = "fr"
    card: UUID | None = None

    @property
    def anonymous(self) -> bool:
        """Whether nobody can know who said it."""
        return self.id.startswith(ANONYMOUS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unnamed:
    """What somebody says without a name, before it's passed on with others. Nothing of who says it, or when, belongs here."""

    function: str
    kind: VoiceKind
    text: str
