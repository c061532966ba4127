"""A complaint over web chat, from the first message to the answered survey, through every program."""

from ops.chain import Chain
from tests.e2e.customers import WebCustomer
from tests.e2e.desk import Staff, to_the_reply
from tests.e2e.talks import STORY, file_complaint


async def test_a_complaint_goes_from_the_first_message_to_the_answered_survey(
    chain: Chain, customer: WebCustomer, agent: Staff, lead: Staff
) -> None:
    number = await file_complaint(customer.ask)
    case = await agent.get(f"/cases/{number}")
    assert (case["status"], case["unit"]) == ("pending_review", "朝阳支行")
    assert (case["amount"], case["customer_phone"]) == ("200.00", "138****8000")
    await to_the_reply(agent, lead, number)
    assert "经核实" in await customer.hear("核查")
    await customer.hear("解决", seconds=90)
    await customer.ask("已解决", "分")
    await customer.ask("5分")
    await customer.ask("没有了")
    closed = await agent.get(f"/cases/{number}")
    assert (closed["status"], closed["satisfaction"]) == ("closed", "satisfied")
    assert chain.run("-m", "casebackend", "check").strip() == "一切正常"
    assert chain.run("-m", "casebackend", "audit", "verify").startswith("一切正常")


async def test_a_dissatisfied_customer_gets_a_second_complaint_with_another_handler(
    customer: WebCustomer, agent: Staff, lead: Staff
) -> None:
    number = await file_complaint(customer.ask)
    await to_the_reply(agent, lead, number)
    await customer.hear("核查")
    await customer.hear("解决", seconds=90)
    await customer.ask("根本没解决", "分")
    await customer.ask("1分")
    heard = await customer.ask("你们太敷衍了")
    assert "重新处理" in heard
    await customer.ask("需要")
    first = await agent.get(f"/cases/{number}")
    second = await agent.get(f"/cases/{first['second_number']}")
    assert (second["kind"], second["parent_number"]) == ("second", number)
    assert second["handler"] != first["handler"]


async def test_progress_urging_and_withdrawal_take_a_code_to_the_phone_of_the_complaint(
    customer: WebCustomer, agent: Staff
) -> None:
    """The road behind the code is told in tests/dialogues."""
    number = await file_complaint(customer.ask)
    for wish in ("我的投诉到哪一步了", "能不能催一下", "我想撤诉"):
        heard = await customer.ask(wish)
        assert "核实码" in heard
        assert number not in heard
        await customer.ask("不用了")
    case = await agent.get(f"/cases/{number}")
    assert (case["urge_count"], case["status"]) == (0, "pending_review")


async def test_a_stranger_learns_nothing_from_a_number(chain: Chain, customer: WebCustomer) -> None:
    number = await file_complaint(customer.ask)
    async with WebCustomer(chain.url("channels")) as stranger:
        await stranger.hear("个人信息")
        heard = await stranger.ask(f"帮我查一下{number}的进度")
    assert "核实身份" in heard
    assert "朝阳" not in heard


async def test_a_person_takes_over_and_the_bot_is_silent_until_it_is_given_back(
    customer: WebCustomer, agent: Staff
) -> None:
    await customer.ask("转人工", "人工")
    waiting = await agent.get("/handoffs")
    conversation = waiting["items"][0]["conversation_id"]
    await agent.post(f"/handoffs/{conversation}/take")
    await customer.hear("为您服务")
    await customer.say(STORY)
    await agent.form(f"/console/conversations/{conversation}/say", {"text": "我来帮您看一下，请稍等。"})
    heard = await customer.hear("请稍等")
    assert "抱歉" not in heard
    await agent.post(f"/handoffs/{conversation}/return")
    await customer.hear("助手")
    await customer.ask("你好", "登记")


async def test_a_reload_shows_every_message_once_and_in_order(customer: WebCustomer) -> None:
    await customer.ask("你好")
    await customer.ask(STORY)
    before = [item["seq"] for item in customer.heard]
    customer._seq = 0
    customer.heard.clear()
    await customer.reload()
    await customer.hear("抱歉")
    after = [item["seq"] for item in customer.heard]
    assert after == sorted(set(after))
    assert set(before) <= set(after)


async def test_the_same_message_sent_again_by_the_page_is_one_message(customer: WebCustomer) -> None:
    for _ in range(3):
        await customer.say("你好", cid="same-client-id-1")
    await customer.hear("登记")
    assert len([item for item in customer.heard if item["author"] == "customer"]) == 1
