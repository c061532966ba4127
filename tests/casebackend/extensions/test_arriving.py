"""A new day and a pause count as told when they have reached the customer."""

from sqlalchemy import select

from casebackend.conversations.rules import Channel
from casebackend.extensions.model import Extension
from casebackend.notices.model import Notice
from tests.casebackend.cases.around import holds, ticked
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.cases.test_arriving import carried
from tests.casebackend.extensions.test_routes import asks, decides, later, posts
from tests.world import World


async def asked_for(world: World, case_id: object, kind: str) -> list[Notice]:
    async with world.database.reading() as session:
        query = select(Notice).where(Notice.case_id == case_id, Notice.kind == kind)
        return list(await session.scalars(query))


async def test_a_new_day_that_did_not_arrive_is_not_told_until_it_does(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.investigating(receipt.number)
    asked = (await asks(desk, "agent", receipt.number)).json()
    assert (await decides(desk, "supervisor", asked, "approve")).json()["notified_at"]
    await carried(world, "held", said="处理期限延长")
    await ticked(world)
    case = await case_of(world, receipt.case_id)
    [demand] = await asked_for(world, case.id, "extension.tell")
    assert demand.user_id == case.handler_id
    shown = (await desk.reads("agent", f"/extensions/{asked['id']}")).json()
    assert (shown["notified_at"], shown["may_tell"], shown["state"]) == (None, True, "approved")
    later(desk, hours=1)
    await world.says("我回来了", channel=Channel.WECHAT)
    await carried(world, "sent")
    arrived = world.time
    await ticked(world)
    async with world.database.reading() as session:
        extension = (await session.scalars(select(Extension))).one()
        assert (extension.notified_at, extension.told_by) == (arrived, "channel")
    labels = [each["label"] for each in (await desk.reads("agent", f"/cases/{case.number}/timeline")).json()["entries"]]
    assert labels[-2:] == ["通知未送达客户", "已告知客户期限变更"]
    later(desk, hours=25)
    await ticked(world)
    assert len(await asked_for(world, case.id, "extension.tell")) == 1
    await holds(world)


async def test_a_pause_that_did_not_arrive_is_asked_for_until_somebody_has_told_it(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world, channel=Channel.WECHAT)
    await desk.investigating(receipt.number)
    await desk.sure("supervisor", receipt.number, "suspend", **await desk.appraisal(receipt.number))
    await carried(world, "failed", said="送外部鉴定")
    for _ in range(2):
        await ticked(world)
    case = await case_of(world, receipt.case_id)
    [demand] = await asked_for(world, case.id, "notice.untold")
    assert (demand.user_id, demand.values["what"]) == (case.handler_id, "暂停办理通知")
    later(desk, hours=25)
    await ticked(world)
    assert len(await asked_for(world, case.id, "notice.untold")) == 2
    body = {"at": world.time.isoformat(), "note": "已电话告知暂停办理的原因"}
    assert (await posts(desk, "agent", f"/cases/{case.number}/contacts", body)).status_code == 204
    later(desk, hours=25)
    await ticked(world)
    assert len(await asked_for(world, case.id, "notice.untold")) == 2
    await holds(world)
