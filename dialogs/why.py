"""Why this answer: what matched, whose words they are, from where, how sure that is, and for whom it's meant."""

from collections.abc import Iterator
from typing import Final, Literal, assert_never

from dialogs.actions import ReportWrong, Why, WriteQuestion
from dialogs.catalog import Function, Sheet, is_for
from dialogs.events import Event, Scope
from dialogs.messages import Block, Bullets, Button, Buttons, Message, Note, Place, Text, Title, clipped
from dialogs.profile import gone
from dialogs.search.match import Grounds
from dialogs.sheet import badge, short_name, written
from dialogs.texts import Texts
from dialogs.turn import Context, Turn, segments_for

_SURE: Final = 0.9  # nine in ten, which is what people take "sure" for
_IN_TENS: Final = 0.95  # above, "9 in 10" says too little and "10 in 10" too much: it's counted in hundreds
_QUOTED: Final = 300  # characters of a sentence or a question


def decide(event: Event, context: Context, action: Why) -> Turn:
    """Explain an answer to the one who asks, in private; an answer that the question wouldn't find now isn't made up for."""
    found, segments = context.catalogue.sheet(action.id), segments_for(event, context.person)
    if found is None or not is_for(found[1], segments):
        (said,) = gone(event, context).replies
        return _told(event, context, said.blocks if isinstance(said, Message) else ())
    function, sheet = found
    grounds = context.understood.grounds if context.understood else None
    if grounds is None or grounds.confidence is None:
        return _told(event, context, tuple(_not_now(context, function, sheet, action, grounds)))
    return _told(event, context, tuple(_explained(context, function, sheet, action, grounds, segments)))


def _told(event: Event, context: Context, blocks: tuple[Block, ...]) -> Turn:
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),))


def _explained(context: Context, function: Function, sheet: Sheet, action: Why, grounds: Grounds, segments: frozenset[str]) -> Iterator[Block]:
    t = context.t
    yield Title(text=t("Why this answer"), badge=badge(function, context.language))
    yield from _asked(context, sheet, action)
    yield Bullets(items=tuple(_reasons(context, function, sheet, grounds, segments)))
    yield Text(text=_confidence(context, grounds))
    yield Note(text=t("I look for the nearest among what the functions have written, and add nothing of my own."))
    yield _ways_on(context, action)


def _not_now(context: Context, function: Function, sheet: Sheet, action: Why, grounds: Grounds | None) -> Iterator[Block]:
    """Say that the question would find something else today: what is written has changed, or the question was read with another before it."""
    t = context.t
    yield Title(text=t("Why this answer"), badge=badge(function, context.language))
    yield from _asked(context, sheet, action)
    yield Text(text=t("This isn't what your question would find now: what the functions have written has changed since, or I read it differently."))
    if grounds is not None and (nearest := _nearest(context, function, grounds)):
        yield Text(text=nearest)
    yield _ways_on(context, action)


def _asked(context: Context, sheet: Sheet, action: Why) -> Iterator[Block]:
    t = context.t
    yield Text(text=t("You asked: “{question}”", question=clipped(" ".join(action.question.split()), _QUOTED)))
    yield Text(text=t("I answered with: “{title}”", title=sheet.title.to(context.language)))


def _reasons(context: Context, function: Function, sheet: Sheet, grounds: Grounds, segments: frozenset[str]) -> Iterator[str]:
    t = context.t
    if context.understood and context.understood.follows:
        yield t("I read your question together with the one before it.")
    if nearest := _nearest(context, function, grounds):
        yield nearest
    if grounds.words:
        yield t("Words that both say: {words}", words=", ".join(grounds.words))
    else:
        yield t("They share no word: it's their meaning that is near.")
    from_whom = t("It's from what {function} has written.", function=short_name(function, context.language))
    checked = written(t, function, sheet)
    yield f"{from_whom} {checked}." if checked else from_whom
    theirs = _segments(context, sheet, segments)
    if grounds.segment and theirs:
        yield t("Another answer came about as near. This one is meant for you ({groups}), so it came first.", groups=theirs)
    elif theirs:
        yield t("It's meant for you: {groups}.", groups=theirs)
    else:
        yield t("It's open to everyone.")


def _nearest(context: Context, function: Function, grounds: Grounds) -> str | None:
    """Quote the text that is nearest, and say whose words they are."""
    t, name = context.t, short_name(function, context.language)
    if grounds.nearest is None or grounds.kind is None:
        return None
    words = clipped(" ".join(grounds.nearest.split()), _QUOTED)
    match grounds.kind:
        case "phrasing":
            return t("Nearest to your question: “{words}”, a way of asking that {function} wrote down.", words=words, function=name)
        case "title":
            return t("Nearest to your question: “{words}”, the title that {function} gave to this answer.", words=words, function=name)
        case "sentence":
            return t("Nearest to your question: “{words}”, a sentence of this answer, written by {function}.", words=words, function=name)
        case _:
            assert_never(grounds.kind)


def _segments(context: Context, sheet: Sheet, segments: frozenset[str]) -> str:
    """Name the person's own groups that this sheet is meant for; it may be for others as well, which is no concern of theirs."""
    known = context.catalogue.company.segments
    return ", ".join(known[slug].to(context.language) if slug in known else slug for slug in sheet.audience if slug in segments)


def _confidence(context: Context, grounds: Grounds) -> str:
    """Say how sure the answer is, and what that has meant so far; without a figure where none is known."""
    t, share = context.t, grounds.confidence or 0.0
    match certainty := _certainty(context, share):
        case "sure":
            return t("I'm sure of it: {share}", share=_share(t, share))
        case "fairly sure":
            return t("I'm fairly sure of it: {share}", share=_share(t, share))
        case "one of several":
            return t("It was one of several that could be meant: {share}", share=_share(t, share))
        case _:
            assert_never(certainty)


def _certainty(context: Context, share: float) -> Literal["sure", "fairly sure", "one of several"]:
    match = context.understood.match if context.understood else None
    if match is not None and match.outcome != "sure":
        return "one of several"
    return "sure" if share >= _SURE else "fairly sure"


def _share(t: Texts, share: float) -> str:
    if share >= _IN_TENS:
        return t("of the answers as sure as this one, about {number} in 100 are right.", number=min(int(share * 100), 99))
    return t("of the answers as sure as this one, about {number} in 10 are right.", number=max(round(share * 10), 1))


def _ways_on(context: Context, action: Why) -> Buttons:
    t = context.t
    wrong = Button(label=t("This is wrong"), action=ReportWrong(id=action.id, exchange=action.exchange))
    return Buttons(buttons=(Button(label=t("Ask it another way"), action=WriteQuestion()), wrong), quiet=True)
