"""The digest of a function: what waits for it, in a few lines, for its channel."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from dialogs.actions import ShowGap, ShowGaps
from dialogs.catalog import Catalogue, Function, Sheet, overdue
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.gap import Gap
from dialogs.gaps import kinds_in_words, quote, review_line, times_in_words
from dialogs.messages import Block, Button, Buttons, Item, Items, Message, Note, Text, Title
from dialogs.request_actions import ListRequests
from dialogs.sheet import badge
from dialogs.texts import Texts

DIGEST: Final = "digest"  # the cause of a digest's delivery; the cause's id is the function's slug
SHOWN: Final = 3  # lines of each list: a short message, the rest a tap away
_NAMESPACE: Final = UUID("0d4fa4a6-70a8-5d0b-8b7a-2f1c1c9fb3c1")


def digest(t: Texts, function: Function, gaps: Sequence[Gap], requests: int, today: date) -> Message | None:
    """Return what waits for a function: its open `gaps`, how many of its `requests` aren't closed, and its sheets past their review.

    None where nothing waits: no digest is sent for that.
    """
    language, stale = t.language, overdue(function, today)
    if not (gaps or stale or requests):
        return None
    blocks: list[Block] = [Title(text=t("What waits for you today"), badge=badge(function, language))]
    if requests:
        waiting = t.many("{number} request isn't closed yet.", "{number} requests aren't closed yet.", requests)
        blocks += [Text(text=waiting), Buttons(buttons=(Button(label=t("See the requests"), action=ListRequests(slug=function.slug)),))]
    corrections = [gap for gap in gaps if any(kind == "wrong" for kind, _ in gap.kinds)]
    blocks += _gaps(t, t("What people say is wrong or missing"), function, corrections)
    blocks += _gaps(t, t("Questions left without an answer"), function, [gap for gap in gaps if gap not in corrections])
    blocks += _stale(t, function, stale)
    blocks.append(Note(text=t("What people wrote is shown without names. Each button answers in private, to those who may.")))
    return Message(language=language, blocks=tuple(blocks))


def planned(catalogue: Catalogue, slug: str, to: str | Reference, message: Message, today: date) -> Delivery | None:
    """Return the delivery of a function's digest of that day: one a day, however often it's planned. None where the function is gone."""
    if catalogue.function(slug) is None:
        return None
    key = uuid5(_NAMESPACE, f"{slug}|{today.isoformat()}")
    return Delivery(key=key, kind=Kind.DIGEST, cause_kind=DIGEST, cause_id=slug, to=to, message=message)


def _gaps(t: Texts, title: str, function: Function, gaps: Sequence[Gap]) -> Iterator[Block]:
    if not gaps:
        return
    yield Text(text=title, strong=True)
    yield Items(
        items=tuple(
            Item(
                title=quote(t, gap.questions[0]),
                detail=f"{times_in_words(t, gap.count)} · {kinds_in_words(t, gap)}",
                open=t("Open"),
                action=ShowGap(gap=gap.id),
            )
            for gap in gaps[:SHOWN]
        )
    )
    if (left := len(gaps) - SHOWN) > 0:
        yield Buttons(buttons=(Button(label=t.many("and {number} more", "and {number} more", left), action=ShowGaps(slug=function.slug)),))


def _stale(t: Texts, function: Function, stale: Sequence[Sheet]) -> Iterator[Block]:
    if not stale:
        return
    yield Text(text=t("Answers to be reviewed"), strong=True)
    yield Items(items=tuple(review_line(t, function, sheet) for sheet in stale[:SHOWN]))
    if (left := len(stale) - SHOWN) > 0:
        yield Buttons(buttons=(Button(label=t.many("and {number} more", "and {number} more", left), action=ShowGaps(slug=function.slug)),))
