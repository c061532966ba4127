"""A pick-up code is told to the customer; a colleague who reads the talk does not read the code."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from casebackend.api.conversations import ClaimDelivery, Reply
from casebackend.cases.model import Case
from casebackend.connection import open_database
from casebackend.conversations import deliveries
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.queries import conversation_view
from casebackend.conversations.rules import Author, Channel
from casebackend.conversations.sealing import seal_pickups
from casebackend.customers.codes import pickup_hidden
from casebackend.customers.personal import tokenise
from casebackend.customers.rules import Kind
from tests.casebackend.canaries import Canary, in_database
from tests.casebackend.cases.builders import filed
from tests.casebackend.pickups.visits import receipt_with_code
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_the_customer_reads_the_code_and_a_colleague_does_not(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    asks = await world.says(f"我的取件码是{code.replace('-', '')}，对吗")
    at = asks.conversation_id
    async with world.database.transaction() as session:
        await conversations.hold(session, at)
        told = [Reply(text=f"取件码：{code}。不要告诉别人。")]
        await conversations.say(session, at, author=Author.BOT, replies=told, now=world.time)
    assert code in (await world.channels.get(f"/api/v1/conversations/{at}")).text
    async with await staff(world, "lead") as lead:
        pages = [
            await lead.get(f"/cases/{receipt.number}"),
            await lead.get(f"/console/conversations/{at}/messages?after=0"),
            await lead.get(f"/cases/{receipt.number}/evidence"),
            await lead.post(f"/api/v1/handoffs/{at}/take"),
        ]
    for page in pages:
        assert page.status_code == 200, page.text
        assert page.text.count("****-****") >= 2
        assert code not in page.text
        assert code.replace("-", "") not in page.text


async def told(world: World, code: str) -> UUID:
    asks = await world.says("请给我取件码")
    async with world.database.transaction() as session:
        await conversations.hold(session, asks.conversation_id)
        replies = [Reply(text=f"取件码：{code}。请记好。"), Reply(text="还有什么可以帮您？")]
        await conversations.say(session, asks.conversation_id, author=Author.BOT, replies=replies, now=world.time)
    return asks.conversation_id


async def kept(world: World) -> list[str]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Message.text).order_by(Message.seq)))


async def found(world: World, code: str) -> list[str]:
    letters = code.replace("-", "")
    asked = [Canary(each, "\0none", "\0none", "\0none", "\0none") for each in (code, letters, letters.lower())]
    return await in_database(world, asked)


async def test_a_code_is_kept_nowhere_in_the_clear_and_still_reaches_the_customer(world: World) -> None:
    _, code = await receipt_with_code(world)
    talk = await told(world, code)
    await world.says(f"我的取件码{code.replace('-', '').lower()}没有用")
    await world.says(code.lower())
    await world.says(f"再问一次，{code} 打不开")
    assert [text for text in await kept(world) if "取件#" in text] == [
        "取件码：[取件#1]。请记好。", "我的取件码[取件#1]没有用", "[取件#1]", "再问一次，[取件#1] 打不开",
    ]  # fmt: skip
    assert await found(world, code) == []
    command = ClaimDelivery(worker="carrier", channels=[Channel.WEBCHAT])
    async with world.database.transaction() as session:
        carried = await deliveries.claim(session, command, now=world.time)
        assert f"取件码：{code}。请记好。" in [each.text for one in carried for each in one.messages]
    shown = (await world.channels.get(f"/api/v1/conversations/{talk}")).text
    assert shown.count(code) == 4
    restarted = open_database(world.settings)
    async with restarted.reading() as session:
        view = await conversation_view(session, talk)
    await restarted.dispose()
    assert sum(code in each.text for each in view.messages) == 4


async def test_codes_that_an_earlier_version_kept_in_the_clear_are_sealed(world: World) -> None:
    _, code = await receipt_with_code(world)
    talk = await told(world, code)
    async with world.database.transaction() as session:
        plain = f"取件码：{code}。请记好。"
        await session.execute(update(Message).where(Message.text.contains("取件#")).values(text=plain))
        last = await seal_pickups(session)
        assert await seal_pickups(session, after=last) is None
    assert await found(world, code) == []
    assert code in (await world.channels.get(f"/api/v1/conversations/{talk}")).text


async def test_nobody_who_may_see_personal_data_is_shown_a_code_with_it(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    await world.says(f"取件码{code}")
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        case.facts += "，取件码[取件#1]"
    async with await staff(world, "agent") as agent:
        opened = await agent.post(
            f"/api/v1/cases/{receipt.number}/disclosures",
            json={"why": "contact", "reason": "回电客户"},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert opened.status_code < 300, opened.text
        assert code not in opened.text
        assert code not in (await agent.get(f"/cases/{receipt.number}")).text


async def test_a_code_of_digits_alone_is_known_again_and_not_shown_to_a_colleague(world: World) -> None:
    await filed(world)
    await world.says("取件码2345-6789")
    talk = (await world.says("就是 23456789 这个")).conversation_id
    said = (await world.channels.get(f"/api/v1/conversations/{talk}")).json()["messages"]
    assert said[-1]["text"] == "就是 2345-6789 这个"
    async with await staff(world, "lead") as lead:
        page = (await lead.get(f"/console/conversations/{talk}/messages?after=0")).text
    assert "就是 ****-**** 这个" in page
    assert "6789" not in page


def test_a_code_that_a_customer_only_pretends_to_have_stays_text() -> None:
    assert tokenise("[取件#1]").text == "［取件#1］"
    assert tokenise("订单AB12-CD34没有收到").text == "订单AB12-CD34没有收到"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("取件码：MVZ3-NP6X。请记好", "取件码：****-****。请记好"),
        ("取件码mvz3np6x丢了", "取件码****-****丢了"),
        ("MVZ3-NP6X", "****-****"),
        ("取件码：2345-6789", "取件码：****-****"),
    ],
)
def test_a_code_is_hidden_however_it_was_written(said: str, read: str) -> None:
    assert pickup_hidden(said) == read


@pytest.mark.parametrize(
    "said",
    ["座机6655-7788", "取件码丢了，编号TS20260302000001", "2026-03-02", "取件码是什么", "A1B2-C3D4-E5F6", "SHOP-CARD"],
)
def test_what_is_no_code_stays(said: str) -> None:
    assert pickup_hidden(said) == said


@pytest.mark.parametrize(
    "said",
    [
        "取件码没收到，20261123买的理财", "取件码查不到20261123", "取件码20261123", "取件码是2026 1123",
        "取件码错误 password", "取件码 password", "取件码打不开，座机6655-7788", "合同编号AB23-CD34",
        "合同HT01-2024到期了", "座机6655-7788", "我的码是 SHOP-CARD 啊", "订单号：AB23-CD34",
    ],
)  # fmt: skip
def test_a_day_a_word_and_another_number_near_its_name_are_read_by_whoever_handles_it(said: str) -> None:
    assert [value for value in tokenise(said).values if value.kind is Kind.PICKUP] == []
    assert "取件#" not in tokenise(said).text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("取件码ＡＢ１２-ＣＤ３４", "取件码[取件#1]"),
        ("取件码ＡＢ１２－ＣＤ３４没用", "取件码[取件#1]没用"),
        ("取件码AB12—CD34", "取件码[取件#1]"),
        ("取件码 AB12 - CD34", "取件码 [取件#1]"),
        ("取件碼是：“ab12cd34”", "取件碼是：“[取件#1]”"),
        ("我的码是 AB12-CD34 啊", "我的码是 [取件#1] 啊"),
    ],
)
def test_a_code_is_kept_sealed_however_it_was_typed(said: str, kept: str) -> None:
    found = tokenise(said)
    assert (found.text, [value.value for value in found.values]) == (kept, ["AB12-CD34"])
    assert "****-****" in pickup_hidden(said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("再问一次 MVZ3-NP6X 打不开——谢谢", "再问一次 [取件#1] 打不开——谢谢"),
        ("取件码我记得是MVZX-NPGX", "取件码我记得是[取件#1]"),
        ("mvzx-npgx", "[取件#1]"),
        ("取件码mvzxnpgx", "取件码[取件#1]"),
        ("取件码23456789", "取件码[取件#1]"),
    ],
)
def test_what_only_a_code_can_be_is_sealed_wherever_it_stands(said: str, kept: str) -> None:
    assert tokenise(said).text == kept


async def test_a_code_typed_in_full_width_is_kept_nowhere_in_the_clear_and_known_again(world: World) -> None:
    _, code = await receipt_with_code(world)
    wide = code.translate({each: each + 0xFEE0 for each in range(0x21, 0x7F)})
    await world.says(f"我的取件码是{wide}")
    await world.says(f"就是{code[:4]} － {code[5:]}")
    assert [text for text in await kept(world) if "取件#" in text] == ["我的取件码是[取件#1]", "就是[取件#1]"]
    assert await found(world, code) == []
