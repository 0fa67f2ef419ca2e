"""The Bot Connector's signing keys: fetched without blocking, kept for a day, looked up again when an unknown one appears."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

KEPT = 24 * 3600.0  # seconds; the longest that Microsoft allows (bot-framework-rest-connector-authentication)
LOOKED_UP_EVERY = 60.0  # seconds between two look-ups for keys that nobody knows, so that forged tokens can't make us hammer Microsoft
TRIED_EVERY = 5.0  # seconds between two attempts while none has succeeded yet
_TIMEOUT = aiohttp.ClientTimeout(total=5, connect=3)

log = structlog.get_logger(__name__)


class UnknownKeyError(Exception):
    """The token names no key of the Bot Connector."""


class KeysUnavailableError(Exception):
    """The keys were never fetched yet, and can't be now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A public key with the channels for which it may sign; the names are those that botframework-connector reads."""

    public_key: Any
    endorsements: tuple[str, ...]


class SigningKeys:
    """The key provider of botframework-connector's token extractor, in place of its own, which blocks the event loop."""

    def __init__(self, session: aiohttp.ClientSession, metadata_url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._metadata_url = metadata_url
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._look_up = asyncio.Lock()

    async def get(self, key_id: str | None) -> SigningKey:
        """Return a key. Raises UnknownKeyError, or KeysUnavailableError when that can't be told."""
        if not isinstance(key_id, str):
            raise UnknownKeyError("the token names no key")
        if self._wanting(key_id):
            async with self._look_up:
                if self._wanting(key_id) and self._may_look_up():
                    await self._refresh()
        if self._fetched is None:
            raise KeysUnavailableError("the Bot Connector's keys can't be fetched")
        if key_id not in self._keys:
            raise UnknownKeyError("the token names an unknown key")
        return self._keys[key_id]

    def _wanting(self, key_id: str) -> bool:
        return self._fetched is None or key_id not in self._keys or self._clock() - self._fetched > KEPT

    def _may_look_up(self) -> bool:
        pause = TRIED_EVERY if self._fetched is None else LOOKED_UP_EVERY
        return self._tried is None or self._clock() - self._tried > pause

    async def _refresh(self) -> None:
        try:
            metadata = await self._read(self._metadata_url)
            answer = await self._read(metadata["jwks_uri"])
            self._keys = {key["kid"]: readable for key in answer["keys"] if (readable := _signing_key(key)) is not None}
            self._fetched = self._clock()
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("teams.keys.not_fetched", url=self._metadata_url, reason=f"{type(error).__name__}: {error}")
        finally:
            self._tried = self._clock()

    async def _read(self, url: str) -> Any:
        async with self._session.get(url, timeout=_TIMEOUT, raise_for_status=True) as response:
            return await response.json(content_type=None)


def _signing_key(key: Mapping[str, Any]) -> SigningKey | None:
    """Read one key; None for a kind that we don't verify with, and for one that endorses no channel: the extractor would trust it for all."""
    if key.get("kty") != "RSA" or "kid" not in key or not key.get("endorsements"):
        return None
    try:
        public_key = PyJWK(dict(key), algorithm="RS256").key
    except PyJWTError as error:
        log.warning("teams.keys.unreadable", kid=key.get("kid"), reason=str(error))
        return None
    return SigningKey(public_key=public_key, endorsements=tuple(key["endorsements"]))
