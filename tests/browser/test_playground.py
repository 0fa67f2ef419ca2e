"""The playground in a real browser: what somebody sees and does on the page that `pourqui demo` opens."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NARROW, UNKNOWN, WIDE, Company, Sitting, until_known

WRONG = re.compile("C’est faux|This is wrong")


async def violations(page: Page, axe_source: str) -> list[str]:
    """Return what axe-core finds wrong with the page as it stands."""
    await page.evaluate(axe_source)
    found = await page.evaluate("axe.run().then(({violations}) => violations.map(({id, nodes}) => `${id}: ${nodes.map((n) => n.html).join(' ')}`))")
    return list(found)


async def answer_in(half: Locator) -> Locator:
    """Return the bot's last message, once it's there."""
    last = half.locator(".post.bot").last
    await expect(last).to_be_visible()
    return last


async def test_what_it_does_for_me_asked_in_french_as_in_slack_depends_on_who_asks(sits: Sitting, company: Company) -> None:
    said = []
    for person in (company.of("Ventes", "fr"), company.of("Exploitation", "fr")):
        desk = await sits(person.id, "fr")
        await until_known(desk)
        await desk.writes(desk.slack, "à quoi sert la DSI ?")
        answer = await answer_in(desk.slack)
        await expect(answer).to_contain_text("Direction des systèmes d’information")
        await expect(answer).to_contain_text(f"({person.department}, {person.site})")
        said.append(await answer.inner_text())
    assert said[0] != said[1]


async def test_what_it_does_for_me_asked_in_english_as_in_teams_depends_on_who_asks(sits: Sitting, company: Company) -> None:
    said = []
    for person in (company.of("Ventes", "en"), company.of("Exploitation", "en")):
        desk = await sits(person.id, "en")
        await until_known(desk)
        await desk.writes(desk.teams, "what does Finance do for me?")
        answer = desk.teams.locator(".post.bot").filter(has_text="What are we for")
        await expect(answer).to_contain_text("Finance")
        await expect(answer).to_contain_text(f"({person.department}, {person.site})")
        said.append(await answer.inner_text())
    assert said[0] != said[1]


async def open_a_service(half: Locator) -> Locator:
    """Ask for a function and open the first of its services, as a tap does."""
    await half.get_by_role("button", name=re.compile("^(Ouvrir|Open)")).first.click()
    answer = half.locator(".post.bot").filter(has=half.page.get_by_role("button", name=WRONG)).last
    await expect(answer).to_be_visible()
    return answer


async def test_as_in_slack_a_tap_opens_a_modal_which_says_what_is_missing_and_then_thanks(sits: Sitting, company: Company) -> None:
    desk = await sits(company.of("Ventes", "fr").id, "fr")
    await until_known(desk)
    await desk.writes(desk.slack, "à quoi sert la DSI ?")
    answer = await open_a_service(desk.slack)
    await answer.get_by_role("button", name="C’est faux").click()
    modal = desk.page.get_by_role("dialog", name="Faux ou incomplet")
    box = modal.get_by_role("textbox")
    await expect(box).to_be_focused()
    await modal.get_by_role("button", name="Envoyer").click()
    await expect(box).to_have_accessible_description("À remplir pour pouvoir envoyer.")
    await box.fill("   ")
    await modal.get_by_role("button", name="Envoyer").click()
    await expect(box).to_have_accessible_description(re.compile("Dites en quelques mots"))
    await box.fill("Le délai est de deux semaines.")
    await modal.get_by_role("button", name="Envoyer").click()
    await expect(modal).to_have_count(0)
    await expect(desk.slack.locator(".post.bot").last).to_contain_text("votre remarque est gardée")
    await expect(desk.slack.locator(".post.bot").last).to_contain_text("modifié")


@pytest.mark.parametrize("half", ["slack", "teams"])
async def test_a_card_that_changes_stays_where_it_is_read(sits: Sitting, company: Company, half: str) -> None:
    desk = await sits(company.of("Ventes", "fr").id, "fr", size=NARROW)
    await until_known(desk)
    await desk.see(half)
    pane = desk.slack if half == "slack" else desk.teams
    await desk.writes(pane, "à quoi sert la DSI ?")
    answer = await open_a_service(pane)
    await answer.get_by_role("button", name="C’est faux").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("Le délai est de deux semaines.")
    await dialog.get_by_role("button", name="Envoyer").click()
    thanks = pane.locator(".post.bot").last.get_by_text("votre remarque est gardée")
    await expect(thanks).to_be_visible()
    await expect(thanks).to_be_in_viewport()


async def test_as_in_teams_a_tap_opens_a_dialog_which_says_what_is_missing_and_then_thanks(sits: Sitting, company: Company) -> None:
    desk = await sits(company.of("Ventes", "en").id, "en")
    await until_known(desk)
    await desk.writes(desk.teams, "what does Finance do for me?")
    answer = await open_a_service(desk.teams)
    await answer.get_by_role("button", name="This is wrong").click()
    dialog = desk.page.get_by_role("dialog")
    box = dialog.get_by_role("textbox")
    await expect(box).to_be_focused()
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_contain_text("Say in a few words")
    await box.fill("It takes two weeks now.")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog).to_have_count(0)
    await expect(desk.teams.locator(".post.bot").last).to_contain_text("your remark is kept")


async def test_one_becomes_somebody_else_with_the_keyboard_alone(sits: Sitting, company: Company) -> None:
    first, second = company.newcomer("fr"), company.newcomer("fr")
    desk = await sits(first.id, "fr")
    await desk.writes(desk.slack, "bonjour")
    await answer_in(desk.slack)
    you = desk.page.get_by_role("button", name=first.name)
    await you.press("Enter")
    search = desk.page.get_by_role("combobox")
    await expect(search).to_be_focused()
    await search.press_sequentially(second.name.upper())
    await expect(desk.page.get_by_role("option")).to_have_count(1)
    await search.press("Enter")
    you = desk.page.get_by_role("button", name=second.name)
    await expect(you).to_be_focused()
    await expect(desk.slack.locator(".post")).to_have_count(0)
    await desk.writes(desk.slack, "bonjour")
    await expect(await answer_in(desk.slack)).to_be_visible()
    await you.press("Enter")
    await desk.page.keyboard.press("Escape")
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    await expect(you).to_be_focused()


async def test_a_mention_in_the_channel_is_answered_in_its_thread_and_continues_in_private(sits: Sitting, company: Company) -> None:
    person = company.of("Ventes", "fr")
    desk = await sits(person.id, "fr")
    await until_known(desk)
    await desk.slack.get_by_role("tab", name="# entraide").click()
    await desk.writes(desk.slack, "@pourqui à quoi sert la DSI ?")
    thread = desk.slack.locator(".post.own").last.get_by_role("group", name="Réponses")
    answer = thread.locator(".post.bot")
    await expect(answer).to_contain_text("Direction des systèmes d’information")
    await expect(answer).not_to_contain_text(person.department)
    await answer.get_by_role("button", name="Pour moi").click()
    private = desk.slack.get_by_role("tab", name="Message direct")
    await expect(private).to_have_class(re.compile("unread"))
    await private.press("Enter")
    await expect(desk.slack.locator(".post.bot").last).to_contain_text(f"({person.department}, {person.site})")


async def test_what_nobody_mentioned_the_bot_in_stays_unheard_until_somebody_uses_the_shortcut(sits: Sitting, company: Company) -> None:
    desk = await sits(company.newcomer("fr").id, "fr")
    await desk.slack.get_by_role("tab", name="# entraide").click()
    await desk.writes(desk.slack, "à quoi sert la DAF ?")
    await expect(desk.page.get_by_role("status").filter(has_text="il n’entend pas")).to_be_visible()
    post = desk.slack.locator(".post.own").last
    await post.hover()
    await post.get_by_role("button", name="Demander à pourqui").click()
    await desk.slack.get_by_role("tab", name="Message direct").click()
    await expect(await answer_in(desk.slack)).to_contain_text("Direction administrative et financière")


async def test_the_slash_command_is_typed_where_one_writes(sits: Sitting, company: Company) -> None:
    desk = await sits(company.newcomer("fr").id, "fr")
    await desk.writes(desk.slack, "/pourqui aide")
    await expect(await answer_in(desk.slack)).to_contain_text("Ce que je sais faire")
    await expect(desk.slack.locator(".post.own")).to_have_count(0)


async def test_a_guest_is_refused_and_a_person_unknown_to_the_directory_is_told_so(sits: Sitting) -> None:
    guest = await sits("guest", "en")
    await guest.writes(guest.slack, "what does IT do for me?")
    await expect(await answer_in(guest.slack)).to_contain_text("I only answer people who work at Solane")
    await guest.writes(guest.teams, "what does IT do for me?")
    await expect(await answer_in(guest.teams)).to_contain_text("I only answer people who work at Solane")
    unlisted = await sits("unlisted", "fr")
    await unlisted.writes(unlisted.slack, "à quoi sert la DSI ?")
    await expect(await answer_in(unlisted.slack)).to_contain_text(UNKNOWN)


async def test_the_page_speaks_french_and_english_and_keeps_what_was_said(sits: Sitting, company: Company) -> None:
    desk = await sits(company.newcomer("fr").id, "fr")
    await desk.writes(desk.slack, "bonjour")
    await answer_in(desk.slack)
    await desk.page.get_by_role("button", name="EN", exact=True).click()
    await expect(desk.page.locator("html")).to_have_attribute("lang", "en")
    await expect(desk.page.get_by_role("heading", name="As in Slack")).to_be_visible()
    await expect(desk.slack.locator(".post.own")).to_contain_text("bonjour")
    await expect(desk.page.get_by_role("button", name="EN", exact=True)).to_be_focused()


async def test_tabs_are_walked_with_the_arrows(sits: Sitting, company: Company) -> None:
    desk = await sits(company.newcomer("fr").id, "fr")
    await desk.slack.get_by_role("tab", name="Message direct").press("ArrowLeft")
    home = desk.slack.get_by_role("tab", name="Accueil")
    await expect(home).to_be_focused()
    await expect(home).to_have_attribute("aria-selected", "true")
    await expect(desk.slack.get_by_role("textbox")).to_have_count(0)
    await expect(desk.slack.locator(".home-tab").get_by_role("button", name="Poser une question")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["desktop", "phone"])
async def test_nothing_stands_in_anybodys_way(
    sits: Sitting, company: Company, axe_source: str, size: tuple[int, int], language: str, dark: bool
) -> None:
    question = {"fr": "à quoi sert la DSI ?", "en": "what does IT do for me?"}[language]
    desk = await sits(company.of("Ventes", language).id, language, size=size, dark=dark)
    page = desk.page
    for platform, half in (("slack", desk.slack), ("teams", desk.teams)):
        await desk.see(platform)
        await desk.writes(half, question)
        service = await open_a_service(half)
        assert await violations(page, axe_source) == []
        await service.get_by_role("button", name=WRONG).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.get_by_role("dialog").get_by_role("button", name=re.compile("Envoyer|Send")).click()
        assert await violations(page, axe_source) == []
        await page.keyboard.press("Escape")
        for tab in await half.get_by_role("tab").all():
            await tab.click()
            assert await violations(page, axe_source) == []
    await page.locator(".you").click()
    await expect(page.get_by_role("option").first).to_be_visible()
    assert await violations(page, axe_source) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
