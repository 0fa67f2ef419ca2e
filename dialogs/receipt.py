"""The receipt of something said without a name: it lives in its author's own message, and is all that leads to the answer."""

from collections.abc import Iterator

from dialogs.feedback_actions import ReadReceipt
from dialogs.messages import Block, Button, Buttons, Message, Note, Place, Text, Title
from dialogs.request_card import function_name
from dialogs.turn import Context
from dialogs.voice import BATCH, Unnamed, Voice
from dialogs.voice_card import standing


def given(context: Context, words: Unnamed, secret: str) -> Message:
    """Return the receipt: what happens next, and the button that reads the answer. What was said isn't repeated in it."""
    t, function = context.t, function_name(context.t, context.catalogue, words.function)
    blocks: tuple[Block, ...] = (
        Title(text=t("Thank you for saying it")),
        Text(
            text=t(
                "It's on its way to {function}, anonymously. "
                "It's passed on with others, once at least {number} have come together, so it may take some days.",
                function=function,
                number=BATCH,
            )
        ),
        Text(text=t("pourqui cannot know who wrote it; your Slack or Teams administrator may see that you used it. It can't be changed any more.")),
        Note(text=t("This message is your receipt, and the only way to the answer: keep it, and come back to it.")),
        _button(context, secret),
    )
    return Message(language=context.language, blocks=blocks, place=Place.PRIVATE)


def read(context: Context, secret: str, found: Voice | Unnamed | None) -> Message:
    """Return the receipt as it reads now: not passed on yet, passed on, answered, closed; or that nothing is known of it."""
    return Message(language=context.language, blocks=(*_state(context, found), _button(context, secret)), place=Place.UPDATE)


def _state(context: Context, found: Voice | Unnamed | None) -> Iterator[Block]:
    t = context.t
    if found is None:
        yield Text(text=t("I don't find anything with this receipt. It may be too old; or if you got two of them for the same words, try the other."))
        return
    function = function_name(t, context.catalogue, found.function)
    yield Title(text=t("What you said anonymously"))
    if isinstance(found, Unnamed):
        yield Text(text=t("It isn't passed on to {function} yet: it waits for others, so that nobody can tell whose it is.", function=function))
        yield Note(text=t("Come back in a few days."))
        return
    yield Text(text=t("It's been passed on to {function}.", function=function))
    if found.answer is None and found.outcome is None:
        yield Note(text=t("Nobody has answered yet. Come back in a few days."))
    yield from standing(t, found)


def _button(context: Context, secret: str) -> Buttons:
    return Buttons(buttons=(Button(label=context.t("Is there an answer?"), action=ReadReceipt(secret=secret)),))
