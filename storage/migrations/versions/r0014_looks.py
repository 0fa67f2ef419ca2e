"""When the reconciler last had its turn in a workspace, so that several processes share one rate."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has looked yet."""
    op.add_column("workspace", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
