"""What customers confirmed, rules of danger, duties and keepers of units, notices that are owed, talks held by law."""

import sqlalchemy as sa
from alembic import op

revision = "4105a2acbd75"
down_revision = "c40faf4bd154"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    op.create_table(
        "board_episodes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_episodes")),
    )
    with op.batch_alter_table("board_episodes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_board_episodes_running",
            ["code"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "danger_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("use", sa.String(length=16), nullable=False),
        sa.Column("says", sa.String(length=16), nullable=False),
        sa.Column("patterns", sa.JSON(), nullable=False),
        sa.Column("phrases", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(length=40), nullable=True),
        sa.Column("severity", sa.String(length=32), nullable=True),
        sa.Column("handoff", sa.String(length=32), nullable=True),
        sa.Column("at_words", sa.Integer(), nullable=False),
        sa.Column("at_turns", sa.Integer(), nullable=False),
        sa.Column("within_hours", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reviewed_by", sa.String(length=80), nullable=True),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_by_name", sa.String(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_by_name", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_rules")),
    )
    with op.batch_alter_table("danger_rules", schema=None) as batch_op:
        batch_op.create_index("ix_danger_rules_code", ["code", "effective_from"], unique=False)

    op.create_table(
        "unit_duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_unit_duties_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_duties")),
        sa.UniqueConstraint("duty", "effective_from", name=op.f("uq_unit_duties_duty_effective_from")),
    )
    op.create_table(
        "owed_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by", sa.String(length=16), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_proof", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_owed_notices_case_id")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_owed_notices_review_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_notices")),
        sa.UniqueConstraint("case_id", "what", "since", name=op.f("uq_owed_notices_case_id_what_since")),
    )
    with op.batch_alter_table("owed_notices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_owed_notices_open",
            ["case_id"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL AND ended_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL AND ended_at IS NULL"),
        )
        batch_op.create_index("ix_owed_notices_told_proof", ["told_proof"], unique=False)

    op.create_table(
        "talk_holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_by_name", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_by_name", sa.String(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_talk_holds_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_holds")),
    )
    with op.batch_alter_table("talk_holds", schema=None) as batch_op:
        batch_op.create_index("ix_talk_holds_conversation", ["conversation_id", "lifted_at"], unique=False)

    op.create_table(
        "confirmations",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("shown_message_id", sa.Uuid(), nullable=True),
        sa.Column("shown_text", sa.String(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_message_id", sa.Uuid(), nullable=False),
        sa.Column("said_text", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_confirmations_conversation_id")
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["drafts.id"], name=op.f("fk_confirmations_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_confirmations")),
        sa.UniqueConstraint("case_id", name=op.f("uq_confirmations_case_id")),
    )
    with op.batch_alter_table("confirmations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_confirmations_conversation_id"), ["conversation_id"], unique=False)

    with op.batch_alter_table("article_impacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reply_id", sa.Uuid(), nullable=True))

    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_articles_unit_id"), "organisations", ["unit_id"], ["id"])

    with op.batch_alter_table("canned_replies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("article_id", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("article_version", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_canned_replies_article_id"), ["article_id"], unique=False)

    with op.batch_alter_table("canned_reply_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("article_id", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("article_version", sa.Integer(), nullable=True))

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("regulator", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("expected_back_on", sa.Date(), nullable=True))

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handoff_seq", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("callback_by", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.add_column(sa.Column("danger", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("stirred", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("heard_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("severity", sa.String(length=32), nullable=True))

    with op.batch_alter_table("turns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("confidence", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("decision", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("called_for", sa.String(length=32), nullable=True))

    with op.batch_alter_table("workflow_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("duty", sa.String(length=32), nullable=True))


def downgrade() -> None:
    raise NoWayBack
