"""A history for the sample company: what its people might have said of its functions in the months before; the same for the same day."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID, uuid5

from bot.packs import sample_folder
from dialogs.catalog import Catalogue, Function, is_for
from dialogs.feedback import BAD_REASONS, EXPIRES, GOOD_REASONS, POSTURE, Feedback, Item, Occasion, Solved
from dialogs.people import DirectoryRow
from storage.people import directory_person_id

WEEKS: Final = 26  # before the day
_NAMESPACE: Final = UUID("0f5c6a52-52a4-5c7e-9a34-6f6c4a9b1c77")
_FELL: Final = ("facilities", 5, 0.9)  # this function's trace is so much lower in its last weeks: a warning can be seen
_ROSE: Final = ("procurement", 8, 0.7)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comment:
    language: str
    score: str
    text: str


def history(catalogue: Catalogue, people: Sequence[DirectoryRow], until: date) -> Iterator[Feedback]:
    """Yield closings, about half of them with a response, of each function's exchanges in the `WEEKS` before the week of that day."""
    comments = _comments()
    monday = until - timedelta(days=until.weekday())
    for function in catalogue.functions:
        clients = [person for person in people if person.department not in (function.names.fr, function.names.en)]
        for back in range(WEEKS, 0, -1):
            for number in range(7 + int(8 * _share(function.slug, back))):
                yield _closing(function, clients, monday - timedelta(weeks=back), back, number, comments)


def _closing(function: Function, clients: Sequence[DirectoryRow], monday: date, back: int, number: int, comments: Sequence[_Comment]) -> Feedback:
    seed = f"{function.slug}|{monday.isoformat()}|{number}"
    client = clients[int(len(clients) * _share(seed, "client"))]
    theirs = [sheet for sheet in function.sheets if is_for(sheet, frozenset(client.segments))]
    sheet = theirs[int(len(theirs) * _share(seed, "sheet") ** 2)]
    occasion = _occasion(_share(seed, "occasion"))
    day = monday + timedelta(days=int(5 * _share(seed, "day")))
    asked_at = datetime.combine(day, time(8), UTC) + timedelta(minutes=int(540 * _share(seed, "minute")))
    human = occasion is Occasion.REQUEST
    language = client.language or "fr"
    asked = Feedback(
        id=str(uuid5(_NAMESPACE, seed)),
        exchange=str(uuid5(_NAMESPACE, f"{seed}|exchange")),
        occasion=occasion,
        function=function.slug,
        client=directory_person_id(client.id),
        question=sheet.title.to(language),
        language=language,
        channel="outside" if occasion is Occasion.OUTSIDE else "personal" if _share(seed, "channel") < 0.85 else "channel",
        opened_at=asked_at - timedelta(hours=30 * _share(seed, "length") if human else 0),
        asked_at=asked_at,
        expires_at=asked_at + EXPIRES,
        service=sheet.id,
        tool="helpdesk" if occasion is Occasion.OUTSIDE else None,
        platform="slack" if _share(client.id, "platform") < 0.55 else "teams",
        site=client.site,
        department=client.department,
        due_at=asked_at - timedelta(hours=10 * _share(seed, "due") - 4) if human else None,
        first_word_at=asked_at - timedelta(hours=4 * _share(seed, "word")) if human else None,
        expected=1 + int(5 * _share(seed, "expected")) if human and _share(seed, "sampled") < 0.2 else None,
    )
    return _answered(asked, back, seed, comments) if _share(seed, "answers") < 0.55 else asked


def _answered(asked: Feedback, back: int, seed: str, comments: Sequence[_Comment]) -> Feedback:
    level = 3.2 + 1.2 * _share(asked.function, "level")
    for (slug, since, by), sign in ((_FELL, -1), (_ROSE, 1)):
        if asked.function == slug and back <= since:
            level += sign * by
    # three draws added up: most people are near the level, a few far from it
    spread = sum(_share(seed, "trace", draw) for draw in range(3)) / 1.5 - 1
    trace = max(1, min(5, round(level + 2.2 * spread)))
    solved = _solved(trace, _share(seed, "solved"))
    item, value = _item(asked, trace, solved, seed)
    said: str | None = None
    if _share(seed, "comments") < 0.4:
        fitting = [each for each in comments if each.language == asked.language and each.score == ("high" if trace >= 4 else "low")]
        said = fitting[int(len(fitting) * _share(seed, "comment"))].text
    return Feedback(
        **{name: getattr(asked, name) for name in Feedback.__slots__ if name not in _RESPONSE},
        solved=solved,
        trace=trace,
        item=item,
        value=value,
        comment=said,
        shared=("unnamed" if _share(seed, "shared") < 0.5 else "named") if said and trace >= 4 and _share(seed, "shares") < 0.4 else None,
        answered_at=asked.asked_at + timedelta(minutes=1 + int(600 * _share(seed, "after"))),
    )


_RESPONSE: Final = frozenset({"solved", "trace", "item", "value", "comment", "shared", "answered_at"})


def _occasion(share: float) -> Occasion:
    return Occasion.ANSWER if share < 0.6 else Occasion.REQUEST if share < 0.9 else Occasion.OUTSIDE


def _solved(trace: int, share: float) -> Solved:
    right = (0.15, 0.35, 0.6, 0.85, 0.95)[trace - 1]
    return "yes" if share < right else "partly" if share < right + (1 - right) / 2 else "no"


def _item(asked: Feedback, trace: int, solved: Solved, seed: str) -> tuple[Item | None, str | None]:
    drawn, within = _share(seed, "item"), _share(seed, "value")
    near = max(0.0, min(0.999, trace / 5 - 0.35 + 0.5 * within))
    if drawn < 0.2:
        return Item.EFFORT, str(7 - int(7 * near))
    if drawn < 0.35:
        return Item.RECOMMENDATION, str(int(11 * near))
    if drawn < 0.55:
        posture = POSTURE if asked.occasion is not Occasion.ANSWER else (Item.RELIABILITY, Item.RESPONSIVENESS)
        return posture[int(len(posture) * _share(seed, "posture"))], str(1 + int(5 * near))
    if drawn < 0.75:
        reasons = GOOD_REASONS if trace >= 4 else BAD_REASONS
        return Item.REASON, reasons[int(len(reasons) * within)]
    if drawn < 0.8 and solved != "yes":
        return Item.LOST_TIME, ("under_hour", "half_day", "day")[int(3 * within)]
    return None, None


def _comments() -> list[_Comment]:
    with (sample_folder() / "comments.csv").open(encoding="utf-8", newline="") as lines:
        return [_Comment(**row) for row in csv.DictReader(lines)]


def _share(*parts: object) -> float:
    """Return a number from 0 to 1 (never 1) that these parts always give."""
    digest = blake2b("|".join(map(str, parts)).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
