"""Everything between one customer and us on one page, within what the reader may see."""

from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from casebackend.customers.model import Customer
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
