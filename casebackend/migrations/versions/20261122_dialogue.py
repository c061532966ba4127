"""Identity checks with one-time codes, suggested classes of a case, what customers add or ask of their cases, and what a
draft knows of its matter, its teller and its likes.
"""

import sqlalchemy as sa
from alembic import op

revision = "402dca6cfab8"
down_revision = "237be9d12980"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    new_tables()
    new_columns()


def new_tables() -> None:
    op.create_table(
        "identity_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("phone_index", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_codes")),
    )
    with op.batch_alter_table("identity_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_codes_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identity_codes_phone_index"), ["phone_index"], unique=False)
        batch_op.create_index("ix_identity_codes_state", ["state", "asked_at"], unique=False)

    op.create_table(
        "identity_talks",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("level_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_phone", sa.String(length=32), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_identity_talks")),
    )
    with op.batch_alter_table("identity_talks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_talks_touched_at"), ["touched_at"], unique=False)

    op.create_table(
        "identity_tries",
        sa.Column("about", sa.String(length=48), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("about", name=op.f("pk_identity_tries")),
    )
    with op.batch_alter_table("identity_tries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identity_tries_last_at"), ["last_at"], unique=False)

    op.create_table(
        "case_hints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["users.id"], name=op.f("fk_case_hints_accepted_by")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_hints_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_hints")),
    )
    with op.batch_alter_table("case_hints", schema=None) as batch_op:
        batch_op.create_index("ix_case_hints_case", ["case_id"], unique=False)

    op.create_table(
        "case_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_result", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_requests_case_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_case_requests_conversation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_case_requests_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_requests")),
    )
    with op.batch_alter_table("case_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_requests_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_requests_last_message_id"), ["last_message_id"], unique=False)


def new_columns() -> None:
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("large", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("code_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("drafts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_type", sa.String(length=32), server_default="complaint", nullable=False))
        batch_op.add_column(sa.Column("capacity", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("group_size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("care", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("likeness", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("likeness_choice", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("likeness_message_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("likeness_result", sa.JSON(), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_digest", sa.String(length=32), nullable=True))


def downgrade() -> None:
    raise NoWayBack
