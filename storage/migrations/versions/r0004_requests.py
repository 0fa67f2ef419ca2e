"""What a human's help needs: requests with their words and steps, channels of functions, exchanges told by other tools."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables; nothing that was there changes."""
    _requests()
    _channels()
    _elsewhere()
    _corrections()


def _requests() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exchange_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("sheet_id", sa.String()),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("tried", _JSON, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("expert_id", sa.String()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("claimed_at", _TIME),
        sa.Column("first_word_at", _TIME),
        sa.Column("closed_at", _TIME),
        sa.Column("outcome", sa.String()),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("reminded_at", _TIME),
        sa.Column("escalated_at", _TIME),
        sa.Column("desk", sa.Text()),
        sa.Column("desk_key", sa.String()),
        sa.Column("desk_language", sa.String(), nullable=False),
        sa.Column("keeper_id", sa.String()),
        sa.Column("card", sa.Uuid()),
        sa.Column("thread", sa.String()),
        sa.ForeignKeyConstraint(["client_id"], ["person.id"], name="fk_request_client_id"),
        sa.ForeignKeyConstraint(["expert_id"], ["person.id"], name="fk_request_expert_id"),
        sa.ForeignKeyConstraint(["keeper_id"], ["person.id"], name="fk_request_keeper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
    )
    op.create_index("ix_request_client_id", "request", ["client_id"])
    op.create_index("ix_request_desk_key_thread", "request", ["desk_key", "thread"])
    op.create_index("ix_request_exchange_id", "request", ["exchange_id"])
    op.create_index("ix_request_expert_id", "request", ["expert_id"])
    op.create_index("ix_request_keeper_id", "request", ["keeper_id"])
    op.create_index(
        "ix_request_unclaimed", "request", ["due_at"], sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "request_word",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source_key", sa.String()),
        sa.Column("source_message", sa.String()),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_request_word_author_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_request_word_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_request_word"),
    )
    op.create_index("ix_request_word_author_id", "request_word", ["author_id"])
    op.create_index("ix_request_word_request_id", "request_word", ["request_id"])
    op.create_index("ix_request_word_source_key_source_message", "request_word", ["source_key", "source_message"])
    op.create_table(
        "request_step",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("person_id", sa.String()),
        sa.Column("function", sa.String()),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_request_step_person_id"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name="fk_request_step_request_id"),
        sa.PrimaryKeyConstraint("number", name="pk_request_step"),
    )
    op.create_index("ix_request_step_person_id", "request_step", ["person_id"])
    op.create_index("ix_request_step_request_id", "request_step", ["request_id"])


def _channels() -> None:
    op.create_table(
        "binding",
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("bound_by", sa.String(), nullable=False),
        sa.Column("bound_at", _TIME, nullable=False),
        sa.Column("dead", sa.String()),
        sa.PrimaryKeyConstraint("function", "service", name="pk_binding"),
    )
    op.create_index("ix_binding_key", "binding", ["key"])


def _elsewhere() -> None:
    op.create_table(
        "exchange_source",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("name", name="pk_exchange_source"),
        sa.UniqueConstraint("token_hash", name="uq_exchange_source_token_hash"),
    )
    op.create_table(
        "outside_exchange",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("service", sa.String()),
        sa.Column("client_email", sa.String()),
        sa.Column("person_id", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String()),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_outside_exchange_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_exchange"),
        sa.UniqueConstraint("source", "external_id", name="uq_outside_exchange_source_external_id"),
    )
    op.create_index("ix_outside_exchange_client_email", "outside_exchange", ["client_email"])
    op.create_index("ix_outside_exchange_person_id", "outside_exchange", ["person_id"])


def _corrections() -> None:
    op.add_column("report", sa.Column("told_at", _TIME))
