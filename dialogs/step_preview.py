"""A step as it would be read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from dialogs.campaign import Campaign, Step, Variant
from dialogs.campaign_actions import PreviewStep, ShowCampaign, SteerCampaign, WriteStep
from dialogs.campaign_gesture import campaign_for, gathered
from dialogs.campaigning import Known
from dialogs.catalog import LANGUAGES, Catalogue, Function, Language
from dialogs.events import ActionTaken, Event, Scope
from dialogs.expert_gesture import told
from dialogs.messages import Block, Bullets, Button, Buttons, Link, Message, Note, Place, Rating, Text, clipped
from dialogs.posture import Remark, remarks_on
from dialogs.step_message import step_message
from dialogs.step_values import variant_name
from dialogs.turn import Context, Turn

REMARKS: Final = 5
VARIANTS: Final = 5
_QUOTE: Final = 120  # characters of somebody's words that a remark quotes


def preview(event: Event, context: Context, action: PreviewStep) -> Turn:
    """Show a step in one language and of one variant, with what the posture linter says of it.

    It's shown in the look of the platform that it's asked on. Its buttons are words here: a tap on a preview would count as somebody's answer.
    """
    found = campaign_for(event, context, action.name)
    if isinstance(found, Turn):
        return found
    function, known = found
    step = known.kept.campaign.step(action.step)
    variant = next((each for each in step.variants if each.id == action.variant), None) if step else None
    if step is None or (action.variant is not None and variant is None):
        text = Text(text=context.t("This message isn't in the campaign any more, or these words of it. The campaign shows those that are."))
        back = Button(label=context.t("Show the campaign"), action=ShowCampaign(name=action.name))
        return told(event, context, text, Buttons(buttons=(back,)))
    blocks = tuple(_blocks(context, known, function, step, variant, action))
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=_place(event, action)),))


def _place(event: Event, action: PreviewStep) -> Place:
    if event.reference.scope is not Scope.PERSONAL:
        return Place.PRIVATE
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    return Place.UPDATE if tapped and action.within else Place.HERE


def _blocks(context: Context, known: Known, function: Function, step: Step, variant: Variant | None, action: PreviewStep) -> Iterator[Block]:
    t, campaign = context.t, known.kept.campaign
    french = t("Preview, in French") if action.language == "fr" else t("Preview, in English")
    yield Note(text=f"{french} · {variant_name(context, variant)}" if variant else french)
    picture = gathered(context).pictures.get(step.picture.file) if step.picture else None
    message = step_message(context.texts[action.language], campaign, step, function, variant=variant, picture=picture)
    yield from _without_taps(message)
    if step.picture is not None and picture is None:
        yield Note(text=t("Its picture isn't kept here yet: {file}. It comes with the campaign's file.", file=step.picture.file))
    found = _remarks(context, campaign, step, variant, action.language)
    if found:
        yield Text(text=t("How it may be taken"), strong=True)
        yield Bullets(items=tuple(_remark(context, each) for each in found[:REMARKS]))
    if len(found) > REMARKS:
        yield Note(text=t.many("and {number} more", "and {number} more", len(found) - REMARKS))
    yield from _ways(context, known, step, action)


def _without_taps(message: Message) -> Iterator[Block]:
    """Yield a message's blocks with the words of its buttons in their place."""
    for block in message.blocks:
        match block:
            case Buttons(buttons=buttons, quiet=quiet):
                said = tuple(f"[{button.label}]" + (f" {button.url}" if isinstance(button, Link) else "") for button in buttons)
                yield Note(text=" ".join(said)) if quiet else Bullets(items=said)
            case Rating(buttons=scale, low=low, high=high):
                yield Bullets(items=(" ".join((low, *(f"[{button.label}]" for button in scale), high)),))
            case _:
                yield block


def _remarks(context: Context, campaign: Campaign, step: Step, variant: Variant | None, language: Language) -> tuple[Remark, ...]:
    """Return what is amiss in what is shown: this step's words, in this language, of this variant."""
    shown = replace(step, content=variant.content if variant else step.content, variants=())
    every = remarks_on(replace(campaign, steps=(shown,)), context.t, known=_acronyms(context.catalogue))
    other = next(each for each in LANGUAGES if each != language)
    return tuple(remark for remark in every if remark.place[:1] == ("steps",) and other not in remark.place)


def _acronyms(catalogue: Catalogue) -> frozenset[str]:
    """Return the acronyms that everybody knows: those of the functions."""
    return frozenset(name for function in catalogue.functions for name in function.also if name.isupper())


def _remark(context: Context, remark: Remark) -> str:
    t = context.t
    if not remark.quote:
        return t("{why}: {instead}", why=remark.why, instead=remark.instead)
    return t("“{quote}”: {why}. Instead, {instead}.", quote=clipped(remark.quote, _QUOTE), why=remark.why, instead=remark.instead)


def _ways(context: Context, known: Known, step: Step, action: PreviewStep) -> Iterator[Block]:
    t, name = context.t, known.kept.campaign.name
    here = replace(action, within="preview")
    others = [Button(label=t("In English"), action=replace(here, language="en"))]
    if action.language == "en":
        others = [Button(label=t("In French"), action=replace(here, language="fr"))]
    if action.variant is not None:
        others.append(Button(label=t("As everybody reads it"), action=replace(here, variant=None)))
    shown = [each for each in step.variants if each.id != action.variant][:VARIANTS]
    others += [Button(label=t("For: {people}", people=variant_name(context, each)), action=replace(here, variant=each.id)) for each in shown]
    yield Buttons(buttons=tuple(others))
    test = SteerCampaign(name=name, move="test", version=str(known.kept.version), step=step.id)
    yield Buttons(
        buttons=(
            Button(label=t("Send it to me"), action=test, primary=True),
            Button(label=t("Correct"), action=WriteStep(name=name, step=step.id, variant=action.variant)),
            Button(label=t("Show the campaign"), action=ShowCampaign(name=name)),
        )
    )
    yield Note(text=t("This is how it looks here. “Send it to me” comes where I write to you: in the other look, if that's on the other platform."))
