"""A colleague asks the assistant: published entries answer, or nothing does."""

from sqlalchemy import select

from casebackend.assist.model import SuggestionUse
from tests.casebackend.assist.shown import ENTRY
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_published_entries_answer_with_where_they_are_from(world: World) -> None:
    receipt = await world.says("你好")
    at = f"/api/v1/conversations/{receipt.conversation_id}/questions"
    async with await staff(world, "agent") as client:
        for _ in range(2):
            found = (await client.post(at, json={"question": "信用卡年费怎么收了两次"})).json()
        assert found["cards"][0]["article_id"] == ENTRY
        assert found["cards"][0]["source"]
        page = await client.post(
            f"/console/conversations/{receipt.conversation_id}/ask",
            data={"question": "信用卡年费怎么收了两次"},
            headers={"HX-Request": "true"},
        )
        assert "您问：信用卡年费怎么收了两次" in page.text
        assert f"/knowledge/{ENTRY}?version=" in page.text
        nothing = await client.post(
            f"/console/conversations/{receipt.conversation_id}/ask",
            data={"question": "嗯嗯"},
            headers={"HX-Request": "true"},
        )
        assert "没有合适的答案" in nothing.text
        assert "登记知识缺口" in nothing.text
        assert (await client.post(at, json={"question": " "})).status_code == 422
    async with await staff(world, "outlet") as away:
        assert (await away.post(at, json={"question": "信用卡年费怎么收"})).status_code == 404
    async with world.database.reading() as session:
        uses = (await session.scalars(select(SuggestionUse).where(SuggestionUse.article_id == ENTRY))).all()
    assert [(use.origin, use.message_id) for use in uses] == [("asked", None)]
