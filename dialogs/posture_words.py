"""The posture linter's words: what blames, pities, complains or shuts out, in French and in English. It's data: add to it what readers object to."""

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from dialogs.catalog import Language

PhraseFlaw: TypeAlias = Literal["blame", "pity", "complaint", "misunderstanding"]


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{phrase})" for phrase in phrases), re.IGNORECASE)


_NOT: Final = r"n['’]avez (?:toujours )?pas"

PHRASES: Final[Mapping[Language, tuple[tuple[PhraseFlaw, re.Pattern[str]], ...]]] = {
    "fr": (
        (
            "misunderstanding",
            _any(
                r"(?:les (?:utilisateurs|gens|salariés|clients|collègues|équipes)|ils) ne comprennent (?:toujours )?(?:pas|rien|jamais)",
                r"vous (?:ne comprenez pas|n['’]avez (?:pas|rien|toujours pas) compris|avez mal compris)",
                r"(?:personne|on) ne comprend (?:rien|pas)?",
            ),
        ),
        (
            "blame",
            _any(
                rf"vous {_NOT} (?!compris|à\b|besoin\b|d(?:e|’|'))\w+",
                r"vous auriez dû",
                r"vous deviez",
                r"vous (?:avez (?:encore |toujours )?)?oubli(?:é|ez)",
                r"vous ne (?:faites|lisez|respectez|suivez|pensez) (?:pas|jamais|plus|aucun\w*)",
                r"(?:par|de) votre faute",
                r"à cause de vous",
                r"votre (?:erreur|négligence|retard|oubli)",
                r"erreurs? humaines?",
                r"(?:mauvais|bons) élèves",
                r"les (?:fautifs|coupables|retardataires|contrevenants)",
                r"(?:sera|serez|seront) sanctionnée?s?",
                r"tolérance zéro",
            ),
        ),
        (
            "pity",
            _any(
                r"nous sommes (?:débordés|submergés|en sous-effectif|trop peu)",
                r"(?:merci de votre|soyez|un peu d['’]) ?(?:indulgen\w+|patience)",
                r"nous faisons (?:de notre|au|notre) (?:mieux|possible)",
                r"notre (?:petite|pauvre) équipe",
                r"ce n['’]est pas (?:de notre|notre) faute",
                r"malheureusement",
            ),
        ),
        (
            "complaint",
            _any(
                r"(?:comme|nous vous l['’]avons|on vous l['’]a) (?:nous l['’]avons )?(?:déjà|toujours) (?:dit|rappelé|expliqué)",
                r"encore une fois",
                r"une énième fois",
                r"trop de (?:demandes|tickets|relances|personnes ne)",
                r"personne ne (?:lit|répond|fait|respecte)",
                r"nous en avons (?:assez|marre)",
                r"toujours les mêmes",
                r"arrêtez (?:de|d['’])",
            ),
        ),
    ),
    "en": (
        (
            "misunderstanding",
            _any(
                r"(?:users|people|colleagues|employees|clients|customers|they) (?:don['’]t|do not|never|can['’]t) (?:understand|get it)",
                r"you (?:don['’]t|do not|didn['’]t|did not) (?:understand|get it)",
                r"you(?:['’]ve| have)? misunderst(?:ood|and)",
                r"nobody understands",
            ),
        ),
        (
            "blame",
            _any(
                r"you (?:haven['’]t|have not|failed to|should have|shouldn['’]t have|forgot|keep forgetting)",
                r"you (?:didn['’]t|did not) (?!understand|get it)\w+",
                r"you never",
                r"(?:your|it['’]s your) (?:fault|mistake|negligence|carelessness)",
                r"because of you",
                r"human errors?",
                r"careless(?:ly|ness)?",
                r"(?:offenders|culprits|latecomers)",
                r"will be (?:sanctioned|punished|disciplined)",
                r"zero tolerance",
            ),
        ),
        (
            "pity",
            _any(
                r"(?:please )?bear with us",
                r"we(?:['’]re| are) (?:overwhelmed|swamped|short-staffed|understaffed|a tiny team)",
                r"we(?:['’]re| are) doing our best",
                r"we do our best",
                r"please be (?:kind|patient|indulgent)",
                r"thank you for your patience",
                r"it (?:isn['’]t|is not) our fault",
                r"unfortunately",
            ),
        ),
        (
            "complaint",
            _any(
                r"as we(?:['’]ve| have)? already (?:said|told you|explained)",
                r"once again",
                r"how many times",
                r"too many (?:requests|tickets|people)",
                r"nobody (?:reads|answers|follows|bothers)",
                r"we(?:['’]re| are) (?:tired|sick) of",
                r"always the same people",
                r"stop (?:asking|sending|doing)",
            ),
        ),
    ),
}
PLAIN_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "fr": {
        "asap": "dès que possible, avec une date",
        "best practice": "bonne façon de faire",
        "best practices": "bonnes façons de faire",
        "bonnes pratiques": "gestes qui marchent",
        "conduite du changement": "aide pendant le changement",
        "deadline": "date limite",
        "délivrable": "résultat attendu",
        "livrables": "résultats attendus",
        "digitaliser": "faire en ligne",
        "escalader": "transmettre à",
        "feedback": "retour",
        "forwarder": "transférer",
        "helpdesk": "assistance",
        "impacter": "toucher",
        "implémenter": "mettre en place",
        "incident de niveau": "panne",
        "kick-off": "lancement",
        "kpi": "chiffre suivi",
        "mindset": "état d’esprit",
        "monitorer": "suivre",
        "onboarding": "accueil",
        "process": "façon de faire",
        "processer": "traiter",
        "prioriser": "faire passer en premier",
        "reporting": "compte rendu",
        "roadmap": "calendrier",
        "self-service": "par vous-même",
        "sensibiliser": "montrer",
        "sla": "délai promis",
        "stakeholder": "personne concernée",
        "synergie": "travail à plusieurs",
        "synergies": "travail à plusieurs",
        "ticketing": "suivi des demandes",
        "tool": "outil",
        "user": "personne",
        "utilisateur final": "vous",
        "utilisateurs finaux": "vous",
        "workflow": "étapes",
    },
    "en": {
        "asap": "by a date",
        "best practice": "what works",
        "best practices": "what works",
        "change management": "help through the change",
        "deliverable": "result",
        "deliverables": "results",
        "ecosystem": "tools and people",
        "end user": "you",
        "end users": "you",
        "escalate": "pass on to",
        "going forward": "from now on",
        "helpdesk": "support",
        "impactful": "useful",
        "kpi": "figure that we follow",
        "leverage": "use",
        "low-hanging fruit": "easy things first",
        "mindset": "habit",
        "onboarding": "welcome",
        "operationalize": "do",
        "paradigm": "way",
        "reach out to": "write to",
        "roadmap": "calendar",
        "self-service": "by yourself",
        "sla": "promised delay",
        "stakeholder": "person concerned",
        "stakeholders": "people concerned",
        "streamline": "simplify",
        "synergies": "working together",
        "synergy": "working together",
        "ticketing": "following requests",
        "touch base": "talk",
        "utilise": "use",
        "utilize": "use",
        "workflow": "steps",
    },
}
# what everybody reads as a word
EXPLAINED: Final = frozenset(
    {"OK", "PDF", "SMS", "FAQ", "CV", "USB", "A4", "TV", "HT", "TTC", "RTT", "CDI", "CDD", "AM", "PM", "UK", "US", "EU", "UE", "QR", "ID"}
)
