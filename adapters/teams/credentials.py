"""The bot's own token for the Bot Connector: from Microsoft's identity platform, kept until shortly before it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import structlog
from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

from adapters.port import DeliveryError

AppType: TypeAlias = Literal["SingleTenant", "MultiTenant"]

CONNECTOR_SCOPE = "https://api.botframework.com/.default"
MULTI_TENANT_AUTHORITY = "botframework.com"
EARLY = 300.0  # seconds before its end at which a token is renewed
_TIMEOUT = 5.0  # seconds for Microsoft's answer

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An access token; `lifetime` is in seconds from when it was given."""

    value: str
    lifetime: float


TokenSource: TypeAlias = Callable[[], Awaitable[Token]]


class ClientCredentials:
    """A TokenSource: the client-credentials flow through MSAL, in a worker thread since MSAL blocks.

    Nothing is fetched before the first call. Raises DeliveryError, never a permanent one: a secret can be mended while messages wait.
    """

    def __init__(self, *, app_id: str, password: str, app_type: AppType, tenant_id: str | None) -> None:
        if app_type == "SingleTenant" and not tenant_id:
            raise ValueError("a SingleTenant app needs its tenant's id")
        self._settings: dict[str, Any] = {
            "client_id": app_id,
            "client_credential": password,
            "authority": f"https://login.microsoftonline.com/{tenant_id if app_type == 'SingleTenant' else MULTI_TENANT_AUTHORITY}",
            "timeout": _TIMEOUT,
        }
        self._application: ConfidentialClientApplication | None = None

    async def __call__(self) -> Token:
        """Fetch a token."""
        try:
            answer = await asyncio.to_thread(self._acquire)
        except Exception as error:  # MSAL passes on whatever its HTTP library raises
            raise DeliveryError(f"no token from Microsoft: {error}", permanent=False) from error
        if "access_token" not in answer:
            raise DeliveryError(f"no token from Microsoft: {answer.get('error')}: {answer.get('error_description')}", permanent=False)
        return Token(value=answer["access_token"], lifetime=float(answer.get("expires_in", 0)))

    def _acquire(self) -> dict[str, Any]:
        if self._application is None:
            self._application = ConfidentialClientApplication(**self._settings)
        answer: dict[str, Any] = self._application.acquire_token_for_client(scopes=[CONNECTOR_SCOPE])
        return answer


class TokenCache:
    """One token for all calls. While it's being renewed, the old one serves as long as it lasts; only one renewal runs at a time."""

    def __init__(self, source: TokenSource, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._renewal = asyncio.Lock()
        self._value: str | None = None
        self._ends = 0.0

    async def get(self) -> str:
        """Return a token that isn't at its end. Raises DeliveryError when there's none to have."""
        if self._value is not None and (self._fresh() or (self._valid() and self._renewal.locked())):
            return self._value
        async with self._renewal:
            if self._value is None or not self._fresh():
                await self._renew()
            return self._value or ""

    def forget(self, token: str) -> None:
        """Drop a token that the Connector refused, unless another has taken its place meanwhile."""
        if self._value == token:
            self._value = None

    async def _renew(self) -> None:
        try:
            token = await self._source()
        except DeliveryError as error:
            if self._value is None or not self._valid():
                raise
            log.warning("teams.token.not_renewed", reason=str(error))
            return
        self._value, self._ends = token.value, self._clock() + token.lifetime

    def _fresh(self) -> bool:
        return self._clock() < self._ends - EARLY

    def _valid(self) -> bool:
        return self._clock() < self._ends
