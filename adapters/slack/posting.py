"""Where each reply goes, and how a crash's replies are posted once."""

from adapters.port import Unanswered
from adapters.slack import render
from adapters.slack.client import RefusedError, SlackClient
from dialogs.events import Scope
from dialogs.messages import Message, Place

_NOT_UPDATABLE = {"cant_update_message", "edit_window_closed", "message_not_found"}


async def post(client: SlackClient, answer: Unanswered, *, already: frozenset[int] = frozenset()) -> None:
    """Post the messages among an event's replies, in order, but those whose index is in `already`. Raises DeliveryError.

    Forms and their errors are no posts: they went with the response.
    """
    for index, reply in enumerate(answer.replies):
        if isinstance(reply, Message) and index not in already:
            await _post_one(client, answer, index, reply)


async def posted(client: SlackClient, answer: Unanswered) -> frozenset[int]:
    """Return which of the messages are in their conversations already. Raises DeliveryError.

    A home tab is published, and a message updated, again without harm; an update that had to be posted is found like any post.
    """
    places = {_is_private(answer, reply) for reply in answer.replies if isinstance(reply, Message) and reply.place is not Place.HOME}
    found: frozenset[int] = frozenset()
    for private in sorted(places):
        conversation, thread = await _place(client, answer, private=private)
        found |= await client.posted(conversation, thread, answer.key)
    return found


async def _post_one(client: SlackClient, answer: Unanswered, index: int, said: Message) -> None:
    if said.place is Place.HOME:
        await client.publish(answer.user, render.home(said))
        return
    shown = render.message(said)
    if said.place is Place.UPDATE and answer.message_id is not None:
        try:
            await client.update(answer.reference.conversation, answer.message_id, shown, key=answer.key, index=index)
        except RefusedError as error:
            if error.code not in _NOT_UPDATABLE:
                raise
        else:
            return
    conversation, thread = await _place(client, answer, private=_is_private(answer, said))
    await client.post(conversation, thread, shown, key=answer.key, index=index)


def _is_private(answer: Unanswered, said: Message) -> bool:
    """Tell whether a message leaves the conversation for the person's own. A conversation named by the person's id is their own already."""
    place = answer.reference
    return place.conversation == answer.user or (said.place is Place.PRIVATE and place.scope is not Scope.PERSONAL)


async def _place(client: SlackClient, answer: Unanswered, *, private: bool) -> tuple[str, str | None]:
    if private:
        return await client.conversation_with(answer.user), None
    return answer.reference.conversation, answer.reference.thread
