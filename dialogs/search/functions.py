"""Questions about a function as a whole: what it's for, how to work with it, or just its name."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from rapidfuzz.distance import OSA

from dialogs.catalog import Catalogue
from dialogs.search.match import FunctionAsked
from dialogs.search.names import BEARERS, Mention, Names
from dialogs.search.text import SAID_EVERYWHERE, listed, stems, words

_CLAUSE_END: Final = re.compile(r"[.,;:!?\n…–—]+|\s-+\s")
_LONGEST: Final = 40  # words of a message that may be about a function; longer ones tell a story


def _stemmed(text: str) -> frozenset[str]:
    return frozenset(stem for word in words(text) for stem in stems(word))


_PURPOSE: Final = _stemmed("""
    sert servir sers servent utile utilité rôle rôles mission missions raison fonction fonctions occupe occuper gère gèrent charge bosse bossent
    services offre offrent propose proposent apporte apporter prestations définition définir signifie signifier dire stand stands mean means
    meaning purpose job jobs responsible responsibility responsibilities offer offers provide provides handle handles deal deals cover covers look
    looks serve serves expect explain expliquer explique describe décris décrire introduction introduce présente présenter présentation
    clients client customers customer périmètre scope activités activité activities différence difference sigle acronyme acronym
    acronyms adresse exist existe exists boulot taf attendre attends aide aider help helps helping behind derriere
""")
_WORK_WITH: Final = _stemmed("""
    joindre joignable joignables contacter contact contacts contacte appeler appelle appeller écrire parler parle trouver trouve travailler
    travaille work works working reach call calls email mail mails phone telephone téléphone tel tél numéro numero number horaires hours adresse
    address collaborer collaborent collabore collaboration collaborate cooperate solliciter sollicite saisir interagir interagit interact
    partner partners partenaire partenaires interlocuteur interlocuteurs talk speak touch write coordonnées details rencontrer meet aborder
    engage involve impliquer find located situé située dirige dirigent directeur directrice head heads lead leads boss patron patronne chef
    run runs tient mène marche marchent fonctionne fonctionnent
""")
_GENERAL: Final = _stemmed("""
    direction directions département service équipe équipes team teams department departments office bureau bureaux division people guys
    folks gens group groupe entreprise company business boîte maison chez interne internal internally externe externes external extérieur
    extérieurs extérieure extérieures organisme organismes organisation organisations organization organizations jour jours journée journées
    daily day days basis général générale généraux habituel habituels habituellement usually exactement exactly précisément concrètement
    actually vraiment really juste just simplement merci bonjour svp please deux phrases phrase mot mots words sentence sentences short
    brief court courte bref quick résumé summary newcomer nouveau nouvelle nouveaux arrivant débutant quotidien newbie main gros globalement
    overall truc machin chose things thing stuff know savoir sais connais connaître tell dis dites donne give montre show voir see combien
    many outside dehors hors mettre mettez relation koi parmi between entre autre autres other others only seulement seul monde everybody
    everyone anybody quelqu'un someone personne persons question questions sujet meilleur best facilement easily rapidement quickly site
    sites fois souvent often même same ensemble together vie life pro métier équivaut correspond besoin besoins need needs mains bras
    salarié salariés employés employees employee collègues colleagues manager managers réel real rapport lien cette ceux celle celui who's
    quels quelles lesquels wondering wonder demande ask asks demander asked understand comprendre compris comprends cher dear cc asap vite
    alors donc hein quoi bon ben bah vous-mêmes eux rien done serve
""")
_BARE: Final = frozenset(
    words("""
    le la les du de des un une au aux the a an of in et and or ou to with avec sur on about pour for from moi me us nous dis dites parle parlez tell
    bonjour bonsoir salut hello hi hey svp stp please s'il te vous plaît merci thanks info infos information informations help aide question
    direction département service équipe team department dept dpt people guys folks support desk function fonction
    """)
)
_STRANGE: Final = 4  # words at most that a question about a function may add to it
_NO_CUE: Final = frozenset(stems("demander") + stems("ask") + stems("besoin") + stems("need"))
_PEOPLE_WHO: Final = (
    ("who", "are"),
    ("who", "is"),
    ("qui", "sont"),
    ("qui", "est"),
    ("est", "qui"),
    ("est", "quoi"),
    ("what", "is"),
    ("what", "are"),
)
_DOES: Final = listed("fait font faire fais faites do does fabrique fabriquent foutent fout")
_WHAT: Final = listed("que quoi koi kwa qu what")
_QUESTIONS: Final = listed("que quoi koi qu quel quelle quels quelles qui combien comment pourquoi what which who how why where")
_BETWEEN: Final = listed("et and ou or vs versus la le les l the du de des d entre between ni nor")  # words from one name to the next of a pair
_OR: Final = listed("ou or either versus vs")
_FOR_WHOM: Final = (("pour", "qui"), ("a", "qui"), ("for", "whom"), ("who", "for"), ("qui", "travaille"), ("who", "works"), ("who", "can"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A function that a message seems to be about.

    `certain` is False when the message says more than that: then a sheet may answer better. `bare` is True when it's no more than a name.
    """

    asked: FunctionAsked
    certain: bool
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Functions:
    """Recognises questions about the functions of one catalogue."""

    names: Names

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Functions":
        """Learn the names of a catalogue's functions."""
        return cls(Names.of(catalogue))

    def heard(self, question: str, known: Set[str] = frozenset()) -> Heard | None:
        """Return the function that the message is about, None where it's about something else or about none.

        `known` are the folded words of the catalogue: they're never taken for a misspelt name.
        """
        if (heard := self._heard(question, known)) is not None:
            return heard
        clauses = [clause for clause in _CLAUSE_END.split(question) if clause.strip()]
        if len(clauses) < 2:
            return None
        named = [found for clause in clauses if (found := self._heard(clause, known)) is not None and found.certain]
        for found in named:
            if not found.bare:
                return replace(found, certain=False)
        # "Datalab, IA... who are these guys?": the name in one clause, the question in another
        aspects = [_aspect(said) for clause in clauses if all(map(_is_general, said := words(clause)))]
        aspect = next((aspect for aspect in aspects if aspect is not None), None)
        return Heard(asked=replace(named[0].asked, aspect=aspect), certain=False) if named and aspect else None

    def _heard(self, question: str, known: Set[str]) -> Heard | None:
        said = words(question)[: _LONGEST + 1]
        if not said or len(said) > _LONGEST:
            return None
        mentions = self.names.mentions(said, written=question, known=known)
        if not mentions:
            return None
        inside = {place for mention in mentions for place in range(mention.start, mention.end)}
        strange = [place for place, word in enumerate(said) if place not in inside and not _is_general(word)]
        if strange and (strange[0] < min(inside) or len(strange) > _STRANGE):
            return None
        # What follows the first strange word is another matter: "à quoi sert la DSI, à part nous dire d'éteindre ?"
        told = strange[0] if strange else len(said)
        rest = tuple(word for place, word in enumerate(said[:told]) if place not in inside)
        aspect = _aspect(rest)
        bare = aspect is None and not strange and _BARE.issuperset(rest)
        slug, *others = _together(said, mentions)
        # "combien de personnes à la DRH ?" says nothing of any sheet; "Finance or Procurement, who pays suppliers?" wants to know which
        vague = aspect is None and ((not strange and not _QUESTIONS.isdisjoint(rest)) or (bool(others) and not _OR.isdisjoint(said)))
        if aspect is None and not bare and not vague:
            return None
        certain = not strange and not vague
        return Heard(asked=FunctionAsked(slug=slug, aspect=aspect or "purpose", others=tuple(others)), certain=certain, bare=bare)


def _together(said: tuple[str, ...], mentions: Sequence[Mention]) -> list[str]:
    """Return the functions that are asked about at once, three at most: those of a name that several bear, and those named beside each other."""
    slugs = [mentions[0].slug, *mentions[0].others]
    for before, mention in pairwise(mentions):
        if not _BETWEEN.issuperset(said[before.end : mention.start]):
            break
        slugs += [mention.slug, *mention.others]
    return list(dict.fromkeys(slugs))[:BEARERS]


def _aspect(rest: tuple[str, ...]) -> Literal["purpose", "work_with"] | None:
    """Tell what is asked of the function by the words beside its name, None where nothing is."""
    stemmed = [set(stems(word)) - _NO_CUE for word in rest]
    following = set(pairwise(rest))
    if any(each & _WORK_WITH for each in stemmed) and not following & set(_FOR_WHOM[:4]):
        return "work_with"
    if any(each & _PURPOSE for each in stemmed) or following & {*_PEOPLE_WHO, *_FOR_WHOM}:
        return "purpose"
    if set(rest) & _DOES and set(rest) & _WHAT:
        return "purpose"
    return None


def _is_general(word: str) -> bool:
    """Tell whether a word belongs to talk about functions, whatever the function; a slip is forgiven in a long one."""
    if word in SAID_EVERYWHERE or len(word) == 1:
        return True
    if set(stems(word)) & (_PURPOSE | _WORK_WITH | _GENERAL):
        return True
    return len(word) >= 6 and any(
        len(cue) >= 5 and word[0] == cue[0] and OSA.distance(word[: len(cue) + 1], cue, score_cutoff=1) <= 1 for cue in _PURPOSE | _WORK_WITH
    )
