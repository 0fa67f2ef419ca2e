"""The columns of an export: what each is called, what it means, which values it takes, which floor protects it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never

from dialogs.catalog import LANGUAGES
from dialogs.export import Depth
from dialogs.feedback import Item, Occasion
from dialogs.request import Outcome
from dialogs.scores import COMMENT_FLOOR, DIMENSIONS, SCORE_FLOOR
from dialogs.texts import Texts

Table: TypeAlias = Literal["responses", "comments"]
Type: TypeAlias = Literal["text", "integer", "date", "time", "integer or text"]

TABLES: Final[Mapping[Depth, tuple[Table, ...]]] = {"protected": ("responses", "comments"), "full": ("responses",), "named": ("responses",)}
DICTIONARY: Final = ("table", "column", "type", "meaning", "values", "floor")  # what the dictionary says of each column

_GIVEN: Final = ("solved", "trace", "item", "value")
_PROTECTED: Final = ("respondent", "function", "period_begins", "period_ends", *DIMENSIONS, *_GIVEN)
_COMMENTS: Final = ("function", "period_begins", "period_ends", "language", "comment")
_FULL: Final = (
    "respondent",
    "person_name",
    "person_email",
    "function",
    *DIMENSIONS,
    "language",
    "opened_at",
    "due_at",
    "first_word_at",
    "asked_at",
    "answered_at",
    "hops",
    "outcome",
    "helper_name",
    "tool",
    "question",
    "expected",
    *_GIVEN,
    "comment",
    "shared",
)
_NAMING: Final = frozenset({"person_name", "person_email", "helper_name", "question"})
_TYPES: Final[Mapping[str, Type]] = {
    **dict.fromkeys(("period_begins", "period_ends"), "date"),
    **dict.fromkeys(("opened_at", "due_at", "first_word_at", "asked_at", "answered_at"), "time"),
    **dict.fromkeys(("hops", "expected", "trace"), "integer"),
    "value": "integer or text",
}
_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "platform": ("slack", "teams"),
    "channel": ("personal", "group", "channel", "outside"),
    "occasion": tuple(Occasion),
    "language": LANGUAGES,
    "outcome": tuple(Outcome),
    "expected": ("1", "2", "3", "4", "5"),
    "solved": ("yes", "partly", "no"),
    "trace": ("1", "2", "3", "4", "5"),
    "item": tuple(Item),
    "shared": ("no", "unnamed", "named"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as the dictionary tells it; `values` are all that it takes, where these can be listed, `floor` is empty for none."""

    table: Table
    name: str
    type: Type
    meaning: str
    values: tuple[str, ...] = ()
    floor: str = ""


def names(table: Table, depth: Depth) -> tuple[str, ...]:
    """Return the columns of a table, in their order."""
    if table == "comments":
        return _COMMENTS
    match depth:
        case "protected":
            return _PROTECTED
        case "named":
            return _FULL
        case "full":
            return tuple(name for name in _FULL if name not in _NAMING)
        case _:
            assert_never(depth)


def dictionary(t: Texts, depth: Depth) -> tuple[Column, ...]:
    """Return every column of an export, table by table, in the reader's language."""
    meanings, floors = _meanings(t, depth), _floors(t) if depth == "protected" else {}
    return tuple(
        Column(
            table=table,
            name=name,
            type=_TYPES.get(name, "text"),
            meaning=meanings[name],
            values=_VALUES.get(name, ()),
            floor=floors.get(name, floors.get(table, "")),
        )
        for table in TABLES[depth]
        for name in names(table, depth)
    )


def _meanings(t: Texts, depth: Depth) -> Mapping[str, str]:
    if depth == "protected":
        told = {
            "respondent": t(
                "Who responded, under a name made at random: another one in each class of responses and in each export, and for each response where "
                "fewer than {floor} people of the class gave as many.",
                floor=SCORE_FLOOR,
            ),
            "service": t("Which service it was about, by its id; empty where too few people share it."),
            "department": t("The department of whoever responded; empty where too few people share it."),
            "site": t("The site of whoever responded; empty where too few people share it."),
            "platform": t("Where they were asked; empty where too few people share it."),
            "channel": t("What kind of conversation it was; empty where too few people share it."),
            "occasion": t("What closed the exchange: an answer, a request, something outside, a second look; empty where too few people share it."),
            "language": t("The language in which they were asked; empty in a period in which few of those who wrote were asked in another."),
            "comment": t("What was said, personal data masked; it can't be joined to a response."),
        }
    else:
        told = {
            "respondent": t("Who responded, under a name made at random: another one in each export."),
            "service": t("Which service it was about, by its id."),
            "department": t("The department of whoever responded, when they were asked."),
            "site": t("The site of whoever responded, when they were asked."),
            "platform": t("Where they were asked."),
            "channel": t("What kind of conversation it was."),
            "occasion": t("What closed the exchange: an answer, a request, something outside, a second look."),
            "language": t("The language in which they were asked."),
            "comment": t("What was said, as it was written.") if depth == "named" else t("What was said, personal data masked."),
        }
    return told | {
        "person_name": t("The name of whoever responded; empty once they were erased."),
        "person_email": t("The e-mail of whoever responded; empty once they were erased."),
        "function": t("Which function helped, by its slug."),
        "period_begins": t("The first day of the period in which they were asked."),
        "period_ends": t("The last day of that period."),
        "opened_at": t("When the exchange began (UTC)."),
        "due_at": t("By when an answer was promised (UTC)."),
        "first_word_at": t("When a human first answered (UTC)."),
        "asked_at": t("When the closing message left (UTC)."),
        "answered_at": t("When they responded, or last changed it (UTC)."),
        "hops": t("How often the request was handed on."),
        "outcome": t("How the expert closed the request."),
        "helper_name": t("Who helped; empty for the bot, and for a tool."),
        "tool": t("The tool that told of the exchange."),
        "question": t("What was asked, cut short."),
        "expected": t("What was expected of a human's help, said before it began; higher is better."),
        "solved": t("Whether it was solved."),
        "trace": t("What trace it left; 5 is the best."),
        "item": t("The one question more that was asked, if any."),
        "value": t("What was answered to it: a number on its scale, or one of its words."),
        "shared": t("Whether the comment may be shown as thanks, and with a name."),
    }


def _floors(t: Texts) -> Mapping[str, str]:
    """Say the floors of the protected tables, and of the columns that have one of their own."""
    measured = t("{number} people who answered that question in that period", number=SCORE_FLOOR)
    return {
        "responses": t("{number} people in each class of responses", number=SCORE_FLOOR),
        "comments": t("{number} people who commented in that period", number=COMMENT_FLOOR),
        "item": measured,
        "value": measured,
    }
