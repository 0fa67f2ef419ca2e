"""`pourqui worker`: a process that sends and does coarse jobs beside those that serve, and hears nothing itself."""

from contextlib import AsyncExitStack

import structlog

from bot.app import adapters_for, opened, served
from bot.commands.serving import awaited_database, heed_signals, listen, refuse_unservable, told_to_stop
from bot.commands.terminal import fail, run, settings, words
from bot.memory import what_stays
from bot.models import loading
from bot.settings import Settings

OUTDATED = 3  # how it ends where the database is of another version by now: starting it again as it is won't do

_LOG = structlog.stdlib.get_logger(__name__)


def work(*, host: str | None, port: int | None, dev: bool) -> None:
    """Work until told to stop; end with 2 where the settings have no work for a worker, with 3 where its version has been overtaken."""
    chosen = settings(host=host, port=port)
    _refuse_alone(chosen)
    refuse_unservable(chosen, dev=dev)

    async def working() -> str | None:
        async with AsyncExitStack() as stack:
            with what_stays():
                listening = stack.enter_context(listen(chosen.host, chosen.port, or_any=True))
                models = loading()
                database = await stack.enter_async_context(awaited_database(chosen))
                stop = heed_signals()  # before anything is sent: from here on it ends in order
                adapters = adapters_for(chosen, dev=dev)
                encoder, _ = await models
                application = await stack.enter_async_context(opened(chosen, database, adapters, encoder=encoder, role="worker"))
                url = await stack.enter_async_context(served(application, listening))
            _LOG.info("working", url=url, platforms=sorted(application.adapters))
            await told_to_stop(stop, sooner=application.registry.found_outdated())
            _LOG.info("stopping")
            application.registry.retire()
        return application.registry.outdated

    outdated = run(working())
    if outdated is not None:
        fail(outdated, OUTDATED)


def _refuse_alone(chosen: Settings) -> None:
    if chosen.runner == "embedded":
        t = words()
        lines = [
            t("With POURQUI_RUNNER=embedded, `pourqui serve` does all the work itself: there's nothing for a worker."),
            t(
                "To share it, set these for every process alike: {names}.",
                names="POURQUI_RUNNER=procrastinate, POURQUI_DATABASE_URL, POURQUI_SECRET_KEY",
            ),
        ]
        fail("\n".join(lines), 2)
