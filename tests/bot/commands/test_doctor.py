"""`pourqui doctor`: each thing that must be right, ok or what to do."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import now
from bot.commands import doctor_database
from bot.commands.serving import listen
from dialogs.events import Reference, Scope
from dialogs.people import DirectoryRow
from dialogs.request import Desk
from storage import bindings, directory, people, schema
from storage.database import Database
from tests.bot.commands.diagnosis import findings, set_all
from tests.bot.program import PACKS, Invoke, execute, furnish, use
from tests.company import DIRECTORY
from tests.platforms.embeddings import KEY, MODEL, FakeEmbeddings, status

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1234567890", "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef", "SLACK_APP_TOKEN": "xapp-1-A0-123"}
GUID = "5a1e0000-0000-4000-8000-00000000000a"
TEAMS = {"TEAMS_APP_ID": GUID, "TEAMS_APP_PASSWORD": "s3cr3t-of-teams", "TEAMS_TENANT_ID": GUID}


@pytest.fixture(autouse=True)
def free_port(monkeypatch: pytest.MonkeyPatch, alone: Path) -> int:
    """A port that nothing listens on: the default one may be taken on this machine."""
    with listen("127.0.0.1", 0) as listening:
        port: int = listening.getsockname()[1]
    monkeypatch.setenv("POURQUI_PORT", str(port))
    return port


def channel(name: str) -> Reference:
    return Reference(platform="slack", tenant="T1", conversation=name, scope=Scope.CHANNEL)


async def bind_channels(database: Database) -> None:
    """Bind a channel to each function of the small company, and another to one of its services."""
    bound = (("it", None, "C-it"), ("finance", None, "C-finance"), ("it", "it_laptop", "C-laptops"))
    desks = [Desk(function=function, service=service, reference=channel(name), language="fr") for function, service, name in bound]
    await database.write("any", lambda session: [bindings.bind(session, desk, "p-carol", now()) for desk in desks])


async def archive(database: Database, name: str) -> None:
    await database.write("any", lambda session: bindings.mark_dead(session, channel(name), "is_archived"))


def test_all_is_well(invoke: Invoke, database_url: str, free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, furnish)
    use(database_url, bind_channels)
    set_all(monkeypatch, SLACK, TEAMS, {"POURQUI_DATABASE_URL": database_url, "POURQUI_COMPANY": str(PACKS / "small")})
    monkeypatch.setenv("POURQUI_ADMINS", "Carol.Petit@solane.example")
    monkeypatch.setenv("POURQUI_SECRET_KEY", "k3y")
    said = invoke("doctor")
    assert said.exit_code == 0
    found = findings(said)
    assert {mark for mark, _ in found.values()} == {"ok"}
    assert found["database"] == ("ok", f"answers, revision {schema.head()}")
    assert found["catalogue"] == ("ok", "version 1, 2 functions")
    assert found["directory"] == ("ok", "3 people")
    assert found["admins"] == ("ok", "1 person")
    assert found["channels"] == ("ok", "3 are bound")
    assert found["who answers"] == ("ok", "a channel, for each function")
    assert found["POURQUI_WORKING_HOURS"] == ("ok", "09:00-18:00")
    assert found["POURQUI_QUIET_HOURS"] == ("ok", "19:00-08:00")
    assert found["POURQUI_DIGEST_AT"] == ("ok", "09:00")
    assert found["port"] == ("ok", f"127.0.0.1:{free_port} is free")
    assert {"clock", *SLACK, "TEAMS_APP_ID", "TEAMS_TENANT_ID", "POURQUI_COMPANY"} <= found.keys()


def test_no_secret_is_shown(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SLACK, TEAMS, {"POURQUI_SECRET_KEY": "k3y", "POURQUI_DATABASE_URL": database_url})
    shown = invoke("doctor").stdout
    for secret in (*SLACK.values(), TEAMS["TEAMS_APP_PASSWORD"], "k3y"):
        assert secret not in shown


def test_processes_on_a_server_must_be_given_their_key(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch, alone: Path) -> None:
    assert findings(invoke("doctor"))["POURQUI_SECRET_KEY"] == ("ok", "made at the first start, in data/secret.key")
    (alone / "data").mkdir()
    (alone / "data" / "secret.key").write_text("k3y")
    assert findings(invoke("doctor"))["POURQUI_SECRET_KEY"] == ("ok", "in data/secret.key")
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    mark, said = findings(invoke("doctor"))["POURQUI_SECRET_KEY"]
    if database_url.startswith("sqlite"):
        assert (mark, said) == ("ok", "in data/secret.key")
    else:
        assert mark == "!!"
        assert "nothing can be said anonymously" in said


def test_on_a_first_day_it_says_what_comes_next_and_makes_nothing(invoke: Invoke, alone: Path) -> None:
    said = invoke("doctor")
    assert said.exit_code == 1
    found = findings(said)
    assert found["POURQUI_DATA"] == ("ok", f"{alone}/data")
    assert found["database"] == ("!!", "none yet → it's made by: pourqui catalog load FOLDER")
    assert found["platforms"][0] == "!!"
    assert "or try: pourqui demo" in found["platforms"][1]
    assert found["POURQUI_ADMINS"] == ("ok", "nobody")
    assert list(alone.iterdir()) == []


def test_it_speaks_french_where_the_terminal_does(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert findings(invoke("doctor"))["base de données"][0] == "!!"


def test_a_database_of_another_form_is_to_be_upgraded(invoke: Invoke, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", empty_database_url)
    assert findings(invoke("doctor"))["database"] == ("!!", "revision - → run: pourqui db upgrade")
    assert schema.revision_of(empty_database_url) is None


def test_a_database_of_a_later_version_is_left_to_that_one(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, lambda database: database.write("test", lambda session: execute(session, "UPDATE alembic_version SET version_num = '9999'")))
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    said = "revision 9999 → it's of a later version than this one: install that version"
    assert findings(invoke("doctor"))["database"] == ("!!", said)


def test_an_empty_database_misses_catalogue_and_people(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    found = findings(invoke("doctor"))
    assert found["catalogue"] == ("!!", "none → run: pourqui catalog load FOLDER")
    assert found["directory"] == ("!!", "0 people → run: pourqui people import FILE.csv")
    assert found["admins"][0] == "!!"


def test_somebody_has_to_be_an_admin(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    how = "name one: set POURQUI_ADMINS to their e-mail, or run: pourqui roles grant PERSON admin"
    assert findings(invoke("doctor"))["admins"] == ("!!", f"0 people → {how}")
    assert invoke("roles", "grant", "p1", "owner", "it").exit_code == 0
    assert findings(invoke("doctor"))["admins"][0] == "!!"
    assert invoke("roles", "grant", "p1", "admin").exit_code == 0
    assert findings(invoke("doctor"))["admins"] == ("ok", "1 person")


def test_an_admin_whom_the_directory_does_not_know_is_told(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, furnish)
    admins = "carol.petit@solane.example, Ghost@solane.example"
    set_all(monkeypatch, {"POURQUI_DATABASE_URL": database_url, "POURQUI_ADMINS": admins})
    assert invoke("roles", "grant", "p3", "admin").exit_code == 0  # by the settings too: she's counted once
    what = "not in the directory: ghost@solane.example; correct POURQUI_ADMINS, or import them: pourqui people import FILE.csv"
    assert findings(invoke("doctor"))["admins"] == ("!!", f"1 person → {what}")


def test_a_function_to_which_nobody_answers_is_named(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    how = "say in a channel of theirs: /pourqui bind FUNCTION; or name somebody: pourqui roles grant PERSON owner FUNCTION"
    found = findings(invoke("doctor"))
    assert found["channels"] == ("ok", "0 are bound")
    assert found["who answers"] == ("!!", f"nobody, for: it, finance → {how}")  # the contacts of IT have left the directory
    for function in ("it", "finance"):
        assert invoke("roles", "grant", "p2", "expert", function).exit_code == 0
    assert findings(invoke("doctor"))["who answers"] == ("ok", "no channel yet, so a person is asked in private, for: it, finance")


def test_a_contact_of_the_directory_answers(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    malik = DirectoryRow(id="p9", email="Malik.Benali@vaubert.example", name="Malik Benali")
    use(database_url, furnish)
    use(
        database_url, lambda database: database.write(people.LINKING, lambda session: directory.import_directory(session, (*DIRECTORY, malik), now()))
    )
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    assert findings(invoke("doctor"))["who answers"][1].startswith("nobody, for: finance →")


def test_a_channel_that_cannot_be_written_to_is_named(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for work in (furnish, bind_channels, lambda database: archive(database, "C-laptops")):
        use(database_url, work)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    how = "invite the bot there again, then say in it: /pourqui bind FUNCTION"
    found = findings(invoke("doctor"))
    assert found["channels"] == ("!!", f"3 are bound → can't be written to any more: it_laptop (is_archived); {how}")
    assert found["who answers"][0] == "ok"
    use(database_url, lambda database: archive(database, "C-it"))
    found = findings(invoke("doctor"))
    assert "it (is_archived), it_laptop (is_archived)" in found["channels"][1]
    assert found["who answers"][1].startswith("nobody, for: it →")


@pytest.mark.parametrize("url", ["postgresql://pourqui:hunter2@127.0.0.1:1/pourqui", "mysql://pourqui:hunter2@db/pourqui"])
def test_a_database_that_does_not_answer_is_told_without_its_password(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", url)
    mark, words = findings(invoke("doctor"))["database"]
    assert mark == "!!"
    assert "check POURQUI_DATABASE_URL, and that the server runs" in words
    assert "hunter2" not in words


def test_a_damaged_file_is_told(invoke: Invoke, alone: Path) -> None:
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    file.write_bytes(b"this was a database once" * 100)
    mark, words = findings(invoke("doctor"))["database"]
    assert mark == "!!"
    assert "not a database" in words


def test_the_bundled_encoder_is_what_understands_unless_an_endpoint_is_set(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(invoke("doctor"))["encoder"] == ("ok", "the bundled one")
    monkeypatch.setenv("POURQUI_ENCODER_KEY", KEY)
    mark, words = findings(invoke("doctor"))["encoder"]
    assert mark == "!!"
    assert "set POURQUI_ENCODER_URL and POURQUI_ENCODER_MODEL too" in words


def test_an_endpoint_is_reached_or_it_says_what_to_do(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeEmbeddings() as fake:
        set_all(monkeypatch, {"POURQUI_ENCODER_URL": fake.url, "POURQUI_ENCODER_MODEL": MODEL, "POURQUI_ENCODER_KEY": KEY})
        mark, words = findings(invoke("doctor"))["encoder"]
        assert mark == "ok"
        assert words.startswith(f"openai|{fake.host}|{MODEL}|32 answers in ")
        fake.down = status(401)
        mark, words = findings(invoke("doctor"))["encoder"]
    assert mark == "!!"
    assert words.startswith(f"{fake.host} answered 401: it refuses the key: check POURQUI_ENCODER_KEY → ")
    assert "the bundled encoder does its work" in words
    assert KEY not in words


def test_a_folder_that_cannot_be_written_to_is_told(invoke: Invoke, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, who runs tests in containers, may write everywhere
    mark, words = findings(invoke("doctor"))["POURQUI_DATA"]
    assert mark == "!!"
    assert f"{alone} can't be written to" in words


def test_a_pack_with_mistakes_is_told(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "broken"))
    assert findings(invoke("doctor"))["POURQUI_COMPANY"] == ("!!", f"{PACKS}/broken → see: pourqui catalog check {PACKS}/broken")


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1234567890", "xoxb-…"),
        ("SLACK_SIGNING_SECRET", "not hexadecimal", "32 hexadecimal characters"),
        ("SLACK_APP_TOKEN", "xoxb-1234567890", "xapp-…"),
        ("TEAMS_APP_ID", "pourqui", "00000000-0000-0000-0000-000000000000"),
        ("TEAMS_TENANT_ID", "solane.example", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_a_credential_of_another_form_is_told(invoke: Invoke, name: str, value: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SLACK, TEAMS, {name: value})
    found = findings(invoke("doctor"))
    assert found[name][0] == "!!"
    assert found[name][1].endswith(f"→ this isn't its form: {form}")
    assert {other for other, (mark, _) in found.items() if mark == "!!"} == {name, "database"}


@pytest.mark.parametrize(
    ("given", "platform"),
    [
        ({"SLACK_BOT_TOKEN": SLACK["SLACK_BOT_TOKEN"]}, "Slack"),
        ({"SLACK_APP_TOKEN": SLACK["SLACK_APP_TOKEN"]}, "Slack"),
        ({"TEAMS_APP_ID": GUID}, "Teams"),
    ],
)
def test_half_a_platform_is_off_and_says_what_it_needs(invoke: Invoke, given: dict[str, str], platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, given)
    mark, words = findings(invoke("doctor"))[platform]
    assert mark == "!!"
    assert words.startswith(f"off → it needs {platform.upper()}_")


def test_service_urls_are_https(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, TEAMS, {"TEAMS_SERVICE_URLS": "https://smba.trafficmanager.net/,http://smba.example/"})
    assert findings(invoke("doctor"))["TEAMS_SERVICE_URLS"] == ("!!", "http://smba.example/ → service URLs start with https://")


def test_a_port_that_is_taken_is_told(invoke: Invoke, free_port: int) -> None:
    with listen("127.0.0.1", free_port):
        mark, words = findings(invoke("doctor"))["port"]
    assert mark == "!!"
    assert words.startswith(f"127.0.0.1:{free_port}: ")
    assert "choose another: POURQUI_PORT" in words


@pytest.mark.parametrize("url", ["", "postgresql://127.0.0.1:1/never"])
def test_the_clock_is_looked_at_without_a_database_too(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", url)
    found = findings(invoke("doctor"))
    assert found["database"][0] == "!!"
    assert found["clock"][0] == "ok"


def test_a_clock_that_was_never_set_is_told(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setattr(doctor_database, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    mark, words = findings(invoke("doctor"))["clock"]
    assert mark == "!!"
    assert words.startswith("1970-01-01T00:00:00+00:00 → set this machine's clock")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_clock_far_from_the_database_servers_is_told(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setattr(doctor_database, "now", lambda: now() + timedelta(hours=1))
    mark, words = findings(invoke("doctor"))["clock"]
    assert mark == "!!"
    assert words.startswith("36")
    assert words.endswith("s from the database's → set both clocks (NTP)")


def test_looking_changes_nothing(invoke: Invoke, alone: Path) -> None:
    file = alone / "data" / "pourqui.sqlite3"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE theirs (id INTEGER)")
    assert findings(invoke("doctor"))["database"][0] == "!!"
    assert schema.revision_of(f"sqlite:///{file}") is None
