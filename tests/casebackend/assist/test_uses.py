from uuid import uuid4

from sqlalchemy import select

from casebackend.api.policies import AddParameter
from casebackend.audit.model import AuditEntry
from casebackend.calendar.rules import local_date
from casebackend.curation.model import ChangeRequest
from casebackend.policies import service as policies
from knowledge.articles import Audience
from tests.casebackend.assist.shown import ASKED, ENTRY, card, cards, inserts_and_sends, use_of, with_reply
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_a_card_says_how_sure_it_is_from_when_it_holds_and_what_became_of_it_is_kept_with_its_version(
    world: World,
) -> None:
    receipt = await world.says(ASKED)
    async with await staff(world, "agent") as client, await staff(world, "lead") as other:
        first = await card(client, receipt.conversation_id)
        assert first["confidence"] in ("很吻合", "较吻合", "可能相关")
        assert first["effective_from"]
        at = f"/api/v1/suggestions/{first['use_id']}"
        assert (await client.post(f"{at}/opened")).status_code == 204
        opened = (await use_of(world, first["use_id"])).opened_at
        world.wait(minutes=1)
        assert (await client.post(f"{at}/opened")).status_code == 204
        assert (await client.post(f"{at}/copied")).status_code == 204
        use = await use_of(world, first["use_id"])
        assert (use.opened_at, use.copied_at, use.version) == (opened, world.time, first["version"])
        for what in ("opened", "copied", "refused", "flagged"):
            body = {"json": {"reason": "情况不同"}} if what in ("refused", "flagged") else {}
            refused = await other.post(f"{at}/{what}", **body)  # type: ignore[arg-type]
            assert refused.status_code == 404, what
        assert (await client.post(f"{at}/refused", json={"reason": " "})).status_code == 422


async def test_what_does_not_fit_is_not_shown_again_here_but_to_others_and_elsewhere_it_is(world: World) -> None:
    receipt = await world.says(ASKED)
    elsewhere = await world.says(ASKED, sender="another")
    async with await staff(world, "agent") as client, await staff(world, "lead") as other:
        first = await card(client, receipt.conversation_id)
        page = await client.post(
            f"/console/suggestions/{first['use_id']}/refused",
            data={"reason": "情况不同，不适用", "more": "客户张伟的手机是13912345678"},
            headers={"HX-Request": "true"},
        )
        assert (page.status_code, "不再向您推荐" in page.text) == (200, True)
        reason = (await use_of(world, first["use_id"])).refused_reason or ""
        assert reason.startswith("情况不同，不适用：")
        assert "13912345678" not in reason
        await world.says("年费到底怎么收的，收了两次")
        assert ENTRY not in [each["article_id"] for each in await cards(client, receipt.conversation_id)]
        assert ENTRY in [each["article_id"] for each in await cards(other, receipt.conversation_id)]
        assert ENTRY in [each["article_id"] for each in await cards(client, elsewhere.conversation_id)]


async def test_a_wrong_entry_is_on_the_desk_of_the_curators_once(world: World) -> None:
    receipt = await world.says(ASKED)
    async with await staff(world, "agent") as client:
        first = await card(client, receipt.conversation_id)
        at = f"/api/v1/suggestions/{first['use_id']}/flagged"
        for _ in range(2):
            assert (await client.post(at, json={"reason": "收费标准已经变了"})).status_code == 204
    async with world.database.reading() as session:
        [request] = (await session.scalars(select(ChangeRequest))).all()
        assert (request.article_id, request.state) == (ENTRY, "open")
        assert request.text == f"第{first['version']}版有误：收费标准已经变了"


async def test_a_promise_goes_out_only_when_it_is_meant_and_that_is_in_the_audit(world: World) -> None:
    receipt = await world.says(ASKED)
    at = f"/console/conversations/{receipt.conversation_id}"
    partial = {"HX-Request": "true"}
    async with await staff(world, "agent") as client:
        await client.post(f"{at}/take")
        text = "您放心，我们保证给您退。"
        asked = await client.post(f"{at}/say", data={"text": text}, headers=partial)
        assert (asked.status_code, "保证" in asked.text, "仍然发送" in asked.text) == (422, True, True)
        plain = await client.post(f"{at}/say", data={"text": text})
        assert plain.status_code == 422
        gap = await client.post(f"{at}/say", data={"text": "涉及【请填写：金额】", "confirmed": "1"}, headers=partial)
        assert (gap.status_code, "金额" in gap.text) == (422, True)
        assert text not in (await client.get(f"/conversations/{receipt.conversation_id}")).text
        meant = await client.post(f"{at}/say", data={"text": text, "confirmed": "1"}, headers=partial)
        assert meant.status_code == 200
    async with world.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.event == "conversation.promise_confirmed")
        [line] = (await session.scalars(query)).all()
        assert line.detail == {"promises": ["我们保证", "给您退"], "admissions": []}


async def test_what_is_for_colleagues_alone_goes_out_only_when_it_is_meant_and_the_policy_lets_it(world: World) -> None:
    inner = "仅供内部：年费减免由网点主任在两百元以内自行决定，不得告知客户标准。"
    await with_reply(world, None, text=inner, audience=Audience.INTERNAL)
    receipt = await world.says(ASKED)
    at, partial = f"/console/conversations/{receipt.conversation_id}", {"HX-Request": "true"}
    async with await staff(world, "agent") as client:
        use_id = (await card(client, receipt.conversation_id))["use_id"]
        said = f"您好，{inner}"
        asked = await inserts_and_sends(client, receipt.conversation_id, said, use_id)
        assert (asked.status_code, "仅限内部" in asked.text, 'name="internal"' in asked.text) == (422, True, True)
        own_words = "您好，年费能否减免由网点核实后答复您。"
        assert (await client.post(f"{at}/say", data={"text": own_words}, headers=partial)).status_code == 200
        meant = {"text": said, "internal": "1", "used": use_id}
        assert (await client.post(f"{at}/say", data=meant, headers=partial)).status_code == 200
        async with world.database.transaction() as session:
            row = {"code": "knowledge.internal_confirm", "value": "0", "source": "会议纪要"}
            added = AddParameter(**row, effective_from=local_date(world.time))
            await policies.add(session, added, roles=(), by="user:test", now=world.time)
        refused = await client.post(f"{at}/say", data=meant, headers=partial)
        assert (refused.status_code, 'name="internal"' in refused.text) == (422, False)
    async with world.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.event.startswith("conversation.internal")).order_by(AuditEntry.at)
        lines = (await session.scalars(query)).all()
        assert sorted(line.event for line in lines) == [
            "conversation.internal_asked", "conversation.internal_confirmed", "conversation.internal_refused",
        ]  # fmt: skip
        assert {str(line.detail) for line in lines} == {
            str({"entries": [f"{ENTRY}@{(await use_of(world, use_id)).version}"]})
        }


async def test_an_entry_that_promises_cannot_be_inserted(world: World) -> None:
    await with_reply(world, "很抱歉，{投诉编号}这笔年费我们保证退给您。")
    receipt = await world.says(ASKED)
    async with await staff(world, "agent") as client:
        first = await card(client, receipt.conversation_id)
        page = await client.get(f"/console/conversations/{receipt.conversation_id}/suggestions")
        entry = (await client.get(f"/knowledge/{ENTRY}")).text
    assert ("含有不能对客户说的话" in entry, 'data-copies="reply"' in entry) == (True, False)
    assert (first["reply"], "保证" in first["blocked"]) == (None, True)
    assert "不能直接插入" in page.text
    shown = page.text.split("不能直接插入")[1].split("</li>")[0]
    assert ('data-act="insert"' in shown, 'data-act="copy"' in shown) == (False, False)


async def test_a_reply_with_a_gap_filled_in_by_hand_counts_as_sent_unchanged(world: World) -> None:
    await with_reply(world, "很抱歉让您费心。涉及{金额}，我们先核对领卡合约。")
    receipt = await world.says(ASKED)
    async with await staff(world, "agent") as client:
        first = await card(client, receipt.conversation_id)
        open_place = "很抱歉让您费心。涉及【请填写：金额】，我们先核对领卡合约。"
        assert first["reply"] == {"text": open_place, "in_form": open_place, "missing": ["金额"]}
        sent = first["reply"]["text"].replace("【请填写：金额】", "二百元")
        assert (await inserts_and_sends(client, receipt.conversation_id, sent, first["use_id"])).status_code == 200
    assert (await use_of(world, first["use_id"])).kept == 1.0


async def test_a_use_that_is_not_there_is_404(world: World) -> None:
    async with await staff(world, "agent") as client:
        assert (await client.post(f"/api/v1/suggestions/{uuid4()}/opened")).status_code == 404
