from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.assist.model import SuggestionUse
from casebackend.curation.model import Article
from knowledge.articles import CLAUSE_UNREAD
from tests.casebackend.staff.logins import staff
from tests.world import World


async def cards(client: httpx.AsyncClient, conversation_id: UUID) -> list[dict[str, Any]]:
    response = await client.get(f"/api/v1/conversations/{conversation_id}/suggestions")
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["cards"]
    return found


async def uses(world: World) -> list[dict[str, Any]]:
    async with world.database.reading() as session:
        rows = await session.scalars(select(SuggestionUse).order_by(SuggestionUse.rank))
        return [
            {"id": row.id, "article": row.article_id, "version": row.version, "inserted": row.inserted_at}
            | {"sent": row.sent_at, "kept": row.kept}
            for row in rows
        ]


async def test_a_question_about_the_annual_fee_brings_its_entry_first(world: World) -> None:
    receipt = await world.says("你们信用卡年费怎么收了两次")
    async with await staff(world, "agent") as client:
        found = await cards(client, receipt.conversation_id)
    assert found[0]["title"] == "银行卡年费收取与核对"
    assert "年费" in found[0]["matched"]
    assert found[0]["version"] >= 1
    assert found[0]["source"]
    assert 1 <= len(found) <= 5


async def test_small_talk_brings_no_card_and_the_page_says_so(world: World) -> None:
    receipt = await world.says("嗯嗯")
    async with await staff(world, "agent") as client:
        assert await cards(client, receipt.conversation_id) == []
        page = await client.get(f"/console/conversations/{receipt.conversation_id}/suggestions")
    assert "没有合适的答案" in page.text


async def test_what_was_shown_inserted_and_sent_is_on_record_with_its_version(world: World) -> None:
    receipt = await world.says("你们信用卡年费怎么收了两次")
    at = f"/console/conversations/{receipt.conversation_id}"
    async with await staff(world, "agent") as client:
        found = await cards(client, receipt.conversation_id)
        await cards(client, receipt.conversation_id)
        shown = await uses(world)
        assert [(each["article"], each["version"]) for each in shown] == [
            (card["article_id"], card["version"]) for card in found
        ]
        assert all(each["inserted"] is None for each in shown)
        use = found[0]["use_id"]
        assert (await client.post(f"/console/suggestions/{use}/inserted")).status_code == 204
        await client.post(f"{at}/take")
        sent = await client.post(f"{at}/say", data={"text": "您好。" + found[0]["text"], "used": f"{use},not-an-id"})
        assert sent.status_code == 303
    first, *others = await uses(world)
    assert first["inserted"] is not None
    assert (first["sent"] is not None, first["kept"]) == (True, 1.0)
    assert all(each["sent"] is None for each in others)


async def test_nobody_marks_what_was_shown_to_a_colleague(world: World) -> None:
    receipt = await world.says("你们信用卡年费怎么收了两次")
    async with await staff(world, "agent") as agent, await staff(world, "lead") as lead:
        use = (await cards(agent, receipt.conversation_id))[0]["use_id"]
        assert (await lead.post(f"/api/v1/suggestions/{use}/inserted")).status_code == 404


async def test_a_program_that_looks_leaves_no_record(world: World) -> None:
    receipt = await world.says("你们信用卡年费怎么收了两次")
    found = await cards(world.tester, receipt.conversation_id)
    assert found[0]["use_id"] is None
    assert await uses(world) == []


class TestAnsweringTheCustomer:
    async def ask(self, world: World, words: str) -> httpx.Response:
        receipt = await world.says(words)
        path = f"/api/v1/conversations/{receipt.conversation_id}/answer"
        return await world.actions.post(path, json={"message_id": str(receipt.message_id)})

    async def test_a_customer_gets_an_entry_that_is_meant_for_customers(self, world: World) -> None:
        response = await self.ask(world, "信用卡年费怎么收")
        assert response.status_code == 200
        async with world.database.reading() as session:
            entry = (await session.scalars(select(Article).where(Article.title == response.json()["title"]))).first()
            assert entry is not None
            assert (entry.audience, entry.text) == ("external", response.json()["text"])

    @pytest.mark.parametrize("words", ["问一下多久能答复", "多久能答复"])
    async def test_who_asks_the_complaint_desk_without_a_subject_asks_about_the_complaint(
        self, world: World, words: str
    ) -> None:
        async with world.database.reading() as session:
            limits = await session.scalars(select(Article.title).where(Article.id == "law-complaint-time-limits"))
        response = await self.ask(world, words)
        assert response.status_code == 200
        assert response.json()["title"] in set(limits)

    async def test_what_is_for_colleagues_only_is_never_told_to_a_customer(self, world: World) -> None:
        words = "一线能不能答应给客户赔钱，补偿金额谁审批"
        receipt = await world.says(words)
        async with await staff(world, "agent") as client:
            best = (await cards(client, receipt.conversation_id))[0]
        assert best["internal"] is True
        response = await self.ask(world, words)
        assert response.status_code == 204 or best["text"] not in response.text
        assert response.status_code == 204 or response.json()["title"] != best["title"]

    @pytest.mark.parametrize("words", ["嗯", "今天天气真好", "13800138000"])
    async def test_without_a_good_answer_there_is_none(self, world: World, words: str) -> None:
        assert (await self.ask(world, words)).status_code == 204

    async def test_a_message_of_another_conversation_is_not_read(self, world: World) -> None:
        mine, other = await world.says("年费", sender="a"), await world.says("年费", sender="b")
        path = f"/api/v1/conversations/{mine.conversation_id}/answer"
        response = await world.actions.post(path, json={"message_id": str(other.message_id)})
        assert response.status_code == 404


async def test_the_search_finds_by_words_and_by_kind(world: World) -> None:
    async with await staff(world, "curator") as client:
        found = (await client.get("/api/v1/knowledge/search", params={"q": "年费"})).json()["items"]
        only = (await client.get("/api/v1/knowledge/search", params={"q": "年费", "kind": "业务知识"})).json()["items"]
        assert {hit["kind"] for hit in only} == {"业务知识"} < {hit["kind"] for hit in found}
        assert (await client.get("/api/v1/knowledge/search")).status_code == 400


async def test_a_conversation_that_is_not_there_is_404(world: World) -> None:
    assert (await world.tester.get(f"/api/v1/conversations/{uuid4()}/suggestions")).status_code == 404


async def test_the_card_of_a_rule_says_that_its_article_is_to_be_checked_and_how_well_it_is_known(world: World) -> None:
    receipt = await world.says("你们公众号投诉有没有人看")
    async with await staff(world, "agent") as client:
        found = await cards(client, receipt.conversation_id)
        rule = next(each for each in found if each["article_id"] == "reg-2022-90-online-section")
        assert (rule["clause"], rule["evidence"]) == (CLAUSE_UNREAD, "B")
        page = (await client.get(f"/console/conversations/{receipt.conversation_id}/suggestions")).text
    assert "银保监办发〔2022〕90号 · 条款待核 · " in page
    assert "证据 B</span>" in page
    assert "已核对条文摘录或多个独立来源" in page
    path = f"/conversations/{receipt.conversation_id}/answer"
    answer = await world.act(path, receipt.message_id)
    assert CLAUSE_UNREAD not in answer.text, "a customer is told the source, not our homework"
