"""The button of a card that others read too: the same question, answered in private for whoever taps it."""

from dialogs.actions import QUESTION_LIMIT, ForMe
from dialogs.messages import Button, clipped
from dialogs.texts import Texts


def for_me(t: Texts, question: str, *, public: bool) -> tuple[Button, ...]:
    """Return *For me*, nothing on a private card, or where there's no question to ask again."""
    return (Button(label=t("For me"), action=ForMe(question=clipped(question, QUESTION_LIMIT))),) if public and question else ()
