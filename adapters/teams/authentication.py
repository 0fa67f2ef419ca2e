"""Who sends us activities: the Bot Connector's tokens, verified by botframework-connector over our own keys and cache."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from botframework.connector.auth import (  # type: ignore[import-untyped]
    AuthenticationConstants,
    ChannelValidation,
    ClaimsIdentity,
    SimpleCredentialProvider,
)
from botframework.connector.auth.jwt_token_extractor import JwtTokenExtractor  # type: ignore[import-untyped]
from botframework.connector.auth.verify_options import VerifyOptions  # type: ignore[import-untyped]

from adapters.teams.keys import KeysUnavailableError, SigningKeys

CHANNEL = "msteams"
METADATA_URL: str = AuthenticationConstants.TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL

# Microsoft's public cloud and its Government Community Cloud, which shares the public cloud's sign-in
# (learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages).
PUBLIC_SERVICE_URLS = ("https://smba.trafficmanager.net/", "https://smba.infra.gcc.teams.microsoft.com/")
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_TOLERANCE = 5 * 60  # seconds between two clocks; the Bot Framework's own value
_VERIFIED_KEPT = 1024  # tokens; a token is renewed about hourly, and there are few service URLs

Clock: TypeAlias = Callable[[], datetime]


class NotAuthenticatedError(Exception):
    """The request doesn't come from the Bot Connector, or isn't for us; the text says why, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verified:
    identity: ClaimsIdentity
    until: float  # POSIX seconds


class Authentication:
    """Verifies tokens; a verified one is remembered by its hash until it expires."""

    def __init__(self, keys: SigningKeys, *, app_id: str, now: Clock) -> None:
        self._credentials = SimpleCredentialProvider(app_id, "")
        self._now = now
        self._verified: dict[bytes, _Verified] = {}
        issuers = [AuthenticationConstants.TO_BOT_FROM_CHANNEL_TOKEN_ISSUER]
        options = VerifyOptions(issuer=issuers, audience=None, clock_tolerance=_TOLERANCE, ignore_expiration=False)
        self._extractor = JwtTokenExtractor(options, METADATA_URL, AuthenticationConstants.ALLOWED_SIGNING_ALGORITHMS)
        self._extractor.open_id_metadata = keys  # instead of the extractor's own, shared by the whole process and blocking

    async def identify(self, header: str | None) -> ClaimsIdentity:
        """Return the identity behind an Authorization header. Raises NotAuthenticatedError, or KeysUnavailableError."""
        if not header:
            raise NotAuthenticatedError("no Authorization header")
        digest = sha256(header.encode("utf-8", "surrogateescape")).digest()
        known = self._verified.get(digest)
        if known is not None and self._now().timestamp() < known.until:
            return known.identity
        identity = await self._verify(header)
        if len(self._verified) >= _VERIFIED_KEPT:
            self._verified.clear()
        self._verified[digest] = _Verified(identity=identity, until=float(identity.get_claim_value("exp")))
        return identity

    async def _verify(self, header: str) -> ClaimsIdentity:
        try:
            identity = await self._extractor.get_identity_from_auth_header(header, CHANNEL, [CHANNEL])
            await ChannelValidation.validate_identity(identity, self._credentials)
        except KeysUnavailableError:
            raise
        except Exception as error:  # the library raises PermissionError, PyJWT's errors, or a bare Exception
            raise NotAuthenticatedError(f"{type(error).__name__}: {error}") from error
        if not isinstance(identity.get_claim_value("exp"), int):
            raise NotAuthenticatedError("a token that never expires")
        return identity


class NoAuthentication:
    """Takes everybody's word (development)."""

    async def identify(self, _: str | None) -> ClaimsIdentity:
        """Return the identity of nobody in particular."""
        return ClaimsIdentity({}, True, AuthenticationConstants.ANONYMOUS_AUTH_TYPE)


def vouches(identity: ClaimsIdentity, *, channel: object, service_url: object) -> bool:
    """Tell whether a token covers an activity: of Teams (others let a client choose who it is), and from the service URL it was given for."""
    return channel == CHANNEL and identity.get_claim_value(AuthenticationConstants.SERVICE_URL_CLAIM) == service_url


def is_allowed(service_url: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a service URL lies under one of the prefixes: same scheme, host and port, and below the same path."""
    place = _place(service_url)
    return place is not None and any(_below(place, _place(prefix)) for prefix in prefixes)


def is_loopback(service_url: str) -> bool:
    """Tell whether a service URL is on this machine."""
    place = _place(service_url)
    return place is not None and place.host in LOOPBACK_HOSTS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    scheme: str
    host: str
    port: int | None
    path: tuple[str, ...]


def _place(url: str) -> _Place | None:
    """Take a URL apart; None for one in which two readers could see two hosts or two paths."""
    if not url.isascii() or not url.isprintable() or any(character in url for character in "\\ @?#"):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    path = tuple(segment for segment in parts.path.split("/") if segment)
    if parts.scheme not in ("http", "https") or not host or any(unquote(segment) in (".", "..") for segment in path):
        return None
    return _Place(scheme=parts.scheme, host=host, port=port or {"http": 80, "https": 443}[parts.scheme], path=path)


def _below(place: _Place, prefix: _Place | None) -> bool:
    if prefix is None:
        return False
    same = (place.scheme, place.host, place.port) == (prefix.scheme, prefix.host, prefix.port)
    return same and place.path[: len(prefix.path)] == prefix.path
