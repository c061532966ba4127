"""Versions of grading rules, waits and wanted calls, papers of entries, certificates, cases of uses, rights of persons."""

import sqlalchemy as sa
from alembic import op

revision = "02cd570d8bf3"
down_revision = "4105a2acbd75"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    op.create_table(
        "talk_waits",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_waits")),
    )
    with op.batch_alter_table("talk_waits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_waits_taken_at"), ["taken_at"], unique=False)

    op.create_table(
        "client_certificates",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bound_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_client_certificates_user_id")),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_client_certificates")),
    )
    with op.batch_alter_table("client_certificates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_client_certificates_user_id"), ["user_id"], unique=False)

    op.create_table(
        "article_files",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id", "version"], ["articles.id", "articles.version"], name=op.f("fk_article_files_article_id")
        ),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_article_files_attachment_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_article_files")),
    )
    with op.batch_alter_table("article_files", schema=None) as batch_op:
        batch_op.create_index("ix_article_files_article", ["article_id", "version"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("personal_right", sa.String(length=16), nullable=True))

    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wanted_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("wanted_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("grading_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=16), nullable=False, server_default="approved"))
        batch_op.add_column(sa.Column("proposed_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("proposed_by_name", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("decided_by_name", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("decided_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch_op.drop_constraint(batch_op.f("uq_grading_rules_code_effective_from"), type_="unique")
        batch_op.create_index("ix_grading_rules_code", ["code", "effective_from"], unique=False)

    with op.batch_alter_table("login_sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("certificate", sa.String(length=64), nullable=True))

    with op.batch_alter_table("reply_uses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_reply_uses_case_id"), ["case_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_reply_uses_case_id"), "cases", ["case_id"], ["id"])

    with op.batch_alter_table("suggestion_uses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("user_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.drop_constraint(batch_op.f("uq_suggestion_uses_message_id_article_id_version_user_id"), type_="unique")
        batch_op.create_index(batch_op.f("ix_suggestion_uses_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "uq_suggestion_uses_before_a_case",
            ["message_id", "article_id", "version", "user_id"],
            unique=True,
            sqlite_where=sa.text("case_id IS NULL"),
            postgresql_where=sa.text("case_id IS NULL"),
        )
        batch_op.create_unique_constraint(
            "uq_suggestion_uses_of_a_case", ["message_id", "case_id", "article_id", "version", "user_id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_suggestion_uses_case_id"), "cases", ["case_id"], ["id"])


def downgrade() -> None:
    raise NoWayBack
