"""The pump: owns a workspace by the lease on its row, claims what is due, sends it at its pace, keeps what became of it. Nobody else sends."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

import structlog

from adapters.port import NO_ATTACHMENTS, SEND_SECONDS, Adapter, DeliveryError, Outgoing
from bot.arrivals import Arrivals
from bot.clock import Clock, Sleep
from bot.endings import Aftermath, Endings
from bot.limits import LIMITS, NOBODY_KNOWS_WHERE, PACES
from bot.metrics import Metrics
from bot.retrying import change_again_at, outcome_of
from bot.slots import Slots
from bot.tasks import Tasks
from dialogs.attachment import Attachment
from dialogs.delivery import Ended, Reason
from dialogs.events import Reference
from dialogs.gates import Gate
from dialogs.messages import File, Message, Picture
from storage import Session, acknowledging, attachments, pacing, schema, sending
from storage.acknowledging import Arrived, Doubtful, NotSent, Outcome, Sent
from storage.database import Database
from storage.errors import UnavailableError
from storage.sending import DELIVERY_LEASE, Batch, Change, Claimed, Pace, Workspace

AT_ONCE: Final = 30  # workspaces served at once
TAKEN: Final = 3  # workspaces taken by one look: few, so that several processes share the work
IN_FLIGHT: Final = 20  # calls of one workspace without an answer yet: a second's worth, where each takes that long
TICK: Final = 0.5  # seconds
LAST_ATTEMPT: Final = 50  # whatever came of the others (unknown, too late to send): a message that can't be sent ends some day
MARGIN: Final = 0.5  # seconds between the end of a send and the end of its lease
ACKNOWLEDGE_SECONDS: Final = 20.0  # for which a database that went away is awaited
HUSH: Final = 1.5  # seconds after it's back: who spoke meanwhile was just apologised to, of which no row tells
_FRESH: Final = 0.05  # seconds after a claim, for which nobody is taken to have spoken since

_LOG = structlog.stdlib.get_logger(__name__)


class Pump:
    """Sends what is due, in every process alike; nobody but it calls an adapter's `send`, `edit` and `recall`.

    `gate` is asked about each delivery as it's claimed; `aftermath` says, by the kind of the cause, what follows from an ending; `owner` names this
    process among all that share the database; `paces` are by platform. `sleep` and `monotonic` are what time passes by, where it's simulated. Nothing
    is claimed while it isn't `on_duty`.
    """

    def __init__(
        self,
        database: Database,
        adapters: Mapping[str, Adapter],
        metrics: Metrics,
        clock: Clock,
        *,
        gate: Gate,
        aftermath: Mapping[str, Aftermath],
        owner: str,
        paces: Mapping[str, Pace] = PACES,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        on_duty: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database, self._adapters, self._metrics = database, adapters, metrics
        self._clock, self._sleep, self._monotonic = clock, sleep, monotonic
        self._gate, self._owner, self._paces, self._on_duty = gate, owner, paces, on_duty
        self._endings, self._followed = Endings(database, aftermath), frozenset(aftermath)
        self._arrivals = Arrivals(database, clock, owner)
        self._platforms = frozenset({NOBODY_KNOWS_WHERE, *adapters})
        self._tasks = Tasks()
        self._working: set[Workspace] = set()
        self._turns: dict[Workspace, int] = {}  # when each workspace was last served: the one that waited longest comes first
        self._moved: dict[Workspace, bool] = {}  # whether each workspace's last batch came to anything
        self._waits: dict[Workspace, datetime] = {}  # when each may have something to claim again
        self._room: defaultdict[Workspace, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(IN_FLIGHT))
        self._slots: defaultdict[Workspace, Slots] = defaultdict(lambda: Slots(sleep, monotonic))
        self._awake = asyncio.Event()
        self._beginning = asyncio.Lock()
        self._away = False
        self._closing = False

    def nudge(self) -> None:
        """Look at once: something was planned, or changed."""
        self._awake.set()

    async def run(self) -> None:
        """Serve until cancelled, or closed. A database that is away is awaited."""
        while not self._closing:
            self._awake.clear()
            try:
                if self._away:
                    await self._database.read(schema.time_of)
                    await self._sleep(HUSH)
                for _ in range(AT_ONCE // TAKEN):
                    if len(await self._begin()) < TAKEN:
                        break
                self._away = False
            except UnavailableError as error:
                self._told_away(error)
            except Exception:
                _LOG.exception("the pump stumbled; it goes on at the next tick")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest()):
                    await self._awake.wait()

    async def drain(self, patience: timedelta = timedelta(seconds=5)) -> None:
        """Send until nothing is due at the clock's time; what is due and waits for its pace is awaited, for `patience` after the last one sent."""
        since = self._clock()
        while (due := await self._begin()) or not self._tasks.is_idle:
            await self._tasks.idle()
            if not due:
                continue  # what `run` was serving isn't due any more, and is over now
            at = self._clock()
            if any(self._moved.get(workspace) for workspace in due):
                since = at
                continue
            if at - since >= patience:
                return
            await self._sleep(TICK)
            if self._clock() <= at:
                return  # a clock that stands still

    async def close(self, grace: float) -> None:
        """Claim nothing from now on, and let what is in flight be acknowledged, for `grace` seconds at most."""
        self._closing = True
        self._awake.set()
        await self._tasks.close(grace)

    def _rest(self) -> float:
        """Return the seconds until the next look: a tick, or less where the pace lets something go before."""
        at = self._clock()
        return min((wait - at).total_seconds() for wait in (at + timedelta(seconds=TICK), *self._waits.values()) if wait > at)

    async def _begin(self) -> list[Workspace]:
        """Begin to serve what is due and isn't being served, as far as there's room; return it."""
        async with self._beginning:  # what another call has just taken isn't seen as due, and isn't being served yet
            at, served = self._clock(), frozenset(self._working)
            room = 0 if self._closing or not self._on_duty() else min(TAKEN, AT_ONCE - len(served))
            if room <= 0:
                return []
            owned = await self._database.write(
                f"pump|{self._owner}", lambda session: sending.own(session, self._owner, at, room, platforms=self._platforms, besides=served)
            )
            for workspace in sorted(owned, key=lambda each: self._turns.get(each, 0)):
                self._working.add(workspace)
                self._turns[workspace] = max(self._turns.values(), default=0) + 1
                self._tasks.spawn(self._serve(workspace))
            return owned

    async def _serve(self, workspace: Workspace) -> None:
        """Serve a workspace once; one whose last batch came to anything is looked at again at once."""
        try:
            self._moved[workspace] = False
            self._moved[workspace] = await self._batch(workspace)
            if self._moved[workspace]:
                self._awake.set()  # there may be more
        except UnavailableError as error:
            self._told_away(error)
        finally:
            self._working.discard(workspace)

    async def _batch(self, workspace: Workspace) -> bool:
        """Claim and send one batch, make what changes are due; tell whether there was anything."""
        since, at = self._monotonic(), self._clock()  # before the claim, whose lease begins with it
        claim_id, pace = uuid4(), self._paces[workspace.platform]

        def claiming(session: Session) -> tuple[tuple[Batch, Sequence[Change]], Sequence[Ended]]:
            batch = sending.claim(session, workspace, self._owner, claim_id, at, pace=pace, gate=self._gate)
            return (batch, sending.changes(session, workspace, self._owner, at) if batch.is_change_due else ()), batch.ended

        batch, changes = await self._endings.settle(f"pump|{self._owner}|{workspace.platform}|{workspace.tenant}", claiming, at)
        slots = self._slots[workspace]
        slots.leave(batch.gestures)
        slots.leave_to_reconciler(batch.looked_at)
        self._waits.pop(workspace, None)
        if batch.wait_until is not None:
            self._waits[workspace] = batch.wait_until
        if batch.lost:
            return False
        for ended in batch.ended:
            self._metrics.sends.labels(workspace.platform, ended.status.value).inc()
        # those of one lane are never in one batch, so what is sent side by side needs no order
        unsent = {claimed.key for claimed in batch.claimed}
        for claimed in batch.claimed:
            # the wall clock may be set meanwhile, so the slot is awaited by the one that can't
            await self._has_room(workspace)
            await slots.wait(since + (claimed.slot - at).total_seconds())
            # looked at last: what is said between this look and the call is the only thing that the call doesn't know of
            busy_until = await self._busy_until(workspace, claimed.reference, since)
            if busy_until is None and not self._is_late(since):  # what won't be sent takes no slot
                slots.take(pace)
            await self._launch(workspace, partial(self._send, workspace, claimed, since, unsent, busy_until))
        for change in changes:
            await self._has_room(workspace)
            await slots.wait(since)
            slots.take(pace, pace.change_calls)
            if slots.stilled_for() > 0:
                break  # those that are left are due again once this claim has gone by
            await self._launch(workspace, partial(self._change, workspace, change))
        return bool(batch.claimed or batch.ended or changes)

    async def _launch(self, workspace: Workspace, work: Callable[[], Awaitable[None]]) -> None:
        """Begin a call, beside those of its workspace that have no answer yet: one that hangs stops no other. There is room for it."""
        self._tasks.spawn(self._in_flight(workspace, work))
        await asyncio.sleep(0)  # it has begun before the next slot is awaited

    async def _in_flight(self, workspace: Workspace, work: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._room[workspace]:
                await work()
        except UnavailableError as error:
            self._told_away(error)

    async def _has_room(self, workspace: Workspace) -> None:
        """Wait for room, which nothing but this batch takes: no call waits between its look and its being made."""
        async with self._room[workspace]:
            pass

    def _is_late(self, since: float) -> bool:
        """Tell whether there's less left of a claim's lease than a send may take."""
        return self._monotonic() > since + DELIVERY_LEASE.total_seconds() - SEND_SECONDS - MARGIN

    async def _send(self, workspace: Workspace, claimed: Claimed, since: float, unsent: set[UUID], busy_until: datetime | None) -> None:
        """Send a delivery, unless its conversation is busy, and keep what became of it; `unsent` are those of its batch that have no outcome yet."""
        left = self._slots[workspace].stilled_for()
        if left > 0:  # another one of the batch was told so
            later = self._clock() + timedelta(seconds=left)
            outcome: Outcome = NotSent(detail="the platform wants to be left alone for a while", not_before=later)
        elif busy_until is not None:
            outcome = NotSent(detail="somebody there is being replied to", not_before=busy_until)
        else:
            outcome = await self._sent(claimed, since)
        if isinstance(outcome, NotSent) and outcome.pause is not None:
            self._slots[workspace].still((outcome.pause - self._clock()).total_seconds())
        self._metrics.sends.labels(claimed.reference.platform, _named(outcome)).inc()
        unsent.discard(claimed.key)
        if isinstance(outcome, Sent) and claimed.cause_kind not in self._followed:
            arrived = Arrived(key=claimed.key, claim=claimed.claim, message_id=outcome.message_id)
            if await self._arrivals.keep(arrived, at_once=not unsent or claimed.lane is not None):
                return
        await self._acknowledge(claimed, outcome)

    async def _sent(self, claimed: Claimed, since: float) -> Outcome:
        """Send a delivery, if there's still time before its lease goes by; tell what is known of it then."""
        try:
            held = await self._attachments(claimed.message)
        except UnavailableError as error:
            self._told_away(error)
            return NotSent(detail="what it carries couldn't be read", not_before=self._clock() + timedelta(seconds=TICK))
        if self._closing or self._is_late(since):
            return NotSent(detail="there was no time left to send it", not_before=self._clock())
        if claimed.attempts > LAST_ATTEMPT:
            return NotSent(detail=f"tried {LAST_ATTEMPT} times", reason=Reason.EXHAUSTED)
        outgoing = Outgoing(
            key=claimed.key,
            reference=claimed.reference,
            message=claimed.message,
            user=claimed.user,
            tapped=claimed.tapped,
            attachments=held,
        )
        try:
            self._count(claimed.reference)
            async with asyncio.timeout(SEND_SECONDS + MARGIN / 2):
                return Sent(message_id=await self._adapters[claimed.reference.platform].send(outgoing))
        except DeliveryError as error:
            return outcome_of(error, claimed.key, claimed.attempts, self._clock())
        except TimeoutError:
            return Doubtful(detail="no answer in time")
        except Exception as error:  # else its row, and what waits behind it, would hang until the lease goes by
            _LOG.exception("a delivery couldn't be sent", key=str(claimed.key))
            return Doubtful(detail=f"{type(error).__name__} while it was sent")

    async def _busy_until(self, workspace: Workspace, reference: Reference, since: float) -> datetime | None:
        """Return when to try again, where somebody was heard in a conversation since the claim at `since`, None where nobody was.

        Whoever was heard in its workspace meanwhile is replied to at once, for which slots are left.
        """
        if self._monotonic() - since < _FRESH:
            return None
        at, pace = self._clock(), self._paces[reference.platform]
        try:
            heard = await self._database.read(lambda session: pacing.heard(session, workspace.within, at, pace.place_spacing))
        except UnavailableError as error:
            self._told_away(error)
            return at + timedelta(seconds=TICK)
        self._slots[workspace].leave({each.key for each in heard})
        return at + pace.place_spacing if reference.whole.key in {each.place for each in heard} else None

    async def _attachments(self, message: Message) -> Mapping[str, Attachment]:
        """Return what a message carries, by key: nothing is asked for one that carries nothing, and what has expired isn't there."""
        keys = {block.attachment for block in message.blocks if isinstance(block, Picture | File)}
        if not keys:
            return NO_ATTACHMENTS
        at = self._clock()
        held = await self._database.read(lambda session: {key: attachments.load(session, key, at) for key in keys})
        return {key: found for key, found in held.items() if found is not None}

    async def _acknowledge(self, claimed: Claimed, outcome: Outcome) -> None:
        """Keep what became of a delivery; what can't be kept in time is found unknown once its lease goes by."""
        cause = (claimed.cause_kind, claimed.cause_id)
        # where nothing follows, nothing is shared: the thousands of one campaign needn't wait for each other
        name = "|".join(cause) if claimed.cause_kind in self._followed else f"acknowledged|{claimed.key}"
        until = self._monotonic() + ACKNOWLEDGE_SECONDS
        while True:
            at = self._clock()
            try:
                await self._endings.settle(name, _acknowledging(claimed, outcome, at), at, [cause])
            except UnavailableError as error:
                self._told_away(error)
                if self._monotonic() > until:
                    _LOG.error("what became of a delivery couldn't be kept", key=str(claimed.key), outcome=_named(outcome))
                    return
                await self._sleep(TICK)
            else:
                return

    async def _change(self, workspace: Workspace, change: Change) -> None:
        """Edit or recall what was sent, once, and keep what came of it."""
        adapter = self._adapters[change.reference.platform]
        again_at: datetime | None = None
        outcome = "changed"
        try:
            held = NO_ATTACHMENTS if change.message is None else await self._attachments(change.message)
            self._count(change.reference)
            async with asyncio.timeout(SEND_SECONDS + MARGIN / 2):
                if change.message is None:
                    await adapter.recall(change.reference, change.message_id)
                else:
                    await adapter.edit(change.reference, change.message_id, change.message, change.key, held)
        except Exception as error:  # one that can't be made mustn't keep those behind it
            again_at = change_again_at(error, change, self._clock())
            outcome = "change_refused" if again_at is None else "change_later"
            expected = isinstance(error, DeliveryError | TimeoutError)
            if isinstance(error, DeliveryError) and error.retry_after is not None:
                self._slots[workspace].still(error.retry_after)
            _LOG.warning("a message couldn't be changed", key=str(change.key), again_at=str(again_at), reason=repr(error), exc_info=not expected)
        self._metrics.sends.labels(change.reference.platform, outcome).inc()
        at = self._clock()
        await self._database.write(f"changed|{change.key}", lambda session: sending.changed(session, change.key, change, at, again_at=again_at))

    def _count(self, reference: Reference) -> None:
        self._metrics.rates.count(reference.platform, reference.tenant, LIMITS[reference.platform].workspace)

    def _told_away(self, error: UnavailableError) -> None:
        """Log once that the database is away, not at each tick."""
        if not self._away:
            _LOG.warning("the pump can't reach the database; it goes on once it can", reason=str(error))
        self._away = True


def _acknowledging(claimed: Claimed, outcome: Outcome, at: datetime) -> Callable[[Session], tuple[None, Sequence[Ended]]]:
    def acknowledge(session: Session) -> tuple[None, Sequence[Ended]]:
        ended = acknowledging.acknowledge(session, claimed.key, claimed.claim, outcome, at)
        return None, () if ended is None else (ended,)

    return acknowledge


def _named(outcome: Outcome) -> str:
    if isinstance(outcome, NotSent):
        return "failed" if outcome.not_before is None else "later"
    return "sent" if isinstance(outcome, Sent) else "unknown"
