"""Handing a request on: to the function that it's for, with what was said so far; the hop is counted."""

from dataclasses import replace
from typing import Final

from dialogs import relay
from dialogs.catalog import Function
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.expert_gesture import client_told, desk_told, in_place, is_closed, on_card, party, request_for, signed, told
from dialogs.facts import DeliveryEdited, Fact, RequestKept
from dialogs.messages import Choice, FieldError, Form, FormErrors, Input, Option, Text, clipped
from dialogs.proposed_words import withdrawn
from dialogs.request import Party, Request, RequestStatus, Step
from dialogs.request_actions import HandRequest
from dialogs.request_card import expert_name, function_name, handed_card
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn

REASON_LIMIT: Final = 500  # characters
_FUNCTION, _REASON = "function", "reason"  # the form's inputs
_ASKED: Final = 500  # characters of the question on top of the form


def open_handing(event: Event, context: Context, action: HandRequest) -> Turn:
    """Open the form that hands a request to another function."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if request.closed:
        return is_closed(event, context, request)
    return Turn(replies=(_form(context, request, action),)) if _others(context, request) else _nobody_else(event, context)


def handed(event: FormSubmitted, context: Context, action: HandRequest) -> Turn:
    """Hand a request on; the hop is counted."""
    request = request_for(event, context, action.request)
    if isinstance(request, Turn):
        return request
    if request.closed:
        return is_closed(event, context, request)
    if not _others(context, request):
        return _nobody_else(event, context)
    t, reason = context.t, readable(event.values.get(_REASON, ""))
    chosen = next((each for each in _others(context, request) if each.slug == event.values.get(_FUNCTION)), None)
    errors: list[FieldError] = []
    asker, language = request.client.id, request.desk_language
    way = relay.route(context.desks, context.keepers, chosen.slug, None, language, client=asker) if chosen else None
    if chosen is None or way is None:
        errors.append(FieldError(input=_FUNCTION, text=t("Choose the function that this is for.")))
    elif way.desk is None and way.keeper is None:
        nobody = t(
            "I can reach nobody at {function} yet: it has no channel here, and nobody who answers for it has written to me. "
            "Choose another function, or tell whoever asked whom to turn to.",
            function=short_name(chosen, context.language),
        )
        errors.append(FieldError(input=_FUNCTION, text=nobody))
    if len(reason) > REASON_LIMIT:
        long = t("The text has {number} characters, {limit} at most. Shorten it.", number=len(reason), limit=REASON_LIMIT)
        errors.append(FieldError(input=_REASON, text=long))
    if errors or chosen is None or way is None:
        form = _form(context, request, action, chosen=event.values.get(_FUNCTION), reason=reason)
        return Turn(replies=(FormErrors(form=form, errors=tuple(errors)),))
    return _handed(event, context, request, chosen, way, reason)


def _handed(event: FormSubmitted, context: Context, request: Request, chosen: Function, way: relay.Route, reason: str) -> Turn:
    me, catalogue = party(context), context.catalogue
    facts: list[Fact] = [
        fact for word in request.words if word.side == "expert" and word.state == "proposed" for fact in withdrawn(context, request, word)
    ]
    former = handed_card(context.texts[request.desk_language], catalogue, request, to=chosen.slug, by=me, reason=reason)
    if request.card is not None:
        facts.append(DeliveryEdited(key=request.card, message=former))
    kept = replace(
        request,
        function=chosen.slug,
        sheet=None,
        hops=request.hops + 1,
        status=RequestStatus.OPEN,
        expert=None,
        claimed_at=None,
        due_at=relay.due_at(context.hours, catalogue, None, event.at),
        reminded_at=None,
        escalated_at=None,
    )
    there, placed = relay.placed(context.texts, catalogue, kept, way)
    facts += (RequestKept(request=there, step=Step.HANDED, by=me.id, function=request.function), *placed)
    facts += desk_told(event, context, there, Step.HANDED, *_passed_to(context, request, there, me, reason))
    facts.append(client_told(event, context, there, Step.HANDED, *_passed_on(context, request, there, me, reason)))
    if on_card(event, request):
        return Turn(replies=(in_place(former),), facts=tuple(facts))
    name = short_name(chosen, context.language)
    return told(event, context, Text(text=context.t("Handed to {function}: they and whoever asked know it.", function=name)), facts=tuple(facts))


def _passed_on(context: Context, former: Request, request: Request, expert: Party, reason: str) -> tuple[Text, ...]:
    t = context.texts[request.language]
    text = t(
        "{name} handed your question to {function}, who can do more for you. Somebody should take it by {moment}.",
        name=signed(context, former, expert),
        function=function_name(t, context.catalogue, request.function),
        moment=t.moment(request.due_at, context.catalogue.company.timezone),
    )
    return (Text(text=text), Text(text=t("Why: {reason}", reason=reason))) if reason else (Text(text=text),)


def _passed_to(context: Context, former: Request, request: Request, expert: Party, reason: str) -> tuple[Text, ...]:
    """Tell those who have it now from whom it comes, and why."""
    t, catalogue = context.texts[request.desk_language], context.catalogue
    name = expert_name(t, catalogue, former, expert)
    if expert.name is not None:
        name = t("{name} ({function})", name=name, function=function_name(t, catalogue, former.function))
    text = Text(text=t("{name} handed it to {function}.", name=name, function=function_name(t, catalogue, request.function)))
    return (text, Text(text=t("Why: {reason}", reason=reason))) if reason else (text,)


def _form(context: Context, request: Request, action: HandRequest, *, chosen: str | None = None, reason: str = "") -> Form:
    t = context.t
    options = tuple(Option(value=function.slug, label=badge(function, context.language)) for function in _others(context, request))
    known = chosen if any(option.value == chosen for option in options) else None
    return Form(
        language=context.language,
        title=t("For another function"),
        blocks=(
            Text(text=clipped(request.question, _ASKED), strong=True),
            Choice(id=_FUNCTION, label=t("Whom is it for?"), options=options, value=known, required=True),
            Input(
                id=_REASON,
                label=t("Why? They and whoever asked read it"),
                placeholder=t("What you found out, and what is left to do"),
                value=reason,
                multiline=True,
                limit=REASON_LIMIT,
            ),
        ),
        action=action,
        submit=t("Hand it on"),
        cancel=t("Cancel"),
    )


def _nobody_else(event: Event, context: Context) -> Turn:
    return told(event, context, Text(text=context.t("There's no other function in the catalogue.")))


def _others(context: Context, request: Request) -> list[Function]:
    return [function for function in context.catalogue.functions if function.slug != request.function]
