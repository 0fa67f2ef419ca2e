"""A human takes over, in a real browser: somebody asks on Teams' half, an expert answers on Slack's."""

from playwright.async_api import expect

from tests.browser.conftest import NARROW, Company, Sitting, until_known


async def test_a_question_crosses_from_one_platform_to_the_other_and_back(sits: Sitting, company: Company) -> None:
    claire = next(one for one in company.people if one.name == "Claire Vasseur")
    asking, expert = await sits(company.newcomer("en").id, "en"), await sits(claire.id, "fr", size=NARROW)
    await until_known(expert)  # else what she may do isn't known yet
    await asking.writes(asking.teams, "my chair squeaks and leans to the left")
    offered = asking.teams.locator(".post.bot").filter(has_text="None of these")
    await offered.get_by_role("button", name="Ask a human").click()
    form = asking.page.get_by_role("dialog")
    await form.get_by_label("Whom is it for?").select_option(label="IT · Information Technology")
    await form.get_by_role("button", name="Send").click()
    await expect(asking.teams.locator(".post.bot").last).to_contain_text("Your question is sent to IT")
    await expert.slack.get_by_role("tab", name="# experts").click()
    card = expert.slack.locator(".post.bot").filter(has_text="my chair squeaks").first
    await card.get_by_role("button", name="Je m’en charge").click()
    await expect(asking.teams.locator(".post.bot").last).to_contain_text("Claire Vasseur")
    await card.get_by_role("button", name="Répondre dans le fil").first.click()
    await expert.writes(expert.slack, "I'll bring a spanner. Which desk?")
    heard = asking.teams.locator(".post.bot").filter(has_text="Which desk?")
    await expect(heard).to_contain_text("Claire Vasseur")
    own = card.locator(".post.own").last
    await own.hover()
    await own.get_by_role("button", name="Modifier").click()
    await expert.writes(expert.slack, "I'll bring a spanner. Which floor?")
    await expect(asking.teams.locator(".post.bot").filter(has_text="Which floor?")).to_be_visible()
    await expect(heard).to_have_count(0)
    await asking.writes(asking.teams, "the third, thank you")
    await expect(card.locator(".post.bot").last).to_contain_text("the third, thank you")
    await own.hover()
    await own.get_by_role("button", name="Supprimer").click()
    await expect(asking.teams.locator(".post.bot").filter(has_text="Which floor?")).to_have_count(0)


async def test_a_conversation_is_marked_as_a_support_exchange_on_both_halves(sits: Sitting, company: Company) -> None:
    desk = await sits(company.newcomer("fr").id, "fr")
    for half in (desk.slack, desk.teams):
        await half.get_by_role("tab", name="# entraide").click()
        await desk.writes(half, "merci, ça remarche")
        said = half.locator(".post.own").last
        await said.hover()
        await said.get_by_role("button", name="C’était un échange de support").click()
        form = desk.page.get_by_role("dialog")
        await expect(form).to_be_visible()
        await form.get_by_role("button", name="Fermer").first.click()
        await expect(form).to_have_count(0)
