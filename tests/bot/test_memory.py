"""What a process keeps in memory."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from bot.memory import give_back, what_stays


class _Knot:
    """Keeps itself alive, until the collector looks."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nothing_is_collected_while_what_stays_is_made_and_it_is_left_alone_later() -> None:
    with what_stays():
        assert not gc.isenabled()
        stays = _Knot()
    assert gc.isenabled()
    seen = weakref.ref(stays)
    del stays
    gc.collect()
    assert seen() is not None, "it was looked at"


def test_what_comes_later_is_collected() -> None:
    with what_stays():
        pass
    goes = _Knot()
    seen = weakref.ref(goes)
    del goes
    gc.collect()
    assert seen() is None


def test_a_start_that_fails_leaves_the_collector_on() -> None:
    with pytest.raises(OSError, match="no database"), what_stays():
        raise OSError("no database")
    assert gc.isenabled()


def test_memory_can_be_given_back_at_any_time() -> None:
    give_back()
    give_back()


def test_threads_share_one_heap() -> None:
    """In a process of its own: the C library's own account of its heaps, written as XML."""
    counted = (
        "import ctypes, os, threading\n"
        "from bot.memory import use_one_heap\n"
        "{first}\n"
        "libc = ctypes.CDLL(None)\n"
        "libc.malloc.restype, libc.fdopen.restype = ctypes.c_void_p, ctypes.c_void_p\n"
        "for _ in range(3):\n"
        "    thread = threading.Thread(target=lambda: [libc.malloc(ctypes.c_size_t(5000)) for _ in range(9)])\n"
        "    thread.start(); thread.join()\n"
        "out = ctypes.c_void_p(libc.fdopen(1, b'w'))\n"
        "libc.malloc_info(0, out)\n"
        "libc.fflush(out)\n"
    )

    def heaps(first: str) -> int:
        ran = subprocess.run([sys.executable, "-c", counted.format(first=first)], check=True, capture_output=True, text=True)
        return ran.stdout.count("<heap nr=")

    assert heaps("use_one_heap()") == 1
    assert heaps("pass") > 1
