"""The words of one group in a step's form, and a step that others write too."""

from dataclasses import replace

from dialogs.campaign import Delay, Variant
from dialogs.campaign_actions import PreviewStep, WriteStep
from dialogs.catalog import Localized
from dialogs.facts import CampaignEdited
from dialogs.ladder import Stage
from dialogs.messages import Choice, Text
from dialogs.router import decide
from tests.company import CATALOGUE
from tests.conversation import asks_form, submits
from tests.dialogs.authors import errors, opened, shown
from tests.dialogs.campaigns import CHANGE, DRAFT, FULL, LEARN, READY, STORY, kept
from tests.dialogs.step_forms import at, correct, corrected, reopened, steps, texts, write
from tests.dialogs.told import buttons, fact


def test_words_of_their_own_for_one_group_leave_the_others_theirs() -> None:
    form = opened(asks_form(WriteStep(name=READY.name, step="change")), at(kept(READY)))
    (whom,) = (block for block in form.blocks if isinstance(block, Choice) and block.id == "whom")
    assert [option.label for option in whom.options] == ["Everybody", "Sales teams only", "Field technicians only", "Managers only"]
    turn = correct(CHANGE, {"whom": "field", "content_en": "At the depot, ask for the portal.", "title_en": "Change it now"})
    french = (CHANGE.content or Localized()).fr
    variant = Variant(id="for_field", content=Localized(fr=french, en="At the depot, ask for the portal."), segments=("field",))
    title = Localized(fr="Changez-le en deux minutes", en="Change it now")
    assert corrected(turn) == replace(CHANGE, title=title, variants=(variant,))
    taken = replace(CHANGE, variants=(Variant(id="for_field", content=Localized(en="A"), share=0.2),))
    assert [each.id for each in corrected(correct(taken, {"whom": "field", "content_en": "B"})).variants] == ["for_field", "for_field_2"]
    wrong = "Write above what these people read instead, then keep it."
    assert errors(correct(CHANGE, {"whom": "field"})) == {"whom": wrong}
    assert errors(correct(CHANGE, {"whom": "field", "content_fr": "", "content_en": ""})) == {"whom": wrong}
    forged = errors(correct(CHANGE, {"whom": "pirates", "content_en": "Arr."}))
    assert forged == {"content_fr": '"pirates" isn\'t a segment. Remove it, or use one of field, managers, sales.'}


def test_a_group_that_has_its_words_isnt_offered_again() -> None:
    form = opened(asks_form(WriteStep(name=FULL.name, step="story")), at(kept(FULL)))
    (whom,) = (block for block in form.blocks if isinstance(block, Choice) and block.id == "whom")
    assert [option.value for option in whom.options] == ["*", "field", "managers"]
    assert "Words of their own: Sales teams; short (50% of all). The preview opens them." in texts(form)
    every = tuple(Variant(id=slug, content=Localized(en="x"), segments=(slug,)) for slug in CATALOGUE.company.segments)
    for step in (replace(STORY, variants=every), replace(STORY, variants=(), content=None)):
        form = opened(asks_form(WriteStep(name=READY.name, step="story")), at(kept(replace(READY, steps=(step,)))))
        assert "whom" not in {block.id for block in form.blocks if not isinstance(block, Text)}


def test_the_words_of_one_group_are_corrected_alone_or_taken_away() -> None:
    here = at(kept(FULL))
    action = WriteStep(name=FULL.name, step="story", variant="for_sales")
    form = opened(asks_form(action), here)
    assert list(shown(form)) == ["content_fr", "content_en"]
    assert "For: Sales teams" in texts(form)
    assert "Everybody else reads: In March, a guessed password" in texts(form)
    first, second = STORY.variants
    turn = write(action, {"content_en": "Your laptop opens the whole offer."}, here)
    content = replace(first.content, en="Your laptop opens the whole offer.")
    assert steps(turn)[1] == replace(STORY, variants=(replace(first, content=content), second))
    assert buttons(turn)["See it as it'd be read"].action == PreviewStep(name=FULL.name, step="story", language="en", variant="for_sales")
    gone = write(action, {"content_fr": "", "content_en": ""}, here)
    assert steps(gone)[1] == replace(STORY, variants=(second,))
    assert buttons(gone)["See it as it'd be read"].action == PreviewStep(name=FULL.name, step="story", language="en")
    long = write(action, {"content_en": "x" * 2001}, here)
    assert errors(long) == {"content_en": "The text has 2001 characters, 2000 at most. Shorten it."}
    assert errors(write(action, {"content_fr": "\x07"}, here)) == {"content_fr": "A character that can't be shown. Remove it."}


def test_a_variant_without_a_default_is_named_in_its_form() -> None:
    bare = replace(STORY, content=None, variants=(Variant(id="odd", content=Localized(en="x")),))
    here = at(kept(replace(FULL, steps=(LEARN, bare))))
    action = WriteStep(name=FULL.name, step="story", variant="odd")
    form = opened(asks_form(action), here)
    assert "For: odd" in texts(form)
    assert "Everybody else reads: –" in texts(form)
    assert set(errors(write(action, {"content_en": "y"}, here))) == {"content_fr"}
    survey = replace(STORY, kind="survey")
    here = at(kept(replace(FULL, steps=(LEARN, survey))))
    assert set(errors(write(replace(action, variant="short"), {"content_en": "y"}, here))) == {"content_fr"}


def test_two_authors_at_once_dont_undo_each_others_work() -> None:
    form = opened(asks_form(WriteStep(name=READY.name, step="change")), at(kept(READY)))
    theirs = replace(CHANGE, title=Localized(fr="Changez-le", en="Change it"), stage=Stage.CONVICTION)
    now = at(kept(replace(READY, steps=(LEARN, theirs)), version=2))
    turn = decide(None, submits(form.action, shown(form) | {"delay": "5"}), now)
    assert steps(turn)[1] == replace(theirs, after=Delay(time=5))
    again = reopened(decide(None, submits(form.action, shown(form) | {"title_en": "Two minutes", "stage": "awareness"}), now))
    assert "Somebody else changed this since you opened the form." in texts(again)
    assert "Title, in English, as it is now: Change it" in texts(again)
    assert "Which stage does it lead to?, as it is now: conviction" in texts(again)
    settled = decide(None, submits(again.action, shown(again)), now)
    assert steps(settled)[1].title == Localized(fr="Changez-le", en="Two minutes")


def test_a_new_step_is_added_whatever_others_wrote_meanwhile() -> None:
    form = opened(asks_form(WriteStep(name=DRAFT.name)), at(kept(DRAFT)))
    now = at(kept(replace(DRAFT, steps=(LEARN,)), version=2))
    turn = decide(None, submits(form.action, shown(form) | {"kind": "offer", "stage": "action", "title_en": "Try it"}), now)
    assert [step.id for step in steps(turn)] == ["learn", "try_it"]
    assert steps(turn)[1].after is None
    found = fact(turn)
    assert isinstance(found, CampaignEdited)
    assert found.base == 2


def test_a_step_that_was_taken_out_meanwhile_is_offered_as_a_new_one() -> None:
    form = opened(asks_form(WriteStep(name=READY.name, step="change")), at(kept(READY)))
    now = at(kept(replace(READY, steps=(LEARN,)), version=2))
    again = reopened(decide(None, submits(form.action, shown(form) | {"title_en": "Still mine"}), now))
    assert "Somebody took this message out since you opened the form." in texts(again)
    turn = decide(None, submits(again.action, shown(again)), now)
    title = Localized(fr="Changez-le en deux minutes", en="Still mine")
    assert steps(turn)[1] == replace(CHANGE, id="still_mine", title=title)


def test_words_that_were_taken_away_meanwhile_are_given_back() -> None:
    action = WriteStep(name=FULL.name, step="story", variant="short")
    form = opened(asks_form(action), at(kept(FULL)))
    here = at(kept(replace(FULL, steps=(replace(STORY, variants=()),)), version=2))
    again = reopened(decide(None, submits(form.action, {"content_en": "One sentence."}), here))
    assert "Somebody took these words away since you opened the form. You wrote: One sentence." in texts(again)
    assert again.action == replace(opened(asks_form(replace(action, variant=None)), here).action)
    assert "You wrote: –" in texts(reopened(decide(None, submits(form.action, {}), here)))
