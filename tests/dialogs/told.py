"""The dialogs' tests in the product's words: what somebody sees of a turn."""

from bot.po import both_languages
from dialogs.catalog import Catalogue, Language
from dialogs.facts import FeedbackAsked, FeedbackVoided
from dialogs.messages import Button, Buttons, Items, Message, plain_text
from dialogs.people import Person
from dialogs.search.match import Candidate, FunctionAsked, Match, Understood
from dialogs.turn import Context, Turn
from tests.company import ALICE, CATALOGUE

TEXTS = both_languages()


def context(person: Person = ALICE, *, language: Language = "fr", understood: Understood | None = None, catalogue: Catalogue = CATALOGUE) -> Context:
    return Context(person=person, catalogue=catalogue, texts=TEXTS, language=language, understood=understood)


def found(outcome: str, *ids: str, question: str = "q") -> Understood:
    candidates = tuple(Candidate(id=sheet, score=1.0 - rank / 10) for rank, sheet in enumerate(ids))
    return Understood(question=question, match=Match(outcome=outcome, candidates=candidates, confidence=0.9))  # type: ignore[arg-type]


def profile_of(slug: str, aspect: str = "purpose") -> Understood:
    return Understood(question="à quoi ça sert ?", function=FunctionAsked(slug=slug, aspect=aspect))  # type: ignore[arg-type]


def message(turn: Turn) -> Message:
    (reply,) = turn.replies
    assert isinstance(reply, Message)
    return reply


def words(turn: Turn) -> str:
    return plain_text(message(turn)).replace("\N{NO-BREAK SPACE}", " ")


def buttons(turn: Turn) -> dict[str, Button]:
    rows = [block for block in message(turn).blocks if isinstance(block, Buttons)]
    return {button.label: button for row in rows for button in row.buttons if isinstance(button, Button)}


def lines(turn: Turn) -> list[str]:
    return [item.title for block in message(turn).blocks if isinstance(block, Items) for item in block.items]


def fact(turn: Turn) -> object:
    """The only fact of a turn, besides what is asked about its closing."""
    (only,) = (fact for fact in turn.facts if not isinstance(fact, FeedbackAsked | FeedbackVoided))
    return only
