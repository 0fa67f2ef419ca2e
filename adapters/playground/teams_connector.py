"""The Bot Connector as the bot calls it: answers under `/playground/teams/v3/`, with its statuses and error codes."""

from collections.abc import Mapping

from aiohttp import web

from adapters.playground import teams_payloads as payloads
from adapters.playground.accounts import Account
from adapters.playground.conversations import Conversation, Json
from adapters.playground.teams import Teams

MESSAGE_BYTES = 28 * 1024  # learn.microsoft.com, "Format your bot messages"


class TeamsConnector:
    """The Bot Connector's calls, each a handler of a route."""

    def __init__(self, teams: Teams, accounts: tuple[Account, ...]) -> None:
        self._teams = teams
        self._members: Mapping[str, Account] = {key: account for account in accounts for key in (account.teams_user, account.aad_object_id)}

    async def create(self, request: web.Request) -> web.Response:
        """`POST v3/conversations`: open a person's chat, or a thread in the channel with its first message."""
        asked = await _object(request)
        channel = ((asked.get("channelData") or {}).get("channel") or {}).get("id")
        if channel is not None:
            conversation = self._teams.conversations.get(channel)
            if conversation is None or conversation.owner is not None:
                return _refused(404, "ConversationNotFound", "no such channel")
            said = self._teams.say(conversation, asked.get("activity") or {}, thread=None)
            return web.json_response({"id": f"{channel};messageid={said}", "activityId": said}, status=201)
        members = asked.get("members") or [{}]
        account = self._members.get(str(members[0].get("id")))
        if account is None:
            return _refused(404, "MemberNotFoundInConversation", "no such person")
        if "activity" in asked:
            self._teams.say(self._teams.conversations.of(account, "teams/chat"), asked["activity"], thread=None)
        return web.json_response({"id": account.teams_chat}, status=201)

    async def say(self, request: web.Request) -> web.Response:
        """`POST v3/conversations/{id}/activities` and `…/{replyTo}`: a message, or a sign of typing."""
        conversation, thread = self._addressed(request)
        said = await _object(request)
        if conversation is None:
            return _refused(404, "ConversationNotFound", "no such conversation")
        if payloads.size(said) > MESSAGE_BYTES:
            return _refused(413, "MessageSizeTooBig", "over 28 KB")
        if payloads.offers_file(said) and (conversation.owner is None or not payloads.is_offer(said)):
            return _refused(400, "BadArgument", "a file is offered in a personal chat, by its name and its size")
        if said.get("type") == "typing":
            self._teams.conversations.working(conversation, "typing")
            return web.json_response({"id": self._teams.stamp()[0]}, status=201)
        return web.json_response({"id": self._teams.say(conversation, said, thread=thread)}, status=201)

    async def change(self, request: web.Request) -> web.Response:
        """`PUT v3/conversations/{id}/activities/{activityId}`: put something else in a message's place."""
        conversation, _ = self._addressed(request)
        post = conversation.get(request.match_info["activity"]) if conversation else None
        said = await _object(request)
        if conversation is None or post is None:
            return _refused(404, "ActivityNotFoundInConversation", "no such message")
        if post.author is not None:
            return _refused(403, "BotNotAllowedToUpdate", "only the bot's own messages")
        if payloads.size(said) > MESSAGE_BYTES:
            return _refused(413, "MessageSizeTooBig", "over 28 KB")
        self._teams.conversations.change(conversation, post, said)
        return web.json_response({"id": post.id})

    async def remove(self, request: web.Request) -> web.Response:
        """`DELETE v3/conversations/{id}/activities/{activityId}`."""
        conversation, _ = self._addressed(request)
        post = conversation.get(request.match_info["activity"]) if conversation else None
        if conversation is None or post is None:
            return _refused(404, "ActivityNotFoundInConversation", "no such message")
        self._teams.conversations.remove(conversation, post)
        return web.Response(status=200)

    async def member(self, request: web.Request) -> web.Response:
        """`GET v3/conversations/{id}/members/{userId}`: a person of the roster."""
        conversation, _ = self._addressed(request)
        account = self._members.get(request.match_info["user"])
        if conversation is None:
            return _refused(404, "ConversationNotFound", "no such conversation")
        if account is None or conversation.owner not in (None, account):
            return _refused(404, "MemberNotFoundInConversation", "no such person")
        return web.json_response(payloads.member_object(account, self._teams.tenant))

    def _addressed(self, request: web.Request) -> tuple[Conversation | None, str | None]:
        named, _, thread = request.match_info["conversation"].partition(";messageid=")
        conversation = self._teams.conversations.get(named)
        if conversation is not None and not conversation.place.startswith("teams/"):
            return None, None
        return conversation, thread or None


async def _object(request: web.Request) -> Json:
    try:
        given = await request.json()
    except ValueError as error:
        raise web.HTTPBadRequest(text="not JSON") from error
    if not isinstance(given, dict):
        raise web.HTTPBadRequest(text="not a JSON object")
    return given


def _refused(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
