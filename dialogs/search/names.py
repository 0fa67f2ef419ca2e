"""The names that people give to functions: those of the catalogue, what they come down to, and the words every company has for them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final, Self

from rapidfuzz.distance import OSA

from dialogs.catalog import Catalogue, Function
from dialogs.search.text import SAID_EVERYWHERE, folded, listed, words

Name = tuple[str, ...]

# What a function is called besides its own name. A row counts for the one function of a catalogue that bears one of its names.
_SYNONYMS: Final = tuple(
    tuple(tuple(words(name)) for name in row.split(","))
    for row in """
it,dsi,informatique,systèmes d'information,information technology,informaticiens,informaticien,helpdesk,service desk,cio
rh,drh,hr,ressources humaines,human resources,rrh
finance,finances,daf,compta,comptabilité,comptables,comptable,accounting,accountants,cfo,cfo office
juridique,legal,juristes,juriste,lawyers,lawyer,legal affairs,direction juridique
achats,achat,procurement,purchasing,acheteurs,acheteur,buyers,buyer
moyens généraux,services généraux,facilities,general services,facility management,facilities management
communication,communications,com,comms,dircom,com interne,internal communications
marketing,mkt
logistique,logistics,supply chain,supply,logisticiens
r&d,recherche et développement,research and development,recherche et innovation,research and innovation,chercheurs,researchers
hse,qse,qhse,ehs,sse,santé sécurité environnement,health safety and environment
formation,training,académie,academy,learning and development,l&d
rse,csr,esg,développement durable,sustainability,corporate social responsibility
ventes,sales,commerciaux,support commercial,sales support,adv
""".strip().split("\n")
)
_HEADS: Final = listed("direction departement service services pole equipe bureau department team division office function fonction")
_LINKS: Final = listed("de du des d la le les l of the et and")
_TAILS: Final = listed("department team service division office affairs function direction")
_PARTS: Final = re.compile(r"\s+(?:et|and|&)\s+|[,/]|\s+-\s+")
_FEWEST_LETTERS: Final = 3
BEARERS: Final = 3  # functions at most that a name may stand for: as many as a reply offers


@dataclass(frozen=True, slots=True)
class Mention:
    """A function named in words `start` to `end` (excluded) of a message; `others` bear that name too."""

    slug: str
    start: int
    end: int
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The names of every function of a catalogue: which functions bear each, in the catalogue's order."""

    slugs: Mapping[Name, tuple[str, ...]]
    longest: int
    alike: Mapping[tuple[int, str], tuple[Name, ...]]  # by number of words and first letter: only these can be a slip away

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Gather the names: what the catalogue says first, then their parts, then the synonyms.

        A name that more than `BEARERS` functions bear says nothing, and one that two bear is only theirs where none bears it alone.
        """
        slugs: dict[Name, tuple[str, ...]] = {}
        shared: dict[Name, tuple[str, ...]] = {}
        for names_of in (_stated, _short, _parts):
            bearers: dict[Name, dict[str, None]] = {}
            for function in catalogue.functions:
                for name in names_of(function):
                    bearers.setdefault(name, {})[function.slug] = None
            slugs |= {name: tuple(bearing) for name, bearing in bearers.items() if len(bearing) == 1 and name not in slugs}
            shared |= {name: tuple(bearing) for name, bearing in bearers.items() if 1 < len(bearing) <= BEARERS and name not in shared}
        for row in _SYNONYMS:
            owners = {slugs[name] for name in row if name in slugs}
            if len(owners) == 1:
                slugs |= {name: next(iter(owners)) for name in row if name not in slugs and name not in shared}
        slugs |= {name: bearing for name, bearing in shared.items() if name not in slugs}
        alike: dict[tuple[int, str], tuple[Name, ...]] = {}
        for name in slugs:
            place = len(name), name[0][0]
            alike[place] = (*alike.get(place, ()), name)
        return cls(slugs, max(map(len, slugs), default=0), alike)

    def mentions(self, said: Name, *, written: str, known: Set[str] = frozenset()) -> tuple[Mention, ...]:
        """Return the functions named in these words, in order, the longest name at each place.

        A name that is also a word said everywhere ("it", "si") only counts in capitals, or beside a word such as "team": hence `written`, the
        message as it stands. `known` words are never taken for a misspelt name.
        """
        capitals = frozenset() if written.isupper() else frozenset(re.findall(r"\b[A-Z]{2,}\b", written))
        found: list[Mention] = []
        start = 0
        while start < len(said):
            mention = self._at(said, start, capitals, known)
            if mention is not None:
                found.append(mention)
            start = mention.end if mention is not None else start + 1
        return tuple(found)

    def _at(self, said: Name, start: int, capitals: Set[str], known: Set[str]) -> Mention | None:
        for length in range(min(self.longest, len(said) - start), 0, -1):
            part = said[start : start + length]
            bearing = self.slugs.get(part)
            if bearing is not None and (length > 1 or _is_meant(said, start, capitals)):
                return Mention(bearing[0], start, start + length, bearing[1:])
            if bearing is None and (name := self._near(part, known)) is not None:
                return Mention(self.slugs[name][0], start, start + length, self.slugs[name][1:])
        return None

    def _near(self, part: Name, known: Set[str]) -> Name | None:
        """Return the name that these words spell with a slip or another ending, if any."""
        if all(word in SAID_EVERYWHERE for word in part):
            return None
        for name in self.alike.get((len(part), part[0][0]), ()):
            if all(map(_is_alike, part, name, (word in known for word in part))):
                return name
        return None


def _is_meant(said: Name, start: int, capitals: Set[str]) -> bool:
    word = said[start]
    if word not in SAID_EVERYWHERE or word.upper() in capitals or len(said) == 1:
        return True
    after = said[start + 1] if start + 1 < len(said) else ""
    before = said[start - 1] if start else ""
    return (
        after in _TAILS
        or after in ("people", "guys", "folks", "support", "desk", "contact")
        or before in (*_HEADS, "the", "le", "la")
        or (before, after) == ("does", "do")
    )


def _is_alike(word: str, right: str, known: bool) -> bool:
    if word == right:
        return True
    if len(right) < 5 or len(word) < 4 or word in SAID_EVERYWHERE:
        return False
    if word.rstrip("sx") == right.rstrip("sx"):
        return True
    slips = 1 if len(right) < 9 else 2
    return not known and word[0] == right[0] and OSA.distance(word, right, score_cutoff=slips) <= slips


def _texts(function: Function) -> Iterator[str]:
    yield from (text for text in (function.names.fr, function.names.en) if text)
    yield from function.also


def _stated(function: Function) -> Iterator[Name]:
    for text in (*_texts(function), re.sub(r"[-_]", " ", function.slug)):
        yield from _spellings(text)


def _short(function: Function) -> Iterator[Name]:
    """Yield the names without "direction des", "department" and the like."""
    yield from _worthy(_trimmed(text) for text in _texts(function))


def _parts(function: Function) -> Iterator[Name]:
    """Yield each half of "marketing and communication"."""
    for text in _texts(function):
        pieces = [piece for piece in _PARTS.split(folded(text)) if piece.strip()]
        if len(pieces) > 1:
            yield from _worthy(_trimmed(piece) for piece in pieces)


def _trimmed(text: str) -> Name:
    said = words(text)
    start, end = 0, len(said)
    while start < end and (said[start] in _HEADS or said[start] in _LINKS):
        start += 1
    while end > start and said[end - 1] in _TAILS:
        end -= 1
    return said[start:end]


def _spellings(text: str) -> Iterator[Name]:
    said = words(text)
    if said:
        yield said
        joined = tuple(word.replace("&", "") for word in said)
        if joined != said:
            yield joined
        if len(said) == 1 and "&" in text:
            for link in (" ", " et ", " and "):
                yield tuple(said[0].replace("&", link).split())


def _worthy(names: Iterable[Name]) -> Iterator[Name]:
    """Yield the names that say something by themselves."""
    for name in names:
        if any(len(word) >= _FEWEST_LETTERS and word not in SAID_EVERYWHERE for word in name):
            yield name
