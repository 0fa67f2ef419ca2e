"""What one step of a campaign must be beyond its shape: its timing, its variants, its question, its buttons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from dialogs import read_as
from dialogs.catalog_rules import NAME_LIMIT, TITLE_LIMIT, Fault
from dialogs.texts import Texts
from dialogs.written import Place, Raw, quoted

CONTENT_LIMIT: Final = 2_000  # of the 3,000 of one Slack section: what is added around the words finds its place
LIMITS: Final[Mapping[str, int]] = {
    "title": TITLE_LIMIT,
    "titles": TITLE_LIMIT,
    "content": CONTENT_LIMIT,
    "task": 600,
    "ask": 300,
    "explain": 300,
    "alt": 300,
    "source": 300,
    "options": NAME_LIMIT,
    "label": NAME_LIMIT,
}
FEWEST_OPTIONS, MOST_OPTIONS = 2, 4
MOST_BUTTONS: Final = 3
MOST_VARIANTS: Final = 10
EXAMPLE: Final = "2026-09-01T10:00"
YEARS: Final = (2_000, 2_199)  # a day before or after is a slip of the keyboard
AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_ASKS: Final[Mapping[str, str | None]] = {
    "quiz": "quiz",
    "opinion": "opinion",
    "survey": None,
}  # the question that a kind of step needs, None for any
_ALL: Final = 1 + 1e-9  # shares such as 0.1, 0.2 and 0.7 don't add up to 1 exactly


def step_faults(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    """Yield what is wrong in a step as a whole."""
    yield from _timing(place, keys, t)
    yield from _question_of(place, keys, t)
    yield from _variants(place, keys, t)
    yield from _buttons((*place, "buttons"), read_as.items(keys.get("buttons")), t)


def _timing(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    told = [key for key in ("at", "after", "when") if keys.get(key)]
    if len(told) > 1:
        what = t("the message has more than one time: {keys}", keys=", ".join(told))
        yield Fault(place=(*place, told[-1]), what=what, fix=t("keep one of them"))
    at = read_as.text(keys.get("at"))
    if at and at.strip() and not AT.fullmatch(at):
        what = t("{value} isn't a time by everybody's own clock", value=quoted(at, t))
        yield Fault(
            place=(*place, "at"), what=what, fix=t("write the day and the time, without a time zone, for instance {example}", example=EXAMPLE)
        )
    elif (moment := read_as.moment(at)) is not None and is_too_far(moment):
        yield Fault(place=(*place, "at"), what=t("this day is too far away"), fix=t("check its digits"))


def is_too_far(day: date) -> bool:
    """Tell whether a day is of another century than anybody's who writes a campaign."""
    return not YEARS[0] <= day.year <= YEARS[1]


def _question_of(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    kind, question = read_as.text(keys.get("kind")), keys.get("question")
    if kind is None or kind not in _ASKS:
        return
    wanted, asked = _ASKS[kind], read_as.keys(question).get("kind")
    if question is None:
        fix = t("write {form}", form=f"question: {{kind: {wanted or 'opinion'}, ask: {{fr: …, en: …}}}}")
        yield Fault(place=place, what=t("a message of the kind {kind} asks a question, which is missing", kind=kind), fix=fix)
    elif wanted is not None and isinstance(asked, str) and asked != wanted:
        what = t("a message of the kind {kind} can't ask a question of the kind {asked}", kind=kind, asked=quoted(asked, t))
        yield Fault(place=(*place, "question", "kind"), what=what, fix=t("write {form}", form=f"kind: {wanted}"))


def _variants(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    variants = [read_as.keys(variant) for variant in read_as.items(keys.get("variants"))]
    here = (*place, "variants")
    if variants and keys.get("content") is None:
        fix = t("write {form}: those who get no variant read it", form="content: {fr: …, en: …}")
        yield Fault(place=here, what=t("there are variants, and no default"), fix=fix)
    if len(variants) > MOST_VARIANTS:
        what = t("there are {number} variants, {limit} at most", number=len(variants), limit=MOST_VARIANTS)
        yield Fault(place=here, what=what, fix=t("keep those that differ most"))
    first: dict[str, int] = {}
    for index, variant in enumerate(variants):
        known = read_as.text(variant.get("id"))
        if known is not None and first.setdefault(known, index) != index:
            what = t("two variants have the id {value}", value=quoted(known, t))
            yield Fault(place=(*here, index, "id"), what=what, fix=t("give each an id of its own"))
    shares = [share for variant in variants if (share := read_as.number(variant.get("share"))) is not None]
    if sum(shares) > _ALL:
        fix = t("make them {percent} together at most; who gets none reads the default", percent=t.percent(1))
        yield Fault(place=here, what=t("the variants' shares are {sum} together", sum=t.percent(sum(shares))), fix=fix)


def variant_faults(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    """Yield what is wrong in one variant."""
    segments, share = keys.get("segments"), keys.get("share")
    if segments and share is not None:
        what = t("a variant is for segments or for a share, not for both")
        yield Fault(place=place, what=what, fix=t("keep one of the two"))
    elif not segments and share is None:
        fix = t("write {one}, or {other}", one="segments: […]", other="share: 0.5")
        yield Fault(place=place, what=t("this variant is for nobody"), fix=fix)


def question_faults(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    """Yield what is wrong in a step's question."""
    kind, number = keys.get("kind"), len(read_as.items(keys.get("options")))
    right = read_as.number(keys.get("right"))
    if kind == "quiz":
        if not FEWEST_OPTIONS <= number <= MOST_OPTIONS:
            what = t("a quiz has {fewest} to {most} options", fewest=FEWEST_OPTIONS, most=MOST_OPTIONS)
            yield Fault(place=(*place, "options") if number else place, what=what, fix=t("write {form}", form="options: [{fr: …, en: …}, …]"))
        elif keys.get("right") is None:
            yield Fault(place=place, what=t("nothing says which option is right"), fix=t("write its number, from 1: {form}", form="right: 1"))
        elif right is not None and right > number:
            what = t("there's no option {number}", number=right)
            yield Fault(place=(*place, "right"), what=what, fix=t("write a number from 1 to {most}", most=number))
    elif kind in ("opinion", "recall"):
        for key in ("options", "right", "explain"):
            if keys.get(key):
                yield Fault(place=(*place, key), what=t("only a quiz has {key}", key=key), fix=t("remove it, or write {form}", form="kind: quiz"))


def _buttons(place: Place, buttons: Sequence[Raw], t: Texts) -> Iterator[Fault]:
    if len(buttons) > MOST_BUTTONS:
        what = t("there are {number} buttons, {limit} at most", number=len(buttons), limit=MOST_BUTTONS)
        yield Fault(place=place, what=what, fix=t("keep those that people need most"))
    seen: set[str] = set()
    for index, button in enumerate(buttons):
        does = read_as.text(read_as.keys(button).get("does"))
        if does is None or does == "link":
            continue
        if does in seen:
            yield Fault(place=(*place, index), what=t("two buttons do {does}", does=does), fix=t("keep one of the two"))
        seen.add(does)


def button_faults(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    """Yield what is wrong in one button."""
    does = read_as.text(keys.get("does"))
    if does == "link":
        if keys.get("link") is None:
            yield Fault(place=place, what=t("this button opens nothing"), fix=t("write its address: {form}", form="link: https://…"))
        if keys.get("label") is None:
            yield Fault(place=place, what=t("this button has no words"), fix=t("write {form}", form="label: {fr: …, en: …}"))
    elif does is not None and keys.get("link") is not None:
        what = t("a button that does {does} opens no address", does=quoted(does, t))
        yield Fault(place=(*place, "link"), what=what, fix=t("remove it, or write {form}", form="does: link"))
    if does not in (None, "more") and keys.get("sheet") is not None:
        what = t("a button that does {does} shows no sheet", does=quoted(does, t))
        yield Fault(place=(*place, "sheet"), what=what, fix=t("remove it, or write {form}", form="does: more"))
