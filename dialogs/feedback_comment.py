"""Comments: free words about an exchange, confidentially, or detached from it and without a name."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from dialogs.client_words import LIMIT as HELD
from dialogs.client_words import readable
from dialogs.events import Event, FormSubmitted
from dialogs.facts import FeedbackGiven
from dialogs.feedback import Feedback, Given, Shared
from dialogs.feedback_actions import WriteComment
from dialogs.feedback_row import about
from dialogs.messages import Block, Choice, FieldError, Form, FormErrors, Input, Note, Option, Text
from dialogs.own_closing import closing_for, named, stepped
from dialogs.turn import Context, Turn

LIMIT: Final = 2000  # characters of a comment
COMMENT: Final = "comment"  # the form's inputs
WAY: Final = "way"
SHARED: Final = "shared"
ATTACHED: Final = "attached"
DETACHED: Final = "detached"
THANKS: Final = 4  # the least trace whose words are a thank-you
_SHARES: Final[tuple[Shared, ...]] = ("no", "unnamed", "named")


def is_detached(event: FormSubmitted) -> bool:
    """Tell whether what was written is to be detached from its exchange: it's then taken without its sender, and never comes to `written`."""
    return isinstance(event.action, WriteComment) and event.values.get(WAY) == DETACHED


def open_form(event: Event, context: Context, action: WriteComment) -> Turn:
    """Open the form of a comment, with what was said before, to be changed; or say why it can't be opened."""
    feedback = closing_for(event, context)
    if isinstance(feedback, Turn):
        return feedback
    return Turn(replies=(_form(context, feedback, action, {COMMENT: feedback.comment or "", SHARED: feedback.shared or "no"}),))


def written(event: FormSubmitted, context: Context, action: WriteComment) -> Turn:
    """Keep a comment with its exchange; one that is detached never comes here (`dialogs.say`)."""
    text = readable(event.values.get(COMMENT, ""))
    feedback = closing_for(event, context, typed=text)
    if isinstance(feedback, Turn):
        return feedback
    if errors := tuple(_errors(context, event.values, text)):
        return Turn(replies=(FormErrors(form=_form(context, feedback, action, event.values), errors=errors),))
    shared = _shared(feedback, event.values)
    kept = FeedbackGiven(feedback=feedback.id, given=Given(comment=text, shared=shared), at=event.at)
    return stepped(event, context, replace(feedback, comment=text), action.on, *_thanks(context, feedback, shared), facts=(kept,))


def cannot_detach(context: Context) -> str:
    """Say why a comment can't be detached: the form shows what was said in confidence, and the same words twice tell whose they are."""
    return context.t(
        "You've left words with this question already, in confidence. Beside them, it'd be plain whose these are, so they can't be detached: "
        "change them here, or say something else anonymously, at any time."
    )


def _errors(context: Context, values: Mapping[str, str], text: str) -> Iterator[FieldError]:
    t = context.t
    if not text:
        yield FieldError(input=COMMENT, text=t("Write a word or two, or close this: what you have tapped is kept anyway."))
    if len(text) > LIMIT:
        long = t("That's {count} characters, and a comment holds {limit}. Please keep to the essential.", count=len(text), limit=LIMIT)
        yield FieldError(input=COMMENT, text=long)
    if values.get(WAY) != ATTACHED:  # nobody's words are tied to an exchange unless they chose it
        yield FieldError(input=WAY, text=t("Choose how this is kept."))


def _form(context: Context, feedback: Feedback, action: WriteComment, values: Mapping[str, str]) -> Form:
    t, function = context.t, named(context, feedback)
    subject = about(t, feedback)
    confidential = t(
        "In confidence: {function} doesn't see who wrote it, and reads it only among the words of ten people or more. "
        "An admin with a reason could find out, and that would leave a trace in the audit log.",
        function=function,
    )
    anonymous = t(
        "Detached: pourqui cannot know who wrote it, nor about which question. Your Slack or Teams administrator may see that you used it. "
        "Once sent, it can't be changed."
    )
    ways = [Option(value=ATTACHED, label=t("With this question, in confidence"))]
    if feedback.comment is None:
        ways.append(Option(value=DETACHED, label=t("Detached from it, without a name")))
    way = values.get(WAY, ATTACHED)
    blocks: list[Text | Input | Choice] = [
        subject,
        Input(
            id=COMMENT,
            label=t("What would you like to say?"),
            value=values.get(COMMENT, "")[:HELD],  # a form holds no more
            multiline=True,
            required=True,
            limit=LIMIT,
        ),
        Choice(
            id=WAY,
            label=t("How is it kept?"),
            options=tuple(ways),
            value=next((each.value for each in ways if each.value == way), None),
            required=True,
        ),
        Text(text=confidential),
        Text(text=anonymous if feedback.comment is None else cannot_detach(context)),
    ]
    if _is_praise(feedback):
        blocks.append(_sharing(context, function, values.get(SHARED, "no")))
    return Form(language=context.language, title=t("Add a word"), blocks=tuple(blocks), action=action, submit=t("Send"), cancel=t("Cancel"))


def _sharing(context: Context, function: str, chosen: str) -> Choice:
    t = context.t
    labels: dict[Shared, str] = {"no": t("No"), "unnamed": t("Yes, without my name"), "named": t("Yes, with my name")}
    return Choice(
        id=SHARED,
        label=t("May {function} read it as a thank-you?", function=function),
        options=tuple(Option(value=value, label=label) for value, label in labels.items()),
        value=chosen if chosen in labels else "no",
    )


def _is_praise(feedback: Feedback) -> bool:
    return feedback.trace is not None and feedback.trace >= THANKS


def _shared(feedback: Feedback, values: Mapping[str, str]) -> Shared | None:
    """Return whether the comment may be shown as thanks: none but praise may, whatever was said of an earlier one."""
    if not _is_praise(feedback):
        return "no" if feedback.shared else None
    return next((each for each in _SHARES if each == values.get(SHARED)), "no")


def _thanks(context: Context, feedback: Feedback, shared: Shared | None) -> Iterator[Block]:
    t, function = context.t, named(context, feedback)
    match shared:
        case "named":
            yield Note(text=t("Thank you: {function} may read your words, with your name.", function=function))
        case "unnamed":
            yield Note(text=t("Thank you: {function} may read your words, without your name.", function=function))
        case _:
            yield Note(text=t("Thank you: your words are kept in confidence."))
