"""`pourqui feedback scores`."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.clock import now
from dialogs.periods import period
from storage import publication, schema
from storage.database import Database
from tests.bot.program import Invoke, furnish, use
from tests.storage.responses import bring, closing, responded

JULY = datetime(2026, 7, 7, 12, tzinfo=UTC)


async def fill(database: Database) -> None:
    """July and August are published, September wasn't answered by enough; today's period is under way."""
    await furnish(database)
    for month, number in ((7, 12), (8, 20), (9, 4)):
        rows = [responded(JULY.replace(month=month), f"u{each}", service=("it_laptop", "it_demo_kit")[each % 2], trace=4) for each in range(number)]
        await bring(database, rows)
    await bring(database, [closing(JULY.replace(month=9), "u9"), closing(JULY.replace(month=9), "u9")])
    while await database.write("it", partial(publication.publish_next, function="it", at=JULY + timedelta(days=100), timezone="Europe/Paris")):
        pass
    await bring(database, [closing(now(), f"v{number}") for number in range(7)])


@pytest.fixture
def database_url(alone: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The embedded database of the working folder, migrated."""
    monkeypatch.setenv("COLUMNS", "180")
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    schema.upgrade(f"sqlite:///{file}")
    return f"sqlite:///{file}"


def test_published_scores_are_printed_with_their_n_and_interval(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    printed = invoke("feedback", "scores")
    assert (printed.exit_code, printed.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in printed.stdout.splitlines() if line.startswith("│")]
    assert rows == [
        ["IT", "September 2026", "4 of 6 (67%)", "under 5 people", "", "", ""],
        ["IT", "August 2026", "20 of 20 (100%)", "100% (between 84% and 100%, n = 20)", "4.0", "100%", "–"],
        ["IT", "July 2026", "12 of 12 (100%)", "100% (between 76% and 100%, n = 12)", "4.0", "100%", "–"],
    ]
    assert "it, " in printed.stdout
    assert "0 of 7 (0%). Published from " in printed.stdout


def test_they_are_told_apart_and_added_up(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    printed = invoke("feedback", "scores", "--function", "it", "--by", "service", "--grain", "quarter").stdout
    assert "quarter 3 of 2026 (2 of 3 periods)" in printed
    assert [line.split("│")[3].strip() for line in printed.splitlines() if line.startswith("│")] == ["Demo kit", "Replace a laptop"]
    months = invoke("feedback", "scores", "--by", "site", "--grain", "month").stdout
    assert "Not told apart" in months


def test_json_holds_the_numbers(invoke: Invoke, database_url: str) -> None:
    use(database_url, fill)
    hidden, august, _ = json.loads(invoke("feedback", "scores", "--json").stdout)
    assert (hidden["published"], hidden["asked"], hidden["answered"], hidden["csat"], hidden["interval"]) == (0, 6, 4, None, None)
    assert august | {"interval": None} == {
        "function": "it",
        "grain": "month",
        "begins": period("month", JULY.replace(month=8).date())[0].isoformat(),
        "periods": 1,
        "published": 1,
        "asked": 20,
        "answered": 20,
        "n": 20,
        "csat": 1.0,
        "interval": None,
        "trace": 4.0,
        "solved": {"yes": 20},
        "promised": 0,
        "late": 0,
    }
    told = json.loads(invoke("feedback", "scores", "--by", "service", "--json").stdout)
    assert {(line["by"], line["value"], line["asked"]) for line in told[1:]} == {("service", "it_laptop", None), ("service", "it_demo_kit", None)}


def test_where_nothing_is_published_it_says_when(invoke: Invoke, database_url: str) -> None:
    assert invoke("feedback", "scores").stdout.startswith("Nothing is published yet.")
    assert invoke("feedback", "scores", "--json").stdout == "[]\n"
    use(database_url, lambda database: bring(database, [closing(now(), f"v{number}") for number in range(7)]))
    printed = invoke("feedback", "scores").stdout
    assert "Published from " in printed
    assert invoke("feedback", "scores", "--function", "it").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--function", "rh"), "There's no function 'rh'; there are finance, it.\n"),
        (
            ("--by", "person"),
            "Scores aren't told apart by 'person'; there are service, department, site, platform, channel, occasion.\n",
        ),
        (("--grain", "day"), "--grain is month or quarter, not 'day'.\n"),
    ],
)
def test_what_there_isnt_is_told_with_what_there_is(invoke: Invoke, database_url: str, arguments: tuple[str, ...], told: str) -> None:
    use(database_url, fill)
    wrong = invoke("feedback", "scores", *arguments)
    assert (wrong.exit_code, wrong.stdout, wrong.stderr) == (2, "", told)
