"""What the ledger needs: deliveries, their tally, the workspaces that the pump owns; where a person can't be reached any more."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    _ledger()
    _reach()


def _ledger() -> None:
    op.create_table(
        "delivery",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause_kind", sa.String(), nullable=False),
        sa.Column("cause_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String()),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("lane", sa.String()),
        sa.Column("under", sa.Uuid()),
        sa.Column("doubt", sa.String(), nullable=False),
        sa.Column("user", sa.String()),
        sa.Column("tapped", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("detail", sa.Text()),
        sa.Column("planned_at", _TIME, nullable=False),
        sa.Column("not_before", _TIME, nullable=False),
        sa.Column("deadline", _TIME),
        sa.Column("claim", sa.Uuid()),
        sa.Column("lease_until", _TIME),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("message_id", sa.String()),
        sa.Column("looked_at", _TIME),
        sa.Column("change", sa.String()),
        sa.Column("change_message", sa.Text()),
        sa.Column("change_not_before", _TIME),
        sa.Column("change_attempts", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_delivery_person_id"),
        sa.PrimaryKeyConstraint("number", name="pk_delivery"),
        sa.UniqueConstraint("key", name="uq_delivery_key"),
    )
    op.create_index("ix_delivery_cause_kind_cause_id", "delivery", ["cause_kind", "cause_id"])
    op.create_index(
        "ix_delivery_change",
        "delivery",
        ["platform", "tenant", "change_not_before"],
        sqlite_where=sa.text("change IS NOT NULL"),
        postgresql_where=sa.text("change IS NOT NULL"),
    )
    op.create_index("ix_delivery_lane_number", "delivery", ["lane", "number"])
    op.create_index("ix_delivery_person_id", "delivery", ["person_id"])
    op.create_index("ix_delivery_place_message_id", "delivery", ["place", "message_id"])
    op.create_index("ix_delivery_place_sent_at", "delivery", ["place", "sent_at"])
    op.create_index(
        "ix_delivery_planned",
        "delivery",
        ["platform", "tenant", "not_before"],
        sqlite_where=sa.text("status = 'planned'"),
        postgresql_where=sa.text("status = 'planned'"),
    )
    op.create_index(
        "ix_delivery_sending", "delivery", ["lease_until"], sqlite_where=sa.text("status = 'sending'"), postgresql_where=sa.text("status = 'sending'")
    )
    op.create_index(
        "ix_delivery_unknown", "delivery", ["ended_at"], sqlite_where=sa.text("status = 'unknown'"), postgresql_where=sa.text("status = 'unknown'")
    )
    op.create_table(
        "delivery_tally",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_delivery_tally"),
    )
    op.create_table(
        "workspace",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("owner", sa.String()),
        sa.Column("lease_until", _TIME),
        sa.Column("paused_until", _TIME),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_workspace"),
    )


def _reach() -> None:
    op.add_column("person", sa.Column("reach", sa.String()))
    op.add_column("conversation_reference", sa.Column("dead_at", _TIME))
    op.add_column("conversation_reference", sa.Column("dead_reason", sa.String()))
