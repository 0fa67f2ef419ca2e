"""What the bot asks of the Bot Connector, and what it makes of a refusal."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.port import SEND_SECONDS, DeliveryError
from adapters.teams.client import ATTEMPTS, Connector
from adapters.teams.credentials import Token, TokenCache
from adapters.teams.render import activity
from dialogs.events import Reference, Scope, Sender
from tests.adapters.teams.listener import says
from tests.platforms.teams import CUT, ERROR, HELD, TENANT, THROTTLED, FakeTeams, Fault, Json

ALICE = "29:1alice"
HELLO = activity(says("bonjour"))


@pytest.fixture
async def connector(teams: FakeTeams) -> AsyncIterator[Connector]:
    async with aiohttp.ClientSession() as session:
        yield Connector(session, TokenCache(teams.token_source), bot="28:bot", timeout=aiohttp.ClientTimeout(total=SEND_SECONDS))


@pytest.fixture
def chat(teams: FakeTeams) -> Reference:
    teams.join("a:1", {"id": ALICE, "tenantId": TENANT, "userRole": "user", "name": "Alice", "userPrincipalName": "alice@solane.example"})
    return Reference(platform="teams", tenant=TENANT, conversation="a:1", scope=Scope.PERSONAL, service_url=teams.service_url)


async def test_a_message_is_posted_and_then_replaced(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    message_id = await connector.post(chat, HELLO)
    assert message_id is not None
    await connector.update(chat, message_id, activity(says("au revoir")))

    assert [(call.operation, call.activity) for call in teams.calls] == [("send", None), ("update", message_id)]


async def test_an_id_with_every_sign_that_teams_uses_arrives_whole(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    conversation = "19:a/b+c=_-%40é@thread.tacv2;messageid=12"
    teams.join(conversation)

    await connector.post(replace(chat, conversation=conversation, thread="12"), HELLO)

    assert (teams.calls[0].operation, teams.calls[0].conversation, teams.calls[0].activity) == ("reply", conversation, "12")


async def test_a_personal_conversation_is_opened_once(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    first, again = await connector.personal(chat, ALICE), await connector.personal(chat, ALICE)

    assert first == again == f"a:{ALICE}"
    (asked,) = teams.sent("open")
    assert (asked["members"], asked["bot"], asked["channelData"]) == ([{"id": ALICE}], {"id": "28:bot"}, {"tenant": {"id": TENANT}})


@pytest.mark.parametrize(
    ("member", "email", "guest"),
    [
        ({"email": "alice@solane.example", "tenantId": TENANT, "userRole": "user"}, "alice@solane.example", False),
        ({"userPrincipalName": "alice@solane.example", "tenantId": TENANT, "userRole": "user"}, "alice@solane.example", False),
        ({"email": "alice@solane.example", "tenantId": TENANT, "userRole": "guest"}, None, True),
        ({"tenantId": TENANT, "userRole": "anonymous"}, None, True),
        ({"email": "alice@solane.example", "tenantId": "another", "userRole": "user"}, None, True),
        ({"email": "alice@solane.example", "userRole": "user"}, None, False),
        ({"email": 5, "tenantId": TENANT}, None, False),
    ],
    ids=["e-mail", "principal name", "guest", "anonymous", "another tenant", "no tenant", "no e-mail"],
)
async def test_an_email_is_verified_for_full_members_of_our_tenant_alone(
    teams: FakeTeams, connector: Connector, chat: Reference, member: Json, email: str | None, guest: bool
) -> None:
    teams.join("a:1", {"id": ALICE, "givenName": "Alice", "surname": "Martin", **member})

    profile = await connector.profile(chat, Sender(user=ALICE, locale="fr-FR"), home=TENANT)

    assert (profile.email, profile.guest, profile.name, profile.locale) == (email, guest, "Alice Martin", "fr-FR")


async def test_without_a_tenant_of_our_own_nobodys_email_is_verified(connector: Connector, chat: Reference) -> None:
    profile = await connector.profile(chat, Sender(user=ALICE), home=None)

    assert (profile.email, profile.guest) == (None, False)


async def test_a_guest_by_the_payload_stays_one(connector: Connector, chat: Reference) -> None:
    profile = await connector.profile(chat, Sender(user=ALICE, guest=True), home=TENANT)

    assert (profile.email, profile.guest) == (None, True)


async def refused(connector: Connector, chat: Reference, sent: Json = HELLO) -> DeliveryError:
    with pytest.raises(DeliveryError) as error:
        await connector.post(chat, sent)
    return error.value


@pytest.mark.parametrize("code", ["ConversationBlockedByUser", "BotNotInConversationRoster", "BotDisabledByAdmin"])
async def test_a_closed_door_is_permanent(teams: FakeTeams, connector: Connector, chat: Reference, code: str) -> None:
    teams.conversations["a:1"].refusal = code

    error = await refused(connector, chat)

    assert error.permanent
    assert code in str(error)


async def test_an_unknown_conversation_and_a_malformed_message_are_permanent(connector: Connector, chat: Reference) -> None:
    assert (await refused(connector, replace(chat, conversation="a:unknown"))).permanent
    assert (await refused(connector, chat, {"type": "message"})).permanent
    assert (await refused(connector, replace(chat, service_url=None))).permanent


@pytest.mark.parametrize("fault", [ERROR, CUT, HELD, Fault(status=412), Fault(status=503)], ids=["500", "cut", "no answer", "412", "503"])
async def test_trouble_at_teams_is_temporary(teams: FakeTeams, connector: Connector, chat: Reference, fault: Fault) -> None:
    teams.fail(fault)

    assert not (await refused(connector, chat)).permanent
    assert await connector.post(chat, HELLO)


async def test_a_redirect_is_not_followed(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    teams.fail(Fault(status=307))

    assert (await refused(connector, chat)).permanent


async def test_a_short_throttling_is_waited_for_and_a_long_one_is_handed_on(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    teams.fail(THROTTLED, times=ATTEMPTS - 1)
    assert await connector.post(chat, HELLO)

    teams.fail(Fault(status=429, retry_after="30"))
    error = await refused(connector, chat)
    assert (error.permanent, error.retry_after) == (False, 30)

    teams.fail(THROTTLED, times=ATTEMPTS)
    assert not (await refused(connector, chat)).permanent


async def test_a_token_that_comes_too_late_leaves_no_doubt(teams: FakeTeams, chat: Reference) -> None:
    async def never() -> Token:
        await asyncio.Event().wait()
        raise AssertionError

    async with aiohttp.ClientSession() as session:
        connector = Connector(session, TokenCache(never))
        with pytest.raises(DeliveryError, match="no token") as error:
            await connector.post(chat, HELLO, until=asyncio.get_running_loop().time() + 0.05)

    assert (error.value.permanent, error.value.ambiguous) == (False, False)
    assert teams.calls == []


async def test_a_member_is_known_by_their_entra_id(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    teams.join("a:1", {"id": "29:bob", "aadObjectId": "4b1d2c3e", "tenantId": TENANT})

    assert await connector.known_as(chat, "4b1d2c3e") == "29:bob"


@pytest.mark.parametrize(
    "answer", [b'{"message": 5}', b'{"message": "plain words"}', b'{"message": "{\\"subCode\\": 5}"}', b'{"error": "no"}', b"<html>"], ids=str
)
async def test_a_refusal_without_a_code_is_one_all_the_same(answer: bytes, chat: Reference) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=403, body=answer)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        error = await refused(Connector(session, None), replace(chat, service_url=str(server.make_url("/"))))

    assert (str(error), error.permanent, error.dead) == ("403 Forbidden", True, True)


async def test_a_token_that_is_refused_is_asked_for_anew(teams: FakeTeams, connector: Connector, chat: Reference) -> None:
    await connector.post(chat, HELLO)
    teams.access_token = "the next one"

    assert not (await refused(connector, chat)).permanent
    assert await connector.post(chat, HELLO)


@pytest.mark.parametrize("answer", [b"", b"not JSON", b"[]", b'{"id": 5}'])
async def test_an_answer_without_an_id_names_no_message(chat: Reference, answer: bytes, serve: Callable[[bytes], Any]) -> None:
    async with serve(answer) as url, aiohttp.ClientSession() as session:
        connector = Connector(session, None)
        assert await connector.post(replace(chat, service_url=url), HELLO) is None
        with pytest.raises(DeliveryError):
            await connector.personal(replace(chat, service_url=url), ALICE)
