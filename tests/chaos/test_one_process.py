"""Under fire, the short form: one process on SQLite, killed and started again. The long form is `benchmarks/chaos.py --database sqlite`."""

from pathlib import Path

import pytest

from tests.chaos.fire import Fire, Options, logs

ALONE = Options(
    people=160,
    workspaces=4,
    askers=5,
    serves=1,
    workers=0,
    runner="embedded",
    database="sqlite",
    kills=8,
    seconds=9,
    calm=240,
    pace_share=50,
    rate=3,
    seed=2,
    hurried=True,
)


@pytest.mark.timeout(1200)
@pytest.mark.xdist_group("chaos")
async def test_one_process_keeps_its_promises_however_often_it_is_killed(tmp_path: Path) -> None:
    outcome = await Fire(ALONE, tmp_path).burn()
    assert not outcome.verdict.broken, f"{outcome}\n{logs(tmp_path)}"
    assert outcome.kills == 8
