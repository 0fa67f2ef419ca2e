"""Alice's requests in a test's words: she asked IT, whose experts work in a channel; and what a turn left about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from dialogs.catalog import Language
from dialogs.delivery import Delivery
from dialogs.events import Event, MessageReceived, Reference, Scope
from dialogs.facts import DeliveryEdited, DeliveryPlanned, RequestKept, WordKept
from dialogs.messages import Form, FormErrors, Message, plain_text
from dialogs.people import Person
from dialogs.request import Desk, Party, Request, Side, Word
from dialogs.turn import Context, Turn
from tests.company import ALICE, NOON
from tests.conversation import said
from tests.dialogs.told import context

CLIENT = Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes")
KARIM = Party(id="karim", name="Karim")
ROOM = Reference(platform="slack", tenant="T1", conversation="C_IT", scope=Scope.CHANNEL)
DESK = Desk(function="it", service=None, reference=ROOM, language="en")
CARD = uuid5(NAMESPACE_OID, "card")


def asked(**changes: Any) -> Request:
    """Alice's request to IT: nobody has taken it yet."""
    first = Request(
        id="r1",
        exchange="e1",
        function="it",
        client=CLIENT,
        question="Who has my cable?",
        language="en",
        opened_at=NOON - timedelta(hours=1),
        due_at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC),
        desk=ROOM,
        desk_language="en",
        card=CARD,
        thread="1800000000.0001",
    )
    return replace(first, **changes)


def word(side: Side, text: str, ago: timedelta, **changes: Any) -> Word:
    """What alice, or Karim of IT, said that long before noon."""
    author = CLIENT if side == "client" else KARIM
    first = Word(id=uuid5(NAMESPACE_OID, text), request="r1", side=side, author=author, text=text, at=NOON - ago)
    return replace(first, **changes)


def about(
    *requests: Request,
    person: Person = ALICE,
    language: Language = "en",
    desks: Sequence[Desk] = (DESK,),
    keepers: Mapping[str, tuple[Party, ...]] | None = None,
) -> Context:
    """What a decision about these requests looks at."""
    by_function = {(desk.function, desk.service): desk for desk in desks}
    return replace(context(person, language=language), requests=requests, desks=by_function, keepers=keepers or {})


def writes(text: str, *, files: int = 0, message: str | None = "m9") -> MessageReceived:
    """Alice writes in her own conversation with the bot."""
    return replace(said(text), files=files, message_id=message)


def kept(turn: Turn) -> Request:
    """The request as it is after a turn."""
    (fact,) = (fact for fact in turn.facts if isinstance(fact, RequestKept))
    return fact.request


def words_kept(turn: Turn) -> list[Word]:
    """The words that a turn left."""
    return [fact.word for fact in turn.facts if isinstance(fact, WordKept)]


def planned(turn: Turn) -> list[Delivery]:
    """What a turn will send."""
    return [fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned)]


def edited(turn: Turn) -> dict[UUID, Message]:
    """What a turn shows anew, by the key of its delivery."""
    return {fact.key: fact.message for fact in turn.facts if isinstance(fact, DeliveryEdited)}


def to_experts(turn: Turn) -> list[str]:
    """What a turn tells the experts, in plain words."""
    return [plain_text(delivery.message) for delivery in planned(turn)] + [plain_text(message) for message in edited(turn).values()]


def form_of(turn: Turn) -> Form:
    """The form that a turn opens."""
    (form,) = turn.replies
    assert isinstance(form, Form)
    return form


def refusals(turn: Turn) -> dict[str, str]:
    """What a form's submission has to mend, by its input; and nothing was done meanwhile."""
    (errors,) = turn.replies
    assert isinstance(errors, FormErrors)
    assert turn.facts == ()
    return {error.input: error.text for error in errors.errors}


def request_id(event: Event) -> str:
    """The id of the request that an event opens."""
    return str(uuid5(event.key, "request"))
