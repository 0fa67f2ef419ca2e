"""Verdicts of a small campaign, for tests."""

from dataclasses import replace

from dialogs.campaign import Histogram
from dialogs.ladder import Stage
from dialogs.verdict import NO_ARM, Arm, Lift, Move, Verdict
from tests.company import NOON

REACHED = Verdict(
    stage=Stage.ACTION,
    benchmark=0.3,
    target=0.45,
    treated=Arm(people=500, there=230, before=150, teams=50),
    control=Arm(people=240, there=82, before=70, teams=24),
    by="person",
    lift=Lift(difference=0.12, low=0.05, high=0.19),
    conclusion="reached",
    at=NOON,
    controlled=True,
    interval=(0.42, 0.5),
    before=Histogram(unaware=120, awareness=100, comprehension=80, conviction=50, action=150),
    after=Histogram(unaware=40, awareness=80, comprehension=80, conviction=70, action=230),
    control_before=Histogram(unaware=60, awareness=50, comprehension=40, conviction=20, action=70),
    control_after=Histogram(unaware=55, awareness=48, comprehension=35, conviction=20, action=82),
    moves=(Move(before=Stage.UNAWARE, after=Stage.ACTION, people=42),),
    segments={"sales": (Arm(people=100, there=50), Arm(people=50, there=15)), "elsewhere": (Arm(people=80, there=8), Arm(people=40, there=4))},
)
NOT_REACHED = replace(
    REACHED, conclusion="not_reached", treated=Arm(people=500, there=150, before=150), lift=Lift(difference=-0.04, low=-0.11, high=0.03)
)
FURTHER = replace(NOT_REACHED, treated=Arm(people=500, there=190, before=150), lift=Lift(difference=0.01, low=0.004, high=0.03))
TOO_SMALL = replace(
    REACHED,
    conclusion="too_small",
    treated=Arm(people=20, there=10, before=6, teams=4),
    control=Arm(people=20, there=10, before=6, teams=4),
    lift=Lift(difference=0.0, low=-0.29, high=0.29),
)
ALONE = replace(REACHED, lift=None, control=NO_ARM, controlled=False, segments={"sales": (Arm(people=100, there=50), NO_ARM)})
FEW = Verdict(
    stage=Stage.ACTION,
    benchmark=0.3,
    target=0.45,
    treated=NO_ARM,
    control=NO_ARM,
    by="person",
    lift=None,
    conclusion="too_small",
    at=NOON,
    controlled=True,
    too_few=True,
)
