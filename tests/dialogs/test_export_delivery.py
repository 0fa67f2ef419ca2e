"""What somebody who asked for an export is sent."""

from dataclasses import replace

from dialogs.delivery import Kind
from dialogs.export import Export
from dialogs.export_delivery import KEPT, failed, sent
from dialogs.feedback_actions import ExportFeedback
from dialogs.messages import Buttons, File, plain_text
from tests.company import NOON
from tests.dialogs.told import TEXTS

EXPORT = Export(id="x1", person="malik", language="en", form="csv", depth="protected", asked_at=NOON)


def test_the_file_is_sent_with_what_it_holds_and_what_to_take_care_of() -> None:
    delivery = sent(TEXTS["en"], EXPORT, attachment="k", name="a.zip", responses=1200, comments=1, at=NOON)
    assert (delivery.kind, delivery.cause_kind, delivery.cause_id, delivery.to, delivery.urgent) == (Kind.REPLY, "export", "x1", "malik", True)
    assert delivery.deadline == NOON + KEPT
    assert File(attachment="k", name="a.zip") in delivery.message.blocks
    text = plain_text(delivery.message)
    assert "1,200 responses, 1 comment" in text
    assert "at least five people" in text


def test_every_response_is_to_be_kept_to_oneself() -> None:
    delivery = sent(TEXTS["en"], replace(EXPORT, depth="full"), attachment="k", name="a.zip", responses=1, comments=0, at=NOON)
    text = plain_text(delivery.message)
    assert "1 response\n" in text
    assert "given in confidence" in text


def test_a_failure_says_why_and_lets_them_ask_again() -> None:
    delivery = failed(TEXTS["en"], EXPORT, "Nothing yet.")
    assert delivery.key == sent(TEXTS["en"], EXPORT, attachment="k", name="a", responses=1, comments=0, at=NOON).key
    assert "Nothing yet." in plain_text(delivery.message)
    (row,) = [block for block in delivery.message.blocks if isinstance(block, Buttons)]
    assert row.buttons[0].action == ExportFeedback()  # type: ignore[union-attr]
