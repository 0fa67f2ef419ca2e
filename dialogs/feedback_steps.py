"""The steps of a response: solved or not, the trace, one question more, thanks; one tap is already a response."""

from dataclasses import replace

from dialogs.events import Event
from dialogs.facts import FeedbackGiven
from dialogs.feedback import Feedback, Given, Item, Shared, values_of
from dialogs.feedback_actions import AnswerItem, RateTrace, SaySolved
from dialogs.feedback_comment import THANKS
from dialogs.feedback_items import choose, question, said
from dialogs.feedback_row import add_word, noted, solved_label, trace_scale
from dialogs.messages import Block, Text
from dialogs.own_closing import closing_for, named, next_on, stepped
from dialogs.own_request import say
from dialogs.turn import Context, Turn


def solved(event: Event, context: Context, action: SaySolved) -> Turn:
    """Keep whether it was solved, and ask for the trace in the same card."""
    feedback = closing_for(event, context)
    if isinstance(feedback, Turn):
        return feedback
    t, on = context.t, next_on(event, action.on)
    now = replace(feedback, solved=action.solved)
    thanks = noted(t, solved_label(t, action.solved), changed=feedback.solved not in (None, action.solved))
    kept = FeedbackGiven(feedback=feedback.id, given=Given(solved=action.solved), at=event.at)
    return stepped(event, context, now, action.on, thanks, *trace_scale(t, feedback.id, on), facts=(kept,))


def traced(event: Event, context: Context, action: RateTrace) -> Turn:
    """Keep the trace, and ask one question more."""
    feedback = closing_for(event, context)
    if isinstance(feedback, Turn):
        return feedback
    t, on, trace = context.t, next_on(event, action.on), int(action.trace)
    now = replace(feedback, trace=trace)
    thanks = noted(t, action.trace, changed=feedback.trace not in (None, trace))
    item = choose(now, context.recommended_at, event.at)
    more: tuple[Block, ...] = question(t, now, item, named(context, feedback), on) if item else ()
    # words that were a thank-you aren't one any more
    shared: Shared | None = "no" if feedback.shared in ("unnamed", "named") and trace < THANKS else None
    # what is asked is kept too, answered or not: nobody is asked to recommend more than twice a year
    kept = FeedbackGiven(feedback=feedback.id, given=Given(trace=trace, item=item, shared=shared), at=event.at)
    return stepped(event, context, now, action.on, thanks, *more, add_word(t, feedback.id, on), facts=(kept,))


def item_answered(event: Event, context: Context, action: AnswerItem) -> Turn:
    """Keep the answer to the one question more, and say thanks."""
    feedback = closing_for(event, context)
    if isinstance(feedback, Turn):
        return feedback
    t, item = context.t, _answered(action)
    if item is None:
        unknown = t("I can't read this answer, so I kept nothing of it. The buttons of the message itself work, for as long as it's open.")
        return say(event, context, Text(text=unknown))
    now = replace(feedback, item=item, value=action.value)
    thanks = noted(t, said(t, item, action.value), changed=_changes(feedback, item, action.value))
    kept = FeedbackGiven(feedback=feedback.id, given=Given(item=item, value=action.value), at=event.at)
    return stepped(event, context, now, action.on, thanks, add_word(t, feedback.id, next_on(event, action.on)), facts=(kept,))


def _answered(action: AnswerItem) -> Item | None:
    """Return the item that is answered, None where there's no such item, or no such answer to it: no button of ours says so."""
    item = next((item for item in Item if item.value == action.item), None)
    return item if item is not None and action.value in values_of(item) else None


def _changes(feedback: Feedback, item: Item, value: str) -> bool:
    return feedback.value is not None and (feedback.item, feedback.value) != (item, value)
