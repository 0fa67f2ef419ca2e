"""`pourqui sources`: a token is shown once; who has one, and who no longer."""

import pytest

from storage import audit, exchange_sources
from tests.bot.commands.test_roles import cells
from tests.bot.program import Invoke, use


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that the commands use."""
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "150")
    return database_url


def log(url: str) -> list[tuple[str, str, str | None, str | None]]:
    lines = use(url, lambda database: database.read(audit.lines))
    return [(line.actor, line.act, line.subject, line.detail.get("change")) for line in lines]


def token_of(invoke: Invoke, name: str) -> str:
    said = invoke("sources", "add", name)
    assert said.exit_code == 0
    first, token = said.stdout.splitlines()
    assert first == f"This is the token of {name}. It isn't shown again:"
    return token


def test_a_token_is_shown_once_and_opens_the_door(invoke: Invoke, url: str) -> None:
    token = token_of(invoke, "guichet")
    assert len(token) >= 43  # 32 random bytes
    found = use(url, lambda database: database.read(lambda session: exchange_sources.trusted(session, token)))
    assert found is not None
    assert (found.name, found.created_by) == ("guichet", "command line: root")
    assert token not in invoke("sources", "list").stdout
    assert log(url) == [("command line: root", "manage_sources", "guichet", "added")]


def test_no_two_tokens_are_alike(invoke: Invoke, url: str) -> None:
    assert token_of(invoke, "guichet") != token_of(invoke, "atelier")


@pytest.mark.parametrize("name", ["", "Guichet", "guichet 2", "-x", "a" * 41, "é", "shortcut"])
def test_a_name_that_cannot_be_is_refused(invoke: Invoke, url: str, name: str) -> None:
    said = invoke("sources", "add", "--", name)
    assert said.exit_code == 2
    assert "1 to 40 small letters, digits, - and _" in said.stderr


def test_a_tool_has_one_token_at_a_time(invoke: Invoke, url: str) -> None:
    former = token_of(invoke, "guichet")
    said = invoke("sources", "add", "guichet")
    assert (said.exit_code, said.stdout) == (1, "")
    assert said.stderr == "guichet has a token already. For another one: pourqui sources revoke guichet, then add it again.\n"
    assert invoke("sources", "revoke", "guichet").stdout == "guichet can't tell of exchanges any more; what it told stays.\n"
    assert token_of(invoke, "guichet") != former
    assert [change for _, _, _, change in log(url)] == ["added", "revoked", "added"]


def test_what_is_not_trusted_cannot_be_revoked(invoke: Invoke, url: str) -> None:
    said = invoke("sources", "revoke", "guichet")
    assert (said.exit_code, said.stderr) == (1, "No source 'guichet' has a token. Those that do: none.\n")
    token_of(invoke, "atelier")
    assert invoke("sources", "revoke", "guichet").stderr.endswith("Those that do: atelier.\n")
    assert len(log(url)) == 1


def test_the_list_tells_who_has_a_token_and_who_no_longer(invoke: Invoke, url: str) -> None:
    assert invoke("sources", "list").stdout == "No other tool tells of its exchanges yet: pourqui sources add NAME\n"
    for name in ("guichet", "atelier"):
        token_of(invoke, name)
    invoke("sources", "revoke", "atelier")
    atelier, guichet = cells(invoke("sources", "list"))
    assert (atelier[0], atelier[2], atelier[3]) == ("atelier", "command line: root", "")
    assert atelier[4].endswith("UTC")
    assert (guichet[0], guichet[3:]) == ("guichet", ["", ""])
