"""Files that messages carry, and the exports that people ask for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    op.create_table(
        "attachment",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_attachment_person_id"),
        sa.PrimaryKeyConstraint("key", name="pk_attachment"),
    )
    op.create_index("ix_attachment_person_id", "attachment", ["person_id"])

    op.create_table(
        "export",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("filters", _JSON, nullable=False),
        sa.Column("depth", sa.String(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("made_at", _TIME),
        sa.Column("failure", sa.Text()),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_export_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
    )
    op.create_index("ix_export_person_id", "export", ["person_id"])
