"""When a notice was done, what the board told the units, and the numbers of approved grading and danger rules."""

import sqlalchemy as sa
from alembic import op

revision = "efae05d126d6"
down_revision = "40ba5c5d4275"

# What a case asks of colleagues on its way; what is still owed to the customer, a review of it and mere news stay.
FINISHED = ("declined", "closed", "archived", "withdrawn", "merged", "voided")
ENDED_WITH_THE_CASE = (
    "decision", "step", "returned", "todo", "unread", "unassigned", "assigned", "urged", "revisit-call", "extension",
    "material", "untold", "extension-asked", "material-asked", "supplemented", "task", "task-unread", "task-late",
    "task-still",
)  # fmt: skip
DEMANDS = (
    "supervised", "supervision.returned", "supervision.unread", "supervision.replied", "supervision.handed_over",
)  # fmt: skip
CLOCKS = ("clock.near_due", "clock.overdue", "clock.escalated")


class NoWayBack(Exception):
    """There is no way back by migration: restore the backup."""


def upgrade() -> None:
    op.create_table(
        "board_unit_episodes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_board_unit_episodes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_unit_episodes")),
    )
    running = sa.text("ended_at IS NULL")
    with op.batch_alter_table("board_unit_episodes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_board_unit_episodes_running", ["unit_id", "code"],
            unique=True, sqlite_where=running, postgresql_where=running,
        )  # fmt: skip

    for rules in ("danger_rules", "grading_rules"):
        with op.batch_alter_table(rules, schema=None) as batch_op:
            batch_op.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
            batch_op.add_column(sa.Column("based_on", sa.Integer(), nullable=False, server_default="0"))
        number(rules)

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    done_with_their_cases()


def done_with_their_cases() -> None:
    """A clock may run on after its case: that of a review, or of what the customer has not been told."""
    runs = (
        "SELECT 1 FROM timers {join} WHERE {whose} = notices.case_id AND timers.stopped_at IS NULL"
        " AND replace(notices.cause, '-', '') LIKE '%' || replace(CAST(timers.id AS VARCHAR(36)), '-', '') || '%'"
    )
    of_case = runs.format(join="", whose="timers.case_id")
    of_review = runs.format(join="JOIN reviews ON reviews.id = timers.case_id", whose="reviews.case_id")
    waits = "SELECT 1 FROM supervisions WHERE supervisions.case_id = notices.case_id AND supervisions.state <> 'closed'"
    op.execute(
        "UPDATE notices SET done_at = (SELECT CASE WHEN cases.status_changed_at > notices.at"
        " THEN cases.status_changed_at ELSE notices.at END FROM cases WHERE cases.id = notices.case_id)"
        f" WHERE case_id IN (SELECT id FROM cases WHERE status IN ({_list(FINISHED)})) AND ({_of(ENDED_WITH_THE_CASE)}"
        f" OR ({_of(CLOCKS)} AND NOT EXISTS ({of_case}) AND NOT EXISTS ({of_review}))"
        f" OR ({_of(DEMANDS)} AND NOT EXISTS ({waits}))"
        " OR (cause LIKE 'void:%' AND case_id IN (SELECT id FROM cases WHERE status = 'voided')))"
    )


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in words)


def _of(heads: tuple[str, ...]) -> str:
    return "(" + " OR ".join(f"cause LIKE '{each}:%'" for each in heads) + ")"


def number(rules: str) -> None:
    """Of each code by day, as they held until now; what waits for its approval was proposed on the last one."""
    table = sa.table(
        rules, sa.column("id", sa.Uuid()), sa.column("code"), sa.column("state"), sa.column("effective_from", sa.Date()),
        sa.column("proposed_at", sa.DateTime()), sa.column("number"), sa.column("based_on"),
    )  # fmt: skip
    connection = op.get_bind()
    order = (table.c.effective_from, table.c.proposed_at.is_not(None), table.c.proposed_at)
    last: dict[str, int] = {}
    for row in connection.execute(sa.select(table).where(table.c.state == "approved").order_by(*order)).all():
        last[row.code] = last.get(row.code, -1) + 1
        connection.execute(table.update().where(table.c.id == row.id).values(number=last[row.code]))
    for code, number in last.items():
        waits = (table.c.code == code) & (table.c.state == "proposed")
        connection.execute(table.update().where(waits).values(based_on=number))


def downgrade() -> None:
    raise NoWayBack
