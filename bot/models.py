"""The models that a start loads, side by side and beside the opening of the database: half of it is decompressing, which a thread does on its own."""

import asyncio
from collections.abc import Awaitable
from typing import TypeAlias

from py3langid.langid import LanguageIdentifier

from adapters.encoders.bundled import BundledEncoder
from dialogs.search.language import identifier

Models: TypeAlias = Awaitable[tuple[BundledEncoder, LanguageIdentifier]]  # may be awaited more than once


def loading() -> Models:
    """Begin to load the bundled encoder, and what tells languages apart, in threads of the running loop; return what awaits both."""
    loop = asyncio.get_running_loop()
    return asyncio.gather(loop.run_in_executor(None, BundledEncoder), loop.run_in_executor(None, identifier))
