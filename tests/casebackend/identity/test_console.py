from casebackend.conversations.rules import Channel
from tests.casebackend.cases.builders import Desk, ask, filed
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check
from tests.world import World


async def test_a_colleague_sees_how_sure_we_were_of_the_customer(world: World) -> None:
    receipt = await filed(world, channel=Channel.WECHAT)
    here = await world.says("催一下", channel=Channel.WECHAT)
    await world.act(f"/conversations/{here.conversation_id}/urge", here.message_id)
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("withdraw", f"撤诉{receipt.number}")
    await check.says(ON_FILE)
    done = await check.says(await carrier.code())
    await world.act(f"/conversations/{check.conversation}/withdraw", done["message_id"])
    assert check.conversation is not None
    await ask(world, check.conversation, "withdraw")
    yes = await world.says("确定撤诉", sender=check.sender)
    await world.act(f"/conversations/{check.conversation}/withdraw", yes.message_id)
    lead = await Desk(world).browser("lead")
    history = (await lead.get(f"/cases/{receipt.number}")).text
    assert "客户催办（渠道身份）" in history
    assert "客户撤诉（手机核实码核实）" in history
    assert "身份：渠道身份" in (await lead.get(f"/conversations/{here.conversation_id}")).text
    intake = await Desk(world).browser("agent")
    await world.act(f"/conversations/{check.conversation}/handoff", yes.message_id)
    assert "身份：手机核实码核实（至" in (await intake.get(f"/conversations/{check.conversation}")).text
