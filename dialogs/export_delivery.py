"""What somebody who asked for an export is sent: the file, or why there's none."""

from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID, uuid5

from dialogs.delivery import Delivery, Kind
from dialogs.export import EXPORT, Export
from dialogs.feedback_actions import ExportFeedback
from dialogs.messages import Block, Button, Buttons, File, Message, Note, Text, Title
from dialogs.texts import Texts

KEPT: Final = timedelta(days=3)  # how long a file waits to be sent, and to be taken
_NAMESPACE: Final = UUID("b0d7a2c6-7f0e-5b5a-9a35-4a9d0e6a51f7")


def sent(t: Texts, export: Export, *, attachment: str, name: str, responses: int, comments: int, at: datetime) -> Delivery:
    """Send the file that was kept as an attachment."""
    counted = t.many("{number} response", "{number} responses", responses)
    if comments:
        counted = t("{responses}, {comments}", responses=counted, comments=t.many("{number} comment", "{number} comments", comments))
    blocks = (
        Title(text=t("Your export is ready")),
        Text(text=counted),
        File(attachment=attachment, name=name),
        Note(text=_care(t, export)),
    )
    return _delivery(t, export, blocks, deadline=at + KEPT)


def failed(t: Texts, export: Export, why: str) -> Delivery:
    """Say why there's no file, and let them ask again."""
    again = Button(label=t("Ask for another export"), action=ExportFeedback())
    return _delivery(t, export, (Title(text=t("I couldn't make your export")), Text(text=why), Buttons(buttons=(again,))))


def _care(t: Texts, export: Export) -> str:
    match export.depth:
        case "protected":
            return t("Every group holds at least five people: please don't try to tell who is who. The dictionary says what each column means.")
        case "full" | "named":
            return t("These are people's responses, given in confidence: keep the file to yourself, and delete it once you're done.")
        case _:
            assert_never(export.depth)


def _delivery(t: Texts, export: Export, blocks: tuple[Block, ...], deadline: datetime | None = None) -> Delivery:
    return Delivery(
        key=uuid5(_NAMESPACE, export.id),
        kind=Kind.REPLY,
        cause_kind=EXPORT,
        cause_id=export.id,
        to=export.person,
        message=Message(language=t.language, blocks=blocks),
        deadline=deadline,
        urgent=True,
    )
