"""A/A simulations in their short form, and one that goes through the database; the long form is `python -m tests.bot.aa_simulations`."""

from math import sqrt
from random import Random

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from dialogs.draw import arm_of
from dialogs.ladder import Stage
from dialogs.outcome import judge, outcome
from storage import evidence, outcomes
from storage.database import Database
from storage.tables import CampaignMemberRow, PersonRow
from tests.bot.aa_simulations import DESIGNS, ENDED, Design, kept, left, played, simulate

RUNS = 300
# three standard deviations of the share that 300 runs show where it's 5 %: the long form tells apart what is nearer
ALLOWED = 3 * sqrt(0.05 * 0.95 / RUNS)


@pytest.mark.parametrize("design", DESIGNS[::3], ids=str)
def test_the_interval_misses_the_truth_as_rarely_as_it_says(design: Design) -> None:
    found = simulate(design, RUNS)
    assert abs(found.wrong - 0.05) <= ALLOWED
    assert design.effect or found.reached <= 0.025 * RUNS


def test_what_an_effect_moves_is_seen() -> None:
    assert simulate(Design(by="person", units=600, rate=0.3, control=0.5, effect=0.2), 30).reached >= 28


@pytest.mark.parametrize("design", [DESIGNS[1], DESIGNS[4]], ids=str)
async def test_the_database_tells_the_same(database: Database, design: Design) -> None:
    over = kept(design, "trial")
    everybody = list(left(design, over, Random(1)))

    def written(session: Session) -> None:
        session.execute(insert(PersonRow), [{"id": one.id, "created_at": ENDED} for one, _ in everybody])
        entered: list[dict[str, object]] = [
            {
                "campaign": "trial",
                "person_id": one.id,
                "arm": arm_of(over.campaign, one),
                "team": one.team,
                "stage_before": Stage.UNAWARE.value,
                "segments": [],
                "entered_at": ENDED,
            }
            for one, _ in everybody
        ]
        session.execute(insert(CampaignMemberRow), entered)
        pieces = [piece for _, done in everybody for piece in done]
        for begins in range(0, len(pieces), evidence.AT_ONCE):
            evidence.leave_all(session, pieces[begins : begins + evidence.AT_ONCE], ENDED)

    await database.write("trial", written)
    found = await database.snapshot(lambda session: judge(over, outcome(outcomes.members(session, over, ENDED), Stage.ACTION), ENDED))
    assert found == played(design, over, everybody)
