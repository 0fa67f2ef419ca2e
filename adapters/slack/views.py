"""Forms to Slack's modals, and their errors."""

from typing import Any

from adapters.slack import limits
from adapters.slack.limits import clip
from adapters.slack.origin import Origin, seal
from adapters.slack.parse import FORM
from adapters.slack.render import context, literal, paragraphs
from dialogs.messages import Choice, FieldError, Form, FormErrors, Input, Option, Text

JSON = dict[str, Any]


def modal(form: Form, origin: Origin) -> JSON:
    """Return the view for views.open; `origin` comes back with the submission.

    Raises ValueError for what only a dialog's own mistake can hold: two inputs of one id, a choice without options, or an option's value past
    150 characters.
    """
    ids = [block.id for block in form.blocks if not isinstance(block, Text)]
    if len(set(ids)) < len(ids):
        raise ValueError(f"two inputs of one id in the form of {form.action.kind}")
    blocks = [shown for block in form.blocks for shown in _blocks(block)]
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": literal(clip(form.title, limits.VIEW_LABEL)),
        "submit": literal(clip(form.submit, limits.VIEW_LABEL)),
        "close": literal(clip(form.cancel, limits.VIEW_LABEL)),
        "private_metadata": seal(origin, form.action),
        "blocks": blocks[: limits.VIEW_BLOCKS] or [context("…")],
    }


def errors(refused: FormErrors, origin: Origin) -> JSON:
    """Return the acknowledgement that shows errors beside their inputs, what was typed staying there.

    An error whose input isn't in the form is shown at the first one; a form without inputs is shown again with the errors as words.
    """
    inputs = [block.id for block in refused.form.blocks if not isinstance(block, Text)]
    if not inputs or not refused.errors:
        view = modal(refused.form, origin)
        view["blocks"] = [*_words_of(refused.errors), *view["blocks"]][: limits.VIEW_BLOCKS]
        return {"response_action": "update", "view": view}
    said: dict[str, str] = {}
    for error in refused.errors:
        place = error.input if error.input in inputs else inputs[0]
        said[place] = f"{said[place]}\n{error.text}" if place in said else error.text
    return {"response_action": "errors", "errors": {place: clip(text, limits.CONTEXT) for place, text in said.items()}}


def _words_of(errors: tuple[FieldError, ...]) -> list[JSON]:
    return [block for error in errors for block in paragraphs(error.text, strong=True)]


def _blocks(block: Text | Input | Choice) -> list[JSON]:
    match block:
        case Text(text=text, strong=strong):
            return paragraphs(text, strong=strong)
        case Input():
            return [_input(block.id, block.label, _field(block), required=block.required)]
        case Choice():
            return [_input(block.id, block.label, _menu(block), required=block.required)]


def _input(id_: str, label: str, element: JSON, *, required: bool) -> JSON:
    return {
        "type": "input",
        "block_id": id_,
        "label": literal(clip(label, limits.INPUT_LABEL)),
        "optional": not required,
        "element": element | {"action_id": id_},
    }


def _field(block: Input) -> JSON:
    limit = min(max(block.limit, 1), limits.INPUT_VALUE)
    element: JSON = {"type": "plain_text_input", "multiline": block.multiline, "max_length": limit}
    if block.value:
        element["initial_value"] = block.value[:limit]
    if block.placeholder.strip():
        element["placeholder"] = literal(clip(block.placeholder, limits.PLACEHOLDER))
    return element


def _menu(block: Choice) -> JSON:
    """Return radio buttons for a few options, a menu for more; a menu of more than 100 is in groups named by their numbers."""
    if not block.options:
        raise ValueError(f"the choice {block.id} has no options")
    options = [_option(option) for option in block.options]
    chosen: JSON = {}
    for option, shown in zip(block.options, options, strict=True):
        if option.value == block.value:
            chosen["initial_option"] = shown
    if len(options) <= limits.RADIO_OPTIONS:
        return {"type": "radio_buttons", "options": options} | chosen
    if len(options) <= limits.OPTIONS:
        return {"type": "static_select", "options": options} | chosen
    groups = [
        {"label": literal(f"{at + 1}…"), "options": options[at : at + limits.OPTIONS]}
        for at in range(0, min(len(options), limits.OPTIONS**2), limits.OPTIONS)
    ]
    return {"type": "static_select", "option_groups": groups} | chosen


def _option(option: Option) -> JSON:
    if not 0 < len(option.value) <= limits.OPTION_VALUE:
        raise ValueError(f"an option's value is 1 to {limits.OPTION_VALUE} characters long, not {len(option.value)}")
    return {"text": literal(clip(option.label, limits.OPTION_LABEL)), "value": option.value}
