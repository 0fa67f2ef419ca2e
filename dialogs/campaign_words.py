"""A campaign in words: where it stands, what it wants, whom it's for, what it's made of."""

from collections.abc import Iterator
from typing import assert_never

from dialogs.campaign import Campaign, CampaignStatus, Declared, Kept, Period, Slice, Step, StepKind
from dialogs.catalog import Company
from dialogs.ladder import EvidenceKind, Stage
from dialogs.texts import Texts


def status_in_words(t: Texts, status: CampaignStatus) -> str:
    """Say where a campaign stands."""
    match status:
        case CampaignStatus.DRAFT:
            return t("draft")
        case CampaignStatus.SCHEDULED:
            return t("scheduled")
        case CampaignStatus.RUNNING:
            return t("running")
        case CampaignStatus.PAUSED:
            return t("paused")
        case CampaignStatus.FINISHED:
            return t("finished")
        case CampaignStatus.CANCELLED:
            return t("cancelled")
        case _:
            assert_never(status)


def stage_in_words(t: Texts, stage: Stage) -> str:
    """Name a stage."""
    match stage:
        case Stage.UNAWARE:
            return t("unaware")
        case Stage.AWARENESS:
            return t("awareness")
        case Stage.COMPREHENSION:
            return t("comprehension")
        case Stage.CONVICTION:
            return t("conviction")
        case Stage.ACTION:
            return t("action")
        case _:
            assert_never(stage)


def kind_in_words(t: Texts, kind: StepKind) -> str:
    """Name what a message is."""
    match kind:
        case "pedagogy":
            return t("pedagogy")
        case "gesture":
            return t("a gesture to try")
        case "external_proof":
            return t("proof from outside")
        case "internal_proof":
            return t("proof from here")
        case "offer":
            return t("an offer")
        case "quiz":
            return t("a quiz")
        case "opinion":
            return t("an opinion")
        case "survey":
            return t("a survey")
        case "success":
            return t("a success")
        case _:
            assert_never(kind)


def evidence_in_words(t: Texts, kind: EvidenceKind) -> str:
    """Say what somebody did that shows where they are."""
    match kind:
        case EvidenceKind.RECALL_UNAIDED:
            return t("named the function themselves")
        case EvidenceKind.RECALL_AIDED:
            return t("picked the function among others")
        case EvidenceKind.CARD_OPENED:
            return t("opened its card")
        case EvidenceKind.QUIZ:
            return t("answered a quiz right")
        case EvidenceKind.ASKED_RIGHT:
            return t("asked the right function")
        case EvidenceKind.OPINION:
            return t("said that they agree")
        case EvidenceKind.RECOMMENDS:
            return t("would recommend it")
        case EvidenceKind.SERVICE_USED:
            return t("used a service")
        case EvidenceKind.EVENT:
            return t("acted, as another tool tells")
        case EvidenceKind.IMPORTED:
            return t("acted, as a file tells")
        case EvidenceKind.GESTURE:
            return t("made the gesture")
        case _:
            assert_never(kind)


def starting_share(kept: Kept) -> float | None:
    """Return the benchmark as a share: what is declared, else what was measured as it started; None before."""
    match kept.campaign.objective.benchmark:
        case Declared(share=share):
            return share
        case _:
            return kept.benchmark


def objective_in_words(t: Texts, kept: Kept) -> str | None:
    """Say the objective in one sentence, None while a part of it is missing."""
    campaign = kept.campaign
    wanted, period = campaign.objective, campaign.period
    if wanted.task is None or wanted.stage is None or wanted.benchmark is None or wanted.target is None or period is None:
        return None
    share = starting_share(kept)
    return t(
        "“{task}”: from {benchmark} to {target} of its people at the stage “{stage}” or beyond, by {day}.",
        task=wanted.task.to(t.language).rstrip(".!"),
        benchmark=t("what is measured at its start") if share is None else t.percent(share),
        target=t.percent(wanted.target),
        stage=stage_in_words(t, wanted.stage),
        day=t.day(period.ends),
    )


def period_in_words(t: Texts, period: Period | None) -> str:
    """Say from which day to which, both included."""
    return t("no dates yet") if period is None else t("{begins} to {ends}", begins=t.day(period.starts), ends=t.day(period.ends))


def audience_in_words(t: Texts, campaign: Campaign, company: Company) -> str:
    """Say whom a campaign is for, and whom not."""
    audience = campaign.audience
    if not audience.include:
        return t("nobody yet")
    said = t(", or ").join(slice_in_words(t, each, company) for each in audience.include)
    if not audience.exclude:
        return said
    return t("{people}; not {others}", people=said, others=t(", nor ").join(slice_in_words(t, each, company) for each in audience.exclude))


def slice_in_words(t: Texts, people: Slice, company: Company) -> str:
    """Say which people these are: those of whom all of this holds."""
    return t(" and ").join(_holds(t, people, company)) or t("nobody yet")


def _holds(t: Texts, people: Slice, company: Company) -> Iterator[str]:
    if people.everyone:
        yield t("everyone")
    if people.segments:
        named = (company.segments.get(each) for each in people.segments)
        yield ", ".join(name.to(t.language) if name else each for name, each in zip(named, people.segments, strict=True))
    if people.departments:
        yield t("department {names}", names=", ".join(people.departments))
    if people.sites:
        yield t("site {names}", names=", ".join(people.sites))
    if people.seniority:
        yield t("seniority {names}", names=", ".join(people.seniority))
    if people.stages:
        yield t("at the stage {names}", names=", ".join(stage_in_words(t, each) for each in people.stages))
    if people.did:
        yield t("who {acts}", acts=", ".join(evidence_in_words(t, each) for each in people.did))
    if people.people:
        yield t.many("{number} person by name", "{number} people by name", len(people.people))


def step_title(t: Texts, step: Step) -> str:
    """Name a step: its title, else its id."""
    return step.title.to(t.language) if step.title else step.id


def step_in_words(t: Texts, step: Step) -> str:
    """Say what a step is: what it leads to, which kind of message, when."""
    return " · ".join((stage_in_words(t, step.stage), kind_in_words(t, step.kind), _when(t, step)))


def _when(t: Texts, step: Step) -> str:
    if step.at is not None:
        return t("on {day} at {time}", day=t.day(step.at.date()), time=step.at.strftime("%H:%M"))
    if step.after is not None:
        return t("{time} after the one before", time=t.duration(step.after.time, step.after.unit))
    if step.when:
        return t("once they {acts}", acts=t(", or ").join(evidence_in_words(t, each) for each in step.when))
    return t("at once")
