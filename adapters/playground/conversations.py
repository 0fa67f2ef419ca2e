"""Conversations: what was posted where, and the browser windows that watch; all in memory, all bounded."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from adapters.playground.accounts import Account

KEPT = 200  # posts of a conversation
WAITING = 500  # events that a window may lag behind before it has to come back for the whole picture
WINDOWS = 50  # open at a time; the oldest makes room

Place = Literal["slack/dm", "slack/channel", "slack/desk", "teams/chat", "teams/channel", "teams/desk"]
Json = dict[str, Any]


class UnknownTargetError(LookupError):
    """A gesture on something that isn't there any more: an old message, a closed modal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something that stands in a conversation: `body` is the platform's own JSON (a Slack message, a Teams activity).

    `author` is None for the bot. `thread` is the id of the post that it answers to, if any. `only_for` is the one account that sees it.
    """

    id: str
    author: Account | None
    at: datetime
    body: Mapping[str, Any]
    thread: str | None = None
    only_for: Account | None = None
    edited: bool = False

    def shown(self) -> Json:
        """Return the post as the page reads it."""
        author = {"id": self.author.id, "name": self.author.name} if self.author else None
        return {
            "id": self.id,
            "author": author,
            "at": self.at.isoformat(),
            "thread": self.thread,
            "private": self.only_for is not None,
            "edited": self.edited,
            "body": self.body,
        }


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A private conversation of `owner` with the bot, or (None) a channel that everybody reads, by its name."""

    place: Place
    id: str
    name: str = ""
    owner: Account | None = None
    _posts: dict[str, Post] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Post]:
        """Yield the posts, oldest first."""
        return iter(self._posts.values())

    def get(self, post_id: str) -> Post | None:
        """Return a post, None where it isn't there (any more)."""
        return self._posts.get(post_id)

    def put(self, post: Post) -> None:
        """Add a post, or put it in place of the one with its id."""
        self._posts[post.id] = post
        while len(self._posts) > KEPT:
            del self._posts[next(iter(self._posts))]

    def remove(self, post_id: str) -> None:
        """Take a post out, if it's there."""
        self._posts.pop(post_id, None)

    def seen_by(self, account: Account) -> list[Json]:
        """Return what an account sees of the conversation, oldest first."""
        return [post.shown() for post in self if post.only_for in (None, account)]


@dataclass(slots=True, kw_only=True)
class Window:
    """A browser window that watches as one account; an event of None tells it to close."""

    id: str
    account: Account
    events: asyncio.Queue[Json | None] = field(default_factory=lambda: asyncio.Queue(WAITING + 1))

    def tell(self, event: Json) -> None:
        """Hand an event over; a window too far behind is closed instead, and comes back for the whole picture."""
        if self.events.qsize() >= WAITING:
            self.close()
        else:
            self.events.put_nowait(event)

    def close(self) -> None:
        """End the window's stream after what was already told."""
        if not self.events.full():
            self.events.put_nowait(None)


class Conversations:
    """Every conversation of the playground, by the platform's own id, and who watches them."""

    def __init__(self, accounts: tuple[Account, ...], channels: tuple[Conversation, ...]) -> None:
        places = list(channels)
        for account in accounts:
            places.append(Conversation(place="slack/dm", id=account.slack_dm, owner=account))
            places.append(Conversation(place="teams/chat", id=account.teams_chat, owner=account))
        self._by_id = {conversation.id: conversation for conversation in places}
        self._windows: list[Window] = []
        self.played: set[str] = set()  # whom a window has watched as

    def get(self, conversation_id: str) -> Conversation | None:
        """Return the conversation with a platform's id."""
        return self._by_id.get(conversation_id)

    def of(self, account: Account, place: Place) -> Conversation:
        """Return what an account sees in a place: its own private conversation, or a channel."""
        return next(one for one in self._by_id.values() if one.place == place and one.owner in (None, account))

    def seen_by(self, account: Account) -> dict[Place, list[Json]]:
        """Return all that an account sees, by place."""
        return {one.place: one.seen_by(account) for one in self._by_id.values() if one.owner in (None, account)}

    def post(self, conversation: Conversation, post: Post) -> None:
        """Add a post, or put it in place of the one with its id, and show it to whom it concerns."""
        conversation.put(post)
        self._tell(conversation, post.only_for, {"type": "post", "place": conversation.place, "post": post.shown()})

    def change(self, conversation: Conversation, post: Post, body: Mapping[str, Any]) -> None:
        """Edit a post."""
        self.post(conversation, replace(post, body=body, edited=True))

    def remove(self, conversation: Conversation, post: Post) -> None:
        """Delete a post."""
        conversation.remove(post.id)
        self._tell(conversation, post.only_for, {"type": "removed", "place": conversation.place, "id": post.id})

    def working(self, conversation: Conversation, text: str) -> None:
        """Show what the bot is doing (its typing, an assistant's status); an empty text ends it."""
        self._tell(conversation, None, {"type": "working", "place": conversation.place, "text": text})

    def tell(self, account: Account, event: Json, *, window: str | None = None) -> None:
        """Hand an event to the windows of an account, or to a single one of them."""
        for one in self._windows:
            if one.account == account and window in (None, one.id):
                one.tell(event)

    def tell_all(self, event: Json) -> None:
        """Hand an event to every window."""
        for one in self._windows:
            one.tell(event)

    def watch(self, window: Window) -> None:
        """Let a window hear what happens from now on."""
        self._windows.append(window)
        self.played.add(window.account.id)
        while len(self._windows) > WINDOWS:
            self._windows.pop(0).close()

    def unwatch(self, window: Window) -> None:
        """Forget a window."""
        self._windows = [one for one in self._windows if one is not window]

    def close(self) -> None:
        """End every window's stream."""
        for window in self._windows:
            window.close()

    def _tell(self, conversation: Conversation, only_for: Account | None, event: Json) -> None:
        for window in self._windows:
            if conversation.owner in (None, window.account) and only_for in (None, window.account):
                window.tell(event)
