"""Commands: the few words that are an order rather than a question, with the function they name, if any."""

from collections.abc import Mapping
from typing import Final

from dialogs.actions import Action, Help, Home, Interview, ListContent, ListFunctions, Preferences, ShowGaps, WriteSheet
from dialogs.campaign_actions import Diagnose, ListCampaigns, ShowPlan
from dialogs.catalog import Catalogue, Function
from dialogs.feedback_actions import ChoosePause, ExportFeedback, ListVoices, NoteImprovement, Say, ShowTraces
from dialogs.function_names import flat, function_called, names_of
from dialogs.request_actions import AskHuman, BindChannel, ListRequests, UnbindChannel
from dialogs.search.text import folded

_ALONE: Final[Mapping[str, Action]] = {
    **dict.fromkeys(("accueil", "home", "menu", "start", "demarrer"), Home()),
    **dict.fromkeys(("aide", "help"), Help()),
    **dict.fromkeys(("fonctions", "functions", "toutes les fonctions", "all functions"), ListFunctions()),
    **dict.fromkeys(("preferences", "mes preferences", "my preferences", "langue", "language"), Preferences()),
    **dict.fromkeys(("delier", "unbind"), UnbindChannel()),
    **dict.fromkeys(("export", "exporter"), ExportFeedback()),
}
_OF_A_FUNCTION: Final[Mapping[str, str]] = {
    **dict.fromkeys(("lacunes", "gaps"), "gaps"),
    **dict.fromkeys(("contenu", "contenus", "content"), "content"),
    **dict.fromkeys(("ecrire", "write"), "write"),
    **dict.fromkeys(("interview", "pourquitubosses", "#pourquitubosses"), "interview"),
    **dict.fromkeys(("humain", "human"), "human"),
    **dict.fromkeys(("demandes", "requests"), "requests"),
    **dict.fromkeys(("dire", "say"), "say"),
    **dict.fromkeys(("traces", "scores"), "traces"),
    **dict.fromkeys(("voix", "voices"), "voices"),
    **dict.fromkeys(("pause", "silence"), "pause"),
    **dict.fromkeys(("ameliorer", "improve"), "improve"),
    **dict.fromkeys(("plan", "plans"), "plan"),
    **dict.fromkeys(("campagnes", "campaigns"), "campaigns"),
    **dict.fromkeys(("situer", "diagnostic", "diagnostique"), "diagnostic"),
}
_BIND: Final = ("lier", "bind")


def command_of(text: str, catalogue: Catalogue) -> Action | None:
    """Return the order that these words are, None for anything else, which is then a question.

    `gaps`, `content`, `write`, `interview`, `human`, `requests` and `bind` may name a function by its slug, a name or an acronym; one that nobody has
    makes it a question. After it, `bind` may name one of its services, by its id or title; one that it doesn't have is kept as it was said.
    """
    said = flat(text)
    if (alone := _ALONE.get(said)) is not None:
        return alone
    word, _, named = said.partition(" ")
    if word in _BIND:
        return _binding(named, catalogue)
    kind = _OF_A_FUNCTION.get(word)
    if kind is None:
        return None
    slug = function_called(named, catalogue) if named else None
    if named and slug is None:
        return None
    match kind:
        case "gaps":
            return ShowGaps(slug=slug)
        case "content":
            return ListContent(slug=slug)
        case "write":
            return WriteSheet(slug=slug) if slug else ListContent()
        case "human":
            return AskHuman(slug=slug)
        case "requests":
            return ListRequests(slug=slug)
        case "say":
            return Say(slug=slug)
        case "traces":
            return ShowTraces(slug=slug)
        case "voices":
            return ListVoices(slug=slug)
        case "pause":
            return ChoosePause(slug=slug)
        case "plan":
            return ShowPlan(slug=slug)
        case "campaigns":
            return ListCampaigns(slug=slug)
        case "diagnostic":
            return Diagnose(slug=slug) if slug else ListFunctions()
        case "improve":
            return NoteImprovement(slug=slug) if slug else ShowTraces()
        case _:
            return Interview(slug=slug)


def _binding(named: str, catalogue: Catalogue) -> BindChannel | None:
    if not named:
        return BindChannel()
    # the longest name wins, so that a service of "finance" is told from the function "finance group"
    begun = [(name, function) for function in catalogue.functions for name in names_of(function) if f"{named} ".startswith(f"{name} ")]
    if not begun:
        return None
    name, function = max(begun, key=lambda each: len(each[0]))
    service = named[len(name) :].strip()
    return BindChannel(slug=function.slug, service=_service(service, function) if service else None)


def _service(named: str, function: Function) -> str:
    for service in function.services:
        titles = (service.title.fr, service.title.en)
        if named == folded(service.id) or any(flat(title) == named for title in titles if title):
            return service.id
    return named
