"""Replies of one's own and of a team, until where the words of talks are gone, and cards that nobody had checked."""

import sqlalchemy as sa
from alembic import op

revision = "5814b17729c3"
down_revision = "fb7d9851b131"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    replies()
    talks()
    # Until now a double had looked at the check digit only.
    op.execute("UPDATE business_objects SET finding = 'unchecked' WHERE kind = 'card'")


def replies() -> None:
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("pending", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_by", sa.Uuid(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["retired_by"], ["users.id"], name=op.f("fk_canned_replies_retired_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_canned_replies_unit_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_canned_replies_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
    )
    with op.batch_alter_table("canned_replies", schema=None) as batch_op:
        batch_op.create_index("ix_canned_replies_changed", ["reach", "changed_at"], unique=False)
        batch_op.create_index(op.f("ix_canned_replies_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(op.f("ix_canned_replies_user_id"), ["user_id"], unique=False)

    op.create_table(
        "canned_reply_versions",
        sa.Column("reply_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_canned_reply_versions_author_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_canned_reply_versions_decided_by")),
        sa.ForeignKeyConstraint(["reply_id"], ["canned_replies.id"], name=op.f("fk_canned_reply_versions_reply_id")),
        sa.PrimaryKeyConstraint("reply_id", "number", name=op.f("pk_canned_reply_versions")),
    )
    op.create_table(
        "reply_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reach", sa.String(length=16), nullable=False),
        sa.Column("reply_id", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("inserted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_message_id", sa.Uuid(), nullable=True),
        sa.Column("kept", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_reply_uses_conversation_id")),
        sa.ForeignKeyConstraint(["sent_message_id"], ["messages.id"], name=op.f("fk_reply_uses_sent_message_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reply_uses_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_uses")),
    )
    with op.batch_alter_table("reply_uses", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_reply_uses_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_reply_uses_reply", ["reach", "reply_id"], unique=False)
        batch_op.create_index(op.f("ix_reply_uses_user_id"), ["user_id"], unique=False)


def talks() -> None:
    op.create_table(
        "talk_ends",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("gone_before", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_talk_ends_conversation_id")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_talk_ends")),
    )
    with op.batch_alter_table("talk_ends", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_talk_ends_next_on"), ["next_on"], unique=False)


def downgrade() -> None:
    raise NoWayBack
