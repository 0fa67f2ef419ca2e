"""`POST /api/evidence`: another tool tells of acts; what is forged, repeated, taken back or odd does no harm."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot.evidence_api import ACTS, BODY_LIMIT, EvidenceApi
from bot.told import AHEAD
from dialogs.ladder import Evidence, EvidenceKind, Stage
from storage import evidence, exchange_sources
from storage.database import Database
from storage.exchange_sources import TRUSTING
from storage.people import directory_person_id
from tests.bot.told_by_tools import told_by
from tests.company import NOON

on_one_database = pytest.mark.parametrize("database_kind", ["sqlite"])
ALICE = directory_person_id("p1")
ACT = {"external_id": "mfa-17", "person": "Alice.Martin@solane.example", "function": "it", "at": "2026-11-20T12:30:00+01:00"}
ACCESS = {"Authorization": "Bearer a-token"}
LEFT = Evidence(
    person=ALICE, function="it", topic="", kind=EvidenceKind.EVENT, source="authenticator|mfa-17", at=NOON - timedelta(minutes=30), weight=1.0
)


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

    async def left(self) -> tuple[Evidence, ...]:
        return await self.database.read(lambda session: evidence.evidence_of(session, ALICE))

    async def stages(self) -> Mapping[str, Stage]:
        return await self.database.read(lambda session: evidence.stages_of(session, ALICE))


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The route of a company whose authenticator has a token; it's noon."""
    async with told_by("authenticator", database, lambda *given: EvidenceApi(*given).routes(), body_limit=BODY_LIMIT) as (http, url):
        yield Api(database=database, http=http, url=f"{url}/api/evidence")


async def test_an_act_is_told_and_told_again_counts_once(api: Api) -> None:
    for _ in range(2):
        assert await api.post(ACT) == (200, {"external_id": "mfa-17"})
    assert await api.left() == (LEFT,)
    assert await api.stages() == {"it": Stage.ACTION}


@on_one_database
async def test_an_act_is_taken_back_and_what_came_before_that_changes_nothing_any_more(api: Api) -> None:
    await api.post(ACT)
    undone = ACT | {"undo": True, "at": "2026-11-20T11:45:00Z"}
    assert await api.post(undone) == (200, {"external_id": "mfa-17"})
    assert await api.stages() == {"it": Stage.UNAWARE}
    await api.post(ACT)
    assert await api.stages() == {"it": Stage.UNAWARE}
    await api.post(undone | {"undo": False, "at": "2026-11-20T11:50:00Z"})
    assert await api.stages() == {"it": Stage.ACTION}


@on_one_database
async def test_an_act_may_be_about_a_topic(api: Api) -> None:
    assert (await api.post(ACT | {"topic": "passwords"}))[0] == 200
    assert [piece.topic for piece in await api.left()] == ["passwords"]


@on_one_database
async def test_several_acts_are_told_at_once_and_somebody_unknown_is_ignored(api: Api) -> None:
    acts = [ACT, ACT | {"external_id": "mfa-18", "person": "nobody@solane.example"}, ACT | {"external_id": "mfa-19"}]
    told = {"evidence": [{"external_id": "mfa-17"}, {"external_id": "mfa-18", "ignored": True}, {"external_id": "mfa-19"}]}
    assert await api.post({"evidence": acts}) == (200, told)
    assert {piece.source for piece in await api.left()} == {"authenticator|mfa-17", "authenticator|mfa-19"}
    assert await api.post(acts[1]) == (200, {"external_id": "mfa-18", "ignored": True})


@on_one_database
async def test_of_several_one_that_is_wrong_keeps_all_out(api: Api) -> None:
    status, refused = await api.post({"evidence": [ACT, ACT | {"function": "legal"}]})
    assert (status, refused["index"], refused["field"]) == (422, 1, "function")
    status, refused = await api.post({"evidence": [ACT, "x"]})
    assert (status, refused["index"]) == (400, 1)
    assert await api.left() == ()


@on_one_database
@pytest.mark.parametrize("listed", [[], "x", {}, [ACT] * (ACTS + 1)], ids=["none", "text", "object", "too many"])
async def test_a_list_has_one_to_five_hundred_acts(api: Api, listed: object) -> None:
    assert await api.post({"evidence": listed}) == (400, {"error": "a list of 1 to 500 acts", "field": "evidence"})


@on_one_database
async def test_five_hundred_acts_are_taken_in_one_request(api: Api) -> None:
    status, told = await api.post({"evidence": [ACT | {"external_id": f"mfa-{number}"} for number in range(ACTS)]})
    assert (status, len(told["evidence"]), len(await api.left())) == (200, ACTS, ACTS)


MISTAKES: list[tuple[dict[str, Any], int, str, str]] = [
    ({"external_id": None}, 400, "external_id", "missing"),
    ({"external_id": "x" * 201}, 400, "external_id", "1 to 200 characters"),
    ({"person": "alice"}, 400, "person", "the e-mail of who did it"),
    ({"person": 3}, 400, "person", "1 to 254 characters"),
    ({"function": "legal"}, 422, "function", "it has it, finance"),
    ({"topic": "Mots de passe"}, 400, "topic", "the name of a topic"),
    ({"topic": "x" * 65}, 400, "topic", "1 to 64 characters"),
    ({"at": "2026-11-20T12:30:00"}, 400, "at", "with its offset"),
    ({"at": (NOON + AHEAD + timedelta(seconds=1)).isoformat()}, 400, "at", "in the future"),
    ({"undo": "yes"}, 400, "undo", "true where the act was taken back"),
    ({"comment": "she did it"}, 400, "comment", "nothing of what was said is kept"),
    ({"evidence": [ACT]}, 400, "external_id", "not taken here"),
]


@on_one_database
@pytest.mark.parametrize(("changed", "status", "field", "words"), MISTAKES, ids=range(len(MISTAKES)))
async def test_a_mistake_is_refused_with_where_it_is_and_how_to_mend_it(
    api: Api, changed: dict[str, Any], status: int, field: str, words: str
) -> None:
    got, refused = await api.post(ACT | changed)
    assert (got, refused["field"]) == (status, field)
    assert words in refused["error"]
    assert await api.left() == ()


@on_one_database
async def test_what_is_no_act_is_refused(api: Api) -> None:
    assert await api.post(b"{") == (400, {"error": "the body isn't JSON in UTF-8"})
    assert "an act is one JSON object" in (await api.post([ACT]))[1]["error"]
    assert (await api.post(b" " * (BODY_LIMIT + 1)))[0] == 413


@on_one_database
async def test_a_clock_that_is_a_little_ahead_dates_nothing_later_than_now(api: Api) -> None:
    assert (await api.post(ACT | {"at": (NOON + AHEAD).isoformat()}))[0] == 200
    assert [piece.at for piece in await api.left()] == [NOON]


@on_one_database
async def test_a_token_that_counts_no_more_is_refused(api: Api) -> None:
    await api.database.write(TRUSTING, lambda session: exchange_sources.revoke(session, "authenticator", NOON))
    assert (await api.post(ACT))[0] == 401
    assert await api.left() == ()


@on_one_database
async def test_no_address_and_no_token_reaches_the_log(api: Api) -> None:
    with capture_logs() as log:
        await api.post(ACT)
        await api.post(ACT | {"person": "somebody"})
    assert [entry["event"] for entry in log] == ["evidence told"]
    assert "alice" not in str(log).lower()
    assert "a-token" not in str(log)


@on_one_database
async def test_a_database_that_does_not_answer_asks_to_send_it_again(api: Api) -> None:
    await api.database.close()
    async with api.http.post(api.url, data=json.dumps(ACT).encode(), headers=ACCESS) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
