"""What answering needs: people and their accounts, conversations, exchanges, the catalogue's versions, vectors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the first tables."""
    _people()
    _conversations()
    _exchanges()
    _catalogue()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("directory_id", sa.String()),
        sa.Column("email", sa.String()),
        sa.Column("name", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("directory_language", sa.String()),
        sa.Column("timezone", sa.String()),
        sa.Column("site", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("seniority", sa.String()),
        sa.Column("manager", sa.String()),
        sa.Column("segments", _JSON, nullable=False),
        sa.Column("greeted_at", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("directory_id", name="uq_person_directory_id"),
        sa.UniqueConstraint("email", name="uq_person_email"),
    )
    op.create_table(
        "identity",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("email", sa.String()),
        sa.Column("locale", sa.String()),
        sa.Column("spoken_language", sa.String()),
        sa.Column("timezone", sa.String()),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("refreshed_at", _TIME),
        sa.PrimaryKeyConstraint("platform", "tenant", "user", name="pk_identity"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_identity_person_id"),
    )
    op.create_index("ix_identity_person_id", "identity", ["person_id"])
    op.create_index("ix_identity_email", "identity", ["email"])
    op.create_table(
        "conversation_reference",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("conversation", sa.String(), nullable=False),
        sa.Column("thread", sa.String()),
        sa.Column("service_url", sa.String()),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("refreshed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "platform", "tenant", name="pk_conversation_reference"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_reference_person_id"),
    )


def _conversations() -> None:
    op.create_table(
        "event",
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("conversation_key", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("gesture", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("replies", sa.Text(), nullable=False),
        sa.Column("heard_at", _TIME, nullable=False),
        sa.Column("answered_at", _TIME),
        sa.Column("swept_at", _TIME),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_event"),
    )
    waiting = sa.text("answered_at IS NULL")
    op.create_index("ix_event_unanswered", "event", ["heard_at"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "state",
        sa.Column("state_key", sa.String(), nullable=False),
        sa.Column("dialog", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("state_key", name="pk_state"),
    )


def _exchanges() -> None:
    op.create_table(
        "exchange",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("function", sa.String()),
        sa.Column("sheet_ids", _JSON, nullable=False),
        sa.Column("confidence", sa.Float()),
        sa.Column("catalogue_version", sa.Integer()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("chosen_id", sa.String()),
        sa.Column("none_of_these", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchange"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_exchange_person_id"),
    )
    op.create_index("ix_exchange_person_id", "exchange", ["person_id"])
    op.create_index("ix_exchange_opened_at", "exchange", ["opened_at"])
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("exchange_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sheet_id", sa.String(), nullable=False),
        sa.Column("comment", sa.Text()),
        sa.Column("reported_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_report_person_id"),
    )
    op.create_index("ix_report_exchange_id", "report", ["exchange_id"])
    op.create_index("ix_report_person_id", "report", ["person_id"])


def _catalogue() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("restored_from", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name="pk_catalogue_version"),
    )
    op.create_table(
        "vector",
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "text_hash", name="pk_vector"),
    )
