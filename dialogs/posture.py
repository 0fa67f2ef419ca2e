"""The posture linter: words that blame, pity, complain or shut out, each with its reason and a suggestion. It warns, and never blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

from dialogs.campaign import Campaign, Step
from dialogs.catalog import LANGUAGES, Language, Localized
from dialogs.posture_words import EXPLAINED, PHRASES, PLAIN_WORDS
from dialogs.texts import Texts
from dialogs.written import Place

Flaw: TypeAlias = Literal[
    "blame", "pity", "complaint", "jargon", "shouting", "misunderstanding", "no_next_step", "too_long", "acronym", "one_language"
]

WORDS: Final = 120  # of a message: half a minute's reading, a screen of a phone
SENTENCE: Final = 35  # words of a sentence

_SHOUT: Final = re.compile(r"[!?]{2,}|\b[A-ZÀ-ÖØ-Þ]{6,}\b|\b[A-ZÀ-ÖØ-Þ]{2,}(?:[ '’-]+[A-ZÀ-ÖØ-Þ]{2,}){2,}\b")
_ACRONYM: Final = re.compile(r"\b[A-Z][A-Z0-9]{1,4}s?\b")
_SENTENCE: Final = re.compile(r"[^.!?…\n]+")
_WORD: Final = re.compile(r"[\w’'-]*\w")
_PLAIN: Final = {
    language: re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words, key=len, reverse=True)))})\b", re.IGNORECASE)
    for language, words in PLAIN_WORDS.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a reader may take amiss: where, the words as they stand (`quote`, empty for what is missing), why, and what to write instead."""

    place: Place
    flaw: Flaw
    quote: str
    why: str
    instead: str


def remarks(text: str, language: Language, t: Texts, *, known: frozenset[str] = frozenset()) -> tuple[Remark, ...]:
    """Return what is amiss in a text; `known` are acronyms that its readers know. The remarks are in the language of `t`."""
    found = sorted(_found(text, language, known), key=lambda each: each[0])
    return tuple(_remark(t, flaw, quote, _plainer(quote, language)) for _, flaw, quote in dict.fromkeys(found))


def remarks_on(campaign: Campaign, t: Texts, *, known: frozenset[str] = frozenset()) -> tuple[Remark, ...]:
    """Return what is amiss in a campaign's texts, in their order; a missing language and a missing next step are found here."""
    found: list[Remark] = []
    for place, text in _texts(campaign):
        for language in LANGUAGES:
            said = text.fr if language == "fr" else text.en
            if said is None:
                found.append(_remark(t, "one_language", "", None, place=(*place, language)))
            else:
                found += [_placed(each, (*place, language)) for each in remarks(said, language, t, known=known)]
    ended = [("steps", number) for number, step in enumerate(campaign.steps) if not (step.buttons or step.question or step.when)]
    return (*found, *(_remark(t, "no_next_step", "", None, place=place) for place in ended))


def _found(text: str, language: Language, known: frozenset[str]) -> Iterator[tuple[int, Flaw, str]]:
    for flaw, pattern in PHRASES[language]:
        yield from ((hit.start(), flaw, hit.group()) for hit in pattern.finditer(text))
    yield from ((hit.start(), "jargon", hit.group()) for hit in _PLAIN[language].finditer(text))
    shouted = [hit for hit in _SHOUT.finditer(text) if hit.group() not in known]
    yield from ((hit.start(), "shouting", hit.group()) for hit in shouted)
    for hit in _ACRONYM.finditer(text):
        word = hit.group()
        inside = any(shout.start() <= hit.start() < shout.end() for shout in shouted)
        if not inside and word not in known and word not in EXPLAINED and not _is_explained(word, text) and not _PLAIN[language].fullmatch(word):
            yield hit.start(), "acronym", word
    for hit in _SENTENCE.finditer(text):
        if len(_WORD.findall(hit.group())) > SENTENCE:
            yield hit.start(), "too_long", hit.group().strip()[:60]
    if len(_WORD.findall(text)) > WORDS:
        yield len(text), "too_long", ""


def _is_explained(acronym: str, text: str) -> bool:
    """Tell whether a text says what an acronym stands for: in brackets behind it, or itself in brackets behind its words."""
    return f"({acronym})" in text or f"{acronym} (" in text


def _plainer(quote: str, language: Language) -> str | None:
    return PLAIN_WORDS[language].get(quote.casefold())


def _placed(remark: Remark, place: Place) -> Remark:
    return Remark(place=place, flaw=remark.flaw, quote=remark.quote, why=remark.why, instead=remark.instead)


def _remark(t: Texts, flaw: Flaw, quote: str, plainer: str | None, *, place: Place = ()) -> Remark:
    why, instead = _said(t, flaw, plainer)
    return Remark(place=place, flaw=flaw, quote=quote, why=why, instead=instead)


def _said(t: Texts, flaw: Flaw, plainer: str | None) -> tuple[str, str]:
    """Say why it may be taken amiss, and what to write instead."""
    match flaw:
        case "blame":
            return t("it reads as a reproach, and whoever is blamed stops reading"), t("say what helps from now on, and how to do it")
        case "pity":
            return t("it asks for pity, where people want to know what they can count on"), t("say what you do, and by when")
        case "complaint":
            return t("it complains, and the reader can't do anything about it"), t("explain why it matters, and the one thing to do")
        case "misunderstanding":
            return t("it says that the others are the problem"), t("say it more simply: what isn't clear is ours to explain")
        case "jargon":
            why = t("it's a word of the trade: those who most need the message don't use it")
            return why, t("write “{words}”", words=plainer) if plainer else t("say it in everyday words")
        case "shouting":
            return t("capitals and double marks shout"), t("write it calmly: the words are enough")
        case "acronym":
            return t("whoever is new doesn't know what it stands for"), t("write it in full the first time")
        case "too_long":
            return t("it's long: on a phone, the end isn't read"), t("keep one idea, and put the rest behind “tell me more”")
        case "no_next_step":
            return t("the reader has nothing to do next"), t("add a button or a question: something to try, to read, to answer")
        case "one_language":
            return t("this language is missing: its readers get the other one"), t("write it")
        case _:
            assert_never(flaw)


def _texts(campaign: Campaign) -> Iterator[tuple[Place, Localized]]:
    """Yield every text that people read, with its place."""
    yield ("titles",), campaign.titles
    if campaign.objective.task is not None:
        yield ("objective", "task"), campaign.objective.task
    for number, step in enumerate(campaign.steps):
        yield from ((("steps", number, *place), text) for place, text in _texts_of(step))


def _texts_of(step: Step) -> Iterator[tuple[Place, Localized]]:
    if step.title is not None:
        yield ("title",), step.title
    if step.content is not None:
        yield ("content",), step.content
    yield from ((("variants", number, "content"), variant.content) for number, variant in enumerate(step.variants))
    if step.question is not None:
        yield ("question", "ask"), step.question.ask
        yield from ((("question", "options", number), option) for number, option in enumerate(step.question.options))
        if step.question.explain is not None:
            yield ("question", "explain"), step.question.explain
    yield from ((("buttons", number, "label"), button.label) for number, button in enumerate(step.buttons) if button.label is not None)
