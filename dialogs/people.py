"""People as the dialogs see them."""

from dataclasses import dataclass

from dialogs.catalog import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may speak to the bot.

    `linked` is True once a verified e-mail tied a platform's account to the directory; until then only what is open to all is offered.
    `language` is the person's explicit choice, `directory_language` what the directory says, `spoken_language` what they last wrote in.
    `stranger` is somebody of another company.
    `greeted` is True once the bot has introduced itself to them. `reach` is the platform on which they want to be written to,
    None for the one where they last spoke.
    """

    id: str
    name: str | None = None
    email: str | None = None
    language: Language | None = None
    directory_language: Language | None = None
    spoken_language: Language | None = None
    locale: str | None = None
    timezone: str | None = None
    site: str | None = None
    department: str | None = None
    seniority: str | None = None
    segments: frozenset[str] = frozenset()
    linked: bool = False
    stranger: bool = False
    greeted: bool = False
    reach: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a platform tells of one of its accounts.

    `email` is there only when the platform vouches for it (`interfaces.md`: a full member of our workspace or tenant). `guest` is a member of
    another company or an invited guest.
    """

    platform: str
    tenant: str
    user: str
    name: str | None = None
    email: str | None = None
    locale: str | None = None
    timezone: str | None = None
    guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRow:
    """One line of the company's directory (`people.csv`); `manager` is another row's id."""

    id: str
    email: str
    name: str
    language: Language | None = None
    timezone: str | None = None
    site: str | None = None
    department: str | None = None
    seniority: str | None = None
    manager: str | None = None
    segments: tuple[str, ...] = ()


def language_of_locale(locale: str | None) -> Language | None:
    """Return `fr` or `en` for a platform's locale such as `fr-FR` or `en_GB`, None for another language."""
    match (locale or "").lower().replace("_", "-").split("-")[0]:
        case "fr":
            return "fr"
        case "en":
            return "en"
        case _:
            return None


def person_of(row: DirectoryRow) -> Person:
    """Return the person that a line of the directory describes."""
    return Person(
        id=row.id,
        name=row.name,
        email=row.email,
        directory_language=row.language,
        timezone=row.timezone,
        site=row.site,
        department=row.department,
        seniority=row.seniority,
        segments=frozenset(row.segments),
        linked=True,
        greeted=True,
    )


def is_called(row: DirectoryRow, who: str) -> bool:
    """Tell whether `who` names this person: by id, e-mail or full name, in any case."""
    return who.strip().casefold() in (row.id.casefold(), row.email.casefold(), row.name.casefold())
