"""Everything between one customer and us on one page, within what the reader may see."""

import re
from datetime import timedelta

from sqlalchemy import select

from casebackend.cases.filing import CUSTOMER, noted
from casebackend.cases.model import Case
from casebackend.contacts.queries import CASES
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import Channel
from casebackend.customers.model import Customer
from casebackend.timeline.rules import Kind
from tests.casebackend.access.test_reads import lines
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.cases.copies import copied
from tests.casebackend.registration.takers import ID_CARD, Counter
from tests.casebackend.staff.logins import staff
from tests.casebackend.workers import worker
from tests.statements import counted
from tests.world import World

MOST = 20


async def test_cases_contacts_surveys_and_talks_stand_on_one_page_masked(world: World) -> None:
    first = await filed(world)
    await Desk(world).replied(first.number)
    world.wait(minutes=5)
    ticking = worker(world)
    await ticking.lead()
    await ticking.tick()
    again = await filed(world)
    async with await staff(world, "agent") as agent:
        found = (await agent.get(f"/api/v1/cases/{again.number}/history")).json()
        assert [each["number"] for each in found["cases"]] == [again.number, first.number]
        labels = [(each["label"], each["number"]) for each in found["contacts"]]
        assert {("登记投诉", first.number), ("答复客户", first.number), ("第 1 次回访", first.number)} <= set(labels)
        assert any(label == "网页会话" for label, _ in labels)
        assert [each["at"] for each in found["contacts"]] == sorted((e["at"] for e in found["contacts"]), reverse=True)
        page = (await agent.get(f"/cases/{again.number}/history")).text
        assert first.number in page
        assert not [value for value in ("张三丰", "13800138000") if value in page + str(found)]
        assert f'href="/cases/{again.number}/history"' in (await agent.get(f"/cases/{again.number}")).text
    assert {each.object for each in await lines(world, "customer.viewed")} == {again.number}


async def test_another_record_with_the_same_number_is_said_to_be_so_and_its_cases_are_listed(world: World) -> None:
    by_chat = await filed(world, channel=Channel.WEBCHAT)
    at_counter = (await Counter(world).sure())["number"]
    async with world.database.transaction() as session:
        of_chat = await session.scalar(select(Case.customer_id).where(Case.number == by_chat.number))
        of_counter = await session.scalar(select(Case.customer_id).where(Case.number == at_counter))
    async with await staff(world, "agent") as agent:
        found = (await agent.get(f"/api/v1/cases/{at_counter}/history")).json()
        assert {each["number"] for each in found["cases"]} == {by_chat.number, at_counter}
        assert [each["by"] for each in found["same"]] == ([] if of_chat == of_counter else ["电话号码相同"])
    async with await staff(world, "outlet") as outlet:
        assert (await outlet.get(f"/api/v1/cases/{at_counter}/history")).status_code == 404
        seen = (await outlet.get(f"/api/v1/cases/{by_chat.number}/history")).json()
        assert [each["number"] for each in seen["cases"]] == [by_chat.number]
    assert ID_CARD not in str(found)


async def test_the_page_takes_few_statements_however_long_the_history(world: World) -> None:
    receipt = await filed(world)
    for _ in range(30):
        await copied(world, receipt.case_id)
    async with world.database.transaction() as session:
        [customer] = await session.scalars(select(Customer.id))
        for case in await session.scalars(select(Case)):
            case.customer_id = customer
    async with await staff(world, "supervisor") as supervisor:
        await supervisor.get(f"/cases/{receipt.number}/history")
        with counted(world) as said:
            answer = await supervisor.get(f"/cases/{receipt.number}/history")
        assert answer.status_code == 200
        assert answer.text.count('data-label="编号"') == 31
    assert len(said) <= MOST, "\n".join(said)


async def test_what_the_customer_did_by_himself_and_was_told_stands_there_too(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.number)
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        for kind in (Kind.SUPPLEMENTED, Kind.DETAILS_READ, Kind.CONTACT_CHANGED, Kind.NOTICE_TOLD, Kind.NOT_DELIVERED):
            await noted(session, case, kind, CUSTOMER, now=world.time)
    async with await staff(world, "agent") as agent:
        page = (await agent.get(f"/cases/{receipt.number}/history")).text
    for words in ("客户补充", "客户查看登记内容和答复", "客户变更联系电话", "已告知客户", "处理结果未送达客户"):
        assert f"<strong>{words}</strong>" in page


async def test_a_long_history_is_turned_page_by_page_and_nothing_is_missed_or_said_twice(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).replied(receipt.number)
    async with world.database.transaction() as session:
        case = await session.get_one(Case, receipt.case_id)
        for number in range(7):
            await noted(session, case, Kind.SUPPLEMENTED, CUSTOMER, now=world.time + timedelta(minutes=number // 3))
    path = f"/api/v1/cases/{receipt.number}/history"
    async with await staff(world, "agent") as agent:
        whole = (await agent.get(path)).json()
        assert whole["next"] is None
        turned: list[object] = []
        cursor = ""
        while cursor is not None:
            found = (await agent.get(path, params={"limit": 2, "cursor": cursor})).json()
            turned, cursor = turned + found["contacts"], found["next"]
        assert turned == whole["contacts"]
        assert len(turned) > 9
        for bad in ("x", "WyJhIl0"):
            assert (await agent.get(path, params={"cursor": bad})).status_code == 400
            assert (await agent.get(path, params={"cases": bad})).status_code == 400
        page = (await agent.get(f"/cases/{receipt.number}/history?limit=2")).text
        [older] = re.findall(r'href="([^"]+)">更早的往来', page)
        assert "回到最近的" in (await agent.get(older)).text


async def test_older_cases_of_a_customer_are_on_further_pages_and_their_contacts_are_all_there(world: World) -> None:
    receipt = await filed(world)
    for _ in range(CASES + 3):
        await copied(world, receipt.case_id)
    async with world.database.transaction() as session:
        [customer] = await session.scalars(select(Customer.id))
        for case in await session.scalars(select(Case)):
            case.customer_id = customer
    async with await staff(world, "supervisor") as supervisor:
        first = (await supervisor.get(f"/cases/{receipt.number}/history")).text
        [older] = re.findall(r'href="([^"]+)">更早的投诉', first)
        second = (await supervisor.get(older)).text
    numbers = [
        re.findall(r'<a class="num" href="/cases/([^"/]+)">[^<返]+</a>(?: <span|</td>)', each)
        for each in (first, second)
    ]
    assert [len(each) for each in numbers] == [CASES, 4]
    assert not set(numbers[0]) & set(numbers[1])


async def test_who_takes_over_a_chat_reads_the_history_before_there_is_a_case(world: World) -> None:
    earlier = await filed(world)
    talk = (await world.says("你好，我有个问题", sender="customer-new")).conversation_id
    async with world.database.transaction() as session:
        customer = await session.scalar(select(Case.customer_id).where(Case.number == earlier.number))
        (await session.get_one(Conversation, talk)).customer_id = customer
    async with await staff(world, "agent") as agent:
        assert f'href="/conversations/{talk}/history"' in (await agent.get(f"/conversations/{talk}")).text
        found = (await agent.get(f"/api/v1/conversations/{talk}/history")).json()
        assert [each["number"] for each in found["cases"]] == [earlier.number]
        assert found["conversation_id"] == str(talk)
        assert str(talk) in {each["conversation_id"] for each in found["contacts"]}
        assert "13800138000" not in str(found)
        page = (await agent.get(f"/conversations/{talk}/history")).text
        assert earlier.number in page
        assert f'href="/conversations/{talk}">返回会话' in page
    async with await staff(world, "outlet") as outlet:
        for path in (f"/api/v1/conversations/{talk}/history", f"/conversations/{talk}/history"):
            assert (await outlet.get(path)).status_code == 404
    assert {each.object for each in await lines(world, "customer.viewed")} == {f"conversation:{talk}"}
