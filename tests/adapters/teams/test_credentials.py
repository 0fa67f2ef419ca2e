"""The bot's own token: fetched rarely, once at a time, and before it ends."""

import asyncio
from typing import Any

import pytest

from adapters.port import DeliveryError
from adapters.teams import credentials
from adapters.teams.credentials import EARLY, AppType, ClientCredentials, Token, TokenCache


class Microsoft:
    """A sign-in that numbers its tokens, each good for an hour; it can be down, or slow."""

    def __init__(self) -> None:
        self.given = 0
        self.down = False
        self.open = asyncio.Event()
        self.open.set()
        self.time = 0.0

    async def __call__(self) -> Token:
        await self.open.wait()
        if self.down:
            raise DeliveryError("down", permanent=False)
        self.given += 1
        return Token(value=f"token {self.given}", lifetime=3600)

    def clock(self) -> float:
        return self.time


@pytest.fixture
async def microsoft() -> Microsoft:
    return Microsoft()


async def test_one_token_serves_all_calls_of_its_hour(microsoft: Microsoft) -> None:
    cache = TokenCache(microsoft, clock=microsoft.clock)

    assert {await cache.get() for _ in range(3)} == {"token 1"}
    assert microsoft.given == 1


async def test_calls_at_once_fetch_it_once(microsoft: Microsoft) -> None:
    cache = TokenCache(microsoft, clock=microsoft.clock)

    assert set(await asyncio.gather(*(cache.get() for _ in range(20)))) == {"token 1"}
    assert microsoft.given == 1


async def test_it_is_renewed_before_it_ends_and_nobody_waits_for_it_meanwhile(microsoft: Microsoft) -> None:
    cache = TokenCache(microsoft, clock=microsoft.clock)
    await cache.get()
    microsoft.time = 3600 - EARLY + 1
    microsoft.open.clear()

    renewal = asyncio.get_running_loop().create_task(cache.get())
    await asyncio.sleep(0)
    assert await cache.get() == "token 1"
    microsoft.open.set()
    assert await renewal == "token 2"


async def test_when_it_cannot_be_renewed_the_old_one_serves_to_its_end(microsoft: Microsoft) -> None:
    cache = TokenCache(microsoft, clock=microsoft.clock)
    await cache.get()
    microsoft.down = True

    microsoft.time = 3599
    assert await cache.get() == "token 1"
    microsoft.time = 3601
    with pytest.raises(DeliveryError):
        await cache.get()


async def test_a_refused_token_is_forgotten_unless_it_was_replaced(microsoft: Microsoft) -> None:
    cache = TokenCache(microsoft, clock=microsoft.clock)
    await cache.get()

    cache.forget("another")
    assert await cache.get() == "token 1"
    cache.forget("token 1")
    assert await cache.get() == "token 2"


class Msal:
    """MSAL's application, without its network."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, Any]:
        match self.settings["client_credential"]:
            case "right":
                return {"access_token": f"{self.settings['authority']} {scopes[0]}", "expires_in": 3599}
            case "wrong":
                return {"error": "invalid_client", "error_description": "AADSTS7000215"}
            case _:
                raise OSError("no network")


@pytest.mark.parametrize(
    ("app_type", "authority"),
    [("SingleTenant", "https://login.microsoftonline.com/ours"), ("MultiTenant", "https://login.microsoftonline.com/botframework.com")],
)
async def test_each_app_type_signs_in_at_its_authority(monkeypatch: pytest.MonkeyPatch, app_type: AppType, authority: str) -> None:
    monkeypatch.setattr(credentials, "ConfidentialClientApplication", Msal)

    token = await ClientCredentials(app_id="a", password="right", app_type=app_type, tenant_id="ours")()

    assert token == Token(value=f"{authority} https://api.botframework.com/.default", lifetime=3599)


@pytest.mark.parametrize(("password", "reason"), [("wrong", "AADSTS7000215"), ("unreachable", "no network")])
async def test_a_failed_sign_in_holds_messages_back_and_says_why(monkeypatch: pytest.MonkeyPatch, password: str, reason: str) -> None:
    monkeypatch.setattr(credentials, "ConfidentialClientApplication", Msal)

    with pytest.raises(DeliveryError, match=reason) as error:
        await ClientCredentials(app_id="a", password=password, app_type="SingleTenant", tenant_id="ours")()
    assert not error.value.permanent


def test_a_single_tenant_app_needs_its_tenant() -> None:
    with pytest.raises(ValueError, match="tenant"):
        ClientCredentials(app_id="a", password="p", app_type="SingleTenant", tenant_id=None)
