"""Indexes: the ledger's hold only the rows that are looked for in them; gestures are found by when they were heard."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PARTIAL = {
    "ix_delivery_lane_number": (["lane", "number"], "lane IS NOT NULL"),
    "ix_delivery_place_sent_at": (["place", "sent_at"], "sent_at IS NOT NULL"),
    "ix_delivery_place_message_id": (["place", "message_id"], "message_id IS NOT NULL"),
}


def upgrade() -> None:
    """Make three of the ledger's partial, drop one that's the beginning of another, make one of gestures; no row changes."""
    op.create_index("ix_event_heard_at", "event", ["heard_at"])
    op.drop_index("ix_delivery_person_id", "delivery")
    for name, (columns, which) in _PARTIAL.items():
        op.drop_index(name, "delivery")
        op.create_index(name, "delivery", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
