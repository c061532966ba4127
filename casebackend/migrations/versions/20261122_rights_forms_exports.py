"""Functions of permission groups, changes of dictionaries, printed forms, exports; where audit entries come from, in which
unit a decision waits, registrations of leavers, and what retention keeps.
"""

import sqlalchemy as sa
from alembic import op

revision = "237be9d12980"
down_revision = "89b40d247353"


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    new_tables()
    new_columns()
    op.execute("UPDATE cases SET awaits_unit_id = handling_unit_id WHERE awaits = 'department_head'")


def new_tables() -> None:
    op.create_table(
        "dictionary_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dictionary", sa.String(length=40), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("term_id", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_why", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionary_changes")),
    )
    with op.batch_alter_table("dictionary_changes", schema=None) as batch_op:
        batch_op.create_index("ix_dictionary_changes_dictionary", ["dictionary", "effective_from"], unique=False)

    op.create_table(
        "form_prints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("variant", sa.String(length=8), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("page_seals", sa.JSON(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=True),
        sa.Column("printed_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_form_prints_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_prints")),
        sa.UniqueConstraint("seal", name=op.f("uq_form_prints_seal")),
        sa.UniqueConstraint("serial", name=op.f("uq_form_prints_serial")),
    )
    with op.batch_alter_table("form_prints", schema=None) as batch_op:
        batch_op.create_index("ix_form_prints_case", ["case_id", "printed_at"], unique=False)

    op.create_table(
        "group_functions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_code", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("functions", sa.JSON(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["group_code"], ["permission_groups.code"], name=op.f("fk_group_functions_group_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_functions")),
    )
    with op.batch_alter_table("group_functions", schema=None) as batch_op:
        batch_op.create_index("ix_group_functions_group", ["group_code", "effective_from"], unique=False)

    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("query_enc", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=True),
        sa.Column("approval", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("staff_no", sa.String(length=64), nullable=False),
        sa.Column("root_unit_id", sa.Uuid(), nullable=True),
        sa.Column("seen_as", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("stored_as", sa.String(length=64), nullable=True),
        sa.Column("key_enc", sa.String(), nullable=True),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exports_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("number", name=op.f("uq_exports_number")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_exports_stored_as")),
    )
    with op.batch_alter_table("exports", schema=None) as batch_op:
        batch_op.create_index("ix_exports_asker", ["user_id", "asked_at"], unique=False)
        batch_op.create_index("ix_exports_state", ["state", "next_at"], unique=False)


def new_columns() -> None:
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("roles", sa.String(length=200), nullable=True))

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("awaits_unit_id", sa.Uuid(), nullable=True))

    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pool_unit_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_registrations_pool_unit_id"), ["pool_unit_id"], unique=False)

    with op.batch_alter_table("retention_policies", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keeps_opinions", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("added_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.String(), nullable=True))


def downgrade() -> None:
    raise NoWayBack
