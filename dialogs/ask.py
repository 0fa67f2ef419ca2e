"""Ask: a question gets an answer, at most three to choose from, or an honest "I don't know" with who can help."""

from dataclasses import replace
from typing import Literal

from dialogs import profile
from dialogs.actions import ListFunctions, NoneOfThese, NotMine, ReportWrong, Show, ShowFunction, WriteQuestion
from dialogs.catalog import Function, Sheet, is_for
from dialogs.choice import OFFERED, choice
from dialogs.detail import short_answer
from dialogs.events import ActionTaken, Event, FormSubmitted
from dialogs.facts import Chosen, ExchangeOpened, Fact, NotMineSaid, WrongSaid
from dialogs.feedback_closing import answered, gone_on
from dialogs.for_me import for_me
from dialogs.human_button import human_button
from dialogs.last_answer import last_answer, remembered
from dialogs.messages import Block, Button, Buttons, FieldError, Form, FormErrors, Input, Message, Note, Place, Text
from dialogs.profile import gone
from dialogs.referral import both, opening, referral
from dialogs.search.followup import together
from dialogs.search.match import Detail, FunctionAsked, Match, Previous
from dialogs.sheet import answer, contact_line, short_name, unlinked
from dialogs.turn import Context, State, Turn, exchange_id, is_public, place_for, segments_for


def decide(
    event: Event,
    context: Context,
    match: Match,
    *,
    question: str,
    slug: str | None = None,
    detail: Detail | None = None,
    before: Previous | None = None,
) -> Turn:
    """Answer a question by what search found among the sheets that this reply may hold.

    `slug` is the function that the question was written to, if any: when nothing is found, it's the one to turn to. `detail` is the part of the
    sheet that is asked for, `before` what the question goes on from.
    """
    sheets = [found for candidate in match.candidates if (found := context.catalogue.sheet(candidate.id))]
    exchange = exchange_id(event)
    whole = together(before.question, question) if before else question
    state: State | None = None
    outcome: Literal["answer", "choice", "none"]
    shown: tuple[str, ...]
    function: Function | None
    if match.outcome == "sure" and sheets:
        function, sheet = sheets[0]
        outcome, shown = "answer", (sheet.id,)
        blocks = short_answer(event, context, function, sheet, exchange=exchange, question=question, whole=whole, detail=detail, before=before)
        goes_on = before is not None and before.sheet == sheet.id
        asked = before.question if before and goes_on else whole  # the next follow-up goes on from the question, not from the one between
        state = remembered(event, exchange=exchange, question=asked, function=function.slug, sheet=sheet.id)
    elif match.outcome == "likely" and sheets:
        offered = sheets[:OFFERED]
        function, outcome, shown = None, "choice", tuple(sheet.id for _, sheet in offered)
        blocks = choice(context, offered, exchange, whole, detail, public=is_public(event))
        state = remembered(event, exchange=exchange, question=whole, function=offered[0][0].slug, offered=shown)
    else:
        near = _nearest(context, [function for function, _ in sheets], slug)
        function, outcome, shown = (near[0] if near else None), "none", ()
        blocks = _dont_know(event, context, near, question=whole, exchange=exchange, slug=slug)
    fact = ExchangeOpened(
        exchange=exchange,
        question=whole,
        language=context.language,
        outcome=outcome,
        function=function.slug if function else None,
        ids=shown,
        confidence=match.confidence,
    )
    facts: tuple[Fact, ...] = (fact,)
    if outcome == "answer" and function:
        facts = (fact, answered(event, context, exchange=exchange, function=function.slug, sheet=shown[0], question=whole))
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place_for(event)),), facts=facts, state=state)


def function_asked(event: Event, context: Context, asked: FunctionAsked, *, question: str) -> Turn:
    """Answer a question about a function: its profile, who takes care of something, or the profiles of the two that it could be about."""
    exchange = exchange_id(event)
    functions = [function for slug in (asked.slug, *asked.others) if (function := context.catalogue.function(slug))]
    sheet: Sheet | None = None
    if len(functions) > 1:
        blocks = tuple(both(context, functions))
    elif asked.aspect == "handles" and functions:
        found = context.catalogue.sheet(asked.sheet) if asked.sheet else None
        sheet = found[1] if found and is_for(found[1], segments_for(event, context.person)) else None
        id_ = sheet.id if sheet else None
        human = human_button(context.t, question=question, slug=functions[0].slug, sheet=id_, exchange=exchange, public=is_public(event))
        blocks = tuple(referral(context, functions[0], sheet, (opening(context, sheet, exchange),) if sheet else (), human))
    else:
        shown = profile.decide(event, context, asked, question=question)
        return replace(shown, state=remembered(event, exchange=exchange, question=question, function=asked.slug))
    fact = ExchangeOpened(
        exchange=exchange,
        question=question,
        language=context.language,
        outcome="profile",
        function=functions[0].slug,
        ids=(sheet.id,) if sheet else (),
        confidence=None,
    )
    state = remembered(event, exchange=exchange, question=question, function=functions[0].slug, sheet=sheet.id if sheet else None)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place_for(event)),), facts=(fact,), state=state)


def show(event: Event, context: Context, action: Show, state: State | None = None) -> Turn:
    """Show a sheet that was chosen from a choice (whose card it then replaces) or from a list; `state` holds the question, if it was asked here."""
    found = context.catalogue.sheet(action.id)
    if found is None or not is_for(found[1], segments_for(event, context.person)):
        return gone(event, context)
    function, sheet = found
    exchange = action.exchange or exchange_id(event)
    last = last_answer(state)
    asked = last.question if last and last.exchange == action.exchange else ""
    today, public, whole = event.at.date(), is_public(event), action.whole is not None
    blocks = answer(context, function, sheet, exchange=exchange, today=today, public=public, asked=asked, whole=whole)
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
    if chosen and action.whole is None:
        blocks = (Note(text=context.t("You chose: {title}", title=sheet.title.to(context.language))), *blocks)
    place = Place.UPDATE if chosen else place_for(event)
    question = asked or sheet.title.to(context.language)
    after = remembered(event, exchange=exchange, question=question, function=function.slug, sheet=sheet.id)
    closed = answered(event, context, exchange=exchange, function=function.slug, sheet=sheet.id, question=question)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=(fact, closed), state=after)


def none_of_these(event: Event, context: Context, action: NoneOfThese) -> Turn:
    """Admit that none of the questions offered was the one asked, and say who can help."""
    near = [function for slug in (action.slug, action.other) if slug and (function := context.catalogue.function(slug))]
    blocks = _dont_know(event, context, near, question=action.question, exchange=action.exchange)
    tapped = isinstance(event, ActionTaken) and event.message_id is not None
    place = Place.UPDATE if tapped else place_for(event)
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),), facts=(Chosen(exchange=action.exchange, id=None),))


def not_mine(event: Event, context: Context, action: NotMine) -> Turn:
    """Record that an answer wasn't the one, and offer a way on."""
    t = context.t
    found = context.catalogue.sheet(action.id)
    facts = (NotMineSaid(exchange=action.exchange, id=action.id), gone_on(action.exchange, context.person.id, event.at))
    if found is None:
        return replace(gone(event, context), facts=facts)
    function, sheet = found
    noted = Note(
        text=t("Noted: this wasn't your question. Thank you, it helps {function} to answer better.", function=short_name(function, context.language))
    )
    other = Buttons(
        buttons=(
            Button(label=t("Ask it another way"), action=WriteQuestion()),
            human_button(t, sheet=sheet.id, exchange=action.exchange, public=is_public(event)),  # whose it is, the answer didn't tell
            Button(label=t("What {function} does", function=short_name(function, context.language)), action=ShowFunction(slug=function.slug)),
        )
    )
    return Turn(replies=(_card_again(event, context, function, sheet, action.exchange, (noted, other)),), facts=facts)


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
    human = human_button(t, slug=function.slug, sheet=sheet.id, exchange=action.exchange, public=is_public(event))
    after = (noted, Buttons(buttons=(human,)))
    return Turn(replies=(_card_again(event, context, function, sheet, action.exchange, after, row=True),), facts=(fact,))


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


def _card_again(
    event: Event, context: Context, function: Function, sheet: Sheet, exchange: str, after: tuple[Block, ...], *, row: bool = False
) -> Message:
    """Return the tapped card without its quiet buttons, and what its tap did; with the one-tap `row` where it's still an answer.

    A card that others read too stays as it is, and the answer to the tap is private; so is one that isn't for its reader any more.
    """
    if is_public(event):
        about = Text(text=sheet.title.to(context.language), strong=True)
        return Message(language=context.language, blocks=(about, *after), place=Place.PRIVATE)
    if not is_for(sheet, segments_for(event, context.person)):
        return Message(language=context.language, blocks=after, place=Place.UPDATE)
    blocks = answer(context, function, sheet, exchange=exchange, today=event.at.date(), public=False, quiet=False, row=row)
    return Message(language=context.language, blocks=(*blocks, *after), place=Place.UPDATE)


def _nearest(context: Context, functions: list[Function], slug: str | None) -> list[Function]:
    """Return the one or two functions nearest to a question that nothing answers."""
    written_to = context.catalogue.function(slug) if slug else None
    ordered = dict.fromkeys(function.slug for function in ([written_to] if written_to else []) + functions)
    return [function for function in map(context.catalogue.function, list(ordered)[:2]) if function]


def _dont_know(event: Event, context: Context, near: list[Function], *, question: str, exchange: str, slug: str | None = None) -> tuple[Block, ...]:
    t, language, public = context.t, context.language, is_public(event)
    why = (
        t("Nothing that is open to everyone comes near enough, and I'd rather say so than guess. I may know more for you, in private.")
        if public and question
        else t("Nothing that the functions have written comes near enough, and I'd rather say so than guess.")
    )
    blocks: list[Block] = [Text(text=t("I don't know the answer to that.")), Text(text=why)]
    buttons = [Button(label=short_name(function, language), action=ShowFunction(slug=function.slug)) for function in near]
    if near:
        blocks.append(Text(text=t("Who can: the nearest to your question.")))
        blocks += [Note(text=line) for function in near if (line := contact_line(t, function, language))]
    buttons += (
        *for_me(t, question, public=public),
        human_button(t, question=question, slug=slug, exchange=exchange, public=public),
        Button(label=t("All functions"), action=ListFunctions()),
        Button(label=t("Ask it another way"), action=WriteQuestion()),
    )
    blocks.append(Buttons(buttons=tuple(buttons)))
    if not public and not context.person.linked:
        blocks.append(Note(text=unlinked(t)))
    return tuple(blocks)
