"""What is asked apart about exchanges, after a while: prompts, the one reminder, the second look a month on."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

import structlog

from bot.clock import Clock
from bot.knowledge import Knowledge
from dialogs.catalog import Function, Language
from dialogs.delivery import Delivery, Ended, Kind, Status
from dialogs.feedback import Feedback, Occasion
from dialogs.prompt import APART_ONLY, MANY, REMIND_AFTER, VOLUME_WITHIN, Reader, is_asked_apart, prompt, reminder, second_look
from dialogs.texts import Texts
from storage import Session, deliveries, feedback, prompts
from storage.database import Database
from storage.errors import StorageError

_PAGE: Final = 50  # closings that are looked for in one reading

_Decide: TypeAlias = Callable[[Session, Feedback, datetime], bool]
_Asking: TypeAlias = Callable[[Reader, Function, str, Feedback, datetime], Delivery]

_LOG = structlog.stdlib.get_logger(__name__)


class FeedbackAftermath:
    """What follows from the ending of a prompt (cause `feedback`): a reminder after one that was sent; one that wasn't sent asked nobody anything."""

    def hold(self, session: Session, cause_id: str) -> None:
        """Nothing needs to be held: what follows is one statement on a closing, after its delivery, the order in which all others touch the two."""

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        """Keep what follows."""
        closing = prompts.asked_by(session, ended.cause_id, ended.key) if ended.kind is Kind.PROMPT else None
        if closing is None:
            return
        if ended.status is Status.SENT:
            remind_at = at + REMIND_AFTER
            if closing.occasion is not Occasion.LATER and remind_at < closing.expires_at:
                prompts.remind(session, closing.id, remind_at)
        elif ended.status in (Status.SKIPPED, Status.FAILED) and closing.occasion in APART_ONLY:
            feedback.void_one(session, closing.id, at)


class Prompts:
    """One coarse job, which may be done twice, by several processes at once, to no effect.

    `delay` is how long the row on a closing message may be used before anything is asked apart; `language` and `timezone` are the company's;
    `planned` is called when something was planned.
    """

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        texts: Mapping[Language, Texts],
        *,
        language: Language,
        timezone: str,
        delay: timedelta,
        clock: Clock,
        planned: Callable[[], None],
    ) -> None:
        self._database = database
        self._knowledge = knowledge
        self._texts = texts
        self._language = language
        self._timezone = timezone
        self._delay = delay
        self._clock = clock
        self._planned = planned

    async def look(self) -> None:
        """Plan what is to be asked apart now."""
        at = self._clock()
        prompted = await self._go_through("prompt_at", at - self._delay, self._prompt, at)
        reminded = await self._go_through("remind_at", at, self._remind, at)
        again = await self._go_through("look_again_at", at, self._look_again, at)
        if prompted or reminded or again:
            _LOG.info("asked apart", prompts=prompted, reminders=reminded, second_looks=again)
            self._planned()

    async def _go_through(self, clock: prompts.Clock, until: datetime, decide: _Decide, at: datetime) -> int:
        count, last = 0, ""
        while True:
            found = await self._database.read(partial(prompts.due, clock=clock, until=until, limit=_PAGE, after=last))
            for due in found:
                count += await self._see_to(due, clock, decide, at)
            if len(found) < _PAGE:
                return count
            last = found[-1].id

    async def _see_to(self, due: prompts.Due, clock: prompts.Clock, decide: _Decide, at: datetime) -> bool:
        """Look at a closing this once. One that fails doesn't keep the others waiting."""

        def keep(session: Session) -> bool:
            closing = prompts.take(session, due.id, clock)
            return closing is not None and decide(session, closing, at)

        try:
            return await self._database.write(feedback.name(due.exchange), keep)
        except StorageError:
            raise
        except Exception:
            _LOG.exception("a closing couldn't be asked about; it's tried again at the next look", feedback=due.id)
            return False

    def _prompt(self, session: Session, closing: Feedback, at: datetime) -> bool:
        if self._waits(closing, at) and not prompts.is_followed(session, closing) and self._is_sampled(session, closing, at):
            return self._ask(session, closing, at, prompt)
        if closing.occasion in APART_ONLY:
            feedback.void_one(session, closing.id, at)
        return False

    def _remind(self, session: Session, closing: Feedback, at: datetime) -> bool:
        """Remind once. By its default the budget leaves no room for it so soon after the prompt, so that it's skipped: a company may spend more."""
        return self._waits(closing, at) and not prompts.is_followed(session, closing) and self._ask(session, closing, at, reminder)

    def _look_again(self, session: Session, closing: Feedback, at: datetime) -> bool:
        """Ask once more whoever responded. The new closing is kept as its prompt is planned, so that a tap finds it whatever is known of the prompt.

        Should the prompt not be sent, that closing is void: it doesn't count as asked.
        """
        if closing.answered_at is None or closing.voided_at is not None or closing.client is None or prompts.is_followed(session, closing):
            return False
        again = second_look(closing, at)
        if not self._ask(session, again, at, prompt):
            return False
        feedback.ask(session, again, at, prompt=False)
        return True

    def _waits(self, closing: Feedback, at: datetime) -> bool:
        return closing.answered_at is None and closing.voided_at is None and closing.expires_at > at

    def _is_sampled(self, session: Session, closing: Feedback, at: datetime) -> bool:
        return is_asked_apart(closing.id, prompts.volume(session, closing.function, at - VOLUME_WITHIN, MANY))

    def _ask(self, session: Session, closing: Feedback, at: datetime, ask: _Asking) -> bool:
        function = self._knowledge.current.catalogue.function(closing.function)
        if function is None or closing.client is None:
            return False
        asked_in = None if closing.occasion is Occasion.OUTSIDE else closing.language
        language = prompts.language_of(session, closing.client, asked_in) or self._language
        reader = Reader(t=self._texts[language], timezone=prompts.timezone_of(session, closing.client) or self._timezone)
        return deliveries.plan(session, ask(reader, function, closing.client, closing, at), at)
