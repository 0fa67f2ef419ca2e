"""Steering: each move by who may, in the state in which it's possible; what can't be undone is asked first."""

from dataclasses import replace
from datetime import date

import pytest

from dialogs.campaign import CampaignAudience, CampaignStatus, Kept, Period, Slice
from dialogs.campaign_actions import DropStep, Move, ShowCampaign, SteerCampaign
from dialogs.campaign_confirmation import AT_ONCE
from dialogs.campaign_moves import FROM, NEEDS
from dialogs.campaigning import AudienceGrant, Campaigning, Known, Tally
from dialogs.catalog import Language, Localized
from dialogs.collisions import Collision
from dialogs.delivery import Kind
from dialogs.events import Event
from dialogs.facts import CampaignEdited, CampaignSteered, DeliveryPlanned, Refused
from dialogs.messages import Item, Items, Message, Picture, Place, plain_text
from dialogs.request import Party
from dialogs.rights import Act, Grant
from dialogs.router import decide
from dialogs.turn import Turn
from tests.conversation import CHANNEL, taps
from tests.dialogs.authors import ADMIN, AUTHOR, MALIK, OWNER, as_
from tests.dialogs.campaigns import DRAFT, FULL, LEARN, MALIK_KEPT, READY, SOMEBODY, STORY, campaigning, kept
from tests.dialogs.told import buttons, fact, lines, message, words
from tests.stories.shown_whole import problems

IN_IT = frozenset({"it"})
SENT = Tally(targeted=9, by={("sent", ""): 7, ("planned", ""): 2}, sent_by_step={"learn": 7, "gone": 1, "never": 0})
NADIA = Party(id="nadia", name="Nadia Roche", language="fr")


def steer(move: Move, version: str = "1", step: str | None = None, name: str = "passwords") -> SteerCampaign:
    return SteerCampaign(name=name, move=move, version=version, step=step)


def moved(
    action: SteerCampaign | DropStep, one: Kept | None = None, *, grants: frozenset[Grant] = OWNER, tally: Tally | None = None, **more: object
) -> Turn:
    gathered = replace(campaigning(), known=(Known(kept=one or kept(), tally=tally),), **more)  # type: ignore[arg-type]
    return decide(None, taps(action), replace(as_(grants), campaigning=gathered))


def why_not(turn: Turn) -> str:
    assert turn.facts == ()
    assert buttons(turn)["See the campaign"].action == ShowCampaign(name="passwords")
    assert "Not yet, and nothing was changed:" in words(turn)
    return words(turn)


def steered(turn: Turn) -> CampaignSteered:
    (found,) = (each for each in turn.facts if isinstance(each, CampaignSteered))
    return found


def planned(turn: Turn) -> list[tuple[object, str]]:
    return [(each.delivery.to, plain_text(each.delivery.message)) for each in turn.facts if isinstance(each, DeliveryPlanned)]


# --- each by who may -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", [move for move, act in NEEDS.items() if act is not Act.WRITE_CAMPAIGNS])
def test_an_author_neither_starts_stops_nor_approves(move: Move) -> None:
    assert fact(moved(steer(move), grants=AUTHOR)) == Refused(act=NEEDS[move], function="it", subject="passwords")


def test_who_writes_for_another_function_moves_nothing() -> None:
    turn = moved(steer("test"), kept(replace(READY, function="finance")))
    assert fact(turn) == Refused(act=Act.WRITE_CAMPAIGNS, function="finance", subject="passwords")
    turn = moved(DropStep(name="passwords", step="learn", base="1"), kept(replace(READY, function="finance")))
    assert fact(turn) == Refused(act=Act.WRITE_CAMPAIGNS, function="finance", subject="passwords")


@pytest.mark.parametrize("action", [steer("pause"), DropStep(name="passwords", step="learn", base="1")])
@pytest.mark.parametrize("gathered", [None, campaigning(), campaigning(kept(replace(READY, function="gone")))])
def test_a_campaign_that_is_gone_is_not_moved(action: SteerCampaign | DropStep, gathered: Campaigning | None) -> None:
    turn = decide(None, taps(action), replace(as_(OWNER), campaigning=gathered))
    assert "I don't find this campaign" in words(turn)
    assert turn.facts == ()


def test_in_a_channel_only_who_moved_it_reads_it() -> None:
    gathered = campaigning(kept())
    assert message(decide(None, taps(steer("schedule"), where=CHANNEL), replace(as_(OWNER), campaigning=gathered))).place is Place.PRIVATE


# --- from where it stands ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("move", "status", "told"),
    [
        ("schedule", CampaignStatus.DRAFT, "Scheduled: it starts on 1 Dec 2026"),
        ("pause", CampaignStatus.RUNNING, "Paused: nothing more is sent until you resume it."),
        ("resume", CampaignStatus.PAUSED, "It goes on."),
        ("cancel", CampaignStatus.SCHEDULED, "Cancelled: what isn't sent yet won't be."),
    ],
)
def test_an_owner_moves_it_on(move: Move, status: CampaignStatus, told: str) -> None:
    turn = moved(steer(move), kept(status=status))
    assert told in words(turn)
    assert fact(turn) == CampaignSteered(name="passwords", move=move, version=1)
    assert buttons(turn)["See the campaign"].action == ShowCampaign(name="passwords")


@pytest.mark.parametrize(("move", "status"), [(move, status) for move in FROM for status in CampaignStatus if status not in FROM[move]])
def test_what_cant_be_done_from_where_it_stands_says_so(move: Move, status: CampaignStatus) -> None:
    assert "so that can't be done with it" in why_not(moved(steer(move, step="learn"), kept(status=status), grants=ADMIN, tally=SENT))


@pytest.mark.parametrize("version", ["1", "", "3", "²", "x"])
@pytest.mark.parametrize("move", ["submit", "approve", "return", "schedule"])
def test_what_was_changed_since_is_not_sent_off_unseen(move: Move, version: str) -> None:
    assert "It was changed since." in why_not(moved(steer(move, version), kept(version=2), approval=IN_IT))


@pytest.mark.parametrize(
    ("move", "status"), [("pause", CampaignStatus.RUNNING), ("cancel", CampaignStatus.RUNNING), ("resume", CampaignStatus.PAUSED)]
)
def test_stopping_needs_no_second_look(move: Move, status: CampaignStatus) -> None:
    assert steered(moved(steer(move), kept(status=status, version=5))).version == 5


def test_a_draft_that_lacks_something_is_not_scheduled() -> None:
    turn = moved(steer("schedule"), kept(DRAFT))
    assert "•" in why_not(turn)
    past = replace(READY, period=Period(starts=date(2026, 11, 1), ends=date(2026, 11, 10)))
    assert "2026" in why_not(moved(steer("schedule"), kept(past)))


def test_many_reasons_are_told_in_part() -> None:
    slices = tuple(Slice(people=(f"p{number}@x.example",)) for number in range(4))
    steps = tuple(replace(LEARN, id=f"s{number}", content=None) for number in range(12))
    turn = moved(steer("schedule"), kept(replace(DRAFT, steps=steps, audience=CampaignAudience(include=slices))), granted={}, approval=IN_IT)
    assert " more" in why_not(turn)


def test_nobody_reaches_further_than_they_may() -> None:
    sales = {"it": frozenset({AudienceGrant(kind="segment", value="sales")})}
    told = why_not(moved(steer("submit"), granted=sales, grants=AUTHOR, approval=IN_IT))
    assert "You may not reach these people in its name: Sales teams, Field technicians." in told
    assert "Sales teams" in why_not(moved(steer("schedule"), granted={}))
    only = replace(READY, audience=CampaignAudience(include=(Slice(segments=("sales",)),)))
    assert steered(moved(steer("submit"), kept(only), granted=sales, grants=AUTHOR, approval=IN_IT)).move == "submit"


@pytest.mark.parametrize("move", ["schedule", "submit", "approve"])
def test_a_collision_warns_and_blocks_nothing(move: Move) -> None:
    one = Collision(name="x", function="finance", titles=Localized(en="Expenses"), people=30, weeks=(date(2026, 12, 7),))
    asked = replace(kept(by=SOMEBODY), asked_by=SOMEBODY)
    gathered = replace(campaigning(), known=(Known(kept=asked, colliding=(one,)),), approval=frozenset() if move == "schedule" else IN_IT)
    turn = decide(None, taps(steer(move)), replace(as_(OWNER), campaigning=gathered))
    assert "“Expenses” of Finance reaches 30 of the same people" in words(turn)
    assert steered(turn).move == move


# --- the approval --------------------------------------------------------------------------------------------------------------------------------


def test_an_author_asks_and_the_owners_are_told_each_in_their_language() -> None:
    others = (NADIA, Party(id=MALIK.id, name="Malik Benali"), Party(id="x"))
    turn = moved(steer("submit"), grants=AUTHOR, approval=IN_IT, deciders=others)
    assert "Asked: Nadia Roche can approve it now." in words(turn)
    assert steered(turn).move == "submit"
    (to_nadia, french), (to_x, english) = planned(turn)
    assert (to_nadia, to_x) == ("nadia", "x")
    assert "Un mot de passe solide" in french
    assert "Malik Benali asks you to approve the campaign “A strong password”." in english


@pytest.mark.parametrize("deciders", [(), (Party(id="x"),)])
def test_where_nobody_is_known_by_name_any_owner_may(deciders: tuple[Party, ...]) -> None:
    assert "Asked: any other owner, or an admin, can approve it now." in words(moved(steer("submit"), approval=IN_IT, deciders=deciders))


def test_nothing_needs_an_approval_where_the_function_wants_none() -> None:
    assert "Nobody else has to approve it" in why_not(moved(steer("submit")))
    assert "Nobody else has to approve it" in why_not(moved(steer("submit"), replace(kept(), approved=1), approval=IN_IT))


def test_an_unapproved_draft_is_not_scheduled() -> None:
    assert "A second person has to approve it first." in why_not(moved(steer("schedule"), approval=IN_IT))
    assert steered(moved(steer("schedule"), replace(kept(), approved=1), approval=IN_IT)).move == "schedule"


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (kept(by=SOMEBODY), "Nobody has asked for an approval"),
        (replace(kept(), asked_by=SOMEBODY), "so somebody else approves it"),
        (replace(kept(by=SOMEBODY), asked_by=MALIK_KEPT), "so somebody else approves it"),
    ],
)
def test_nobody_approves_their_own(one: Kept, told: str) -> None:
    assert told in why_not(moved(steer("approve"), one, approval=IN_IT))


@pytest.mark.parametrize(
    ("status", "told"), [(CampaignStatus.DRAFT, "an owner can schedule it now"), (CampaignStatus.RUNNING, "goes out from now on")]
)
def test_a_second_person_approves_and_who_asked_is_told(status: CampaignStatus, told: str) -> None:
    asked = replace(kept(by=SOMEBODY, status=status), asked_by=SOMEBODY)
    if status is CampaignStatus.RUNNING:
        asked = replace(asked, campaign=replace(READY, period=Period(starts=date(2026, 12, 1), ends=date(2026, 12, 18))))
    turn = moved(steer("approve"), asked, approval=IN_IT, asker=replace(NADIA, language="en"))
    assert told in words(turn)
    assert planned(turn)[0][0] == "nadia"
    assert "Malik Benali approved the campaign “A strong password”." in planned(turn)[0][1]


def test_it_can_be_given_back() -> None:
    assert "Nobody has asked" in why_not(moved(steer("return"), approval=IN_IT))
    turn = moved(steer("return"), replace(kept(), asked_by=SOMEBODY), approval=IN_IT, asker=replace(NADIA, language="en"))
    assert "Given back: it can be changed, and asked for again." in words(turn)
    assert "gave the campaign “A strong password” back" in planned(turn)[0][1]
    for asker in (None, Party(id=MALIK.id)):
        assert planned(moved(steer("return"), replace(kept(), asked_by=SOMEBODY), approval=IN_IT, asker=asker)) == []


def test_somebody_without_a_name_is_somebody() -> None:
    gathered = replace(campaigning(kept()), approval=IN_IT, deciders=(Party(id="x"),))
    here = replace(as_(OWNER, person=replace(MALIK, name=None)), campaigning=gathered)
    assert "Somebody asks you to approve" in planned(decide(None, taps(steer("submit")), here))[0][1]


# --- asked first ---------------------------------------------------------------------------------------------------------------------------------


def test_cancelling_is_asked_first() -> None:
    for one, tally in ((kept(status=CampaignStatus.RUNNING), SENT), (kept(), None), (kept(), Tally())):
        turn = moved(steer("cancel", ""), one, tally=tally)
        assert "Cancel this campaign for good?" in words(turn)
        assert ("2 messages are planned." in words(turn)) == (tally is SENT)
        assert turn.facts == ()
        assert buttons(turn)["Yes, cancel it"].action == steer("cancel")
        assert buttons(turn)["No, go back"].action == ShowCampaign(name="passwords")


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("move", ["correct", "recall"])
def test_the_message_to_change_is_chosen_first(move: Move, version: str) -> None:
    turn = moved(steer(move, version), kept(status=CampaignStatus.RUNNING), tally=SENT)
    (items,) = (block for block in message(turn).blocks if isinstance(block, Items))
    assert items.items == (
        Item(title="A sentence is better", detail="7 sent", open="Choose", action=steer(move, "", "learn")),
        Item(title="gone", detail="1 sent", open="Choose", action=steer(move, "", "gone")),
    )
    assert turn.facts == ()


@pytest.mark.parametrize("tally", [None, Tally()])
def test_what_sent_nothing_has_nothing_to_change(tally: Tally | None) -> None:
    one = kept(status=CampaignStatus.RUNNING)
    assert "None of its messages was sent yet" in words(moved(steer("recall", ""), one, tally=tally))
    for step in ("", "1"):
        assert "there's nothing to change" in words(moved(steer("recall", step, "learn"), one, tally=tally))


def test_beyond_ten_messages_the_command_line_has_the_others() -> None:
    many = Tally(sent_by_step={f"step-{number}": 3 for number in range(12)})
    turn = moved(steer("recall", ""), kept(status=CampaignStatus.RUNNING), tally=many)
    assert len(lines(turn)) == 10
    assert "pourqui campaign recall passwords STEP" in words(turn)


def test_taking_back_is_asked_once_more_with_how_many_it_concerns() -> None:
    turn = moved(steer("recall", "", "learn"), kept(status=CampaignStatus.FINISHED), tally=SENT)
    assert "“A sentence is better” was sent to 7 people. It will disappear from their conversations." in words(turn)
    assert "Who hasn't come to it yet would still get it" in words(turn)
    assert buttons(turn)["Yes, take it back"].action == steer("recall", "1", "learn")
    assert turn.facts == ()


def test_a_step_is_taken_back_even_where_it_left_the_campaign() -> None:
    turn = moved(steer("recall", "1", "gone"), kept(status=CampaignStatus.RUNNING), tally=SENT)
    assert fact(turn) == CampaignSteered(name="passwords", move="recall", version=1, step="gone")
    assert "“gone” disappears from where it was sent." in words(turn)


def test_correcting_says_what_it_will_say_in_both_languages_and_every_variant() -> None:
    one = kept(replace(FULL, name="passwords"), CampaignStatus.RUNNING)
    tally = Tally(sent_by_step={"story": 4})
    asked = moved(steer("correct", "", "story"), one, tally=tally)
    assert "It will say what it says now, in place" in words(asked)
    assert buttons(asked)["Yes, correct it"].action == steer("correct", "1", "story")
    turn = moved(steer("correct", "1", "story"), one, tally=tally, pictures={"depot.png": "picture|x"})
    found = steered(turn)
    told = [(variant, message.language) for variant, message in found.messages]
    assert told == [(variant, language) for language in ("fr", "en") for variant in ("", "for_sales", "short")]
    assert all(any(isinstance(block, Picture) and block.attachment == "picture|x" for block in said.blocks) for _, said in found.messages)
    assert "One sentence, and the depot runs." in plain_text(dict(found.messages)["short"])
    assert "says from now on what you wrote last" in words(turn)


def test_a_step_without_a_picture_is_corrected_without_one() -> None:
    found = steered(moved(steer("correct", "1", "learn"), kept(status=CampaignStatus.RUNNING), tally=SENT))
    assert [variant for variant, _ in found.messages] == ["", ""]
    assert not any(isinstance(block, Picture) for _, said in found.messages for block in said.blocks)


@pytest.mark.parametrize("version", ["", "1"])
def test_a_step_that_left_the_campaign_cant_be_corrected(version: str) -> None:
    turn = moved(steer("correct", version, "gone"), kept(status=CampaignStatus.RUNNING), tally=SENT)
    assert "isn't part of the campaign any more" in words(turn)
    assert turn.facts == ()


def test_what_changed_since_and_what_isnt_approved_isnt_corrected() -> None:
    running = kept(status=CampaignStatus.RUNNING, version=2)
    assert "It was changed since." in why_not(moved(steer("correct", "1", "learn"), running, tally=SENT))
    assert "A second person has to approve what was changed first." in why_not(
        moved(steer("correct", "2", "learn"), running, tally=SENT, approval=IN_IT)
    )


@pytest.mark.parametrize("version", ["", "1"])
@pytest.mark.parametrize("move", ["correct", "recall"])
def test_very_many_are_changed_from_the_command_line(move: Move, version: str) -> None:
    many = Tally(by={("planned", ""): AT_ONCE}, sent_by_step={"learn": 1})
    turn = moved(steer(move, version, "learn"), kept(status=CampaignStatus.RUNNING), tally=many)
    assert f"more than {AT_ONCE} messages" in words(turn)
    assert f"pourqui campaign {move} passwords learn" in words(turn)
    assert turn.facts == ()


# --- a test ---------------------------------------------------------------------------------------------------------------------------------------


def test_an_author_sends_a_message_to_themselves() -> None:
    turn = moved(steer("test", step="story"), kept(replace(FULL, name="passwords")), grants=AUTHOR, pictures={"depot.png": "picture|x"})
    (delivery,) = (each.delivery for each in turn.facts if isinstance(each, DeliveryPlanned))
    assert (delivery.kind, delivery.to, delivery.cause_id, delivery.function) == (Kind.REPLY, "malik", "passwords", None)
    assert delivery.cause_kind != "campaign"
    assert plain_text(delivery.message).startswith("A test of “Passphrases”, sent to you alone. Its buttons change nothing.")
    assert "In March, a guessed password stopped the depot" in plain_text(delivery.message)
    assert steered(turn) == CampaignSteered(name="passwords", move="test", version=1, step="story")
    assert "I'm sending you “What happened at the depot”" in words(turn)


def test_without_a_step_the_first_is_sent() -> None:
    assert steered(moved(steer("test"))).step == "learn"
    without = kept(replace(FULL, name="passwords", steps=(replace(STORY, picture=None),)))
    assert steered(moved(steer("test"), without)).step == "story"


@pytest.mark.parametrize(("one", "step"), [(kept(DRAFT), None), (kept(), "gone")])
def test_what_isnt_written_cant_be_tested(one: Kept, step: str | None) -> None:
    assert "There's no such message to send" in why_not(moved(steer("test", step=step), one))


# --- a step taken out ----------------------------------------------------------------------------------------------------------------------------


def test_an_author_takes_a_step_out_of_a_draft() -> None:
    turn = moved(DropStep(name="passwords", step="learn", base="1"), grants=AUTHOR)
    assert fact(turn) == CampaignEdited(campaign=replace(READY, steps=READY.steps[1:]), base=1)
    assert "“A sentence is better” isn't part of the campaign any more." in words(turn)


@pytest.mark.parametrize(
    ("one", "step", "base", "told"),
    [
        (kept(status=CampaignStatus.RUNNING), "learn", "1", "This campaign is running, so its messages stay."),
        (kept(), "gone", "1", "This message was taken out already."),
        (kept(version=2), "learn", "1", "It was changed since."),
        (kept(replace(READY, steps=(LEARN,)), CampaignStatus.SCHEDULED), "learn", "1", ""),
    ],
)
def test_what_keeps_a_step_in(one: Kept, step: str, base: str, told: str) -> None:
    assert told in why_not(moved(DropStep(name="passwords", step=step, base=base), one))


def test_a_scheduled_campaign_may_lose_a_step_that_it_can_do_without() -> None:
    turn = moved(DropStep(name="passwords", step="learn", base="1"), kept(status=CampaignStatus.SCHEDULED))
    assert isinstance(fact(turn), CampaignEdited)


# --- on both platforms ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_reply_fits_both_platforms(language: Language) -> None:
    one = Collision(name="x", function="finance", titles=Localized(en="Expenses " * 15), people=10**6, weeks=(date(2026, 12, 7),) * 20)
    many = Tally(by={("planned", ""): 2}, sent_by_step={f"step-{number}": 3 for number in range(12)} | {"learn": 2})
    told: list[tuple[Event, Message]] = []
    for status in (CampaignStatus.DRAFT, CampaignStatus.RUNNING, CampaignStatus.FINISHED):
        for each in (replace(kept(status=status, by=SOMEBODY), asked_by=SOMEBODY), kept(DRAFT, status)):
            gathered = replace(
                campaigning(), known=(Known(kept=each, tally=many, colliding=(one,) * 12),), approval=IN_IT, deciders=(NADIA,), asker=NADIA
            )
            here = replace(as_(ADMIN), campaigning=gathered, language=language)
            events: list[Event] = [taps(steer(move, version, step)) for move in FROM for version in ("", "1") for step in (None, "learn")]
            events.append(taps(DropStep(name="passwords", step="learn", base="1")))
            for event in events:
                turn = decide(None, event, here)
                told += [(event, reply) for reply in turn.replies if isinstance(reply, Message)]
                told += [(event, found.delivery.message) for found in turn.facts if isinstance(found, DeliveryPlanned)]
    assert problems(told) == []
