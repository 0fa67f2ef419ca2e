"""What happens to requests without anybody's gesture: what follows from a delivery's ending, and what the clock does."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

import structlog

from bot.clock import Clock
from bot.knowledge import Knowledge
from dialogs.catalog import Language
from dialogs.delivery import Ended
from dialogs.facts import Initiative
from dialogs.request import BINDING, Request
from dialogs.request_aftermath import after, after_greeting, is_lost
from dialogs.request_clock import overdue, stranded
from dialogs.request_rerouting import PATIENCE, Surroundings
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours
from storage import Session, bindings, outside_exchanges, requests, roles
from storage.database import Database
from storage.errors import StorageError
from storage.facts import record_initiative

_PAGE: Final = 50  # requests that are looked at in one reading

_Find: TypeAlias = "partial[Sequence[str]]"  # of a session, how many at most (`limit`), past which id (`after`)
_Decide: TypeAlias = Callable[[Session, Surroundings, Request, datetime], Sequence[Initiative]]

_LOG = structlog.stdlib.get_logger(__name__)


class _Around:
    """Gathers what a decision about a request looks at. `language` is the company's."""

    def __init__(self, knowledge: Knowledge, texts: Mapping[Language, Texts], language: Language, admins: Set[str]) -> None:
        self._knowledge = knowledge
        self._texts = texts
        self._language = language
        self._admins = admins

    def nothing(self) -> Surroundings:
        """Return what needs no look into the database."""
        return Surroundings(texts=self._texts, catalogue=self._knowledge.current.catalogue, language=self._language)

    def places(self, session: Session) -> Surroundings:
        """Return the channels too, and who stands in for them."""
        catalogue = self._knowledge.current.catalogue
        keepers = roles.keepers(session, catalogue, self._admins)
        return Surroundings(texts=self._texts, catalogue=catalogue, language=self._language, desks=bindings.desks(session), keepers=keepers)

    def ways(self, session: Session, places: Surroundings, request: Request, *, down: str | None = None) -> Surroundings:
        """Add what is needed to send a request another way; `down` is the platform to avoid."""
        keepers = [keeper.id for keeper in places.keepers_of(request.function)]
        return replace(
            places,
            elsewhere=roles.reached_elsewhere(session, keepers, down) if down else {},
            on_their_way=requests.on_their_way(session, request.id),
            in_doubt=requests.in_doubt(session, request.id),
            history=requests.history(session, request.id),
            given_up=requests.is_given_up(session, request.card),
        )


class RequestAftermath:
    """What follows from the ending of a delivery about a request, or of the greeting of a channel (causes `request`, `word`, `binding`)."""

    def __init__(self, knowledge: Knowledge, texts: Mapping[Language, Texts], *, language: Language, admins: Set[str] = frozenset()) -> None:
        self._around = _Around(knowledge, texts, language, admins)

    def hold(self, session: Session, cause_id: str) -> None:
        """Hold the request."""
        requests.hold(session, cause_id)

    def __call__(self, session: Session, ended: Ended, at: datetime) -> None:
        """Keep what follows."""
        lost = is_lost(ended)
        if lost:
            reason = ended.reason.value if ended.reason else None
            _LOG.warning("not delivered", key=str(ended.key), cause=ended.cause_kind, cause_id=ended.cause_id, reason=reason, detail=ended.detail)
        for fact in self._greeting(session, ended) if ended.cause_kind == BINDING else self._request(session, ended, at, lost=lost):
            record_initiative(session, fact, at)

    def _greeting(self, session: Session, ended: Ended) -> Sequence[Initiative]:
        return after_greeting(ended, self._around.places(session)) if is_lost(ended) else ()

    def _request(self, session: Session, ended: Ended, at: datetime, *, lost: bool) -> Sequence[Initiative]:
        request = requests.load(session, ended.cause_id)
        if request is None:
            return ()
        around = self._around.ways(session, self._around.places(session), request) if lost else self._around.nothing()
        return after(ended, request, around, at)


class RequestClock:
    """One coarse job, which may be done twice, by several processes at once, to no effect.

    `office` returns a function's working hours around a time; `planned` is called when something was planned.
    """

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        texts: Mapping[Language, Texts],
        *,
        language: Language,
        office: Callable[[datetime], WorkingHours],
        clock: Clock,
        planned: Callable[[], None],
        admins: Set[str] = frozenset(),
    ) -> None:
        self._database = database
        self._around = _Around(knowledge, texts, language, admins)
        self._office = office
        self._clock = clock
        self._planned = planned

    async def look(self) -> None:
        """See to the requests that nobody has taken in time, and to those whose card isn't where it should be.

        Exchanges that other tools told of go to those of their clients whom the directory has learnt of since.
        """
        at = self._clock()
        late = await self._go_through(partial(requests.overdue, at=at), self._overdue, at)
        lost = await self._go_through(partial(requests.stranded, before=at - PATIENCE), self._stranded, at)
        if late or lost:
            _LOG.info("requests seen to", overdue=late, stranded=lost)
            self._planned()
        if linked := await self._database.write("outside exchanges", partial(outside_exchanges.link, at=at)):
            _LOG.info("exchanges linked to people", count=linked)

    async def _go_through(self, find: _Find, decide: _Decide, at: datetime) -> int:
        count, last = 0, ""
        while True:
            wanted, found = await self._database.read(partial(self._page, find=find, decide=decide, at=at, last=last))
            for request in wanted:
                count += await self._see_to(request, decide, at)
            if len(found) < _PAGE:
                return count
            last = found[-1]

    def _page(self, session: Session, *, find: _Find, decide: _Decide, at: datetime, last: str) -> tuple[list[str], Sequence[str]]:
        """Return the next requests about which something is to be done now, and all that were looked at: most only wait for their hour."""
        found = find(session, limit=_PAGE, after=last)
        places = self._around.places(session) if found else self._around.nothing()
        return [request.id for request in requests.as_they_are(session, found) if decide(session, places, request, at)], found

    async def _see_to(self, request: str, decide: _Decide, at: datetime) -> bool:
        """Decide again with the request held, and keep it. One that fails doesn't keep the others waiting."""

        def keep(session: Session) -> bool:
            held = requests.load(session, request)
            facts = decide(session, self._around.places(session), held, at) if held else ()
            for fact in facts:
                record_initiative(session, fact, at)
            return bool(facts)

        try:
            return await self._database.write(f"request|{request}", keep)
        except StorageError:
            raise
        except Exception:
            _LOG.exception("a request couldn't be seen to; it's tried again at the next look", request=request)
            return False

    def _overdue(self, _session: Session, places: Surroundings, request: Request, at: datetime) -> Sequence[Initiative]:
        return overdue(places, self._office(at), request, at)

    def _stranded(self, session: Session, places: Surroundings, request: Request, at: datetime) -> Sequence[Initiative]:
        if not requests.is_stranded(session, request.id, at - PATIENCE):
            return ()
        down = request.desk.platform if request.desk else None
        return stranded(self._around.ways(session, places, request, down=down), request, at)
