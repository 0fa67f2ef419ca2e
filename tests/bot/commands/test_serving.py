"""`pourqui demo` and `pourqui serve`: how they start, what they refuse, how they end."""

import asyncio
import json
import re
import signal
import subprocess
import webbrowser
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiohttp import ClientSession

from bot.commands import demonstration, serving
from bot.commands.serving import listen
from bot.settings import read_settings
from storage import directory
from tests.bot.program import PACKS, PROGRAM, Invoke, lone, use

Work = Callable[[], Awaitable[None]]
Meanwhile = Callable[[Work], None]

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1234567890", "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef"}


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with listen("127.0.0.1", 0) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something done once the program serves, in the place of somebody who waits and then stops it."""

    def arranged(work: Work) -> None:
        for module in (demonstration, serving):
            monkeypatch.setattr(module, "told_to_stop", lambda *_: work())

    return arranged


def test_a_demo_runs_until_it_istold_to_stop_and_leaves_nothing_behind(tmp_path: Path) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    command: list[str | Path] = [PROGRAM, "demo", "--port", "0", "--no-browse"]
    environment = lone(LANG="fr_FR.UTF-8", TMPDIR=str(scratch), HOME=str(home))
    with subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            ready = next(line for line in process.stdout if "/playground/" in line)
            found = re.search(r"http://127\.0\.0\.1:\d+/", ready)
            assert found is not None
            for path in ("playground/", "readyz"):
                with urlopen(found.group() + path, timeout=10) as response:  # noqa: S310 (our own address)
                    assert response.status == 200
            assert [folder.name.startswith("pourqui-demo-") for folder in scratch.iterdir()] == [True]
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()  # nothing, where it has ended
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert list(home.iterdir()) == []
    assert list(scratch.iterdir()) == []


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that the program opened in a browser, which isn't there."""
    pages: list[str] = []
    monkeypatch.setattr(webbrowser, "open", pages.append)
    monkeypatch.setenv("DISPLAY", ":0")
    return pages


def test_a_demo_opens_its_page_and_says_what_to_try(
    invoke: Invoke, free_port: int, meanwhile: Meanwhile, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> None:
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{free_port}/readyz") as response:
            assert await response.json() == {"status": "ok", "catalogue": 1, "latest_catalogue": 1}

    meanwhile(look)
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "small"))
    shown = invoke("demo", "--port", str(free_port))
    assert shown.exit_code == 0
    assert f"pourqui is ready: http://127.0.0.1:{free_port}/playground/" in shown.stdout
    assert "à quoi sert la DSI ?" in shown.stdout
    assert "nothing is left behind" in shown.stdout
    assert opened == [f"http://127.0.0.1:{free_port}/playground/"]


def test_a_demo_takes_another_port_where_its_own_is_taken_and_keeps_its_data_where_it_is_told(
    invoke: Invoke, alone: Path, free_port: int, meanwhile: Meanwhile, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> None:
        async with ClientSession() as http, http.get(opened[0]) as response:
            assert response.status == 200

    meanwhile(look)
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "small"))
    monkeypatch.setenv("POURQUI_PORT", str(free_port))
    monkeypatch.setenv("POURQUI_DATABASE_URL", "postgresql://127.0.0.1:1/never")  # a demo touches nothing that is in earnest
    with listen("127.0.0.1", free_port):
        shown = invoke("demo", "--data", alone / "kept")
    assert shown.exit_code == 0
    assert f":{free_port}/" not in shown.stdout
    assert "nothing is left behind" not in shown.stdout
    kept = use(f"sqlite:///{alone}/kept/pourqui.sqlite3", lambda database: database.read(directory.rows))
    assert [row.name for row in kept] == ["Claire Morel", "Inès Martin"]


def test_a_demo_of_a_pack_with_mistakes_tells_them(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "broken"))
    shown = invoke("demo", "--no-browse")
    assert shown.exit_code == 1
    assert shown.stderr.splitlines() == (PACKS / "broken.txt").read_text(encoding="utf-8").splitlines()


def test_serving_needs_a_platform_and_says_where_to_find_one(invoke: Invoke, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = invoke("serve")
    assert (refused.exit_code, refused.stdout) == (2, "")
    for needed in (
        "No platform is on.",
        "SLACK_BOT_TOKEN (xoxb-…), SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN (xapp-…)",
        "TEAMS_APP_ID",
        "pourqui demo",
    ):
        assert needed in refused.stderr
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert "Aucune plateforme" in invoke("serve").stderr
    assert list(alone.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "Slack is off: SLACK_SIGNING_SECRET / SLACK_APP_TOKEN is missing"),
        ({"SLACK_SIGNING_SECRET": "0" * 32}, "Slack is off: SLACK_BOT_TOKEN is missing"),
        ({"TEAMS_APP_ID": "x"}, "Teams is off: TEAMS_APP_PASSWORD, TEAMS_TENANT_ID is missing"),
        ({"TEAMS_APP_PASSWORD": "x", "TEAMS_APP_TYPE": "MultiTenant"}, "Teams is off: TEAMS_APP_ID is missing"),
        ({"TEAMS_TENANT_ID": "x", "SLACK_APP_TOKEN": "xapp-1"}, "Slack is off: SLACK_BOT_TOKEN is missing"),
    ],
)
def test_half_a_platform_is_told_with_what_it_lacks(invoke: Invoke, settings: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert missing in invoke("serve").stderr


@pytest.mark.usefixtures("alone")
def test_half_a_platform_beside_a_whole_one_is_told_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name, value in {**SLACK, "TEAMS_APP_ID": "x"}.items():
        monkeypatch.setenv(name, value)
    serving.refuse_unservable(read_settings(), dev=False)
    assert capsys.readouterr().err == "Teams is off: TEAMS_APP_PASSWORD, TEAMS_TENANT_ID is missing, in the environment or in .env.\n"


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"POURQUI_HOST": "0.0.0.0"}, "--dev only serves this machine: leave POURQUI_HOST at 127.0.0.1 (it is 0.0.0.0)."),  # noqa: S104 (refused)
        ({"TEAMS_APP_ID": "x"}, "--dev takes Teams without an app id"),
        ({"TEAMS_APP_PASSWORD": "x"}, "--dev takes Teams without an app id"),
        (SLACK, "--dev takes Slack credentials only beside an emulator"),
        ({**SLACK, "SLACK_API_URL": "https://127.0.0.1.evil.example/api/"}, "--dev takes Slack credentials only beside an emulator"),
    ],
)
def test_developing_never_touches_a_real_platform(
    invoke: Invoke, alone: Path, settings: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    refused = invoke("serve", "--dev")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert reason in refused.stderr
    assert list(alone.iterdir()) == []


def test_an_address_on_the_command_line_is_refused_too(invoke: Invoke) -> None:
    assert "it is 192.0.2.1" in invoke("serve", "--dev", "--host", "192.0.2.1").stderr


def test_a_port_that_is_taken_ends_the_start(invoke: Invoke, alone: Path, free_port: int) -> None:
    with listen("127.0.0.1", free_port):
        refused = invoke("serve", "--dev", "--port", str(free_port))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"Can't listen on 127.0.0.1:{free_port}: ")
    assert refused.stderr.endswith("Choose another with --port.\n")
    assert list(alone.iterdir()) == []


def test_a_pack_with_mistakes_ends_the_start(invoke: Invoke, free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "broken"))
    refused = invoke("serve", "--dev", "--port", str(free_port))
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == (PACKS / "broken.txt").read_text(encoding="utf-8").splitlines()


def test_serving_loads_the_company_and_says_what_is_on(invoke: Invoke, free_port: int, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POURQUI_COMPANY", str(PACKS / "small"))

    async def look() -> None:
        async with ClientSession() as http:
            async with http.get(f"http://127.0.0.1:{free_port}/readyz") as response:
                assert (await response.json())["catalogue"] == 1
            async with http.get(f"http://127.0.0.1:{free_port}/playground/") as response:
                assert response.status == 404

    meanwhile(look)
    served = invoke("serve", "--dev", "--port", str(free_port))
    assert (served.exit_code, served.stdout) == (0, "")
    lines = [json.loads(line) for line in served.stderr.splitlines()]
    (serving_line,) = (line for line in lines if line["event"] == "serving")
    assert (serving_line["url"], serving_line["platforms"]) == (f"http://127.0.0.1:{free_port}", ["teams"])
    assert lines[-1]["event"] == "stopping"
    assert [line for line in lines if line["level"] not in ("debug", "info")] == []


def test_serving_in_earnest_turns_on_every_platform_with_credentials(
    invoke: Invoke, free_port: int, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = {"SLACK_API_URL": "http://127.0.0.1:1/api/"}
    for name, value in {**SLACK, **nobody, "TEAMS_APP_ID": "a", "TEAMS_APP_PASSWORD": "p", "TEAMS_TENANT_ID": "t"}.items():
        monkeypatch.setenv(name, value)

    async def look() -> None:
        async with ClientSession() as http:
            for path in ("slack/events", "api/messages"):
                async with http.post(f"http://127.0.0.1:{free_port}/{path}", json={"type": "message"}) as response:
                    assert response.status == 401

    meanwhile(look)
    served = invoke("serve", "--port", str(free_port))
    assert served.exit_code == 0
    (serving_line,) = (line for line in map(json.loads, served.stderr.splitlines()) if line["event"] == "serving")
    assert serving_line["platforms"] == ["slack", "teams"]


def test_serving_without_a_catalogue_is_possible_and_warned_of(invoke: Invoke, free_port: int, meanwhile: Meanwhile) -> None:
    meanwhile(lambda: asyncio.sleep(0))
    served = invoke("serve", "--dev", "--port", str(free_port))
    assert served.exit_code == 0
    assert "no catalogue is loaded: set POURQUI_COMPANY, or run `pourqui catalog load FOLDER`" in served.stderr
