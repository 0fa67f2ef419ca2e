"""Whom a campaign would reach, as those who write it are told: by what everybody may know of people, never by where one of them stands.

An author chooses any audience they like, and may compare two of them. So the headcount goes by what the directory says, whatever people know or did;
where they stand, and who wants peace or was never met, is added up over whole classes of the directory alone, as scores are
(docs/adr/0019-classes-published-once.md): what two audiences tell differs by five people, or nobody. The control group is told as it's drawn on the
whole, so that nobody is found in it.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from dialogs.audience import Addressee, left_out, needs_stages
from dialogs.campaign import Campaign, CampaignAudience
from dialogs.campaign_foresight import count_reach
from dialogs.campaigning import Reach, rank_counts
from dialogs.collisions import whatever_their_stage
from dialogs.scores import SCORE_FLOOR
from dialogs.stage_classes import may_be_shown

# from the finest to all those who are left
_KEYS: Final[Sequence[Callable[[Addressee], Hashable]]] = (
    lambda one: (one.segments, one.department, one.site, one.seniority),
    lambda one: (one.segments, one.department, one.site),
    lambda one: (one.segments, one.department),
    lambda one: one.segments,
    lambda one: None,
)


def told_reach(campaign: Campaign, ones: Sequence[Addressee]) -> Reach:
    """Count whom a campaign would reach among these people of the directory, as far as its authors may know."""
    wide = replace(campaign, audience=whatever_their_stage(campaign.audience))
    reach = count_reach(wide, ones)
    known = count_reach(wide, _in_whole_classes(wide.audience, ones))
    stages = may_be_shown(known.stages)
    last = campaign.steps[-1].stage.rank if campaign.steps else None
    return replace(
        reach,
        held_out=round(reach.people * campaign.control.share) if campaign.control else 0,
        unreachable=_of_several(known.unreachable),
        paused=_of_several(known.paused),
        there=0 if last is None else sum(rank_counts(stages)[last:]),
        stages=stages,
        at_most=needs_stages(campaign.audience),
        told_of=known.people,
    )


def _of_several(number: int) -> int:
    return number if number >= SCORE_FLOOR else 0


def _in_whole_classes(audience: CampaignAudience, ones: Iterable[Addressee]) -> list[Addressee]:
    """Return the people of those classes that an audience has whole."""
    return [one for each in classes(ones) if all(left_out(audience, one) is None for one in each) for one in each]


def classes(ones: Iterable[Addressee]) -> list[list[Addressee]]:
    """Put people in classes of at least `SCORE_FLOOR`, by what the directory says of them: the same ones whatever is asked.

    Those who are too few of their kind are put together with others like them, as far as it takes; guests are in none, since they're never reached.
    """
    found: list[list[Addressee]] = []
    rest = [one for one in ones if not one.guest]
    for key in _KEYS:
        alike: defaultdict[Hashable, list[Addressee]] = defaultdict(list)
        for one in rest:
            alike[key(one)].append(one)
        found += [each for each in alike.values() if len(each) >= SCORE_FLOOR]
        rest = [one for each in alike.values() if len(each) < SCORE_FLOOR for one in each]
    if rest and found:
        found[-1] = [*found[-1], *rest]
    return found
