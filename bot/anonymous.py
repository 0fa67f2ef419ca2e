"""What is said without a name: taken without the ordinary turn, so that nothing of who, when, or in which order is kept, logged or counted."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

import structlog

from adapters.port import Taken
from bot.sealed import Seal, UnreadableError
from dialogs import detached, receipt, say
from dialogs.catalog import Catalogue
from dialogs.commands import command_of
from dialogs.events import ActionTaken, Event, FormAsked, FormSubmitted, MessageReceived
from dialogs.feedback_actions import ReadReceipt, Say, WriteComment
from dialogs.feedback_comment import is_detached
from dialogs.messages import FormErrors, Reply
from dialogs.router import decide
from dialogs.turn import Context
from dialogs.voice import Unnamed
from storage import Session, anonymous
from storage.database import Database

_SECRET: Final = 32  # bytes of a receipt's secret

_LOG = structlog.stdlib.get_logger(__name__)


class Anonymous:
    """Takes the gestures that leave no trace.

    `gather` returns what a decision looks at, and writes nothing; `catalogue` is the one that answers now. Without a `seal` nothing is taken without
    a name: whoever tries hears so, and what they typed stays in their form.
    """

    def __init__(
        self, database: Database, gather: Callable[[Session, Event], Context], catalogue: Callable[[], Catalogue], *, seal: Seal | None
    ) -> None:
        self._database = database
        self._gather = gather
        self._catalogue = catalogue
        self._seal = seal

    async def take(self, event: Event) -> Taken | None:
        """Take a gesture without a trace; None where it's one for the ordinary turn.

        Without a trace are: asking for the form, and opening it (else who did and sent nothing by name would be known), sending what has to be mended
        first (else it'd be kept with its sender, who may choose to have no name then), sending it without a name, and reading a receipt.
        """
        match event:
            case FormAsked(action=Say() | WriteComment()) | FormSubmitted(action=Say() | WriteComment()) | ActionTaken(action=ReadReceipt()):
                pass
            case MessageReceived(text=text) if isinstance(command_of(text, self._catalogue()), Say):
                pass
            case _:
                return None
        replies = await self._replies(event, await self._database.read(lambda session: self._gather(session, event)))
        return None if replies is None else Taken(replies=replies, traced=False)

    async def _replies(self, event: Event, context: Context) -> tuple[Reply, ...] | None:
        if context.person.stranger:
            return decide(None, event, context).replies
        match event:
            case ActionTaken(action=ReadReceipt(secret=secret)):
                return await self._read(context, secret)
            case FormSubmitted(action=Say() as action) if context.catalogue.functions and not say.is_by_name(event):
                words = say.words_of(event, context, action)
                if isinstance(words, FormErrors):
                    return (words,)
                return await self._keep(event, context, words) or (say.not_now(event, context, action),)
            case FormSubmitted(action=WriteComment() as action) if is_detached(event):
                found = detached.detached(event, context, action)
                if not isinstance(found, Unnamed):
                    return found
                return await self._keep(event, context, found) or detached.not_now(event, context, action)
            case MessageReceived() if not context.person.id:
                return None  # somebody new: who they are has to be learnt before they say anything by name
            case _:
                turn = decide(None, event, context)
                mended = any(isinstance(reply, FormErrors) for reply in turn.replies)
                return turn.replies if not turn.facts and (mended or isinstance(event, FormAsked | MessageReceived)) else None

    async def _keep(self, event: Event, context: Context, words: Unnamed) -> tuple[Reply, ...] | None:
        """Keep words with those that wait, and return their receipt; None where nothing can be sealed here."""
        seal = self._seal
        if seal is None:
            _LOG.error("nothing can be taken without a name: set POURQUI_SECRET_KEY")
            return None
        secret = secrets.token_urlsafe(_SECRET)

        def keep(session: Session) -> None:
            pending = seal.open(anonymous.sealed(session))
            anonymous.seal(session, seal.close(pending.added(words, str(event.key), hash_of(secret))))

        try:
            await self._database.write(anonymous.SEALING, keep)
        except UnreadableError as error:
            _LOG.error("nothing can be taken without a name", reason=str(error))
            return None
        return (receipt.given(context, words, secret),)

    async def _read(self, context: Context, secret: str) -> tuple[Reply, ...]:
        def find(session: Session) -> tuple[Reply, ...]:
            found = anonymous.by_receipt(session, hash_of(secret))
            waits = self._seal.open(anonymous.sealed(session)).of_receipt(hash_of(secret)) if found is None and self._seal else None
            return (receipt.read(context, secret, found or waits),)

        try:
            return await self._database.read(find)
        except UnreadableError as error:
            _LOG.error("a receipt can't be read", reason=str(error))
            return (receipt.read(context, secret, None),)


def hash_of(secret: str) -> str:
    """Return what is kept of a receipt's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
