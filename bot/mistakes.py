"""What is wrong in a file that somebody wrote, said so that they can mend it."""

from dataclasses import dataclass
from pathlib import Path

from dialogs.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake or warning: where (a line counts from 1, `path` is empty for a whole file), what is wrong, how to fix it."""

    file: str
    line: int
    path: str
    what: str
    fix: str

    def __str__(self) -> str:
        """Say it on one line, in the form that editors turn into a link."""
        return f"{self.file}:{self.line}: {f'{self.path}: ' if self.path else ''}{self.what}; {self.fix}"


def read_text(file: Path, name: str, limit: int, t: Texts) -> str | Mistake:
    """Return a UTF-8 file's text (a byte-order mark is left out), or why it can't be read. `limit` is in bytes."""

    def mistake(what: str, fix: str, line: int = 1) -> Mistake:
        return Mistake(file=name, line=line, path="", what=what, fix=fix)

    try:
        if not file.exists():
            return mistake(t("the file is missing"), t("create it; the sample company shows its form"))
        if not file.is_file():
            return mistake(t("this isn't a file"), t("put a file of that name here"))
        with file.open("rb") as opened:
            content = opened.read(limit + 1)
    except OSError as error:
        return mistake(t("the file can't be read ({reason})", reason=error.strerror), t("check who may read it"))
    if len(content) > limit:
        return mistake(t("the file is larger than {limit} MB", limit=limit // 1_000_000), t("split it, or look for what got in by accident"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return mistake(t("the file isn't in UTF-8"), t("save it again with the encoding UTF-8"), line)
