"""Processes that aren't there, as others see them who share their database."""

from datetime import datetime
from typing import Any

from storage.processes import Process


def process(name: str, at: datetime, **changed: Any) -> Process:
    """Return a process that serves, on a machine of its own name, started and seen at that time."""
    usual: dict[str, Any] = {
        "role": "serve",
        "runner": "embedded",
        "host": name,
        "pid": 4711,
        "version": "0.1.0",
        "fingerprint": "f",
        "started_at": at,
        "seen_at": at,
        "on_duty": True,
    }
    return Process(id=name, **(usual | changed))
