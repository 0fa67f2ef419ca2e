"""The draw: who is in the control group, who gets which variant, who begins when. A stable hash decides, so that nobody can."""

from hashlib import blake2b
from math import ceil
from typing import Final, Literal, TypeAlias

from dialogs.audience import Addressee
from dialogs.campaign import Campaign, Step, Variant

ArmName: TypeAlias = Literal["treated", "control"]

_BYTES: Final = 8
_WHOLE: Final = 2.0 ** (8 * _BYTES)


def arm_of(campaign: Campaign, one: Addressee) -> ArmName:
    """Return the arm that somebody is in, the same for a whole team where it's drawn by team."""
    control = campaign.control
    return "control" if control is not None and _share(campaign, "arm", one) < control.share else "treated"


def variant_of(campaign: Campaign, step: Step, one: Addressee) -> Variant | None:
    """Return the variant that somebody gets, None for the default.

    The first that is for one of their segments as a whole; else one of those that go to a share of all, or (with segments) of theirs.
    """
    theirs = [each for each in step.variants if not each.segments or not one.segments.isdisjoint(each.segments)]
    for variant in theirs:
        if variant.segments and variant.share is None:
            return variant
    drawn = [(variant, variant.share) for variant in theirs if variant.share is not None]
    if not drawn:
        return None
    left = _share(campaign, step.id, one)
    for variant, share in drawn:
        if left < share:
            return variant
        left -= share
    return None


def wave_of(campaign: Campaign, one: Addressee, people: int) -> int:
    """Return how many days after the first somebody begins, of so many people.

    They're spread evenly over as many days as it takes: of each day, about as many as the wave allows.
    """
    if campaign.wave is None:
        return 0
    return int(_share(campaign, "wave", one) * max(1, ceil(people / campaign.wave.people)))


def _share(campaign: Campaign, what: str, one: Addressee) -> float:
    """Return a number from 0 to below 1 that is the same each time, and for a whole team where the control group is drawn by team."""
    by_team = campaign.control is not None and campaign.control.by == "team"
    told = f"{campaign.name}|{what}|{one.team if by_team else one.id}".encode()
    # the first 53 bits: more would be rounded up to 1
    return (int.from_bytes(blake2b(told, digest_size=_BYTES).digest()) >> 11 << 11) / _WHOLE
