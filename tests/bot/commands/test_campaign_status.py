"""`pourqui campaign status|deliveries|pause|resume|cancel|correct|recall`: how a campaign stands, and what acts on it at once."""

import asyncio
import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console
from sqlmodel import Session

from bot.commands import campaign_moves
from bot.commands.campaign_status import watched
from bot.po import texts
from dialogs.campaign import Campaign, CampaignStatus, Kept
from dialogs.campaign_actions import Move
from dialogs.campaigning import Tally
from dialogs.catalog import Localized
from dialogs.delivery import Kind
from dialogs.facts import CampaignEdited
from dialogs.step_message import step_message
from storage import acknowledging, audit, campaigns, sending, tallies
from storage.acknowledging import NotSent, Sent
from storage.database import Database
from storage.tables import CampaignRow, DeliveryRow
from tests.bot.program import Invoke, execute, furnish, use
from tests.company import IT, NOON
from tests.dialogs.campaigns import READY
from tests.storage.ledger import AT_WILL, SLACK, goes, named, place
from tests.storage.lessons import lesson, runs, target

NAME = READY.name


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company and a campaign that runs, which the commands use."""
    use(database_url, furnish)
    use(database_url, lambda database: database.write("campaigns", keep))
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "200")
    return database_url


def keep(session: Session) -> None:
    campaigns.edit(session, CampaignEdited(campaign=READY, base=None), "tests", NOON)
    become(session, CampaignStatus.RUNNING)


def become(session: Session, status: CampaignStatus) -> None:
    row = session.get(CampaignRow, NAME)
    assert row is not None
    row.status = status


def write(url: str, body: Callable[[Session], object]) -> None:
    use(url, lambda database: database.write("test", body))


async def fill(database: Database) -> None:
    """One message was sent in each language, one refused, one waits for the morning, one comes again."""
    t, again = texts("en"), step_message(texts("en"), READY, READY.steps[0], IT, without=("later",))
    messages = {language: step_message(texts(language), READY, READY.steps[0], IT) for language in ("fr", "en")}
    assert t.language == messages["en"].language
    await target(database, *(lesson(language, place(number), message=said) for number, (language, said) in enumerate(messages.items())))
    await target(database, lesson("refused", place(8)))
    await target(database, lesson("later", place(9), message=messages["en"], not_before=NOON + timedelta(days=9000)))
    await target(database, lesson("again", place(10), message=again, kind=Kind.REPLY, not_before=NOON + timedelta(days=9000)))

    def send(session: Session) -> None:
        sending.own(session, "test", NOON)
        for claimed in sending.claim(session, SLACK, "test", named("claim"), NOON, pace=AT_WILL, gate=goes).claimed:
            outcome = NotSent(detail="=no") if claimed.key == named("refused") else Sent(message_id=str(claimed.key))
            acknowledging.acknowledge(session, claimed.key, claimed.claim, outcome, NOON)

    await database.write("pump", send)


def tally(url: str) -> Tally:
    return use(url, lambda database: database.read(lambda session: tallies.tally(session, NAME, NOON)))


def status(url: str) -> CampaignStatus:
    def read(session: Session) -> CampaignStatus:
        kept = campaigns.load(session, NAME)
        assert kept is not None
        return kept.status

    return use(url, lambda database: database.read(read))


def audited(url: str) -> list[tuple[str, str, dict[str, str]]]:
    return [(line.actor, line.act, dict(line.detail)) for line in use(url, lambda database: database.read(audit.lines))]


# --- how it stands --------------------------------------------------------------------------------------------------------------------------------


def test_each_message_that_was_targeted_is_accounted_for(invoke: Invoke, url: str) -> None:
    use(url, fill)
    said = invoke("campaign", "status", NAME)
    assert (said.exit_code, said.stderr) == (0, "")
    assert "passwords (it), version 1: running" in said.stdout
    assert "targeted 4 = planned 1 + sending 0 + sent 2 + failed 1 (refused 1) + skipped 0 + unknown 0" in said.stdout
    assert f"The last one that is planned is expected to go about {NOON + timedelta(days=9000):%Y-%m-%d} 12:00 UTC." in said.stdout
    assert [cell.strip() for cell in said.stdout.splitlines()[-3].strip("│").split("│")] == ["learn", "2", ""]


def test_json_says_the_same(invoke: Invoke, url: str) -> None:
    use(url, fill)
    said = json.loads(invoke("campaign", "status", NAME, "--json").stdout)
    assert (said["campaign"], said["status"], said["targeted"], said["balanced"], said["sent_by_step"]) == (NAME, "running", 4, True, {"learn": 2})
    assert said["deliveries"] == [
        {"status": "failed", "reason": "refused", "number": 1},
        {"status": "planned", "reason": None, "number": 1},
        {"status": "sent", "reason": None, "number": 2},
    ]


def test_what_does_not_add_up_is_shown_and_ends_with_one(invoke: Invoke, url: str) -> None:
    use(url, fill)
    write(url, lambda session: execute(session, "DELETE FROM delivery WHERE status = 'failed'"))
    for options in ((), ("--json",), ("--watch",)):
        write(url, lambda session: become(session, CampaignStatus.FINISHED))
        said = invoke("campaign", "status", NAME, *options)
        assert said.exit_code == 1
        assert said.stderr == "The messages of passwords don't add up: 4 were targeted, 3 are in the ledger. Run pourqui doctor.\n"
        assert "targeted" in said.stdout


@pytest.mark.parametrize("command", ["status", "deliveries", "pause", "resume", "cancel"])
def test_a_campaign_that_there_is_not(invoke: Invoke, url: str, command: str) -> None:
    said = invoke("campaign", command, "nothing")
    assert (said.exit_code, said.stdout, said.stderr) == (1, "", "There's no campaign 'nothing': pourqui campaign list\n")


def test_watched_in_a_pipe_it_says_a_line_each_time_that_something_moved(invoke: Invoke, url: str) -> None:
    use(url, fill)
    write(url, lambda session: become(session, CampaignStatus.FINISHED))
    said = invoke("campaign", "status", NAME, "--watch")
    line = "finished: targeted 4 = planned 1 + sending 0 + sent 2 + failed 1 (refused 1) + skipped 0 + unknown 0\n"
    assert (said.exit_code, said.stdout) == (0, line)


@pytest.mark.parametrize("terminal", [True, False])
def test_watching_ends_with_the_campaign(terminal: bool, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Kept(campaign=READY, version=1, status=CampaignStatus.RUNNING, edited_by="tests", edited_at=NOON)
    looks = [
        (kept, Tally(targeted=2, by={("planned", ""): 2})),
        (kept, Tally(targeted=2, by={("planned", ""): 2})),
        (kept, Tally(targeted=2, by={("sent", ""): 1, ("planned", ""): 1}, sent_by_step={"learn": 1, "gone": 1}, to_come=3, recalled=1)),
        (replace(kept, status=CampaignStatus.FINISHED), Tally(targeted=2, by={("sent", ""): 2})),
    ]
    slept: list[float] = []

    async def read() -> tuple[Kept, Tally]:
        return looks[len(slept)]

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    shown = StringIO()
    console = Console(file=shown, force_terminal=terminal, width=120)
    last, _ = asyncio.run(watched(texts("en"), console, read, sleep))
    assert (last.status, slept) == (CampaignStatus.FINISHED, [1.0, 1.0, 1.0])
    if terminal:
        assert "3 more follow the others." in shown.getvalue()
        assert "Of those sent, 1 were taken back and 0 corrected." in shown.getvalue()
    else:
        lines = capsys.readouterr().out.splitlines()
        assert [line.partition(" =")[0] for line in lines] == ["running: targeted 2", "running: targeted 2", "finished: targeted 2"]


def test_the_csv_has_a_line_for_each_in_the_order_in_which_they_were_planned(invoke: Invoke, url: str) -> None:
    use(url, fill)
    rows = list(csv.DictReader(StringIO(invoke("campaign", "deliveries", NAME, "--csv").stdout)))
    assert [(row["status"], row["kind"], row["detail"]) for row in rows] == [
        ("sent", "campaign", ""),
        ("sent", "campaign", ""),
        ("failed", "campaign", "'=no"),
        ("planned", "campaign", ""),
        ("planned", "reply", ""),
    ]
    assert rows[0]["sent_at"] == NOON.isoformat()


def test_without_csv_they_are_a_table_and_none_says_so(invoke: Invoke, url: str) -> None:
    assert invoke("campaign", "deliveries", NAME).stdout == "Nothing was planned for passwords yet.\n"
    use(url, fill)
    said = invoke("campaign", "deliveries", NAME).stdout
    assert sum(line.startswith("│") for line in said.splitlines()) == 5


# --- what acts on it ------------------------------------------------------------------------------------------------------------------------------


def test_it_is_paused_goes_on_and_is_cancelled_and_the_audit_log_says_so(invoke: Invoke, url: str) -> None:
    use(url, fill)
    for how, becomes, told in (
        ("pause", "paused", "passwords is paused: nothing more of it is sent. To go on: pourqui campaign resume passwords\n"),
        ("resume", "running", "passwords goes on.\n"),
        ("cancel", "cancelled", "passwords is cancelled: nothing more of it is sent."),
    ):
        said = invoke("campaign", how, NAME)
        assert (said.exit_code, status(url)) == (0, becomes)
        assert said.stdout.startswith(told)
    assert tally(url).by["skipped", "cancelled"] == 1
    moves: tuple[Move, ...] = ("pause", "resume", "cancel")
    assert audited(url) == [("command line: root", "run_campaigns", {"step": how, "version": "1"}) for how in moves]


@pytest.mark.parametrize(
    ("how", "stands", "told"),
    [
        ("pause", CampaignStatus.DRAFT, "passwords is draft: only one that is running can be paused."),
        ("resume", CampaignStatus.RUNNING, "passwords is running: only one that is paused can be resumed."),
        ("cancel", CampaignStatus.FINISHED, "passwords is finished: it's over already."),
    ],
)
def test_what_cannot_be_moved_so_says_why_and_nothing_happens(invoke: Invoke, url: str, how: str, stands: CampaignStatus, told: str) -> None:
    write(url, lambda session: become(session, stands))
    said = invoke("campaign", how, NAME)
    assert (said.exit_code, said.stdout, said.stderr) == (1, "", told + "\n")
    assert (status(url), audited(url)) == (stands, [])


def test_a_step_is_taken_back_wherever_it_is(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign_moves, "_AT_ONCE", 2)
    use(url, fill)
    said = invoke("campaign", "recall", NAME, "learn")
    assert (said.exit_code, said.stdout) == (0, "4 messages are taken back.\n")  # not the one that was refused
    assert audited(url) == [("command line: root", "run_campaigns", {"step": "recall", "version": "1", "message": "learn", "number": "4"})]
    assert invoke("campaign", "recall", NAME, "learn").stdout == "There's nothing left to take back.\n"
    assert len(audited(url)) == 1
    changes = use(url, lambda database: database.write("pump", lambda session: sending.changes(session, SLACK, "test", NOON + timedelta(days=9000))))
    assert [change.message for change in changes] == [None, None]


def test_a_step_that_there_never_was(invoke: Invoke, url: str) -> None:
    for how in ("recall", "correct"):
        said = invoke("campaign", how, NAME, "nothing")
        assert (said.exit_code, said.stderr) == (1, "passwords has no step 'nothing': it has learn, change.\n")


def edited(session: Session, campaign: Campaign) -> None:
    assert campaigns.edit(session, CampaignEdited(campaign=campaign, base=1), "tests", NOON) is not None


def test_a_step_that_was_taken_out_can_still_be_taken_back_but_says_nothing_to_correct(invoke: Invoke, url: str) -> None:
    use(url, fill)
    write(url, lambda session: edited(session, replace(READY, steps=READY.steps[1:])))
    assert invoke("campaign", "correct", NAME, "learn").exit_code == 1
    assert invoke("campaign", "recall", NAME, "learn").stdout == "4 messages are taken back.\n"


def test_a_step_says_what_it_says_now_in_each_language_where_it_said_something_else(invoke: Invoke, url: str) -> None:
    use(url, fill)
    assert invoke("campaign", "correct", NAME, "learn").stdout == "Every message says so already.\n"
    step = replace(READY.steps[0], content=Localized(fr="Cinq mots.", en="Five words."))
    write(url, lambda session: edited(session, replace(READY, steps=(step, *READY.steps[1:]))))
    said = invoke("campaign", "correct", NAME, "learn")
    assert (said.exit_code, said.stdout) == (0, "4 messages are corrected.\n")
    assert audited(url) == [("command line: root", "run_campaigns", {"step": "correct", "version": "2", "message": "learn", "number": "4"})]

    def says(session: Session) -> dict[str, str]:
        rows = [session.get(DeliveryRow, number) for number in range(1, 6)]
        return {str(row.key): row.change_message or row.message for row in rows if row is not None}

    words = use(url, lambda database: database.read(says))
    assert "Cinq mots." in words[str(named("fr"))]
    assert all("Five words." in words[str(named(name))] for name in ("en", "later", "again"))
    assert ('"later"' in words[str(named("later"))], '"later"' in words[str(named("again"))]) == (True, False)


def test_without_its_function_nothing_can_be_corrected(invoke: Invoke, url: str) -> None:
    other = replace(READY, name="orphan", function="gone")
    use(url, lambda database: runs(database, other))
    said = invoke("campaign", "correct", "orphan", "learn")
    assert (said.exit_code, said.stderr) == (1, "The catalogue has no function 'gone' any more, whose campaign it is.\n")
