"""The diagnostic: three questions that place a newcomer for a function."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, assert_never

from dialogs import profile
from dialogs.actions import ListFunctions, ShowFunction, WriteQuestion
from dialogs.campaign_actions import Diagnose
from dialogs.catalog import Function, Service
from dialogs.catalog_rules import SLUG, SLUG_LIMIT
from dialogs.events import ActionTaken, Event, Scope
from dialogs.facts import EvidenceLeft
from dialogs.ladder import Evidence, EvidenceKind, Stage, quiz_weight, stage_at
from dialogs.messages import BUTTON_LIMIT, Block, Bullets, Button, Buttons, Item, Items, Message, Note, Place, Text, Title, clipped
from dialogs.sheet import short_name
from dialogs.turn import Context, Turn, segments_for

DIAGNOSTIC: Final = "diagnostic"  # the source of what is left here
RIGHT, WRONG, UNKNOWN = "y", "n", "-"  # an answer; for the last question, yes, no, and not any more sure
QUESTIONS: Final = 3
_OPTIONS: Final = 4
_LISTED: Final = 5  # services of which one may have been used


def asked(event: Event, context: Context, action: Diagnose) -> Turn:
    """Ask the next question, or say where the three answers place the person."""
    function = context.catalogue.function(action.slug)
    if function is None:
        return profile.gone(event, context)
    if action.topic and (len(action.topic) > SLUG_LIMIT or not SLUG.fullmatch(action.topic)):  # no campaign's
        return asked(event, context, Diagnose(slug=action.slug))
    if len(action.answers) > QUESTIONS or not set(action.answers) <= {RIGHT, WRONG, UNKNOWN}:
        return asked(event, context, Diagnose(slug=action.slug, topic=action.topic))
    theirs, others = _services(event, context, function)
    if not theirs or not others:
        return _cannot(event, context, action, function)
    if len(action.answers) == QUESTIONS:
        return _placed(event, context, action, function, options=_options(others))
    blocks = tuple(_question(context, action, function, theirs, others))
    return _say(event, context, action, blocks)


def _services(event: Event, context: Context, function: Function) -> tuple[list[Service], list[tuple[Function, Service]]]:
    """Return the function's services for this person and those of the others that are called otherwise, in an order of this person's own."""
    segments, language = segments_for(event, context.person), context.language
    theirs = profile.services_for(function, segments)
    titles = {service.title.to(language) for service in theirs}
    others = [
        (other, service)
        for other in context.catalogue.functions
        if other.slug != function.slug
        for service in profile.services_for(other, segments)
        if service.title.to(language) not in titles
    ]
    return (
        sorted(theirs, key=lambda service: _order(context, function, service.id)),
        sorted(others, key=lambda other: _order(context, function, other[1].id)),
    )


def _order(context: Context, function: Function, name: str) -> bytes:
    return blake2b(f"{context.person.id}|{function.slug}|{name}".encode(), digest_size=8).digest()


def _options(others: Iterable[tuple[Function, Service]]) -> tuple[int, int]:
    """Return how many options each of the two quizzes has."""
    functions, services = {other.slug for other, _ in others}, [service for _, service in others]
    return min(_OPTIONS, 1 + len(functions)), min(_OPTIONS, 1 + len(services))


def _question(
    context: Context, action: Diagnose, function: Function, theirs: list[Service], others: list[tuple[Function, Service]]
) -> Iterator[Block]:
    t, language = context.t, context.language
    number = len(action.answers) + 1
    yield Title(text=t("Where you stand: {number} of {questions}", number=number, questions=QUESTIONS))
    match number:
        case 1:
            yield Text(text=t("Who takes care of this: {service}?", service=theirs[0].title.to(language)), strong=True)
            named = list(dict.fromkeys(other.slug for other, _ in others))[: _OPTIONS - 1]
            shown = sorted((function.slug, *named), key=lambda slug: _order(context, function, f"who|{slug}"))
            functions = [each for slug in shown if (each := context.catalogue.function(slug))]
            whom = [Button(label=_short(context, each), action=_answered(action, each.slug == function.slug)) for each in functions]
            yield Buttons(buttons=(*whom, Button(label=t("I don't know"), action=_next(action, UNKNOWN))))
            yield Note(text=t("Three taps, and nothing depends on them: they only tell me how best to answer you."))
        case 2:
            yield Text(text=t("Which of these does {function} do for you?", function=_short(context, function)), strong=True)
            offered = [theirs[-1], *(service for _, service in others[: _OPTIONS - 1])]
            offered.sort(key=lambda service: _order(context, function, f"what|{service.id}"))
            yield Items(
                items=tuple(
                    Item(
                        title=service.title.to(language),
                        detail=None,
                        open=t("This one"),
                        action=_answered(action, service.id == theirs[-1].id),
                    )
                    for service in offered
                )
            )
            yield Buttons(buttons=(Button(label=t("I don't know"), action=_next(action, UNKNOWN)),))
        case _:
            yield Text(text=t("In the last three months, have you used one of these?"), strong=True)
            yield Bullets(items=tuple(service.title.to(language) for service in theirs[:_LISTED]))
            yes, no = Button(label=t("Yes"), action=_next(action, RIGHT)), Button(label=t("No"), action=_next(action, WRONG))
            yield Buttons(buttons=(yes, no))


def _answered(action: Diagnose, right: bool) -> Diagnose:
    return _next(action, RIGHT if right else WRONG)


def _next(action: Diagnose, answer: str) -> Diagnose:
    return Diagnose(slug=action.slug, topic=action.topic, answers=action.answers + answer)


def _placed(event: Event, context: Context, action: Diagnose, function: Function, options: tuple[int, int]) -> Turn:
    """Say where the answers place them, or what they did before, whichever is further."""
    t = context.t
    left = tuple(_left(event, context, action, options))
    placed, _ = stage_at(left, event.at)
    stage = max(placed, context.stages.get(function.slug, Stage.UNAWARE), key=lambda each: each.rank)
    name = _short(context, function)
    card = Button(
        label=clipped(t("What {function} does for you", function=name), BUTTON_LIMIT), action=ShowFunction(slug=function.slug), primary=True
    )
    blocks = (
        Title(text=t("Thank you, that's all")),
        Text(text=_in_words(context, stage, name)),
        Buttons(buttons=(card, Button(label=t("Ask a question"), action=WriteQuestion()))),
    )
    turn = _say(event, context, action, blocks)
    return Turn(replies=turn.replies, facts=tuple(EvidenceLeft(evidence=piece) for piece in left))


def _left(event: Event, context: Context, action: Diagnose, options: tuple[int, int]) -> Iterator[Evidence]:
    """Yield what each answer is evidence of; one who doesn't know leaves one that weighs nothing, in place of what they answered before."""
    kinds = (EvidenceKind.RECALL_AIDED, EvidenceKind.QUIZ, EvidenceKind.GESTURE)
    for kind, answer, among in zip(kinds, action.answers, (*options, None), strict=True):
        if answer == UNKNOWN:
            weight = 0.0
        elif among is None:
            weight = 1.0 if answer == RIGHT else 0.0
        else:
            weight = quiz_weight(answer == RIGHT, among)
        yield Evidence(person=context.person.id, function=action.slug, topic=action.topic, kind=kind, source=DIAGNOSTIC, at=event.at, weight=weight)


def _in_words(context: Context, stage: Stage, name: str) -> str:
    t = context.t
    match stage:
        case Stage.UNAWARE:
            return t("You're just getting to know {function}, and this is a good day to begin: its card takes a minute to read.", function=name)
        case Stage.AWARENESS:
            return t("You know that {function} is there for you. Next: what it can do, in one card.", function=name)
        case Stage.COMPREHENSION:
            return t("You know what {function} does. The next time you need it, ask me: I'll take you straight there.", function=name)
        case Stage.CONVICTION:
            return t("You know {function} well, and you count on it. Next: use it for what comes up, one question is enough.", function=name)
        case Stage.ACTION:
            return t("You already work with {function}: from now on I go straight to the point. Its card says what's new.", function=name)
        case _:
            assert_never(stage)


def _cannot(event: Event, context: Context, action: Diagnose, function: Function) -> Turn:
    t = context.t
    why = t("I can't ask you three questions about {function} yet: too few services are written down.", function=_short(context, function))
    what = t("Look at its card, or ask it a question: it'll answer.")
    card = Button(label=t("See its card"), action=ShowFunction(slug=function.slug), primary=True)
    ways = Buttons(buttons=(card, Button(label=t("See all functions"), action=ListFunctions())))
    return _say(event, context, action, (Text(text=f"{why} {what}"), ways))


def _short(context: Context, function: Function) -> str:
    return clipped(short_name(function, context.language), BUTTON_LIMIT)


def _say(event: Event, context: Context, action: Diagnose, blocks: tuple[Block, ...]) -> Turn:
    """Say it in private: what somebody knows is nobody else's business. The questions follow one another in one card."""
    if event.reference.scope is not Scope.PERSONAL:
        place = Place.PRIVATE
    else:
        place = Place.UPDATE if action.answers and isinstance(event, ActionTaken) and event.message_id else Place.HERE
    return Turn(replies=(Message(language=context.language, blocks=blocks, place=place),))
