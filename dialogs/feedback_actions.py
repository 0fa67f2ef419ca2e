"""The buttons of feedback: the row on each closing message, what follows a tap on it, pauses, what people say of their own accord, what is read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

On: TypeAlias = Literal["card", "prompt"]  # where the question stands: on the message that closed the exchange, or on a message of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySolved:
    """Say whether it was solved."""

    feedback: str
    solved: Literal["yes", "partly", "no"]
    on: On = "card"
    kind: Literal["solved"] = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrace:
    """Say what trace it left, from 1 to 5."""

    feedback: str
    trace: Literal["1", "2", "3", "4", "5"]
    on: On = "card"
    kind: Literal["trace"] = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerItem:
    """Answer the one question more (`dialogs.feedback.Item`); `value` is one of that item's."""

    feedback: str
    item: str
    value: str
    on: On = "card"
    kind: Literal["item"] = "item"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteComment:
    """Open the form in which to say something about an exchange, confidentially, or detached from it and without a name."""

    feedback: str
    on: On = "card"
    kind: Literal["comment"] = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class SayExpected:
    """Say, before a human takes over, what one expects: 1 to 5."""

    request: str
    value: Literal["1", "2", "3", "4", "5"]
    kind: Literal["expected"] = "expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePause:
    """Show the pauses, and how long one may be left in peace: by one function, or (None) by all."""

    slug: str | None = None
    kind: Literal["pauses"] = "pauses"


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePrompts:
    """Be left in peace by a function, or by all (None), for two weeks, three months or good; `over` ends the pause."""

    length: Literal["two_weeks", "three_months", "for_good", "over"]
    slug: str | None = None
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Open the form in which to say something to a function: an idea, praise, criticism, a question, by name or without one."""

    slug: str | None = None
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListVoices:
    """List what people said to a function, for those who may answer; without a function, of every function that the person may read."""

    slug: str | None = None
    start: str | None = None
    kind: Literal["voices"] = "voices"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerVoice:
    """Open the form that answers what somebody said. `voice` is its id; an anonymous one's begins with `anonymous:`.

    `base` is a digest of the answer that the form was opened on: of two people who answer at once, the second sees the first's words.
    """

    voice: str
    base: str | None = None
    kind: Literal["voice_answer"] = "voice_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseVoice:
    """Open the form that says what came of it."""

    voice: str
    kind: Literal["voice_close"] = "voice_close"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReceipt:
    """Read what was answered to something said without a name: the secret is in the author's own message, and nowhere else."""

    secret: str
    kind: Literal["receipt"] = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTraces:
    """Show what trace a function leaves: the latest published period, or the one that begins on that day (ISO), by one dimension.

    Without a function, choose among those that the person may read.
    """

    slug: str | None = None
    begins: str | None = None
    by: Literal["service", "department", "site", "platform", "channel", "occasion"] | None = None
    kind: Literal["traces"] = "traces"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowThemes:
    """Show what the comments about a function speak of, and those that may be shown."""

    slug: str
    begins: str | None = None
    kind: Literal["themes"] = "themes"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteImprovement:
    """Open the form in which an owner notes what they will do about a result, and by when."""

    slug: str
    kind: Literal["improve"] = "improve"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndImprovement:
    """Open the form that says what was done of an improvement."""

    improvement: str
    kind: Literal["improved"] = "improved"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFeedback:
    """Open the form that asks for an export of the feedback, for those who may."""

    kind: Literal["export"] = "export"


OfFeedback = SaySolved | RateTrace | AnswerItem | SayExpected
FeedbackForm = WriteComment | Say | AnswerVoice | CloseVoice | NoteImprovement | EndImprovement | ExportFeedback
