"""Pictures and files of the playground: both real adapters send them, the page shows and downloads them, nobody else gets at them."""

from typing import Any
from uuid import uuid4

import pytest

from adapters.playground import files as playground_files
from adapters.playground.accounts import accounts
from adapters.playground.files import FILE_LIMIT
from adapters.port import Outgoing
from adapters.slack.app import SlackAdapter
from bot.app import teams_of
from bot.clock import now
from dialogs.attachment import Attachment
from dialogs.events import Reference, Scope
from dialogs.messages import Block, File, Message, Picture, Text
from tests.adapters.playground.conftest import PEOPLE, SECRET, TEAM, TENANT, TOKEN, Json, Stage

ALICE = accounts(PEOPLE, language="fr")[0]
PNG = Attachment(name="traces.png", content_type="image/png", content=b"\x89PNG\r\n\x1a\n" + bytes(300_000))
CSV = Attachment(name="avis été.csv", content_type="text/csv", content=b"mois;trace\n" * 200_000)  # past the limit of the program's own routes
PICTURE, FILE = Picture(attachment="k-png", alt="4 sur 5"), File(attachment="k-csv", name="avis été.csv")


async def sends(stage: Stage, platform: str, *blocks: Block) -> None:
    """Send as the ledger does, to alice, through that platform's real adapter."""
    own = {"slack": ALICE.slack_user, "teams": ALICE.teams_chat}[platform]
    service_url = f"{stage.url}/playground/teams/" if platform == "teams" else None
    tenant = TEAM if platform == "slack" else TENANT
    reference = Reference(platform=platform, tenant=tenant, conversation=own, scope=Scope.PERSONAL, service_url=service_url)  # type: ignore[arg-type]
    message = Message(language="fr", blocks=(Text(text="Voici."), *blocks))
    adapter = (
        SlackAdapter(TOKEN, SECRET, clock=now, api_url=f"{stage.url}/playground/slack/api/")
        if platform == "slack"
        else teams_of(stage.playground, stage.url, clock=now)
    )
    await adapter.start(stage.listener)
    await adapter.send(Outgoing(key=uuid4(), reference=reference, message=message, attachments={"k-png": PNG, "k-csv": CSV}))
    await stage.listener.settled()
    await adapter.stop()


async def call(stage: Stage, method: str, /, **arguments: Any) -> Json:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with stage.http.post(f"{stage.url}/playground/slack/api/{method}", json=arguments, headers=headers) as response:
        answer: Json = await response.json()
        return answer


async def got(stage: Stage, path: str) -> tuple[int, bytes, str, str]:
    async with stage.http.get(f"{stage.url}/playground/files/{path}") as response:
        return response.status, await response.read(), response.content_type, response.headers.get("Content-Disposition", "")


def offers(posts: list[Json]) -> list[Json]:
    return [post for post in posts if post["body"]["attachments"][0]["contentType"].endswith("file.consent")]


async def test_slacks_look_shows_a_picture(stage: Stage) -> None:
    await sends(stage, "slack", PICTURE)
    (post,) = await stage.sees("p1", "slack/dm")
    _, image = post["body"]["blocks"]
    assert (await got(stage, image["slack_file"]["id"]))[:3] == (200, PNG.content, "image/png")


async def test_slacks_look_downloads_a_file(stage: Stage) -> None:
    await sends(stage, "slack", FILE)
    shared, post = await stage.sees("p1", "slack/dm")
    (file,) = shared["body"]["files"]
    assert post["body"]["blocks"][1]["elements"][0]["url"] == file["permalink"]
    status, content, kind, disposition = await got(stage, file["id"])
    assert (status, content, kind) == (200, CSV.content, "application/octet-stream")
    assert disposition == "attachment; filename*=UTF-8''avis%20%C3%A9t%C3%A9.csv"


async def test_teams_look_shows_a_picture_beside_its_card(stage: Stage) -> None:
    await sends(stage, "teams", PICTURE)
    (post,) = await stage.sees("p1", "teams/chat")
    assert post["body"]["attachments"][1]["contentUrl"].startswith("data:image/png;base64,")


async def test_teams_look_asks_first_then_downloads(stage: Stage) -> None:
    stage.listener.files["k-csv", ALICE.teams_user] = CSV
    await sends(stage, "teams", FILE)
    (offer,) = offers(await stage.sees("p1", "teams/chat"))
    answer = await stage.makes("p1", "teams/consent", message=offer["id"], answer="accept")
    assert answer["request"]["status"] == 200
    posts = await stage.sees("p1", "teams/chat")
    assert offers(posts) == []
    (info,) = posts[-1]["body"]["attachments"]
    assert info["contentUrl"].startswith(f"{stage.url}/playground/files/")
    assert (await got(stage, info["content"]["uniqueId"]))[1] == CSV.content


async def test_declined_the_bot_says_what_next(stage: Stage) -> None:
    await sends(stage, "teams", FILE)
    (offer,) = offers(await stage.sees("p1", "teams/chat"))
    await stage.makes("p1", "teams/consent", message=offer["id"], answer="decline")
    posts = await stage.sees("p1", "teams/chat")
    assert (offers(posts), posts[-1]["body"]["summary"]) == ([], "file declined")


async def test_what_offers_no_file_cannot_be_accepted(stage: Stage) -> None:
    await sends(stage, "teams")
    (post,) = await stage.sees("p1", "teams/chat")
    for message in (post["id"], "404"):
        async with stage.sends("teams/consent", {"account": "p1", "window": "w1", "message": message, "answer": "accept"}) as response:
            assert response.status == 410


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("files.getUploadURLExternal", {"filename": "", "length": 3}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a", "length": FILE_LIMIT + 1}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": "x"}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": [{"id": "F404"}]}, "file_not_found"),
        ("files.completeUploadExternal", {"files": [], "channel_id": ALICE.slack_user}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": [], "channel_id": "C404"}, "channel_not_found"),
        (
            "chat.postMessage",
            {"channel": ALICE.slack_dm, "blocks": [{"type": "image", "slack_file": {"id": "F404"}, "alt_text": "x"}]},
            "invalid_blocks",
        ),
        ("chat.postMessage", {"channel": ALICE.slack_dm, "blocks": [{"type": "image", "slack_file": "F404", "alt_text": "x"}]}, "invalid_blocks"),
    ],
)
async def test_it_refuses_in_slacks_words(stage: Stage, method: str, arguments: Json, error: str) -> None:
    assert await call(stage, method, **arguments) == {"ok": False, "error": error}


async def test_a_place_takes_what_was_announced_once(stage: Stage) -> None:
    announced = await call(stage, "files.getUploadURLExternal", filename="a.txt", length=3)
    statuses = []
    for url, content in (("store/F404", b"abc"), ("", b"ab"), ("", b"abcd"), ("", b"abc"), ("", b"abc")):
        place = f"{stage.url}/playground/{url}" if url else announced["upload_url"]
        async with stage.http.post(place, data=content) as response:
            statuses.append(response.status)
    assert statuses == [404, 400, 400, 200, 404]
    assert (await call(stage, "files.completeUploadExternal", files=[{"id": announced["file_id"]}]))["ok"]
    image = {"type": "image", "slack_file": {"id": announced["file_id"]}, "alt_text": "no picture"}
    assert (await call(stage, "chat.postMessage", channel=ALICE.slack_dm, blocks=[image]))["error"] == "invalid_blocks"


async def test_the_oldest_file_makes_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playground_files, "KEPT", 1)
    first = await call(stage, "files.getUploadURLExternal", filename="a", length=1)
    await call(stage, "files.getUploadURLExternal", filename="b", length=1)
    async with stage.http.post(first["upload_url"], data=b"a") as response:
        assert response.status == 404
    assert (await got(stage, first["file_id"]))[0] == 404


async def test_files_are_given_to_the_page_and_taken_from_the_bot_only(stage: Stage) -> None:
    announced = await call(stage, "files.getUploadURLExternal", filename="a", length=1)
    async with stage.http.post(announced["upload_url"], data=b"a", headers={"Sec-Fetch-Site": "same-origin"}) as response:
        assert response.status == 403
    async with stage.http.get(f"{stage.url}/playground/files/{announced['file_id']}", headers={"Host": "evil.example"}) as response:
        assert response.status == 403


CONSENT = {"contentType": "application/vnd.microsoft.teams.card.file.consent", "name": "a.csv", "content": {"sizeInBytes": 3}}


@pytest.mark.parametrize(
    ("conversation", "attachment"),
    [
        ("19:playground@thread.tacv2", CONSENT),
        (ALICE.teams_chat, CONSENT | {"name": None}),
        (ALICE.teams_chat, CONSENT | {"content": {}}),
        (ALICE.teams_chat, CONSENT | {"content": None}),
    ],
)
async def test_a_file_is_offered_in_a_chat_by_its_name_and_size(stage: Stage, conversation: str, attachment: Json) -> None:
    url = f"{stage.url}/playground/teams/v3/conversations/{conversation}/activities"
    async with stage.http.post(url, json={"type": "message", "attachments": [attachment]}, headers=stage.as_bot) as response:
        assert response.status == 400
