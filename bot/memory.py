"""What a process keeps in memory: all of it in one heap, what is free given back, and what stays not looked through for garbage."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX in malloc.h


def use_one_heap() -> None:
    """Have all threads share one heap, instead of one each that holds what others could use: 10 MB less, and a tenth of a start's time.

    They take turns at Python's lock anyway. Called before there are threads. https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    tune = _of_glibc("mallopt")
    if tune is not None:
        tune(_ARENA_MAX, 1)


def give_back() -> None:
    """Give back what building an index leaves free, some 40 MB. https://man7.org/linux/man-pages/man3/malloc_trim.3.html"""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(function: str) -> Any:
    """Return a function of the C library, None where that isn't glibc, whose own ways these are."""
    return getattr(ctypes.CDLL(None), function, None) if sys.platform == "linux" else None


@contextmanager
def what_stays() -> Iterator[None]:
    """Make what stays until the process ends: the garbage collector looks at none of it, neither meanwhile nor later.

    A start makes half a million objects. Left to itself the collector looks through all there are each time that a quarter has come on top, a
    sixth of a start's time; and, once they're there, holds everything up for a third of a second now and then.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
