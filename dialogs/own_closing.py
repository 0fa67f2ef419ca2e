"""A closing as its client sees it: whether they may still respond to it, and its card again with what their tap opened below."""

from dialogs.catalog import is_for
from dialogs.events import ActionTaken, Event, FormSubmitted, Scope
from dialogs.facts import Fact
from dialogs.feedback import EXPIRES, Feedback, Occasion
from dialogs.feedback_actions import On
from dialogs.feedback_closing import request_closing_id
from dialogs.feedback_row import about, say_button
from dialogs.messages import Block, Buttons, Message, Note, Place, Text, clipped
from dialogs.own_request import say
from dialogs.request_closing import ending
from dialogs.sheet import answer, short_name
from dialogs.turn import Context, Turn, segments_for

_GIVEN_BACK = 2000  # characters of a comment that couldn't be kept


def closing_for(event: Event, context: Context, *, typed: str = "") -> Feedback | Turn:
    """Return the closing that the person responds to; else why they can't, and how to say it all the same. What they `typed` is given back."""
    t, feedback = context.t, context.feedback
    if feedback is None:
        return _refused(event, context, None, t("I don't find what this was about any more: it's too old to be kept."), typed)
    if feedback.client != context.person.id:
        return _refused(event, context, feedback, t("Only whoever asked can say how this went: it's about their own question."), typed)
    if event.at > feedback.expires_at:
        over = t.many("It was open for {number} day, and isn't any more.", "It was open for {number} days, and isn't any more.", EXPIRES.days)
        return _refused(event, context, feedback, over, typed)
    return feedback


def named(context: Context, feedback: Feedback) -> str:
    """Name the function that a closing is about, by its slug where it has left the catalogue."""
    function = context.catalogue.function(feedback.function)
    return short_name(function, context.language) if function else feedback.function


def next_on(event: Event, on: On) -> On:
    """Return where the steps go on: what others read too stays as it is, and the rest is a private message of its own."""
    return on if event.reference.scope is Scope.PERSONAL else "prompt"


def stepped(event: Event, context: Context, feedback: Feedback, on: On, *step: Block, facts: tuple[Fact, ...] = ()) -> Turn:
    """Show a step of a response in place of what was tapped: below the card again, or below what it's about. `feedback` holds what's now said."""
    card = _card(event, context, feedback) if next_on(event, on) == "card" else (about(context.t, feedback),)
    if event.reference.scope is not Scope.PERSONAL:
        place = Place.PRIVATE
    else:
        place = Place.UPDATE if isinstance(event, ActionTaken | FormSubmitted) and event.message_id is not None else Place.HERE
    return Turn(replies=(Message(language=context.language, blocks=(*card, *step), place=place),), facts=facts)


def _card(event: Event, context: Context, feedback: Feedback) -> tuple[Block, ...]:
    """Return the closing message without its row; what it's about, where the message can't be said again."""
    found = context.catalogue.sheet(feedback.service) if feedback.service else None
    if feedback.occasion is Occasion.ANSWER and found is not None and is_for(found[1], segments_for(event, context.person)):
        function, sheet = found
        asked = "" if feedback.question == sheet.title.to(feedback.language) else feedback.question  # opened from a list: nothing was asked
        human = feedback.solved in ("no", "partly")  # what they need next
        return answer(
            context, function, sheet, exchange=feedback.exchange, today=event.at.date(), public=False, asked=asked, quiet=False, human=human
        )
    request = next((each for each in context.requests if each.id == feedback.request and each.closed), None)
    if request is None or request.expert is None or request_closing_id(request) != feedback.id:
        return (about(context.t, feedback),)
    last = [word.text for word in request.words if word.side == "expert" and word.state == "sent" and word.at == request.closed_at]
    return ending(context, request, request.expert, "\n\n".join(last), row=False).blocks


def _refused(event: Event, context: Context, feedback: Feedback | None, reason: str, typed: str) -> Turn:
    t = context.t
    function = context.catalogue.function(feedback.function) if feedback else None
    blocks: list[Block] = [Text(text=reason)]
    if typed:
        blocks.append(Note(text=t("What you wrote isn't kept. Here it is, so that it isn't lost:")))
        blocks.append(Text(text=t("“{words}”", words=clipped(typed, _GIVEN_BACK))))
    blocks.append(Text(text=t("You can still say it, at any time:")))
    blocks.append(Buttons(buttons=(say_button(t, function, short_name(function, context.language) if function else ""),)))
    return say(event, context, *blocks)
