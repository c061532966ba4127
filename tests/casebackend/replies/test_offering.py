"""What stands beside an answer: the right words, filled from the case, and counted when they are used."""

from uuid import UUID

import pytest_asyncio
from sqlalchemy import select

from casebackend.assist.model import ReplyUse
from casebackend.notifications.words import words
from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.replies.desks import Replies, slug
from tests.world import World


@pytest_asyncio.fixture
async def desk(world: World) -> Replies:
    return Replies(world)


async def test_a_wording_is_filled_from_the_case_and_says_what_is_missing(desk: Replies) -> None:
    receipt = await desk.world.says("年费怎么收了两次")
    await desk.made("agent", "/own-replies")
    [before] = await desk.offered("agent", receipt.conversation_id, "安抚等待")
    assert before["missing"] == ["投诉编号", "答复期限"]
    case = await filed(desk.world, sender="other")
    found = await case_of(desk.world, case.case_id)
    [after] = await desk.offered("agent", found.conversation_id, "安抚等待")
    assert (after["missing"], after["blocked"]) == ([], None)
    assert after["text"].startswith(f"尊敬的客户，您好。编号{case.number}正在核查")
    named = await desk.offered("agent", found.conversation_id, "安抚等待", case=case.number)
    assert named[0]["text"] == after["text"]
    strange = (await desk.browser("agent")).get(
        f"/api/v1/conversations/{receipt.conversation_id}/replies?case={case.number}"
    )
    assert slug(await strange) == (400, "bad-filter")
    long = (await desk.browser("agent")).get(f"/api/v1/conversations/{receipt.conversation_id}/replies?q={'长' * 61}")
    assert slug(await long) == (400, "bad-filter")


async def test_scripts_of_the_bank_stand_beside_ones_own_and_a_filter_narrows(desk: Replies) -> None:
    receipt = await desk.world.says("年费怎么收了两次")
    every = await desk.offered("agent", receipt.conversation_id)
    assert len(every) == 20
    assert {each["reach"] for each in every} == {"global"}
    visits = await desk.offered("agent", receipt.conversation_id, "回访")
    assert visits
    assert all("回访" in each["title"] + each["text"] for each in visits)
    assert await desk.offered("agent", receipt.conversation_id, "麒麟貔貅") == []
    await desk.approved(title="回访开场")
    assert (await desk.offered("agent", receipt.conversation_id, "回访"))[0]["reach"] == "team", (
        "the team before the bank"
    )


async def test_what_is_used_is_counted_and_stands_first_next_time(desk: Replies) -> None:
    conversation = (await desk.world.says("年费怎么收了两次")).conversation_id
    one = await desk.made("agent", "/own-replies", title="一号", text="请您稍候。")
    two = await desk.made("agent", "/own-replies", title="二号", text="请您稍等，我们正在核对。")
    use = {"reach": "personal", "id": two["id"], "version": 1, "target": "talk"}
    at = f"/conversations/{conversation}/reply-uses"
    for wrong in ({"version": 2}, {"id": "no-such-script", "reach": "global"}, {"id": "not-an-id"}):
        assert slug(await desk.posts("agent", at, use | wrong)) == (404, "canned-reply-not-found")
    made = (await desk.posts("agent", at, use)).json()
    assert [each["id"] for each in await desk.offered("agent", conversation)][:2] == [two["id"], one["id"]]
    assert (await desk.reads("agent", f"/own-replies/{two['id']}")).json()["uses"] == 1
    agent = await desk.browser("agent")
    await agent.post(f"/console/conversations/{conversation}/take")
    form = {"text": "请您稍等，我们正在核对。谢谢。", "used": made["use_id"]}
    said = await agent.post(f"/console/conversations/{conversation}/say", data=form, headers={"HX-Request": "true"})
    assert said.status_code == 200, said.text
    async with desk.world.database.reading() as session:
        row = (await session.scalars(select(ReplyUse).where(ReplyUse.id == UUID(made["use_id"])))).one()
        assert (row.kept, row.target, row.sent_message_id is not None) == (1.0, "talk", True)


async def test_a_script_is_counted_with_its_version_also_in_the_form_of_a_case(desk: Replies) -> None:
    conversation = (await desk.world.says("年费怎么收了两次")).conversation_id
    script = next(each for each in await desk.offered("agent", conversation) if each["reach"] == "global")
    use = {"reach": "global", "id": script["id"], "version": script["version"], "target": "form"}
    assert (await desk.posts("agent", f"/conversations/{conversation}/reply-uses", use)).status_code == 201
    async with desk.world.database.reading() as session:
        row = (await session.scalars(select(ReplyUse))).one()
        assert (row.reply_id, row.target, row.sent_at) == (script["id"], "form", None)


async def test_a_script_of_the_bank_ends_with_the_remedies_while_an_answer_is_given_and_ones_own_words_stay(
    desk: Replies,
) -> None:
    case = await case_of(desk.world, (await filed(desk.world)).case_id)
    await desk.made("agent", "/own-replies", title="回访一句", text="请问您对处理满意吗。")
    remedies = words("reply_remedies_of_head_office")
    for answering in (False, True):
        found = await desk.offered("agent", case.conversation_id, "回访")
        ends = {each["reach"]: each["text"].endswith(remedies) for each in found}
        assert ends == {"personal": False, "global": answering}
        if not answering:
            await desk.reply_pending(case.id)


async def test_who_does_not_see_the_conversation_is_offered_nothing(desk: Replies) -> None:
    case = await case_of(desk.world, (await filed(desk.world)).case_id)
    await desk.made("outlet", "/own-replies")
    for login, status in (("outlet", 200), ("curator", 403)):
        answer = await desk.reads(login, f"/conversations/{case.conversation_id}/replies")
        assert answer.status_code == status
    hidden = (await desk.world.says("账户里少了钱", sender="elsewhere")).conversation_id
    assert slug(await desk.reads("outlet", f"/conversations/{hidden}/replies")) == (404, "conversation-not-found")
    use = {"reach": "personal", "id": "x", "version": 1, "target": "talk"}
    refused = await desk.posts("outlet", f"/conversations/{hidden}/reply-uses", use)
    assert slug(refused) == (404, "conversation-not-found")
