"""The audience of a campaign: who is in it, who isn't and why, and who may reach whom."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Literal, TypeAlias

from dialogs.campaign import CampaignAudience, Slice
from dialogs.campaigning import AudienceGrant, GrantKind
from dialogs.catalog import Language
from dialogs.ladder import EvidenceKind, Stage
from dialogs.written import Place

LeftOut: TypeAlias = Literal["guest", "excluded", "outside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody of the directory, as campaigns see them.

    `team` is whom they work with: those of the same manager, else of the same department and site. `stage` and `did` are for the campaign's function
    and topic. `language` is the one in which they're written to, `timezone` their IANA zone. `reachable` tells whether the bot can write to them,
    `paused` whether they want to be left in peace. `guest` is a guest, or a bot.
    """

    id: str
    email: str
    name: str
    language: Language
    team: str
    timezone: str | None = None
    segments: frozenset[str] = frozenset()
    department: str | None = None
    site: str | None = None
    seniority: str | None = None
    stage: Stage = Stage.UNAWARE
    did: frozenset[EvidenceKind] = frozenset()
    guest: bool = False
    reachable: bool = True
    paused: bool = False


def left_out(audience: CampaignAudience, one: Addressee) -> LeftOut | None:
    """Return why somebody isn't in an audience, None where they are."""
    if one.guest:
        return "guest"
    if not any(_is_in(each, one) for each in audience.include):
        return "outside"
    return "excluded" if any(_is_in(each, one) for each in audience.exclude) else None


def _is_in(people: Slice, one: Addressee) -> bool:
    """Tell whether all that is written of a slice holds of somebody; where nothing is, it's nobody rather than everyone."""
    if people == _NOTHING:
        return False
    return (
        (not people.segments or not one.segments.isdisjoint(people.segments))
        and (not people.departments or one.department in people.departments)
        and (not people.sites or one.site in people.sites)
        and (not people.seniority or one.seniority in people.seniority)
        and (not people.stages or one.stage in people.stages)
        and (not people.did or not one.did.isdisjoint(people.did))
        and (not people.people or one.email in map(_normal, people.people))
    )


_NOTHING = Slice()


def _normal(email: str) -> str:
    return email.strip().lower()  # as the directory keeps it


def needs_stages(audience: CampaignAudience) -> bool:
    """Tell whether somebody's stage or evidence decides upon who is in it."""
    return any(each.stages or each.did for each in (*audience.include, *audience.exclude))


def beyond(audience: CampaignAudience, granted: Set[AudienceGrant]) -> tuple[Place, ...]:
    """Return the places of an audience's `include` that reach further than these grants; none where all is within them.

    A slice is within them where all the values of one of its keys are granted: the other keys only make it smaller. Else its values that aren't
    granted are in the way, or the whole slice where it names none that could be.
    """
    if AudienceGrant(kind="everyone") in granted:
        return ()
    return tuple(place for index, each in enumerate(audience.include) for place in _further(each, granted, ("audience", "include", index)))


def _further(people: Slice, granted: Set[AudienceGrant], place: Place) -> Iterator[Place]:
    keys: tuple[tuple[str, GrantKind, tuple[str, ...]], ...] = (
        ("segments", "segment", people.segments),
        ("departments", "department", people.departments),
        ("sites", "site", people.sites),
    )
    refused = {
        key: [index for index, value in enumerate(values) if AudienceGrant(kind=kind, value=value) not in granted] for key, kind, values in keys
    }
    written = [key for key, _, values in keys if values]
    if not written:
        yield place
    elif all(refused[key] for key in written):
        yield from ((*place, key, index) for key in written for index in refused[key])
