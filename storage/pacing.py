"""Pacing: what went to each conversation lately, and when the next message may (delivery.md: the platforms' limits)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, func, null, or_, select, union_all
from sqlmodel import Session

from dialogs.delivery import Status
from storage import ledger
from storage.tables import DeliveryRow, EventRow, table_of

HOUR: Final = timedelta(hours=1)
_UNDER_WAY: Final = timedelta(seconds=30)  # after a gesture its reply was posted, or will be by the ledger: it begins within 15 s, and takes 15
_DELIVERY, _EVENT = table_of(DeliveryRow).c, table_of(EventRow).c
# `sent_at` is said too, for the index: else all that a conversation ever got is read
_SENDING: Final = and_(ledger.is_(_DELIVERY.status, Status.SENDING), _DELIVERY.sent_at.is_(None))
_UNKNOWN: Final = and_(ledger.is_(_DELIVERY.status, Status.UNKNOWN), _DELIVERY.sent_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A gesture in a conversation (`Reference.whole.key`), which is replied to at once, beside the ledger; `answered_at` is None until it was."""

    key: UUID
    place: str
    answered_at: datetime | None


def heard(session: Session, where: str, at: datetime, spacing: timedelta) -> list[Heard]:
    """Return the gestures whose replies are on their way, and those that were heard or replied to within `spacing`.

    `where` is a workspace (`slack|T1|`) or a conversation (`Reference.whole.key`).
    """
    here = _EVENT.conversation_key.startswith(where, autoescape=True)
    recent = or_(_EVENT.answered_at.is_(None), _EVENT.answered_at > at - spacing, _EVENT.heard_at > at - spacing)
    wanted = select(_EVENT.key, _EVENT.conversation_key, _EVENT.answered_at).where(_EVENT.heard_at > at - _UNDER_WAY, recent, here)
    found = session.connection().execute(wanted)
    return [Heard(key=row.key, place=f"{row.conversation_key.rpartition('|')[0]}|", answered_at=row.answered_at) for row in found]


class Traffic:
    """The messages of the last hour to some conversations (`Reference.whole.key`), those that are being sent, and those that may have arrived.

    `spacing` is the time between two messages of one conversation, `hourly` how many it takes within an hour, None for no such limit.
    """

    def __init__(self, spacing: timedelta, hourly: int | None) -> None:
        self._spacing = spacing
        self._hourly = hourly
        self._latest: dict[str, datetime] = {}
        self._oldest: dict[str, datetime] = {}
        self._counts: dict[str, int] = {}
        self._under_way: set[str] = set()

    def hear(self, heard: Iterable[Heard]) -> None:
        """Learn what is replied to, or was just now: nothing else goes there meanwhile."""
        for each in heard:
            if each.answered_at is None:
                self._under_way.add(each.place)
            else:
                self._latest[each.place] = max(each.answered_at, self._latest.get(each.place, each.answered_at))

    def look(self, session: Session, places: Collection[str], at: datetime) -> None:
        """Learn what went to these places until `at`."""
        if not places:
            return
        since = at - max(self._spacing, HOUR if self._hourly is not None else self._spacing)
        here = _DELIVERY.place.in_(sorted(places))
        latest, oldest = func.max(_DELIVERY.sent_at).label("latest"), func.min(_DELIVERY.sent_at).label("oldest")
        sent = select(_DELIVERY.place, latest, oldest, func.count().label("number"))
        unknown = select(_DELIVERY.place, func.max(_DELIVERY.ended_at), func.min(_DELIVERY.ended_at), func.count())
        sending = select(_DELIVERY.place, null(), null(), func.count())
        found = union_all(
            sent.where(here, _DELIVERY.sent_at > since).group_by(_DELIVERY.place),
            unknown.where(here, _UNKNOWN, _DELIVERY.ended_at > since).group_by(_DELIVERY.place),
            sending.where(here, _SENDING).group_by(_DELIVERY.place),
        )
        for row in session.connection().execute(found):
            if row.latest is None:
                self._under_way.add(row.place)
            else:
                self._counts[row.place] = self._counts.get(row.place, 0) + row.number
                self._latest[row.place] = max(row.latest, self._latest.get(row.place, row.latest))
                self._oldest[row.place] = min(row.oldest, self._oldest.get(row.place, row.oldest))

    def opens(self, place: str, slot: datetime) -> datetime | None:
        """Return when a place takes the next message, None for at `slot`.

        While one is being sent there, it's a guess: the next one waits until that has arrived, however slow the platform is.
        """
        if place in self._under_way:
            return slot + self._spacing
        latest = self._latest.get(place)
        return None if latest is None or latest + self._spacing <= slot else latest + self._spacing

    def full_until(self, place: str) -> datetime | None:
        """Return when the oldest message leaves the hour, where a place has had all that it takes; None where it hasn't."""
        if self._hourly is None or self._counts.get(place, 0) < self._hourly:
            return None
        return self._oldest[place] + HOUR

    def take(self, place: str) -> None:
        """Note that one goes to a place now."""
        self._under_way.add(place)
