"""Traces: what the exchanges of a function leave, in published scores."""

from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from dialogs import periods
from dialogs.catalog import Function
from dialogs.change import since
from dialogs.events import ActionTaken, Event, Scope
from dialogs.feedback import EXPIRES
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowThemes, ShowTraces
from dialogs.improvement import Improvement
from dialogs.measures import PILLARS, Pillar, Score, by, index, score, unsolved
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Item, Items, Message, Note, Place, Text, Title
from dialogs.profile import gone
from dialogs.publication import TRACES
from dialogs.refusal import refused
from dialogs.rights import Act, functions_for, may
from dialogs.scores import DIMENSIONS, SCORE_FLOOR, Dimension, OpenPeriod, Published, Reading
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.trace_details import details
from dialogs.turn import Context, Turn

FORMER: Final = 5  # periods that the trend looks back on
LINES: Final = 12  # of a table; what is beyond is in the export
_IMPROVEMENTS: Final = 5  # on one card


def show(event: Event, context: Context, action: ShowTraces) -> Turn:
    """Show a period of a function, by one dimension; without a function, choose one, unless there's only one."""
    readable = functions_for(context.grants, Act.READ_TRACES, tuple(function.slug for function in context.catalogue.functions))
    slug = action.slug or (readable[0] if len(readable) == 1 else None)
    if slug is None:
        return _told(event, context, tuple(_choice(context, readable))) if readable else refused(event, context, Act.READ_TRACES, None)
    function = context.catalogue.function(slug)
    if function is None:
        return gone(event, context)
    if not may(context.grants, Act.READ_TRACES, slug):
        return refused(event, context, Act.READ_TRACES, slug)
    turned = action.begins is not None or action.by is not None
    return _told(event, context, tuple(_card(context, function, context.readings.get(slug, Reading(function=slug)), action)), update=turned)


def rate(t: Texts, asked: int, answered: int) -> str:
    """Say how many responded of how many asked."""
    return t("{answered} of {asked} ({share})", answered=answered, asked=asked, share=t.percent(answered / asked)) if asked else t("nobody was asked")


def satisfied(t: Texts, of: Score) -> str | None:
    """Say the share of the satisfied with its interval and its n; None where nobody left a trace."""
    if of.satisfied is None:
        return None
    low, high = of.interval
    return t("{share} (between {low} and {high}, n = {n})", share=t.percent(of.satisfied), low=t.percent(low), high=t.percent(high), n=of.rated)


def dimension_name(t: Texts, dimension: Dimension) -> str:
    """Say what responses are told apart by."""
    match dimension:
        case "service":
            return t("by service")
        case "department":
            return t("by department")
        case "site":
            return t("by site")
        case "platform":
            return t("by platform")
        case "channel":
            return t("by channel")
        case "occasion":
            return t("by occasion")
        case _:
            assert_never(dimension)


def value_name(t: Texts, function: Function | None, dimension: Dimension, value: str | None) -> str:
    """Say what a line of a table is about; None is what isn't told apart."""
    if value is None:
        return t("Not told apart")
    named = {
        "personal": t("in private"),
        "group": t("in a group"),
        "outside": t("outside pourqui"),
        "answer": t("the bot's answers"),
        "request": t("a human's help"),
        "later": t("a month later"),
        "slack": "Slack",
        "teams": "Teams",
        "channel": t("in a channel"),
    }
    if dimension == "service":
        sheet = next((each for each in function.sheets if each.id == value), None) if function else None
        return sheet.title.to(t.language) if sheet else value
    return named.get(value, value) if dimension in ("platform", "channel", "occasion") else value


def _told(event: Event, context: Context, blocks: tuple[Block, ...], *, update: bool = False) -> Turn:
    """Show it to its reader only; with `update`, in place of the card that was tapped."""
    if event.reference.scope is not Scope.PERSONAL:
        place = Place.PRIVATE
    else:
        place = Place.UPDATE if update and isinstance(event, ActionTaken) and event.message_id else Place.HERE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),))


def _choice(context: Context, readable: Sequence[str]) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("What trace we leave"))
    items = []
    for function in (each for each in context.catalogue.functions if each.slug in readable):
        published = context.readings.get(function.slug, Reading(function=function.slug)).published
        latest = next((each for each in published if each.shown), None)
        detail = _line(t, latest) if latest else t("nothing published yet")
        items.append(Item(title=badge(function, context.language), detail=detail, open=t("Open"), action=ShowTraces(slug=function.slug)))
    yield Items(items=tuple(items))


def _card(context: Context, function: Function, reading: Reading, action: ShowTraces) -> Iterator[Block]:
    t, slug = context.t, function.slug
    yield Title(text=t("What trace we leave"), badge=badge(function, context.language))
    chosen = next((number for number, each in enumerate(reading.published) if each.begins.isoformat() == action.begins), None)
    if action.begins is not None and chosen is None:
        yield Text(text=t("I have no scores of that period: here is the latest one."))
    number = chosen or 0
    if reading.published:
        yield from _published(context, function, reading, number, action.by)
    else:
        yield Text(text=_nothing(t, reading))
    if number == 0:
        yield from _under_way(t, reading)
    yield from _improvements(context, reading)
    yield Buttons(buttons=tuple(_buttons(context, slug, reading, number)))


def _nothing(t: Texts, reading: Reading) -> str:
    if reading.under_way:
        return t(
            "Nothing is published yet. A period's scores come out once it's over and its last question can't be answered any more: a week later."
        )
    return t(
        "Nothing is published yet. Each answer, and each request that is closed, asks in one tap what trace it left: the scores come from there."
    )


def _published(context: Context, function: Function, reading: Reading, number: int, dimension: Dimension | None) -> Iterator[Block]:
    t, period = context.t, reading.published[number]
    yield Text(text=_capital(periods.name(t, period.grain, period.begins)), strong=True)
    if not period.shown:
        if period.asked:
            yield Fields(fields=(Field(label=t("Responses"), value=rate(t, period.asked, period.answered)),))
        yield Text(text=t("Fewer than {floor} people responded, so no score is shown: everybody would know whose it is.", floor=SCORE_FLOOR))
    else:
        yield Fields(fields=tuple(_fields(t, period)))
        yield from _distribution(t, period)
        if dimension is None and (more := tuple(details(t, period))):
            yield Bullets(items=more)
        if dimension is not None:
            yield from _table(t, function, period, dimension)
        told = [each for each in DIMENSIONS if each != dimension and any(each in one.told for one in period.classes)]
        if told:
            begins = period.begins.isoformat()
            yield Buttons(
                buttons=tuple(
                    Button(label=_capital(dimension_name(t, each)), action=ShowTraces(slug=function.slug, begins=begins, by=each)) for each in told
                )
            )
    if former := [each for each in reading.published[number + 1 :] if each.shown][:FORMER]:
        yield Text(text=t("Before"), strong=True)
        yield Bullets(items=tuple(f"{_capital(periods.name(t, each.grain, each.begins))} · {_line(t, each)}" for each in former))


def _fields(t: Texts, period: Published) -> Iterator[Field]:
    all_ = score(period.classes)
    yield Field(label=t("Responses"), value=rate(t, period.asked, period.answered))
    if (share := satisfied(t, all_)) is not None:
        yield Field(label=t("Satisfied"), value=share)
        yield Field(label=t("Trace"), value=_out_of_five(t, all_.trace or 0))
    if all_.said_solved:
        yield Field(label=t("Solved"), value=_share(t, all_.solved.get("yes", 0), all_.said_solved))
    if (apart := unsolved(period)) is not None:
        yield Field(label=t("Trace of what wasn't solved"), value=t("{trace} (n = {n})", trace=_out_of_five(t, apart[0]), n=apart[1]))
    if all_.promised:
        yield Field(label=t("Promise kept"), value=_share(t, all_.promised - all_.late, all_.promised))
    pillars = index(period)
    yield from (Field(label=_pillar(t, pillar), value=t("{points} of 100", points=round(pillars[pillar]))) for pillar in PILLARS if pillar in pillars)


def _distribution(t: Texts, period: Published) -> Iterator[Block]:
    """Say how many left each trace, where that many people may be told apart."""
    counts = period.measures.get(TRACES, (0, {}))[1]
    if len(counts) > 1:
        said = " · ".join(f"{count} × ({traces.replace('+', '/')})" if "+" in traces else f"{count} × {traces}" for traces, count in counts.items())
        note = t("Traces: {said}", said=said)
        yield Note(text=f"{note}. {t('Those in brackets are counted together: too few people left each of them.')}" if "(" in said else note)


def _table(t: Texts, function: Function, period: Published, dimension: Dimension) -> Iterator[Block]:
    yield Text(text=_capital(dimension_name(t, dimension)), strong=True)
    lines = by(period.classes, dimension)
    told = [line for line in lines if line[0] is not None]
    shown = [*told[:LINES], *(line for line in lines if line[0] is None)]
    yield Bullets(items=tuple(f"{value_name(t, function, dimension, value)} · {_score_line(t, of)}" for value, of in shown))
    if (left := len(told) - LINES) > 0:
        yield Note(text=t.many("{number} more line is in the export.", "{number} more lines are in the export.", left))
    if lines[-1][0] is None:
        yield Note(text=t("Not told apart: fewer than {floor} people would be left.", floor=SCORE_FLOOR))


def _line(t: Texts, period: Published) -> str:
    return _score_line(t, score(period.classes))


def _score_line(t: Texts, of: Score) -> str:
    if of.trace is None:
        return t.many("{number} response, no trace", "{number} responses, no trace", of.answered)
    return f"{_out_of_five(t, of.trace)} · {satisfied(t, of)}"


def _under_way(t: Texts, reading: Reading) -> Iterator[Block]:
    if not reading.under_way:
        return
    yield Text(text=t("Under way"), strong=True)
    yield Bullets(items=tuple(_open(t, each) for each in reading.under_way))
    oldest = reading.under_way[-1]
    day = periods.period(oldest.grain, oldest.begins)[1] + EXPIRES
    yield Note(text=t("Scores of {period}: from {day} on.", period=periods.name(t, oldest.grain, oldest.begins), day=t.day(day)))


def _open(t: Texts, period: OpenPeriod) -> str:
    return f"{_capital(periods.name(t, period.grain, period.begins))} · {rate(t, period.asked, period.answered)}"


def _improvements(context: Context, reading: Reading) -> Iterator[Block]:
    t = context.t
    if not reading.improvements:
        return
    yield Text(text=t("What you do about it"), strong=True)
    notes = may(context.grants, Act.NOTE_IMPROVEMENTS, reading.function)
    shown = reading.improvements[:_IMPROVEMENTS]
    if ours := [each for each in shown if each.done_at is None and notes]:
        action = (
            Item(title=each.text, detail=_progress(t, reading, each), open=t("Done"), action=EndImprovement(improvement=each.id)) for each in ours
        )
        yield Items(items=tuple(action))
    if others := [each for each in shown if each not in ours]:
        yield Bullets(items=tuple(f"{each.done or each.text} · {_progress(t, reading, each)}" for each in others))


def _progress(t: Texts, reading: Reading, improvement: Improvement) -> str:
    """Say how far an improvement is, and what it changed so far."""
    state = t("done") if improvement.done_at else t("by {day}", day=t.day(improvement.due))
    found = since(improvement, reading.published)
    if found is None:
        return state
    change = t("trace {before} → {after}", before=t.decimal(found.before), after=t.decimal(found.after))
    return " · ".join((state, change if found.sure else t("{change}, which may be chance", change=change)))


def _buttons(context: Context, slug: str, reading: Reading, number: int) -> Iterator[Button]:
    t, published = context.t, reading.published
    if published:
        yield Button(label=t("What people speak of"), action=ShowThemes(slug=slug, begins=published[number].begins.isoformat()))
    if may(context.grants, Act.NOTE_IMPROVEMENTS, slug):
        yield Button(label=t("Note an improvement"), action=NoteImprovement(slug=slug))
    if number + 1 < len(published):
        yield Button(label=t("The period before"), action=ShowTraces(slug=slug, begins=published[number + 1].begins.isoformat()))
    if 0 < number < len(published):
        yield Button(label=t("The period after"), action=ShowTraces(slug=slug, begins=published[number - 1].begins.isoformat()))
    if len(functions_for(context.grants, Act.READ_TRACES, tuple(function.slug for function in context.catalogue.functions))) > 1:
        yield Button(label=t("Other functions"), action=ShowTraces())


def _out_of_five(t: Texts, trace: float) -> str:
    return t("{trace} of 5", trace=t.decimal(trace))


def _share(t: Texts, part: int, whole: int) -> str:
    return t("{share} (n = {n})", share=t.percent(part / whole), n=whole)


def _pillar(t: Texts, pillar: Pillar) -> str:
    match pillar:
        case "services":
            return t("Services")
        case "experience":
            return t("Experience")
        case "communication":
            return t("Communication")
        case "posture":
            return t("Posture")
        case _:
            assert_never(pillar)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
