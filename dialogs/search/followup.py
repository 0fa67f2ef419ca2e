"""Follow-ups: does a message go on from the answer just before it ("et pour un stagiaire ?", "how long?"), and to which sheet?"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.actions import QUESTION_LIMIT
from dialogs.search.match import Candidate, Detail
from dialogs.search.text import SAID_EVERYWHERE, folded, listed, stems, words

_CONNECTORS: Final = re.compile(
    r"(?:et|and|mais|but|or|ou (?:bien|alors|sinon)|what (?:about|if)|how about|quid|qu'en est|same|also|aussi|meme|pareil|idem|sinon"
    r"|dans ce cas|in that case|si non|otherwise)\b"
)
_LEADS: Final = listed("pour avec sans a en sur dans chez for with without at in on by from only seulement until jusqu after before apres avant")
_PRONOUNS: Final = re.compile(
    r"\b(?:it|its|they|them|their|this|that|these|those|one|ones|ca|cela|celui|celle|celles|ceux|eux|elles?|dessus|dedans"
    r"|il (?:est|sera|faudra|reste)|c'(?:est|etait|etaient)|ce sera"
    r"|(?:je|tu|on|nous|vous|ils?|elles?|peux|peut|pouvez|dois|doit|faut|qui|comment|pourquoi) (?:(?:le|la|les|lui|leur|y|en)(?= \w\w)|l(?='\w)|s'y)"
    r")\b"
)
# Words that ask about an answer, whatever it was about: they don't tell of what.
_ABOUT_ANY: Final = listed("""
    work works working fonctionne fonctionner long longue longtemps duree durer dure take takes taking prend prendra prendre combien temps
    time cost costs coute coutent couter price prices prix tarif tarifs cher chere expensive free gratuit gratuite payant payante pay pays
    paying paid payer paie paye paient charge charged fee fees often souvent ahead far early late tard tot soon fast quick quickly rapide
    rapidement vite delay delai delais deadline sous within jour jours days day hours hour heure heures weeks week semaine semaines mois
    months month person people personne personnes gens call calls appeler appelle appel contact contacte contacter joindre reach ask asks asking
    demander demande demandes request apply order get obtenir avoir marche marcher procedure steps step etape etapes passe passer happens
    happen case cas chose thing anything something else more less limit limits limite plafond maximum minimum max min ready pret prete start
    starts commence begin exactly exactement possible possibly need besoin much many help really vraiment still encore again deja autre
    autres other others first premiere premier link lien form formulaire know savoir sure responsable responsible owner interlocuteur number
    numero phone telephone mail email adresse address department departement service team equipe guy lady monsieur madame someone quelqu
    somebody exact precisely precisement environ about roughly normally normalement generally general aide decide decides valide approve
    approves signs signe adresser turn tourner speak talk parler see voir done fini apres ensuite then next alors donc so dit veut dire
    write ecrire
""")
_CUES: Final[Mapping[Detail, re.Pattern[str]]] = {
    Detail.DELAY: re.compile(
        r"\b(?:how (?:long|soon|fast|quick|quickly|early|late|far ahead|many (?:working )?(?:days|hours|weeks|months))|when|combien de (?:temps|jours"
        r"|semaines|mois|heures)|quand|delais?|duree|longtemps|deadline|turnaround|dure|vite|rapide|rapidement|(?:is it|c'est|ca va etre) long"
        r"|how much time|ready|pret)\b"
    ),
    Detail.PRICE: re.compile(
        r"\b(?:how much|combien|costs?|coute|coutent|couter|prices?|prix|tarifs?|cher|chere|expensive|free|gratuite?|payante?|pays?|paid|paie|paye"
        r"|payer|paying|fees?|charged?)\b"
    ),
    Detail.WHO: re.compile(
        r"\b(?:who|whom|whose|qui|contact|contacter|joindre|reach|interlocuteur|responsable|owner|phone|telephone|numero|number"
        r"|(?:which|what|quel|quelle) (?:department|team|person|service|departement|equipe|personne))\b"
    ),
    Detail.HOW: re.compile(
        r"\b(?:how(?! (?:often|far|many|big|late|early))|comment|where|ou|link|lien|form|formulaire|procedure|steps?|etapes?|marche a suivre)\b"
    ),
}
_DECIDES: Final = re.compile(r"\b(?:decides?|valide|approves?|signs?|signe)\b")  # who does isn't who answers questions
_THEIRS: Final = re.compile(  # "my phone" isn't whom to call
    r"\b(?:my|our|mon|ma|mes|notre|nos) (?:phone|telephone|numero|number|e?mail|adresse|address|contacts?|form|formulaire|link|lien)\b"
)
_ASKS: Final = re.compile(r"\b(?:what|which|who|how|when|quel(?:le)?s?|quoi|qui|quand|combien)\b")
_ABSTAINS: Final = re.compile(r"\b(?:why|pourquoi|oui|yes|non|no)\b")

_LONGEST: Final = 14  # words of a message that goes on from another; a longer one tells its own story
_OWN_AFTER: Final = 3  # content words at most: after a connector,
_OWN_WITH_PRONOUN: Final = 2  # with a word that stands for something said before,
_OWN_AFTER_LEAD: Final = 1  # after "pour", "with"…
# What a message says by itself weighs against all that came before. From 0.5 to 0.65, as many follow-ups find their sheet, and of the new
# questions that begin as a follow-up does ("et mon badge perdu ?") more and more find theirs; above, follow-ups are lost.
_ITSELF: Final = 0.6
_TELLING: Final = 2  # content words from which on a message may be told to be about the world outside
_MENTIONED: Final = 0.3  # of a message's probability, at least, is for the catalogue; below, it's about the world outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """How a message leans on what came before.

    `detail`: it asks for nothing but this part of what was answered. `firm`: it begins as a continuation does, or holds nothing of its own,
    so that it goes on even where its words alone would find a sheet.
    """

    detail: Detail | None
    firm: bool


def leaning(message: str) -> Leaning | None:
    """Tell from its words alone how a message leans on the one before, None where it stands by itself."""
    flat = folded(message).strip()
    said = words(message)
    if not said or len(said) > _LONGEST:
        return None
    own = sum(_is_own(word) for word in said)
    connected = _CONNECTORS.match(flat) is not None
    if not own:
        detail = _detail(flat)
        tied = connected or _PRONOUNS.search(flat) is not None
        if not tied and any(word.isdigit() for word in said):
            return None  # a sum, a date
        if detail is None and (_ABSTAINS.search(flat) or not (tied or (len(said) > 1 and _ASKS.search(flat)))):
            return None
        return Leaning(detail=detail, firm=True)
    if connected and own <= _OWN_AFTER:
        return Leaning(detail=None, firm=True)
    if (own <= _OWN_WITH_PRONOUN and _PRONOUNS.search(flat)) or (own <= _OWN_AFTER_LEAD and said[0] in _LEADS):
        return Leaning(detail=None, firm=False)
    return None


def _detail(flat: str) -> Detail | None:
    detail = next((detail for detail, cue in _CUES.items() if cue.search(flat)), None)
    return None if _THEIRS.search(flat) or (detail is Detail.WHO and _DECIDES.search(flat)) else detail


def _is_own(word: str) -> bool:
    """Tell whether a word says what a message is about. A number doesn't: "and at 15,000?"."""
    return not (word in SAID_EVERYWHERE or word in _ABOUT_ANY or len(word) == 1 or any(character.isdigit() for character in word))


def own_terms(message: str) -> tuple[str, ...]:
    """Return what a message says of its own, as stems, beside what comes from the question before."""
    return tuple(stem for word in words(message) if _is_own(word) for stem in stems(word))


def together(before: str, message: str) -> str:
    """Say a follow-up with the question that it goes on from, as one question; of what is too long, the follow-up stays whole."""
    room = max(QUESTION_LIMIT - len(message) - 1, 0)
    return f"{before[:room].rstrip()} {message}".strip()


def is_mentioned(message: str, alone: Sequence[Candidate]) -> bool:
    """Tell whether a message may be about the catalogue at all; `alone` holds the odds of what it finds by itself.

    One word of its own says too little to tell: "stagiaire" may be nobody's subject, and still a case of what came before.
    """
    if sum(map(_is_own, words(message))) < _TELLING:
        return True
    return sum(math.exp(_log_probability(candidate.score)) for candidate in alone) >= _MENTIONED


def blended(alone: Sequence[Candidate], contexts: Sequence[Sequence[Candidate]]) -> tuple[Candidate, ...]:
    """Rank what a message may go on to, by itself and with what came before.

    `alone` is what it finds by itself, `contexts` what it finds beside each text that came before; scores are odds. A sheet missing from one of
    the rankings is as unlikely there as the last of it. The scores returned are log-probabilities, the weighted mean of the rankings'.
    """
    sides = (alone, *contexts)
    weights = (_ITSELF, *((1 - _ITSELF) / len(contexts),) * len(contexts))
    scores: dict[str, float] = {candidate.id: 0.0 for side in sides for candidate in side}
    for side, weight in zip(sides, weights, strict=True):
        told = {candidate.id: _log_probability(candidate.score) for candidate in side}
        least = min(told.values(), default=0.0)
        for sheet in scores:
            scores[sheet] += weight * told.get(sheet, least)
    return tuple(Candidate(id=sheet, score=score) for sheet, score in sorted(scores.items(), key=lambda each: -each[1]))


def _log_probability(odds: float) -> float:
    return -math.log1p(math.exp(-odds))
