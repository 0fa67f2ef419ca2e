"""What the answers of an interview become: a function's profile, in the language in which each was given.

An answer replaces what the profile said in its language, and the other language stays as it was. Where only one of the two answers that make
the purpose was given, it's added to the purpose that there is. Nothing is invented: the words are those of the person.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from dialogs.bilingual import own, with_list, with_own
from dialogs.catalog import LANGUAGES, Catalogue, Contact, Function, Language, Localized
from dialogs.catalog_rules import EMAIL, NAME_LIMIT
from dialogs.people import Person
from dialogs.search.text import folded, listed
from dialogs.texts import Texts
from dialogs.turn import Context


class Question(StrEnum):
    """The six questions, in the order in which they're asked."""

    CLIENTS = "clients"
    MISSED = "missed"
    DONE = "done"
    PARTNERS = "partners"
    POSTURE = "posture"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody said to one question, and in which language."""

    text: str
    language: Language


_FOR: Final = re.compile(r"(?:(?:nous|on|we)(?: [\w'’]+){1,3}? )?(?:pour|for)\b[ :]*", re.IGNORECASE)
_WITH: Final = re.compile(r"(?:(?:nous|on|we)(?: [\w'’]+){1,3}? )?(?:avec|with)\b[ :]*", re.IGNORECASE)
_WITHOUT_US: Final = re.compile(r"(?:sans nous|without us)\b")
_BULLET: Final = re.compile(r"^\s*(?:[-–•*]|\d+[.)])\s+")
_ARTICLE: Final = re.compile(r"(?:l'|(?:la|le|les|nos|notre|the|our)\b) *")
_OPENING: Final = re.compile(
    r"(?:l'|(?:la|le|les|nos|notre|un|une|des|tou(?:s|t|te|tes)|chaque|ce(?:ux|lles?|lui)|quiconque|the|our|an?|all|any|each|every|everyone|everybody"
    r"|anyone|anybody|those|people|whoever|ils?|elles?|on|they|no|nobody|nothing|personne|rien|aucune?|plus|pas)\b)",
    re.IGNORECASE,
)
_OUTSIDE_BRACKETS: Final = r"(?![^(]*\))"
_COMMA: Final = re.compile(r"\s*[,;]\s*" + _OUTSIDE_BRACKETS)
_AND: Final = re.compile(r"\s+(?:et|and|&|ainsi que|as well as)\s+" + _OUTSIDE_BRACKETS, re.IGNORECASE)
_AND_SO_ON: Final = frozenset({"etc", "etc.", "…", "..."})
_ORDERS: Final = listed("ask call contact contactez demandez appelez ecrivez email mail see voir write")
_NAMED_BEFORE: Final = re.compile(r"((?:[^\W\d_a-zà-ÿ][\w'’-]*[ \t]+){1,3}?[^\W\d_a-zà-ÿ][\w'’-]*)[\s,:(<–-]*$")


def drafted(context: Context, known: Function, answers: Mapping[Question, Answer]) -> Function:
    """Return the profile of a function, `known` before, as these answers tell it; services and entries aren't part of it."""
    draft = replace(known, services=(), entries=())
    for language in LANGUAGES:
        said = {question: answer.text for question, answer in answers.items() if answer.language == language}
        draft = _in_language(context, draft, language, said)
    if Question.CONTACTS in answers:
        draft = replace(draft, contacts=_contacts(answers[Question.CONTACTS].text, known, context.person))
    return draft


def contact_of(line: str, known: Sequence[Contact], person: Person | None = None) -> Contact | None:
    """Read a line such as "Claire Morel, claire.morel@example.com", None without an e-mail address.

    Whoever is known already keeps their name's place, role and mandate; a name that isn't told is the person's own, or read from the address.
    """
    found = EMAIL.search(line)
    return None if found is None else _contact(line[: found.start()], found.group(), known, person)


def function_named(name: str, catalogue: Catalogue, *, but: str) -> str | None:
    """Return the slug of the function that people call so, in either language, `but` left out."""
    said = folded(name).strip()
    wanted = {said, _ARTICLE.sub("", said, count=1)}
    for function in catalogue.functions:
        names = (function.slug, function.names.fr, function.names.en, *function.also)
        if function.slug != but and wanted & {folded(each) for each in names if each}:
            return function.slug
    return None


def _in_language(context: Context, draft: Function, language: Language, said: Mapping[Question, str]) -> Function:
    clients = [client for each in draft.clients if (client := own(each, language))]
    if told := _pieces(said.get(Question.CLIENTS, ""), _FOR, context.catalogue):
        clients = told
        draft = replace(draft, clients=with_list(draft.clients, language, [_capital(client) for client in told]))
    if named := _pieces(said.get(Question.PARTNERS, ""), _WITH, context.catalogue):
        draft = replace(draft, partners=_partners(named, draft, context.catalogue, language))
    if Question.POSTURE in said:
        draft = replace(draft, posture=with_own(draft.posture, language, _sentence(said[Question.POSTURE])))
    purpose = _purpose(context.texts[language], own(draft.purpose, language), clients, said.get(Question.DONE), said.get(Question.MISSED))
    return replace(draft, purpose=with_own(draft.purpose, language, purpose))


def _purpose(t: Texts, former: str | None, clients: Sequence[str], done: str | None, missed: str | None) -> str | None:
    told = [_sentence(done)] if done else []
    if missed:
        said = _WITHOUT_US.match(folded(missed))
        told.append(_sentence(missed) if said else t("Without us: {missed}", missed=_lowered(_sentence(missed))))
    if not told:
        return former
    if former and len(told) == 1:
        return former if folded(told[0]) in folded(former) else f"{former} {told[0]}"
    whom = [t("We work for {clients}.", clients=_enumerated(t, clients))] if clients else []
    return " ".join((*whom, *told))


def _partners(pieces: Sequence[str], draft: Function, catalogue: Catalogue, language: Language) -> tuple[str | Localized, ...]:
    """Return who was named: other functions by their slugs, in the order in which they were told, then those outside."""
    slugs = {piece: function_named(piece, catalogue, but=draft.slug) for piece in pieces}
    known = [partner for partner in draft.partners if isinstance(partner, Localized)]
    outside = with_list(known, language, [_capital(piece) for piece, slug in slugs.items() if slug is None])
    return (*dict.fromkeys(slug for slug in slugs.values() if slug), *outside)


def _contacts(text: str, known: Function, person: Person) -> tuple[Contact, ...]:
    """Return those whose e-mail addresses were told; where none was, the ones known, with the person themself."""
    found: dict[str, Contact] = {}
    start = 0
    for address in EMAIL.finditer(text):
        contact = _contact(text[start : address.start()], address.group(), known.contacts, person)
        found.setdefault(contact.email.casefold(), contact)
        start = address.end()
    if found:
        return tuple(found.values())
    me = contact_of(f"{person.name or ''} {person.email or ''}", known.contacts, person)
    return known.contacts if me is None or me in known.contacts else (*known.contacts, me)


def _contact(before: str, address: str, known: Sequence[Contact], person: Person | None) -> Contact:
    email = address.strip("().:'’[]").removeprefix("mailto:")
    contact = next((each for each in known if each.email.casefold() == email.casefold()), None)
    named = _NAMED_BEFORE.search(before)
    told = _name(named.group(1).split()) if named else None
    if contact is not None:
        return replace(contact, name=told) if told else contact
    mine = person.name if person and person.email and person.email.casefold() == email.casefold() else None
    return Contact(name=told or mine or _name_in(email), email=email)


def _pieces(text: str, lead: re.Pattern[str], catalogue: Catalogue) -> list[str]:
    """Return the parts of an enumeration: its lines, else what its commas part, else the two sides of an "and"."""
    rows = [_BULLET.sub("", row).strip() for row in text.splitlines() if row.strip()]
    if len(rows) == 1:
        hidden, names = _hidden(lead.sub("", rows[0], count=1) if lead.match(rows[0]) else rows[0], catalogue)
        rows = [_shown(part, names) for part in _parted(hidden)]
    pieces = (part.strip(" .;:") for part in rows)
    kept = {folded(part): part for part in pieces if part and folded(part) not in _AND_SO_ON}
    return list(kept.values())


def _parted(text: str) -> Iterator[str]:
    *parts, last = _COMMA.split(text)
    yield from parts
    for found in _AND.finditer(last):
        left, right = last[: found.start()], last[found.end() :]
        if parts or bool(_OPENING.match(left)) == bool(_OPENING.match(right)):  # "les commerciaux et techniciens" is one thing said
            yield left
            yield from _parted(right)
            return
    yield last


def _hidden(text: str, catalogue: Catalogue) -> tuple[str, list[str]]:
    """Put a mark in place of each known name that holds an "and" or a comma, so that it isn't parted; return the names too."""
    names: list[str] = []
    text = text.replace("\ue000", "").replace("\ue001", "")  # the marks' own characters, which no word holds

    def keep(found: re.Match[str]) -> str:
        names.append(found.group())
        return f"\ue000{len(names) - 1}\ue001"

    functions = [name for function in catalogue.functions for name in (function.names.fr, function.names.en, *function.also) if name]
    segments = [name for segment in catalogue.company.segments.values() for name in (segment.fr, segment.en) if name]
    for name in sorted((*functions, *segments), key=len, reverse=True):
        if _AND.search(name) or _COMMA.search(name):
            text = re.sub(re.escape(name), keep, text, flags=re.IGNORECASE)
    return text, names


def _shown(text: str, names: Sequence[str]) -> str:
    return re.sub("\ue000(\\d+)\ue001", lambda found: names[int(found.group(1))], text)


def _enumerated(t: Texts, parts: Sequence[str]) -> str:
    *first, last = (_lowered(part) for part in parts)
    return t("{first} and {last}", first=", ".join(first), last=last) if first else last


def _sentence(text: str) -> str:
    said = " ".join(text.split())
    return _capital(said) + ("" if said.endswith((".", "!", "?", "…")) else ".")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    """Return the text without the capital that only its place at the beginning gave it."""
    return text[:1].lower() + text[1:] if _OPENING.match(text) else text


def _name(words: list[str]) -> str:
    """Join the words of a name, without the verb that "Contact Claire Morel" begins with."""
    ordered = len(words) > 2 and folded(words[0]) in _ORDERS
    return " ".join(words[1:] if ordered else words)[:NAME_LIMIT]


def _name_in(email: str) -> str:
    return " ".join(part.capitalize() for part in re.split(r"[._-]+", email.partition("@")[0]) if part)[:NAME_LIMIT] or email[:NAME_LIMIT]
