"""The digest: what waits for a function, in a few lines."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from dialogs.actions import ShowGap, ShowGaps, WriteSheet
from dialogs.correction import told
from dialogs.delivery import Kind
from dialogs.digest import DIGEST, SHOWN, digest, planned
from dialogs.gap import Gap, GapKind, GapQuestion
from dialogs.messages import Buttons, Items, Message, plain_text
from dialogs.request_actions import ListRequests
from tests.company import CATALOGUE, IT, LAPTOP, NOON
from tests.dialogs.told import TEXTS

TODAY = date(2026, 11, 23)
FIRST = UUID(int=1)
FRESH = replace(IT, services=tuple(replace(each, review_by=None) for each in IT.services), entries=())


def gap(number: int, kind: GapKind = "unanswered") -> Gap:
    asked = GapQuestion(text=f"question {number}", language="fr", kind=kind, asked_at=NOON - timedelta(days=number))
    return Gap(id=f"g{number}", function="it", questions=(asked,), count=10 - number, kinds=((kind, 10 - number),))


def said(message: Message | None) -> str:
    assert message is not None
    return plain_text(message).replace("\N{NO-BREAK SPACE}", " ")


def test_nothing_is_sent_where_nothing_waits() -> None:
    assert digest(TEXTS["fr"], FRESH, (), 0, TODAY) is None


def test_it_says_what_waits_the_corrections_apart_from_what_found_nothing() -> None:
    message = digest(TEXTS["en"], FRESH, (gap(1), gap(2, "wrong")), 2, TODAY)
    text = said(message)
    assert text.startswith("[IT · Information Technology] What waits for you today\n2 requests aren't closed yet.")
    assert text.index("What people say is wrong or missing") < text.index("question 2") < text.index("Questions left without an answer")
    assert "question 1" in text
    assert message is not None
    actions = [button.action for block in message.blocks if isinstance(block, Buttons) for button in block.buttons if hasattr(button, "action")]
    opened = [item.action for block in message.blocks if isinstance(block, Items) for item in block.items]
    assert actions == [ListRequests(slug="it")]
    assert opened == [ShowGap(gap="g2"), ShowGap(gap="g1")]


def test_long_lists_are_cut_with_the_way_to_the_rest() -> None:
    message = digest(TEXTS["en"], FRESH, tuple(gap(number) for number in range(SHOWN + 2)), 0, TODAY)
    assert "question 2" in said(message)
    assert "question 3" not in said(message)
    assert message is not None
    (more,) = [button for block in message.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert (more.label, getattr(more, "action", None)) == ("and 2 more", ShowGaps(slug="it"))


def test_answers_past_their_review_are_listed_for_correction_the_longest_overdue_first() -> None:
    late = tuple(replace(LAPTOP, id=f"s{days}", review_by=TODAY - timedelta(days=days)) for days in range(1, SHOWN + 2))
    message = digest(TEXTS["en"], replace(FRESH, services=late), (), 0, TODAY)
    assert message is not None
    items = [item for block in message.blocks if isinstance(block, Items) for item in block.items]
    assert [item.action for item in items] == [WriteSheet(slug="it", id=f"s{days}") for days in (4, 3, 2)]
    assert items[0].detail == "review due on 19 Nov 2026"
    assert "and 1 more" in said(message)


def test_what_is_all_there_has_no_rest() -> None:
    late = replace(LAPTOP, review_by=TODAY - timedelta(days=1))
    assert "more]" not in said(digest(TEXTS["en"], replace(FRESH, services=(late,)), (), 0, TODAY))


def test_there_is_one_digest_a_function_and_day() -> None:
    message = digest(TEXTS["fr"], IT, (gap(1),), 0, TODAY)
    assert message is not None
    first, again = (planned(CATALOGUE, "it", "bob", message, TODAY) for _ in range(2))
    assert first is not None
    assert first == again
    assert (first.kind, first.cause_kind, first.cause_id, first.urgent) == (Kind.DIGEST, DIGEST, "it", False)
    tomorrow, finance = planned(CATALOGUE, "it", "bob", message, TODAY + timedelta(days=1)), planned(CATALOGUE, "finance", "bob", message, TODAY)
    assert tomorrow is not None
    assert finance is not None
    assert len({first.key, tomorrow.key, finance.key}) == 3
    assert planned(CATALOGUE, "wellness", "bob", message, TODAY) is None


def test_whoever_said_that_an_answer_was_wrong_hears_that_it_is_mended() -> None:
    delivery = told(TEXTS, CATALOGUE, FIRST, "alice", "it_laptop", "en")
    text = said(delivery.message)
    assert text.startswith("[IT · Information Technology] You said it, it's mended")
    assert LAPTOP.title.to("en") in text
    assert "[See the answer]" in text
    assert (delivery.to, delivery.kind, delivery.urgent) == ("alice", Kind.REPLY, False)
    assert delivery == told(TEXTS, CATALOGUE, FIRST, "alice", "it_laptop", "en")


def test_a_correction_is_told_although_its_answer_is_gone_since() -> None:
    assert said(told(TEXTS, CATALOGUE, FIRST, "alice", "gone", "fr").message).startswith("Vous l’avez dit, c’est corrigé")
