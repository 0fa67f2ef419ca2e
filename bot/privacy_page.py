"""The page of what is held about somebody: the same rows as the JSON file, in words, for that person to read."""

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from dialogs.messages import Message, plain_text
from dialogs.texts import Texts
from storage import plain
from storage.privacy import Held
from storage.trail import Trail

Rows: TypeAlias = Mapping[str, Sequence[Held]]

_MARKUP: Final = re.compile(r"([\\`*_\[\]#|~])")
_NOT_SHOWN: Final = frozenset({"message", "change_message", "replies", "reference", "desk", "kept"})  # JSON, whose words are shown


def page(trail: Trail, held: Rows, t: Texts, at: datetime) -> str:
    """Return the page, in Markdown. What people wrote is quoted, and stays without effect."""
    return "\n".join(_lines(trail, held, t, at)).rstrip() + "\n"


def as_json(trail: Trail, held: Rows, unfindable: Mapping[str, str], at: datetime) -> str:
    """Return everything, table by table, as it's kept; `not_found` says where nobody can be found, and why."""
    everything = {"person": trail.person, "at": at, "tables": held, "not_found": unfindable}
    return json.dumps(everything, ensure_ascii=False, indent=2, default=_written) + "\n"


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _lines(trail: Trail, held: Rows, t: Texts, at: datetime) -> Iterator[str]:
    yield f"# {t('What pourqui keeps about {name}', name=_safe(trail.name or trail.person))}"
    yield ""
    yield t("Written on {date}. The file beside this page, in JSON, holds the same, complete.", date=f"{at:%Y-%m-%d %H:%M} UTC")
    for title, tables in _sections(t):
        rows = [(name, row) for name in tables for row in held[name]]
        if rows:
            yield from ("", f"## {title}", "")
            yield from _standings(held, t) if "standing" in tables else ()
            for name, row in rows:
                yield from _row(name, row)
    yield from ("", f"## {t('What nobody can find')}", "")
    yield t("What you said without a name: nobody knows that it was you, so it isn't here, and can't be erased.")
    yield t("Figures of five people and more, in which nobody can be told from the others.")


def _sections(t: Texts) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (
        (t("Who you are"), ("person", "pseudonym")),
        (t("Your accounts"), ("identity",)),
        (t("Where you can be reached"), ("conversation_reference",)),
        (t("What you may do"), ("role_grant", "audience_grant")),
        (t("What you asked"), ("exchange", "outside_exchange", "gap_question")),
        (t("What you said of answers"), ("report",)),
        (t("Your requests, and what was said about them"), ("request", "request_word", "request_step", "expectation")),
        (t("Your feedback"), ("feedback",)),
        (t("What you said by name, or answered"), ("voice",)),
        (t("When you want to be left in peace"), ("pause",)),
        (t("Where you stand for each function, and what shows it"), ("standing", "evidence", "standing_move")),
        (t("Campaigns that were for you, and what you did with them"), ("campaign_member", "step_response")),
        (t("What the bot wrote to you"), ("delivery", "attachment")),
        (t("What it heard and remembers"), ("event", "state")),
        (t("What you asked to be exported"), ("export",)),
        (
            t("What you did for a function"),
            (
                *("improvement", "gap", "profile_draft", "catalogue_version", "binding", "function_limit", "exchange_source"),
                *("campaign", "campaign_version", "campaign_rule"),
            ),
        ),
        (t("What the audit log says of you"), ("audit",)),
    )


def _standings(held: Rows, t: Texts) -> Iterator[str]:
    """Say for each function how much evidence there is of where they stand."""
    counts = Counter(str(row["function"]) for row in held["evidence"])
    for row in held["standing"]:
        if not row["topic"]:
            function, stage = _safe(str(row["function"])), str(row["stage"])
            count = counts[str(row["function"])]
            yield "- " + t.many(
                "{function}: {stage}, by {number} thing that you did or said",
                "{function}: {stage}, by {number} things that you did or said",
                count,
                function=function,
                stage=stage,
            )


def _row(name: str, row: Held) -> Iterator[str]:
    shown = {column: value for column, value in row.items() if column not in _NOT_SHOWN and value not in (None, "", [], False)}
    said = {column: value for column, value in shown.items() if isinstance(value, str) and "\n" in value}
    yield f"- {name}: " + "; ".join(f"{column} {_shown(value)}" for column, value in shown.items() if column not in said)
    for words in (*said.values(), *_messages(row)):
        yield from (f"  > {_safe(line)}" for line in words.splitlines())


def _messages(row: Held) -> Iterator[str]:
    if row.get("message"):
        yield plain_text(plain.read_message(row["message"]))
    if row.get("replies"):
        yield from (plain_text(reply) for reply in plain.read_replies(row["replies"]) if isinstance(reply, Message))


def _shown(value: Any) -> str:
    match value:
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case list() | dict():
            return _safe(json.dumps(value, ensure_ascii=False))
        case _:
            return _safe(str(value))


def _safe(text: str) -> str:
    """Return a text that no reader of Markdown takes for markup."""
    return _MARKUP.sub(r"\\\1", html.escape(text, quote=False))
