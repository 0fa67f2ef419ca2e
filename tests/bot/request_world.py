"""The world of the requests' random walks: a company with two functions, its people on two platforms, and the whole engine over one database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Row, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session
from structlog.processors import format_exc_info
from structlog.testing import capture_logs

from adapters.port import NO_ATTACHMENTS, DeliveryError, Outgoing, Taken
from bot.delivery import Pump
from bot.digests import Digests
from bot.endings import Aftermath
from bot.knowledge import Knowledge, Known
from bot.metrics import Metrics
from bot.po import both_languages
from bot.public_holidays import hours_for, office_hours
from bot.reconciler import Reconciler
from bot.requests import RequestAftermath, RequestClock
from bot.settings import read_settings
from bot.sweep import Sweep
from bot.turns import Turns
from dialogs.attachment import Attachment
from dialogs.catalog import Contact, Localized
from dialogs.events import Event, MessageReceived, Platform, Reference, Scope, Sender
from dialogs.gates import pass_gates
from dialogs.messages import Message
from dialogs.people import DirectoryRow, Profile
from dialogs.request import BINDING, REQUEST, WORD, Request
from dialogs.rights import Grant, Role
from storage import catalog, deliveries, people, requests, roles
from storage.database import Database
from storage.deliveries import Imbalance
from storage.directory import import_directory
from storage.tables import DeliveryRow, RequestRow, RequestStepRow, RequestWordRow, table_of
from tests.bot.encoders import LetterEncoder
from tests.bot.simulated import InMemory, Posted, Time, adapters, channel, pump, reconciler
from tests.company import CATALOGUE, FINANCE, IT, NOON

TENANTS: Final[Mapping[Platform, str]] = {"slack": "T1", "teams": "tenant-1"}
TEXTS: Final = both_languages()
_DELIVERY, _REQUEST, _WORD, _STEP = (table_of(row) for row in (DeliveryRow, RequestRow, RequestWordRow, RequestStepRow))
_COLUMNS: Final = [
    _DELIVERY.c[name]
    for name in ("number", "key", "cause_kind", "cause_id", "lane", "person_id", "urgent", "status", "reason", "message_id", "change")
]
# built once: they're run twice a step
_REQUESTS, _WORDS, _DELIVERIES = select_columns(_REQUEST), select_columns(_WORD), select_columns(*_COLUMNS).order_by(_DELIVERY.c.number)
_STEPS: Final = select_columns(_STEP).where(_STEP.c.number > bindparam("last")).order_by(_STEP.c.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """Somebody of the company: `platform` is where they speak to the bot, `secrets` what tells who they are."""

    name: str
    platform: Platform
    zone: str
    full_name: str
    site: str
    department: str

    @property
    def person(self) -> str:
        return people.directory_person_id(self.name)

    @property
    def email(self) -> str:
        return f"{self.full_name.replace(' ', '.').lower()}@solane.example"

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.full_name, *self.full_name.split(), self.site, self.department, self.email

    @property
    def private(self) -> Reference:
        """Their own conversation with the bot."""
        return Reference(platform=self.platform, tenant=TENANTS[self.platform], conversation=f"D-{self.name}", scope=Scope.PERSONAL)

    @property
    def row(self) -> DirectoryRow:
        return DirectoryRow(
            id=self.name, email=self.email, name=self.full_name, language="fr", timezone=self.zone, site=self.site, department=self.department
        )


def _human(name: str, platform: Platform, zone: str, full_name: str, site: str, department: str) -> Human:
    return Human(name=name, platform=platform, zone=zone, full_name=full_name, site=site, department=department)


ALICE: Final = _human("alice", "teams", "Europe/Paris", "Alicia Zephyrin", "Rocamadour", "Campanologie")  # a client
AMIR: Final = _human("amir", "slack", "America/New_York", "Amir Ptarmigan", "Ouessant", "Philatelie")  # the other client
BOB: Final = _human("bob", "slack", "Europe/Paris", "Bob Dupont", "Lille", "Informatique")  # holds the mandate of IT
BEA: Final = _human("bea", "teams", "Europe/Paris", "Bea Roussel", "Lille", "Informatique")  # an expert without it
OMAR: Final = _human("omar", "teams", "Australia/Lord_Howe", "Omar Vidal", "Lyon", "Direction")  # owns both functions
CAROL: Final = _human("carol", "slack", "Europe/Paris", "Carol Petit", "Lyon", "Direction")  # an admin
CHARLIE: Final = _human("charlie", "slack", "Europe/Paris", "Charlie Autre", "Metz", "Ailleurs")  # of another company
CLIENTS: Final = (ALICE, AMIR)
EXPERTS: Final = (BOB, BEA, OMAR, CAROL)
PEOPLE: Final = (*CLIENTS, *EXPERTS)
WITH_MANDATE: Final[Mapping[str, frozenset[str]]] = {
    "it": frozenset(each.person for each in (BOB, OMAR, CAROL)),
    "finance": frozenset(each.person for each in EXPERTS),  # nobody there has taken the mandate up, so whoever answers, answers
}
_BOBS: Final = Contact(name=BOB.full_name, email=BOB.email, role=Localized(fr="Support"), mandate=True)
COMPANY: Final = replace(CATALOGUE, functions=(replace(IT, contacts=(_BOBS,)), replace(FINANCE, contacts=())))
CHANNELS: Final[Mapping[str, tuple[Reference, ...]]] = {
    "it": (channel("C-it"), channel("19:it", "teams", TENANTS["teams"])),
    "finance": (channel("19:finance", "teams", TENANTS["teams"]), channel("C-finance")),
}


class Informed(Knowledge):
    """Knows the company of the walks, which never changes: its index is built once a process."""

    _built: ClassVar[Known | None] = None

    async def refresh(self) -> bool:
        if Informed._built is None:
            await super().refresh()
            Informed._built = self._known
        self._known = Informed._built
        return True


class Faulty(InMemory):
    """A platform that remembers whom its troubles hit: deliveries by their keys, changes by the ids of their messages."""

    def __init__(self, platform: Platform, time: Time, *, can_look: bool) -> None:
        super().__init__(platform, time, can_look=can_look)
        self.hit: set[UUID] = set()
        self.unchanged: set[str] = set()
        self.shown: dict[str, Message] = {}  # what each message says now

    async def send(self, outgoing: Outgoing) -> str | None:
        before = len(self.posted)
        try:
            id_ = await super().send(outgoing)
        except BaseException:
            self.hit.add(outgoing.key)
            raise
        finally:
            self.shown |= {posted.id: posted.message for posted in self.posted[before:]}
        return id_

    async def edit(
        self, reference: Reference, message_id: str, message: Message, key: UUID, attachments: Mapping[str, Attachment] = NO_ATTACHMENTS
    ) -> None:
        with self._watched(message_id):
            await super().edit(reference, message_id, message, key, attachments)
        self.shown[message_id] = message

    async def recall(self, reference: Reference, message_id: str) -> None:
        with self._watched(message_id):
            await super().recall(reference, message_id)
        self.shown.pop(message_id, None)

    @contextmanager
    def _watched(self, message_id: str) -> Iterator[None]:
        try:
            yield
        except DeliveryError as error:
            if error.permanent:
                self.unchanged.add(message_id)
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the database holds at a moment: requests, words and deliveries by their ids; the history in order; where the ledger's identity breaks."""

    requests: Mapping[str, Row[Any]] = field(default_factory=dict)
    words: Mapping[UUID, Row[Any]] = field(default_factory=dict)
    deliveries: Mapping[UUID, Row[Any]] = field(default_factory=dict)
    steps: Sequence[Row[Any]] = ()
    imbalances: Sequence[Imbalance] = ()


class World:
    """The engine, the pump and the jobs of one process after another, on one database and one clock."""

    def __init__(self, database: Database, knowledge: Knowledge) -> None:
        settings = read_settings()
        self.database, self.time = database, Time(NOON)
        self.slack, self.teams = Faulty("slack", self.time, can_look=True), Faulty("teams", self.time, can_look=False)
        self.platforms: Mapping[Platform, Faulty] = {"slack": self.slack, "teams": self.teams}
        self.hours, office = hours_for(settings, self.time), office_hours(settings)
        admins = frozenset({CAROL.email})
        self._metrics = Metrics()
        follows = RequestAftermath(knowledge, TEXTS, language="fr", admins=admins)
        self._aftermath: Mapping[str, Aftermath] = dict.fromkeys((REQUEST, WORD, BINDING), follows)
        self.turns = Turns(
            database,
            knowledge,
            TEXTS,
            company_language="fr",
            metrics=self._metrics,
            spawn=lambda work: work.close(),
            now=self.time,
            hours=office,
            planned=self._planned,
            admins=admins,
        )
        clock = RequestClock(database, knowledge, TEXTS, language="fr", office=office, clock=self.time, planned=self._planned, admins=admins)
        digests = Digests(database, knowledge, TEXTS, language="fr", office=office, clock=self.time, planned=self._planned, admins=admins)
        sweep = Sweep(database, adapters(self.platforms.values()), self._metrics, self.time, handed=self._handed, alone_since=NOON)
        self.jobs: Mapping[str, Callable[[], Awaitable[None]]] = {
            "expire": self.reconciler.expire,
            "reconcile": self.reconciler.look,
            "sweep": sweep.look,
            "requests": clock.look,
            "digests": digests.send,
        }

    @property
    def reconciler(self) -> Reconciler:
        return reconciler(self.database, *self.platforms.values(), time=self.time, aftermath=self._aftermath)

    def pump(self, database: Database | None = None) -> Pump:
        """Return the pump of a process that has just started."""
        return pump(
            database or self.database,
            *self.platforms.values(),
            time=self.time,
            gate=partial(pass_gates, hours=self.hours),
            aftermath=self._aftermath,
            metrics=self._metrics,
        )

    async def send(self, seconds: float = 0) -> None:
        """Send what is due, and wait so long for what waits for its pace."""
        await self.pump().drain(timedelta(seconds=seconds))

    async def take(self, event: Event, *, posted: bool = True) -> Taken:
        """Take a turn; its replies are posted, unless the process ends before."""
        taken = await self.turns.take(event)
        if posted:
            await self.turns.answered(event.key)
        return taken

    async def seen(self, before: Seen) -> Seen:
        """Look at all that the database holds; the history goes on from what was seen before."""

        def look(session: Session) -> Seen:
            connection = session.connection()
            last = before.steps[-1].number if before.steps else 0
            return Seen(
                requests={row.id: row for row in connection.execute(_REQUESTS)},
                words={row.id: row for row in connection.execute(_WORDS)},
                deliveries={row.key: row for row in connection.execute(_DELIVERIES)},
                steps=(*before.steps, *connection.execute(_STEPS, {"last": last})),
                imbalances=deliveries.imbalances(session),
            )

        return await self.database.read(look)

    async def requests(self, ids: Sequence[str]) -> list[Request]:
        return await self.database.read(lambda session: requests.as_they_are(session, ids))

    def posted(self) -> list[Posted]:
        """Return all that arrived, in the order in which it did."""
        return sorted((each for platform in self.platforms.values() for each in platform.posted), key=lambda each: each.order)

    def _planned(self) -> None:
        """Nothing is nudged: the walk says when the pump looks."""

    async def _handed(self) -> None:
        await self.reconciler.look()


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[World]:
    """Furnish a database with the company, and let everybody but the stranger speak to the bot once."""

    def furnish(session: Session) -> None:
        catalog.load(session, COMPANY, "walk", NOON)
        import_directory(session, [each.row for each in PEOPLE], NOON)
        for each in PEOPLE:
            for platform, tenant in TENANTS.items():
                people.learn_profile(session, Profile(platform=platform, tenant=tenant, user=each.name, name=each.full_name, email=each.email), NOON)
        for platform, tenant in TENANTS.items():
            people.learn_profile(session, Profile(platform=platform, tenant=tenant, user=CHARLIE.name, name=CHARLIE.full_name, guest=True), NOON)
        for function in COMPANY.functions:
            for each, role in ((BOB, Role.EXPERT), (BEA, Role.EXPERT), (OMAR, Role.OWNER)):
                roles.grant(session, each.person, Grant(role=role, function=function.slug), "walk", NOON)

    await database.write(people.LINKING, furnish)
    knowledge = Informed(database, LetterEncoder(), Metrics())
    try:
        await knowledge.refresh()
        world = World(database, knowledge)
        for number, each in enumerate(PEOPLE):
            hello = MessageReceived(
                id=f"hello {number}", at=NOON, sender=Sender(user=each.name, timezone=each.zone), reference=each.private, text="home"
            )
            await world.take(hello)
        yield world
    finally:
        knowledge.close()


@contextmanager
def no_fault() -> Iterator[None]:
    """Fail, with the traceback, where anything of ours fails inside: a turn that ends in an apology, an aftermath, a job."""
    with capture_logs(processors=(format_exc_info,)) as log:
        yield
    for entry in log:
        died = "simulated.Crash" in entry.get("exception", "")
        assert died or entry["log_level"] not in ("error", "critical"), "\n".join((entry["event"], str(entry), entry.get("exception", "")))
