"""Memory that is free again is given back to the system (glibc keeps it otherwise)."""

import ctypes
import sys


def give_back() -> None:
    """Give back what building an index leaves free, some 40 MB; does nothing where the C library isn't glibc.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
