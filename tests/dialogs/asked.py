"""A request in a test's words: Alice asked IT, whose experts are in a Slack channel; Bob owns IT, Carol is an admin."""

from datetime import timedelta
from uuid import UUID

from dialogs.delivery import Delivery, Ended, Kind, Reason, Status
from dialogs.events import Reference, Scope
from dialogs.facts import DeliveryPlanned, Initiative, RequestKept
from dialogs.messages import Button, Buttons, Message, plain_text
from dialogs.request import REQUEST, Desk, Party, Request, Word
from dialogs.request_rerouting import Surroundings
from tests.company import CATALOGUE, NOON
from tests.dialogs.told import TEXTS

ALICE = Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes")
BOB, CAROL = Party(id="bob", name="Bob Leroy"), Party(id="carol", name="Carol Dunn")
CHANNEL = Reference(platform="slack", tenant="T1", conversation="C1", scope=Scope.CHANNEL)
TEAMS_CHANNEL = Reference(platform="teams", tenant="tenant-1", conversation="19:it@thread.tacv2", scope=Scope.CHANNEL)
CARD = UUID(int=7)
DESK = Desk(function="it", service=None, reference=CHANNEL, language="en")
DESKS: dict[tuple[str, str | None], Desk] = {("it", None): DESK}
KEEPERS: dict[str, tuple[Party, ...]] = {"it": (BOB,), "": (CAROL,)}
ASKED = Request(
    id="r1",
    exchange="e1",
    function="it",
    client=ALICE,
    question="my screen flickers",
    language="en",
    opened_at=NOON - timedelta(hours=4),
    due_at=NOON,
    desk=CHANNEL,
    desk_language="en",
    card=CARD,
    thread="5.1",
)
AROUND = Surroundings(texts=TEXTS, catalogue=CATALOGUE, language="en", desks=DESKS, keepers=KEEPERS)
WORD = Word(id=UUID(int=1), request="r1", side="client", author=ALICE, text="since this morning", at=NOON, source=("k", "1.1"))


def kept(facts: tuple[Initiative, ...]) -> RequestKept:
    (only,) = [fact for fact in facts if isinstance(fact, RequestKept)]
    return only


def planned(facts: tuple[Initiative, ...]) -> list[Delivery]:
    return [fact.delivery for fact in facts if isinstance(fact, DeliveryPlanned)]


def to(facts: tuple[Initiative, ...], whom: str | Reference) -> Delivery:
    (only,) = [delivery for delivery in planned(facts) if delivery.to == whom]
    return only


def labels(message: Message) -> list[str]:
    return [button.label for block in message.blocks if isinstance(block, Buttons) for button in block.buttons if isinstance(button, Button)]


def reached(facts: tuple[Initiative, ...]) -> set[str | Reference]:
    return {delivery.to for delivery in planned(facts)}


def words(delivery: Delivery) -> str:
    return plain_text(delivery.message)


def ended(
    key: UUID = CARD, status: Status = Status.FAILED, reason: Reason | None = None, *, where: Reference | None = CHANNEL, person: str | None = None
) -> Ended:
    return Ended(
        key=key,
        kind=Kind.REPLY,
        cause_kind=REQUEST,
        cause_id="r1",
        status=status,
        reason=reason,
        reference=where,
        person=person,
        message_id="5.1" if status is Status.SENT else None,
    )
