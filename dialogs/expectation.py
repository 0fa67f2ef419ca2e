"""What somebody expects of a human's help, in one tap before it begins, on a sample of requests."""

from dialogs.events import ActionTaken, Event, Scope
from dialogs.facts import ExpectationSaid
from dialogs.feedback_actions import SayExpected
from dialogs.messages import Note, Place
from dialogs.own_request import find, not_found, say, sent_words, shown
from dialogs.request import Request
from dialogs.request_confirmation import confirmation
from dialogs.turn import Context, Turn


def said(event: Event, context: Context, action: SayExpected) -> Turn:
    """Keep what is expected, as long as nothing has come yet that would change it."""
    t, request = context.t, find(context, action.request)
    if request is None:
        return not_found(event, context)
    if request.closed:
        return shown(event, context, request, t("It's closed already, so I kept nothing of this."))
    if _has_begun(request):
        return shown(event, context, request, t("Somebody has answered you already, so I kept nothing of this."))
    kept = ExpectationSaid(request=request.id, value=int(action.value))
    thanks = Note(text=t("Thank you, it's noted: you expect {value} out of 5.", value=action.value))
    function = context.catalogue.function(request.function)
    if function is None:
        return shown(event, context, request, thanks.text, facts=(kept,))
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    place = Place.UPDATE if tapped and event.reference.scope is Scope.PERSONAL else None
    return say(event, context, *confirmation(context, function, request, expectation=False), thanks, facts=(kept,), place=place)


def _has_begun(request: Request) -> bool:
    return request.first_word_at is not None or any(word.side == "expert" for word in sent_words(request))
