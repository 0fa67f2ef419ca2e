"""What a campaign could do better without being wrong: no comparison, no exit, too many messages, an order that goes back, an offer too soon."""

from collections.abc import Iterator
from typing import Final

from dialogs.campaign import Campaign, StepKind
from dialogs.catalog import Language
from dialogs.catalog_advice import untranslated
from dialogs.catalog_rules import Fault
from dialogs.texts import Texts
from dialogs.written import as_written

MANY_STEPS: Final = 12
_EXPLAINS: Final[frozenset[StepKind]] = frozenset({"pedagogy", "gesture", "external_proof", "internal_proof", "quiz"})


def advice(campaign: Campaign, languages: tuple[Language, ...], t: Texts) -> Iterator[Fault]:
    """Yield what is worth a look in a campaign without faults; `languages` are the company's."""
    yield from untranslated(as_written(campaign), Campaign, languages, t)
    if campaign.control is None:
        what = t("there's no control group: nobody will know what would have happened without the campaign")
        yield Fault(place=(), what=what, fix=t("write {form}, or go without", form="control: {share: 0.2}"))
    if not campaign.exits:
        fix = t("write under exits what shows that somebody is there: they're left in peace from then on")
        yield Fault(place=(), what=t("no exit is written: only their stage lets people leave"), fix=fix)
    if len(campaign.steps) > MANY_STEPS:
        what = t("{number} messages are many for one person", number=len(campaign.steps))
        yield Fault(place=("steps",), what=what, fix=t("keep {limit} or fewer", limit=MANY_STEPS))
    yield from _order(campaign, t)


def _order(campaign: Campaign, t: Texts) -> Iterator[Fault]:
    """Yield the messages that come too soon; surveys are asked of everybody alike, whenever it's due."""
    highest, explained = None, False
    for index, step in enumerate(campaign.steps):
        if step.kind == "survey":
            continue
        if highest is not None and step.stage.rank < highest.rank:
            what = t("{step} leads to {stage}, and a message before it to {other}", step=step.id, stage=step.stage.value, other=highest.value)
            yield Fault(place=("steps", index, "stage"), what=what, fix=t("move it forward: who is further already won't get it"))
        highest = step.stage if highest is None or step.stage.rank > highest.rank else highest
        if step.kind == "offer" and not explained:
            what = t("{step} offers something before anything was explained", step=step.id)
            yield Fault(place=("steps", index, "kind"), what=what, fix=t("explain first what it's good for"))
        explained = explained or step.kind in _EXPLAINS
