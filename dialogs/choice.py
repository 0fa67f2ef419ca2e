"""The choice: at most three sheets that may answer, to tap or to type."""

from dialogs.actions import QUESTION_LIMIT, NoneOfThese, Show
from dialogs.catalog import Catalogue, Function, Sheet
from dialogs.for_me import for_me
from dialogs.human_button import human_button
from dialogs.last_answer import last_answer
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Text, clipped
from dialogs.referral import referral, referrals
from dialogs.search.match import Detail
from dialogs.sheet import short_name
from dialogs.turn import Context, State

OFFERED = 3  # sheets at most
_NAME = 40  # characters of a function's name on a button, so that its sheet's title still shows
_NONE = {"aucune", "aucun", "aucune de celles-ci", "non", "none", "none of these", "no"}
_NUMBERS = {
    "1": 0, "2": 1, "3": 2,
    "la première": 0, "la premiere": 0, "la deuxième": 1, "la deuxieme": 1, "la seconde": 1, "la troisième": 2, "la troisieme": 2,
    "the first": 0, "the first one": 0, "the second": 1, "the second one": 1, "the third": 2, "the third one": 2,
}  # fmt: skip


def choice(
    context: Context, offered: list[tuple[Function, Sheet]], exchange: str, question: str, detail: Detail | None, *, public: bool
) -> tuple[Block, ...]:
    """Offer at most three sheets, each with whose it is where they aren't all of one function; else none of them, or a human."""
    t, language = context.t, context.language
    functions = list({function.slug: function for function, _ in offered}.values())
    buttons = []
    for number, (function, sheet) in enumerate(offered, start=1):
        whose = f"{clipped(short_name(function, language), _NAME)} · " if len(functions) > 1 else ""
        label = clipped(f"{number}. {whose}{sheet.title.to(language)}", BUTTON_LIMIT)
        buttons.append(Button(label=label, action=Show(id=sheet.id, exchange=exchange)))
    none = Button(label=t("None of these"), action=_none(exchange, question, tuple(function.slug for function in functions)))
    human = human_button(t, question=question, slug=functions[0].slug if len(functions) == 1 else None, exchange=exchange, public=public)
    mine = for_me(t, question, public=public)
    if detail is Detail.WHO and len(functions) == 1:
        only = offered[0][1] if len(offered) == 1 else None
        return (*referral(context, functions[0], only, buttons, human), Buttons(buttons=(none, *mine), quiet=True))
    opening: tuple[Block, ...] = (Text(text=t("Is it this question?") if len(offered) == 1 else t("Is it one of these questions?")),)
    if detail is Detail.WHO:
        opening = tuple(referrals(context, functions))
    return (*opening, Buttons(buttons=tuple(buttons)), Buttons(buttons=(none, human, *mine), quiet=True))


def _none(exchange: str, question: str, slugs: tuple[str, ...]) -> NoneOfThese:
    slug, other = (*slugs, None, None)[:2]
    return NoneOfThese(exchange=exchange, question=clipped(question, QUESTION_LIMIT), slug=slug, other=other)


def typed_choice(text: str, state: State | None, catalogue: Catalogue) -> Show | NoneOfThese | None:
    """Read "2", "the first one" or "none" as a tap, while a choice is open; None for any other text."""
    last = last_answer(state)
    if last is None or not last.offered:
        return None
    word = text.strip().strip(".!").casefold()
    if word in _NONE:
        offered = [found[0].slug for each in last.offered if (found := catalogue.sheet(each))]
        return _none(last.exchange, last.question, tuple(dict.fromkeys(offered)))
    number = _NUMBERS.get(word)
    return Show(id=last.offered[number], exchange=last.exchange) if number is not None and number < len(last.offered) else None
