"""The last answer: what was shown just before in this conversation, which a follow-up goes on from and a typed "2" chooses in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dialogs.events import Event
from dialogs.search.match import Previous
from dialogs.turn import State, is_public

DIALOG, VERSION = "ask", 2
# A question and what one wants to know besides come within one errand. After a break, "how long?" is more likely about something else, and an
# answer about the wrong thing costs more than asking again.
REMEMBERED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """What was asked and shown: a sheet, sheets to choose from (`offered`), or a function's profile, which has neither.

    `public` where others read it too.
    """

    at: datetime
    public: bool
    exchange: str
    question: str
    function: str
    sheet: str | None
    offered: tuple[str, ...]


def remembered(event: Event, *, exchange: str, question: str, function: str, sheet: str | None = None, offered: tuple[str, ...] = ()) -> State:
    """Keep what this event was answered with."""
    kept: dict[str, object] = {
        "at": event.at.isoformat(),
        "public": is_public(event),
        "exchange": exchange,
        "question": question,
        "function": function,
        "sheet": sheet,
        "ids": list(offered),
    }
    return State(dialog=DIALOG, version=VERSION, kept=kept)


def last_answer(state: State | None) -> LastAnswer | None:
    """Read it back, None where another dialog, another version or nothing was remembered."""
    if state is None or state.dialog != DIALOG or state.version != VERSION:
        return None
    match state.kept:
        case {
            "at": str() as at,
            "public": bool() as public,
            "exchange": str() as exchange,
            "question": str() as question,
            "function": str() as function,
            "sheet": str() | None as sheet,
            "ids": list() as ids,
        }:
            offered = tuple(map(str, ids))
            when = datetime.fromisoformat(at)
            return LastAnswer(at=when, public=public, exchange=exchange, question=question, function=function, sheet=sheet, offered=offered)
        case _:
            return None


def previous(event: Event, state: State | None) -> Previous | None:
    """Return what a message may go on from, None where nothing was answered within `REMEMBERED`.

    What was said in private is never gone on with where others read along.
    """
    last = last_answer(state)
    if last is None or event.at - last.at >= REMEMBERED or (is_public(event) and not last.public):
        return None
    return Previous(question=last.question, function=last.function, sheet=last.sheet, offered=last.offered)
