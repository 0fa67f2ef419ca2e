"""One random walk of requests: what people, platforms, the clock and the process do, drawn by a seed; at every step, the promises are seen to."""

from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from random import Random
from typing import Any, Final, TypeVar

from sqlalchemy import Row

from adapters.port import DeliveryError
from dialogs.actions import Action, FormAction
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageDeleted, MessageEdited, MessageReceived, Overheard, Reference, Sender
from dialogs.request import Outcome, RequestStatus
from dialogs.request_actions import (
    AddToRequest,
    AnswerRequest,
    ApproveWord,
    AskHuman,
    ClaimRequest,
    CloseRequest,
    DropWord,
    HandRequest,
    ListRequests,
    NotForThem,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
    SetReach,
    ShowRequest,
    WithdrawRequest,
)
from storage.plain import read_reference
from tests.bot.request_promises import Promises
from tests.bot.request_world import (
    BEA,
    BOB,
    CAROL,
    CHANNELS,
    CHARLIE,
    CLIENTS,
    OMAR,
    PEOPLE,
    Human,
    Seen,
    World,
    no_fault,
)
from tests.bot.simulated import Crash, Death, Mortal, Trouble, limited, refused, unanswered, unreached

T = TypeVar("T")
WALK: Final = 250  # steps of one walk, each on a database of its own
_REMEMBERED: Final = 30  # steps that a failure tells
_RECENT: Final = 6  # requests that people still think of
_FORGED: Final = 0.06  # of the gestures are somebody's whose they aren't


class Walk:
    """One walk: two clients, two experts, an owner, an admin, a stranger, two platforms, one process after another, and a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self._world, self._random, self._seed = world, Random(seed), seed
        self._promises = Promises(world)
        self._seen = Seen()
        self._count = 0
        self._written: list[tuple[Human, Reference, str, str]] = []
        self._last: Event | None = None
        self._story: deque[str] = deque(maxlen=_REMEMBERED)
        self.did: Counter[str] = Counter()

    async def go(self, steps: int) -> None:
        """Take so many steps, then come to rest. A promise that breaks says after which steps."""
        try:
            with no_fault():
                self._seen = await self._world.seen(self._seen)
            for deed in self._random.choices(list(self._deeds), list(self._deeds.values()), k=steps):
                await self._step(deed)
            self._story.append("all comes to rest")
            with no_fault():
                self._seen = await self._promises.rest(self._seen)
        except Exception as error:
            error.add_note("\n".join((f"seed {self._seed}, after {self.did.total()} steps, of which the last:", *self._story)))
            raise

    async def _step(self, deed: Callable[[], Awaitable[None]]) -> None:
        self._world.time.passes(seconds=self._random.uniform(0.2, 20))
        self.did[deed.__name__.strip("_")] += 1
        self._story.append(f"{self._world.time():%a %d %H:%M:%S} {deed.__name__.strip('_')}")
        before = self._seen
        with no_fault():
            await deed()
        if self._seen is before and deed not in (self._wait, self._trouble):
            self._seen = await self._world.seen(self._seen)
        self._promises.check(self._seen)

    @property
    def _deeds(self) -> Mapping[Callable[[], Awaitable[None]], int]:
        return {
            self._ask: 4,
            self._client_writes: 10,
            self._client_adds: 4,
            self._client_decides: 5,
            self._client_taps_a_word: 4,
            self._claim: 8,
            self._answer: 7,
            self._write_in_the_thread: 12,
            self._settle_a_proposal: 5,
            self._hand_on: 3,
            self._close: 5,
            self._expert_reopens: 2,
            self._expert_sends_again: 2,
            self._edit: 5,
            self._delete: 3,
            self._look_around: 5,
            self._bind: 3,
            self._again: 4,
            self._wait: 12,
            self._trouble: 9,
            self._send: 16,
            self._die: 6,
            self._work: 12,
        }

    # the clients

    async def _ask(self) -> None:
        client = self._any(CLIENTS)
        asked: AskHuman = self._any([AskHuman(slug="it", id="it_laptop"), AskHuman(slug="it"), AskHuman(slug="finance"), AskHuman()])
        values = {"function": self._any(["it", "finance"]), "question": self._new("question"), "way": self._any(["named", "named", "discreet"])}
        event = FormSubmitted(action=asked, values=values, message_id=None, **self._gesture(client, client.private))
        await self._take(event, f"asks {values}", None)

    async def _client_writes(self) -> None:
        """Write to the bot: to the human, where one talks with the client; on Slack, now and then under what they got."""
        client, place = self._any(CLIENTS), None
        under = [each for each in self._world.platforms[client.platform].posted if each.reference.whole == client.private]
        if under and client.platform == "slack" and self._random.random() < 0.3:
            place = client.private.under(self._any(under[-10:]).id)
        await self._says(client, place or client.private, None)

    async def _client_adds(self) -> None:
        if request := self._request():
            client = self._client(request)
            await self._submits(client, AddToRequest(request=request.id), {"words": self._new("add")}, client.private, request.id)

    async def _client_decides(self) -> None:
        if request := self._request():
            client = self._client(request)
            actions: list[Action] = [WithdrawRequest(request=request.id), ReopenRequest(request=request.id), ReopenRequest(request=request.id)]
            await self._taps(client, self._any(actions), client.private, "m1", request.id)

    async def _client_taps_a_word(self) -> None:
        if (request := self._request()) and (word := self._word(request, "client")):
            client, id_ = self._client(request), str(word.id)
            again = SendAgain(word=id_, request=request.id)
            actions: list[Action] = [again, again, NotForThem(word=id_, request=request.id, question=word.text)]
            await self._taps(client, self._any(actions), client.private, "m1", request.id)

    # the experts

    async def _claim(self) -> None:
        if request := self._request():
            id_ = request.id
            claim = ClaimRequest(request=id_)
            actions: list[Action] = [claim, claim, ClaimRequest(request=id_, over="yes"), ReleaseRequest(request=id_)]
            await self._at_the_card(self._expert(), self._any(actions), request)

    async def _answer(self) -> None:
        if request := self._request():
            values = {"text": self._new("answer"), "then": self._any(["answered", "answered", "asked"])}
            await self._at_the_card(self._expert(), AnswerRequest(request=request.id), request, values)

    async def _write_in_the_thread(self) -> None:
        if (request := self._request()) and (place := self._thread(request)):
            await self._says(self._expert(), place, request.id, aside=self._random.random() < 0.15)

    async def _settle_a_proposal(self) -> None:
        proposals = [word for word in self._seen.words.values() if word.state == "proposed"]
        if word := self._any_of(proposals) or self._any_of([word for word in self._seen.words.values() if word.side == "expert"]):
            request = self._seen.requests[word.request_id]
            actions: list[Action] = [ApproveWord(word=str(word.id), request=request.id), DropWord(word=str(word.id), request=request.id)]
            expert, place = self._expert(), self._thread(request)
            await self._taps(expert, self._any([actions[0], *actions]), place or expert.private, "m1", request.id)

    async def _hand_on(self) -> None:
        if request := self._request():
            values = {"function": "it" if request.function == "finance" else "finance", "reason": self._any(["", "rather yours"])}
            await self._at_the_card(self._expert(), HandRequest(request=request.id), request, values)

    async def _close(self) -> None:
        if request := self._request():
            outcome = self._any([Outcome.SOLVED, Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.NOT_OURS])
            values = {"outcome": outcome.value} | self._any([{}, {"word": self._new("last word")}])
            await self._at_the_card(self._expert(), CloseRequest(request=request.id), request, values)

    async def _expert_reopens(self) -> None:
        if request := self._request(RequestStatus.CLOSED):
            await self._at_the_card(self._expert(), ReopenRequest(request=request.id), request)

    async def _expert_sends_again(self) -> None:
        if (request := self._request()) and (word := self._word(request, "expert")):
            await self._at_the_card(self._expert(), SendAgain(word=str(word.id), request=request.id), request)

    # anybody

    async def _edit(self) -> None:
        if written := self._any_of(self._written[-12:]):
            who, place, id_, text = written
            changed = self._any([f"{text} (changed {self._count})", f"{text} (changed {self._count})", f"// {text}"])
            event = MessageEdited(message_id=id_, text=changed, **self._gesture(self._or_somebody(who), place))
            await self._take(event, f"edits {id_}", self._about(place, id_))

    async def _delete(self) -> None:
        if written := self._any_of(self._written[-12:]):
            who, place, id_, _ = written
            event = MessageDeleted(message_id=id_, **self._gesture(self._or_somebody(who), place))
            await self._take(event, f"deletes {id_}", self._about(place, id_))

    async def _look_around(self) -> None:
        """Open a card, a list or a form, whoever one is."""
        who, request = self._any([*PEOPLE, CHARLIE]), self._request()
        id_ = request.id if request else "nowhere"
        forms: Sequence[FormAction] = (
            AskHuman(),
            AddToRequest(request=id_),
            AnswerRequest(request=id_),
            HandRequest(request=id_),
            CloseRequest(request=id_),
        )
        taps: Sequence[Action] = (ListRequests(), ListRequests(slug="it"), ShowRequest(request=id_), SetReach(platform=who.platform))
        if self._random.random() < 0.5:
            await self._taps(who, self._any(taps), who.private, "m1", request.id if request else None)
        else:
            form = self._any(forms)
            event = FormAsked(action=form, message_id="m1", **self._gesture(who, who.private))
            await self._take(event, f"opens {form}", request.id if request else None)

    async def _bind(self) -> None:
        function = self._any(list(CHANNELS))
        place, who = self._any(CHANNELS[function]), self._or_somebody(self._any([OMAR, CAROL]))
        text = self._any([f"bind {function}", f"bind {function}", "unbind"])
        under = place.under(self._new("h").replace(" ", "")) if place.platform == "slack" else place
        await self._take(
            MessageReceived(text=text, message_id=under.thread, **self._gesture(who, under)), f"says {text} in {place.conversation}", None
        )

    async def _again(self) -> None:
        """Have the platform deliver the last event once more."""
        if self._last is None:
            return
        event = self._last
        taken = await self._world.take(event)
        assert not taken.first, "an event was taken twice"
        after = await self._world.seen(self._seen)
        assert after.requests == self._seen.requests
        assert after.words == self._seen.words
        assert len(after.deliveries) == len(self._seen.deliveries)

    # the clock, the platforms, the process

    async def _wait(self) -> None:
        unit, most = self._any([("seconds", 20), ("minutes", 5), ("minutes", 40), ("hours", 5), ("hours", 30), ("days", 3)])
        self._world.time.passes(**{unit: self._random.random() * most})

    async def _trouble(self) -> None:
        trouble = self._any(
            [
                limited(self._random.randrange(60)),
                refused(),
                refused(dead=True),
                unanswered(arrives=True),
                unanswered(arrives=False),
                unreached(),
                Trouble(takes=9),
                Trouble(error=DeliveryError("502", permanent=False, ambiguous=True), takes=2, arrives=True),
            ]
        )
        platform = self._any([self._world.slack, self._world.teams])
        platform.troubles.append(trouble)
        self._story[-1] += f" {platform.name}: {trouble}"

    async def _send(self) -> None:
        await self._world.send(self._any([0, 0, 0, 3]))

    async def _die(self) -> None:
        death = Death(at_step=self._random.randrange(14))
        for platform in self._world.platforms.values():
            platform.between = death
        with suppress(Crash):
            await self._world.pump(Mortal(self._world.database, death)).drain(timedelta(0))
        for platform in self._world.platforms.values():
            platform.between = lambda _: None

    async def _work(self) -> None:
        name = self._any(["expire", "reconcile", "reconcile", "sweep", "requests", "requests", "requests", "digests"])
        self._story[-1] += f" {name}"
        await self._world.jobs[name]()

    # gestures

    async def _says(self, who: Human, place: Reference, about: str | None, *, aside: bool = False) -> None:
        who = self._or_somebody(who)
        text = self._new("// between us" if aside else "say")
        id_, files = f"h{self._count}", int(self._random.random() < 0.1)
        self._written.append((who, place, id_, text))
        heard = self._gesture(who, place)
        if place.scope == who.private.scope or self._random.random() < 0.3:
            event: Event = MessageReceived(text=text, message_id=id_, files=files, **heard)
        else:
            event = Overheard(text=text, message_id=id_, files=files, **heard)
        await self._take(event, f"writes {text!r} as {id_}, {place.key}", about)

    async def _at_the_card(self, who: Human, action: Action, request: Row[Any], values: Mapping[str, str] | None = None) -> None:
        """Make a gesture on the request's card in the channel, or in one's own conversation (a list, a reminder)."""
        place = self._thread(request) if self._random.random() < 0.7 else None
        if isinstance(action, FormAction):
            await self._submits(who, action, values or {}, place or who.private, request.id, request.thread if place else None)
        else:
            await self._taps(who, action, place or who.private, request.thread if place else "m1", request.id)

    async def _taps(self, who: Human, action: Action, place: Reference, message: str | None, about: str | None) -> None:
        event = ActionTaken(action=action, message_id=message, **self._gesture(self._or_somebody(who), place))
        await self._take(event, f"taps {action}", about)

    async def _submits(
        self, who: Human, action: FormAction, values: Mapping[str, str], place: Reference, about: str | None, message: str | None = None
    ) -> None:
        event = FormSubmitted(action=action, values=dict(values), message_id=message, **self._gesture(self._or_somebody(who), place))
        await self._take(event, f"submits {action} {values}", about)

    def _gesture(self, who: Human, place: Reference) -> dict[str, Any]:
        self._count += 1
        sender = Sender(user=who.name, timezone=who.zone)
        return {"id": f"gesture {self._count}", "at": self._world.time(), "sender": sender, "reference": place}

    async def _take(self, event: Event, what: str, about: str | None) -> None:
        who = next(each for each in (*PEOPLE, CHARLIE) if each.name == event.sender.user)
        self._story[-1] += f": {who.name} {what}"
        before = self._seen
        taken = await self._world.take(event, posted=self._random.random() < 0.95)
        after = await self._world.seen(before)
        self._promises.judge(event, who, about, taken, before, after)
        self._seen, self._last = after, event

    # chance

    def _any(self, several: Sequence[T]) -> T:
        return self._random.choice(several)

    def _any_of(self, several: Sequence[T]) -> T | None:
        return self._random.choice(several) if several else None

    def _new(self, what: str) -> str:
        self._count += 1
        return f"{what} mot{self._count}m"

    def _request(self, status: RequestStatus | None = None) -> Row[Any] | None:
        recent = sorted(self._seen.requests.values(), key=lambda request: request.opened_at)[-_RECENT:]
        return self._any_of([request for request in recent if status in (None, request.status)])

    def _word(self, request: Row[Any], side: str) -> Row[Any] | None:
        return self._any_of([word for word in self._seen.words.values() if word.request_id == request.id and word.side == side])

    def _client(self, request: Row[Any]) -> Human:
        return next(each for each in PEOPLE if each.person == request.client_id)

    def _expert(self) -> Human:
        return self._any([BOB, BOB, BOB, BEA, BEA, BEA, OMAR, CAROL])

    def _or_somebody(self, who: Human) -> Human:
        return self._any([*PEOPLE, CHARLIE]) if self._random.random() < _FORGED else who

    def _thread(self, request: Row[Any]) -> Reference | None:
        """Return the thread under the request's card, in the channel, or in the conversation of whoever stands in for it."""
        if request.thread is None:
            return None
        if request.desk is not None:
            return read_reference(request.desk).under(request.thread)
        keeper = next(each for each in PEOPLE if each.person == request.keeper_id)
        return keeper.private.under(request.thread)

    def _about(self, place: Reference, message_id: str) -> str | None:
        written = (word for word in self._seen.words.values() if (word.source_key, word.source_message) == (place.whole.key, message_id))
        return next((word.request_id for word in written), None)
