"""The button that brings a human: beside every answer, and beside every "I don't know"."""

from dialogs.actions import QUESTION_LIMIT
from dialogs.messages import Button, clipped
from dialogs.request_actions import AskHuman
from dialogs.texts import Texts
from dialogs.written import UNSHOWABLE


def human_button(
    t: Texts, *, question: str = "", slug: str | None = None, sheet: str | None = None, exchange: str | None = None, public: bool = False
) -> Button:
    """Return *Ask a human*, with what is known already: the question, the function, the sheet that was shown, the exchange it goes on from.

    A `public` card may be tapped by anybody, and the exchange is that of whoever asked first: the tap then opens one of its own.
    """
    words = clipped(UNSHOWABLE.sub("", question), QUESTION_LIMIT)
    return Button(label=t("Ask a human"), action=AskHuman(question=words, slug=slug, id=sheet, exchange=None if public else exchange))
