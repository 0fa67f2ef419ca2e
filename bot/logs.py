"""Structured logs: JSON lines for machines, or a console's form for people."""

import logging
import sys
from asyncio import CancelledError
from typing import Literal

import structlog
from structlog.tracebacks import ExceptionDictTransformer


def set_up(form: Literal["json", "console"], level: str) -> None:
    """Send structlog's and the libraries' logs to standard error, in one form, from `level` on.

    A stack trace comes without its local variables: they'd hold what people wrote.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)), structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last])
    )
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in (
        "slack_bolt",
        "slack_sdk",
        "slack_sdk.web.async_base_client",
        "msrest",
        "urllib3",
        "aiohttp.access",
        "alembic",
        "apscheduler",
        "procrastinate",
    ):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    logging.getLogger("psycopg.pool").setLevel(max(logging.ERROR, root.level))  # it warns of each attempt; whoever waits for one tells why it failed


def _is_news(record: logging.LogRecord) -> bool:
    """Leave out what our own lines tell better.

    That's procrastinate's word of an outage, said several times and with tracebacks, where ours say it once, with what to do; and APScheduler's of
    what was cut short since the process ends.
    """
    error = None if record.exc_info is None else record.exc_info[1]
    if record.name.startswith("apscheduler"):
        return not isinstance(error, CancelledError)
    if not record.name.startswith("procrastinate") and not type(error).__module__.startswith("procrastinate."):  # asyncio tells of its tasks too
        return True
    while error is not None:
        if any(kind.__name__ == "OperationalError" for kind in type(error).__mro__):  # psycopg's, by name: the driver is 9 MB that SQLite spares
            return False
        error = error.__cause__ or error.__context__
    return True
