"""The message of a step: words, picture, question, buttons, in the reader's language."""

from dataclasses import replace

import pytest

from dialogs.actions import WriteQuestion
from dialogs.campaign import Campaign, Question, Step, StepButton, StepPicture
from dialogs.campaign_actions import AnswerStep, RecallStep, ReplyStep, TakeStep
from dialogs.catalog import Language, Localized
from dialogs.feedback_actions import ChoosePause
from dialogs.ladder import Stage
from dialogs.messages import Button, Buttons, Link, Message, Note, Picture, Rating, Text, Title, plain_text
from dialogs.step_message import step_message
from tests.company import IT
from tests.dialogs.campaigns import BASELINE, CHANGE, FULL, LEARN, OPINION, QUIZ, READY, STORY
from tests.dialogs.told import TEXTS


def shown(step: Step, campaign: Campaign = FULL, *, language: Language = "en", picture: str | None = None, **more: object) -> Message:
    return step_message(TEXTS[language], campaign, step, IT, picture=picture, **more)  # type: ignore[arg-type]


def text(message: Message) -> str:
    return plain_text(message).replace("\N{NO-BREAK SPACE}", " ")


def rows(message: Message) -> list[Buttons]:
    return [block for block in message.blocks if isinstance(block, Buttons)]


def notes(message: Message) -> list[str]:
    return [block.text for block in message.blocks if isinstance(block, Note)]


def test_it_says_who_speaks_and_what_and_offers_the_next_step_first() -> None:
    message = shown(LEARN, READY)
    assert message.blocks[:2] == (
        Title(text="A sentence is better", badge="IT · Information Technology"),
        Text(text="Four words at random last longer than eight signs, and are easier to remember."),
    )
    own, quiet = rows(message)
    assert own.buttons == (
        Button(label="Tell me more", action=TakeStep(campaign="passwords", step="learn", does="more", sheet="it_password"), primary=True),
        Button(label="Later", action=TakeStep(campaign="passwords", step="learn", does="later")),
    )
    assert quiet.quiet
    assert quiet.buttons == (
        Button(label="Reply", action=ReplyStep(campaign="passwords", step="learn")),
        Button(label="Be left in peace", action=ChoosePause(slug="it")),
    )


def test_the_gesture_and_a_page_stand_beside_each_other_and_nothing_is_offered_twice() -> None:
    own, quiet = rows(shown(CHANGE))
    assert [(button.label, button.primary) for button in own.buttons] == [("It's done", True), ("Open the portal", False), ("Reply", False)]
    assert isinstance(own.buttons[1], Link)
    assert own.buttons[1].url == "https://portail.vaubert.example/"
    assert [button.label for button in quiet.buttons] == ["Later", "Be left in peace"]


def test_each_button_has_a_label_of_its_own_accord() -> None:
    does = ("more", "done", "later", "reply", "ask", "link")
    step = replace(LEARN, buttons=tuple(StepButton(does=each, link="https://x.example/") for each in does))  # type: ignore[arg-type]
    own, quiet = rows(shown(step))
    assert [button.label for button in own.buttons] == ["Tell me more", "I've done it", "Later", "Reply", "Ask a question", "Open"]
    assert [button.action for button in own.buttons if isinstance(button, Button)][4] == WriteQuestion(slug="it")
    assert [button.label for button in quiet.buttons] == ["Be left in peace"]


def test_what_is_put_off_first_is_no_next_step() -> None:
    own, _ = rows(shown(replace(LEARN, buttons=(StepButton(does="later"), StepButton(does="more")))))
    assert not any(button.primary for button in own.buttons)


def test_a_page_without_an_address_is_not_offered_and_a_message_may_have_no_button_of_its_own() -> None:
    (quiet,) = rows(shown(replace(LEARN, buttons=(StepButton(does="link"),))))
    assert quiet.quiet
    (only,) = rows(shown(replace(LEARN, buttons=())))
    assert [button.label for button in only.buttons] == ["Later", "Reply", "Be left in peace"]


def test_what_came_again_does_not_come_a_third_time() -> None:
    assert "[Later]" not in text(shown(LEARN, without=("later",)))
    assert "[Later]" not in text(shown(CHANGE, without=("later",)))


def test_the_title_is_the_campaigns_where_the_step_has_none_and_a_draft_may_have_no_words_yet() -> None:
    message = shown(Step(id="empty", stage=Stage.AWARENESS, kind="pedagogy"))
    assert message.blocks[0] == Title(text="Passphrases", badge="IT · Information Technology")
    assert not any(isinstance(block, Text) for block in message.blocks)


def test_a_variant_replaces_the_words_alone() -> None:
    sales, _ = STORY.variants
    message = shown(STORY, variant=sales)
    assert "At a customer's" in text(message)
    assert "In March" not in text(message)
    assert message.blocks[0] == Title(text="What happened at the depot", badge="IT · Information Technology")


def test_the_picture_is_shown_where_it_is_kept() -> None:
    assert Picture(attachment="campaign-1", alt="The depot on a Monday morning") in shown(STORY, picture="campaign-1").blocks
    assert not any(isinstance(block, Picture) for block in shown(STORY).blocks)
    without = replace(STORY, picture=None)
    assert not any(isinstance(block, Picture) for block in shown(without, picture="campaign-1").blocks)
    french = replace(STORY, picture=StepPicture(file="depot.png", alt=Localized(fr="Le dépôt")))
    assert Picture(attachment="k", alt="Le dépôt") in shown(french, picture="k").blocks


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words_that_exist_in_one_language_are_shown_in_it_and_that_is_said_once(language: Language) -> None:
    assert notes(shown(QUIZ, language=language)) == []
    french = replace(
        QUIZ,
        content=Localized(fr="En français"),
        question=Question(kind="quiz", ask=Localized(fr="Laquelle ?"), options=(Localized(fr="Celle-ci"), Localized(fr="Celle-là")), right=1),
    )
    message = shown(french, language=language)
    assert {"En français", "Laquelle ?"} <= {block.text for block in message.blocks if isinstance(block, Text)}
    assert notes(message) == ([] if language == "fr" else ["This text exists only in French so far."])


def test_a_question_in_one_language_is_said_too() -> None:
    question = replace(QUIZ, question=Question(kind="opinion", ask=Localized(en="Is it?")))
    assert len(notes(shown(question, language="fr"))) == 1


def test_the_options_of_a_quiz_are_buttons_that_carry_the_written_order_and_are_always_shuffled_alike() -> None:
    message = shown(QUIZ)
    options = rows(message)[0].buttons
    written = {"P@ssw0rd!": "1", "horse staple rain green": "2", "the cat's name": "3"}
    assert {button.label: button.action for button in options if isinstance(button, Button)} == {
        label: AnswerStep(campaign="passphrases", step="quiz", answer=number) for label, number in written.items()
    }
    assert not any(button.primary for button in options)
    assert [button.label for button in options] == [button.label for button in rows(shown(QUIZ))[0].buttons]
    french = [button.action for button in rows(shown(QUIZ, language="fr"))[0].buttons if isinstance(button, Button)]
    assert french == [button.action for button in options if isinstance(button, Button)], "the same order in both languages"
    orders = {tuple(button.label for button in rows(shown(replace(QUIZ, id=f"quiz-{number}")))[0].buttons) for number in range(60)}
    assert len(orders) == 6, "every order comes"


def test_options_too_long_for_a_phone_stand_above_their_numbers() -> None:
    long = "a sentence that is much too long for one button"
    step = replace(QUIZ, question=Question(kind="quiz", ask=Localized(en="Which?"), options=(Localized(en=long), Localized(en="short")), right=1))
    message = shown(step)
    answers = [button for button in rows(message)[0].buttons if isinstance(button, Button)]
    assert [button.label for button in answers] == ["1", "2"]
    by_answer = {"1": long, "2": "short"}
    lines = [f"{answer.label}. {by_answer[answer.action.answer]}" for answer in answers if isinstance(answer.action, AnswerStep)]
    assert Text(text="\n\n".join(lines)) in message.blocks


def test_the_next_step_waits_until_the_question_is_answered() -> None:
    own = rows(shown(replace(QUIZ, buttons=(StepButton(does="more"),))))[1]
    assert [(button.label, button.primary) for button in own.buttons] == [("Tell me more", False)]


def test_an_opinion_is_a_scale_on_which_nothing_is_chosen() -> None:
    (scale,) = (block for block in shown(OPINION).blocks if isinstance(block, Rating))
    assert [button.action for button in scale.buttons] == [
        AnswerStep(campaign="passphrases", step="opinion", answer=value) for value in ("1", "2", "3", "4", "5")
    ]
    assert not any(button.primary for button in scale.buttons)
    assert (scale.low, scale.high) == ("not at all", "completely")


def test_whom_one_would_turn_to_is_asked_in_ones_own_words_first_and_a_survey_says_that_it_is_one_question() -> None:
    message = shown(BASELINE)
    assert rows(message)[0].buttons == (
        Button(label="Write whom", action=RecallStep(campaign="passphrases", step="baseline"), primary=True),
        Button(label="I don't know", action=AnswerStep(campaign="passphrases", step="baseline", answer="")),
    )
    assert notes(message) == ["It's one question only. What you answer changes nothing in the help that you get."]
    assert notes(shown(replace(BASELINE, kind="quiz"))) == []
