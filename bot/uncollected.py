"""Work on many objects at once, without the garbage collector: it'd look at all of them again and again, and nearly none is garbage yet."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Uncollected:
    """Keeps the collector from running while anybody is within; for the event loop's thread, which enters and leaves. Short work only."""

    _within: int = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Do the block's work without it."""
        if not self._within and not gc.isenabled():  # somebody else's choice stays
            yield
            return
        self._within += 1
        gc.disable()
        try:
            yield
        finally:
            self._within -= 1
            if not self._within:
                gc.enable()


uncollected = Uncollected()
