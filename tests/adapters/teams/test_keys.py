"""The Bot Connector's keys: fetched once, again when an unknown one appears, never in a hurry."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from adapters.teams.authentication import Authentication, NotAuthenticatedError
from adapters.teams.keys import KEPT, LOOKED_UP_EVERY, TRIED_EVERY, KeysUnavailableError, SigningKeys, UnknownKeyError
from tests.platforms.teams import FakeTeams
from tests.platforms.teams_tokens import APP_ID


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(teams: FakeTeams, clock: Clock) -> AsyncIterator[SigningKeys]:
    async with aiohttp.ClientSession() as session:
        yield SigningKeys(session, teams.metadata_url, clock=clock)


async def test_many_at_once_fetch_the_keys_once(teams: FakeTeams, keys: SigningKeys) -> None:
    found = await asyncio.gather(*(keys.get("trusted") for _ in range(20)))

    assert {key.endorsements for key in found} == {("msteams", "webchat")}
    assert teams.key_requests == 1


async def test_a_new_key_is_found_when_it_first_appears(teams: FakeTeams, keys: SigningKeys, clock: Clock) -> None:
    await keys.get("trusted")
    teams.rotate("rotated")
    with pytest.raises(UnknownKeyError):
        await keys.get("rotated")

    clock.time += LOOKED_UP_EVERY + 1
    assert (await keys.get("rotated")).endorsements == ("msteams",)
    assert teams.key_requests == 2


async def test_keys_that_nobody_knows_are_looked_up_now_and_then(teams: FakeTeams, keys: SigningKeys, clock: Clock) -> None:
    await keys.get("trusted")
    clock.time += LOOKED_UP_EVERY + 1
    for _ in range(5):
        with pytest.raises(UnknownKeyError):
            await keys.get("forged")

    assert teams.key_requests == 2


async def test_keys_are_read_again_after_a_day_and_the_old_ones_outlast_an_outage(teams: FakeTeams, keys: SigningKeys, clock: Clock) -> None:
    await keys.get("trusted")
    clock.time += KEPT + 1
    teams.keys_down = True
    assert (await keys.get("trusted")).endorsements
    assert teams.key_requests == 2

    teams.keys_down = False
    clock.time += LOOKED_UP_EVERY + 1
    assert (await keys.get("trusted")).endorsements
    assert teams.key_requests == 3


async def test_before_the_first_fetch_nothing_can_be_told(teams: FakeTeams, keys: SigningKeys, clock: Clock) -> None:
    teams.keys_down = True
    for _ in range(3):
        with pytest.raises(KeysUnavailableError):
            await keys.get("trusted")
    assert teams.key_requests == 1

    teams.keys_down = False
    clock.time += TRIED_EVERY + 1
    assert (await keys.get("trusted")).endorsements


@pytest.mark.parametrize("key_id", [None, 5, "UNDECLARED"])
async def test_a_token_must_name_a_key_that_endorses_a_channel(keys: SigningKeys, key_id: Any) -> None:
    with pytest.raises(UnknownKeyError):
        await keys.get(key_id)


@pytest.mark.parametrize(
    "answer", [b"not JSON", b"[]", b"{}", b'{"jwks_uri": 5}', b'{"jwks_uri": "URL", "keys": 5}', b'{"jwks_uri": "URL", "keys": [5]}']
)
async def test_a_key_server_that_answers_nonsense_is_as_good_as_down(answer: bytes, serve: Callable[[bytes], Any]) -> None:
    async with serve(answer) as url, aiohttp.ClientSession() as session:
        with pytest.raises(KeysUnavailableError):
            await SigningKeys(session, url).get("trusted")


async def test_unreadable_keys_and_those_of_another_kind_are_left_out(serve: Callable[[bytes], Any]) -> None:
    listed = b'[{"kid": "ec", "kty": "EC", "endorsements": ["msteams"]}, {"kid": "bad", "kty": "RSA", "n": "!", "endorsements": ["msteams"]}, {}]'
    async with serve(b'{"jwks_uri": "URL", "keys": ' + listed + b"}") as url, aiohttp.ClientSession() as session:
        keys = SigningKeys(session, url)
        for name in ("ec", "bad"):
            with pytest.raises(UnknownKeyError):
                await keys.get(name)


async def test_a_verified_token_is_remembered_until_it_expires(teams: FakeTeams, keys: SigningKeys) -> None:
    authentication = Authentication(keys, app_id=APP_ID, now=teams.now)
    header = teams.authorization()

    assert await authentication.identify(header) is await authentication.identify(header)
    with pytest.raises(NotAuthenticatedError):
        await authentication.identify(f"{header}x")
