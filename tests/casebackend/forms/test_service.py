import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.api.forms import PrintForm
from casebackend.forms import service
from casebackend.forms.drawing import draw
from casebackend.forms.model import FormPrint
from casebackend.forms.rules import Form, Purpose
from casebackend.staff.model import User
from tests.casebackend.cases.builders import Desk
from tests.casebackend.registration.takers import Counter
from tests.world import World

BARE = PrintForm(purpose=Purpose.FILE)


async def test_a_case_that_changes_while_it_is_drawn_is_not_printed(world: World) -> None:
    counter = Counter(world)
    number = (await counter.sure())["number"]
    now = world.time
    async with world.database.reading() as session:
        me = of_user((await session.scalars(select(User).where(User.login == "agent"))).one())
        filled = await service.fill(session, me, number, Form.REGISTRATION, BARE, now=now, per_hour=1, bank="甲")
    paper = await asyncio.to_thread(draw, filled.content, filled.stamp, filled.seal)
    await Desk(world).sure("lead", number, "accept")
    with pytest.raises(service.ChangedMeanwhile):
        async with world.database.transaction() as session:
            await service.record(session, me, number, Form.REGISTRATION, BARE, filled, paper, now=now, per_hour=1)
    current = replace(filled, case_version=(await counter.case(number)).version)
    async with world.database.transaction() as session:
        made = await service.record(session, me, number, Form.REGISTRATION, BARE, current, paper, now=now, per_hour=1)
        serial = made.serial
    async with world.database.reading() as session:
        assert (await session.scalars(select(FormPrint.serial))).all() == [serial]
