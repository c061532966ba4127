from typing import Any

import httpx
import pytest
from sqlalchemy import select

from casebackend.curation.model import Phrasing
from casebackend.editions import Edition
from tests.casebackend.assist.shown import ENTRY, card, inserts_and_sends, with_reply
from tests.casebackend.cases.builders import REPLY as FORMAL
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.staff.logins import staff
from tests.casebackend.workers import worker
from tests.world import World

REPLY = "很抱歉让您费心。年费以领卡合约和公示价目表为准，我们先核对再答复。"


async def proposed(world: World) -> list[tuple[str, str, str]]:
    async with world.database.reading() as session:
        rows = await session.scalars(select(Phrasing).order_by(Phrasing.proposed_at, Phrasing.text))
        return [(row.article_id, row.text, row.state) for row in rows]


async def answered(world: World, client: httpx.AsyncClient, words: str, sender: str, sent: str = REPLY) -> None:
    receipt = await world.says(words, sender=sender)
    first = await card(client, receipt.conversation_id)
    assert (await inserts_and_sends(client, receipt.conversation_id, sent, first["use_id"])).status_code == 200


async def edition(world: World) -> int:
    async with world.database.reading() as session:
        found = await session.get(Edition, "knowledge")
        return found.edition if found else 0


async def test_what_was_sent_as_it_stood_proposes_the_words_of_the_customer_and_a_curator_decides(world: World) -> None:
    await with_reply(world, REPLY)
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        await answered(world, agent, "信用卡年费怎么扣了两笔啊", "a")
        await answered(world, agent, "信用卡年费怎么扣了两笔啊！", "b")
        await answered(world, agent, "信用卡年费一年收两次对吗", "c", sent="您好，请稍等，我去核实一下再回复您。")
        await answered(world, agent, "我是张伟，手机13912345678，信用卡年费收了两次", "d")
        assert [each for each in await proposed(world) if "139" in each[1] or "张伟" in each[1]] == []
        told = [each for each in await proposed(world) if each[1] == "信用卡年费怎么扣了两笔啊"]
        assert told == [(ENTRY, "信用卡年费怎么扣了两笔啊", "proposed")]
        assert "信用卡年费一年收两次对吗" not in [text for _, text, _ in await proposed(world)]
        before = await edition(world)
        page = await curator.get("/knowledge/phrasings")
        assert "信用卡年费怎么扣了两笔啊" in page.text
        rows: list[dict[str, Any]] = (await curator.get("/api/v1/phrasings?state=proposed")).json()["items"]
        row = next(each for each in rows if each["text"] == "信用卡年费怎么扣了两笔啊")
        at, read = f"/api/v1/phrasings/{row['id']}/decision", {"If-Match": f'"{row["version"]}"'}
        assert (await agent.post(at, json={"decision": "accepted"}, headers=read)).status_code == 403
        assert (await curator.post(at, json={"decision": "accepted"})).status_code == 428
        assert (await curator.post(at, json={"decision": "accepted"}, headers={"If-Match": '"9"'})).status_code == 412
        assert (await curator.post(at, json={"decision": "accepted"}, headers=read)).json()["state"] == "accepted"
        assert await edition(world) == before + 1
        again = await curator.post(at, json={"decision": "refused"}, headers={"If-Match": "*"})
        assert (again.status_code, again.json()["type"]) == (409, "/problems/phrasing-decided")


@pytest.mark.parametrize("told", [REPLY, "经核实，年费确为重复扣收，已按规定冲正。"])
async def test_what_went_out_in_the_formal_answer_teaches_as_much_as_what_was_said(world: World, told: str) -> None:
    await with_reply(world, REPLY)
    receipt, desk = await filed(world), Desk(world)
    conversation = (await world.says("信用卡年费怎么扣了两笔啊")).conversation_id
    await desk.reply_pending(receipt.case_id)
    agent = await desk.browser("agent")
    inserted = (await card(agent, conversation))["use_id"]
    assert (await agent.post(f"/console/suggestions/{inserted}/inserted")).status_code == 204
    await desk.sure("agent", receipt.case_id, "reply", **FORMAL | {"reply_facts": told})
    assert await proposed(world) == []
    await worker(world).tick()
    learned = [(ENTRY, "信用卡年费怎么扣了两笔啊", "proposed")]
    assert await proposed(world) == (learned if told == REPLY else [])


@pytest.mark.parametrize("decision", ["accepted", "refused"])
async def test_a_curator_decides_on_the_page(world: World, decision: str) -> None:
    await with_reply(world, REPLY)
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        await answered(world, agent, "信用卡年费怎么扣了两笔啊", "a")
        async with world.database.reading() as session:
            row = (await session.scalars(select(Phrasing))).one()
        at = f"/knowledge/phrasings/{row.id}/decision"
        assert (await curator.post(at, data={"decision": decision, "version": "7"})).status_code == 409
        assert (await curator.post(at, data={"decision": "maybe", "version": "1"})).status_code == 400
        assert (await curator.post(at, data={"decision": decision, "version": "1"})).status_code == 303
        assert row.text in (await curator.get(f"/knowledge/phrasings?state={decision}")).text
        lead = await staff(world, "lead")
        assert (await lead.post(at, data={"decision": decision, "version": "2"})).status_code == 403
    assert [state for _, _, state in await proposed(world)] == [decision]
