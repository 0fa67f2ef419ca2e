"""The garbage collector rests while work on many objects lasts, and is as it was afterwards."""

import gc

import pytest

from bot.uncollected import uncollected


def test_it_rests_until_the_last_of_those_who_overlap_is_done() -> None:
    first, second = uncollected(), uncollected()
    with first:
        second.__enter__()
        assert not gc.isenabled()
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="bad"), uncollected():
        raise ValueError("bad")
    assert gc.isenabled()


def test_where_it_rested_before_it_rests_afterwards() -> None:
    gc.disable()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
