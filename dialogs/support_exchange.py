"""A conversation between humans that was a support exchange: who helped whom is noted, nothing of what was said."""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID, uuid5

from dialogs.events import Event, FormSubmitted, Scope
from dialogs.facts import ExchangeMarked
from dialogs.messages import Choice, FieldError, Form, FormErrors, Message, Note, Option, Place, Text
from dialogs.request import Outcome
from dialogs.request_actions import MarkExchange
from dialogs.sheet import badge, short_name
from dialogs.turn import Context, Turn

_FUNCTION, _HELPED, _OUTCOME = "function", "helped", "outcome"  # the form's inputs
_OUTCOMES: Final = (Outcome.SOLVED, Outcome.PARTLY, Outcome.NOT_SOLVED, Outcome.NOT_OURS)
_NAMESPACE: Final = UUID("1f8f0c0a-5a57-5f0d-8b57-6f6f1a7c2e90")


def open_form(event: Event, context: Context, action: MarkExchange) -> Turn:
    """Open the form: which function, who helped whom, how it ended; or say why it can't be opened."""
    if not context.catalogue.functions:
        return _nobody_yet(event, context)
    return Turn(replies=(_form(event, context, action, {}),))


def marked(event: FormSubmitted, context: Context, action: MarkExchange) -> Turn:
    """Note the exchange; what isn't chosen yet is asked for again."""
    if not context.catalogue.functions:
        return _nobody_yet(event, context)
    t, values = context.t, event.values
    function = context.catalogue.function(values.get(_FUNCTION, ""))
    helped = "self" if _is_own(event, action) else _helped(values)
    outcome = next((each for each in _OUTCOMES if each.value == values.get(_OUTCOME)), None)
    if function is None or helped is None or outcome is None:
        missing = (
            (_FUNCTION, function, t("Choose the function that helped.")),
            (_HELPED, helped, t("Choose who was helped.")),
            (_OUTCOME, outcome, t("Choose how it ended.")),
        )
        errors = tuple(FieldError(input=name, text=text) for name, chosen, text in missing if chosen is None)
        return Turn(replies=(FormErrors(form=_form(event, context, action, values), errors=errors),))
    fact = ExchangeMarked(
        exchange=str(uuid5(_NAMESPACE, f"{action.place}|{action.message}")),
        function=function.slug,
        place=action.place,
        message_id=action.message,
        user=action.user,
        helped=helped,
        by=context.person.id,
        outcome=outcome,
        language=context.language,
        at=event.at,
    )
    thanks = t("Thank you: it's noted as an exchange with {function}.", function=short_name(function, context.language))
    message = Message(language=context.language, blocks=(Text(text=thanks), Note(text=_nothing_kept(context))), place=_place(event))
    return Turn(replies=(message,), facts=(fact,))


def _form(event: Event, context: Context, action: MarkExchange, values: Mapping[str, str]) -> Form:
    t = context.t
    functions = tuple(Option(value=function.slug, label=badge(function, context.language)) for function in context.catalogue.functions)
    helped = Choice(
        id=_HELPED,
        label=t("Who was helped?"),
        options=(Option(value="author", label=t("The person who wrote this message")), Option(value="self", label=t("Me"))),
        value=_helped(values),
        required=True,
    )
    endings = {
        Outcome.SOLVED: t("Solved"),
        Outcome.PARTLY: t("Partly solved"),
        Outcome.NOT_SOLVED: t("Not solved"),
        Outcome.NOT_OURS: t("It was for another function"),
    }
    outcomes = tuple(Option(value=outcome.value, label=endings[outcome]) for outcome in _OUTCOMES)
    return Form(
        language=context.language,
        title=t("A support exchange"),
        blocks=(
            Text(text=_nothing_kept(context)),
            Choice(id=_FUNCTION, label=t("Which function helped?"), options=functions, value=values.get(_FUNCTION), required=True),
            *(() if _is_own(event, action) else (helped,)),
            Choice(id=_OUTCOME, label=t("How did it end?"), options=outcomes, value=values.get(_OUTCOME), required=True),
        ),
        action=action,
        submit=t("Note it"),
        cancel=t("Cancel"),
    )


def _nobody_yet(event: Event, context: Context) -> Turn:
    text = Text(text=context.t("The catalogue is empty so far: nobody has written what their function does for you."))
    return Turn(replies=(Message(language=context.language, blocks=(text,), place=_place(event)),))


def _place(event: Event) -> Place:
    return Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE


def _is_own(event: Event, action: MarkExchange) -> bool:
    """Tell whether nobody but the one who marks can have been helped: they wrote the message themselves, or an application did."""
    return action.user in ("", event.sender.user)


def _helped(values: Mapping[str, str]) -> Literal["author", "self"] | None:
    match values.get(_HELPED):
        case "author":
            return "author"
        case "self":
            return "self"
        case _:
            return None


def _nothing_kept(context: Context) -> str:
    return context.t("I keep which function helped, whom, and how it ended. Nothing of what was said.")
