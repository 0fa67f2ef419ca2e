"""The attention budget: how often people are asked or taught something, over all functions together (delivery.md)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from dialogs.delivery import Kind

Spending: TypeAlias = Literal["ask", "message"]

ASK_DAYS: Final = 14
ASK_FUNCTION_DAYS: Final = 30
MESSAGES_DAY: Final = 1
MESSAGES_WEEK: Final = 2
MESSAGES_FUNCTION_MONTH: Final = 4
MESSAGES_KEPT: Final = 1  # of a week's messages, for functions that seldom send any
OFTEN: Final = 2  # a function's messages to one person within `MONTH`: from so many on, it isn't one of those
MONTH: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=366)  # no cap looks further back

_KINDS: Final[dict[Kind, Spending]] = {Kind.PROMPT: "ask", Kind.REMINDER: "ask", Kind.CAMPAIGN: "message"}
SPENDERS: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `number` to one person `within` this time: from all functions together, or each function's own (`same_function`).

    `kept` of them, but not the last one, are for functions that seldom write to that person.
    """

    number: int
    within: timedelta
    same_function: bool = False
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """When a person's attention was taken (UTC), and by which function; None for what was no function's."""

    at: datetime
    function: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a function takes, where that's less than every function may: days between two of its asks, its campaign messages a month."""

    ask_days: int | None = None
    messages_month: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What may be taken of one person's attention: asks (a prompt, a reminder), and messages (a campaign's)."""

    asks: tuple[Cap, ...]
    messages: tuple[Cap, ...]

    def caps(self, spending: Spending, limit: Limit | None) -> Iterator[Cap]:
        """Yield what holds for a function: it may take less than everybody, never more, whatever it was allowed to set before."""
        for cap in self.asks if spending == "ask" else self.messages:
            yield _lowered(cap, spending, limit) if cap.same_function and limit is not None else cap


def budget(
    *,
    ask_days: int = ASK_DAYS,
    ask_function_days: int = ASK_FUNCTION_DAYS,
    messages_day: int = MESSAGES_DAY,
    messages_week: int = MESSAGES_WEEK,
    messages_function_month: int = MESSAGES_FUNCTION_MONTH,
    messages_kept: int = MESSAGES_KEPT,
) -> Budget:
    """Return the budget of these numbers."""
    return Budget(
        asks=(
            Cap(number=1, within=timedelta(days=ask_days)),
            Cap(number=1, within=timedelta(days=ask_function_days), same_function=True),
        ),
        messages=(
            Cap(number=messages_day, within=timedelta(days=1)),
            Cap(number=messages_week, within=timedelta(days=7), kept=messages_kept),
            Cap(number=messages_function_month, within=MONTH, same_function=True),
        ),
    )


BUDGET: Final = budget()


def spending_of(kind: Kind) -> Spending | None:
    """Return what a kind of message spends, None for nothing."""
    return _KINDS.get(kind)


def free_at(caps: Iterable[Cap], spent: Sequence[Spent], function: str | None, at: datetime) -> datetime | None:
    """Return when a function may take a person's attention, None for at once; `spent` is all that was taken, what is on its way included."""
    freed = [opens for cap in caps if (opens := _opens(cap, spent, function, at)) is not None and opens > at]
    return max(freed, default=None)


def _opens(cap: Cap, spent: Sequence[Spent], function: str | None, at: datetime) -> datetime | None:
    """Return when there's room under a cap: once the oldest of the last `number` is far enough behind.

    Where some are kept for others, there's room earlier once the function is one of those that seldom write itself.
    """
    if cap.same_function and function is None:
        return None
    counted = sorted(each.at for each in spent if not cap.same_function or each.function == function)
    opens = _room(counted, cap.number, cap.within)
    if not cap.kept or (seldom := _room(sorted(each.at for each in spent if each.function == function), OFTEN, MONTH)) is None or seldom <= at:
        return opens
    sooner = _room(counted, max(1, cap.number - cap.kept), cap.within)
    return sooner if sooner is None else min(sooner, max(opens or seldom, seldom))


def _room(counted: Sequence[datetime], number: int, within: timedelta) -> datetime | None:
    """Return when fewer than `number` are within this time, None where they were never more; `counted` is in order."""
    return counted[-number] + within if len(counted) >= number else None


def _lowered(cap: Cap, spending: Spending, limit: Limit) -> Cap:
    if spending == "ask":
        return cap if limit.ask_days is None else replace(cap, within=max(cap.within, timedelta(days=limit.ask_days)))
    return cap if limit.messages_month is None else replace(cap, number=min(cap.number, limit.messages_month))
