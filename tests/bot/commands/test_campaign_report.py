"""`pourqui campaign report`: what a campaign came to, as words, JSON or a page; before its end, how it goes."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import Session

from bot.clock import now
from dialogs.campaign import CampaignStatus, Objective
from dialogs.catalog import Localized
from dialogs.ladder import Evidence, EvidenceKind
from dialogs.verdict import Verdict
from storage import evidence, outcomes, plain
from storage.database import Database
from storage.tables import CampaignMemberRow, CampaignRow, PersonRow
from tests.bot.program import Invoke, furnish, use
from tests.company import NOON
from tests.dialogs.campaigns import READY
from tests.dialogs.judged import FEW, REACHED


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    return database_url


def there(
    url: str, status: CampaignStatus, verdict: Verdict | None = None, *, name: str = "passwords", function: str = "it", people: int = 0
) -> None:
    """Have a campaign in this status; of so many people who get its messages, half did what it wants, and as many are its control group."""
    campaign = replace(READY, name=name, function=function, titles=Localized(fr="Mots <b>de passe</b>", en="A <b>strong</b> password"))
    if status is CampaignStatus.DRAFT:
        campaign = replace(campaign, objective=Objective())
    row = CampaignRow(
        name=name,
        function=function,
        version=1,
        status=status.value,
        content=plain.write_campaign(campaign),
        edited_by="somebody",
        edited_at=NOON,
        started_at=NOON,
        ended_at=NOON if status is CampaignStatus.FINISHED else None,
        verdict=plain.write_verdict(verdict) if verdict else None,
    )

    def written(session: Session) -> None:
        session.add(row)
        session.flush()
        if not people:
            return
        ids = [f"p{number}" for number in range(2 * people)]
        session.execute(insert(PersonRow), [{"id": person, "created_at": NOON} for person in ids])
        given = {"campaign": name, "team": "t", "stage_before": "unaware", "segments": [], "entered_at": NOON}
        entered = [{**given, "person_id": person, "arm": "control" if number % 2 else "treated"} for number, person in enumerate(ids)]
        session.execute(insert(CampaignMemberRow), entered)
        at = now() - timedelta(days=1)
        left = [Evidence(person=person, function=function, topic="", kind=EvidenceKind.EVENT, source="tool", at=at) for person in ids[::4]]
        evidence.leave_all(session, left, at)

    async def keep(database: Database) -> None:
        await database.write("campaign", written)

    use(url, keep)


def test_it_says_what_it_came_to_and_what_that_rests_on(invoke: Invoke, url: str) -> None:
    there(url, CampaignStatus.FINISHED, REACHED)
    said = invoke("campaign", "report", "passwords")
    assert said.exit_code == 0
    first, *others = said.stdout.splitlines()
    assert first.startswith("Reached: 46% of those whom the messages were for now do it themselves, 12 points more than the comparison group")
    assert "Comparison group: 34% (82 of 240), 29% when it started." in others


def test_as_json_it_is_all_of_the_verdict(invoke: Invoke, url: str) -> None:
    there(url, CampaignStatus.FINISHED, REACHED)
    told = json.loads(invoke("campaign", "report", "passwords", "--json").stdout)
    assert (told["campaign"], told["function"], told["status"], told["progress"]) == ("passwords", "it", "finished", [])
    assert plain.read_verdict(json.dumps(told["verdict"])) == REACHED


class Tags(HTMLParser):
    """The tags of a page that aren't closed, and all that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_as_a_page_it_is_one_file_that_loads_and_runs_nothing(invoke: Invoke, url: str, tmp_path: Path) -> None:
    there(url, CampaignStatus.FINISHED, REACHED)
    file = tmp_path / "report.html"
    said = invoke("campaign", "report", "passwords", "--html", file)
    assert (said.exit_code, said.stdout) == (0, f"{file}\n")
    page = file.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert {"svg", "ul", "h1"} <= tags.all
    assert not {"script", "link", "img", "iframe", "image"} & tags.all
    assert "A &lt;b&gt;strong&lt;/b&gt; password" in page
    assert "Reached: 46%" in page
    assert "width=device-width" in page
    assert set(re.findall(r"https?://[^\s\"']+", page)) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_page_may_be_printed_in_french(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    there(url, CampaignStatus.FINISHED, REACHED)
    printed = invoke("campaign", "report", "passwords", "--html", "-").stdout
    assert '<html lang="fr">' in printed
    assert "Mots &lt;b&gt;" in printed
    assert "46\N{NO-BREAK SPACE}%" in printed.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def test_a_verdict_on_few_people_has_no_picture(invoke: Invoke, url: str) -> None:
    there(url, CampaignStatus.FINISHED, FEW)
    printed = invoke("campaign", "report", "passwords", "--html", "-").stdout
    assert "<svg" not in printed
    assert "no figure is shown" in printed


def test_while_it_runs_it_says_how_it_goes_and_no_more(invoke: Invoke, url: str) -> None:
    there(url, CampaignStatus.RUNNING, people=40)
    said = invoke("campaign", "report", "passwords").stdout
    assert said.startswith("Under way: 50% of those whom the messages are for now do it themselves; they were 0%, and the target is 40%.")
    assert "eached" not in said
    told = json.loads(invoke("campaign", "report", "passwords", "--json").stdout)
    assert told["verdict"] is None
    assert told["progress"][0].startswith("Under way: 50%")
    assert "How it goes" in invoke("campaign", "report", "passwords", "--html", "-").stdout


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (CampaignStatus.DRAFT, "It hasn't started yet.\n"),
        (CampaignStatus.SCHEDULED, "It hasn't started yet.\n"),
        (CampaignStatus.RUNNING, "Under way. Fewer than 5 people are in it, so no figure is shown.\n"),
        (CampaignStatus.FINISHED, "It's over. What it came to is reckoned within the hour.\n"),
        (CampaignStatus.CANCELLED, "It was cancelled, so there's no verdict.\n"),
    ],
)
def test_before_there_is_a_verdict_it_says_why(invoke: Invoke, url: str, status: CampaignStatus, told: str) -> None:
    there(url, status)
    assert invoke("campaign", "report", "passwords").stdout == told
    page = invoke("campaign", "report", "passwords", "--html", "-")
    assert (page.exit_code, page.stdout.count("</html>")) == (0, 1)


def test_what_cannot_be_reported_is_said(invoke: Invoke, url: str, tmp_path: Path) -> None:
    there(url, CampaignStatus.FINISHED, REACHED)
    there(url, CampaignStatus.FINISHED, REACHED, name="gone", function="gone")
    cases = {
        ("nothing",): (2, "There's no campaign 'nothing'; there are gone, passwords.\n"),
        ("gone",): (1, "The catalogue has no function 'gone' any more, whose campaign it is.\n"),
        ("passwords", "--json", "--html", "-"): (2, "--html or --json: choose one.\n"),
        ("passwords", "--html", str(tmp_path)): (1, f"{tmp_path} can't be written: Is a directory\n"),
    }
    for options, told in cases.items():
        said = invoke("campaign", "report", *options)
        assert (said.exit_code, said.stderr) == told
    assert use(url, lambda database: database.read(lambda session: outcomes.verdict_of(session, "passwords"))) == REACHED
