"""The chart of a verdict: at which stages a campaign's people stood, and stand, beside its control group and its target."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dialogs.campaign import Histogram
from dialogs.campaign_words import stage_in_words
from dialogs.campaigning import rank_counts
from dialogs.chart import AXIS, FONT, GRID, INK, Chart
from dialogs.ladder import Stage
from dialogs.texts import Texts
from dialogs.verdict import Verdict

# the further, the darker; contrasts to white 3.1, 3.2, 3.5, 5.2, 9.6 (WCAG wants 3), of the numbers on them 4.5 at least
COLOURS: Final[Mapping[Stage, str]] = {
    Stage.UNAWARE: "#8b959a",
    Stage.AWARENESS: "#5799b3",
    Stage.COMPREHENSION: "#4592b0",
    Stage.CONVICTION: "#2f748f",
    Stage.ACTION: "#174a5e",
}
TARGET: Final = "#a83f12"  # contrast to white 6.2
_LIGHT: Final = (Stage.CONVICTION, Stage.ACTION)  # on which numbers are white
_STEP: Final = 128  # pixels a column
_TOLD: Final = 0.06  # of a column: smaller parts have no room for their number
_NEAR: Final = 0.045  # to the line at the target: what is nearer would be struck out by it


def chart(t: Texts, title: str, verdict: Verdict) -> Chart | None:
    """Return the stages before and after of those who got the messages, and of the control group, with a line at the target.

    The furthest stage is at the bottom, so that all who are at the objective's or beyond end at one height. None where an arm has too few people.
    """
    if verdict.too_few:
        return None
    columns = _columns(t, verdict)
    heading = t("{title}: where people stood, and stand", title=title)
    told = [t("{column}: {stages}", column=column, stages=", ".join(_told(t, histogram))) for column, histogram in columns]
    line = t("the target: {share} at “{stage}” or beyond", share=t.percent(verdict.target), stage=stage_in_words(t, verdict.stage))
    alt = t("Stacked bar chart: {title}; {columns}; {line}.", title=heading, columns=" · ".join(told), line=line)
    return Chart(spec=_spec(t, heading, columns, verdict.target, line), alt=alt)


def _columns(t: Texts, verdict: Verdict) -> Sequence[tuple[str, Histogram]]:
    treated = [(t("With the messages, before"), verdict.before), (t("With the messages, after"), verdict.after)]
    if verdict.lift is None:
        return treated
    return [*treated, (t("Comparison group, before"), verdict.control_before), (t("Comparison group, after"), verdict.control_after)]


def _told(t: Texts, histogram: Histogram) -> Iterator[str]:
    people = sum(rank_counts(histogram))
    for stage, number in zip(Stage, rank_counts(histogram), strict=True):
        yield f"{stage_in_words(t, stage)} {t.percent(number / people)}"


def _parts(t: Texts, columns: Sequence[tuple[str, Histogram]], target: float) -> Iterator[Mapping[str, str | float]]:
    for column, histogram in columns:
        people, below = sum(rank_counts(histogram)), 0.0
        for stage, number in reversed(list(zip(Stage, rank_counts(histogram), strict=True))):
            share = number / people
            low, high = _room(below, below + share, target)
            yield {
                "column": f"{column.replace(', ', '|')}|n = {people}",
                "stage": stage_in_words(t, stage),
                "low": below,
                "high": below + share,
                "middle": (low + high) / 2,
                "told": t.percent(share) if high - low >= _TOLD else "",
                "ink": "white" if stage in _LIGHT else INK,
            }
            below += share


def _room(low: float, high: float, target: float) -> tuple[float, float]:
    """Return where there's room for a part's number: all of it, else the larger side of the line."""
    if abs((low + high) / 2 - target) >= _NEAR or not low < target < high:
        return low, high
    return (low, target) if target - low > high - target else (target, high)


def _spec(t: Texts, title: str, columns: Sequence[tuple[str, Histogram]], target: float, line: str) -> Mapping[str, object]:
    names = [stage_in_words(t, stage) for stage in Stage]
    x = {
        "field": "column",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {**AXIS, "labelExpr": "split(datum.label, '|')", "labelAngle": 0, "domainColor": INK, "ticks": False},
    }
    y = {
        "field": "low",
        "type": "quantitative",
        "title": t("Share of people"),
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {**AXIS, "format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1], "gridColor": GRID, "domain": False, "ticks": False},
    }
    colour = {
        "field": "stage",
        "type": "nominal",
        "sort": names[::-1],
        "scale": {"domain": names, "range": list(COLOURS.values())},
        "legend": {"title": None, "labelFont": FONT, "labelFontSize": 12, "labelColor": INK, "symbolType": "square", "values": names[::-1]},
    }
    bars = {"x": x, "y": y, "y2": {"field": "high"}, "color": colour}
    numbers = {
        "x": x,
        "y": {"field": "middle", "type": "quantitative"},
        "text": {"field": "told"},
        "color": {"field": "ink", "type": "nominal", "scale": None},
    }
    parts, aim = {"values": list(_parts(t, columns, target))}, {"values": [{"target": target}]}
    height = {"y": {"field": "target", "type": "quantitative"}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "padding": 16,
        "width": max(_STEP * len(columns), 400),
        "height": 280,
        "config": {"view": {"stroke": None}},
        "title": {"text": title, "font": FONT, "fontSize": 15, "color": INK, "anchor": "start", "offset": 26, "limit": 0},
        "layer": [
            {"data": parts, "mark": {"type": "bar", "width": 64, "stroke": "white", "strokeWidth": 1.5}, "encoding": bars},
            # on a white one, so that it stands out from every part
            {"data": aim, "mark": {"type": "rule", "color": "white", "strokeWidth": 5}, "encoding": height},
            {"data": aim, "mark": {"type": "rule", "color": TARGET, "strokeWidth": 2, "strokeDash": [6, 4]}, "encoding": height},
            {"data": parts, "mark": {"type": "text", "font": FONT, "fontSize": 12}, "encoding": numbers},
            {
                "data": {"values": [{"line": f"- - {line}"}]},
                "mark": {"type": "text", "font": FONT, "fontSize": 12, "color": TARGET, "align": "left", "x": 0, "y": -12},
                "encoding": {"text": {"field": "line"}},
            },
        ],
    }
