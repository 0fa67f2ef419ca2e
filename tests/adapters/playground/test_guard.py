"""The playground answers its own page and its own server, on this machine, and nobody else."""

import pytest

from adapters.playground.guard import is_loopback
from tests.adapters.playground.conftest import TOKEN, Stage

HELLO = {"account": "p1", "window": "w1", "text": "bonjour"}
PAGES = ("/playground/", "/playground/static/page.js", "/playground/company", "/playground/events?account=p1&window=w1")


@pytest.mark.parametrize("host", ["localhost:3978", "127.0.0.1", "127.0.0.9:1", "[::1]:3978", "LOCALHOST"])
def test_this_machine_has_many_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "10.0.0.1:3978", "127.0.0.1.evil.example", "", "[::1", "127.0.0.1@evil.example"]
)
def test_other_names_are_strangers(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("path", [*PAGES, "/playground"])
async def test_a_strange_host_gets_nothing(stage: Stage, path: str) -> None:
    async with stage.http.get(stage.url + path, headers={"Host": "evil.example"}, allow_redirects=False) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
async def test_another_sites_gesture_is_refused_and_goes_nowhere(stage: Stage, headers: dict[str, str]) -> None:
    async with stage.http.post(f"{stage.url}/playground/gestures/slack/message", json=HELLO, headers=headers) as response:
        assert response.status == 403
    assert stage.requests == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "{url}"}, {}])
async def test_the_pages_own_gesture_goes_through_in_old_browsers_too(stage: Stage, headers: dict[str, str]) -> None:
    given = {name: value.format(url=stage.url) for name, value in headers.items()}
    async with stage.http.post(f"{stage.url}/playground/gestures/slack/message", json=HELLO, headers=given) as response:
        assert response.status == 200
    await stage.listener.settled()


@pytest.mark.parametrize("path", ["slack/api/auth.test", "slack/respond/x", "teams/v3/conversations"])
async def test_the_platform_routes_are_no_browsers_business(stage: Stage, path: str) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": stage.url}, {"Host": "evil.example"}):
        given = {"Authorization": f"Bearer {TOKEN}", **headers}
        async with stage.http.post(f"{stage.url}/playground/{path}", json={}, headers=given) as response:
            assert response.status == 403


@pytest.mark.parametrize("path", PAGES)
async def test_all_the_page_loads_comes_with_the_strict_policy(stage: Stage, path: str) -> None:
    async with stage.http.get(stage.url + path) as response:
        assert response.status == 200
        assert response.headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_page_is_found_without_its_last_slash(stage: Stage) -> None:
    async with stage.http.get(f"{stage.url}/playground") as response:
        assert response.url.path == "/playground/"
        assert response.content_type == "text/html"


@pytest.mark.parametrize(
    "path", ["../app.py", "%2e%2e/app.py", "..%2fapp.py", "vendor/../../app.py", "vendor", "none.js", "vendor/LICENSES.txt", "a%5cb.js"]
)
async def test_only_the_pages_own_files_can_be_had(stage: Stage, path: str) -> None:
    async with stage.http.get(f"{stage.url}/playground/static/{path}") as response:
        assert response.status == 404


@pytest.mark.parametrize(
    ("gesture", "body", "status"),
    [
        ("slack/dance", HELLO, 404),
        ("slack/message", HELLO | {"account": "nobody"}, 400),
        ("slack/message", HELLO | {"place": "teams/chat"}, 400),
        ("slack/message", HELLO | {"text": ""}, 400),
        ("slack/message", HELLO | {"text": 3}, 400),
        ("slack/message", HELLO | {"text": "x" * 12_001}, 400),
        ("slack/submit", HELLO | {"view": "V1", "values": []}, 400),
        ("teams/message", [], 400),
    ],
)
async def test_a_gesture_that_makes_no_sense_is_a_bad_request(stage: Stage, gesture: str, body: object, status: int) -> None:
    async with stage.sends(gesture, body) as response:
        assert response.status == status


async def test_a_gesture_is_json_which_no_form_of_another_site_can_send(stage: Stage) -> None:
    url = f"{stage.url}/playground/gestures/slack/message"
    async with stage.http.post(url, data=HELLO) as response:
        assert response.status == 415
    async with stage.http.post(url, data=b"{", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
