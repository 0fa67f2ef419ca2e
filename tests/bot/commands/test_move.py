"""`pourqui move`: what's lived in goes on elsewhere: answers, the ledger, sealed voices, the audit log."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import now
from bot.commands.move import Progress
from bot.po import texts
from bot.sealed import Pending, Seal
from dialogs.voice import Unnamed, VoiceKind
from storage import anonymous, audit, processes, schema
from storage.database import Database
from storage.moving import Again, Step
from tests.bot.program import Invoke, furnish, use
from tests.bot.simulated import Time, plan, pump, slack, standing, to_say
from tests.company import NOON
from tests.databases import Server
from tests.processes import process

KEY = "the key of the embedded one"


@pytest.fixture
def target(postgresql: Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    yield postgresql.make("moved")
    postgresql.drop("moved")


@pytest.fixture
def installation(invoke: Invoke, alone: Path) -> str:
    """An embedded installation with the small company, and a key of its own; its database's URL."""
    (alone / "data").mkdir()
    (alone / "data" / "secret.key").write_text(KEY)
    url = f"sqlite:///{alone / 'data' / 'pourqui.sqlite3'}"
    schema.upgrade(url)
    use(url, furnish)
    return url


async def live(database: Database) -> None:
    """Plan a word to a channel, and let somebody say something without a name."""
    await plan(database, NOON, to_say("word"))
    await database.write("test", lambda session: audit.append(session, actor="tests", act="tried", function=None, subject=None, at=NOON))
    waiting = Pending(salt="s").added(Unnamed(function="it", kind=VoiceKind.IDEA, text="une idée"), "gesture", "hash")
    await database.write("test", lambda session: anonymous.seal(session, Seal(KEY).close(waiting)))


async def go_on(database: Database) -> None:
    """See that what was planned is sent once, and that what was sealed opens with the same key."""
    time = Time()
    platform = slack(time)
    await pump(database, platform, time=time).drain()
    assert await standing(database) == {"word": ("sent", None)}
    content = await database.read(anonymous.sealed)
    assert Seal(KEY).open(content).of_receipt("hash") == Unnamed(function="it", kind=VoiceKind.IDEA, text="une idée")


def test_an_installation_goes_on_where_it_came_to(invoke: Invoke, installation: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(installation, live)
    moved = invoke("move", "--to", target)
    assert (moved.exit_code, moved.stderr) == (0, "")
    assert "catalogue_version: 1 row, the same on both sides" in moved.stdout
    assert ": 0 rows" not in moved.stdout
    assert re.search(r"^\d\d more tables are empty on both sides\.$", moved.stdout, re.MULTILINE)
    assert f"POURQUI_SECRET_KEY_FILE={Path('data/secret.key').absolute()}" in moved.stdout
    assert KEY not in moved.stdout
    refused = invoke("audit", "list")
    assert refused.exit_code == 1
    assert "this installation moved to postgresql://postgres@/moved" in refused.stderr

    monkeypatch.setenv("POURQUI_DATABASE_URL", target)
    monkeypatch.setenv("POURQUI_SECRET_KEY", KEY)
    answer = json.loads(invoke("ask", "mon ordinateur portable est mort", "--json").stdout)
    assert (answer["outcome"], answer["ids"]) == ("answer", ["it_laptop"])
    use(target, go_on)
    assert "The audit log is whole: 2 lines." in invoke("audit", "verify").stdout
    last = use(target, lambda database: database.read(lambda session: audit.lines(session, last=1)))[0]
    assert last.act == "move"
    assert last.detail["from"] == installation
    assert last.detail["to"].startswith("postgresql://postgres@/moved")
    on_postgresql = invoke("move", "--to", target)
    assert on_postgresql.exit_code == 1
    assert "already, by POURQUI_DATABASE_URL" in on_postgresql.stderr


def test_it_can_be_called_back(invoke: Invoke, installation: str, target: str) -> None:
    nothing = invoke("move", "--cancel")
    assert (nothing.exit_code, nothing.stderr) == (1, "this installation hasn't moved: there's nothing to cancel\n")
    assert invoke("move", "--to", target).exit_code == 0
    back = invoke("move", "--cancel")
    assert back.exit_code == 0
    assert "The old database is in use again. It had moved to postgresql://postgres@/moved" in back.stdout
    assert "cancel_move" in invoke("audit", "list", "--csv").stdout
    again = invoke("move", "--to", target)
    assert again.exit_code == 1
    assert "to move again, make an empty one" in again.stderr


def test_a_dry_run_says_what_would_be_copied(invoke: Invoke, installation: str, target: str) -> None:
    said = invoke("move", "--to", target, "--dry-run")
    assert said.exit_code == 0
    assert "catalogue_version" in said.stdout
    assert "Nothing was copied" in said.stdout
    assert invoke("audit", "list").exit_code == 0


def test_a_process_at_work_is_named(invoke: Invoke, installation: str, target: str) -> None:
    serving = process("atlas", now(), pid=1)
    use(installation, lambda database: database.write("test", lambda session: processes.note(session, serving)))
    refused = invoke("move", "--to", target)
    assert refused.exit_code == 1
    assert "serve on atlas (process 1, since" in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("options", [(), ("--cancel", "--to", "postgresql://db/p"), ("--cancel", "--dry-run"), ("--dry-run",)])
def test_it_must_be_clear_what_is_meant(invoke: Invoke, options: tuple[str, ...]) -> None:
    refused = invoke("move", *options)
    assert (refused.exit_code, refused.stderr) == (
        2,
        "Say either where to, --to postgresql://user@host/name, or --cancel to use the old database again.\n",
    )


def test_a_place_that_isn_t_postgresql(invoke: Invoke, installation: str) -> None:
    refused = invoke("move", "--to", "mysql://db/p")
    assert refused.exit_code == 2
    assert "mysql:// isn't supported" in refused.stderr


def test_one_that_is_stopped_by_hand_goes_on_later(invoke: Invoke, installation: str, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_self: Progress, _step: Step | Again) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Progress, "tell", interrupted)
        stopped = invoke("move", "--to", target)
    assert (stopped.exit_code, stopped.stderr) == (130, "Stopped. The old database is as it was; the same command goes on from here.\n")
    assert invoke("move", "--to", target).exit_code == 0


@pytest.mark.parametrize(("given", "said"), [("of its own", "POURQUI_SECRET_KEY: as it is"), (None, "POURQUI_SECRET_KEY: a long random text")])
def test_it_says_which_key_to_set(
    invoke: Invoke, installation: str, target: str, monkeypatch: pytest.MonkeyPatch, given: str | None, said: str
) -> None:
    Path("data/secret.key").unlink()
    if given is not None:
        monkeypatch.setenv("POURQUI_SECRET_KEY", given)
    moved = invoke("move", "--to", target)
    assert said in moved.stdout
    assert "of its own" not in moved.stdout


def test_a_long_table_is_told_now_and_then_and_a_new_start_too(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 1.0, 6.0, 7.0, 9.0, 12.0])
    progress = Progress(texts("en"), lambda: next(seconds))
    for step in (
        Step(table="event", rows=5_000, of=20_000),
        Step(table="event", rows=10_000, of=20_000),
        Step(table="event", rows=15_000, of=20_000),
        Step(table="event", rows=20_000, of=20_000, checked=True),
        Again(table="event"),
    ):
        progress.tell(step)
    assert capsys.readouterr().out.splitlines() == [
        "event: 10000 of 20000 rows",
        "event: 20,000 rows, the same on both sides",
        "event was changed since it was copied: the copy starts again, from the beginning.",
    ]
    assert progress.tables == {}
