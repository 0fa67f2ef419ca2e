"""The deployment's secret key, from which each purpose derives its own."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.settings import Settings
from storage.errors import UnavailableError

FILE: Final = "secret.key"  # in POURQUI_DATA
_BYTES: Final = 32


def secret_of(settings: Settings) -> str | None:
    """Return POURQUI_SECRET_KEY, else the key in POURQUI_DATA, made at the first start and readable by its owner alone.

    None with PostgreSQL where no key is set: several processes may share it, and a key of each's own would lock the others out. Raises
    UnavailableError where the file can't be made, or read.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    if is_shared(settings):
        return None
    file = key_file(settings)
    try:
        if not file.exists():
            _make(file)
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"the secret key {file} can't be made, or read: {error}; set POURQUI_SECRET_KEY, or give the right to it") from error
    if not secret:
        raise UnavailableError(f"the secret key {file} is empty: bring it back from a backup, or delete it and a new one is made")
    return secret


def is_shared(settings: Settings) -> bool:
    """Tell whether several processes may be at the database, so that each has to be given the same key."""
    return not settings.url.startswith("sqlite")


def key_file(settings: Settings) -> Path:
    """Return where the key is kept that no setting gives."""
    return settings.data_folder / FILE


def derived(secret: str, purpose: str) -> bytes:
    """Return 32 bytes for one purpose: HKDF with SHA-256 (RFC 5869), so that the key of one purpose tells nothing of another's."""
    return HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=f"pourqui {purpose}".encode()).derive(secret.encode())


def _make(file: Path) -> None:
    """Make the key whole or not at all: of two processes that start at once, the first one's is both's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE}-")  # 0600, whatever the umask
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as written:
            written.write(secrets.token_urlsafe(_BYTES))
            written.flush()
            os.fsync(written.fileno())
        try:
            Path(file).hardlink_to(name)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
