"""Commands: the few words that are an order rather than a question, with the function they name, if any."""

from collections.abc import Mapping
from typing import Final

from dialogs.actions import Action, Help, Home, Interview, ListContent, ListFunctions, Preferences, ShowGaps, WriteSheet
from dialogs.catalog import Catalogue
from dialogs.search.text import folded

_ALONE: Final[Mapping[str, Action]] = {
    **dict.fromkeys(("accueil", "home", "menu", "start", "demarrer"), Home()),
    **dict.fromkeys(("aide", "help"), Help()),
    **dict.fromkeys(("fonctions", "functions", "toutes les fonctions", "all functions"), ListFunctions()),
    **dict.fromkeys(("preferences", "mes preferences", "my preferences", "langue", "language"), Preferences()),
}
_OF_A_FUNCTION: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lacunes", "gaps"), "gaps"),
    **dict.fromkeys(("contenu", "contenus", "content"), "content"),
    **dict.fromkeys(("ecrire", "write"), "write"),
    **dict.fromkeys(("interview", "pourquitubosses", "#pourquitubosses"), "interview"),
}


def command_of(text: str, catalogue: Catalogue) -> Action | None:
    """Return the order that these words are, None for anything else, which is then a question.

    `gaps`, `content`, `write` and `interview` may name a function by its slug, a name or an acronym; one that nobody has makes it a question.
    """
    said = " ".join(folded(text).split())
    if (alone := _ALONE.get(said)) is not None:
        return alone
    word, _, named = said.partition(" ")
    kind = _OF_A_FUNCTION.get(word)
    if kind is None:
        return None
    slug = _slug(named, catalogue) if named else None
    if named and slug is None:
        return None
    match kind:
        case "gaps":
            return ShowGaps(slug=slug)
        case "content":
            return ListContent(slug=slug)
        case "write":
            return WriteSheet(slug=slug) if slug else ListContent()
        case _:
            return Interview(slug=slug)


def _slug(named: str, catalogue: Catalogue) -> str | None:
    for function in catalogue.functions:
        names = (function.slug, function.names.fr, function.names.en, *function.also)
        if any(folded(name) == named for name in names if name):
            return function.slug
    return None
