"""Charts: what is published, drawn as a Vega-Lite specification, with words that say all that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.change import traces
from dialogs.periods import name as period_name
from dialogs.scores import Published
from dialogs.statistics import SATISFIED, wilson
from dialogs.texts import Texts

PERIODS: Final = 8  # on a chart, the latest: more don't fit a phone's width
BAR, INK, GRID = "#4592b0", "#16232a", "#d9dfe2"  # contrasts: bar to white 3.5, ink to bar 4.6, ink to white 16 (WCAG wants 3, 3 and 4.5)
_STEP: Final = 112  # pixels a period, so that its name fits below it
FONT: Final = "DejaVu Sans"
AXIS: Final[Mapping[str, object]] = {
    "labelFont": FONT,
    "titleFont": FONT,
    "labelColor": INK,
    "titleColor": INK,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture to be drawn: its Vega-Lite specification, which loads nothing from anywhere, and what it says in words."""

    spec: Mapping[str, object]
    alt: str


def satisfaction(t: Texts, name: str, published: Sequence[Published]) -> Chart | None:
    """Return how the share of 4s and 5s went, with its 95 % interval, over the published periods of a function; they come the latest first.

    None where there aren't two: one number needs no picture.
    """
    columns = [column for period in reversed(published) if period.shown and (column := _column(t, period))][-PERIODS:]
    if len(columns) < 2:
        return None
    title = t("{function}: how many of those who responded left a 4 or a 5", function=name)
    told = [
        t(
            "{period}, {share} of {number} (between {low} and {high})",
            period=column["period"],
            share=t.percent(float(column["share"])),
            number=column["number"],
            low=t.percent(float(column["low"])),
            high=t.percent(float(column["high"])),
        )
        for column in columns
    ]
    alt = t("Bar chart: {title}; {columns}.", title=title, columns=" · ".join(told))
    return Chart(spec=_spec(t, title, columns), alt=alt)


def _column(t: Texts, period: Published) -> dict[str, str | int | float] | None:
    counts = traces((period,))
    number, satisfied = sum(counts.values()), sum(counts[trace] for trace in SATISFIED)
    if not number:
        return None
    low, high = wilson(satisfied, number)
    name = period_name(t, period.grain, period.begins)
    short = t.day(period.begins) if period.grain == "week" else name
    return {"period": name, "label": f"{short}|n = {number}", "number": number, "share": satisfied / number, "low": low, "high": high}


def _spec(t: Texts, title: str, columns: Sequence[Mapping[str, str | int | float]]) -> Mapping[str, object]:
    x = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "title": t("Published period; n: how many responded"),
        "axis": {**AXIS, "labelExpr": "split(datum.label, '|')", "labelAngle": 0, "titlePadding": 10, "domainColor": INK, "ticks": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "title": t("Share of 4 and 5, with its 95% interval"),
        "scale": {"domain": [0, 1.1], "nice": False},
        "axis": {**AXIS, "format": ".0%", "values": [0, 0.2, 0.4, 0.6, 0.8, 1], "gridColor": GRID, "domain": False, "ticks": False},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "padding": 16,
        "width": max(_STEP * len(columns), 480),
        "height": 240,
        "config": {"view": {"stroke": None}},
        "title": {"text": title, "font": FONT, "fontSize": 15, "color": INK, "anchor": "start", "offset": 14, "limit": 0},
        "data": {"values": list(columns)},
        "encoding": {"x": x},
        "layer": [
            {"mark": {"type": "bar", "color": BAR, "width": 38}, "encoding": {"y": y}},
            {
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
                "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "text", "font": FONT, "fontSize": 13, "fontWeight": "bold", "color": INK, "dy": -9},
                "encoding": {
                    "y": {"field": "high", "type": "quantitative"},
                    "text": {"field": "share", "type": "quantitative", "format": ".0%"},
                },
            },
        ],
    }
