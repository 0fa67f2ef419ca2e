"""Background work: a failure is told and ends nothing else, and the end waits, but not for ever."""

import asyncio

from structlog.testing import capture_logs

from bot.tasks import Tasks


async def test_a_failure_is_logged_and_ends_no_other() -> None:
    tasks, go, done = Tasks(), asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("the wire was cut")

    async def goes_on() -> None:
        await go.wait()
        done.set()

    with capture_logs() as logs:
        tasks.spawn(goes_on())
        tasks.spawn(fails())
        for _ in range(3):  # turns of the loop: to begin, to fail, to be told
            await asyncio.sleep(0)
        assert len(logs) == 1
        assert not done.is_set()
        go.set()
        await tasks.idle()
    assert done.is_set()
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("background work failed", "error")
    assert str(line["exc_info"]) == "the wire was cut"


async def test_idle_waits_for_what_is_spawned_meanwhile() -> None:
    tasks = Tasks()
    told: list[str] = []

    async def second() -> None:
        await asyncio.sleep(0)
        told.append("second")

    async def first() -> None:
        await asyncio.sleep(0)
        tasks.spawn(second())
        told.append("first")

    tasks.spawn(first())
    await tasks.idle()
    assert told == ["first", "second"]


async def test_the_end_lets_what_is_under_way_end() -> None:
    tasks, done = Tasks(), asyncio.Event()

    async def ends() -> None:
        await asyncio.sleep(0)
        done.set()

    tasks.spawn(ends())
    await tasks.close(10)
    assert done.is_set()


async def test_the_end_cancels_what_would_go_on_for_ever_without_calling_it_a_failure() -> None:
    tasks = Tasks()
    cleaned: list[str] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.append("cleaned")

    with capture_logs() as logs:
        tasks.spawn(for_ever())
        await asyncio.sleep(0)
        await tasks.close(0)
    assert cleaned == ["cleaned"]
    assert logs == []
    await tasks.idle()
    await tasks.close(10)
