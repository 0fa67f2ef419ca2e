"""An interview in a test's words: who is asked, how far it is, what it has drafted."""

from dataclasses import replace

from dialogs.actions import InterviewStep
from dialogs.catalog import Function, Language
from dialogs.facts import ProfileDrafted
from dialogs.interview_answers import Question
from dialogs.messages import Title
from dialogs.people import Person
from dialogs.rights import Grant, Role
from dialogs.router import decide
from dialogs.search.match import Understood
from dialogs.turn import Context, State, Turn
from tests.company import ALICE
from tests.conversation import said, taps
from tests.dialogs.told import context, message

OWNER = frozenset({Grant(role=Role.OWNER, function="finance")})
AUTHOR = frozenset({Grant(role=Role.AUTHOR, function="finance")})
ADMIN = frozenset({Grant(role=Role.ADMIN)})
START = InterviewStep(slug="finance", move="start")
ANSWERS = {
    Question.CLIENTS: "sales people and site managers",
    Question.MISSED: "nobody would be paid back in time",
    Question.DONE: "we pay back expenses",
    Question.PARTNERS: "IT, our bank",
    Question.POSTURE: "a first answer within a day",
    Question.CONTACTS: "Claire Morel, claire.morel@solane.example",
}


def entitled(
    grants: frozenset[Grant] = OWNER,
    *,
    person: Person = ALICE,
    language: Language = "en",
    understood: Understood | None = None,
    drafts: dict[str, Function] | None = None,
) -> Context:
    return replace(context(person, language=language, understood=understood), grants=grants, drafts=drafts or {})


def title(turn: Turn) -> str:
    return next(block.text for block in message(turn).blocks if isinstance(block, Title))


def step(move: str, question: Question, slug: str = "finance") -> InterviewStep:
    return InterviewStep(slug=slug, move=move, question=question.value)  # type: ignore[arg-type]


def at(question: Question, *, answering: dict[Question, str] | None = None, language: Language = "en") -> State:
    """Lead an interview of Finance to this question."""
    state = decide(None, taps(START), entitled(language=language)).state
    for each in Question:
        if each is question:
            break
        answer = (answering or {}).get(each)
        event = said(answer) if answer else taps(step("skip", each))
        state = decide(state, event, entitled(language=language)).state
    assert state is not None
    return state


def drafted(turn: Turn) -> Function:
    (fact,) = (fact for fact in turn.facts if isinstance(fact, ProfileDrafted))
    assert fact.draft is not None
    return fact.draft
