"""Microsoft's sign-in as the playground stands for it: tokens that the real adapter verifies, and makes no exception for."""

import json
from datetime import timedelta

import jwt
import pytest

from adapters.playground.sign_in import SignIn
from bot.clock import now
from tests.adapters.playground.conftest import Stage

SERVICE_URL = "http://127.0.0.1:1/playground/teams/"


def claims(header: str) -> dict[str, object]:
    found: dict[str, object] = jwt.decode(header.removeprefix("Bearer "), options={"verify_signature": False})
    return found


def test_a_token_serves_until_shortly_before_its_end() -> None:
    at = now().replace(microsecond=0)
    later = [timedelta(0)]
    sign_in = SignIn(lambda: at + later[0])
    first = sign_in.authorization(SERVICE_URL)
    assert claims(first)["exp"] == (at + timedelta(hours=1)).timestamp()
    later[0] = timedelta(minutes=54, seconds=59)
    assert sign_in.authorization(SERVICE_URL) == first
    assert sign_in.authorization(SERVICE_URL + "other/") != first
    later[0] = timedelta(minutes=55)
    assert claims(sign_in.authorization(SERVICE_URL))["exp"] == (at + timedelta(hours=1, minutes=55)).timestamp()


@pytest.mark.parametrize("theirs", [True, False], ids=["another's token", "no token"])
async def test_who_only_says_to_be_the_connector_is_refused_by_the_program(stage: Stage, theirs: bool) -> None:
    await stage.makes("p1", "teams/message", text="bonjour")
    said = stage.requests.pop()
    headers = {"Content-Type": "application/json"}
    if theirs:
        headers["Authorization"] = SignIn(now).authorization(json.loads(said.body)["serviceUrl"])
    async with stage.http.post(f"{stage.url}/api/messages", data=said.body, headers=headers) as response:
        assert response.status == 401
    stage.requests.pop()
    assert len(stage.listener.heard) == 1
