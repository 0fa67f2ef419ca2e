"""The question of a step in a form.

Its values are texts by input: `asks` (what kind of question), `ask_fr`, `options_fr` (one a line, the right one behind a star), `explain_fr`, and the
same in English.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from dialogs.bilingual import lines, own, paired
from dialogs.campaign import Question
from dialogs.catalog import Language, Localized
from dialogs.form_values import choice, field, localized
from dialogs.messages import Choice, FieldError, Input, Text
from dialogs.texts import Texts
from dialogs.written import Place

NONE: Final = "none"
RIGHT: Final = "*"
LIMITS: Final[Mapping[str, int]] = {
    "ask_fr": 300,
    "ask_en": 300,
    "options_fr": 700,
    "options_en": 700,
    "explain_fr": 700,
    "explain_en": 700,
}


def values_of(question: Question | None, languages: tuple[Language, ...]) -> dict[str, str]:
    """Return what the form shows of a question, or of none."""
    values: dict[str, str] = {"asks": question.kind if question else NONE}
    for language in languages:
        values[f"ask_{language}"] = own(question.ask, language) or "" if question else ""
        values[f"options_{language}"] = _marked(question, language) if question else ""
        values[f"explain_{language}"] = own(question.explain, language) or "" if question else ""
    return values


def question_of(
    t: Texts, values: Mapping[str, str], shown: Mapping[str, str], former: Question | None, languages: tuple[Language, ...]
) -> tuple[Question | None, tuple[FieldError, ...]]:
    """Return the question that the form says, and what can't be meant so; untouched, it stays exactly as it was."""
    names = [name for name in shown if name == "asks" or name in LIMITS]
    touched = [name for name in names if values.get(name, "") != shown[name]]
    if not touched:
        return former, ()
    written = [name for name in touched if name != "asks" and values.get(name)]
    asks = values.get("asks", NONE)
    if asks not in ("quiz", "opinion", "recall"):
        wrong = FieldError(input="asks", text=t("You wrote a question below: choose what kind it is, or empty what you wrote."))
        return (former, (wrong,)) if written else (None, ())
    if asks != "quiz" and any(name.startswith("options") for name in written):
        return former, (FieldError(input="asks", text=t("Only a quiz has answers to choose from: choose a quiz, or empty them.")),)
    ask = localized(values, shown, "ask", former.ask if former else None) or Localized()
    explain = localized(values, shown, "explain", former.explain if former else None)
    if asks == "opinion" or asks == "recall":
        return Question(kind="opinion" if asks == "opinion" else "recall", ask=ask, explain=explain), ()
    if former and not any(name.startswith("options") for name in touched):
        return Question(kind="quiz", ask=ask, options=former.options, right=former.right, explain=explain), ()
    columns = {language: _column(values.get(f"options_{language}", "")) for language in languages}
    right = sorted({number for column in columns.values() for number, line in enumerate(column, start=1) if line.startswith(RIGHT)})
    if len(right) > 1:
        only = t("Only one answer is right: put {mark} before it alone, on the same line in both languages.", mark=RIGHT)
        return former, (FieldError(input=f"options_{languages[0]}", text=only),)
    french, english = ("\n".join(line.lstrip(f"{RIGHT} ") for line in columns.get(language, ())) for language in ("fr", "en"))
    return Question(kind="quiz", ask=ask, options=paired(french, english), right=right[0] if right else None, explain=explain), ()


def inputs(t: Texts, values: Mapping[str, str], languages: tuple[Language, ...]) -> Iterator[Text | Input | Choice]:
    """Yield the part of the form that holds the question."""
    kinds = [
        (NONE, t("Nothing")),
        ("quiz", t("A quiz: one answer is right")),
        ("opinion", t("An opinion, from 1 to 5")),
        ("recall", t("Whom people would turn to")),
    ]
    yield choice("asks", t("What does it ask?"), kinds, values["asks"])
    for name in ("ask", "options", "explain"):
        for language in languages:
            key = f"{name}_{language}"
            hint = t("one a line, the right one behind a star: * like this") if name == "options" else ""
            yield field(t, key, _label(t, key), values[key], LIMITS[key], multiline=name != "ask", hint=hint)


def input_of(place: Place, languages: tuple[Language, ...]) -> str:
    """Return the input that a part of the question stands in; `place` begins below it."""
    language = next((step for step in place if step in ("fr", "en")), languages[0])
    match place:
        case ("ask" | "explain" as name, *_):
            return f"{name}_{language}"
        case ("options" | "right", *_):
            return f"options_{language}"
        case _:
            return "asks"


def _marked(question: Question, language: Language) -> str:
    shown = lines(question.options, language).splitlines()
    return "\n".join(f"{RIGHT} {line}" if number == question.right else line for number, line in enumerate(shown, start=1))


def _column(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]


def _label(t: Texts, name: str) -> str:
    match name:
        case "ask_fr":
            return t("The question, in French")
        case "ask_en":
            return t("The question, in English")
        case "options_fr":
            return t("The answers of a quiz, in French")
        case "options_en":
            return t("The answers of a quiz, in English")
        case "explain_fr":
            return t("Why that one is right, in French")
        case _:
            return t("Why that one is right, in English")
