"""The time machine in a real browser: a campaign's messages arrive, are answered in one tap, and the plan shows it to everybody."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import NARROW, WIDE, Company, Sitting
from tests.browser.test_feedback import choice

NEXT = {"fr": "Prochain message", "en": "Next message"}
READERS = {"fr": "p034", "en": "p032"}  # two of those who get the messages, by the draw
BADGE = {"fr": "DSI · Direction des systèmes d’information", "en": "IT · Information Technology"}
PEACE = {"fr": "Ne plus être sollicité", "en": "Be left in peace"}


async def skips(page: Locator, label: str) -> None:
    button = page.get_by_role("button", name=label)
    await button.click()
    await expect(button).to_be_enabled(timeout=60_000)


@pytest.mark.parametrize(("language", "size"), [("fr", WIDE), ("en", NARROW)])
async def test_a_campaign_is_lived_from_message_to_message(sits: Sitting, language: str, size: tuple[int, int]) -> None:
    desk = await sits(READERS[language], language, size=size)
    top = desk.page.locator("#top")
    before = await top.locator("time").get_attribute("datetime")
    # whichever of its messages is next: the other test of this company may have moved its time on; and on either platform, of which a phone hides one
    peace = desk.page.get_by_role("button", name=PEACE[language], include_hidden=True)
    received = desk.page.locator(".post.bot").filter(has_text=BADGE[language], has=peace)
    for _ in range(4):
        await skips(top, NEXT[language])
        if await received.count():
            break
    assert await top.locator("time").get_attribute("datetime") != before
    await expect(received.first).to_be_attached()


async def test_an_admin_sees_the_campaign_and_anybody_its_plan(sits: Sitting, company: Company) -> None:
    desk = await sits("p001", "fr")
    await desk.writes(desk.slack, "campagnes DSI")
    card = desk.slack.locator(".post.bot").last
    await expect(card).to_contain_text("Trois réflexes tranquilles")
    await choice(card, "Ouvrir").first.click()
    await expect(desk.slack.locator(".post.bot").last).to_contain_text("Que chacun signale un message douteux")
    other = await sits(company.of("Ventes", "fr").id, "fr")
    await other.writes(other.slack, "plan DSI")
    await expect(other.slack.locator(".post.bot").last).to_contain_text("Trois réflexes tranquilles")
