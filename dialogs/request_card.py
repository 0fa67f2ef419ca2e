"""The cards of a request: the experts' own, and each side's words as the other reads them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final, assert_never

from dialogs.actions import WriteSheet
from dialogs.catalog import Catalogue
from dialogs.messages import Block, Bullets, Button, Buttons, Field, Fields, Message, Note, Text, Title, clipped
from dialogs.request import Outcome, Party, Request, RequestStatus, Word
from dialogs.request_actions import AddToRequest, AnswerRequest, ClaimRequest, CloseRequest, HandRequest, ReleaseRequest, ReopenRequest
from dialogs.sheet import badge, short_name
from dialogs.texts import Texts

HEADING: Final = 80  # characters of a question in a title
QUOTED: Final = 150  # of a question in a note, which says what a message is about
SAID: Final = 5  # words that a card lists, where it comes to a channel that hasn't read them
_LINE: Final = 300  # characters of one of these


def card(t: Texts, catalogue: Catalogue, request: Request) -> Message:
    """Return the experts' card of a request, as it stands: what is asked, by whom (unless discreet), what was tried, who has it, what can be done."""
    return Message(language=t.language, blocks=tuple(_card(t, catalogue, request)))


def handed_card(t: Texts, catalogue: Catalogue, request: Request, *, to: str, by: Party, reason: str) -> Message:
    """Return the card that stays with those who handed a request on; `request` is as it was theirs, `to` the other function's slug."""
    name, function = expert_name(t, catalogue, request, by), function_name(t, catalogue, to)
    said: list[Block] = [Text(text=t("{name} handed it to {function}.", name=name, function=function), strong=True)]
    if reason:
        said.append(Text(text=t("Why: {reason}", reason=reason)))
    said.append(Note(text=t("What is written under this card stays here from now on.")))
    return Message(language=t.language, blocks=(*_asked(t, catalogue, request), *said))


def word_as_client(t: Texts, catalogue: Catalogue, request: Request, word: Word) -> Message:
    """Return an expert's word as the client reads it: in the expert's own name, with a way to answer."""
    name = expert_name(t, catalogue, request, word.author)
    return Message(
        language=t.language,
        blocks=(
            Title(text=name, badge=_badge(t, catalogue, request.function)),
            Text(text=word.text),
            Note(text=about(t, request)),
            Note(text=t("What you write here within a day goes to {name}. After that, use the button.", name=name)),
            Buttons(buttons=(Button(label=t("Reply to them"), action=AddToRequest(request=request.id)),)),
        ),
    )


def word_as_expert(t: Texts, catalogue: Catalogue, request: Request, word: Word) -> Message:
    """Return a client's word as the experts read it: with their name, unless the request is discreet."""
    blocks: list[Block] = [Text(text=client_name(t, request), strong=True), Text(text=word.text)]
    if request.desk is None:  # a private conversation, where not every platform has threads
        blocks.append(Note(text=about(t, request)))
    blocks.append(Buttons(buttons=(Button(label=t("Answer"), action=AnswerRequest(request=request.id)),), quiet=True))
    return Message(language=t.language, blocks=tuple(blocks))


def edited_mark(t: Texts, message: Message) -> Message:
    """Return a word's message with a mark: its author changed it after it was sent."""
    return replace(message, blocks=(*message.blocks, Note(text=t("(edited)"))))


def heading(t: Texts, request: Request) -> str:
    """Return a question's first words, for a title or a line of a list."""
    return clipped(" ".join(request.question.split()), HEADING) or t("New request")


def about(t: Texts, request: Request) -> str:
    """Say which question a message is about."""
    return t("About: “{question}”", question=clipped(" ".join(request.question.split()), QUOTED))


def client_name(t: Texts, request: Request) -> str:
    """Name the client as the experts may: not at all where they asked discreetly."""
    if request.discreet:
        return t("Somebody, discreetly")
    return request.client.name or t("Somebody whom the directory doesn't know")


def expert_name(t: Texts, catalogue: Catalogue, request: Request, expert: Party) -> str:
    """Name an expert, or their function where nobody knows their name."""
    return expert.name or t("Somebody of {function}", function=function_name(t, catalogue, request.function))


def function_name(t: Texts, catalogue: Catalogue, slug: str) -> str:
    """Name a function shortly; by its slug where it has left the catalogue."""
    function = catalogue.function(slug)
    return short_name(function, t.language) if function else slug


def outcome_in_words(t: Texts, outcome: Outcome | None) -> str:
    """Say how a request ended."""
    match outcome:
        case Outcome.SOLVED:
            return t("solved")
        case Outcome.PARTLY:
            return t("partly solved")
        case Outcome.NOT_SOLVED:
            return t("not solved")
        case Outcome.NOT_OURS:
            return t("not for this function")
        case Outcome.WITHDRAWN:
            return t("no longer needed")
        case None:
            return t("nobody said how")
        case _:
            assert_never(outcome)


def state_in_words(t: Texts, catalogue: Catalogue, request: Request) -> str:
    """Say who has a request, or how it ended."""
    name = expert_name(t, catalogue, request, request.expert) if request.expert else ""
    zone = catalogue.company.timezone
    match request.status:
        case RequestStatus.OPEN:
            return t("Nobody has taken it yet. Somebody should by {moment}.", moment=t.moment(request.due_at, zone))
        case RequestStatus.CLAIMED:
            since = t.moment(request.claimed_at or request.opened_at, zone)
            return t("{name} has it, since {moment}.", name=name or t("Somebody"), moment=since)
        case RequestStatus.WAITING:
            return t("{name} has asked back: it waits for whoever asked.", name=name or t("Somebody"))
        case RequestStatus.CLOSED:
            return _end(t, catalogue, request, name)
        case _:
            assert_never(request.status)


def _end(t: Texts, catalogue: Catalogue, request: Request, name: str) -> str:
    day = t.moment(request.closed_at or request.opened_at, catalogue.company.timezone)
    if request.outcome is Outcome.WITHDRAWN:
        return t("Closed, {moment}: whoever asked doesn't need it any more.", moment=day)
    outcome = outcome_in_words(t, request.outcome)
    if not name:
        return t("Closed, {moment}: {outcome}.", moment=day, outcome=outcome)
    return t("Closed by {name}, {moment}: {outcome}.", name=name, moment=day, outcome=outcome)


def _card(t: Texts, catalogue: Catalogue, request: Request) -> Iterator[Block]:
    yield from _asked(t, catalogue, request)
    yield Text(text=t("What I had shown already"), strong=True)
    tried = tuple(found[1].title.to(t.language) for sheet in request.tried if (found := catalogue.sheet(sheet)))
    yield Bullets(items=tried) if tried else Text(text=t("Nothing: I had found no answer."))
    if (request.hops or request.reopened) and (said := _said(t, catalogue, request)):
        yield Text(text=t("What was said so far"), strong=True)
        yield Bullets(items=said)
    yield Text(text=state_in_words(t, catalogue, request), strong=True)
    yield Buttons(buttons=tuple(_buttons(t, request)))
    if request.closed:
        return
    if request.desk is None:
        yield Note(text=t("What you write with “Answer” goes to whoever asked, in your name."))
    else:
        yield Note(text=t("What is written under this card goes to whoever asked. Begin with // to keep it among you."))


def _asked(t: Texts, catalogue: Catalogue, request: Request) -> Iterator[Block]:
    first = heading(t, request)
    yield Title(text=first, badge=_badge(t, catalogue, request.function))
    if first != request.question:
        yield Text(text=request.question)
    fields = [Field(label=t("From"), value=_client(t, request))]
    if request.sheet and (found := catalogue.sheet(request.sheet)):
        fields.append(Field(label=t("About"), value=found[1].title.to(t.language)))
    fields.append(Field(label=t("Reads"), value=t("French") if request.language == "fr" else t("English")))
    yield Fields(fields=tuple(fields))


def _client(t: Texts, request: Request) -> str:
    if request.discreet:
        return client_name(t, request)
    parts = (client_name(t, request), request.client.department, request.client.site)
    return " · ".join(part for part in parts if part)


def _said(t: Texts, catalogue: Catalogue, request: Request) -> tuple[str, ...]:
    sent = [word for word in request.words if word.state == "sent"][-SAID:]
    return tuple(
        t(
            "{name}: {words}",
            name=client_name(t, request) if word.side == "client" else expert_name(t, catalogue, request, word.author),
            words=clipped(" ".join(word.text.split()), _LINE),
        )
        for word in sent
    )


def _badge(t: Texts, catalogue: Catalogue, slug: str) -> str:
    function = catalogue.function(slug)
    return badge(function, t.language) if function else slug


def _buttons(t: Texts, request: Request) -> Iterator[Button]:
    id_ = request.id
    if request.closed:
        yield Button(label=t("Reopen"), action=ReopenRequest(request=id_))
        yield Button(label=t("Make it an answer"), action=WriteSheet(slug=request.function, request=id_))
        return
    if request.status is RequestStatus.OPEN:
        yield Button(label=t("I take it"), action=ClaimRequest(request=id_), primary=True)
        yield Button(label=t("Answer"), action=AnswerRequest(request=id_))
    else:
        yield Button(label=t("Answer"), action=AnswerRequest(request=id_), primary=True)
        yield Button(label=t("Give it back"), action=ReleaseRequest(request=id_))
    yield Button(label=t("Hand it on"), action=HandRequest(request=id_))
    yield Button(label=t("Close"), action=CloseRequest(request=id_))
