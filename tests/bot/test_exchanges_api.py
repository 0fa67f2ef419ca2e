"""`POST /api/exchanges`: a ticketing tool tells of its tickets; what is forged, repeated, out of order or odd does no harm."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import select
from structlog.testing import capture_logs

from bot.exchanges_api import BODY_LIMIT, ExchangesApi
from bot.told import AHEAD
from storage import exchange_sources
from storage.database import Database
from storage.exchange_sources import TRUSTING, hashed
from storage.tables import ExchangeSourceRow, OutsideExchangeRow
from tests.bot.told_by_tools import told_by
from tests.company import NOON

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
TICKET = {"external_id": "INC-1", "state": "opened", "at": "2026-11-20T12:30:00+01:00", "client": "alice.martin@solane.example", "function": "it"}
ACCESS = {"Authorization": "Bearer a-token"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The route, as another tool sees it."""

    database: Database
    http: ClientSession
    url: str

    async def post(self, body: object, headers: Mapping[str, str] = ACCESS) -> tuple[int, dict[str, Any]]:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        async with self.http.post(self.url, data=sent, headers=headers) as response:
            return response.status, await response.json()

    async def kept(self) -> list[dict[str, Any]]:
        return await self.database.read(lambda session: [row.model_dump() for row in session.exec(select(OutsideExchangeRow))])


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The route of a company whose ticketing tool has a token; it's noon."""
    async with told_by("guichet", database, lambda *given: ExchangesApi(*given).routes(), body_limit=BODY_LIMIT) as (http, url):
        yield Api(database=database, http=http, url=f"{url}/api/exchanges")


async def test_a_tickets_life_is_told(api: Api) -> None:
    status, told = await api.post(TICKET)
    assert (status, told["state"]) == (200, "opened")
    closed = TICKET | {"state": "closed", "at": "2026-11-20T11:45:00Z", "outcome": "solved", "service": "it_laptop"}
    assert await api.post(closed) == (200, {"id": told["id"], "state": "closed"})
    (row,) = await api.kept()
    assert (row["source"], row["external_id"], row["function"], row["service"]) == ("guichet", "INC-1", "it", "it_laptop")
    assert (row["outcome"], row["opened_at"], row["closed_at"]) == ("solved", NOON - timedelta(minutes=30), NOON - timedelta(minutes=15))
    assert row["person_id"] is not None


@on_one_database
async def test_what_is_told_again_or_too_late_changes_nothing(api: Api) -> None:
    closed = TICKET | {"state": "closed", "at": "2026-11-20T11:45:00Z"}
    first = await api.post(closed)
    assert await api.post(closed) == first
    assert await api.post(TICKET) == first  # it fills in when it was opened
    late = TICKET | {"state": "reopened", "at": "2026-11-20T11:40:00Z"}
    assert await api.post(late) == (200, first[1] | {"ignored": True})
    (row,) = await api.kept()
    assert (row["state"], row["opened_at"]) == ("closed", NOON - timedelta(minutes=30))


@on_one_database
async def test_each_source_has_its_own_tickets(api: Api) -> None:
    await api.database.write(TRUSTING, lambda session: exchange_sources.add(session, "atelier", hashed("other"), "tests", NOON))
    _, first = await api.post(TICKET)
    _, second = await api.post(TICKET, {"Authorization": "bearer other"})
    assert first["id"] != second["id"]
    assert {row["source"] for row in await api.kept()} == {"guichet", "atelier"}


@on_one_database
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer another"},
        {"Authorization": "Basic a-token"},
        {"Authorization": "a-token"},
        {"Authorization": "Bearer étranger"},
    ],
)
async def test_a_forged_token_is_refused_whatever_the_body_holds(api: Api, headers: dict[str, str]) -> None:
    async with api.http.post(api.url, data=b"{", headers=headers) as response:
        assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "pourqui sources add" in (await response.json())["error"]
    assert await api.kept() == []


@on_one_database
async def test_a_revoked_token_is_refused_at_once(api: Api) -> None:
    assert (await api.post(TICKET))[0] == 200
    await api.database.write(TRUSTING, lambda session: exchange_sources.revoke(session, "guichet", NOON))
    assert (await api.post(TICKET | {"external_id": "INC-2"}))[0] == 401
    assert len(await api.kept()) == 1


MISTAKES: list[tuple[dict[str, Any], int, str, str]] = [
    ({"external_id": None}, 400, "external_id", "missing"),
    ({"external_id": ""}, 400, "external_id", "1 to 200 characters"),
    ({"external_id": 12}, 400, "external_id", "1 to 200 characters"),
    ({"external_id": "x" * 201}, 400, "external_id", "1 to 200 characters"),
    ({"external_id": "a\x00b"}, 400, "external_id", "control characters"),
    ({"external_id": "\ud800"}, 400, "external_id", "control characters"),
    ({"state": "done"}, 400, "state", "opened, closed, reopened"),
    ({"state": ["opened"]}, 400, "state", "opened, closed, reopened"),
    ({"at": "2026-11-20T12:30:00"}, 400, "at", "with its offset"),
    ({"at": "yesterday"}, 400, "at", "with its offset"),
    ({"at": 1763640000}, 400, "at", "with its offset"),
    ({"at": "0001-01-01T00:00:00+10:00"}, 400, "at", "with its offset"),
    ({"at": (NOON + AHEAD + timedelta(seconds=1)).isoformat()}, 400, "at", "in the future: here it's 2026-11-20T12:00:00+00:00"),
    ({"client": "alice"}, 400, "client", "the e-mail of who was helped"),
    ({"client": "alice martin@solane.example"}, 400, "client", "the e-mail of who was helped"),
    ({"client": "@solane.example"}, 400, "client", "the e-mail of who was helped"),
    ({"function": "legal"}, 422, "function", "it has it, finance"),
    ({"service": "fin_expenses"}, 422, "service", "it has it_laptop, it_demo_kit, it_tablet"),
    ({"service": "it_password"}, 422, "service", "no such service"),
    ({"outcome": "solved"}, 400, "outcome", "only a closed exchange"),
    ({"state": "closed", "outcome": "withdrawn"}, 400, "outcome", "solved, partly, not_solved, not_ours"),
    ({"state": "closed", "outcome": {}}, 400, "outcome", "solved, partly, not_solved, not_ours"),
    ({"subject": "my screen"}, 400, "subject", "nothing of what was said is kept"),
]


@on_one_database
@pytest.mark.parametrize(("changed", "status", "field", "words"), MISTAKES, ids=range(len(MISTAKES)))
async def test_a_mistake_is_refused_with_where_it_is_and_how_to_mend_it(
    api: Api, changed: dict[str, Any], status: int, field: str, words: str
) -> None:
    got, refused = await api.post(TICKET | changed)
    assert (got, refused["field"]) == (status, field)
    assert words in refused["error"]
    assert await api.kept() == []


@on_one_database
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 60_000])
async def test_a_body_that_is_not_json_is_refused(api: Api, body: bytes) -> None:
    assert await api.post(body) == (400, {"error": "the body isn't JSON in UTF-8"})


@on_one_database
async def test_several_exchanges_in_one_body_are_refused(api: Api) -> None:
    assert await api.post([TICKET]) == (400, {"error": "the body is one JSON object: one exchange"})


@on_one_database
async def test_a_long_body_is_refused(api: Api) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * (BODY_LIMIT // 2)

    status, refused = await api.post(b" " * (BODY_LIMIT + 1))
    assert (status, "65536 bytes at most" in refused["error"]) == (413, True)
    async with api.http.post(api.url, data=in_pieces(), headers=ACCESS) as response:  # its length isn't told
        assert response.status == 413


@on_one_database
async def test_a_clock_that_is_a_little_ahead_is_no_mistake(api: Api) -> None:
    assert (await api.post(TICKET | {"at": (NOON + AHEAD).isoformat()}))[0] == 200


@on_one_database
async def test_no_address_and_no_token_reaches_the_log(api: Api) -> None:
    with capture_logs() as log:
        await api.post(TICKET)
        await api.post(TICKET | {"client": "somebody"})
    assert [entry["event"] for entry in log] == ["exchange told"]
    assert "alice" not in str(log)
    assert "a-token" not in str(log)


@on_one_database
async def test_a_database_that_does_not_answer_asks_to_send_it_again(api: Api) -> None:
    await api.database.close()
    async with api.http.post(api.url, data=json.dumps(TICKET).encode(), headers=ACCESS) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")


@on_one_database
async def test_the_source_shows_when_it_last_told_something(api: Api) -> None:
    await api.post(TICKET)
    (row,) = await api.database.read(lambda session: list(session.exec(select(ExchangeSourceRow))))
    assert row.used_at == NOON
