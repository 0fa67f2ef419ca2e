"""Who takes care of it? Questions that seek a person or a function for a subject: "qui s'occupe des badges ?", "who do I see about X"."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dialogs.search.match import Candidate
from dialogs.search.text import folded, terms, words

_LONGEST: Final = 25  # words of a question that is about who; a longer one tells a story, and a sheet answers it
_LATEST: Final = 80  # characters before the words that ask who
_CARRIED: Final = 0.65  # of the probability must be one function's, for it alone to be named: as sure as an answer has to be

_MAY_ASK: Final = re.compile(r"qui\b|who|which|what|quel|contact", re.IGNORECASE)  # cheap: most questions ask nothing of the kind
_WHO_IS: Final = r"who(?: is|'?s)"
_CLAUSE_END: Final = re.compile(r"[,;:?!.…]+(?:\s|$)")
_DOES_FR: Final = r"(?:s'?(?:en )?occupe|s'en charge|se charge|gere|traite|pilote|suit|est (?:charge|chargee|en charge|responsable)|a la charge)"
_DOES_EN: Final = (
    r"(?:handles?|deals? with|dealing with|looks? after|looking after|takes? care of|manages?|runs?|owns?|oversees?|covers?"
    r"|is (?:in charge|responsible)|are (?:in charge|responsible))"
)
_MODAL_EN: Final = r"(?:do|does|should|shall|can|could|must|would|might) (?:i|we|one|you)"
_TURN_EN: Final = r"(?:see|ask|contact|call|ring|tell|e-?mail|(?:talk|speak|write|turn|go) to|speak with|get in touch with|reach(?: out to)?)"
_TURN_FR: Final = r"(?:m'adresser|s'adresser|adresser|m'adresse|demander|demande|parler|parle|ecrire|ecris|telephoner|me tourner|se tourner)"
_WHO: Final = re.compile(
    rf"\bqui (?:est-ce qui |est ce qui )?(?:donc )?{_DOES_FR}\b"
    rf"|\b(?:a|vers|aupres de) qui\b[^?.!]*\b{_TURN_FR}\b"
    r"|\bqui (?:dois-je |puis-je |faut-il |je dois |il faut )?(?:contacter|appeler|voir|solliciter|prevenir|joindre)\b"
    r"|\bqui (?:est|serait) (?:mon |ma |le |la |l')?(?:bon |bonne )?(?:contact|interlocuteur|interlocutrice|personne)\b"
    rf"|\bwho (?:is it (?:that|who) )?{_DOES_EN}\b|\b{_WHO_IS} (?:in charge|responsible|dealing with|looking after)\b"
    rf"|\bwhom? {_MODAL_EN} {_TURN_EN}\b"
    rf"|\bwhom? to {_TURN_EN}\b"
    rf"|\bc'est qui\b|\b{_WHO_IS} (?:the |my |our )?(?:right |best |good )?(?:contact|person|one) (?:for|to|about|in charge)\b"
)
_LINKS: Final = re.compile(
    r"^(?:(?:about|for|regarding|on|with|of|the|pour|au sujet|à propos|concernant|sur|du|des|de|la|les|le)\s+|d['’])+", re.IGNORECASE
)
_FUNCTION: Final = r"(?:service|departement|direction|fonction|equipe|pole|department|team|function)"
_WHICH: Final = re.compile(
    rf"\b(?:quel|quelle|which|what) {_FUNCTION} (?:{_DOES_FR}|{_DOES_EN}|est-ce|c'est|pour|for|do i|should i|peut|can|dois-je|faut-il|contacter|is)\b"
    rf"|\b(?:which|what) {_FUNCTION}(?: is it)?$"
    rf"|\bc'est quel(?:le)? {_FUNCTION}\b"
    rf"|\b(?:a|vers) quel(?:le)? {_FUNCTION}\b"
    rf"|\b(?:the |that )?{_FUNCTION}'?s? contact\b|\bcontact (?:du|de la|of the) {_FUNCTION}\b|\bto (?:which|what) {_FUNCTION}\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whoever takes care of `subject`, or expressly the function that does."""

    subject: str
    function: bool


def sought(question: str) -> Sought | None:
    """Tell whether a question asks who takes care of something, None where it asks something else."""
    if not _MAY_ASK.search(question) or len(words(question)) > _LONGEST:
        return None
    written = " ".join(question.split()).rstrip(" ?!.")
    flat = "".join((folded(letter) or letter)[0] for letter in written)  # a letter for a letter, so that the subject keeps its accents
    function, who = _WHICH.search(flat), _WHO.search(flat)
    asking = who or function
    if asking is None or (who is not None and who.start() > _LATEST):
        return None
    before = written[: asking.start()]
    after = _CLAUSE_END.split(written[asking.end() :].lstrip(" ,:"), 1)[0]
    subject = next((part for part in (after, before) if terms(part)), None)
    if subject is None:
        return None  # of what, only what came before can tell
    return Sought(subject=_LINKS.sub("", subject).strip(" ,:?!."), function=function is not None)


def carrying(candidates: Sequence[Candidate], function_of: Mapping[str, str]) -> tuple[str, Candidate] | None:
    """Return the function to which most of the probability goes, with its best candidate; None where no function carries enough of it.

    `candidates` are the nearest sheets, the best first, their scores being log-probabilities; `function_of` gives a sheet's function.
    """
    shares: dict[str, float] = {}
    for candidate in candidates:
        shares[function_of[candidate.id]] = shares.get(function_of[candidate.id], 0.0) + math.exp(candidate.score)
    slug = max(shares, key=lambda each: shares[each], default=None)
    if slug is None or shares[slug] < _CARRIED * sum(shares.values()):
        return None
    return slug, next(candidate for candidate in candidates if function_of[candidate.id] == slug)
