"""What is gathered before deciding: nothing for a question, rights for a home, the newest catalogue for who edits it."""

import pytest

from dialogs.actions import AddPhrasing, Help, Home, IgnoreGap, ListContent, PublishProfile, Show, ShowGaps, WriteSheet
from dialogs.events import Event
from dialogs.needs import INTERVIEW, Needs, needs_of
from dialogs.turn import State
from tests.company import CATALOGUE
from tests.conversation import asks_form, opens_home, said, starts, submits, taps

NOTHING, RIGHTS, CONTENT, GAPS = Needs(), Needs(rights=True), Needs(rights=True, content=True), Needs(rights=True, content=True, gaps=True)
INTERVIEWED = State(dialog=INTERVIEW, version=1, kept={})


@pytest.mark.parametrize(
    ("event", "state", "needs"),
    [
        (said("mon portable est mort"), None, NOTHING),
        (said("pour les commerciaux"), INTERVIEWED, CONTENT),
        (said("lacunes"), INTERVIEWED, GAPS),
        (said("", private=True), None, RIGHTS),
        (said("aide"), None, RIGHTS),
        (said("contenu finance"), None, CONTENT),
        (opens_home(), None, RIGHTS),
        (starts(), None, NOTHING),
        (taps(Home()), None, RIGHTS),
        (taps(Help()), None, RIGHTS),
        (taps(Show(id="it_laptop")), None, NOTHING),
        (taps(ShowGaps()), None, GAPS),
        (taps(IgnoreGap(gap="g")), None, GAPS),
        (taps(ListContent()), None, CONTENT),
        (taps(PublishProfile(slug="it", base="")), None, CONTENT),
        (asks_form(WriteSheet(slug="it")), None, CONTENT),
        (asks_form(WriteSheet(slug="it", gap="g")), None, GAPS),
        (submits(AddPhrasing(gap="g", id="it_laptop"), {}), None, GAPS),
    ],
)
def test_an_event_needs(event: Event, state: State | None, needs: Needs) -> None:
    assert needs_of(event, state, CATALOGUE) == needs
