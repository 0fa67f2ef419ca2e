"""Evidence: what people did that shows where they stand; each piece counts once, and moves the standing in the same transaction."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from sqlalchemy import (
    JSON,
    ColumnElement,
    Executable,
    Result,
    String,
    Table,
    any_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from dialogs.campaign import Histogram
from dialogs.ladder import LASTS, STAGE_OF, UNAWARE, Evidence, EvidenceKind, Stage, Standing, stage_at
from storage.tables import EvidenceRow, PersonRow, StandingMoveRow, StandingRow, table_of

AT_ONCE: Final = 1_000  # pieces of one transaction
LOST: Final = "lost"  # why somebody moved down whom no evidence moved
WHOLE: Final = ""  # the topic of a function as a whole

_Insert: TypeAlias = Callable[[Table], postgresql.Insert | sqlite.Insert]
_Place: TypeAlias = tuple[str, str, str]  # person, function, topic
_NAMESPACE: Final = UUID("5d0f6f43-6f0c-5a55-9a5e-0b1f6c3f9c27")
_EVIDENCE, _STANDING, _MOVE, _PERSON = (table_of(row) for row in (EvidenceRow, StandingRow, StandingMoveRow, PersonRow))
_E, _S, _P = _EVIDENCE.c, _STANDING.c, _PERSON.c
# an expression, which has no index: who is asked for is looked up by who they are. PostgreSQL takes the index of functions on a table that it hasn't
# analyzed yet, and reads the whole company for each thousand
_BY_E, _BY_S = _E.function.concat(""), _S.function.concat("")


def _keep_evidence(insert_: _Insert) -> Executable:
    kept = insert_(_EVIDENCE)
    moved = {name: kept.excluded[name] for name in ("weight", "at", "told_at", "campaign", "step", "survey")}
    return kept.on_conflict_do_update(index_elements=["key"], set_=moved)


def _keep_standing(insert_: _Insert) -> Executable:
    kept = insert_(_STANDING)
    moved = {name: kept.excluded[name] for name in ("stage", "since", "lost_at")}
    return kept.on_conflict_do_update(index_elements=["person_id", "function", "topic"], set_=moved)


# built once, as every question and every gathering needs them; `ON CONFLICT` is each dialect's own, though they read the same
_INSERTS: Final[Mapping[str, _Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_KEEP_EVIDENCE, _KEEP_STANDING = ({name: make(each) for name, each in _INSERTS.items()} for make in (_keep_evidence, _keep_standing))


def _among(found: ColumnElement[str], insert_: _Insert) -> ColumnElement[bool]:
    """Look for many ids, in one parameter: a statement with thousands of them takes longer to read than to answer."""
    if insert_ is sqlite.insert:
        each = func.json_each(bindparam("these", type_=JSON)).table_valued(column("value", String))
        return found.in_(select(each.c.value))
    return found == any_(bindparam("these", type_=postgresql.ARRAY(String)))


def _held(insert_: _Insert) -> Executable:
    return (
        select(_P.id).where(_among(_P.id, insert_)).order_by(_P.id).with_for_update(key_share=True)
    )  # in one order, so that nobody waits in a circle


def _pieces_of(insert_: _Insert) -> Executable:
    columns = (_E.person_id, _E.function, _E.topic, _E.kind, _E.source, _E.at, _E.weight, _E.campaign, _E.step, _E.survey)
    return select(*columns).where(_among(_E.person_id, insert_), _BY_E.in_(bindparam("functions", expanding=True)))


def _standings_of(insert_: _Insert) -> Executable:
    columns = (_S.person_id, _S.function, _S.topic, _S.stage, _S.since, _S.lost_at)
    return select(*columns).where(_among(_S.person_id, insert_), _BY_S.in_(bindparam("functions", expanding=True)))


def _stages(insert_: _Insert) -> Executable:
    of_subject = (bindparam("function") == _BY_S, _S.topic == bindparam("topic"))
    return select(_S.person_id, _S.stage).where(_among(_S.person_id, insert_), *of_subject)


def _kinds_left(insert_: _Insert) -> Executable:
    topic = bindparam("topic", type_=String)
    of_subject = (bindparam("function") == _BY_E, or_(topic == WHOLE, _E.topic == topic))
    return select(_E.person_id, _E.kind).where(_among(_E.person_id, insert_), *of_subject, _E.at >= bindparam("since"), _E.weight > 0)


_HELD, _PIECES, _STANDINGS = ({name: make(each) for name, each in _INSERTS.items()} for make in (_held, _pieces_of, _standings_of))
_STAGES, _KINDS_LEFT = ({name: make(each) for name, each in _INSERTS.items()} for make in (_stages, _kinds_left))
_TOLD: Final = select(_E.key, _E.weight, _E.at).where(_E.key.in_(bindparam("keys", expanding=True)))
_STAGES_OF: Final = select(_S.function, _S.stage).where(_S.person_id == bindparam("person"), _S.topic == literal(WHOLE))


def leave(session: Session, evidence: Evidence, at: datetime, *, lasts: timedelta = LASTS) -> Stage:
    """Keep one piece of evidence and move the standing accordingly (that of the function as a whole too, where it has a topic); return the stage.

    It's the stage for the piece's own function and topic; `lasts` is how long one holds without new evidence.
    """
    leave_all(session, (evidence,), at, lasts=lasts)
    return stages(session, (evidence.person,), evidence.function, evidence.topic).get(evidence.person, Stage.UNAWARE)


def leave_all(session: Session, evidence: Sequence[Evidence], at: datetime, *, lasts: timedelta = LASTS) -> int:
    """Keep many, at most 1,000; return how many are new or say something else than before.

    Of one key, what is dated later counts, and of one time what is told later: older news change nothing. Nothing is dated later than `at`, whatever
    another clock says. A person who isn't there any more leaves nothing. Raises ValueError for more than 1,000.
    """
    if len(evidence) > AT_ONCE:
        raise ValueError(f"{len(evidence)} pieces of evidence are too many for one transaction: leave {AT_ONCE} at a time")
    there = _hold(session, {piece.person for piece in evidence})
    latest: dict[UUID, Evidence] = {}
    for piece in (replace(piece, at=min(piece.at, at)) for piece in evidence if piece.person in there):
        key = key_of(piece)
        if key not in latest or latest[key].at <= piece.at:
            latest[key] = piece
    told = {row.key: (row.at, row.weight) for row in session.execute(_TOLD, {"keys": list(latest)})} if latest else {}
    new = {key: piece for key, piece in latest.items() if key not in told or _says_more(piece, *told[key])}
    if not new:
        return 0
    persons, functions = {piece.person for piece in new.values()}, {piece.function for piece in new.values()}
    former = _standings(session, persons, functions)
    _let_go(session, {place: standing for place, standing in former.items() if _is_overdue(standing, at)}, former, at, lasts)
    rows = [_row(key, piece, at) for key, piece in new.items()]
    connection = session.connection()
    connection.execute(_KEEP_EVIDENCE[connection.dialect.name], rows)
    _move(session, new.values(), former, at, lasts)
    return len(new)


def key_of(piece: Evidence) -> UUID:
    """Return what makes a piece of evidence one, however often it's told."""
    return uuid5(_NAMESPACE, "\n".join((piece.person, piece.function, piece.topic, piece.kind, piece.source)))


def known_keys(session: Session, pieces: Iterable[Evidence]) -> frozenset[UUID]:
    """Return the keys of those of these pieces, at most 1,000, that were told before."""
    keys = {key_of(piece) for piece in pieces}
    return frozenset(row.key for row in session.execute(_TOLD, {"keys": sorted(keys)})) if keys else frozenset()


def stages_of(session: Session, person: str) -> Mapping[str, Stage]:
    """Return where somebody stands, by function (as a whole), where anything is known of it."""
    return {row.function: Stage(row.stage) for row in session.execute(_STAGES_OF, {"person": person})}


def stages(session: Session, persons: Collection[str], function: str, topic: str) -> Mapping[str, Stage]:
    """Return where these people stand for a function and topic; who isn't in it is unaware."""
    rows = _execute(session, _STAGES, these=sorted(persons), function=function, topic=topic)
    return {row.person_id: _STAGE[row.stage] for row in rows}


def kinds_left(session: Session, persons: Collection[str], function: str, topic: str, since: datetime) -> Mapping[str, frozenset[EvidenceKind]]:
    """Return the kinds of evidence above nought that these people left since then; for a function as a whole, those of every topic."""
    found: defaultdict[str, set[EvidenceKind]] = defaultdict(set)
    for row in _execute(session, _KINDS_LEFT, these=sorted(persons), function=function, topic=topic, since=since):
        found[row.person_id].add(_KIND[row.kind])
    return {person: frozenset(kinds) for person, kinds in found.items()}


def histogram(session: Session, function: str, topic: str = WHOLE) -> Histogram:
    """Return how many people of the directory are at each stage."""
    placed = select(_S.stage, func.count()).join(_PERSON, _P.id == _S.person_id)
    placed = placed.where(_P.directory_id.is_not(None), _S.function == function, _S.topic == topic).group_by(_S.stage)
    counts = {Stage(stage): count for stage, count in session.execute(placed)}
    everybody = session.execute(select(func.count()).select_from(_PERSON).where(_P.directory_id.is_not(None))).scalar_one()
    known = {stage.value: counts.get(stage, 0) for stage in Stage if stage is not Stage.UNAWARE}
    return Histogram(unaware=everybody - sum(known.values()), **known)


def lose(session: Session, at: datetime, limit: int, *, lasts: timedelta = LASTS) -> int:
    """Move down whoever left no evidence for too long, at most `limit` standings at once; return how many were due.

    They all move, but for those whose stage holds longer than when it was reached, because `lasts` was lengthened.
    """
    due = session.execute(select(_S.person_id, _S.function, _S.topic).where(_S.lost_at <= at).order_by(_S.lost_at).limit(limit)).all()
    former = _standings(session, _hold(session, {row.person_id for row in due}), {row.function for row in due})
    places = {(row.person_id, row.function, row.topic) for row in due}
    _let_go(session, {place: former[place] for place in places if place in former and _is_overdue(former[place], at)}, former, at, lasts)
    return len(due)


def standings_of(session: Session, person: str) -> Mapping[tuple[str, str], Standing]:
    """Return where somebody stands and stood, by function and topic, in that order."""
    rows = session.execute(
        select(_S.function, _S.topic, _S.stage, _S.since, _S.lost_at).where(_S.person_id == person).order_by(_S.function, _S.topic)
    )
    return {(row.function, row.topic): Standing(stage=Stage(row.stage), since=row.since, lost_at=row.lost_at) for row in rows}


def evidence_of(session: Session, person: str) -> tuple[Evidence, ...]:
    """Return the evidence that somebody left, by function, the oldest first."""
    found = session.execute(select(_EVIDENCE).where(_E.person_id == person).order_by(_E.function, _E.at, _E.number))
    return tuple(_piece(row) for row in found)


def hand_over(session: Session, former: str, owner: str, at: datetime, *, lasts: timedelta = LASTS) -> None:
    """Give what a person of an account's own left to the person it turned out to be, who stands where all of it places them."""
    left = [replace(piece, person=owner) for piece in evidence_of(session, former)]
    session.execute(update(_MOVE).where(_MOVE.c.person_id == former).values(person_id=owner))
    for table in (_EVIDENCE, _STANDING):
        session.execute(delete(table).where(table.c.person_id == former))
    for begins in range(0, len(left), AT_ONCE):
        leave_all(session, left[begins : begins + AT_ONCE], at, lasts=lasts)


_STAGE: Final = {stage.value: stage for stage in Stage}
_KIND: Final = {kind.value: kind for kind in EvidenceKind}


def _hold(session: Session, persons: Collection[str]) -> frozenset[str]:
    """Hold those of these people who are there, so that of two who move one standing, the second sees what the first left."""
    return frozenset(row.id for row in _execute(session, _HELD, these=sorted(persons)))


def _execute(session: Session, statements: Mapping[str, Executable], **asked: Any) -> Result[Any]:
    connection = session.connection()
    return connection.execute(statements[connection.dialect.name], asked)


def _says_more(piece: Evidence, at: datetime, weight: float) -> bool:
    return piece.at > at or (piece.at == at and piece.weight != weight)


def _is_overdue(standing: Standing, at: datetime) -> bool:
    return standing.lost_at is not None and standing.lost_at <= at


def _row(key: UUID, piece: Evidence, at: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "person_id": piece.person,
        "function": piece.function,
        "topic": piece.topic,
        "kind": piece.kind.value,
        "source": piece.source,
        "weight": piece.weight,
        "at": piece.at,
        "told_at": at,
        "campaign": piece.campaign,
        "step": piece.step,
        "survey": piece.survey,
    }


def _standings(session: Session, persons: Collection[str], functions: Collection[str]) -> dict[_Place, Standing]:
    rows = _execute(session, _STANDINGS, these=sorted(persons), functions=sorted(functions))
    return {(row.person_id, row.function, row.topic): Standing(stage=_STAGE[row.stage], since=row.since, lost_at=row.lost_at) for row in rows}


def _pieces(session: Session, places: Collection[_Place]) -> Mapping[tuple[str, str], list[Evidence]]:
    """Return the evidence that places these people, by person and function."""
    persons, functions = sorted({person for person, _, _ in places}), sorted({function for _, function, _ in places})
    found: defaultdict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for row in _execute(session, _PIECES, these=persons, functions=functions):
        found[row.person_id, row.function].append(_piece(row))
    return found


def _piece(row: Any) -> Evidence:
    return Evidence(
        person=row.person_id,
        function=row.function,
        topic=row.topic,
        kind=_KIND[row.kind],
        source=row.source,
        at=row.at,
        weight=row.weight,
        campaign=row.campaign,
        step=row.step,
        survey=row.survey,
    )


def _of_topic(pieces: Iterable[Evidence], topic: str) -> Iterable[Evidence]:
    return (piece for piece in pieces if topic in (WHOLE, piece.topic))


def _move(session: Session, new: Iterable[Evidence], former: Mapping[_Place, Standing], at: datetime, lasts: timedelta) -> None:
    """Place those who left something anew, by all that they left."""
    touched: defaultdict[_Place, list[EvidenceKind]] = defaultdict(list)
    for piece in new:
        for topic in {WHOLE, piece.topic}:
            touched[piece.person, piece.function, topic].append(piece.kind)
    pieces = _pieces(session, touched)
    standings: dict[_Place, Standing] = {}
    moves: list[dict[str, Any]] = []
    for place, kinds in touched.items():
        person, function, topic = place
        before = former.get(place, UNAWARE)
        stage, lost_at = stage_at(_of_topic(pieces[person, function], topic), at, lasts)
        if stage is not before.stage:
            standings[place] = Standing(stage=stage, since=at, lost_at=lost_at)
            because = next((kind for kind in kinds if STAGE_OF[kind] is stage), kinds[-1])
            moves.append(_moved(place, before.stage, stage, because, at))
        elif lost_at != before.lost_at:
            standings[place] = replace(before, lost_at=lost_at)
    _keep(session, standings, moves)


def _let_go(session: Session, overdue: Mapping[_Place, Standing], former: dict[_Place, Standing], at: datetime, lasts: timedelta) -> None:
    """Move down those whose stage is lost by then, one loss after the other, each at its time, and note it in `former`."""
    if not overdue:
        return
    pieces = _pieces(session, overdue)
    moves: list[dict[str, Any]] = []
    for place, before in overdue.items():
        person, function, topic = place
        standing = before
        while (when := standing.lost_at) is not None and when <= at:
            stage, lost_at = stage_at(_of_topic(pieces[person, function], topic), when, lasts)
            if stage.rank < standing.stage.rank:
                moves.append(_moved(place, standing.stage, stage, LOST, when))
                standing = Standing(stage=stage, since=when, lost_at=lost_at)
            else:  # `lasts` is longer than it was: they keep what they haven't lost yet
                standing = replace(standing, lost_at=lost_at)
        former[place] = standing
    _keep(session, {place: former[place] for place in overdue}, moves)


def _moved(place: _Place, former: Stage, stage: Stage, because: str, at: datetime) -> dict[str, Any]:
    person, function, topic = place
    return {
        "person_id": person,
        "function": function,
        "topic": topic,
        "former": former.value,
        "stage": stage.value,
        "because": str(because),
        "at": at,
    }


def _keep(session: Session, standings: Mapping[_Place, Standing], moves: Sequence[Mapping[str, Any]]) -> None:
    connection = session.connection()
    if standings:
        rows = [
            {
                "person_id": person,
                "function": function,
                "topic": topic,
                "stage": standing.stage.value,
                "since": standing.since,
                "lost_at": standing.lost_at,
            }
            for (person, function, topic), standing in sorted(standings.items())
        ]
        connection.execute(_KEEP_STANDING[connection.dialect.name], rows)
    if moves:
        connection.execute(insert(_MOVE), list(moves))
