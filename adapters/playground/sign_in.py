"""Microsoft's sign-in, as the playground stands for it: the tokens of the Bot Connector, the keys that vouch for them, and the bot's own token."""

import functools
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from adapters.playground.guard import Handler

METADATA_PATH = "/playground/teams/openid"
KEYS_PATH = "/playground/teams/keys"
_ISSUER = "https://api.botframework.com"
_KEY = "playground"
_LIFETIME = timedelta(hours=1)
_EARLY = timedelta(minutes=5)  # before its end, when a token is made anew


class SignIn:
    """One app, and what proves who talks to it and as whom; all of it is new at each start.

    Tokens live by the real time `wall`, which their library checks them by, even where the page skips time.
    """

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self.app_id = str(uuid4())
        self.bot_token = secrets.token_urlsafe(32)
        self._wall = wall
        self._given: dict[str, tuple[str, datetime]] = {}

    def authorization(self, service_url: str) -> str:
        """Return the Bot Connector's Authorization header for what it sends from a service URL."""
        at = self._wall()
        value, until = self._given.get(service_url, ("", at))
        if until - _EARLY <= at:
            until = at + _LIFETIME
            claims = {"iss": _ISSUER, "aud": self.app_id, "serviceurl": service_url, "nbf": at - _EARLY, "exp": until}
            value = "Bearer " + jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY})
            self._given[service_url] = value, until
        return value

    def for_the_bot(self, handler: Handler) -> Handler:
        """Let only those through who show the bot's token."""

        @functools.wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
                return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
            return await handler(request)

        return guarded

    async def metadata(self, request: web.Request) -> web.Response:
        """`GET` the OpenID metadata: where the keys are."""
        return web.json_response({"issuer": _ISSUER, "jwks_uri": str(request.url.with_path(KEYS_PATH))})

    async def keys(self, _: web.Request) -> web.Response:
        """`GET` the keys that sign the Bot Connector's tokens."""
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return web.json_response({"keys": [{**public, "kid": _KEY, "use": "sig", "endorsements": ["msteams"]}]})

    @functools.cached_property
    def _key(self) -> RSAPrivateKey:
        """Make the key when the first token is wanted: it takes a moment, which a start needn't wait for."""
        return generate_private_key(public_exponent=65537, key_size=2048)
