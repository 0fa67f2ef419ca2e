"""The composition root: settings in, a running application out."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from socket import socket

import structlog
from aiohttp import web

from adapters.encoders.endpoint import EndpointEncoder
from adapters.encoders.port import Encoder
from adapters.playground.app import Playground, teams_metadata_url, teams_service_url
from adapters.port import Adapter
from adapters.slack.app import SlackAdapter
from adapters.teams.app import TeamsAdapter
from adapters.teams.authentication import PUBLIC_SERVICE_URLS
from adapters.teams.credentials import Token
from bot.clock import Clock, DatabaseClock, Sleep, Timekeeper, now
from bot.delivery import Pump
from bot.endings import Aftermath
from bot.evidence_api import EvidenceApi
from bot.exchanges_api import ExchangesApi
from bot.health import Health, guard
from bot.jobs import Wiring, coarse_jobs
from bot.knowledge import Knowledge
from bot.limits import paces
from bot.metrics import Metrics
from bot.po import both_languages, texts
from bot.prompts import FeedbackAftermath
from bot.public_holidays import hours_for, office_hours
from bot.queue_runner import QueueRunner
from bot.registry import Registry, Role
from bot.requests import RequestAftermath
from bot.runner import InProcessRunner, Job, Runner
from bot.schedule import CHUNK, keep_time
from bot.sealed import Seal
from bot.secret import secret_of
from bot.settings import Settings
from bot.tasks import Tasks
from bot.turns import Turns
from dialogs.catalog import Catalogue, Language
from dialogs.feedback import FEEDBACK
from dialogs.gates import pass_gates
from dialogs.people import language_of_locale
from dialogs.request import BINDING, REQUEST, WORD
from storage import Session, audit, catalog, deployment, people, schema, sending
from storage.database import Database
from storage.errors import StorageError, UnavailableError

BODY_LIMIT = 1024**2  # bytes of a request
_MEASURED_EVERY = 60.0  # seconds between two looks at the database's clock
_GRACE = 10.0  # seconds that replies under way have when the application ends

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything that runs, wired."""

    database: Database
    knowledge: Knowledge
    turns: Turns
    adapters: Mapping[str, Adapter]
    tasks: Tasks
    pump: Pump
    jobs: Mapping[str, Job]  # the coarse ones, which the clock asks for
    web: web.Application
    registry: Registry

    async def idle(self) -> None:
        """Wait until what was asked for is done, and what is due was sent."""
        await self.tasks.idle()
        await self.pump.drain()


def make_data_folder(settings: Settings) -> None:
    """Make the embedded database's folder where there's none. Raises UnavailableError where it can't be made."""
    if settings.database_url is not None:
        return
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"can't make the folder {settings.data_folder.absolute()}, POURQUI_DATA: {error.strerror}") from error


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database, migrated to this version. Raises UnavailableError, TooNewError, and MovedError where the installation went elsewhere."""
    make_data_folder(settings)
    await asyncio.to_thread(schema.upgrade, settings.url, queue=settings.runner == "procrastinate")
    async with await Database.open(settings.url, connections=settings.database_connections) as database:
        await database.read(deployment.refuse_moved)
        yield database


async def take_up(database: Database, catalogue: Catalogue, source: str) -> None:
    """Load the pack that a start comes with, named by its `source`, unless this very content was loaded before: edits made since then stand."""

    def taking(session: Session) -> None:
        at = now()
        loaded = catalog.load_unseen(session, catalogue, source, at)
        if loaded is not None and loaded.new:
            audit.append(session, actor=source, act="load_catalogue", function=None, subject=None, at=at, detail={"version": str(loaded.number)})

    await database.write(catalog.LOADING, taking)


def teams_of(playground: Playground, base_url: str, *, clock: Clock) -> TeamsAdapter:
    """Return Teams as the playground at `base_url` stands for it, with a sign-in, keys and a store of its own."""

    async def token() -> Token:
        return Token(value=playground.sign_in.bot_token, lifetime=timedelta(days=1).total_seconds())

    return TeamsAdapter(
        now=clock,
        app_id=playground.sign_in.app_id,
        tenant_id=playground.tenant,
        service_urls=(teams_service_url(base_url),),
        tokens=token,
        metadata_url=teams_metadata_url(base_url),
        stores_here=True,
    )


def adapters_for(settings: Settings, *, dev: bool = False, teams: TeamsAdapter | None = None, clock: Clock = now) -> dict[str, Adapter]:
    """Return the platforms that are on, by name, with this `teams` where one is given; `clock` tells them what time it is."""
    adapters: dict[str, Adapter] = {}
    if settings.slack_on:
        token, secret, app_token = settings.slack_bot_token, settings.slack_signing_secret, settings.slack_app_token
        adapters["slack"] = SlackAdapter(
            token.get_secret_value() if token else "",
            secret.get_secret_value() if secret else None,
            clock=clock,
            signing_clock=None if clock is now else clock,
            api_url=settings.slack_api_url,
            app_token=app_token.get_secret_value() if app_token else None,
            prompts=lambda locale: suggestions(language_of_locale(locale) or settings.language),
        )
    if teams is not None:
        adapters["teams"] = teams
    elif dev:
        adapters["teams"] = TeamsAdapter(now=clock, dev=True)
    elif settings.teams_on:
        password = settings.teams_app_password
        adapters["teams"] = TeamsAdapter(
            now=clock,
            app_id=settings.teams_app_id,
            password=password.get_secret_value() if password else None,
            tenant_id=settings.teams_tenant_id,
            app_type=settings.teams_app_type,
            service_urls=settings.teams_service_urls or PUBLIC_SERVICE_URLS,
        )
    return adapters


def endpoint_for(settings: Settings) -> EndpointEncoder | None:
    """Return the encoder behind the endpoint that the settings name, if any; to be closed."""
    if settings.encoder_url is None or settings.encoder_model is None:
        return None
    key = settings.encoder_key.get_secret_value() if settings.encoder_key else None
    return EndpointEncoder(settings.encoder_url, settings.encoder_model, key=key, dimensions=settings.encoder_dimensions)


def suggestions(language: Language) -> Sequence[tuple[str, str]]:
    """Return what to suggest in an assistant thread: each a title and the message it sends."""
    t = texts(language)
    return [
        (t("Who works for you"), t("functions")),
        (t("What I can do"), t("help")),
        (t("Your preferences"), t("preferences")),
    ]


def admins_of(settings: Settings) -> frozenset[str]:
    """Return the e-mails of the first admins, as they're compared."""
    return frozenset(map(people.normal_email, settings.admins))


@asynccontextmanager
async def opened(
    settings: Settings,
    database: Database,
    adapters: Mapping[str, Adapter],
    *,
    encoder: Encoder,
    playground: Playground | None = None,
    clock: Clock = now,
    sleep: Sleep = asyncio.sleep,
    role: Role = "serve",
) -> AsyncIterator[Application]:
    """Wire and start the application on an open database; everything is closed in the reverse order.

    This machine's clock is corrected to the database's; another one is taken at its word, and `sleep` passes its time. A worker hears nothing: of its
    routes only those of the operator are there. Raises AnotherDeploymentError, and MovedError.
    """
    metrics, timekeeper = Metrics(), Timekeeper()
    tasks, watching, pumping, beating = Tasks(), Tasks(), Tasks(), Tasks()
    if clock is now:
        clock = corrected = DatabaseClock()
        await corrected.set(database)
        timekeeper.every(_MEASURED_EVERY, partial(corrected.measure, database), "clock")
    async with AsyncExitStack() as stack:
        endpoint = endpoint_for(settings)
        knowledge = Knowledge(database, encoder, metrics, endpoint)
        stack.callback(knowledge.close)
        if endpoint is not None:
            stack.callback(endpoint.close)  # first, so that no thread of `knowledge` waits for it
        await knowledge.refresh()
        office, hours = office_hours(settings), hours_for(settings, clock)
        await asyncio.to_thread(office, clock())  # the first calendar takes half a second, which no turn should wait for
        said, language, admins = both_languages(), settings.language, admins_of(settings)
        requests = RequestAftermath(knowledge, said, language=language, admins=admins)
        aftermath: dict[str, Aftermath] = dict.fromkeys((REQUEST, WORD, BINDING), requests) | {FEEDBACK: FeedbackAftermath()}
        secret = await asyncio.to_thread(secret_of, settings)
        registry = Registry(database, settings, secret, clock, role=role)
        await registry.join()
        metrics.on_duty.set_function(registry.on_duty)
        stack.push_async_callback(registry.leave)
        stack.push_async_callback(beating.close, 0.0)  # alive to the others until then
        pump = Pump(
            database,
            adapters,
            metrics,
            clock,
            gate=partial(pass_gates, hours=hours, budget=settings.budget),
            aftermath=aftermath,
            owner=registry.id,
            paces=paces(settings.pace_share),
            sleep=sleep,
            on_duty=registry.on_duty,
        )
        seal = Seal(secret) if secret is not None else None
        turns = Turns(
            database,
            knowledge,
            said,
            company_language=language,
            metrics=metrics,
            spawn=tasks.spawn,
            now=clock,
            hours=office,
            planned=pump.nudge,
            admins=admins,
            seal=seal,
            lasts=timedelta(days=settings.stage_days),
        )
        server = web.Application(client_max_size=BODY_LIMIT, middlewares=[guard(metrics)])
        hears = role == "serve"
        server.add_routes(Health(database, knowledge, metrics, registry).routes())
        if hears:
            server.add_routes(ExchangesApi(database, knowledge, clock).routes())
            server.add_routes(EvidenceApi(database, knowledge, clock, lasts=timedelta(days=settings.stage_days)).routes())
            for adapter in adapters.values():
                server.add_routes(list(adapter.routes()))
        if playground is not None:
            server.add_routes(playground.routes())
        stack.push_async_callback(tasks.close, 0.0)  # what a start that fails halfway has begun
        for adapter in adapters.values():
            await adapter.start(turns, hears=hears)
            stack.push_async_callback(adapter.stop)
        stack.push_async_callback(tasks.close, _GRACE)
        closing = stack.enter_context(ExitStack())  # what the jobs use: closed once none runs any more
        stack.push_async_callback(watching.close, 0.0)
        jobs: dict[str, Job] = {}
        queued = settings.runner == "procrastinate"
        local = InProcessRunner(jobs, watching.spawn, on_duty=(lambda: True) if queued else registry.on_duty)
        runner: Runner = local
        if queued:
            queue = await stack.enter_async_context(
                QueueRunner(settings.url, database, jobs, clock=clock, at_once=settings.jobs_at_once, on_duty=registry.on_duty, singly={CHUNK})
            )
            watching.spawn(queue.run())
            runner = queue
        wired = Wiring(
            settings=settings,
            database=database,
            adapters=adapters,
            metrics=metrics,
            knowledge=knowledge,
            texts=said,
            clock=clock,
            office=office,
            hours=hours,
            planned=pump.nudge,
            admins=admins,
            seal=seal,
        )
        stack.push_async_callback(_stop_sending, pumping, pump, database, registry.id)
        jobs |= coarse_jobs(wired, aftermath=aftermath, runner=runner, alone_since=registry.alone_since, spread=runner is not local, stack=closing)
        keep_time(timekeeper, runner, local, jobs, digest_at=settings.digest_at, timezone=settings.timezone)
        timekeeper.start()
        stack.callback(timekeeper.stop)
        watching.spawn(knowledge.watch())
        pumping.spawn(pump.run())
        beating.spawn(registry.watch())
        stack.callback(registry.retire)
        yield Application(
            database=database,
            knowledge=knowledge,
            turns=turns,
            adapters=adapters,
            tasks=tasks,
            pump=pump,
            jobs=jobs,
            web=server,
            registry=registry,
        )


async def _stop_sending(pumping: Tasks, pump: Pump, database: Database, owner: str) -> None:
    """Let what is in flight be acknowledged, and give the workspaces to the other processes, who needn't wait for the leases then."""
    await pumping.close(0.0)  # first, so that nothing is taken after it was given back
    await pump.close(_GRACE)
    try:
        await database.write(f"pump|{owner}", lambda session: sending.release(session, owner))
    except StorageError as error:
        _LOG.warning("the workspaces couldn't be given back; their leases go by", reason=str(error))


@asynccontextmanager
async def served(application: Application, listening: socket) -> AsyncIterator[str]:
    """Serve on a socket that listens already; yields the base URL."""
    runner = web.AppRunner(application.web, handle_signals=False, access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        host, port = listening.getsockname()[:2]
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
    finally:
        await runner.cleanup()


def embedded_file(settings: Settings) -> Path | None:
    """Return the embedded database's file, None where the database is elsewhere."""
    return None if settings.database_url else settings.data_folder / "pourqui.sqlite3"
