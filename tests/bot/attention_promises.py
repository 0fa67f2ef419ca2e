"""What the attention budget promises of each message that arrives, worked out apart from the code that's tested."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from dialogs.attention import MONTH, Budget, Limit
from dialogs.campaign import Campaign, Step, StepKind
from dialogs.catalog import Localized
from dialogs.delivery import Delivery, Kind
from dialogs.feedback import Feedback, Occasion
from dialogs.ladder import LASTS, Stage
from dialogs.prompt import prompt_key, reminder_key
from dialogs.working_time import WorkingHours, quiet_until
from storage.people import directory_person_id
from tests.bot.simulated import Posted
from tests.company import CATALOGUE

ZONES = {"alice": "Europe/Paris", "bob": "America/New_York", "carol": "Asia/Tokyo"}
FUNCTIONS = tuple(function.slug for function in CATALOGUE.functions)
_LEASE = timedelta(seconds=8)  # between the gate's answer and the write, at most
_STEPS: tuple[tuple[StepKind, Stage], ...] = (
    ("survey", Stage.AWARENESS),
    ("pedagogy", Stage.AWARENESS),
    ("quiz", Stage.COMPREHENSION),
    ("gesture", Stage.ACTION),
    ("success", Stage.ACTION),
)
_TITLE = Localized(fr="Un pas", en="A step")
CAMPAIGNS = tuple(
    Campaign(
        name=f"campaign-{number}",
        function=FUNCTIONS[number % len(FUNCTIONS)],
        titles=_TITLE,
        steps=tuple(Step(id=kind, stage=stage, kind=kind, title=_TITLE, content=_TITLE) for kind, stage in _STEPS),
    )
    for number in range(3)
)


class Promises:
    """What happened so far along a walk, by its own telling, and what may therefore arrive."""

    def __init__(self, hours: Callable[[str | None], WorkingHours], budget: Budget) -> None:
        self._hours, self._budget = hours, budget
        self.asks = 0
        self.closings: dict[str, Feedback] = {}
        self.campaigns: dict[UUID, Delivery] = {}
        self.held: dict[str, datetime] = {}  # since when each campaign is paused
        self.there: dict[tuple[str, str], list[tuple[datetime, Stage]]] = defaultdict(list)  # what each left, by person and function
        self.settled: dict[str, datetime] = {}  # when each closing was answered or void
        self.paused: dict[tuple[str, str | None], datetime | None] = {}
        self.limits: dict[str, Limit] = {}
        self._asked: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        self._sent: dict[str, list[tuple[datetime, str | None]]] = defaultdict(list)
        self._about: Counter[tuple[str, bool, Kind]] = Counter()

    def arrived(self, posted: Posted) -> None:
        """Note that something arrived, and see that nothing spoke against it."""
        if posted.key in self.campaigns:
            self._taught(self.campaigns[posted.key], posted)
            return
        self.asks += 1
        about = {prompt_key(each.exchange, each.id): (each, Kind.PROMPT) for each in self.closings.values()}
        about |= {reminder_key(each.exchange, each.id): (each, Kind.REMINDER) for each in self.closings.values()}
        closing, kind = about[posted.key]
        assert closing.client is not None
        round_ = closing.exchange, closing.occasion is Occasion.LATER, kind
        self._about[round_] += 1
        assert self._about[round_] == 1, f"{round_} was asked about twice"
        assert posted.asked_at <= closing.expires_at + _LEASE, f"{closing.id} had expired"
        settled = self.settled.get(closing.id)
        assert settled is None or settled >= posted.asked_at - _LEASE, f"{closing.id} was settled at {settled}, asked about at {posted.asked_at}"
        self._took(closing.client, closing.function, posted, "ask")

    def _taught(self, message: Delivery, posted: Posted) -> None:
        """A campaign's message arrived: its campaign wasn't paused, and whoever got it wasn't there already."""
        held = self.held.get(message.cause_id)
        assert held is None or posted.asked_at <= held + _LEASE, f"{message.cause_id} was paused at {held}, and sent at {posted.asked_at}"
        step = CAMPAIGNS[0].step(message.step or "")
        assert step is not None
        if step.kind not in ("survey", "success"):
            for at, stage in self.there[str(message.to), message.function or ""]:
                lately = at + _LEASE < posted.asked_at < at + LASTS
                assert not (lately and stage.rank >= step.stage.rank), f"{step.id} at {posted.asked_at} to whoever was at {stage} at {at}"
        self._took(str(message.to), message.function, posted, "ask" if message.kind is Kind.PROMPT else "message")

    def _took(self, person: str, function: str | None, posted: Posted, spending: str) -> None:
        at = posted.asked_at
        zone = next(zone for name, zone in ZONES.items() if directory_person_id(name) == person)
        assert None in [quiet_until(self._hours(zone), each) for each in (at - _LEASE, at)], f"in quiet hours, at {at} in {zone}"
        for pause in (None, function):
            if (person, pause) in self.paused:
                until = self.paused[person, pause]
                assert until is not None, f"{person} paused {pause} for good"
                assert until <= at + _LEASE, f"{person} paused {pause} until {until}, and was written to at {at}"
        taken = (self._asked if spending == "ask" else self._sent)[person]
        limit = self.limits.get(function or "", Limit())
        lately = sum(theirs == function and at - each < MONTH - _LEASE for each, theirs in taken)
        for cap in self._caps(spending, limit, often=lately >= 2):
            within = [each for each, theirs in taken if at - each < cap[1] - _LEASE and (not cap[2] or theirs == function)]
            assert len(within) < cap[0], f"{spending} to {person} by {function} at {at}: {within} within {cap[1]}"
        taken.append((at, function))

    def _caps(self, spending: str, limit: Limit, *, often: bool) -> list[tuple[int, timedelta, bool]]:
        """Return number, time, and whether it's the same function's, worked out apart from the code that's tested."""
        if spending == "ask":
            (all_, own) = self._budget.asks
            return [(1, all_.within, False), (1, max(own.within, timedelta(days=limit.ask_days or 0)), True)]
        day, week, month = self._budget.messages
        fewer = limit.messages_month or month.number
        weekly = max(1, week.number - week.kept) if often else week.number
        return [(day.number, day.within, False), (weekly, week.within, False), (min(month.number, fewer), month.within, True)]
