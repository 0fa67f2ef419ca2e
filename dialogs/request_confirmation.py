"""The confirmation: what the client reads once their question is with a human, and, on a sample, what they expect of it."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final, Literal

from dialogs.catalog import Function
from dialogs.feedback_actions import SayExpected
from dialogs.messages import Block, Bullets, Button, Buttons, Note, Rating, Text, Title
from dialogs.own_request import moment, next_steps
from dialogs.request import Request
from dialogs.sheet import badge, contact_line, short_name
from dialogs.turn import Context

# of the requests, one in so many asks for what is expected: enough to read the gap with the trace over a quarter, without asking everybody
SAMPLED: Final = 5
_EXPECTATIONS: Final[tuple[Literal["1", "2", "3", "4", "5"], ...]] = ("1", "2", "3", "4", "5")


def is_sampled(request: Request) -> bool:
    """Tell whether a request's client is asked what they expect; always the same for one request."""
    return int.from_bytes(sha256(request.id.encode()).digest()[:8]) % SAMPLED == 0


def confirmation(context: Context, function: Function, request: Request, *, expectation: bool) -> Iterator[Block]:
    """Yield what the client reads: to whom it went, when somebody should take it, what happens next; ask what they expect, where wanted."""
    t, language = context.t, context.language
    yield Title(text=t("A human takes over"), badge=badge(function, language))
    yield Text(text=_to_whom(context, function, request))
    yield Text(text=t("“{words}”", words=request.question))
    reached = request.desk is not None or request.keeper is not None
    when = t("Somebody should take it before {when}.", when=moment(context, request.due_at))
    seen = t("They don't see who asks. I know it, so that the answer comes back to you.") if request.discreet else t("They see who asks.")
    next_ = t("I tell you who takes it, and bring you what they say. You then answer by just writing to me.")
    yield Bullets(items=(*((when,) if reached else ()), next_, seen))
    if not reached and (reach := contact_line(t, function, language)):
        yield Note(text=reach)
    yield Buttons(buttons=next_steps(context, request))
    if expectation:
        yield Note(text=t("Before it begins: how well do you expect this to go?"))
        steps = tuple(Button(label=value, action=SayExpected(request=request.id, value=value)) for value in _EXPECTATIONS)
        yield Rating(buttons=steps, low=t("badly"), high=t("very well"))


def _to_whom(context: Context, function: Function, request: Request) -> str:
    t, name = context.t, short_name(function, context.language)
    if request.desk is not None:
        return t("Your question is sent to {function}.", function=name)
    if request.keeper is None:
        return t(
            "Nobody at {function} can be reached through me for now. Your question is kept, and goes out as soon as somebody can.", function=name
        )
    keeper = next((each for each in context.keepers.get(function.slug, ()) if each.id == request.keeper), None)
    if keeper is None:
        return t("Nobody at {function} can be reached through me for now: your question is sent to an admin, who passes it on.", function=name)
    if keeper.name is None:
        return t("Your question is sent to the person who answers for {function}.", function=name)
    return t("Your question is sent to {name}, who answers for {function}.", name=keeper.name, function=name)
