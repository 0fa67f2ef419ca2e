"""Recall: whom one would turn to, first in one's own words, then among functions."""

from collections.abc import Iterator
from typing import Final

from dialogs.campaign import Campaign, Step
from dialogs.campaign_actions import AnswerStep
from dialogs.catalog import Catalogue, Function
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Text, clipped
from dialogs.sheet import badge
from dialogs.step_message import shuffled
from dialogs.texts import Texts

SHOWN: Final = 4  # functions to choose from
LEAST: Final = 2  # under so many there's nothing to choose


def choices(catalogue: Catalogue, campaign: Campaign, step: Step) -> tuple[Function, ...]:
    """Return the functions to choose from: the right one among others, the same in the same order for everybody; none where there's only one."""
    others = shuffled(campaign, step, [function.slug for function in catalogue.functions if function.slug != campaign.function])
    slugs = shuffled(campaign, step, (campaign.function, *others[: SHOWN - 1]))
    shown = tuple(function for slug in slugs if (function := catalogue.function(slug)) is not None)
    return shown if len(shown) >= LEAST else ()


def aided(t: Texts, catalogue: Catalogue, campaign: Campaign, step: Step) -> Iterator[Block]:
    """Yield the functions to choose from."""
    yield Text(text=t("Among these, whom would you turn to?"), strong=True)
    buttons = (
        Button(label=clipped(badge(each, t.language), BUTTON_LIMIT), action=AnswerStep(campaign=campaign.name, step=step.id, answer=each.slug))
        for each in choices(catalogue, campaign, step)
    )
    yield Buttons(buttons=tuple(buttons))
