"""Logs: one JSON object a line, the libraries' too, and never what somebody wrote."""

import asyncio
import json
import logging
from datetime import datetime
from typing import Any, Literal

import psycopg
import pytest
import structlog
from procrastinate.exceptions import ConnectorException

from bot import logs

pytestmark = pytest.mark.usefixtures("quiet_logs")
PRIVATE = "ma paie de novembre est fausse de 300 euros"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert out == "", "standard output is for answers"
    return [json.loads(line) for line in err.splitlines()]


def test_a_line_is_a_json_object_with_its_level_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    structlog.stdlib.get_logger("bot.test").info("vérifié", version=3)
    logging.getLogger("some.library").warning("slow: %s ms", 12)
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["version"], ours["level"]) == ("vérifié", 3, "info")
    assert (theirs["event"], theirs["level"]) == ("slow: 12 ms", "warning")
    for line in (ours, theirs):
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() is not None


def test_what_is_below_the_level_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "warning")
    log = structlog.stdlib.get_logger("bot.test")
    log.info("no")
    log.warning("yes")
    assert [line["event"] for line in lines(capsys)] == ["yes"]


def test_chatty_libraries_speak_up_only_when_something_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "debug")
    logging.getLogger("slack_sdk").info("a whole payload")
    logging.getLogger("aiohttp.access").info("a request")
    logging.getLogger("slack_sdk").warning("rate limited")
    assert [line["event"] for line in lines(capsys)] == ["rate limited"]


def _of_the_queue(reason: Exception) -> ConnectorException:
    error = ConnectorException()
    error.__cause__ = reason
    return error


def test_of_an_outage_the_queue_s_library_says_nothing_beside_our_own_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    queue = logging.getLogger("procrastinate.worker")
    queue.error("an outage", exc_info=_of_the_queue(psycopg.errors.AdminShutdown("terminating connection due to administrator command")))
    queue.error("a cut", exc_info=_of_the_queue(psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly")))
    logging.getLogger("asyncio").error("a task of the queue's", exc_info=_of_the_queue(psycopg.OperationalError("couldn't get a connection")))
    queue.error("something else", exc_info=_of_the_queue(KeyError("column")))
    queue.error("without an exception")
    logging.getLogger("psycopg.pool").warning("error connecting in 'pool-1'")
    assert [line["event"] for line in lines(capsys)] == ["something else", "without an exception"]


def test_what_a_stop_cuts_short_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    clock = logging.getLogger("apscheduler.executors.default")
    clock.error("a tick raised an exception", exc_info=asyncio.CancelledError())
    clock.error("another one did", exc_info=KeyError("column"))
    assert [line["event"] for line in lines(capsys)] == ["another one did"]


def test_setting_up_twice_writes_each_line_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    logs.set_up("json", "info")
    structlog.stdlib.get_logger("bot.test").info("once")
    assert len(lines(capsys)) == 1


def _fail(written: str) -> None:
    shout = written.upper()
    raise RuntimeError(f"no index for {len(shout)} characters")


@pytest.mark.parametrize("whose", ["ours", "a library's"])
@pytest.mark.parametrize("form", ["json", "console"])
def test_a_stack_trace_holds_no_local_variable(form: Literal["json", "console"], whose: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(form, "info")
    try:
        _fail(PRIVATE)
    except RuntimeError:
        if whose == "ours":
            structlog.stdlib.get_logger("bot.test").exception("turn failed", reference="3f9c21ab")
        else:
            logging.getLogger("aiohttp.server").exception("turn failed: %s", "3f9c21ab")
    err = capsys.readouterr().err
    assert "3f9c21ab" in err
    assert "no index for 43 characters" in err
    assert "_fail" in err
    assert PRIVATE.casefold() not in err.casefold()
    if form == "json":
        assert len(err.splitlines()) == 1
        assert json.loads(err)["exception"][0]["exc_type"] == "RuntimeError"
