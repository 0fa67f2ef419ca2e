"""Ask a human: a question becomes a request to a function's experts."""

from collections.abc import Iterator
from typing import Final
from uuid import uuid5

from dialogs import relay
from dialogs.catalog import Function
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.facts import ExchangeOpened, Fact, RequestKept
from dialogs.feedback_closing import gone_on
from dialogs.human_button import human_button
from dialogs.messages import (
    BUTTON_LIMIT,
    Block,
    Button,
    Buttons,
    Choice,
    FieldError,
    Form,
    FormErrors,
    Input,
    Message,
    Option,
    Text,
    clipped,
)
from dialogs.own_request import own_requests, requests_button, say, shown
from dialogs.request import Party, Request, Step
from dialogs.request_actions import AskHuman
from dialogs.request_confirmation import confirmation, is_sampled
from dialogs.search.text import folded
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, exchange_id, place_for

QUESTION: Final = 2000  # characters, so that it fits the experts' card whole
WAY: Final = "way"  # the form's inputs
_QUESTION, _FUNCTION = "question", "function"
_NAMED, DISCREET = "named", "discreet"


def open_form(event: Event, context: Context, action: AskHuman) -> Turn:
    """Open the form: to whom, the question as it will be read, by name or discreetly; or say why it can't be opened."""
    if not context.catalogue.functions:
        return say(event, context, _nobody_yet(context))
    return Turn(replies=(_form(context, action, question=action.question),))


def handed(event: FormSubmitted, context: Context, action: AskHuman) -> Turn:
    """Open the request, send its card where it goes, and tell the client what happens now."""
    if not context.catalogue.functions:
        return say(event, context, _nobody_yet(context))
    t, question = context.t, readable(event.values.get(_QUESTION, ""))
    function = _known(context, action) or context.catalogue.function(event.values.get(_FUNCTION, ""))
    errors = tuple(_errors(context, question, function))
    discreet = event.values.get(WAY) == DISCREET
    if errors or function is None:
        chosen = function.slug if function else None
        form = _form(context, action, question=event.values.get(_QUESTION, ""), chosen=chosen, way=DISCREET if discreet else _NAMED)
        return Turn(replies=(FormErrors(form=form, errors=errors),))
    if (same := same_request(context, question, function)) is not None:
        return shown(event, context, same, t("You have asked this already: here is where it stands."))
    request, facts = opened_request(event, context, action, function, question, discreet=discreet)
    return say(event, context, *confirmation(context, function, request, expectation=is_sampled(request)), facts=facts)


def choose(event: Event, context: Context, slug: str | None) -> Turn:
    """Answer the command: a card whose buttons open the form, for one function or any."""
    t, function = context.t, context.catalogue.function(slug) if slug else None
    if not context.catalogue.functions:
        blocks: tuple[Block, ...] = (_nobody_yet(context),)
    else:
        what = t("A human can take over: your question goes to the people of the function, and I bring you their answer.")
        buttons = [human_button(t)]
        if function is not None:
            name = short_name(function, context.language)
            one = Button(label=clipped(t("Write to {function}", function=name), BUTTON_LIMIT), action=AskHuman(slug=function.slug), primary=True)
            buttons = [one, Button(label=t("Another function"), action=AskHuman())]
        blocks = (Text(text=what), Buttons(buttons=(*buttons, requests_button(context))))
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place_for(event)),))


def opened_request(
    event: FormSubmitted, context: Context, action: AskHuman, function: Function, question: str, *, discreet: bool, reply_to: str | None = None
) -> tuple[Request, tuple[Fact, ...]]:
    """Return the request as it leaves, with what keeps it and sends its card."""
    person = context.person
    exchange = action.exchange if context.shown is not None else None  # nobody goes on from what isn't theirs: it's one of its own then
    found = context.catalogue.sheet(action.id) if action.id else None
    # what was shown is what it's about, unless it was said not to be: then no function comes along either
    sheet = found[1].id if found and action.slug and found[0].slug == function.slug else None
    request = Request(
        id=str(uuid5(event.key, "request")),
        exchange=exchange or exchange_id(event),
        function=function.slug,
        client=Party(id=person.id, name=person.name, site=person.site, department=person.department),
        question=question,
        language=context.language,
        opened_at=event.at,
        due_at=relay.due_at(context.hours, context.catalogue, sheet, event.at),
        sheet=sheet,
        tried=tuple(dict.fromkeys(filter(None, (action.id, *(context.shown or ()))))),
        discreet=discreet,
        reply_to=reply_to,
    )
    way = relay.route(context.desks, context.keepers, function.slug, sheet, context.language, client=person.id)
    there, card = relay.placed(context.texts, context.catalogue, request, way)
    facts: tuple[Fact, ...] = (RequestKept(request=there, step=Step.OPENED, by=person.id), *card)
    if exchange is not None:
        facts = (*facts, gone_on(exchange, person.id, event.at))  # the answer that it comes from wasn't the end
    else:
        opened = ExchangeOpened(
            exchange=request.exchange,
            question=question,
            language=context.language,
            outcome="none",
            function=function.slug,
            ids=(),
            confidence=None,
        )
        facts = (opened, *facts)
    return there, facts


def same_request(context: Context, question: str, function: Function) -> Request | None:
    """Return the person's own open request that asks the same of the same function."""
    words = folded(question).split()
    mine = (own for own in own_requests(context) if not own.closed and own.function == function.slug)
    return next((own for own in mine if folded(own.question).split() == words), None)


def _errors(context: Context, question: str, function: Function | None) -> Iterator[FieldError]:
    t = context.t
    if function is None:
        yield FieldError(input=_FUNCTION, text=t("Choose the function that this is for."))
    if not question:
        yield FieldError(input=_QUESTION, text=t("Write your question, even in two words."))
    if len(question) > QUESTION:
        text = t(
            "That's {count} characters, and a question holds {limit}. Begin with the essential: you can add the rest afterwards.",
            count=len(question),
            limit=QUESTION,
        )
        yield FieldError(input=_QUESTION, text=text)


def _known(context: Context, action: AskHuman) -> Function | None:
    return context.catalogue.function(action.slug) if action.slug else None


def _form(context: Context, action: AskHuman, *, question: str, chosen: str | None = None, way: str = _NAMED) -> Form:
    t, language = context.t, context.language
    function = _known(context, action)
    if function is not None:
        whom: Text | Choice = Text(text=badge(function, language), strong=True)
    else:
        options = tuple(Option(value=each.slug, label=clipped(badge(each, language), BUTTON_LIMIT)) for each in context.catalogue.functions)
        whom = Choice(id=_FUNCTION, label=t("Whom is it for?"), options=options, value=chosen, required=True)
    label = t("Your question, as they will read it")
    hint = t("As you'd say it to a colleague")
    asked = Input(id=_QUESTION, label=label, placeholder=hint, value=question, multiline=True, required=True, limit=QUESTION)
    return Form(
        language=language,
        title=t("Ask a human"),
        blocks=(whom, asked, *manner(t, discreet=way == DISCREET)),
        action=action,
        submit=t("Send"),
        cancel=t("Cancel"),
    )


def manner(t: Texts, *, discreet: bool = False) -> tuple[Choice, Text]:
    """Return what lets somebody choose whether they're seen by those who answer, by name at first."""
    ways = (Option(value=_NAMED, label=t("In my name")), Option(value=DISCREET, label=t("Discreetly")))
    how = Choice(id=WAY, label=t("How do you want to ask?"), options=ways, value=DISCREET if discreet else _NAMED, required=True)
    return how, Text(text=t("Discreetly: those who answer don't see who asks. pourqui knows, so that the answer comes back to you."))


def _nobody_yet(context: Context) -> Text:
    return Text(text=context.t("The catalogue is empty so far: nobody has written what their function does for you."))
