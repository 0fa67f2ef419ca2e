"""A life in the database: Alice has left something in every table that somebody can leave something in; Bob helped her, and asked her."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert, select
from sqlmodel import Session

from dialogs.delivery import Delivery, Kind
from dialogs.messages import Message, Text
from dialogs.people import Profile
from storage import audit, deliveries, plain
from storage.database import Database
from storage.directory import import_directory
from storage.people import LINKING, directory_person_id, learn_profile, meet
from storage.personal_rows import table
from tests.company import NOON
from tests.conversation import CHANNEL, DIRECT, said
from tests.storage.vaubert import DIRECTORY

ALICE, BOB = directory_person_id("p1"), directory_person_id("p2")
SECRET = "quokka"  # a word of hers that nobody else says
LATER = NOON + timedelta(hours=1)
EMPTY: dict[type, object] = {int: 0, bool: False, datetime: NOON, date: NOON.date(), dict: [], UUID: UUID(int=0), bytes: b"", float: 0.0}
_NAMES = UUID(int=9)


def key(name: str) -> UUID:
    return uuid5(_NAMES, name)


def words(text: str) -> Message:
    return Message(language="fr", blocks=(Text(text=text),))


def add(session: Session, name: str, /, **values: Any) -> None:
    """Add a row; what it must have besides, and this life doesn't care for, is empty."""
    needed = {column.name: EMPTY.get(column.type.python_type, "") for column in table(name).c if not column.nullable and not column.primary_key}
    session.execute(insert(table(name)).values(**needed | values))


def rows(session: Session, name: str) -> Sequence[dict[str, Any]]:
    found = table(name)
    return [dict(row) for row in session.execute(select(found).order_by(*found.primary_key.columns)).mappings()]


async def live(database: Database, at: datetime = NOON) -> None:
    """Fill the database."""

    def filled(session: Session) -> None:
        import_directory(session, DIRECTORY, at)
        people(session, at)
        asks(session, at)
        helps(session, at)
        says(session, at)
        sends(session, at)
        does(session, at)
        follows(session, at)

    await database.write(LINKING, filled)


def people(session: Session, at: datetime) -> None:
    for number, email, name, where in ((1, "alice", "Alice Martin", "DALICE"), (2, "bob", "Bob Leroy", "DBOB")):
        profile = Profile(platform="slack", tenant="T1", user=f"U0{number}X", name=name, email=f"{email}@vaubert.example")
        learn_profile(session, profile, at)
        meet(session, said("bonjour", by=f"U0{number}X", where=replace(DIRECT, conversation=where)), at)
    add(session, "role_grant", person_id=ALICE, role="owner", function="it", granted_at=at, granted_by="command line: root")
    session.execute(table("person").update().where(table("person").c.id == BOB).values(manager="p1"))
    audit.append(session, actor=audit.pseudonym_of(session, ALICE), act="read_audit", function=None, subject=None, at=at)


def asks(session: Session, at: datetime) -> None:
    exchange = {"scope": "personal", "language": "fr", "sheet_ids": ["it_laptop"], "function": "it", "none_of_these": False, "opened_at": at}
    add(session, "exchange", id="x-alice", person_id=ALICE, question=f"où est mon {SECRET}", outcome="none", confidence=0.5, **exchange)
    add(session, "exchange", id="x-bob", person_id=BOB, question="Alice MARTIN est-elle là ?", outcome="none", **exchange)
    report = {"exchange_id": "x-alice", "sheet_id": "it_laptop", "kind": "wrong", "reported_at": at}
    add(session, "report", id=key("report"), person_id=ALICE, comment=f"{SECRET} est faux", **report)
    add(session, "gap", id="g1", function="it", opened_at=at)
    asked = {"gap_id": "g1", "kind": "unanswered", "text": "où est mon matériel", "language": "fr", "asked_at": at}
    add(session, "gap_question", source="x-alice", **asked)
    add(session, "gap_question", source=key("report").hex, **asked | {"kind": "wrong", "comment": f"{SECRET} est faux"})
    outside = {"function": "it", "opened_at": at, "told_at": at, "reopened": 0, "outcome": "solved", "state": "closed"}
    add(session, "outside_exchange", id="o1", source="guichet", external_id="INC-1", client_email="alice@vaubert.example", person_id=ALICE, **outside)
    add(session, "outside_exchange", id="o2", source="shortcut", external_id="slack|T1|DALICE||1.2", person_id=None, **outside)


def helps(session: Session, at: datetime) -> None:
    request = {
        **{"function": "it", "discreet": False, "language": "fr", "tried": [], "opened_at": at, "due_at": at, "hops": 0, "reopened": 0},
        **{"desk_language": "fr", "desk": plain.write_reference(CHANNEL.whole), "desk_key": CHANNEL.whole.key},
    }
    add(session, "request", id="r-alice", exchange_id="x-alice", client_id=ALICE, expert_id=BOB, status="claimed", question=SECRET, **request)
    add(session, "request", id="r-bob", exchange_id="x-bob", client_id=BOB, expert_id=ALICE, status="claimed", question="mon badge", **request)
    add(session, "request", id="r-kept", exchange_id="x-bob", client_id=BOB, keeper_id=ALICE, status="open", question="ma clé", **request)
    word = {"at": at, "state": "sent", "source_key": "slack|T1|DALICE|", "source_message": "1.2"}
    add(session, "request_word", id=key("w1"), request_id="r-alice", side="client", author_id=ALICE, text=f"mon {SECRET}", **word)
    add(session, "request_word", id=key("w2"), request_id="r-alice", side="expert", author_id=BOB, text=f"votre {SECRET}", **word)
    add(
        session, "request_word", id=key("w3"), request_id="r-alice", side="expert", author_id=BOB, text="un brouillon", **word | {"state": "proposed"}
    )
    add(session, "request_word", id=key("w4"), request_id="r-bob", side="expert", author_id=ALICE, text="voici votre badge", **word)
    add(session, "request_step", request_id="r-alice", step="opened", person_id=ALICE, at=at)
    add(session, "request_step", request_id="r-bob", step="claimed", person_id=ALICE, at=at)
    add(session, "expectation", request_id="r-alice", person_id=ALICE, value=4, said_at=at)


def says(session: Session, at: datetime) -> None:
    feedback = {
        **{"exchange_id": "x-alice", "occasion": "answer", "function": "it", "question": SECRET, "language": "fr", "channel": "personal"},
        **{"site": "Lyon", "department": "Ventes", "opened_at": at, "asked_at": at, "expires_at": at + timedelta(days=7), "hops": 0},
        **{"trace": 4, "solved": "yes", "answered_at": at, "comment": f"merci pour le {SECRET}", "shared": "named"},
    }
    add(session, "feedback", id="f1", person_id=ALICE, helper_id=BOB, class_id="c1", **feedback)
    add(session, "feedback", id="f2", person_id=ALICE, class_id=None, prompt_at=at, **feedback)
    add(
        session, "feedback", id="f3", person_id=BOB, helper_id=ALICE, class_id=None, **feedback | {"question": "mon badge", "comment": "confidentiel"}
    )
    add(session, "pause", person_id=ALICE, function="it", since=at)
    voice = {"function": "it", "kind": "idea", "language": "fr", "said_at": at}
    add(session, "voice", id="v-alice", person_id=ALICE, text=f"un {SECRET} pour tous", state="open", **voice)
    add(session, "voice", id="v-bob", person_id=BOB, text="une idée", state="answered", answer="oui", answered_by=ALICE, answered_at=at, **voice)
    add(
        session,
        "anonymous_voice",
        key=key("a1"),
        month="2026-11",
        function="it",
        kind="idea",
        text="une idée",
        state="open",
        told=True,
    )
    add(session, "improvement", id="i1", function="it", text="mieux", due=date(2026, 12, 1), noted_at=at, noted_by=ALICE)


def sends(session: Session, at: datetime) -> None:
    def planned(name: str, to: Any, cause: tuple[str, str], text: str) -> Delivery:
        return Delivery(key=key(name), kind=Kind.REPLY, cause_kind=cause[0], cause_id=cause[1], to=to, message=words(text))

    several = (
        planned("d-sent", ALICE, ("request", "r-alice"), f"votre {SECRET} est là"),
        planned("d-planned", ALICE, ("request", "r-alice"), f"votre {SECRET} attend"),
        planned("d-sending", ALICE, ("feedback", "x-alice"), f"votre {SECRET} ?"),
        planned("d-desk", CHANNEL.whole, ("request", "r-alice"), f"Alice Martin demande : {SECRET}"),
        planned("d-bob", BOB, ("request", "r-bob"), "Alice Martin s'en occupe"),
    )
    deliveries.plan_all(session, several, at)
    for name, status in (("d-sent", "sent"), ("d-sending", "sending"), ("d-desk", "sent"), ("d-bob", "sent")):
        ended = {} if status == "sending" else {"sent_at": at, "ended_at": at, "message_id": f"m-{name}"}
        claimed = {"claim": key("claim"), "lease_until": at} if status == "sending" else {}
        session.execute(table("delivery").update().where(table("delivery").c.key == key(name)).values(status=status, **ended, **claimed))
    add(
        session,
        "attachment",
        key="k1",
        name="a.csv",
        content_type="text/csv",
        content=SECRET.encode(),
        person_id=ALICE,
        created_at=at,
        expires_at=LATER,
    )
    add(session, "export", id="e1", person_id=ALICE, language="fr", form="csv", filters={}, depth="protected", reason=SECRET, asked_at=at)


def does(session: Session, at: datetime) -> None:
    def hears(name: str, user: str, replies: str, when: datetime) -> None:
        place = replace(DIRECT, conversation=f"D{user}")
        heard = {"platform": "slack", "gesture": name, "user": user, "reference": plain.write_reference(place), "conversation_key": place.key}
        add(
            session,
            "event",
            key=key(name),
            replies=plain.write_replies((words(replies),)),
            heard_at=when,
            answered_at=when,
            given_up=False,
            **heard,
        )

    hears("old", "U01X", f"{SECRET}, il y a longtemps", at - timedelta(days=3))
    hears("new", "U01X", f"{SECRET}, à l'instant", at)
    hears("bobs", "U02X", f"la demande r-alice parle de {SECRET}", at)
    hears("mention", "U02X", "demandez à Alice Martin (alice@vaubert.example)", at)
    add(session, "state", state_key="slack|T1|DALICE||U01X", dialog="ask", version=1, kept=f'{{"q": "{SECRET}"}}', changed_at=at)
    add(session, "state", state_key="slack|T1|DBOB||U02X", dialog="ask", version=1, kept="{}", changed_at=at)


def follows(session: Session, at: datetime) -> None:
    """She is in a campaign, answered one of its messages, used the service, and may write to the field; Bob is in it too."""
    member = {"campaign": "passwords", "arm": "treated", "team": "t1", "stage_before": "unaware", "segments": [], "entered_at": at, "step": 0}
    for person in (ALICE, BOB):
        add(session, "campaign_member", person_id=person, **member)
    add(session, "step_response", campaign="passwords", step="learn", person_id=ALICE, does="reply", answer=SECRET, at=at)
    add(
        session,
        "audience_grant",
        person_id=ALICE,
        function="it",
        kind="segment",
        value="field",
        granted_at=at,
        granted_by="command line: root",
    )
    where = {"function": "it", "topic": "", "stage": "action"}
    for person in (ALICE, BOB):
        used = {"kind": "event", "source": "guichet|INC-1", "weight": 1.0, "at": at, "told_at": at}
        add(session, "evidence", key=key(f"evidence of {person}"), person_id=person, function="it", **used)
        add(session, "standing", person_id=person, since=at, lost_at=at + timedelta(days=180), **where)
        add(session, "standing_move", person_id=person, former="unaware", because="event", at=at, **where)
    add(session, "evidence_mark", source="exchange", until=at, after="x-alice")
