"""Gaps: the questions that a function couldn't answer, shown to those who answer for it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import assert_never

from dialogs.actions import AddPhrasing, IgnoreGap, ListContent, SendGap, Show, ShowFunction, ShowGap, ShowGaps, WriteSheet
from dialogs.catalog import Function, Language, Sheet, is_for, overdue
from dialogs.events import ActionTaken, Event, FormSubmitted, Scope
from dialogs.gap import Gap, GapKind, GapQuestion
from dialogs.masking import shown
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Item, Items, Message, Note, Place, Text, Title, clipped
from dialogs.profile import gone
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts
from dialogs.turn import Context, Turn

NOBODY = ""  # as a slug: the questions of no function yet
SHOWN = 8  # lines of a list on one card
EXAMPLES = 5  # questions, and remarks, on the card of a gap
_LINE = 150  # characters of a question in a list
_EXAMPLE = 300  # of a question, a remark or an answer on the card of a gap


def list_gaps(event: Event, context: Context, action: ShowGaps) -> Turn:
    """Show what waits for a function: questions without an answer, the most asked first, and sheets that are past their review.

    Without a function, every function that the person may read, unless it's only one.
    """
    readable = functions_for(context.grants, Act.READ_GAPS, tuple(function.slug for function in context.catalogue.functions))
    slug = action.slug
    if slug is None and len(readable) == 1:
        slug = readable[0]
    if not may_see(context, Act.READ_GAPS, slug or None):
        return refused(event, context, Act.READ_GAPS, slug or None)
    start = int(action.start) if action.start and action.start.isdecimal() else 0
    if slug is None:
        return _told(event, context, tuple(_overview(event, context, readable, start)))
    if slug == NOBODY:
        return _told(event, context, tuple(_for_nobody(context, start)))
    function = context.catalogue.function(slug)
    return gone(event, context) if function is None else _told(event, context, tuple(_for_function(event, context, function, start)))


def show_gap(event: Event, context: Context, action: ShowGap) -> Turn:
    """Show one gap: its questions, what people say is wrong, what comes nearest, what can be done."""
    gap = find(context, action.gap)
    if gap is None:
        return settled(event, context)
    if not may_see(context, Act.READ_GAPS, slug_of(context, gap)):
        return refused_or_sent(event, context, gap, Act.READ_GAPS)
    return _told(event, context, tuple(_card(context, gap, function_of(context, gap))))


def find(context: Context, gap: str) -> Gap | None:
    """Return an open gap, None where it has been settled."""
    return next((each for each in context.gaps if each.id == gap), None)


def slug_of(context: Context, gap: Gap) -> str | None:
    """Return the slug of whom a gap is for, None for nobody yet."""
    function = function_of(context, gap)
    return function.slug if function else None


def function_of(context: Context, gap: Gap) -> Function | None:
    """Return whom a gap is for, None for nobody yet: its function may have left the catalogue."""
    return context.catalogue.function(gap.function) if gap.function else None


def may_see(context: Context, act: Act, function: str | None) -> bool:
    """Tell whether the person may do this with a function's questions; with those of no function, whoever may with any function's."""
    if function is not None or may(context.grants, act):
        return may(context.grants, act, function)
    return bool(functions_for(context.grants, act, tuple(each.slug for each in context.catalogue.functions)))


def settled(event: Event, context: Context) -> Turn:
    """Say that a gap has been settled since its card was shown."""
    t = context.t
    text = Text(text=t("This one has been settled in the meantime."))
    return _told(event, context, (text, Buttons(buttons=(Button(label=t("What else waits"), action=ShowGaps()),))), over=True)


def refused_or_sent(event: Event, context: Context, gap: Gap, act: Act) -> Turn:
    """Refuse what one may not do with a gap; to those who had it before it was sent on, say where it is."""
    function = function_of(context, gap)
    if function is None or gap.sent_by is None or not may(context.grants, act, gap.sent_by):
        return refused(event, context, act, slug_of(context, gap), gap.id)
    text = Text(text=context.t("This one has been sent to {function} in the meantime.", function=short_name(function, context.language)))
    back = Button(label=context.t("What else waits"), action=ShowGaps(slug=gap.sent_by))
    return _told(event, context, (text, Buttons(buttons=(back,))), over=True)


def done(event: Event, context: Context, gap: Gap, blocks: tuple[Block, ...], *buttons: Button) -> Message:
    """Return the card that takes the place of a gap's: its question, what was decided, and the way back to what else waits."""
    heading = Text(text=quote(context.t, gap.questions[0]), strong=True)
    back = Button(label=context.t("What else waits"), action=ShowGaps(slug=slug_of(context, gap) or NOBODY))
    return _message(event, context, (heading, *blocks, Buttons(buttons=(*buttons, back))), over=True)


def quote(t: Texts, question: GapQuestion, limit: int = _LINE) -> str:
    """Return a question between quotation marks, its masks in the reader's language."""
    return t("“{words}”", words=clipped(" ".join(shown(t, question.text).split()), limit))


def _told(event: Event, context: Context, blocks: tuple[Block, ...], *, over: bool = False) -> Turn:
    return Turn(replies=(_message(event, context, blocks, over=over),))


def _message(event: Event, context: Context, blocks: tuple[Block, ...], *, over: bool) -> Message:
    """Return a card that only its reader sees: these are people's own words. With `over`, it takes the place of the one that was tapped."""
    if event.reference.scope is not Scope.PERSONAL:
        place = Place.PRIVATE
    else:
        place = Place.UPDATE if over and isinstance(event, ActionTaken | FormSubmitted) and event.message_id else Place.HERE
    return Message(language=context.language, blocks=blocks, place=place)


def _overview(event: Event, context: Context, readable: Sequence[str], start: int) -> Iterator[Block]:
    """Say how much waits for each function, the most asked first."""
    t, language = context.t, context.language
    lines: list[tuple[int, Item]] = []
    for slug in readable:
        function = context.catalogue.function(slug)
        gaps, stale = _gaps_of(context, slug), _stale(context, slug, event.at.date())
        if function is not None and (gaps or stale):
            said = [part for part in (_asked_in_all(t, gaps), _to_review(t, stale)) if part]
            line = Item(title=badge(function, language), detail=" · ".join(said), open=t("Open"), action=ShowGaps(slug=slug))
            lines.append((_times(gaps), line))
    lines.sort(key=lambda line: -line[0])
    if nobodys := _gaps_of(context, NOBODY):
        line = Item(title=t("For no function yet"), detail=_asked_in_all(t, nobodys), open=t("Open"), action=ShowGaps(slug=NOBODY))
        lines.append((_times(nobodys), line))
    yield Title(text=t("Questions without an answer"))
    yield from _page(t, [line for _, line in lines], ShowGaps(), start)
    if not lines:
        yield Text(text=_nothing(t))


def _for_nobody(context: Context, start: int) -> Iterator[Block]:
    t = context.t
    gaps = _gaps_of(context, NOBODY)
    yield Title(text=t("Questions without an answer"), badge=t("For no function yet"))
    if not gaps:
        yield Text(text=_nothing(t))
        return
    yield Text(text=t("Nothing that the functions have written comes near these. If one is for you, take it; else send it to whom it's for."))
    yield from _page(t, [_line(t, gap) for gap in gaps], ShowGaps(slug=NOBODY), start)


def _for_function(event: Event, context: Context, function: Function, start: int) -> Iterator[Block]:
    t, language = context.t, context.language
    gaps, stale = _gaps_of(context, function.slug), _stale(context, function.slug, event.at.date())
    yield Title(text=t("Questions without an answer"), badge=badge(function, language))
    if gaps:
        yield Text(text=_asked_in_all(t, gaps))
        yield from _page(t, [_line(t, gap) for gap in gaps], ShowGaps(slug=function.slug), start)
    else:
        yield Text(text=_nothing(t))
    if stale:
        yield Text(text=t("To be reviewed"), strong=True)
        yield Items(items=tuple(review_line(t, function, sheet) for sheet in stale[:SHOWN]))
    buttons = []
    if len(stale) > SHOWN:
        label = t.many("{number} more to be reviewed", "{number} more to be reviewed", len(stale) - SHOWN)
        buttons.append(Button(label=label, action=ListContent(slug=function.slug)))
    if nobodys := _gaps_of(context, NOBODY):
        label = t.many("{number} question for no function yet", "{number} questions for no function yet", len(nobodys))
        buttons.append(Button(label=label, action=ShowGaps(slug=NOBODY)))
    if buttons:
        yield Buttons(buttons=tuple(buttons))


def _page(t: Texts, lines: Sequence[Item], again: ShowGaps, start: int) -> Iterator[Block]:
    """Show a list from its line `start`, a card's worth of it, with a way to the next."""
    first = start if start < len(lines) else 0
    if not lines:
        return
    yield Items(items=tuple(lines[first : first + SHOWN]))
    if (left := len(lines) - first - SHOWN) > 0:
        more = ShowGaps(slug=again.slug, start=str(first + SHOWN))
        yield Buttons(buttons=(Button(label=t.many("and {number} more", "and {number} more", left), action=more),))


def _gaps_of(context: Context, slug: str) -> list[Gap]:
    return [gap for gap in context.gaps if (slug_of(context, gap) or NOBODY) == slug]


def _times(gaps: Sequence[Gap]) -> int:
    return sum(gap.count for gap in gaps)


def _asked_in_all(t: Texts, gaps: Sequence[Gap]) -> str:
    if not gaps:
        return ""
    questions = t.many("{number} question", "{number} questions", len(gaps))
    return t("{questions}, asked {times}", questions=questions, times=times_in_words(t, _times(gaps)))


def times_in_words(t: Texts, count: int) -> str:
    """Say how often something was asked."""
    return t.many("{number} time", "{number} times", count)


def _to_review(t: Texts, stale: Sequence[Sheet]) -> str:
    return t.many("{number} answer to be reviewed", "{number} answers to be reviewed", len(stale)) if stale else ""


def _nothing(t: Texts) -> str:
    return t("Nothing waits here: whatever people asked has found its answer.")


def _line(t: Texts, gap: Gap) -> Item:
    detail = " · ".join((times_in_words(t, gap.count), kinds_in_words(t, gap), t.day(gap.questions[0].asked_at.date())))
    return Item(title=quote(t, gap.questions[0]), detail=detail, open=t("Open"), action=ShowGap(gap=gap.id))


def kinds_in_words(t: Texts, gap: Gap) -> str:
    """Say how a gap's questions came."""
    return ", ".join(_kind(t, kind) for kind, _ in gap.kinds)


def _kind(t: Texts, kind: GapKind) -> str:
    match kind:
        case "unanswered":
            return t("nothing found")
        case "none_of_these":
            return t("none of those offered")
        case "not_mine":
            return t("not what was asked")
        case "wrong":
            return t("wrong or missing")
        case _:
            assert_never(kind)


def _stale(context: Context, slug: str, today: date) -> list[Sheet]:
    """Return a function's sheets that are past their review, the longest overdue first, for those who may correct them."""
    function = context.catalogue.function(slug)
    if function is None or not may(context.grants, Act.WRITE_CONTENT, slug):
        return []
    return overdue(function, today)


def review_line(t: Texts, function: Function, sheet: Sheet) -> Item:
    """Return a line of a list: a sheet to be reviewed, and the way to correct it."""
    due = t("review due on {day}", day=t.day(sheet.review_by)) if sheet.review_by else None
    return Item(title=sheet.title.to(t.language), detail=due, open=t("Correct"), action=WriteSheet(slug=function.slug, id=sheet.id))


def _card(context: Context, gap: Gap, function: Function | None) -> Iterator[Block]:
    t, language = context.t, context.language
    yield Title(text=quote(t, gap.questions[0]), badge=badge(function, language) if function else t("For no function yet"))
    yield Fields(
        fields=(
            Field(label=t("Asked"), value=times_in_words(t, gap.count)),
            *(Field(label=_kind(t, kind).capitalize(), value=str(count)) for kind, count in gap.kinds),
        )
    )
    if len(examples := _examples(t, gap)) > 1:
        yield Text(text=t("In people's own words"), strong=True)
        yield Bullets(items=tuple(examples))
    yield from _remarks(context, gap)
    yield from _near(context, gap)
    if may_see(context, Act.SETTLE_GAPS, slug_of(context, gap)):
        yield Buttons(buttons=tuple(_decisions(context, gap, function)))
    else:
        yield Note(text=t("You may read this; authors and owners decide."))


def _examples(t: Texts, gap: Gap) -> list[str]:
    """Return different questions of a gap, the newest first, each with its language and its day."""
    distinct = {question.text.casefold(): question for question in reversed(gap.questions)}
    newest = sorted(distinct.values(), key=lambda question: -question.asked_at.timestamp())[:EXAMPLES]
    return [
        t("{question} ({language}, {day})", question=quote(t, each, _EXAMPLE), language=_language(t, each.language), day=t.day(each.asked_at.date()))
        for each in newest
    ]


def _language(t: Texts, language: Language) -> str:
    return t("French") if language == "fr" else t("English")


def _remarks(context: Context, gap: Gap) -> Iterator[Block]:
    """Show what people say is wrong, below the answer that they had."""
    t, language = context.t, context.language
    remarks: dict[str, list[str]] = {}
    for question in [question for question in gap.questions if question.comment and question.sheet][:EXAMPLES]:
        said = t("“{words}”", words=clipped(shown(t, question.comment or ""), _EXAMPLE))
        remarks.setdefault(question.sheet or "", []).append(said)
    for sheet_id, said_of_it in remarks.items():
        found = context.catalogue.sheet(sheet_id)
        yield Text(text=t("What people say is wrong or missing"), strong=True)
        yield Bullets(items=tuple(said_of_it))
        if found is None:
            yield Note(text=t("The answer they had is no longer in the catalogue."))
            continue
        function, sheet = found
        yield Text(text=t("The answer they had: {title}", title=sheet.title.to(language)))
        yield Text(text=clipped(sheet.body.to(language), _EXAMPLE))
        if may(context.grants, Act.WRITE_CONTENT, function.slug):
            yield Buttons(buttons=(Button(label=t("Correct this answer"), action=WriteSheet(slug=function.slug, id=sheet.id, gap=gap.id)),))


def _near(context: Context, gap: Gap) -> Iterator[Block]:
    """Show the sheets that come nearest, each with the one thing to do about it."""
    t = context.t
    near = [found for id_ in gap.nearest if (found := context.catalogue.sheet(id_))]
    if not near:
        return
    settles = may_see(context, Act.SETTLE_GAPS, slug_of(context, gap))
    yield Text(text=t("What comes nearest"), strong=True)
    yield Items(items=tuple(_neighbour(context, gap, owner, sheet, settles=settles) for owner, sheet in near))


def _neighbour(context: Context, gap: Gap, owner: Function, sheet: Sheet, *, settles: bool) -> Item:
    title, whose = sheet.title.to(context.language), short_name(owner, context.language)
    if settles and may(context.grants, Act.WRITE_CONTENT, owner.slug):
        return Item(title=title, detail=whose, open=context.t("Add as a phrasing"), action=AddPhrasing(gap=gap.id, id=sheet.id))
    # what isn't meant for the reader wouldn't be shown to them: then its function is
    seen = is_for(sheet, context.person.segments if context.person.linked else frozenset())
    return Item(title=title, detail=whose, open=context.t("See"), action=Show(id=sheet.id) if seen else ShowFunction(slug=owner.slug))


def _decisions(context: Context, gap: Gap, function: Function | None) -> Iterator[Button]:
    t = context.t
    if function is not None:
        yield Button(label=t("Write a new answer"), action=WriteSheet(slug=function.slug, gap=gap.id), primary=True)
        yield Button(label=t("Not for us"), action=SendGap(gap=gap.id))
    else:
        yield Button(label=t("Give it to a function"), action=SendGap(gap=gap.id), primary=True)
    yield Button(label=t("Ignore"), action=IgnoreGap(gap=gap.id))
