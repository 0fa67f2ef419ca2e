"""`POST /api/evidence`: other tools tell of what people did (docs/evidence.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from aiohttp import web

from bot.clock import Clock
from bot.knowledge import Knowledge
from bot.told import RefusedError, answered, read_body, read_email, read_fields, read_function, read_json, read_text, read_time
from dialogs.catalog import Catalogue
from dialogs.catalog_rules import SLUG, SLUG_LIMIT
from dialogs.ladder import LASTS, Evidence, EvidenceKind
from storage import Session, directory, evidence, exchange_sources
from storage.database import Database
from storage.exchange_sources import Source

BODY_LIMIT: Final = 256 * 1024  # bytes; an act takes some 250
ACTS: Final = 500  # of one request
_LIST: Final = "evidence"
_NAMES: Final = ("external_id", "person", "function", "topic", "at", "undo")
_REQUIRED: Final = ("external_id", "person", "function", "at")

_LOG = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that a person did, or (`undo`) took back, as a tool tells of it; `person` is an e-mail."""

    external_id: str
    person: str
    function: str
    topic: str
    at: datetime
    undo: bool = False


class EvidenceApi:
    """The route by which other tools tell of acts, each with its own token."""

    def __init__(self, database: Database, knowledge: Knowledge, clock: Clock, *, lasts: timedelta = LASTS) -> None:
        self._database, self._knowledge, self._clock, self._lasts = database, knowledge, clock, lasts

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.post("/api/evidence", self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        async def take(source: Source) -> web.Response:
            at = self._clock()
            body = await read_body(request, BODY_LIMIT, f"send {ACTS} acts at a time")
            told = read_json(body)
            acts, alone = read_acts(told, self._knowledge.current.catalogue, at)

            def keep(session: Session) -> list[bool]:
                exchange_sources.use(session, source.name, at)
                return _keep(session, source.name, acts, at, self._lasts)

            kept = await self._database.write(f"{_LIST}|{source.name}", keep)
            _LOG.info("evidence told", source=source.name, acts=len(acts), ignored=kept.count(False))
            answers = [_answer(act, taken) for act, taken in zip(acts, kept, strict=True)]
            return web.json_response(answers[0] if alone else {_LIST: answers})

        return await answered(self._database, request, take)


def read_acts(told: object, catalogue: Catalogue, now: datetime) -> tuple[Sequence[Act], bool]:
    """Read one act, or a list of them, all or none; tell whether it's one by itself.

    Raises an error that says what is wrong, in which of them and which field, and how to mend it.
    """
    if not (isinstance(told, dict) and _LIST in told):
        return (_act(told, catalogue, now),), True
    listed = read_fields(told, "", (_LIST,), (_LIST,))[_LIST]
    if not isinstance(listed, list) or not 1 <= len(listed) <= ACTS:
        raise RefusedError(f"a list of 1 to {ACTS} acts", field=_LIST)
    acts = []
    for index, each in enumerate(listed):
        try:
            acts.append(_act(each, catalogue, now))
        except RefusedError as refused:
            raise refused.at(index) from None
    return acts, False


def _act(told: object, catalogue: Catalogue, now: datetime) -> Act:
    given = read_fields(told, f"an act is one JSON object; several are {{“{_LIST}”: [act, act]}}", _NAMES, _REQUIRED)
    return Act(
        external_id=read_text(given, "external_id"),
        person=read_email(given, "person", "who did it"),
        function=read_function(given, catalogue).slug,
        topic=_topic(given),
        at=read_time(given, "at", now),
        undo=_undo(given),
    )


def _topic(given: Mapping[str, Any]) -> str:
    if "topic" not in given:
        return ""
    topic = read_text(given, "topic", SLUG_LIMIT)
    if not SLUG.fullmatch(topic):
        raise RefusedError("the name of a topic as campaigns write it: small letters, digits and _; or leave it out", field="topic")
    return topic


def _undo(given: Mapping[str, Any]) -> bool:
    undo = given.get("undo", False)
    if not isinstance(undo, bool):
        raise RefusedError("true where the act was taken back, else leave it out", field="undo")
    return undo


def _keep(session: Session, source: str, acts: Sequence[Act], at: datetime, lasts: timedelta) -> list[bool]:
    """Keep the acts of those whom the directory knows; tell of each whether it's theirs."""
    known = directory.find(session, {act.person for act in acts})
    pieces = [_piece(source, act, person) for act in acts if (person := known.get(act.person))]
    evidence.leave_all(session, pieces, at, lasts=lasts)
    return [act.person in known for act in acts]


def _piece(source: str, act: Act, person: str) -> Evidence:
    weight = 0.0 if act.undo else 1.0
    return Evidence(
        person=person,
        function=act.function,
        topic=act.topic,
        kind=EvidenceKind.EVENT,
        source=f"{source}|{act.external_id}",
        at=act.at,
        weight=weight,
    )


def _answer(act: Act, taken: bool) -> dict[str, object]:
    return {"external_id": act.external_id} | ({} if taken else {"ignored": True})
