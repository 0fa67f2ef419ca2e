"""`pourqui campaign check|load|list|export`: all of it or nothing, and what is kept can be written out again."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import now
from dialogs.campaign import Campaign, CampaignStatus, Kept, Period
from dialogs.campaigning import AudienceGrant
from dialogs.catalog import Localized
from dialogs.facts import CampaignSteered
from dialogs.rights import Grant, Role
from storage import Session, attachments, audit, campaigns, people, roles
from storage.audit import Line
from storage.database import Database
from tests.bot.campaign_folders import png, spoil, write
from tests.bot.program import Invoke, furnish, use
from tests.dialogs.campaigns import CHANGE, DRAFT, FULL, LEARN, READY

ALICE = people.directory_person_id("p1")
FIRST = now().date() + timedelta(days=10)
PERIOD = Period(starts=FIRST, ends=FIRST + timedelta(days=20))
TIMELY = replace(READY, period=PERIOD)
RICH = replace(
    FULL, period=PERIOD, steps=tuple(step if step.at is None else replace(step, at=datetime.combine(FIRST, step.at.time())) for step in FULL.steps)
)


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "150")
    return database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "campaigns"


def kept(url: str, name: str = TIMELY.name) -> Kept | None:
    return use(url, lambda database: database.read(lambda session: campaigns.load(session, name)))


def log(url: str) -> list[Line]:
    return use(url, lambda database: database.read(audit.lines))


def line_of(file: Path, text: str) -> int:
    return next(number for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def becomes(url: str, status: CampaignStatus, name: str = TIMELY.name) -> None:
    """Let a campaign stand where time would bring it."""

    def stands(session: Session) -> None:
        row = campaigns.hold(session, name)
        assert row is not None
        row.status = status

    use(url, lambda database: database.write("test", stands))


# --- check ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_file_without_mistakes_is_counted(invoke: Invoke, url: str, folder: Path) -> None:
    checked = invoke("campaign", "check", write(folder, RICH))
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout == "1 campaign, no mistake; worth a look: 0, still needed: 0.\n"
    assert kept(url, RICH.name) is None


def test_what_is_worth_a_look_and_what_is_still_needed_end_well(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, replace(TIMELY, control=None, audience=DRAFT.audience))
    checked = invoke("campaign", "check", folder)
    assert (checked.exit_code, checked.stderr) == (0, "")
    lines = checked.stdout.splitlines()
    assert lines[0] == "Worth a look (it can be loaded all the same):"
    assert lines[1].startswith(f"{file}:1: there's no control group")
    assert lines[3] == "Still needed before it can be scheduled:"
    assert lines[4].startswith(f"{file}:1: audience.include: the audience is empty")
    assert lines[5:] == ["1 campaign, no mistake; worth a look: 2, still needed: 1."]


def test_every_mistake_is_told_with_its_file_and_line(invoke: Invoke, url: str, folder: Path) -> None:
    good, bad = write(folder, RICH), write(folder, TIMELY)
    spoil(bad, "does: later", "does: never")
    spoil(bad, "segments: [sales", "segments: [sale")
    checked = invoke("campaign", "check", good, bad)
    assert checked.exit_code == 1
    assert [line.split(": ")[:2] for line in checked.stdout.splitlines()] == [
        [f"{bad}:{line_of(bad, 'segments: [sale,')}", "audience.include[0].segments[0]"],
        [f"{bad}:{line_of(bad, 'does: never')}", "steps[0].buttons[1].does"],
    ]
    assert checked.stderr == "2 mistakes to mend.\n"


def test_one_mistake_is_told_in_the_singular_and_in_french(invoke: Invoke, url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(write(folder, TIMELY), "target: 0.4", "target: 40 %")
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    checked = invoke("campaign", "check", folder)
    assert (checked.exit_code, checked.stderr) == (1, "1 erreur à corriger.\n")


def test_departments_and_sites_are_those_of_the_directory(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, TIMELY)
    spoil(file, "{segments: [sales, field]}", "{departments: [Vente], sites: [Lyon]}")
    checked = invoke("campaign", "check", file)
    assert checked.exit_code == 1
    assert checked.stdout.endswith('nobody is in a department "Vente"; did you mean Ventes?\n')


def test_before_the_first_catalogue_one_is_asked_for(invoke: Invoke, folder: Path) -> None:
    checked = invoke("campaign", "check", write(folder, TIMELY))
    assert (checked.exit_code, checked.stderr) == (1, "No catalogue is loaded yet: pourqui catalog load FOLDER\n")


# --- load ----------------------------------------------------------------------------------------------------------------------------------------


def test_campaigns_are_loaded_once_with_their_pictures(invoke: Invoke, url: str, folder: Path) -> None:
    for campaign in (TIMELY, RICH):
        write(folder, campaign)
    loaded = invoke("campaign", "load", folder)
    assert (loaded.exit_code, loaded.stderr) == (0, "")
    assert loaded.stdout == "passphrases: version 1, a draft.\npasswords: version 1, a draft.\n"
    again = invoke("campaign", "load", folder)
    assert again.stdout == ("passphrases: nothing changed, version 1 already says this.\npasswords: nothing changed, version 1 already says this.\n")
    found = kept(url, RICH.name)
    assert found is not None
    assert (found.campaign, found.status, found.edited_by) == (RICH, CampaignStatus.DRAFT, "command line: root")

    def picture(session: Session) -> bytes | None:
        carried = attachments.load(session, campaigns.picture_keys(session, RICH.name)["depot.png"])
        return None if carried is None else carried.content

    assert use(url, lambda database: database.read(picture)) == png()


def test_each_version_leaves_a_line(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, TIMELY)
    invoke("campaign", "load", file)
    invoke("campaign", "load", file)
    write(folder, replace(TIMELY, priority="high"))
    invoke("campaign", "load", file)
    assert [(line.actor, line.act, line.function, line.subject, line.detail) for line in log(url)] == [
        ("command line: root", "write_campaigns", "it", "passwords", {"step": "edit", "version": version}) for version in ("1", "2")
    ]


def test_what_changed_is_told(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "load", write(folder, TIMELY))
    thanks = replace(CHANGE, id="thanks", kind="success", after=None)
    changed = replace(TIMELY, priority="low", wave=RICH.wave, steps=(replace(LEARN, title=Localized(en="Once more")), thanks))
    loaded = invoke("campaign", "load", write(folder, changed))
    assert loaded.stdout.splitlines() == [
        "passwords: version 2 (draft).",
        "  ~ wave, priority",
        "  + messages: thanks",
        "  ~ messages: learn",
        "  - messages: change",
    ]
    swapped = replace(changed, steps=(changed.steps[1], changed.steps[0]))
    assert invoke("campaign", "load", write(folder, swapped)).stdout.splitlines()[1:] == ["  ~ the order of the messages"]


def test_another_picture_of_a_draft_is_kept(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, RICH)
    invoke("campaign", "load", file)
    (folder / "depot.png").write_bytes(png(16, 16))
    assert invoke("campaign", "load", file).stdout == "passphrases: version 1, with other pictures: depot.png.\n"
    assert invoke("campaign", "load", file).stdout == "passphrases: nothing changed, version 1 already says this.\n"
    assert len(log(url)) == 2


def test_a_mistake_in_one_file_loads_nothing(invoke: Invoke, url: str, folder: Path) -> None:
    write(folder, TIMELY)
    spoil(write(folder, RICH), "right: 2", "right: two")
    loaded = invoke("campaign", "load", folder)
    assert (loaded.exit_code, loaded.stderr) == (1, "1 mistake. Nothing was loaded.\n")
    assert (kept(url), kept(url, RICH.name), log(url)) == (None, None, [])


@pytest.mark.parametrize("status", [CampaignStatus.FINISHED, CampaignStatus.CANCELLED])
def test_what_is_over_cannot_be_edited_and_nothing_else_is_loaded(invoke: Invoke, url: str, folder: Path, status: CampaignStatus) -> None:
    file = write(folder, TIMELY)
    invoke("campaign", "load", file)
    becomes(url, status)
    assert invoke("campaign", "load", file).stdout == "passwords: nothing changed, version 1 already says this.\n"
    write(folder, replace(TIMELY, priority="low"))
    write(folder, replace(RICH, name="a_new_one"))
    loaded = invoke("campaign", "load", folder)
    assert loaded.exit_code == 1
    assert loaded.stdout == f"{file}:1: name: the campaign passwords is over: it can't be edited; give this one another name, and its file too\n"
    assert loaded.stderr == "1 mistake. Nothing was loaded.\n"
    assert kept(url, "a_new_one") is None
    assert len(log(url)) == 1


def test_a_name_belongs_to_one_function(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "load", write(folder, TIMELY))
    loaded = invoke("campaign", "load", write(folder, replace(TIMELY, function="finance")))
    assert loaded.exit_code == 1
    assert "name: passwords is a campaign of it; give this one another name" in loaded.stdout


def test_a_running_campaign_takes_new_words_and_nothing_else(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "load", write(folder, RICH))
    becomes(url, CampaignStatus.RUNNING, RICH.name)
    retitled = replace(RICH, titles=Localized(en="Sentences"))
    assert invoke("campaign", "load", write(folder, retitled)).stdout.splitlines() == ["passphrases: version 2 (running).", "  ~ titles"]
    assert RICH.period is not None
    file = write(folder, replace(retitled, control=None, audience=DRAFT.audience))
    (folder / "depot.png").write_bytes(png(16, 16))
    loaded = invoke("campaign", "load", file)
    assert loaded.exit_code == 1
    told = [line.split(": ", 2)[1:] for line in loaded.stdout.splitlines()]
    assert [(path, what.split(";")[0]) for path, what in told] == [
        ("control", "the campaign has started: this can't change any more"),
        ("audience.include", "the audience is empty: nobody would get this campaign"),
        ("steps[1].picture.file", 'the picture "depot.png" isn\'t the one that people get'),
    ]


def test_a_scheduled_campaign_stays_complete(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "load", write(folder, TIMELY))
    becomes(url, CampaignStatus.SCHEDULED)
    past = Period(starts=date(2020, 1, 1), ends=date(2020, 2, 1))
    loaded = invoke("campaign", "load", write(folder, replace(TIMELY, period=past)))
    assert loaded.exit_code == 1
    assert "the period was over on 1 Feb 2020" in loaded.stdout


def test_a_new_version_waits_for_its_approval(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "approval", "it", "on")
    assert invoke("campaign", "load", write(folder, TIMELY)).stdout == "passwords: version 1, a draft.\n"
    loaded = invoke("campaign", "load", write(folder, replace(TIMELY, priority="low")))
    assert loaded.stdout.splitlines()[-1] == "  It waits for a second person's approval."


# --- in the name of an author --------------------------------------------------------------------------------------------------------------------


def entrust(url: str, role: Role | None, *reach: AudienceGrant) -> None:
    async def entrusted(database: Database) -> None:
        at = now()
        if role is not None:
            function = None if role is Role.ADMIN else "it"
            await database.write(roles.GRANTING, lambda session: roles.grant(session, ALICE, Grant(role=role, function=function), "tests", at))
        await database.write("test", lambda session: [campaigns.grant(session, ALICE, "it", each, "tests", at) for each in reach])

    use(url, entrusted)


SALES, FIELD = AudienceGrant(kind="segment", value="sales"), AudienceGrant(kind="segment", value="field")


def test_an_author_loads_within_what_they_may_reach(invoke: Invoke, url: str, folder: Path) -> None:
    entrust(url, Role.AUTHOR, SALES, FIELD)
    loaded = invoke("campaign", "load", write(folder, TIMELY), "--as-author", "p1")
    assert (loaded.exit_code, loaded.stdout) == (0, "passwords: version 1, a draft.\n")
    pseudonym = use(url, lambda database: database.write("test", lambda session: audit.pseudonym_of(session, ALICE)))
    found, (line,) = kept(url), log(url)
    assert found is not None
    assert found.edited_by == pseudonym
    assert (line.actor, line.detail) == ("command line: root", {"step": "edit", "version": "1", "author": pseudonym})


def test_an_author_reaches_no_further(invoke: Invoke, url: str, folder: Path) -> None:
    entrust(url, Role.AUTHOR, SALES)
    loaded = invoke("campaign", "load", write(folder, TIMELY), "--as-author", "alice martin")
    assert loaded.exit_code == 1
    assert "audience.include[0].segments[1]: this reaches further than the audiences granted to this author; keep to those" in loaded.stdout
    assert kept(url) is None


def test_whoever_is_no_author_loads_nothing(invoke: Invoke, url: str, folder: Path) -> None:
    entrust(url, None, SALES, FIELD)
    loaded = invoke("campaign", "load", write(folder, TIMELY), "--as-author", "p1")
    assert loaded.exit_code == 1
    assert "function: this author doesn't write the campaigns of it; have an admin grant the role of an author" in loaded.stdout


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_owners_and_admins_reach_everyone(invoke: Invoke, url: str, folder: Path, role: Role) -> None:
    entrust(url, role)
    assert invoke("campaign", "load", write(folder, TIMELY), "--as-author", "p1").exit_code == 0


def test_an_author_whom_nobody_knows_is_told(invoke: Invoke, url: str, folder: Path) -> None:
    loaded = invoke("campaign", "load", write(folder, TIMELY), "--as-author", "xavier")
    assert (loaded.exit_code, kept(url)) == (2, None)


# --- list and export -----------------------------------------------------------------------------------------------------------------------------


def test_campaigns_are_listed(invoke: Invoke, url: str, folder: Path) -> None:
    assert invoke("campaign", "list").stdout == "There's no campaign yet: pourqui campaign load FILE|FOLDER…\n"
    for campaign in (TIMELY, replace(DRAFT, name="budget", function="finance")):
        write(folder, campaign)
    invoke("campaign", "load", folder)
    listed = invoke("campaign", "list", "--function", "it").stdout
    (row,) = ([cell.strip() for cell in line.strip("│").split("│")] for line in listed.splitlines() if line.startswith("│"))
    assert row[:5] == ["passwords", "it", "A strong password", "draft", "1"]
    assert row[6] == "command line: root"
    rows = json.loads(invoke("campaign", "list", "--json").stdout)
    assert {(each["name"], each["messages"], each["starts"]) for each in rows} == {("passwords", 2, FIRST.isoformat()), ("budget", 0, None)}
    assert invoke("campaign", "list", "--function", "finances").exit_code == 2


@pytest.mark.parametrize("campaign", [DRAFT, TIMELY, RICH, replace(TIMELY, objective=replace(TIMELY.objective, target=0.1 + 0.2))])
def test_what_is_written_out_is_what_is_kept(invoke: Invoke, url: str, folder: Path, campaign: Campaign) -> None:
    invoke("campaign", "load", write(folder, campaign))
    file = folder / "elsewhere" / f"{campaign.name}.yaml"
    exported = invoke("campaign", "export", campaign.name, file)
    assert (exported.exit_code, exported.stdout) == (0, f"Version 1 of {campaign.name} is written.\n")
    assert invoke("campaign", "load", file).stdout == f"{campaign.name}: nothing changed, version 1 already says this.\n"
    assert log(url)[-1].act == "read_campaigns"
    found = kept(url, campaign.name)
    assert found is not None
    assert found.campaign == campaign


def test_no_file_is_written_over(invoke: Invoke, url: str, folder: Path) -> None:
    invoke("campaign", "load", write(folder, RICH))
    exported = invoke("campaign", "export", RICH.name, folder / f"{RICH.name}.yaml")
    assert exported.exit_code == 1
    assert exported.stderr == f"{folder}/passphrases.yaml is there already, and stays as it is: name another file.\n"
    (folder / "depot.png").write_bytes(png(2, 2))
    assert invoke("campaign", "export", RICH.name, folder / "other.yaml").exit_code == 1
    assert not (folder / "other.yaml").exists()
    (folder / "depot.png").write_bytes(png())
    assert invoke("campaign", "export", RICH.name, folder / "other.yaml").stdout.splitlines()[1:] == [
        "To load it again, call the file passphrases.yaml."
    ]


def test_what_cannot_be_written_is_told(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, TIMELY)
    invoke("campaign", "load", file)
    exported = invoke("campaign", "export", TIMELY.name, file / "inside.yaml")
    assert exported.exit_code == 1
    assert "can't be written" in exported.stderr


def test_a_campaign_that_never_was_is_told(invoke: Invoke, url: str, folder: Path) -> None:
    exported = invoke("campaign", "export", "nothing", folder / "nothing.yaml")
    assert (exported.exit_code, exported.stderr) == (1, "There's no campaign 'nothing': pourqui campaign list\n")


def test_a_campaign_that_was_cancelled_for_good_stays_so(invoke: Invoke, url: str, folder: Path) -> None:
    file = write(folder, TIMELY)
    invoke("campaign", "load", file)
    cancel = CampaignSteered(name=TIMELY.name, move="cancel", version=1)
    use(url, lambda database: database.write(campaigns.PLANNING, lambda session: campaigns.steer(session, cancel, "tests", now())))
    write(folder, replace(TIMELY, priority="low"))
    assert invoke("campaign", "load", file).exit_code == 1
