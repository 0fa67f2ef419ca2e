"""The form of one step of a campaign."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dialogs import step_values
from dialogs.campaign import Campaign, Step, Variant
from dialogs.campaign_actions import PreviewStep, ShowCampaign, WriteStep
from dialogs.campaign_form import obstacle_blocks, version_words
from dialogs.campaign_gesture import editable, new_faults
from dialogs.campaign_words import step_title
from dialogs.campaigning import Known
from dialogs.catalog import LANGUAGES, Function
from dialogs.catalog_rules import sentences
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import told
from dialogs.facts import CampaignEdited
from dialogs.form_values import base_of, clash_notes, merged, with_withheld
from dialogs.messages import Block, Button, Buttons, FieldError, Form, FormErrors, Note, Text, Title
from dialogs.search.text import words
from dialogs.sheet import badge
from dialogs.turn import Context, Turn

_LONGEST: Final = 40  # characters of a new id; the rules allow 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """What a form writes: a step that is kept, or (`number` beyond the last) a new one; or one variant of it."""

    function: Function
    known: Known
    number: int
    step: Step
    variant: Variant | None

    @property
    def campaign(self) -> Campaign:
        return self.known.kept.campaign

    @property
    def version(self) -> int:
        return self.known.kept.version

    @property
    def is_new(self) -> bool:
        return self.number == len(self.campaign.steps)


def open_form(event: Event, context: Context, action: WriteStep) -> Turn:
    """Open the form, or say why it can't be opened."""
    found = _found(event, context, action)
    if isinstance(found, Turn):
        return found
    values = _values(context, found)
    return Turn(replies=(_form(context, found, values, replace(action, base=base_of(found.version, values))),))


def written(event: FormSubmitted, context: Context, action: WriteStep) -> Turn:
    """Keep what was written, or say what to mend, by the same rules as a file's."""
    found = _found(event, context, action)
    if isinstance(found, Turn):
        return _gone_meanwhile(event, context, action) or found
    now = _values(context, found)
    typed = with_withheld(event.values, now, step_values.LIMITS)
    both = merged(typed, now, action.base, 0 if found.is_new else found.version)
    values = both.values
    if both.clashes:
        again = replace(action, base=base_of(found.version, now))
        notes = clash_notes(context.t, _form(context, found, now, again), both.clashes)
        return Turn(replies=(_form(context, found, values, again, notes),))
    if found.variant is not None:
        step, mistakes = step_values.with_variant(context, values, found.step, found.variant)
    else:
        step, mistakes = step_values.step_of(context, values, found.step)
    if found.is_new:
        step = replace(step, id=_new_id(found.campaign, step))
    former = found.campaign.steps
    campaign = replace(found.campaign, steps=(*former[: found.number], step, *former[found.number + 1 :]))
    if errors := (*mistakes, *_errors(event, context, found, campaign, step)):
        return Turn(replies=(FormErrors(form=_form(context, found, values, action), errors=errors),))
    facts = (CampaignEdited(campaign=campaign, base=found.version),) if campaign != found.campaign else ()
    return told(event, context, *_kept(event, context, found, campaign, step), facts=facts)


def _found(event: Event, context: Context, action: WriteStep) -> _Writing | Turn:
    found = editable(event, context, action.name)
    if isinstance(found, Turn):
        return found
    function, known = found
    steps = known.kept.campaign.steps
    number = next((place for place, step in enumerate(steps) if step.id == action.step), None if action.step else len(steps))
    if number is None:
        return _step_gone(event, context, action)
    step = steps[number] if number < len(steps) else step_values.NEW
    variant = next((each for each in step.variants if each.id == action.variant), None)
    if action.variant is not None and variant is None:
        return _step_gone(event, context, action)
    return _Writing(function=function, known=known, number=number, step=step, variant=variant)


def _step_gone(event: Event, context: Context, action: WriteStep) -> Turn:
    t = context.t
    text = Text(text=t("This message isn't in the campaign any more, or these words of it. The campaign shows those that are."))
    return told(event, context, text, Buttons(buttons=(Button(label=t("Show the campaign"), action=ShowCampaign(name=action.name)),)))


def _gone_meanwhile(event: FormSubmitted, context: Context, action: WriteStep) -> Turn | None:
    """Give what was typed back where what it was written for was taken out meanwhile; None where it's another reason."""
    found = _found(event, context, WriteStep(name=action.name))
    if isinstance(found, Turn):
        return None
    t, again = context.t, WriteStep(name=action.name)
    values = _values(context, found) | dict(event.values)
    note = t("Somebody took this message out since you opened the form. What you wrote is below: keep it as a new one, or leave it.")
    if (step := found.campaign.step(action.step or "")) is not None:
        again = replace(again, step=step.id)
        found = replace(found, number=found.campaign.steps.index(step), step=step)
        values = _values(context, found)
        typed = "\n\n".join(filter(None, (event.values.get(f"content_{language}") for language in context.catalogue.company.languages)))
        note = t("Somebody took these words away since you opened the form. You wrote: {text}", text=typed or "–")
    again = replace(again, base=base_of(found.version, _values(context, found)))
    return Turn(replies=(_form(context, found, values, again, (Text(text=note, strong=True),)),))


def _values(context: Context, writing: _Writing) -> dict[str, str]:
    if writing.variant is not None:
        return step_values.variant_values(context, writing.variant)
    if writing.is_new:
        return step_values.blank(context, first=not writing.campaign.steps)
    return step_values.values_of(context, writing.step)


def _form(context: Context, writing: _Writing, values: Mapping[str, str], action: WriteStep, notes: tuple[Text, ...] = ()) -> Form:
    return step_values.form(context, writing.step, values, action, notes, variant=writing.variant)


def _errors(event: Event, context: Context, writing: _Writing, campaign: Campaign, step: Step) -> Iterator[FieldError]:
    """Yield what is wrong, each beside its input; what is wrong in other steps counts only if it wasn't before."""
    first = f"content_{context.catalogue.company.languages[0]}"
    for fault, is_new in new_faults(event, context, campaign, writing.known.kept):
        error = step_values.error(context, fault, writing.number, step, writing.variant)
        if error is not None:
            yield error
        elif is_new:
            yield FieldError(input=first, text=sentences(fault.what, fault.fix))


def _kept(event: Event, context: Context, writing: _Writing, campaign: Campaign, step: Step) -> Iterator[Block]:
    t, place = context.t, writing.number + 1
    yield Title(text=f"{place}. {step_title(t, step)}", badge=badge(writing.function, context.language))
    yield Note(text=version_words(context, campaign, writing.known))
    yield from obstacle_blocks(event, context, campaign, writing.known)
    variant = writing.variant.id if writing.variant and any(each.id == writing.variant.id for each in step.variants) else None
    yield Buttons(
        buttons=(
            Button(
                label=t("See it as it'd be read"),
                action=PreviewStep(name=campaign.name, step=step.id, language=context.language, variant=variant),
                primary=not writing.is_new,
            ),
            Button(label=t("Write the next message"), action=WriteStep(name=campaign.name), primary=writing.is_new),
            Button(label=t("Show the campaign"), action=ShowCampaign(name=campaign.name)),
        )
    )


def _new_id(campaign: Campaign, step: Step) -> str:
    """Return an id for a new step, readable and free: its title's words in English, else in French, else what kind it is."""
    title = step.title.to(LANGUAGES[-1]) if step.title else ""
    stem = ""
    for word in (word for word in words(title) if re.fullmatch(r"[a-z0-9]+", word)):
        longer = f"{stem}_{word}" if stem else word
        if len(longer) > _LONGEST:
            break
        stem = longer
    taken, first = {each.id for each in campaign.steps}, stem or step.kind
    number, free = 2, first
    while free in taken:
        number, free = number + 1, f"{first}_{number}"
    return free
