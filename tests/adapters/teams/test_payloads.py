"""The fixtures are what Teams sends."""

import json

import pytest
from botbuilder.schema import Activity  # type: ignore[import-untyped]

from tests.adapters.teams.activities import FOLDER, NAMES, activity


@pytest.mark.parametrize("name", NAMES)
def test_each_payload_names_the_page_that_documents_its_form(name: str) -> None:
    assert json.loads((FOLDER / f"{name}.json").read_text())["_source"].startswith("https://")


@pytest.mark.parametrize("name", NAMES)
def test_the_sdk_takes_each_payload_for_an_activity(name: str) -> None:
    recorded = activity(name)

    read = Activity().deserialize(recorded)

    assert (read.type, read.id, read.conversation.id) == (recorded["type"], recorded["id"], recorded["conversation"]["id"])
    assert (read.from_property.id, read.recipient.id) == (recorded["from"]["id"], recorded["recipient"]["id"])
