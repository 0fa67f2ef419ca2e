"""The receipt: it says what happens next and nothing of what was said, and reads the answer."""

from dialogs import receipt
from dialogs.feedback_actions import ReadReceipt
from dialogs.messages import Message, Place, plain_text
from dialogs.turn import Turn
from dialogs.voice import Unnamed, Voice, VoiceKind
from tests.dialogs.experts import BOBS
from tests.dialogs.spoken import answered_by, unnamed
from tests.dialogs.told import buttons, context

AT = context(language="en")
WORDS = Unnamed(function="it", kind=VoiceKind.CRITICISM, text="Nobody picks up the phone.")


def text_of(message: Message) -> str:
    """What it says; whatever it says, its button stays and its author's words aren't in it."""
    assert buttons(Turn(replies=(message,)))["Is there an answer?"].action == ReadReceipt(secret="s3cret")
    told = plain_text(message)
    assert WORDS.text not in told
    return told


def read(found: Voice | Unnamed | None) -> str:
    message = receipt.read(AT, "s3cret", found)
    assert message.place is Place.UPDATE
    return text_of(message)


def test_it_says_what_happens_next_and_who_may_see_what() -> None:
    message = receipt.given(AT, WORDS, "s3cret")
    told = text_of(message)
    assert message.place is Place.PRIVATE
    assert "It's on its way to IT, anonymously. It's passed on with others, once at least 5 have come together" in told
    assert "pourqui cannot know who wrote it; your Slack or Teams administrator may see that you used it." in told
    assert "It can't be changed any more." in told
    assert "the only way to the answer" in told


def test_it_reads_how_far_it_has_come() -> None:
    assert "It isn't passed on to IT yet" in read(WORDS)
    assert "It's been passed on to IT.\nNobody has answered yet." in read(unnamed())
    assert "It's been passed on to IT.\nAnswered:\nWe have ten." in read(answered_by(BOBS, unnamed()))
    assert "What came of it:\nTwo more people." in read(unnamed(outcome="Two more people."))


def test_one_that_nobody_knows_is_told_so() -> None:
    assert "I don't find anything with this receipt." in read(None)
