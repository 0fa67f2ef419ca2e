"""Whatever happens in whatever order, the ledger adds up, a lane stays in order, and nothing arrives twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from dialogs.delivery import Kind
from storage import deliveries, reconciling
from storage.acknowledging import Doubtful, NotSent, Outcome, Sent
from storage.database import Database
from storage.sending import DELIVERY_LEASE, Claimed, Workspace
from storage.tables import DeliveryRow
from tests.company import NOON
from tests.conversation import DIRECT
from tests.storage.ledger import acknowledge, claim, delivery, expire, named, row_of, seconds, words

ACTS = (
    *("plan", "claim", "claim", "claim", "wait", "expire"),
    *("send", "refuse", "later", "later", "lose", "lose", "time out", "crash"),  # what a claimed one comes to
    *("settle", "settle", "edit", "recall", "cancel", "resend"),
)
_WORLDS = count(1)


@dataclass(slots=True)
class World:
    """One workspace, what its platform shows, and a process that sends."""

    database: Database
    name: str
    at: datetime = NOON
    planned: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    in_hand: list[tuple[Claimed, datetime]] = field(default_factory=list)
    taken_back: dict[str, int] = field(default_factory=dict)  # the attempts it had by then

    @property
    def lanes(self) -> tuple[str, str]:
        return f"{self.name} 0", f"{self.name} 1"

    @property
    def workspace(self) -> Workspace:
        return Workspace(platform="slack", tenant=self.name)

    def name_of(self, key: UUID) -> str:
        return next(name for name in self.planned if named(name) == key)

    async def act(self, act: str, choice: int) -> None:
        name = self.planned[choice % len(self.planned)] if self.planned else ""
        if act == "plan":
            await self._plan(choice)
        elif act == "claim":
            batch = await claim(self.database, self.at, workspace=self.workspace, limit=3)
            self.in_hand += [(claimed, self.at + DELIVERY_LEASE) for claimed in batch.claimed]
        elif act in ("send", "refuse", "later", "lose", "time out", "crash") and self.in_hand:
            await self._send(act, *self.in_hand.pop(choice % len(self.in_hand)))
        elif act == "wait":
            self.at += seconds(4 * (choice % 3))
        elif act == "expire":
            await expire(self.database, self.at)
        elif act == "settle":
            await self.settle()
        elif name:
            await self._change(act, name)

    async def _plan(self, choice: int) -> None:
        name = f"{self.name} {len(self.planned)}"
        self.planned.append(name)
        where = replace(DIRECT, tenant=self.name, conversation=f"D{choice}")
        kind = Kind.REMINDER if choice % 5 == 0 else Kind.REPLY
        planned = delivery(name, to=where, lane=self.lanes[choice % 2], urgent=choice % 3 == 0, kind=kind)
        await self.database.write("plan", lambda session: deliveries.plan(session, replace(planned, cause_id=self.name), self.at))

    async def _send(self, act: str, claimed: Claimed, until: datetime) -> None:
        name = self.name_of(claimed.key)
        in_time = self.at < until
        if in_time and act in ("send", "time out", "crash"):
            assert claimed.attempts <= self.taken_back.get(name, claimed.attempts)
            self.arrived.append(name)
        outcomes: dict[str, Outcome] = {
            "send": Sent(message_id=f"m-{name}"),
            "refuse": NotSent(detail="refused"),
            "later": NotSent(detail="429", not_before=self.at + seconds(3)),
            "lose": Doubtful(detail="lost"),
            "time out": Doubtful(detail="timeout"),
        }
        if act in outcomes:
            outcome = outcomes[act] if in_time else NotSent(detail="no time left", not_before=self.at)
            await acknowledge(self.database, claimed, outcome, self.at)

    async def _change(self, act: str, name: str) -> None:
        key, at = named(name), self.at
        write = self.database.write
        if act == "edit":
            await write("turn", lambda session: deliveries.edit(session, key, words("changed"), at))
        elif act == "recall":
            await write("turn", lambda session: deliveries.recall(session, key, at))
            self.taken_back.setdefault(name, (await row_of(self.database, name))["attempts"])
        elif act == "cancel":
            await write("turn", lambda session: deliveries.cancel(session, "request", self.name, [Kind.REMINDER], at))
        elif act == "resend":
            await write("pump", lambda session: reconciling.resend(session, key, at))

    async def settle(self) -> None:
        """Look on the platform for all that nobody knows of."""

        def look(session: Session) -> None:
            for name in self.planned:
                if name in self.arrived:
                    reconciling.found(session, named(name), f"m-{name}", self.at)
                else:
                    reconciling.missed(session, named(name), self.at)

        await self.database.write("pump", look)

    async def check(self) -> None:
        assert await self.database.read(deliveries.imbalances) == []
        rows = await self.database.read(self._rows)
        assert len(rows) == len(self.planned)
        assert len(set(self.arrived)) == len(self.arrived)
        numbers = {lane: [rows[named(name)].number or 0 for name in self.arrived if rows[named(name)].lane == lane] for lane in self.lanes}
        assert all(each == sorted(each) for each in numbers.values())
        for row in rows.values():
            assert (row.status == "sending") == (row.lease_until is not None)
            assert (row.ended_at is None) == (row.status in ("planned", "sending"))
            assert row.status != "sent" or row.key in {named(name) for name in self.arrived}
            assert row.change is None or row.status in ("sending", "unknown", "sent")

    def _rows(self, session: Session) -> dict[UUID, DeliveryRow]:
        return {row.key: row for row in session.exec(select(DeliveryRow).where(col(DeliveryRow.tenant) == self.name))}


@settings(
    max_examples=settings().max_examples * 2 // 5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each example has a workspace of its own, in one database
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 29)), min_size=5, max_size=20))
async def test_the_ledger_always_adds_up(database: Database, acts: list[tuple[str, int]]) -> None:
    world = World(database, f"W{next(_WORLDS)}")
    for number in range(4):
        await world.act("plan", number)
    for act, choice in acts:
        await world.act(act, choice)
        await world.check()
    world.at += DELIVERY_LEASE
    world.in_hand.clear()
    await expire(database, world.at)
    await world.settle()
    world.at += seconds(3)  # the longest that anything was put off for
    await world.act("claim", 0)
    while world.in_hand:
        while world.in_hand:
            await world.act("send", 0)
        await world.act("claim", 0)
    await world.check()
    stands = {(await row_of(database, name))["status"] for name in world.planned}
    assert stands <= {"sent", "failed", "skipped"}  # nothing is left behind
