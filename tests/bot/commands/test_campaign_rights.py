"""`pourqui campaign approval|reach`: a second person's approval, and whom authors may reach."""

import pytest

from dialogs.campaigning import AudienceGrant
from storage import audit, campaigns, people
from storage.audit import Line
from tests.bot.program import Invoke, furnish, use

ALICE = people.directory_person_id("p1")


@pytest.fixture
def url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with the small company, which the commands use."""
    use(database_url, furnish)
    monkeypatch.setenv("POURQUI_DATABASE_URL", database_url)
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setenv("COLUMNS", "150")
    return database_url


def granted(url: str) -> dict[str, frozenset[AudienceGrant]]:
    return use(url, lambda database: database.read(lambda session: campaigns.granted(session, ALICE)))


def log(url: str) -> list[Line]:
    return use(url, lambda database: database.read(audit.lines))


def test_a_function_s_campaigns_need_a_second_person_or_not(invoke: Invoke, url: str) -> None:
    on = invoke("campaign", "approval", "IT", "on")
    assert (on.exit_code, on.stdout) == (0, "From now on, a second person approves the campaigns of it.\n")
    assert use(url, lambda database: database.read(campaigns.approval)) == {"it"}
    assert invoke("campaign", "approval", "it", "On").stdout == "Nothing changed for it.\n"
    assert invoke("campaign", "approval", "it", "off").stdout == "The campaigns of it need nobody's approval any more.\n"
    assert use(url, lambda database: database.read(campaigns.approval)) == frozenset()
    assert [(line.actor, line.act, line.function, line.detail) for line in log(url)] == [
        ("command line: root", "approve_campaigns", "it", {"approval": wanted}) for wanted in ("on", "off")
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("it", "perhaps"), "'perhaps' is neither on nor off.\n"),
        (("finances", "on"), "The catalogue has no function 'finances'. Perhaps: finance.\n"),
    ],
)
def test_what_cannot_be_told_changes_nothing(invoke: Invoke, url: str, arguments: tuple[str, str], told: str) -> None:
    said = invoke("campaign", "approval", *arguments)
    assert (said.exit_code, said.stderr, log(url)) == (2, told, [])


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("segment:Sales", AudienceGrant(kind="segment", value="sales")),
        ("department: ventes", AudienceGrant(kind="department", value="Ventes")),
        ("Site:LYON", AudienceGrant(kind="site", value="Lyon")),
        ("everyone", AudienceGrant(kind="everyone")),
    ],
)
def test_an_author_may_reach_what_they_are_granted(invoke: Invoke, url: str, typed: str, given: AudienceGrant) -> None:
    shown = f"{given.kind}:{given.value}" if given.value else given.kind
    said = invoke("campaign", "reach", "grant", "alice martin", "IT", typed)
    assert (said.exit_code, said.stdout) == (0, f"Alice Martin may now reach {shown} with the campaigns of it.\n")
    assert granted(url) == {"it": frozenset({given})}
    assert invoke("campaign", "reach", "grant", "p1", "it", typed).stdout == f"Nothing changed: Alice Martin may reach {shown} already.\n"
    listed = invoke("campaign", "reach", "list", "p1").stdout
    (row,) = ([cell.strip() for cell in line.strip("│").split("│")] for line in listed.splitlines() if line.startswith("│"))
    assert row == ["it", shown]
    taken = invoke("campaign", "reach", "revoke", "p1", "it", shown)
    assert (taken.exit_code, taken.stdout) == (0, f"Alice Martin may no longer reach {shown} with the campaigns of it.\n")
    assert granted(url) == {}
    pseudonym = use(url, lambda database: database.write("test", lambda session: audit.pseudonym_of(session, ALICE)))
    assert [(line.act, line.function, line.subject, line.detail) for line in log(url)] == [
        ("grant_roles", "it", pseudonym, {"change": change, "audience": shown}) for change in ("granted", "revoked")
    ]


def test_what_was_not_granted_is_told_with_what_was(invoke: Invoke, url: str) -> None:
    invoke("campaign", "reach", "grant", "p1", "it", "segment:sales")
    invoke("campaign", "reach", "grant", "p1", "it", "everyone")
    gone = invoke("campaign", "reach", "revoke", "p1", "it", "segment:field")
    assert gone.exit_code == 1
    assert gone.stderr == "Alice Martin wasn't granted that in it. What they may reach: everyone, segment:sales.\n"
    assert invoke("campaign", "reach", "revoke", "p1", "finance", "everyone").stderr.endswith("What they may reach: none.\n")
    assert len(log(url)) == 2


def test_whoever_was_granted_nothing_is_told_how_to(invoke: Invoke, url: str) -> None:
    listed = invoke("campaign", "reach", "list", "p2")
    assert listed.stdout == "Bob Dupont was granted no audience: pourqui campaign reach grant PERSON FUNCTION AUDIENCE\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("xavier", "it", "everyone"), "Nobody in the directory is called 'xavier': give an id, an e-mail or a full name."),
        (("p1", "legal", "everyone"), "The catalogue has no function 'legal'. Perhaps: it, finance."),
        (("p1", "it", "sales"), "'sales' isn't an audience: write segment:SLUG | department:NAME | site:NAME | everyone."),
        (("p1", "it", "segment:"), "'segment:' isn't an audience: write segment:SLUG | department:NAME | site:NAME | everyone."),
        (("p1", "it", "everyone:sales"), "'everyone:sales' isn't an audience: write segment:SLUG | department:NAME | site:NAME | everyone."),
        (("p1", "it", "segment:sale"), "There's no 'segment:sale' in the company. Perhaps: sales."),
        (("p1", "it", "site:Q"), "There's no 'site:Q' in the company. Perhaps: Lille, Lyon."),
        (("p1", "it", "department:Achat"), "There's no 'department:Achat' in the company. Perhaps: Exploitation, IT, Ventes."),
    ],
)
def test_whatever_is_misnamed_is_told_with_what_is_near(invoke: Invoke, url: str, arguments: tuple[str, ...], told: str) -> None:
    said = invoke("campaign", "reach", "grant", *arguments)
    assert (said.exit_code, said.stdout, said.stderr) == (2, "", f"{told}\n")
    assert (granted(url), log(url)) == ({}, [])
