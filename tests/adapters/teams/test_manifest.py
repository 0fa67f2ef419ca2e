"""The Teams app package can be uploaded once its placeholders are filled in."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.parse import EXCHANGE_ACTION

PACKAGE = Path(__file__).parents[3] / "docs" / "manifests" / "teams"
MANIFEST: dict[str, Any] = json.loads((PACKAGE / "manifest.json").read_text())
ENGLISH: dict[str, str] = json.loads((PACKAGE / "en.json").read_text())


def localized(path: str) -> Any:
    """Follow a localisation key such as `bots[0].commandLists[0]` into the manifest."""
    found: Any = MANIFEST
    for step in re.findall(r"[^.\[\]]+", path):
        found = found[int(step)] if step.isdigit() else found[step]
    return found


def test_the_bot_is_offered_wherever_people_talk() -> None:
    (bot,) = MANIFEST["bots"]

    assert tuple(map(int, MANIFEST["manifestVersion"].split("."))) >= (1, 19)
    assert f"/v{MANIFEST['manifestVersion']}/" in MANIFEST["$schema"]
    assert bot["scopes"] == bot["commandLists"][0]["scopes"] == ["personal", "team", "groupChat"]
    assert bot["botId"] == MANIFEST["id"]


@pytest.mark.parametrize(("path", "limit"), [("name.short", 30), ("name.full", 100), ("description.short", 80), ("description.full", 4000)])
def test_names_fit_in_both_languages(path: str, limit: int) -> None:
    assert 0 < len(localized(path)) <= limit
    assert 0 < len(ENGLISH[path]) <= limit


@pytest.mark.parametrize("where", ["bots[0].commandLists[0]", "composeExtensions[0]"])
def test_every_command_exists_in_both_languages(where: str) -> None:
    commands = localized(f"{where}.commands")
    paths = [f"{where}.commands[{number}].{part}" for number in range(len(commands)) for part in ("title", "description")]

    assert set(paths) == {path for path in ENGLISH if path.startswith(where)}
    for path in paths:
        assert len(localized(path)) <= (32 if path.endswith("title") else 128)
        assert len(ENGLISH[path]) <= (32 if path.endswith("title") else 128)


def test_the_message_action_is_the_one_that_the_bot_knows() -> None:
    (extension,) = MANIFEST["composeExtensions"]
    (command,) = extension["commands"]

    assert extension["botId"] == MANIFEST["bots"][0]["botId"]
    assert (command["id"], command["type"], command["context"], command["fetchTask"]) == (EXCHANGE_ACTION, "action", ["message"], True)


def test_the_messages_of_channels_are_asked_for_and_nothing_else() -> None:
    (permission,) = MANIFEST["authorization"]["permissions"]["resourceSpecific"]

    assert permission == {"type": "Application", "name": "ChannelMessage.Read.Group"}
    assert MANIFEST["webApplicationInfo"]["id"] == MANIFEST["bots"][0]["botId"]


def test_every_placeholder_is_explained() -> None:
    placeholders = set(re.findall(r"\$\{\{\w+\}\}", (PACKAGE / "manifest.json").read_text()))

    assert placeholders
    assert placeholders <= set(re.findall(r"\$\{\{\w+\}\}", (PACKAGE / "README.md").read_text()))


@pytest.mark.parametrize(("icon", "size"), [("color", 192), ("outline", 32)])
def test_the_icons_have_their_sizes(icon: str, size: int) -> None:
    image = (PACKAGE / MANIFEST["icons"][icon]).read_bytes()

    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (size, size)
