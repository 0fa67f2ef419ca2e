"""Campaigns in folders, as their tests write, spoil and read them."""

import struct
import zlib
from datetime import date
from pathlib import Path

from bot.campaign_files import CampaignReading, read_campaign
from bot.yaml_style import document
from dialogs.campaign import Campaign
from dialogs.campaign_rules import Places
from dialogs.catalog import Language
from dialogs.written import as_written
from tests.company import CATALOGUE

PLACES = Places(departments=frozenset({"Ventes", "Exploitation", "IT"}), sites=frozenset({"Lyon", "Lille"}))
TODAY = date(2026, 11, 20)


def png(width: int = 8, height: int = 8) -> bytes:
    """Return a PNG of one grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def text_of(campaign: Campaign) -> str:
    """Return a campaign's file."""
    written = as_written(campaign)
    assert isinstance(written, dict)
    return document(written)


def write(folder: Path, campaign: Campaign) -> Path:
    """Write a campaign's file into a folder, with the pictures that it names."""
    folder.mkdir(parents=True, exist_ok=True)
    for step in campaign.steps:
        if step.picture is not None:
            (folder / step.picture.file).write_bytes(png())
    file = folder / f"{campaign.name}.yaml"
    file.write_text(text_of(campaign), encoding="utf-8")
    return file


def spoil(file: Path, before: str, after: str) -> None:
    """Replace the first of some words of a file by others."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def read(file: Path, *, language: Language = "en", today: date = TODAY) -> CampaignReading:
    """Read a campaign of the small company."""
    reading = read_campaign(file, CATALOGUE, PLACES, language=language, today=today)
    assert (reading.campaign is None) == bool(reading.mistakes)
    return reading
