"""Those who write for a function, in a test's words: as who they are, what they open, what they publish."""

from dataclasses import replace

from dialogs.actions import WriteSheet
from dialogs.catalog import Catalogue, Language, Sheet
from dialogs.events import Event
from dialogs.facts import CatalogueEdited
from dialogs.gap import Gap
from dialogs.messages import Choice, Form, FormErrors, Input
from dialogs.people import Person
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.turn import Context, Turn
from tests.company import CATALOGUE
from tests.conversation import asks_form, submits
from tests.dialogs.told import context

MALIK = Person(id="malik", name="Malik Benali", email="malik.benali@vaubert.example", linked=True, greeted=True)
OWNER = frozenset({Grant(role=Role.OWNER, function="it")})
AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="it")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
VPN = {
    "title_en": "How do I start the VPN?",
    "body_en": "From the icon near the clock.",
    "phrasings_en": "vpn\n\nwork from home network ",
    "audience": "all",
}


def as_(
    grants: frozenset[Grant], *, language: Language = "en", catalogue: Catalogue = CATALOGUE, gaps: tuple[Gap, ...] = (), person: Person = MALIK
) -> Context:
    return replace(context(person, language=language, catalogue=catalogue), grants=grants, gaps=gaps)


def opened(event: Event, at: Context) -> Form:
    (reply,) = decide(None, event, at).replies
    assert isinstance(reply, Form)
    return reply


def shown(form: Form) -> dict[str, str]:
    """Return what a form holds, as its submission gives it back when nobody touches it."""
    values = {block.id: block.value or "" for block in form.blocks if isinstance(block, Input | Choice)}
    return {name: value for name, value in values.items() if value}


def errors(turn: Turn) -> dict[str, str]:
    (reply,) = turn.replies
    assert isinstance(reply, FormErrors)
    assert turn.facts == ()
    return {error.input: error.text for error in reply.errors}


def edited(turn: Turn) -> CatalogueEdited:
    fact = turn.facts[0]
    assert isinstance(fact, CatalogueEdited)
    return fact


def sheet(catalogue: Catalogue, id_: str) -> Sheet:
    found = catalogue.sheet(id_)
    assert found is not None
    return found[1]


def correct(id_: str, changes: dict[str, str], at: Context) -> Turn:
    """Open the form of a sheet, change something in it and publish."""
    form = opened(asks_form(WriteSheet(slug="it", id=id_)), at)
    return decide(None, submits(form.action, shown(form) | changes), at)
