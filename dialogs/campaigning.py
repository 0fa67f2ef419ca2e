"""Campaigning: what is gathered for those who write campaigns, and for whoever reads a function's plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from dialogs.campaign import NOBODY, Histogram, Kept
from dialogs.collisions import Collision
from dialogs.request import Party
from dialogs.verdict import Verdict

GrantKind: TypeAlias = Literal["segment", "department", "site", "everyone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceGrant:
    """An audience that somebody may reach in a function's name: a segment, a department, a site, or (`value` empty) everyone."""

    kind: GrantKind
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the deliveries of a campaign stand: by status and reason (empty for none). Their sum is what was targeted so far.

    `targeted` is counted apart from the ledger's rows. `to_come` is how many messages aren't planned yet: those that follow others.
    `members` and `held_out` are how many people get its messages, and how many are its control group.
    """

    targeted: int = 0
    by: Mapping[tuple[str, str], int] = field(default_factory=dict)
    to_come: int = 0
    members: int = 0
    held_out: int = 0
    responses: Mapping[tuple[str, str], int] = field(default_factory=dict)  # by step and what was done
    sent_by_step: Mapping[str, int] = field(default_factory=dict)
    recalled: int = 0
    corrected: int = 0
    ends_about: datetime | None = None  # when the last of what is planned is expected to be sent

    def count(self, status: str) -> int:
        """Return how many deliveries have this status, whatever the reason."""
        return sum(number for (each, _), number in self.by.items() if each == status)

    @property
    def is_balanced(self) -> bool:
        """Whether targeted = planned + sending + sent + failed + skipped + unknown."""
        return self.targeted == sum(self.by.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a campaign would reach, as things stand: `people` match the audience, of whom `held_out` are the control group.

    `at_most` says that `people` is counted whatever they know or did, though the audience goes by that; `told_of` is how many of them `stages`,
    `there`, `paused` and `unreachable` tell of: those of classes that may be shown, None for everybody (`reach_told`).

    `unreachable` never spoke to the bot, `paused` want to be left in peace, `there` are at the last step's stage already: all are of `people`.
    `variants` counts the variants of the first step by id, the default under "". `left_out` says how many others aren't reached, by why:
    `guest`, `excluded`, `outside`. `about` says that a part of the directory was counted, and stands for all of it.
    """

    people: int = 0
    held_out: int = 0
    unreachable: int = 0
    paused: int = 0
    there: int = 0
    teams: int = 0
    stages: Histogram = NOBODY
    variants: Mapping[str, int] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    about: bool = False
    at_most: bool = False
    told_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How a campaign's people stand now, and stood when it started, in classes that may be shown."""

    before: Histogram = NOBODY
    now: Histogram = NOBODY
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One campaign with all that may be shown of it. `reach` is gathered for one campaign that hasn't started, `tally` for one that has.

    `colliding` are the campaigns that would take the same people's attention in the same weeks, gathered with `reach`.
    """

    kept: Kept
    reach: Reach | None = None
    tally: Tally | None = None
    moved: Moved | None = None
    verdict: Verdict | None = None
    colliding: tuple[Collision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigning:
    """The campaigns that an event is about, the newest first: the one that it names, else those of the function that it names, else all.

    `granted` are the audiences that the person may reach, by function; `everyone` for owners and admins. `approval` are the functions whose campaigns
    a second person approves. `taken` are the names of all campaigns, those of other functions too. `me` is what is kept of the person where they
    write, ask or approve. `deciders` are those who may approve the named campaign, `asker` is who asked for it.
    """

    known: tuple[Known, ...] = ()
    me: str = ""
    granted: Mapping[str, frozenset[AudienceGrant]] = field(default_factory=dict)
    approval: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    departments: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of those who wrote, asked, approved: by what is kept of them
    histogram: Mapping[str, Histogram] = field(default_factory=dict)  # of the whole directory, by function
    deciders: tuple[Party, ...] = ()
    asker: Party | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)  # attachment keys by file, of the campaign that is named

    def find(self, name: str) -> Known | None:
        """Return the campaign of that name, None where there's none (any more)."""
        return next((each for each in self.known if each.kept.campaign.name == name), None)


def rank_counts(histogram: Histogram) -> tuple[int, ...]:
    """Return how many are at each stage, in order."""
    return histogram.unaware, histogram.awareness, histogram.comprehension, histogram.conviction, histogram.action
