"""A real `pourqui demo`, and a headless Chromium that looks at it as somebody of the sample company."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "adapters" / "playground" / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = (1440, 900), (390, 844)
SPOKEN_FOR = ("Ventes", "Exploitation")  # the departments whose people the tests name
UNKNOWN = re.compile("annuaire|directory")  # the bot says so until the platform has told it who somebody is
NAMED = {"p001", "p003", "p032", "p034"}  # who else they name


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    """Run `pourqui demo` on a free port; yields the page's address, such as `http://127.0.0.1:40001/playground/`."""
    command = [str(Path(sys.executable).with_name("pourqui")), "demo", "--port", "0", "--no-browse"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        said = []
        for line in running.stdout:
            said.append(line)
            if "http://127.0.0.1:" in line:
                yield line[line.index("http://") :].split()[0]
                running.terminate()
                return
        pytest.fail(f"`pourqui demo` ended without naming its page:\n{''.join(said)}")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Debian's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("The browser tests need Chromium: sudo apt-get install chromium", pytrace=False)
    return found


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return axe-core's source."""
    if not AXE.exists():
        get_npm = "" if shutil.which("npm") else "sudo apt-get install npm && "
        pytest.fail(f"The browser tests need axe-core: {get_npm}npm ci --prefix adapters/playground/web", pytrace=False)
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Start a browser."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield started
        await started.close()


@dataclass(slots=True, kw_only=True)
class Desk:
    """Somebody's browser on the playground, and whatever went wrong in it."""

    page: Page
    url: str
    trouble: list[str] = field(default_factory=list)

    @property
    def slack(self) -> Locator:
        """Slack's half of the page."""
        return self.page.locator(".pane.slack")

    @property
    def teams(self) -> Locator:
        """Teams' half of the page."""
        return self.page.locator(".pane.teams")

    async def sit(self, account: str, language: str) -> None:
        """Open the page as somebody."""
        await self.page.goto(f"{self.url}?{urlencode({'as': account, 'lang': language})}")
        await self.slack.locator(".request").filter(has_text="→").wait_for(state="attached")

    async def see(self, platform: str) -> None:
        """Show a platform where there's room for one only."""
        switch = self.page.locator(f"[data-platform={platform}]").first
        if await switch.is_visible():
            await switch.click()

    async def writes(self, half: Locator, text: str) -> None:
        """Write a message, and send it with Enter."""
        box = half.get_by_role("textbox")
        await box.fill(text)
        await box.press("Enter")


async def until_known(desk: Desk) -> None:
    """Wait until the bot has learnt who it speaks to: it asks the platform after its first answer, not before."""
    home = desk.slack.get_by_role("tab", name=re.compile("Accueil|Home"))
    async with asyncio.timeout(20):
        while True:
            await home.click()
            await expect(desk.slack.locator(".home-tab")).to_be_visible()
            if not await desk.slack.locator(".home-tab").get_by_text(UNKNOWN).count():
                break
    await desk.slack.get_by_role("tab").first.click()


Sitting = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def sits(browser: Browser, demo_url: str) -> AsyncIterator[Sitting]:
    """Give a desk to whoever asks; at the end, no request has left the origin, nothing broke the page's policy, and no script failed."""
    desks: list[Desk] = []

    async def sitting(account: str, language: str, *, size: tuple[int, int] = WIDE, dark: bool = False) -> Desk:
        width, height = size
        context = await browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)  # milliseconds
        page = await context.new_page()
        desk = Desk(page=page, url=demo_url)
        desks.append(desk)
        origin = demo_url.removesuffix("/playground/")
        page.on("request", lambda asked: None if asked.url.startswith((f"{origin}/", "data:")) else desk.trouble.append(f"left for {asked.url}"))
        page.on("console", lambda said: desk.trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: desk.trouble.append(str(error)))
        watch = "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective, event.blockedURI))"
        await page.add_init_script(watch)
        await desk.sit(account, language)
        return desk

    yield sitting
    for desk in desks:
        assert desk.trouble == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """Somebody of the sample company."""

    id: str
    name: str
    language: str
    department: str
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The people of the sample company."""

    people: tuple[Someone, ...]
    _met: set[str] = field(default_factory=NAMED.copy)

    def of(self, department: str, language: str) -> Someone:
        """Return somebody of a department who speaks a language; the same at each call."""
        return next(one for one in self.people if (one.department, one.language) == (department, language))

    def newcomer(self, language: str) -> Someone:
        """Return somebody who hasn't spoken to the bot yet; another one at each call."""
        person = next(one for one in self.people if one.language == language and one.department not in SPOKEN_FOR and one.id not in self._met)
        self._met.add(person.id)
        return person


@pytest.fixture(scope="session")
def company(demo_url: str) -> Company:
    """Return who one can be in the demo."""
    with urlopen(f"{demo_url}company") as response:  # noqa: S310 (our own server)
        people = json.load(response)["people"]
    known = ("id", "name", "language", "department", "site")
    return Company(people=tuple(Someone(**{key: one[key] for key in known}) for one in people if one["kind"] == "member"))
