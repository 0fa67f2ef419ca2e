"""Recorded forms of Teams' activities, each with the page that documents it (`_source`)."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "payloads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def activity(name: str, /, **changes: Any) -> dict[str, Any]:
    """Return a recorded activity with some of its fields changed; a field changed to `...` is taken out."""
    recorded = json.loads((FOLDER / f"{name}.json").read_text())
    del recorded["_source"]
    return {key: value for key, value in (recorded | changes).items() if value is not ...}
