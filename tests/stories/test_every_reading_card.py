"""Every card of scores, themes, improvements, exports and prompts, in French and in English, is one that Slack and Teams take, uncut."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest

from bot.po import both_languages
from dialogs import export_delivery, prompt, warning, weekly
from dialogs.catalog import Catalogue, Language, Localized
from dialogs.change import Change
from dialogs.delivery import Delivery
from dialogs.events import Event, Reference
from dialogs.export import DEPTHS, FORMS, Export
from dialogs.facts import Refused
from dialogs.feedback import Item, Occasion, values_of
from dialogs.feedback_actions import EndImprovement, ExportFeedback, NoteImprovement, ShowThemes, ShowTraces
from dialogs.improvement import Improvement
from dialogs.improvements import LIMIT
from dialogs.messages import Form, FormErrors, Message, Picture, Reply
from dialogs.publication import FIRST_WORD, GAP, TRACES, UNSOLVED, WAITS
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.scores import DIMENSIONS, AnonymityClass, Dimension, Grain, OpenPeriod, Published, Reading, Theme
from dialogs.traces import LINES
from dialogs.turn import Context
from tests.company import CATALOGUE, IT, LAPTOP, NOON
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits, taps
from tests.dialogs.responses import answered
from tests.dialogs.told import context
from tests.stories.shown_whole import problems

TEXTS = both_languages()
LONG = ("Bonjour, pourquoi le câble réseau de la salle de réunion n'est-il pas remplacé ? " * 60)[:2000]
NAME = Localized(
    fr="Direction des systèmes d'information, de la donnée et de la relation numérique",
    en="Department of information systems, data and digital customer relations",
)
SERVICES = tuple(
    replace(LAPTOP, id=f"it_{number}", title=Localized(fr=f"{number} {LONG[:140]}", en=f"{number} {LONG[:140]}")) for number in range(30)
)
FUNCTION = replace(IT, names=NAME, services=SERVICES)
TWELVE = Catalogue(company=CATALOGUE.company, functions=(FUNCTION, *(replace(FUNCTION, slug=f"f{number}", also=()) for number in range(11))))
ADMIN = frozenset({Grant(role=Role.ADMIN)})
AUDITOR = frozenset({Grant(role=Role.AUDITOR)})
OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
DAY = date(2026, 11, 2)
_MANY: Final = 123_456
VALUES: Final[Mapping[Dimension, tuple[str, ...]]] = {
    "service": tuple(sheet.id for sheet in SERVICES),
    "department": tuple(f"{number} Direction de la recherche, de l'innovation et du développement" for number in range(30)),
    "site": tuple(f"{number} Clermont-Ferrand, avenue de la République" for number in range(30)),
    "platform": ("slack", "teams"),
    "channel": ("personal", "group", "channel", "outside"),
    "occasion": tuple(Occasion),
}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=[DIRECT, CHANNEL], ids=["private", "channel"])
def where(request: pytest.FixtureRequest) -> Reference:
    """From one's own conversation, or from a channel."""
    return DIRECT if request.param is DIRECT else CHANNEL


# --- what is published, at its longest -----------------------------------------------------------------------------------------------------------


def classes() -> Iterator[AnonymityClass]:
    for dimension, values in VALUES.items():
        for value in values:
            yield AnonymityClass(
                id=value,
                told={dimension: value},
                people=_MANY,
                answered=_MANY,
                solved={"yes": _MANY, "partly": _MANY, "no": _MANY},
                traces={str(trace): _MANY for trace in range(1, 6)},
                promised=_MANY,
                late=_MANY // 3,
            )


def measures() -> Mapping[str, tuple[int, Mapping[str, int]]]:
    """Every measure that there is, of many people."""
    choices = {Item.REASON: values_of(Item.REASON), Item.LOST_TIME: values_of(Item.LOST_TIME), Item.ELSEWHERE: values_of(Item.ELSEWHERE)}
    scales = (UNSOLVED, GAP, *(item for item in Item if item not in choices and item is not Item.RECOMMENDATION))
    return {
        **{name: (_MANY, {"count": _MANY, "sum": 3 * _MANY}) for name in scales},
        **{item: (_MANY, dict.fromkeys(values, _MANY)) for item, values in choices.items()},
        FIRST_WORD: (_MANY, dict.fromkeys(WAITS, _MANY)),
        TRACES: (_MANY, {str(trace): _MANY for trace in range(1, 6)}),
        Item.RECOMMENDATION: (_MANY, {"count": _MANY, "promoters": _MANY, "detractors": 0}),
    }


THEMES = tuple(Theme(words=tuple(f"anticonstitutionnellement{word}" for word in range(4)) * (number > 0), comments=_MANY, people=_MANY,
                     traces={"1": _MANY} if number % 2 else {}) for number in range(8))  # fmt: skip


def period(number: int, grain: Grain, **changes: object) -> Published:
    whole: dict[str, object] = {
        "begins": DAY - timedelta(weeks=13 * number), "grain": grain, "asked": 9 * _MANY, "answered": 8 * _MANY, "people": _MANY, "shown": True,
        "classes": tuple(classes()), "measures": measures(), "themes": THEMES,
    }  # fmt: skip
    return Published(**(whole | changes))  # type: ignore[arg-type]


def improvements() -> tuple[Improvement, ...]:
    noted = Improvement(
        id="i0", function="it", text=LONG[:LIMIT], due=DAY, noted_at=NOON - timedelta(days=90), by="bob", before=DAY - timedelta(weeks=26)
    )
    under_way = tuple(replace(noted, id=f"i{number}", due=DAY + timedelta(days=number)) for number in range(8))
    return (*under_way, *(replace(noted, id=f"d{number}", done_at=NOON, done=LONG[:LIMIT]) for number in range(3)))


def readings(grain: Grain) -> Iterator[Reading]:
    """All that may be read of a function: at its longest, with few people, with nobody, with nothing yet."""
    under_way = tuple(OpenPeriod(begins=DAY + timedelta(weeks=13 * number), grain=grain, asked=_MANY, answered=_MANY) for number in range(3))
    many = tuple(period(number, grain) for number in range(8))
    full = Reading(function="it", published=many, under_way=under_way, improvements=improvements(), comments=(LONG,) * 200)
    yield full
    yield replace(full, improvements=improvements()[8:], comments=())
    yield replace(full, published=(period(0, grain, themes=()), *many[1:]))
    for asked in (0, 12):
        hidden = period(0, grain, shown=False, classes=(), measures={}, themes=(), people=0, asked=asked, answered=asked // 3)
        yield Reading(function="it", published=(hidden, *many[1:]), under_way=under_way)
    silent = tuple(replace(each, solved={}, traces={}, promised=0, late=0) for each in classes())
    yield Reading(function="it", published=(period(0, grain, classes=silent, measures={}),))
    yield Reading(function="it", under_way=under_way)
    yield Reading(function="it")


def at(reading: Reading, language: Language, *, grants: frozenset[Grant] = ADMIN) -> Context:
    read = {function.slug: replace(reading, function=function.slug) for function in TWELVE.functions}
    return replace(context(language=language, catalogue=TWELVE), grants=grants, readings=read)


def replies(here: Context, events: list[Event]) -> list[tuple[Event, Reply]]:
    return [(event, reply) for event in events for reply in decide(None, event, here).replies]


# --- read ----------------------------------------------------------------------------------------------------------------------------------------


def test_every_card_of_traces(language: Language) -> None:
    begins = (None, (DAY - timedelta(weeks=13)).isoformat(), "2001-01-01")
    full, *others = readings("quarter")
    events: list[Event] = [taps(ShowTraces(slug="it", begins=each)) for each in begins]
    events += [taps(ShowTraces(slug="it", begins=DAY.isoformat(), by=dimension)) for dimension in DIMENSIONS]
    assert problems(replies(at(full, language), [*events, said("traces"), said("traces it", where=CHANNEL)])) == []
    assert problems(reply for reading in others for reply in replies(at(reading, language), events[:1])) == []
    assert problems(replies(at(full, language, grants=AUDITOR), events[:1])) == []


def test_every_card_of_themes(language: Language) -> None:
    full, *others = readings("quarter")
    events: list[Event] = [taps(ShowThemes(slug="it", begins=begins)) for begins in (None, "2001-01-01")]
    assert problems(replies(at(full, language), [*events, taps(ShowThemes(slug="it"), where=CHANNEL)])) == []
    assert problems(reply for reading in others for reply in replies(at(reading, language), events[:1])) == []


@pytest.mark.parametrize("grain", ["week", "month"])
def test_shorter_periods(language: Language, grain: Grain) -> None:
    events: list[Event] = [taps(ShowTraces(slug="it")), taps(ShowThemes(slug="it"))]
    assert problems(replies(at(next(readings(grain)), language), events)) == []


def test_a_long_table_is_among_them() -> None:
    assert all(len(VALUES[dimension]) > LINES for dimension in ("service", "department", "site"))


# --- done about it -------------------------------------------------------------------------------------------------------------------------------


def test_every_form_and_card_of_an_improvement(language: Language, where: Reference) -> None:
    note, end, over, gone = NoteImprovement(slug="it"), *(EndImprovement(improvement=name) for name in ("i0", "d0", "gone"))
    events: list[Event] = [asks_form(action, where=where) for action in (note, end, over, gone)]
    events += [submits(note, {"text": text, "due": due}, where=where) for text in ("", "x", LONG[:LIMIT], LONG) for due in ("", "quarter", "never")]
    events += [submits(end, {"done": done}, where=where) for done in ("", LONG[:LIMIT], LONG)]
    here = at(next(readings("month")), language)
    found = replies(here, events)
    assert {type(reply) for _, reply in found} == {Message, Form, FormErrors}
    assert problems(found) == []


# --- taken away ----------------------------------------------------------------------------------------------------------------------------------


def test_every_form_and_card_of_an_export(language: Language, where: Reference) -> None:
    right = {"function": "*", "form": "xlsx", "from": "2026-10-01", "to": "2026-10-31", "depth": "named", "reason": LONG[:400]}
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"function": "gone"},
        {"form": "pdf"},
        {"from": LONG[:20]},
        {"to": "2026-01-01"},
        {"depth": "all"},
        {"reason": "?"},
        {"reason": LONG[:1900]},
    )
    events: list[Event] = [said("export", where=where), asks_form(ExportFeedback(), where=where), submits(ExportFeedback(), {}, where=where)]
    events += [submits(ExportFeedback(), right | change, where=where) for change in (*wrong, {"depth": "protected"}, {"function": "it"})]
    for grants in (ADMIN, AUDITOR, OWNER):
        assert problems(replies(at(Reading(function="it"), language, grants=grants), events)) == []


def test_what_came_of_an_export(language: Language) -> None:
    t, sent = TEXTS[language], []
    for depth in DEPTHS:
        for form in FORMS:
            export = Export(id="x", person="alice", language=language, form=form, depth=depth, asked_at=NOON)
            name = f"pourqui-{depth}-2026-11-20.{form}"
            sent += [
                export_delivery.sent(t, export, attachment="k" * 32, name=name, responses=10**6, comments=number, at=NOON) for number in (0, 10**6)
            ]
            sent.append(export_delivery.failed(t, export, LONG))
    assert problems((said("?"), delivery.message) for delivery in sent) == []


# --- refused -------------------------------------------------------------------------------------------------------------------------------------


def test_every_refusal(language: Language, where: Reference) -> None:
    nothing, here = at(Reading(function="it"), language), at(next(readings("week")), language, grants=frozenset())
    events: list[Event] = [taps(ShowTraces(slug="it"), where=where), taps(ShowTraces(), where=where), taps(ShowThemes(slug="it"), where=where)]
    forms = (NoteImprovement(slug="it"), EndImprovement(improvement="i0"), ExportFeedback())
    events += [asks_form(action, where=where) for action in forms] + [submits(action, {}, where=where) for action in forms]
    assert problems(replies(here, events)) == []
    assert all(any(isinstance(fact, Refused) for fact in decide(None, event, here).facts) for event in events)
    gone: list[Event] = [taps(ShowTraces(slug="gone"), where=where), asks_form(NoteImprovement(slug="gone"), where=where)]
    assert problems(replies(nothing, gone)) == []


# --- said of the bot's own accord ----------------------------------------------------------------------------------------------------------------


def asked_apart(language: Language) -> Iterator[Delivery]:
    """A prompt, a reminder and a second look, about a question, and about none."""
    reader = prompt.Reader(t=TEXTS[language], timezone="Europe/Paris")
    for question in (LONG, ""):
        for occasion in Occasion:
            closing = answered(question=question, occasion=occasion)
            yield prompt.prompt(reader, FUNCTION, "alice", closing, NOON)
            yield prompt.reminder(reader, FUNCTION, "alice", closing, NOON)
            yield prompt.prompt(reader, FUNCTION, "alice", prompt.second_look(closing, NOON), NOON)


def weeks() -> Iterator[weekly.Week]:
    thanks = tuple(weekly.Thanks(comment=f"{number} {LONG}", name="Maëlys-Clémentine de La Rochefoucauld-Montbel") for number in range(3))
    yield weekly.Week(
        begins=DAY, asked=_MANY, answered=_MANY, gaps=_MANY, requests=_MANY, first_word=timedelta(days=9, minutes=7), thanks=thanks, fresh=True
    )
    yield weekly.Week(begins=DAY, requests=9, first_word=timedelta(minutes=7))
    yield weekly.Week(begins=DAY)


def in_short(language: Language) -> Iterator[Message]:
    """Weekly digests, with a picture and without one."""
    picture = Picture(attachment="k" * 32, alt=LONG)
    full, *others = readings("quarter")
    longest, *shorter = weeks()
    told = [*((full, week, picture) for week in (longest, *shorter)), (full, longest, None), *((reading, longest, None) for reading in others)]
    for reading, week, shown in told:
        yield weekly.weekly(TEXTS[language], TWELVE, FUNCTION, reading, week, DAY + timedelta(weeks=4), shown)


def warnings(language: Language) -> Iterator[Message]:
    grains: tuple[Grain, ...] = ("month", "quarter")
    for chance in (0.0001, 0.009):
        change = Change(before=4.9, after=1.1, asked_before=_MANY, asked_after=_MANY, p=chance)
        yield from (warning.told_of_fall(TEXTS[language], FUNCTION, warning.Fall(period=period(0, grain), change=change)) for grain in grains)
    for number in (1, _MANY):
        sheet = warning.Mentions(about="sheet", id="it_1", times=number, people=number, before=number, weeks=8.0)
        yield warning.told_of_jump(TEXTS[language], FUNCTION, sheet, SERVICES[1].title.to(language))
        yield warning.told_of_jump(TEXTS[language], FUNCTION, replace(sheet, about="gap", id="g" * 36), LONG[:150])


def test_what_is_asked_apart(language: Language) -> None:
    shown = list(asked_apart(language))
    assert {delivery.message.language for delivery in shown} == {language}
    assert problems((said("?"), delivery.message) for delivery in shown) == []


def test_the_week_in_short(language: Language) -> None:
    assert problems((said("?"), message) for message in in_short(language)) == []


def test_the_warnings(language: Language) -> None:
    assert problems((said("?"), message) for message in warnings(language)) == []
