"""`pourqui eval`: how well a catalogue answers questions whose answer is known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import NoReturn

from rich.console import Console
from rich.table import Table

from adapters.encoders.bundled import BundledEncoder
from bot.clock import now
from bot.commands.terminal import fail, say, words
from bot.evaluation import Asking, Evaluation, Report, Shares
from bot.intents import catalogue_of
from bot.mistakes import Mistake
from bot.packs import read_pack, sample_folder
from bot.questions import FollowUp, Question, QuestionReader, read_lines
from bot.settings import terminal_language
from bot.slips import misspelt
from dialogs.catalog import Catalogue, Function, Language, Phrasings, Sheet
from dialogs.people import DirectoryRow
from dialogs.texts import Texts

_MOST = 200  # mistakes printed of one run


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """The least (for `ece` and what is answered out of scope: the most) that a run may give; None asks for nothing."""

    top1: float | None = None
    top3: float | None = None
    mrr: float | None = None
    answered: float | None = None
    precision_answered: float | None = None
    caught: float | None = None
    auroc: float | None = None
    followed: float | None = None
    max_ece: float | None = None

    def missed(self, report: Report) -> list[tuple[str, float | None, float]]:
        """Return the figures that don't hold: name, what it is, what it should be."""
        found: list[tuple[str, float | None, float]] = []
        for name in ("top1", "top3", "mrr", "answered", "precision_answered", "caught", "auroc", "followed"):
            floor, figure = getattr(self, name), getattr(report, name)
            if floor is not None and (figure is None or figure < floor):
                found.append((name, figure, floor))
        if self.max_ece is not None and (report.ece is None or report.ece > self.max_ece):
            found.append(("ece", report.ece, self.max_ece))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to measure: files of questions, upon a pack or upon a file of intents, with `k` phrasings and slips of the fingers, if wished."""

    questions: Sequence[Path]
    catalog: Path | None = None
    intents: Path | None = None
    followups: Path | None = None
    k: int | None = None
    seed: int = 0
    typos: float = 0.0
    part: str | None = None


def evaluate(run: Run, floors: Floors, *, as_json: bool, errors: bool) -> None:
    """Measure, print the figures, and end with 1 where one is below its floor; with 2 where the files can't be used."""
    t = words()
    catalogue, people = _catalogue(run, t)
    if run.k is not None:
        catalogue = fewer(catalogue, run.k, run.seed)
    reader = QuestionReader(catalogue, people, t)
    questions, mistakes = _questions(run, reader)
    pairs: list[FollowUp] = []
    if run.followups is not None:
        pairs, found = reader.follow_ups(run.followups)
        mistakes += found
    if mistakes:
        _refuse(mistakes, t)
    drawn = Random(run.seed)  # noqa: S311 - slips of the fingers, which nobody has to be unable to guess
    if run.typos:
        questions = [replace(question, text=misspelt(question.text, run.typos, drawn)) for question in questions]
    evaluation = Evaluation(catalogue, BundledEncoder(), talks=run.intents is None)
    askings = [evaluation.ask(question) for question in questions]
    followed = [evaluation.follow(pair) for pair in pairs]
    report = evaluation.report(askings, followed)
    if as_json:
        say(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        _print(report, t)
    if errors:
        _print_errors([*askings, *(then for _, then in followed)], catalogue, t)
    missed = floors.missed(report)
    if missed:
        fail(
            "\n".join(t("{name} is {figure}, and should be {floor}", name=name, figure=_shown(figure), floor=floor) for name, figure, floor in missed)
        )


def fewer(catalogue: Catalogue, k: int, seed: int) -> Catalogue:
    """Return the catalogue with at most `k` phrasings a sheet and language, drawn by `seed`: those of a smaller `k` are among those of a larger."""

    def drawn(sheet: str, language: Language, said: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(said, key=lambda text: sha256(f"{seed}|{sheet}|{language}|{text}".encode()).digest())[:k])

    def phrasings(sheet: Sheet) -> Phrasings:
        return Phrasings(fr=drawn(sheet.id, "fr", sheet.phrasings.fr), en=drawn(sheet.id, "en", sheet.phrasings.en))

    def cut(function: Function) -> Function:
        services = tuple(replace(service, phrasings=phrasings(service)) for service in function.services)
        return replace(function, services=services, entries=tuple(replace(entry, phrasings=phrasings(entry)) for entry in function.entries))

    return replace(catalogue, functions=tuple(map(cut, catalogue.functions)))


def _catalogue(run: Run, t: Texts) -> tuple[Catalogue, Sequence[DirectoryRow]]:
    if run.intents is not None:
        return _of_intents(run.intents, t), ()
    folder = run.catalog or sample_folder()
    reading = read_pack(folder, language=terminal_language(), today=now().date())
    if reading.catalogue is None:
        _refuse([replace(mistake, file=str(folder / mistake.file)) for mistake in reading.mistakes], t)
    return reading.catalogue, reading.people


def _of_intents(file: Path, t: Texts) -> Catalogue:
    """Return the catalogue of a file's intents."""
    lines, mistakes = read_lines(file, ("question", "expected"), t)
    if mistakes:
        _refuse(mistakes, t)
    said: dict[str, dict[Language, list[str]]] = {}
    for line in lines:
        language: Language = "fr" if line.values.get("lang") == "fr" else "en"
        said.setdefault(line.values["expected"], {"fr": [], "en": []})[language].append(line.values["question"])
    return catalogue_of(file.stem, {intent: Phrasings(fr=tuple(texts["fr"]), en=tuple(texts["en"])) for intent, texts in said.items()})


def _questions(run: Run, reader: QuestionReader) -> tuple[list[Question], list[Mistake]]:
    questions: list[Question] = []
    mistakes: list[Mistake] = []
    for file in run.questions:
        found, wrong = reader.questions(file, part=run.part)
        questions += found
        mistakes += wrong
    return questions, mistakes


def _refuse(mistakes: Sequence[Mistake], t: Texts) -> NoReturn:
    for mistake in mistakes[:_MOST]:
        say(str(mistake))
    fail(t.many("{number} mistake to mend.", "{number} mistakes to mend.", len(mistakes)), 2)


def _shown(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.3f}"


def _percent(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.1%}"


def _print(report: Report, t: Texts) -> None:
    console = Console()
    overview = Table(t("Figure"), "", show_header=False)
    for name, figure in (
        (t("questions, out of scope"), f"{report.questions}, {report.out_of_scope}"),
        (t("right first, among the first three"), f"{_percent(report.top1)}, {_percent(report.top3)}"),
        (t("mean reciprocal rank"), _shown(report.mrr)),
        (t("answered outright, rightly"), f"{_percent(report.answered)}, {_percent(report.precision_answered)}"),
        (t("offered among three, nothing offered"), f"{_percent(report.offered)}, {_percent(report.none)}"),
        (t("out of scope: refused"), _percent(report.caught)),
        (t("out of scope: answered all the same"), _listed(report.out_of_scope_answered)),
        (t("area under the ROC curve of the confidence"), _shown(report.auroc)),
        (t("expected calibration error"), _shown(report.ece)),
        (t("follow-ups, rightly"), f"{report.follow_ups}, {_percent(report.followed)}"),
        (t("milliseconds a question, median and 99th percentile"), ", ".join(f"{taken:.1f}" for taken in report.latency_ms.values())),
    ):
        overview.add_row(name, figure)
    console.print(overview)
    for title, groups in ((t("Language"), report.by_language), (t("Kind"), report.by_kind), (t("Function"), report.by_function)):
        if groups:
            console.print(_breakdown(title, groups, t))


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{kind} {share:.1%}" for kind, share in shares.items()) or "–"


def _breakdown(title: str, groups: Mapping[str, Shares], t: Texts) -> Table:
    table = Table(title, t("questions"), t("first"), t("of three"), t("answered"), t("rightly"), t("offered"))
    for name, shares in groups.items():
        figures = (shares.top1, shares.top3, shares.answered, shares.precision_answered, shares.offered)
        table.add_row(name, str(shares.questions), *map(_percent, figures))
    return table


def _print_errors(askings: Sequence[Asking], catalogue: Catalogue, t: Texts) -> None:
    table = Table(t("Question"), t("Expected"), t("Found"), t("Outcome"), t("Confidence"), show_lines=True)
    for asking in askings:
        wrong = not asking.right if asking.question.in_scope else asking.outcome == "answered"
        if wrong:
            expected = "\n".join(_named(each, catalogue) for each in sorted(asking.question.right)) or t("out of scope")
            found = "\n".join(_named(each[0], catalogue) for each in asking.ranked) or "–"
            table.add_row(asking.question.text, expected, found, asking.outcome, _shown(asking.confidence))
    Console().print(table)


def _named(wanted: str, catalogue: Catalogue) -> str:
    found = catalogue.sheet(wanted)
    title = found[1].title.to(terminal_language()) if found else ""
    return f"{wanted}: {title}" if title else wanted
