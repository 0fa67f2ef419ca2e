"""The operator: who runs a command, and the line that it leaves in the audit log."""

import getpass
import os
from collections.abc import Mapping
from datetime import datetime

from storage import Session, audit


def login() -> str:
    """Return who runs the command; their number where the system has no name for them, as in many containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def note(
    session: Session, act: str, at: datetime, *, function: str | None = None, subject: str | None = None, detail: Mapping[str, str] | None = None
) -> None:
    """Note in the audit log, in the same transaction as what was done, that it was done from the command line."""
    audit.append(session, actor=actor(), act=act, function=function, subject=subject, at=at, detail=detail)


def actor() -> str:
    """Return what the audit log calls who runs the command."""
    return f"command line: {login()}"
