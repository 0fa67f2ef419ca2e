"""The campaigns of a function, for those who write them: the list, the card, and the buttons that each may use."""

from dataclasses import replace

import pytest

from dialogs.campaign import (
    CampaignStatus,
)
from dialogs.campaign_actions import ListCampaigns, ShowCampaign, WriteCampaign
from dialogs.campaigning import Campaigning, Known, Tally
from dialogs.facts import Refused
from dialogs.messages import Items, Place
from dialogs.rights import Act, Grant
from dialogs.router import decide
from tests.company import CATALOGUE, IT
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.authors import ADMIN, AUTHOR
from tests.dialogs.campaign_cards import AUDITOR, EXPERT, LIST, SHOW, TALLY, at, card, details, shown
from tests.dialogs.campaigns import DRAFT, FULL, READY, campaigning, kept
from tests.dialogs.told import buttons, fact, lines, message, words


def test_the_list_says_how_each_stands_what_it_wants_and_how_far_it_is() -> None:
    running = Known(kept=kept(FULL, CampaignStatus.RUNNING), tally=TALLY)
    draft = Known(kept=kept(DRAFT))
    finished = Known(kept=kept(replace(READY, name="old"), CampaignStatus.FINISHED), tally=Tally())
    turn = shown(said("campaigns it"), replace(campaigning(), known=(finished, draft, running)))
    assert lines(turn) == ["Passphrases", "A strong password", "A strong password"]
    assert details(turn) == [
        "running · 1 Dec 2026 to 18 Dec 2026 · towards “action” · 6 of 10 sent",
        "draft · no dates yet",
        "finished · 1 Dec 2026 to 18 Dec 2026 · towards “action”",
    ]
    assert buttons(turn)["New campaign"].action == WriteCampaign(slug="it")


def test_without_any_campaign_it_says_what_one_begins_with() -> None:
    turn = shown(taps(LIST), None)
    assert "No campaign yet. A campaign says first what shall have moved" in words(turn)
    assert "New campaign" in buttons(turn)


def test_only_ten_are_on_one_card() -> None:
    many = [kept(replace(READY, name=f"campaign-{number}")) for number in range(13)]
    turn = shown(taps(LIST), campaigning(*many))
    assert len(lines(turn)) == 10
    assert "and 3 more: pourqui campaign list" in words(turn)


def test_who_reads_for_several_functions_chooses_one() -> None:
    turn = shown(said("campaigns"), campaigning(kept()), ADMIN)
    assert details(turn) == ["1 campaign", "none yet"]
    (items,) = (block for block in message(turn).blocks if isinstance(block, Items))
    assert [item.action for item in items.items] == [ListCampaigns(slug="it"), ListCampaigns(slug="finance")]


def test_of_very_many_functions_the_rest_are_named_in_words() -> None:
    many = replace(CATALOGUE, functions=tuple(replace(IT, slug=f"f{number}") for number in range(23)))
    turn = decide(None, said("campaigns"), at(campaigning(), ADMIN, many))
    assert len(lines(turn)) == 20
    assert "write “campaigns” and its name" in words(turn)


@pytest.mark.parametrize(("grants", "slug"), [(EXPERT, "it"), (EXPERT, None), (AUTHOR, "finance")])
def test_who_has_no_right_to_them_is_told_who_has(grants: frozenset[Grant], slug: str | None) -> None:
    turn = shown(taps(ListCampaigns(slug=slug)), campaigning(), grants)
    assert fact(turn) == Refused(act=Act.READ_CAMPAIGNS, function=slug, subject=slug)
    assert "“plan”" in words(turn)


def test_an_auditor_reads_and_writes_nothing() -> None:
    turn = shown(taps(LIST), campaigning(kept()), AUDITOR)
    assert lines(turn) == ["A strong password"]
    assert "New campaign" not in buttons(turn)
    assert set(buttons(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=TALLY), AUDITOR))) == {"All campaigns"}


def test_a_function_that_is_gone_has_none() -> None:
    assert "no longer in the catalogue" in words(shown(taps(ListCampaigns(slug="gone")), campaigning()))


@pytest.mark.parametrize("gathered", [None, campaigning(), campaigning(kept(replace(READY, function="gone")))])
def test_a_campaign_that_is_gone_leads_back_to_the_others(gathered: Campaigning | None) -> None:
    turn = shown(taps(SHOW), gathered)
    assert "I don't find this campaign" in words(turn)
    assert buttons(turn)["All campaigns"].action == ListCampaigns()


def test_its_card_is_for_those_who_may_read_it() -> None:
    turn = shown(taps(SHOW), campaigning(kept()), EXPERT)
    assert fact(turn) == Refused(act=Act.READ_CAMPAIGNS, function="it", subject="passwords")


@pytest.mark.parametrize("action", [SHOW, LIST])
def test_in_a_channel_only_the_author_reads_it(action: ShowCampaign | ListCampaigns) -> None:
    assert message(shown(taps(action, where=CHANNEL), campaigning(kept()))).place is Place.PRIVATE
