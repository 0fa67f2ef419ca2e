"""Campaigns, whom they reach, and what people do with their messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables, and let a delivery say which step of a campaign it is; what was planned before is no campaign's."""
    op.add_column("delivery", sa.Column("step", sa.String()))
    op.add_column("delivery", sa.Column("variant", sa.String()))
    op.add_column("delivery", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("request", sa.Column("reply_to", sa.String()))
    _planned()
    _campaigns()
    _people()


def _planned() -> None:
    """Find what campaigns planned apart from all the rest."""
    op.drop_index("ix_delivery_planned", "delivery")
    others = sa.text("status = 'planned' AND (cause_kind != 'campaign' OR (kind NOT IN ('campaign', 'prompt')))")
    op.create_index("ix_delivery_planned_others", "delivery", ["platform", "tenant", "not_before"], sqlite_where=others, postgresql_where=others)
    campaigns = sa.text("status = 'planned' AND NOT (cause_kind != 'campaign' OR (kind NOT IN ('campaign', 'prompt')))")
    by = ["cause_id", "platform", "tenant", "not_before", "number"]
    op.create_index("ix_delivery_planned_campaigns", "delivery", by, sqlite_where=campaigns, postgresql_where=campaigns)


def _campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("edited_at", _TIME, nullable=False),
        sa.Column("asked_by", sa.String()),
        sa.Column("approved_by", sa.String()),
        sa.Column("approved", sa.Integer()),
        sa.Column("starts_at", _TIME),
        sa.Column("ends_at", _TIME),
        sa.Column("started_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("benchmark", sa.Float()),
        sa.Column("targeted", sa.Integer(), nullable=False),
        sa.Column("planned_version", sa.Integer()),
        sa.Column("replanned", sa.String()),
        sa.Column("cursor", sa.String()),
        sa.Column("looked_at", _TIME),
        sa.Column("verdict", sa.Text()),
        sa.Column("posted_at", _TIME),
        sa.PrimaryKeyConstraint("name", name="pk_campaign"),
    )
    op.create_index("ix_campaign_function", "campaign", ["function"])
    op.create_index("ix_campaign_status", "campaign", ["status"])

    op.create_table(
        "campaign_picture",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "file", name="pk_campaign_picture"),
    )

    op.create_table(
        "campaign_rule",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("function", name="pk_campaign_rule"),
    )

    op.create_table(
        "campaign_version",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "version", name="pk_campaign_version"),
    )


def _people() -> None:
    op.create_table(
        "audience_grant",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("granted_at", _TIME, nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_audience_grant_person_id"),
        sa.PrimaryKeyConstraint("person_id", "function", "kind", "value", name="pk_audience_grant"),
    )

    op.create_table(
        "campaign_member",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("stage_before", sa.String(), nullable=False),
        sa.Column("segments", _JSON, nullable=False),
        sa.Column("entered_at", _TIME, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("delivery", sa.Uuid()),
        sa.Column("due_at", _TIME),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_campaign_member_person_id"),
        sa.PrimaryKeyConstraint("campaign", "person_id", name="pk_campaign_member"),
    )
    op.create_index("ix_campaign_member_campaign_due_at", "campaign_member", ["campaign", "due_at"])
    op.create_index("ix_campaign_member_person_id", "campaign_member", ["person_id"])

    op.create_table(
        "step_response",
        sa.Column("campaign", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("does", sa.String(), nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_step_response_person_id"),
        sa.PrimaryKeyConstraint("campaign", "step", "person_id", "does", name="pk_step_response"),
    )
    op.create_index("ix_step_response_person_id", "step_response", ["person_id"])
