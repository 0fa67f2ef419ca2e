"""A gap: questions alike that a function couldn't answer, or answered wrongly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, get_args

from dialogs.catalog import Language

GapKind: TypeAlias = Literal["unanswered", "none_of_these", "not_mine", "wrong"]
KINDS: Final[tuple[GapKind, ...]] = get_args(GapKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class GapQuestion:
    """One question of a gap, personal data masked.

    `kind` says how it came: nothing was found, none of the questions offered was meant, the answer wasn't to the question, or somebody wrote
    (`comment`) that the answer `sheet` is wrong or misses something.
    """

    text: str
    language: Language
    kind: GapKind
    asked_at: datetime
    sheet: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions alike, the newest first; `function` is the slug of whom they're for, None where no function is near enough.

    `count` may be larger than the number of `questions` held; `kinds` says how many came in each way. `nearest` are the ids of the sheets that come
    nearest, the best first. `sent_by` is the function that sent it on to this one, if any did.
    """

    id: str
    function: str | None
    questions: tuple[GapQuestion, ...]
    count: int
    kinds: tuple[tuple[GapKind, int], ...] = ()
    nearest: tuple[str, ...] = ()
    sent_by: str | None = None
