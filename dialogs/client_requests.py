"""A client's own requests: what became of them, words to the experts, withdrawing, reopening."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from dialogs import relay
from dialogs.client_words import LIMIT, carried, confirmation, copied, file_left_behind, mistaken, readable, share_instead, spoken, too_late
from dialogs.events import ActionTaken, Event, FormSubmitted, MessageReceived, Scope
from dialogs.expert_gesture import card_changed, with_word
from dialogs.expert_words import and_copies
from dialogs.facts import DeliveryEdited, DeliveryRecalled, Fact, RequestKept, WordKept
from dialogs.feedback_closing import gone_on
from dialogs.human_button import human_button
from dialogs.messages import Block, Buttons, FieldError, Form, FormErrors, Input, Item, Items, Message, Note, Place, Text, Title, clipped
from dialogs.own_request import find, not_found, own_requests, say, sent_words, shown, standing
from dialogs.request import Outcome, Request, RequestStatus, Step, Word
from dialogs.request_actions import AddToRequest, ListRequests, NotForThem, ReopenRequest, SendAgain, ShowRequest, WithdrawRequest
from dialogs.turn import Context, Turn

LISTED: Final = 12  # requests on the card
QUOTED: Final = 100  # characters of a question in the list
TALKING: Final = timedelta(hours=24)  # an expert's word may be answered by just writing for a day
GOING_ON: Final = timedelta(minutes=30)  # of silence, after which one's next words are for the bot again
_WORDS: Final = "words"  # the form's input


def list_requests(event: Event, context: Context, action: ListRequests) -> Turn:
    """List the person's own requests, the open ones first."""
    t = context.t
    own = sorted(own_requests(context), key=lambda request: request.closed)
    if not own:
        none = t("You have no request with anybody at the moment. When my answers aren't enough, ask a human.")
        return say(event, context, Text(text=none), Buttons(buttons=(human_button(t),)))
    lines = tuple(
        Item(
            title=clipped(" ".join(request.question.split()), QUOTED),
            detail=standing(event, context, request),
            open=t("See"),
            action=ShowRequest(request=request.id),
        )
        for request in own[:LISTED]
    )
    blocks: list[Block] = [Title(text=t("Your requests")), Items(items=lines)]
    if (more := len(own) - LISTED) > 0:
        blocks.append(Note(text=t.many("and {number} more", "and {number} more", more)))
    blocks.append(Buttons(buttons=(human_button(t),)))
    return say(event, context, *blocks)


def show(event: Event, context: Context, action: ShowRequest) -> Turn:
    """Show one of the person's own requests, with what was said."""
    request = find(context, action.request)
    return shown(event, context, request) if request else not_found(event, context)


def open_adding(event: Event, context: Context, action: AddToRequest) -> Turn:
    """Open the form in which the client writes to the experts."""
    request = find(context, action.request)
    if request is None:
        return not_found(event, context)
    if request.closed:
        return too_late(event, context, request, "")
    return Turn(replies=(_adding_form(context, action, request),))


def added(event: FormSubmitted, context: Context, action: AddToRequest) -> Turn:
    """Carry what the client wrote in the form."""
    t, typed = context.t, event.values.get(_WORDS, "")
    text = readable(typed)
    request = find(context, action.request)
    if request is None:
        return not_found(event, context)
    if request.closed:
        return too_late(event, context, request, text)
    error = t("Write what they should know, even in two words.") if not text else None
    if len(text) > LIMIT:
        error = t("That's {count} characters, and I carry up to {limit} at once. Please send it in parts.", count=len(text), limit=LIMIT)
    if error:
        form = _adding_form(context, action, request, words=typed)
        return Turn(replies=(FormErrors(form=form, errors=(FieldError(input=_WORDS, text=error),)),))
    facts = carried(context, request, spoken(event, request, text))
    return say(event, context, Note(text=confirmation(context, request)), facts=facts)


def withdraw(event: Event, context: Context, action: WithdrawRequest) -> Turn:
    """Close a request that its client doesn't need any more."""
    request = find(context, action.request)
    if request is None:
        return not_found(event, context)
    if request.closed:
        return shown(event, context, request, context.t("It was closed already."))
    closed = replace(request, status=RequestStatus.CLOSED, closed_at=event.at, outcome=Outcome.WITHDRAWN)
    t = context.texts[request.desk_language]
    told = Text(text=t("Whoever asked doesn't need anybody for this any more: the request is closed."))
    facts: tuple[Fact, ...] = (
        RequestKept(request=closed, step=Step.WITHDRAWN, by=context.person.id),
        *relay.to_desk(closed, f"withdrawn|{event.key}", Message(language=t.language, blocks=(told,))),
        *relay.card_again(context.texts, context.catalogue, closed),
    )
    return shown(event, context, closed, context.t("Thank you for telling me: nobody spends time on it any more."), facts=facts)


def reopen(event: Event, context: Context, action: ReopenRequest) -> Turn:
    """Reopen a closed request, for its client."""
    request = find(context, action.request)
    if request is None:
        return not_found(event, context)
    if not request.closed:
        return shown(event, context, request, context.t("It's open already."))
    again = replace(
        request,
        status=RequestStatus.CLAIMED if request.expert else RequestStatus.OPEN,
        closed_at=None,
        outcome=None,
        reopened=request.reopened + 1,
        due_at=relay.due_at(context.hours, context.catalogue, request.sheet, event.at),
        reminded_at=None,
        escalated_at=None,
    )
    way = relay.route(context.desks, context.keepers, request.function, request.sheet, request.language, client=request.client.id)
    there, card = relay.placed(context.texts, context.catalogue, again, way)
    t = context.texts[there.desk_language]
    told = Text(text=t("Whoever asked has reopened this request: it isn't over for them."))
    facts: tuple[Fact, ...] = (
        RequestKept(request=there, step=Step.REOPENED, by=context.person.id),
        gone_on(request.exchange, request.client.id, event.at),
        *_left_for_new_card(context, request),
        *card,
        *relay.to_desk(there, f"reopened|{event.key}", Message(language=t.language, blocks=(told,))),
    )
    return shown(event, context, there, context.t("Reopened: it goes on."), facts=facts)


def live(event: MessageReceived, context: Context) -> Request | None:
    """Return the request that the client's words are for, when they're talking with a human; None where they're for the bot."""
    if event.reference.scope is not Scope.PERSONAL or event.private or not (readable(event.text) or event.files):
        return None
    talking = [request for request in own_requests(context) if not request.closed and _is_talk(event, sent_words(request))]
    return max(talking, key=lambda request: sent_words(request)[-1].at, default=None)


def said(event: MessageReceived, context: Context, request: Request) -> Turn:
    """Carry what the client said in their own conversation, and say so, with a way to take it back."""
    t, text = context.t, readable(event.text)
    if request.client.id != context.person.id:
        return not_found(event, context)
    if request.closed:
        return too_late(event, context, request, text)
    if not text:
        nothing = share_instead(context, request) if event.files else t("Your message reached me without words, so I sent nothing.")
        return say(event, context, Note(text=nothing))
    if len(text) > LIMIT:
        long = t(
            "Your message has {count} characters, and I carry up to {limit} at once, so I haven't sent it. "
            "Nothing is lost, it's still here: please send it in parts.",
            count=len(text),
            limit=LIMIT,
        )
        return say(event, context, Text(text=long))
    word = spoken(event, request, text, (event.reference.whole.key, event.message_id) if event.message_id else None)
    facts = carried(context, request, word)
    blocks: list[Block] = [Note(text=confirmation(context, request))]
    if event.files:
        blocks.append(Note(text=share_instead(context, request)))
        facts += file_left_behind(event, context, request)
    return say(event, context, *blocks, mistaken(context, word), facts=facts)


def take_back(event: Event, context: Context, action: NotForThem) -> Turn:
    """Take words back that were meant for the bot; they're answered besides."""
    t, request = context.t, find(context, action.request)
    word = _own_word(request, action.word)
    facts: list[Fact] = []
    if request is None or word is None:
        note = t("I don't find these words any more, so I couldn't take them back.")
    else:
        note = t("Taken back: this was a question for me.")
        kept = request
        for each in and_copies(request, word):
            if each.state != "deleted":
                gone = replace(each, state="deleted")
                kept = with_word(kept, gone)
                facts += (WordKept(word=gone), DeliveryRecalled(key=each.id))
        facts += card_changed(context, request, kept)  # it may list what was said last
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    place = Place.UPDATE if tapped and event.reference.scope is Scope.PERSONAL else None
    return say(event, context, Note(text=note), facts=tuple(facts), place=place)


def send_again(event: Event, context: Context, action: SendAgain) -> Turn:
    """Send the client's words again, that may not have arrived."""
    t, request = context.t, find(context, action.request)
    word = _own_word(request, action.word)
    if request is None or word is None:
        return not_found(event, context)
    if word.state == "deleted":
        return say(event, context, Note(text=t("You took these words back since, so I don't send them again.")))
    if len(list(and_copies(request, word))) > 1:
        return say(event, context, Note(text=t("I've sent these words again already.")))
    if request.closed:
        return too_late(event, context, request, word.text)
    facts = carried(context, request, copied(word, event.at))
    return say(event, context, Note(text=confirmation(context, request)), facts=facts)


def _is_talk(event: MessageReceived, words: list[Word]) -> bool:
    """Tell whether somebody who writes now goes on with a human: within a day of their word, and while one's own words are fresh."""
    theirs = [word.at for word in words if word.side == "expert"]
    if not theirs or event.at - theirs[-1] > TALKING:
        return False
    return words[-1].side == "expert" or event.at - words[-1].at <= GOING_ON


def _own_word(request: Request | None, word: str) -> Word | None:
    return next((each for each in request.words if each.side == "client" and str(each.id) == word), None) if request else None


def _left_for_new_card(context: Context, request: Request) -> tuple[DeliveryEdited, ...]:
    """Leave no buttons on the card that a request had before: what is written under it goes nowhere any more."""
    if request.card is None:
        return ()
    t = context.texts[request.desk_language]
    question = Text(text=t("“{words}”", words=request.question))
    note = Note(text=t("Whoever asked has reopened this request: it goes on under its new card."))
    return (DeliveryEdited(key=request.card, message=Message(language=t.language, blocks=(question, note))),)


def _adding_form(context: Context, action: AddToRequest, request: Request, *, words: str = "") -> Form:
    t = context.t
    about = [Text(text=t("“{words}”", words=request.question))]
    if request.discreet:
        about.append(Text(text=t("They don't see who writes.")))
    field = Input(id=_WORDS, label=t("What you'd like to add"), value=words, multiline=True, required=True, limit=LIMIT)
    title = t("Write to them")
    return Form(language=context.language, title=title, blocks=(*about, field), action=action, submit=t("Send"), cancel=t("Cancel"))
