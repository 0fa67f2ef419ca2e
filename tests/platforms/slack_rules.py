"""What Slack refuses in blocks and views: the limits and the forms of docs.slack.dev/reference/block-kit and /reference/views.

Where Slack's own limit isn't documented (all texts of a message together), the smallest that was reported stands.
"""

from collections.abc import Callable, Iterator
from typing import Any

JSON = dict[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXT = 4000  # chat.postMessage's advice; past it some messages get msg_too_long
MESSAGE_WEIGHT = 11_300  # refused at 11,341 to 13,297 characters: bolt-js #2509 and #2867

_KEYS = {
    "header": {"text"},
    "section": {"text", "fields", "accessory", "expand"},
    "context": {"elements"},
    "actions": {"elements"},
    "rich_text": {"elements"},
    "divider": set[str](),
    "image": {"slack_file", "image_url", "alt_text", "title"},
    "input": {"label", "element", "optional", "hint", "dispatch_action"},
}
_OPTIONAL_TEXT = {"submit", "close"}


def problems_of_blocks(blocks: object, *, limit: int) -> list[str]:
    """Return why Slack would refuse these blocks; empty when it wouldn't."""
    if not isinstance(blocks, list):
        return ["blocks isn't a list"]
    found = [f"{len(blocks)} blocks, more than {limit}"] if len(blocks) > limit else []
    for index, block in enumerate(blocks):
        found += [f"{problem} [json-pointer:/blocks/{index}]" for problem in _block(block)]
    for name in ("block_id", "action_id"):
        ids = [value for block in blocks for value in _named(block, name)]
        if len(set(ids)) < len(ids):
            found.append(f"two of one {name}")
    return found


def problems_of_view(view: object) -> list[str]:
    """Return why Slack would refuse this view; empty when it wouldn't."""
    if not isinstance(view, dict):
        return ["view isn't an object"]
    found = problems_of_blocks(view.get("blocks"), limit=VIEW_BLOCKS)
    if not view.get("blocks"):
        found.append("a view needs blocks")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata is longer than 3000")
    if len(view.get("callback_id", "")) > 255:
        found.append("callback_id is longer than 255")
    match view.get("type"):
        case "modal":
            found += _text(view.get("title"), 24, "title")
            for name in _OPTIONAL_TEXT & view.keys():
                found += _text(view[name], 24, name)
            if "submit" not in view and any(block.get("type") == "input" for block in view.get("blocks", [])):
                found.append("a modal with inputs needs submit")
        case "home":
            found += [f"a home view has no {name}" for name in ("title", "submit", "close") if name in view]
        case other:
            found.append(f"unknown type of view {other!r}")
    return found


def files_in(blocks: object) -> list[str]:
    """Return the ids of the files that these blocks show."""
    shown = (block.get("slack_file") for block in (blocks if isinstance(blocks, list) else []) if block.get("type") == "image")
    return [file["id"] for file in shown if isinstance(file, dict) and "id" in file]


def weight(value: object) -> int:
    """Return the characters of all texts in blocks."""
    if isinstance(value, dict):
        return sum(len(inner) if name == "text" and isinstance(inner, str) else weight(inner) for name, inner in value.items())
    return sum(map(weight, value)) if isinstance(value, list) else 0


def _named(value: object, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            else:
                yield from _named(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, name)


def _block(block: object) -> list[str]:
    if not isinstance(block, dict):
        return ["a block isn't an object"]
    kind = block.get("type")
    if kind not in _KEYS:
        return [f"unsupported type: {kind}"]
    found = [f"invalid additional property: {key}" for key in sorted(block.keys() - _KEYS[kind] - {"type", "block_id"})]
    if not 0 < len(block.get("block_id", "x")) <= 255:
        found.append("block_id isn't 1 to 255 characters long")
    return found + _CHECKS[kind](block)


def _header(block: JSON) -> list[str]:
    return _text(block.get("text"), 150, "header")


def _section(block: JSON) -> list[str]:
    if "text" not in block and "fields" not in block:
        return ["a section needs text or fields"]
    found = _text(block["text"], 3000, "section", mrkdwn=True) if "text" in block else []
    fields = block.get("fields", [])
    if len(fields) > 10:
        found.append("more than 10 fields")
    for field in fields:
        found += _text(field, 2000, "field", mrkdwn=True)
    return found + (_button(block["accessory"]) if "accessory" in block else [])


def _context(block: JSON) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 10 else ["a context has 1 to 10 elements"]
    return found + [problem for element in elements for problem in _text(element, 3000, "context", mrkdwn=True)]


def _actions(block: JSON) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 25 else ["an actions block has 1 to 25 elements"]
    return found + [problem for element in elements for problem in _button(element)]


def _image(block: JSON) -> list[str]:
    """docs.slack.dev/reference/block-kit/composition-objects/slack-file-object: by its id or its URL, and never both."""
    alt, file = block.get("alt_text"), block.get("slack_file")
    found = [] if isinstance(alt, str) and 0 < len(alt) <= 2000 else ["alt_text isn't 1 to 2000 characters long"]
    if ("slack_file" in block) == ("image_url" in block):
        found.append("an image has either slack_file or image_url")
    if "slack_file" in block and not (isinstance(file, dict) and len(file.keys() & {"id", "url"}) == len(file) == 1):
        found.append("slack_file has either an id or a url")
    return found


def _rich_text(block: JSON) -> list[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        return ["rich_text needs elements"]
    found: list[str] = []
    for element in elements:
        match element.get("type"):
            case "rich_text_section":
                found += _rich_section(element)
            case "rich_text_list" if element.get("style") in ("bullet", "ordered") and element.get("elements"):
                found += [problem for entry in element["elements"] for problem in _rich_section(entry)]
            case other:
                found.append(f"{other} isn't a rich text element, or lacks a style or elements")
    return found


def _rich_section(section: JSON) -> list[str]:
    if section.get("type") != "rich_text_section" or not section.get("elements"):
        return ["a rich_text_section needs elements"]
    found: list[str] = []
    for element in section["elements"]:
        if element.get("type") != "text" or not isinstance(element.get("text"), str) or not element["text"]:
            found.append("a rich text needs a text of at least 1 character")
        if not all(isinstance(value, bool) for value in element.get("style", {}).values()):
            found.append("a style is true or false")
    return found


def _input(block: JSON) -> list[str]:
    element = block.get("element")
    found = _text(block.get("label"), 2000, "label")
    if not isinstance(element, dict):
        return [*found, "an input needs an element"]
    if not 0 < len(element.get("action_id", "x")) <= 255:
        found.append("action_id isn't 1 to 255 characters long")
    match element.get("type"):
        case "plain_text_input":
            most = element.get("max_length", 3000)
            if not 1 <= most <= 3000:
                found.append("max_length isn't 1 to 3000")
            if len(element.get("initial_value", "")) > most:
                found.append("initial_value is longer than max_length")
            if "placeholder" in element:
                found += _text(element["placeholder"], 150, "placeholder")
        case "radio_buttons":
            found += _options(element, element.get("options"), 10)
        case "static_select":
            groups = element.get("option_groups")
            if groups is not None and not 1 <= len(groups) <= 100:
                found.append("1 to 100 option groups")
            for group in groups or [element]:
                found += _options(element, group.get("options"), 100, among=groups)
                if groups is not None:
                    found += _text(group.get("label"), 75, "group")
        case other:
            found.append(f"unsupported element {other}")
    return found


def _options(element: JSON, options: object, most: int, among: list[JSON] | None = None) -> list[str]:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        return [f"1 to {most} options"]
    found = [problem for option in options for problem in _text(option.get("text"), 75, "option", mrkdwn=True)]
    if not all(0 < len(option.get("value", "")) <= 150 for option in options):
        found.append("an option's value isn't 1 to 150 characters long")
    everything = options if among is None else [option for group in among for option in group["options"]]
    if "initial_option" in element and element["initial_option"] not in everything:
        found.append("initial_option isn't one of the options")
    return found


def _button(element: object) -> list[str]:
    if not isinstance(element, dict) or element.get("type") != "button":
        return ["not a button"]
    found = _text(element.get("text"), 75, "button")
    known = {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"}
    found += [f"invalid additional property: {key}" for key in sorted(element.keys() - known)]
    for name, most in (("value", 2000), ("url", 3000), ("action_id", 255), ("accessibility_label", 75)):
        if name in element and not 0 < len(element[name]) <= most:
            found.append(f"{name} isn't 1 to {most} characters long")
    if "url" in element and not element["url"].startswith(("http://", "https://")):
        found.append("invalid url")
    if element.get("style", "primary") not in ("primary", "danger"):
        found.append("style is primary or danger")
    return found


def _text(value: object, most: int, where: str, *, mrkdwn: bool = False) -> list[str]:
    kinds = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)
    if not isinstance(value, dict) or value.get("type") not in kinds or not isinstance(value.get("text"), str):
        return [f"{where} isn't a text object of type {' or '.join(kinds)}"]
    if not value["text"].strip():
        return [f"{where} must be more than 0 characters"]
    return [f"{where} must be less than {most + 1} characters"] if len(value["text"]) > most else []


_CHECKS: dict[str, Callable[[JSON], list[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "divider": lambda _: [],
    "image": _image,
    "input": _input,
}
