"""Corrections: whoever said that an answer was wrong is told once it's mended."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid5

from dialogs.actions import Show
from dialogs.catalog import Catalogue, Language
from dialogs.delivery import Delivery, Kind
from dialogs.messages import Block, Button, Buttons, Message, Text, Title
from dialogs.sheet import badge
from dialogs.texts import Texts

CORRECTION: Final = "correction"  # the cause of such a delivery; the cause's id is the report's


def told(texts: Mapping[Language, Texts], catalogue: Catalogue, report: UUID, person: str, sheet: str, language: Language) -> Delivery:
    """Tell a person that what they reported about an answer was taken: `sheet` is the one that answers now."""
    t, found = texts[language], catalogue.sheet(sheet)
    blocks: list[Block] = [Title(text=t("You said it, it's mended"), badge=badge(found[0], language) if found else None)]
    if found is None:
        blocks.append(
            Text(text=t("An answer that you said was wrong, or missed something, has been corrected. Thank you: the next ones read better."))
        )
    else:
        title = found[1].title.to(language)
        blocks.append(
            Text(
                text=t(
                    "You said that “{title}” was wrong or missed something. It has been corrected. Thank you: the next ones read better.", title=title
                )
            )
        )
        blocks.append(Buttons(buttons=(Button(label=t("See the answer"), action=Show(id=sheet)),)))
    key = uuid5(report, CORRECTION)
    message = Message(language=language, blocks=tuple(blocks))
    return Delivery(key=key, kind=Kind.REPLY, cause_kind=CORRECTION, cause_id=str(report), to=person, message=message)
