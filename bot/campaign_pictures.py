"""Pictures of campaigns: a PNG, JPEG or GIF in the campaign's folder, told by what it holds rather than by its name."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dialogs.texts import Texts
from dialogs.written import quoted

SIZE_LIMIT: Final = 1_000_000  # bytes: both platforms take it, and a phone loads it
SIDE_LIMIT: Final = 4_096  # pixels
ENDINGS: Final = (".png", ".jpg", ".jpeg", ".gif")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_GIF: Final = (b"GIF87a", b"GIF89a")
_JPEG: Final = b"\xff\xd8\xff"
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers without a length: TEM, RST0 to RST7, SOI
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those that begin a frame (ITU-T T.81, table B.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFile:
    """A picture as it's kept."""

    content_type: str
    content: bytes


def read_picture(folder: Path, name: str, t: Texts) -> PictureFile | tuple[str, str]:
    """Return a picture of a folder, or what is wrong with it and how to mend it; a link that leads out of the folder isn't followed."""
    shown = quoted(name, t)
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            return t("{file} leads out of the campaign's folder", file=shown), t("put the picture itself beside the campaign's file")
        if not file.is_file():
            return t("there's no picture {file}", file=shown), t("put it beside the campaign's file, or check its name")
        with file.open("rb") as opened:
            content = opened.read(SIZE_LIMIT + 1)
    except (OSError, RuntimeError, ValueError) as error:  # Python's own words for links that lead to themselves, and for names that no file has
        return t("the picture {file} can't be read ({reason})", file=shown, reason=error), t("check its name, and who may read it")
    if len(content) > SIZE_LIMIT:
        return t("the picture {file} is larger than {limit} MB", file=shown, limit=SIZE_LIMIT // 1_000_000), t("save it smaller, as a PNG or a JPEG")
    measured = measure(content)
    if measured is None:
        return t("{file} isn't a picture", file=shown), t("save it as a PNG, a JPEG or a GIF")
    content_type, width, height = measured
    if max(width, height) > SIDE_LIMIT:
        what = t("the picture {file} has {width} × {height} pixels, {limit} a side at most", file=shown, width=width, height=height, limit=SIDE_LIMIT)
        return what, t("make it smaller")
    return PictureFile(content_type=content_type, content=content)


def measure(content: bytes) -> tuple[str, int, int] | None:
    """Return a picture's type, width and height (pixels) as its first bytes tell them; None for what isn't one."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        found = "image/png", int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    elif content.startswith(_GIF):
        found = "image/gif", int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    elif content.startswith(_JPEG):
        found = "image/jpeg", *_frame(content)
    else:
        return None
    return found if min(found[1:]) > 0 else None


def _frame(content: bytes) -> tuple[int, int]:
    """Return the width and height in a JPEG's first frame header, zeros where it has none."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a byte that fills up
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _FRAMES:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        else:
            at += 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
    return 0, 0
