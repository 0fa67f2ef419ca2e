"""Logs: one JSON object a line, the libraries' too, and never what somebody wrote."""

import json
import logging
from datetime import datetime
from typing import Any, Literal

import pytest
import structlog

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
