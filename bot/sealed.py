"""What was said without a name and waits for others: sealed, shuffled, and always of a size that tells nothing."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter, ValidationError

from bot.secret import derived
from dialogs.voice import Unnamed

T = TypeVar("T")

BLOCK: Final = 64 * 1024  # bytes: what is sealed is filled up to a multiple, so that its size doesn't tell whose words were long
_PURPOSE: Final = "anonymous"
_EPOCH: Final = 0  # a Fernet token shows when it was made: never


class UnreadableError(Exception):
    """What waits was sealed with another key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One that waits. `dedup` tells a platform's second delivery of the same gesture, only as long as it waits."""

    words: Unnamed
    receipt_hash: str
    dedup: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """All that waits; `salt` goes with it, so that no `dedup` can be made again once it's passed on."""

    salt: str
    waiting: tuple[Waiting, ...] = ()

    def dedup(self, gesture: str) -> str:
        """Return what tells that gesture from the others that wait."""
        return hashlib.sha256(f"{self.salt}|{gesture}".encode()).hexdigest()

    def added(self, words: Unnamed, gesture: str, receipt_hash: str) -> "Pending":
        """Return it with one more; with a new receipt for the same, where that gesture was taken before."""
        dedup = self.dedup(gesture)
        if any(each.dedup == dedup for each in self.waiting):
            return replace(self, waiting=tuple(replace(each, receipt_hash=receipt_hash) if each.dedup == dedup else each for each in self.waiting))
        return replace(self, waiting=(*self.waiting, Waiting(words=words, receipt_hash=receipt_hash, dedup=dedup)))

    def of_receipt(self, receipt_hash: str) -> Unnamed | None:
        """Return the words of which this is the receipt's hash."""
        return next((each.words for each in self.waiting if each.receipt_hash == receipt_hash), None)


_PENDING: Final = TypeAdapter(Pending)


class Seal:
    """Seals and opens what waits, with a key that is derived from the deployment's."""

    def __init__(self, secret: str) -> None:
        self._fernet = Fernet(urlsafe_b64encode(derived(secret, _PURPOSE)))

    def close(self, pending: Pending) -> str:
        """Return what to keep: shuffled first, so that nobody, key or not, reads an order in it."""
        mixed = replace(pending, waiting=shuffled(pending.waiting))
        written = json.dumps(_PENDING.dump_python(mixed, mode="json"), ensure_ascii=False).encode()
        filled = written.ljust(-(-len(written) // BLOCK) * BLOCK)  # blanks after a JSON value mean nothing
        return self._fernet.encrypt_at_time(filled, _EPOCH).decode("ascii")

    def open(self, content: str | None) -> Pending:
        """Return what waits; where nothing does, an empty one with a salt of its own. Raises UnreadableError."""
        if content is None:
            return Pending(salt=secrets.token_hex(16))
        try:
            return _PENDING.validate_json(self._fernet.decrypt(content))
        except (InvalidToken, ValidationError) as error:
            raise UnreadableError("what waits without a name was sealed with another key: bring back POURQUI_SECRET_KEY as it was") from error


def shuffled(several: Sequence[T]) -> tuple[T, ...]:
    """Return them in an order that nobody can foretell."""
    mixed = list(several)
    secrets.SystemRandom().shuffle(mixed)
    return tuple(mixed)
