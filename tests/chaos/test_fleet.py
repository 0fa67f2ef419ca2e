"""Under fire, the short form: replicas and workers on one PostgreSQL, 2 minutes apart by their clocks. The long form is `benchmarks/chaos.py`."""

from pathlib import Path

import pytest

from tests.chaos.fire import Fire, Options, logs

FLEET = Options(
    people=400,
    workspaces=4,
    askers=5,
    serves=2,
    workers=2,
    runner="procrastinate",
    database="postgresql",
    kills=6,
    freezes=1,
    restarts=1,
    cuts=3,
    seconds=24,
    calm=240,
    pace_share=50,
    rate=3,
    hurried=True,
)


@pytest.mark.timeout(1200)
@pytest.mark.xdist_group("chaos")
async def test_a_fleet_keeps_its_promises_whatever_happens_to_its_processes_its_database_and_its_platforms(tmp_path: Path) -> None:
    outcome = await Fire(FLEET, tmp_path).burn()
    assert not outcome.verdict.broken, f"{outcome}\n{logs(tmp_path)}"
    assert (outcome.kills, outcome.freezes, outcome.restarts) == (6, 1, 1)
    assert (outcome.questions > 10, outcome.taps > 3) == (True, True), str(outcome)
