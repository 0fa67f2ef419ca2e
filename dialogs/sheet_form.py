"""The form of a service or an entry: what it shows of a sheet, what it reads back, what is wrong with what was typed.

Its values are texts by input: `title_fr`, `body_fr`, `phrasings_fr` (one a line), the same in English, and `audience`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from dialogs.actions import WriteSheet
from dialogs.catalog import ALL, LANGUAGES, Company, Entry, Language, Localized, Phrasings, Sheet
from dialogs.catalog_rules import PHRASING_LIMIT, TEXT_LIMIT, TITLE_LIMIT, Fault, Rules, sentences
from dialogs.gap import Gap
from dialogs.masking import bare
from dialogs.messages import Choice, FieldError, Form, Input, Option, Text
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.written import UNSHOWABLE, as_written

AS_IT_IS: Final = "="  # the audience stays a combination that the form can't show; no segment's slug looks like it
SEGMENTS_LIMIT: Final = 99  # offered besides "everyone": Slack's menu holds 100, and a dialog of Teams 28 KB
_DIGEST: Final = 6  # characters of each input's digest
_CLASH_SHOWN: Final = 400  # characters of the other text in a clash
_INPUTS: Final[Mapping[str, str]] = {"title": "title", "question": "title", "body": "body", "reply": "body", "phrasings": "phrasings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What was typed and what was changed meanwhile, together; `clashes` are the inputs that were changed in two ways: what was typed stands."""

    values: Mapping[str, str]
    clashes: tuple[str, ...]


def values_of(sheet: Sheet, languages: tuple[Language, ...]) -> dict[str, str]:
    """Return what the form shows of a sheet."""
    values: dict[str, str] = {}
    for language in languages:
        values[f"title_{language}"] = _tidy(_in(sheet.title, language) or "")
        values[f"body_{language}"] = _tidy(_in(sheet.body, language) or "")
        values[f"phrasings_{language}"] = "\n".join(_shown(sheet, language))
    return values | {"audience": _audience(sheet)}


def with_gap(values: Mapping[str, str], gap: Gap) -> dict[str, str]:
    """Return the values of a new entry filled in with what people asked: the newest question as its title, all of them as its phrasings."""
    filled = dict(values)
    for question in reversed(gap.questions):  # the newest last: its title stands
        line = " ".join(bare(question.text).split())  # a mask says nothing that anybody would ask
        title, phrasings = f"title_{question.language}", f"phrasings_{question.language}"
        if phrasings not in filled or not line:
            continue
        filled[title] = line[:TITLE_LIMIT]
        lines = [each for each in filled[phrasings].split("\n") if each and each != line]
        joined = "\n".join([line, *lines])
        filled[phrasings] = joined if len(joined) <= TEXT_LIMIT else filled[phrasings]
    return filled


def with_answer(values: Mapping[str, str], question: str, reply: str, language: Language) -> dict[str, str]:
    """Return the values of a new entry filled in with a question and its reply, in their language if the company has it, else in its first."""
    spoken = language if f"title_{language}" in values else next(each for each in LANGUAGES if f"title_{each}" in values)
    filled = {f"title_{spoken}": question[:TITLE_LIMIT], f"body_{spoken}": reply[:TEXT_LIMIT]}
    if len(question) <= PHRASING_LIMIT:
        filled[f"phrasings_{spoken}"] = question
    return {**values, **filled}


def base_of(values: Mapping[str, str]) -> str:
    """Return a short digest of each of the form's values as it was opened, so that the submission tells what was changed in it."""
    return " ".join(f"{name}:{_digest(value)}" for name, value in sorted(values.items()))


def merged(typed: Mapping[str, str], now: Mapping[str, str], base: str | None) -> Merged:
    """Put what was typed together with what the sheet says now, which somebody may have changed since the form was opened on `base`."""
    opened = dict(part.split(":", 1) for part in (base or "").split() if ":" in part)
    values: dict[str, str] = {}
    clashes = []
    for name, current in now.items():
        written = _tidy(typed.get(name, current if name == "audience" else ""))  # a choice may not be in the form; an empty input is absent
        touched, moved = (_digest(value) != opened.get(name) for value in (written, current))
        values[name] = written if touched else current
        if touched and moved and written != _tidy(current):
            clashes.append(name)
    return Merged(values=values, clashes=tuple(clashes))


def sheet_of(values: Mapping[str, str], former: Sheet, languages: tuple[Language, ...]) -> Sheet:
    """Return a sheet with what the form says; what the form doesn't hold, or what wasn't touched in it, stays exactly as it was in `former`."""
    title, body = _localized(values, "title", former.title, languages), _localized(values, "body", former.body, languages)
    phrasings = former.phrasings
    for language in languages:
        asked = _phrasings(values.get(f"phrasings_{language}", ""), former, language)
        phrasings = replace(phrasings, fr=asked) if language == "fr" else replace(phrasings, en=asked)
    audience, not_for = former.audience, former.not_for
    chosen = values.get("audience") or AS_IT_IS
    if chosen not in (AS_IT_IS, _audience(former)):
        audience, not_for = (chosen,), ()
    if isinstance(former, Entry):
        return replace(former, question=title, reply=body, phrasings=phrasings, audience=audience, not_for=not_for)
    return replace(former, title=title, body=body, phrasings=phrasings, audience=audience, not_for=not_for)


def errors(values: Mapping[str, str], sheet: Sheet, company: Company, t: Texts) -> tuple[FieldError, ...]:
    """Return what is wrong with what was typed, by the same rules as a pack's."""
    unshowable = [
        FieldError(input=name, text=sentences(t("a character that can't be shown"), t("remove it")))
        for name, value in values.items()
        if UNSHOWABLE.search(value)
    ]
    rules = Rules(t=t, segments=frozenset(company.segments))
    return (*unshowable, *(_error(fault, company, t) for fault in rules.faults(as_written(sheet), type(sheet))))


def form(context: Context, sheet: Sheet, values: Mapping[str, str], action: WriteSheet, notes: tuple[Text, ...] = ()) -> Form:
    """Return the form, `notes` on top; `sheet` is the one that is corrected, or an empty entry."""
    t, company = context.t, context.catalogue.company
    title = t("New answer") if action.id is None else _correcting(t, sheet)
    blocks: list[Text | Input | Choice] = [*notes]
    for name in ("title", "body", "phrasings"):
        for language in company.languages:
            blocks.append(_input(t, sheet, name, language, values.get(f"{name}_{language}", "")))
            hidden = len(_in_language(sheet.phrasings, language)) - len(_shown(sheet, language))
            if name == "phrasings" and hidden:
                more = t.many(
                    "{number} more finds no room here, and stays as it is.", "{number} more find no room here, and stay as they are.", hidden
                )
                blocks.append(Text(text=more))
    blocks.extend(_audience_choice(context, sheet, values.get("audience", ALL)))
    return Form(language=context.language, title=title, blocks=tuple(blocks), action=action, submit=t("Publish"), cancel=t("Cancel"))


def _correcting(t: Texts, sheet: Sheet) -> str:
    return t("Correct the answer") if isinstance(sheet, Entry) else t("Correct the service")


def clash_notes(context: Context, now: Mapping[str, str], sheet: Sheet, clashes: tuple[str, ...]) -> tuple[Text, ...]:
    """Say what somebody else wrote meanwhile where it isn't what was typed, which the form still holds."""
    t = context.t
    intro = t("Somebody else changed this since you opened the form. What you wrote is below: put the two together, then publish.")
    notes = [Text(text=intro, strong=True)]
    for name in clashes:
        if name == "audience":
            label, said = t("For whom"), audience_words(context, sheet)
        else:
            kind, _, language = name.partition("_")
            label, said = _label(t, sheet, kind, "fr" if language == "fr" else "en"), now[name] or "–"
        shown = said if len(said) <= _CLASH_SHOWN else said[: _CLASH_SHOWN - 1].rstrip() + "…"
        notes.append(Text(text=t("{field}, as it is now: {text}", field=label, text=shown)))
    return tuple(notes)


def audience_words(context: Context, sheet: Sheet) -> str:
    """Say whom a sheet is for."""
    t = context.t
    shown = t("everyone") if ALL in sheet.audience else _segments(context, sheet.audience)
    return t("{audience}, except {others}", audience=shown, others=_segments(context, sheet.not_for)) if sheet.not_for else shown


def _segments(context: Context, slugs: tuple[str, ...]) -> str:
    known = context.catalogue.company.segments
    return ", ".join(known[slug].to(context.language) if slug in known else slug for slug in slugs)


def _in(text: Localized, language: Language) -> str | None:
    return text.fr if language == "fr" else text.en


def _in_language(phrasings: Phrasings, language: Language) -> tuple[str, ...]:
    return phrasings.fr if language == "fr" else phrasings.en


def _tidy(text: str) -> str:
    """Return a text as a form gives it back: platforms differ on line ends and on what surrounds a text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _line(phrasing: str) -> str:
    return " ".join(phrasing.splitlines()).strip()


def _shown(sheet: Sheet, language: Language) -> list[str]:
    """Return the phrasings that fit into an input, a line each; the rest stays out of the form."""
    shown: list[str] = []
    room = TEXT_LIMIT
    for phrasing in _in_language(sheet.phrasings, language):
        line = _line(phrasing)
        room -= len(line) + 1
        if room < 0:
            break
        shown.append(line)
    return shown


def _phrasings(typed: str, former: Sheet, language: Language) -> tuple[str, ...]:
    known, shown = _in_language(former.phrasings, language), _shown(former, language)
    lines = [line.strip() for line in _tidy(typed).split("\n")]
    if lines == shown or not any(lines + shown):
        return known
    as_it_was = dict(zip(shown, known, strict=False))
    written = [as_it_was.get(line, line) for line in lines if line]
    return tuple(dict.fromkeys((*written, *known[len(shown) :])))


def _localized(values: Mapping[str, str], name: str, former: Localized, languages: tuple[Language, ...]) -> Localized:
    said: dict[Language, str | None] = {}
    for language in LANGUAGES:
        known = _in(former, language)
        typed = _tidy(values.get(f"{name}_{language}", ""))
        untouched = language not in languages or (known is not None and typed == _tidy(known))
        said[language] = known if untouched else typed or None
    return Localized(fr=said["fr"], en=said["en"])


def _audience(sheet: Sheet) -> str:
    return sheet.audience[0] if len(sheet.audience) == 1 and not sheet.not_for else AS_IT_IS


def _digest(text: str) -> str:
    return sha256(_tidy(text).encode(errors="surrogatepass")).hexdigest()[:_DIGEST]


def _error(fault: Fault, company: Company, t: Texts) -> FieldError:
    name = _INPUTS.get(str(fault.place[0]))
    if name is None:
        return FieldError(input="audience", text=sentences(fault.what, fault.fix))
    if len(fault.place) == 1:  # neither language is there
        missing = t("Write the title, in one language at least.") if name == "title" else t("Write the answer, in one language at least.")
        return FieldError(input=f"{name}_{company.languages[0]}", text=missing)
    said = sentences(fault.what, fault.fix)
    if name == "phrasings":
        said = t("Line {number}: {text}", number=int(fault.place[-1]) + 1, text=said)
    return FieldError(input=f"{name}_{fault.place[1]}", text=said)


def _label(t: Texts, sheet: Sheet, name: str, language: Language) -> str:
    french = language == "fr"
    match name, isinstance(sheet, Entry):
        case "title", True:
            return t("Question, in French") if french else t("Question, in English")
        case "title", False:
            return t("Name of the service, in French") if french else t("Name of the service, in English")
        case "body", True:
            return t("Answer, in French") if french else t("Answer, in English")
        case "body", False:
            return t("What it is, in French") if french else t("What it is, in English")
        case _:
            return t("How people ask for it in French, one way a line") if french else t("How people ask for it in English, one way a line")


def _input(t: Texts, sheet: Sheet, name: str, language: Language, value: str) -> Input:
    hint = t("At least five, as people really ask: short, hurried, in their own words") if name == "phrasings" else ""
    return Input(
        id=f"{name}_{language}",
        label=_label(t, sheet, name, language),
        placeholder=hint,
        value=value,
        multiline=name != "title",
        limit=TITLE_LIMIT if name == "title" else TEXT_LIMIT,
    )


def _audience_choice(context: Context, sheet: Sheet, chosen: str) -> Iterator[Text | Choice]:
    t, segments = context.t, context.catalogue.company.segments
    combined = _audience(sheet) == AS_IT_IS
    offered = list(segments.items())[:SEGMENTS_LIMIT]
    kept = [(slug, name) for slug, name in segments.items() if slug == chosen and (slug, name) not in offered]
    if not segments and not combined:
        return
    options = [Option(value=ALL, label=t("Everyone"))]
    options += [Option(value=slug, label=name.to(context.language)) for slug, name in (*offered, *kept)]
    if combined:
        options.insert(0, Option(value=AS_IT_IS, label=t("As it is: {audience}", audience=audience_words(context, sheet))))
    yield Choice(id="audience", label=t("For whom"), options=tuple(options), value=chosen, required=True)
    if len(segments) > SEGMENTS_LIMIT:
        yield Text(text=t("The other groups find no room here; the YAML pack has them all."))
