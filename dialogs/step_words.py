"""What somebody writes about a campaign's message: whom they'd turn to, or an answer to the function."""

from collections.abc import Mapping
from typing import Final

from dialogs.ask_human import DISCREET, QUESTION, WAY, manner, opened_request, same_request
from dialogs.campaign_actions import RecallStep, ReplyStep
from dialogs.client_words import LIMIT as HELD
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.function_names import functions_named
from dialogs.ladder import EvidenceKind
from dialogs.messages import FieldError, Form, FormErrors, Input, Text, clipped
from dialogs.own_request import say, shown
from dialogs.request_actions import AskHuman
from dialogs.request_confirmation import confirmation, is_sampled
from dialogs.sheet import short_name
from dialogs.step_card import Held, held, kept, uncounted, unreadable, unsent
from dialogs.step_message import DONT_KNOW
from dialogs.step_taps import not_recalled, recognised
from dialogs.turn import Context, Turn

WHOM: Final = "whom"  # the forms' inputs
WORDS: Final = "words"
_NAME: Final = 100  # characters of whom one would turn to
_TITLE: Final = 150  # characters of the message's title, in the request
LIMIT: Final = QUESTION - 250  # characters of a reply, so that with what it's about it fits the experts' card whole


def open_recall(event: Event, context: Context, action: RecallStep) -> Turn:
    """Open the form that asks whom one would turn to."""
    message = held(event, context)
    if isinstance(message, Turn):
        return message
    question = message.step.question
    if question is None or question.kind != "recall":
        return unreadable(event, context)
    if message.answer is not None:
        return _recalled_before(event, context, message)
    t = context.t
    whom = Input(id=WHOM, label=t("Whom would you turn to?"), placeholder=t("In your own words: a name, a team, initials"), limit=_NAME)
    unsure = Text(text=t("Nothing comes to mind? Leave it empty: I then show you a few, to choose from."))
    blocks = (Text(text=question.ask.to(t.language)), whom, unsure)
    form = Form(language=t.language, title=t("Whom for this?"), blocks=blocks, action=action, submit=t("Send"), cancel=t("Cancel"))
    return Turn(replies=(form,))


def recalled(event: FormSubmitted, context: Context, action: RecallStep) -> Turn:
    """Read what was named; what names nobody we know is asked again with the functions to choose from."""
    named = event.values.get(WHOM, "")
    message = held(event, context)
    if isinstance(message, Turn):
        return message
    if message.step.question is None or message.step.question.kind != "recall":
        return unreadable(event, context)
    if message.answer is not None:
        return _recalled_before(event, context, message)
    if functions_named(named, context.catalogue) != {message.function.slug}:  # who names them all names none
        return not_recalled(event, context, message)
    facts = kept(event, context, message, "answer", answer=message.function.slug, kind=EvidenceKind.RECALL_UNAIDED)
    return recognised(event, context, message, message.function, facts=facts)


def open_reply(event: Event, context: Context, action: ReplyStep) -> Turn:
    """Open the form that writes back to the function."""
    message = held(event, context)
    if isinstance(message, Turn):
        return message
    return Turn(replies=(_reply_form(context, message, action, {}),))


def replied(event: FormSubmitted, context: Context, action: ReplyStep) -> Turn:
    """Make a request of what was written back."""
    words = readable(event.values.get(WORDS, ""))
    message = held(event, context, typed=words)
    if isinstance(message, Turn):
        return message
    t, function = context.t, message.function
    if not words or len(words) > LIMIT:
        error = FieldError(input=WORDS, text=_mistake(context, words))
        return Turn(replies=(FormErrors(form=_reply_form(context, message, action, event.values), errors=(error,)),))
    if not message.reached.sent:
        (why, *_) = uncounted(context, message)
        return unsent(event, context, why.text, words, function.slug)
    question = t("About “{title}”: {words}", title=clipped(_title(context, message), _TITLE), words=words)
    if (same := same_request(context, question, function)) is not None:
        return shown(event, context, same, t("You have asked this already: here is where it stands."))
    discreet = event.values.get(WAY) == DISCREET
    # a survey comes to both arms, so that a reply to it is as much their own as any other request
    reply_to = None if message.step.kind == "survey" else f"{action.campaign}/{action.step}"
    request, opened = opened_request(event, context, AskHuman(slug=function.slug), function, question, discreet=discreet, reply_to=reply_to)
    facts = (*opened, *kept(event, context, message, "reply"))
    return say(event, context, *confirmation(context, function, request, expectation=is_sampled(request)), facts=facts)


def _recalled_before(event: Event, context: Context, message: Held) -> Turn:
    """Say what was answered before; whoever named none that is right has the functions to choose from."""
    if message.answer == DONT_KNOW:
        return not_recalled(event, context, message)
    chosen = context.catalogue.function(message.answer) if message.answer else None
    return recognised(event, context, message, chosen, again=True)


def _reply_form(context: Context, message: Held, action: ReplyStep, values: Mapping[str, str]) -> Form:
    t, name = context.t, short_name(message.function, context.language)
    words = Input(id=WORDS, label=t("What you want to tell them"), value=values.get(WORDS, "")[:HELD], multiline=True, required=True, limit=LIMIT)
    what = t("It goes to {function} as a request of yours: a human reads it, and I bring you their answer.", function=name)
    return Form(
        language=t.language,
        title=t("Reply"),
        blocks=(Text(text=_title(context, message), strong=True), words, *manner(t, discreet=values.get(WAY) == DISCREET), Text(text=what)),
        action=action,
        submit=t("Send"),
        cancel=t("Cancel"),
    )


def _mistake(context: Context, words: str) -> str:
    t = context.t
    if not words:
        return t("Write what you want to tell them, even in two words.")
    return t(
        "That's {count} characters, and a reply holds {limit}. Begin with the essential: you can add the rest afterwards.",
        count=len(words),
        limit=LIMIT,
    )


def _title(context: Context, message: Held) -> str:
    return (message.step.title or message.campaign.titles).to(context.language)
