"""Where everybody stands for each function, and the evidence that places them there."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; of what was there, only when each last changed is added."""
    # evidence is read from these since a mark, so each needs a time that moves with what it says
    for table, told in (("feedback", "answered_at"), ("outside_exchange", "told_at")):
        op.add_column(table, sa.Column("changed_at", _TIME))
        op.execute(f"UPDATE {table} SET changed_at = {told}")  # noqa: S608 -- both are written above
        op.create_index(f"ix_{table}_changed_at", table, ["changed_at"])
    op.create_index("ix_request_closed_at", "request", ["closed_at"])

    op.create_table(
        "evidence_mark",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_evidence_mark"),
    )

    op.create_table(
        "evidence",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("campaign", sa.String()),
        sa.Column("step", sa.String()),
        sa.Column("survey", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_evidence_person_id"),
        sa.PrimaryKeyConstraint("number", name="pk_evidence"),
        sa.UniqueConstraint("key", name="uq_evidence_key"),
    )
    op.create_index("ix_evidence_function_at", "evidence", ["function", "at"])
    op.create_index("ix_evidence_person_id_function", "evidence", ["person_id", "function"])

    op.create_table(
        "standing",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("lost_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_standing_person_id"),
        sa.PrimaryKeyConstraint("person_id", "function", "topic", name="pk_standing"),
    )
    op.create_index("ix_standing_function_topic_stage", "standing", ["function", "topic", "stage"])
    op.create_index("ix_standing_lost_at", "standing", ["lost_at"])

    op.create_table(
        "standing_move",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("former", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_standing_move_person_id"),
        sa.PrimaryKeyConstraint("number", name="pk_standing_move"),
    )
    op.create_index("ix_standing_move_person_id_function", "standing_move", ["person_id", "function"])
