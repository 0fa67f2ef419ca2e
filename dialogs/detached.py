"""A comment on an exchange that is detached from it: said to the function without a name, and nothing says which exchange it was about."""

from dataclasses import replace
from typing import Final

from dialogs import feedback_comment
from dialogs.client_words import readable
from dialogs.events import FormSubmitted
from dialogs.feedback_actions import WriteComment
from dialogs.feedback_comment import COMMENT, DETACHED, WAY
from dialogs.messages import Choice, FieldError, Form, FormErrors, Reply
from dialogs.turn import Context
from dialogs.voice import Unnamed, VoiceKind

_UNCHOSEN: Final = {WAY: ""}  # what `feedback_comment.written` then finds wrong is this, and whatever else is


def detached(event: FormSubmitted, context: Context, action: WriteComment) -> Unnamed | tuple[Reply, ...]:
    """Return what is said; else what to reply: it has to be mended, or the exchange isn't theirs to comment on any more."""
    replies = feedback_comment.written(replace(event, values=event.values | _UNCHOSEN), context, action).replies
    found = next((reply for reply in replies if isinstance(reply, FormErrors)), None)
    if found is None or context.feedback is None:
        return replies
    errors = tuple(error for error in found.errors if error.input != WAY)
    if context.feedback.comment is not None:
        return (replace(found, errors=(*errors, FieldError(input=WAY, text=feedback_comment.cannot_detach(context)))),)
    if errors:
        return (FormErrors(form=_detaching(found.form), errors=errors),)
    text = readable(event.values.get(COMMENT, ""))
    return Unnamed(function=context.feedback.function, kind=VoiceKind.OTHER, text=text)


def not_now(event: FormSubmitted, context: Context, action: WriteComment) -> tuple[Reply, ...]:
    """Say that nothing can be taken without a name for now; what was typed stays."""
    text = context.t(
        "I can't take anything anonymously for now: whoever runs pourqui has to mend it. "
        "Nothing was kept. Keep a copy and come back, or leave it with the question, in confidence."
    )
    replies = feedback_comment.written(replace(event, values=event.values | _UNCHOSEN), context, action).replies
    return tuple(
        FormErrors(form=_detaching(reply.form), errors=(FieldError(input=WAY, text=text),)) if isinstance(reply, FormErrors) else reply
        for reply in replies
    )


def _detaching(form: Form) -> Form:
    """Return the form as it was filled in: detached."""
    blocks = tuple(replace(block, value=DETACHED) if isinstance(block, Choice) and block.id == WAY else block for block in form.blocks)
    return replace(form, blocks=blocks)
