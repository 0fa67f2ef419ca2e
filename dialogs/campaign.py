"""Campaigns: what a function teaches, to whom, along which steps, and what it wants to have moved by then.

The field names are those of the YAML file; unknown keys are errors there, hence the `__pydantic_config__` that the file's reader obeys. Whatever is
missing leaves a draft, which can be kept and shown; it can't be scheduled (`campaign_rules`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

from dialogs.catalog import Localized
from dialogs.ladder import EvidenceKind, Stage

StepKind: TypeAlias = Literal["pedagogy", "gesture", "external_proof", "internal_proof", "offer", "quiz", "opinion", "survey", "success"]
STEP_KINDS: Final = get_args(StepKind)
Priority: TypeAlias = Literal["high", "normal", "low"]
Offer: TypeAlias = Literal["more", "done", "later", "reply", "ask", "link"]
CAMPAIGN: Final = "campaign"  # the kind of cause of its deliveries; the cause's id is its name

_STRICT: dict[str, Any] = {"extra": "forbid"}


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


OVER: Final = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)
ALIVE: Final = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A benchmark that is measured: the share of the audience that is at the objective's stage, or beyond, when the campaign starts."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["measured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A benchmark that is declared: a share from 0 to 1, and where it comes from."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["declared"]
    share: float
    source: Localized


Benchmark: TypeAlias = Measured | Declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What shall have moved (R. H. Colley, "Defining Advertising Goals for Measured Advertising Results", 1961).

    `task` is the communication task. The one outcome is the share of the audience at `stage` or beyond when the period ends: from `benchmark` to
    `target`, a share from 0 to 1.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    task: Localized | None = None
    stage: Stage | None = None
    benchmark: Benchmark | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some people: those of whom everything that is written here holds; of one key's values, any. What isn't written says nothing.

    `stages` are theirs for the campaign's function (and topic), `did` the kinds of evidence that they have left, `people` e-mails.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    segments: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    seniority: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    did: tuple[EvidenceKind, ...] = ()
    people: tuple[str, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignAudience:
    """Whom a campaign is for: who is in one of `include`, and in none of `exclude`."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    include: tuple[Slice, ...] = ()
    exclude: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days on which a campaign runs, both included."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    starts: date
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The control group: the share (0 to 0.5) of the audience that gets the surveys and no message, drawn by person, or by team as a whole."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    share: float
    by: Literal["person", "team"] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a step asks, for one tap.

    A `quiz` has 2 to 4 `options`, of which `right` (from 1) is right, and says why in `explain`. An `opinion` is a scale from 1 to 5. A `recall` asks
    whom one would turn to: in free words first, then among functions.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    kind: Literal["quiz", "opinion", "recall"]
    ask: Localized
    options: tuple[Localized, ...] = ()
    right: int | None = None
    explain: Localized | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepButton:
    """A button of a step. `more` shows a `sheet` (the function's card without one), `link` opens an address; `done` says that the gesture was made.

    `later` has the message come again, `reply` writes to the function, `ask` asks it a question of one's own.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    does: Offer
    label: Localized | None = None
    sheet: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPicture:
    """A picture beside the words: a file (PNG, JPEG or GIF) in the campaign's folder, and what it shows, in words."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    file: str
    alt: Localized


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Other words of a step: for those of these `segments`, or (`share`) for a part of all, drawn like the control group: an A/B test."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    id: str
    content: Localized
    segments: tuple[str, ...] = ()
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """So long after the step before was sent; working days are the person's own."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    time: int
    unit: Literal["hours", "days", "working_days"] = "working_days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message of a campaign, which leads to a `stage`.

    It's sent `at` a time by each person's own clock, or `after` a delay, or once one of the kinds of evidence of `when` has come; the first one
    without any of them, when the campaign starts. Who is at `stage` already, or fulfils its exit, is skipped. `content` is the default, which
    `variants` may replace.
    """

    __pydantic_config__: ClassVar[Any] = _STRICT
    id: str
    stage: Stage
    kind: StepKind
    title: Localized | None = None
    content: Localized | None = None
    variants: tuple[Variant, ...] = ()
    picture: StepPicture | None = None
    question: Question | None = None
    buttons: tuple[StepButton, ...] = ()
    at: datetime | None = None
    after: Delay | None = None
    when: tuple[EvidenceKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """What lets somebody leave a stage's steps behind: any of these kinds of evidence, left since the campaign started."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    stage: Stage
    by: tuple[EvidenceKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """How many people begin a day; the others begin on the days after, in an order that a hash of them gives."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of one function, about one `topic` of it or all; `name` is its slug, unique in the company."""

    __pydantic_config__: ClassVar[Any] = _STRICT
    name: str
    function: str
    titles: Localized
    topic: str | None = None
    objective: Objective = Objective()
    audience: CampaignAudience = CampaignAudience()
    period: Period | None = None
    control: Control | None = None
    wave: Wave | None = None
    priority: Priority = "normal"
    steps: tuple[Step, ...] = ()
    exits: tuple[Exit, ...] = ()

    def step(self, step_id: str) -> Step | None:
        """Return the step of that id, or None (it may be gone since its message was sent)."""
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A campaign as it's kept: its content at `version`, where it stands, who did what to it. Times are UTC.

    `edited_by`, `asked_by` and `approved_by` are pseudonyms, or `command line:` and a login; `approved` is the version that was approved.
    `benchmark` is the share that was measured as it started.
    """

    campaign: Campaign
    version: int
    status: CampaignStatus
    edited_by: str
    edited_at: datetime
    asked_by: str | None = None
    approved_by: str | None = None
    approved: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    benchmark: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """How many people are at each stage."""

    unaware: int = 0
    awareness: int = 0
    comprehension: int = 0
    conviction: int = 0
    action: int = 0


NOBODY: Final = Histogram()
