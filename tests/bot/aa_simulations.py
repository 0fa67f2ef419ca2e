"""Campaigns that change nothing, and some that change something, played many times: how often the verdict's interval is wrong.

Each goes through the real draw, and the real reckoning: the arm of each person by its hash, where their evidence places them, the outcome of both
arms, the verdict. Where nothing changes, an interval without 0 is a false positive. An interval covers the truth where the effect that was put in is
in it.

`python -m tests.bot.aa_simulations --runs 2000` is the long form: false positives 5 % ± 1.5, coverage 95 % ± 1.5.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Literal

from dialogs.audience import Addressee
from dialogs.campaign import Campaign, CampaignStatus, Control, Declared, Kept, Objective
from dialogs.catalog import Localized
from dialogs.draw import arm_of
from dialogs.ladder import Evidence, EvidenceKind, Stage
from dialogs.outcome import Member, judge, outcome, stage_reached
from dialogs.verdict import Verdict

ENDED: Final = datetime(2026, 12, 18, 23, tzinfo=UTC)
WITHIN: Final = 0.015  # of 5 and of 95 %, in the long form
_NAMED = Localized(fr="Essai", en="Trial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A campaign to be played: how many people (drawn by person) or teams of 2 to 30, what they'd do anyway, how alike those of a team are."""

    by: Literal["person", "team"]
    units: int
    rate: float
    control: float
    alike: float = 0.0
    effect: float = 0.0

    def __str__(self) -> str:
        """Name it in a line."""
        alike = f", ICC {self.alike}" if self.by == "team" else ""
        return f"{self.units} {self.by}s{alike}, {self.rate:.0%} anyway, {self.control:.0%} held out, effect {self.effect:+.0%}"


DESIGNS: Final = (
    Design(by="person", units=400, rate=0.3, control=0.5),
    Design(by="person", units=600, rate=0.1, control=0.2),
    Design(by="person", units=400, rate=0.3, control=0.3, effect=0.12),
    Design(by="team", units=40, rate=0.3, control=0.5, alike=0.05),
    Design(by="team", units=60, rate=0.5, control=0.3, alike=0.2),
    Design(by="team", units=40, rate=0.2, control=0.3),
    Design(by="team", units=60, rate=0.3, control=0.3, alike=0.1, effect=0.12),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How many runs of a design there were, in how many the interval missed the truth, and in how many the verdict was `reached`."""

    runs: int
    missed: int
    reached: int

    @property
    def wrong(self) -> float:
        """The share of intervals that missed the truth: of a campaign without an effect, the false positives."""
        return self.missed / self.runs


def kept(design: Design, name: str) -> Kept:
    """Return a campaign of that design that's over; its target is 10 points above what people do anyway."""
    campaign = Campaign(
        name=name,
        function="it",
        titles=_NAMED,
        objective=Objective(
            stage=Stage.ACTION, benchmark=Declared(kind="declared", share=design.rate, source=_NAMED), target=min(design.rate + 0.1, 1.0)
        ),
        control=Control(share=design.control, by=design.by),
    )
    status, started = CampaignStatus.FINISHED, ENDED - timedelta(days=18)
    return Kept(campaign=campaign, version=1, status=status, edited_by="somebody", edited_at=started, started_at=started, ended_at=ENDED)


def people(design: Design, draw: Random) -> Iterator[tuple[Addressee, float]]:
    """Yield the people of a design, each with how likely they do it anyway; those of a team are alike by a beta distribution."""
    for unit in range(design.units):
        size, rate = 1, design.rate
        if design.by == "team":
            size = draw.randint(2, 30)
            if design.alike:
                weight = 1 / design.alike - 1
                rate = draw.betavariate(design.rate * weight, (1 - design.rate) * weight)
        for number in range(size):
            one = f"p{unit}-{number}"
            yield Addressee(id=one, email=f"{one}@vaubert.example", name=one, language="fr", team=f"t{unit}"), rate


def left(design: Design, over: Kept, draw: Random) -> Iterator[tuple[Addressee, tuple[Evidence, ...]]]:
    """Yield everybody with the evidence that they left: the treated do it more often, by the effect."""
    for one, rate in people(design, draw):
        likely = rate + (design.effect if arm_of(over.campaign, one) == "treated" else 0.0)
        done: tuple[Evidence, ...] = ()
        if draw.random() < likely:
            done = (Evidence(person=one.id, function="it", topic="", kind=EvidenceKind.EVENT, source=one.id, at=ENDED - timedelta(days=3)),)
        yield one, done


def played(design: Design, over: Kept, everybody: Sequence[tuple[Addressee, tuple[Evidence, ...]]]) -> Verdict:
    """Return the verdict on what everybody left."""
    members = (
        Member(arm=arm_of(over.campaign, one), team=one.team, before=Stage.UNAWARE, after=stage_reached(done, ENDED)) for one, done in everybody
    )
    return judge(over, outcome(members, Stage.ACTION), ENDED)


def simulate(design: Design, runs: int, seed: int = 1) -> Played:
    """Play a design so many times, each time a campaign of another name, hence another draw."""
    missed = reached = 0
    for run in range(runs):
        draw = Random(f"{seed}|{design}|{run}")
        over = kept(design, f"trial-{seed}-{run}")
        verdict = played(design, over, list(left(design, over, draw)))
        assert verdict.lift is not None
        missed += not verdict.lift.low <= design.effect <= verdict.lift.high
        reached += verdict.conclusion == "reached"
    return Played(runs=runs, missed=missed, reached=reached)


def main() -> None:
    """Play every design, print how often the interval was wrong, and end with 1 where that isn't 5 % ± 1.5."""
    read = argparse.ArgumentParser()
    read.add_argument("--runs", type=int, default=2_000)
    read.add_argument("--seed", type=int, default=1)
    given = read.parse_args()
    wrong = []
    for design in DESIGNS:
        found = simulate(design, given.runs, given.seed)
        what = "coverage" if design.effect else "false positives"
        share = 1 - found.wrong if design.effect else found.wrong
        sys.stdout.write(f"{design}: {what} {share:.1%}, reached {found.reached / found.runs:.1%} of {found.runs}\n")
        sys.stdout.flush()
        if abs(found.wrong - 0.05) > WITHIN:
            wrong.append(design)
    if wrong:
        sys.exit(f"{len(wrong)} of {len(DESIGNS)} are beyond ± {WITHIN:.1%}")


if __name__ == "__main__":
    main()
