"""Pages of the directory as a campaign takes them in: who of each enters, and where they can be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.campaign_planning import Planning
from dialogs.audience import left_out
from dialogs.events import Reference
from storage import Session, addressees, members
from storage.chunks import Chunk
from storage.members import Entering
from storage.reach import reach_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Who of a page of the directory enters, where they can be reached, and the page's last person, None where nobody follows."""

    entering: tuple[Entering, ...]
    places: Mapping[str, Reference]
    last: str | None


def page_of(session: Session, planning: Planning, chunk: Chunk, people: int) -> Page:
    """Return a chunk's next page; `people` is how many the audience has, for its waves."""
    found = addressees.page(session, planning.asked, chunk.cursor, upto=chunk.upto)
    entering = tuple(one for each in found if (one := planning.enters(each, people)) is not None)
    return Page(entering=entering, places=_places(session, entering), last=found[-1].id if found else None)


def newcomers(session: Session, name: str, planning: Planning, after: str) -> Page:
    """Return the next page after a person's id of which anybody enters who hasn't entered: at once, whatever the waves."""
    while found := addressees.page(session, planning.asked, after):
        after = found[-1].id
        new = members.strangers(session, name, [each.id for each in found])
        entering = tuple(one for each in found if each.id in new and (one := planning.enters(each, 0)) is not None)
        if entering:
            return Page(entering=entering, places=_places(session, entering), last=after)
    return Page(entering=(), places={}, last=None)


def _places(session: Session, entering: Sequence[Entering]) -> Mapping[str, Reference]:
    return reach_between(session, entering[0].person, entering[-1].person) if entering else {}


def audience_of(session: Session, planning: Planning) -> int:
    """Return how many people the audience has: one pass over the directory."""
    audience = planning.campaign.audience
    return sum(left_out(audience, one) is None for page in addressees.pages(session, planning.asked) for one in page)
