"""Several processes at work on one database: who is there, what their clocks asked for, chunks of campaigns, and moves."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; whatever is planned goes on as it was."""
    op.create_table(
        "process",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("runner", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_process"),
    )

    op.create_table(
        "tick",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("job", name="pk_tick"),
    )

    op.create_table(
        "deployment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("moved_to", sa.String()),
        sa.Column("moved_from", sa.String()),
        sa.Column("moved_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_deployment"),
    )

    op.create_table(
        "move",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("last_key", sa.Text()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("done_at", _TIME),
        sa.PrimaryKeyConstraint("table_name", name="pk_move"),
    )

    op.create_table(
        "campaign_chunk",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("upto", sa.String()),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("handed_at", _TIME),
        sa.Column("done_at", _TIME),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "number", name="pk_campaign_chunk"),
    )

    op.add_column("campaign", sa.Column("audience", sa.Integer()))
