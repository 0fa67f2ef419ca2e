"""The weekly digest of a function, in its words."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from dialogs.actions import ShowGaps
from dialogs.delivery import Kind
from dialogs.feedback_actions import EndImprovement, NoteImprovement, ShowTraces
from dialogs.improvement import Improvement
from dialogs.messages import Button, Buttons, Items, Message, Picture, plain_text
from dialogs.scores import Published, Reading
from dialogs.weekly import SHOWN, WEEKLY, Thanks, Week, has_news, planned, services, weekly
from tests.company import CATALOGUE, IT
from tests.dialogs.published import NOVEMBER, left, of_service, week
from tests.dialogs.told import TEXTS

TODAY = NOVEMBER + timedelta(weeks=3)
QUIET = Week(begins=TODAY - timedelta(weeks=1))
LATEST = week(1, of_service("it_laptop", {"4": 3, "5": 5}, 1), of_service("it_tablet", {"2": 4, "3": 2}, 2), of_service(None, {"5": 6}, 3))
READING = Reading(function="it", published=(LATEST, left(0, four=8)))
NOTED = Improvement(
    id="i1", function="it", text="Call back", due=date(2026, 11, 20), noted_at=datetime(2026, 11, 6, 9, tzinfo=UTC), by="bob", before=NOVEMBER
)


def said(message: Message) -> str:
    return plain_text(message).replace("\N{NO-BREAK SPACE}", " ")


def digest(reading: Reading = READING, of: Week = QUIET, picture: Picture | None = None) -> Message:
    return weekly(TEXTS["en"], CATALOGUE, IT, reading, of, TODAY, picture)


def actions(message: Message) -> list[object]:
    rows = [block for block in message.blocks if isinstance(block, Buttons)]
    return [button.action for row in rows for button in row.buttons if isinstance(button, Button)]


def test_it_says_what_trace_is_left_with_how_many_and_how_sure() -> None:
    text = said(digest())
    assert text.startswith("[IT · Information Technology] Your week, in short\nThe trace you leave, week of 9 Nov 2026")
    assert "Mean trace, out of 5: 4.0 (n = 20)" in text
    assert "4s and 5s: 70% of 20 (between 48% and 85%)" in text
    assert "Best trace: Replace a laptop: 4.6 (n = 8)" in text
    assert "To look at: Field tablet: 2.3 (n = 6)" in text


def test_services_are_compared_only_where_two_are_told() -> None:
    alone = week(1, of_service("it_laptop", {"4": 3, "5": 5}, 1), of_service(None, {"1": 9}, 2))
    assert "Best trace" not in said(digest(replace(READING, published=(alone,))))
    assert services(alone) == (("it_laptop", 4.625, 8),)
    assert services(week(1, of_service("it_laptop", {"4": 4}), of_service("it_tablet", {}, 2))) == ()


def test_a_service_that_left_the_catalogue_keeps_its_id() -> None:
    gone = week(1, of_service("it_laptop", {"5": 8}, 1), of_service("it_gone", {"2": 6}, 2))
    assert "To look at: it_gone: 2.0 (n = 6)" in said(digest(replace(READING, published=(gone,))))


def test_without_anything_published_it_says_what_came() -> None:
    none: tuple[tuple[Published, ...], ...] = ((), (week(1, shown=False),), (week(1, of_service(None, {})),))
    for published in none:
        assert "trace you leave" not in said(digest(Reading(function="it", published=published)))


def test_it_says_what_came_last_week() -> None:
    busy = replace(QUIET, asked=40, answered=10, gaps=3, requests=6, first_word=timedelta(minutes=42))
    message = digest(of=busy)
    text = said(message)
    assert "The week of 16 Nov 2026" in text
    assert "Responses: 10 of 40 so far (25%)" in text
    assert "Until a human answered: 42 minutes (median of 6 requests)" in text
    assert "Questions without an answer: 3" in text
    assert actions(message) == [ShowTraces(slug="it"), ShowGaps(slug="it"), NoteImprovement(slug="it")]
    assert "Until a human answered: 2.5 hours" in said(digest(of=replace(busy, first_word=timedelta(minutes=150))))


def test_a_week_in_which_nothing_came_isnt_spoken_of() -> None:
    message = digest()
    assert "The week of" not in said(message)
    assert actions(message) == [ShowTraces(slug="it"), NoteImprovement(slug="it")]


def test_thanks_are_said_by_name_where_their_author_agreed() -> None:
    thanks = (Thanks(comment="⟨name⟩ was so\nkind"), Thanks(comment="Merci !", name="Alice Martin"))
    text = said(digest(of=replace(QUIET, thanks=thanks)))
    assert "Thank you, they say\n• “⟨name⟩ was so kind”\n• “Merci !”, Alice Martin" in text


def test_it_says_what_was_promised_and_what_it_changed() -> None:
    later = replace(NOTED, id="i2", text="Write it down", due=date(2026, 12, 20))
    over = replace(NOTED, id="i3", done_at=NOTED.noted_at, done="it was done")
    message = digest(replace(READING, improvements=(later, over, NOTED)))
    (items,) = [block.items for block in message.blocks if isinstance(block, Items)]
    assert [(item.title, item.action) for item in items] == [
        ("“Call back”, by 20 Nov 2026", EndImprovement(improvement="i1")),
        ("“Write it down”, by 20 Dec 2026", EndImprovement(improvement="i2")),
    ]
    assert items[0].detail == "that day has gone by: say what was done, or note what comes next · since: trace 4.0 → 4.0 (too little to tell)"
    assert items[1].detail == "since: trace 4.0 → 4.0 (too little to tell)"
    nothing_yet = digest(Reading(function="it", improvements=(later,)))
    assert [item.detail for block in nothing_yet.blocks if isinstance(block, Items) for item in block.items] == [None]


def test_many_promises_are_cut_the_first_due_stay() -> None:
    many = tuple(replace(NOTED, id=f"i{number}", text=f"promise {number}", due=TODAY + timedelta(days=number)) for number in range(SHOWN + 2, 0, -1))
    text = said(digest(replace(READING, improvements=many)))
    assert f"promise {SHOWN}”" in text
    assert f"promise {SHOWN + 1}”" not in text


def test_a_picture_stands_below_what_is_published() -> None:
    message = digest(picture=Picture(attachment="k1", alt="Bar chart"))
    assert [type(block).__name__ for block in message.blocks][:4] == ["Title", "Text", "Fields", "Picture"]


def test_where_there_is_nothing_new_no_digest_is_sent() -> None:
    assert not has_news(READING, QUIET)
    assert not has_news(replace(READING, improvements=(replace(NOTED, done="done"),)), QUIET)
    assert has_news(replace(READING, improvements=(NOTED,)), QUIET)
    for busy in (replace(QUIET, fresh=True), replace(QUIET, asked=5), replace(QUIET, gaps=1), replace(QUIET, first_word=timedelta(0))):
        assert has_news(READING, busy)


def test_there_is_one_a_function_and_week() -> None:
    message = digest()
    first, again = planned(IT, "bob", message, QUIET), planned(IT, "carol", message, QUIET)
    assert first.key == again.key
    assert (first.kind, first.cause_kind, first.cause_id) == (Kind.DIGEST, WEEKLY, "it")
    assert planned(IT, "bob", message, replace(QUIET, begins=TODAY)).key != first.key
