"""The page of a campaign: what it wanted, what it came to, in one file that loads nothing and runs nothing."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dialogs.campaign import Kept
from dialogs.campaign_words import period_in_words, status_in_words
from dialogs.catalog import Company, Function
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.verdict import Verdict
from dialogs.verdict_words import details, how, sentence

_STYLE: Final = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: #fff; color: #16232a; font: 1rem/1.55 "DejaVu Sans", system-ui, sans-serif;
  overflow-wrap: break-word; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.2rem 0 0.6rem; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 0.4rem; }
p.badge, p.small { color: #47575f; font-size: 0.9rem; margin: 0.3rem 0; }
p.verdict { border-left: 0.35rem solid #2f748f; font-size: 1.15rem; padding: 0.4rem 0 0.4rem 0.9rem; }
figure { margin: 1.2rem 0; overflow-x: auto; }
figure svg { height: auto; max-width: 100%; min-width: 34rem; }
li { margin: 0.25rem 0; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a page is made of: `progress` before the end and without a verdict, `drawing` (SVG, and its words) where there's something to draw."""

    kept: Kept
    function: Function
    company: Company
    verdict: Verdict | None = None
    progress: tuple[str, ...] = ()
    drawing: tuple[str, str] | None = None


def page(t: Texts, report: Report, at: datetime) -> str:
    """Return the page, in HTML."""
    campaign = report.kept.campaign
    title = _safe(campaign.titles.to(t.language))
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{t.language}">',
            f'<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>',
            f"<style>{_STYLE}</style></head>",
            "<body><main>",
            f'<p class="badge">{_safe(badge(report.function, t.language))}</p>',
            f"<h1>{title}</h1>",
            f'<p class="small">{_safe(" · ".join(_facts(t, report.kept)))}</p>',
            *_wanted(t, report.kept),
            *_said(t, report),
            f'<p class="small">{_safe(t("Written on {date}.", date=f"{at:%Y-%m-%d %H:%M} UTC"))}</p>',
            "</main></body>",
            "</html>",
            "",
        ]
    )


def lines(t: Texts, report: Report) -> Sequence[str]:
    """Say what a page says of where a campaign stands, or what it came to, a line a sentence."""
    if report.verdict is None:
        return report.progress
    return (sentence(t, report.verdict, report.function, report.kept.campaign), *details(t, report.verdict, report.company), how(t, report.verdict))


def _facts(t: Texts, kept: Kept) -> Iterable[str]:
    yield status_in_words(t, kept.status)
    if kept.campaign.period is not None:
        yield period_in_words(t, kept.campaign.period)


def _wanted(t: Texts, kept: Kept) -> Iterable[str]:
    task = kept.campaign.objective.task
    if task is not None:
        yield f"<h2>{_safe(t('What it wants'))}</h2>"
        yield f"<p>{_safe(task.to(t.language))}</p>"


def _said(t: Texts, report: Report) -> Iterable[str]:
    first, *others = lines(t, report)
    yield f"<h2>{_safe(t('What it came to') if report.verdict else t('How it goes'))}</h2>"
    yield f'<p class="verdict">{_safe(first)}</p>'
    if report.drawing is not None:
        drawn, words = report.drawing
        yield f'<figure tabindex="0" role="img" aria-label="{_safe(words)}">{drawn}</figure>'
    if others:
        yield "<ul>"
        yield from (f"<li>{_safe(line)}</li>" for line in others)
        yield "</ul>"


def _safe(text: str) -> str:
    return html.escape(text, quote=True)
