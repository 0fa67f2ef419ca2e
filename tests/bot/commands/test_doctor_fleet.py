"""`pourqui doctor` on several machines: which mode runs and why, who works, whether they agree, and whether there's room for them."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from bot.clock import now
from storage import deployment, processes, queue, schema
from storage.processes import Process
from storage.queue import JOBS, Queued
from tests.bot.commands.diagnosis import findings, set_all
from tests.bot.program import Invoke, execute, use
from tests.databases import Server, running_server
from tests.processes import process

on_a_server = pytest.mark.parametrize("database_kind", ["postgresql"])
on_one_file = pytest.mark.parametrize("database_kind", ["sqlite"])
QUEUED = {"POURQUI_RUNNER": "procrastinate", "POURQUI_SECRET_KEY": "k3y"}


def there(name: str, **changed: Any) -> Process:
    return process(name, now(), **{"runner": "procrastinate", "version": "1.0"} | changed)


def run(url: str, *running: Process) -> None:
    """Have processes at work on a database."""

    def note(session: Session) -> None:
        for each in running:
            processes.note(session, each)

    use(url, lambda database: database.write("test", note))


def at_work(invoke: Invoke, url: str, monkeypatch: pytest.MonkeyPatch, *running: Process, **settings: str) -> dict[str, tuple[str, str]]:
    """Return what is found while these processes are at work."""
    run(url, *running)
    set_all(monkeypatch, {"POURQUI_DATABASE_URL": url}, settings)
    return findings(invoke("doctor"))


def test_one_machine_needs_no_more_than_its_own_process(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(invoke("doctor"))["POURQUI_RUNNER"] == ("ok", "embedded: one machine is enough, its process does the jobs itself")
    set_all(monkeypatch, {"POURQUI_DATABASE_URL": "postgresql://pourqui@127.0.0.1:1/pourqui"})
    said = "embedded: each process does the jobs itself, until POURQUI_RUNNER says procrastinate"
    assert findings(invoke("doctor"))["POURQUI_RUNNER"] == ("ok", said)
    set_all(monkeypatch, QUEUED)
    assert findings(invoke("doctor"))["POURQUI_RUNNER"] == ("ok", "procrastinate, as it's set: workers do the jobs, from a queue in PostgreSQL")


def test_nothing_needs_to_run_while_it_looks(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = at_work(invoke, database_url, monkeypatch)
    assert found["processes"] == ("ok", "none is running")
    assert not {"who sends", "versions", "runners", "one file", "queue", "move"} & found.keys()


@on_one_file
def test_the_one_process_of_a_file_is_named(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = at_work(invoke, database_url, monkeypatch, there("laptop", runner="embedded"))
    assert found["processes"] == ("ok", "serve 1.0 on laptop")
    assert found["who sends"] == ("ok", "serve")
    assert "connections" not in found


@on_one_file
def test_several_on_one_file_are_too_many(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = at_work(invoke, database_url, monkeypatch, *(there(name, runner="embedded") for name in ("a", "b")))
    how = "stop all but one, or move to PostgreSQL: pourqui move --to postgresql://…"
    assert found["one file"] == ("!!", f"2 serve on one file → {how}")


@on_a_server
@pytest.mark.parametrize(
    ("workers", "serves_send", "said"),
    [
        (2, False, "2 workers"),
        (1, False, "1 worker"),
        (0, True, "serve, since no worker is running"),
        (1, True, "workers, and serve beside them"),
    ],
)
def test_it_says_who_sends(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch, workers: int, serves_send: bool, said: str) -> None:
    schema.upgrade(database_url, queue=True)
    running = [there("web-1", on_duty=serves_send), *(there(f"worker-{number}", role="worker") for number in range(workers))]
    found = at_work(invoke, database_url, monkeypatch, *running, **QUEUED)
    assert found["who sends"] == ("ok", said)
    assert found["processes"][1].startswith("serve 1.0 on web-1")
    assert not {"versions", "runners", "one file"} & found.keys()


@on_a_server
def test_where_nobody_is_on_duty_it_says_where_to_look(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = at_work(invoke, database_url, monkeypatch, there("web-1", runner="embedded", on_duty=False))
    assert found["who sends"] == ("!!", "nobody → look at /readyz of each process: it says why it mustn't; or start one: pourqui worker")


@on_a_server
def test_an_upgrade_that_is_half_done_is_to_be_finished(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.upgrade(database_url, queue=True)
    running = there("worker-1", role="worker"), there("worker-2", role="worker", version="1.1")
    found = at_work(invoke, database_url, monkeypatch, *running, **QUEUED)
    assert found["versions"] == ("!!", "1.0, 1.1 → they get on with each other; finish the upgrade: restart those of the older version")


@on_a_server
def test_processes_that_run_their_jobs_in_two_ways_are_told(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.upgrade(database_url, queue=True)
    running = there("web-1", runner="embedded"), there("worker-1", role="worker")
    found = at_work(invoke, database_url, monkeypatch, *running, **QUEUED)
    how = "set POURQUI_RUNNER alike for every process and for this command, and restart those processes"
    assert found["runners"] == ("!!", f"embedded: 1, procrastinate: 1 → {how}")


@on_a_server
def test_the_queue_is_counted_and_what_is_stalled_is_told(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.upgrade(database_url, queue=True)

    def queue_two(session: Session) -> None:
        for job in ("digests", "campaigns"):
            queue.put(session, Queued(job=job, key="", queue=JOBS))

    use(database_url, lambda database: database.write("test", queue_two))
    assert at_work(invoke, database_url, monkeypatch, **QUEUED)["queue"] == ("ok", "2 waiting, 0 running")

    def lose(session: Session) -> None:
        execute(session, "SET LOCAL search_path = procrastinate, public")
        execute(session, "UPDATE procrastinate_jobs SET status = 'doing' WHERE args->>'job' = 'digests'")

    use(database_url, lambda database: database.write("test", lose))
    mark, said = findings(invoke("doctor"))["queue"]
    assert mark == "!!"
    assert said.startswith("1 waiting, 1 running, 1 of them stalled → they're taken over within seconds")


@on_a_server
def test_a_queue_that_is_not_there_yet_is_to_be_made(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, said = at_work(invoke, database_url, monkeypatch, **QUEUED)["queue"]
    assert mark == "!!"
    assert said.endswith("→ run: pourqui db upgrade")
    assert invoke("db", "upgrade").exit_code == 0
    assert findings(invoke("doctor"))["queue"] == ("ok", "0 waiting, 0 running")


def test_an_installation_that_moved_says_where_to(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(session: Session) -> None:
        deployment.of(session, now())
        deployment.leave(session, "postgresql://db/pourqui", datetime.fromisoformat("2026-11-20T12:00:00+00:00"))

    use(database_url, lambda database: database.write("test", leave))
    mark, said = at_work(invoke, database_url, monkeypatch)["move"]
    assert mark == "!!"
    assert said.startswith("moved to postgresql://db/pourqui on 2026-11-20 → set POURQUI_DATABASE_URL to that one")


def test_an_installation_of_which_only_a_part_has_come_says_how_to_go_on(invoke: Invoke, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    use(database_url, lambda database: database.write("test", lambda session: deployment.begin(session, "former", now())))
    mark, said = at_work(invoke, database_url, monkeypatch)["move"]
    assert mark == "!!"
    assert "run pourqui move again, where it comes from" in said
    at = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
    use(database_url, lambda database: database.write("test", lambda session: deployment.complete(session, at)))
    assert findings(invoke("doctor"))["move"] == ("ok", "came whole from another database on 2026-11-20")


@on_a_server
def test_what_the_processes_may_take_is_held_against_what_the_server_has(
    invoke: Invoke, database_url: str, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 200 - 3  # of the tests' server, less what PostgreSQL keeps for its administrators
    running = [there(f"web-{number}", runner="embedded") for number in range(3)]
    mark, said = at_work(invoke, database_url, monkeypatch, *running)["connections"]
    assert mark == "ok"
    assert said.startswith(f"3 processes may take 45, PostgreSQL has {most} for all (")
    mark, said = at_work(invoke, database_url, monkeypatch, POURQUI_DATABASE_CONNECTIONS="61")["connections"]
    assert mark == "!!"
    assert said.startswith(f"3 processes may take 198, PostgreSQL has {most} for all (")
    assert said.endswith("→ raise its max_connections, or lower POURQUI_DATABASE_CONNECTIONS (docs/scaling.md)")


def test_before_a_start_there_must_be_room_for_one(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server(max_connections="12") as server:
        url = server.make("small")
        schema.upgrade(url)
        mark, said = at_work(invoke, url, monkeypatch)["connections"]
        assert mark == "!!"
        assert said.startswith("1 process may take 15, PostgreSQL has 9 for all (")
