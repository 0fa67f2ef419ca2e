"""The form of a function's profile: what it shows of one, what it reads back, what is wrong with what was typed.

Its values are texts by input: `purpose_fr`, `clients_fr` (one a line), `posture_fr`, the same in English, `partners` and `contacts` (one a line).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Final

from dialogs.actions import EditProfile
from dialogs.bilingual import lines, own, paired, with_own
from dialogs.catalog import LANGUAGES, Contact, Function, Localized
from dialogs.catalog_rules import EMAIL, TEXT_LIMIT, Fault, Rules, sentences
from dialogs.interview_answers import contact_of, function_named
from dialogs.messages import FieldError, Form, Input, Text
from dialogs.sheet import short_name
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.written import UNSHOWABLE, as_written

_BETWEEN: Final = "|"  # the two languages of a partner who isn't a function
_FIELDS: Final = ("purpose", "clients", "partners", "posture", "contacts")  # of a profile, in this order; the rest isn't in the form


def digest(draft: Function) -> str:
    """Return a short mark of what a drafted profile says, to tell whether it's still what somebody has read."""
    said = {name: as_written(getattr(draft, name)) for name in _FIELDS}
    return sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:12]


def with_fields(function: Function, draft: Function) -> Function:
    """Return the function with the draft's profile; all that a profile isn't made of stays the function's own."""
    return replace(function, purpose=draft.purpose, clients=draft.clients, partners=draft.partners, posture=draft.posture, contacts=draft.contacts)


def values_of(context: Context, draft: Function) -> dict[str, str]:
    """Return what the form shows of a profile."""
    values: dict[str, str] = {}
    for language in context.catalogue.company.languages:
        values[f"purpose_{language}"] = own(draft.purpose, language) or ""
        values[f"clients_{language}"] = lines(draft.clients, language)
        values[f"posture_{language}"] = own(draft.posture, language) or ""
    values["partners"] = "\n".join(_partner_line(context, partner) for partner in draft.partners)
    values["contacts"] = "\n".join(f"{contact.name}, {contact.email}" for contact in draft.contacts)
    return values


def profile_of(context: Context, values: Mapping[str, str], former: Function) -> Function:
    """Return the profile that the form says; a language that the company doesn't write stays as it was in `former`."""
    shown = values_of(context, former)
    profile = former
    for language in context.catalogue.company.languages:
        purpose, posture = (values.get(f"{name}_{language}", "").strip() or None for name in ("purpose", "posture"))
        profile = replace(profile, purpose=with_own(profile.purpose, language, purpose), posture=with_own(profile.posture, language, posture))
    changed = {name.partition("_")[0] for name, value in shown.items() if values.get(name, "") != value}
    if "clients" in changed:
        french, english = (values.get(f"clients_{language}", lines(former.clients, language)) for language in LANGUAGES)
        profile = replace(profile, clients=paired(french, english))
    if "partners" in changed:
        partners = (partner for line in _rows(values, "partners") if (partner := _partner(context, line, former)))
        profile = replace(profile, partners=tuple(dict.fromkeys(partners)))
    if "contacts" in changed:
        contacts = (contact for line in _rows(values, "contacts") if (contact := _contact(line, former)))
        profile = replace(profile, contacts=tuple({contact.email.casefold(): contact for contact in contacts}.values()))
    return profile


def errors(values: Mapping[str, str], draft: Function, t: Texts) -> tuple[FieldError, ...]:
    """Return what is wrong with what was typed, by the same rules as a pack's."""
    unshowable = [
        FieldError(input=name, text=sentences(t("a character that can't be shown"), t("remove it")))
        for name, value in values.items()
        if UNSHOWABLE.search(value)
    ]
    nobody = [
        FieldError(input="contacts", text=t("Line {number}: {text}", number=number, text=t("Write a name and an e-mail address.")))
        for number, line in enumerate(values.get("contacts", "").splitlines(), start=1)
        if line.strip() and not EMAIL.search(line)
    ]
    return (*unshowable, *nobody, *(_error(fault, t) for fault in faults(draft, t)))


def faults(draft: Function, t: Texts) -> Iterator[Fault]:
    """Yield what keeps a profile from being published: what a pack couldn't hold."""
    rules = Rules(t=t, segments=None)
    written = as_written(draft)
    yield from (fault for fault in rules.faults(written, Function) if str(fault.place[0]) in _FIELDS)


def form(context: Context, values: Mapping[str, str], action: EditProfile, notes: tuple[Text, ...] = ()) -> Form:
    """Return the form, `notes` on top; what is longer than an input stays out of it, and as it is."""
    t = context.t
    blocks: list[Text | Input] = [*notes]
    for name, value in _in_order(values):
        if len(value) > TEXT_LIMIT:
            blocks.append(Text(text=t("{field}: too long for this form, so it stays as it is.", field=label(t, name))))
            continue
        blocks.append(Input(id=name, label=label(t, name), placeholder=_hint(t, name), value=value, multiline=True, limit=TEXT_LIMIT))
    title = t("Complete the profile")
    return Form(language=context.language, title=title, blocks=tuple(blocks), action=action, submit=t("Keep"), cancel=t("Cancel"))


def typed(values: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return what was submitted of a form that showed these values, with what stayed out of it."""
    return {name: value if len(value) > TEXT_LIMIT else values.get(name, "") for name, value in shown.items()}


def label(t: Texts, name: str) -> str:
    """Name an input."""
    match name:
        case "purpose_fr":
            return t("What we are for, in French")
        case "purpose_en":
            return t("What we are for, in English")
        case "clients_fr":
            return t("For whom we work, in French, one a line")
        case "clients_en":
            return t("For whom we work, in English, one a line")
        case "posture_fr":
            return t("What we promise, in French")
        case "posture_en":
            return t("What we promise, in English")
        case "partners":
            return t("With whom, one a line")
        case _:
            return t("Contacts, one a line")


def _in_order(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the inputs as they're read: the two languages of one thing beside each other."""
    for field in ("purpose", "clients", "posture", "partners", "contacts"):
        yield from ((name, value) for name, value in values.items() if name.partition("_")[0] == field)


def _hint(t: Texts, name: str) -> str:
    match name:
        case "clients_fr" | "clients_en":
            return t("The same lines in both languages; – where one isn't translated yet")
        case "partners":
            return t("A function by its name; somebody outside in both languages: French | English")
        case "contacts":
            return t("Claire Morel, claire.morel@example.com")
        case _:
            return ""


def _partner_line(context: Context, partner: str | Localized) -> str:
    if isinstance(partner, Localized):
        said = (text for language in LANGUAGES if (text := own(partner, language)))
        return f" {_BETWEEN} ".join(" ".join(text.split()) for text in said)
    function = context.catalogue.function(partner)
    return short_name(function, context.language) if function else partner


def _partner(context: Context, line: str, former: Function) -> str | Localized | None:
    known = {_partner_line(context, partner): partner for partner in former.partners}
    if line in known:
        return known[line]
    if slug := function_named(line, context.catalogue, but=former.slug):
        return slug
    first, between, second = (part.strip() for part in line.partition(_BETWEEN))
    if between:
        return with_own(with_own(None, "fr", first or None), "en", second or None)
    return with_own(None, context.language, line)


def _contact(line: str, former: Function) -> Contact | None:
    contact = contact_of(line, former.contacts)
    found = EMAIL.search(line)
    if contact is None or found is None:
        return None
    name = " ".join(line[: found.start()].strip(" \t,;:(<–-").split())
    return replace(contact, name=name) if name else contact


def _rows(values: Mapping[str, str], name: str) -> list[str]:
    return [" ".join(line.split()) for line in values.get(name, "").splitlines() if line.strip()]


def _error(fault: Fault, t: Texts) -> FieldError:
    field, *inside = fault.place
    said = sentences(fault.what, fault.fix)
    number = next((step for step in inside if isinstance(step, int)), None)
    if number is not None:
        said = t("Line {number}: {text}", number=number + 1, text=said)
    language = next((step for step in inside if step in ("fr", "en")), None)
    name = str(field) if field in ("partners", "contacts") else f"{field}_{language}"
    return FieldError(input=name, text=said)
