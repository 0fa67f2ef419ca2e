"""`pourqui attention`: what every function may take of people's attention, and which one takes less."""

import pytest
from typer.testing import Result

from dialogs.attention import Limit
from storage import attention, audit
from tests.bot.program import Invoke, furnish, use


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "150")
    return database_url


def limits(url: str) -> dict[str, Limit]:
    return dict(use(url, lambda database: database.read(attention.limits)))


def cells(said: Result) -> list[list[str]]:
    """Return the lines of a table."""
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in said.stdout.splitlines() if line.startswith("│")]


def test_a_function_takes_less_and_the_audit_log_says_so(invoke: Invoke, url: str) -> None:
    said = invoke("attention", "limit", "IT", "--ask-days", "60", "--messages-month", "2")
    assert (said.exit_code, said.stdout) == (0, "it: at least 60 days between two questions, 2 campaign messages a month at most.\n")
    assert limits(url) == {"it": Limit(ask_days=60, messages_month=2)}
    (line,) = use(url, lambda database: database.read(audit.lines))
    assert (line.actor, line.act, line.function, line.subject) == ("command line: root", "set_limits", "it", None)
    assert line.detail == {"ask_days": "60", "messages_month": "2"}


def test_what_is_not_given_stays(invoke: Invoke, url: str) -> None:
    invoke("attention", "limit", "it", "--ask-days", "60")
    said = invoke("attention", "limit", "it", "--messages-month", "1")
    assert said.stdout == "it: at least 60 days between two questions, 1 campaign message a month at most.\n"
    assert limits(url) == {"it": Limit(ask_days=60, messages_month=1)}


def test_limits_are_taken_away_and_nothing_changed_leaves_no_line(invoke: Invoke, url: str) -> None:
    assert invoke("attention", "limit", "it", "--none").stdout == "Nothing changed for it.\n"
    invoke("attention", "limit", "it", "--ask-days", "60")
    assert invoke("attention", "limit", "it", "--ask-days", "60").stdout == "Nothing changed for it.\n"
    assert invoke("attention", "limit", "it", "--none").stdout == "it takes what every function may.\n"
    assert limits(url) == {}
    assert [line.detail for line in use(url, lambda database: database.read(audit.lines))] == [{"ask_days": "60"}, {"limits": "none"}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--ask-days", "30"), "Give more than the 30 days of POURQUI_ASK_FUNCTION_DAYS, and 365 at most."),
        (("--ask-days", "-1"), "Give more than the 30 days of POURQUI_ASK_FUNCTION_DAYS"),
        (("--ask-days", "366"), "and 365 at most."),
        (("--messages-month", "4"), "Give fewer than the 4 of POURQUI_MESSAGES_FUNCTION_MONTH, and 1 at least."),
        (("--messages-month", "0"), "Give fewer than the 4 of POURQUI_MESSAGES_FUNCTION_MONTH, and 1 at least."),
        ((), "Say what it takes: --ask-days N, --messages-month N, or --none."),
        (("--none", "--ask-days", "60"), "--none takes all limits of it away: leave the others out."),
    ],
)
def test_a_function_never_takes_more_and_is_told_what_it_may(invoke: Invoke, url: str, options: tuple[str, ...], told: str) -> None:
    said = invoke("attention", "limit", "it", *options)
    assert (said.exit_code, said.stdout) == (2, "")
    assert told in said.stderr
    assert limits(url) == {}


def test_a_function_that_is_not_there_is_told_who_is_near(invoke: Invoke, url: str) -> None:
    for command in (("limit", "finances", "--none"), ("show", "finances")):
        said = invoke("attention", *command)
        assert (said.exit_code, said.stderr) == (2, "The catalogue has no function 'finances'. Perhaps: finance.\n")


def test_without_a_catalogue_there_is_nothing_to_limit(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    said = invoke("attention", "limit", "it", "--none")
    assert (said.exit_code, said.stderr) == (2, "No catalogue is loaded yet: pourqui catalog load FOLDER\n")


def test_what_holds_is_shown(invoke: Invoke, url: str) -> None:
    invoke("attention", "limit", "it", "--ask-days", "60")
    shown = invoke("attention", "show")
    assert cells(shown) == [["every function", "30", "4"], ["it", "60", "4"]]
    assert "All functions together ask a person once in 14 days." in shown.stdout
    assert "All campaigns together send a person 1 message a day and 2 a week at most." in shown.stdout
    assert cells(invoke("attention", "show", "it")) == [["it", "60", "4"]]
    assert cells(invoke("attention", "show", "Finance")) == [["finance", "30", "4"]]


def test_a_setting_that_takes_less_still_wins(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("attention", "limit", "it", "--ask-days", "60", "--messages-month", "3")
    monkeypatch.setenv("POURQUI_ASK_FUNCTION_DAYS", "90")
    monkeypatch.setenv("POURQUI_MESSAGES_FUNCTION_MONTH", "2")
    assert cells(invoke("attention", "show", "it")) == [["it", "90", "2"]]
