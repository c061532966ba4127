from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditHead
from casebackend.bulk import write_rows
from casebackend.clocks.model import Limit
from casebackend.clocks.rules import Unit
from casebackend.inserts import New
from casebackend.outbox.model import OutboxMessage
from tests.world import World


def limit(number: int) -> Limit:
    return Limit(
        code=f"probe.{number}",
        label='时限："引号"、\\反斜线\\、换行\n和 :冒号',
        amount=Decimal("7.125"),
        unit=Unit.WORKING_DAYS,
        effective_from=date(2026, 3, 1),
        source="本行规定",
        evidence="D",
    )


async def test_many_rows_of_several_tables_stand_there_as_they_were_given(world: World) -> None:
    due = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    payload = {"case_id": str(uuid4()), "nested": {"级": [1, 2.5, None, True]}}
    messages = [
        New(OutboxMessage, {"topic": "probe", "payload": payload, "created_at": due, "due_at": due}) for _ in range(300)
    ]
    limits = [limit(number) for number in range(300)]
    async with world.database.transaction() as session:
        await write_rows(session, [*limits, *messages])
        await write_rows(session, [])
    async with world.database.reading() as session:
        found = (await session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "probe"))).all()
        assert {(row.id, row.due_at) for row in found} == {
            (row.values["id"], datetime(2026, 3, 2, 0, 0, 0, 123456, tzinfo=UTC)) for row in messages
        }
        assert all(row.payload == payload and row.attempts == 0 and row.done_at is None for row in found)
        kept = (await session.scalars(select(Limit).where(Limit.code.startswith("probe.")))).all()
        assert {(row.id, row.label, row.amount, row.unit, row.rolls_forward, row.approver) for row in kept} == {
            (row.id, row.label, row.amount, "working_days", False, None) for row in limits
        }


async def test_what_is_to_be_replaced_takes_the_place_of_the_row_with_its_key(world: World) -> None:
    for seq in (1, 2):
        async with world.database.transaction() as session:
            heads = [AuditHead(chain=f"probe:{number}", seq=seq, hash="0" * 64) for number in range(3)]
            await write_rows(session, heads, replacing=[AuditHead])
    async with world.database.reading() as session:
        found = await session.execute(
            select(AuditHead.chain, AuditHead.seq).where(AuditHead.chain.startswith("probe:")).order_by(AuditHead.chain)
        )
        assert [tuple(row) for row in found] == [("probe:0", 2), ("probe:1", 2), ("probe:2", 2)]


async def test_a_naive_moment_a_wrong_name_and_a_strange_value_are_refused(world: World) -> None:
    at = world.time
    wrong = (
        (ValueError, {"topic": "x", "payload": {}, "created_at": at.replace(tzinfo=None), "due_at": at}),
        (TypeError, {"topic": "x", "payload": {}, "created_at": at, "due_at": at, "dew_at": at}),
        (TypeError, {"topic": "x", "payload": {"a": object()}, "created_at": at, "due_at": at}),
    )
    for error, values in wrong:
        async with world.database.transaction() as session:
            with pytest.raises(Exception) as refused:  # noqa: PT011
                await write_rows(session, [New(OutboxMessage, values)])
            assert isinstance(refused.value.__cause__ or refused.value, error)
            await session.rollback()
