"""What leaves with each closing message and what comes back, what each person takes of it; whose message a delivery is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exchange_id", sa.String(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("request_id", sa.String()),
        sa.Column("person_id", sa.String()),
        sa.Column("helper_id", sa.String()),
        sa.Column("tool", sa.String()),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("platform", sa.String()),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("site", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME),
        sa.Column("first_word_at", _TIME),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("expected", sa.Integer()),
        sa.Column("solved", sa.String()),
        sa.Column("trace", sa.Integer()),
        sa.Column("item", sa.String()),
        sa.Column("value", sa.String()),
        sa.Column("comment", sa.Text()),
        sa.Column("shared", sa.String()),
        sa.Column("answered_at", _TIME),
        sa.Column("voided_at", _TIME),
        sa.Column("prompt_at", _TIME),
        sa.Column("remind_at", _TIME),
        sa.Column("look_again_at", _TIME),
        sa.Column("class_id", sa.String()),
        sa.ForeignKeyConstraint(["helper_id"], ["person.id"], name="fk_feedback_helper_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_feedback_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_class_id", "feedback", ["class_id"])
    op.create_index("ix_feedback_exchange_id", "feedback", ["exchange_id"])
    op.create_index("ix_feedback_function_asked_at", "feedback", ["function", "asked_at"])
    op.create_index("ix_feedback_helper_id", "feedback", ["helper_id"])
    op.create_index(
        "ix_feedback_look_again",
        "feedback",
        ["look_again_at"],
        sqlite_where=sa.text("look_again_at IS NOT NULL"),
        postgresql_where=sa.text("look_again_at IS NOT NULL"),
    )
    op.create_index("ix_feedback_person_id", "feedback", ["person_id"])
    op.create_index(
        "ix_feedback_prompt",
        "feedback",
        ["prompt_at"],
        sqlite_where=sa.text("prompt_at IS NOT NULL"),
        postgresql_where=sa.text("prompt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_feedback_remind",
        "feedback",
        ["remind_at"],
        sqlite_where=sa.text("remind_at IS NOT NULL"),
        postgresql_where=sa.text("remind_at IS NOT NULL"),
    )

    op.create_table(
        "expectation",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_expectation_person_id"),
        sa.PrimaryKeyConstraint("request_id", name="pk_expectation"),
    )
    op.create_index("ix_expectation_person_id", "expectation", ["person_id"])

    op.create_table(
        "pause",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("until", _TIME),
        sa.Column("since", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pause_person_id"),
        sa.PrimaryKeyConstraint("person_id", "function", name="pk_pause"),
    )

    op.create_table(
        "function_limit",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("ask_days", sa.Integer()),
        sa.Column("messages_month", sa.Integer()),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("function", name="pk_function_limit"),
    )

    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("function", sa.String()))
        delivery.create_index("ix_delivery_person_id_kind", ["person_id", "kind"])
