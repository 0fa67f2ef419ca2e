"""The form of one step of a campaign: what it shows of one, what it reads back, which input holds what is wrong.

Its values are texts by input: `kind`, `stage`, `title_fr`, `content_fr`, the same in English, `when`, `at`, `delay`, `whom` (whose words these are),
and those of the question and the buttons (`question_form`, `button_form`). The form of one variant holds its words alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from dialogs import button_form, question_form
from dialogs.bilingual import own
from dialogs.campaign import STEP_KINDS, Delay, Step, Variant
from dialogs.campaign_actions import WriteStep
from dialogs.campaign_step_rules import CONTENT_LIMIT
from dialogs.campaign_words import evidence_in_words, kind_in_words, stage_in_words
from dialogs.catalog import Language
from dialogs.catalog_rules import SLUG_LIMIT, TITLE_LIMIT, Fault, sentences
from dialogs.form_values import choice, field, localized, moment_of, unshowable
from dialogs.ladder import Stage
from dialogs.messages import Choice, FieldError, Form, Input, Text
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.written import Place

EVERYBODY: Final = "*"  # no segment's slug looks like it
AT_ONCE: Final = "start"
EVIDENCE: Final = "="  # once some evidence has come, which the form can't show in full
LIMITS: Final[Mapping[str, int]] = {
    "title_fr": TITLE_LIMIT,
    "title_en": TITLE_LIMIT,
    "content_fr": CONTENT_LIMIT,
    "content_en": CONTENT_LIMIT,
    "at": 20,
    "delay": 4,
    **question_form.LIMITS,
    **button_form.LIMITS,
}
_SEGMENTS: Final = 60  # offered for words of their own; a dialog of Teams holds 28 KB
_DELAYS: Final = ("working_days", "days", "hours")
_LED_TO: Final = tuple(Stage)[1:]


def values_of(context: Context, step: Step) -> dict[str, str]:
    """Return what the form shows of a step."""
    languages = context.catalogue.company.languages
    values = {"kind": step.kind, "stage": step.stage.value}
    for language in languages:
        values[f"title_{language}"] = own(step.title, language) or ""
        values[f"content_{language}"] = own(step.content, language) or ""
    return {
        **values,
        "when": _when(step),
        "at": f"{step.at:%Y-%m-%d %H:%M}" if step.at else "",
        "delay": str(step.after.time) if step.after else "",
        "whom": EVERYBODY,
        **question_form.values_of(step.question, languages),
        **button_form.values_of(context.catalogue, step.buttons, context.language),
    }


def blank(context: Context, *, first: bool) -> dict[str, str]:
    """Return what the form of a new step shows; the first one is sent when the campaign starts, the others leave people some time."""
    shown = values_of(context, NEW)
    return shown | {"kind": "", "stage": ""} | ({} if first else {"when": "working_days", "delay": "3"})


def variant_values(context: Context, variant: Variant) -> dict[str, str]:
    """Return what the form shows of a variant."""
    return {f"content_{language}": own(variant.content, language) or "" for language in context.catalogue.company.languages}


def step_of(context: Context, values: Mapping[str, str], former: Step) -> tuple[Step, tuple[FieldError, ...]]:
    """Return the step that the form says, and what can't be read in it; what the form doesn't hold stays as it was in `former`."""
    t, languages, shown = context.t, context.catalogue.company.languages, values_of(context, former)
    kind = next((each for each in STEP_KINDS if each == values.get("kind")), None)
    stage = next((each for each in _LED_TO if each == values.get("stage")), None)
    mistakes = [*unshowable(t, values)]
    if kind is None:
        mistakes.append(FieldError(input="kind", text=t("Choose what kind of message it is.")))
    if stage is None:
        mistakes.append(FieldError(input="stage", text=t("Choose the stage that it leads to.")))
    timed, untimed = _timed(t, values, shown, former)
    question, unasked = question_form.question_of(t, values, shown, former.question, languages)
    buttons, unread = button_form.buttons_of(t, context.catalogue, values, shown, former.buttons)
    step = replace(
        timed,
        kind=kind or former.kind,
        stage=stage or former.stage,
        title=localized(values, shown, "title", former.title),
        question=question,
        buttons=buttons,
    )
    said = localized(values, shown, "content", former.content)
    whom = values.get("whom") or EVERYBODY
    if whom == EVERYBODY:
        step = replace(step, content=said)
    elif said is None or said == former.content:
        mistakes.append(FieldError(input="whom", text=t("Write above what these people read instead, then keep it.")))
    else:
        known = {each.id for each in step.variants}
        step = replace(step, variants=(*step.variants, Variant(id=_free(f"for_{whom}"[:SLUG_LIMIT], known), content=said, segments=(whom,))))
    return step, (*mistakes, *untimed, *unasked, *unread)


def with_variant(context: Context, values: Mapping[str, str], step: Step, variant: Variant) -> tuple[Step, tuple[FieldError, ...]]:
    """Return a step whose variant says what the form does; without words, it has that variant no more."""
    content = localized(values, variant_values(context, variant), "content", variant.content)
    changed = (replace(each, content=content) if each.id == variant.id else each for each in step.variants) if content else ()
    others = tuple(changed) if content else tuple(each for each in step.variants if each.id != variant.id)
    return replace(step, variants=others), unshowable(context.t, values)


def error(context: Context, fault: Fault, number: int, step: Step, variant: Variant | None) -> FieldError | None:
    """Return a fault of the step of that number (from 0) as it's said beside its input, None where it's another's."""
    if fault.place[:2] != ("steps", number):
        return None
    return FieldError(input=_input_of(context, fault.place[2:], step, variant), text=sentences(fault.what, fault.fix))


def form(
    context: Context, step: Step, values: Mapping[str, str], action: WriteStep, notes: tuple[Text, ...] = (), *, variant: Variant | None = None
) -> Form:
    """Return the form, `notes` on top; `step` is the one that is kept, or an empty one, `variant` the one whose words are written."""
    t = context.t
    if variant is not None:
        title, blocks = t("Words of their own"), _words_alone(context, step, variant, values)
    else:
        title = t("New message") if action.step is None else t("Correct the message")
        blocks = _blocks(context, step, values, new=action.step is None)
    return Form(language=context.language, title=title, blocks=(*notes, *blocks), action=action, submit=t("Keep"), cancel=t("Cancel"))


def variant_name(context: Context, variant: Variant) -> str:
    """Name a variant by those who read it."""
    t, known = context.t, context.catalogue.company.segments
    if variant.share is not None:
        return t("{name} ({share} of all)", name=variant.id, share=t.percent(variant.share))
    return ", ".join(known[slug].to(context.language) if slug in known else slug for slug in variant.segments) or variant.id


def _when(step: Step) -> str:
    if step.at is not None:
        return "at"
    if step.after is not None:
        return step.after.unit
    return EVIDENCE if step.when else AT_ONCE


def _timed(t: Texts, values: Mapping[str, str], shown: Mapping[str, str], former: Step) -> tuple[Step, tuple[FieldError, ...]]:
    """Return the step with the time that the form says."""
    names = ("when", "at", "delay")
    if all(values.get(name, "") == shown[name] for name in names):
        return former, ()
    when, at, delay = (values.get(name, "") for name in names)
    if when != "at" and at and at != shown["at"]:
        return former, (FieldError(input="when", text=t("You wrote a day below: choose that it's sent then, or empty it.")),)
    if when not in _DELAYS and delay and delay != shown["delay"]:
        return former, (FieldError(input="when", text=t("You wrote how long it waits below: choose after what, or empty it.")),)
    untimed = replace(former, at=None, after=None, when=())
    if when == "at":
        moment = moment_of(at)
        wrong = FieldError(input="at", text=t("Write the day and the time, such as 2026-01-31 14:30, or 31/01/2026 14h30."))
        return (replace(untimed, at=moment), ()) if moment else (former, (wrong,))
    unit = next((each for each in _DELAYS if each == when), None)
    if unit is not None:
        wrong = FieldError(input="delay", text=t("Write a whole number, such as 3."))
        return (replace(untimed, after=Delay(time=int(delay), unit=unit)), ()) if delay.isdecimal() else (former, (wrong,))
    return (replace(untimed, when=former.when) if when == EVIDENCE else untimed), ()


def _input_of(context: Context, place: Place, step: Step, variant: Variant | None) -> str:
    languages = context.catalogue.company.languages
    language = next((part for part in place if part in ("fr", "en")), languages[0])
    match place:
        case ("question", *inside):
            return question_form.input_of(tuple(inside), languages)
        case ("buttons", *inside):
            return button_form.input_of(tuple(inside), step.buttons, languages)
        case ("title", *_):
            return f"title_{language}"
        case ("at" | "kind" | "stage" | "when" as name, *_):
            return str(name)
        case ("after", "time"):
            return "delay"
        case ("after", *_):
            return "when"
        case ("content" | "variants", *_):
            return f"content_{language}"
        case _:  # a step as a whole: its kind asks a question, which is missing
            return "asks" if variant is None else f"content_{language}"


def _words_alone(context: Context, step: Step, variant: Variant, values: Mapping[str, str]) -> Iterator[Text | Input | Choice]:
    t = context.t
    yield Text(text=t("For: {people}", people=variant_name(context, variant)), strong=True)
    usual = step.content.to(context.language) if step.content else "–"
    yield Text(text=t("Everybody else reads: {text}", text=usual))
    yield from _texts(context, "content", values)
    yield Text(text=t("Empty, they read what everybody else does."))


def _blocks(context: Context, step: Step, values: Mapping[str, str], *, new: bool) -> Iterator[Text | Input | Choice]:
    t = context.t
    yield choice("kind", t("What kind of message?"), [(kind, kind_in_words(t, kind)) for kind in STEP_KINDS], values["kind"])
    yield choice("stage", t("Which stage does it lead to?"), [(stage.value, stage_in_words(t, stage)) for stage in _LED_TO], values["stage"])
    yield from _texts(context, "title", values)
    yield from _texts(context, "content", values)
    if step.picture is not None:
        yield Text(text=t("With its picture, {file}, which stays as it is.", file=step.picture.file))
    if not new:
        yield from _whom(context, step, values["whom"])
    yield Text(text=t("When it's sent"), strong=True)
    whens = [
        (AT_ONCE, t("As soon as can be")),
        ("working_days", t("Some working days after the one before")),
        ("days", t("Some days after the one before")),
        ("hours", t("Some hours after the one before")),
        ("at", t("On a day, at a time")),
    ]
    if step.when:
        acts = t(", or ").join(evidence_in_words(t, each) for each in step.when)
        whens.insert(0, (EVIDENCE, t("once they {acts}", acts=acts)))
    yield choice("when", t("When?"), whens, values["when"])
    yield field(t, "delay", t("How many days or hours after?"), values["delay"], LIMITS["delay"], hint="3")
    yield field(t, "at", t("Day and time, by each person's own clock"), values["at"], LIMITS["at"], hint="2026-01-31 14:30")
    yield Text(text=t("What it asks"), strong=True)
    yield from question_form.inputs(t, values, context.catalogue.company.languages)
    yield Text(text=t("Its buttons"), strong=True)
    yield from button_form.inputs(t, context.catalogue, values)


def _whom(context: Context, step: Step, chosen: str) -> Iterator[Text | Choice]:
    """Yield who reads these words: everybody, or one more segment, which then reads them instead of what stays for the others."""
    t = context.t
    if step.variants:
        named = "; ".join(variant_name(context, each) for each in step.variants)
        yield Text(text=t("Words of their own: {people}. The preview opens them.", people=named))
    taken = {slug for variant in step.variants for slug in variant.segments}
    free = [(slug, name.to(context.language)) for slug, name in context.catalogue.company.segments.items() if slug not in taken]
    if free and step.content is not None:
        options = [(EVERYBODY, t("Everybody")), *((slug, t("{group} only", group=name)) for slug, name in free[:_SEGMENTS])]
        yield choice("whom", t("Who reads these words?"), options, chosen)


def _texts(context: Context, name: str, values: Mapping[str, str]) -> Iterator[Text | Input]:
    for language in context.catalogue.company.languages:
        key = f"{name}_{language}"
        label = _label(context.t, name, language)
        yield field(context.t, key, label, values.get(key, ""), LIMITS[key], multiline=name == "content")


def _label(t: Texts, name: str, language: Language) -> str:
    match name, language:
        case "title", "fr":
            return t("Title, in French")
        case "title", _:
            return t("Title, in English")
        case _, "fr":
            return t("What it says, in French")
        case _:
            return t("What it says, in English")


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name[: SLUG_LIMIT - 3]}_{number}"
    return free


NEW: Final = Step(id="new", stage=Stage.AWARENESS, kind="pedagogy")
