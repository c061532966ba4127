"""The case process: matters of every type, registration by staff, tasks, extensions, reviews, supervision, escalating
reminders, and dated reference data.

What the first version wrote is kept: columns that may not be empty are filled from what is known, then closed.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "512fa050310c"
down_revision = "bfa1990498ac"

CHINA = timezone(timedelta(hours=8))
REST = re.compile(r"剩余 (\d+)个工作分钟")
STRUCK = ("clock.near_due", "clock.overdue")
WORDS = {"case.urged": "staff_urged", "clock.near_due": "staff_near_due", "clock.overdue": "staff_overdue"}

type Row = Any


def upgrade() -> None:
    new_tables()
    new_columns()
    carry_over(op.get_bind())
    closed_columns()


def carry_over(bind: sa.Connection) -> None:
    """Everything that stood there, in the words of this version."""
    reference_data()
    staff_and_history()
    cases(bind)
    timers(bind)
    notices(bind)
    bind.execute(_table("idempotency", headers=sa.JSON).update().values(headers={}))
    bind.execute(_table("users", skills=sa.JSON).update().values(skills=[]))


def _table(table: str, **columns: Any) -> sa.TableClause:
    return sa.table(table, *(sa.column(name, kind) for name, kind in columns.items()))


def reference_data() -> None:
    """What a seed of this version would add is left to it; here is only what it would not touch."""
    op.execute("UPDATE calendar_days SET version = 1")
    op.execute("UPDATE dictionary_terms SET effective_from = '2018-09-04'")
    op.execute("UPDATE limits SET severity = ''")
    op.execute(
        "UPDATE limits SET approver = 'executive,superior_head'"
        " WHERE code = 'l3' AND approver = '上级机构或总行高级管理人员'"
    )
    op.execute("UPDATE workflow_steps SET profile = 'four_step', clock = 'internal.' || code")


def staff_and_history() -> None:
    """An actor of the staff was known by login; who took part in a case stands in its history."""
    op.execute(
        "UPDATE timeline SET user_id = (SELECT users.id FROM users WHERE 'staff:' || users.login = timeline.actor)"
        " WHERE actor LIKE 'staff:%'"
    )
    op.execute(
        "INSERT INTO case_participants (case_id, user_id, last_at)"
        " SELECT timeline.case_id, timeline.user_id, max(timeline.at) FROM timeline"
        " JOIN cases ON cases.id = timeline.case_id"
        " WHERE timeline.user_id IS NOT NULL GROUP BY timeline.case_id, timeline.user_id"
    )


def cases(bind: sa.Connection) -> None:
    """Whatever was filed was a consumer complaint, taken in by the bot for the unit that answers for it (0001)."""
    op.execute(
        "UPDATE cases SET matter_type = 'complaint', source = 'direct', capacity = 'self', group_size = 1,"
        " profile = 'four_step', severity_reason = '', basic_right = '待分类', restart_count = 0, extension_level = 0"
    )
    op.execute(
        "UPDATE cases SET receiving_unit_id = (SELECT id FROM organisations WHERE code = '0001')"
        " WHERE draft_id IS NOT NULL"
    )
    table = _table("cases", id=sa.Uuid, cosigners=sa.JSON, assigned_why=sa.JSON)
    bind.execute(table.update().values(assigned_why=[]))
    units = _unit_ids(bind)
    for row in bind.execute(sa.select(table.c.id, table.c.cosigners)).all():
        if row.cosigners:
            known = list(dict.fromkeys(units[name] for name in row.cosigners if name in units))
            bind.execute(table.update().where(table.c.id == row.id).values(cosigners=known))


def _unit_ids(bind: sa.Connection) -> dict[str, str]:
    """Cosigners were typed in; what is no name of a unit cannot be asked."""
    table = _table("organisations", id=sa.Uuid, name=sa.String, short_name=sa.String, aliases=sa.JSON)
    found: dict[str, str] = {}
    for unit in bind.execute(sa.select(table)).all():
        for name in (unit.name, unit.short_name, *unit.aliases):
            found.setdefault(name, str(unit.id))
    return found


def timers(bind: sa.Connection) -> None:
    """What a running was computed from, and when it is looked at next: at once, so that what has come by now is told.

    What had struck and was not yet told strikes again."""
    table = _table(
        "timers",
        id=sa.Uuid, case_id=sa.Uuid, kind=sa.String, seq=sa.Integer, derivation=sa.String, stop_reason=sa.String,
        started_at=sa.DateTime(timezone=True), stopped_at=sa.DateTime(timezone=True),
        next_at=sa.DateTime(timezone=True), origin_at=sa.DateTime(timezone=True), effective_from=sa.Date,
        near_fired_at=sa.DateTime(timezone=True), fired_at=sa.DateTime(timezone=True),
        profile=sa.String, amount=sa.Numeric(9, 4), unit=sa.String, rolls_forward=sa.Boolean, basis=sa.String,
        paused_days=sa.Integer, level=sa.Integer,
    )  # fmt: skip
    _forget_untold_strikes(bind, table)
    limits = _limits(bind)
    received = _table("cases", id=sa.Uuid, received_at=sa.DateTime(timezone=True))
    receipts = {row.id: row.received_at for row in bind.execute(sa.select(received)).all()}
    before: Row = None
    rows = bind.execute(sa.select(table).order_by(table.c.case_id, table.c.kind, table.c.seq)).all()
    computed: dict[str, Any] = {}
    for row in rows:
        first = before is None or (before.case_id, before.kind) != (row.case_id, row.kind)
        computed = _computed(row, None if first else before, computed, limits, receipts.get(row.case_id))
        bind.execute(table.update().where(table.c.id == row.id).values(**computed))
        before = row


def _computed(
    row: Row, before: Row, of_before: dict[str, Any], limits: dict[str, list[Row]], receipt: datetime | None
) -> dict[str, Any]:
    by_law = not row.kind.startswith("internal.")
    found = {
        "profile": "four_step", "basis": "收到", "origin_at": row.started_at, "paused_days": 0, "level": 0,
        "next_at": None if row.stopped_at else row.started_at,
    }  # fmt: skip
    if by_law and before is not None and before.stop_reason == "suspended":
        days = (_day(row.started_at) - _day(before.stopped_at)).days
        found |= {name: of_before[name] for name in ("basis", "origin_at")}
        found["paused_days"] = of_before["paused_days"] + days
    elif by_law and before is not None and row.started_at != receipt:
        found["basis"] = "重新办理"
    rest = REST.search(row.derivation)
    limit = _limit_on(limits.get(row.kind, []), _day(found["origin_at"]))
    found |= {
        "effective_from": limit.effective_from if limit else None,
        "amount": Decimal(rest.group(1)) if rest else limit.amount if limit else Decimal(0),
        "unit": "minutes" if rest else limit.unit if limit else "calendar_days",
        "rolls_forward": bool(limit.rolls_forward) if limit else False,
    }
    return found


def _day(moment: datetime) -> date:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(CHINA).date()


def _limits(bind: sa.Connection) -> dict[str, list[Row]]:
    table = _table(
        "limits", code=sa.String, effective_from=sa.Date, amount=sa.Numeric(7, 3), unit=sa.String,
        rolls_forward=sa.Boolean,
    )  # fmt: skip
    found: dict[str, list[Row]] = {}
    for row in bind.execute(sa.select(table).order_by(table.c.effective_from)).all():
        found.setdefault(row.code, []).append(row)
    return found


def _limit_on(versions: Sequence[Row], day: date) -> Row | None:
    in_force = [each for each in versions if each.effective_from <= day]
    return in_force[-1] if in_force else next(iter(versions), None)


def _forget_untold_strikes(bind: sa.Connection, table: sa.TableClause) -> None:
    outbox = _table("outbox", id=sa.Uuid, topic=sa.String, payload=sa.JSON, done_at=sa.DateTime(timezone=True))
    untold = sa.select(outbox).where(outbox.c.topic.in_(STRUCK), outbox.c.done_at.is_(None))
    for message in bind.execute(untold).all():
        struck = "near_fired_at" if message.topic == "clock.near_due" else "fired_at"
        this = table.c.id == UUID(message.payload["timer_id"])
        bind.execute(table.update().where(this).values({struck: None}))
        bind.execute(outbox.delete().where(outbox.c.id == message.id))


def notices(bind: sa.Connection) -> None:
    """The words of a notice were made by the page; now they stand with it."""
    op.execute("UPDATE notices SET level = 0, needs_ack = false, version = 1")
    table = _table(
        "notices", id=sa.Uuid, case_id=sa.Uuid, cause=sa.String, kind=sa.String, template=sa.String, values=sa.JSON,
        link=sa.String,
    )  # fmt: skip
    case = _table("cases", id=sa.Uuid, number=sa.String, urge_count=sa.Integer)
    clock = _table("timers", id=sa.Uuid, label=sa.String, due_at=sa.DateTime(timezone=True))
    clocks = {row.id: row for row in bind.execute(sa.select(clock)).all()}
    rows = sa.select(table.c.id, table.c.kind, table.c.cause, case.c.number, case.c.urge_count).join_from(
        table, case, table.c.case_id == case.c.id
    )
    for row in bind.execute(rows).all():
        last = row.cause.rpartition(":")[2]
        values: dict[str, Any] = {"number": row.number}
        if row.kind == "case.urged":
            values["count"] = int(last) if last.isdigit() else row.urge_count
        else:
            timer = clocks.get(UUID(last))
            values |= {"clock": timer.label if timer else "时限", "due": _until(timer.due_at) if timer else "期限"}
        bind.execute(
            table.update()
            .where(table.c.id == row.id)
            .values(template=WORDS.get(row.kind, "staff_near_due"), values=values, link=f"/cases/{row.number}")
        )


def _until(due_at: datetime) -> str:
    """A day of law ends at 24:00, which a reader does not call 00:00 of the next."""
    at = (due_at if due_at.tzinfo else due_at.replace(tzinfo=UTC)).astimezone(CHINA)
    if (at.hour, at.minute) == (0, 0):
        day = at.date() - timedelta(days=1)
        return f"{day.month}月{day.day}日 24:00"
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def new_tables() -> None:
    op.create_table(
        "countersign_rounds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_countersign_rounds")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_countersign_rounds_case_id_seq")),
    )
    op.create_table(
        "digests",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", "user_id", name=op.f("pk_digests")),
    )
    op.create_table(
        "editions",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_editions")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("content_type", sa.String(length=40), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_by_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_case_kind", ["case_id", "kind"], unique=False)

    op.create_table(
        "grading_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("when", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_rules")),
        sa.UniqueConstraint("code", "effective_from", name=op.f("uq_grading_rules_code_effective_from")),
    )
    op.create_table(
        "recusal_waivers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal_waivers")),
    )
    with op.batch_alter_table("recusal_waivers", schema=None) as batch_op:
        batch_op.create_index("ix_recusal_waivers_case_user", ["case_id", "user_id"], unique=False)

    op.create_table(
        "recusals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
    )
    with op.batch_alter_table("recusals", schema=None) as batch_op:
        batch_op.create_index("ix_recusals_case_user", ["case_id", "user_id"], unique=False)

    op.create_table(
        "reminder_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("clock_group", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("anchor", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.Numeric(precision=7, scale=3), nullable=False),
        sa.Column("recipient", sa.String(length=32), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_rules")),
        sa.UniqueConstraint(
            "clock_group", "effective_from", "seq", name=op.f("uq_reminder_rules_clock_group_effective_from_seq")
        ),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("demand", sa.String(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("derivation", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    with op.batch_alter_table("tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tasks_asked_by"), ["asked_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_tasks_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tasks_round_id"), ["round_id"], unique=False)
        batch_op.create_index("ix_tasks_state_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_tasks_unit_state", ["unit_id", "state"], unique=False)
        batch_op.create_index("ix_tasks_user_state", ["user_id", "state"], unique=False)

    op.create_table(
        "thresholds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thresholds")),
        sa.UniqueConstraint("code", "effective_from", name=op.f("uq_thresholds_code_effective_from")),
    )
    op.create_table(
        "business_objects",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value_enc", sa.String(), nullable=False),
        sa.Column("value_masked", sa.String(), nullable=False),
        sa.Column("value_index", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_business_objects_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_objects")),
    )
    with op.batch_alter_table("business_objects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_business_objects_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_business_objects_user_id"), ["user_id"], unique=False)
        batch_op.create_index("ix_business_objects_value", ["kind", "value_index"], unique=False)

    op.create_table(
        "case_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.String(length=32), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_changes_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_changes")),
    )
    with op.batch_alter_table("case_changes", schema=None) as batch_op:
        batch_op.create_index("ix_case_changes_case_field", ["case_id", "field"], unique=False)

    op.create_table(
        "case_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_links_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["cases.id"], name=op.f("fk_case_links_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_links")),
    )
    with op.batch_alter_table("case_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_links_other_id"), ["other_id"], unique=False)
        batch_op.create_index("ix_case_links_pair", ["case_id", "other_id"], unique=False)

    op.create_table(
        "case_participants",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_participants_case_id")),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_case_participants")),
    )
    with op.batch_alter_table("case_participants", schema=None) as batch_op:
        batch_op.create_index("ix_case_participants_user", ["user_id", "case_id"], unique=False)

    op.create_table(
        "evidence_files",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("content_enc", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_files_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_files")),
    )
    op.create_table(
        "extensions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("timer_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_opinion", sa.String(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(length=16), nullable=True),
        sa.Column("told_proof", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_extensions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
    )
    with op.batch_alter_table("extensions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extensions_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "ix_extensions_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'requested'"),
            postgresql_where=sa.text("state = 'requested'"),
        )
        batch_op.create_index("ix_extensions_requested", ["requested_at", "id"], unique=False)

    op.create_table(
        "materials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("from_case_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_new_fact", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("stored_by", sa.Uuid(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_opinion", sa.String(), nullable=True),
        sa.Column("former_due_on", sa.Date(), nullable=True),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(length=16), nullable=True),
        sa.Column("told_proof", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_materials_case_id")),
        sa.ForeignKeyConstraint(["from_case_id"], ["cases.id"], name=op.f("fk_materials_from_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
    )
    with op.batch_alter_table("materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_materials_case_id"), ["case_id"], unique=False)

    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("name_enc", sa.String(), nullable=True),
        sa.Column("name_masked", sa.String(), nullable=True),
        sa.Column("phone_enc", sa.String(), nullable=True),
        sa.Column("phone_masked", sa.String(), nullable=True),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("caller_enc", sa.String(), nullable=True),
        sa.Column("caller_masked", sa.String(), nullable=True),
        sa.Column("id_number_enc", sa.String(), nullable=True),
        sa.Column("id_number_masked", sa.String(), nullable=True),
        sa.Column("unified_code", sa.String(length=18), nullable=True),
        sa.Column("sex", sa.String(length=8), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=True),
        sa.Column("relation", sa.String(length=200), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_parties_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties")),
    )
    with op.batch_alter_table("parties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parties_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_parties_phone_index"), ["phone_index"], unique=False)

    op.create_table(
        "profile_uses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("profile", sa.String(length=32), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations.id"], name=op.f("fk_profile_uses_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_uses")),
        sa.UniqueConstraint("unit_id", "effective_from", name=op.f("uq_profile_uses_unit_id_effective_from")),
    )
    op.create_table(
        "received_documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("original_seen", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("received_by_name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_received_documents_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_documents")),
    )
    with op.batch_alter_table("received_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_received_documents_case_id"), ["case_id"], unique=False)

    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("matter_type", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("complainant", sa.String(), nullable=True),
        sa.Column("content_enc", sa.String(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_registrations_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint("case_id", name=op.f("uq_registrations_case_id")),
    )
    with op.batch_alter_table("registrations", schema=None) as batch_op:
        batch_op.create_index("ix_registrations_of", ["user_id", "state", "updated_at"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision_told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("deciding_unit_id", sa.Uuid(), nullable=True),
        sa.Column("reviewing_unit_id", sa.Uuid(), nullable=True),
        sa.Column("registered_by", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=True),
        sa.Column("reject_reason", sa.String(length=24), nullable=True),
        sa.Column("findings_process", sa.String(), nullable=True),
        sa.Column("findings_time", sa.String(), nullable=True),
        sa.Column("findings_result", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("opinion", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.String(length=16), nullable=True),
        sa.Column("told_proof", sa.String(), nullable=True),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("number", name=op.f("uq_reviews_number")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_reviewer_id"), ["reviewer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_reviewing_unit_id"), ["reviewing_unit_id"], unique=False)
        batch_op.create_index("ix_reviews_state_applied", ["state", "applied_at"], unique=False)

    op.create_table(
        "supervisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("timer_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("demand", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_by_name", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by", sa.Uuid(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_opinion", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_supervisions_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisions")),
    )
    with op.batch_alter_table("supervisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervisions_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_supervisions_state_due", ["state", "due_at"], unique=False)

    op.create_table(
        "urges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_urges_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urges")),
    )
    with op.batch_alter_table("urges", schema=None) as batch_op:
        batch_op.create_index("ix_urges_case_user", ["case_id", "user_id", "at"], unique=False)

    op.create_table(
        "staff_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=180), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_staff_messages_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_messages")),
        sa.UniqueConstraint("cause", name=op.f("uq_staff_messages_cause")),
    )
    with op.batch_alter_table("staff_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_messages_notice_id"), ["notice_id"], unique=False)
        batch_op.create_index("ix_staff_messages_open", ["state", "not_before"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_messages_user_id"), ["user_id"], unique=False)

    op.create_table(
        "supervision_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supervision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), server_default="reply", nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["supervision_id"], ["supervisions.id"], name=op.f("fk_supervision_replies_supervision_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_replies")),
    )
    with op.batch_alter_table("supervision_replies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_replies_supervision_id"), ["supervision_id"], unique=False)

    op.create_table(
        "talk_nudges",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_talk_nudges_conversation_id")),
        sa.PrimaryKeyConstraint("conversation_id", "kind", "seq", name=op.f("pk_talk_nudges")),
    )


def new_columns() -> None:
    op.add_column("calendar_days", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("source", sa.String(length=16), nullable=True))
    op.add_column("cases", sa.Column("source_ref", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("referral_agency", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("regulator_number", sa.String(length=40), nullable=True))
    op.add_column("cases", sa.Column("regulator_due_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("capacity", sa.String(length=16), nullable=True))
    op.add_column("cases", sa.Column("group_size", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("third_party", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("profile", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("severity_reason", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("designated_on", sa.Date(), nullable=True))
    op.add_column("cases", sa.Column("lane", sa.String(length=32), nullable=True))
    op.add_column("cases", sa.Column("lane_reason", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("receiving_unit_id", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("responsible_unit_id", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("assignee_id", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("assigned_why", sa.JSON(), nullable=True))
    op.add_column("cases", sa.Column("basic_right", sa.String(length=16), nullable=True))
    op.add_column("cases", sa.Column("validity", sa.String(length=16), nullable=True))
    op.add_column("cases", sa.Column("judgement_basis", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("judged_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("judgement_reviewed_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("coded_by", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("no_recording_reason", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("told_by", sa.String(length=16), nullable=True))
    op.add_column("cases", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("told_proof", sa.String(), nullable=True))
    op.add_column("cases", sa.Column("restart_count", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("extension_level", sa.Integer(), nullable=True))
    op.add_column("customers", sa.Column("id_number_index", sa.String(length=32), nullable=True))
    op.add_column("dictionary_terms", sa.Column("effective_from", sa.Date(), nullable=True))
    op.add_column("dictionary_terms", sa.Column("effective_to", sa.Date(), nullable=True))
    op.add_column("dictionary_terms", sa.Column("source", sa.String(), nullable=True))
    op.add_column("idempotency", sa.Column("headers", sa.JSON(), nullable=True))
    op.add_column("limits", sa.Column("severity", sa.String(length=16), nullable=True))
    op.add_column("notices", sa.Column("template", sa.String(length=40), nullable=True))
    op.add_column("notices", sa.Column("values", sa.JSON(), nullable=True))
    op.add_column("notices", sa.Column("link", sa.String(length=200), nullable=True))
    op.add_column("notices", sa.Column("level", sa.Integer(), nullable=True))
    op.add_column("notices", sa.Column("needs_ack", sa.Boolean(), nullable=True))
    op.add_column("notices", sa.Column("acknowledged_by", sa.Uuid(), nullable=True))
    op.add_column("notices", sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("timeline", sa.Column("user_id", sa.Uuid(), nullable=True))
    op.add_column("timeline", sa.Column("organisation_id", sa.Uuid(), nullable=True))
    op.add_column("timeline", sa.Column("unit_id", sa.Uuid(), nullable=True))
    op.add_column("timeline", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("timers", sa.Column("profile", sa.String(length=32), nullable=True))
    op.add_column("timers", sa.Column("effective_from", sa.Date(), nullable=True))
    op.add_column("timers", sa.Column("amount", sa.Numeric(precision=9, scale=4), nullable=True))
    op.add_column("timers", sa.Column("unit", sa.String(length=16), nullable=True))
    op.add_column("timers", sa.Column("rolls_forward", sa.Boolean(), nullable=True))
    op.add_column("timers", sa.Column("basis", sa.String(length=16), nullable=True))
    op.add_column("timers", sa.Column("origin_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("timers", sa.Column("paused_days", sa.Integer(), nullable=True))
    op.add_column("timers", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("timers", sa.Column("level", sa.Integer(), nullable=True))
    op.add_column("users", sa.Column("email", sa.String(), nullable=True))
    op.add_column("users", sa.Column("mobile", sa.String(length=20), nullable=True))
    op.add_column("users", sa.Column("superior_id", sa.Uuid(), nullable=True))
    op.add_column("users", sa.Column("skills", sa.JSON(), nullable=True))
    op.add_column("workflow_steps", sa.Column("profile", sa.String(length=32), nullable=True))
    op.add_column("workflow_steps", sa.Column("clock", sa.String(length=40), nullable=True))


def closed_columns() -> None:
    with op.batch_alter_table("calendar_days", schema=None) as batch_op:
        batch_op.alter_column("version", existing_type=sa.Integer(), nullable=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.alter_column("source", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("capacity", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("group_size", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("profile", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("severity_reason", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("assigned_why", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("basic_right", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("restart_count", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("extension_level", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("promised_on", existing_type=sa.Date(), nullable=True)
        batch_op.drop_index(batch_op.f("ix_cases_unit_id"))
        batch_op.create_index(batch_op.f("ix_cases_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index("ix_cases_category_received", ["category_b", "received_at"], unique=False)
        batch_op.create_index("ix_cases_received", ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_receiving_unit_id"), ["receiving_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_regulator_number"), ["regulator_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_cases_responsible_unit_id"), ["responsible_unit_id"], unique=False)
        batch_op.create_index("ix_cases_unit_received", ["unit_id", "received_at"], unique=False)

    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customers_id_number_index"), ["id_number_index"], unique=False)

    with op.batch_alter_table("dictionary_terms", schema=None) as batch_op:
        batch_op.alter_column("effective_from", existing_type=sa.Date(), nullable=False)

    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.alter_column("headers", existing_type=sa.JSON(), nullable=False)

    with op.batch_alter_table("limits", schema=None) as batch_op:
        batch_op.alter_column("severity", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column(
            "amount",
            existing_type=sa.Numeric(precision=6, scale=2),
            type_=sa.Numeric(precision=7, scale=3),
            existing_nullable=False,
        )
        batch_op.drop_constraint(batch_op.f("uq_limits_code_effective_from"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_limits_code_severity_effective_from"), ["code", "severity", "effective_from"]
        )

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("template", existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column("values", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("link", existing_type=sa.String(length=200), nullable=False)
        batch_op.alter_column("level", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("needs_ack", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("version", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("case_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.alter_column(
            "cause", existing_type=sa.String(length=80), type_=sa.String(length=160), existing_nullable=False
        )
        batch_op.drop_index(batch_op.f("ix_notices_unit_id"))
        batch_op.drop_index(batch_op.f("ix_notices_user_id"))
        batch_op.create_index("ix_notices_unit_at", ["unit_id", "at"], unique=False)
        batch_op.create_index("ix_notices_user_at", ["user_id", "at"], unique=False)

    with op.batch_alter_table("timeline", schema=None) as batch_op:
        batch_op.create_index("ix_timeline_at", ["at"], unique=False)
        batch_op.create_index("ix_timeline_unit_at", ["unit_id", "at"], unique=False)
        batch_op.create_index("ix_timeline_user_at", ["user_id", "at"], unique=False)

    with op.batch_alter_table("timers", schema=None) as batch_op:
        batch_op.alter_column("profile", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("amount", existing_type=sa.Numeric(precision=9, scale=4), nullable=False)
        batch_op.alter_column("unit", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("rolls_forward", existing_type=sa.Boolean(), nullable=False)
        batch_op.alter_column("basis", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("origin_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("paused_days", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("level", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(
            "ix_timers_next",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )

    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.alter_column("skills", existing_type=sa.JSON(), nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_users_superior_id"), "users", ["superior_id"], ["id"])

    with op.batch_alter_table("workflow_steps", schema=None) as batch_op:
        batch_op.alter_column("profile", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("clock", existing_type=sa.String(length=40), nullable=False)
        batch_op.drop_constraint(batch_op.f("uq_workflow_steps_chain_code_effective_from"), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f("uq_workflow_steps_profile_chain_code_effective_from"),
            ["profile", "chain", "code", "effective_from"],
        )


class NoWayBack(Exception):
    """The first version has no place for what this one keeps. Restore the backup that was made before the upgrade."""


def downgrade() -> None:
    raise NoWayBack
