"""The day that another office set, names by which customers are found, and what was changed in a text."""

import sqlalchemy as sa
from alembic import op

revision = "c40faf4bd154"
down_revision = "5814b17729c3"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("referral_due_on", sa.Date(), nullable=True))

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_index", sa.String(length=32), nullable=True))
        batch_op.create_index(op.f("ix_customers_name_index"), ["name_index"], unique=False)

    with op.batch_alter_table("parties", schema=None) as batch_op:
        batch_op.create_index("ix_parties_tier", ["tier", "case_id"], unique=False)

    with op.batch_alter_table("reply_uses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.String(length=80), nullable=True))

    with op.batch_alter_table("suggestion_uses", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edits", sa.String(length=80), nullable=True))

    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.create_index(
            "ix_timers_late",
            ["kind", "case_id"],
            unique=False,
            sqlite_where=sa.text("due_at <= stopped_at"),
            postgresql_where=sa.text("due_at <= stopped_at"),
        )


def downgrade() -> None:
    raise NoWayBack
