"""Themes: what people speak of, and what may be shown of it."""

from dataclasses import replace

from dialogs.facts import Refused
from dialogs.feedback_actions import ShowThemes, ShowTraces
from dialogs.messages import Place
from dialogs.rights import Act, Grant, Role
from dialogs.router import decide
from dialogs.scores import Reading, Theme
from dialogs.themes import SHOWN
from dialogs.turn import Turn
from tests.company import BOB
from tests.conversation import CHANNEL, taps
from tests.dialogs.published import left, of_service, week
from tests.dialogs.told import buttons, context, fact, message, words

OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
SLOW = Theme(words=("délai", "slow", "réponse"), comments=8, people=7, traces={"2": 5, "3": 5})
REST = Theme(words=(), comments=5, people=5, traces={})
LATEST = week(1, of_service(None, {"2": 12}), themes=(SLOW, REST))
SAID = ("⟨name⟩ was slow", "trois jours !")


def shown(*, comments: tuple[str, ...] = SAID, action: ShowThemes | None = None, grants: frozenset[Grant] = OWNER, empty: bool = False) -> Turn:
    reading = Reading(function="it", published=() if empty else (LATEST, left(0, five=8)), comments=comments)
    return decide(None, taps(action or ShowThemes(slug="it")), replace(context(BOB, language="en"), grants=grants, readings={"it": reading}))


def test_themes_are_shown_with_their_counts_and_mean_trace_then_comments() -> None:
    text = words(shown())
    assert "Published: week of 9 Nov 2026" in text
    assert "• délai, slow, réponse: 8 comments, mean trace 2.5 (n = 10)" in text
    assert "• Everything else: 5 comments\n" in text
    assert "• “⟨name⟩ was slow”" in text
    assert "• “trois jours !”" in text


def test_they_lead_back_to_the_traces_of_that_period() -> None:
    assert buttons(shown())["See the traces"].action == ShowTraces(slug="it", begins="2026-11-09")


def test_in_a_channel_they_are_shown_in_private() -> None:
    turn = decide(
        None, taps(ShowThemes(slug="it"), where=CHANNEL), replace(context(BOB, language="en"), grants=OWNER, readings={"it": Reading(function="it")})
    )
    assert message(turn).place is Place.PRIVATE


def test_a_period_without_themes_says_so_and_one_with_few_comments_too() -> None:
    first = words(shown(action=ShowThemes(slug="it", begins="2026-11-02")))
    assert "Published: week of 2 Nov 2026" in first
    assert "No 5 people speak of the same thing, so there's no theme to show." in first
    few = words(shown(comments=(), action=ShowThemes(slug="it", begins="2026-11-02")))
    assert "Comments are shown from 10 people on who wrote one; this period has fewer." in few


def test_a_period_under_the_floor_shows_nothing() -> None:
    reading = Reading(function="it", published=(week(2, shown=False),), comments=())
    text = words(decide(None, taps(ShowThemes(slug="it")), replace(context(BOB, language="en"), grants=OWNER, readings={"it": reading})))
    assert "Fewer than 5 people responded in this period." in text
    assert "Comments" not in text


def test_before_anything_is_published_that_is_said() -> None:
    turn = shown(empty=True)
    assert "Nothing of that is published yet" in words(turn)
    assert buttons(turn)["See the traces"].action == ShowTraces(slug="it")
    assert "Nothing of that is published yet" in words(shown(action=ShowThemes(slug="it", begins="2020-01-06")))
    unread = decide(None, taps(ShowThemes(slug="it")), replace(context(BOB, language="en"), grants=OWNER))
    assert "Nothing of that is published yet" in words(unread)


def test_a_long_list_is_cut_and_says_where_the_rest_is() -> None:
    text = words(shown(comments=tuple(f"comment {number}" for number in range(SHOWN + 3))))
    assert f"comment {SHOWN - 1}" in text
    assert f"comment {SHOWN}”" not in text
    assert "3 more are in the export." in text


def test_who_may_not_read_them_is_refused() -> None:
    assert fact(shown(grants=frozenset())) == Refused(act=Act.READ_TRACES, function="it")
    assert "This is no longer in the catalogue" in words(shown(action=ShowThemes(slug="gone")))
