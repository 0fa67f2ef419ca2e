"""The referral: who takes care of something, why we say so, and how to reach them."""

from collections.abc import Iterator, Sequence
from typing import Literal

from dialogs.actions import Show, ShowFunction
from dialogs.catalog import Function, Sheet
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Item, Items, Note, Text, Title, clipped
from dialogs.sheet import badge, contact_line, short_name
from dialogs.turn import Context


def referral(context: Context, function: Function, sheet: Sheet | None, opening: Sequence[Button], human: Button) -> Iterator[Block]:
    """Yield the blocks that name one function, with a way to ask a `human` of it.

    `sheet` is what made us say so, `opening` the buttons that open it and its neighbours.
    """
    t, language = context.t, context.language
    yield Title(text=t("For that, turn to {function}", function=short_name(function, language)), badge=badge(function, language))
    if sheet is not None:
        yield Text(text=t("I say so because of “{title}”.", title=sheet.title.to(language)))
    if reach := contact_line(t, function, language):
        yield Note(text=reach)
    profile = Button(label=t("What {function} does", function=short_name(function, language)), action=ShowFunction(slug=function.slug))
    yield Buttons(buttons=(*opening, human, profile))


def referrals(context: Context, functions: Sequence[Function]) -> Iterator[Block]:
    """Yield the blocks that come before the choice between sheets of two or three functions."""
    t, language = context.t, context.language
    yield Text(text=t("It may be one of these. What is it about?"))
    for function in functions:
        if reach := contact_line(t, function, language):
            yield Note(text=reach)


def both(context: Context, functions: Sequence[Function]) -> Iterator[Block]:
    """Yield the blocks that offer the profiles of two or three functions, each by its name and with what it's for."""
    t, language = context.t, context.language
    yield Title(text=t("Which of these do you mean?"))
    yield Items(
        items=tuple(
            Item(
                title=badge(function, language),
                detail=function.purpose.to(language) if function.purpose else None,
                open=t("Open"),
                action=ShowFunction(slug=function.slug),
            )
            for function in functions
        )
    )


def opening(context: Context, sheet: Sheet, exchange: str, label: str | None = None, *, whole: Literal["yes"] | None = None) -> Button:
    """Return the button that opens a sheet, the `whole` of it for whoever would get it short; `label` is its title where none is given."""
    return Button(label=clipped(label or sheet.title.to(context.language), BUTTON_LIMIT), action=Show(id=sheet.id, exchange=exchange, whole=whole))
