"""Answers for where somebody stands: what is new to them is told first, what they do already is one tap away.

Of whom nothing is known, for a function, answers are as they'd be without stages: not to have left evidence isn't to know nothing. In public nobody's
stage shows.
"""

from typing import Literal, TypeAlias

from dialogs.catalog import Function, Language, Service, Sheet
from dialogs.ladder import Stage
from dialogs.search.text import sentences
from dialogs.texts import Texts
from dialogs.turn import Context

# `new`: with what it's about first; `plain`: as it's written; `direct`: the way to it first, the words short
Manner: TypeAlias = Literal["new", "plain", "direct"]


def manner_for(context: Context, function: Function, sheet: Sheet, *, public: bool) -> Manner:
    """Return how somebody is answered with a sheet of a function; what has no link has no shorter way."""
    if public or not context.person.linked:
        return "plain"
    match context.stages.get(function.slug):
        case Stage.UNAWARE | Stage.AWARENESS:
            return "new"
        case Stage.ACTION if isinstance(sheet, Service) and sheet.link:
            return "direct"
        case _:
            return "plain"


def introduction(t: Texts, function: Function, name: str, sheet: Sheet, language: Language) -> str:
    """Say in a few sentences, of what the catalogue has, what a function (called `name`) and its sheet are about; nothing where it has nothing."""
    said = [t("What {function} is for: {purpose}", function=name, purpose=_ended(function.purpose.to(language)))] if function.purpose else []
    if isinstance(sheet, Service) and sheet.included:
        included = ", ".join(part.to(language) for part in sheet.included)
        said.append(t("Nothing more to ask for, it's included: {included}.", included=included))
    if isinstance(sheet, Service) and sheet.promise:
        said.append(t("You can count on this: {promise}.", promise=t.promise(sheet.promise)))
    return " ".join(said)


def first_sentence(sheet: Sheet, language: Language) -> str:
    """Return the first sentence of a sheet."""
    body = sheet.body.to(language)
    return next(iter(sentences(body)), body)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
