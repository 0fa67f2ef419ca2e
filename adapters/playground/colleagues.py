"""Colleagues: those whom nobody plays live too. They open the app once, and may tap a button of what the bot sends them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from adapters.playground.accounts import Account, Kind
from adapters.playground.conversations import Conversations, Json, Post
from adapters.playground.slack import Slack

Choose: TypeAlias = Callable[[str, Sequence[str]], int | None]  # somebody's id and the values of a message's buttons: the one they tap, if any

_WINDOW = "a colleague's"


class Colleagues:
    """Makes the gestures of everybody whom no browser window plays, as Slack would send them; `choose` says which button of a message they tap."""

    def __init__(self, people: Sequence[Account], conversations: Conversations, slack: Slack, choose: Choose) -> None:
        self._people = [one for one in people if one.kind is Kind.MEMBER]
        self._conversations, self._slack, self._choose = conversations, slack, choose
        self._arrived: set[str] = set()
        self._seen: set[tuple[str, str]] = set()

    async def arrive(self) -> None:
        """Open the app as each of them who hasn't yet: from then on the bot can write to them."""
        for one in [one for one in self._idle() if one.id not in self._arrived]:
            self._arrived.add(one.id)
            await self._slack.open(one, "home")

    async def respond(self) -> None:
        """Look at what came since, and tap."""
        for one in self._idle():
            conversation = self._conversations.of(one, "slack/dm")
            for post in [post for post in conversation if post.author is None and (one.id, post.id) not in self._seen]:
                self._seen.add((one.id, post.id))
                buttons = list(_buttons(post))
                chosen = self._choose(one.id, [str(button["value"]) for _, button in buttons])
                if chosen is not None:
                    block, button = buttons[chosen]
                    await self._slack.tap(one, _WINDOW, conversation, post.id, block, str(button["action_id"]), None)

    def _idle(self) -> list[Account]:
        return [one for one in self._people if one.id not in self._conversations.played]


def _buttons(post: Post) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a message's buttons, each with the id of its block."""
    blocks: list[Json] = post.body.get("blocks", [])
    for block in blocks:
        inside = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]
        yield from ((str(block["block_id"]), element) for element in inside if element.get("type") == "button" and element.get("value"))
