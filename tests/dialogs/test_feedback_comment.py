"""A comment: with its exchange and in confidence, or detached from it; nothing that was typed is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.feedback import EXPIRES, Feedback, Given
from dialogs.feedback_actions import Say, WriteComment
from dialogs.feedback_comment import LIMIT, is_detached
from dialogs.messages import Choice, Form, FormErrors, Input, Place, Text
from dialogs.router import decide
from dialogs.turn import Turn
from tests.company import BOB, NOON
from tests.conversation import CHANNEL, asks_form, submits
from tests.dialogs.experts import form_of, refusals
from tests.dialogs.responses import ASKED, answered, asking, given
from tests.dialogs.told import buttons, message, words

LIKED = answered(solved="yes", trace=4)
DISLIKED = answered(solved="no", trace=3)
COMMENT = WriteComment(feedback=LIKED.id)
ALONE = WriteComment(feedback=LIKED.id, on="prompt")


def opened(feedback: Feedback | None) -> Turn:
    return decide(None, asks_form(COMMENT), asking(feedback))


def writes(
    text: str | None, feedback: Feedback | None = LIKED, *, way: str | None = "attached", action: WriteComment = COMMENT, **values: str
) -> Turn:
    filled = {"comment": text, "way": way} | values
    event = submits(action, {name: value for name, value in filled.items() if value is not None})
    return decide(None, event, asking(feedback))


def choices(form: Form) -> dict[str, Choice]:
    return {block.id: block for block in form.blocks if isinstance(block, Choice)}


def typed(turn: Turn) -> str:
    (errors,) = turn.replies
    assert isinstance(errors, FormErrors)
    (field,) = [block for block in errors.form.blocks if isinstance(block, Input)]
    return field.value


# --- the form ------------------------------------------------------------------------------------------------------------------------------------


def test_the_form_says_honestly_what_becomes_of_it() -> None:
    form = form_of(opened(LIKED))
    said = " ".join(block.text for block in form.blocks if isinstance(block, Text))
    assert "About your question “my laptop died”" in said
    assert "In confidence: IT doesn't see who wrote it, and reads it only among the words of ten people or more." in said
    assert "An admin with a reason could find out, and that would leave a trace in the audit log." in said
    assert "pourqui cannot know who wrote it" in said
    assert "Your Slack or Teams administrator may see that you used it." in said
    way = choices(form)["way"]
    assert ([option.value for option in way.options], way.value, way.required) == (["attached", "detached"], "attached", True)


def test_only_who_was_pleased_is_asked_whether_it_may_be_shared() -> None:
    shared = choices(form_of(opened(LIKED)))["shared"]
    assert ([option.value for option in shared.options], shared.value) == (["no", "unnamed", "named"], "no")
    for feedback in (DISLIKED, answered()):
        assert "shared" not in choices(form_of(opened(feedback)))


def test_what_was_said_before_is_there_to_be_changed() -> None:
    form = form_of(opened(replace(LIKED, comment="Well done.", shared="unnamed")))
    (field,) = [block for block in form.blocks if isinstance(block, Input)]
    assert (field.value, field.limit) == ("Well done.", LIMIT)
    assert choices(form)["shared"].value == "unnamed"


def test_what_was_said_in_confidence_cant_be_said_again_without_a_name() -> None:
    form = form_of(opened(replace(LIKED, comment="Well done.")))
    assert [option.value for option in choices(form)["way"].options] == ["attached"]
    said = " ".join(block.text for block in form.blocks if isinstance(block, Text))
    assert "it'd be plain whose these are" in said
    assert "pourqui cannot know who wrote it" not in said


# --- written -------------------------------------------------------------------------------------------------------------------------------------


def test_it_is_kept_with_its_exchange() -> None:
    turn = writes(" The loan machine was\x00 there at once. ", DISLIKED)
    assert given(turn) == Given(comment="The loan machine was there at once.")
    assert words(turn).endswith("Thank you: your words are kept in confidence.")
    assert words(turn).startswith("[IT · Information Technology] Replace a laptop")
    assert message(turn).place is Place.UPDATE


@pytest.mark.parametrize(
    ("shared", "kept", "told"),
    [
        ("named", "named", "Thank you: IT may read your words, with your name."),
        ("unnamed", "unnamed", "Thank you: IT may read your words, without your name."),
        ("no", "no", "Thank you: your words are kept in confidence."),
        ("everybody", "no", "Thank you: your words are kept in confidence."),
    ],
)
def test_it_is_shared_as_its_author_says(shared: str, kept: str, told: str) -> None:
    turn = writes("Well done.", shared=shared)
    assert given(turn) == Given(comment="Well done.", shared=kept)  # type: ignore[arg-type]
    assert words(turn).endswith(told)


def test_what_isnt_said_isnt_shared() -> None:
    assert given(writes("Well done.")).shared == "no"
    assert given(writes("Too slow.", DISLIKED, shared="named")).shared is None, "it wasn't asked"
    assert given(writes("Too slow.", replace(DISLIKED, shared="named"))).shared == "no", "it was about other words"


def test_on_a_message_of_its_own_or_from_a_channel_only_the_thanks_are_said() -> None:
    assert words(writes("Well done.", action=ALONE)) == "About your question “my laptop died”\nThank you: your words are kept in confidence."
    public = decide(None, submits(COMMENT, {"comment": "x", "way": "attached"}, where=CHANNEL), asking(LIKED))
    assert words(public).startswith("About your question “my laptop died”")
    assert message(public).place is Place.PRIVATE


def test_markup_and_formulas_are_words_like_any_other() -> None:
    for text in ("=1+1", "@here <b>hi</b> *stars*", "+33 6 12 34 56 78", "a\nb"):
        assert given(writes(text)).comment == text


# --- what is to be mended ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  ", "\x00\u200b", None])
def test_an_empty_comment_is_asked_for_again(text: str | None) -> None:
    assert refusals(writes(text)) == {"comment": "Write a word or two, or close this: what you have tapped is kept anyway."}


@pytest.mark.parametrize(("length", "back"), [(2001, 2001), (100_000, 3000)])
def test_a_comment_that_is_too_long_comes_back_as_far_as_a_form_holds_it(length: int, back: int) -> None:
    turn = writes("x" * length, shared="named")
    assert refusals(turn) == {"comment": f"That's {length} characters, and a comment holds 2000. Please keep to the essential."}
    assert typed(turn) == "x" * back
    (errors,) = turn.replies
    assert isinstance(errors, FormErrors)
    assert {name: choice.value for name, choice in choices(errors.form).items()} == {"way": "attached", "shared": "named"}


@pytest.mark.parametrize("way", ["", "somehow", None])
def test_nobodys_words_are_tied_to_an_exchange_unawares(way: str | None) -> None:
    turn = writes("Too slow.", way=way)
    assert refusals(turn) == {"way": "Choose how this is kept."}
    assert typed(turn) == "Too slow."


def test_what_was_chosen_to_be_shared_by_nobody_is_asked_again_as_no() -> None:
    (errors,) = writes("", shared="everybody").replies
    assert isinstance(errors, FormErrors)
    assert choices(errors.form)["shared"].value == "no"
    assert choices(errors.form)["way"].value == "attached"


# --- what can't be kept --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feedback", "reason"),
    [
        (None, "I don't find what this was about any more"),
        (replace(LIKED, client="bob"), "Only whoever asked can say how this went"),
        (replace(LIKED, expires_at=NOON - timedelta(seconds=1)), "It was open for 7 days, and isn't any more."),
    ],
)
def test_what_cant_be_kept_is_given_back(feedback: Feedback | None, reason: str) -> None:
    turn = writes("The loan machine was there at once.", feedback)
    assert words(turn).startswith(reason)
    assert "“The loan machine was there at once.”" in words(turn)
    assert turn.facts == ()
    first = opened(feedback)
    assert words(first).startswith(reason)
    assert "isn't lost" not in words(first)
    assert [button.action for button in buttons(turn).values()] == [Say(slug="it") if feedback else Say()]


def test_a_closing_stays_its_clients() -> None:
    event = submits(COMMENT, {"comment": "mine", "way": "attached"})
    assert decide(None, event, asking(LIKED, person=BOB)).facts == ()
    assert LIKED.expires_at == ASKED + EXPIRES


def test_what_is_detached_is_told_from_what_is_not() -> None:
    values = {"comment": "x", "way": "detached"}
    assert is_detached(submits(COMMENT, values))
    assert not is_detached(submits(COMMENT, values | {"way": "attached"}))
    assert not is_detached(submits(COMMENT, {"comment": "x"}))
    assert not is_detached(submits(Say(slug="it"), values))
