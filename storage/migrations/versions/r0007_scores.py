"""What is published of closed periods, and what owners do about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    op.create_table(
        "grain",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("function", "quarter", name="pk_grain"),
    )

    op.create_table(
        "published_period",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("solved", _JSON, nullable=False),
        sa.Column("traces", _JSON, nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("published_at", _TIME, nullable=False),
        sa.Column("themed_at", _TIME),
        sa.PrimaryKeyConstraint("function", "begins", name="pk_published_period"),
    )

    op.create_table(
        "anonymity_class",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("site", sa.String()),
        sa.Column("platform", sa.String()),
        sa.Column("channel", sa.String()),
        sa.Column("occasion", sa.String()),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("solved", _JSON, nullable=False),
        sa.Column("traces", _JSON, nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_anonymity_class"),
    )
    op.create_index("ix_anonymity_class_function", "anonymity_class", ["function"])

    op.create_table(
        "published_measure",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("values", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("function", "begins", "measure", name="pk_published_measure"),
    )

    op.create_table(
        "theme",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("words", _JSON, nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("traces", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_theme"),
    )
    op.create_index("ix_theme_function", "theme", ["function"])

    op.create_table(
        "improvement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("before", sa.Date()),
        sa.Column("noted_at", _TIME, nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("done_at", _TIME),
        sa.Column("done", sa.String()),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name="fk_improvement_noted_by"),
        sa.PrimaryKeyConstraint("id", name="pk_improvement"),
    )
    op.create_index("ix_improvement_function", "improvement", ["function"])
    op.create_index("ix_improvement_noted_by", "improvement", ["noted_by"])
