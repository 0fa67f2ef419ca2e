"""Dialogs' values as JSON text, and back.

Writing asks each value what it is, so the `kind` of a block or action is written as it stands, and reading finds the one type of a union whose
`kind` that is: no other type accepts it.
"""

from typing import Final

from pydantic import TypeAdapter
from pydantic_core import to_json

from dialogs.campaign import Campaign
from dialogs.catalog import Catalogue, Function
from dialogs.events import Reference
from dialogs.messages import Message, Reply
from dialogs.verdict import Verdict

_REPLIES: Final[TypeAdapter[tuple[Reply, ...]]] = TypeAdapter(tuple[Reply, ...])
_MESSAGE: Final = TypeAdapter(Message)
_REFERENCE: Final = TypeAdapter(Reference)
_CATALOGUE: Final = TypeAdapter(Catalogue)
_FUNCTION: Final = TypeAdapter(Function)
_CAMPAIGN: Final = TypeAdapter(Campaign)
_VERDICT: Final = TypeAdapter(Verdict)
_KEPT: Final[TypeAdapter[dict[str, object]]] = TypeAdapter(dict[str, object])


def write_replies(replies: tuple[Reply, ...]) -> str:
    """Return the replies as JSON, some 10 µs a card. Raises PydanticSerializationError for what isn't Unicode (a lone surrogate)."""
    return to_json(replies).decode()


def read_replies(text: str) -> tuple[Reply, ...]:
    """Read replies back. Raises ValidationError (a ValueError) for what this version couldn't have said."""
    return _REPLIES.validate_json(text)


def write_message(message: Message) -> str:
    """Return a message as JSON. Raises PydanticSerializationError for what isn't Unicode (a lone surrogate)."""
    return to_json(message).decode()


def read_message(text: str) -> Message:
    """Read a message back. Raises ValidationError (a ValueError) for what this version couldn't have said."""
    return _MESSAGE.validate_json(text)


def write_reference(reference: Reference) -> str:
    """Return a reference as JSON."""
    return to_json(reference).decode()


def read_reference(text: str) -> Reference:
    """Read a reference back."""
    return _REFERENCE.validate_json(text)


def write_kept(kept: dict[str, object]) -> str:
    """Return what a dialog remembers as JSON."""
    return to_json(kept).decode()


def read_kept(text: str) -> dict[str, object]:
    """Read what a dialog remembers back."""
    return _KEPT.validate_json(text)


def write_catalogue(catalogue: Catalogue) -> str:
    """Return a catalogue as JSON, without what is at its default: the same pack reads the same after a later version adds a field."""
    return _CATALOGUE.dump_json(catalogue, exclude_defaults=True).decode()


def read_catalogue(text: str) -> Catalogue:
    """Read a catalogue back. Raises ValidationError (a ValueError) for a key that this version doesn't know."""
    return _CATALOGUE.validate_json(text)


def write_function(function: Function) -> str:
    """Return a function as JSON, without what is at its default."""
    return _FUNCTION.dump_json(function, exclude_defaults=True).decode()


def read_function(text: str) -> Function:
    """Read a function back. Raises ValidationError (a ValueError) for a key that this version doesn't know."""
    return _FUNCTION.validate_json(text)


def write_campaign(campaign: Campaign) -> str:
    """Return a campaign as JSON, without what is at its default: the same one reads the same after a later version adds a field."""
    return _CAMPAIGN.dump_json(campaign, exclude_defaults=True).decode()


def read_campaign(text: str) -> Campaign:
    """Read a campaign back. Raises ValidationError (a ValueError) for a key that this version doesn't know."""
    return _CAMPAIGN.validate_json(text)


def write_verdict(verdict: Verdict) -> str:
    """Return a verdict as JSON."""
    return _VERDICT.dump_json(verdict).decode()


def read_verdict(text: str) -> Verdict:
    """Read a verdict back. Raises ValidationError (a ValueError) for what this version couldn't have reckoned."""
    return _VERDICT.validate_json(text)
