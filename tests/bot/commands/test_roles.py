"""`pourqui roles`: granted, taken back, listed; whoever is misnamed is told who is near."""

from pathlib import Path

import pytest
from typer.testing import Result

from dialogs.catalog import Catalogue
from dialogs.people import DirectoryRow
from dialogs.rights import Grant, Role
from storage import audit, catalog, directory, people, roles
from storage.audit import Line
from storage.database import Database
from tests.bot.program import Invoke, furnish, use
from tests.company import CATALOGUE, DIRECTORY, NOON

ALICE = people.directory_person_id("p1")
TWIN = DirectoryRow(id="p9", email="alice.martin2@solane.example", name="Alice Martin")
ACCENTED = DirectoryRow(id="p10", email="h.roche@solane.example", name="Hélène Roche")


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "150")
    return database_url


def joins(url: str, *rows: DirectoryRow) -> None:
    use(url, lambda database: database.write(people.LINKING, lambda session: directory.import_directory(session, rows, NOON)))


def held(url: str) -> list[tuple[str | None, Grant]]:
    return [(each.name, each.grant) for each in use(url, lambda database: database.read(roles.held))]


def log(url: str) -> list[Line]:
    return use(url, lambda database: database.read(audit.lines))


def cells(said: Result) -> list[list[str]]:
    """Return the lines of a table."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in said.stdout.splitlines() if line.startswith("│")]


@pytest.mark.parametrize("who", ["p1", "Alice.Martin@Solane.example", "alice martin", " P1 "])
def test_a_person_is_named_by_id_e_mail_or_full_name(invoke: Invoke, url: str, who: str) -> None:
    said = invoke("roles", "grant", who, "owner", "finance")
    assert (said.exit_code, said.stdout, said.stderr) == (0, "Alice Martin is now owner of finance.\n", "")
    assert held(url) == [("Alice Martin", Grant(role=Role.OWNER, function="finance"))]


def test_a_grant_leaves_a_line_under_a_pseudonym(invoke: Invoke, url: str) -> None:
    assert invoke("roles", "grant", "p1", "author", "IT").exit_code == 0
    assert invoke("roles", "revoke", "p1", "Author", "it").stdout == "Alice Martin is no longer author of it.\n"
    granted, revoked = log(url)
    pseudonym = use(url, lambda database: database.write("test", lambda session: audit.pseudonym_of(session, ALICE)))
    for line, change in ((granted, "granted"), (revoked, "revoked")):
        assert (line.actor, line.act, line.function, line.subject) == ("command line: root", "grant_roles", "it", pseudonym)
        assert (line.outcome, line.detail) == ("done", {"change": change, "role": "author"})
    assert held(url) == []


def test_what_changes_nothing_says_so_and_leaves_no_line(invoke: Invoke, url: str) -> None:
    assert invoke("roles", "grant", "p1", "admin").stdout == "Alice Martin is now admin.\n"
    again = invoke("roles", "grant", "p1", "admin")
    assert (again.exit_code, again.stdout) == (0, "Nothing changed: Alice Martin has this role already.\n")
    assert invoke("roles", "revoke", "p1", "admin").stdout == "Alice Martin is no longer admin.\n"
    gone = invoke("roles", "revoke", "p1", "admin")
    assert (gone.exit_code, gone.stderr) == (1, "Alice Martin doesn't have this role. Their roles: none.\n")
    assert len(log(url)) == 2


def test_a_role_that_is_not_held_is_told_with_those_that_are(invoke: Invoke, url: str) -> None:
    for role in (("owner", "it"), ("auditor",), ("expert", "finance")):
        assert invoke("roles", "grant", "p1", *role).exit_code == 0
    assert invoke("roles", "grant", "p2", "admin").exit_code == 0
    gone = invoke("roles", "revoke", "p1", "author", "it")
    assert (gone.exit_code, gone.stdout) == (1, "")
    assert gone.stderr == "Alice Martin doesn't have this role. Their roles: auditor, expert finance, owner it.\n"


def test_a_role_in_a_function_that_is_gone_can_be_taken_back(invoke: Invoke, url: str) -> None:
    assert invoke("roles", "grant", "p1", "owner", "it").exit_code == 0

    async def lose_it(database: Database) -> None:
        smaller = Catalogue(company=CATALOGUE.company, functions=CATALOGUE.functions[1:])
        await database.write(catalog.LOADING, lambda session: catalog.load(session, smaller, "tests", NOON))

    use(url, lose_it)
    assert invoke("roles", "grant", "p2", "owner", "it").exit_code == 2
    assert invoke("roles", "revoke", "p1", "owner", "it").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("alice", "admin"), "Nobody in the directory is called 'alice'. Perhaps: Alice Martin."),
        (("dupont bob", "admin"), "Nobody in the directory is called 'dupont bob'. Perhaps: Bob Dupont."),
        (("carole petit", "admin"), "Nobody in the directory is called 'carole petit'. Perhaps: Carol Petit."),
        (("xavier", "admin"), "Nobody in the directory is called 'xavier': give an id, an e-mail or a full name."),
        (("", "admin"), "Nobody in the directory is called '': give an id, an e-mail or a full name."),
        (("p1", "boss"), "'boss' isn't a role that can be granted: choose among expert, author, owner, admin, auditor."),
        (("p1", "employee"), "'employee' isn't a role that can be granted: choose among expert, author, owner, admin, auditor."),
        (("p1", "owner"), "owner is a role in one function: say which, as in pourqui roles grant PERSON owner FUNCTION."),
        (("p1", "admin", "it"), "admin is a role in the whole company: leave 'it' out."),
        (("p1", "owner", "finances"), "The catalogue has no function 'finances'. Perhaps: finance."),
        (("p1", "owner", "legal"), "The catalogue has no function 'legal'. Perhaps: it, finance."),
    ],
)
def test_whatever_is_misnamed_is_told_with_what_is_near(invoke: Invoke, url: str, arguments: tuple[str, ...], told: str) -> None:
    said = invoke("roles", "grant", *arguments)
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", f"{told}\n")
    assert held(url) == []
    assert log(url) == []


def test_a_name_that_two_people_have_is_told_with_their_ids(invoke: Invoke, url: str) -> None:
    joins(url, TWIN)
    said = invoke("roles", "grant", "Alice Martin", "admin")
    assert (said.exit_code, said.stderr) == (2, "Several people are called 'Alice Martin': give one of p1, p9.\n")
    assert invoke("roles", "grant", "p9", "admin").exit_code == 0


def test_accents_that_were_left_out_are_near(invoke: Invoke, url: str) -> None:
    joins(url, ACCENTED)
    assert "Perhaps: Hélène Roche" in invoke("roles", "grant", "helene roche", "admin").stderr


def test_before_the_first_catalogue_no_function_has_roles(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    joins(database_url, *DIRECTORY)
    assert invoke("roles", "grant", "p1", "owner", "it").stderr == "No catalogue is loaded yet: pourqui catalog load FOLDER\n"
    assert invoke("roles", "grant", "p1", "admin").exit_code == 0


def test_an_admin_by_the_settings_stays_one(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_ADMINS", "Alice.Martin@solane.example, ghost@solane.example")
    said = invoke("roles", "revoke", "p1", "admin")
    assert said.exit_code == 1
    assert said.stderr == "Alice Martin stays an admin by POURQUI_ADMINS: take alice.martin@solane.example out of it.\n"


def test_the_list_tells_who_holds_what_and_who_granted_it(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke("roles", "list").stdout == "Nobody has a role yet: pourqui roles grant PERSON ROLE [FUNCTION]\n"
    monkeypatch.setenv("POURQUI_ADMINS", "Alice.Martin@solane.example, ghost@solane.example")
    assert invoke("roles", "grant", "p2", "owner", "it").exit_code == 0

    async def by_alice(database: Database) -> None:
        alice = await database.write("test", lambda session: audit.pseudonym_of(session, ALICE))
        given = Grant(role=Role.AUDITOR)
        await database.write(roles.GRANTING, lambda session: roles.grant(session, people.directory_person_id("p3"), given, alice, NOON))

    use(url, by_alice)
    settings_alice, settings_ghost, auditor, owner = cells(invoke("roles", "list"))
    assert settings_alice == ["Alice Martin <alice.martin@solane.example>", "admin", "", "", "POURQUI_ADMINS"]
    assert settings_ghost == ["ghost@solane.example (not in the directory)", "admin", "", "", "POURQUI_ADMINS"]
    assert auditor == ["Carol Petit <carol.petit@solane.example>", "auditor", "", "2026-11-20 12:00 UTC", "Alice Martin"]
    assert (owner[:3], owner[4]) == (["Bob Dupont <bob.dupont@solane.example>", "owner", "it"], "command line: root")


def test_it_works_on_the_embedded_database_too(invoke: Invoke, alone: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(
        "id,email,name,language,timezone,site,department,seniority,manager,segments\np1,a@solane.example,Ann,en,,,,,,\n", encoding="utf-8"
    )
    assert invoke("people", "import", file).exit_code == 0
    assert invoke("roles", "grant", "ann", "admin").stdout == "Ann is now admin.\n"
    assert (alone / "data" / "pourqui.sqlite3").exists()
