"""Taps on requests: which dialog decides upon one, by the side on which somebody stands."""

from typing import assert_never

from dialogs import client_requests, expert_requests, expert_words, proposed_words
from dialogs.actions import OfRequest
from dialogs.events import Event
from dialogs.request_actions import (
    ApproveWord,
    ClaimRequest,
    DropWord,
    ListRequests,
    ReleaseRequest,
    ReopenRequest,
    SendAgain,
    ShowRequest,
    WithdrawRequest,
)
from dialogs.turn import Context, Turn


def tapped(event: Event, context: Context, action: OfRequest) -> Turn:
    """Decide upon a tap that opens no form: for the client, or for the experts."""
    mine = any(request.client.id == context.person.id for request in context.requests)
    match action:
        case ListRequests(slug=None):
            return client_requests.list_requests(event, context, action)
        case ListRequests():
            return expert_requests.list_waiting(event, context, action)
        case ShowRequest():
            return client_requests.show(event, context, action)
        case WithdrawRequest():
            return client_requests.withdraw(event, context, action)
        case ReopenRequest():
            return client_requests.reopen(event, context, action) if mine else expert_requests.reopen(event, context, action)
        case SendAgain(word=word):  # somebody may ask their own function: whose words they are tells on which side they are
            experts = any(str(each.id) == word and each.side == "expert" for request in context.requests for each in request.words)
            own = mine and not experts
            return client_requests.send_again(event, context, action) if own else expert_words.send_again(event, context, action)
        case ClaimRequest():
            return expert_requests.claim(event, context, action)
        case ReleaseRequest():
            return expert_requests.release(event, context, action)
        case ApproveWord():
            return proposed_words.approve(event, context, action)
        case DropWord():
            return proposed_words.drop(event, context, action)
        case _:
            assert_never(action)
