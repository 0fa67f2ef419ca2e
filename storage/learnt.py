"""What indexes learnt, kept so that a restart doesn't learn it again."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from storage.tables import LearntRow, table_of

KEEPING: Final = "learnt"  # the key under which `keep` is written
_MOST: Final = 4  # two encoders, of two catalogues or of two versions of the program; each takes 3 to 10 MB
_TABLE: Final = table_of(LearntRow)


def known(session: Session, fingerprint: bytes) -> bytes | None:
    """Return what was learnt from this, None where nothing is kept."""
    return session.connection().execute(select(_TABLE.c.content).where(_TABLE.c.fingerprint == fingerprint)).scalar()


def keep(session: Session, fingerprint: bytes, content: bytes, at: datetime) -> None:
    """Keep what was learnt in the place of what was kept under its fingerprint, and of all but the newest three others. Write it under `KEEPING`."""
    others = select(_TABLE.c.fingerprint).where(_TABLE.c.fingerprint != fingerprint)
    newest = others.order_by(_TABLE.c.kept_at.desc(), _TABLE.c.fingerprint).limit(_MOST - 1)
    session.connection().execute(delete(_TABLE).where(_TABLE.c.fingerprint.not_in(newest)))
    session.connection().execute(insert(_TABLE), [{"fingerprint": fingerprint, "kept_at": at, "content": content}])
