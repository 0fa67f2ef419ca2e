"""What trace an exchange leaves, in a real browser: the row, the steps, a word, and what an admin reads."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import NARROW, Company, Sitting


def choice(card: Locator, label: str) -> Locator:
    """Return a button, or a step of a scale, by the words that it shows."""
    return card.locator("button, [role=button]").filter(has_text=re.compile(f"^{re.escape(label)}$"))


async def test_an_answer_is_rated_in_its_own_card_on_both_halves(sits: Sitting, company: Company) -> None:
    desk = await sits(company.of("Ventes", "fr").id, "fr")
    for half in (desk.slack, desk.teams):
        await desk.writes(half, "mon portable est mort")
        card = half.locator(".post.bot").filter(has_text="Est-ce résolu").last
        await choice(card, "En partie").click()
        card = half.locator(".post.bot").filter(has_text="Merci, c’est noté : « En partie »").last
        await choice(card, "4").click()
        rated = half.locator(".post.bot").filter(has_text="Ajouter un mot").last
        await choice(rated, "Ajouter un mot").click()
        form = desk.page.get_by_role("dialog")
        await form.get_by_label("Que souhaitez-vous dire").fill("Rapide, merci.")
        await form.get_by_role("button", name="Envoyer").click()
        await expect(form).to_have_count(0)
        await expect(half.locator(".post.bot").last).to_contain_text("Merci")


async def test_something_is_said_without_a_name_on_a_phone_and_leaves_a_receipt(sits: Sitting, company: Company) -> None:
    desk = await sits(company.of("Ventes", "en").id, "en", size=NARROW)
    await desk.writes(desk.slack, "say it")
    await choice(desk.slack.locator(".post.bot").last, "Say something to IT").click()
    form = desk.page.get_by_role("dialog")
    await form.get_by_label("An idea").check()
    await form.get_by_label("Your words").fill("A locker on each floor.")
    await form.get_by_role("button", name="Send").click()
    await expect(form).to_be_visible()  # nothing is sent before one has said how
    await form.get_by_label("Anonymously").check()
    await form.get_by_role("button", name="Send").click()
    receipt = desk.slack.locator(".post.bot").last
    await expect(receipt).to_contain_text("pourqui cannot know who wrote it")
    await choice(receipt, "Is there an answer?").click()
    await expect(desk.slack.locator(".post.bot").last).to_contain_text("It isn't passed on to")


async def test_an_admin_reads_the_traces_and_takes_an_export_home(sits: Sitting) -> None:
    desk = await sits("p001", "fr")
    await desk.writes(desk.slack, "traces facilities")
    await expect(desk.slack.locator(".post.bot").last).to_contain_text("Octobre 2026")
    await desk.writes(desk.slack, "export")
    await choice(desk.slack.locator(".post.bot").last, "Exporter les retours").click()
    form = desk.page.get_by_role("dialog")
    await form.get_by_label("Quelle fonction").select_option(index=1)
    await form.get_by_label("Classeur Excel").check()
    await form.get_by_role("button", name="Exporter").click()
    await expect(desk.slack.get_by_role("link", name=re.compile(r"\.(zip|csv|xlsx)")).last).to_be_visible(timeout=20_000)
