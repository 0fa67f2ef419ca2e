"""An expert's side of a request: taking it, giving it back, reopening it, and what waits for a function."""

from dataclasses import replace
from typing import Final

from dialogs import relay
from dialogs.events import Event
from dialogs.expert_gesture import at_desk, care_taken, client_told, desk_told, done, is_closed, party, request_for, signed, told
from dialogs.facts import Fact, RequestKept
from dialogs.feedback_closing import gone_on
from dialogs.mandate import may_answer
from dialogs.messages import Block, Button, Buttons, Item, Items, Note, Text, Title
from dialogs.own_request import moment
from dialogs.profile import gone as function_gone
from dialogs.refusal import refused
from dialogs.request import Party, Request, RequestStatus, Step
from dialogs.request_actions import AnswerRequest, ClaimRequest, ListRequests, ReleaseRequest, ReopenRequest
from dialogs.request_card import expert_name, heading, state_in_words
from dialogs.rights import Act
from dialogs.sheet import badge
from dialogs.turn import Context, Turn

SHOWN: Final = 10  # lines of a list on one card


def claim(event: Event, context: Context, action: ClaimRequest) -> Turn:
    """Take a request; the second to tap learns who has it."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if request.closed:
        return is_closed(event, context, request)
    me, holder = party(context), None if request.status is RequestStatus.OPEN else request.expert
    if holder is not None and (holder.id == me.id or action.over is None):
        return _has_it(event, context, request, holder)
    t = context.texts[request.desk_language]
    status = RequestStatus.CLAIMED if request.status is RequestStatus.OPEN else request.status
    kept = replace(request, status=status, expert=me, claimed_at=event.at)
    facts: list[Fact] = [RequestKept(request=kept, step=Step.CLAIMED, by=me.id), care_taken(event, context, kept, me)]
    if holder is not None:
        over = t("{name} has taken over from {former}.", name=at_desk(context, kept, me), former=at_desk(context, kept, holder))
        facts += desk_told(event, context, kept, Step.CLAIMED, Text(text=over))
    return done(event, context, request, kept, tuple(facts), *_yours(context, kept))


def release(event: Event, context: Context, action: ReleaseRequest) -> Turn:
    """Give a request back."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if request.closed:
        return is_closed(event, context, request)
    me = party(context)
    if request.status is RequestStatus.OPEN:
        text = Text(text=context.t("Nobody has this one, so there's nothing to give back. You can take it."))
        return told(event, context, text, Buttons(buttons=(_take(context, request),)))
    if request.expert is not None and request.expert.id != me.id:
        return _has_it(event, context, request, request.expert)
    again = relay.due_at(context.hours, context.catalogue, request.sheet, event.at)
    # whoever takes it now has the whole time again
    kept = replace(request, status=RequestStatus.OPEN, expert=None, claimed_at=None, due_at=again, reminded_at=None, escalated_at=None)
    t = context.texts[request.desk_language]
    facts: tuple[Fact, ...] = (
        RequestKept(request=kept, step=Step.RELEASED, by=me.id),
        client_told(event, context, kept, Step.RELEASED, _given_back(context, kept, me)),
        *desk_told(
            event,
            context,
            kept,
            Step.RELEASED,
            Text(text=t("{name} gave this one back: it's for whoever takes it.", name=at_desk(context, kept, me))),
            Buttons(buttons=(Button(label=t("I take it"), action=ClaimRequest(request=kept.id), primary=True),)),
        ),
    )
    return done(event, context, request, kept, facts, Text(text=context.t("Given back: your colleagues and whoever asked know it.")))


def reopen(event: Event, context: Context, action: ReopenRequest) -> Turn:
    """Reopen a closed request, for an expert."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if not request.closed:
        text = Text(text=context.t("This one isn't closed: it goes on."))
        return told(event, context, text, Text(text=state_in_words(context.t, context.catalogue, request)))
    me = party(context)
    kept = replace(
        request,
        status=RequestStatus.CLAIMED,
        expert=me,
        claimed_at=event.at,
        closed_at=None,
        outcome=None,
        reopened=request.reopened + 1,
    )
    t = context.texts[request.desk_language]
    facts: tuple[Fact, ...] = (
        RequestKept(request=kept, step=Step.REOPENED, by=me.id),
        gone_on(request.exchange, request.client.id, event.at),
        client_told(event, context, kept, Step.REOPENED, _taken_up(context, kept, me)),
        *desk_told(event, context, kept, Step.REOPENED, Text(text=t("{name} has reopened this one.", name=at_desk(context, kept, me)))),
    )
    return done(event, context, request, kept, facts, *_yours(context, kept))


def list_waiting(event: Event, context: Context, action: ListRequests) -> Turn:
    """List a function's open requests, for those who answer them."""
    t, slug = context.t, action.slug or ""
    function = context.catalogue.function(slug)
    if function is None:
        return function_gone(event, context)
    if not may_answer(context, slug):
        return refused(event, context, Act.ANSWER_REQUESTS, slug, slug)
    waiting = [request for request in context.requests if request.function == slug and not request.closed]
    waiting.sort(key=lambda request: (request.opened_at, request.id))
    title = Title(text=t("What people wait for"), badge=badge(function, context.language))
    if not waiting:
        return told(event, context, title, Text(text=t("Nobody waits for you: every request has found its end.")))
    blocks: list[Block] = [title, Items(items=tuple(_line(context, request) for request in waiting[:SHOWN]))]
    if (more := len(waiting) - SHOWN) > 0:
        blocks.append(Note(text=t.many("{number} more waits after these.", "{number} more wait after these.", more)))
    return told(event, context, *blocks)


def _given_back(context: Context, request: Request, expert: Party) -> Text:
    t, name = context.texts[request.language], signed(context, request, expert)
    return Text(text=t("{name} can't go on with your question, and gave it back to the team: a colleague should take it.", name=name))


def _taken_up(context: Context, request: Request, expert: Party) -> Text:
    t = context.texts[request.language]
    return Text(text=t("{name} has taken your question up again.", name=signed(context, request, expert)))


def _has_it(event: Event, context: Context, request: Request, holder: Party) -> Turn:
    """Say who has a request, and what its reader can do."""
    t, since = context.t, moment(context, request.claimed_at or request.opened_at)
    if holder.id == context.person.id:
        yours = Text(text=t("You have this one already, since {moment}.", moment=since))
        return told(event, context, yours, Buttons(buttons=(_answer(context, request),)))
    name = expert_name(t, context.catalogue, request, holder)
    text = Text(text=t("{name} has this one, since {moment}.", name=name, moment=since))
    note = Note(text=t("You can take it over: it's said under the card, and to whoever asked."))
    over = Button(label=t("Take it over"), action=ClaimRequest(request=request.id, over="yes"))
    return told(event, context, text, note, Buttons(buttons=(over,)))


def _yours(context: Context, request: Request) -> tuple[Text, Buttons]:
    t = context.t
    return Text(text=t("It's yours: whoever asked knows that you take care of it.")), Buttons(buttons=(_answer(context, request),))


def _line(context: Context, request: Request) -> Item:
    t, is_open = context.t, request.status is RequestStatus.OPEN
    return Item(
        title=heading(t, request),
        detail=state_in_words(t, context.catalogue, request),
        open=t("I take it") if is_open else t("Answer"),
        action=ClaimRequest(request=request.id) if is_open else AnswerRequest(request=request.id),
    )


def _take(context: Context, request: Request) -> Button:
    return Button(label=context.t("I take it"), action=ClaimRequest(request=request.id), primary=True)


def _answer(context: Context, request: Request) -> Button:
    return Button(label=context.t("Answer"), action=AnswerRequest(request=request.id), primary=True)
