"""The last day that an ended entry had before."""

import sqlalchemy as sa
from alembic import op

revision = "40ba5c5d4275"
down_revision = "02cd570d8bf3"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    with op.batch_alter_table("article_steps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_end", sa.Date(), nullable=True))


def downgrade() -> None:
    raise NoWayBack
