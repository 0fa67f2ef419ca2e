"""A request at its experts', in a test's words: what alice asked IT, who they are, what they do at its card and in its thread, what comes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from dialogs.actions import Action, FormAction
from dialogs.delivery import Delivery
from dialogs.events import ActionTaken, FormSubmitted, MessageDeleted, MessageEdited, Overheard, Reference, Scope, Sender
from dialogs.facts import DeliveryEdited, DeliveryPlanned, RequestKept, WordKept
from dialogs.messages import Block, Button, Buttons, Form, FormErrors, Message, Place, plain_text
from dialogs.people import Person
from dialogs.request import Inside, Party, Request, Side, Step, Word, lane_to_client
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import BOB, NOON
from tests.conversation import submits, taps
from tests.dialogs.told import context

MALIK = Person(id="malik", name="Malik Benali", email="Malik.Benali@vaubert.example", linked=True, greeted=True)  # IT's contact, with the mandate
CLAIRE = Person(id="claire", name="Claire Vasseur", email="claire.vasseur@vaubert.example", linked=True)  # another one, without
CAROL = Person(id="carol", name="Carol Petit", email="carol.petit@solane.example", linked=True)
CLIENT = Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes")
ROOM = Reference(platform="slack", tenant="T1", conversation="C_IT", scope=Scope.CHANNEL)
CARD = uuid5(NAMESPACE_OID, "card")
IT_EXPERT = frozenset({Grant(role=Role.EXPERT, function="it")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
ON_CARD = "1800000000.0001"  # the platform's id of the card
THREAD = ROOM.under(ON_CARD)
MALIKS = Party(id="malik", name="Malik Benali")
BOBS = Party(id="bob", name="Bob Dupont", site="Lille", department="Exploitation")
CLAIRES = Party(id="claire", name="Claire Vasseur")
_NUMBERS = count(1)


def asked(**changes: Any) -> Request:
    """Return alice's request to IT, which nobody has taken yet."""
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
        thread=ON_CARD,
    )
    return replace(first, **changes)


def word(side: Side, text: str, ago: timedelta = timedelta(), **changes: Any) -> Word:
    """Return what alice, or malik of IT, said that long before noon."""
    author = CLIENT if side == "client" else MALIKS
    first = Word(id=uuid5(NAMESPACE_OID, text), request="r1", side=side, author=author, text=text, at=NOON - ago)
    return replace(first, **changes)


def seen_by(person: Person, *requests: Request, grants: frozenset[Grant] | None = None, **changes: Any) -> Context:
    """Return what a decision about these requests looks at, for one of their experts: bob by his role, the others as contacts."""
    held = grants if grants is not None else IT_EXPERT if person is BOB else frozenset[Grant]()
    return replace(context(person, language="en"), requests=requests, grants=held, **changes)


def tapped(action: Action, *requests: Request, by: Person = MALIK, grants: frozenset[Grant] | None = None, where: str = ON_CARD) -> Turn:
    """What comes of a tap on a message of the channel, the request's card unless it's said which."""
    event: ActionTaken = taps(action, where=ROOM, message=where)
    return decide(None, event, seen_by(by, *requests, grants=grants))


def filled(
    action: FormAction, values: dict[str, str], *requests: Request, by: Person = MALIK, grants: frozenset[Grant] | None = None, where: str = ON_CARD
) -> Turn:
    """What comes of a form that was opened from the request's card, unless it's said from which message."""
    event: FormSubmitted = replace(submits(action, values, where=ROOM), message_id=where)
    return decide(None, event, seen_by(by, *requests, grants=grants))


def in_thread(
    text: str, request: Request, *, by: Person = MALIK, grants: frozenset[Grant] | None = None, files: int = 0, at: Reference = THREAD
) -> Turn:
    """What comes of words that are written under the card, to nobody in particular."""
    event = Overheard(id=_gesture(), at=NOON, sender=Sender(user="U9"), reference=THREAD, text=text, message_id="m7", files=files)
    inside = Inside(request=request.id, side="expert")
    return decide(None, event, seen_by(by, request, inside=inside))


def edits(text: str, request: Request, *, by: Person = MALIK, where: Reference = THREAD, message: str = "m7") -> Turn:
    """What comes of an edit of a message."""
    event = MessageEdited(id=_gesture(), at=NOON, sender=Sender(user="U9"), reference=where, message_id=message, text=text)
    return decide(None, event, seen_by(by, request))


def deletes(request: Request, *, by: Person = MALIK, where: Reference = THREAD, message: str = "m7") -> Turn:
    """What comes of the deletion of a message."""
    event = MessageDeleted(id=_gesture(), at=NOON, sender=Sender(user="U9"), reference=where, message_id=message)
    return decide(None, event, seen_by(by, request))


def planned(turn: Turn) -> list[Delivery]:
    """What a turn will send."""
    return [fact.delivery for fact in turn.facts if isinstance(fact, DeliveryPlanned)]


def edited(turn: Turn) -> dict[UUID, Message]:
    """What a turn shows anew, by the key of its delivery."""
    return {fact.key: fact.message for fact in turn.facts if isinstance(fact, DeliveryEdited)}


def words_kept(turn: Turn) -> list[Word]:
    """The words that a turn left."""
    return [fact.word for fact in turn.facts if isinstance(fact, WordKept)]


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


def now(turn: Turn) -> Request:
    """The request as a turn leaves it."""
    return [fact.request for fact in turn.facts if isinstance(fact, RequestKept)][-1]


def steps(turn: Turn) -> list[tuple[Step, str | None]]:
    """What was done to a request, and by whom."""
    return [(fact.step, fact.by) for fact in turn.facts if isinstance(fact, RequestKept)]


def to_client(turn: Turn) -> list[Delivery]:
    """What the client is told."""
    return [delivery for delivery in planned(turn) if delivery.lane == lane_to_client(delivery.cause_id)]


def to_desk(turn: Turn) -> list[Delivery]:
    """What the experts are told."""
    return [delivery for delivery in planned(turn) if delivery.lane != lane_to_client(delivery.cause_id)]


def read(delivery: Delivery) -> str:
    """What a delivery says, in plain words."""
    return spoken(delivery.message)


def spoken(message: Message) -> str:
    """What a message says, in plain words."""
    return plain_text(message).replace("\N{NO-BREAK SPACE}", " ")


def row(blocks: tuple[Block, ...]) -> dict[str, Button]:
    """The buttons among these blocks, by what is written on them."""
    rows = [block for block in blocks if isinstance(block, Buttons)]
    return {button.label: button for each in rows for button in each.buttons if isinstance(button, Button)}


def place(turn: Turn) -> Place:
    """Where the only reply of a turn goes."""
    (reply,) = turn.replies
    assert isinstance(reply, Message)
    return reply.place


def _gesture() -> str:
    return f"expert-{next(_NUMBERS)}"
