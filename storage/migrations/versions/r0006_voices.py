"""What people say of their own accord, by name and without one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    op.create_table(
        "voice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at", _TIME),
        sa.Column("answered_by", sa.String()),
        sa.Column("outcome", sa.Text()),
        sa.Column("closed_at", _TIME),
        sa.Column("closed_by", sa.String()),
        sa.Column("desk_language", sa.String(), nullable=False),
        sa.Column("card", sa.Uuid()),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name="fk_voice_answered_by"),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name="fk_voice_closed_by"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_voice_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_voice"),
    )
    op.create_index("ix_voice_answered_by", "voice", ["answered_by"])
    op.create_index("ix_voice_closed_by", "voice", ["closed_by"])
    op.create_index("ix_voice_function", "voice", ["function"])
    op.create_index("ix_voice_person_id", "voice", ["person_id"])

    op.create_table(
        "anonymous_voice",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("receipt_hash", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_anonymous_voice"),
        sa.UniqueConstraint("receipt_hash", name="uq_anonymous_voice_receipt_hash"),
    )
    op.create_index("ix_anonymous_voice_function", "anonymous_voice", ["function"])

    op.create_table(
        "anonymous_pending",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anonymous_pending"),
    )
