"""What an index learnt from a catalogue, kept so that a start doesn't learn it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; the next start of each encoder fills it."""
    op.create_table(
        "learnt",
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_learnt"),
    )
