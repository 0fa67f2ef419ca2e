"""The preview of a step: as it'd be read, in each language and for each group, without a tap that counts, and how it may be taken."""

from dataclasses import replace

import pytest

from dialogs.campaign import Campaign, Kept, Step, StepButton, Variant
from dialogs.campaign_actions import AnswerStep, PreviewStep, ShowCampaign, SteerCampaign, TakeStep, WriteStep
from dialogs.catalog import Language, Localized
from dialogs.events import Event
from dialogs.facts import Refused
from dialogs.messages import Bullets, Button, Buttons, Message, Picture, Place, Text, Title
from dialogs.rights import Act
from dialogs.router import decide
from dialogs.step_message import step_message
from dialogs.turn import Context
from tests.company import IT
from tests.conversation import CHANNEL, DIRECT, taps
from tests.dialogs.authors import AUTHOR, as_
from tests.dialogs.campaigns import FULL, LEARN, QUIZ, READY, STORY, campaigning, kept
from tests.dialogs.told import TEXTS, buttons, fact, message, words
from tests.stories.shown_whole import problems

SALES = PreviewStep(name=FULL.name, step="story", language="en", variant="for_sales")


def at(*every: Kept, language: Language = "en", pictures: dict[str, str] | None = None) -> Context:
    return replace(as_(AUTHOR, language=language), campaigning=replace(campaigning(*every), pictures=pictures or {}))


def of(campaign: Campaign, step: Step, language: Language = "en") -> PreviewStep:
    return PreviewStep(name=campaign.name, step=step.id, language=language)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("step", FULL.steps, ids=[step.id for step in FULL.steps])
def test_a_step_is_shown_as_it_would_be_read(step: Step, language: Language) -> None:
    shown = message(decide(None, taps(of(FULL, step, language)), at(kept(FULL))))
    real = step_message(TEXTS[language], FULL, step, IT)
    said = [block for block in real.blocks if isinstance(block, Title | Text)]
    assert [block for block in shown.blocks if isinstance(block, Title | Text)][: len(said)] == said
    assert shown.language == "en"


@pytest.mark.parametrize("step", FULL.steps, ids=[step.id for step in FULL.steps])
def test_a_tap_on_a_preview_counts_for_nobody(step: Step) -> None:
    shown = message(decide(None, taps(of(FULL, step)), at(kept(FULL))))
    taken = [button for block in shown.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert all(isinstance(button, Button) and isinstance(button.action, PreviewStep | SteerCampaign | WriteStep | ShowCampaign) for button in taken)
    live = {block.kind for block in shown.blocks} & {"rating", "items"}
    assert live == set()


def test_its_buttons_are_words_in_their_place() -> None:
    text = words(decide(None, taps(of(FULL, FULL.steps[4])), at(kept(FULL))))
    assert "• [It's done]\n• [Open the portal] https://portail.vaubert.example/" in text
    text = words(decide(None, taps(of(FULL, QUIZ)), at(kept(FULL))))
    assert "• [horse staple rain green]" in text
    text = words(decide(None, taps(of(FULL, FULL.steps[3])), at(kept(FULL))))
    assert "• not at all [1] [2] [3] [4] [5] completely" in text
    assert {AnswerStep, TakeStep} == {type(action) for action in _live(FULL)}  # which the real messages do hold


def _live(campaign: Campaign) -> list[object]:
    real = [step_message(TEXTS["en"], campaign, step, IT) for step in campaign.steps]
    every = [button for each in real for block in each.blocks if block.kind in ("buttons", "rating") for button in block.buttons]
    return [button.action for button in every if isinstance(button, Button) and isinstance(button.action, AnswerStep | TakeStep)]


def test_each_language_and_each_group_is_one_tap_away() -> None:
    turn = decide(None, taps(of(FULL, STORY)), at(kept(FULL, version=3)))
    assert "Preview, in English" in words(turn)
    here = replace(of(FULL, STORY), within="preview")
    assert buttons(turn)["In French"].action == replace(here, language="fr")
    assert buttons(turn)["For: Sales teams"].action == replace(here, variant="for_sales")
    assert buttons(turn)["For: short (50% of all)"].action == replace(here, variant="short")
    assert buttons(turn)["Send it to me"].action == SteerCampaign(name=FULL.name, move="test", version="3", step="story")
    assert buttons(turn)["Correct"].action == WriteStep(name=FULL.name, step="story")
    assert buttons(turn)["Show the campaign"].action == ShowCampaign(name=FULL.name)


def test_the_words_of_one_group_are_shown_and_corrected() -> None:
    turn = decide(None, taps(SALES), at(kept(FULL)))
    assert "Preview, in English · Sales teams" in words(turn)
    assert "At a customer's, your laptop opens the whole offer" in words(turn)
    assert "For: Sales teams" not in buttons(turn)
    assert buttons(turn)["As everybody reads it"].action == PreviewStep(name=FULL.name, step="story", language="en", within="preview")
    assert buttons(turn)["Correct"].action == WriteStep(name=FULL.name, step="story", variant="for_sales")


def test_five_groups_are_offered_at_most() -> None:
    variants = tuple(Variant(id=f"v{number}", content=Localized(en="x"), share=0.1) for number in range(8))
    many = replace(FULL, steps=(replace(STORY, variants=variants),))
    assert sum(label.startswith("For: ") for label in buttons(decide(None, taps(of(FULL, STORY)), at(kept(many))))) == 5


@pytest.mark.parametrize(
    ("within", "where", "tapped", "place"),
    [
        (None, DIRECT, "m1", Place.HERE),
        ("preview", DIRECT, "m1", Place.UPDATE),
        ("preview", DIRECT, None, Place.HERE),
        ("preview", CHANNEL, "m1", Place.PRIVATE),
    ],
)
def test_a_preview_takes_the_place_of_the_one_that_it_was_tapped_on(within: str | None, where: object, tapped: str | None, place: Place) -> None:
    action = replace(SALES, within="preview" if within else None)
    reference = CHANNEL if where is CHANNEL else DIRECT
    assert message(decide(None, taps(action, where=reference, message=tapped), at(kept(FULL)))).place is place


def test_a_picture_is_shown_or_said_to_be_missing() -> None:
    bare = decide(None, taps(of(FULL, STORY)), at(kept(FULL)))
    assert "Its picture isn't kept here yet: depot.png. It comes with the campaign's file." in words(bare)
    shown = message(decide(None, taps(of(FULL, STORY)), at(kept(FULL), pictures={"depot.png": "key-1"})))
    assert Picture(attachment="key-1", alt="The depot on a Monday morning") in shown.blocks
    assert not any("isn't kept here" in getattr(block, "text", "") for block in shown.blocks)


def test_how_it_may_be_taken_is_said_below_in_this_language_only() -> None:
    blamed = replace(LEARN, content=Localized(fr="Rien à redire ici.", en="As usual, users don't understand. STOP IT NOW!!!"), buttons=())
    here = at(kept(replace(READY, steps=(blamed,))))
    turn = decide(None, taps(of(READY, blamed)), here)
    assert "How it may be taken" in words(turn)
    remarks = [block for block in message(turn).blocks if isinstance(block, Bullets)][-1].items
    assert 2 <= len(remarks) <= 5
    assert any(remark.startswith("“") and "Instead, " in remark for remark in remarks)
    assert any("The reader has nothing to do next" in remark or "the reader has nothing to do next" in remark for remark in remarks)
    french = words(decide(None, taps(of(READY, blamed, "fr")), here))
    assert "don't understand" not in french
    assert "How it may be taken" not in words(decide(None, taps(of(READY, LEARN)), at(kept(READY))))


def test_five_remarks_are_told_at_most() -> None:
    loud = " ".join(f"LOUD WORDS NUMBER{letter} HERE, and then more." for letter in "ABCDEFGH")
    here = at(kept(replace(READY, steps=(replace(LEARN, content=Localized(en=loud)),))))
    turn = decide(None, taps(of(READY, LEARN)), here)
    assert len([block for block in message(turn).blocks if isinstance(block, Bullets)][-1].items) == 5
    assert " more" in words(turn)


def test_what_is_gone_or_not_theirs_is_said() -> None:
    for action in (replace(SALES, step="gone"), replace(SALES, variant="gone")):
        turn = decide(None, taps(action), at(kept(FULL)))
        assert "This message isn't in the campaign any more" in words(turn)
        assert buttons(turn)["Show the campaign"].action == ShowCampaign(name=FULL.name)
    assert "I don't find this campaign." in words(decide(None, taps(replace(SALES, name="gone")), at()))
    nobody = replace(as_(frozenset()), campaigning=campaigning(kept(FULL)))
    assert fact(decide(None, taps(SALES), nobody)) == Refused(act=Act.WRITE_CAMPAIGNS, function="it", subject=FULL.name)


@pytest.mark.parametrize("where", [DIRECT, CHANNEL], ids=["private", "channel"])
def test_every_preview_is_shown_whole(where: object) -> None:
    long = Localized(fr="Une phrase entière, « comme il faut », d'été. " * 43, en="A whole sentence, as it is. " * 70)
    full = replace(
        STORY,
        content=long,
        variants=tuple(Variant(id=f"v{number}", content=long, share=0.1) for number in range(10)),
        buttons=tuple(StepButton(does="link", label=Localized(en="x" * 75), link=f"https://a.example/{'a' * 900}") for _ in range(3)),
    )
    campaign = replace(FULL, steps=(*FULL.steps, replace(full, id="full")))
    told: list[tuple[Event, Message]] = []
    for language in ("fr", "en"):
        for step in campaign.steps:
            for variant in (None, *(each.id for each in step.variants[:2])):
                action = PreviewStep(name=campaign.name, step=step.id, language="fr" if language == "fr" else "en", variant=variant, within="preview")
                event = taps(action, where=CHANNEL if where is CHANNEL else DIRECT)
                here = at(kept(campaign), language="fr" if language == "fr" else "en", pictures={"depot.png": "key-1"})
                told.append((event, message(decide(None, event, here))))
    assert problems(told) == []
