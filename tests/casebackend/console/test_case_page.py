import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.console.menu import MORE, ROW
from casebackend.console.sections import SECTIONS
from casebackend.conversations.rules import Channel
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed
from tests.casebackend.staff.logins import staff
from tests.statements import counted
from tests.world import World

MOST_STATEMENTS = 20


async def test_the_page_takes_at_most_twenty_statements_however_long_the_history(world: World) -> None:
    number, desk = (await filed(world)).number, Desk(world)
    await desk.investigating(number)
    async with await staff(world, "agent") as client:
        await client.get(f"/cases/{number}")
        for _ in range(3):
            with counted(world) as sent:
                assert (await client.get(f"/cases/{number}")).status_code == 200
            assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)
            await desk.sure("agent", number, "propose", **PROPOSAL)
            await desk.sure("supervisor", number, "return_for_rework", opinion="请补充流水")


async def test_the_progress_is_a_picture_with_cards_and_a_table(world: World) -> None:
    number, desk = (await filed(world)).number, Desk(world)
    await desk.investigating(number)
    due = (world.time + timedelta(days=3)).isoformat()
    headers = {"Idempotency-Key": "one demand"}
    async with await staff(world, "supervisor") as above:
        body = {"demand": "请查明流水", "due_at": due}
        asked = await above.post(f"/api/v1/cases/{number}/supervisions", json=body, headers=headers)
        assert asked.status_code == 201
    await desk.sure("agent", number, "propose", **PROPOSAL)
    await desk.sure("supervisor", number, "return_for_rework", opinion="证据不足，请补充流水")
    async with await staff(world, "agent") as client:
        page = (await client.get(f"/cases/{number}")).text
        listed = (await client.get("/queue?tab=todo")).text
    assert '<span class="chip flag">督办</span>' in listed
    cards = re.findall(r'<article class="stepcard.*?</article>', page, re.S)
    assert [re.search(r"· (.+)</h3>", card)[1] for card in cards] == [  # type: ignore[index]
        "登记", "待复核", "已受理", "已转办待接收", "调查处理中", "处理意见待审", "调查处理中（第2次）",
    ]  # fmt: skip
    assert "请查明流水" in cards[4]
    assert "✎1" in page
    assert "赵主管" in cards[5]
    assert "证据不足，请补充流水" in cards[5]
    assert "已退回" in cards[5]
    assert "个金部" in cards[6]
    assert "已接收" in cards[6]
    table = re.search(r'id="steps-table".*?</table>', page, re.S)
    assert table
    assert "督办（赵主管" in table[0]
    assert len(re.findall("<tr>", table[0])) == 1 + len(cards) + 7
    assert page.count('<svg class="wide"') == page.count('<svg class="tall"') == 1


async def test_a_step_that_took_too_long_is_marked_and_the_bar_is_full(world: World) -> None:
    number, desk = (await filed(world)).number, Desk(world)
    await desk.investigating(number)
    world.wait(days=8)
    async with await staff(world, "agent") as client:
        page = (await client.get(f"/cases/{number}")).text
        assert "已超期" in page
        assert re.search(r'<progress class="used bad" max="100" value="100"', page)
        assert "收到 3月2日 + 15日 = 3月17日" in page


async def test_without_scripts_a_refused_form_comes_back_with_what_was_typed(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as client:
        typed = {"move": "decline", "decline_reason": "not_a_complaint", "opinion": "", "version": "1"}
        page = await client.post(f"/cases/{number}/moves", data=typed)
        assert page.status_code == 422
        assert "请填写：处理意见" in page.text
        panel = re.search(r'<details class="move other" name="move" open>.*?</details>', page.text, re.S)
        assert panel
        assert '<option value="not_a_complaint" selected>' in panel[0]
        assert 'aria-invalid="true"' in panel[0]
        nonsense = await client.post(f"/cases/{number}/moves", data=typed | {"decline_reason": "无"})
        assert (nonsense.status_code, "不予办理原因" in nonsense.text) == (422, True)
        line = await client.post(f"/cases/{number}/moves", data=typed, headers={"HX-Request": "true"})
        assert 'data-wrong="decline-opinion"' in line.text
        assert "<html" not in line.text


async def test_a_decision_told_by_telephone_asks_when_and_how_in_local_time(world: World) -> None:
    number, desk = (await filed(world, channel=Channel.HOTLINE)).number, Desk(world)
    await desk.sure("lead", number, "accept")
    async with await staff(world, "agent") as client:
        page = (await client.get(f"/cases/{number}")).text
        form = re.search(r'<input type="hidden" name="move" value="withdraw">.*?</form>', page, re.S)
        assert form
        assert re.search(r'name="requested_at" type="datetime-local"[^>]* required', form[0])
        assert 'max="2026-03-02T10:00"' in form[0]
        world.wait(minutes=12)
        assert (await client.get("/account")).status_code == 200
        world.wait(minutes=13)
        asked = {"move": "withdraw", "requested_at": "2026-03-02T10:10", "identity_check": "回拨登记号码核对"}
        done = await client.post(f"/cases/{number}/moves", data=asked)
        assert done.status_code == 303, done.text
    async with world.database.reading() as session:
        changed = await session.scalar(select(Case.status_changed_at).where(Case.number == number))
    assert changed == world.time - timedelta(minutes=15)


async def test_only_sections_that_answer_are_on_the_page(world: World) -> None:
    number = (await filed(world)).number
    for login in ("agent", "lead", "supervisor", "auditor"):
        async with await staff(world, login) as client:
            page = (await client.get(f"/cases/{number}")).text
            for noun, heading in SECTIONS:
                answer = await client.get(f"/cases/{number}/{noun}", headers={"HX-Request": "true"})
                shown = f'hx-get="/cases/{number}/{noun}"' in page
                assert shown is (answer.status_code == 200), (login, noun, answer.status_code)
                assert heading in page or not shown
                assert "<html" not in answer.text


@pytest.mark.parametrize("login", ["agent", "lead", "supervisor", "curator", "admin", "outlet", "auditor", "executive"])
async def test_every_link_of_the_menu_leads_somewhere_and_nothing_else_is_offered(world: World, login: str) -> None:
    async with await staff(world, login) as client:
        page = (await client.get("/account")).text
        for href, _ in ROW + MORE:
            status = (await client.get(href)).status_code
            assert (f'<a href="{href}"' in page) is (status == 200), (href, status)
        assert 'href="/queue"' in page or login in ("curator", "admin", "executive")


def step(page: str, name: str) -> str:
    """What stands in the card of this step, as words."""
    [card] = re.findall(
        rf'<article class="stepcard now"[^>]*aria-label="第 \d+ 步 {name}">(.*?)</article>', page, re.DOTALL
    )
    return re.sub(r"<[^>]*>|\s+", "", card)


async def test_the_review_shows_until_when_and_that_it_is_late(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as client:
        assert "限期03-0215:30" in step((await client.get(f"/cases/{number}")).text, "待复核")
    world.wait(hours=6)
    async with await staff(world, "lead") as client:
        assert "限期03-0215:30超期" in step((await client.get(f"/cases/{number}")).text, "待复核")


async def test_a_proposal_that_waits_for_the_signature_says_so(world: World) -> None:
    receipt, desk = await filed(world), Desk(world)
    await desk.investigating(receipt.case_id)
    await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
    async with await staff(world, "lead") as client:
        page = (await client.get(f"/cases/{receipt.number}?done=propose")).text
        assert '<span class="chip wait">待部门签署</span>' in page
        assert "当前状态：待部门签署。" in page
        assert '<span class="chip wait">处理意见待审</span>' not in page
        await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
        assert '<span class="chip wait">处理意见待审</span>' in (await client.get(f"/cases/{receipt.number}")).text


async def test_a_direct_answer_does_not_ask_whether_the_complaint_was_justified(world: World) -> None:
    number, desk = (await filed(world)).number, Desk(world)
    await desk.investigating(number)
    async with await staff(world, "agent") as client:
        page = (await client.get(f"/cases/{number}")).text
    assert 'id="propose-validity"' in page
    assert 'id="propose_reply-judgement_basis"' in page
    assert 'id="propose_reply-validity"' not in page
