"""The form of a step, in a test's words: opened, filled in, kept."""

from dataclasses import replace

from dialogs.campaign import Kept, Step
from dialogs.campaign_actions import WriteStep
from dialogs.facts import CampaignEdited
from dialogs.messages import Form, Text
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.conversation import asks_form, submits
from tests.dialogs.authors import AUTHOR, as_, opened, shown
from tests.dialogs.campaigns import LEARN, READY, campaigning, kept
from tests.dialogs.told import fact

FIRST = {
    "kind": "pedagogy",
    "stage": "awareness",
    "title_fr": "Une phrase vaut mieux",
    "title_en": "A sentence is better",
    "content_fr": "Quatre mots au hasard tiennent plus longtemps que huit signes, et se retiennent mieux.",
    "content_en": "Four words at random last longer than eight signs, and are easier to remember.",
    "button1": "more",
    "button2": "later",
    "labels_fr": "En savoir plus",
    "labels_en": "Tell me more",
    "sheet": "How do I change my password?",
}


def at(*every: Kept) -> Context:
    return replace(as_(AUTHOR), campaigning=campaigning(*every))


def filled(form: Form, changes: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in (shown(form) | changes).items() if value}


def write(action: WriteStep, changes: dict[str, str], context: Context) -> Turn:
    """Open the form of a step, change something in it and keep it."""
    form = opened(asks_form(action), context)
    return decide(None, submits(form.action, filled(form, changes)), context)


def correct(step: Step, changes: dict[str, str], *, variant: str | None = None) -> Turn:
    """Correct the only step of a campaign that isn't the first."""
    campaign = replace(READY, steps=(LEARN, step))
    return write(WriteStep(name=READY.name, step=step.id, variant=variant), changes, at(kept(campaign)))


def steps(turn: Turn) -> tuple[Step, ...]:
    found = fact(turn)
    assert isinstance(found, CampaignEdited)
    return found.campaign.steps


def corrected(turn: Turn) -> Step:
    return steps(turn)[1]


def reopened(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form)
    assert turn.facts == ()
    return reply


def texts(form: Form) -> str:
    return "\n".join(block.text for block in form.blocks if isinstance(block, Text))
