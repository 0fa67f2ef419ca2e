"""What the clock does about a request that nobody has taken: the experts are reminded, then somebody who answers for them is told."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from dialogs.catalog import Catalogue, Promise
from dialogs.delivery import Delivery, Kind
from dialogs.facts import DeliveryPlanned, Initiative, RequestKept
from dialogs.messages import Button, Buttons, Message, Note, Text
from dialogs.relay import UNPROMISED, to_client, to_desk
from dialogs.request import REQUEST, Party, Request, RequestStatus, Step
from dialogs.request_actions import AddToRequest, AnswerRequest, ClaimRequest, HandRequest, WithdrawRequest
from dialogs.request_card import about, card, function_name
from dialogs.request_rerouting import Surroundings, first_way, is_time, rerouted, way_elsewhere
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours, due, is_open

_AT_LEAST: Final = Promise(time=2, unit="working_hours")  # between the reminder and telling the owner
_NAMESPACE: Final = UUID("3d1a6f0e-7f0b-5c43-9a55-5a1f7f0e9c21")


def overdue(around: Surroundings, hours: WorkingHours, request: Request, at: datetime) -> tuple[Initiative, ...]:
    """Remind the experts of a request, or tell the owner; nothing before its time, nor while the function doesn't work."""
    if request.status is not RequestStatus.OPEN or request.due_at > at or not is_open(hours, at):
        return ()
    if not _since_due(request, request.reminded_at):
        return remind(around, request, at)
    if not _since_due(request, request.escalated_at) and escalation_at(hours, around.catalogue, request) <= at:
        return escalate(around, request, at)
    return ()


def escalation_at(hours: WorkingHours, catalogue: Catalogue, request: Request) -> datetime:
    """Return when the owner is told: once as long again as the promise went, and some working hours after the reminder at least."""
    again = due(hours, request.due_at, _promise(catalogue, request))
    return max(again, due(hours, request.reminded_at or request.due_at, _AT_LEAST))


def remind(around: Surroundings, request: Request, at: datetime) -> tuple[Initiative, ...]:
    """Remind the experts, under the card; nothing where nobody can be reached."""
    reminded = replace(request, reminded_at=at)
    t = around.texts[request.desk_language]
    planned = to_desk(reminded, f"reminded|{at.isoformat()}", _reminder(t, around.catalogue, request), kind=Kind.ALERT)
    return (RequestKept(request=reminded, step=Step.REMINDED, by=None), *planned) if planned else ()


def escalate(around: Surroundings, request: Request, at: datetime) -> tuple[Initiative, ...]:
    """Tell the owner in private, else a contact, else an admin; and the client, honestly and once. Where nobody else is there, remind once more."""
    told = replace(request, escalated_at=at)
    name, t = f"escalated|{at.isoformat()}", around.texts[request.language]
    function = function_name(t, around.catalogue, request.function)
    others = [keeper for keeper in around.keepers_of(request.function) if keeper.id not in (request.keeper, request.client.id)]
    if others:
        planned: tuple[DeliveryPlanned, ...] = (_to_owner(around, told, others[0], at),)
        words = t(
            "Nobody at {function} has been able to take your request yet. I've told {name}, who can see to it.",
            function=function,
            name=others[0].name or function,
        )
    else:
        message = _reminder(around.texts[request.desk_language], around.catalogue, request)
        planned = to_desk(told, name, message, kind=Kind.ALERT)
        words = t("Nobody at {function} has been able to take your request yet. I've just reminded them.", function=function)
    if not planned:
        return ()
    kept = RequestKept(request=told, step=Step.ESCALATED, by=None)
    return (kept, *planned, to_client(told, name, _for_client(t, request, words)))


def stranded(around: Surroundings, request: Request, at: datetime) -> tuple[Initiative, ...]:
    """See to a request whose card isn't there: another way is found for it, and its client is told so, once. One without a card is tried again."""
    t = around.texts[request.language]
    function = function_name(t, around.catalogue, request.function)
    first = first_way(around, request)
    leads_nowhere = first.desk is None and first.keeper is None
    if request.card is None:
        if leads_nowhere:
            return ()
        words = t("I've found somebody who can take your request: it's with them now.")
        return (*rerouted(around, request, first, at), to_client(request, f"found|{at.isoformat()}", _for_client(t, request, words)))
    if not is_time(around, at):
        return ()
    name = f"stranded|{request.hops}|{request.reopened}"
    if (way := way_elsewhere(around, request)) is not None:
        words = t("I can't reach {function} where they usually answer. I've passed your request to somebody who can see to it.", function=function)
        return (*rerouted(around, request, way, at), to_client(request, f"{name}|elsewhere", _for_client(t, request, words)))
    words = t("I can't reach {function} at the moment. Your request is kept, and goes to them as soon as I can.", function=function)
    again = rerouted(around, request, first, at) if around.given_up and not leads_nowhere else ()
    return (*again, to_client(request, name, _for_client(t, request, words)))


def _since_due(request: Request, done: datetime | None) -> bool:
    """Tell whether something was done about this promise: a request that's reopened, or handed on, makes a new one."""
    return done is not None and done >= request.due_at


def _promise(catalogue: Catalogue, request: Request) -> Promise:
    found = catalogue.sheet(request.sheet) if request.sheet else None
    promise: Promise | None = getattr(found[1], "promise", None) if found else None
    return promise or UNPROMISED


def _reminder(t: Texts, catalogue: Catalogue, request: Request) -> Message:
    moment = t.moment(request.due_at, catalogue.company.timezone)
    buttons = (
        Button(label=t("I take it"), action=ClaimRequest(request=request.id), primary=True),
        Button(label=t("Answer"), action=AnswerRequest(request=request.id)),
        Button(label=t("Hand it on"), action=HandRequest(request=request.id)),
    )
    return Message(
        language=t.language,
        blocks=(
            Text(text=t("Nobody has this request yet, and whoever asked was to have somebody by {moment}.", moment=moment), strong=True),
            Note(text=about(t, request)),
            Buttons(buttons=buttons),
        ),
    )


def _to_owner(around: Surroundings, request: Request, owner: Party, at: datetime) -> DeliveryPlanned:
    """Tell somebody in private; not in the experts' lane, which may be what's stuck."""
    t = around.texts[around.language]
    function = function_name(t, around.catalogue, request.function)
    why = t("Nobody at {function} has taken this request, although I reminded them. You can take it, or hand it on.", function=function)
    shown = card(t, around.catalogue, replace(request, desk=None))  # as it's read in private
    return DeliveryPlanned(
        delivery=Delivery(
            key=uuid5(_NAMESPACE, f"{request.id}|escalated|{at.isoformat()}"),
            kind=Kind.ALERT,
            cause_kind=REQUEST,
            cause_id=request.id,
            to=owner.id,
            message=replace(shown, blocks=(Text(text=why, strong=True), *shown.blocks)),
            urgent=True,
        )
    )


def _for_client(t: Texts, request: Request, words: str) -> Message:
    buttons = (
        Button(label=t("Add something"), action=AddToRequest(request=request.id)),
        Button(label=t("I don't need it any more"), action=WithdrawRequest(request=request.id)),
    )
    return Message(language=t.language, blocks=(Text(text=words), Note(text=about(t, request)), Buttons(buttons=buttons)))
