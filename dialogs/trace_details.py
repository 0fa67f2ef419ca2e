"""The details of a period: what was asked besides the trace, each under its own floor."""

from collections.abc import Iterator, Mapping
from typing import Final

from dialogs.feedback import POSTURE, Item
from dialogs.feedback_items import said
from dialogs.measures import scale
from dialogs.publication import FIRST_WORD, GAP
from dialogs.scores import Published
from dialogs.statistics import net_promoter
from dialogs.texts import Texts

_CHOICES: Final = (Item.REASON, Item.LOST_TIME, Item.ELSEWHERE)


def details(t: Texts, period: Published) -> Iterator[str]:
    """Yield a line for each measure that is published of a period, always with its n."""
    if found := scale(period, Item.EFFORT):
        yield t("How easy it was: {mean} of 7 (n = {n})", mean=t.decimal(found[0]), n=found[1])
    if recommended := period.measures.get(Item.RECOMMENDATION):
        counts = recommended[1]
        points = round(100 * net_promoter(counts["promoters"], counts["detractors"], counts["count"]))
        yield t("Recommendation (NPS, from -100 to 100): {points} (n = {n})", points=f"{points:+d}", n=counts["count"])
    for item in POSTURE:
        if found := scale(period, item):
            yield t("{item}: {mean} of 5 (n = {n})", item=_posture(t, item), mean=t.decimal(found[0]), n=found[1])
    if found := scale(period, GAP):
        sign = "+" if found[0] > 0 else ""
        yield t("Against what was expected: {gap} (n = {n})", gap=sign + t.decimal(found[0]), n=found[1])
    if counts := period.measures.get(FIRST_WORD, (0, {}))[1]:
        yield t("A human's first word: {said}", said=_counted(t, counts, _waits(t)))
    for item in _CHOICES:
        if counts := period.measures.get(item, (0, {}))[1]:
            names = {value: said(t, item, value) for name in counts for value in name.split("+")}
            yield t("{question}: {said}", question=_question(t, item), said=_counted(t, counts, names))


def _counted(t: Texts, counts: Mapping[str, int], names: Mapping[str, str]) -> str:
    """Say how many said each; what was put together is said together."""
    return " · ".join(f"{t(' or ').join(names[value] for value in name.split('+'))} {count}" for name, count in counts.items())


def _waits(t: Texts) -> Mapping[str, str]:
    return {"hour": t("within an hour"), "day": t("within a day"), "three_days": t("within three days"), "more": t("later")}


def _posture(t: Texts, item: Item) -> str:
    names = {
        Item.RELIABILITY: t("Reliability"),
        Item.ASSURANCE: t("Assurance"),
        Item.TANGIBLES: t("Clear and well made"),
        Item.EMPATHY: t("Empathy"),
        Item.RESPONSIVENESS: t("Responsiveness"),
    }
    return names[item]


def _question(t: Texts, item: Item) -> str:
    names = {Item.REASON: t("Why"), Item.LOST_TIME: t("Time lost"), Item.ELSEWHERE: t("Help sought elsewhere")}
    return names[item]
