"""One campaign for those who write it: what it says of itself, and what can be done with it."""

from dataclasses import replace
from datetime import date

import pytest

from dialogs.campaign import (
    ALIVE,
    Campaign,
    CampaignAudience,
    CampaignStatus,
    Histogram,
    Kept,
    Slice,
)
from dialogs.campaign_actions import ListCampaigns, PreviewStep, ShowCampaign, SteerCampaign, WriteCampaign, WriteStep
from dialogs.campaigning import Known, Moved, Reach, Tally
from dialogs.catalog import Language, Localized
from dialogs.collisions import Collision
from dialogs.events import Event
from dialogs.messages import Item, Items
from dialogs.router import decide
from tests.conversation import taps
from tests.dialogs.authors import ADMIN, AUTHOR
from tests.dialogs.campaign_cards import LIST, REACH, SHOW, TALLY, VERDICT, at, card
from tests.dialogs.campaigns import CHANGE, DRAFT, FULL, MALIK_KEPT, READY, SOMEBODY, campaigning, kept
from tests.dialogs.told import buttons, lines, message, words
from tests.stories.shown_whole import problems


def test_a_bare_draft_says_what_it_still_needs() -> None:
    turn = card(kept(DRAFT))
    assert "Its objective isn't complete yet" in words(turn)
    assert "nobody yet" in words(turn)
    assert "What it still needs to be scheduled" in words(turn)
    assert set(buttons(turn)) == {"Correct", "Add a step", "Cancel it", "All campaigns"}


def test_the_objective_is_one_sentence_with_its_source() -> None:
    text = words(card(kept()))
    assert "“That everybody has a passphrase”: from 20% to 40% of its people at the stage “action” or beyond, by 18 Dec 2026." in text
    assert "Where the starting point comes from: Survey of March 2026" in text
    assert "Sales teams, Field technicians; not Managers" in text


def test_a_measured_starting_point_is_told_once_it_is_there() -> None:
    assert "from what is measured at its start to 40%" in words(card(kept(FULL)))
    measured = replace(kept(FULL, CampaignStatus.RUNNING), benchmark=0.25)
    assert "from 25% to 40%" in words(card(measured))


def test_the_preview_counts_whom_it_reaches_and_why_not_the_others() -> None:
    text = words(card(Known(kept=kept(), reach=REACH)))
    for told in (
        "It's for 400 people today.",
        "about 80 of them get only the questions",
        "3 are there already, and are left in peace",
        "12 have never spoken to me",
        "1 wants to be left in peace for now",
        "5 aren't reached: you left them out",
        "40 aren't reached: it's not for them",
        "2 are never reached: guests",
        "To tell whether it worked, it needs about",
        "The smallest difference that so many people show",
        "Its mix: pedagogy 1, a gesture to try 1.",
        "For people who stand where these do, try: ",
    ):
        assert told in text


def test_of_a_large_directory_it_says_about() -> None:
    assert "It's for about 400 people today." in words(card(Known(kept=kept(), reach=replace(REACH, about=True))))


def test_without_a_control_group_it_says_what_nobody_will_know() -> None:
    text = words(card(Known(kept=kept(replace(READY, control=None)), reach=Reach(people=7))))
    assert "nobody will know what would have happened anyway" in text
    assert "It's for 7 people today." in text
    assert "never spoken" not in text


def test_nothing_is_said_of_a_sample_while_the_objective_is_incomplete() -> None:
    incomplete = replace(READY, objective=replace(READY.objective, target=None))
    assert "To tell whether" not in words(card(Known(kept=kept(incomplete), reach=REACH)))


def test_the_mix_is_proposed_from_the_directory_where_nobody_is_counted() -> None:
    turn = card(Known(kept=kept(), reach=Reach()), histogram={"it": Histogram(unaware=50)})
    assert "For people who stand where these do" in words(card(Known(kept=kept()), histogram={"it": Histogram(unaware=50)}))
    assert "It's for 0 people today." in words(turn)
    assert "For people who stand" not in words(card(Known(kept=kept()), histogram={}))
    assert "For people who stand" not in words(card(Known(kept=kept()), histogram={"it": Histogram()}))


def test_each_message_can_be_previewed() -> None:
    turn = card(kept())
    (items,) = (block for block in message(turn).blocks if isinstance(block, Items))
    assert items.items[0] == Item(
        title="1. A sentence is better",
        detail="awareness · pedagogy · at once",
        open="Preview",
        action=PreviewStep(name="passwords", step="learn", language="en"),
    )
    assert items.items[1].detail == "action · a gesture to try · 3 working days after the one before"


def test_beyond_ten_messages_the_others_are_named() -> None:
    steps = tuple(replace(CHANGE, id=f"step-{number}", title=Localized(en=f"Step {number}")) for number in range(12))
    turn = card(kept(replace(READY, steps=steps)))
    assert len(lines(turn)) == 10
    assert "Then: Step 10, Step 11. The command line shows them: pourqui campaign preview passwords" in words(turn)


def test_campaigns_that_take_the_same_people_are_named() -> None:
    one = Collision(name="x", function="finance", titles=Localized(en="Expenses"), people=30, weeks=(date(2026, 12, 7),))
    text = words(card(Known(kept=kept(), colliding=(one,) * 5)))
    assert "“Expenses” of Finance reaches 30 of the same people in the same weeks (7 Dec 2026)." in text
    assert "and 2 more campaigns at the same time" in text


def test_a_campaign_that_runs_shows_the_identity_of_its_deliveries() -> None:
    text = words(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=TALLY)))
    assert "10 messages = 2 planned + 0 sending + 6 sent + 1 failed + 1 skipped + 0 unknown" in text
    assert "7 messages follow · 3 taps and answers · 2 corrected · 1 taken back · the last one about Monday 23 November, 13:00" in text
    assert TALLY.is_balanced
    bare = words(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=Tally(members=4, held_out=1))))
    assert "0 messages = 0 planned" in bare
    assert "follow" not in bare


def test_of_a_few_it_doesnt_show_what_became_of_their_messages() -> None:
    few = replace(TALLY, members=3, held_out=1)
    text = words(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=few)))
    assert "Fewer than five people are in it so far." in text
    assert "skipped" not in text
    assert "answers" not in text
    nobody = words(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=Tally())))
    assert "Fewer than five people are in it so far." in nobody, "else it'd tell that one person isn't at the stage that it's for"


def test_once_its_people_are_forgotten_their_messages_arent_counted() -> None:
    text = words(card(Known(kept=kept(status=CampaignStatus.FINISHED), tally=Tally(targeted=3, by={("sent", ""): 3}))))
    assert "3 messages" not in text
    assert "Fewer than five" not in text


def test_an_audience_that_goes_by_stage_is_counted_without() -> None:
    text = words(card(Known(kept=kept(), reach=replace(REACH, at_most=True, told_of=390))))
    assert "It's for 400 people at most" in text
    assert "is told of groups of five and more" in text
    assert "is told of groups" not in words(card(Known(kept=kept(), reach=replace(REACH, told_of=400))))


def test_before_the_end_it_shows_progress_and_no_verdict() -> None:
    moved = Moved(before=Histogram(unaware=80, action=20), now=Histogram(unaware=40, comprehension=30, action=30), people=100)
    text = words(card(Known(kept=kept(status=CampaignStatus.RUNNING), tally=TALLY, moved=moved)))
    assert "How its 100 people moved" in text
    assert "unaware: 80 → 40" in text
    assert "At “action” or beyond: 20% → 30%." in text
    bare = replace(READY, objective=replace(READY.objective, stage=None))
    assert "or beyond:" not in words(card(Known(kept=kept(bare, CampaignStatus.RUNNING), moved=moved)))


def test_once_finished_it_says_what_it_came_to() -> None:
    turn = card(Known(kept=kept(status=CampaignStatus.FINISHED), tally=TALLY, verdict=VERDICT))
    assert "50%" in words(turn)
    assert "What it still needs" not in words(turn)
    assert set(buttons(turn)) == {"Take messages back", "All campaigns"}


IN_IT = frozenset({"it"})


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (kept(by=SOMEBODY), "A second person approves it before it's scheduled."),
        (replace(kept(), asked_by=SOMEBODY), "Nadia Roche asked for its approval."),
        (replace(kept(), asked_by="command line: root"), "command line: root asked for its approval."),
        (replace(kept(), asked_by="pseudonym-gone"), "Somebody asked for its approval."),
        (replace(kept(), approved=1, approved_by=SOMEBODY), "Nadia Roche approved this version."),
        (replace(kept(status=CampaignStatus.RUNNING, version=2), approved=1), "What was changed goes out once a second person has approved it."),
    ],
)
def test_the_card_says_where_its_approval_stands(one: Kept, told: str) -> None:
    assert told in words(card(one, approval=IN_IT))
    assert told not in words(card(one))


def test_nothing_is_said_of_an_approval_once_it_is_over() -> None:
    assert "approve" not in words(card(kept(status=CampaignStatus.CANCELLED), approval=IN_IT))


def test_an_owner_schedules_a_complete_draft() -> None:
    turn = card(kept())
    assert list(buttons(turn)) == ["Correct", "Add a step", "Schedule", "Cancel it", "All campaigns"]
    assert buttons(turn)["Schedule"].action == SteerCampaign(name="passwords", move="schedule", version="1")
    assert buttons(turn)["Correct"].action == WriteCampaign(slug="it", name="passwords")
    assert buttons(turn)["Add a step"].action == WriteStep(name="passwords")
    assert buttons(turn)["Cancel it"].action == SteerCampaign(name="passwords", move="cancel", version="")


def test_an_author_asks_for_the_approval_and_never_schedules() -> None:
    assert list(buttons(card(kept(), AUTHOR))) == ["Correct", "Add a step", "All campaigns"]
    turn = card(kept(), AUTHOR, approval=IN_IT)
    assert buttons(turn)["Ask for approval"].action == SteerCampaign(name="passwords", move="submit", version="1")


def test_somebody_else_approves_or_gives_it_back() -> None:
    asked = replace(kept(by=SOMEBODY), asked_by=SOMEBODY)
    assert list(buttons(card(asked, approval=IN_IT))) == ["Approve", "Give back", "Cancel it", "All campaigns"]
    assert "Approve" not in buttons(card(asked, AUTHOR, approval=IN_IT))
    for own in (replace(kept(by=SOMEBODY), asked_by=MALIK_KEPT), replace(kept(), asked_by=SOMEBODY)):
        assert list(buttons(card(own, approval=IN_IT))) == ["Correct", "Add a step", "Cancel it", "All campaigns"]


def test_what_runs_can_be_paused_corrected_and_taken_back() -> None:
    running = Known(kept=kept(status=CampaignStatus.RUNNING), tally=TALLY)
    assert list(buttons(card(running))) == [
        "Correct",
        "Add a step",
        "Pause",
        "Correct what was sent",
        "Take messages back",
        "Cancel it",
        "All campaigns",
    ]
    assert list(buttons(card(running, AUTHOR))) == ["Correct", "Add a step", "All campaigns"]
    assert "Take messages back" not in buttons(card(replace(running, tally=Tally())))
    assert "Take messages back" not in buttons(card(replace(running, tally=None)))
    assert "Resume" in buttons(card(kept(status=CampaignStatus.PAUSED)))
    assert list(buttons(card(kept(status=CampaignStatus.CANCELLED)))) == ["All campaigns"]


def test_what_was_changed_while_it_runs_waits_for_its_approval() -> None:
    changed = replace(kept(status=CampaignStatus.RUNNING, version=2), approved=1)
    assert "Ask for approval" in buttons(card(changed, approval=IN_IT))


def long(campaign: Campaign) -> Campaign:
    words = "Une phrase qui n'en finit pas de dire ce qu'elle a à dire, et encore. " * 2
    steps = tuple(replace(FULL.steps[number % 6], id=f"step-{number}", title=Localized(fr=words, en=words)) for number in range(14))
    many = Slice(segments=tuple(f"segment-{number}" for number in range(90)), people=tuple(f"p{number}@x.example" for number in range(300)))
    return replace(campaign, titles=Localized(fr=words[:150], en=words[:150]), steps=steps, audience=CampaignAudience(include=(many,) * 4))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("status", [CampaignStatus.DRAFT, *ALIVE, CampaignStatus.FINISHED, CampaignStatus.CANCELLED])
def test_the_longest_cards_fit_both_platforms(language: Language, status: CampaignStatus) -> None:
    one = Collision(name="x", function="finance", titles=long(FULL).titles, people=10**6, weeks=tuple(date(2026, 12, 7) for _ in range(20)))
    moved = Moved(before=Histogram(unaware=10**6), now=Histogram(action=10**6), people=10**6)
    full = Known(kept=kept(long(FULL), status), reach=REACH, tally=TALLY, moved=moved, verdict=VERDICT, colliding=(one,) * 5)
    bare = Known(kept=kept(DRAFT, status))
    gathered = replace(campaigning(), known=(full, bare, *(Known(kept=kept(long(READY))) for _ in range(15))), histogram={"it": REACH.stages})
    here = replace(at(gathered, ADMIN), language=language)
    events: list[Event] = [taps(action) for action in (LIST, ListCampaigns(), ShowCampaign(name="passphrases"), SHOW, ShowCampaign(name="gone"))]
    assert problems((event, reply) for event in events for reply in decide(None, event, here).replies) == []
