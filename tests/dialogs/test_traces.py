"""The card of traces: what an owner reads of their function."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dialogs.events import Event
from dialogs.facts import Refused
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowThemes, ShowTraces
from dialogs.improvement import Improvement
from dialogs.measures import index, score, sums
from dialogs.messages import Items, Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.scores import AnonymityClass, Dimension, OpenPeriod, Published, Reading
from dialogs.traces import LINES, value_name
from dialogs.turn import Context, Turn
from tests.company import BOB, IT, NOON
from tests.conversation import CHANNEL, said, taps
from tests.dialogs.told import TEXTS, buttons, context, lines, message, words

OCTOBER, SEPTEMBER = date(2026, 9, 28), date(2026, 8, 31)
OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
EXPERT = frozenset({Grant(role=Role.EXPERT, function="it")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
T = TEXTS["en"]


def a_class(told: Mapping[Dimension, str], number: int = 10, **more: Any) -> AnonymityClass:
    blank: dict[str, Any] = {"solved": {"yes": number - 2, "no": 2}, "traces": {"4": number - 3, "2": 3}, "promised": 0, "late": 0}
    return AnonymityClass(id=str(told), told=told, people=number, answered=number, **blank | more)


def october(*classes: AnonymityClass, **more: Any) -> Published:
    blank: dict[str, Any] = {"begins": OCTOBER, "grain": "month", "asked": 80, "answered": 20, "people": 18, "shown": True}
    return Published(**blank | {"classes": classes or (a_class({"service": "it_laptop"}), a_class({"site": "Lyon"}))} | more)


def reads(*published: Published, grants: frozenset[Grant] = OWNER, **more: Any) -> Context:
    reading = Reading(function="it", published=published, **more)
    return replace(context(BOB, language="en"), grants=grants, readings={"it": reading})


def shown(at: Context, event: Event | None = None, **action: Any) -> Turn:
    return decide(None, event or taps(ShowTraces(**{"slug": "it"} | action)), at)


def test_a_period_is_read_with_its_n_and_its_interval() -> None:
    measures = {
        "traces": (18, {"2": 6, "4": 14}),
        "unsolved": (5, {"count": 6, "sum": 15}),
        "effort": (8, {"count": 8, "sum": 32}),
    }
    classes = (a_class({"service": "it_laptop"}, promised=8, late=2), a_class({}))
    turn = shown(reads(october(*classes, measures=measures)))
    said_ = words(turn)
    assert "[IT · Information Technology] What trace we leave" in said_
    for line in (
        "October 2026",
        "Responses: 20 of 80 (25%)",
        "Satisfied: 70% (between 48% and 85%, n = 20)",
        "Trace: 3.4 of 5",
        "Solved: 80% (n = 20)",
        "Trace of what wasn't solved: 2.5 of 5 (n = 6)",
        "Promise kept: 75% (n = 8)",
        "Services: 78 of 100",
        "Experience: 50 of 100",
        "Traces: 6 × 2 · 14 × 4",
    ):
        assert line in said_.splitlines(), line
    assert "Posture" not in said_
    assert buttons(turn)["By service"].action == ShowTraces(slug="it", begins="2026-09-28", by="service")
    assert buttons(turn)["What people speak of"].action == ShowThemes(slug="it", begins="2026-09-28")
    assert buttons(turn)["Note an improvement"].action == NoteImprovement(slug="it")
    assert message(turn).place is Place.HERE


def test_by_one_dimension_what_isnt_told_apart_is_a_line_of_its_own() -> None:
    turn = shown(reads(october()), by="service", begins="2026-09-28")
    assert "• Replace a laptop · 3.4 of 5 · 70% (between 40% and 89%, n = 10)" in words(turn)
    assert "• Not told apart · 3.4 of 5 · 70% (between 40% and 89%, n = 10)" in words(turn)
    assert "Not told apart: fewer than 5 people would be left." in words(turn)
    assert "By site" in buttons(turn)
    assert "By service" not in buttons(turn)
    assert message(turn).place is Place.UPDATE


def test_a_long_table_is_cut_and_says_so() -> None:
    many = [a_class({"department": f"d{number:02}"}, traces={}) for number in range(LINES + 1)]
    turn = shown(reads(october(*many)), by="department")
    assert words(turn).count("10 responses, no trace") == LINES
    assert "1 more line is in the export." in words(turn)
    assert "Not told apart" not in words(turn)
    assert "Satisfied" not in words(turn)
    nobody = october(a_class({}, solved={}, traces={}))
    assert "Solved" not in words(shown(reads(nobody)))


@pytest.mark.parametrize(
    ("dimension", "value", "name"),
    [
        ("service", "it_laptop", "Replace a laptop"),
        ("service", "it_gone", "it_gone"),
        ("department", "answer", "answer"),
        ("site", "Lyon", "Lyon"),
        ("platform", "teams", "Teams"),
        ("channel", "outside", "outside pourqui"),
        ("occasion", "answer", "the bot's answers"),
        ("occasion", "new", "new"),
        ("channel", None, "Not told apart"),
    ],
)
def test_values_have_names(dimension: Dimension, value: str | None, name: str) -> None:
    assert value_name(T, IT, dimension, value) == name


def test_a_service_of_a_function_that_is_gone_is_called_by_its_id() -> None:
    assert value_name(T, None, "service", "it_laptop") == "it_laptop"


@pytest.mark.parametrize("dimension", ["service", "department", "site", "platform", "channel", "occasion"])
def test_each_dimension_has_a_table(dimension: Dimension) -> None:
    turn = shown(reads(october(a_class({dimension: "x"}))), by=dimension)
    assert f"By {dimension}" in words(turn)


def test_former_periods_are_a_trend_and_a_way_back() -> None:
    former = october(a_class({}), begins=SEPTEMBER)
    turn = shown(reads(october(), former, october(begins=date(2026, 8, 3), shown=False, classes=())))
    assert "• September 2026 · 3.4 of 5" in words(turn)
    assert "August" not in words(turn)
    assert buttons(turn)["The period before"].action == ShowTraces(slug="it", begins="2026-08-31")
    back = shown(reads(october(), former), begins="2026-08-31")
    assert words(back).splitlines()[1] == "September 2026"
    assert buttons(back)["The period after"].action == ShowTraces(slug="it", begins="2026-09-28")
    assert "The period before" not in buttons(back)


def test_a_period_that_isnt_there_is_said_and_the_latest_shown() -> None:
    turn = shown(reads(october()), begins="yesterday")
    assert "I have no scores of that period: here is the latest one." in words(turn)
    assert "October 2026" in words(turn)


def test_under_five_people_the_reason_is_told_and_no_score() -> None:
    hidden = october(shown=False, classes=(), answered=4)
    turn = shown(reads(hidden))
    assert "Responses: 4 of 80 (5%)" in words(turn)
    assert "Fewer than 5 people responded, so no score is shown" in words(turn)
    assert "Trace" not in words(turn).replace("What trace we leave", "")
    assert "Responses" not in words(shown(reads(replace(hidden, asked=0, answered=0))))


def test_what_is_under_way_shows_n_and_the_rate_and_when_it_comes() -> None:
    turn = shown(reads(under_way=(OpenPeriod(begins=OCTOBER, grain="month", asked=40, answered=10),)))
    assert "Nothing is published yet. A period's scores come out once it's over" in words(turn)
    assert "• October 2026 · 10 of 40 (25%)" in words(turn)
    assert "Scores of October 2026: from 9 Nov 2026 on." in words(turn)
    assert "What people speak of" not in buttons(turn)


def test_where_nobody_was_asked_it_says_where_scores_come_from() -> None:
    assert "Each answer, and each request that is closed, asks in one tap" in words(shown(reads()))
    other = replace(context(BOB, language="en"), grants=OWNER)
    assert "Nothing is published yet." in words(shown(other))
    empty = october(shown=False, classes=(), asked=0, answered=0)
    assert "nobody was asked" in words(shown(reads(under_way=(OpenPeriod(begins=empty.begins, grain="month", asked=0, answered=0),))))


def test_improvements_show_what_they_changed() -> None:
    first = Improvement(id="i1", function="it", text="call back within a day", due=date(2026, 12, 1), noted_at=NOON - timedelta(days=60), by="bob")
    done = replace(first, id="i2", before=SEPTEMBER, done_at=NOON, done="we call back")
    former = october(a_class({}, 60, traces={"3": 60, "4": 1}), begins=SEPTEMBER)
    latest = october(a_class({}, 60, traces={"4": 30, "5": 30}))
    turn = shown(reads(latest, former, improvements=(first, done)))
    assert lines(turn) == ["call back within a day"]
    (items,) = [block for block in message(turn).blocks if isinstance(block, Items)]
    assert (items.items[0].action, items.items[0].detail) == (EndImprovement(improvement="i1"), "by 1 Dec 2026")
    assert "• we call back · done · trace 3.0 → 4.5" in words(turn)
    chance = replace(done, done=None)
    barely = reads(
        october(a_class({}, traces={"3": 4, "4": 5})), october(a_class({}, traces={"3": 5, "4": 5}), begins=SEPTEMBER), improvements=(chance,)
    )
    assert "• call back within a day · done · trace 3.5 → 3.6, which may be chance" in words(shown(barely))
    assert lines(shown(reads(latest, improvements=(first,)))) == ["call back within a day"]
    assert "Done" not in words(shown(replace(reads(latest, improvements=(first,)), grants=EXPERT)))
    assert lines(shown(replace(reads(latest, improvements=(first,)), grants=EXPERT))) == []


def test_who_reads_several_functions_chooses() -> None:
    turn = decide(None, said("traces"), reads(october(), grants=ADMIN))
    assert lines(turn) == ["IT · Information Technology", "Finance"]
    assert "3.4 of 5" in words(turn)
    assert "nothing published yet" in words(turn)
    assert buttons(shown(reads(october(), grants=ADMIN)))["Other functions"].action == ShowTraces()


def test_who_reads_one_function_sees_it_at_once_and_in_private() -> None:
    turn = decide(None, said("traces", where=CHANNEL), reads(october()))
    assert "October 2026" in words(turn)
    assert message(turn).place is Place.PRIVATE


def test_who_may_not_is_refused() -> None:
    nobody = reads(october(), grants=frozenset())
    for action in (ShowTraces(), ShowTraces(slug="it")):
        turn = decide(None, taps(action), nobody)
        assert turn.facts == (Refused(act=Act.READ_TRACES, function=action.slug),)
    assert "This is no longer in the catalogue." in words(shown(nobody, slug="gone"))


def test_longer_periods_add_up_what_was_published_and_say_how_much() -> None:
    hidden = october(begins=SEPTEMBER, shown=False, classes=(), asked=6, answered=2)
    weeks = [october(a_class({}), begins=date(2026, 10, 5), grain="week"), october(a_class({}), begins=date(2026, 10, 12), grain="week")]
    found = sums([*weeks, hidden], "quarter")
    assert [(each.begins, each.grain, each.parts, each.told, each.asked, len(each.classes)) for each in found] == [
        (OCTOBER, "quarter", 2, 2, 160, 2),
        (date(2026, 6, 29), "quarter", 1, 0, 6, 0),
    ]
    assert [(each.begins, each.grain) for each in sums(weeks, "week")] == [(week.begins, "week") for week in reversed(weeks)]
    assert score(found[0].classes).answered == 20


def test_the_pillars_are_made_of_what_is_published() -> None:
    measures = {
        "effort": (9, {"count": 9, "sum": 45}),
        "lost_time": (20, {"none+under_hour": 15, "day": 5}),
        "recommendation": (9, {"count": 10, "promoters": 6, "detractors": 1}),
        "reason": (20, {"clear": 6, "fast": 9, "unclear": 5}),
        "reliability": (9, {"count": 9, "sum": 36}),
        "empathy": (9, {"count": 9, "sum": 18}),
    }
    found = index(october(a_class({}, solved={"yes": 6, "partly": 2, "no": 2}, promised=10, late=1), measures=measures))
    assert found["services"] == pytest.approx(100 * (0.7 + 0.9) / 2)
    assert found["experience"] == pytest.approx(100 * (4 / 6 + 15 / 20) / 2)
    assert found["communication"] == pytest.approx(100 * (0.75 + 6 / 11) / 2)
    assert found["posture"] == pytest.approx(50)
    card = words(shown(reads(october(measures=measures))))
    assert "Communication: 65 of 100" in card
    assert "Posture: 50 of 100" in card


@pytest.mark.parametrize("reasons", [{"clear+fast": 9, "unclear": 5}, {"clear": 9, "slow+unclear": 5}, {"fast": 9, "slow": 5}])
def test_reasons_that_were_put_together_with_others_say_nothing_of_clarity(reasons: Mapping[str, int]) -> None:
    assert "communication" not in index(october(measures={"reason": (14, reasons)}))


def test_what_was_asked_besides_is_told_each_with_its_n() -> None:
    measures = {
        "effort": (9, {"count": 9, "sum": 45}),
        "recommendation": (9, {"count": 10, "promoters": 6, "detractors": 1}),
        "empathy": (9, {"count": 9, "sum": 18}),
        "gap": (9, {"count": 10, "sum": 5}),
        "first_word": (20, {"hour": 12, "three_days+more": 8}),
        "lost_time": (20, {"none+under_hour": 15, "day": 5}),
        "reason": (20, {"clear": 6, "fast": 9}),
        "elsewhere": (20, {"no": 20}),
    }
    said_ = words(shown(reads(october(measures=measures))))
    for line in (
        "• How easy it was: 5.0 of 7 (n = 9)",
        "• Recommendation (NPS, from -100 to 100): +50 (n = 10)",
        "• Empathy: 2.0 of 5 (n = 9)",
        "• Against what was expected: +0.5 (n = 10)",
        "• A human's first word: within an hour 12 · within three days or later 8",
        "• Why: It was clear 6 · It was fast 9",
        "• Time lost: No time or Less than an hour 15 · A day 5",
        "• Help sought elsewhere: No, nowhere else 20",
    ):
        assert line in said_.splitlines(), line
    worse = words(shown(reads(october(measures={"gap": (9, {"count": 10, "sum": -5})}))))
    assert "Against what was expected: -0.5 (n = 10)" in worse
    assert "How easy it was" not in words(shown(reads(october(measures=measures)), by="service"))
