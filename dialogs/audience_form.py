"""The audience of a campaign in a form: names that are typed, and what a form can't show, which stays as the file has it.

Its values are texts by input: `whom`, then names with commas between them, or one a line: `for_segments`, `for_departments`, `for_sites`,
`for_seniority`, `for_people` (e-mails) and `not_segments`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from dialogs.campaign import Campaign, CampaignAudience, Slice
from dialogs.campaign_gesture import gathered
from dialogs.campaign_words import audience_in_words
from dialogs.form_values import choice, field
from dialogs.messages import Choice, FieldError, Input, Text, clipped
from dialogs.search.text import folded
from dialogs.texts import Texts
from dialogs.turn import Context
from dialogs.written import Place

AS_IT_IS: Final = "="  # a combination that the form can't show
EVERYONE: Final = "everyone"
SOME: Final = "some"
WHOM: Final = "whom"
LIMITS: Final[Mapping[str, int]] = {
    "for_segments": 1_000,
    "for_departments": 1_000,
    "for_sites": 1_000,
    "for_seniority": 500,
    "for_people": 2_000,
    "not_segments": 1_000,
}
_KEYS: Final[Mapping[str, str]] = {
    "segments": "for_segments",
    "departments": "for_departments",
    "sites": "for_sites",
    "seniority": "for_seniority",
    "people": "for_people",
}
_HINT: Final = 140  # characters of a placeholder; Slack's limit is 150
_WORDS: Final = 300  # characters of an audience in words


def values_of(context: Context, audience: CampaignAudience) -> dict[str, str]:
    """Return what the form shows of an audience."""
    if not _is_showable(audience):
        return {WHOM: AS_IT_IS} | dict.fromkeys(LIMITS, "")
    people = audience.include[0] if audience.include else Slice()
    whom = EVERYONE if people.everyone else SOME if audience.include else ""
    said = {name: _joined(_shown(context, key, getattr(people, key))) for key, name in _KEYS.items()}
    others = audience.exclude[0].segments if audience.exclude else ()
    return {WHOM: whom, **said, "not_segments": _joined(_shown(context, "segments", others))}


def audience_of(context: Context, values: Mapping[str, str], former: CampaignAudience) -> tuple[CampaignAudience, tuple[FieldError, ...]]:
    """Return the audience that the form says, and what in it can't be meant so; untouched, it stays exactly as it was."""
    shown, t = values_of(context, former), context.t
    touched = {name for name in shown if values.get(name, "") != shown[name]}
    if not touched:
        return former, ()
    whom, named = values.get(WHOM, ""), [name for name in _KEYS.values() if values.get(name)]
    if touched.intersection(named) and whom in (EVERYONE, AS_IT_IS):
        return former, (FieldError(input=WHOM, text=t("You named people below: choose that it's for them, or empty what you named.")),)
    if whom == AS_IT_IS:
        return former, (FieldError(input=WHOM, text=t("You named groups that it isn't for: choose whom it's for, or empty what you named.")),)
    if whom == SOME and not named:
        return former, (FieldError(input=WHOM, text=t("Name them below, or choose everyone.")),)
    include: tuple[Slice, ...] = ()
    if whom == EVERYONE:
        include = (Slice(everyone=True),)
    elif named:
        said = {key: _names(context, key, values.get(name, "")) for key, name in _KEYS.items()}
        include = (
            Slice(
                segments=said["segments"],
                departments=said["departments"],
                sites=said["sites"],
                seniority=said["seniority"],
                people=said["people"],
            ),
        )
    others = _names(context, "segments", values.get("not_segments", ""))
    return CampaignAudience(include=include, exclude=(Slice(segments=others),) if others else ()), ()


def inputs(context: Context, campaign: Campaign, values: Mapping[str, str]) -> Iterator[Text | Input | Choice]:
    """Yield the part of the form that says whom a campaign is for."""
    t = context.t
    options = [(EVERYONE, t("Everyone")), (SOME, t("The people named below"))]
    if not _is_showable(campaign.audience):
        options.insert(0, (AS_IT_IS, t("As it is")))
        said = clipped(audience_in_words(t, campaign, context.catalogue.company), _WORDS)
        yield Text(text=t("Whom it's for is more than this form can show, and stays as it is unless you choose otherwise: {people}", people=said))
    yield choice(WHOM, t("For whom"), options, values.get(WHOM, ""))
    for name, limit in LIMITS.items():
        value = values.get(name, "")
        yield field(t, name, label(t, name), value, limit, multiline="\n" in value, hint=clipped(_hint(context, name), _HINT))


def input_of(audience: CampaignAudience, place: Place) -> str | None:
    """Return the input that a part of the audience stands in, None where the form can't show it; `place` begins below it."""
    if not _is_showable(audience):
        return None
    match place:
        case ("include", int(), str(key), *_) if key in _KEYS:
            return _KEYS[key]
        case ("exclude", *_):
            return "not_segments"
        case _:
            return WHOM


def label(t: Texts, name: str) -> str:
    """Name an input."""
    match name:
        case "for_segments":
            return t("Groups, with commas between them")
        case "for_departments":
            return t("Departments")
        case "for_sites":
            return t("Sites")
        case "for_seniority":
            return t("Seniority")
        case "for_people":
            return t("Single people, by e-mail")
        case _:
            return t("Groups that it isn't for")


def _hint(context: Context, name: str) -> str:
    t, known = context.t, gathered(context)
    match name:
        case "for_segments" | "not_segments":
            there: Iterable[str] = (each.to(context.language) for each in context.catalogue.company.segments.values())
        case "for_departments":
            there = known.departments
        case "for_sites":
            there = known.sites
        case "for_seniority":
            return t("As the directory has it; whoever fulfils all of these lines is in")
        case _:
            return t("alice@example.com, bob@example.com")
    named = ", ".join(there)
    return t("There are: {names}", names=named) if named else ""


def _is_showable(audience: CampaignAudience) -> bool:
    """Tell whether a form can show an audience: one slice without stages and acts, or everyone, but some segments."""
    if len(audience.include) > 1 or len(audience.exclude) > 1:
        return False
    for people in audience.include:
        if people.stages or people.did or (people.everyone and people != Slice(everyone=True)):
            return False
    return all(people.segments and people == Slice(segments=people.segments) for people in audience.exclude)


def _shown(context: Context, key: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if key != "segments":
        return names
    known = context.catalogue.company.segments
    return tuple(known[slug].to(context.language) if slug in known else slug for slug in names)


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(names) if any("," in name or ";" in name for name in names) else ", ".join(names)


def _names(context: Context, key: str, typed: str) -> tuple[str, ...]:
    """Return the names that were typed, as they're kept: a segment's slug for any of its names, a department and a site as the directory has them."""
    known = _known(context, key)
    read: list[str] = []
    for line in typed.replace(";", "\n").splitlines():
        parts = [line] if folded(line.strip()) in known else line.split(",")  # "Research, development" is one department
        read += [known.get(folded(part.strip()), part.strip()) for part in parts if part.strip()]
    return tuple(dict.fromkeys(read))


def _known(context: Context, key: str) -> dict[str, str]:
    gathering = gathered(context)
    match key:
        case "segments":
            segments = context.catalogue.company.segments
            names = {folded(name): slug for slug, text in segments.items() for name in (text.fr, text.en) if name}
            return names | {folded(slug): slug for slug in segments}
        case "departments":
            return {folded(name): name for name in gathering.departments}
        case "sites":
            return {folded(name): name for name in gathering.sites}
        case _:
            return {}
