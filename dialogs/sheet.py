"""The answer card: one service or entry, with its promise, price, author and next step."""

from collections.abc import Iterator
from datetime import date, timedelta

from dialogs.actions import NotMine, ReportWrong, Show, ShowFunction, Why
from dialogs.catalog import Function, Language, Service, Sheet
from dialogs.feedback import Occasion
from dialogs.feedback_row import feedback_id, solved_row
from dialogs.for_me import for_me
from dialogs.human_button import human_button
from dialogs.messages import BUTTON_LIMIT, Block, Button, Buttons, Field, Fields, Link, Note, Text, Title, clipped
from dialogs.stage_aware import Manner, first_sentence, introduction, manner_for
from dialogs.texts import Texts
from dialogs.turn import Context

ACRONYM = 5  # characters of the longest acronym
NEW_FOR = timedelta(days=60)  # a service is shown as new for two months


def badge(function: Function, language: Language) -> str:
    """Name a function in full, after its acronym where the name doesn't hold it already."""
    name, acronym = function.names.to(language), _acronym(function, language)
    return name if acronym is None or acronym in _words(name) else f"{acronym} · {name}"


def short_name(function: Function, language: Language) -> str:
    """Name a function on a button: `DSI` rather than `Direction des systèmes d'information`."""
    return _acronym(function, language) or function.names.to(language)


def _acronym(function: Function, language: Language) -> str | None:
    """Return the acronym that people use in this language: one that stands in the name, else one that begins as it does.

    So DSI belongs to "Direction…", and IT to "Information Technology".
    """
    name = function.names.to(language)
    acronyms = [also for also in function.also if also.isupper() and len(also) <= ACRONYM]
    inside = next((acronym for acronym in acronyms if acronym in _words(name)), None)
    return inside or next((acronym for acronym in acronyms if acronym[0] == name[:1].upper()), None)


def _words(name: str) -> list[str]:
    return name.replace("’", " ").replace("'", " ").split()


def answer(
    context: Context,
    function: Function,
    sheet: Sheet,
    *,
    exchange: str,
    today: date,
    public: bool,
    question: str = "",
    asked: str = "",
    quiet: bool = True,
    human: bool | None = None,
    row: bool | None = None,
    whole: bool = False,
) -> tuple[Block, ...]:
    """Return the blocks of an answer card; without `quiet`, its quiet buttons are left out (they were used).

    *Ask a `human`* and the one-tap `row` are left out with them, unless it's said. `question` is what it answers, empty where nothing was asked: the
    card was opened from a list, or chosen among several, after `asked`. Whoever acts already gets it short, unless they want the `whole`.
    """
    manner = manner_for(context, function, sheet, public=public)
    asks = quiet if human is None else human
    if manner == "direct" and not whole:
        shown = tuple(_short(context, function, sheet, exchange=exchange, today=today, human=asks, question=question or asked))
    else:
        ways = _ways(context, function, sheet, manner, exchange=exchange, public=public, question=question, asked=asked, human=asks)
        blocks = _blocks(context, function, sheet, manner, today=today, public=public)
        shown = (*blocks, *((Buttons(buttons=ways),) if ways else ()))
    return (
        *shown,
        *(solved_row(context.t, feedback_id(exchange, Occasion.ANSWER), "card") if (quiet if row is None else row) else ()),
        *((_quiet(context.t, sheet, exchange, question),) if quiet else ()),
    )


def _short(context: Context, function: Function, sheet: Sheet, *, exchange: str, today: date, human: bool, question: str) -> Iterator[Block]:
    """Yield an answer for whoever acts already: the way first, then what they may want to check, with all of it one tap away."""
    t, language = context.t, context.language
    yield Title(text=sheet.title.to(language), badge=badge(function, language))
    link = _link(sheet)
    ways: list[Button | Link] = [Link(label=t("Make the request"), url=link, primary=True)] if link else []
    ways.append(Button(label=t("All of it"), action=Show(id=sheet.id, exchange=exchange, whole="yes")))
    if human:
        ways.append(human_button(t, question=question, slug=function.slug, sheet=sheet.id, exchange=exchange))
    yield Buttons(buttons=tuple(ways))
    if rows := tuple(_counted_on(t, sheet)):
        yield Fields(fields=rows)
    yield Text(text=first_sentence(sheet, language))
    _, spoken = sheet.body.said_in(language)
    if spoken != language:
        yield Note(text=only_in(t, spoken))
    if sheet.review_by and sheet.review_by < today:
        yield Note(text=_overdue(t, function, sheet, sheet.review_by))


def _blocks(context: Context, function: Function, sheet: Sheet, manner: Manner, *, today: date, public: bool) -> Iterator[Block]:
    t, language = context.t, context.language
    title, _ = sheet.title.said_in(language)
    body, spoken = sheet.body.said_in(language)
    yield Title(text=title, badge=badge(function, language))
    if manner == "new" and (about := introduction(t, function, short_name(function, language), sheet, language)):
        yield Text(text=about)
    yield Text(text=body)
    if spoken != language:
        yield Note(text=only_in(t, spoken))
    if rows := tuple(_rows(t, sheet, language)):
        yield Fields(fields=rows)
    if isinstance(sheet, Service) and sheet.new_since and sheet.new_since <= today < sheet.new_since + NEW_FOR:
        yield Note(text=t("New since {day}", day=t.day(sheet.new_since)))
    if told := written(t, function, sheet):
        yield Note(text=told)
    if sheet.review_by and sheet.review_by < today:
        yield Note(text=_overdue(t, function, sheet, sheet.review_by))
    if not _link(sheet) and (reach := contact_line(t, function, language)):
        yield Note(text=reach)
    if not public and not context.person.linked:
        yield Note(text=unlinked(t))


def _ways(
    context: Context, function: Function, sheet: Sheet, manner: Manner, *, exchange: str, public: bool, question: str, asked: str, human: bool
) -> tuple[Button | Link, ...]:
    """Return the next steps: the request itself, a human, the answer to oneself alone; before them the function, to whom it's new."""
    t, link = context.t, _link(sheet)
    ways: list[Button | Link] = [about_button(t, function, primary=True)] if manner == "new" else []
    if link:
        ways.append(Link(label=t("Make the request"), url=link, primary=not ways))
    if human:
        ways.append(human_button(t, question=question or asked, slug=function.slug, sheet=sheet.id, exchange=exchange, public=public))
    return (*ways, *for_me(t, question, public=public))


def about_button(t: Texts, function: Function, *, primary: bool = False) -> Button:
    """Return the button that shows what a function does for whoever taps it."""
    label = clipped(t("What {function} does for you", function=short_name(function, t.language)), BUTTON_LIMIT)
    return Button(label=label, action=ShowFunction(slug=function.slug), primary=primary)


def _quiet(t: Texts, sheet: Sheet, exchange: str, question: str) -> Buttons:
    buttons = [
        Button(label=t("Not what I asked"), action=NotMine(id=sheet.id, exchange=exchange)),
        Button(label=t("This is wrong"), action=ReportWrong(id=sheet.id, exchange=exchange)),
    ]
    if question:
        buttons.append(Button(label=t("Why this answer?"), action=Why(id=sheet.id, exchange=exchange, question=question)))
    return Buttons(buttons=tuple(buttons), quiet=True)


def _link(sheet: Sheet) -> str | None:
    return sheet.link if isinstance(sheet, Service) else None


def _rows(t: Texts, sheet: Sheet, language: Language) -> Iterator[Field]:
    if not isinstance(sheet, Service):
        return
    if sheet.included:
        yield Field(label=t("Included"), value=" · ".join(part.to(language) for part in sheet.included))
    if sheet.not_included:
        yield Field(label=t("Not included"), value=" · ".join(part.to(language) for part in sheet.not_included))
    yield from _counted_on(t, sheet)
    if sheet.ask:
        yield Field(label=t("How to ask"), value=sheet.ask.to(language))


def _counted_on(t: Texts, sheet: Sheet) -> Iterator[Field]:
    """Yield what a service promises, and what it costs."""
    if isinstance(sheet, Service) and sheet.promise:
        yield Field(label=t("Promise"), value=t.promise(sheet.promise))
    if isinstance(sheet, Service) and sheet.tarif:
        yield Field(label=t("Price"), value=t.tarif(sheet.tarif))


def written(t: Texts, function: Function, sheet: Sheet) -> str | None:
    """Say who answers for this text and when it was last checked."""
    author = _author(function, sheet)
    if author and sheet.checked:
        return t("Checked on {day} by {author}", day=t.day(sheet.checked), author=author)
    if sheet.checked:
        return t("Checked on {day}", day=t.day(sheet.checked))
    return t("Written by {author}", author=author) if author else None


def _overdue(t: Texts, function: Function, sheet: Sheet, due: date) -> str:
    """Say that a text should have been checked again by now, and who can tell whether it still holds."""
    who = _author(function, sheet) or (function.contacts[0].name if function.contacts else None)
    if who is None:
        return t("Its review was due on {day}: check with the function before relying on it.", day=t.day(due))
    return t("Its review was due on {day}: check with {who} before relying on it.", day=t.day(due), who=who)


def _author(function: Function, sheet: Sheet) -> str | None:
    contact = next((contact for contact in function.contacts if contact.email == sheet.owner), None)
    return contact.name if contact else sheet.owner


def only_in(t: Texts, spoken: Language) -> str:
    """Say that a text is shown in the only language that it exists in."""
    return t("This text exists only in French so far.") if spoken == "fr" else t("This text exists only in English so far.")


def contact_line(t: Texts, function: Function, language: Language) -> str | None:
    """Say whom to write to in a function, or None where it names nobody."""
    if not function.contacts:
        return None
    contact = function.contacts[0]
    return t("Your contact at {function}: {name}, {email}", function=short_name(function, language), name=contact.name, email=contact.email)


def unlinked(t: Texts) -> str:
    """Say why only what is open to all is shown."""
    return t("I can't place you in the directory yet, so I only show what is open to everyone.")
