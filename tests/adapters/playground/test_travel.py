"""The page skips time, where somebody lets it; and whoever nobody plays lives too."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from adapters.playground.colleagues import Colleagues
from adapters.playground.travel import Arrival, Journey, Skip
from dialogs.actions import Help, Home
from dialogs.events import ActionTaken, HomeOpened
from dialogs.messages import Button, Buttons, Message, Text
from tests.adapters.playground.conftest import Stage

LATER = datetime(2026, 11, 24, 8, tzinfo=UTC)


class Clockwork:
    """Whoever keeps the time."""

    def __init__(self) -> None:
        self.skipped: list[Skip] = []

    async def __call__(self, skip: Skip, journey: Journey) -> Arrival:
        self.skipped.append(skip)
        assert not journey.is_reached()
        journey.passes(LATER - timedelta(hours=1))
        return Arrival(at=LATER, sent=3)


async def test_every_window_hears_what_time_it_is_after_a_skip(stage: Stage) -> None:
    clockwork = Clockwork()
    stage.playground.travel_by(clockwork)
    async with stage.watching("p1") as watch:
        await watch.next("picture")
        async with stage.http.post(
            f"{stage.url}/playground/time", json={"skip": "day", "account": "p1"}, headers={"Sec-Fetch-Site": "same-origin"}
        ) as response:
            assert await response.json() == {"at": "2026-11-24T08:00:00+00:00", "sent": 3, "mine": 0, "idle": False}
        assert [(await watch.next("time"))["at"] for _ in range(2)] == ["2026-11-24T07:00:00+00:00", "2026-11-24T08:00:00+00:00"]
    assert clockwork.skipped == ["day"]


async def test_the_page_knows_whether_time_can_be_skipped(stage: Stage) -> None:
    async with stage.http.get(f"{stage.url}/playground/company") as response:
        assert (await response.json())["time"] is None
    stage.playground.travel_by(Clockwork())
    async with stage.http.get(f"{stage.url}/playground/company") as response:
        assert datetime.fromisoformat((await response.json())["time"]).tzinfo is not None


@pytest.mark.parametrize(
    ("body", "allowed", "status"),
    [
        ({"skip": "day", "account": "p1"}, False, 404),
        ({"skip": "year", "account": "p1"}, True, 400),
        ({"skip": "day", "account": "nobody"}, True, 400),
        ({}, True, 400),
    ],
)
async def test_a_skip_that_cannot_be_made_is_refused(stage: Stage, body: dict[str, str], allowed: bool, status: int) -> None:
    if allowed:
        stage.playground.travel_by(Clockwork())
    async with stage.http.post(f"{stage.url}/playground/time", json=body, headers={"Sec-Fetch-Site": "same-origin"}) as response:
        assert response.status == status


async def test_another_site_cannot_skip_time(stage: Stage) -> None:
    stage.playground.travel_by(Clockwork())
    async with stage.http.post(
        f"{stage.url}/playground/time", json={"skip": "day", "account": "p1"}, headers={"Sec-Fetch-Site": "cross-site"}
    ) as response:
        assert response.status == 403


async def test_colleagues_open_the_app_and_tap_once_but_whom_a_window_plays(stage: Stage) -> None:
    blocks = (Text(text="Hello"), Buttons(buttons=(Button(label="Help", action=Help()), Button(label="Home", action=Home()))))
    stage.listener.replies = lambda _: (Message(language="en", blocks=blocks),)
    offered: list[tuple[str, int]] = []

    def second(person: str, values: Sequence[str]) -> int | None:
        offered.append((person, len(values)))
        return 1 if len(offered) == 1 else None

    colleagues: Colleagues = stage.playground.colleagues(second)
    await stage.sees("p1", "slack/dm")
    await colleagues.arrive()
    await stage.listener.settled()
    opened = [event for event in stage.listener.heard if isinstance(event, HomeOpened)]
    assert len(opened) == 1
    await stage.makes("p2", "slack/message", place="slack/dm", text="hello")
    await colleagues.respond()
    await stage.listener.settled()
    assert offered[0] == ("p2", 2)
    (tapped,) = [event for event in stage.listener.heard if isinstance(event, ActionTaken)]
    assert tapped.action == Home()
    seen = len(offered)
    await colleagues.respond()
    assert len(offered) <= seen + 1
