"""The weekly digest of a function: what trace it leaves, what came last week, what it said it'd do; for its channel, with a picture."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid5

from dialogs.actions import ShowGaps
from dialogs.catalog import Catalogue, Function
from dialogs.change import traces
from dialogs.delivery import Delivery, Kind
from dialogs.events import Reference
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowTraces
from dialogs.improvement import Improvement
from dialogs.improvements import changed_in_words, promise
from dialogs.masking import shown
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Item, Items, Message, Note, Picture, Text, Title, clipped
from dialogs.periods import name
from dialogs.scores import SCORE_FLOOR, Published, Reading
from dialogs.sheet import badge
from dialogs.statistics import SATISFIED, mean, wilson
from dialogs.texts import Texts

WEEKLY: Final = "weekly"  # the cause of a weekly digest's delivery; the cause's id is the function's slug
THANKS: Final = 3  # comments that say it, at most
SHOWN: Final = 5  # improvements under way: the first due
_QUOTED: Final = 300  # characters of a comment
_HOUR: Final = 60  # minutes
_NAMESPACE: Final = UUID("c5b3e4d0-1c5e-5f5c-8a7a-9b4f3d2e6a10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thanks:
    """A masked comment whose author agreed that the function reads it; `name` is theirs, where they agreed to that too."""

    comment: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What is known of the week that begins on that Monday, and ended, besides what is published.

    Of what was `asked`, `answered` is how many responded so far; both are 0 under the floor. `gaps` are the open ones. `first_word` is the median
    time until a human answered, of `requests`; None for too few. `fresh` says that a period was published since.
    """

    begins: date
    asked: int = 0
    answered: int = 0
    gaps: int = 0
    requests: int = 0
    first_word: timedelta | None = None
    thanks: tuple[Thanks, ...] = ()
    fresh: bool = False


def has_news(reading: Reading, week: Week) -> bool:
    """Tell whether there's anything to say: a digest that repeats the former one isn't read."""
    return bool(week.fresh or week.asked or week.gaps or week.first_word is not None or _under_way(reading))


def weekly(t: Texts, catalogue: Catalogue, function: Function, reading: Reading, week: Week, today: date, picture: Picture | None = None) -> Message:
    """Return the digest; `picture` shows how the traces went."""
    blocks: list[Block] = [Title(text=t("Your week, in short"), badge=badge(function, t.language))]
    latest = next((period for period in reading.published if period.shown), None)
    if latest is not None:
        blocks += _published(t, catalogue, latest)
    if picture is not None:
        blocks.append(picture)
    blocks += _last_week(t, week)
    blocks += _thanks(t, week)
    blocks += _improvements(t, reading, today)
    buttons = [Button(label=t("See the traces"), action=ShowTraces(slug=function.slug))]
    if week.gaps:
        buttons.append(Button(label=t("See the questions"), action=ShowGaps(slug=function.slug)))
    blocks.append(Buttons(buttons=tuple(buttons)))
    blocks.append(Buttons(buttons=(Button(label=t("Note an improvement"), action=NoteImprovement(slug=function.slug)),), quiet=True))
    blocks.append(Note(text=t("Scores are those of closed periods, from five people on; each button answers in private, to those who may.")))
    return Message(language=t.language, blocks=tuple(blocks))


def planned(function: Function, to: str | Reference, message: Message, week: Week) -> Delivery:
    """Return the digest's delivery: one a function and week, however often it's planned."""
    key = uuid5(_NAMESPACE, f"{function.slug}|{week.begins.isoformat()}")
    return Delivery(key=key, kind=Kind.DIGEST, cause_kind=WEEKLY, cause_id=function.slug, to=to, message=message, function=function.slug)


def services(period: Published) -> tuple[tuple[str, float, int], ...]:
    """Return the services that a published period tells, the best trace first: each with its mean and how many left one, `SCORE_FLOOR` at least."""
    told: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in period.classes:
        if (service := each.told.get("service")) is not None:
            told[service].update(each.traces)
    means = [(service, middle, counts.total()) for service, counts in told.items() if (middle := mean(counts)) is not None]
    return tuple(sorted((each for each in means if each[2] >= SCORE_FLOOR), key=lambda each: (-each[1], each[0])))


def _published(t: Texts, catalogue: Catalogue, period: Published) -> Iterator[Block]:
    counts = traces((period,))
    middle, number = mean(counts), sum(counts.values())
    if middle is None:
        return
    satisfied = sum(counts[trace] for trace in SATISFIED)
    low, high = wilson(satisfied, number)
    share = t(
        "{share} of {number} (between {low} and {high})", share=t.percent(satisfied / number), number=number, low=t.percent(low), high=t.percent(high)
    )
    fields = [
        Field(label=t("Mean trace, out of 5"), value=t("{mean} (n = {number})", mean=t.decimal(middle), number=number)),
        Field(label=t("4s and 5s"), value=share),
    ]
    if len(ranked := services(period)) > 1:
        best, worst = ranked[0], ranked[-1]
        fields += [
            Field(label=t("Best trace"), value=_service(t, catalogue, best)),
            Field(label=t("To look at"), value=_service(t, catalogue, worst)),
        ]
    yield Text(text=t("The trace you leave, {period}", period=name(t, period.grain, period.begins)), strong=True)
    yield Fields(fields=tuple(fields))


def _service(t: Texts, catalogue: Catalogue, ranked: tuple[str, float, int]) -> str:
    service, middle, number = ranked
    found = catalogue.sheet(service)
    title = found[1].title.to(t.language) if found else service
    return t("{service}: {mean} (n = {number})", service=title, mean=t.decimal(middle), number=number)


def _last_week(t: Texts, week: Week) -> Iterator[Block]:
    fields: list[Field] = []
    if week.asked:
        rate = t("{answered} of {asked} so far ({share})", answered=week.answered, asked=week.asked, share=t.percent(week.answered / week.asked))
        fields.append(Field(label=t("Responses"), value=rate))
    if week.first_word is not None:
        median = t("{time} (median of {number} requests)", time=_time(t, week.first_word), number=week.requests)
        fields.append(Field(label=t("Until a human answered"), value=median))
    if week.gaps:
        fields.append(Field(label=t("Questions without an answer"), value=str(week.gaps)))
    if fields:
        yield Text(text=t("The week of {day}", day=t.day(week.begins)), strong=True)
        yield Fields(fields=tuple(fields))


def _time(t: Texts, time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    if minutes < _HOUR:
        return t.duration(minutes, "minutes")
    return t.duration(round(minutes / _HOUR, 1), "hours")


def _thanks(t: Texts, week: Week) -> Iterator[Block]:
    if not week.thanks:
        return
    yield Text(text=t("Thank you, they say"), strong=True)
    yield Bullets(items=tuple(_thank(t, each) for each in week.thanks[:THANKS]))


def _thank(t: Texts, thanks: Thanks) -> str:
    words = clipped(" ".join(shown(t, thanks.comment).split()), _QUOTED)
    return t("“{words}”, {name}", words=words, name=thanks.name) if thanks.name else t("“{words}”", words=words)


def _improvements(t: Texts, reading: Reading, today: date) -> Iterator[Block]:
    under_way = _under_way(reading)
    if not under_way:
        return
    yield Text(text=t("What you said you'd do"), strong=True)
    items = []
    for each in under_way[:SHOWN]:
        detail = changed_in_words(t, each, reading.published, today) or None
        items.append(Item(title=promise(t, each), detail=detail, open=t("It's done"), action=EndImprovement(improvement=each.id)))
    yield Items(items=tuple(items))


def _under_way(reading: Reading) -> Sequence[Improvement]:
    return sorted((each for each in reading.improvements if each.done is None), key=lambda each: (each.due, each.noted_at))
