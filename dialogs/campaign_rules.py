"""What a campaign must be beyond its shape, wherever it's written, and what it lacks to be scheduled."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from dialogs import read_as
from dialogs.campaign import (
    Campaign,
    CampaignAudience,
    Control,
    Declared,
    Delay,
    Exit,
    Objective,
    Period,
    Question,
    Slice,
    Step,
    StepButton,
    StepPicture,
    Variant,
    Wave,
)
from dialogs.campaign_step_rules import LIMITS, button_faults, is_too_far, question_faults, step_faults, variant_faults
from dialogs.catalog import Catalogue
from dialogs.catalog_rules import Fault, NumberForms, Rules, TextForm, TextForms, wrong_email, wrong_link, wrong_slug
from dialogs.ladder import STAGE_OF, EvidenceKind, Stage
from dialogs.search.likeness import nearest, plain
from dialogs.texts import Texts
from dialogs.written import Place, Raw, quoted, spots

MOST_STEPS: Final = 50  # a form lists them all
LARGEST_CONTROL: Final = 0.5
_LONGEST: Final = 731  # days of a period: two years, one of them a leap year
_LONGEST_FILE: Final = 200  # characters of a picture's file
LONGEST_DELAY: Final = 1_000  # in whatever unit: working days of four years, hours of six weeks
_OFFERED: Final = 12  # names offered in place of one that nobody has

_Check: TypeAlias = Callable[[Place, Mapping[str, Raw], Texts], Iterator[Fault]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the directory knows: departments, sites, seniorities; empty ones aren't checked."""

    departments: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    seniority: frozenset[str] = frozenset()


def faults(written: Raw, t: Texts, catalogue: Catalogue, places: Places) -> Iterator[Fault]:
    """Yield what is wrong in a campaign as it was written: values of a wrong type are passed over. What is wrong isn't kept."""
    yield from Rules(t=t, segments=None, forms=_forms(catalogue, places), numbers=_NUMBERS, limits=LIMITS).faults(written, Campaign)
    for spot in spots(written, Campaign):
        if isinstance(spot.value, dict) and (check := _CHECKS.get(spot.expected)) is not None:
            yield from check(spot.place, spot.value, t)


def fixed(former: Campaign, campaign: Campaign, t: Texts) -> Iterator[Fault]:
    """Yield what was changed of what can't be once a campaign has started: its subject, what it wants to have moved, compared with whom."""
    changed = {
        ("topic",): former.topic != campaign.topic,
        ("objective",): former.objective != campaign.objective,
        ("control",): former.control != campaign.control,
        ("period", "starts"): (former.period and former.period.starts) != (campaign.period and campaign.period.starts),
    }
    for place, differs in changed.items():
        if differs:
            fix = t("write it as it was, or begin another campaign under a new name")
            yield Fault(place=place, what=t("the campaign has started: this can't change any more"), fix=fix)


def obstacles(campaign: Campaign, t: Texts, catalogue: Catalogue, today: date, *, started: bool = False) -> tuple[Fault, ...]:
    """Return what keeps a draft from being scheduled: a part of the objective that's missing, a period that's past, nobody with the reply mandate…

    With `started`, what keeps a campaign that runs from running on.
    """
    return (
        *_without_mandate(campaign, t, catalogue),
        *_unfinished_objective(campaign.objective, t),
        *_without_audience(campaign, t),
        *_past(campaign.period, t, today, started=started),
        *_without_words(campaign, t),
    )


def _without_mandate(campaign: Campaign, t: Texts, catalogue: Catalogue) -> Iterator[Fault]:
    function = catalogue.function(campaign.function)
    if function is None:
        what = t("{function} is no longer in the catalogue", function=campaign.function)
        yield Fault(place=("function",), what=what, fix=t("give the campaign to a function that is"))
    elif not any(contact.mandate for contact in function.contacts):
        what = t("nobody in {function} holds the reply mandate: no mandate, no campaign", function=campaign.function)
        fix = t("write {form} at one of the function's contacts, so that people who answer get an answer", form="mandate: true")
        yield Fault(place=("function",), what=what, fix=fix)


def _unfinished_objective(objective: Objective, t: Texts) -> Iterator[Fault]:
    if objective.task is None:
        yield Fault(
            place=("objective", "task"), what=t("the communication task isn't written"), fix=t("write in a sentence what people shall know or do")
        )
    if objective.stage is None:
        choices = ", ".join(tuple(Stage)[1:])
        yield Fault(place=("objective", "stage"), what=t("the stage to reach isn't written"), fix=t("use one of {choices}", choices=choices))
    if objective.benchmark is None:
        fix = t("write {form}, or a share that you know, with its source", form="{kind: measured}")
        yield Fault(place=("objective", "benchmark"), what=t("where people stand before isn't written"), fix=fix)
    if objective.target is None:
        fix = t("write the share of people who shall be there in the end, for instance {example}", example="0.4")
        yield Fault(place=("objective", "target"), what=t("the target isn't written"), fix=fix)


def _without_audience(campaign: Campaign, t: Texts) -> Iterator[Fault]:
    if not campaign.audience.include:
        fix = t("say whom it's for, for instance {example}", example="[{segments: [sales]}]")
        yield Fault(place=("audience", "include"), what=t("the audience is empty: nobody would get this campaign"), fix=fix)


def _past(period: Period | None, t: Texts, today: date, *, started: bool) -> Iterator[Fault]:
    if period is None:
        fix = t("write its first and its last day: {form}", form="{starts: 2026-09-01, ends: 2026-10-15}")
        yield Fault(place=("period",), what=t("the period isn't written"), fix=fix)
    elif period.ends < today:
        what = t("the period was over on {day}", day=t.day(period.ends))
        yield Fault(place=("period", "ends"), what=what, fix=t("write days to come"))
    elif period.starts < today and not started:
        what = t("the period began on {day}, which is past", day=t.day(period.starts))
        yield Fault(place=("period", "starts"), what=what, fix=t("begin today, or later"))


def _without_words(campaign: Campaign, t: Texts) -> Iterator[Fault]:
    if not campaign.steps:
        yield Fault(place=("steps",), what=t("there's no message yet"), fix=t("write the first one"))
    for index, step in enumerate(campaign.steps):
        if step.content is None:
            what = t("the message {step} has no words", step=step.id)
            yield Fault(place=("steps", index, "content"), what=what, fix=t("write {form}", form="content: {fr: …, en: …}"))


def _forms(catalogue: Catalogue, places: Places) -> TextForms:
    segments, slugs = catalogue.company.segments, [function.slug for function in catalogue.functions]
    sheets = [sheet.id for _, sheet in catalogue.sheets()]
    segment = _one_of(segments, lambda t, value: t("{value} isn't a segment", value=value))
    return {
        (Campaign, "name"): wrong_slug,
        (Campaign, "topic"): wrong_slug,
        (Campaign, "function"): _one_of(slugs, lambda t, value: t("the catalogue has no function {value}", value=value)),
        (Slice, "segments"): segment,
        (Slice, "departments"): _one_of(places.departments, lambda t, value: t("nobody is in a department {value}", value=value)),
        (Slice, "sites"): _one_of(places.sites, lambda t, value: t("nobody is on a site {value}", value=value)),
        (Slice, "seniority"): _one_of(places.seniority, lambda t, value: t("nobody has a seniority {value}", value=value)),
        (Slice, "people"): wrong_email,
        (Step, "id"): wrong_slug,
        (Variant, "id"): wrong_slug,
        (Variant, "segments"): segment,
        (StepButton, "sheet"): _one_of(sheets, lambda t, value: t("the catalogue has no service or entry {value}", value=value), must=True),
        (StepButton, "link"): wrong_link,
        (StepPicture, "file"): _wrong_file,
    }


def _one_of(known: Collection[str], unknown: Callable[[Texts, str], str], *, must: bool = False) -> TextForm:
    """Return what says that a word isn't one of those that are known; none are where nobody can tell, unless one `must` be among them."""
    names = frozenset(known)

    def wrong(text: str, t: Texts) -> tuple[str, str] | None:
        if text in names or not (names or must):
            return None
        alike = {plain(name): name for name in sorted(names)}
        near = nearest(plain(text), alike)
        choices = ", ".join(sorted(names)[:_OFFERED]) + (", …" if len(names) > _OFFERED else "")
        fix = t("did you mean {key}?", key=alike[near]) if near else t("remove it, or use one of {choices}", choices=choices)
        return unknown(t, quoted(text, t)), fix

    return wrong


def _wrong_file(text: str, t: Texts) -> tuple[str, str] | None:
    steps = text.split("/")
    if "\\" not in text and ":" not in text and all(step.strip() and step not in (".", "..") for step in steps) and len(text) <= _LONGEST_FILE:
        return None
    what = t("{value} isn't a file beside the campaign's", value=quoted(text, t))
    return what, t("write its name, or {example} in a folder beside it", example="pictures/phone.png")


def _wrong_target(number: float, t: Texts) -> tuple[str, str] | None:
    return None if 0 < number <= 1 else (t("{value} isn't a share above 0, and 1 at most", value=quoted(number, t)), _share(number, t))


def _wrong_share(number: float, t: Texts) -> tuple[str, str] | None:
    return None if 0 <= number <= 1 else (t("{value} isn't a share from 0 to 1", value=quoted(number, t)), _share(number, t))


def _wrong_control(number: float, t: Texts) -> tuple[str, str] | None:
    if 0 < number <= LARGEST_CONTROL:
        return None
    what = t("a control group is above 0, and {most} of the audience at most", most=t.percent(LARGEST_CONTROL))
    return what, t("write {example}, or leave control out", example="share: 0.2")


def _share(number: float, t: Texts) -> str:
    if 1 < number <= 100 and number == int(number):
        return t("write {share} for {percent}", share=f"{number / 100:g}", percent=t.percent(number / 100))
    return t("write it as {example}", example="0.4")


def _wrong_count(number: float, t: Texts) -> tuple[str, str] | None:
    return None if number >= 1 else (t("{value} is too few", value=quoted(number, t)), t("write 1 or more"))


def _wrong_delay(number: float, t: Texts) -> tuple[str, str] | None:
    if 1 <= number <= LONGEST_DELAY:
        return None
    what = t("a delay is a number from 1 to {most}", most=LONGEST_DELAY)
    return what, t("write how long after the message before this one is sent")


_NUMBERS: Final[NumberForms] = {
    (Objective, "target"): _wrong_target,
    (Declared, "share"): _wrong_share,
    (Control, "share"): _wrong_control,
    (Variant, "share"): _wrong_target,
    (Wave, "people"): _wrong_count,
    (Question, "right"): _wrong_count,
    (Delay, "time"): _wrong_delay,
}


def _campaign(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    steps = read_as.items(keys.get("steps"))
    if len(steps) > MOST_STEPS:
        what = t("there are {number} messages, {limit} at most", number=len(steps), limit=MOST_STEPS)
        yield Fault(place=(*place, "steps"), what=what, fix=t("make several campaigns of it"))
    period = read_as.keys(keys.get("period"))
    starts, ends = read_as.day(period.get("starts")), read_as.day(period.get("ends"))
    before: datetime | None = None
    first: dict[str, int] = {}
    for index, step in enumerate(map(read_as.keys, steps)):
        at = read_as.moment(step.get("at"))
        here = (*place, "steps", index)
        if at is not None and starts and ends and starts <= ends and not starts <= at.date() <= ends:
            what = t("this is outside the campaign's period ({starts} – {ends})", starts=t.day(starts), ends=t.day(ends))
            yield Fault(place=(*here, "at"), what=what, fix=t("move it into the period, or change the period"))
        if at is not None and before is not None and at < before:
            fix = t("move it after the messages that come before it, or change their order")
            yield Fault(place=(*here, "at"), what=t("this is earlier than a message before it"), fix=fix)
        before = at or before
        known = read_as.text(step.get("id"))
        if known is not None and first.setdefault(known, index) != index:
            what = t("two messages have the id {value}", value=quoted(known, t))
            yield Fault(place=(*here, "id"), what=what, fix=t("give each an id of its own"))
    if steps and read_as.keys(steps[0]).get("after") is not None:
        fix = t("remove it: without it, the first message is sent when the campaign starts")
        yield Fault(place=(*place, "steps", 0, "after"), what=t("there's no message before the first one"), fix=fix)
    yield from _exits_twice((*place, "exits"), read_as.items(keys.get("exits")), t)


def _exits_twice(place: Place, exits: Collection[Raw], t: Texts) -> Iterator[Fault]:
    seen = set()
    for index, exit_ in enumerate(exits):
        stage = read_as.text(read_as.keys(exit_).get("stage"))
        if stage in seen:
            what = t("the stage {stage} has an exit already", stage=stage)
            yield Fault(place=(*place, index, "stage"), what=what, fix=t("write all its kinds of evidence in one place"))
        if stage is not None:
            seen.add(stage)


def _objective(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    yield from _led_nowhere(place, keys, t)
    share, target = read_as.number(read_as.keys(keys.get("benchmark")).get("share")), read_as.number(keys.get("target"))
    if share is not None and target is not None and target <= share:
        what = t("the target ({target}) isn't above the benchmark ({share})", target=quoted(target, t), share=quoted(share, t))
        yield Fault(place=(*place, "target"), what=what, fix=t("aim higher than where people stand already"))


def _led_nowhere(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    if keys.get("stage") == Stage.UNAWARE.value:
        fix = t("use one of {choices}", choices=", ".join(tuple(Stage)[1:]))
        yield Fault(place=(*place, "stage"), what=t("nobody has to be led to {stage}", stage=Stage.UNAWARE.value), fix=fix)


def _period(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    starts, ends = read_as.day(keys.get("starts")), read_as.day(keys.get("ends"))
    far = [key for key, day in (("starts", starts), ("ends", ends)) if day and is_too_far(day)]
    for key in far:
        yield Fault(place=(*place, key), what=t("this day is too far away"), fix=t("check its digits"))
    if starts and ends and ends < starts:
        yield Fault(place=(*place, "ends"), what=t("the period ends before it starts"), fix=t("write a later day"))
    elif starts and ends and not far and (ends - starts).days >= _LONGEST:
        yield Fault(place=(*place, "ends"), what=t("the period is longer than two years"), fix=t("make several campaigns of it"))


def _slice(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    named = [key for key, value in keys.items() if key != "everyone" and value]
    if not named and keys.get("everyone") in (None, False):
        yield Fault(place=place, what=t("this names nobody in particular"), fix=t("write {form} where everyone is meant", form="everyone: true"))
    elif keys.get("everyone") is True and not named and "exclude" in place:
        yield Fault(place=place, what=t("this leaves everyone out"), fix=t("name only those who aren't meant"))


def _audience(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    """Yield the slices that name people where what people know or did decides upon who is in it: whether they get it would tell that of them."""
    slices = [(side, index, read_as.keys(each)) for side in ("include", "exclude") for index, each in enumerate(read_as.items(keys.get(side)))]
    left_out_by_stage = any(side == "exclude" and _goes_by_stage(each) for side, _, each in slices)
    for side, index, each in slices:
        if each.get("people") and (_goes_by_stage(each) or (side == "include" and left_out_by_stage)):
            what = t("people by name can't be chosen by what they know or did: whether they're reached would tell it")
            yield Fault(place=(*place, side, index, "people"), what=what, fix=t("name a group of people instead, or leave stages and did out"))


def _goes_by_stage(people: Mapping[str, Raw]) -> bool:
    return bool(people.get("stages") or people.get("did"))


def _exit(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    yield from _led_nowhere(place, keys, t)
    stage = next((each for each in tuple(Stage)[1:] if each.value == keys.get("stage")), None)
    if keys.get("by") == []:
        yield Fault(place=(*place, "by"), what=t("no kind of evidence is named"), fix=t("write at least one"))
    for index, kind in enumerate(read_as.items(keys.get("by"))):
        proved = next((STAGE_OF[each] for each in EvidenceKind if each.value == kind), None)
        if stage is not None and proved is not None and proved.rank < stage.rank:
            what = t("{kind} only shows {proved}, which comes before {stage}", kind=kind, proved=proved.value, stage=stage.value)
            proof = ", ".join(each.value for each in EvidenceKind if STAGE_OF[each].rank >= stage.rank)
            yield Fault(place=(*place, "by", index), what=what, fix=t("use one of {choices}", choices=proof))


def _step(place: Place, keys: Mapping[str, Raw], t: Texts) -> Iterator[Fault]:
    yield from _led_nowhere(place, keys, t)
    yield from step_faults(place, keys, t)


_CHECKS: Final[Mapping[Any, _Check]] = {
    Campaign: _campaign,
    CampaignAudience: _audience,
    Objective: _objective,
    Period: _period,
    Slice: _slice,
    Exit: _exit,
    Step: _step,
    Variant: variant_faults,
    Question: question_faults,
    StepButton: button_faults,
}
