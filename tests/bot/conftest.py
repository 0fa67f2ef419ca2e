"""What the tests of the program share: an environment of their own, the command line, and the real encoder."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner, Result

from bot import models
from bot.cli import command_line
from bot.commands.terminal import words
from bot.settings import SECRET_NAMES, Settings
from tests.bot.encoders import RememberingEncoder, real_encoder
from tests.bot.program import Invoke

_NAMES = [str(field.validation_alias) for field in Settings.model_fields.values()]
_LOCALE = ["LC_ALL", "LC_MESSAGES", "LANG"]


@pytest.fixture(scope="session")
def encoder() -> RememberingEncoder:
    """The real encoder, loaded once a test process."""
    return real_encoder()


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and none of the developer's settings; returns the folder."""
    for name in (*_NAMES, *_LOCALE, *(f"{name}_FILE" for name in SECRET_NAMES)):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def quiet_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a test set the logs up, and put them back: loggers that keep their first set-up would carry it into the next tests."""
    configure, former = structlog.configure, structlog.get_config()
    monkeypatch.setattr(structlog, "configure", lambda **given: configure(**{**given, "cache_logger_on_first_use": False}))
    root = logging.getLogger()
    handlers = root.handlers[:]
    levels = [(logger, logger.level) for logger in (root, *(logging.getLogger(name) for name in root.manager.loggerDict))]
    yield
    root.handlers = handlers
    for logger, level in levels:
        logger.setLevel(level)
    configure(**former)


@pytest.fixture
def invoke(alone: Path, quiet_logs: None, encoder: RememberingEncoder, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """Run a command in this process, in an empty folder, in English unless LANG says otherwise."""
    monkeypatch.setattr(models, "BundledEncoder", lambda: encoder)

    def invoked(*arguments: str | Path) -> Result:
        result = CliRunner().invoke(command_line(words()), [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoked
