"""Ask: a question gets an answer, at most three to choose from, or an honest "I don't know" with who can help."""

from dataclasses import replace
from typing import Literal

from dialogs.actions import QUESTION_LIMIT, ListFunctions, NoneOfThese, NotMine, ReportWrong, Show, ShowFunction, WriteQuestion
from dialogs.catalog import Function, Sheet, is_for
from dialogs.events import ActionTaken, Event, FormSubmitted
from dialogs.facts import Chosen, ExchangeOpened, NotMineSaid, WrongSaid
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, FieldError, Form, FormErrors, Input, Message, Note, Place, Text
from dialogs.profile import gone
from dialogs.search.match import Match
from dialogs.sheet import answer, contact_line, short_name, unlinked
from dialogs.turn import Context, State, Turn, exchange_id, is_public, place_for, segments_for

DIALOG, VERSION = "ask", 1
_NONE = {"aucune", "aucun", "aucune de celles-ci", "non", "none", "none of these", "no"}
_NUMBERS = {
    "1": 0, "2": 1, "3": 2,
    "la première": 0, "la premiere": 0, "la deuxième": 1, "la deuxieme": 1, "la seconde": 1, "la troisième": 2, "la troisieme": 2,
    "the first": 0, "the first one": 0, "the second": 1, "the second one": 1, "the third": 2, "the third one": 2,
}  # fmt: skip


def decide(event: Event, context: Context, match: Match, *, question: str, slug: str | None = None) -> Turn:
    """Answer a question by what search found among the sheets that this reply may hold.

    `slug` is the function that the question was written to, if any: when nothing is found, it's the one to turn to.
    """
    sheets = [found for candidate in match.candidates if (found := context.catalogue.sheet(candidate.id))]
    exchange = exchange_id(event)
    state: State | None = None
    outcome: Literal["answer", "choice", "none"]
    shown: tuple[str, ...]
    function: Function | None
    if match.outcome == "sure" and sheets:
        function, sheet = sheets[0]
        outcome, shown = "answer", (sheet.id,)
        blocks = answer(
            context, function, sheet, exchange=exchange, today=event.at.date(), public=is_public(event), question=clipped(question, QUESTION_LIMIT)
        )
    elif match.outcome == "likely" and sheets:
        function, outcome, shown = None, "choice", tuple(sheet.id for _, sheet in sheets[:3])
        blocks = _choice(context, [sheet for _, sheet in sheets[:3]], exchange, question)
        state = State(dialog=DIALOG, version=VERSION, kept={"exchange": exchange, "question": question, "ids": list(shown)})
    else:
        near = _nearest(context, [function for function, _ in sheets], slug)
        function, outcome, shown = (near[0] if near else None), "none", ()
        blocks = _dont_know(event, context, near)
    fact = ExchangeOpened(
        exchange=exchange,
        question=question,
        language=context.language,
        outcome=outcome,
        function=function.slug if function else None,
        ids=shown,
        confidence=match.confidence,
    )
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place_for(event)),), facts=(fact,), state=state)


def typed_choice(text: str, state: State | None) -> Show | NoneOfThese | None:
    """Read "2", "the first one" or "none" as a tap, while a choice is open; None for any other text."""
    if state is None or state.dialog != DIALOG or state.version != VERSION:
        return None
    exchange, question, ids = state.kept.get("exchange"), state.kept.get("question"), state.kept.get("ids")
    if not isinstance(exchange, str) or not isinstance(question, str) or not isinstance(ids, list):
        return None
    word = text.strip().strip(".!").casefold()
    if word in _NONE:
        return NoneOfThese(exchange=exchange, question=clipped(question, QUESTION_LIMIT))
    number = _NUMBERS.get(word)
    return Show(id=str(ids[number]), exchange=exchange) if number is not None and number < len(ids) else None


def show(event: Event, context: Context, action: Show) -> Turn:
    """Show a sheet that was chosen from a choice (whose card it then replaces) or from a list."""
    found = context.catalogue.sheet(action.id)
    if found is None or not is_for(found[1], segments_for(event, context.person)):
        return gone(event, context)
    function, sheet = found
    exchange = action.exchange or exchange_id(event)
    blocks = answer(context, function, sheet, exchange=exchange, today=event.at.date(), public=is_public(event))
    chosen = action.exchange is not None and isinstance(event, ActionTaken) and event.message_id is not None
    fact = (
        Chosen(exchange=action.exchange, id=sheet.id)
        if action.exchange
        else ExchangeOpened(
            exchange=exchange,
            question=sheet.title.to(context.language),
            language=context.language,
            outcome="answer",
            function=function.slug,
            ids=(sheet.id,),
            confidence=None,
        )
    )
    if chosen:
        blocks = (Note(text=context.t("You chose: {title}", title=sheet.title.to(context.language))), *blocks)
    place = Place.UPDATE if chosen else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=(fact,))


def none_of_these(event: Event, context: Context, action: NoneOfThese) -> Turn:
    """Admit that none of the questions offered was the one asked, and say who can help."""
    blocks = _dont_know(event, context, [])
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    place = Place.UPDATE if tapped else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=(Chosen(exchange=action.exchange, id=None),))


def not_mine(event: Event, context: Context, action: NotMine) -> Turn:
    """Record that an answer wasn't the one, and offer a way on."""
    t = context.t
    found = context.catalogue.sheet(action.id)
    fact = NotMineSaid(exchange=action.exchange, id=action.id)
    if found is None:
        return replace(gone(event, context), facts=(fact,))
    function, sheet = found
    noted = Note(
        text=t("Noted: this wasn't your question. Thank you, it helps {function} to answer better.", function=short_name(function, context.language))
    )
    other = Buttons(
        buttons=(
            Button(label=t("Ask it another way"), action=WriteQuestion()),
            Button(label=t("What {function} does", function=short_name(function, context.language)), action=ShowFunction(slug=function.slug)),
        )
    )
    return Turn(replies=(_card_again(event, context, function, sheet, action.exchange, (noted, other)),), facts=(fact,))


def wrong_form(context: Context, action: ReportWrong, *, comment: str = "") -> Form:
    """Ask, in the person's own words, what is wrong or missing in an answer."""
    t = context.t
    found = context.catalogue.sheet(action.id)
    about = found[1].title.to(context.language) if found else t("This answer is no longer in the catalogue; your remark is kept all the same.")
    return Form(
        language=context.language,
        title=t("Wrong or missing"),
        blocks=(
            Text(text=about),
            Input(
                id="comment",
                label=t("What is wrong or missing?"),
                placeholder=t("The delay isn't right any more: it's two weeks…"),
                value=comment,
                multiline=True,
                required=True,
            ),
        ),
        action=action,
        submit=t("Send"),
        cancel=t("Cancel"),
    )


def wrong_said(event: FormSubmitted, context: Context, action: ReportWrong) -> Turn:
    """Record what is wrong in an answer; an empty remark is asked for again."""
    t = context.t
    comment = event.values.get("comment", "").strip()
    if not comment:
        error = FieldError(input="comment", text=t("Say in a few words what is wrong, so that it can be mended."))
        return Turn(replies=(FormErrors(form=wrong_form(context, action), errors=(error,)),))
    fact = WrongSaid(exchange=action.exchange, id=action.id, comment=comment)
    found = context.catalogue.sheet(action.id)
    if found is None:
        thanks: tuple[Block, ...] = (Text(text=t("Thank you: your remark is kept.")),)
        return Turn(replies=(Message(language=context.language, blocks=thanks, place=place_for(event)),), facts=(fact,))
    function, sheet = found
    noted = Note(text=t("Thank you: your remark is kept for {function}, with this answer.", function=short_name(function, context.language)))
    return Turn(replies=(_card_again(event, context, function, sheet, action.exchange, (noted,)),), facts=(fact,))


def write_form(context: Context, action: WriteQuestion, *, question: str = "") -> Form:
    """Ask for a question, to one function or to all."""
    t = context.t
    function = context.catalogue.function(action.slug) if action.slug else None
    label = t("Your question for {function}", function=short_name(function, context.language)) if function else t("Your question")
    field = Input(id="question", label=label, placeholder=t("As you'd say it to a colleague"), value=question, multiline=True, required=True)
    return Form(language=context.language, title=t("Ask a question"), blocks=(field,), action=action, submit=t("Ask"), cancel=t("Cancel"))


def written_nothing(context: Context, action: WriteQuestion) -> Turn:
    """Ask again for a question that was left empty."""
    error = FieldError(input="question", text=context.t("Write your question, even in two words."))
    return Turn(replies=(FormErrors(form=write_form(context, action), errors=(error,)),))


def clipped(text: str, limit: int) -> str:
    """Return the text within `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _card_again(event: Event, context: Context, function: Function, sheet: Sheet, exchange: str, after: tuple[Block, ...]) -> Message:
    """Return the tapped card without its quiet buttons, and what its tap did.

    A card that others read too stays as it is, and the answer to the tap is private; so is one that isn't for its reader any more.
    """
    if is_public(event):
        about = Text(text=sheet.title.to(context.language), strong=True)
        return Message(language=context.language, blocks=(about, *after), place=Place.PRIVATE)
    if not is_for(sheet, segments_for(event, context.person)):
        return Message(language=context.language, blocks=after, place=Place.UPDATE)
    blocks = answer(context, function, sheet, exchange=exchange, today=event.at.date(), public=False, quiet=False)
    return Message(language=context.language, blocks=(*blocks, *after), place=Place.UPDATE)


def _choice(context: Context, sheets: list[Sheet], exchange: str, question: str) -> tuple[Block, ...]:
    t = context.t
    offered = tuple(
        Button(label=clipped(f"{number}. {sheet.title.to(context.language)}", BUTTON_LIMIT), action=Show(id=sheet.id, exchange=exchange))
        for number, sheet in enumerate(sheets, start=1)
    )
    none = Button(label=t("None of these"), action=NoneOfThese(exchange=exchange, question=clipped(question, QUESTION_LIMIT)))
    asked = t("Is it this question?") if len(sheets) == 1 else t("Is it one of these questions?")
    return (Text(text=asked), Buttons(buttons=offered), Buttons(buttons=(none,), quiet=True))


def _nearest(context: Context, functions: list[Function], slug: str | None) -> list[Function]:
    """Return the one or two functions nearest to a question that nothing answers."""
    written_to = context.catalogue.function(slug) if slug else None
    ordered = dict.fromkeys(function.slug for function in ([written_to] if written_to else []) + functions)
    return [function for function in map(context.catalogue.function, list(ordered)[:2]) if function]


def _dont_know(event: Event, context: Context, near: list[Function]) -> tuple[Block, ...]:
    t, language = context.t, context.language
    blocks: list[Block] = [
        Text(text=t("I don't know the answer to that.")),
        Text(text=t("Nothing that the functions have written comes near enough, and I'd rather say so than guess.")),
    ]
    buttons = [Button(label=short_name(function, language), action=ShowFunction(slug=function.slug)) for function in near]
    if near:
        blocks.append(Text(text=t("Who can: the nearest to your question.")))
        blocks += [Note(text=line) for function in near if (line := contact_line(t, function, language))]
    buttons.append(Button(label=t("All functions"), action=ListFunctions()))
    buttons.append(Button(label=t("Ask it another way"), action=WriteQuestion()))
    blocks.append(Buttons(buttons=tuple(buttons)))
    if not is_public(event) and not context.person.linked:
        blocks.append(Note(text=unlinked(t)))
    return tuple(blocks)
