"""`pourqui campaign preview`: each person, when and which variant, or why not; totals first."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from bot.commands import campaign_preview
from dialogs.campaign import Campaign, CampaignAudience, Control, Delay, Period, Slice
from dialogs.facts import CampaignEdited
from dialogs.ladder import EvidenceKind
from storage import campaigns, pauses, people
from storage.tables import ConversationReferenceRow, IdentityRow, StandingRow
from tests.bot.program import Invoke, furnish, use
from tests.dialogs.campaigns import BASELINE, LEARN, READY, STORY, WELL_DONE

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # a Tuesday, nine o'clock in Paris
ALICE, BOB = (people.directory_person_id(name) for name in ("p1", "p2"))
CAMPAIGN = replace(
    READY,
    audience=CampaignAudience(include=(Slice(segments=("sales", "field")),), exclude=(Slice(sites=("Lille",)),)),
    period=Period(starts=AT.date(), ends=datetime(2026, 12, 4, tzinfo=UTC).date()),
    control=None,
    steps=(replace(STORY, after=None), replace(LEARN, after=Delay(time=2)), replace(LEARN, id="late", after=Delay(time=5))),
)


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, to which Alice has spoken, on a Tuesday morning."""

    def speak(session: Session) -> None:
        reference = ConversationReferenceRow(person_id=ALICE, platform="slack", tenant="T1", conversation="D1", scope="personal", refreshed_at=AT)
        session.add(reference)

    use(database_url, furnish)
    use(database_url, lambda database: database.write("test", speak))
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(campaign_preview, "now", lambda: AT)
    return database_url


def keep(url: str, campaign: Campaign) -> None:
    use(url, lambda database: database.write("test", lambda session: campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), "p", AT)))


def rows(output: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in output.splitlines() if line.startswith("│")]


def in_csv(invoke: Invoke, *more: str) -> list[dict[str, str]]:
    said = invoke("campaign", "preview", "passwords", "--csv", *more)
    assert said.exit_code == 0
    return list(csv.DictReader(io.StringIO(said.stdout)))


def test_totals_come_first_then_each_person(invoke: Invoke, url: str) -> None:
    keep(url, CAMPAIGN)
    shown = invoke("campaign", "preview", "passwords")
    assert shown.exit_code == 0
    found = rows(shown.stdout)
    assert found[:5] == [
        ["in the audience", "1"],
        ["of them, the comparison group: they get the surveys alone", "0"],
        ["of them, the bot can't write to: they never spoke to it", "0"],
        ["of them, want to be left in peace", "0"],
        ["of them, are at the last message's stage already", "0"],
    ]
    assert found[5:8] == [["get variant for_sales of the first message", "1"], ["left out: excluded", "1"], ["left out: outside", "1"]]
    assert sorted(found[8:]) == sorted(
        [
            ["Alice Martin <alice.martin@solane.example>", "story", "for_sales", "2026-12-01 09:00 CET"],
            ["", "learn", "", "2026-12-03 09:00 CET"],
            ["", "late", "", "skipped: the campaign is over by then"],
            ["Bob Dupont <bob.dupont@solane.example>", "left out: excluded", "", ""],
            ["Carol Petit <carol.petit@solane.example>", "left out: not in the audience", "", ""],
        ]
    )


def test_csv_holds_everybody_and_each_message(invoke: Invoke, url: str) -> None:
    keep(url, replace(CAMPAIGN, audience=CampaignAudience(include=(Slice(everyone=True),), exclude=(Slice(segments=("managers",)),))))
    use(url, lambda database: database.write("test", lambda session: pauses.choose(session, ALICE, "it", None, AT)))
    told = {(row["name"], row["step"]): (row["left_out"], row["arm"], row["variant"], row["at"], row["skipped"]) for row in in_csv(invoke)}
    assert told[("Alice Martin", "story")] == ("", "treated", "for_sales", "2026-12-01T08:00:00+00:00", "paused")
    assert told[("Bob Dupont", "learn")][4] == "unreachable"
    assert told[("Carol Petit", "")] == ("excluded", "", "", "", "")
    assert len(told) == 7
    assert len(in_csv(invoke, "--limit", "1")) in (1, 3), "one person"


def test_the_comparison_group_is_shown_with_its_surveys(invoke: Invoke, url: str) -> None:
    everybody = replace(CAMPAIGN, audience=CampaignAudience(include=(Slice(everyone=True),)), control=Control(share=1.0))
    keep(url, replace(everybody, steps=(*CAMPAIGN.steps, replace(BASELINE, after=Delay(time=0)))))
    shown = rows(invoke("campaign", "preview", "passwords").stdout)
    assert ["of them, the comparison group: they get the surveys alone", "3"] in shown
    assert [row[1] for row in shown if len(row) == 4] == ["baseline (comparison group)"] * 3
    assert {row["arm"] for row in in_csv(invoke)} == {"control"}


def test_a_control_group_without_surveys_gets_nothing(invoke: Invoke, url: str) -> None:
    keep(url, replace(CAMPAIGN, audience=CampaignAudience(include=(Slice(segments=("sales",)),)), control=Control(share=1.0)))
    assert ["Alice Martin <alice.martin@solane.example>", "comparison group: no message", "", ""] in rows(
        invoke("campaign", "preview", "passwords").stdout
    )
    assert {(row["name"], row["arm"], row["left_out"]) for row in in_csv(invoke)} >= {("Alice Martin", "control", ""), ("Bob Dupont", "", "outside")}


def test_what_waits_for_evidence_has_no_time(invoke: Invoke, url: str) -> None:
    steps = (LEARN, replace(WELL_DONE, when=(EvidenceKind.GESTURE,)))
    keep(url, replace(CAMPAIGN, steps=steps))
    shown = rows(invoke("campaign", "preview", "passwords").stdout)
    assert ["", "well_done", "", "once the evidence it waits for is there"] in shown
    assert [row["at"] for row in in_csv(invoke) if row["step"] == "well_done"] == [""]


def test_a_campaign_for_nobody_is_told_so(invoke: Invoke, url: str) -> None:
    keep(url, replace(CAMPAIGN, audience=CampaignAudience(), period=None))
    shown = invoke("campaign", "preview", "passwords").stdout
    assert "It has no period yet: this is what would happen if it began now." in shown
    assert "Nobody is in its audience as things stand: a campaign for nobody ends as soon as it starts. Change whom it's for." in shown


def test_one_that_is_not_there_is_an_error(invoke: Invoke, url: str) -> None:
    said = invoke("campaign", "preview", "wellbeing")
    assert (said.exit_code, said.stderr) == (2, "There's no campaign 'wellbeing': pourqui campaign list\n")


def test_a_guest_is_left_out_and_who_is_there_already_is_skipped(invoke: Invoke, url: str) -> None:
    def guest(session: Session) -> None:
        session.add(IdentityRow(platform="slack", tenant="T1", user="U2", person_id=BOB, guest=True))
        session.add(StandingRow(person_id=ALICE, function="it", topic="", stage="action", since=AT))

    use(url, lambda database: database.write("test", guest))
    keep(url, replace(CAMPAIGN, audience=CampaignAudience(include=(Slice(everyone=True),))))
    told = {(row["name"], row["step"]): row for row in in_csv(invoke)}
    assert told[("Bob Dupont", "")]["left_out"] == "guest"
    assert told[("Alice Martin", "learn")]["skipped"] == "already_there"
    shown = rows(invoke("campaign", "preview", "passwords").stdout)
    assert ["Bob Dupont <bob.dupont@solane.example>", "left out: a guest", "", ""] in shown
    assert ["", "learn", "", "skipped: they're at its stage already"] in shown
