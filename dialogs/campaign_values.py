"""The form of a campaign: what it shows of one, what it reads back, which input holds what is wrong.

Its values are texts by input: `title_fr`, `task_fr`, `source_fr` (of a declared benchmark), the same in English, `stage`, `benchmark`, `share`,
`target`, `starts`, `ends`, `control`, `drawn`, `priority`, `topic`, and those of the audience (`audience_form`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from dialogs import audience_form
from dialogs.bilingual import own
from dialogs.campaign import Benchmark, Campaign, Control, Declared, Measured, Objective, Period, Priority
from dialogs.campaign_actions import WriteCampaign
from dialogs.campaign_words import stage_in_words
from dialogs.catalog import Localized
from dialogs.catalog_rules import SLUG_LIMIT, TITLE_LIMIT, Fault, sentences
from dialogs.form_values import choice, day_of, field, localized, percent, share_of, slug_of, unshowable
from dialogs.ladder import Stage
from dialogs.messages import Choice, FieldError, Form, Input, Text
from dialogs.rights import Act, may
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.written import Place

LIMITS: Final[Mapping[str, int]] = {
    "title_fr": TITLE_LIMIT,
    "title_en": TITLE_LIMIT,
    "task_fr": 600,
    "task_en": 600,
    "source_fr": 300,
    "source_en": 300,
    "share": 12,
    "target": 12,
    "starts": 12,
    "ends": 12,
    "control": 12,
    "topic": SLUG_LIMIT,
    **audience_form.LIMITS,
}
_WANTED: Final = tuple(Stage)[1:]  # nobody is led to knowing nothing
_OWN: Final[Mapping[Place, str]] = {
    ("topic",): "topic",
    ("priority",): "priority",
    ("objective",): "target",
    ("objective", "stage"): "stage",
    ("objective", "target"): "target",
    ("objective", "benchmark"): "benchmark",
    ("objective", "benchmark", "share"): "share",
    ("period",): "starts",
    ("period", "starts"): "starts",
    ("period", "ends"): "ends",
    ("control",): "control",
    ("control", "share"): "control",
    ("control", "by"): "drawn",
}
_TEXTS: Final[Mapping[Place, str]] = {("titles",): "title", ("objective", "task"): "task", ("objective", "benchmark", "source"): "source"}


def values_of(context: Context, campaign: Campaign) -> dict[str, str]:
    """Return what the form shows of a campaign."""
    wanted, control = campaign.objective, campaign.control
    declared = wanted.benchmark if isinstance(wanted.benchmark, Declared) else None
    values: dict[str, str] = {}
    for language in context.catalogue.company.languages:
        values[f"title_{language}"] = own(campaign.titles, language) or ""
        values[f"task_{language}"] = own(wanted.task, language) or ""
        values[f"source_{language}"] = own(declared.source, language) or "" if declared else ""
    return values | {
        "stage": wanted.stage.value if wanted.stage else "",
        "benchmark": wanted.benchmark.kind if wanted.benchmark else "",
        "share": percent(declared.share if declared else None),
        "target": percent(wanted.target),
        **audience_form.values_of(context, campaign.audience),
        "starts": campaign.period.starts.isoformat() if campaign.period else "",
        "ends": campaign.period.ends.isoformat() if campaign.period else "",
        "control": percent(control.share if control else None),
        "drawn": control.by if control else "person",
        "priority": campaign.priority,
        "topic": campaign.topic or "",
    }


def campaign_of(context: Context, values: Mapping[str, str], former: Campaign) -> tuple[Campaign, tuple[FieldError, ...]]:
    """Return the campaign that the form says, and what can't be read in it; what the form doesn't hold stays as it was in `former`."""
    shown, mistakes = values_of(context, former), [*unshowable(context.t, values)]
    objective, wrong = _objective(context, values, shown, former.objective)
    audience, astray = audience_form.audience_of(context, values, former.audience)
    period, undated = _period(context.t, values, shown, former.period)
    control, unread = _control(context.t, values, shown, former.control)
    mistakes += [*wrong, *astray, *undated, *unread]
    priority = next((each for each in _priorities(context, former) if each == values.get("priority")), former.priority)
    campaign = replace(
        former,
        titles=localized(values, shown, "title", former.titles) or Localized(),
        objective=objective,
        audience=audience,
        period=period,
        control=control,
        priority=priority,
        topic=former.topic if values.get("topic", "") == shown["topic"] else slug_of(values.get("topic", "")) or None,
    )
    return campaign, tuple(mistakes)


def error(context: Context, fault: Fault, campaign: Campaign) -> FieldError | None:
    """Return a fault of a campaign as it's said beside its input, None where no input holds it: a step's is the step's form's."""
    t, place = context.t, fault.place
    said = sentences(fault.what, fault.fix)
    if place[:1] == ("audience",):
        astray = audience_form.input_of(campaign.audience, place[1:])
        return FieldError(input=astray, text=said) if astray else None
    for leading, name in _TEXTS.items():
        if place[: len(leading)] == leading:
            language = place[len(leading)] if len(place) > len(leading) else context.catalogue.company.languages[0]
            missing = t("Write the title, in one language at least.") if place == ("titles",) else said
            return FieldError(input=f"{name}_{language}", text=missing)
    name = _OWN.get(place, "")
    return FieldError(input=name, text=said) if name else None


def form(context: Context, campaign: Campaign, values: Mapping[str, str], action: WriteCampaign, notes: tuple[Text, ...] = ()) -> Form:
    """Return the form, `notes` on top; `campaign` is the one that is kept, or an empty one."""
    t = context.t
    title = t("New campaign") if action.name is None else t("Correct the campaign")
    blocks = (*notes, *_blocks(context, campaign, values))
    return Form(language=context.language, title=title, blocks=blocks, action=action, submit=t("Keep"), cancel=t("Cancel"))


def _objective(context: Context, values: Mapping[str, str], shown: Mapping[str, str], former: Objective) -> tuple[Objective, tuple[FieldError, ...]]:
    t = context.t
    benchmark, wrong = _benchmark(t, values, shown, former.benchmark)
    mistakes = list(wrong)
    target = former.target
    if values.get("target", "") != shown["target"]:
        typed = values.get("target", "")
        target = share_of(typed) if typed else None
        if typed and target is None:
            mistakes.append(_no_share(t, "target"))
    stage = next((stage for stage in Stage if stage == values.get("stage")), None)
    return Objective(task=localized(values, shown, "task", former.task), stage=stage, benchmark=benchmark, target=target), tuple(mistakes)


def _benchmark(
    t: Texts, values: Mapping[str, str], shown: Mapping[str, str], former: Benchmark | None
) -> tuple[Benchmark | None, tuple[FieldError, ...]]:
    told = ("share", *(name for name in shown if name.startswith("source_")))
    touched = [name for name in told if values.get(name, "") != shown[name]]
    kind, typed = values.get("benchmark", ""), values.get("share", "")
    if kind == shown["benchmark"] and not touched:
        return former, ()
    if kind == "measured" and any(values.get(name) for name in touched):
        return former, (FieldError(input="benchmark", text=t("You wrote a share or a source below: choose that you declare it, or empty them.")),)
    if kind == "measured":
        return Measured(kind="measured"), ()
    if not kind and not any(values.get(name) for name in told):
        return None, ()
    declared = former if isinstance(former, Declared) else None
    source = localized(values, shown, "source", declared.source if declared else None) or Localized()
    if declared and typed == shown["share"]:
        return replace(declared, source=source), ()
    share = share_of(typed)
    if share is None:
        missing = FieldError(input="share", text=t("Write the share that is there today, such as 20 %."))
        return former, (missing if not typed else _no_share(t, "share"),)
    return Declared(kind="declared", share=share, source=source), ()


def _period(t: Texts, values: Mapping[str, str], shown: Mapping[str, str], former: Period | None) -> tuple[Period | None, tuple[FieldError, ...]]:
    typed = {name: values.get(name, "") for name in ("starts", "ends")}
    if not any(typed.values()):
        return None, ()
    if all(typed[name] == shown[name] for name in typed):
        return former, ()
    missing = [FieldError(input=name, text=t("Write both days, the first and the last.")) for name, text in typed.items() if not text]
    wrong = [
        FieldError(input=name, text=t("This isn't a day: write it as 2026-01-31, or 31/01/2026."))
        for name, text in typed.items()
        if text and day_of(text) is None
    ]
    starts, ends = day_of(typed["starts"]), day_of(typed["ends"])
    return (Period(starts=starts, ends=ends) if starts and ends else former), (*missing, *wrong)


def _control(t: Texts, values: Mapping[str, str], shown: Mapping[str, str], former: Control | None) -> tuple[Control | None, tuple[FieldError, ...]]:
    typed, drawn = values.get("control", ""), values.get("drawn", "")
    if not typed:
        return None, ()
    share = former.share if former and typed == shown["control"] else share_of(typed)
    if share is None:
        return former, (_no_share(t, "control"),)
    return (Control(share=share, by="team" if drawn == "team" else "person") if share else None), ()


def _no_share(t: Texts, name: str) -> FieldError:
    return FieldError(input=name, text=t("This isn't a share in percent: write it as 40 %, from 0 to 100."))


def _priorities(context: Context, former: Campaign) -> tuple[Priority, ...]:
    """Return the priorities that are offered: going before everybody else's messages concerns every function."""
    first = former.priority == "high" or may(context.grants, Act.RUN_CAMPAIGNS)
    return ("high", "normal", "low") if first else ("normal", "low")


def _blocks(context: Context, campaign: Campaign, values: Mapping[str, str]) -> Iterator[Text | Input | Choice]:
    t = context.t
    yield from _texts(context, "title", values)
    yield Text(text=t("The objective"), strong=True)
    yield from _texts(context, "task", values, multiline=True)
    yield choice("stage", t("Which stage shall people reach?"), [(stage.value, stage_in_words(t, stage)) for stage in _WANTED], values["stage"])
    starting = [("measured", t("Measure it when the campaign begins")), ("declared", t("I declare it, with its source"))]
    yield choice("benchmark", t("How many are there today?"), starting, values["benchmark"])
    yield _line(t, "share", t("The share that is there today, if you declare it"), values, "20 %")
    yield from _texts(context, "source", values)
    yield _line(t, "target", t("The share that shall be there at the end"), values, "40 %")
    yield Text(text=t("Its people"), strong=True)
    yield from audience_form.inputs(context, campaign, values)
    yield Text(text=t("Its days"), strong=True)
    yield _line(t, "starts", t("First day"), values, "2026-01-31")
    yield _line(t, "ends", t("Last day"), values, "2026-02-28")
    yield Text(text=t("How it's judged, and sent"), strong=True)
    yield _line(t, "control", t("Control group: the share that gets no message, so that the others can be compared"), values, "20 %")
    drawn = [("person", t("Person by person")), ("team", t("Whole teams: those who work together get the same"))]
    yield choice("drawn", t("How is the control group drawn?"), drawn, values["drawn"])
    words: dict[Priority, str] = {"high": t("Before other campaigns"), "normal": t("Like other campaigns"), "low": t("After other campaigns")}
    yield choice("priority", t("Priority"), [(each, words[each]) for each in _priorities(context, campaign)], values["priority"])
    yield _line(t, "topic", t("Topic, if it's about a part of what the function does"), values, "passwords")


def _texts(context: Context, name: str, values: Mapping[str, str], *, multiline: bool = False) -> Iterator[Text | Input]:
    for language in context.catalogue.company.languages:
        key = f"{name}_{language}"
        yield field(context.t, key, _label(context.t, key), values[key], LIMITS[key], multiline=multiline)


def _line(t: Texts, name: str, label: str, values: Mapping[str, str], hint: str) -> Input | Text:
    return field(t, name, label, values[name], LIMITS[name], hint=hint)


def _label(t: Texts, name: str) -> str:
    match name:
        case "title_fr":
            return t("Title, in French")
        case "title_en":
            return t("Title, in English")
        case "task_fr":
            return t("What people shall know, think or do, in French")
        case "task_en":
            return t("What people shall know, think or do, in English")
        case "source_fr":
            return t("Where that share comes from, in French")
        case _:
            return t("Where that share comes from, in English")
