"""What learning needs: roles, the audit log with its pseudonyms, gaps with their questions, drafted profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    _rights()
    _gaps()
    op.create_table(
        "profile_draft",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("function", name="pk_profile_draft"),
    )


def _rights() -> None:
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "role", "function", name="pk_role_grant"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_role_grant_person_id"),
    )
    op.create_table(
        "pseudonym",
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_pseudonym"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pseudonym_person_id"),
        sa.UniqueConstraint("person_id", name="uq_pseudonym_person_id"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("function", sa.String()),
        sa.Column("subject", sa.String()),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("former_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def _gaps() -> None:
    op.create_table(
        "gap",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("function", sa.String()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("decision", sa.String()),
        sa.Column("subject", sa.String()),
        sa.Column("settled_at", _TIME),
        sa.Column("settled_by", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_gap"),
    )
    op.create_index("ix_gap_function", "gap", ["function"])
    op.create_table(
        "gap_question",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("gap_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("sheet_id", sa.String()),
        sa.Column("comment", sa.Text()),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_gap_question"),
        sa.ForeignKeyConstraint(["gap_id"], ["gap.id"], name="fk_gap_question_gap_id"),
    )
    op.create_index("ix_gap_question_gap_id", "gap_question", ["gap_id"])
