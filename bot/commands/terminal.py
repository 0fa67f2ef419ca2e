"""What the commands share: the terminal's language, how they speak, how they end."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, NoReturn, TypeVar

import typer

from bot import logs
from bot.app import opened_database
from bot.po import texts
from bot.settings import Settings, SettingsError, read_settings, terminal_language
from dialogs.texts import Texts
from storage.database import Database
from storage.errors import StorageError

T = TypeVar("T")


def words() -> Texts:
    """Return the texts in the terminal's language."""
    return texts(terminal_language())


def say(text: str = "") -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Write what may be wrong to standard error, and go on."""
    sys.stderr.write(text + "\n")


def fail(text: str, code: int = 1) -> NoReturn:
    """Write what is wrong to standard error and end with `code`."""
    warn(text)
    raise typer.Exit(code)


def settings(**given: Any) -> Settings:
    """Read the settings and set the logs up; end with 2 where they can't be used, saying each mistake."""
    try:
        read = read_settings(**given)
    except SettingsError as error:
        fail(str(error), 2)
    logs.set_up(read.log, read.log_level)
    return read


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; what storage can tell the operator is told, without a stack trace."""
    try:
        return asyncio.run(work)
    except StorageError as error:
        fail(str(error))


def with_database(work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Run work on the database of the settings."""
    chosen = settings()

    async def opened() -> T:
        async with AsyncExitStack() as stack:
            return await work(await stack.enter_async_context(opened_database(chosen)))

    return run(opened())
