"""`pourqui campaign submit|approve|schedule|test`: an operator moves a campaign on, by the same rules as its authors."""

from dataclasses import replace

import pytest

from dialogs.campaign import Campaign, CampaignStatus, Period
from dialogs.facts import CampaignEdited
from storage import audit, campaigns, deliveries
from storage.audit import Line
from storage.database import Database
from tests.bot.program import Invoke, furnish, use
from tests.company import NOON
from tests.dialogs.campaigns import DRAFT, FULL, READY

AHEAD = replace(READY, period=Period(starts=NOON.date().replace(year=2098), ends=NOON.date().replace(year=2099)))


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    return database_url


def keep(url: str, campaign: Campaign = AHEAD, by: str = "tests", *, approval: bool = False) -> None:
    async def body(database: Database) -> None:
        await database.write("test", lambda session: campaigns.edit(session, CampaignEdited(campaign=campaign, base=None), by, NOON))
        await database.write("test", lambda session: campaigns.set_approval(session, "it", approval, "tests", NOON))

    use(url, body)


def status(url: str, name: str = "passwords") -> CampaignStatus:
    kept = use(url, lambda database: database.read(lambda session: campaigns.load(session, name)))
    assert kept is not None
    return kept.status


def log(url: str) -> list[Line]:
    return use(url, lambda database: database.read(audit.lines))


def test_a_complete_campaign_is_scheduled_and_the_log_says_by_whom(invoke: Invoke, url: str) -> None:
    keep(url)
    said = invoke("campaign", "schedule", "passwords")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "“A strong password” is scheduled.\n", "")
    assert status(url) is CampaignStatus.SCHEDULED
    (line,) = log(url)
    assert (line.actor, line.act, line.function, line.subject) == ("command line: root", "run_campaigns", "it", "passwords")
    assert line.detail == {"step": "schedule", "version": "1"}


def test_what_is_missing_is_told_and_nothing_is_changed(invoke: Invoke, url: str) -> None:
    keep(url, DRAFT)
    said = invoke("campaign", "schedule", "passwords")
    assert said.exit_code == 1
    assert said.stderr.startswith("“A strong password” stays as it is:\n- ")
    assert (status(url), log(url)) == (CampaignStatus.DRAFT, [])


def test_a_second_person_approves_what_was_asked_for(invoke: Invoke, url: str) -> None:
    keep(url, approval=True)
    assert "A second person has to approve it first." in invoke("campaign", "schedule", "passwords").stderr
    assert "Nobody has asked for an approval" in invoke("campaign", "approve", "passwords").stderr
    assert invoke("campaign", "submit", "passwords").stdout == "“A strong password” waits for its approval, version 1.\n"
    refused = invoke("campaign", "approve", "passwords")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "so somebody else approves it" in refused.stderr


def test_another_login_is_another_person(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(url, approval=True)
    assert invoke("campaign", "submit", "passwords").exit_code == 0
    monkeypatch.setenv("LOGNAME", "carol")
    assert invoke("campaign", "approve", "passwords").stdout == "“A strong password” is approved, version 1.\n"
    assert invoke("campaign", "schedule", "passwords").exit_code == 0
    assert [line.act for line in log(url)] == ["write_campaigns", "approve_campaigns", "run_campaigns"]


def test_a_campaign_that_isnt_there_is_told(invoke: Invoke, url: str) -> None:
    for command in (("schedule", "passwords"), ("test", "passwords", "learn", "--to", "p1")):
        said = invoke("campaign", *command)
        assert (said.exit_code, said.stdout) == (2, "")
        assert said.stderr == "There's no campaign 'passwords'. Those that there are: pourqui campaign list\n"


def test_without_a_catalogue_nothing_is_scheduled(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    keep(database_url)
    said = invoke("campaign", "schedule", "passwords")
    assert (said.exit_code, said.stderr) == (2, "No catalogue is loaded yet: pourqui catalog load FOLDER\n")


def test_a_message_is_sent_to_one_person_in_their_language(invoke: Invoke, url: str) -> None:
    keep(url, replace(FULL, name="passwords"))
    use(url, lambda database: database.write("test", lambda session: campaigns.keep_picture(session, "passwords", "depot.png", "image/png", b"png")))
    said = invoke("campaign", "test", "passwords", "story", "--to", "Carol Petit")
    assert (said.exit_code, said.stdout) == (0, "“What happened at the depot” is on its way to Carol Petit, as soon as pourqui runs.\n")
    assert invoke("campaign", "test", "passwords", "quiz", "--to", "p1").exit_code == 0
    found = use(url, lambda database: database.read(lambda session: list(deliveries.lines(session))))
    assert [(line.kind, line.cause_kind, line.cause_id) for line in found] == [("reply", "campaign_test", "passwords")] * 2
    assert [line.detail["message"] for line in log(url)] == ["story", "quiz"]


@pytest.mark.parametrize(
    ("step", "who", "told"),
    [
        ("gone", "p1", "passwords has no message 'gone'. It has: learn, change.\n"),
        ("learn", "nobody", "Nobody in the directory is called 'nobody': give an id, an e-mail or a full name.\n"),
    ],
)
def test_what_is_misnamed_is_told(invoke: Invoke, url: str, step: str, who: str, told: str) -> None:
    keep(url)
    said = invoke("campaign", "test", "passwords", step, "--to", who)
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", told)


def test_a_draft_without_messages_has_none_to_test(invoke: Invoke, url: str) -> None:
    keep(url, DRAFT)
    assert invoke("campaign", "test", "passwords", "learn", "--to", "p1").stderr == "passwords has no message 'learn'. It has: none.\n"
