"""What requests promise, whatever happens: seen to after each step of a random walk, and once all has come to rest."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Row
from sqlmodel import Session

from adapters.port import Taken
from dialogs import relay
from dialogs.delivery import HELD_BACK, Reason, Status
from dialogs.events import ActionTaken, Event
from dialogs.messages import Message, plain_text
from dialogs.request import REQUEST, WORD, Request, RequestStatus, Step, Word, lane_to_client, lane_to_desk
from dialogs.request_actions import SendAgain
from dialogs.request_card import state_in_words
from dialogs.working_time import quiet_until
from storage import bindings, roles
from tests.bot.request_world import CAROL, CLIENTS, COMPANY, EXPERTS, PEOPLE, TEXTS, WITH_MANDATE, Human, Seen, World
from tests.bot.simulated import Posted, says

_MARK: Final = re.compile(r"mot\d+m")  # each word of a human holds one of its own
_LEASE: Final = timedelta(seconds=5)  # between the gate's answer and the write, at most
_WITHIN: Final = timedelta(hours=24)  # a request has its card by then
_OF_THE_CLIENT: Final = frozenset({Step.OPENED, Step.ADDED, Step.WITHDRAWN})
_OF_EXPERTS: Final = frozenset({Step.CLAIMED, Step.RELEASED, Step.ANSWERED, Step.ASKED_BACK, Step.HANDED, Step.CLOSED})
_HEARD_OF: Final = frozenset({Step.CLAIMED, Step.RELEASED, Step.HANDED, Step.CLOSED, Step.REOPENED})
_ANSWERERS: Final = frozenset(each.person for each in EXPERTS)
_CLIENTS: Final = {each.person: each for each in CLIENTS}
_UNSENT: Final = (Status.FAILED, Status.SKIPPED)
_DOUBTS: Final = ("This may not have arrived: “{words}”", "This didn't arrive: “{words}”")


def mark_of(text: str) -> str:
    """Return the mark of a word."""
    found = _MARK.search(text)
    assert found is not None, text
    return found[0]


class Promises:
    """Sees to the promises along one walk."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._checked = dict.fromkeys(world.platforms, (0, 0))  # how many messages and edits of each platform were looked at
        self._keys: dict[str, UUID] = {}
        self._arrived: dict[UUID, Posted] = {}
        self._by_mark: Counter[str] = Counter()
        self._lanes: defaultdict[str, int] = defaultdict(int)
        self._spoken: dict[tuple[str, str], datetime] = {}
        self._events: dict[str, str | None] = {}

    # after each gesture

    def judge(self, event: Event, who: Human, about: str | None, taken: Taken, before: Seen, after: Seen) -> None:
        """See that a gesture changed only what it may, told whom it must, and showed nobody what isn't theirs to see."""
        self._events[str(event.key)] = about
        steps = after.steps[len(before.steps) :]
        for step in steps:
            self._may_do(step, who, after.requests[step.request_id])
        done = {step.request_id for step in steps}
        for id_, request in after.requests.items():
            assert request == before.requests.get(id_) or id_ in done, f"{id_} changed without a line of its history"
        for word in after.words.values():
            if word != before.words.get(word.id):
                self._may_say(before.words.get(word.id), word, who, before, handed=any(step.step == Step.HANDED for step in steps))
        new = [row for key, row in after.deliveries.items() if key not in before.deliveries]
        self._is_told(event, new, steps, before, after)
        self._is_discreet_to(who, taken, after.requests.get(about or ""))

    def _may_do(self, step: Row[Any], who: Human, request: Row[Any]) -> None:
        assert step.person_id == who.person, f"{step.step} in somebody else's name"
        if step.step in _OF_THE_CLIENT:
            assert who.person == request.client_id, f"{who.name} isn't the client, and {step.step}"
        elif step.step in _OF_EXPERTS:
            assert who.person in _ANSWERERS, f"{who.name} has no right, and {step.step}"
        else:
            assert step.step == Step.REOPENED, f"{step.step} by a gesture"
            assert who.person in _ANSWERERS | {request.client_id}, f"{who.name} has no right, and {step.step}"

    def _may_say(self, former: Row[Any] | None, word: Row[Any], who: Human, before: Seen, *, handed: bool) -> None:
        holders = WITH_MANDATE[before.requests[word.request_id].function]
        answers = who.person in (_ANSWERERS if word.side == "expert" else (before.requests[word.request_id].client_id,))
        assert answers, f"{who.name} has no right to speak"
        if former is None:
            again = next((each for each in before.words.values() if uuid5(each.id, "again") == word.id), None)
            assert word.author_id == who.person or again is not None, "words in somebody else's name"
            assert word.side == "client" or word.state == "proposed" or who.person in holders or again is not None, "words without the mandate"
        elif word.state == "sent" and former.state == "proposed":
            assert who.person in holders, f"{who.name} has approved without the mandate"
        elif word.state == "dropped":
            assert former.state == "proposed", f"words that were {former.state} are dropped by a gesture"
            assert handed or who.person in holders or who.person == word.author_id, f"{who.name} dropped the words of somebody else"
        else:
            assert word.author_id == who.person, f"{who.name} changed the words of somebody else"
            unapproved = word.side == "expert" and word.state == "sent" and who.person not in holders
            assert not (unapproved and word.text != former.text), "approved words were changed"

    def _is_told(self, event: Event, new: list[Row[Any]], steps: Any, before: Seen, after: Seen) -> None:
        for row in new:
            request = before.requests.get(row.cause_id) if row.cause_kind == WORD else None
            if request is not None and request.status == RequestStatus.CLOSED and after.requests[row.cause_id].status == RequestStatus.CLOSED:
                again = isinstance(event, ActionTaken) and isinstance(event.action, SendAgain) and row.lane == lane_to_client(row.cause_id)
                assert again, "a closed request relays words"
        for step in steps:
            if step.step in _HEARD_OF and step.person_id != after.requests[step.request_id].client_id:
                assert any(row.lane == lane_to_client(step.request_id) for row in new), f"the client isn't told: {step.step}"

    def _is_discreet_to(self, who: Human, taken: Taken, request: Row[Any] | None) -> None:
        if request is None or who.person == request.client_id:
            return
        client, said = _CLIENTS.get(request.client_id), repr(taken.replies)
        hidden = client.secrets if client is not None and (request.discreet or who.person not in _ANSWERERS) else ()
        for secret in (*hidden, *(() if who.person in _ANSWERERS else (request.question,))):
            assert secret not in said, f"{who.name} reads {secret!r}: {said}"

    # after each step

    def check(self, after: Seen) -> None:
        """See to the ledger's identity, and to all that arrived since the last look."""
        assert after.imbalances == []
        new: list[Posted] = []
        for name, platform in self._world.platforms.items():
            posted, edits = self._checked[name]
            new += platform.posted[posted:]
            for each in platform.posted[posted:]:
                self._keys[each.id] = each.key
            for id_, message in platform.edits[edits:]:
                self._keeps_the_secret(self._keys[id_], message, after)
            self._checked[name] = len(platform.posted), len(platform.edits)
        for each in sorted(new, key=lambda posted: posted.order):
            self._arrives(each, after.deliveries[each.key], after)

    def _arrives(self, posted: Posted, row: Row[Any], after: Seen) -> None:
        if row.cause_kind != HELD_BACK:
            assert posted.key not in self._arrived, f"arrived twice: {plain_text(posted.message)}"
        self._arrived[posted.key] = posted
        if row.lane is not None:
            assert self._lanes[row.lane] < row.number, f"out of order: {plain_text(posted.message)}"
            self._lanes[row.lane] = row.number
        if row.person_id is not None and not row.urgent:
            zone = next(each.zone for each in PEOPLE if each.person == row.person_id)
            quiet = [quiet_until(self._world.hours(zone), at) for at in (posted.asked_at - _LEASE, posted.asked_at)]
            assert None in quiet, f"in quiet hours, at {posted.asked_at}: {plain_text(posted.message)}"
        self._keeps_the_secret(posted.key, posted.message, after)
        if row.cause_kind == WORD:
            self._word_arrives(after.words[posted.key], after)

    def _word_arrives(self, word: Row[Any], after: Seen) -> None:
        assert word.state == "sent", f"{word.text} is {word.state}, and arrives"
        mark = mark_of(word.text)
        self._by_mark[mark] += 1
        same = [each for each in after.words.values() if mark_of(each.text) == mark]
        copies = [each for each in same if any(uuid5(other.id, "again") == each.id for other in same)]
        assert self._by_mark[mark] <= 1 + len(copies), f"{word.text} arrived {self._by_mark[mark]} times, and was sent again {len(copies)} times"
        if word not in copies:
            side = (word.request_id, word.side)
            assert word.at >= self._spoken.get(side, word.at), f"{word.text} overtook"
            self._spoken[side] = word.at

    def _keeps_the_secret(self, key: UUID, message: Message, after: Seen) -> None:
        row = after.deliveries[key]
        about = self._events.get(row.cause_id) if row.cause_kind == HELD_BACK else row.cause_id
        request = after.requests.get(about or "")
        secrets = [secret for client in CLIENTS for secret in client.secrets]
        if row.cause_kind in (REQUEST, WORD, HELD_BACK):
            client = _CLIENTS[request.client_id] if request is not None else None
            if request is None or client is None or not request.discreet or row.lane == lane_to_client(request.id):
                return
            posted = self._arrived.get(key)
            if posted is not None and posted.reference.whole == client.private:
                return
            secrets = list(client.secrets)
        said = repr(message)
        for secret in secrets:
            assert secret not in said, f"{secret!r} is shown: {said}"

    # once all is at rest

    async def rest(self, seen: Seen) -> Seen:
        """Let all trouble end, and time go by, until nothing more can come: nothing is lost then."""
        world = self._world
        for platform in world.platforms.values():
            platform.troubles.clear()
        since, placed = world.time(), False
        while True:
            for name in ("expire", "reconcile", "sweep", "requests"):
                await world.jobs[name]()
            await world.send(5)
            seen = await world.seen(seen)
            self.check(seen)
            waiting = [row for row in seen.deliveries.values() if row.status in (Status.PLANNED, Status.SENDING) or (row.change and row.message_id)]
            placed = placed or not await self._without_card(seen)
            if not waiting and placed:
                break
            assert placed or world.time() - since <= _WITHIN, f"without a card for a day: {await self._without_card(seen)}"
            assert world.time() - since <= timedelta(days=7), f"lost: {waiting}"
            world.time.passes(minutes=20 if world.time() - since < timedelta(hours=2) else 180)
        await self._all_is_said(seen)
        return seen

    async def _without_card(self, seen: Seen) -> list[str]:
        def reached(session: Session) -> frozenset[str]:
            desks, keepers = bindings.desks(session), roles.keepers(session, COMPANY, frozenset({CAROL.email}))
            ways = {each.slug: relay.route(desks, keepers, each.slug, None, "fr") for each in COMPANY.functions}
            return frozenset(slug for slug, way in ways.items() if way.desk is not None or way.keeper is not None)

        open_to = await self._world.database.read(reached)
        found: list[str] = []
        for id_, request in seen.requests.items():
            card = seen.deliveries.get(request.card)
            there = card is not None and card.status in (Status.SENT, Status.UNKNOWN)
            if request.status != RequestStatus.CLOSED and request.function in open_to and not there:
                found.append(id_)
        return found

    async def _all_is_said(self, seen: Seen) -> None:
        for request in await self._world.requests(list(seen.requests)):
            self._card_tells_the_truth(request, seen)
            for word in request.words:
                self._word_is_accounted_for(request, word, seen)
        for row in seen.deliveries.values():
            if row.status == Status.SENT:
                assert row.key in self._arrived, f"sent, and never arrived: {row}"
            elif row.lane is not None and row.status in _UNSENT and row.reason != Reason.CANCELLED:
                assert row.key not in self._arrived, f"{row.reason}, and arrived"
                # what was lost on the way, and overtaken, isn't said any more: what came after it says how things stand
                reached = row.reason not in (Reason.UNREACHABLE, Reason.NOT_ARRIVED) and not self._was_hit(row.key)
                assert row.lane != lane_to_client(row.cause_id) or not reached, f"the client never heard, for no reason: {row}"

    def _card_tells_the_truth(self, request: Request, seen: Seen) -> None:
        card = seen.deliveries.get(request.card) if request.card else None
        if card is None or card.status != Status.SENT or self._cannot_change(card):
            return
        state = state_in_words(TEXTS[request.desk_language], COMPANY, request)
        said = plain_text(self._shown(card.message_id))
        assert state in said, f"the card doesn't say {state!r}:\n{said}"

    def _word_is_accounted_for(self, request: Request, word: Word, seen: Seen) -> None:
        row = seen.deliveries.get(word.id)
        arrived = word.id in self._arrived
        if word.state == "deleted" and row is not None and row.status == Status.SENT and not self._cannot_change(row):
            assert not self._is_shown(row.message_id), f"deleted, and still there: {word.text}"
        if word.state != "sent":
            return
        if row is None or row.status in _UNSENT:
            assert not arrived
            told = self._notice(request, word, seen) is not None or self._is_listed(request, word, seen)
            nobody = request.desk is None and request.keeper is None
            assert told or nobody, f"lost, and nobody knows: {word.text} {row}"
        elif row.status == Status.UNKNOWN:
            assert arrived or self._notice(request, word, seen) is not None or self._is_listed(request, word, seen), (
                f"nobody knows of the doubt: {word.text}"
            )
        elif row.reason == Reason.CANCELLED:
            assert self._is_listed(request, word, seen), f"taken away from where it was, and listed nowhere: {word.text}"
        elif row.status == Status.SENT:
            if not self._cannot_change(row):
                assert word.text in plain_text(self._shown(row.message_id)), f"{word.text!r} was changed, and isn't shown"
            notice = self._notice(request, word, seen)
            if notice is not None and notice.status == Status.SENT and not self._cannot_change(notice):
                said = plain_text(self._shown(notice.message_id))
                assert not said.startswith(tuple(_beginnings())), f"it did arrive, and its sender reads: {said}"

    def _notice(self, request: Request, word: Word, seen: Seen) -> Row[Any] | None:
        """Return what tells the sender of a word that it may not have arrived."""
        name, to = f"arrival|{word.id}", replace(request, keeper=request.keeper or "anybody")
        planned = (relay.to_client(to, name, says("")),) if word.side == "client" else relay.to_desk(to, name, says(""))
        return seen.deliveries.get(planned[0].delivery.key)

    def _is_listed(self, request: Request, word: Word, seen: Seen) -> bool:
        """Tell whether the other side has read a word otherwise: on the card of a request that moved."""
        lane, mark = (lane_to_desk if word.side == "client" else lane_to_client)(request.id), mark_of(word.text)
        return any(seen.deliveries[key].lane == lane and mark in repr(posted.message) for key, posted in self._arrived.items())

    def _was_hit(self, key: UUID) -> bool:
        return any(key in platform.hit for platform in self._world.platforms.values())

    def _cannot_change(self, row: Row[Any]) -> bool:
        return row.message_id is None or any(row.message_id in platform.unchanged for platform in self._world.platforms.values())

    def _is_shown(self, message_id: str) -> bool:
        return any(message_id in platform.shown for platform in self._world.platforms.values())

    def _shown(self, message_id: str) -> Message:
        return next(platform.shown[message_id] for platform in self._world.platforms.values() if message_id in platform.shown)


def _beginnings() -> Iterator[str]:
    for t in TEXTS.values():
        for text in _DOUBTS:
            yield t(text, words="\0").partition("\0")[0]
