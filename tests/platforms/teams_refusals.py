"""What the Bot Connector refuses, and how it says so.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
and for MessageWritesBlocked https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages.
"""

import json

from aiohttp import web

_REFUSALS = {
    "ConversationBlockedByUser": (403, "User blocked the conversation with the bot."),
    "BotNotInConversationRoster": (403, "The bot is not part of the conversation roster."),
    "BotDisabledByAdmin": (403, "The tenant admin disabled this bot."),
    "ForbiddenOperationException": (403, "Bot is not installed in user's personal scope."),
    "InvalidBotApiHost": (403, "Invalid bot api host."),
    "NotEnoughPermissions": (403, "Not enough permissions."),
    "MessageWritesBlocked": (403, "Thread is blocked from message writes."),
    "ConversationNotFound": (404, "Conversation not found."),
    "ActivityNotFoundInConversation": (404, "Activity not found in conversation."),
    "MemberNotFoundInConversation": (404, "The member was not found in the conversation."),
    "PreconditionFailed": (412, "Precondition failed, please try again."),
    "MessageSizeTooBig": (413, "Message size too large."),
    "BadSyntax": (400, "Incorrect syntax."),
    "BadArgument": (400, "Invalid argument."),
    "Throttled": (429, "Too many requests."),
}
_BY_STATUS = {412: "PreconditionFailed", 429: "Throttled"}


class RefusedError(Exception):
    """The Bot Connector refuses a call, with one of its codes; `retry_after` is in seconds."""

    def __init__(self, code: str, message: str | None = None, *, retry_after: int | None = None) -> None:
        status, said = _REFUSALS[code]
        super().__init__(message or said)
        self.code = code
        self.status = status
        self.retry_after = retry_after


def refused(error: RefusedError) -> web.Response:
    """Refuse a call as the Connector does."""
    if error.code == "MessageWritesBlocked":
        inner = {"subCode": error.code, "details": str(error), "errorCode": None, "errorSubCode": None}
        return web.json_response({"errorCode": 209, "message": json.dumps(inner)}, status=error.status)
    return _response(error.status, error.code, str(error), None if error.retry_after is None else str(error.retry_after))


def failed(status: int, retry_after: str | None) -> web.Response:
    """Fail a call as a test wants it."""
    return _response(status, _BY_STATUS.get(status, "ServiceError"), "as the test wants it", retry_after)


def _response(status: int, code: str, message: str, retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)
