"""The form of a step of a campaign: what it shows, keeps, refuses."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from dialogs.campaign import CampaignStatus, Delay, Question, Step, StepButton
from dialogs.campaign_actions import PreviewStep, ShowCampaign, WriteCampaign, WriteStep
from dialogs.catalog import Localized
from dialogs.events import Event, FormSubmitted
from dialogs.facts import CampaignEdited, Refused
from dialogs.ladder import EvidenceKind, Stage
from dialogs.messages import FormErrors, Place, Reply
from dialogs.rights import Act
from dialogs.router import decide
from tests.conversation import CHANNEL, asks_form, submits
from tests.dialogs.authors import as_, errors, opened, shown
from tests.dialogs.campaigns import CHANGE, DRAFT, FULL, LEARN, OPINION, QUIZ, READY, STORY, WELL_DONE, campaigning, kept
from tests.dialogs.step_forms import FIRST, at, correct, corrected, steps, texts, write
from tests.dialogs.told import buttons, fact, message, words
from tests.stories.shown_whole import problems


def test_a_new_step_comes_at_the_end_and_offers_the_next() -> None:
    turn = write(WriteStep(name=DRAFT.name), FIRST, at(kept(DRAFT)))
    first = replace(LEARN, id="a_sentence_is_better")
    assert fact(turn) == CampaignEdited(campaign=replace(DRAFT, steps=(first,)), base=1)
    assert "1. A sentence is better" in words(turn)
    assert "Kept: this is version 2 of the draft." in words(turn)
    assert buttons(turn)["Write the next message"].action == WriteStep(name=DRAFT.name)
    assert buttons(turn)["See it as it'd be read"].action == PreviewStep(name=DRAFT.name, step=first.id, language="en")
    assert buttons(turn)["Show the campaign"].action == ShowCampaign(name=DRAFT.name)


def test_the_next_one_waits_some_working_days_unless_its_written_otherwise() -> None:
    turn = write(WriteStep(name=READY.name), {"kind": "opinion", "stage": "conviction", "asks": "opinion", "ask_en": "Worth it?"}, at(kept(READY)))
    asked = Question(kind="opinion", ask=Localized(en="Worth it?"))
    assert steps(turn) == (*READY.steps, Step(id="opinion", stage=Stage.CONVICTION, kind="opinion", question=asked, after=Delay(time=3)))
    ready = replace(READY, steps=steps(turn))
    again = write(WriteStep(name=READY.name), {"kind": "offer", "stage": "action", "title_en": "opinion"}, at(kept(ready)))
    assert steps(again)[-1].id == "opinion_2"
    long = write(WriteStep(name=READY.name), {"kind": "offer", "stage": "action", "title_fr": "Phrases partout ? " * 8}, at(kept(READY)))
    assert steps(long)[-1].id == "phrases_partout_phrases_partout_phrases"
    symbols = write(WriteStep(name=READY.name), {"kind": "offer", "stage": "action", "title_en": "Éé!"}, at(kept(READY)))
    assert steps(symbols)[-1].id == "ee"


@pytest.mark.parametrize("step", FULL.steps, ids=[step.id for step in FULL.steps])
def test_what_isnt_touched_stays_exactly_as_it_was(step: Step) -> None:
    turn = write(WriteStep(name=FULL.name, step=step.id), {}, at(kept(FULL)))
    assert turn.facts == ()
    assert "Nothing was changed: it's still version 1." in words(turn)
    turn = write(WriteStep(name=FULL.name, step=step.id), {"title_en": "Another"}, at(kept(FULL)))
    renamed = replace(step, title=replace(step.title or Localized(), en="Another"))
    assert steps(turn) == tuple(renamed if each == step else each for each in FULL.steps)


def test_one_that_runs_keeps_words_in_each_step() -> None:
    running = at(kept(READY, CampaignStatus.RUNNING))
    missing = errors(write(WriteStep(name=READY.name, step="change"), {"content_fr": "", "content_en": ""}, running))
    assert missing == {"content_fr": "The message change has no words. Write content: {fr: …, en: …}."}
    assert list(errors(write(WriteStep(name=READY.name), {"kind": "offer", "stage": "action", "title_en": "Try"}, running))) == ["content_fr"]
    turn = write(WriteStep(name=READY.name, step="change"), {"title_en": "Now"}, running)
    assert "What isn't sent yet goes out as it is now" in words(turn)


def test_words_are_corrected_in_one_language_and_the_rest_stays() -> None:
    turn = correct(STORY, {"content_en": "In March, a guessed password stopped us."})
    content = replace(STORY.content or Localized(), en="In March, a guessed password stopped us.")
    assert corrected(turn) == replace(STORY, content=content)
    assert corrected(correct(STORY, {"title_fr": "", "title_en": ""})) == replace(STORY, title=None)
    form = opened(asks_form(WriteStep(name=FULL.name, step="story")), at(kept(FULL)))
    assert "With its picture, depot.png, which stays as it is." in texts(form)


@pytest.mark.parametrize(
    ("changes", "at_", "after"),
    [
        ({"when": "at", "at": "08/12/2026 9h"}, datetime.combine(date(2026, 12, 8), time(9)), None),
        ({"when": "at", "at": "2026-12-08 14:30"}, datetime.combine(date(2026, 12, 8), time(14, 30)), None),
        ({"when": "at", "at": "8.12.2026 à 14h05"}, datetime.combine(date(2026, 12, 8), time(14, 5)), None),
        ({"when": "hours", "delay": "36"}, None, Delay(time=36, unit="hours")),
        ({"when": "days", "delay": "2"}, None, Delay(time=2, unit="days")),
        ({"delay": "5"}, None, Delay(time=5)),
        ({"when": "start", "delay": ""}, None, None),
        ({"when": "start"}, None, None),
    ],
)
def test_when_its_sent_is_one_choice(changes: dict[str, str], at_: datetime | None, after: Delay | None) -> None:
    assert corrected(correct(CHANGE, changes)) == replace(CHANGE, at=at_, after=after)


def test_what_waits_for_evidence_still_does_or_is_sent_otherwise() -> None:
    form = opened(asks_form(WriteStep(name=FULL.name, step="well_done")), at(kept(FULL)))
    assert shown(form)["when"] == "="
    assert corrected(correct(WELL_DONE, {"title_en": "Thanks"})).when == (EvidenceKind.GESTURE,)
    assert corrected(correct(WELL_DONE, {"when": "days", "delay": "1"})) == replace(WELL_DONE, when=(), after=Delay(time=1, unit="days"))
    dated = replace(WELL_DONE, at=datetime.combine(date(2026, 12, 8), time(9)))  # a file that was kept by other rules
    waits = correct(dated, {"when": "=", "at": ""})
    assert corrected(waits) == WELL_DONE


@pytest.mark.parametrize(
    ("step", "changes", "wrong"),
    [
        (CHANGE, {"when": "at"}, {"at": "Write the day and the time, such as 2026-01-31 14:30, or 31/01/2026 14h30."}),
        (CHANGE, {"when": "at", "at": "2026-12-08"}, {"at": "Write the day and the time, such as 2026-01-31 14:30, or 31/01/2026 14h30."}),
        (CHANGE, {"when": "at", "at": "2026-12-08 25:00"}, {"at": "Write the day and the time, such as 2026-01-31 14:30, or 31/01/2026 14h30."}),
        (CHANGE, {"at": "2026-12-08 10:00"}, {"when": "You wrote a day below: choose that it's sent then, or empty it."}),
        (QUIZ, {"delay": "3"}, {"when": "You wrote how long it waits below: choose after what, or empty it."}),
        (CHANGE, {"delay": "soon"}, {"delay": "Write a whole number, such as 3."}),
        (
            CHANGE,
            {"delay": "0"},
            {"delay": "A delay is a number from 1 to 1000. Write how long after the message before this one is sent."},
        ),
        (
            CHANGE,
            {"when": "at", "at": "2027-01-01 10:00"},
            {"at": "This is outside the campaign's period (1 Dec 2026 – 18 Dec 2026). Move it into the period, or change the period."},
        ),
        (
            CHANGE,
            {"kind": "quiz"},
            {"asks": "A message of the kind quiz asks a question, which is missing. Write question: {kind: quiz, ask: {fr: …, en: …}}."},
        ),
        (CHANGE, {"ask_en": "Why?"}, {"asks": "You wrote a question below: choose what kind it is, or empty what you wrote."}),
        (OPINION, {"options_en": "yes\nno"}, {"asks": "Only a quiz has answers to choose from: choose a quiz, or empty them."}),
        (OPINION, {"explain_en": "Because."}, {"explain_fr": "Only a quiz has explain. Remove it, or write kind: quiz."}),
        (OPINION, {"ask_fr": "", "ask_en": ""}, {"ask_fr": "The text is missing in both languages. Write at least one: {fr: …, en: …}."}),
        (
            QUIZ,
            {"options_en": "* one\n* two\nthree"},
            {"options_fr": "Only one answer is right: put * before it alone, on the same line in both languages."},
        ),
        (
            QUIZ,
            {"options_fr": "une\ndeux", "options_en": "one\ntwo"},
            {"asks": "Nothing says which option is right. Write its number, from 1: right: 1."},
        ),
        (QUIZ, {"options_fr": "* une", "options_en": "one"}, {"options_fr": "A quiz has 2 to 4 options. Write options: [{fr: …, en: …}, …]."}),
        (CHANGE, {"button3": "done"}, {"button3": "Two buttons do done. Keep one of the two."}),
        (
            CHANGE,
            {"button2": "none", "labels_fr": "", "labels_en": ""},
            {"link": "No button opens this page: choose “Open a page” for one, or empty this."},
        ),
        (CHANGE, {"link": ""}, {"link": "This button opens nothing. Write its address: link: https://…."}),
        (CHANGE, {"link": "portal"}, {"link": '"portal" isn\'t a link. Write it as https://….'}),
        (CHANGE, {"labels_fr": "", "labels_en": ""}, {"button2": "This button has no words. Write label: {fr: …, en: …}."}),
        (CHANGE, {"labels_en": "1\n2\n3\n4"}, {"labels_en": "There are more lines than buttons: choose what each does, or take a line out."}),
        (CHANGE, {"labels_en": "x" * 80}, {"labels_en": "The text has 80 characters, 75 at most. Shorten it."}),
        (CHANGE, {"sheet": "it_password"}, {"sheet": "No button shows this: choose “Tell me more” for one, or empty this."}),
        (STORY, {"sheet": "it_pasword"}, {"sheet": 'The catalogue has no service or entry "it_pasword". Did you mean it_password?'}),
        (
            STORY,
            {"content_fr": "", "content_en": ""},
            {"content_fr": "There are variants, and no default. Write content: {fr: …, en: …}: those who get no variant read it."},
        ),
        (CHANGE, {"title_en": "x" * 151}, {"title_en": "The text has 151 characters, 150 at most. Shorten it."}),
        (CHANGE, {"title_en": "Bell \x07"}, {"title_en": "A character that can't be shown. Remove it."}),
    ],
)
def test_the_rules_of_a_file_are_those_of_the_form(step: Step, changes: dict[str, str], wrong: dict[str, str]) -> None:
    assert errors(correct(step, changes)) == wrong


def test_a_step_needs_its_kind_and_its_stage_and_nothing_typed_is_lost() -> None:
    turn = write(WriteStep(name=DRAFT.name), {"title_en": "Hello"}, at(kept(DRAFT)))
    assert errors(turn) == {"kind": "Choose what kind of message it is.", "stage": "Choose the stage that it leads to."}
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert shown(reply.form)["title_en"] == "Hello"


def test_the_first_step_cant_wait_for_one_before_it() -> None:
    turn = write(WriteStep(name=DRAFT.name), FIRST | {"when": "days", "delay": "1"}, at(kept(DRAFT)))
    said = "There's no message before the first one. Remove it: without it, the first message is sent when the campaign starts."
    assert errors(turn) == {"when": said}


def test_what_is_wrong_elsewhere_counts_only_if_it_wasnt_before() -> None:
    lost = replace(LEARN, buttons=(StepButton(does="more", sheet="gone"),))
    here = at(kept(replace(READY, steps=(lost, CHANGE))))
    assert steps(write(WriteStep(name=READY.name, step="change"), {"title_en": "Now"}, here))[0] == lost
    later = replace(QUIZ, id="later")
    here = at(kept(replace(READY, steps=(LEARN, QUIZ, later))))
    turn = write(WriteStep(name=READY.name, step="quiz"), {"at": "2026-12-10 10:00"}, here)
    assert errors(turn) == {
        "content_fr": "This is earlier than a message before it. Move it after the messages that come before it, or change their order."
    }


def test_a_quiz_is_written_line_by_line() -> None:
    asked = {
        "kind": "quiz",
        "asks": "quiz",
        "ask_en": "Which one?",
        "ask_fr": "Lequel ?",
        "options_fr": "le chat\n* la phrase\n",
        "options_en": "the cat\nthe sentence",
        "explain_en": "It's longer.",
    }
    question = Question(
        kind="quiz",
        ask=Localized(fr="Lequel ?", en="Which one?"),
        options=(Localized(fr="le chat", en="the cat"), Localized(fr="la phrase", en="the sentence")),
        right=2,
        explain=Localized(en="It's longer."),
    )
    assert corrected(correct(CHANGE, asked)).question == question
    other = correct(QUIZ, {"options_fr": "* un\ndeux", "options_en": "* one\ntwo"})
    options = (Localized(fr="un", en="one"), Localized(fr="deux", en="two"))
    assert QUIZ.question is not None
    assert corrected(other).question == replace(QUIZ.question, options=options, right=1)
    explained = corrected(correct(QUIZ, {"explain_en": "Longer."})).question
    assert explained == replace(QUIZ.question, explain=Localized(fr="La longueur compte plus que les signes.", en="Longer."))


def test_a_question_is_taken_out_or_becomes_another() -> None:
    assert corrected(correct(QUIZ, {"kind": "pedagogy", "asks": "none"})) == replace(QUIZ, kind="pedagogy", question=None)
    emptied = {"kind": "survey", "asks": "recall", "options_fr": "", "options_en": "", "explain_fr": "", "explain_en": ""}
    assert QUIZ.question is not None
    assert corrected(correct(QUIZ, emptied)).question == Question(kind="recall", ask=QUIZ.question.ask)


def test_buttons_are_chosen_and_worded_or_keep_the_usual_words() -> None:
    changes = {
        "button1": "link",
        "button2": "link",
        "button3": "more",
        "labels_fr": "Ouvrir\nVoir",
        "labels_en": "Open\nSee\n",
        "link": "https://one.example/ https://two.example/",
        "sheet": "Remplacer un ordinateur portable",
    }
    assert corrected(correct(CHANGE, changes)).buttons == (
        StepButton(does="link", label=Localized(fr="Ouvrir", en="Open"), link="https://one.example/"),
        StepButton(does="link", label=Localized(fr="Voir", en="See"), link="https://two.example/"),
        StepButton(does="more", sheet="it_laptop"),
    )
    skipped = correct(STORY, {"labels_fr": "–\nDemander", "labels_en": "-\nAsk us"})
    assert corrected(skipped).buttons == (StepButton(does="more"), StepButton(does="ask", label=Localized(fr="Demander", en="Ask us")))
    assert corrected(correct(STORY, {"button1": "none", "button2": "none"})).buttons == ()
    lost = replace(STORY, buttons=(StepButton(does="more", sheet="gone"),))
    form = opened(asks_form(WriteStep(name=READY.name, step="story")), at(kept(replace(READY, steps=(LEARN, lost)))))
    assert shown(form)["sheet"] == "gone"


def test_what_is_gone_is_said_to_be() -> None:
    for action in (WriteStep(name=FULL.name, step="gone"), WriteStep(name=FULL.name, step="story", variant="gone")):
        turn = decide(None, asks_form(action), at(kept(FULL)))
        assert "This message isn't in the campaign any more" in words(turn)
        assert buttons(turn)["Show the campaign"].action == ShowCampaign(name=FULL.name)
    for event in (asks_form(WriteStep(name="gone")), submits(WriteStep(name="gone"), FIRST)):
        assert "I don't find this campaign." in words(decide(None, event, at()))


def test_what_is_over_or_not_theirs_cant_be_written() -> None:
    over = at(kept(READY, CampaignStatus.FINISHED))
    turn = decide(None, submits(WriteStep(name=READY.name), FIRST), over)
    assert "This campaign is finished: what it said stays as it was." in words(turn)
    assert buttons(turn)["New campaign"].action == WriteCampaign(slug="it")
    nobody = replace(as_(frozenset()), campaigning=campaigning(kept(READY)))
    turn = decide(None, asks_form(WriteStep(name=READY.name), where=CHANNEL), nobody)
    assert message(turn).place is Place.PRIVATE
    assert fact(turn) == Refused(act=Act.WRITE_CAMPAIGNS, function="it", subject=READY.name)


def test_the_form_fits_every_platform_however_much_it_holds() -> None:
    long = Localized(fr="é" * 2000, en="ê" * 2000)
    options = tuple(Localized(fr=f"{number}{'é' * 74}", en=f"{number}{'ê' * 74}") for number in range(4))
    labels = Localized(fr="é" * 75, en="ê" * 75)
    words_of_300 = Localized(fr="é" * 300, en="ê" * 300)
    whole = replace(
        STORY,
        title=Localized(fr="é" * 150, en="ê" * 150),
        content=long,
        variants=tuple(replace(STORY.variants[0], id=f"v{number}", content=long) for number in range(10)),
        question=Question(kind="quiz", ask=words_of_300, options=options, right=2, explain=words_of_300),
        buttons=tuple(StepButton(does="link", label=labels, link=f"https://vaubert.example/{'a' * 900}") for _ in range(3)),
    )
    here = at(kept(replace(READY, steps=(LEARN, whole))))
    told: list[tuple[Event, Reply]] = []
    for variant in (None, "v0"):
        action = WriteStep(name=READY.name, step="story", variant=variant)
        event = asks_form(action)
        form = opened(event, here)
        odd = shown(form) | {name: f"\x07{value[1:]}" for name, value in shown(form).items() if name.startswith("content")}
        clash = WriteStep(name=READY.name, step="story", variant=variant, base="0")
        turns: list[FormSubmitted] = [submits(form.action, odd), submits(clash, shown(form) | {"content_fr": "x"}), submits(form.action, shown(form))]
        told += [(event, form), *((each, reply) for each in turns for reply in decide(None, each, here).replies)]
        told += [(event, reply) for reply in decide(None, event, replace(here, language="fr")).replies]
    assert problems(told) == []
